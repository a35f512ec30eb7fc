//! The ladder by examples: who is asked after whom, and what becomes of a matter that nobody answers.

use std::time::Duration;

use deadlines::Kind;
use expect_test::{Expect, expect};
use kernel::{EscalationId, PersonId, Timestamp, WorkOrderId};
use serde_json::json;
use work_orders::rules::Order;

use super::decide::{Asker, Event, Facts, Rosters, Verb, allowed, begin, decide, sees};
use super::escalation::{Escalation, Matter, Reason, State};
use super::grounds::of_order;
use super::{Act, Ground, Refusal, Rung, Settings};

const AGENT: PersonId = PersonId(10);
const LEADER: PersonId = PersonId(20);
const OTHER_LEADER: PersonId = PersonId(21);
const SUPERVISOR: PersonId = PersonId(30);
const HEAD: PersonId = PersonId(40);
const OFFICER: PersonId = PersonId(50);

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_secs(minutes * 60)
}

/// A ladder with people on it, and one matter that climbs.
struct Ladder {
    settings: Settings,
    rosters: Rosters,
    of: Escalation,
    now: Timestamp,
}

fn answers(person: PersonId) -> Asker {
    Asker { person: Some(person), answers: true, ..Asker::default() }
}

impl Ladder {
    fn begin(ground: Ground, rosters: &[(Rung, &[PersonId])]) -> Ladder {
        let reason = Reason { ground, at: at(0), by: Some(AGENT), words: String::new(), count: None };
        let (settings, now) = (Settings::default(), at(0));
        let rosters = rosters.iter().map(|(rung, people)| (*rung, people.to_vec())).collect();
        let fresh = Escalation {
            id: EscalationId(1),
            number: "S20260105-0001".into(),
            matter: Matter::Order { order: WorkOrderId(1), number: "20260105-0001".into() },
            reasons: vec![reason],
            begun_at: now,
            begun_by: Some(AGENT),
            agent: Some(AGENT),
            unit: None,
            concerns: None,
            rung: Rung::TeamLeader,
            state: State::Waiting,
            turns: Vec::new(),
            people: Default::default(),
            version: 1,
        };
        let facts = Facts { now, asker: Asker::default(), settings: &settings, rosters: &rosters };
        let of = begin(fresh, facts);
        Ladder { settings, rosters, of, now }
    }

    fn all(ground: Ground) -> Ladder {
        let rosters: &[(Rung, &[PersonId])] = &[
            (Rung::TeamLeader, &[LEADER, OTHER_LEADER]),
            (Rung::FloorSupervisor, &[SUPERVISOR]),
            (Rung::DepartmentHead, &[HEAD]),
            (Rung::DutyOfficer, &[OFFICER]),
        ];
        Ladder::begin(ground, rosters)
    }

    fn happen(&mut self, event: &Event, asker: Asker) -> Result<(), Refusal> {
        let facts = Facts { now: self.now, asker, settings: &self.settings, rosters: &self.rosters };
        self.of = decide(&self.of, event, facts)?;
        Ok(())
    }

    fn act(&mut self, person: PersonId, act: Act) -> Result<(), Refusal> {
        self.happen(&Event::Act(act), answers(person))
    }

    /// Minutes go by, and the watcher looks.
    fn later(&mut self, minutes: u64) {
        self.now += Duration::from_secs(minutes * 60);
        if self.of.due().is_some_and(|due| due <= self.now) {
            self.happen(&Event::Lapse, Asker::default()).expect("what is due goes on");
        }
    }

    fn show(&self) -> String {
        let turn = |turn: &super::escalation::Turn| {
            let person = turn.person.map_or("nobody".into(), |person| person.to_string());
            let (from, end) = (turn.from.as_secs() / 60, turn.end.map(|end| format!("{end:?}")));
            format!("{from:>3} {:?} {person} {}", turn.rung, end.unwrap_or_else(|| "…".into()))
        };
        let mut lines: Vec<String> = self.of.turns.iter().map(turn).collect();
        lines.push(format!("→ {}", self.of.state.word()));
        lines.join("\n")
    }

    fn is(&self, expected: Expect) {
        expected.assert_eq(&self.show());
    }
}

