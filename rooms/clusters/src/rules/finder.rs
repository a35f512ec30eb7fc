//! Finds places from which more people call than by chance.
//!
//! **Is it surprising?** Below a place hang `c` of all `C` customers. By themselves
//! `λ = c · calls_per_day · day[half-hour] · w / 30 min` of them call within `w` minutes, and `λ · no_supply_share` say that
//! supply is off. When everybody else is busier than the clock says, their rate is taken instead: with `E` signals elsewhere in
//! the window that nothing accounts for, `μ = max(λ, c · E / (C − c))`, so that on an evening when everybody calls three calls
//! are no news. With `n` distinct households in the window the place is *surprised* by
//!
//! ```text
//! s = max over w, over {anybody, who says so} of  −log₁₀ P[Poisson(μ) ≥ n]  −  log₁₀(2 · number of windows)
//! ```
//!
//! The last term pays for looking in several ways. A place is *hit* when `s ≥ surprise` and `n ≥ households`.
//!
//! **Which place is it?** The lowest that explains what is heard. Of a place that is hit and has hit ones below, hits that fell
//! anywhere among its `m` parts would touch `m(1 − (1 − 1/m)ⁿ)` of them. When they touch far fewer, of the direct or of the
//! lowest parts, those below are faults of their own. Otherwise, when one place is hit below and what it leaves over is chance
//! (`−log₁₀ P < chance`), it is that one; and else the place itself: a line, when its transformers are hit in proportion.
//!
//! **Once.** A place that is proposed already, or below one, adds evidence. A place above proposals takes the oldest of them up
//! with it and the others in. Streets are looked at for whoever no element of the network accounts for.
//!
//! The finder is a function of the signals of the last hour and the proposals that are open: put back from rows it is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kernel::Timestamp;

use super::Settings;
use super::explain::{City, Eye, Found};
use super::signal::{Key, Place, PlaceKind, Signal, Source};

/// Nothing older is kept; no window is longer.
pub const HORIZON: Duration = Duration::from_secs(3_600);
/// More signals are not kept at once: the oldest go.
pub const SIGNALS_MAX: usize = 50_000;
/// Of one proposal.
pub const EVIDENCE_MAX: usize = 5_000;

/// Proposed, and nobody has decided it.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    pub id: i64,
    /// From the top to the place itself.
    pub path: Vec<Key>,
    pub kind: PlaceKind,
    pub customers: u32,
    /// The first sign of it.
    pub first: Timestamp,
    pub proposed: Timestamp,
    /// The last sign of it.
    pub last: Timestamp,
    /// Whose signs: the household of each.
    pub evidence: BTreeMap<Source, i64>,
    pub test: Test,
}

/// Why it is no chance: as it was when it was found, or grew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    pub window_min: u32,
    pub households: u32,
    /// Households that would have called by chance.
    pub expected: f64,
    pub surprise: f64,
}

impl Open {
    pub fn place(&self) -> &str {
        self.path.last().map_or("", |key| key)
    }

    pub fn households(&self) -> usize {
        self.evidence.values().collect::<BTreeSet<_>>().len()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Proposed {
        id: i64,
    },
    /// It is of a higher place now.
    Grown {
        id: i64,
    },
    /// Another sign of it.
    Heard {
        id: i64,
    },
    Merged {
        id: i64,
        into: i64,
    },
    Expired {
        id: i64,
    },
}

/// When somebody looks.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: Timestamp,
    /// Of the day, 0 to 47.
    pub half_hour: usize,
    /// All customers there are.
    pub customers: u32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Finder {
    pub(super) places: BTreeMap<Key, Place>,
    pub(super) signals: BTreeMap<Source, Signal>,
    /// Those that count, by place and time.
    pub(super) heard: BTreeMap<Key, BTreeSet<(Timestamp, Source)>>,
    pub(super) below: BTreeMap<Key, BTreeSet<Key>>,
    by_time: BTreeSet<(Timestamp, Source)>,
    open: BTreeMap<i64, Open>,
    /// Tops below which something is new.
    news: BTreeSet<Key>,
    /// Proposals that somebody has another sign of.
    more: BTreeSet<i64>,
}

impl Finder {
    /// How much hangs below a place; to be known before its signals come.
    pub fn know(&mut self, place: Place) {
        self.places.insert(place.key.clone(), place);
    }

    pub fn knows(&self, key: &str) -> bool {
        self.places.contains_key(key)
    }

    pub fn len(&self) -> usize {
        self.signals.len()
    }

    pub fn is_empty(&self) -> bool {
        self.signals.is_empty()
    }

