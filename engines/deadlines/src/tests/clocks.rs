//! The rules by which an order's clocks move, and by which they do not.

use std::time::Duration;

use expect_test::expect;
use jiff::civil::date;
use kernel::Timestamp;
use kernel::calendar::{Limit, Pause};

use super::{at, begun, calendar, promised, started};
use crate::{
    Act, Case, Clock, Clocks, Extension, Kind, Profile, Promise, Refusal, Rule, Site, Standing, Step,
    Thresholds,
};

const REASON: &str = "the part has to be ordered";

fn extended(by: Limit) -> Act {
    Act::Extended { by, reason: REASON.into(), asked: None }
}

/// Asked for at one time, given at another.
fn granted(by: Limit, asked: &str) -> Act {
    Act::Extended { by, reason: REASON.into(), asked: Some(at(asked)) }
}

/// Between how little and how much more time may be had.
fn more(clocks: &Clocks, when: &str, asked: Option<&str>) -> Result<(Limit, Limit), Refusal> {
    let extension = clocks.extension(at(when), asked.map(at), &calendar());
    extension.map(|Extension { least, most }| (least, most))
}

fn suspended(first: i8, last: i8) -> Act {
    let days = Pause { first: date(2025, 4, first), last: date(2025, 4, last) };
    Act::Suspended { days, reason: REASON.into() }
}

fn renewed(due: &str) -> Act {
    Act::Renewed { due: at(due), reason: REASON.into() }
}

#[track_caller]
fn done(clocks: &Clocks, when: &str, act: Act) -> Clocks {
    let next = clocks.decide(at(when), &act, &calendar()).expect("it fits");
    assert_eq!(next.check(), Ok(()), "\n{}", next.show());
    next
}

#[track_caller]
fn refused(clocks: &Clocks, when: &str, act: Act, why: Refusal) {
    assert_eq!(clocks.decide(at(when), &act, &calendar()), Err(why));
}

fn due(clocks: &Clocks) -> (Timestamp, Option<Timestamp>) {
    (clocks.unit().due(), clocks.customer().map(Promise::due))
}

fn five_days() -> Clocks {
    started("2025-04-11T16:30", Limit::WorkingDays(5))
}

#[test]
fn a_clock_never_stops_by_returning() {
    let clocks = five_days();
    let mut order = clocks.clone();
    for when in ["2025-04-12T09:00", "2025-04-14T09:00", "2025-04-18T23:59", "2025-04-25T09:00"] {
        order = done(&order, when, Act::Returned);
        order = done(&order, when, Act::Redispatched);
        assert_eq!(order, clocks);
    }
    let overdue = order.customer().map(|promise| promise.standing(at("2025-04-25T00:00")));
    assert_eq!(overdue, Some(Standing::Overdue { by: Duration::from_secs(6 * 86_400) }));
}

#[test]
fn a_result_that_is_refused_has_not_stopped_the_clock_either() {
    let clocks = five_days();
    let entered = done(&clocks, "2025-04-15T10:00", Act::ResultEntered);
    assert_eq!(entered.unit().standing(at("2025-05-15T10:00")), Standing::Kept);
    refused(&entered, "2025-04-15T10:05", Act::ResultEntered, Refusal::HasResult);
    let refused_once = done(&entered, "2025-04-20T10:00", Act::ResultRefused);
    assert_eq!(refused_once, clocks);
    refused(&refused_once, "2025-04-20T10:01", Act::ResultRefused, Refusal::NoResult);
    assert!(matches!(refused_once.unit().standing(at("2025-04-20T10:00")), Standing::Overdue { .. }));
}

#[test]
fn the_units_clock_ends_before_the_customers() {
    let clocks = five_days();
    assert_eq!(due(&clocks), (at("2025-04-18T00:00"), Some(at("2025-04-19T00:00"))));
    // The customer can be answered without the unit; the unit has nothing to do then.
    let answered = done(&clocks, "2025-04-18T12:00", Act::Answered);
    let half_a_day = Duration::from_secs(12 * 3_600);
    assert_eq!(answered.unit().standing(at("2025-05-01T00:00")), Standing::Broken { by: half_a_day });
    assert_eq!(answered.customer().map(|it| it.standing(at("2025-05-01T00:00"))), Some(Standing::Kept));
    refused(&answered, "2025-04-18T12:01", Act::Answered, Refusal::Stopped);
    refused(&answered, "2025-04-18T12:01", Act::ResultRefused, Refusal::Stopped);
    refused(&answered, "2025-04-18T12:01", Act::Returned, Refusal::Stopped);
}

