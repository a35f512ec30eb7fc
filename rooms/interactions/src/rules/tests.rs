//! Trees that are edited and taken in, records that are written, completed, amended and released.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use kernel::time::{Clock, TestClock};
use kernel::{CallId, PersonId};

use super::record::{Hand, allowed, decide};
use super::tree::{Change, Imported};
use super::*;

const AGENT: PersonId = PersonId(7);

fn gas() -> Tree {
    seed::demo("gas").expect("a demo").expect("a good file")
}

fn reason(code: &str, parent: Option<&str>) -> Reason {
    Reason {
        code: code.to_owned(),
        parent: parent.map(str::to_owned),
        title: Words { zh: "新的原因".to_owned(), en: String::new() },
        ..Reason::default()
    }
}

#[test]
fn the_demo_trees_are_whole() {
    for (name, leaves) in [("gas", 80), ("power", 51), ("cable", 33)] {
        let tree = seed::demo(name).expect("a demo").expect("a good file");
        let all: Vec<&Reason> = tree.reasons.iter().filter(|reason| tree.is_leaf(&reason.code)).collect();
        assert!(all.iter().all(|leaf| tree.path(&leaf.code).len() == tree::LEVELS), "{name}: three levels");
        assert!(tree.reasons.iter().all(|reason| !reason.title.en.is_empty()), "{name}: English");
        assert!(tree.opening.iter().chain(&tree.closing).all(|point| !point.say.en.is_empty()));
        assert_eq!(all.len(), leaves, "{name}");
    }
}

#[test]
fn a_reason_asks_for_what_stands_above_it_too() {
    let tree = gas();
    let keys = |code: &str| {
        let effective = tree.effective(code);
        (
            effective.fields.iter().map(|field| field.key.as_str()).collect::<Vec<_>>().join(" "),
            effective.closable,
        )
    };
    assert_eq!(keys("G010101"), ("address fault_time phenomenon scope site danger".to_owned(), false));
    assert_eq!(keys("G020101"), ("address notify".to_owned(), true));
    assert_eq!(keys("G040102"), ("paid_at amount channel".to_owned(), false));
    let (power, inside) = (seed::demo("power").expect("a demo").expect("good"), "P010301");
    assert!(power.effective(inside).closable, "the nearest word holds");
}

#[test]
fn what_is_done_to_a_tree() {
    let refused = |change: Change| gas().decide(&change).expect_err("it is refused");
    let below = |code: &str| Change::Add { reason: reason("N1", Some(code)) };
    assert_eq!(refused(below("G010101")), Refusal::TooDeep);
    assert_eq!(refused(below("none")), Refusal::NoSuchReason { reason: "none".into() });
    let taken = Change::Add { reason: reason("G0101", None) };
    assert_eq!(refused(taken), Refusal::CodeTaken { reason: "G0101".into() });
    let to = |code: &str, parent: &str, place| Change::Move {
        code: code.into(),
        parent: Some(parent.into()),
        place,
    };
    assert_eq!(refused(to("G01", "G0101", 0)), Refusal::BelowItself);
    assert_eq!(refused(to("G0101", "G0201", 0)), Refusal::TooDeep);

    let added = gas().decide(&below("G0101")).expect("there is room");
    let found = added.find("N1").expect("it is there");
    assert_eq!((found.pinyin.as_str(), found.initials.as_str()), ("xin de/di yuan yin", "xdyy"));

    let moved = gas().decide(&to("G0102", "G02", 1)).expect("it fits");
    let order: Vec<&str> = moved
        .reasons
        .iter()
        .filter(|reason| reason.parent.as_deref() == Some("G02"))
        .map(|reason| reason.code.as_str())
        .collect();
    assert_eq!(order, ["G0201", "G0102", "G0202"]);

    let retired = gas().decide(&Change::Retire { code: "G01".into() }).expect("it is there");
    assert!(retired.find("G010101").is_some_and(|reason| reason.retired), "with all below");
    let back = Change::Restore { code: "G0101".into() };
    assert_eq!(retired.decide(&back), Err(Refusal::ParentRetired));
}

#[test]
fn an_import_changes_what_it_names_and_nothing_else() {
    let power = seed::demo("power").expect("a demo").expect("good");
    let (both, imported) = gas().import(&power).expect("codes differ");
    assert_eq!(imported, Imported { added: power.reasons.len(), changed: 0, unchanged: 0 });
    assert_eq!(both.opening, gas().opening, "the centre's own words stay");
    let (again, imported) = both.import(&power).expect("once more");
    assert_eq!((again, imported.unchanged), (both, power.reasons.len()));
    for (text, why) in [
        ("reason = 3", "invalid type"),
        ("[[reason]]\ncode='a'\nzh='甲'\nwhat=1", "unknown field"),
        ("[[reason]]\ncode='a b'\nzh='甲'", "code of a b"),
        ("[[reason]]\ncode='a'\nzh=''", "title of a"),
    ] {
        let error = seed::read(text).expect_err("it is refused").to_string();
        assert!(error.contains(why), "{error}");
    }
}

