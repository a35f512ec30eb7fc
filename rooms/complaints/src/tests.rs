//! The room as people use it, on both databases: a complaint about an agent, the committee, a crew that is concerned.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use calls::testing::Noting;
use db::testdb::on_both;
use db::{Db, Migrations};
use departments::testing::{self, Team};
use kernel::calendar::Calendar;
use kernel::{CallId, PersonId, UnitId, WorkOrderId};
use serde_json::{Value, json};
use web::testing::{Reply, TestSite};
use work_orders::rules::order::Level;
use work_orders::store::orders;

use crate::store::cases;
use crate::{MIGRATIONS, room};

mod finders;

const ALL: &[Migrations] = &[
    audit::MIGRATIONS,
    people::MIGRATIONS,
    departments::MIGRATIONS,
    promises::MIGRATIONS,
    notices::MIGRATIONS,
    calls::MIGRATIONS,
    interactions::MIGRATIONS,
    work_orders::MIGRATIONS,
    callbacks::MIGRATIONS,
    MIGRATIONS,
];
const CREW_1: UnitId = UnitId(1);
const OFFICE: UnitId = UnitId(2);

type Who = (i64, &'static [&'static str]);
const AGENT: Who = (9, &["work_orders.file", "work_orders.read", "complaints.raise", "calls.answer"]);
const DESK: Who = (10, &["work_orders.file", "work_orders.read", "work_orders.dispatch", "work_orders.void"]);
const CREW: Who = (20, &["work_orders.handle", "complaints.read", "complaints.committee"]);
const CLERK: Who = (21, &["work_orders.handle"]);
const REVIEWER: Who = (25, &["work_orders.read", "work_orders.review"]);
const CHAIR: Who =
    (30, &["complaints.read", "complaints.committee", "complaints.confirm", "complaints.configure"]);
const SECOND: Who = (31, &["complaints.read", "complaints.committee", "complaints.confirm"]);
/// May close a complaint that was settled on the call.
const SUPERVISOR: Who = (32, &["work_orders.read", "work_orders.dispatch", "work_orders.supervise"]);
const LEADER: Who = (33, &["complaints.lead"]);

struct Centre {
    site: TestSite,
}

impl Centre {
    /// Monday, 2026-01-05, 8 in the morning.
    async fn open(db: &Db) -> Centre {
        let hall = Arc::new(Noting::default());
        let orders = work_orders::room(Calendar::china(), Path::new("no folder").to_owned());
        let asks = callbacks::room(hall.clone(), Calendar::china());
        let site = TestSite::new(db.clone(), vec![orders, asks, room(hall, Calendar::china())]);
        db.join(&site.site.events).await.expect("listening");
        work_orders::put_demo(&site.app, "gas").await.expect("the demo's sub-types");
        notices::put_demo(&site.app).await.expect("the texts");
        let team = |id, name, handler| Team { id, name, duties: &["complaint"], areas: &[], handler };
        let teams = [team(CREW_1, "抢修班", CREW.0), team(OFFICE, "客户服务中心", CLERK.0)];
        testing::put(db, &teams, site.app.now()).await.expect("teams");
        Centre { site }
    }

    async fn post(&self, who: Who, path: &str, body: Value) -> Reply {
        self.site.post(path, body).by(who.0, who.1).send().await
    }

    async fn get(&self, who: Who, path: &str) -> Reply {
        self.site.get(path).by(who.0, who.1).send().await
    }

    async fn hear(&self) {
        self.site.app.db.deliver_pending(&self.site.site.events).await.expect("heard");
    }

    /// A complaint as the desk files it.
    async fn filed(&self, more: Value) -> String {
        let mut matter = json!({ "kind": "complaint", "subtype": "complaint.conduct", "content": "客户称话务员态度恶劣，要求道歉",
            "area": "青岚区", "address": "淮河中路10号3栋201", "contact": { "name": "王小明", "phone": "13812345678" },
            "fields": { "demand": "当面道歉" }, "reply_wanted": true });
        if let (Some(matter), Some(more)) = (matter.as_object_mut(), more.as_object()) {
            matter.extend(more.clone());
        }
        let reply = self.post(DESK, "/api/work_orders", json!({ "matter": matter })).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        self.hear().await;
        reply.body["id"].as_str().expect("an id").to_owned()
    }

    /// Of an order by somebody who may.
    async fn order_act(&self, who: Who, order: &str, act: Value) {
        let reply = self.post(who, &format!("/api/work_orders/{order}/act"), json!({ "act": act })).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        self.hear().await;
    }

    async fn case(&self, order: &str) -> Value {
        let reply = self.get(CHAIR, &format!("/api/complaints/{order}")).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        reply.body
    }

