//! Versions of configuration and what the indexes are for, on both databases.

use db::config::{self, Versioned};
use db::testdb::on_both;
use kernel::time::{Clock, TestClock};
use kernel::{CallId, GroupId, PersonId, Timestamp};
use std::time::Duration;

use super::figures::{self, Behind, Contacts, Set};
use super::found::{self, Filter, Scope};
use super::records;
use crate::MIGRATIONS;
use crate::rules::{Draft, Outcome, Record, Settings, State, Tree, seed};

fn start() -> Timestamp {
    TestClock::monday_morning().now()
}

/// The record of the call `minute`: begun then, by this agent.
fn record(minute: u64, agent: i64, reason: &str) -> Record {
    let at = start() + Duration::from_secs(60 * minute);
    let reason = (!reason.is_empty()).then(|| reason.to_owned());
    let draft = Draft { reason, result: Some(Outcome::Answered), ..Draft::default() };
    let group = Some(GroupId(agent / 10));
    let number = format!("1380000000{}", minute % 3);
    Record { draft, group, number, ..Record::new(CallId(100 + minute as i64), PersonId(agent), at) }
}

#[test]
fn configuration_is_kept_in_versions() {
    on_both(&[MIGRATIONS], async |db| {
        let standard = config::read::<Settings>(&db).await.expect("settings");
        assert_eq!(standard, Versioned { value: Settings::default(), version: 0 });
        assert!(
            !config::read::<crate::rules::phrases::Phrases>(&db)
                .await
                .expect("phrases")
                .value
                .moments
                .is_empty()
        );
        let gas = seed::demo("gas").expect("a demo").expect("good");
        let mut tx = db.begin().await.expect("a change");
        assert!(config::put(&mut tx, &gas, 0, Some(PersonId(1)), start()).await.expect("kept"));
        assert!(!config::put(&mut tx, &Tree::default(), 0, None, start()).await.expect("asked"), "taken");
        assert!(config::put(&mut tx, &Tree::default(), 1, None, start()).await.expect("kept"));
        tx.commit().await.expect("kept");
        assert_eq!(config::read::<Tree>(&db).await.expect("read").version, 2);
        assert_eq!(config::at::<Tree>(&db, 1).await.expect("read").map(|old| old.value), Some(gas));
        assert_eq!(config::at::<Tree>(&db, 9).await.expect("read"), None);
        let versions = config::versions::<Tree>(&db, 10).await.expect("versions");
        assert_eq!(versions, [(2, start(), None), (1, start(), Some(PersonId(1)))]);
    });
}

