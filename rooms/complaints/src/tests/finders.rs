//! Calls and orders as they are compared, on both databases.

use std::sync::Arc;
use std::time::Duration;

use calls::Growing;
use db::Db;
use db::testdb::on_both;
use exchange::Fact;
use exchange::fact::{Party, What};
use exchange::line::EndCause;
use interactions::rules::{Draft, Record};
use kernel::calendar::Calendar;
use kernel::{CallId, LegId, PersonId, QueueId, Timestamp};
use serde_json::{Value, json};

use super::{AGENT, ALL, CHAIR, Centre, DESK, SECOND, code};
use crate::finders;

/// The agent takes a call now; with `ended` it lasts that many minutes.
async fn talk(centre: &Centre, call: CallId, agent: i64, ended: Option<u64>) {
    let (db, start) = (&centre.site.app.db, centre.site.app.now());
    let agent = PersonId(agent);
    let from = "13812345678".to_owned();
    let mut script = vec![
        (0, What::CallArrived { call, leg: LegId(1), trunk: None, from, to: "95598".into() }),
        (0, What::CallAnswered { call }),
        (1, What::AgentRequested { call, queue: QueueId(3), urgent: false }),
        (1, What::Offered { call, agent, queue: QueueId(3) }),
        (5, What::Connected { call, agent, leg: LegId(2) }),
    ];
    if let Some(minutes) = ended {
        let second = minutes * 60;
        script.push((second, What::Parted { call, agent, by: Party::Caller }));
        script.push((second, What::CallEnded { call, by: Party::Caller, cause: EndCause::FarEnd }));
        script.push((second, What::AfterCallEnded { call, agent, expired: false }));
    }
    let mut growing = Growing::load(db).await.expect("the calls in progress");
    let applied = calls::applied(db).await.expect("how far");
    let fact = |(place, (second, what)): (usize, (u64, What))| {
        (applied + 1 + place as u64, Fact { at: start + Duration::from_secs(second), what })
    };
    let facts: Vec<(u64, Fact)> = script.into_iter().enumerate().map(fact).collect();
    let mut tx = db.begin().await.expect("a change");
    growing.take(&mut tx, &facts).await.expect("taken");
    tx.commit().await.expect("kept");
}

/// What the agent has written down as the reason.
async fn write_up(db: &Db, call: CallId, agent: i64, reason: &str, at: Timestamp) {
    let draft = Draft { reason: Some(reason.into()), ..Draft::default() };
    let record = Record { draft, ..Record::new(call, PersonId(agent), at) };
    let mut tx = db.begin().await.expect("a change");
    assert!(interactions::store::records::add(&mut tx, &record).await.expect("kept"));
    tx.commit().await.expect("kept");
}

async fn listen(centre: &Centre) {
    finders::listen(centre.site.app.clone(), Arc::new(Calendar::china())).await.expect("listening");
}

async fn check(centre: &Centre) {
    finders::check(centre.site.app.clone(), Arc::new(Calendar::china())).await.expect("checking");
}

/// What this person finds: kind and whom it is about.
async fn found(centre: &Centre, who: super::Who, query: &str) -> Vec<(String, String)> {
    let reply = centre.get(who, &format!("/api/complaints/findings?{query}")).await;
    assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let items = reply.body["items"].as_array().expect("a list").iter();
    items.map(|line| (word(&line["kind"]), word(&line["person"]))).collect()
}

const SAME_AGENT: super::Who = (9, &["complaints.read"]);

