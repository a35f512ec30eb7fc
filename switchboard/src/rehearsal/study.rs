//! The pair of runs, the search for the staff, and what becomes of the result when the assumptions are worse.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow};

use super::day::Day;
use super::fate::Attempt;
use super::figures::Figures;
use super::outages::Known;
use super::reference::{CONTAINED, INSTALLED, LEAVE_TOLD, LEAVE_TOLD_POOR};
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
    let found: Vec<(usize, f64)> =
        near.into_iter().zip(runs(&jobs)?.into_iter().map(|got| got.rate)).collect();
    let far = |rate: f64| (rate - BEFORE).abs();
    let best = found.iter().min_by(|a, b| far(a.1).total_cmp(&far(b.1))).map_or(over, |(seats, _)| *seats);
    Ok((best, found))
}

/// One line of what was tried: the answer rate without and with the shield.
pub struct Tried {
    pub what: String,
    pub without: f64,
    pub with: f64,
    /// Of a hundred calls of those without supply, with the shield, so many ask for nobody.
    pub contained: f64,
}

/// What the reference says taken by the letter: of the calls in an outage 30 % ask for nobody.
pub struct Letter {
    /// The share of content callers that comes to this.
    pub leave: u32,
    pub rate: f64,
    /// With the reference's faster fall of the rush as well.
    pub falling: f64,
    /// The least seats with which it reaches 92 % without the faster fall.
    pub seats: Option<usize>,
}

/// Of a run.
#[derive(Clone, Copy)]
struct Got {
    rate: f64,
    contained: f64,
}

fn got(day: &Day, outcome: &Outcome) -> Got {
    let off = |one: &&Attempt| day.people.get(one.person).is_some_and(|person| person.fault.is_some());
    let all = Figures::of(outcome.attempts.iter().filter(off));
    let asked = f64::from(all.requests) / f64::from(all.offered.max(1));
    Got { rate: rate(outcome), contained: (1.0 - asked) * 100.0 }
}

/// Everything that was tried with these seats.
pub struct Study {
    /// Without and with, by seed.
    pub seeds: Vec<(u64, f64, f64)>,
    pub reactions: Vec<Tried>,
    pub behaviours: Vec<Tried>,
    pub letter: Letter,
    /// The least share of content callers, in steps of five, that reaches 92 %; and with the reference's faster fall.
    pub needed: Option<u32>,
    pub needed_falling: Option<u32>,
    /// With the seats that P1 has.
    pub installed: Tried,
}

/// Many runs, on as many cores as there are.
fn runs(jobs: &[(&Day, Terms)]) -> Result<Vec<Got>> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, Got)>> {
        let mut done = Vec::new();
        while let Some((nth, (day, terms))) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|nth| Some((nth, jobs.get(nth)?)))
        {
            done.push((nth, got(day, &once(day, *terms)?)));
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
    let found = runs(&jobs)?;
    let seeds = days.iter().zip(found.chunks(2)).filter_map(|(day, two)| match two {
        [without, with] => Some((day.seed, without.rate, with.rate)),
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
        for leave in [LEAVE_TOLD_POOR, 45, LEAVE_TOLD, 75] {
            let fall = if falls_faster { "，来电半衰期 70→40 分钟" } else { "" };
            named.push(format!("听完即走 {leave}%{fall}"));
            jobs.extend([off, base].map(|terms| (day, Terms { leave, falls_faster, ..terms })));
        }
    }
    named.push(format!("只有 P1 已装的 {INSTALLED} 个座席"));
    jobs.extend([off, base].map(|terms| (day, Terms { seats: INSTALLED, ..terms })));
    let found = runs(&jobs)?;
    let tried = |(what, two): (String, &[Got])| {
        let (without, with) = match two {
            [without, with] => (without.rate, *with),
            _ => (0.0, Got { rate: 0.0, contained: 0.0 }),
        };
        Tried { what, without, with: with.rate, contained: with.contained }
    };
    let mut all = named.into_iter().zip(found.chunks(2)).map(tried);
    let reactions: Vec<Tried> = all.by_ref().take(4).collect();
    let behaviours: Vec<Tried> = all.by_ref().take(8).collect();
    let installed = all.next().unwrap_or_else(|| tried((String::new(), &[])));

    let percent = |at: usize| u32::try_from(at).unwrap_or(100);
    let by_letter = |leave: u32| Terms { leave, ..base };
    let leave = least(0, 101, |at| {
        let terms = by_letter(percent(at));
        Ok(got(day, &once(day, terms)?).contained >= CONTAINED)
    })?;
    let leave = leave.map_or(100, percent);
    let with = |terms: Terms| once(day, terms).map(|outcome| rate(&outcome) >= WANTED);
    let share = |step: usize| u32::try_from(step * 5).unwrap_or(100);
    let content = |falls_faster: bool| {
        let steps = least(0, 21, |step| with(Terms { leave: share(step), falls_faster, ..base }));
        steps.map(|step| step.map(share))
    };
    let (needed, needed_falling) = (content(false)?, content(true)?);
    let seats = least(SEATS.start, SEATS.end, |seats| with(Terms { seats, ..by_letter(leave) }))?;
    let jobs = [(day, by_letter(leave)), (day, Terms { falls_faster: true, ..by_letter(leave) })];
    let found = runs(&jobs)?;
    let at = |nth: usize| found.get(nth).map_or(0.0, |got| got.rate);
    let letter = Letter { leave, rate: at(0), falling: at(1), seats };
    Ok(Study { seeds, reactions, behaviours, letter, needed, needed_falling, installed })
}

/// Least, median and most.
pub fn spread(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    let at = |place: usize| all.get(place).copied().unwrap_or(0.0);
    let half = all.len() / 2;
    let middle = if all.len().is_multiple_of(2) {
        f64::midpoint(at(half.saturating_sub(1)), at(half))
    } else {
        at(half)
    };
    (at(0), middle, at(all.len().saturating_sub(1)))
}
