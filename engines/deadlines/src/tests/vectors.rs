//! The vectors of the domain reference 3.4, each the way an order takes: profile, case, clocks, due.
//!
//! "24:00 of the 18th" is written as 00:00 of the 19th. A vector without an hour of acceptance has noon.

use std::time::Duration;

use jiff::civil::date;
use kernel::calendar::{Limit, Pause};

use super::{at, calendar, started};
use crate::{Act, Case, Clocks, Kind, Profile, Promise, Site, Standing, Step};

/// The customer's clock of a step by a profile.
#[track_caller]
fn given(profile: Profile, case: &Case, step: Step, accepted: &str) -> Clocks {
    profile.start(case, step, at(accepted), &calendar()).expect("the profile has a limit")
}

#[track_caller]
fn check(profile: Profile, kind: Kind, step: Step, accepted: &str, due: &str) {
    let clocks = given(profile, &Case::new(kind, Site::Urban), step, accepted);
    assert_eq!(clocks.customer().map(Promise::due), Some(at(due)), "\n{}", clocks.show());
}

#[track_caller]
fn answered_within_5_wd(accepted: &str, due: &str) {
    check(Profile::power_sgcc(), Kind::Complaint, Step::Answer, accepted, due);
}

#[test]
fn dl_01() {
    answered_within_5_wd("2025-04-11T16:30", "2025-04-19T00:00");
}

#[test]
fn dl_02() {
    check(Profile::gas(), Kind::Complaint, Step::Contact, "2025-04-11T16:30", "2025-04-15T00:00");
}

#[test]
fn dl_03() {
    check(Profile::power_sgcc(), Kind::Complaint, Step::Contact, "2025-04-11T16:30", "2025-04-12T16:30");
}

#[test]
fn dl_04() {
    answered_within_5_wd("2025-09-30T10:00", "2025-10-15T00:00");
}

#[test]
fn dl_05() {
    answered_within_5_wd("2025-01-24T09:00", "2025-02-08T00:00");
}

#[test]
fn dl_06() {
    answered_within_5_wd("2025-04-25T12:00", "2025-05-07T00:00");
}

#[test]
fn dl_07() {
    answered_within_5_wd("2025-04-30T12:00", "2025-05-13T00:00");
}

#[test]
fn dl_08() {
    check(Profile::power_sgcc(), Kind::Praise, Step::Answer, "2025-05-30T12:00", "2025-06-07T00:00");
    // The same four days are the unit's where the customer was promised five.
    let case = Case::new(Kind::Request, Site::Urban).with("meter");
    let clocks = given(Profile::power_sgcc(), &case, Step::Answer, "2025-05-30T12:00");
    assert_eq!(clocks.unit().due(), at("2025-06-07T00:00"));
    assert_eq!(clocks.customer().map(Promise::due), Some(at("2025-06-10T00:00")));
}

#[test]
fn dl_09() {
    check(Profile::cable(), Kind::Complaint, Step::Contact, "2025-04-12T20:00", "2025-04-15T00:00");
}

#[test]
fn dl_10() {
    check(Profile::power_sgcc(), Kind::Fault, Step::Arrive, "2025-07-03T23:40", "2025-07-04T00:25");
}

#[test]
fn dl_11() {
    let case = Case::new(Kind::Fault, Site::Rural);
    let clocks = given(Profile::power_csg(), &case, Step::Arrive, "2025-07-03T23:40");
    assert_eq!(clocks.customer().map(Promise::due), Some(at("2025-07-04T01:10")));
}

#[test]
fn dl_12() {
    let clocks = started("2025-04-11T16:30", Limit::WorkingDays(5));
    let closed = |when: &str| {
        let clocks = clocks.decide(at(when), &Act::Answered, &calendar()).expect("it runs");
        clocks.customer().map(|promise| promise.standing(at(when)))
    };
    assert_eq!(closed("2025-04-19T00:00:00"), Some(Standing::Kept), "at exactly 24:00:00");
    let by = Duration::from_secs(1);
    assert_eq!(closed("2025-04-19T00:00:01"), Some(Standing::Broken { by }), "a second later");
}

#[test]
fn dl_13() {
    let clocks = started("2025-04-11T16:30", Limit::WorkingDays(5));
    let days = Pause { first: date(2025, 4, 15), last: date(2025, 4, 17) };
    let suspend = Act::Suspended { days, reason: "等待用户到场".into() };
    let clocks = clocks.decide(at("2025-04-14T17:00"), &suspend, &calendar()).expect("it may be suspended");
    assert_eq!(clocks.customer().map(Promise::due), Some(at("2025-04-24T00:00")));
    assert_eq!(clocks.unit().due(), at("2025-04-23T00:00"), "a day earlier, with the same days not counted");
}