#[test]
fn a_caller_complains_about_the_agent_and_the_agent_cannot_hide_it() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let call = CallId(501);
        let said = json!({ "call": call.to_string(), "words": "客户不满我让她重复三次地址，要求投诉我", "emotion": "agitated", "token": "t1" });
        let mut long = said.clone();
        long["token"] = json!("k".repeat(81));
        let refused = centre.post(AGENT, "/api/complaints/raise", long).await;
        assert_eq!(code(&refused), (422, "complaints.bad_text"), "dropped, it would be filed twice");
        let nobody = centre.post(AGENT, "/api/complaints/raise", said.clone()).await;
        assert_eq!(code(&nobody), (409, "complaints.no_call"));
        talk(&centre, call, AGENT.0, None).await;
        let raised = centre.post(AGENT, "/api/complaints/raise", said.clone()).await;
        assert_eq!(raised.status.as_u16(), 200, "{}", raised.show());
        let order = raised.body["order"].as_str().expect("an order").to_owned();
        // Pressed twice, it is the same.
        assert_eq!(centre.post(AGENT, "/api/complaints/raise", said).await.body["order"], json!(order));
        centre.hear().await;

        let case = centre.case(&order).await;
        assert_eq!(case["own"], true);
        assert_eq!(case["persons"], json!([PersonId(AGENT.0).to_string()]));
        assert_eq!(case["evidence"][0]["call"], json!(call.to_string()));
        // The agent sees no case, and can do nothing to the order.
        assert_eq!(centre.get(SAME_AGENT, &format!("/api/complaints/{order}")).await.status.as_u16(), 404);
        for act in [
            json!({ "act": "close", "note": "客户撤诉，不再追究" }),
            json!({ "act": "correct", "matter": {}, "why": "改成咨询" }),
            json!({ "act": "void", "why": "误登记，作废" }),
        ] {
            let reply =
                centre.post(AGENT, &format!("/api/work_orders/{order}/act"), json!({ "act": act })).await;
            assert!(reply.status.is_client_error(), "{}", reply.show());
        }
        assert_eq!(centre.case(&order).await["stage"], "new");
        // Not even that there is one.
        let path = format!("/api/work_orders/{order}");
        assert_eq!(centre.get(AGENT, &path).await.status.as_u16(), 404);
        assert_eq!(centre.get(AGENT, "/api/work_orders?of=mine").await.body["items"], json!([]));
        assert_eq!(centre.get(DESK, &path).await.status.as_u16(), 200);
    });
}

#[test]
fn a_complaint_of_which_no_order_tells_is_found_once_and_ruled_upon_by_somebody_else() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let settings = centre.get(CHAIR, "/api/complaints/settings").await.body;
        let mut settings = settings["settings"].clone();
        settings["complaint_reasons"] = json!(["G09"]);
        let put = centre.site.put("/api/complaints/settings", json!({ "settings": settings, "version": 0 }));
        assert_eq!(put.by(CHAIR.0, CHAIR.1).send().await.status.as_u16(), 200);

        let (hidden, told) = (CallId(601), CallId(602));
        talk(&centre, hidden, AGENT.0, Some(8)).await;
        write_up(&db, hidden, AGENT.0, "G090101", centre.site.app.now()).await;
        centre.later(20);
        listen(&centre).await;
        assert_eq!(found(&centre, CHAIR, "").await, [], "there is time left to record it");
        centre.later(30);
        talk(&centre, told, DESK.0, Some(8)).await;
        write_up(&db, told, DESK.0, "G090101", centre.site.app.now()).await;
        centre.filed(json!({ "call": told.to_string() })).await;
        centre.later(60);
        for _ in 0..2 {
            listen(&centre).await;
        }
        let agent = PersonId(AGENT.0).to_string();
        assert_eq!(found(&centre, CHAIR, "").await, [("concealed".to_owned(), agent)]);
        assert_eq!(found(&centre, SAME_AGENT, "").await, [], "not to whom it is about");

        let list = centre.get(CHAIR, "/api/complaints/findings?kind=concealed").await.body;
        let id = list["items"][0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/complaints/findings/{id}");
        assert_eq!(centre.get(SAME_AGENT, &path).await.status.as_u16(), 404);
        let one = centre.get(CHAIR, &path).await.body;
        assert_eq!(
            (&one["rule"], &one["month"], &one["may_rule"]),
            (&json!("A8"), &json!("2026-01"), &json!(true))
        );
        assert_eq!(one["evidence"][0]["hints"][0], json!({ "hint": "reason", "code": "G090101" }));
        let ruling = json!({ "confirmed": true, "reason": "录音第三分钟客户明确要求投诉" });
        let ruled = centre.post(SECOND, &format!("{path}/ruling"), ruling.clone()).await;
        assert_eq!(
            (ruled.status.as_u16(), &ruled.body["state"]),
            (200, &json!("confirmed")),
            "{}",
            ruled.show()
        );
        let again = centre.post(CHAIR, &format!("{path}/ruling"), ruling).await;
        assert_eq!(code(&again), (409, "complaints.ruled_upon"));
        let figures = centre
            .get(CHAIR, "/api/complaints/figures?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&by=month")
            .await
            .body;
        assert_eq!(figures["findings"], json!([{ "kind": "concealed", "state": "confirmed", "count": 1 }]));
        assert_eq!((&figures["total"]["cases"], &figures["lines"][0]["key"]), (&json!(1), &json!("2026-01")));
    });
}