#[test]
fn a_record_is_kept_by_version_and_found_by_whoever_may() {
    on_both(&[MIGRATIONS], async |db| {
        let mut tx = db.begin().await.expect("a change");
        for minute in 0..9 {
            let agent = if minute % 2 == 0 { 10 } else { 21 };
            let code = ["G020101", "G020101", "G040201"][minute as usize % 3];
            assert!(records::add(&mut tx, &record(minute, agent, code)).await.expect("added"));
        }
        assert!(!records::add(&mut tx, &record(0, 10, "")).await.expect("asked"), "it is there");
        let mut first = records::one(&mut tx, CallId(100), PersonId(10)).await.expect("read").expect("there");
        assert_eq!(first, Record { version: 1, ..record(0, 10, "G020101") });
        first.state = State::Complete;
        assert!(records::save(&mut tx, &first).await.expect("saved"));
        assert!(!records::save(&mut tx, &first).await.expect("asked"), "its version is old");
        let on = Some(CallId(108));
        assert_eq!(records::mark_overdue(&mut tx, PersonId(10), on, start()).await.expect("marked"), 3);
        assert_eq!(records::mark_overdue(&mut tx, PersonId(10), on, start()).await.expect("again"), 0);
        tx.commit().await.expect("kept");

        let find = async |filter: Filter, scope: Scope| {
            let found = found::find(&db, &filter, &scope, 100).await.expect("found");
            found.iter().map(|record| record.call.get() - 100).collect::<Vec<_>>()
        };
        let any = Filter::default;
        let own = |person, groups: &[i64]| Scope::Some {
            own: PersonId(person),
            groups: groups.iter().map(|group| GroupId(*group)).collect(),
        };
        assert_eq!(find(any(), Scope::All).await, [8, 7, 6, 5, 4, 3, 2, 1, 0]);
        assert_eq!(find(any(), own(21, &[])).await, [7, 5, 3, 1]);
        assert_eq!(find(any(), own(99, &[])).await, Vec::<i64>::new());
        assert_eq!(find(any(), own(99, &[2])).await, [7, 5, 3, 1], "the group's leader");
        assert_eq!(find(any(), own(10, &[2])).await.len(), 9, "her own, too");
        assert_eq!(
            find(Filter { agent: Some(PersonId(10)), ..any() }, own(21, &[])).await,
            Vec::<i64>::new()
        );
        assert_eq!(find(Filter { overdue: true, ..any() }, Scope::All).await, [6, 4, 2]);
        assert_eq!(find(Filter { reason: Some("G040201".into()), ..any() }, Scope::All).await, [8, 5, 2]);
        assert_eq!(find(Filter { state: Some(State::Complete), ..any() }, Scope::All).await, [0]);
        let before = Some((start() + Duration::from_secs(120), CallId(102), PersonId(10)));
        assert_eq!(find(Filter { before, ..any() }, Scope::All).await, [1, 0]);

        let history = found::history(&db, CallId(100), None, "13800000000", 10).await.expect("found");
        assert_eq!(history.iter().map(|record| record.call.get()).collect::<Vec<_>>(), [106, 103]);
        let mine = found::most_used(&db, Some(PersonId(21)), 200, 8).await.expect("counted");
        assert_eq!(mine, ["G020101", "G040201"]);
        assert_eq!(found::most_used(&db, None, 4, 1).await.expect("counted"), ["G020101"]);
        assert_eq!(records::drafts(&db, PersonId(21), 10).await.expect("found").len(), 4);
    });
}

#[test]
fn who_calls_again_about_the_same_was_not_helped() {
    on_both(&[MIGRATIONS], async |db| {
        let day = |day: u64| start() + Duration::from_secs(day * 86_400);
        let contact = |call: i64, at: Timestamp, customer: Option<&str>, number: &str, reason: &str| {
            let (reason, customer) = (Some(reason.to_owned()), customer.map(str::to_owned));
            let draft = Draft { reason, customer, result: Some(Outcome::Answered), ..Draft::default() };
            let (state, completed_at) = (State::Complete, Some(at));
            let base = Record::new(CallId(call), PersonId(10), at);
            Record { draft, state, completed_at, number: number.to_owned(), ..base }
        };
        let mut order = contact(6, day(5), None, "13800000009", "G040201");
        order.draft.result = Some(Outcome::Order);
        let mut silent = contact(7, day(6), None, "13800000009", "G040201");
        silent.draft.result = Some(Outcome::Silent);
        let records = [
            contact(1, day(0), Some("cu_1"), "13800000001", "G020101"),
            // The same customer by another telephone.
            contact(2, day(3), Some("cu_1"), "13800000002", "G020101"),
            // About something else, and more than seven days later.
            contact(3, day(4), Some("cu_1"), "13800000001", "G040201"),
            contact(4, day(11), Some("cu_1"), "13800000001", "G020101"),
            // Nobody knows who they are: by their number, and not at all.
            contact(5, day(4), None, "13800000009", "G040201"),
            order,
            silent,
            contact(8, day(4), None, "anonymous", "G040201"),
            contact(9, day(5), None, "anonymous", "G040201"),
        ];
        let mut tx = db.begin().await.expect("a change");
        for record in &records {
            assert!(records::add(&mut tx, record).await.expect("added"));
        }
        // The second agent of a call that was passed on is no second contact.
        let passed = Record { agent: PersonId(11), ..records[0].clone() };
        assert!(records::add(&mut tx, &passed).await.expect("added"));
        tx.commit().await.expect("kept");
        let counted = figures::counts(&db, day(0), day(30)).await.expect("counted");
        let of =
            |reason: &str| counted.iter().find(|(code, _)| code == reason).map(|(_, contacts)| *contacts);
        assert_eq!(of("G020101"), Some(Contacts { contacts: 3, direct: 3, solved: 2, repeated: 1 }));
        assert_eq!(of("G040201"), Some(Contacts { contacts: 5, direct: 4, solved: 4, repeated: 1 }));
        let calls = async |set, reasons: Option<&[&str]>| {
            let reasons = reasons.map(|reasons| reasons.iter().map(|code| (*code).to_owned()).collect());
            let asked = Behind { set, from: day(0), to: day(30), reasons, before: None };
            let found = figures::behind(&db, &asked, 100).await.expect("found");
            found.iter().map(|record| record.call.get()).collect::<Vec<_>>()
        };
        assert_eq!(calls(Set::Repeated, None).await, [6, 2]);
        assert_eq!(calls(Set::Solved, Some(&["G020101"])).await, [4, 2]);
        assert_eq!(calls(Set::Direct, Some(&["G040201"])).await, [9, 8, 5, 3]);
        assert_eq!(calls(Set::Contacts, Some(&["G020101"])).await, [4, 2, 1, 1]);
    });
}

