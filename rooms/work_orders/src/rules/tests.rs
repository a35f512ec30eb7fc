//! The rules as examples, and as properties of every path an order can take.

use std::collections::BTreeSet;
use std::time::Duration;

use deadlines::{Clock, Clocks, Kind, Profile, Standing, Step};
use expect_test::expect;
use kernel::calendar::{Calendar, Limit};
use kernel::time::{Clock as _, TestClock};
use kernel::{CallId, PersonId, Timestamp, UnitId, WorkOrderId};

use super::decide::{Asker, Bar, Power, may_know};
use super::house::House;
use super::order::{
    Contact, Grade, Matter, Privacy, ReturnReason, Satisfaction, Stage, State, SupervisionReason, UrgedBy,
};
use super::result::{self, Outcome};
use super::settings::{Limits, Settings};
use super::{Act, Kinds, Refusal, Verb, file, walk};

mod any;
mod guarded;
mod time;

const UNIT: UnitId = UnitId(1);
const OTHER: UnitId = UnitId(2);
const AGENT: PersonId = PersonId(10);
const CREW: PersonId = PersonId(20);
const LEADER: PersonId = PersonId(21);
const SUPERVISOR: PersonId = PersonId(30);

fn of(house: House) -> (Kinds, Limits) {
    (house.kinds().expect("it can be read"), Limits::of(house.profile()))
}

fn gas() -> (Kinds, Limits) {
    of(House::Gas)
}

/// 2026-01-05, a Monday, at nine.
fn start() -> Timestamp {
    TestClock::monday_morning().now()
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

fn matter(subtype: &str) -> Matter {
    let json = serde_json::json!({
        "kind": "fault", "subtype": subtype, "content": "厨房闻到煤气味，越来越浓", "address": "淮河中路10号3栋201",
        "area": "铜官区", "contact": { "name": "王小明", "phone": "13812345678" }, "customer": "cu_1",
        "fields": { "demand": "当面道歉", "reported": "3栋201", "person": "李师傅" },
    });
    serde_json::from_value(json).expect("a matter")
}

fn agent() -> Asker {
    Asker { person: Some(AGENT), powers: [Power::File, Power::CallBack].into(), ..Asker::default() }
}
/// Asks customers about what others have accepted.
fn caller() -> Asker {
    Asker { person: Some(PersonId(11)), ..agent() }
}
fn crew() -> Asker {
    Asker { person: Some(CREW), powers: [Power::Handle].into(), units: [UNIT].into(), ..Asker::default() }
}
fn leader() -> Asker {
    Asker { person: Some(LEADER), units: [UNIT].into(), leads: [UNIT].into(), ..crew() }
}
fn supervisor() -> Asker {
    let powers =
        [Power::Dispatch, Power::Review, Power::Extend, Power::Supervise, Power::Void, Power::CallBack];
    Asker { person: Some(SUPERVISOR), powers: powers.into(), ..Asker::default() }
}

fn outcome(done_at: Timestamp) -> Outcome {
    Outcome {
        cause: "灶前阀密封圈老化开裂".into(),
        action: "更换密封圈并保压十分钟，压降为零".into(),
        done_at: Some(done_at),
        person: "抢修二班 张师傅".into(),
        told: "已告知用户恢复使用及注意事项".into(),
        evidence: "照片两张".into(),
        substantiated: Some(true),
    }
}

/// By what everything is decided here.
struct Rules {
    kinds: Kinds,
    limits: Limits,
    settings: Settings,
    calendar: Calendar,
}

static RULES: std::sync::LazyLock<Rules> = std::sync::LazyLock::new(|| {
    let (kinds, limits) = gas();
    Rules { kinds, limits, settings: Settings::default(), calendar: Calendar::china() }
});

/// An order that a test moves.
pub(super) struct Walk {
    walk: walk::Walk<'static>,
    pub calendar: &'static Calendar,
}

impl std::ops::Deref for Walk {
    type Target = walk::Walk<'static>;
    fn deref(&self) -> &Self::Target {
        &self.walk
    }
}

impl std::ops::DerefMut for Walk {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.walk
    }
}

