//! Lines are configured and calls back are made, over HTTP, on both databases.

use std::collections::BTreeMap;
use std::sync::Arc;

use db::testdb::on_both;
use exchange::fact::DeskState;
use exchange::fact::{Place, What};
use exchange::floor::AgentView;
use exchange::{Fact, Input, LeaderAct};
use futures::future::BoxFuture;
use kernel::time::{Clock, TestClock};
use kernel::{CallId, LegId, PersonId, QueueId, RecordingId};
use serde_json::{Value, json};
use web::testing::TestSite;

use crate::testing::{self, Noting};
use crate::{Growing, MIGRATIONS, room};

/// Whoever asks is in after-call work.
fn after_call() -> Noting {
    Noting::with_desks(|agent| {
        testing::desk(agent).map(|mut desk| {
            let caller = Some("13812345678".into());
            desk.agent = AgentView { desk: DeskState::AfterCall { call: CallId(9) }, caller, ..desk.agent };
            desk
        })
    })
}

fn site(db: db::Db) -> TestSite {
    TestSite::new(db, vec![room(Arc::new(after_call()), Arc::new(crate::NoObjection))])
}

const ADMIN: (i64, &[&str]) = (1, &["calls.configure", "calls.reasons"]);

async fn put(site: &TestSite, path: &str, body: Value) -> (u16, Value) {
    let reply = site.put(path, body).by(ADMIN.0, ADMIN.1).send().await;
    (reply.status.as_u16(), reply.body)
}

/// Which kinds of lines the journal has, oldest first.
async fn journal(db: &db::Db) -> Vec<String> {
    use sqlx::Row;
    let rows = sqlx::query("SELECT kind FROM db_journal ORDER BY id").fetch_all(db.read()).await;
    rows.expect("the journal").iter().map(|row| row.get("kind")).collect()
}

#[test]
fn lines_are_added_changed_and_switched_off() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db.clone());
        let (status, body) =
            put(&site, "/api/calls/queues/repair", json!({ "queue": { "name": "repair", "title": "报修" } }))
                .await;
        assert_eq!((status, &body["queues"][0]["version"]), (200, &json!(1)));

        let mut queue = body["queues"][0]["queue"].clone();
        queue["off"] = json!(true);
        let changed = json!({ "version": 1, "queue": queue });
        assert_eq!(put(&site, "/api/calls/queues/repair", changed.clone()).await.0, 200);
        let (status, body) = put(&site, "/api/calls/queues/repair", changed).await;
        assert_eq!(
            (status, &body["code"]),
            (409, &json!("web.changed_meanwhile")),
            "somebody else was faster"
        );
        let (status, body) =
            put(&site, "/api/calls/queues/repair", json!({ "queue": { "name": "repair" } })).await;
        assert_eq!((status, &body["code"]), (409, &json!("calls.name_taken")));
        let (status, body) = put(
            &site,
            "/api/calls/queues/other",
            json!({ "queue": { "name": "other", "full": "queue:nobody" } }),
        )
        .await;
        assert_eq!((status, &body["code"]), (422, &json!("calls.no_such_queue")));

        let carrier =
            json!({ "name": "carrier", "register": "sip:a.example", "username": "u", "password": "secret" });
        let (status, body) = put(&site, "/api/calls/trunks/carrier", json!({ "trunk": carrier })).await;
        assert_eq!((status, &body["trunks"][0]["password_set"]), (200, &json!(true)));
        assert!(!body.to_string().contains("secret"), "a password is never told: {body}");
        let mut trunk = body["trunks"][0]["trunk"].clone();
        trunk["max_calls"] = json!(30);
        let (status, body) =
            put(&site, "/api/calls/trunks/carrier", json!({ "version": 1, "trunk": trunk })).await;
        assert_eq!((status, &body["trunks"][0]["password_set"]), (200, &json!(true)), "the password stays");

        let rules = json!([{ "prefix": "1", "trunk": "carrier" }, { "prefix": "1900" }]);
        let (status, body) = put(&site, "/api/calls/dial_rules", json!({ "was": [], "rules": rules })).await;
        assert_eq!((status, &body["dial_rules"]), (200, &rules));
        assert_eq!(put(&site, "/api/calls/dial_rules", json!({ "was": [], "rules": [] })).await.0, 409);

        assert_eq!(
            journal(&db).await,
            ["queue_changed", "queue_changed", "trunk_changed", "trunk_changed", "dial_rules_changed"]
        );
        assert_eq!(site.open_doors().await, Vec::<String>::new());
    });
}

