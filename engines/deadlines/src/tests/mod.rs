//! Tests of promises: the domain's vectors, the rules of the clocks, the profiles, the watcher, and anything at all.

mod any;
mod clocks;
mod profiles;
mod schedule;
mod vectors;
mod watcher;

use kernel::Timestamp;
use kernel::calendar::{Calendar, Limit};

use crate::{Case, Clocks, Kind, Profile, Rule, Since, Site, Step};

/// An instant in Shanghai, as one writes it: `2025-04-11T16:30`.
#[track_caller]
fn at(text: &str) -> Timestamp {
    format!("{text}+08:00").parse().expect("an instant")
}

fn calendar() -> Calendar {
    Calendar::china()
}

/// The clocks of a complaint by this rule alone.
#[track_caller]
fn begun(rule: &Rule, since: Timestamp, calendar: &Calendar) -> Clocks {
    let profile = Profile { name: "test".into(), rules: vec![rule.clone()] };
    let case = Case::new(Kind::Complaint, Site::Urban);
    profile.start(&case, Step::Answer, since, calendar).expect("the rule has a limit")
}

/// A step promised to the customer, extendable.
fn promised(limit: Limit) -> Rule {
    Rule {
        id: "test".into(),
        step: Step::Answer,
        kind: None,
        word: None,
        site: None,
        since: Since::Accepted,
        customer: Some(limit),
        unit: None,
        extendable: true,
        source: String::new(),
    }
}

#[track_caller]
fn started(since: &str, limit: Limit) -> Clocks {
    begun(&promised(limit), at(since), &calendar())
}
