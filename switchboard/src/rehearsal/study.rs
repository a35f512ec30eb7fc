//! The pair of runs, the search for the staff, and what becomes of the result when the assumptions are worse.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow};

use super::day::Day;
use super::figures::Figures;
use super::outages::Known;
use super::reference::{INSTALLED, LEAVE_TOLD, LEAVE_TOLD_REFERENCE};
use super::world::{self, Outcome, Terms};

/// The answer rate of S2 before, and what was reached.
pub const BEFORE: f64 = 78.0;
pub const WANTED: f64 = 92.0;
/// Fault data are entered within five minutes (O8).
pub const REACTION_MIN: u32 = 5;
pub const SEEDS: u64 = 10;
const SEATS: std::ops::Range<usize> = 8..120;

pub fn minutes(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 60)
}

/// The same day twice.
pub struct Pair {
    pub without: Outcome,
    pub with: Outcome,
}

/// One run.
pub fn once(day: &Day, terms: Terms) -> Result<Outcome> {
    let known = Known::new(day, terms.reaction).map_err(|refusal| anyhow!("an outage: {refusal}"))?;
    world::run(day, &known, terms)
}

pub fn rate(outcome: &Outcome) -> f64 {
    Figures::of(&outcome.attempts).answer_rate().unwrap_or(0.0)
}

pub fn terms(seats: usize) -> Terms {
    let reaction = minutes(REACTION_MIN);
    Terms { seats, shield: true, reaction, leave: LEAVE_TOLD, falls_faster: false }
}

pub fn pair(day: &Day, terms: Terms) -> Result<Pair> {
    let (without, with) = std::thread::scope(|scope| {
        let without = scope.spawn(|| once(day, Terms { shield: false, ..terms }));
        let with = once(day, Terms { shield: true, ..terms });
        (without.join(), with)
    });
    let without = without.map_err(|_| anyhow!("a run has ended early"))??;
    Ok(Pair { without, with: with? })
}

/// The seats with which the day without the shield comes nearest to 78 %, and what its neighbours give.
pub fn staff(day: &Day) -> Result<(usize, Vec<(usize, f64)>)> {
    let off = |seats: usize| Terms { shield: false, ..terms(seats) };
    // More seats answer more: the first that reaches it.
    let over = least(SEATS.start, SEATS.end, |seats| Ok(rate(&once(day, off(seats))?) >= BEFORE))?;
    let over = over.unwrap_or(SEATS.end);
    let near: Vec<usize> = (over.saturating_sub(3).max(1)..over + 3).collect();
    let jobs: Vec<_> = near.iter().map(|seats| (day, off(*seats))).collect();
    let found: Vec<(usize, f64)> = near.into_iter().zip(rates(&jobs)?).collect();
    let far = |rate: f64| (rate - BEFORE).abs();
    let best = found.iter().min_by(|a, b| far(a.1).total_cmp(&far(b.1))).map_or(over, |(seats, _)| *seats);
    Ok((best, found))
}

/// One line of what was tried: the answer rate without and with the shield.
pub struct Tried {
    pub what: String,
    pub without: f64,
    pub with: f64,
}

/// Everything that was tried with these seats.
pub struct Study {
    /// Without and with, by seed.
    pub seeds: Vec<(u64, f64, f64)>,
    pub reactions: Vec<Tried>,
    pub behaviours: Vec<Tried>,
    /// With the reference's 30 % of content callers.
    pub reference: f64,
    /// The least share of content callers, in steps of five, that reaches 92 %; and with the reference's faster fall.
    pub needed: Option<u32>,
    pub needed_falling: Option<u32>,
    /// The least seats that reach 92 % with the shield and the reference's 30 %.
    pub seats_for_reference: Option<usize>,
    /// With the seats that P1 has.
    pub installed: Tried,
}