#[test]
fn only_clocks_that_run_are_watched() {
    let watched = |clocks: &Clocks| -> Vec<Clock> {
        clocks.schedules(&calendar(), Thresholds::default()).into_keys().collect()
    };
    let clocks = five_days();
    assert_eq!(watched(&clocks), [Clock::Unit, Clock::Customer]);
    let entered = done(&clocks, "2025-04-15T10:00", Act::ResultEntered);
    assert_eq!(watched(&entered), [Clock::Customer]);
    assert_eq!(watched(&done(&entered, "2025-04-15T11:00", Act::Answered)), []);
}

#[test]
fn the_unit_never_has_longer_whatever_the_calendar_makes_of_the_limits() {
    // Three calendar days end on Monday; two working days of the unit would end on Tuesday.
    let rule = Rule { unit: Some(Limit::WorkingDays(2)), ..promised(Limit::CalendarDays(2)) };
    let clocks = begun(&rule, at("2025-04-11T16:30"), &calendar());
    assert_eq!(due(&clocks), (at("2025-04-15T00:00"), Some(at("2025-04-15T00:00"))));
}

#[test]
fn a_step_inside_has_no_customer() {
    let rule = Rule { customer: None, unit: Some(Limit::Minutes(3)), ..promised(Limit::Hours(1)) };
    let clocks = begun(&rule, at("2025-04-11T16:30"), &calendar());
    assert_eq!(due(&clocks), (at("2025-04-11T16:33"), None));
    refused(&clocks, "2025-04-11T16:31", Act::Answered, Refusal::NoCustomer);
    let entered = done(&clocks, "2025-04-11T16:31", Act::ResultEntered);
    refused(&entered, "2025-04-11T16:32", Act::Returned, Refusal::Stopped);
}

#[test]
fn it_is_extended_once_in_time_with_a_reason_and_at_most_by_the_limit() {
    let clocks = five_days();
    let four = Limit::WorkingDays(4);
    let (one, five) = (Limit::WorkingDays(1), Limit::WorkingDays(5));
    assert_eq!(more(&clocks, "2025-04-17T10:00", None), Ok((one, five)), "as long as the limit");
    assert_eq!(more(&clocks, "2025-04-19T00:01", None), Err(Refusal::TooLate));
    let longer = done(&clocks, "2025-04-17T10:00", extended(four));
    assert_eq!(due(&longer), (at("2025-04-24T00:00"), Some(at("2025-04-25T00:00"))));
    refused(&longer, "2025-04-17T10:01", extended(four), Refusal::AlreadyExtended);
    refused(&clocks, "2025-04-17T10:00", extended(Limit::WorkingDays(6)), Refusal::TooLong);
    refused(&clocks, "2025-04-17T10:00", extended(Limit::WorkingDays(0)), Refusal::TooLong);
    refused(&clocks, "2025-04-17T10:00", extended(Limit::Hours(1)), Refusal::TooLong);
    refused(&clocks, "2025-04-19T00:01", extended(four), Refusal::TooLate);
    let silent = Act::Extended { by: four, reason: "  ".into(), asked: None };
    refused(&clocks, "2025-04-17T10:00", silent, Refusal::NoReason);
    // The unit is late already, and stays it.
    let late = done(&clocks, "2025-04-18T10:00", extended(four));
    assert_eq!(due(&late), (at("2025-04-18T00:00"), Some(at("2025-04-25T00:00"))));
}