#[test]
fn an_order_by_telephone_without_a_call_is_found_and_one_recorded_in_time_has_credit() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let call = CallId(701);
        talk(&centre, call, DESK.0, Some(5)).await;
        centre.filed(json!({ "call": call.to_string() })).await;
        centre.filed(json!({ "channel": "counter" })).await;
        let forged = centre.filed(json!({})).await;
        check(&centre).await;
        assert_eq!(found(&centre, CHAIR, "").await, [], "not before the call can be on record");
        centre.later(31);
        check(&centre).await;
        check(&centre).await;
        let desk = PersonId(DESK.0).to_string();
        let mut all = found(&centre, CHAIR, "").await;
        all.sort();
        assert_eq!(all, [("no_call".to_owned(), desk.clone()), ("proper".to_owned(), desk)]);
        let of_order = found(&centre, CHAIR, &format!("order={forged}")).await;
        assert_eq!(of_order.len(), 1);
        assert!(crate::store::places::due(&db, Timestamp::MAX, 10).await.expect("reading").is_empty());
    });
}

#[test]
fn what_a_customer_tells_of_the_crew_and_who_asked_without_calling_is_found() {
    const ASKS: super::Who = (26, &["work_orders.read", "work_orders.call_back", "callbacks.work"]);
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let fault = json!({ "kind": "fault", "subtype": "fault.leak", "content": "厨房闻到煤气味，越来越浓", "channel": "counter", "fields": {} });
        let order = centre.filed(fault).await;
        let to_crew = json!({ "act": "dispatch", "unit": super::CREW_1.to_string() });
        centre.order_act(DESK, &order, to_crew).await;
        centre.order_act(super::CREW, &order, json!({ "act": "take" })).await;
        centre.later(20);
        let arrived = centre.site.app.now();
        centre.order_act(super::CREW, &order, json!({ "act": "arrive", "at": arrived })).await;
        centre.later(30);
        let result = json!({ "cause": "灶前阀密封圈老化开裂", "action": "更换密封圈后保压十分钟合格", "done_at": centre.site.app.now(),
            "person": "抢修班 张师傅", "told": "已告知用户恢复使用" });
        centre.order_act(super::CREW, &order, json!({ "act": "give_result", "result": result })).await;
        centre.order_act(super::REVIEWER, &order, json!({ "act": "approve" })).await;
        let taken = centre.post(ASKS, &format!("/api/callbacks/{order}/act"), json!({ "act": "take" })).await;
        assert_eq!(taken.status.as_u16(), 200, "{}", taken.show());
        let answers =
            json!({ "arrival": { "came": "at", "at": centre.site.app.now() }, "satisfaction": "fair" });
        let told = json!({ "outcome": "reached", "answers": answers });
        let asked = centre.post(ASKS, &format!("/api/callbacks/{order}/record"), told).await;
        assert_eq!(asked.status.as_u16(), 200, "{}", asked.show());
        centre.hear().await;
        check(&centre).await;
        let mut all = found(&centre, CHAIR, &format!("order={order}")).await;
        all.sort();
        let (crew, asker) = (PersonId(super::CREW.0).to_string(), PersonId(ASKS.0).to_string());
        assert_eq!(all, [("false_arrival".to_owned(), crew), ("false_call_back".to_owned(), asker)]);
        // The unit judged does not read of it.
        assert_eq!(found(&centre, super::CREW, &format!("order={order}")).await.len(), 1);
    });
}

