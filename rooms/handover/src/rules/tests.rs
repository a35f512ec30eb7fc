//! When shifts begin, who may sign when, what is left, and what the log tells.

use std::collections::{BTreeMap, BTreeSet};

use expect_test::expect;
use jiff::civil::time;
use kernel::calendar::Calendar;
use kernel::{CallId, HandoverId, PersonId, QueueId, Timestamp};

use super::decide::{self, Act, Facts, Standing};
use super::item::{Item, Matter, OwedItem, Verdict, Why};
use super::record::{Left, Record, Section, State};
use super::shifts::Shift;
use super::{Refusal, Scope, Settings};

const OUT: PersonId = PersonId(1);
const IN: PersonId = PersonId(2);
const OTHER: PersonId = PersonId(3);

/// Of Monday, 2026-01-05 unless it says another day: `10:00`, `06 08:00`.
fn at(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap_or(("05", text));
    format!("2026-01-{day}T{time}+08:00").parse().expect("a time")
}

fn show(at: Timestamp) -> String {
    Calendar::china().civil(at).strftime("%d %H:%M").to_string()
}

#[track_caller]
fn span(settings: &Settings, now: &str, is: &str) {
    let span = settings.span(&Calendar::china(), at(now));
    assert_eq!(format!("{} {} – {}", span.name, show(span.begins), show(span.ends)), is, "at {now}");
}

#[test]
fn every_instant_has_its_shift() {
    let three = Settings::default();
    span(&three, "07:59", "夜班 05 00:00 – 05 08:00");
    span(&three, "08:00", "早班 05 08:00 – 05 16:00");
    span(&three, "16:00", "中班 05 16:00 – 06 00:00");
    span(&three, "06 00:00", "夜班 06 00:00 – 06 08:00");
    let shift = |name: &str, hour| Shift { name: name.into(), begins: time(hour, 30, 0, 0) };
    let two = Settings { shifts: vec![shift("白班", 8), shift("夜班", 20)], ..Settings::default() };
    span(&two, "08:29", "夜班 04 20:30 – 05 08:30");
    span(&two, "23:59", "夜班 05 20:30 – 06 08:30");
    let one = Settings { shifts: vec![shift("全天", 8)], ..Settings::default() };
    span(&one, "03:00", "全天 04 08:30 – 05 08:30");
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let good = Settings::default();
    assert_eq!(good.check(), Ok(()));
    let shift = |name: &str, hour, minute| Shift { name: name.into(), begins: time(hour, minute, 0, 0) };
    for (field, bad) in [
        ("shifts", Settings { shifts: vec![], ..good.clone() }),
        ("shifts", Settings { shifts: vec![shift("早", 8, 0), shift("早", 16, 0)], ..good.clone() }),
        ("shifts", Settings { shifts: vec![shift("早", 8, 0), shift("中", 8, 30)], ..good.clone() }),
        ("shifts", Settings { shifts: vec![shift("早", 0, 10), shift("夜", 23, 50)], ..good.clone() }),
        ("sign_min", Settings { sign_min: 0, ..good.clone() }),
        ("early_min", Settings { early_min: 721, ..good.clone() }),
        ("items_max", Settings { items_max: 5, ..good.clone() }),
    ] {
        assert_eq!(bad.check(), Err(Refusal::BadSettings { field }));
    }
}

fn record() -> Record {
    Record {
        id: HandoverId(1),
        number: "2026-01-05 早班".into(),
        shift: "早班".into(),
        scope: Scope::default(),
        begins: at("08:00"),
        ends: at("16:00"),
        sign_by: at("16:15"),
        state: State::Draft,
        sections: Section::ALL.into_iter().map(|section| (section, "无".to_owned())).collect(),
        remarks: BTreeMap::new(),
        left: None,
        appendix: Vec::new(),
        alarmed_at: None,
        version: 1,
    }
}