fn draft(reason: &str, result: Option<Outcome>, fields: &[(&str, &str)]) -> Draft {
    let fields: BTreeMap<String, String> =
        fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let reason = (!reason.is_empty()).then(|| reason.to_owned());
    Draft { reason, result, fields, ..Draft::default() }
}

fn lacks(draft: &Draft, number: &str, expected: Expect) {
    let faults = check::faults(&gas(), draft, number);
    let lines: String = faults.iter().map(|fault| format!("{}: {:?}\n", fault.field, fault.why)).collect();
    expected.assert_eq(&lines);
}

#[test]
fn what_a_record_lacks_is_said_field_by_field() {
    let caller = "13812345678";
    lacks(
        &draft("", None, &[]),
        caller,
        expect![[r#"
        reason: Missing
        result: Missing
    "#]],
    );
    lacks(&draft("G020101", Some(Outcome::Answered), &[]), caller, expect![""]);
    lacks(
        &draft("G0201", Some(Outcome::Answered), &[]),
        caller,
        expect![[r#"
        reason: TooGeneral
    "#]],
    );
    lacks(
        &draft("X1", Some(Outcome::Answered), &[]),
        caller,
        expect![[r#"
        reason: Unknown
    "#]],
    );
    lacks(
        &draft(
            "G010101",
            Some(Outcome::Answered),
            &[("scope", "town"), ("fault_time", "gestern"), ("danger", "yes")],
        ),
        caller,
        expect![[r#"
            result: NotClosable
            fields.address: Missing
            fields.fault_time: BadDate
            fields.phenomenon: Missing
            fields.scope: NotOffered
        "#]],
    );
    lacks(
        &draft("G040102", Some(Outcome::Order), &[("paid_at", "2026-11-22T10:27"), ("amount", "a lot")]),
        "anonymous",
        expect![[r#"
            contact: Missing
            fields.amount: BadNumber
        "#]],
    );
    for void in [Outcome::Silent, Outcome::Nuisance, Outcome::WrongNumber] {
        lacks(&draft("", Some(void), &[]), "", expect![""]);
    }
    let odd = Draft { contact: "后门".to_owned(), ..draft("G020101", Some(Outcome::Answered), &[]) };
    lacks(
        &odd,
        caller,
        expect![[r#"
        contact: BadPhone
    "#]],
    );
}

fn asker(person: PersonId) -> Asker {
    Asker { person, may_write: true, may_amend: true, may_release: person != AGENT }
}

fn record() -> Record {
    let at = TestClock::monday_morning().now();
    Record { number: "13812345678".to_owned(), ..Record::new(CallId(1), AGENT, at) }
}

fn act(record: &Record, act: Act, by: PersonId) -> Result<Record, Refusal> {
    let now = TestClock::monday_morning().now();
    match decide(record, act, asker(by), (&gas(), 4), now)? {
        None => Ok(record.clone()),
        // As the store does.
        Some(next) => Ok(Record { version: record.version + 1, ..next }),
    }
}

fn hand(version: i64, writer: &str, seq: i64) -> Hand {
    Hand { version, writer: writer.to_owned(), seq }
}

fn notes(text: &str) -> Draft {
    Draft { notes: text.to_owned(), ..Draft::default() }
}

#[test]
fn a_draft_is_saved_by_one_page_at_a_time() {
    let save = |record: &Record, text: &str, hand| act(record, Act::Save { draft: notes(text), hand }, AGENT);
    let first = save(&record(), "停", hand(0, "a", 1)).expect("nothing is there");
    // The answer was lost: the page goes on, or repeats itself.
    let second = save(&first, "停气", hand(0, "a", 2)).expect("the same page");
    assert_eq!((second.draft.notes.as_str(), second.version), ("停气", 2));
    assert_eq!(save(&second, "停气", hand(0, "a", 2)), Ok(second.clone()), "said twice");
    assert_eq!(save(&second, "停", hand(0, "a", 1)), Ok(second.clone()), "late on the wire");
    // Another page has not seen it.
    assert_eq!(save(&second, "无气", hand(1, "b", 1)), Err(Refusal::DraftConflict { version: 2 }));
    let taken = save(&second, "无气", hand(2, "b", 1)).expect("it has read version 2");
    assert_eq!(taken.draft.notes, "无气");
    assert_eq!(save(&second, "停气", hand(0, "b", 1)), Ok(second), "the same words are no conflict");
}

#[test]
fn a_record_is_completed_and_then_amended() {
    let whole = Draft { notes: "已告知".to_owned(), ..draft("G020101", Some(Outcome::Answered), &[]) };
    let complete = |record: &Record, draft: &Draft, by| {
        act(record, Act::Complete { draft: draft.clone(), hand: hand(record.version, "a", 1) }, by)
    };
    assert!(
        matches!(complete(&record(), &notes("x"), AGENT), Err(Refusal::Incomplete { faults }) if faults.len() == 2)
    );
    assert_eq!(complete(&record(), &whole, PersonId(8)), Err(Refusal::NotYours));
    let done = complete(&record(), &whole, AGENT).expect("it is whole");
    assert_eq!((done.state, done.edition, done.tree), (State::Complete, 1, 4));
    assert_eq!(complete(&done, &whole, AGENT), Ok(done.clone()), "pressed twice");
    let later = Act::Save { draft: notes("x"), hand: hand(1, "a", 2) };
    assert_eq!(act(&done, later, AGENT), Err(Refusal::AlreadyComplete));

    let better = Draft { notes: "已告知 16:00".to_owned(), ..whole };
    let amend = |record: &Record, why: &str| {
        act(record, Act::Amend { draft: better.clone(), why: why.to_owned() }, AGENT)
    };
    assert_eq!(amend(&done, " "), Err(Refusal::WhyNeeded));
    assert_eq!(amend(&record(), "补充"), Err(Refusal::NotComplete));
    assert_eq!(amend(&done, "补充时间").map(|record| record.edition), Ok(2));
}

#[test]
fn a_leader_lets_go_and_the_agent_does_not_let_herself_go() {
    let release = |by| act(&record(), Act::Release { why: "系统故障".to_owned() }, by);
    assert_eq!(release(AGENT), Err(Refusal::NotYours));
    let released = release(PersonId(9)).expect("a leader may");
    assert!(!released.is_owed());
    assert_eq!(allowed(&record(), asker(AGENT)), ["save", "complete"]);
    assert_eq!(allowed(&record(), asker(PersonId(9))), ["release"]);
    assert!(allowed(&released, asker(PersonId(9))).is_empty());
}

#[test]
fn complete_before_ready_again() {
    let settings = Settings::default();
    let ready = |drafts: &[Record], on| crate::decide_ready(&settings, drafts, on);
    let (owed, call) = (record(), Some(CallId(1)));
    assert_eq!(ready(&[], call), Ok(()));
    assert_eq!(ready(std::slice::from_ref(&owed), call), Err(Refusal::RecordFirst));
    assert_eq!(
        ready(std::slice::from_ref(&owed), None),
        Err(Refusal::RecordFirst),
        "she is not ready meanwhile"
    );
    let overdue = Record { overdue_at: Some(owed.at), ..owed.clone() };
    assert_eq!(ready(std::slice::from_ref(&overdue), None), Ok(()), "it stays on the list");
    assert_eq!(ready(&[overdue], Some(CallId(2))), Ok(()), "another call's");
    let released = act(&owed, Act::Release { why: "忙".to_owned() }, PersonId(9)).expect("a leader may");
    assert_eq!(ready(&[released], call), Ok(()));
    assert_eq!(crate::decide_ready(&Settings { complete_first: false }, &[owed], call), Ok(()));
}

#[test]
fn a_draft_is_kept_however_unfinished_and_masked() {
    let odd = Draft {
        notes: "卡号6222021234567890123\0".to_owned(),
        ..draft("nowhere", None, &[("gone", "340799199001010010"), ("empty", "")])
    };
    let (kept, found) = odd.kept().expect("it fits");
    assert_eq!(kept.notes, "卡号***************0123");
    assert_eq!(kept.fields, BTreeMap::from([("gone".to_owned(), "340***********0010".to_owned())]));
    assert_eq!(found, [sensitive::Sensitive::IdCard, sensitive::Sensitive::BankCard]);
    let long = notes(&"长".repeat(record::NOTES_MAX + 1));
    assert_eq!(long.kept(), Err(Refusal::TooLong { field: "notes", most: record::NOTES_MAX }));
}

#[test]
fn phrases_name_the_company_and_the_agent() {
    let standard = phrases::Phrases::standard().expect("the product's own");
    assert_eq!(standard.checked(), Ok(standard.clone()));
    let said = standard.filled("铜官燃气", "1007");
    let greeting = said.moments.iter().find(|moment| moment.key == "greeting").expect("a greeting");
    assert_eq!(
        greeting.texts.first().map(|text| text.zh.as_str()),
        Some("您好，铜官燃气客服1007号，很高兴为您服务，请问有什么可以帮您？")
    );
}

proptest::proptest! {
    #[test]
    fn masking_twice_is_masking_once(text in "[0-9０-９Xx \\-a中]{0,60}") {
        let (once, _) = sensitive::mask(&text);
        let (twice, found) = sensitive::mask(&once);
        proptest::prop_assert_eq!(once, twice);
        proptest::prop_assert!(found.is_empty());
    }
}