#[test]
fn a_call_back_is_taken_tried_and_done() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db.clone());
        let (call, queue, at) = (CallId(100), QueueId(3), TestClock::monday_morning().now());
        let script = [
            What::CallArrived {
                call,
                leg: LegId(1),
                trunk: None,
                from: "13812345678".into(),
                to: "95598".into(),
            },
            What::CallAnswered { call },
            What::CallbackAsked { call, queue, number: "13812345678".into() },
            What::MessageLeft { call, queue, recording: RecordingId(50) },
        ];
        let facts: Vec<(u64, Fact)> =
            (1..).zip(script).map(|(place, what)| (place, Fact { at, what })).collect();
        let mut tx = db.begin().await.expect("tx");
        Growing::default().take(&mut tx, &facts).await.expect("facts");
        tx.commit().await.expect("kept");

        let agent = (7, &["calls.call_back"][..]);
        let list = async |query: &str| {
            site.get(&format!("/api/calls/owed{query}")).by(agent.0, agent.1).send().await.body
        };
        let open = list("").await;
        assert_eq!(
            (open["items"].as_array().map(Vec::len), &open["items"][0]["number"], &open["items"][0]["times"]),
            (Some(1), &json!("138****5678"), &json!(2)),
            "one row for the number"
        );
        let act = async |person: i64, body: Value| {
            let reply = site.post("/api/calls/owed/3", body).by(person, agent.1).send().await;
            (reply.status.as_u16(), reply.body)
        };
        let (_, taken) = act(7, json!({ "act": "take", "version": 1 })).await;
        assert_eq!(
            (&taken["number"], &taken["allowed"]),
            (&json!("13812345678"), &json!(["give_back", "not_reached", "done"]))
        );
        let (status, body) = act(8, json!({ "act": "take", "version": 2 })).await;
        assert_eq!((status, &body["code"]), (409, &json!("calls.owed_taken")));
        assert_eq!(act(7, json!({ "act": "not_reached", "version": 1 })).await.0, 409, "an old version");
        let (_, tried) = act(7, json!({ "act": "not_reached", "version": 2 })).await;
        assert_eq!((&tried["tries"], &tried["number"]), (&json!(1), &json!("138****5678")));
        act(8, json!({ "act": "take", "version": 3 })).await;
        let (status, _) = act(8, json!({ "act": "done", "note": "预约明天上门", "version": 4 })).await;
        assert_eq!(status, 200);
        let done = list("?done=true").await;
        assert_eq!(
            (&done["items"][0]["note"], &done["items"][0]["allowed"]),
            (&json!("预约明天上门"), &json!([]))
        );
        assert_eq!(list("").await["items"].as_array().map(Vec::len), Some(0));
        assert_eq!(
            journal(&db).await,
            [
                "call_back_taken",
                "looked",
                "call_back_not_reached",
                "call_back_taken",
                "looked",
                "call_back_done"
            ]
        );
    });
}

#[test]
fn at_ones_own_desk_the_current_callers_number_is_whole() {
    on_both(&[MIGRATIONS], async |db| {
        let desk = site(db).get("/api/calls/desk").by(7, &["calls.answer"]).send().await.body;
        assert_eq!(desk["desk"]["caller"], "13812345678");
        assert_eq!(desk["desk"]["allowed"], json!(["use_device", "sign_in"]));
    });
}

/// The record of this call is incomplete.
struct Incomplete;

impl crate::BeforeReady for Incomplete {
    fn may(&self, agent: PersonId, call: CallId) -> BoxFuture<'_, Result<(), web::Error>> {
        assert_eq!((agent, call), (PersonId(7), CallId(9)));
        Box::pin(async { Err(web::Error::refused(web::Status::Conflict, "incomplete")) })
    }
}

#[test]
fn another_room_may_want_something_before_ready() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![room(Arc::new(after_call()), Arc::new(Incomplete))]);
        let finish = site.post("/api/calls/desk", json!({ "act": "finish" })).by(7, &["calls.answer"]);
        let reply = finish.send().await;
        assert_eq!((reply.status.as_u16(), &reply.body["code"]), (409, &json!("web.incomplete")));
    });
}

