//! Many runs, on as many cores as there are; what was run already is not run again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, anyhow};

use super::day::Day;
use super::fate::Attempt;
use super::figures::Figures;
use super::outages::Known;
use super::progress::Progress;
use super::world::{self, Outcome, Terms};

/// Of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Got {
    /// K1.
    pub rate: f64,
    /// If whoever was called back counted as connected, which the reference does not say.
    pub reached: f64,
    /// Of a hundred calls of those without supply, so many ask for nobody.
    pub contained: f64,
}

impl Got {
    pub fn of(day: &Day, attempts: &[Attempt]) -> Got {
        let off = |one: &&Attempt| day.people.get(one.person).is_some_and(|person| person.fault.is_some());
        let (all, off) = (Figures::of(attempts), Figures::of(attempts.iter().filter(off)));
        let asked = f64::from(off.requests) / f64::from(off.offered.max(1));
        Got {
            rate: all.answer_rate().unwrap_or(0.0),
            reached: all.reached_rate().unwrap_or(0.0),
            contained: (1.0 - asked) * 100.0,
        }
    }
}

/// One run.
pub fn once(day: &Day, terms: Terms) -> Result<Outcome> {
    let known = Known::new(day, terms.reaction).map_err(|refusal| anyhow!("an outage: {refusal}"))?;
    world::run(day, &known, terms)
}

/// What was run, by day and terms.
#[derive(Default)]
pub struct Tries {
    known: Mutex<Vec<(u64, Terms, Got)>>,
    pub progress: Progress,
}

/// What makes no difference is the same.
fn plain(terms: Terms) -> Terms {
    let mut plain = terms;
    if !terms.aid.shield() {
        (plain.leave, plain.falls_faster) = (0, false);
    }
    if !terms.aid.storm_mode() {
        plain.take = 0;
    }
    plain
}

impl Tries {
    pub fn new(progress: Progress) -> Tries {
        Tries { known: Mutex::default(), progress }
    }

    /// A run whose calls are wanted as well.
    pub fn whole(&self, what: &str, day: &Day, terms: Terms) -> Result<Outcome> {
        let outcome = once(day, terms)?;
        self.keep(day, terms, Got::of(day, &outcome.attempts));
        self.progress.day(what);
        Ok(outcome)
    }

    pub fn one(&self, what: &str, day: &Day, terms: Terms) -> Result<Got> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|(seed, like, _)| (*seed, *like) == (day.seed, plain(terms)));
        if let Some((_, _, got)) = found {
            return Ok(*got);
        }
        drop(known);
        let got = Got::of(day, &once(day, terms)?.attempts);
        self.keep(day, terms, got);
        self.progress.day(what);
        Ok(got)
    }

    fn keep(&self, day: &Day, terms: Terms, got: Got) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.push((day.seed, plain(terms), got));
    }

    /// Each of them, in order.
    pub fn many(&self, what: &str, jobs: &[(&Day, Terms)]) -> Result<Vec<Got>> {
        let next = AtomicUsize::new(0);
        let work = || -> Result<Vec<(usize, Got)>> {
            let mut done = Vec::new();
            while let Some((nth, (day, terms))) =
                Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|nth| Some((nth, jobs.get(nth)?)))
            {
                done.push((nth, self.one(what, day, *terms)?));
            }
            Ok(done)
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len().max(1));
        let parts: Vec<Result<Vec<(usize, Got)>>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
            let part = |thread: std::thread::ScopedJoinHandle<'_, _>| {
                thread.join().unwrap_or_else(|_| Err(anyhow!("a run has ended early")))
            };
            threads.into_iter().map(part).collect()
        });
        let mut all = Vec::new();
        for part in parts {
            all.extend(part?);
        }
        all.sort_by_key(|(nth, _)| *nth);
        Ok(all.into_iter().map(|(_, got)| got).collect())
    }
}

/// The first of `range` for which it holds, when it holds for all after it.
pub fn least(
    mut low: usize,
    mut high: usize,
    holds: impl Fn(usize) -> Result<bool>,
) -> Result<Option<usize>> {
    let end = high;
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle)? { high = middle } else { low = middle + 1 }
    }
    Ok((low < end).then_some(low))
}
