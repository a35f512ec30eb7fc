//! The three runs, the search for the staff, and what becomes of the result when the assumptions are worse.

use std::time::Duration;

use anyhow::{Result, anyhow};

use super::day::Day;
use super::reference::{CONTAINED, INSTALLED, LEAVE_TOLD, LEAVE_TOLD_POOR, TAKE_BACK};
use super::tries::{Got, Tries, least};
use super::world::{Aid, Hall, Outcome, Terms};

/// The answer rate of S2 before, and what was reached.
pub const BEFORE: f64 = 78.0;
pub const WANTED: f64 = 92.0;
/// Fault data are entered within five minutes (O8).
pub const REACTION_MIN: u32 = 5;
pub const SEEDS: u64 = 10;
const SEATS: std::ops::Range<usize> = 8..120;
/// What is tried in the place of the share that wants to be called back.
const TAKES: [u32; 5] = [0, 25, 50, 75, 100];

pub fn minutes(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 60)
}

/// The same day three times.
pub struct Runs {
    pub without: Outcome,
    pub with: Outcome,
    /// With storm mode as well.
    pub both: Outcome,
}

pub fn terms(seats: usize) -> Terms {
    Terms {
        seats,
        aid: Aid::Both,
        hall: Hall::Plain,
        reaction: minutes(REACTION_MIN),
        leave: LEAVE_TOLD,
        falls_faster: false,
        take: TAKE_BACK,
    }
}

pub fn runs(day: &Day, terms: Terms, tries: &Tries) -> Result<Runs> {
    let run = |aid: Aid| tries.whole("同一天三遍", day, Terms { aid, ..terms });
    let (without, with, both) = std::thread::scope(|scope| {
        let without = scope.spawn(|| run(Aid::Nothing));
        let with = scope.spawn(|| run(Aid::Shield));
        let both = run(Aid::Both);
        (without.join(), with.join(), both)
    });
    let ended = |_| anyhow!("a run has ended early");
    Ok(Runs { without: without.map_err(ended)??, with: with.map_err(ended)??, both: both? })
}

/// The seats with which the day without the shield comes nearest to 78 %, and what its neighbours give.
pub fn staff(day: &Day, tries: &Tries) -> Result<(usize, Vec<(usize, f64)>)> {
    const WHAT: &str = "找座席数";
    let off = |seats: usize| Terms { aid: Aid::Nothing, ..terms(seats) };
    // More seats answer more: the first that reaches it.
    let over = least(SEATS.start, SEATS.end, |seats| Ok(tries.one(WHAT, day, off(seats))?.rate >= BEFORE))?;
    let over = over.unwrap_or(SEATS.end);
    let near: Vec<usize> = (over.saturating_sub(3).max(1)..over + 3).collect();
    let jobs: Vec<_> = near.iter().map(|seats| (day, off(*seats))).collect();
    let found: Vec<(usize, f64)> =
        near.into_iter().zip(tries.many(WHAT, &jobs)?.into_iter().map(|got| got.rate)).collect();
    let far = |rate: f64| (rate - BEFORE).abs();
    let best = found.iter().min_by(|a, b| far(a.1).total_cmp(&far(b.1))).map_or(over, |(seats, _)| *seats);
    Ok((best, found))
}

/// One line of what was tried.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    pub what: String,
    pub without: Got,
    pub with: Got,
    pub both: Got,
}

/// With the shield, or with both.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByLetter {
    pub got: Got,
    /// With the reference's faster fall of the rush as well.
    pub falling: Got,
    /// The least seats with which it reaches 92 % without the faster fall.
    pub seats: Option<usize>,
}

/// What the reference says taken by the letter: of the calls in an outage 30 % ask for nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Letter {
    /// The share of content callers that comes to this.
    pub leave: u32,
    pub with: ByLetter,
    pub both: ByLetter,
}

/// With so many in a hundred who want to be called back: as assumed otherwise, and by the letter.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    pub take: u32,
    pub base: Got,
    pub letter: Got,
}

/// Everything that was tried with these seats.
pub struct Study {
    pub seeds: Vec<Tried>,
    pub reactions: Vec<Tried>,
    pub behaviours: Vec<Tried>,
    /// With the seats that P1 has.
    pub installed: Tried,
    /// With breaks, and with a staff that is divided: what storm mode stops and lends.
    pub halls: Vec<Tried>,
    pub takes: Vec<Taken>,
    /// Storm mode without the shield.
    pub storm_only: Got,
    pub letter: Letter,
    /// The day by the letter, call by call.
    pub lettered: Runs,
    /// The least share of content callers, in steps of five, that reaches 92 %; and with the reference's faster fall.
    pub needed: Option<u32>,
    pub needed_falling: Option<u32>,
}

const THREE: [Aid; 3] = [Aid::Nothing, Aid::Shield, Aid::Both];

/// Each with the three aids.
fn tried(tries: &Tries, what: &str, jobs: Vec<(String, &Day, Terms)>) -> Result<Vec<Tried>> {
    let all: Vec<(&Day, Terms)> =
        jobs.iter().flat_map(|(_, day, terms)| THREE.map(|aid| (*day, Terms { aid, ..*terms }))).collect();
    let found = tries.many(what, &all)?;
    let named = jobs.into_iter().zip(found.chunks(3));
    let line = |((what, _, _), three): ((String, &Day, Terms), &[Got])| match three {
        [without, with, both] => Tried { what, without: *without, with: *with, both: *both },
        _ => Tried { what, ..Tried::default() },
    };
    Ok(named.map(line).collect())
}

