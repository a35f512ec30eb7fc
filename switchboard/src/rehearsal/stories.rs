//! Somebody's day, told twice: one caller for each way in which a call was saved.

use std::collections::BTreeMap;

use super::day::Day;
use super::fate::Attempt;
use super::sheet::clock;
use super::study::Pair;
use super::waterfall::{Saved, saved};

/// One caller's story.
pub struct Story {
    pub saved: Saved,
    pub who: String,
    pub without: String,
    pub with: String,
}

/// The first caller in the height of the storm for each way.
pub fn stories(day: &Day, pair: &Pair) -> Vec<Story> {
    let mut found = BTreeMap::new();
    for (person, saved) in saved(&pair.without.attempts, &pair.with.attempts) {
        let storm = day.people.get(person).is_some_and(|who| who.storm);
        if storm && saved != Saved::Otherwise {
            found.entry(saved).or_insert(person);
        }
    }
    let tell = |all: &[Attempt], person: usize| -> String {
        let calls = all.iter().filter(|one| one.person == person);
        let each: Vec<String> =
            calls.map(|one| format!("{} {}", clock(day, one.at), one.fate.reason())).collect();
        if each.is_empty() { "没有来电".to_owned() } else { each.join(" → ") }
    };
    let story = |(saved, person): (Saved, usize)| {
        let who = day.people.get(person)?;
        let area = who.fault.and_then(|fault| day.faults.get(fault)).map_or("", |fault| fault.area);
        Some(Story {
            saved,
            who: format!("来电人 {}({} {area})", person + 1, who.reason.word()),
            without: tell(&pair.without.attempts, person),
            with: tell(&pair.with.attempts, person),
        })
    };
    found.into_iter().filter_map(story).collect()
}