#[test]
fn who_does_not_answer_in_five_minutes_is_passed_over_until_the_ladder_ends_and_begins_again() {
    let mut ladder = Ladder::all(Ground::Emergency);
    for _ in 0..6 {
        ladder.later(4);
        ladder.later(1);
    }
    ladder.is(expect![[r#"
          0 TeamLeader pe_m Lapsed
          5 TeamLeader pe_n Lapsed
         10 FloorSupervisor pe_y Lapsed
         15 DepartmentHead pe_18 Lapsed
         20 DutyOfficer pe_1j Lapsed
        → unheard"#]]);
    ladder.later(15);
    assert_eq!(ladder.of.turn().and_then(|turn| turn.person), Some(OFFICER), "the last step is asked again");
    assert!(
        allowed(&ladder.of, answers(LEADER), ladder.now)
            .iter()
            .any(|(verb, barred)| { *verb == Verb::Acknowledge && barred.is_none() }),
        "whom it has passed may still answer"
    );
}

#[test]
fn a_step_on_which_nobody_is_says_so_and_nothing_waits_there() {
    let ladder = Ladder::begin(Ground::Emergency, &[(Rung::DepartmentHead, &[HEAD])]);
    ladder.is(expect![[r#"
          0 TeamLeader nobody Nobody
          0 FloorSupervisor nobody Nobody
          0 DepartmentHead pe_18 …
        → waiting"#]]);
    let empty = Ladder::begin(Ground::Explosion, &[]);
    empty.is(expect![[r#"
          0 DutyOfficer nobody Nobody
          0 DepartmentHead nobody Nobody
          0 FloorSupervisor nobody Nobody
          0 TeamLeader nobody Nobody
        → unheard"#]]);
    let below = Ladder::begin(Ground::Explosion, &[(Rung::TeamLeader, &[LEADER])]);
    below.is(expect![[r#"
          0 DutyOfficer nobody Nobody
          0 DepartmentHead nobody Nobody
          0 FloorSupervisor nobody Nobody
          0 TeamLeader pe_m …
        → waiting"#]]);
}

#[test]
fn a_leap_of_the_clock_passes_over_one_person_and_the_next_has_the_whole_time() {
    let mut ladder = Ladder::all(Ground::Emergency);
    ladder.later(600);
    ladder.is(expect![[r#"
          0 TeamLeader pe_m Lapsed
        600 TeamLeader pe_n …
        → waiting"#]]);
    assert_eq!(ladder.of.due(), Some(ladder.now + Duration::from_secs(300)));
}

#[test]
fn help_goes_no_further_than_the_floor_by_itself_and_further_by_hand() {
    let mut ladder = Ladder::all(Ground::Help);
    for _ in 0..3 {
        ladder.later(5);
    }
    ladder.is(expect![[r#"
          0 TeamLeader pe_m Lapsed
          5 TeamLeader pe_n Lapsed
         10 FloorSupervisor pe_y Lapsed
        → unheard"#]]);
    ladder.later(15);
    assert_eq!(ladder.act(SUPERVISOR, Act::PassUp { words: "需要部门出面".into() }), Ok(()));
    assert_eq!(ladder.of.rung, Rung::DepartmentHead);
}

#[test]
fn acknowledged_taken_over_and_closed_with_a_summary() {
    let mut ladder = Ladder::all(Ground::Emergency);
    assert_eq!(ladder.act(AGENT, Act::Acknowledge), Err(Refusal::OwnMatter));
    assert_eq!(ladder.act(SUPERVISOR, Act::Acknowledge), Err(Refusal::NotYours), "it has not come there");
    assert_eq!(
        ladder.act(LEADER, Act::Close { summary: "已处理完毕".into() }),
        Err(Refusal::WrongState { state: "waiting" })
    );
    assert_eq!(ladder.act(OTHER_LEADER, Act::Acknowledge), Ok(()), "whoever of the step is faster");
    assert_eq!(ladder.of.due(), Some(at(15)), "something is to follow");
    assert_eq!(ladder.act(LEADER, Act::TakeOver), Ok(()));
    assert_eq!(ladder.of.due(), None);
    assert_eq!(ladder.act(LEADER, Act::TakeOver), Err(Refusal::AlreadyYours));
    assert_eq!(ladder.act(OTHER_LEADER, Act::Close { summary: "已处理完毕".into() }), Err(Refusal::NotYours));
    assert_eq!(
        ladder.act(LEADER, Act::Close { summary: "好".into() }),
        Err(Refusal::BadText { field: "summary", least: 5, most: 2_000 })
    );
    assert_eq!(ladder.act(LEADER, Act::Close { summary: "已到座席旁协助，客户情绪平稳".into() }), Ok(()));
    ladder.is(expect![[r#"
          0 TeamLeader pe_m Heard
        → closed"#]]);
    assert!(allowed(&ladder.of, answers(LEADER), ladder.now).is_empty());
}

#[test]
fn something_graver_goes_higher_at_once_even_when_it_was_answered() {
    let mut ladder = Ladder::all(Ground::Emergency);
    ladder.act(LEADER, Act::Acknowledge).expect("the leader answers");
    let add = |ground| Event::Add(Reason { ground, at: at(3), by: None, words: String::new(), count: None });
    ladder.happen(&add(Ground::Help), Asker::default()).expect("one more reason");
    assert_eq!(ladder.of.state.word(), "acknowledged", "nothing that this step does not deal with");
    ladder.happen(&add(Ground::Explosion), Asker::default()).expect("one more reason");
    ladder.is(expect![[r#"
          0 TeamLeader pe_m Heard
          0 DutyOfficer pe_1j …
        → waiting"#]]);
}

#[test]
fn who_called_may_take_it_back_until_somebody_has_answered() {
    let mut ladder = Ladder::all(Ground::Help);
    assert_eq!(ladder.act(AGENT, Act::StandDown { why: "客户已挂断".into() }), Ok(()));
    let mut ladder = Ladder::all(Ground::Help);
    ladder.act(LEADER, Act::Acknowledge).expect("the leader answers");
    assert_eq!(ladder.act(AGENT, Act::StandDown { why: "客户已挂断".into() }), Err(Refusal::NotYours));
}

#[test]
fn whom_it_is_about_is_neither_asked_nor_sees_it() {
    let mut ladder = Ladder::all(Ground::Emergency);
    let about = Escalation { concerns: Some(OTHER_LEADER), ..ladder.of.clone() };
    let reads = Asker { reads: true, ..answers(OTHER_LEADER) };
    assert!(!sees(&about, &reads));
    ladder.of = about;
    ladder.later(5);
    assert_eq!(ladder.of.turn().and_then(|turn| turn.person), Some(SUPERVISOR));
}

fn grounds(matter: serde_json::Value, expected: &[Ground]) {
    let mut whole = json!({ "kind": "fault", "subtype": "fault.no_gas", "content": "家中没有气" });
    for (key, value) in matter.as_object().expect("fields") {
        whole[key] = value.clone();
    }
    let matter = serde_json::from_value(whole.clone()).expect("a matter");
    let order = Order::accepted(WorkOrderId(1), "20260105-0001".into(), matter, None, at(0));
    assert_eq!(order.matter.kind, Kind::Fault);
    assert_eq!(of_order(&order).into_iter().collect::<Vec<_>>(), expected, "{whole}");
}

#[test]
fn what_rules_find_in_an_order() {
    grounds(json!({}), &[]);
    grounds(json!({ "danger": true }), &[Ground::Emergency]);
    grounds(json!({ "urgency": "urgent" }), &[Ground::Emergency]);
    grounds(json!({ "level": "important" }), &[Ground::Important]);
    grounds(json!({ "level": "special" }), &[Ground::Special]);
    grounds(json!({ "content": "电视台记者已到现场" }), &[Ground::Media]);
    grounds(
        json!({ "content": "厨房爆燃，一人烧伤", "danger": true }),
        &[Ground::Emergency, Ground::Injury, Ground::Explosion],
    );
    grounds(json!({ "content": "闻到气味，怕爆炸，没有人受伤" }), &[]);
    grounds(json!({ "fields": { "unwell": "yes" } }), &[Ground::Injury]);
    grounds(json!({ "fields": { "phenomenon": "已有人死亡" } }), &[Ground::Special]);
}

#[test]
fn a_ladder_without_a_step_or_with_silence_on_one_is_refused() {
    let refused = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        settings.check()
    };
    let bad = |field| Err(Refusal::BadSettings { field });
    assert_eq!(refused(|_| ()), Ok(()));
    assert_eq!(refused(|settings| _ = settings.steps.remove(&Rung::DepartmentHead)), bad("steps"));
    assert_eq!(
        refused(|settings| settings.steps.values_mut().for_each(|step| step.ack_min = 0)),
        bad("ack_min")
    );
    assert_eq!(
        refused(|settings| settings.steps.values_mut().for_each(|step| step.tell.clear())),
        bad("tell")
    );
    assert_eq!(refused(|settings| settings.reports = 1), bad("reports"));
    assert_eq!(
        refused(|settings| settings.grounds.values_mut().for_each(|way| way.to = Rung::TeamLeader)),
        bad("grounds")
    );
}
