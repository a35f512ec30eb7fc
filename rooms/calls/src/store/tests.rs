//! A day of facts on both databases.

use std::time::Duration;

use db::testdb::on_both;
use exchange::fact::{Blocked, DeskState, Direction, FlowOut, Moved, OfferEnd, Party, Place, What};
use exchange::line::EndCause;
use exchange::{Fact, Stood};
use kernel::time::{Clock, TestClock};
use kernel::{CallId, FlowId, LegId, PersonId, QueueId, RecordingId, Timestamp};

use super::facts::{Growing, applied};
use super::search::{Filter, find, one, stretches};
use crate::MIGRATIONS;
use crate::rules::Outcome;

const CALL: CallId = CallId(100);
const AGENT: PersonId = PersonId(7);
const QUEUE: QueueId = QueueId(3);

fn start() -> Timestamp {
    TestClock::monday_morning().now()
}

fn facts(script: Vec<(u64, What)>) -> Vec<(u64, Fact)> {
    let fact = |(place, (second, what)): (usize, (u64, What))| {
        (place as u64 + 1, Fact { at: start() + Duration::from_secs(second), what })
    };
    script.into_iter().enumerate().map(fact).collect()
}

fn arrived(call: CallId, from: &str) -> What {
    What::CallArrived { call, leg: LegId(1), trunk: None, from: from.into(), to: "95598".into() }
}

/// A caller waits 20 s (one agent does not answer), talks 60 s of which 10 on hold, rates 5.
fn served() -> Vec<(u64, What)> {
    let call = CALL;
    vec![
        (0, arrived(call, "13800000001")),
        (0, What::CallAnswered { call }),
        (0, What::FlowEntered { call, flow: FlowId(9), version: 1 }),
        (5, What::AgentRequested { call, queue: QUEUE, urgent: false }),
        (5, What::Offered { call, agent: PersonId(6), queue: QUEUE }),
        (17, What::OfferEnded { call, agent: PersonId(6), why: OfferEnd::NoAnswer }),
        (17, What::Offered { call, agent: AGENT, queue: QUEUE }),
        (25, What::Connected { call, agent: AGENT, leg: LegId(2) }),
        (25, What::RecordingStarted { call, recording: RecordingId(50), file: "a.wav".into() }),
        (27, What::NumberAnnounced { call, agent: AGENT, whole: true }),
        (40, What::HoldStarted { call, agent: AGENT }),
        (50, What::HoldEnded { call, agent: AGENT }),
        (85, What::Parted { call, agent: AGENT, by: Party::Agent }),
        (85, What::Asked { call, agent: AGENT }),
        (90, What::Rated { call, agent: AGENT, score: 5 }),
        (91, What::CallEnded { call, by: Party::Caller, cause: EndCause::FarEnd }),
        (100, What::AfterCallEnded { call, agent: AGENT, expired: false }),
    ]
}

