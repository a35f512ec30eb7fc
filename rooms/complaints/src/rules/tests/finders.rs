//! What is found in calls and orders, and what is not.

use deadlines::Kind;
use expect_test::expect;
use kernel::{CallId, FindingId, PersonId, Timestamp, UnitId, WorkOrderId};
use serde_json::json;

use super::{at, member};
use crate::rules::Settings;
use crate::rules::conceal::{CallSeen, OrderSeen, concealed, hints, proper};
use crate::rules::finding::{Finding, FindingKind, Found, Hint, Shown, State, rule_upon};
use crate::rules::forge::{
    Arrival, NamedCall, OrderFacts, ResultSeen, StepSeen, edited, impossible, templated, without_call,
};

const AGENT: PersonId = PersonId(8);

fn call() -> CallSeen {
    CallSeen {
        call: CallId(5),
        agent: AGENT,
        at: at("05 09:00"),
        ended: at("05 09:10"),
        talk_s: 540,
        queue: Some("business".into()),
        keys: None,
        reason: None,
    }
}

fn filed(kind: Kind, when: &str) -> OrderSeen {
    OrderSeen {
        order: WorkOrderId(7),
        number: "20260105-0001".into(),
        kind,
        at: at(when),
        by: Some(AGENT),
        about: None,
        call: Some(CallId(5)),
    }
}

/// Whether a call with these hints and orders looks concealed.
#[track_caller]
fn hidden(call: &CallSeen, orders: &[OrderSeen], expected: bool) {
    let settings = Settings::default();
    let hints = hints(call, &settings, |code| code.starts_with("G09"));
    assert_eq!(concealed(call, hints, orders, &settings).is_some(), expected);
}

#[test]
fn a_call_in_which_somebody_complained_has_a_complaint_within_half_an_hour() {
    let plain = call();
    let chose = CallSeen { queue: Some("complaints".into()), ..call() };
    let said = CallSeen { reason: Some("G090101".into()), ..call() };
    hidden(&plain, &[], false);
    hidden(&chose, &[], true);
    hidden(&said, &[], true);
    hidden(&said, &[filed(Kind::Complaint, "05 09:05")], false);
    hidden(&said, &[filed(Kind::Complaint, "05 09:40")], false);
    hidden(&said, &[filed(Kind::Complaint, "05 09:41")], true);
    hidden(&said, &[filed(Kind::Enquiry, "05 09:05")], true);
    hidden(&said, &[filed(Kind::Opinion, "05 09:05")], false);
    // The line is for suggestions, too; a reason that says complaint is not.
    hidden(&chose, &[filed(Kind::Suggestion, "05 09:05")], false);
    hidden(&said, &[filed(Kind::Suggestion, "05 09:05")], true);
    // Put through by mistake.
    hidden(&CallSeen { talk_s: 19, ..chose }, &[], false);
}

#[test]
fn who_records_it_at_once_deserves_credit() {
    let settings = Settings::default();
    let credit = |order: &OrderSeen| proper(order, &call(), &settings).map(|found| found.kind.rule());
    assert_eq!(credit(&filed(Kind::Complaint, "05 09:40")), Some("A9"));
    assert_eq!(credit(&filed(Kind::Complaint, "05 09:41")), None);
    assert_eq!(credit(&filed(Kind::Fault, "05 09:05")), None);
    assert_eq!(credit(&OrderSeen { by: Some(PersonId(9)), ..filed(Kind::Complaint, "05 09:05") }), None);
}

fn order() -> OrderFacts {
    OrderFacts {
        order: WorkOrderId(7),
        number: "20260105-0001".into(),
        kind: Kind::Fault,
        unit: Some(UnitId(3)),
        accepted_at: at("05 09:05"),
        accepted_by: Some(AGENT),
        by_phone: true,
        call: Some(CallId(5)),
        dispatched_at: Some(at("05 09:10")),
        left_at: Some(at("05 09:15")),
        arrived_at: Some(at("05 09:40")),
        done_at: Some(at("05 10:30")),
        arrival: Some(Arrival {
            order: WorkOrderId(7),
            by: PersonId(20),
            at: at("05 09:40"),
            entered_at: at("05 09:41"),
            place: Some((31_000_000, 117_800_000)),
        }),
        result_by: Some(PersonId(20)),
    }
}