    async fn try_act(&self, who: Who, order: &str, act: Value) -> Reply {
        let id: WorkOrderId = order.parse().expect("an id");
        let case = cases::read(&self.site.app.db, id).await.expect("reading").expect("a case");
        let path = format!("/api/complaints/{order}/act");
        let reply = self.post(who, &path, json!({ "act": act, "version": case.version })).await;
        self.hear().await;
        reply
    }

    async fn act(&self, who: Who, order: &str, act: Value) -> Value {
        let reply = self.try_act(who, order, act).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        reply.body
    }

    async fn list(&self, who: Who, query: &str) -> Vec<String> {
        let reply = self.get(who, &format!("/api/complaints?{query}")).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        let items = reply.body["items"].as_array().expect("a list").iter();
        items.filter_map(|line| line["order"].as_str().map(str::to_owned)).collect()
    }

    fn later(&self, minutes: u64) {
        self.site.clock.advance(Duration::from_secs(minutes * 60));
    }
}

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default())
}

#[test]
fn no_door_is_open() {
    on_both(ALL, async |db| {
        let site = TestSite::new(db, vec![room(Arc::new(Noting::default()), Calendar::china())]);
        assert_eq!(site.open_doors().await, Vec::<String>::new());
    });
}

#[test]
fn a_complaint_is_a_case_and_goes_its_way_with_its_order() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.filed(json!({})).await;
        let case = centre.case(&order).await;
        assert_eq!((&case["stage"], &case["level"]), (&json!("new"), &json!("ordinary")));
        assert_eq!(case["order_facts"]["phone"], "138****5678");
        assert_eq!(case["due"], "2026-01-06T16:00:00Z", "the customer hears from us within a working day");

        let case = centre.act(CHAIR, &order, json!({ "act": "accept" })).await;
        assert_eq!((&case["stage"], &case["owner"]), (&json!("accepted"), &json!(PersonId(30).to_string())));
        centre.later(30);
        let words = json!({ "act": "liaise", "words": "已致电客户，说明由投诉监督委员会受理" });
        assert_eq!(centre.act(CHAIR, &order, words).await["stage"], "contacted");
        let to_office = json!({ "act": "reassign", "unit": OFFICE.to_string(), "why": "由客户服务中心核查" });
        assert_eq!(centre.act(CHAIR, &order, to_office).await["stage"], "assigned");
        let moved = centre.get(DESK, &format!("/api/work_orders/{order}")).await.body;
        assert_eq!((&moved["state"], &moved["unit"]), (&json!("dispatched"), &json!(OFFICE.to_string())));

        let words = json!({ "act": "add_evidence", "exhibit": { "what": "words", "text": "录音第三分钟客户被打断两次" } });
        centre.act(CHAIR, &order, words).await;
        let no_call =
            json!({ "act": "add_evidence", "exhibit": { "what": "call", "call": CallId(1).to_string() } });
        assert_eq!(code(&centre.try_act(CHAIR, &order, no_call).await), (422, "complaints.unknown"));
        let conclusion = json!({ "act": "investigate", "verdict": "substantiated", "words": "录音显示话务员打断客户并抢先挂机" });
        assert_eq!(centre.act(CHAIR, &order, conclusion).await["stage"], "investigated");

        // The unit does its part; the customer needs not be asked here, for the room of call-backs is another test's.
        centre.order_act(CLERK, &order, json!({ "act": "take" })).await;
        let result = json!({ "cause": "话务员情绪失控打断客户", "action": "批评教育并安排服务礼仪复训两天", "done_at": centre.site.app.now(),
            "person": "客服中心 孙主任", "told": "已向客户当面致歉", "substantiated": true });
        centre.order_act(CLERK, &order, json!({ "act": "give_result", "result": result })).await;
        centre.order_act(REVIEWER, &order, json!({ "act": "approve" })).await;
        assert_eq!(centre.case(&order).await["stage"], "investigated", "the customer's word is waited for");
        const ASKS: Who = (26, &["work_orders.read", "work_orders.call_back"]);
        let close = json!({ "act": "close", "note": "客户接受道歉", "satisfaction": "satisfied" });
        centre.order_act(ASKS, &order, close).await;
        let case = centre.case(&order).await;
        assert_eq!((&case["stage"], &case["satisfaction"]), (&json!("called_back"), &json!("satisfied")));

        let told = json!({ "act": "feed_back", "customer": "已回复客户处理结果及致歉", "unit": "结论已告知客户服务中心" });
        assert_eq!(centre.act(CHAIR, &order, told).await["stage"], "fed_back");
        let analysis = json!({ "act": "analyse", "cause": "attitude", "lesson": "情绪管理不足", "measure": "纳入班前会案例" });
        assert_eq!(
            code(&centre.try_act(CHAIR, &order, analysis.clone()).await),
            (409, "complaints.barred"),
            "the level first"
        );
        centre
            .act(CHAIR, &order, json!({ "act": "set_level", "level": "ordinary", "why": "按标准核定" }))
            .await;
        let case = centre.act(CHAIR, &order, analysis).await;
        assert_eq!((&case["stage"], &case["late"]), (&json!("closed"), &json!(false)));
        assert_eq!(centre.list(CHAIR, "set=all&cause=attitude").await, [order.as_str()]);
        assert_eq!(centre.list(CHAIR, "set=open").await, Vec::<String>::new());

        // The steps lead to the case as it stands.
        let id: WorkOrderId = order.parse().expect("an id");
        let (steps, kept) = (cases::steps(&db, id).await.expect("steps"), cases::read(&db, id).await);
        let kept = kept.expect("reading").expect("a case");
        let replayed = cases::replay(&steps).expect("a case");
        assert_eq!(cases::replay(&steps).map(|case| case.stage), Some(kept.stage));
        assert_eq!(crate::rules::Case { version: kept.version, ..replayed }, kept);
    });
}