#[test]
fn a_served_call_is_one_complete_record() {
    on_both(&[MIGRATIONS], async |db| {
        let mut growing = Growing::load(&db).await.expect("database");
        // Taken in one by one or all at once, the rows are the same.
        for fact in facts(served()) {
            let mut tx = db.begin().await.expect("database");
            growing.take(&mut tx, &[fact]).await.expect("database");
            tx.commit().await.expect("database");
        }
        assert!(growing.is_empty());
        let record = one(&db, CALL).await.expect("query").expect("a record");
        assert_eq!(record.result.as_deref(), Some("answered"));
        assert_eq!(
            (record.wait_ms, record.talk_ms, record.hold_ms, record.after_ms),
            (Some(20_000), 50_000, 10_000, 15_000)
        );
        assert_eq!((record.rating, record.announced, record.agent), (Some(5), Some(true), Some(AGENT)));
        assert_eq!(
            record.ended_by.as_deref(),
            Some("agent"),
            "who asks for a rating has hung up; that the caller goes then ends nothing"
        );
        let told: Vec<String> = stretches(&db, CALL)
            .await
            .expect("database")
            .iter()
            .map(|s| {
                format!(
                    "{} {}s {}",
                    s.kind,
                    s.until.since(s.at).as_secs(),
                    s.detail.as_deref().unwrap_or("-")
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "menu 5s -",
                "ring 12s no_answer",
                "queue 20s answered",
                "ring 8s answered",
                "talk 60s agent",
                "hold 10s -",
                "rating 5s 5",
            ]
        );
    });
}

#[test]
fn what_was_going_on_at_a_death_is_closed_once() {
    on_both(&[MIGRATIONS], async |db| {
        let script = facts(served().into_iter().take(9).collect());
        let mut growing = Growing::load(&db).await.expect("database");
        let mut tx = db.begin().await.expect("database");
        growing.take(&mut tx, &script).await.expect("database");
        tx.commit().await.expect("database");
        drop(growing);

        // The next start: everything known comes from the rows.
        let mut growing = Growing::load(&db).await.expect("database");
        assert_eq!((growing.len(), applied(&db).await.expect("database")), (1, 9));
        let mut tx = db.begin().await.expect("database");
        assert_eq!(growing.interrupt(&mut tx, start() + Duration::from_secs(60)).await.expect("database"), 1);
        tx.commit().await.expect("database");
        assert!(Growing::load(&db).await.expect("database").is_empty());
        let record = one(&db, CALL).await.expect("query").expect("a record");
        assert!(record.interrupted);
        assert_eq!((record.talk_ms, record.result.as_deref()), (35_000, Some("answered")));
        assert_eq!(record.ended, Some(start() + Duration::from_secs(60)));
    });
}

/// An agent's call to a customer, one that nobody answered, one to a colleague: beside those of customers, and no part of
/// the figures that measure how customers are served.
#[test]
fn calls_of_our_own_are_records_too() {
    on_both(&[MIGRATIONS], async |db| {
        let placed = |call, with: Option<PersonId>, to: &str| What::CallPlaced {
            call,
            leg: LegId(1),
            trunk: None,
            agent: AGENT,
            with,
            from: "1001".into(),
            to: to.into(),
            promised_in: None,
            owed: None,
        };
        let talk = |call, at: u64| {
            [
                (at + 4, What::CallAnswered { call }),
                (at + 4, What::Connected { call, agent: AGENT, leg: LegId(1) }),
                (at + 34, What::Parted { call, agent: AGENT, by: Party::Agent }),
                (at + 34, What::CallEnded { call, by: Party::Agent, cause: EndCause::Ours }),
                (at + 40, What::AfterCallEnded { call, agent: AGENT, expired: false }),
            ]
        };
        let mut script = vec![(0, placed(CallId(1), None, "13912345678"))];
        script.extend(talk(CallId(1), 0));
        script.push((100, placed(CallId(2), None, "13987654321")));
        let (by, cause) = (Party::System, EndCause::Busy);
        script.push((105, What::CallEnded { call: CallId(2), by, cause }));
        script.push((200, placed(CallId(3), Some(PersonId(8)), "1002")));
        script.extend(talk(CallId(3), 200));
        let mut growing = Growing::default();
        let mut tx = db.begin().await.expect("database");
        growing.take(&mut tx, &facts(script)).await.expect("database");
        tx.commit().await.expect("database");
        assert!(growing.is_empty(), "all of them are complete");

        let lines = find(&db, &Filter::default(), 10).await.expect("search");
        let told = |found: &super::search::Found| {
            let result = found.result.clone().unwrap_or_default();
            format!("{} {} -> {} {result} {} ms", found.direction, found.from, found.to, found.talk_ms)
        };
        assert_eq!(
            lines.iter().map(told).collect::<Vec<_>>(),
            [
                "internal 1001 -> 1002 answered 30000 ms",
                "out 1001 -> 13987654321 not_answered 0 ms",
                "out 1001 -> 13912345678 answered 30000 ms",
            ]
        );
        let kinds: Vec<_> = stretches(&db, CallId(2)).await.expect("database");
        assert_eq!((kinds[0].kind.as_str(), kinds[0].detail.as_deref()), ("dial", Some("busy")));
        let count = async |filter| find(&db, &filter, 10).await.expect("search").len();
        let any = Filter::default;
        assert_eq!(count(Filter { number: Some("4321".into()), ..any() }).await, 1);
        assert_eq!(count(Filter { direction: Some(Direction::Out), ..any() }).await, 2);
        assert_eq!(count(Filter { agent: Some(AGENT), ..any() }).await, 3);
        assert_eq!(count(Filter { agent: Some(PersonId(8)), ..any() }).await, 1, "the colleague");
        let day = super::figures::between(&db, start(), start() + Duration::from_secs(900)).await;
        assert_eq!(day.expect("figures"), exchange::Figures::default());
    });
}

#[test]
fn records_are_found_by_what_people_remember() {
    on_both(&[MIGRATIONS], async |db| {
        let mut script = served();
        for (number, second) in [(101, 200), (102, 300), (103, 400)] {
            let call = CallId(number);
            script.push((second, arrived(call, &format!("1390000{number:04}"))));
            script.push((second, What::CallAnswered { call }));
            script.push((second + 3, What::AgentRequested { call, queue: QueueId(4), urgent: false }));
            script.push((second + 9, What::Abandoned { call, queue: QueueId(4) }));
            script.push((second + 9, What::CallEnded { call, by: Party::Caller, cause: EndCause::FarEnd }));
        }
        script.push((
            500,
            What::CallBlocked { trunk: None, from: "1".into(), to: "2".into(), why: Blocked::Full },
        ));
        script.push((500, What::DeskChanged { agent: AGENT, desk: DeskState::Ready, by: None }));
        let mut growing = Growing::default();
        let mut tx = db.begin().await.expect("database");
        growing.take(&mut tx, &facts(script)).await.expect("database");
        tx.commit().await.expect("database");

        let ids = async |filter: Filter, limit| {
            let found = find(&db, &filter, limit).await.expect("search");
            found.iter().map(|found| found.id.get()).collect::<Vec<_>>()
        };
        let any = Filter::default;
        assert_eq!(ids(any(), 10).await, [103, 102, 101, 100]);
        assert_eq!(ids(Filter { number: Some("0102".into()), ..any() }, 10).await, [102]);
        assert_eq!(ids(Filter { number: Some("138 0000 0001".into()), ..any() }, 10).await, [100]);
        assert_eq!(ids(Filter { agent: Some(AGENT), ..any() }, 10).await, [100]);
        assert_eq!(ids(Filter { queue: Some(QueueId(4)), ..any() }, 2).await, [103, 102]);
        let page = Filter { before: Some((start() + Duration::from_secs(300), CallId(102))), ..any() };
        assert_eq!(ids(page, 10).await, [101, 100]);
        assert_eq!(ids(Filter { result: Some(Outcome::Abandoned), ..any() }, 10).await, [103, 102, 101]);
        assert_eq!(ids(Filter { talk_min_ms: Some(50_000), ..any() }, 10).await, [100]);
        let since = Filter { from: Some(start() + Duration::from_secs(250)), ..any() };
        assert_eq!(ids(since, 10).await, [103, 102]);
    });
}

/// Three places: one is moved, one is being rung for at the death, one is called and then not any more.
#[test]
fn places_outlive_a_death_and_nobody_is_rung_twice() {
    on_both(&[MIGRATIONS], async |db| {
        let asks = |call: i64, from: &str| {
            let place = Place {
                call: CallId(call + 100),
                promised_in: CallId(call),
                number: from.into(),
                queue: QUEUE,
                requested: start() - Duration::from_secs(60 * u64::try_from(call).unwrap_or(0)),
                asked: start(),
                urgent: call == 3,
            };
            [
                (0, arrived(CallId(call), from)),
                (0, What::CallbackAsked { call: CallId(call), queue: QUEUE, number: from.into() }),
                (0, What::PlaceKept(place)),
                (1, What::CallEnded { call: CallId(call), by: Party::System, cause: EndCause::Ours }),
            ]
        };
        let mut script: Vec<(u64, What)> = Vec::new();
        for (call, from) in [(1, "13900000001"), (2, "13900000002"), (3, "13900000003"), (4, "13900000004")] {
            script.extend(asks(call, from));
        }
        let (from, to, why) = (QUEUE, QueueId(8), Moved::Leader);
        script.push((2, What::QueueMoved { call: CallId(101), from, to, why }));
        let offered = |call| What::Offered { call: CallId(call), agent: AGENT, queue: QUEUE };
        script.push((3, offered(102)));
        script.push((4, offered(103)));
        script.push((5, What::OfferEnded { call: CallId(103), agent: AGENT, why: OfferEnd::NoAnswer }));
        script.push((6, offered(104)));
        let placed = What::CallPlaced {
            call: CallId(104),
            leg: LegId(1),
            trunk: None,
            agent: AGENT,
            with: None,
            from: "1001".into(),
            to: "13900000004".into(),
            promised_in: Some(CallId(4)),
            owed: None,
        };
        script.push((7, placed));

        let mut growing = Growing::default();
        let mut tx = db.begin().await.expect("database");
        growing.take(&mut tx, &facts(script)).await.expect("database");
        tx.commit().await.expect("database");
        let list = async || {
            let rows = super::owed::page(&db, false, None, 10).await.expect("rows");
            let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
            let tried = super::owed::attempts(&db, &ids).await.expect("attempts");
            let told = |row: &crate::rules::owed::Owed| {
                let results = tried.iter().filter(|attempt| attempt.owed == row.id);
                let results: Vec<_> =
                    results.map(|attempt| attempt.result.as_deref().unwrap_or("…")).collect();
                let (place, tries) = (row.place.map(CallId::get), row.tries);
                format!("{} place {place:?} tries {tries} {results:?}", row.number)
            };
            rows.iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(
            list().await,
            [
                "13900000001 place Some(101) tries 0 []",
                "13900000002 place Some(102) tries 0 []",
                "13900000003 place Some(103) tries 0 []",
                "13900000004 place None tries 0 [\"…\"]",
            ]
        );

        // Twice: the second start finds what the first has left.
        for _ in 0..2 {
            let mut growing = Growing::load(&db).await.expect("database");
            let mut tx = db.begin().await.expect("database");
            growing.interrupt(&mut tx, start() + Duration::from_secs(60)).await.expect("database");
            tx.commit().await.expect("database");
            assert_eq!(
                list().await,
                [
                    "13900000001 place Some(101) tries 0 []",
                    "13900000002 place None tries 1 [\"interrupted\"]",
                    "13900000003 place Some(103) tries 0 []",
                    "13900000004 place None tries 1 [\"interrupted\"]",
                ]
            );
            let kept = super::places::kept(&db).await.expect("places");
            let told =
                |place: &Place| (place.call.get(), place.queue, start().since(place.requested), place.urgent);
            assert_eq!(
                kept.iter().map(told).collect::<Vec<_>>(),
                [
                    (103, QUEUE, Duration::from_secs(180), true),
                    (101, QueueId(8), Duration::from_secs(60), false)
                ]
            );
        }
    });
}

/// Who came outside the hours and was not served stands on the list; whoever was served otherwise does not, and whoever
/// got through later does no more.
#[test]
fn after_hours_callers_are_not_served() {
    on_both(&[MIGRATIONS], async |db| {
        let mut growing = Growing::default();
        let mut place = 0;
        // What follows the closed menu, and then the caller hangs up.
        let mut calls = async |call: i64, from: &str, then: Vec<What>| {
            let call = CallId(call);
            let mut script = vec![arrived(call, from), What::CallAnswered { call }];
            script.push(What::FoundClosed { call, node: "clock".into() });
            script.extend(then);
            script.push(What::CallEnded { call, by: Party::Caller, cause: EndCause::FarEnd });
            let fact = |what| {
                place += 1;
                (place, Fact { at: start() + Duration::from_secs(place), what })
            };
            let facts: Vec<(u64, Fact)> = script.into_iter().map(fact).collect();
            let mut tx = db.begin().await.expect("database");
            growing.take(&mut tx, &facts).await.expect("database");
            tx.commit().await.expect("database");
        };
        let list = async || {
            let rows = super::owed::page(&db, false, None, 10).await.expect("rows");
            rows.iter().map(|row| format!("{:?} {} {}", row.kind, row.number, row.times)).collect::<Vec<_>>()
        };
        let queue = QUEUE;
        calls(1, "13900000001", vec![]).await;
        calls(2, "13900000001", vec![]).await;
        calls(3, "", vec![]).await;
        calls(4, "13900000004", vec![What::SelfServed { call: CallId(4), node: "price".into() }]).await;
        let recording = RecordingId(5);
        calls(5, "13900000005", vec![What::MessageLeft { call: CallId(5), queue, recording }]).await;
        let asked = What::AgentRequested { call: CallId(6), queue, urgent: false };
        calls(6, "13900000006", vec![asked, What::Abandoned { call: CallId(6), queue }]).await;
        let number = "13900000007".to_owned();
        calls(7, "13900000007", vec![What::CallbackAsked { call: CallId(7), queue, number }]).await;
        // Was to leave a message in place of a person, and said nothing.
        let asked = What::AgentRequested { call: CallId(9), queue, urgent: false };
        let to = FlowOut::Voicemail;
        calls(9, "13900000009", vec![asked, What::FlowedOut { call: CallId(9), queue, to }]).await;
        assert_eq!(
            list().await,
            [
                "AfterHours 13900000001 2",
                "Message 13900000005 1",
                "Abandoned 13900000006 1",
                "Callback 13900000007 1",
                "Closed 13900000009 1",
            ]
        );
        // A night agent is there the third time.
        let asked = What::AgentRequested { call: CallId(8), queue, urgent: false };
        let answered = What::Connected { call: CallId(8), agent: AGENT, leg: LegId(1) };
        calls(8, "13900000001", vec![asked, answered]).await;
        assert_eq!(list().await.len(), 4);
    });
}

/// Three callers hear of an outage: one wants to be told, one asks for a person, one goes on to the menu.
#[test]
fn what_callers_were_told_stands_in_the_record_and_is_counted() {
    on_both(&[MIGRATIONS], async |db| {
        let mut growing = Growing::default();
        let mut place = 0;
        let mut calls = async |number: i64, own: bool, then: Vec<What>| {
            let call = CallId(number);
            let mut script = vec![arrived(call, "13900000001"), What::CallAnswered { call }];
            let announced = |subject: &str, revision| What::Announced {
                call,
                node: "first".into(),
                subject: subject.into(),
                revision,
                own,
            };
            // Heard again after *, and once more: it is one thing all the same.
            script.extend([announced("ou_1", 3), announced("ou_1", 3), announced("ou_2", 1)]);
            script.extend(then);
            script.push(What::CallEnded { call, by: Party::Caller, cause: EndCause::FarEnd });
            let fact = |what| {
                place += 1;
                (place, Fact { at: start() + Duration::from_secs(place), what })
            };
            let facts: Vec<(u64, Fact)> = script.into_iter().map(fact).collect();
            let mut tx = db.begin().await.expect("database");
            growing.take(&mut tx, &facts).await.expect("database");
            tx.commit().await.expect("database");
        };
        let node = || "first".to_owned();
        let key = |key: char| audio::Digit::try_from(key).expect("a key");
        let call = CallId(1);
        let wants = What::WantsToBeTold {
            call,
            node: node(),
            number: "13900000001".into(),
            subject: "ou_1".into(),
            revision: 3,
        };
        let heard = What::AnnouncementHeard { call, node: node() };
        let told = vec![
            What::SelfServed { call, node: node() },
            heard,
            What::MenuChosen { call, node: node(), key: key('1') },
            wants,
        ];
        calls(1, true, told).await;
        let call = CallId(2);
        let person = vec![
            What::MenuChosen { call, node: node(), key: key('0') },
            What::AgentRequested { call, queue: QUEUE, urgent: false },
        ];
        calls(2, false, person).await;
        let call = CallId(3);
        let menu = vec![
            What::AnnouncementHeard { call, node: node() },
            What::MenuChosen { call, node: "top".into(), key: key('2') },
        ];
        calls(3, false, menu).await;

        // Whom the machine has called is nobody who called because of it.
        calls(4, true, Vec::new()).await;
        let mut tx = db.begin().await.expect("database");
        let out = sqlx::query("UPDATE calls_records SET direction = 'out' WHERE id = 4");
        out.execute(&mut *tx).await.expect("database");
        tx.commit().await.expect("database");

        let told = async |call: i64| {
            let heard = super::heard::by_call(&db, CallId(call)).await.expect("rows");
            let line = |heard: &super::heard::Heard| {
                format!(
                    "{} {} own {} whole {} chosen {:?} to be told {}",
                    heard.subject, heard.revision, heard.own, heard.whole, heard.chosen, heard.to_be_told
                )
            };
            heard.iter().map(line).collect::<Vec<_>>()
        };
        assert_eq!(
            told(1).await,
            [
                "ou_1 3 own true whole true chosen Some(\"1\") to be told true",
                "ou_2 1 own true whole true chosen Some(\"1\") to be told false"
            ]
        );
        assert_eq!(told(2).await[0], "ou_1 3 own false whole false chosen Some(\"0\") to be told false");
        assert_eq!(told(3).await[1], "ou_2 1 own false whole true chosen None to be told false");
        let results: Vec<_> = [one(&db, CallId(1)).await, one(&db, CallId(3)).await]
            .map(|row| row.expect("query").expect("row").result)
            .into();
        assert_eq!(results, [Some("self_served".to_owned()), Some("left_menu".to_owned())]);

        let end = start() + Duration::from_secs(3_600);
        let figures = super::heard::figures(&db, None, start(), end, 10).await.expect("figures");
        let line = |f: &super::heard::Figures| {
            format!(
                "{}: {} callers, {} own, {} whole, {} to be told, {} asked a person",
                f.subject, f.callers, f.own, f.whole, f.to_be_told, f.asked_person
            )
        };
        let lines: Vec<String> = figures.iter().map(line).collect();
        assert_eq!(
            lines,
            [
                "ou_1: 3 callers, 1 own, 2 whole, 1 to be told, 1 asked a person",
                "ou_2: 3 callers, 1 own, 2 whole, 0 to be told, 1 asked a person"
            ]
        );
        let one = super::heard::figures(&db, Some("ou_2"), start(), end, 10).await.expect("figures");
        assert_eq!(one, figures[1..]);
        let later = super::heard::figures(&db, Some("ou_2"), end, end + Duration::from_secs(1), 10)
            .await
            .expect("figures");
        assert_eq!(later, []);
        // The same over time: each caller once, by what came of it. One asked to be told, one for a person, one hung up.
        let course =
            super::heard_course::course(&db, Some("ou_1"), (start(), end), 3_600).await.expect("points");
        let points: Vec<_> =
            course.iter().map(|p| (p.at, p.callers, p.asked_person, p.to_be_told, p.hung_up)).collect();
        assert_eq!(points, [(start(), 3, 1, 1, 1)]);
        let first = super::heard_course::first(&db, "ou_1").await.expect("a query").expect("a time");
        assert!(first > start() && first < end);
        assert_eq!(super::heard_course::first(&db, "ou_9").await.expect("a query"), None);
        let all = super::heard_course::calls(&db, start(), end).await.expect("calls");
        assert_eq!((all.calls, all.asked_person, all.self_served), (3, 1, 1));
        let none = super::heard_course::calls(&db, end, end + Duration::from_secs(9)).await.expect("calls");
        assert_eq!((none.calls, none.asked_person), (0, 0));
    });
}

/// In a storm whoever hangs up and calls again soon stands where he stood: a new process reads that out of the rows.
#[test]
fn who_stood_where_outlives_the_process() {
    on_both(&[MIGRATIONS], async |db| {
        let asks = |second: u64, call: i64, from: &str| {
            let call = CallId(call);
            [
                (second, arrived(call, from)),
                (second, What::CallAnswered { call }),
                (second + 2, What::AgentRequested { call, queue: QUEUE, urgent: false }),
            ]
        };
        let ends = |second: u64, call: i64| {
            let call = CallId(call);
            (second, What::CallEnded { call, by: Party::Caller, cause: EndCause::FarEnd })
        };
        let goes = |second: u64, call: i64| {
            [(second, What::Abandoned { call: CallId(call), queue: QUEUE }), ends(second, call)]
        };
        let mut script = Vec::from(asks(0, 1, "13900000001"));
        script.extend(goes(50, 1));
        // Served.
        script.extend(asks(10, 2, "13900000002"));
        script.push((40, What::Connected { call: CallId(2), agent: AGENT, leg: LegId(2) }));
        script.push((70, What::Parted { call: CallId(2), agent: AGENT, by: Party::Caller }));
        script.push(ends(70, 2));
        // Was told to better not wait, and hung up there: stood nowhere.
        script.extend(asks(60, 3, "13900000003"));
        script.push((62, What::FlowedOut { call: CallId(3), queue: QUEUE, to: FlowOut::Menu }));
        script.push(ends(66, 3));
        // Back in time, and in the queue when the process dies.
        script.extend(asks(90, 4, "13900000001"));
        let mut growing = Growing::default();
        let mut tx = db.begin().await.expect("database");
        growing.take(&mut tx, &facts(script)).await.expect("database");
        tx.commit().await.expect("database");

        let mut growing = Growing::load(&db).await.expect("database");
        let died = start() + Duration::from_secs(120);
        let cut: Vec<_> = growing.waiting().collect();
        assert_eq!(cut, [(CallId(4), QUEUE)]);
        let abandoned = Fact { at: died, what: What::Abandoned { call: CallId(4), queue: QUEUE } };
        let mut tx = db.begin().await.expect("database");
        growing.take(&mut tx, &[(100, abandoned)]).await.expect("database");
        growing.interrupt(&mut tx, died).await.expect("database");
        tx.commit().await.expect("database");
        let found = async |after: u64| {
            let now = died + Duration::from_secs(after);
            super::places::stood(&db, Duration::from_secs(300), now).await.expect("rows")
        };
        let stood = Stood {
            number: "13900000001".to_owned(),
            requested: start() + Duration::from_secs(2),
            left: died,
        };
        assert_eq!(found(200).await, [stood]);
        assert!(found(301).await.is_empty());
    });
}
