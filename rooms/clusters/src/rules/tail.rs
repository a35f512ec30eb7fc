//! How unlikely a count is. Everything in decimal logarithms: 3.0 is once in a thousand.

/// Beyond it a factorial is taken from its expansion.
const EXACT: u32 = 32;
const TERMS_MAX: u32 = 10_000;

fn ln_factorial(n: u32) -> f64 {
    if n <= EXACT {
        return (2..=n).map(|k| f64::from(k).ln()).sum();
    }
    let x = f64::from(n);
    // Stirling with two terms of correction: exact to ten figures from here on.
    x * x.ln() - x + 0.5 * (std::f64::consts::TAU * x).ln() + 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3))
}

/// −log₁₀ P[N ≥ n] for N from a Poisson distribution. Counts that are no more than expected are no surprise at all: 0.
pub fn surprise(expected: f64, n: u32) -> f64 {
    if n == 0 || expected >= f64::from(n) {
        return 0.0;
    }
    // What cannot happen by itself.
    if expected <= 0.0 {
        return f64::INFINITY;
    }
    let (mut term, mut sum) = (1.0, 1.0);
    for k in 1..TERMS_MAX {
        term *= expected / (f64::from(n) + f64::from(k));
        sum += term;
        if term < sum * 1e-12 {
            break;
        }
    }
    let ln = f64::from(n) * expected.ln() - expected - ln_factorial(n) + sum.ln();
    (-ln / std::f64::consts::LN_10).max(0.0)
}

/// Of `parts` equal parts, how many are hit by `n` hits that fall anywhere: mean and standard deviation.
pub fn spread(parts: u32, n: u32) -> (f64, f64) {
    if parts == 0 || n == 0 {
        return (0.0, 0.0);
    }
    let m = f64::from(parts);
    let (one, two) = ((1.0 - 1.0 / m).powf(f64::from(n)), (1.0 - 2.0 / m).max(0.0).powf(f64::from(n)));
    let variance = m * (m - 1.0) * two + m * one - m * m * one * one;
    (m * (1.0 - one), variance.max(0.0).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, wanted: f64) {
        assert!((value - wanted).abs() < 0.005, "{value} is not {wanted}");
    }

    #[test]
    fn counts_of_tables_are_as_surprising_as_the_tables_say() {
        // P[N ≥ 3 | 1] = 0.0803, P[N ≥ 10 | 3] = 0.001102, P[N ≥ 3 | 0.0025] = 2.6e-9.
        near(surprise(1.0, 3), 1.095);
        near(surprise(3.0, 10), 2.958);
        near(surprise(0.0025, 3), 8.585);
        near(surprise(20.0, 60), 12.373);
        assert_eq!((surprise(5.0, 5), surprise(5.0, 0)), (0.0, 0.0));
        assert_eq!(surprise(0.0, 1), f64::INFINITY);
    }

    #[test]
    fn more_is_never_less_surprising() {
        for expected in [1e-6, 0.01, 0.7, 12.0, 300.0] {
            let all: Vec<f64> = (0..900).map(|n| surprise(expected, n)).collect();
            assert!(all.windows(2).all(|pair| pair[0] <= pair[1]), "{expected}");
        }
    }

    #[test]
    fn hits_that_fall_anywhere_spread() {
        let (mean, sd) = spread(30, 6);
        near(mean, 5.52);
        assert!(sd > 0.5 && sd < 0.8, "{sd}");
        assert_eq!(spread(1, 9), (1.0, 0.0));
    }
}
