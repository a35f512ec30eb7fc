//! Chance that can be repeated: one seed, one story.

use std::f64::consts::TAU;
use std::time::Duration;

/// A stream of chance.
#[derive(Clone, Debug)]
pub struct Dice(fastrand::Rng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(fastrand::Rng::with_seed(seed))
    }

    /// Above 0, at most 1.
    pub fn unit(&mut self) -> f64 {
        1.0 - self.0.f64()
    }

    /// True this often in a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    /// 0 to `n` − 1.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0.u64(..n.max(1))
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len() as u64) as usize)
    }

    /// One of several, by weight.
    pub fn weighted<T: Copy>(&mut self, of: &[(u64, T)]) -> Option<T> {
        let mut at = self.below(of.iter().map(|(weight, _)| weight).sum());
        for (weight, what) in of {
            if at < *weight {
                return Some(*what);
            }
            at -= weight;
        }
        None
    }

    /// Evenly between two lengths of time, in seconds.
    pub fn between(&mut self, from: f64, to: f64) -> Duration {
        secs(from + (to - from) * self.unit())
    }

    /// Exponential with this mean, in seconds.
    pub fn exponential(&mut self, mean: f64) -> Duration {
        secs(-self.unit().ln() * mean)
    }

    /// Lognormal: μ and σ of the logarithm of seconds.
    pub fn lognormal(&mut self, mu: f64, sigma: f64) -> Duration {
        let normal = (-2.0 * self.unit().ln()).sqrt() * (TAU * self.unit()).cos();
        secs((mu + sigma * normal).exp())
    }
}

/// No wait of a person is longer than two hours.
fn secs(secs: f64) -> Duration {
    Duration::from_secs_f64(secs.clamp(0.0, 7_200.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and median of many throws, in seconds.
    fn check(throw: impl Fn(&mut Dice) -> Duration, mean: f64, median: f64) {
        let mut dice = Dice::new(7);
        let mut all: Vec<f64> = (0..20_000).map(|_| throw(&mut dice).as_secs_f64()).collect();
        all.sort_by(f64::total_cmp);
        let sum: f64 = all.iter().sum();
        let found = (sum / all.len() as f64, all[all.len() / 2]);
        assert!((found.0 / mean - 1.0).abs() < 0.03, "mean {found:?}, expected {mean}");
        assert!((found.1 / median - 1.0).abs() < 0.03, "median {found:?}, expected {median}");
    }

    #[test]
    fn the_distributions_have_the_shape_they_are_named_for() {
        check(|dice| dice.between(1.0, 3.0), 2.0, 2.0);
        check(|dice| dice.exponential(180.0), 180.0, 124.8);
        // Bill enquiries: mean 195 s, median 150 s.
        check(|dice| dice.lognormal(5.0106, 0.7244), 195.0, 150.0);
    }

    #[test]
    fn one_seed_is_one_story() {
        let story = |seed| {
            let mut dice = Dice::new(seed);
            (0..5).map(|_| dice.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(story(1), story(1));
        assert_ne!(story(1), story(2));
    }
}