    pub fn open(&self) -> impl Iterator<Item = &Open> {
        self.open.values()
    }

    pub fn one(&self, id: i64) -> Option<&Open> {
        self.open.get(&id)
    }

    /// A signal, or what became known of one: it stays at the time at which it first came.
    pub fn take(&mut self, signal: Signal) {
        let mut signal = signal;
        if let Some(before) = self.signals.get(&signal.source).cloned() {
            signal.at = before.at;
            signal.explained |= before.explained;
            self.forget_one(&before);
        }
        let counts = signal.counts();
        for open in self.open.values_mut() {
            if !signal.is_below(open.path.last().map_or("", |key| key)) {
                continue;
            }
            if counts && open.evidence.len() < EVIDENCE_MAX {
                open.evidence.insert(signal.source, signal.household);
                open.last = open.last.max(signal.at);
                open.first = open.first.min(signal.at);
                self.more.insert(open.id);
            } else if !counts && open.evidence.remove(&signal.source).is_some() {
                self.more.insert(open.id);
            }
        }
        if counts {
            self.news.extend(signal.paths.iter().filter_map(|path| path.first().cloned()));
        }
        self.put(signal);
        while self.signals.len() > SIGNALS_MAX {
            let Some((_, oldest)) = self.by_time.first().copied() else { break };
            if let Some(oldest) = self.signals.get(&oldest).cloned() {
                self.forget_one(&oldest);
            }
        }
    }

    /// A signal that was looked at before the last stop.
    pub fn put_back(&mut self, signal: Signal) {
        self.put(signal);
    }

    /// A proposal that was open at the last stop.
    pub fn put_back_open(&mut self, open: Open) {
        self.open.insert(open.id, open);
    }

    fn put(&mut self, signal: Signal) {
        self.by_time.insert((signal.at, signal.source));
        if signal.counts() {
            for path in &signal.paths {
                for (nth, key) in path.iter().enumerate() {
                    self.heard.entry(key.clone()).or_default().insert((signal.at, signal.source));
                    if let Some(child) = path.get(nth + 1) {
                        self.below.entry(key.clone()).or_default().insert(child.clone());
                    }
                }
            }
        }
        self.signals.insert(signal.source, signal);
    }

    fn forget_one(&mut self, signal: &Signal) {
        self.by_time.remove(&(signal.at, signal.source));
        self.signals.remove(&signal.source);
        for path in &signal.paths {
            for (nth, key) in path.iter().enumerate().rev() {
                let Some(heard) = self.heard.get_mut(key) else { continue };
                heard.remove(&(signal.at, signal.source));
                if heard.is_empty() {
                    self.heard.remove(key);
                    self.below.remove(key);
                    if let Some(above) = nth.checked_sub(1).and_then(|up| path.get(up))
                        && let Some(children) = self.below.get_mut(above)
                    {
                        children.remove(key);
                    }
                }
            }
        }
    }

    /// Somebody has decided it, or it is decided by itself: its signs are explained.
    pub fn close(&mut self, id: i64) -> Option<Open> {
        let open = self.open.remove(&id)?;
        self.more.remove(&id);
        for source in open.evidence.keys() {
            let Some(signal) = self.signals.get(source).cloned() else { continue };
            self.forget_one(&signal);
            self.put(Signal { explained: true, ..signal });
        }
        Some(open)
    }

    /// Looks where something is new; ids of new proposals come from `mint`.
    pub fn look(
        &mut self,
        moment: Moment,
        settings: &Settings,
        mint: &mut dyn FnMut() -> i64,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        self.forget(moment.now);
        let expire = Duration::from_secs(u64::from(settings.expire_min) * 60);
        let over = |open: &&Open| open.last.max(open.proposed) + expire <= moment.now;
        let expired: Vec<i64> = self.open.values().filter(over).map(|open| open.id).collect();
        for id in expired {
            self.close(id);
            changes.push(Change::Expired { id });
        }
        let tops = std::mem::take(&mut self.news);
        let is_network = |key: &&Key| self.places.get(*key).is_some_and(|place| place.kind.is_network());
        let (network, streets): (Vec<&Key>, Vec<&Key>) = tops.iter().partition(is_network);
        let city = self.city(moment, settings);
        let nobody = BTreeSet::new();
        for top in network {
            let eye = Eye { moment, settings, city: &city, skip: &nobody };
            for found in self.explain(top, eye) {
                self.settle(found, moment.now, mint, &mut changes);
            }
        }
        for top in streets {
            let claimed: BTreeSet<Source> =
                self.open.values().flat_map(|open| open.evidence.keys().copied()).collect();
            let eye = Eye { moment, settings, city: &city, skip: &claimed };
            for found in self.explain(top, eye) {
                self.settle(found, moment.now, mint, &mut changes);
            }
        }
        for id in std::mem::take(&mut self.more) {
            if self.open.contains_key(&id) {
                changes.push(Change::Heard { id });
            }
        }
        let heard = &self.heard;
        self.places.retain(|key, _| heard.contains_key(key));
        changes
    }

