//! Somebody's day, told three times: one caller for each way in which a call was saved, by the shield and by storm mode.

use std::collections::BTreeMap;

use super::day::Day;
use super::fate::Attempt;
use super::sheet::clock;
use super::study::Runs;
use super::waterfall::{Saved, saved};

/// One caller's story.
pub struct Story {
    pub saved: Saved,
    pub who: String,
    /// In each run.
    pub told: [String; 3],
}

/// The first caller in the height of the storm for each way.
pub fn stories(day: &Day, runs: &Runs) -> Vec<Story> {
    let mut found = BTreeMap::new();
    let by_shield = saved(&runs.without.attempts, &runs.with.attempts);
    let by_mode = saved(&runs.with.attempts, &runs.both.attempts);
    for (person, saved) in by_shield.into_iter().chain(by_mode) {
        let storm = day.people.get(person).is_some_and(|who| who.storm);
        if storm && saved != Saved::Otherwise {
            found.entry(saved).or_insert(person);
        }
    }
    let tell = |all: &[Attempt], person: usize| -> String {
        let calls = all.iter().filter(|one| one.person == person);
        let each: Vec<String> = calls.map(|one| format!("{} {}", clock(day, one.at), one.reason())).collect();
        if each.is_empty() { "没有来电".to_owned() } else { each.join(" → ") }
    };
    let story = |(saved, person): (Saved, usize)| {
        let who = day.people.get(person)?;
        let area = who.fault.and_then(|fault| day.faults.get(fault)).map_or("", |fault| fault.area);
        Some(Story {
            saved,
            who: format!("来电人 {}({} {area})", person + 1, who.reason.word()),
            told: [&runs.without, &runs.with, &runs.both].map(|run| tell(&run.attempts, person)),
        })
    };
    found.into_iter().filter_map(story).collect()
}