pub fn study(day: &Day, base: Terms, tries: &Tries) -> Result<Study> {
    let days: Vec<Day> = (day.seed..day.seed + SEEDS).map(Day::new).collect();
    let jobs = days.iter().map(|day| (day.seed.to_string(), day, base)).collect();
    let seeds = tried(tries, "不同的日子", jobs)?;

    let late =
        |late: u32| (format!("故障后 {late} 分钟发布"), day, Terms { reaction: minutes(late), ..base });
    let reactions = tried(tries, "播报早晚", [0, 5, 15, 30].map(late).to_vec())?;

    let mut jobs = Vec::new();
    for falls_faster in [false, true] {
        for leave in [LEAVE_TOLD_POOR, 45, LEAVE_TOLD, 75] {
            let fall = if falls_faster { "，来电半衰期 70→40 分钟" } else { "" };
            let what = format!("听完即走 {leave}%{fall}");
            jobs.push((what, day, Terms { leave, falls_faster, ..base }));
        }
    }
    let few = Terms { seats: INSTALLED, ..base };
    jobs.push((format!("只有 P1 已装的 {INSTALLED} 个座席"), day, few));
    let mut behaviours = tried(tries, "来电人的行为", jobs)?;
    let installed = behaviours.pop().unwrap_or_default();

    let hall = |what: &str, hall: Hall| (what.to_owned(), day, Terms { hall, ..base });
    let halls = [
        hall("全员通岗，不小休(上面的演练)", Hall::Plain),
        hall("每班小休 3 次×10 分钟，应急时停", Hall::Rests),
        hall("一半座席只接故障、一半只接业务，应急时互援", Hall::Divided),
    ];
    let halls = tried(tries, "小休与分岗", halls.to_vec())?;

    let leave = letter_leave(tries, day, base)?;
    let lettered = Terms { leave, ..base };
    let by_call = runs(day, lettered, tries)?;
    let jobs: Vec<(&Day, Terms)> = TAKES
        .iter()
        .flat_map(|take| [base, lettered].map(|terms| (day, Terms { take: *take, ..terms })))
        .collect();
    let found = tries.many("接受回电的比例", &jobs)?;
    let takes = TAKES.iter().zip(found.chunks(2)).filter_map(|(take, two)| match two {
        [base, letter] => Some(Taken { take: *take, base: *base, letter: *letter }),
        _ => None,
    });
    let takes = takes.collect();
    let storm_only = tries.one("只有应急模式", day, Terms { aid: Aid::StormMode, ..base })?;

    let by_letter = |aid: Aid| by_letter(tries, day, Terms { aid, ..lettered });
    let shield = Terms { aid: Aid::Shield, ..base };
    let (with, both, needed, needed_falling) = std::thread::scope(|scope| {
        let with = scope.spawn(|| by_letter(Aid::Shield));
        let needed = scope.spawn(|| content(tries, day, shield));
        let falling = Terms { falls_faster: true, ..shield };
        let needed_falling = scope.spawn(move || content(tries, day, falling));
        let both = by_letter(Aid::Both);
        (with.join(), both, needed.join(), needed_falling.join())
    });
    let letter = Letter { leave, with: with.map_err(ended)??, both: both? };
    Ok(Study {
        seeds,
        reactions,
        behaviours,
        installed,
        halls,
        takes,
        storm_only,
        letter,
        lettered: by_call,
        needed: needed.map_err(ended)??,
        needed_falling: needed_falling.map_err(ended)??,
    })
}

fn ended(_: Box<dyn std::any::Any + Send>) -> anyhow::Error {
    anyhow!("a run has ended early")
}

fn percent(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(100)
}

/// The share of content callers with which the shield alone comes to what the reference says.
fn letter_leave(tries: &Tries, day: &Day, base: Terms) -> Result<u32> {
    let shield = Terms { aid: Aid::Shield, ..base };
    let reaches = |at: usize| {
        let terms = Terms { leave: percent(at), ..shield };
        Ok(tries.one("参考的字面", day, terms)?.contained >= CONTAINED)
    };
    Ok(least(0, 101, reaches)?.map_or(100, percent))
}

fn by_letter(tries: &Tries, day: &Day, terms: Terms) -> Result<ByLetter> {
    const WHAT: &str = "参考的字面";
    let enough = |seats: usize| Ok(tries.one(WHAT, day, Terms { seats, ..terms })?.rate >= WANTED);
    Ok(ByLetter {
        got: tries.one(WHAT, day, terms)?,
        falling: tries.one(WHAT, day, Terms { falls_faster: true, ..terms })?,
        seats: least(SEATS.start, SEATS.end, enough)?,
    })
}

/// The least share of content callers with which it reaches 92 %.
fn content(tries: &Tries, day: &Day, terms: Terms) -> Result<Option<u32>> {
    let share = |step: usize| percent(step * 5);
    let enough = |step: usize| {
        let terms = Terms { leave: share(step), ..terms };
        Ok(tries.one("要多少人听完即走", day, terms)?.rate >= WANTED)
    };
    Ok(least(0, 21, enough)?.map(share))
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
