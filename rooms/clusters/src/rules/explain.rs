//! Which place explains what is heard below a top: the lowest that leaves nothing but chance over. The formulas stand in `finder`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kernel::Timestamp;

use super::Settings;
use super::finder::{Finder, Moment, Test};
use super::signal::{Key, Place, PlaceKind, Says, Source};
use super::tail::{spread, surprise};

/// Hits are in few parts when the parts touched are fewer than expected by so many standard deviations.
const FEW: f64 = 3.0;
/// What can be written; beyond it nothing is decided by it.
const SURPRISE_MAX: f64 = 99.99;

/// How it is looked at.
#[derive(Clone, Copy)]
pub struct Eye<'a> {
    pub moment: Moment,
    pub settings: &'a Settings,
    /// What is heard of the whole city, and not accounted for.
    pub city: &'a City,
    /// Signals that others account for.
    pub skip: &'a BTreeSet<Source>,
}

/// What is heard of the whole city: so many signals in the last minutes of each window.
#[derive(Clone, Debug)]
pub struct City {
    pub customers: u32,
    pub heard: Vec<(u32, u32)>,
}

/// A place that is more of the city than this is measured by the clock only.
const SHARE_MAX: f64 = 0.9;

impl Eye<'_> {
    /// Of so many customers of a place, how many are expected within a window: by the clock, or as many as everybody else's are
    /// now. `part`: of those calls that are counted.
    fn expected(
        &self,
        (place, heard): (&Place, &[Heard<'_>]),
        customers: u32,
        window_min: u32,
        part: f64,
    ) -> f64 {
        let by_clock = self.settings.expected(customers, window_min, self.moment.half_hour) * part;
        let all = f64::from(self.city.customers);
        if f64::from(place.customers) > all * SHARE_MAX {
            return by_clock;
        }
        let since = self.moment.now - Duration::from_secs(u64::from(window_min) * 60);
        let here = heard.iter().filter(|one| one.at >= since).count() as f64;
        let now = self.city.heard.iter().find(|(minutes, _)| *minutes == window_min);
        let elsewhere = (now.map_or(0.0, |(_, count)| f64::from(*count)) - here).max(0.0);
        by_clock.max(f64::from(customers) * elsewhere / (all - f64::from(place.customers)))
    }
}

/// A place that is hit.
#[derive(Clone, Debug)]
pub struct Found {
    pub path: Vec<Key>,
    pub kind: PlaceKind,
    pub customers: u32,
    pub first: Timestamp,
    pub last: Timestamp,
    pub evidence: BTreeMap<Source, i64>,
    pub test: Test,
}

/// One signal below a place.
struct Heard<'a> {
    at: Timestamp,
    source: Source,
    household: i64,
    says: Says,
    paths: &'a [Vec<Key>],
}

impl Finder {
    /// The lowest places below `key` that explain what is heard; itself, when none of those below do.
    pub(super) fn explain(&self, key: &Key, eye: Eye<'_>) -> Vec<Found> {
        let heard = self.heard_below(key, eye);
        if households(&heard, None) < eye.settings.households {
            return Vec::new();
        }
        let children = self.below.get(key).into_iter().flatten();
        let below: Vec<Found> = children.flat_map(|child| self.explain(child, eye)).collect();
        let Some(place) = self.places.get(key) else { return below };
        let Some(test) = test(place, &heard, eye) else { return below };
        if !below.is_empty() && explained(place, &heard, &below, test, eye) {
            return below;
        }
        let first = heard.iter().map(|one| one.at).min().unwrap_or(eye.moment.now);
        let last = heard.iter().map(|one| one.at).max().unwrap_or(eye.moment.now);
        let evidence = heard.iter().map(|one| (one.source, one.household)).collect();
        let (kind, customers) = (place.kind, place.customers);
        vec![Found { path: self.path_of(key), kind, customers, first, last, evidence, test }]
    }

