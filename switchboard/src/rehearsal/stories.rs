//! Somebody's day, told in each run: one caller for each way in which a call was saved, and for a call back in place of an agent.

use std::collections::{BTreeMap, HashMap};

use super::day::Day;
use super::fate::{Attempt, Fate};
use super::sheet::clock;
use super::study::Runs;
use super::waterfall::{Saved, saved};
use super::world::Outcome;

/// One caller's story.
pub struct Story {
    pub title: &'static str,
    pub who: String,
    /// In each run.
    pub told: [String; 3],
}

/// The first caller because of the storm for each way in which a call was saved from one run to the other.
pub fn stories(day: &Day, runs: &Runs, before: &Outcome, after: &Outcome) -> Vec<Story> {
    let storm = |person: usize| day.people.get(person).is_some_and(|who| who.storm);
    let mut found = BTreeMap::new();
    for (person, saved) in saved(&before.attempts, &after.attempts) {
        if storm(person) && saved != Saved::Otherwise {
            found.entry(saved).or_insert(person);
        }
    }
    let mut told: Vec<Story> =
        found.into_iter().filter_map(|(saved, person)| story(day, runs, saved.word(), person)).collect();
    let were: HashMap<(usize, u32), Fate> =
        before.attempts.iter().map(|one| ((one.person, one.nth), one.fate)).collect();
    let instead = after.attempts.iter().find(|one| {
        let was = were.get(&(one.person, one.nth));
        storm(one.person) && one.fate.asked_back() && was.is_some_and(|fate| fate.is_served())
    });
    told.extend(instead.and_then(|one| story(day, runs, "本来接通，改为登记回电", one.person)));
    told
}

fn story(day: &Day, runs: &Runs, title: &'static str, person: usize) -> Option<Story> {
    let who = day.people.get(person)?;
    let area = who.fault.and_then(|fault| day.faults.get(fault)).map_or("供电正常", |fault| fault.area);
    let tell = |all: &[Attempt]| -> String {
        let calls = all.iter().filter(|one| one.person == person);
        let each: Vec<String> = calls.map(|one| format!("{} {}", clock(day, one.at), one.reason())).collect();
        if each.is_empty() { "没有来电".to_owned() } else { each.join(" → ") }
    };
    let mut told = [&runs.without, &runs.with, &runs.both].map(|run| tell(&run.attempts));
    if told[1] == told[2] {
        told[2] = "同有播报".to_owned();
    }
    Some(Story { title, who: format!("来电人 {}({}，{area})", person + 1, who.reason.word()), told })
}