impl Walk {
    pub fn begin(matter: Matter) -> Walk {
        let Rules { kinds, limits, settings, calendar } = &*RULES;
        let book = walk::Book { kinds, limits, settings, calendar };
        let named = (WorkOrderId(1), "20260105-0001".to_owned());
        let walk = walk::Walk::begin(book, named, matter, Some(AGENT), (start(), None)).expect("complete");
        Walk { walk, calendar }
    }

    pub fn act(&mut self, asker: &Asker, act: Act) -> Result<(), Refusal> {
        self.walk.act(asker, &act)
    }

    fn may(&self, asker: &Asker) -> Vec<(Verb, Option<Bar>)> {
        self.walk.allowed(asker).into_iter().map(|one| (one.act, one.barred)).collect()
    }

    fn after(&mut self, by: Duration) -> &mut Self {
        self.walk.now += by;
        self
    }

    /// What runs, as `step clock until`.
    fn runs(&self) -> String {
        let mut lines = Vec::new();
        for kept in &self.promised {
            for (clock, promise) in kept.clocks.each().into_iter().filter(|(_, promise)| promise.is_running())
            {
                let until = self.calendar.civil(promise.due()).strftime("%m-%d %H:%M");
                let clock = if clock == Clock::Unit { "unit" } else { "customer" };
                lines.push(format!("{} {clock} {until}", promises::rules::word(&kept.step)));
            }
        }
        lines.join("\n")
    }

    fn clocks(&self, step: Step) -> &Clocks {
        &self.promised.iter().rev().find(|kept| kept.step == step).expect("such a promise").clocks
    }
}

fn dispatch() -> Act {
    Act::Dispatch { unit: UNIT, note: String::new(), binding: false }
}
fn take() -> Act {
    Act::Take { by: None }
}