/// Superiors look at orders: what the committee decides of the level is heard by everybody above.
#[test]
fn the_committee_s_level_stands_at_the_order() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.filed(json!({})).await;
        let id: WorkOrderId = order.parse().expect("an id");
        let kept = async || orders::read(&db, id).await.expect("reading").expect("an order").order;
        assert!(!kept().await.is_important());
        centre.act(CHAIR, &order, json!({ "act": "accept" })).await;
        let major = json!({ "act": "set_level", "level": "major", "why": "同一小区三十户联名" });
        assert_eq!(centre.act(CHAIR, &order, major).await["level"], "major");
        let before = kept().await;
        assert_eq!((before.matter.level, before.is_important()), (Level::Major, true));
        // The same again changes nothing at the order.
        let again = json!({ "act": "set_level", "level": "major", "why": "复核后维持" });
        centre.act(CHAIR, &order, again).await;
        assert_eq!(kept().await, before);
    });
}

#[test]
fn whom_it_is_about_and_the_unit_it_is_about_never_see_it() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let about_agent = centre.filed(json!({ "about": PersonId(CHAIR.0).to_string() })).await;
        let path = format!("/api/complaints/{about_agent}");
        assert_eq!(centre.get(CHAIR, &path).await.status.as_u16(), 404);
        assert_eq!(centre.list(CHAIR, "set=open").await, Vec::<String>::new());
        let accept = json!({ "act": "accept" });
        assert_eq!(centre.try_act(CHAIR, &about_agent, accept.clone()).await.status.as_u16(), 404);
        centre.act(SECOND, &about_agent, accept.clone()).await;

        // A complaint about somebody of the crew is one about the crew.
        let about_crew = centre.filed(json!({ "about": PersonId(99).to_string() })).await;
        assert_eq!(centre.list(CREW, "set=open").await.len(), 2);
        centre.act(CHAIR, &about_crew, accept).await;
        let names = json!({ "act": "involve", "units": [CREW_1.to_string()], "why": "客户指名抢修班" });
        centre.act(CHAIR, &about_crew, names).await;
        assert_eq!(centre.list(CREW, "set=open").await, [about_agent.as_str()]);
        assert_eq!(centre.get(CREW, &format!("/api/complaints/{about_crew}")).await.status.as_u16(), 404);
        let to_crew = json!({ "act": "reassign", "unit": CREW_1.to_string(), "why": "照常办理" });
        assert_eq!(
            code(&centre.try_act(CHAIR, &about_crew, to_crew).await),
            (409, "complaints.unit_concerned")
        );
        // A leader without a group sees none.
        assert_eq!(centre.list(LEADER, "set=all").await, Vec::<String>::new());
    });
}

#[test]
fn cases_that_nobody_told_of_are_found_and_the_same_case_is_opened_once() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.filed(json!({})).await;
        let mut tx = db.begin().await.expect("a change");
        for table in ["complaints_case", "complaints_step", "complaints_involved"] {
            let sql = match table {
                "complaints_case" => "DELETE FROM complaints_case",
                "complaints_step" => "DELETE FROM complaints_step",
                _ => "DELETE FROM complaints_involved",
            };
            sqlx::query(sql).execute(&mut *tx).await.expect("forgotten");
        }
        tx.commit().await.expect("forgotten");
        for _ in 0..2 {
            let calendar = Arc::new(Calendar::china());
            crate::hears::find_missed(centre.site.app.clone(), calendar).await.expect("looking");
        }
        assert_eq!(centre.list(CHAIR, "set=open").await, [order.as_str()]);
        // A void order takes its case with it.
        centre.order_act(DESK, &order, json!({ "act": "void", "why": "客户撤销，系误拨" })).await;
        assert_eq!(centre.case(&order).await["stage"], "dropped");
    });
}

