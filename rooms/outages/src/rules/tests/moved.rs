//! What was announced for later and is moved nearer is checked against the law as if it were announced then.

use super::*;
use crate::rules::limits::earliest;

fn to(starts: &str) -> Act {
    Act::Revise {
        starts: Some(at(starts)),
        ends: Some(at(starts) + minutes(540)),
        next_news: None,
        cause: Cause::Maintenance,
        crew: Crew::Waiting,
        why: "配合市政施工".into(),
    }
}

fn in_time(outage: &Outage) -> bool {
    let mut figures = Figures::default();
    figures.add(outage, at("2025-07-02 12:00"), &Calendar::china());
    figures.in_time == 1
}

/// For 20 July, announced on 1 July.
#[test]
fn a_plan_that_is_moved_to_tomorrow_needs_a_leader_and_counts_as_late() {
    let plan = planned();
    assert!(in_time(&plan));
    let tomorrow = to("2025-07-03 08:00");
    let Refusal::MovedTooNear { findings } = refused(&plan, "2025-07-02 09:00", WRITER, &tomorrow) else {
        panic!("seven days");
    };
    assert_eq!(findings.iter().map(|one| one.duty).collect::<Vec<_>>(), [Duty::O1]);
    let moved = after(&plan, &[("2025-07-02 09:00", LEADER, tomorrow)]);
    assert_eq!(moved.excuses.len(), 1);
    assert_eq!((moved.excuses[0].duty, moved.excuses[0].why.as_str()), (Duty::O1, "配合市政施工"));
    assert!(!in_time(&moved), "K34");
    let (calendar, settings) = (Calendar::china(), Settings::default());
    let terms = Terms { now: at("2025-07-02 10:00"), calendar: &calendar, settings: &settings };
    let found = table::findings(&moved, terms);
    assert_eq!((found[0].duty, found[0].weight, found[0].hours), (Duty::O1, Weight::Violated, 23));
    // What was excused once is not excused for the next move.
    let nearer = to("2025-07-02 20:00");
    assert!(matches!(refused(&moved, "2025-07-02 11:00", WRITER, &nearer), Refusal::MovedTooNear { .. }));
    assert_eq!(after(&moved, &[("2025-07-02 11:00", LEADER, nearer)]).excuses.len(), 2);
}

fn begin(why: &str) -> Act {
    Act::Begin { why: why.into() }
}

/// Announced on 1 July for 20 July: begun on the 19th it is moved nearer like any other.
#[test]
fn a_plan_that_begins_early_needs_a_leader_with_a_reason_and_counts_as_late() {
    let plan = planned();
    let early = "2025-07-19 08:00";
    let Refusal::MovedTooNear { findings } = refused(&plan, early, WRITER, &begin("施工队提前到场"))
    else {
        panic!("told on the spot");
    };
    assert_eq!(findings.iter().map(|one| one.duty).collect::<Vec<_>>(), [Duty::O1]);
    assert!(matches!(refused(&plan, early, LEADER, &begin("")), Refusal::BadField { field: "why", .. }));
    assert!(matches!(refused(&plan, early, Asker::CENTRE, &begin("按时")), Refusal::MovedTooNear { .. }));
    let begun = after(&plan, &[(early, LEADER, begin("施工队提前到场"))]);
    assert_eq!((begun.state, begun.starts()), (State::InProgress, at(early)));
    assert_eq!((begun.excuses.len(), begun.excuses[0].duty), (1, Duty::O1));
    assert_eq!(begun.last().map(|last| last.why.as_str()), Some("施工队提前到场"), "for the journal");
    assert!(!in_time(&begun), "K34");
    // People are told the day that was said, and this one.
    let shift = crate::rules::news::shift(&begun);
    assert_eq!(
        shift,
        crate::rules::news::Shift::Other { starts: at("2025-07-20 08:00"), ends: at("2025-07-20 17:00") }
    );
}

#[test]
fn what_begins_on_its_time_needs_no_reason_and_nobody() {
    let plan = planned();
    for (now, who) in [("2025-07-20 08:00", Asker::CENTRE), ("2025-07-20 08:07", WRITER)] {
        let begun = after(&plan, &[(now, who, begin(""))]);
        assert!(begun.excuses.is_empty() && in_time(&begun), "{now}");
    }
    // No law wants a temporary outage announced that concerns nobody important; why it is earlier is said all the same.
    let mut temporary = planned();
    (temporary.plan.class, temporary.counts.important) = (Class::Temporary, 0);
    let begun = after(&temporary, &[("2025-07-19 08:00", WRITER, begin("天气原因"))]);
    assert!(begun.excuses.is_empty());
}

#[test]
fn what_is_put_off_or_moved_with_time_enough_needs_nobody() {
    let plan = planned();
    for starts in ["2025-07-25 08:00", "2025-07-10 08:00", "2025-07-09 00:00"] {
        let moved = after(&plan, &[("2025-07-02 09:00", WRITER, to(starts))]);
        assert!(moved.excuses.is_empty() && in_time(&moved), "{starts}");
    }
    let later = after(&plan, &[("2025-07-19 09:00", WRITER, to("2025-07-21 08:00"))]);
    assert!(later.excuses.is_empty() && in_time(&later), "put off on the day before");
    assert!(matches!(
        refused(&later, "2025-07-19 10:00", WRITER, &to("2025-07-20 08:00")),
        Refusal::MovedTooNear { .. }
    ));
}

#[test]
fn the_earliest_start_is_the_first_that_keeps_the_law() {
    let (calendar, now) = (Calendar::china(), at("2025-07-13 18:00"));
    for utility in [Utility::Gas, Utility::Power] {
        for class in [Class::Planned, Class::Temporary, Class::Arrears, Class::Breach] {
            let (duty, starts) = earliest(utility, class, 1, now, &calendar).expect("a limit");
            let broken = |starts: Timestamp| {
                let case = Case { utility, class, starts, ends: None, important: 1, affected: 1 };
                let found = check(&case, now, &calendar);
                found.iter().any(|one| one.weight == Weight::Violated && one.duty == duty)
            };
            assert_eq!((broken(starts - minutes(1)), broken(starts)), (true, false), "{utility:?} {class:?}");
        }
    }
    assert_eq!(earliest(Utility::Power, Class::Fault, 1, now, &calendar), None);
    assert_eq!(earliest(Utility::Power, Class::Temporary, 0, now, &calendar), None);
}