#[test]
fn a_leak_goes_from_the_call_to_the_customers_word() {
    let mut walk = Walk::begin(matter("fault.leak"));
    assert!(walk.order.matter.danger && walk.order.is_important(), "a leak is dangerous from the first word");
    expect![[r#"
        dispatch unit 01-05 08:02
        arrive unit 01-05 08:30
        arrive customer 01-05 08:30
        finish unit 01-06 08:00
        finish customer 01-06 08:00"#]]
    .assert_eq(&walk.runs());
    walk.after(minutes(1)).act(&agent(), dispatch()).expect("the agent sends it");
    walk.after(minutes(1)).act(&crew(), take()).expect("the crew takes it");
    let left = walk.now;
    walk.act(&crew(), Act::Leave { at: left }).expect("and goes");
    walk.after(minutes(20));
    let arrived = walk.now;
    walk.act(&crew(), Act::Arrive { at: arrived, place: Some((30_945_000, 117_811_000)) }).expect("arrived");
    let until = walk.now + minutes(60);
    walk.act(&crew(), Act::Estimate { until, reason: String::new() }).expect("an estimate");
    walk.act(&crew(), Act::Begin).expect("at work");
    walk.after(minutes(40));
    let done = walk.now;
    walk.act(&crew(), Act::GiveResult { result: outcome(done) }).expect("done");
    assert_eq!(walk.act(&crew(), Act::Approve { note: String::new() }), Err(Refusal::NotAllowed));
    walk.act(&supervisor(), Act::Approve { note: String::new() }).expect("read");
    assert_eq!(walk.order.state, State::ToCallBack { unit: Some(UNIT) });
    expect!["call_back unit 01-06 09:02"].assert_eq(&walk.runs());
    walk.after(minutes(30));
    let close = Act::Close {
        note: "客户表示到场很快".into(),
        satisfaction: Some(Satisfaction::VerySatisfied),
    };
    assert_eq!(
        walk.act(&agent(), close.clone()),
        Err(Refusal::Barred { bar: Bar::OwnWork }),
        "not who accepted it"
    );
    walk.act(&caller(), close).expect("asked");
    assert!(!walk.order.state.is_open());
    assert_eq!(walk.runs(), "", "nothing is owed any more");
    let kept = |step| walk.clocks(step).customer().map(|promise| promise.standing(walk.now));
    assert_eq!(kept(Step::Arrive), Some(deadlines::Standing::Kept));
}

#[test]
fn a_unit_may_send_an_order_back_twice_then_somebody_rules() {
    let mut walk = Walk::begin(matter("fault.no_gas"));
    let back = || Act::SendBack { reason: ReturnReason::NotOurs, note: "不在我部门辖区".into() };
    let arrival = walk.clocks(Step::Arrive).clone();
    for _ in 0..2 {
        walk.after(minutes(1)).act(&supervisor(), dispatch()).expect("sent");
        walk.after(minutes(1)).act(&crew(), back()).expect("sent back");
    }
    assert_eq!(walk.clocks(Step::Arrive), &arrival, "no clock stops by returning");
    assert_eq!(walk.order.returns, 2);
    let shift = Asker { powers: [Power::Dispatch].into(), ..supervisor() };
    assert_eq!(walk.act(&shift, dispatch()), Err(Refusal::Barred { bar: Bar::RulingNeeded }));
    walk.act(&supervisor(), dispatch()).expect("ruled");
    assert_eq!(walk.order.bound, Some(UNIT));
    assert_eq!(walk.act(&crew(), back()), Err(Refusal::Barred { bar: Bar::Bound }));
    assert!(walk.may(&crew()).contains(&(Verb::SendBack, Some(Bar::Bound))), "shown greyed, with the reason");
}

#[test]
fn only_the_unit_that_has_it_works_on_it() {
    let mut walk = Walk::begin(matter("fault.no_gas"));
    walk.act(&agent(), dispatch()).expect("sent");
    let stranger = Asker { person: Some(PersonId(99)), units: [OTHER].into(), ..crew() };
    assert_eq!(walk.act(&stranger, take()), Err(Refusal::Barred { bar: Bar::NotYourUnit }));
    assert_eq!(
        walk.act(&crew(), Act::Take { by: Some(LEADER) }),
        Err(Refusal::Barred { bar: Bar::LeadersOnly })
    );
    walk.act(&leader(), Act::Take { by: Some(CREW) }).expect("the leader says who");
    assert_eq!(walk.order.state, State::Working { unit: UNIT, by: CREW, stage: Stage::Taken });
    assert_eq!(walk.act(&agent(), take()), Err(Refusal::WrongState { state: "taken" }));
}

#[test]
fn a_complaint_about_the_agent_goes_past_that_agent() {
    let about = Matter { about: Some(AGENT), call: Some(CallId(5)), ..matter("complaint.conduct") };
    let mut walk = Walk::begin(about);
    assert!(!may_know(&walk.order, &agent()), "who complained is not for whom it is about");
    assert!(walk.may(&agent()).iter().all(|(_, bar)| *bar == Some(Bar::AboutYou)));
    assert_eq!(walk.act(&agent(), dispatch()), Err(Refusal::Barred { bar: Bar::AboutYou }));
    walk.act(&supervisor(), dispatch()).expect("a supervisor goes on with it");
}

#[test]
fn a_confidential_report_is_hidden_from_the_unit() {
    let mut walk = Walk::begin(matter("report.theft"));
    assert_eq!(walk.order.matter.privacy, Privacy::Confidential);
    walk.act(&agent(), dispatch()).expect("sent");
    assert!(!may_know(&walk.order, &crew()));
    assert!(may_know(&walk.order, &agent()), "the acceptor knows");
    assert!(may_know(&walk.order, &supervisor()));
    let inside =
        Asker { units: [UNIT].into(), powers: [Power::Handle, Power::Supervise].into(), ..supervisor() };
    assert!(!may_know(&walk.order, &inside), "not even who supervises, when it is one's own unit");
    let back = Act::SendBack { reason: ReturnReason::NotOurs, note: "不在我部门辖区".into() };
    walk.act(&crew(), back).expect("sent back");
    assert!(!may_know(&walk.order, &inside), "nor once the unit has it no more");
    let elsewhere = Act::Dispatch { unit: OTHER, note: String::new(), binding: false };
    walk.act(&supervisor(), elsewhere).expect("sent elsewhere");
    assert!(!may_know(&walk.order, &inside), "nor when another unit has it");
}

#[test]
fn who_is_reported_never_learns_who_reported_it() {
    for about in [AGENT, SUPERVISOR] {
        let mut walk = Walk::begin(Matter { about: Some(about), ..matter("report.theft") });
        for asker in [agent(), supervisor()] {
            assert_eq!(may_know(&walk.order, &asker), asker.person != Some(about));
        }
        walk.act(&Asker::centre(), Act::Void { why: "重复登记".into() }).expect("void");
        let accused = if about == AGENT { agent() } else { supervisor() };
        assert!(!may_know(&walk.order, &accused), "nor when it is over");
    }
}

#[test]
fn a_correction_is_checked_like_what_was_accepted() {
    let corrected = |before: Matter, asker: &Asker, change: &dyn Fn(&mut Matter)| {
        let mut walk = Walk::begin(before);
        let mut matter = walk.order.matter.clone();
        change(&mut matter);
        walk.act(asker, Act::Correct { matter: Box::new(matter), why: "客户补充说明".into() })?;
        Ok::<Matter, Refusal>(walk.order.matter.clone())
    };
    let (fault, report) = (|| matter("fault.no_gas"), || matter("report.theft"));
    let as_shown = corrected(fault(), &agent(), &|matter| {
        matter.contact = Contact { name: "王**".into(), phone: "138****5678".into() };
        matter.address = "淮河中路****".into();
    });
    assert_eq!(
        as_shown,
        Ok(Walk::begin(fault()).order.matter.clone()),
        "what comes back masked is unchanged"
    );
    let other = Asker { powers: [Power::Dispatch].into(), ..supervisor() };
    let blank = corrected(report(), &other, &|matter| {
        matter.contact = Contact::default();
        (matter.customer, matter.privacy) = (None, Privacy::Open);
        matter.address.clear();
    });
    assert_eq!(
        blank,
        Ok(Walk::begin(report()).order.matter.clone()),
        "who may not know changes nothing of it"
    );
    let opened: &dyn Fn(&mut Matter) = &|matter| {
        matter.subtype = "opinion.service".into();
        matter.fields.insert("demand".into(), "改进服务".into());
        matter.privacy = Privacy::Open;
    };
    assert_eq!(corrected(report(), &agent(), opened), Err(Refusal::Barred { bar: Bar::StaysConfidential }));
    type Spoils<'a> = &'a dyn Fn(&mut Matter);
    let refused: [(Spoils<'_>, &str, &str); 4] = [
        (&|matter| matter.subtype = "fault.unheard_of".into(), "subtype", "unknown"),
        (&|matter| matter.content = "很".repeat(5_000), "content", "too_long"),
        (&|matter| matter.contact.phone = "138**45678".into(), "contact.phone", "bad_phone"),
        (&|matter| matter.customer = Some("c".repeat(65)), "customer", "too_long"),
    ];
    for (change, field, why) in refused {
        let faults = vec![super::Fault { field: field.into(), why }];
        assert_eq!(corrected(fault(), &agent(), change), Err(Refusal::Incomplete { faults }));
    }
}

#[test]
fn a_result_that_says_nothing_is_refused_field_by_field() {
    let (accepted, now) = (start(), start() + minutes(60));
    let check = |change: &dyn Fn(&mut Outcome), expected: &str| {
        let mut given = outcome(now);
        change(&mut given);
        let refusal = result::check(&given, accepted, now).expect_err("it says nothing");
        let found = match refusal {
            Refusal::ResultSaysNothing { field } | Refusal::ImpossibleTime { field } => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(found, expected);
    };
    check(&|given| given.cause = "无".into(), "cause");
    check(&|given| given.cause = "已处理，已解决".into(), "cause");
    check(&|given| given.action = "已处理完毕，恢复正常。".into(), "action");
    check(&|given| given.action = "。。。。。。。。。。".into(), "action");
    check(&|given| given.action = "好好好好好好好好好".into(), "action");
    check(&|given| given.person = " - ".into(), "person");
    check(&|given| given.done_at = None, "done_at");
    check(&|given| given.done_at = Some(now + minutes(1)), "done_at");
    check(&|given| given.done_at = Some(accepted - minutes(1)), "done_at");
    assert_eq!(result::check(&outcome(now), accepted, now), Ok(()));
}

#[test]
fn texts_are_alike_by_what_they_share() {
    let one = "灶前阀密封圈老化开裂，更换密封圈并保压十分钟，压降为零";
    assert!(result::likeness(one, one) > 0.999);
    assert!(result::likeness(one, "灶前阀密封圈老化开裂,更换密封圈并保压十分钟,压降为零。") > result::ALIKE);
    assert!(result::likeness(one, "表前阀手柄断裂，现场更换阀门后试火正常") < 0.4);
    assert!(result::likeness(one, "").abs() < f64::EPSILON);
}

#[test]
fn urging_has_its_limits_and_the_third_time_is_a_supervision() {
    let urge = |new_facts| Act::Urge {
        by: UrgedBy::Customer,
        words: "还没有人来".into(),
        promise: String::new(),
        new_facts,
    };
    let mut fault = Walk::begin(matter("fault.no_gas"));
    fault.act(&agent(), dispatch()).expect("sent");
    fault.after(minutes(5)).act(&agent(), urge(false)).expect("once");
    assert!(matches!(fault.after(minutes(5)).act(&agent(), urge(false)), Err(Refusal::UrgedLately { .. })));
    fault.after(minutes(5)).act(&agent(), urge(false)).expect("ten minutes later");
    assert!(fault.order.supervisions.is_empty());
    fault.after(minutes(10)).act(&agent(), urge(false)).expect("a third time");
    let opened = fault.order.supervisions.first().expect("opened by itself");
    assert_eq!((opened.who, opened.grade, opened.reason), (None, Grade::Daily, SupervisionReason::Urged));
    assert!(fault.runs().contains("answer_supervision unit 01-06"), "{}", fault.runs());
    fault.act(&crew(), Act::AnswerUrge { words: "二十分钟内到".into() }).expect("answered");
    fault
        .act(&crew(), Act::ReplySupervision { reply: "已调整班次，二十分钟内到场".into() })
        .expect("replied");
    assert!(!fault.runs().contains("answer_supervision"));

    let mut complaint = Walk::begin(matter("complaint.service"));
    assert!(matches!(complaint.act(&agent(), urge(false)), Err(Refusal::TooEarlyToUrge { .. })));
    complaint.act(&agent(), urge(true)).expect("something new");
    complaint.act(&agent(), urge(true)).expect("twice");
    assert_eq!(complaint.act(&agent(), urge(true)), Err(Refusal::UrgedTwiceToday));
    complaint.after(minutes(9 * 24 * 60)).act(&agent(), urge(false)).expect("after the deadline");
    assert_eq!(complaint.order.supervisions.len(), 1, "late: at once");
}

#[test]
fn more_time_is_had_once_before_it_is_due_and_never_for_a_fault() {
    let more = || Act::Extend { by: Limit::WorkingDays(3), reason: "等待检定机构结果".into() };
    let mut complaint = Walk::begin(matter("complaint.billing"));
    complaint.act(&supervisor(), more()).expect("before it is due");
    let again = complaint.act(&supervisor(), more());
    assert_eq!(again, Err(Refusal::Barred { bar: Bar::ExtendedOnce }));
    let mut fault = Walk::begin(matter("fault.leak"));
    assert_eq!(fault.act(&supervisor(), more()), Err(Refusal::Barred { bar: Bar::NoMoreTime }));
}

/// A complaint that its unit has answered after a day; the customer is to be asked.
fn complaint_done() -> Walk {
    let mut walk = Walk::begin(matter("complaint.service"));
    walk.act(&agent(), dispatch()).expect("sent");
    walk.act(&crew(), take()).expect("taken");
    walk.after(minutes(24 * 60));
    let done = walk.now;
    walk.act(&crew(), Act::GiveResult { result: outcome(done) }).expect("done");
    walk.act(&supervisor(), Act::Approve { note: String::new() }).expect("read");
    walk
}

#[test]
fn of_its_own_work_a_unit_says_nothing_last() {
    let close =
        || Act::Close { note: "客户表示满意".into(), satisfaction: Some(Satisfaction::Satisfied) };
    let reopen = || Act::Reopen { why: "客户称没有人道歉".into(), automatic: false };
    let powers: BTreeSet<Power> = [Power::CallBack, Power::Review].into();
    // Asks customers and reads results, works for this unit, and does not even handle orders.
    let own = Asker {
        person: Some(PersonId(77)),
        powers: powers.clone(),
        units: [UNIT].into(),
        ..Asker::default()
    };
    let other = Asker { units: [OTHER].into(), ..own.clone() };
    let barred = Err(Refusal::Barred { bar: Bar::OwnWork });
    let mut walk = complaint_done();
    assert_eq!(walk.act(&own, close()), barred);
    assert_eq!(walk.act(&own, reopen()), barred);
    walk.act(&other, close()).expect("of another unit");
    assert_eq!(walk.act(&own, reopen()), barred, "closed as well");
    walk.act(&other, reopen()).expect("of another unit");
}

#[test]
fn who_is_not_satisfied_is_served_again_in_half_the_time() {
    let mut walk = complaint_done();
    walk.after(minutes(60))
        .act(&agent(), Act::Reopen { why: "客户称没有人道歉".into(), automatic: false })
        .expect("again");
    assert_eq!((walk.order.state.word(), walk.order.reopened), ("dispatched", 1));
    // Tuesday; half of five working days, rounded up, is three: Friday 24:00.
    let due = walk.clocks(Step::Answer).customer().expect("a customer's clock").due();
    expect!["2026-01-10 00:00"].assert_eq(&walk.calendar.civil(due).strftime("%Y-%m-%d %H:%M").to_string());
}

#[test]
fn a_superior_presses_about_what_is_closed_and_the_unit_answers() {
    let mut walk = complaint_done();
    let close =
        Act::Close { note: "客户仍不满意".into(), satisfaction: Some(Satisfaction::Dissatisfied) };
    walk.act(&caller(), close).expect("asked");
    assert_eq!(walk.runs(), "");
    let press = Act::Supervise {
        grade: Grade::Daily,
        reason: SupervisionReason::RepeatedComplaint,
        action: "核实并回复处理意见".into(),
    };
    walk.act(&Asker::centre(), press).expect("closed as it is");
    assert_eq!(walk.order.state.word(), "closed");
    assert!(walk.runs().contains("answer_supervision"), "{}", walk.runs());
    walk.act(&crew(), Act::ReplySupervision { reply: "已向客户当面说明处理依据".into() }).expect("answered");
    assert_eq!(walk.runs(), "");
    let again = walk.act(&crew(), Act::ReplySupervision { reply: "已向客户当面说明处理依据".into() });
    assert_eq!(again, Err(Refusal::NotAllowed), "nothing waits for an answer");
}

#[test]
fn what_is_answered_on_the_call_is_no_order_that_was_sent_in_time() {
    let close = || Act::Close { note: "已当场答复安检周期".into(), satisfaction: None };
    let mut walk = Walk::begin(matter("enquiry.safety"));
    walk.act(&agent(), close()).expect("answered on the call");
    assert_eq!(
        walk.clocks(Step::Dispatch).unit().standing(walk.now),
        Standing::Withdrawn,
        "K23 leaves it out"
    );

    let mut left = Walk::begin(matter("enquiry.safety"));
    left.after(minutes(60));
    left.act(&agent(), close()).expect("answered an hour later");
    assert!(
        matches!(left.clocks(Step::Dispatch).unit().standing(left.now), Standing::Broken { .. }),
        "K23 sees it"
    );
}

#[test]
fn a_closed_order_is_taken_up_again_within_seven_days() {
    let mut walk = Walk::begin(matter("enquiry.safety"));
    walk.act(&agent(), Act::Close { note: "已当场答复安检周期".into(), satisfaction: None })
        .expect("answered on the call");
    assert_eq!(walk.runs(), "");
    walk.after(minutes(8 * 24 * 60));
    let reopen = || Act::Reopen { why: "客户再次来电".into(), automatic: false };
    assert_eq!(walk.act(&supervisor(), reopen()), Err(Refusal::Barred { bar: Bar::TooLate }));
    walk.now = start() + minutes(6 * 24 * 60);
    walk.act(&supervisor(), reopen()).expect("in time");
    assert_eq!(walk.order.state, State::ToDispatch);
    assert!(!walk.runs().is_empty(), "somebody owes something again");
}

#[test]
fn what_is_missing_is_said_field_by_field() {
    let (kinds, _) = gas();
    let lacking = |matter: Matter| match file::complete(matter, &kinds) {
        Err(Refusal::Incomplete { faults }) => {
            faults.into_iter().map(|fault| format!("{} {}", fault.field, fault.why)).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let empty = Matter {
        contact: Contact::default(),
        content: String::new(),
        address: String::new(),
        ..matter("fault.leak")
    };
    assert_eq!(lacking(empty), ["content missing", "contact.phone missing", "address missing"]);
    let mut odd = matter("complaint.service");
    odd.fields.clear();
    odd.contact.phone = "电话".into();
    assert_eq!(lacking(odd), ["contact.phone bad_phone", "fields.demand missing"]);
    assert_eq!(lacking(matter("fault.unheard_of")), ["subtype unknown"]);
    let anonymous = Matter { privacy: Privacy::Anonymous, ..matter("report.theft") };
    let (kept, _) = file::complete(anonymous, &kinds).expect("nobody need be named");
    assert_eq!((kept.contact, kept.customer), (Contact::default(), None));
}

#[test]
fn reasons_lead_to_sub_types() {
    let (kinds, _) = gas();
    let code = |reason| kinds.for_reason(reason).map(|subtype| subtype.code.as_str());
    for (reason, expected) in [
        ("G010101", Some("fault.leak")),
        ("G010201", Some("fault.no_gas")),
        ("G040103", Some("request.refund")),
        ("G0403", Some("request.reconnection")),
        ("G09", Some("complaint.service")),
        ("G090203", Some("complaint.construction")),
        ("G99", None),
    ] {
        assert_eq!(code(reason), expected, "{reason}");
    }
}

#[test]
fn every_house_can_be_kept_and_knows_a_limit_for_each_of_its_sub_types() {
    for house in House::ALL {
        let (kinds, limits) = of(house);
        kinds.check().expect("it can be kept");
        limits.check().expect("limits that can be meant");
        for kind in Kind::ALL {
            assert!(kinds.subtypes.iter().any(|subtype| subtype.kind == kind), "{house:?} has {kind:?}");
        }
        for subtype in &kinds.subtypes {
            let mut matter = matter(&subtype.code);
            matter.kind = subtype.kind;
            let case = file::case(&matter, subtype);
            let known = [Step::Arrive, Step::Answer, Step::Finish]
                .iter()
                .any(|step| limits.utility.rule(&case, *step).is_ok());
            assert!(known, "{house:?}: nothing is promised for {}", subtype.code);
        }
    }
    assert_eq!(Profile::gas().check(), []);
}

#[test]
fn the_same_home_is_the_same_however_it_is_written() {
    let key = file::address_key;
    assert_eq!(key("淮河中路 10 号 3 栋-201"), key("淮河中路１０号３栋２０１"));
    assert_ne!(key("淮河中路10号3栋201"), key("淮河中路10号3栋202"));
}
