//! When customers may be called, who may call them, what follows from the answer, and the figures.

use std::collections::BTreeSet;

use deadlines::Kind;
use expect_test::expect;
use kernel::calendar::Calendar;
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};
use work_orders::rules::Act;
use work_orders::rules::order::Satisfaction;

use super::decide::{self, Bar, Caller, Facts, Recorded, Report};
use super::figures::{Group, Tally, figures};
use super::task::{Answers, Arrival, Attempt, Claim, Outcome, Reason, State, Task};
use super::{Hours, Refusal, Settings};

const ME: PersonId = PersonId(1);
const OTHER: PersonId = PersonId(2);
const CREW: UnitId = UnitId(7);

/// Of Tuesday, 2026-01-06 unless it says another day: `10:00`, `07 08:00`.
fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap_or(("06", text));
    format!("2026-01-{day}T{time}+08:00").parse().expect("a time")
}

fn show(at: Timestamp) -> String {
    Calendar::china().civil(at).strftime("%d %H:%M").to_string()
}

fn task() -> Task {
    Task {
        order: WorkOrderId(1),
        since: at("09:00"),
        number: "20260105-0001".into(),
        kind: Kind::Complaint,
        subtype: "complaint.service".into(),
        area: "青岚区".into(),
        unit: Some(CREW),
        accepted_by: Some(PersonId(9)),
        about: Some(PersonId(8)),
        hidden: false,
        government: false,
        urgent: false,
        due: at("08 00:00"),
        state: State::Open,
        attempts: Vec::new(),
        wish: None,
        not_before: at("09:00"),
        claim: None,
        rung: None,
        doubt: None,
        machine: None,
        answer: None,
        for_person: false,
        told: false,
        version: 1,
    }
}

fn tried(at_time: &str, outcome: Outcome) -> Attempt {
    Attempt {
        at: at(at_time),
        recorded_at: at(at_time),
        by: ME,
        call: None,
        outcome,
        wish: None,
        note: String::new(),
        answers: None,
    }
}

