//! One check for each rule.

use calls::{CalledOut, Pressed};
use exchange::line::EndCause;
use expect_test::{Expect, expect};
use kernel::calendar::Calendar;
use kernel::{AttemptId, CallId, CampaignId, TargetId, Timestamp};

use super::campaign::{Act, Campaign, State, next};
use super::decide::{self, May};
use super::sheet::Columns;
use super::target::{Outcome, Stage, Target, again, outcome};
use super::{Refusal, Settings};

fn at(text: &str) -> Timestamp {
    let civil: jiff::civil::DateTime = text.parse().expect("a time");
    let zoned = civil.to_zoned(Calendar::china().zone().clone()).expect("a time");
    Timestamp::from_jiff(zoned.timestamp())
}

fn campaign(state: State) -> Campaign {
    Campaign {
        id: CampaignId(1),
        name: "送电回访".into(),
        purpose: "询问是否已恢复供电".into(),
        state,
        plan: Settings::default().plan("restored"),
        standing: None,
        created_by: None,
        created_at: at("2026-01-05T08:00:00"),
        trouble: None,
        version: 1,
    }
}

fn target() -> Target {
    Target {
        id: TargetId(1),
        campaign: CampaignId(1),
        once: "13800000001".into(),
        number: "13800000001".into(),
        about: String::new(),
        known: Default::default(),
        stage: Stage::Calling,
        outcome: None,
        tries: 0,
        due: at("2026-01-05T08:00:00"),
        version: 1,
    }
}

fn ended(cause: EndCause) -> CalledOut {
    CalledOut {
        attempt: AttemptId(1),
        call: CallId(1),
        answered: false,
        machine: false,
        connected: false,
        keys: vec![],
        cause,
        interrupted: false,
        ended: at("2026-01-05T09:00:00"),
    }
}

