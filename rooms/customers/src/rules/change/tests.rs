//! Acts on one customer, and what becomes of him.

use std::cell::Cell;

use kernel::time::{Clock, TestClock};
use kernel::{CallId, PhoneNumber};

use super::*;
use crate::rules::Contact;

pub fn by(id: &dyn Fn() -> i64) -> By<'_> {
    By { who: PersonId(7), now: TestClock::monday_morning().now(), id }
}

/// Ids from 1 up.
pub fn counting() -> impl Fn() -> i64 {
    let last = Cell::new(0);
    move || {
        last.set(last.get() + 1);
        last.get()
    }
}

pub fn somebody(id: &dyn Fn() -> i64) -> Customer {
    let form = NewCustomer {
        kind: Kind::Person,
        name: "王芳".into(),
        numbers: vec!["154 0000 0001".into(), "15400000002".into()],
        account: Some(NewAccount {
            number: "3301-0028812".into(),
            utility: Utility::Gas,
            class: Class::Residential,
            address: "铜官区淮河中路10号幸福里3栋2单元502室".into(),
            parts: Parts::default(),
            opened_year: Some(2017),
            meter: Some(MeterForm {
                number: "G2017001".into(),
                kind: "IC卡表 G2.5".into(),
                installed_year: Some(2017),
                place: String::new(),
            }),
        }),
    };
    register(&form, &by(id)).expect("a customer").after
}

#[test]
fn one_number_is_dialled_first() {
    let id = counting();
    let customer = somebody(&id);
    let shown = |customer: &Customer| {
        let mark = |c: &Contact| format!("{}{}", c.number, if c.preferred { "*" } else { "" });
        customer.contacts.iter().map(mark).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown(&customer), "15400000001* 15400000002");
    let second = customer.contacts[1].id;
    let prefer =
        Act::PutContact {
            contact: Some(second), number: None, label: Some("女儿".into()), preferred: true
        };
    let after = decide(&customer, &prefer, &by(&id)).expect("may").after;
    assert_eq!(shown(&after), "15400000001 15400000002*");
    let after = decide(&after, &Act::RemoveContact { contact: second }, &by(&id)).expect("may").after;
    assert_eq!(shown(&after), "15400000001*");
    let again = Act::PutContact {
        contact: None,
        number: Some("+86 15400000001".into()),
        label: None,
        preferred: false,
    };
    assert_eq!(decide(&after, &again, &by(&id)), Err(Refusal::ContactKnown));
    let bad = Act::PutContact { contact: None, number: Some("=cmd()".into()), label: None, preferred: false };
    assert_eq!(decide(&after, &bad, &by(&id)), Err(Refusal::BadNumber { number: "=cmd()".into() }));
}

#[test]
fn a_number_is_learnt_once_a_call() {
    let id = counting();
    let customer = somebody(&id);
    let number: PhoneNumber = "15400000003".parse().expect("a number");
    let learnt = learn(&customer, &number, CallId(1), &by(&id)).expect("may").expect("new");
    assert_eq!((learnt.kind, learnt.payload["number"].as_str()), ("number_learnt", Some("154****0003")));
    assert_eq!(learn(&learnt.after, &number, CallId(1), &by(&id)), Ok(None));
    let again = learn(&learnt.after, &number, CallId(2), &by(&id)).expect("may").expect("verified again");
    assert_eq!((again.kind, again.after.contacts.len()), ("number_verified", 3));
}

#[test]
fn a_new_meter_takes_the_place_of_the_old_one() {
    let id = counting();
    let customer = somebody(&id);
    let hang = |number: &str| Act::PutAccount {
        account: Some(customer.accounts[0].id),
        number: None,
        utility: None,
        class: None,
        address: None,
        parts: None,
        opened_year: None,
        meter: Some(MeterForm {
            number: number.into(),
            kind: String::new(),
            installed_year: Some(2026),
            place: String::new(),
        }),
    };
    let same = decide(&customer, &hang("G2017001"), &by(&id)).expect("may").after;
    assert_eq!(same.accounts[0].points[0].meters.len(), 1);
    let after = decide(&customer, &hang("G2026001"), &by(&id)).expect("may").after;
    let meters = &after.accounts[0].points[0].meters;
    let shown: Vec<_> =
        meters.iter().map(|meter| (meter.number.as_str(), meter.removed_at.is_some())).collect();
    assert_eq!(shown, [("G2017001", true), ("G2026001", false)]);
}

#[test]
fn what_is_archived_is_only_restored() {
    let id = counting();
    let customer = somebody(&id);
    let archive = |reason: &str| Act::Archive { reason: reason.into() };
    assert_eq!(
        decide(&customer, &archive(" "), &by(&id)),
        Err(Refusal::BadField { field: "reason", most: TEXT_MAX })
    );
    let gone = decide(&customer, &archive("销户"), &by(&id)).expect("may").after;
    assert_eq!(allowed(&gone), [Allowed::Restore]);
    assert_eq!(decide(&gone, &archive("再来"), &by(&id)), Err(Refusal::IsArchived));
    let back = decide(&gone, &Act::Restore, &by(&id)).expect("may").after;
    assert_eq!(allowed(&back), [Allowed::Change, Allowed::Archive, Allowed::Merge, Allowed::Split]);
    assert_eq!(decide(&back, &Act::Restore, &by(&id)), Err(Refusal::NotArchived));
}