#[test]
fn the_limits_of_a_reason_are_changed() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db.clone());
        let path = "/api/calls/reasons";
        let (status, body) = put(&site, path, json!({ "meal": { "minutes": 30 } })).await;
        assert_eq!(
            (status, &body["meal"]["minutes"], &body["meal"]["pause"]),
            (200, &json!(30), &json!(true))
        );
        let short = json!({ "pause": true, "minutes": 10, "spells": 3, "share_percent": 15 });
        assert_eq!(body["short_break"], short);
        for bad in [
            json!({ "meal": { "minutes": 0 } }),
            json!({ "meal": { "share_percent": 101 } }),
            json!({ "Prayer": { "zh": "礼拜" } }),
            json!({ "prayer": { "minutes": 10 } }),
            json!({ "prayer": { "zh": "礼".repeat(21) } }),
        ] {
            assert_eq!(put(&site, path, bad.clone()).await.0, 422, "{bad}");
        }
        // One of the centre's own, and taken away again; a built-in one is then as it was.
        let own = json!({ "prayer": { "zh": "礼拜", "en": "Prayer", "pause": true, "minutes": 15 } });
        assert_eq!(put(&site, path, own).await.1["prayer"]["zh"], "礼拜");
        let seen = site.get(path).by(7, &[]).send().await;
        assert_eq!(seen.body["prayer"]["minutes"], 15, "everybody may know");
        let (_, back) = put(&site, path, json!({ "prayer": null, "meal": null })).await;
        assert_eq!((&back["prayer"], &back["meal"]["minutes"]), (&json!(null), &json!(45)));
        let many: BTreeMap<String, Value> =
            (0..40).map(|at| (format!("r{at}"), json!({ "zh": "乙" }))).collect();
        let (_, full) = put(&site, path, json!(many)).await;
        assert_eq!(full["code"], "calls.too_many_reasons");
        assert_eq!(journal(&db).await, ["reasons_changed"; 3]);
    });
}

#[test]
fn those_not_served_are_one_list_without_duplicates() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db.clone());
        let (queue, agent, at) = (QueueId(3), PersonId(7), TestClock::monday_morning().now());
        let mut growing = Growing::default();
        let mut place = 0;
        let mut tell = async |script: Vec<What>| {
            let facts: Vec<(u64, Fact)> = script
                .into_iter()
                .map(|what| {
                    place += 1;
                    (place, Fact { at, what })
                })
                .collect();
            let mut tx = db.begin().await.expect("tx");
            growing.take(&mut tx, &facts).await.expect("facts");
            tx.commit().await.expect("kept");
        };
        let list = async || site.get("/api/calls/owed").by(7, &["calls.call_back"]).send().await.body;
        let arrives = |call: i64, from: &str| What::CallArrived {
            call: CallId(call),
            leg: LegId(call),
            trunk: None,
            from: from.into(),
            to: "95598".into(),
        };
        let placed = |call: i64, to: &str, promised_in: Option<i64>, owed: Option<i64>| What::CallPlaced {
            call: CallId(call),
            leg: LegId(call),
            trunk: None,
            agent,
            with: None,
            from: "1001".into(),
            to: to.into(),
            promised_in: promised_in.map(CallId),
            owed,
        };
        let ended = |call: i64, cause| What::CallEnded {
            call: CallId(call),
            by: exchange::fact::Party::System,
            cause,
        };
        let busy = What::CallBlocked {
            trunk: None,
            from: "13900000001".into(),
            to: "95598".into(),
            why: exchange::fact::Blocked::Full,
        };
        // Refused, gave up, and asked at last to be called back: one row, with the strongest wish.
        tell(vec![
            busy,
            arrives(1, "13900000001"),
            What::Abandoned { call: CallId(1), queue },
            arrives(2, "13900000001"),
            What::CallbackAsked { call: CallId(2), queue, number: "13900000001".into() },
            What::PlaceKept(Place {
                call: CallId(90),
                promised_in: CallId(2),
                number: "13900000001".into(),
                queue,
                requested: at,
                asked: at,
                urgent: false,
            }),
            arrives(3, "13900000002"),
            What::Abandoned { call: CallId(3), queue },
        ])
        .await;
        let open = list().await;
        let first = &open["items"][0];
        assert_eq!(open["items"].as_array().map(Vec::len), Some(2));
        assert_eq!(
            (&first["kind"], &first["times"], &first["in_queue"]),
            (&json!("callback"), &json!(3), &json!(true))
        );
        assert_eq!(first["allowed"], json!([]), "the queue calls it");
        // The place is reached, and nobody answers: an attempt, and it stays owed.
        tell(vec![placed(90, "13900000001", Some(2), None), ended(90, exchange::line::EndCause::Busy)]).await;
        let first = &list().await["items"][0];
        assert_eq!((&first["tries"], &first["in_queue"]), (&json!(1), &json!(false)));
        assert_eq!(first["attempts"][0]["result"], "busy");
        // A person dials from the list, and is answered.
        let owed = first["id"].as_str().and_then(|id| id.parse().ok());
        let leg = LegId(91);
        tell(vec![placed(91, "13900000001", None, owed), What::Connected { call: CallId(91), agent, leg }])
            .await;
        let open = list().await;
        assert_eq!(
            (open["items"].as_array().map(Vec::len), &open["items"][0]["kind"]),
            (Some(1), &json!("abandoned"))
        );
        // The other one calls again and gets through.
        tell(vec![arrives(4, "13900000002"), What::Connected { call: CallId(4), agent, leg: LegId(4) }])
            .await;
        assert_eq!(list().await["items"], json!([]));
    });
}

