//! The rules as examples.

use std::time::Duration;

use kernel::Timestamp;
use posting::Outcome;
use serde_json::json;
use work_orders::rules::order::ReturnReason;

use super::act::{self, Act, Verb};
use super::settle::{Next, settle};
use super::*;

fn now() -> Timestamp {
    Timestamp::from_secs(1_767_571_200)
}

fn ticket() -> Ticket {
    let body = json!({ "id": "tk_1", "platform": "pf_1", "number": "A1", "work_order": "wo_1",
        "order_number": "20260105-0001", "hash": "", "category": "FW-01", "confidential": false, "urgent": false,
        "came_at": now(), "limits": { "sign_by": null, "contact_by": null, "answer_by": now() + Duration::from_secs(3_600) },
        "stage": "received", "version": 1 });
    serde_json::from_value(body).expect("a ticket")
}

#[test]
fn it_is_tried_again_for_ever_and_not_what_would_be_refused_again() {
    let answered = |status| Outcome::Answered { status, retry_after: None, said: String::new() };
    let wait = |failures| match settle(&answered(503), failures, Timestamp::from_secs(0)) {
        Next::Again { at, failures: after } if after == failures + 1 => at.as_secs(),
        other => panic!("{other:?}"),
    };
    let waits: Vec<i64> = [0, 1, 2, 6, 7, 100, i64::MAX - 1].into_iter().map(wait).collect();
    assert_eq!(waits, [30, 60, 120, 1_920, 3_600, 3_600, 3_600]);
    for (status, next) in [(200, Next::Taken), (204, Next::Taken), (400, Next::Refused), (422, Next::Refused)]
    {
        assert_eq!(settle(&answered(status), 0, now()), next, "HTTP {status}");
    }
    let again = Next::Again { at: now() + Duration::from_secs(30), failures: 1 };
    for status in [301, 401, 403, 404, 408, 429, 500, 503] {
        assert_eq!(settle(&answered(status), 0, now()), again, "HTTP {status}");
    }
    assert_eq!(settle(&Outcome::NoSecret, 0, now()), again);
    let later = Outcome::Answered {
        status: 429,
        retry_after: Some(Duration::from_secs(600)),
        said: "请稍后 13912345678".into(),
    };
    assert_eq!(settle(&later, 0, now()), Next::Again { at: now() + Duration::from_secs(600), failures: 1 });
    assert_eq!(later.error(), "HTTP 429: 请稍后 139****5678");
}

#[track_caller]
fn check(change: impl Fn(&mut Ticket), verb: Verb, expected: Result<(), Refusal>) {
    let mut ticket = ticket();
    change(&mut ticket);
    assert_eq!(act::check(&ticket, verb, now()), expected);
}

#[test]
fn what_people_may_do() {
    check(|_| {}, Verb::Sign, Ok(()));
    check(|ticket| ticket.signed_at = Some(now()), Verb::Sign, Err(Refusal::SignedAlready));
    check(
        |ticket| ticket.stage = Stage::Resulted,
        Verb::HandBack,
        Err(Refusal::NotNow { stage: "resulted" }),
    );
    check(|ticket| ticket.urgent = true, Verb::AskExtension, Err(Refusal::NoMoreTime));
    let late = |ticket: &mut Ticket| ticket.limits.answer_by = Some(now() - Duration::from_secs(1));
    check(late, Verb::AskExtension, Err(Refusal::TooLate));
    check(|ticket| ticket.bound = true, Verb::HandBack, Err(Refusal::Bound));
    let twice = |ticket: &mut Ticket| ticket.hand_backs_refused = 2;
    check(twice, Verb::HandBack, Err(Refusal::HandedBackTooOften { most: 2 }));
    let asked = |ticket: &mut Ticket| {
        let (state, reason) = (Asked::Waiting, ReturnReason::NotOurs);
        ticket.hand_back =
            Some(HandBack { state, reason, note: "不在辖区".into(), answer: String::new() });
    };
    check(asked, Verb::HandBack, Err(Refusal::AskedAlready));
    check(asked, Verb::Sign, Err(Refusal::AskedAlready));
    assert_eq!(act::allowed(&ticket(), now()).len(), 4);
    let short = Act::HandBack { reason: ReturnReason::NotOurs, note: "不".into() };
    let bad = Refusal::BadText { field: "note", least: 4, most: 500 };
    assert_eq!(act::decide(&ticket(), &short, now()).map(|_| ()), Err(bad));
}

#[test]
fn the_next_of_their_limits() {
    let mut one = ticket();
    assert_eq!(one.due(), one.limits.answer_by);
    one.limits.sign_by = Some(now());
    assert_eq!(one.due(), Some(now()));
    one.signed_at = Some(now());
    assert_eq!(one.due(), one.limits.answer_by);
    one.stage = Stage::Resulted;
    assert_eq!(one.due(), None);
}

#[test]
fn what_is_told_has_these_fields() {
    let telling = Telling { kind: Told::Progress, data: json!({ "text": "已约定明日上门" }) };
    assert_eq!(
        tell::body("tk_1-3", &ticket(), &telling, now()),
        json!({ "id": "tk_1-3", "ticket": "A1", "order": "20260105-0001", "kind": "progress",
            "at": "2026-01-05T00:00:00Z", "data": { "text": "已约定明日上门" } })
    );
}

/// The vector of docs/government.md: the other side checks its own code against it.
#[test]
fn a_signature_is_the_documented_one() {
    let body = "{\"ticket\":\"TG20260105001\",\"category\":\"GQ-01\",\"content\":\"家中无气\"}";
    let nonce = "0123456789abcdef0123456789abcdef";
    let signed = gateways::signed::sign("gvsec_example", 1_767_571_200, nonce, body.as_bytes());
    assert_eq!(body.len(), 70);
    assert_eq!(signed.hmac, "2ee3c55e84751b216466e32405b45cd821a70a2da958454e50a08236f65ffb80");
}