fn item(call: i64, why: Why, concerns: Option<PersonId>) -> Item {
    let matter = Matter::Owed(OwedItem {
        kind: "callback".into(),
        call: CallId(call),
        queue: QueueId(1),
        number: format!("138****{call:04}"),
        at: at("15:00"),
        times: 1,
        tries: 0,
        taken_by: None,
    });
    Item {
        seq: call,
        matter,
        why: BTreeSet::from([why]),
        concerns,
        remark: String::new(),
        late: false,
        verdict: None,
        version: 1,
    }
}

fn facts<'a>(person: PersonId, now: &str, settings: &'a Settings) -> Facts<'a> {
    Facts { now: at(now), person, settings, standing: Standing::default() }
}

/// What somebody could do, and why the rest may not be done now.
fn may(record: &Record, items: &[Item], person: PersonId, now: &str) -> String {
    let settings = Settings::default();
    let standing = decide::standing(items, Some(record.state.incoming().unwrap_or(person)));
    let allowed = decide::allowed(record, Facts { standing, ..facts(person, now, &settings) });
    let one = |(verb, barred): (decide::Verb, Option<Refusal>)| match barred {
        None => format!("{verb:?}"),
        Some(refusal) => format!("{verb:?} – {refusal}"),
    };
    allowed.into_iter().map(one).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_handover_goes_from_hand_to_hand() {
    let settings = Settings::default();
    let draft = Record { sections: BTreeMap::new(), ..record() };
    expect![[r#"
        Write
        Remark
        SignOut – the shift is not over before 2026-01-05T07:00:00Z"#]]
    .assert_eq(&may(&draft, &[], OUT, "14:59"));
    assert!(matches!(
        decide::sign_out(&draft, Left::default(), vec![], facts(OUT, "15:50", &settings)),
        Err(Refusal::SectionsMissing { sections }) if sections.len() == 7
    ));

    let items = vec![item(1, Why::Owed, None), item(2, Why::Owed, None)];
    let (out, mut items) =
        decide::sign_out(&record(), Left::default(), items, facts(OUT, "15:50", &settings)).expect("signed");
    expect![[r#"
        TakeOver
        Accept
        Query
        Answer – only who handed over answers
        SignIn – 2 are not verified
        Append"#]]
    .assert_eq(&may(&out, &items, IN, "15:55"));
    expect![[r#"
        TakeOver – whoever hands over does not take over
        Accept – whoever hands over does not take over
        Query – whoever hands over does not take over
        Answer
        SignIn – whoever hands over does not take over
        Append"#]]
    .assert_eq(&may(&out, &items, OUT, "15:55"));

    let verify = |record: &Record, items: &mut [Item], at: usize, act: Act, person| {
        let (next, said) = decide::verify(record, &items[at], &act, facts(person, "15:56", &settings))?;
        items[at] = said;
        let standing = decide::standing(items, next.state.incoming());
        Ok::<_, Refusal>(decide::settled(next, standing))
    };
    let about = String::new();
    let accept = Act::Accept { about: about.clone() };
    let one = verify(&out, &mut items, 0, accept.clone(), IN).expect("accepted");
    assert_eq!((one.state.word(), one.state.incoming()), ("signed_out", Some(IN)));
    assert_eq!(verify(&one, &mut items, 1, accept.clone(), OTHER), Err(Refusal::OtherIncoming { by: IN }));
    let asked = Act::Query { about: about.clone(), question: "谁去联系？".into() };
    let two = verify(&one, &mut items, 1, asked, IN).expect("asked");
    expect![[r#"
        TakeOver
        Accept
        Query
        Answer – only who handed over answers
        SignIn – 1 questions are not answered
        Append"#]]
    .assert_eq(&may(&two, &items, IN, "15:57"));
    let answer = Act::Answer { about: about.clone(), text: "1007 今晚联系".into() };
    assert_eq!(verify(&two, &mut items, 0, answer.clone(), OUT), Err(Refusal::NotQueried));
    let three = verify(&two, &mut items, 1, answer, OUT).expect("answered");
    assert_eq!(three.state.word(), "verified");
    // What is asked once more is open again.
    let again = Act::Query { about, question: "几点？".into() };
    let four = verify(&three, &mut items, 1, again, IN).expect("asked again");
    assert_eq!(four.state.word(), "signed_out");
    assert_eq!(
        decide::sign_in(&four, &items, facts(IN, "16:00", &settings)),
        Err(Refusal::Unanswered { left: 1 })
    );
    let five = verify(&four, &mut items, 1, accept, IN).expect("accepted after all");
    let signed = decide::sign_in(&five, &items, facts(IN, "16:00", &settings)).expect("signed");
    expect!["Append"].assert_eq(&may(&signed, &items, OUT, "16:01"));
    let State::SignedIn { outgoing, incoming } = &signed.state else { panic!("both have signed") };
    assert_eq!((outgoing.by, incoming.by), (OUT, IN));
    assert_ne!(outgoing.seal, incoming.seal, "what was verified is signed with it");
}

#[test]
fn somebody_else_who_takes_over_verifies_anew() {
    let settings = Settings::default();
    let items = vec![item(1, Why::Owed, None)];
    let (out, mut items) =
        decide::sign_out(&record(), Left::default(), items, facts(OUT, "15:50", &settings)).expect("signed");
    let accept = Act::Accept { about: String::new() };
    let (next, said) = decide::verify(&out, &items[0], &accept, facts(IN, "15:55", &settings)).expect("ok");
    items[0] = said;
    let next = decide::settled(next, decide::standing(&items, Some(IN)));
    assert_eq!(next.state.word(), "verified");
    let taken = decide::decide(&next, &Act::TakeOver, facts(OTHER, "15:58", &settings)).expect("taken over");
    assert_eq!((taken.state.word(), taken.state.incoming()), ("signed_out", Some(OTHER)));
    assert_eq!(
        decide::decide(&next, &Act::TakeOver, facts(OUT, "15:58", &settings)),
        Err(Refusal::OwnSignature)
    );
}

#[test]
fn an_emergency_is_not_handed_over_without_a_word() {
    let settings = Settings::default();
    let items = || vec![item(1, Why::Emergency, None), item(2, Why::Owed, None)];
    let silent = decide::sign_out(&record(), Left::default(), items(), facts(OUT, "16:00", &settings));
    assert_eq!(silent, Err(Refusal::RemarksMissing { numbers: vec!["138****0001".into()] }));
    let key = items()[0].about();
    let remark = Act::Remark { about: key, text: " 抢修班 16:20 到场后回电 ".into() };
    let said = decide::decide(&record(), &remark, facts(OUT, "15:00", &settings)).expect("said");
    let (out, items) =
        decide::sign_out(&said, Left::default(), items(), facts(OUT, "16:00", &settings)).expect("signed");
    assert_eq!(items[0].remark, "抢修班 16:20 到场后回电");
    assert!(out.remarks.is_empty(), "it stands with the item now");
}

#[test]
fn a_complaint_about_somebody_goes_past_that_person() {
    let settings = Settings::default();
    // About who hands over: no word of hers is asked for. About who takes over: nothing to verify for her.
    let items = vec![item(1, Why::Emergency, Some(OUT)), item(2, Why::Complaint, Some(IN))];
    let (out, mut items) =
        decide::sign_out(&record(), Left::default(), items, facts(OUT, "16:00", &settings)).expect("signed");
    assert_eq!(decide::standing(&items, Some(IN)), Standing { unverified: 1, unanswered: 0 });
    items[0].verdict = Some(Verdict::Accepted { by: IN, at: at("16:01") });
    decide::sign_in(&out, &items, facts(IN, "16:05", &settings)).expect("nothing is left for her");
    assert_eq!(
        decide::sign_in(&out, &items, facts(OTHER, "16:05", &settings)),
        Err(Refusal::Unverified { left: 1 })
    );
}
