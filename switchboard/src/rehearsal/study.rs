//! The pair of runs, the search for the staff, and what becomes of the result when the assumptions are worse.

use std::time::Duration;

use anyhow::{Result, anyhow};

use super::day::Day;
use super::figures::Figures;
use super::outages::Known;
use super::reference::{LEAVE_TOLD, LEAVE_TOLD_REFERENCE};
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

fn once(day: &Day, terms: Terms) -> Result<Outcome> {
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
pub fn staff(day: &Day, tell: &mut dyn FnMut(usize, f64)) -> Result<(usize, Vec<(usize, f64)>)> {
    let mut tried: Vec<(usize, f64)> = Vec::new();
    let mut at = |seats: usize| -> Result<f64> {
        if let Some((_, found)) = tried.iter().find(|(known, _)| *known == seats) {
            return Ok(*found);
        }
        let found = rate(&once(day, Terms { shield: false, ..terms(seats) })?);
        tell(seats, found);
        tried.push((seats, found));
        Ok(found)
    };
    // More seats answer more: the first that reaches it, and the one before.
    let (mut low, mut high) = (SEATS.start, SEATS.end);
    while low < high {
        let middle = usize::midpoint(low, high);
        if at(middle)? < BEFORE { low = middle + 1 } else { high = middle }
    }
    let (under, over) = (at(low.saturating_sub(1).max(1))?, at(low)?);
    let best = if (over - BEFORE).abs() <= (under - BEFORE).abs() { low } else { low - 1 };
    at(best + 1)?;
    at(best.saturating_sub(1).max(1))?;
    tried.sort_by_key(|(seats, _)| *seats);
    let near = tried.into_iter().filter(|(seats, _)| seats.abs_diff(best) <= 2).collect();
    Ok((best, near))
}

/// One line of what was tried: the answer rate without and with the shield.
pub struct Tried {
    pub what: String,
    pub assumed: bool,
    pub without: f64,
    pub with: f64,
}

/// Everything that was tried with these seats.
pub struct Study {
    /// Without and with, by seed.
    pub seeds: Vec<(u64, f64, f64)>,
    pub reactions: Vec<Tried>,
    pub behaviours: Vec<Tried>,
    /// The least share of content callers, in steps of five, that reaches 92 %; and with the reference's faster fall.
    pub needed: Option<u32>,
    pub needed_falling: Option<u32>,
    /// The least seats that reach 92 % with the shield and the reference's 30 %.
    pub seats_for_reference: Option<usize>,
}

pub fn study(day: &Day, base: Terms) -> Result<Study> {
    let rates = |day: &Day, terms: Terms| pair(day, terms).map(|pair| (rate(&pair.without), rate(&pair.with)));
    let with = |terms: Terms| once(day, terms).map(|outcome| rate(&outcome));
    let mut seeds = Vec::new();
    for seed in day.seed..day.seed + SEEDS {
        let (without, with) = rates(&Day::new(seed), base)?;
        seeds.push((seed, without, with));
    }
    let mut reactions = Vec::new();
    for late in [0, 5, 15, 30] {
        let (without, with) = rates(day, Terms { reaction: minutes(late), ..base })?;
        reactions.push(Tried { what: format!("故障后{late}分钟发布"), assumed: false, without, with });
    }
    let (without, _) = rates(day, base)?;
    let mut behaviours = Vec::new();
    for falls_faster in [false, true] {
        for leave in [LEAVE_TOLD_REFERENCE, 45, 60, 75] {
            let fall = if falls_faster { ",来电半衰期70→40分钟(参考值)" } else { "" };
            let assumed = leave != LEAVE_TOLD_REFERENCE;
            let source = if assumed { "假设" } else { "参考值" };
            let what = format!("听完即走{leave}%({source}){fall}");
            let with = with(Terms { leave, falls_faster, ..base })?;
            behaviours.push(Tried { what, assumed, without, with });
        }
    }
    let least = |falls_faster: bool| -> Result<Option<u32>> {
        for leave in (0..=100).step_by(5) {
            if with(Terms { leave, falls_faster, ..base })? >= WANTED {
                return Ok(Some(leave));
            }
        }
        Ok(None)
    };
    let (needed, needed_falling) = (least(false)?, least(true)?);
    let mut seats_for_reference = None;
    for seats in base.seats..SEATS.end {
        if with(Terms { leave: LEAVE_TOLD_REFERENCE, seats, ..base })? >= WANTED {
            seats_for_reference = Some(seats);
            break;
        }
    }
    Ok(Study { seeds, reactions, behaviours, needed, needed_falling, seats_for_reference })
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