#[test]
fn what_was_asked_for_in_time_is_given_later_as_far_as_it_lies_ahead() {
    // Of five working days from a Friday: the unit's are over at the end of Thursday the 17th, the customer's of Friday the 18th.
    let clocks = five_days();
    let days = Limit::WorkingDays;
    let in_time = "2025-04-17T10:00";
    for (when, possible) in [
        ("2025-04-17T10:00", Ok((days(1), days(5)))),
        ("2025-04-18T10:00", Ok((days(1), days(5)))),
        // The day that the unit would have had more is over on Monday, the customer's is not.
        ("2025-04-21T10:00", Ok((days(2), days(5)))),
        ("2025-04-24T10:00", Ok((days(5), days(5)))),
        ("2025-04-25T10:00", Err(Refusal::TooLate)),
    ] {
        assert_eq!(more(&clocks, when, Some(in_time)), possible, "{when}");
    }
    assert_eq!(
        more(&clocks, "2025-04-21T10:00", Some("2025-04-19T09:00")),
        Err(Refusal::TooLate),
        "asked too late"
    );
    refused(&clocks, "2025-04-21T10:00", granted(days(1), in_time), Refusal::NotLater);
    refused(&clocks, "2025-04-21T10:00", granted(days(6), in_time), Refusal::TooLong);
    let given = done(&clocks, "2025-04-21T10:00", granted(days(3), in_time));
    assert_eq!(due(&given), (at("2025-04-23T00:00"), Some(at("2025-04-24T00:00"))));
    // The customer was not told in time; the unit has asked in time.
    let given = done(&given, "2025-04-22T10:00", Act::Answered);
    let standing = |promise: &Promise| promise.standing(at("2025-04-22T10:00"));
    assert_eq!(standing(given.unit()), Standing::Kept);
    let late = Standing::Broken { by: Duration::from_secs(58 * 3_600) };
    assert_eq!(given.customer().map(standing), Some(late));
    refused(&given, "2025-04-22T10:01", granted(days(1), in_time), Refusal::Stopped);
}

#[test]
fn a_fault_is_never_extended_and_does_not_stand_still() {
    // Not even by a rule that says so.
    let rules = vec![Rule { step: Step::Arrive, ..promised(Limit::Minutes(45)) }];
    let profile = Profile { name: "test".into(), rules };
    let fault = Case::new(Kind::Fault, Site::Urban);
    let start = |case| profile.start(&case, Step::Arrive, at("2025-04-14T10:00"), &calendar());
    let emergency = start(Case::new(Kind::Report, Site::Urban).with("emergency")).expect("a limit");
    refused(&emergency, "2025-04-14T10:10", extended(Limit::Minutes(10)), Refusal::NotExtendable);
    let clocks = start(fault).expect("a limit");
    refused(&clocks, "2025-04-14T10:10", extended(Limit::Minutes(10)), Refusal::NotExtendable);
    refused(&clocks, "2025-04-14T10:10", suspended(15, 16), Refusal::DoesNotPause);
    refused(&clocks, "2025-04-14T10:10", renewed("2025-04-14T12:00"), Refusal::NotAgreed);
}

#[test]
fn days_are_suspended_from_today_on_and_not_twice() {
    let clocks = five_days();
    refused(&clocks, "2025-04-16T00:00", suspended(15, 17), Refusal::BadPause);
    refused(&clocks, "2025-04-14T00:00", suspended(17, 15), Refusal::BadPause);
    let once = done(&clocks, "2025-04-15T09:00", suspended(15, 17));
    refused(&once, "2025-04-15T09:00", suspended(17, 18), Refusal::PauseOverlaps);
    let twice = done(&once, "2025-04-15T09:00", suspended(21, 21));
    assert_eq!(due(&twice), (at("2025-04-24T00:00"), Some(at("2025-04-25T00:00"))));
    let year = Pause { first: date(2025, 5, 1), last: date(2026, 5, 1) };
    let year = Act::Suspended { days: year, reason: REASON.into() };
    refused(&twice, "2025-04-15T09:00", year, Refusal::BadPause);
    // Extended on top, the days stay uncounted.
    let longer = done(&twice, "2025-04-22T09:00", extended(Limit::WorkingDays(1)));
    assert_eq!(due(&longer), (at("2025-04-25T00:00"), Some(at("2025-04-26T00:00"))));
}