/// Whatever is completed, amended, taken for nuisance or found to be somebody's: the table says what the records say.
#[test]
fn what_is_counted_as_it_happens_is_what_the_records_say() {
    const REASONS: [&str; 3] = ["G020101", "G040201", "G050101"];
    on_both(&[MIGRATIONS], async |db| {
        let mut chance = fastrand::Rng::with_seed(7);
        let mut all: Vec<Record> = Vec::new();
        for round in 0..220_u64 {
            let old = (chance.u8(..) < 120 && !all.is_empty()).then(|| chance.usize(..all.len()));
            let at = start() + Duration::from_secs(chance.u64(..20 * 86_400));
            let mut next = match old {
                Some(place) => all[place].clone(),
                None => Record::new(CallId(500 + chance.i64(..60)), PersonId(round as i64), at),
            };
            if old.is_none() || chance.bool() {
                next.number = format!("1380000000{}", chance.u8(..4));
            }
            next.direction = if chance.u8(..) < 230 { "in" } else { "out" }.into();
            next.draft.reason = (chance.u8(..) < 230).then(|| REASONS[chance.usize(..3)].to_owned());
            next.draft.customer = chance.bool().then(|| format!("cu_{}", chance.u8(..3)));
            let results =
                [Outcome::Answered, Outcome::Order, Outcome::CallBack, Outcome::Silent, Outcome::Nuisance];
            next.draft.result = Some(results[chance.usize(..5)]);
            next.state = if chance.u8(..) < 200 { State::Complete } else { State::Draft };
            let open = Duration::from_secs(chance.u64(..5 * 86_400));
            next.completed_at = (next.state == State::Complete).then(|| next.at + open);
            let mut tx = db.begin().await.expect("a change");
            let kept = match old {
                Some(_) => records::save(&mut tx, &next).await.expect("saved"),
                None => records::add(&mut tx, &next).await.expect("added"),
            };
            assert!(kept, "round {round}");
            tx.commit().await.expect("kept");
            match old {
                Some(place) => all[place] = Record { version: next.version + 1, ..next },
                None => all.push(Record { version: 1, ..next }),
            }
        }
        let (from, to) = (start() - Duration::from_secs(86_400), start() + Duration::from_secs(40 * 86_400));
        let counted = figures::counts(&db, from, to).await.expect("counted");
        let mut said = figures::tests::by_records(&db, from, to).await;
        said.sort_by(|one, other| one.0.cmp(&other.0));
        assert!(said.iter().all(|(_, contacts)| contacts.solved > 0 && contacts.repeated > 0), "{said:?}");
        assert_eq!(counted, said);
    });
}
