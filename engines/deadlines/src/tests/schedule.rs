//! When is warned.

use expect_test::{Expect, expect};
use jiff::civil::date;
use kernel::calendar::{Limit, Pause};

use super::{at, calendar, started};
use crate::{Act, Clocks, Level, Promise, Schedule, Thresholds};

/// Yellow, orange and red of a promise, in Shanghai's time.
#[track_caller]
fn check(promise: Option<&Promise>, expected: Expect) {
    let schedule = Schedule::of(promise.expect("a promise"), &calendar(), Thresholds::default());
    let told: Vec<_> = Level::ALL
        .iter()
        .map(|level| calendar().civil(schedule.at(*level)).strftime("%a %F %T").to_string())
        .collect();
    expected.assert_eq(&told.join(" · "));
}

#[test]
fn hours_are_divided_as_they_run() {
    let clocks = started("2025-07-03T23:40", Limit::Minutes(45));
    check(
        clocks.customer(),
        expect!["Fri 2025-07-04 00:02:30 · Fri 2025-07-04 00:16:00 · Fri 2025-07-04 00:25:00"],
    );
}

#[test]
fn days_are_divided_over_the_days_that_count() {
    let clocks = started("2025-04-11T16:30", Limit::WorkingDays(5));
    check(
        clocks.customer(),
        expect!["Wed 2025-04-16 12:00:00 · Fri 2025-04-18 00:00:00 · Sat 2025-04-19 00:00:00"],
    );
    // The National Day holiday is no time to have used up half.
    let clocks = started("2025-09-30T10:00", Limit::WorkingDays(5));
    check(
        clocks.customer(),
        expect!["Sat 2025-10-11 12:00:00 · Tue 2025-10-14 00:00:00 · Wed 2025-10-15 00:00:00"],
    );
    let clocks = started("2025-04-11T16:30", Limit::WorkingDays(1));
    check(
        clocks.customer(),
        expect!["Mon 2025-04-14 12:00:00 · Mon 2025-04-14 19:12:00 · Tue 2025-04-15 00:00:00"],
    );
    // No whole day: until 24:00 of the same day.
    let clocks = started("2025-04-11T14:00", Limit::WorkingDays(0));
    check(
        clocks.customer(),
        expect!["Fri 2025-04-11 19:00:00 · Fri 2025-04-11 22:00:00 · Sat 2025-04-12 00:00:00"],
    );
}

#[test]
fn days_not_counted_are_no_days_of_warning() {
    let clocks = started("2025-04-11T16:30", Limit::WorkingDays(5));
    let days = Pause { first: date(2025, 4, 15), last: date(2025, 4, 17) };
    let act = Act::Suspended { days, reason: "waiting for the customer".into() };
    let clocks = clocks.decide(at("2025-04-14T17:00"), &act, &calendar()).expect("fits");
    check(
        clocks.customer(),
        expect!["Mon 2025-04-21 12:00:00 · Wed 2025-04-23 00:00:00 · Thu 2025-04-24 00:00:00"],
    );
}

#[test]
fn a_renewed_instant_is_measured_from_the_renewal() {
    let clocks = Clocks::agreed(at("2025-07-03T10:00"), at("2025-07-03T12:00"));
    check(
        clocks.customer(),
        expect!["Thu 2025-07-03 11:00:00 · Thu 2025-07-03 11:36:00 · Thu 2025-07-03 12:00:00"],
    );
    let act =
        Act::Renewed { due: at("2025-07-03T14:00"), reason: "the cable is broken in two places".into() };
    let clocks = clocks.decide(at("2025-07-03T11:40"), &act, &calendar()).expect("fits");
    check(
        clocks.customer(),
        expect!["Thu 2025-07-03 12:50:00 · Thu 2025-07-03 13:32:00 · Thu 2025-07-03 14:00:00"],
    );
}

#[test]
fn what_is_out_of_order_cannot_be_said_or_read() {
    assert!(Thresholds::new(20, 50).is_err());
    assert!(Thresholds::new(101, 50).is_err());
    assert!(Thresholds::new(80, 80).is_ok());
    assert!(Schedule::new(at("2025-07-03T12:00"), at("2025-07-03T11:00"), at("2025-07-03T13:00")).is_err());
    let backward =
        r#"{"yellow":"2025-07-03T12:00:00Z","orange":"2025-07-03T11:00:00Z","red":"2025-07-03T13:00:00Z"}"#;
    assert!(serde_json::from_str::<Schedule>(backward).is_err());
}