#[test]
fn a_repetition_by_the_same_customer_weighs_more() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let first = centre.filed(json!({})).await;
        let close = json!({ "act": "close", "note": "已当场向客户致歉并说明", "satisfaction": null });
        centre.order_act(SUPERVISOR, &first, close).await;
        centre.later(60);
        let again = centre.filed(json!({ "content": "同一话务员再次推诿，客户称要找记者曝光" })).await;
        let case = centre.case(&again).await;
        assert_eq!(case["proposal"]["level"], "important");
        let grounds: Vec<&str> = case["proposal"]["grounds"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|ground| ground["ground"].as_str())
            .collect();
        assert_eq!(grounds, ["city_media", "repeat"]);
        // It binds nobody yet; superiors see it at once, and only what is graver than the order says.
        let rows = sqlx::query(
            "SELECT payload FROM db_outbox WHERE kind = 'work_orders.level_proposed' ORDER BY id",
        );
        let rows = rows.fetch_all(db.read()).await.expect("the events");
        let told: Vec<String> =
            rows.iter().map(|row| sqlx::Row::try_get(row, "payload").expect("a payload")).collect();
        assert_eq!(told, [format!(r#"{{"order":"{again}","level":"important","grown":false}}"#)]);
        let id: WorkOrderId = again.parse().expect("an id");
        let kept = orders::read(&db, id).await.expect("reading").expect("an order");
        assert_eq!(kept.order.matter.level, Level::Ordinary);
    });
}

/// Ten customers, then fifty: each report that joins is counted when it does, by the thresholds of domain reference 3.5.
#[test]
fn a_complaint_that_others_join_grows_graver_and_superiors_see_it() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let first = centre.filed(json!({})).await;
        let told = async || {
            let text = "SELECT payload FROM db_outbox WHERE kind = 'work_orders.level_proposed' ORDER BY id";
            let rows = sqlx::query(text).fetch_all(db.read()).await.expect("the events");
            let payload = |row| sqlx::Row::try_get::<String, _>(row, "payload").expect("a payload");
            let payloads = rows.iter().map(payload);
            payloads.map(|one| serde_json::from_str::<Value>(&one).expect("an event")).collect::<Vec<_>>()
        };
        let join = async |many: usize| {
            for _ in 0..many {
                centre.later(1);
                let other = centre.filed(json!({})).await;
                centre.order_act(DESK, &other, json!({ "act": "merge", "master": first })).await;
            }
            let case = centre.case(&first).await;
            (case["level"].clone(), case["proposal"]["grounds"].clone())
        };
        assert_eq!(join(8).await, (json!("ordinary"), json!([])), "nine customers");
        assert_eq!(told().await, Vec::<Value>::new());
        let ten = json!([{ "ground": "customers", "count": 10 }]);
        assert_eq!(join(1).await, (json!("important"), ten));
        assert_eq!(told().await, [json!({ "order": first, "level": "important", "grown": true })]);
        assert_eq!(join(1).await.1, json!([{ "ground": "customers", "count": 11 }]));
        assert_eq!(told().await.len(), 1, "no graver than before");
        // A member has looked at it: the level stays, and what is proposed is seen beside it.
        centre.act(CHAIR, &first, json!({ "act": "accept" })).await;
        let set = json!({ "act": "set_level", "level": "important", "why": "按标准核定" });
        centre.act(CHAIR, &first, set).await;
        let (level, grounds) = join(39).await;
        assert_eq!((level, grounds), (json!("important"), json!([{ "ground": "customers", "count": 50 }])));
        let case = centre.case(&first).await;
        assert_eq!(case["proposal"]["level"], "major");
        assert_eq!(told().await[1..], [json!({ "order": first, "level": "major", "grown": true })]);
        let journal = "SELECT COUNT(*) FROM db_journal WHERE kind = 'proposed_anew' AND subject = $1";
        let lines = sqlx::query(journal).bind(&first).fetch_one(db.read()).await.expect("the journal");
        assert_eq!(sqlx::Row::try_get::<i64, _>(&lines, 0).expect("a number"), 41);
        assert!(db.verify_journal().await.expect("the journal").is_ok());
        let id: WorkOrderId = first.parse().expect("an id");
        let steps = cases::steps(&db, id).await.expect("a history");
        let kept = cases::read(&db, id).await.expect("read").expect("there");
        assert_eq!(cases::replay(&steps).expect("a beginning").level, kept.level);
    });
}
