//! A day of the city: who calls when and why, what goes off, and what the finder makes of it.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use kernel::Timestamp;

use super::city::{City, Part};
use crate::rules::{Change, Finder, Moment, Says, Settings, Signal, Source};

const DAY_S: i64 = 86_400;
/// The finder looks as often.
const LOOK_S: i64 = 5;
/// Somebody confirms a proposal so long after it came.
const CONFIRM_S: i64 = 120;

/// What kind of day it is.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Faults of the network in the day.
    pub faults: u32,
    /// Ordinary calls, against an ordinary day.
    pub busy: f64,
    /// The share of the homes without supply that call.
    pub call_share: f64,
}

impl Weather {
    pub const ORDINARY: Weather = Weather { faults: 14, busy: 1.0, call_share: 0.04 };
    pub const SUMMER: Weather = Weather { faults: 40, busy: 1.6, call_share: 0.04 };
    pub const STORM: Weather = Weather { faults: 120, busy: 3.0, call_share: 0.03 };
}

#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub days: u32,
    pub faults: u32,
    /// Faults from which at least three homes called before the control room reported.
    pub loud: u32,
    /// Proposed before the report.
    pub found: u32,
    /// Minutes before the report, of those found.
    pub ahead_min: Vec<f64>,
    /// Of those found: the place was the right one when it was proposed, and when it was confirmed.
    pub right_first: u32,
    pub right: u32,
    /// Of what nobody reported.
    pub false_alarms: u32,
    /// Second proposals of the same fault.
    pub again: u32,
    pub signals: u32,
}

impl Outcome {
    pub fn add(&mut self, other: Outcome) {
        self.days += other.days;
        self.faults += other.faults;
        self.loud += other.loud;
        self.found += other.found;
        self.ahead_min.extend(other.ahead_min);
        self.right_first += other.right_first;
        self.right += other.right;
        self.false_alarms += other.false_alarms;
        self.again += other.again;
        self.signals += other.signals;
    }

    pub fn ahead(&self, share: f64) -> f64 {
        let mut all = self.ahead_min.clone();
        all.sort_by(f64::total_cmp);
        let at = ((all.len() as f64 - 1.0) * share).round().max(0.0) as usize;
        all.get(at).copied().unwrap_or(0.0)
    }
}

struct Fault {
    part: Part,
    start: i64,
    /// The control room says so.
    report: i64,
}

/// Something becomes known of a call.
struct Known {
    call: i64,
    home: u32,
    says: Says,
    /// Of which fault it really is.
    fault: Option<usize>,
}

fn exponential(rng: &mut Rng, mean: f64) -> f64 {
    -mean * (1.0 - rng.f64()).ln()
}