#[test]
fn an_order_changed_behind_its_history_is_found() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let touched = centre.filed(json!({})).await;
        centre.filed(json!({})).await;
        let compare = async || {
            let calendar = Arc::new(Calendar::china());
            finders::compare(centre.site.app.clone(), calendar).await.expect("comparing");
        };
        compare().await;
        assert_eq!(found(&centre, CHAIR, "").await, []);
        let sql = "UPDATE work_orders_order SET body = REPLACE(body, '态度恶劣', '咨询价格') WHERE id = $1";
        let mut tx = db.begin().await.expect("a change");
        let id: kernel::WorkOrderId = touched.parse().expect("an id");
        sqlx::query(sql).bind(id.get()).execute(&mut *tx).await.expect("forged");
        tx.commit().await.expect("forged");
        compare().await;
        assert_eq!(found(&centre, CHAIR, "").await, [], "it has come to the end, and rests for a day");
        centre.later(25 * 60);
        compare().await;
        let list = centre.get(CHAIR, "/api/complaints/findings").await.body;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
        let shown = &list["items"][0]["evidence"][1];
        assert_eq!((&shown["shown"], &shown["field"]), (&json!("replayed"), &json!("matter.content")));
    });
}

#[test]
fn what_somebody_has_heard_is_reported_by_hand_and_ruled_upon_by_others() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let form = json!({ "kind": "hurried", "person": PersonId(AGENT.0).to_string(), "words": "录音中话务员两次催促客户挂机" });
        let reported = centre.post(CHAIR, "/api/complaints/findings", form).await;
        assert_eq!(
            (&reported.body["rule"], &reported.body["may_rule"]),
            (&json!("A6"), &json!(false)),
            "{}",
            reported.show()
        );
        let path =
            format!("/api/complaints/findings/{}/ruling", reported.body["id"].as_str().expect("an id"));
        let ruling = json!({ "confirmed": false, "reason": "客户先表示结束通话" });
        assert_eq!(code(&centre.post(CHAIR, &path, ruling.clone()).await), (409, "complaints.own_report"));
        let ruled = centre.post(SECOND, &path, ruling).await;
        assert_eq!(ruled.body["state"], "dismissed", "{}", ruled.show());
    });
}

#[test]
fn an_order_that_cannot_be_read_stops_no_finder() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let bad = centre.filed(json!({})).await;
        let worse = centre
            .filed(json!({ "contact": { "name": "李四", "phone": "13912345678" }, "address": "长江路1号" }))
            .await;
        let good = centre
            .filed(json!({ "contact": { "name": "赵五", "phone": "13712345678" }, "address": "黄山路2号" }))
            .await;
        let id = |order: &str| order.parse::<kernel::WorkOrderId>().expect("an id").get();
        let mut tx = db.begin().await.expect("a change");
        let broken = sqlx::query("UPDATE work_orders_order SET body = '{' WHERE id = $1").bind(id(&bad));
        broken.execute(&mut *tx).await.expect("broken");
        let broken =
            sqlx::query("UPDATE work_orders_step SET body = '{' WHERE work_order = $1").bind(id(&worse));
        broken.execute(&mut *tx).await.expect("broken");
        tx.commit().await.expect("kept");
        centre.later(24 * 60);
        check(&centre).await;
        finders::compare(centre.site.app.clone(), Arc::new(Calendar::china())).await.expect("compared");
        let left = crate::store::places::due(&db, centre.site.app.now(), 10).await.expect("what is due");
        assert_eq!(left, [], "neither the bad ones nor those behind them are looked at for ever");
        let found = found(&centre, CHAIR, "kind=no_call").await;
        assert_eq!(found.len(), 1, "only {good} reads: {found:?}");
    });
}