    fn forget(&mut self, now: Timestamp) {
        while let Some((at, source)) = self.by_time.first().copied()
            && at + HORIZON <= now
        {
            match self.signals.get(&source).cloned() {
                Some(signal) => self.forget_one(&signal),
                None => {
                    self.by_time.remove(&(at, source));
                }
            }
        }
    }

    /// What is heard of the whole city within each window, apart from what is proposed already.
    fn city(&self, moment: Moment, settings: &Settings) -> City {
        let claimed: BTreeSet<Source> =
            self.open.values().flat_map(|open| open.evidence.keys().copied()).collect();
        let free = |signal: &&Signal| signal.counts() && !claimed.contains(&signal.source);
        let times: Vec<Timestamp> = self.signals.values().filter(free).map(|signal| signal.at).collect();
        let heard = settings.windows_min.iter().map(|minutes| {
            let minutes = *minutes;
            let since = moment.now - Duration::from_secs(u64::from(minutes) * 60);
            let count = times.iter().filter(|at| **at >= since).count();
            (minutes, u32::try_from(count).unwrap_or(u32::MAX))
        });
        City { customers: moment.customers, heard: heard.collect() }
    }

    /// What is found becomes evidence of what is proposed, takes it up, or is proposed.
    fn settle(
        &mut self,
        found: Found,
        now: Timestamp,
        mint: &mut dyn FnMut() -> i64,
        changes: &mut Vec<Change>,
    ) {
        let Some(key) = found.path.last().cloned() else { return };
        let shared =
            |open: &Open| found.evidence.keys().filter(|one| open.evidence.contains_key(one)).count();
        let above = self.open.values().find(|open| found.path.iter().any(|key| **key == *open.place()));
        if let Some(id) = above.map(|open| open.id) {
            return self.join(id, found);
        }
        let inside = |open: &&Open| {
            let below = open.path.contains(&key);
            let mostly = shared(open) * 2 >= open.evidence.len().max(1);
            below || (mostly && (found.kind.is_network() || !open.kind.is_network()))
        };
        let mut taken: Vec<(Timestamp, i64)> =
            self.open.values().filter(inside).map(|open| (open.proposed, open.id)).collect();
        taken.sort_unstable();
        let Some(((_, first), rest)) = taken.split_first() else {
            let said = self.open.values().find(|open| shared(open) * 2 >= found.evidence.len().max(1));
            if let Some(id) = said.map(|open| open.id) {
                return self.join(id, found);
            }
            let id = mint();
            let Found { path, kind, customers, first, last, evidence, test } = found;
            self.open
                .insert(id, Open { id, path, kind, customers, first, proposed: now, last, evidence, test });
            changes.push(Change::Proposed { id });
            return;
        };
        let mut evidence = found.evidence;
        let (mut earliest, mut last) = (found.first, found.last);
        for (_, id) in rest {
            if let Some(gone) = self.open.remove(id) {
                (earliest, last) = (earliest.min(gone.first), last.max(gone.last));
                evidence.extend(gone.evidence);
                self.more.remove(id);
                changes.push(Change::Merged { id: *id, into: *first });
            }
        }
        if let Some(open) = self.open.get_mut(first) {
            (open.path, open.kind, open.customers) = (found.path, found.kind, found.customers);
            open.test = found.test;
            (open.first, open.last) = (open.first.min(earliest), open.last.max(last));
            open.evidence.extend(evidence);
            while open.evidence.len() > EVIDENCE_MAX {
                open.evidence.pop_first();
            }
            self.more.remove(first);
            changes.push(Change::Grown { id: *first });
        }
    }

    fn join(&mut self, id: i64, found: Found) {
        let Some(open) = self.open.get_mut(&id) else { return };
        let before = open.evidence.len();
        for (source, household) in found.evidence {
            if open.evidence.len() < EVIDENCE_MAX {
                open.evidence.insert(source, household);
            }
        }
        if open.evidence.len() > before {
            open.last = open.last.max(found.last);
            open.first = open.first.min(found.first);
            self.more.insert(id);
        }
    }
}