fn with<T>(rule: impl FnOnce(Hours<'_>) -> T) -> T {
    let (calendar, settings) = (Calendar::china(), Settings::default());
    rule(Hours { calendar: &calendar, settings: &settings })
}

#[track_caller]
fn check(attempts: &[(&str, Outcome)], wish: Option<&str>, from: &str, next: &str) {
    let attempts = attempts.iter().map(|(at, outcome)| tried(at, *outcome)).collect();
    let task = Task { attempts, wish: wish.map(at), ..task() };
    assert_eq!(with(|hours| show(hours.next(&task, at(from)))), next);
}

#[test]
fn customers_are_called_within_the_hours() {
    for (from, next) in [
        ("07:59", "06 08:00"),
        ("08:00", "06 08:00"),
        ("11:59", "06 11:59"),
        ("12:00", "06 14:00"),
        ("13:59", "06 14:00"),
        ("17:59", "06 17:59"),
        ("18:00", "06 18:00"),
        ("20:59", "06 20:59"),
        ("21:00", "07 08:00"),
        ("23:30", "07 08:00"),
    ] {
        check(&[], None, from, next);
    }
}

#[test]
fn two_hours_lie_between_attempts_and_the_last_is_in_another_part_of_the_day() {
    use Outcome::{Busy, Later, NoAnswer};
    let morning = ("08:10", NoAnswer);
    check(&[morning], None, "08:20", "06 10:10");
    check(&[morning], None, "15:00", "06 15:00");
    check(&[("11:00", Busy)], None, "11:01", "06 14:00");
    check(&[("20:30", Busy)], None, "20:31", "07 08:00");
    // Twice in the morning: the third must be at another hour, on the same day or the next.
    check(&[morning, ("10:10", Busy)], None, "10:11", "06 14:00");
    check(&[morning, ("10:10", Busy)], None, "07 09:00", "07 14:00");
    check(&[("14:05", Busy), ("16:05", Busy)], None, "16:06", "06 18:05");
    // One of each: anything goes.
    check(&[morning, ("14:10", Busy)], None, "07 09:00", "07 09:00");
    // Who wished for another hour has not been tried in vain.
    check(&[morning, ("10:10", Later)], None, "07 09:00", "07 09:00");
}

#[test]
fn the_hour_that_a_customer_wished_for_goes_before_every_other() {
    let later = [("10:00", Outcome::Later)];
    check(&later, Some("12:30"), "10:01", "06 12:30");
    check(&later, Some("12:30"), "13:10", "06 13:10");
    check(&later, Some("22:15"), "10:01", "06 22:15");
    // Nobody called within the hour: now the hours count again.
    check(&later, Some("12:30"), "13:30", "06 14:00");
    check(&later, Some("22:15"), "23:30", "07 08:00");
}

#[test]
fn emergencies_within_a_day_others_within_a_working_day() {
    with(|hours| {
        assert_eq!(show(hours.due(true, at("09 16:00"))), "10 16:00", "Friday to Saturday");
        assert_eq!(show(hours.due(false, at("09 16:00"))), "13 00:00", "until Monday is over");
    });
}

fn units() -> BTreeSet<UnitId> {
    [UnitId(3)].into()
}

#[test]
fn whoever_is_judged_does_not_ask() {
    let none = BTreeSet::new();
    let crew: BTreeSet<UnitId> = [CREW].into();
    let bar =
        |person: i64, units, knows| decide::bar(&task(), Caller { person: PersonId(person), units, knows });
    assert_eq!(bar(1, &none, true), None);
    assert_eq!(bar(9, &none, true), Some(Bar::AcceptedIt));
    assert_eq!(bar(8, &none, true), Some(Bar::AboutYou));
    assert_eq!(bar(1, &crew, true), Some(Bar::OwnUnit));
    assert_eq!(bar(1, &none, false), Some(Bar::MayNotKnow));
}

#[test]
fn taken_by_one_not_by_another_until_its_time_is_over() {
    let units = units();
    let caller = |person| Caller { person, units: &units, knows: true };
    with(|hours| {
        let early = decide::take(&task(), caller(ME), at("07:00"), hours);
        assert_eq!(early, Err(Refusal::TooEarly { from: at("08:00") }));
        let mine = decide::take(&task(), caller(ME), at("11:55"), hours).expect("within the hours");
        let taken = decide::take(&mine, caller(OTHER), at("11:56"), hours);
        assert_eq!(taken, Err(Refusal::Taken { by: ME, until: at("12:05") }));
        let longer = decide::take(&mine, caller(ME), at("12:01"), hours).expect("one goes on after noon");
        assert_eq!(longer.claimed(at("12:10")).map(|claim| claim.until), Some(at("12:11")));
        assert_eq!(decide::release(&mine, OTHER), Err(Refusal::TakeFirst));
        assert_eq!(decide::release(&mine, ME).expect("given back").claim, None);
        let others = decide::take(&mine, caller(OTHER), at("14:00"), hours).expect("its time is over");
        assert_eq!(others.claim.map(|claim| claim.by), Some(OTHER));
    });
}

fn recorded(task: &Task, report: &Report, reopened_before: bool) -> Result<Recorded, Refusal> {
    let units = units();
    let claim = Claim { by: ME, at: at("10:00"), until: at("10:10"), dialled_at: Some(at("10:01")) };
    let task = Task { claim: Some(claim), ..task.clone() };
    with(|hours| {
        let facts = Facts {
            now: at("10:05"),
            hours,
            accepted_at: at("05 09:00"),
            arrived_at: Some(at("05 09:40")),
            reopened_before,
        };
        decide::record(&task, report, Caller { person: ME, units: &units, knows: true }, None, facts)
    })
}

fn answers(satisfaction: Satisfaction) -> Answers {
    Answers {
        solved: Some(true),
        arrival: None,
        conduct: None,
        charges: None,
        satisfaction,
        reason: None,
        explained: String::new(),
        verbatim: String::new(),
    }
}

fn unsatisfied(reason: Reason) -> Answers {
    let verbatim = "师傅来了一趟就走了".into();
    let explained = if reason.reopens() { String::new() } else { "已说明收费依据".into() };
    Answers { reason: Some(reason), verbatim, explained, ..answers(Satisfaction::Dissatisfied) }
}

fn reached(answers: Answers) -> Report {
    Report::Reached { answers }
}

/// What came of it, in one line.
fn story(report: &Report, reopened_before: bool) -> String {
    match recorded(&task(), report, reopened_before) {
        Ok(Recorded { task, acts, tell, .. }) => {
            let acts: Vec<String> = acts
                .iter()
                .map(|(act, by_itself)| {
                    let what = match act {
                        Act::Close { note, satisfaction } => format!("close {satisfaction:?} 「{note}」"),
                        Act::Reopen { why, automatic } => format!("reopen automatic={automatic} 「{why}」"),
                        Act::Supervise { action, .. } => format!("supervise 「{action}」"),
                        act => format!("{act:?}"),
                    };
                    if *by_itself { format!("centre: {what}") } else { what }
                })
                .collect();
            let ending = match task.state {
                State::Asked { ending, .. } => format!("{ending:?}"),
                state => state.word().to_owned(),
            };
            format!("{ending} tell={tell} {}\n", acts.join(" + "))
        }
        Err(refusal) => format!("{refusal:?}\n"),
    }
}

#[test]
fn what_follows_from_an_answer() {
    use Satisfaction::{Fair, NotRated, Satisfied, VerySatisfied};
    let mut all = String::new();
    for satisfaction in [VerySatisfied, Satisfied, Fair, NotRated] {
        all += &story(&reached(answers(satisfaction)), false);
    }
    for reason in [Reason::NotSolved, Reason::Slow, Reason::Attitude, Reason::Policy, Reason::Other] {
        all += &story(&reached(unsatisfied(reason)), false);
    }
    all += &story(&reached(unsatisfied(Reason::NotSolved)), true);
    all += &story(&reached(unsatisfied(Reason::Policy)), true);
    let not_solved =
        Answers { solved: Some(false), reason: Some(Reason::NotSolved), ..unsatisfied(Reason::Slow) };
    all += &story(&reached(Answers { satisfaction: Satisfied, ..not_solved }), false);
    all += &story(&Report::Refused { note: "在开会".into() }, false);
    expect![[r#"
        Closed tell=false close Some(VerySatisfied) 「回访：已回访客户」
        Closed tell=false close Some(Satisfied) 「回访：已回访客户」
        Closed tell=false close Some(Fair) 「回访：已回访客户」
        Closed tell=false close Some(NotRated) 「回访：已回访客户」
        Reopened tell=false reopen automatic=true 「回访不满意（问题未解决）。客户原话：师傅来了一趟就走了」
        Reopened tell=false reopen automatic=true 「回访不满意（处理太慢）。客户原话：师傅来了一趟就走了」
        Reopened tell=false reopen automatic=true 「回访不满意（服务态度）。客户原话：师傅来了一趟就走了」
        Explained tell=false close Some(Dissatisfied) 「回访：客户不满意，已解释：已说明收费依据。客户原话：师傅来了一趟就走了」
        Explained tell=false close Some(Dissatisfied) 「回访：客户不满意，已解释：已说明收费依据。客户原话：师傅来了一趟就走了」
        Supervised tell=false close Some(Dissatisfied) 「回访：重办后客户仍不满意，已转督办。客户原话：师傅来了一趟就走了」 + centre: supervise 「重办后回访不满意（问题未解决），请核实并回复处理意见。客户原话：师傅来了一趟就走了」
        Explained tell=false close Some(Dissatisfied) 「回访：客户不满意，已解释：已说明收费依据。客户原话：师傅来了一趟就走了」
        Reopened tell=false reopen automatic=true 「回访不满意（问题未解决）。客户原话：师傅来了一趟就走了」
        Refused tell=false close Some(NotRated) 「回访：客户不愿接受回访。客户原话：在开会」
    "#]].assert_eq(&all);
}

#[test]
fn who_is_not_satisfied_is_asked_why() {
    let lacks = |answers| recorded(&task(), &reached(answers), false).expect_err("something lacks");
    assert_eq!(lacks(answers(Satisfaction::VeryDissatisfied)), Refusal::NoReason);
    let said_nothing = Answers { verbatim: String::new(), ..unsatisfied(Reason::Slow) };
    assert!(matches!(lacks(said_nothing), Refusal::BadText { field: "verbatim", .. }));
    let unexplained = Answers { explained: " ".into(), ..unsatisfied(Reason::Policy) };
    assert!(matches!(lacks(unexplained), Refusal::BadText { field: "explained", .. }));
    let ahead = Answers { arrival: Some(Arrival::At { at: at("11:00") }), ..answers(Satisfaction::Fair) };
    assert_eq!(lacks(ahead), Refusal::ImpossibleTime { field: "arrival" });
    let past = recorded(&task(), &Report::Later { at: at("09:00"), note: String::new() }, false);
    assert_eq!(past.err(), Some(Refusal::ImpossibleTime { field: "at" }));
}

#[test]
fn the_third_attempt_in_vain_is_the_last_and_the_customer_is_told() {
    let no_answer = Report::NoAnswer { note: String::new() };
    let first = recorded(&task(), &no_answer, false).expect("kept");
    assert_eq!((first.task.state, first.acts.len(), first.tell), (State::Open, 0, false));
    assert_eq!(
        show(first.task.not_before),
        "06 14:00",
        "at least two hours after the dialling at 10:01, after noon"
    );
    let before = vec![tried("05 15:00", Outcome::Busy), tried("05 18:30", Outcome::WrongNumber)];
    let last = recorded(&Task { attempts: before.clone(), ..task() }, &no_answer, false).expect("kept");
    assert_eq!(last.task.state, State::Missed { at: at("10:05") });
    assert!(last.tell);
    let close = Act::Close {
        note: "回访不成功：占线、号码有误、无人接听".into(),
        satisfaction: Some(Satisfaction::NotRated),
    };
    assert_eq!(last.acts, [(close, false)]);
    // Who wants to be called later has used none up.
    let later = Report::Later { at: at("12:30"), note: "午休时方便".into() };
    let later = recorded(&Task { attempts: before, ..task() }, &later, false).expect("kept");
    assert_eq!((later.task.state, later.task.tries(), later.task.wish), (State::Open, 2, Some(at("12:30"))));
}

#[test]
fn a_time_of_arrival_that_differs_by_more_than_a_quarter_of_an_hour_is_doubted() {
    let told = |arrival| {
        let answers = Answers { arrival: Some(arrival), ..answers(Satisfaction::Satisfied) };
        recorded(&task(), &reached(answers), false).expect("kept").doubt.map(|doubt| doubt.differs_min)
    };
    assert_eq!(told(Arrival::AsRecorded), None);
    assert_eq!(told(Arrival::At { at: at("05 09:55") }), None, "a quarter of an hour exactly");
    assert_eq!(told(Arrival::At { at: at("05 09:56") }), Some(Some(16)));
    assert_eq!(told(Arrival::At { at: at("05 09:20") }), Some(Some(20)), "earlier, too");
    assert_eq!(told(Arrival::Never), Some(None));
}

#[test]
fn only_who_has_it_writes_it_down() {
    let units = units();
    let report = Report::Busy { note: String::new() };
    let no_claim = with(|hours| {
        let facts = Facts {
            now: at("10:05"),
            hours,
            accepted_at: at("05 09:00"),
            arrived_at: None,
            reopened_before: false,
        };
        decide::record(&task(), &report, Caller { person: ME, units: &units, knows: true }, None, facts)
    });
    assert_eq!(no_claim, Err(Refusal::TakeFirst));
    let closed = Task { state: State::Missed { at: at("09:30") }, ..task() };
    assert_eq!(recorded(&closed, &report, false).err(), Some(Refusal::NotOpen));
}

fn group(tally: Tally) -> Group {
    Group { unit: Some(CREW), kind: "complaint".into(), area: String::new(), government: false, tally }
}

fn share(tally: Tally, figure: fn(super::figures::Figures) -> super::figures::Rate) -> Option<f64> {
    figure(figures([group(tally)].iter(), &Settings::default())).share
}

#[test]
fn k26_completed_attempt_sets_of_those_required() {
    assert_eq!(share(Tally { required: 8, completed: 6, ..Tally::default() }, |all| all.k26), Some(0.75));
    assert_eq!(share(Tally::default(), |all| all.k26), None);
}

#[test]
fn k27_reached_of_those_with_attempts() {
    assert_eq!(share(Tally { tried: 5, reached: 4, ..Tally::default() }, |all| all.k27), Some(0.8));
    assert_eq!(share(Tally { required: 5, ..Tally::default() }, |all| all.k27), None);
}

/// KPI-06 of the domain reference: 184 of 200, and 200 of 500.
fn kpi_06() -> Tally {
    Tally {
        required: 500,
        completed: 500,
        tried: 500,
        reached: 500,
        very_satisfied: 140,
        satisfied: 44,
        fair: 9,
        dissatisfied: 5,
        very_dissatisfied: 2,
    }
}

#[test]
fn k28_satisfied_of_valid_ratings_and_fair_by_setting() {
    assert_eq!(share(kpi_06(), |all| all.k28), Some(0.92));
    assert_eq!(share(Tally { reached: 3, ..Tally::default() }, |all| all.k28), None);
    let government = Group { government: true, ..group(kpi_06()) };
    assert_eq!(figures([government].iter(), &Settings::default()).k28.of, 193, "12345 counts fair");
    let fair = Settings { fair_counts: true, ..Settings::default() };
    assert_eq!(figures([group(kpi_06())].iter(), &fair).k28.of, 193);
}

#[test]
fn k29_valid_ratings_of_those_invited() {
    assert_eq!(share(kpi_06(), |all| all.k29), Some(0.4));
    assert_eq!(share(Tally::default(), |all| all.k29), None);
}

#[test]
fn settings_that_cannot_be_meant() {
    let bad = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        match settings.check() {
            Err(Refusal::BadSettings { field }) => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(Settings::default().check(), Ok(()));
    assert_eq!(bad(|settings| settings.attempts = 0), "attempts");
    assert_eq!(bad(|settings| settings.parts_needed = 4), "parts_needed");
    assert_eq!(bad(|settings| settings.hours.clear()), "hours");
    assert_eq!(bad(|settings| settings.hours.reverse()), "hours");
    assert_eq!(bad(|settings| settings.claim_min = 0), "claim_min");
    assert_eq!(bad(|settings| settings.doubt_min = 0), "doubt_min");
}