#[test]
fn the_life_of_a_campaign() {
    let mut told = String::new();
    for state in State::ALL {
        let ways: Vec<String> = Act::ALL
            .into_iter()
            .filter_map(|act| Some(format!("{} -> {}", act.word(), next(state, act)?.word())))
            .collect();
        told += &format!("{}: {}\n", state.word(), ways.join(", "));
    }
    expect![[r#"
        draft: approve -> approved
        approved: start -> running, stop -> stopped
        running: pause -> paused, stop -> stopped
        paused: start -> running, stop -> stopped
        finished: 
        stopped: 
    "#]]
    .assert_eq(&told);
}

#[test]
fn who_may_do_what() {
    let all = May { prepare: true, approve: true, run: true };
    let of = |state, may, people| decide::allowed(&campaign(state), may, people).join(" ");
    assert_eq!(of(State::Draft, all, 0), "change add", "nobody to be called: nothing to approve");
    assert_eq!(of(State::Draft, all, 1), "approve change add");
    assert_eq!(of(State::Running, May { run: true, ..May::default() }, 1), "pause stop");
    assert_eq!(of(State::Stopped, all, 1), "");
    let approve = |may| decide::decide(&campaign(State::Draft), Act::Approve, may, 1);
    assert_eq!(approve(May { prepare: true, ..May::default() }).unwrap_err(), Refusal::NotAllowed);
    // What was approved says what was approved.
    let approved = campaign(State::Approved);
    let other = Settings::default().plan("advertising");
    assert!(decide::change(&approved, &approved.name, &approved.purpose, &other).is_err());
    let slower = super::Plan { at_once: 3, ..approved.plan.clone() };
    assert!(decide::change(&approved, &approved.name, &approved.purpose, &slower).is_ok());
}

#[test]
fn what_an_attempt_came_to() {
    let key = |key: &str| vec![Pressed { node: "solved".into(), key: key.into() }];
    let check = |ended: CalledOut, confirm: &str, expected: Outcome| {
        let plan = super::Plan { confirm: confirm.into(), ..Settings::default().plan("any") };
        assert_eq!(outcome(&ended, |key| plan.confirms(key)), expected, "{ended:?}");
    };
    let answered = CalledOut { answered: true, ..ended(EndCause::FarEnd) };
    check(CalledOut { keys: key("1"), ..answered.clone() }, "", Outcome::Reached);
    check(CalledOut { keys: key("1"), ..answered.clone() }, "12", Outcome::Reached);
    check(CalledOut { keys: key("7"), ..answered.clone() }, "12", Outcome::Answered);
    check(answered.clone(), "", Outcome::Answered);
    check(CalledOut { connected: true, ..answered.clone() }, "1", Outcome::Reached);
    check(CalledOut { machine: true, ..answered.clone() }, "", Outcome::Voicemail);
    check(CalledOut { interrupted: true, ..answered }, "", Outcome::Interrupted);
    check(CalledOut { interrupted: true, ..ended(EndCause::Lost) }, "", Outcome::Interrupted);
    check(ended(EndCause::NoAnswer), "", Outcome::NoAnswer);
    check(ended(EndCause::Busy), "", Outcome::Busy);
    check(ended(EndCause::NoSuchNumber), "", Outcome::WrongNumber);
    check(ended(EndCause::Declined), "", Outcome::Declined);
    check(ended(EndCause::Unreachable), "", Outcome::Unreachable);
    check(ended(EndCause::Lost), "", Outcome::Failed);
}

#[test]
fn who_is_called_again() {
    let mut told = String::new();
    for outcome in Outcome::ALL {
        let often = |answered, without_key| {
            (0..9).find(|tries| !again(outcome, answered, *tries, 3, without_key)).unwrap_or(9)
        };
        let (unheard, heard, satisfied) = (often(false, true), often(true, true), often(true, false));
        told += &format!("{}: {unheard} {heard} {satisfied}\n", outcome.word());
    }
    // Attempts when nobody answered; when somebody did; when pressing nothing is enough.
    expect![[r#"
        reached: 0 0 0
        answered: 3 3 0
        voicemail: 3 3 3
        no_answer: 3 3 3
        busy: 3 3 3
        wrong_number: 0 0 0
        declined: 3 3 3
        unreachable: 3 3 3
        failed: 3 3 3
        interrupted: 3 0 0
        not_allowed: 0 0 0
        withdrawn: 0 0 0
    "#]]
    .assert_eq(&told);
}

#[test]
fn the_next_attempt_lies_within_the_hours() {
    fn check(from: &str, expected: Expect) {
        let (calendar, plan) = (Calendar::china(), Settings::default().plan("any"));
        let settled =
            decide::settle(&plan, State::Running, &target(), &ended(EndCause::Busy), &calendar, at(from));
        expected.assert_eq(&calendar.civil(settled.due).to_string());
        assert_eq!((settled.stage, settled.tries), (Stage::Waiting, 1));
    }
    check("2026-01-05T09:00:00", expect!["2026-01-05T11:00:00"]);
    check("2026-01-05T11:30:00", expect!["2026-01-05T14:00:00"]);
    check("2026-01-05T18:59:00", expect!["2026-01-05T20:59:00"]);
    check("2026-01-05T19:00:00", expect!["2026-01-06T08:00:00"]);
}

#[test]
fn whoever_was_stopped_is_not_called_again() {
    let (calendar, plan) = (Calendar::china(), Settings::default().plan("any"));
    let now = at("2026-01-05T09:00:00");
    let settled = decide::settle(&plan, State::Stopped, &target(), &ended(EndCause::Busy), &calendar, now);
    assert_eq!((settled.stage, settled.outcome), (Stage::Done, Some(Outcome::Busy)));
    let paused = decide::settle(&plan, State::Paused, &target(), &ended(EndCause::Busy), &calendar, now);
    assert_eq!(paused.stage, Stage::Waiting);
}

#[test]
fn numbers_are_dialled_bare() {
    let number = |written: &str| decide::number(written);
    assert_eq!(number("138-0000 0001"), Ok("13800000001".into()));
    assert_eq!(number("(0562) 2833000"), Ok("05622833000".into()));
    assert_eq!(number("+86 138 0000 0001"), Ok("+8613800000001".into()));
    for bad in ["", "12", "138a", "１３８００００", "138+00"] {
        assert!(number(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_table_says_whom_to_call_and_what_can_be_said() {
    let row = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let columns = Columns::of(&row(&["户号", "联系电话", "日期", ""])).expect("columns");
    let line = columns.line(&row(&["3100001", "138 0000 0001", "2026-01-06", "x"])).expect("a row");
    expect![[r#"Line { number: "13800000001", about: "3100001", known: {"户号": "3100001", "日期": "2026-01-06"} }"#]]
        .assert_eq(&format!("{line:?}"));
    assert!(columns.line(&row(&["3100001"])).is_err());
    assert_eq!(Columns::of(&row(&["姓名"])), Err(Refusal::ColumnMissing { column: "number" }));
}

#[test]
fn settings_that_cannot_be_meant() {
    let check = |settings: Settings, field: &'static str| {
        assert_eq!(settings.check(), Err(Refusal::BadPlan { field }), "{field}");
    };
    assert_eq!(Settings::default().check(), Ok(()));
    check(Settings { attempts: 0, ..Settings::default() }, "attempts");
    check(Settings { keep_free: 96, ..Settings::default() }, "keep_free");
    check(Settings { at_once: 0, ..Settings::default() }, "at_once");
    check(Settings { ring_s: 4, ..Settings::default() }, "ring_s");
    let mut hours = Settings::default().hours;
    hours.reverse();
    check(Settings { hours, ..Settings::default() }, "hours");
}