#[test]
fn an_order_from_a_call_has_a_call() {
    let named = |agents: Vec<PersonId>| NamedCall { at: at("05 09:00"), ended: None, talk_s: 60, agents };
    let forged = |order: &OrderFacts, call: Option<&NamedCall>| without_call(order, call).is_some();
    assert!(!forged(&order(), Some(&named(vec![AGENT]))));
    assert!(forged(&order(), Some(&named(vec![PersonId(9)]))), "somebody else's call");
    assert!(forged(&order(), None), "a call that never was");
    assert!(forged(&OrderFacts { call: None, ..order() }, None));
    assert!(!forged(&OrderFacts { by_phone: false, call: None, ..order() }, None), "at the counter");
    assert!(!forged(&OrderFacts { accepted_by: None, ..order() }, None), "the centre itself");
}

#[track_caller]
fn times(order: &OrderFacts, others: &[Arrival], expected: &str) {
    let found = impossible(order, others, &Settings::default());
    let odd = |found: &Found| {
        found.evidence.iter().find_map(|shown| match shown {
            Shown::Times { odd, .. } => Some(format!("{odd:?}")),
            _ => None,
        })
    };
    assert_eq!(found.iter().filter_map(odd).collect::<Vec<_>>().join(" "), expected);
}

#[test]
fn nobody_arrives_before_being_sent_or_works_in_no_time() {
    times(&order(), &[], "");
    times(
        &OrderFacts { arrived_at: Some(at("05 09:09")), left_at: None, ..order() },
        &[],
        "ArrivedBeforeDispatch",
    );
    times(&OrderFacts { arrived_at: Some(at("05 09:15")), ..order() }, &[], "NoTravel");
    times(&OrderFacts { done_at: Some(at("05 09:40")), ..order() }, &[], "NoWork");
    let late = order().arrival.map(|arrival| Arrival { entered_at: at("06 09:00"), ..arrival });
    times(&OrderFacts { arrival: late, ..order() }, &[], "EnteredLate");
}

#[test]
fn nobody_is_in_two_places_at_once() {
    let other = |when: &str, place| Arrival {
        order: WorkOrderId(9),
        by: PersonId(20),
        at: at(when),
        entered_at: at(when),
        place,
    };
    // A tenth of a degree north is eleven kilometres.
    let far = Some((31_100_000, 117_800_000));
    times(&order(), &[other("05 09:38", far)], "TwoPlaces");
    times(&order(), &[other("05 09:20", far)], "");
    times(&order(), &[other("05 09:40", Some((31_003_000, 117_800_000)))], "");
    times(&order(), &[other("05 09:40", None)], "");
}

#[test]
fn the_same_text_again_and_again_is_a_template() {
    let result = |order: i64, person: &str, text: &str| ResultSeen {
        order: WorkOrderId(order),
        number: format!("20260105-{order:04}"),
        person: person.into(),
        text: text.into(),
    };
    let same = "灶前阀密封圈老化 更换密封件并保压试验合格";
    let mine = result(7, "张师傅", same);
    let alike = |others: &[ResultSeen]| {
        let found = templated(&order(), "2026-01", &mine, others, &Settings::default());
        found.map(|found| (found.key, found.evidence.len()))
    };
    let second = result(8, "张师傅", "灶前阀密封圈老化 更换密封件并保压试验合格。");
    let third = result(9, "张师傅", "灶前阀的密封圈老化 更换密封件并保压试验合格");
    let other = result(10, "张师傅", "调压箱滤网堵塞 清洗滤网后测得末端压力正常");
    let else_s = result(11, "李师傅", same);
    assert_eq!(alike(&[mine.clone(), second.clone(), other.clone(), else_s.clone()]), None);
    let key = format!("templated {} 2026-01", PersonId(20));
    assert_eq!(alike(&[mine.clone(), second, third, other, else_s]), Some((key, 4)));
}