/// The answer rates of many runs, on as many cores as there are.
fn rates(jobs: &[(&Day, Terms)]) -> Result<Vec<f64>> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, f64)>> {
        let mut done = Vec::new();
        while let Some((nth, (day, terms))) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|nth| Some((nth, jobs.get(nth)?)))
        {
            done.push((nth, rate(&once(day, *terms)?)));
        }
        Ok(done)
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len().max(1));
    let parts: Vec<Result<Vec<(usize, f64)>>> = std::thread::scope(|scope| {
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
    Ok(all.into_iter().map(|(_, rate)| rate).collect())
}

/// The first of `range` for which it holds, when it holds for all after it.
fn least(mut low: usize, mut high: usize, holds: impl Fn(usize) -> Result<bool>) -> Result<Option<usize>> {
    let end = high;
    while low < high {
        let middle = usize::midpoint(low, high);
        if holds(middle)? { high = middle } else { low = middle + 1 }
    }
    Ok((low < end).then_some(low))
}

pub fn study(day: &Day, base: Terms) -> Result<Study> {
    let off = Terms { shield: false, ..base };
    let days: Vec<Day> = (day.seed..day.seed + SEEDS).map(Day::new).collect();
    let jobs: Vec<_> = days.iter().flat_map(|day| [(day, off), (day, base)]).collect();
    let found = rates(&jobs)?;
    let seeds = days.iter().zip(found.chunks(2)).filter_map(|(day, two)| match two {
        [without, with] => Some((day.seed, *without, *with)),
        _ => None,
    });
    let seeds: Vec<_> = seeds.collect();

    let mut named = Vec::new();
    let mut jobs = Vec::new();
    for late in [0, 5, 15, 30] {
        named.push(format!("故障后 {late} 分钟发布"));
        jobs.extend([off, base].map(|terms| (day, Terms { reaction: minutes(late), ..terms })));
    }
    for falls_faster in [false, true] {
        for leave in [LEAVE_TOLD_REFERENCE, 45, 60, 75] {
            let fall = if falls_faster { ",来电半衰期 70→40 分钟(参考值)" } else { "" };
            let source = if leave == LEAVE_TOLD_REFERENCE { "参考值" } else { "假设" };
            named.push(format!("听完即走 {leave}%({source}){fall}"));
            jobs.extend([off, base].map(|terms| (day, Terms { leave, falls_faster, ..terms })));
        }
    }
    named.push(format!("只有 P1 已装的 {INSTALLED} 个座席"));
    jobs.extend([off, base].map(|terms| (day, Terms { seats: INSTALLED, ..terms })));
    let found = rates(&jobs)?;
    let tried = |(what, two): (String, &[f64])| match two {
        [without, with] => Tried { what, without: *without, with: *with },
        _ => Tried { what, without: 0.0, with: 0.0 },
    };
    let mut all = named.into_iter().zip(found.chunks(2)).map(tried);
    let reactions: Vec<Tried> = all.by_ref().take(4).collect();
    let behaviours: Vec<Tried> = all.by_ref().take(8).collect();
    let installed = all.next().unwrap_or_else(|| tried((String::new(), &[])));
    let reference = behaviours.first().map_or(0.0, |one| one.with);

    let with = |terms: Terms| once(day, terms).map(|outcome| rate(&outcome) >= WANTED);
    let share = |step: usize| u32::try_from(step * 5).unwrap_or(100);
    let content = |falls_faster: bool| {
        let steps = least(0, 21, |step| with(Terms { leave: share(step), falls_faster, ..base }));
        steps.map(|step| step.map(share))
    };
    let (needed, needed_falling) = (content(false)?, content(true)?);
    let seats_for_reference =
        least(SEATS.start, SEATS.end, |seats| with(Terms { leave: LEAVE_TOLD_REFERENCE, seats, ..base }))?;
    Ok(Study { seeds, reactions, behaviours, reference, needed, needed_falling, seats_for_reference, installed })
}

/// Least, median and most.
pub fn spread(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    let at = |place: usize| all.get(place).copied().unwrap_or(0.0);
    let half = all.len() / 2;
    let middle = if all.len().is_multiple_of(2) { f64::midpoint(at(half.saturating_sub(1)), at(half)) } else { at(half) };
    (at(0), middle, at(all.len().saturating_sub(1)))
}