fn lognormal(rng: &mut Rng, median: f64, sigma: f64) -> f64 {
    let (a, b) = (1.0 - rng.f64(), rng.f64());
    let normal = (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos();
    median * (sigma * normal).exp()
}

/// An instant of the day, by the shares of its half-hours.
fn instant(rng: &mut Rng, settings: &Settings) -> i64 {
    let mut left = rng.f64() * settings.day.iter().sum::<f64>();
    for (nth, share) in settings.day.iter().enumerate() {
        if left < *share {
            return nth as i64 * 1_800 + rng.i64(0..1_800);
        }
        left -= share;
    }
    DAY_S - 1
}

/// What is known of a call, when: that it came, what was keyed, what the agent wrote.
#[allow(clippy::too_many_arguments)]
fn call(
    all: &mut BTreeMap<(i64, i64), Known>,
    rng: &mut Rng,
    next: &mut i64,
    at: i64,
    home: u32,
    says: Says,
    fault: Option<usize>,
) {
    // Calls from numbers that nobody knows are put to a home by the agent's record only.
    let known = rng.f64() < 0.8;
    *next += 1;
    let call = *next;
    let talk = 90 + exponential(rng, 120.0) as i64;
    let mut put = |seconds: i64, says| {
        let order = all.len() as i64;
        all.insert((at + seconds, order), Known { call, home, says, fault });
    };
    if known {
        put(0, Says::Nothing);
        if rng.f64() < 0.6 {
            put(40, says);
        }
    }
    put(40 + talk, says);
}

/// One day; the same for the same seed.
pub fn run(city: &City, settings: &Settings, weather: Weather, seed: u64) -> Outcome {
    let mut rng = Rng::with_seed(seed);
    let mut all: BTreeMap<(i64, i64), Known> = BTreeMap::new();
    let mut next = 0;
    let ordinary = f64::from(city.customers) * settings.calls_per_day * weather.busy;
    for _ in 0..ordinary as u32 {
        let (at, home) = (instant(&mut rng, settings), rng.u32(..city.customers));
        let says = if rng.f64() < settings.no_supply_share { Says::NoSupply } else { Says::Other };
        call(&mut all, &mut rng, &mut next, at, home, says, None);
        // One in five is not served at once, and calls again.
        if rng.f64() < 0.2 {
            let again = at + lognormal(&mut rng, 180.0, 0.8) as i64;
            call(&mut all, &mut rng, &mut next, again, home, says, None);
        }
    }
    // Twice a day a community gets a letter about prices.
    for _ in 0..2 {
        let (at, transformer) = (rng.i64(8 * 3_600..20 * 3_600), rng.u32(..city.transformers() - 4));
        let ((first, _), (last, _)) = (city.homes(transformer), city.homes(transformer + 4));
        for _ in 0..12 {
            let (home, later) = (rng.u32(first..last), exponential(&mut rng, 3_600.0) as i64);
            call(&mut all, &mut rng, &mut next, at + later, home, Says::Other, None);
        }
    }
    let mut faults: Vec<Fault> = Vec::new();
    for nth in 0..weather.faults as usize {
        // A storm comes over the city within six hours.
        let start =
            if weather.faults > 60 { rng.i64(12 * 3_600..18 * 3_600) } else { instant(&mut rng, settings) };
        let share = rng.f64();
        let part = city.any(&mut rng, share);
        let mut calls: Vec<i64> = Vec::new();
        for transformer in City::below(part) {
            let (first, many) = city.homes(transformer);
            for home in first..first + many {
                if rng.f64() < weather.call_share {
                    let at = start + 60 + exponential(&mut rng, 1_500.0) as i64;
                    calls.push(at);
                    call(&mut all, &mut rng, &mut next, at, home, Says::NoSupply, Some(nth));
                }
            }
        }
        // A crew is sent when the first order is there, or when the network tells by itself.
        let dispatched = calls.iter().min().map_or(start + 600, |first| first + 240);
        let report = dispatched + lognormal(&mut rng, 18.0 * 60.0, 0.5) as i64;
        faults.push(Fault { part, start, report });
    }
    follow(city, settings, &faults, &all)
}

fn follow(city: &City, settings: &Settings, faults: &[Fault], all: &BTreeMap<(i64, i64), Known>) -> Outcome {
    let mut outcome = Outcome { days: 1, faults: faults.len() as u32, ..Outcome::default() };
    let mut finder = Finder::default();
    let mut events = all.iter().peekable();
    let (mut minted, mut now) = (0, 0);
    // When it was proposed, with the fault behind it.
    let mut proposed: BTreeMap<i64, (i64, Option<usize>)> = BTreeMap::new();
    let mut found: BTreeMap<usize, i64> = BTreeMap::new();
    let mut callers: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    // Parts under the shield, since when.
    let mut shield: BTreeSet<std::sync::Arc<str>> = BTreeSet::new();
    let mut behind: BTreeMap<Source, Option<usize>> = BTreeMap::new();
    let mut reported: BTreeSet<usize> = BTreeSet::new();
    while now < DAY_S + 3 * 3_600 {
        now += LOOK_S;
        for (nth, fault) in faults.iter().enumerate() {
            if fault.report <= now && reported.insert(nth) {
                shield.insert(City::key(fault.part));
                // What is reported is decided; its proposals with it.
                let own: Vec<i64> = finder
                    .open()
                    .filter(|open| City::on_the_way(fault.part, open.place()))
                    .map(|open| open.id)
                    .collect();
                own.into_iter().for_each(|id| drop(finder.close(id)));
            }
        }
        while let Some((_, known)) = events.next_if(|((at, _), _)| *at <= now) {
            let source = Source::Call(known.call);
            behind.insert(source, known.fault);
            let ways = city.paths(city.transformer(known.home));
            let explained = ways.iter().flatten().any(|place| shield.contains(&place.key));
            if let Some(nth) = known.fault
                && faults.get(nth).is_some_and(|fault| now < fault.report)
            {
                callers.entry(nth).or_default().insert(known.home);
            }
            ways.iter().flatten().for_each(|place| finder.know(place.clone()));
            let paths =
                ways.into_iter().map(|way| way.into_iter().map(|place| place.key).collect()).collect();
            let (at, household) = (Timestamp::from_secs(now), i64::from(known.home));
            finder.take(Signal { source, at, says: known.says, household, paths, explained });
            outcome.signals += 1;
        }
        let half_hour = usize::try_from(now % DAY_S / 1_800).unwrap_or(0);
        let moment = Moment { now: Timestamp::from_secs(now), half_hour, customers: city.customers };
        let mut mint = || {
            minted += 1;
            minted
        };
        for change in finder.look(moment, settings, &mut mint) {
            let Change::Proposed { id } = change else { continue };
            let Some(open) = finder.one(id) else { continue };
            let fault = most(open.evidence.keys().map(|source| behind.get(source).copied().flatten()));
            proposed.insert(id, (now, fault));
            match fault {
                None => outcome.false_alarms += 1,
                Some(nth) if found.contains_key(&nth) => outcome.again += 1,
                Some(nth) => {
                    found.insert(nth, id);
                    if let Some(fault) = faults.get(nth) {
                        outcome.found += 1;
                        outcome.ahead_min.push((fault.report - now) as f64 / 60.0);
                        outcome.right_first += u32::from(*City::key(fault.part) == *open.place());
                    }
                }
            }
        }
        let ripe =
            |open: &&crate::rules::Open| proposed.get(&open.id).is_some_and(|(at, _)| *at + CONFIRM_S <= now);
        for id in finder.open().filter(ripe).map(|open| open.id).collect::<Vec<_>>() {
            let Some(open) = finder.close(id) else { continue };
            let fault = proposed.get(&id).and_then(|(_, fault)| *fault);
            let Some(nth) = fault else { continue };
            shield.insert(std::sync::Arc::from(open.place()));
            if found.get(&nth) == Some(&id)
                && let Some(fault) = faults.get(nth)
            {
                outcome.right += u32::from(*City::key(fault.part) == *open.place());
            }
        }
    }
    outcome.loud = callers.values().filter(|homes| homes.len() >= 3).count() as u32;
    outcome.faults -= faults.iter().filter(|fault| fault.start > DAY_S).count() as u32;
    outcome
}

/// The fault behind more than half of the evidence.
fn most(of: impl Iterator<Item = Option<usize>>) -> Option<usize> {
    let (mut all, mut each) = (0, BTreeMap::<usize, usize>::new());
    for one in of {
        all += 1;
        if let Some(nth) = one {
            *each.entry(nth).or_default() += 1;
        }
    }
    each.into_iter().filter(|(_, many)| many * 2 > all).map(|(nth, _)| nth).next()
}