    fn heard_below(&self, key: &Key, eye: Eye<'_>) -> Vec<Heard<'_>> {
        let since = eye.moment.now - Duration::from_secs(eye.settings.longest_s());
        let Some(all) = self.heard.get(key) else { return Vec::new() };
        let recent = all.range((since, Source::Call(i64::MIN))..);
        recent
            .filter(|(_, source)| !eye.skip.contains(source))
            .filter_map(|(at, source)| {
                let signal = self.signals.get(source)?;
                let (household, says) = (signal.household, signal.says);
                Some(Heard { at: *at, source: *source, household, says, paths: &signal.paths })
            })
            .collect()
    }

    fn path_of(&self, key: &Key) -> Vec<Key> {
        /// Networks are not deeper; a loop in the data ends here.
        const DEEP: usize = 12;
        let mut path = vec![key.clone()];
        while let Some(up) =
            path.last().and_then(|key| self.places.get(key)).and_then(|place| place.parent.clone())
            && path.len() < DEEP
        {
            path.push(up);
        }
        path.reverse();
        path
    }
}

fn households(heard: &[Heard<'_>], only: Option<Says>) -> u32 {
    let wanted = heard.iter().filter(|one| only.is_none_or(|says| one.says == says));
    count(&wanted.map(|one| one.household).collect())
}

fn count(set: &BTreeSet<i64>) -> u32 {
    u32::try_from(set.len()).unwrap_or(u32::MAX)
}

/// The most surprising way to look at a place, when it is surprising enough.
fn test(place: &Place, heard: &[Heard<'_>], eye: Eye<'_>) -> Option<Test> {
    let Eye { moment, settings, .. } = eye;
    let looks = (2.0 * settings.windows_min.len() as f64).log10();
    let mut best: Option<Test> = None;
    for window_min in settings.windows_min.iter().copied() {
        let since = moment.now - Duration::from_secs(u64::from(window_min) * 60);
        let inside = || heard.iter().filter(|one| one.at >= since);
        let anybody: BTreeSet<i64> = inside().map(|one| one.household).collect();
        if count(&anybody) < settings.households {
            continue;
        }
        let says: BTreeSet<i64> =
            inside().filter(|one| one.says == Says::NoSupply).map(|one| one.household).collect();
        for (set, part) in [(&anybody, 1.0), (&says, settings.no_supply_share)] {
            let expected = eye.expected((place, heard), place.customers, window_min, part);
            let value = (surprise(expected, count(set)) - looks).clamp(0.0, SURPRISE_MAX);
            if best.is_none_or(|best| value > best.surprise) {
                let households = count(set);
                best = Some(Test { window_min, households, expected, surprise: value });
            }
        }
    }
    let rounded = |value: f64, to: f64| (value * to).round() / to;
    best.filter(|best| best.surprise >= settings.surprise).map(|best| Test {
        surprise: rounded(best.surprise, 100.0),
        expected: rounded(best.expected, 1e6),
        ..best
    })
}

/// Whether those below account for all that is heard at a place.
fn explained(place: &Place, heard: &[Heard<'_>], below: &[Found], test: Test, eye: Eye<'_>) -> bool {
    let Eye { moment, settings, .. } = eye;
    let since = moment.now - Duration::from_secs(u64::from(test.window_min) * 60);
    let here: BTreeSet<i64> = heard.iter().filter(|one| one.at >= since).map(|one| one.household).collect();
    let theirs: BTreeSet<i64> = below.iter().flat_map(|found| found.evidence.values().copied()).collect();
    let left = count(&here.difference(&theirs).copied().collect());
    let supplied: u32 = below.iter().map(|found| found.customers).sum();
    let others = place.customers.saturating_sub(supplied);
    let expected = eye.expected((place, heard), others, test.window_min, 1.0);
    let chance = surprise(expected, left) < settings.chance;
    in_few_parts(place, heard) || (chance && below.len() == 1)
}

/// Whether the hits touch far fewer parts than if they fell anywhere.
fn in_few_parts(place: &Place, heard: &[Heard<'_>]) -> bool {
    let (mut direct, mut lowest, mut who) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for one in heard {
        for path in one.paths {
            let Some(at) = path.iter().position(|key| *key == place.key) else { continue };
            who.insert(one.household);
            direct.extend(path.get(at + 1));
            lowest.extend(path.last());
        }
    }
    let few = |parts: u32, touched: usize| {
        let (mean, deviation) = spread(parts, count(&who));
        (touched as f64) < mean - FEW * deviation.max(0.4)
    };
    few(place.children, direct.len()) || few(place.leaves, lowest.len())
}