#[test]
fn an_order_is_what_its_history_and_the_journal_say() {
    let steps = |to: &str| {
        let step = |seq, to: &str| StepSeen { seq, at: at("05 09:05"), who: Some(AGENT), to: to.into() };
        vec![step(1, "accepted"), step(2, to)]
    };
    let kept = json!({ "number": "20260105-0001", "version": 2, "matter": { "content": "客户闻到异味", "address": "淮河中路10号" } });
    let shown =
        |kept: &serde_json::Value, replayed: &serde_json::Value, own: &[StepSeen], journal: &[StepSeen]| {
            let found = edited(&order(), kept, Some(replayed), own, journal);
            let lines = found.iter().flat_map(|found| &found.evidence).filter_map(|shown| match shown {
                Shown::Replayed { field, kept, history } => Some(format!("{field}: {kept} / {history}")),
                Shown::Journal { seq, field, kept, journal } => {
                    Some(format!("step {seq} {field}: {kept} / {journal}"))
                }
                _ => None,
            });
            lines.collect::<Vec<_>>().join("\n")
        };
    let own = steps("dispatched");
    // Versions are the store's own count; an order put in as a whole has no journal.
    let mut newer = kept.clone();
    newer["version"] = json!(5);
    assert_eq!(shown(&kept, &newer, &own, &own), "");
    assert_eq!(shown(&kept, &kept, &own, &[]), "");
    let mut other = kept.clone();
    other["matter"]["content"] = json!("客户咨询价格");
    expect!["matter.content: 客户咨询价格 / 客户闻到异味"].assert_eq(&shown(&other, &kept, &own, &own));
    expect!["step 2 to: closed / dispatched"].assert_eq(&shown(&kept, &kept, &steps("closed"), &own));
    expect!["step 2 step:  / dispatched"].assert_eq(&shown(&kept, &kept, &own[..1], &own));
    expect!["step 2 step: dispatched / "].assert_eq(&shown(&kept, &kept, &own, &own[..1]));
}

fn finding(person: i64) -> Finding {
    Finding {
        id: FindingId(1),
        kind: FindingKind::Concealed,
        state: State::Open,
        person: Some(PersonId(person)),
        unit: Some(UnitId(3)),
        order: None,
        call: Some(CallId(5)),
        month: "2026-01".into(),
        found_at: at("05 10:00"),
        evidence: vec![Shown::NoOrder { until: at("05 09:40") }],
        by: None,
        ruling: None,
        version: 1,
    }
}

#[test]
fn whoever_rules_is_not_concerned_and_rules_once() {
    let now: Timestamp = at("05 11:00");
    let chair = member(PersonId(30));
    let of_unit = crate::rules::Asker { upwards: [UnitId(3)].into(), ..chair.clone() };
    let ruled = |finding: &Finding, asker| {
        rule_upon(finding, true, "录音属实", asker, now).map(|ruled| ruled.state).map_err(|no| no.to_string())
    };
    assert_eq!(ruled(&finding(8), &chair), Ok(State::Confirmed));
    assert_eq!(ruled(&finding(30), &chair), Err("it is about you, or about your unit".into()));
    assert_eq!(ruled(&finding(8), &of_unit), Err("it is about you, or about your unit".into()));
    let reported = Finding { by: Some(PersonId(30)), ..finding(8) };
    assert_eq!(ruled(&reported, &chair), Err("you have reported it: somebody else rules upon it".into()));
    let done = Finding { state: State::Dismissed, ..finding(8) };
    assert_eq!(ruled(&done, &chair), Err("this has been ruled upon already".into()));
}

#[test]
fn every_finding_counts_for_a_rule_of_the_assessment() {
    let rules: Vec<String> =
        FindingKind::ALL.iter().map(|kind| format!("{kind:?} {}", kind.rule())).collect();
    expect![[r#"
        Concealed A8
        Proper A9
        NoCall A10
        Edited A10
        Templated A10
        ImpossibleTime A10
        FalseArrival A10
        FalseCallBack A10
        Inaccurate A7
        Hurried A6"#]]
    .assert_eq(&rules.join("\n"));
    let later = Hint::Later { order: WorkOrderId(1), number: "1".into(), at: at("05 09:00") };
    let found = concealed(&call(), vec![later], &[], &Settings::default()).expect("found");
    assert_eq!((found.person, found.call), (Some(AGENT), Some(CallId(5))));
}
