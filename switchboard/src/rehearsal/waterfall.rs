//! From the calls that are lost in one run to those that are lost in the next one: call by call of the same person.

use std::collections::BTreeMap;

use super::fate::{Attempt, Fate};

/// What became, in the second run, of a call that had been lost in the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Saved {
    /// Heard of his own outage and did not ask for an agent.
    Told,
    TellMe,
    ToldAsStranger,
    /// Did not call: only with the reference's faster fall.
    NeverCalled,
    /// The same call came through, for the line was shorter.
    ShorterLine,
    /// Was not placed again: an earlier call had told him.
    NoRepeatTold,
    /// An earlier call had come through.
    NoRepeatServed,
    /// Asked to be called back in place of waiting; in an earlier call.
    AskedBack,
    NoRepeatBack,
    /// He gave up earlier as well, and did not call again; or left or helped himself.
    Otherwise,
}

impl Saved {
    pub const fn word(self) -> &'static str {
        match self {
            Saved::Told => "听到本户停电播报，不再转人工",
            Saved::TellMe => "听播报后按1订阅恢复通知",
            Saved::ToldAsStranger => "号码未登记，听大面积播报后离开",
            Saved::NeverCalled => "从别处得知，没有再打来",
            Saved::ShorterLine => "队伍变短，同一通电话接通了",
            Saved::NoRepeatTold => "前一通已听播报，不必重拨",
            Saved::NoRepeatServed => "前一通已接通，不必重拨",
            Saved::AskedBack => "改为登记回电，不再排队",
            Saved::NoRepeatBack => "前一通已登记回电，不必重拨",
            Saved::Otherwise => "其他(自助、菜单挂机、未重拨)",
        }
    }
}

/// The bridge: lost in the first run, what was saved by what, newly lost, lost in the second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waterfall {
    pub lost_without: usize,
    pub saved: BTreeMap<Saved, usize>,
    /// Lost in the second run, and not in the first: another place in the line, another moment.
    pub newly: usize,
    pub lost_with: usize,
    /// Connected in the first run; in the second he asked to be called back.
    pub instead: usize,
}

/// By person and the number of the call.
fn by_call(all: &[Attempt]) -> BTreeMap<(usize, u32), Fate> {
    all.iter().map(|one| ((one.person, one.nth), one.fate)).collect()
}

/// Each call that is lost in the first run and not in the second: whose, and what saved it.
pub fn saved(without: &[Attempt], with: &[Attempt]) -> Vec<(usize, Saved)> {
    let (before, after) = (by_call(without), by_call(with));
    let lost = before.iter().filter(|(_, fate)| fate.is_lost()).map(|(key, _)| *key);
    let gone = lost.filter(|key| !after.get(key).is_some_and(|fate| fate.is_lost()));
    gone.map(|key| (key.0, by_what(&after, key))).collect()
}

impl Waterfall {
    pub fn new(without: &[Attempt], with: &[Attempt]) -> Waterfall {
        let (before, after) = (by_call(without), by_call(with));
        let lost_without = before.values().filter(|fate| fate.is_lost()).count();
        let mut waterfall = Waterfall { lost_without, ..Waterfall::default() };
        for (_, saved) in saved(without, with) {
            *waterfall.saved.entry(saved).or_default() += 1;
        }
        let lost = |fate: Option<&Fate>| fate.is_some_and(|fate| fate.is_lost());
        for (key, _) in after.iter().filter(|(_, fate)| fate.is_lost()) {
            waterfall.lost_with += 1;
            waterfall.newly += usize::from(!lost(before.get(key)));
        }
        for (key, _) in after.iter().filter(|(_, fate)| fate.asked_back()) {
            waterfall.instead += usize::from(before.get(key).is_some_and(|fate| fate.is_served()));
        }
        waterfall
    }
}

fn by_what(after: &BTreeMap<(usize, u32), Fate>, (person, nth): (usize, u32)) -> Saved {
    match after.get(&(person, nth)) {
        Some(Fate::Told { .. }) => Saved::Told,
        Some(Fate::TellMe { .. }) => Saved::TellMe,
        Some(Fate::ToldAsStranger) => Saved::ToldAsStranger,
        Some(Fate::NeverCalled) => Saved::NeverCalled,
        Some(Fate::Served { .. }) => Saved::ShorterLine,
        Some(fate) if fate.asked_back() => Saved::AskedBack,
        Some(_) => Saved::Otherwise,
        None => match after.range((person, 0)..(person, nth)).next_back().map(|(_, fate)| fate) {
            Some(fate) if fate.is_told() || *fate == Fate::NeverCalled => Saved::NoRepeatTold,
            Some(fate) if fate.is_served() => Saved::NoRepeatServed,
            Some(fate) if fate.asked_back() => Saved::NoRepeatBack,
            _ => Saved::Otherwise,
        },
    }
}

/// How it ended for a person, after all of his calls.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum End {
    Told,
    Served,
    Helped,
    Left,
    CalledBack,
    NotCalled,
    Lost,
}

impl End {
    pub const ALL: [End; 7] =
        [End::Told, End::Served, End::Helped, End::Left, End::CalledBack, End::NotCalled, End::Lost];

    /// Those that occur, in order.
    pub fn found(people: &BTreeMap<(End, End), usize>) -> Vec<End> {
        let occurs = |end: &End| people.keys().any(|(before, after)| before == end || after == end);
        End::ALL.into_iter().filter(occurs).collect()
    }

    pub const fn word(self) -> &'static str {
        match self {
            End::Told => "听播报得知",
            End::Served => "人工接通",
            End::Helped => "自助办结",
            End::Left => "菜单离开",
            End::CalledBack => "接到回电",
            End::NotCalled => "回电未接",
            End::Lost => "最终没打通",
        }
    }

    fn of(fate: Fate) -> End {
        match fate {
            fate if fate.is_told() || fate == Fate::NeverCalled => End::Told,
            Fate::Served { .. } => End::Served,
            Fate::HelpedHimself => End::Helped,
            Fate::CalledBack { .. } => End::CalledBack,
            Fate::CalledInVain { .. } | Fate::Promised => End::NotCalled,
            Fate::GaveUp { .. } | Fate::LeftDoor { .. } | Fate::Refused => End::Lost,
            _ => End::Left,
        }
    }
}

/// How many people ended how in the first run, and in the second.
pub fn people(without: &[Attempt], with: &[Attempt]) -> BTreeMap<(End, End), usize> {
    let ends = |all: &[Attempt]| -> BTreeMap<usize, (u32, End)> {
        let mut ends = BTreeMap::new();
        for one in all {
            let last = ends.entry(one.person).or_insert((one.nth, End::of(one.fate)));
            if one.nth >= last.0 {
                *last = (one.nth, End::of(one.fate));
            }
        }
        ends
    };
    let after = ends(with);
    let mut all = BTreeMap::new();
    for (person, (_, before)) in ends(without) {
        if let Some((_, after)) = after.get(&person) {
            *all.entry((before, *after)).or_default() += 1;
        }
    }
    all
}