/// A leader says that it is done: then the queue must not call the customer all the same.
#[test]
fn what_is_done_gives_up_its_place() {
    on_both(&[MIGRATIONS], async |db| {
        let hall = Arc::new(Noting::default());
        let site = TestSite::new(db.clone(), vec![room(hall.clone(), Arc::new(crate::NoObjection))]);
        let (call, queue, at) = (CallId(1), QueueId(3), TestClock::monday_morning().now());
        let number = "13900000001".to_owned();
        let place = CallId(90);
        let kept = Place {
            call: place,
            promised_in: call,
            number: number.clone(),
            queue,
            requested: at,
            asked: at,
            urgent: false,
        };
        let script = [What::CallbackAsked { call, queue, number }, What::PlaceKept(kept)];
        let facts: Vec<(u64, Fact)> =
            script.into_iter().zip(1..).map(|(what, n)| (n, Fact { at, what })).collect();
        let mut tx = db.begin().await.expect("tx");
        Growing::default().take(&mut tx, &facts).await.expect("facts");
        tx.commit().await.expect("kept");

        let body = json!({ "act": "done", "note": "已在营业厅办理", "version": 1 });
        let leader = ["calls.call_back", "calls.read"];
        let reply = site.post("/api/calls/owed/1", body).by(9, &leader).send().await;
        assert_eq!((reply.status.as_u16(), &reply.body["in_queue"]), (200, &json!(false)));
        let by = PersonId(9);
        let told = hall.take();
        assert_eq!(told, [Input::Leader { by, act: LeaderAct::EndCall { call: place } }]);
        assert_eq!(crate::store::places::kept(&db).await.expect("places"), []);
    });
}

/// The shield's figures over time: of one outage since it was told first, of all in the last day; stretches as wide as the period.
#[test]
fn what_callers_heard_is_told_over_time() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db.clone());
        let now = site.app.now();
        let call = CallId(1);
        let arrived = What::CallArrived {
            call,
            leg: LegId(1),
            trunk: None,
            from: "13900000001".into(),
            to: "95598".into(),
        };
        let told = What::Announced { call, node: "1".into(), subject: "ou_1".into(), revision: 1, own: true };
        let ended = What::CallEnded {
            call,
            by: exchange::fact::Party::Caller,
            cause: exchange::line::EndCause::FarEnd,
        };
        let facts: Vec<(u64, Fact)> =
            (1..).zip([arrived, told, ended].map(|what| Fact { at: now, what })).collect();
        let mut growing = Growing::load(&db).await.expect("none");
        let mut tx = db.begin().await.expect("a change");
        growing.take(&mut tx, &facts).await.expect("taken");
        tx.commit().await.expect("kept");
        site.clock.advance(std::time::Duration::from_secs(1_800));
        let get = async |query: &str| {
            let path = format!("/api/calls/heard/course{query}");
            site.get(&path).by(2, &["calls.read"]).send().await.body
        };
        let one = get("?subject=ou_1").await;
        let point = &one["points"][0];
        assert_eq!(
            (&one["step_s"], &point["callers"], &point["hung_up"]),
            (&json!(60), &json!(1), &json!(1)),
            "{one}"
        );
        assert_eq!((&one["around"]["seconds"], &one["around"]["after"]["calls"]), (&json!(1_800), &json!(1)));
        assert_eq!(one["around"]["before"]["calls"], 0);
        let all = get("").await;
        assert_eq!((&all["step_s"], &all["around"]), (&json!(900), &Value::Null));
        assert_eq!(all["points"].as_array().map(Vec::len), Some(1));
        let nothing = get("?subject=ou_2").await;
        assert_eq!((nothing["points"].as_array().map(Vec::len), &nothing["around"]), (Some(0), &Value::Null));
        let nobody = site.get("/api/calls/heard/course").by(3, &["calls.answer"]).send().await;
        assert_eq!(nobody.status.as_u16(), 403);
    });
}