#[test]
fn an_agreed_time_is_renewed_and_a_late_renewal_is_remembered() {
    let clocks = Clocks::agreed(at("2025-07-03T10:00"), at("2025-07-03T12:00"));
    refused(&clocks, "2025-07-03T11:00", renewed("2025-07-03T11:30"), Refusal::NotLater);
    refused(&clocks, "2025-07-03T11:00", extended(Limit::Hours(1)), Refusal::NotExtendable);
    let told = done(&clocks, "2025-07-03T11:00", renewed("2025-07-03T14:00"));
    let kept = done(&told, "2025-07-03T13:00", Act::Answered);
    assert_eq!(kept.customer().map(|it| it.standing(at("2025-07-04T00:00"))), Some(Standing::Kept));
    // Told only after the time had passed: broken, though the second time was kept.
    let late = done(&clocks, "2025-07-03T12:30", renewed("2025-07-03T14:00"));
    let late = done(&late, "2025-07-03T13:00", Act::Answered);
    let by = Duration::from_secs(1_800);
    assert_eq!(late.customer().map(|it| it.standing(at("2025-07-04T00:00"))), Some(Standing::Broken { by }));
    expect![[r#"
        Unit 2025-07-03T02:00:00Z → 2025-07-03T06:00:00Z Agreed Fulfilled { at: 2025-07-03T05:00:00Z }
          2025-07-03T04:30:00Z moved 2025-07-03T04:00:00Z → 2025-07-03T06:00:00Z: the part has to be ordered
        Customer 2025-07-03T02:00:00Z → 2025-07-03T06:00:00Z Agreed Fulfilled { at: 2025-07-03T05:00:00Z }
          2025-07-03T04:30:00Z moved 2025-07-03T04:00:00Z → 2025-07-03T06:00:00Z: the part has to be ordered
    "#]]
    .assert_eq(&late.show());
}

#[test]
fn reopened_has_half_the_time() {
    #[track_caller]
    fn check(limit: Limit, due: &str) {
        let clocks = started("2025-04-11T16:30", limit);
        refused(&clocks, "2025-04-11T16:40", Act::Reopened, Refusal::StillRunning);
        let answered = done(&clocks, "2025-04-11T16:40", Act::Answered);
        let again = done(&answered, "2025-04-14T10:00", Act::Reopened);
        assert_eq!(again.customer().map(Promise::due), Some(at(due)));
        assert!(again.unit().is_running());
        assert_eq!(again.earlier(), [answered]);
        // Half of the original the second time too.
        let once_more =
            done(&done(&again, "2025-04-14T10:00", Act::Answered), "2025-04-14T10:00", Act::Reopened);
        assert_eq!(once_more.customer().map(Promise::due), Some(at(due)));
        assert_eq!(once_more.earlier().len(), 2);
    }
    check(Limit::WorkingDays(5), "2025-04-18T00:00");
    check(Limit::WorkingDays(1), "2025-04-16T00:00");
    check(Limit::CalendarDays(7), "2025-04-19T00:00");
    check(Limit::Hours(24), "2025-04-14T22:00");
    check(Limit::Hours(3), "2025-04-14T11:30");
    check(Limit::Minutes(45), "2025-04-14T10:23");
}

#[test]
fn what_is_void_stays_void() {
    let clocks = five_days();
    let nothing = Act::Withdrawn { reason: String::new() };
    refused(&clocks, "2025-04-12T10:00", nothing, Refusal::NoReason);
    let void = done(&clocks, "2025-04-12T10:00", Act::Withdrawn { reason: "filed twice".into() });
    assert_eq!(void.unit().standing(at("2025-05-12T10:00")), Standing::Withdrawn);
    // A void order does not hide that it was overdue.
    let late = done(&clocks, "2025-04-19T00:00:02", Act::Withdrawn { reason: "filed twice".into() });
    let by = Duration::from_secs(2);
    assert_eq!(late.customer().map(|it| it.standing(at("2025-05-12T10:00"))), Some(Standing::Broken { by }));
    refused(&void, "2025-04-12T10:01", Act::Reopened, Refusal::Stopped);
    refused(&void, "2025-04-12T10:01", extended(Limit::WorkingDays(1)), Refusal::Stopped);
    let text = serde_json::to_string(&void).expect("plain data");
    assert_eq!(serde_json::from_str::<Clocks>(&text).expect("reads back"), void);
}

#[test]
fn a_suspension_that_ends_early_gives_back_the_days_that_were_left() {
    // Friday; five working days: Friday 24:00. Suspended from Monday to Thursday, four working days.
    let clocks = five_days();
    let long = done(&clocks, "2025-04-14T09:00", suspended(14, 17));
    assert!(due(&long).0 > due(&clocks).0);
    let early = done(&long, "2025-04-16T09:00", Act::Resumed);
    let short = done(&clocks, "2025-04-14T09:00", suspended(14, 15));
    assert_eq!(due(&early), due(&short), "Monday and Tuesday stood still");
    assert_eq!(
        done(&long, "2025-04-14T18:00", Act::Resumed).unit().due(),
        clocks.unit().due(),
        "on the same day: nothing did"
    );
    assert_eq!(done(&long, "2025-04-18T09:00", Act::Resumed), long, "over by itself");
}
