//! The room as people use it, on both databases: orders that a crew has done, two agents who ask, a supervisor.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use calls::testing::Noting;
use db::testdb::on_both;
use db::{Db, Migrations};
use departments::testing::{self, Team};
use kernel::UnitId;
use kernel::calendar::Calendar;
use serde_json::{Value, json};
use web::testing::{Reply, TestSite};

use crate::{MIGRATIONS, room};

const ALL: &[Migrations] = &[
    departments::MIGRATIONS,
    promises::MIGRATIONS,
    notices::MIGRATIONS,
    ivr_flows::MIGRATIONS,
    calls::MIGRATIONS,
    campaigns::MIGRATIONS,
    work_orders::MIGRATIONS,
    MIGRATIONS,
];
const CREW_1: UnitId = UnitId(1);

type Who = (i64, &'static [&'static str]);
const ACCEPTS: Who =
    (9, &["work_orders.file", "work_orders.read", "work_orders.call_back", "callbacks.work"]);
const AGENT: Who = (10, &["work_orders.file", "work_orders.read", "work_orders.call_back", "callbacks.work"]);
const OTHER: Who = (11, &["work_orders.file", "work_orders.read", "work_orders.call_back", "callbacks.work"]);
const CREW: Who = (20, &["work_orders.handle", "work_orders.call_back", "callbacks.work"]);
const SUPERVISOR: Who = (
    30,
    &[
        "work_orders.read",
        "work_orders.dispatch",
        "work_orders.review",
        "work_orders.supervise",
        "work_orders.void",
        "callbacks.read",
        "callbacks.configure",
    ],
);

struct Centre {
    site: TestSite,
    hall: Arc<Noting>,
    done: Mutex<u32>,
}

impl Centre {
    /// Monday, 2026-01-05, 8 in the morning.
    async fn open(db: &Db) -> Centre {
        let hall = Arc::new(Noting::default());
        let orders = work_orders::room(Calendar::china(), Path::new("no folder").to_owned());
        let site = TestSite::new(db.clone(), vec![orders, room(hall.clone(), Calendar::china())]);
        db.join(&site.site.events).await.expect("listening");
        work_orders::put_demo(&site.app, "gas").await.expect("the demo's sub-types");
        notices::put_demo(&site.app).await.expect("the texts");
        let crew =
            Team { id: CREW_1, name: "抢修班", duties: &["leak"], areas: &["青岚区"], handler: CREW.0 };
        testing::put(db, &[crew], site.app.now()).await.expect("a team");
        Centre { site, hall, done: Mutex::new(0) }
    }

    async fn post(&self, who: Who, path: &str, body: Value) -> Reply {
        self.site.post(path, body).by(who.0, who.1).send().await
    }

    async fn get(&self, who: Who, path: &str) -> Value {
        let reply = self.site.get(path).by(who.0, who.1).send().await;
        assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.show());
        reply.body
    }

    async fn act(&self, who: Who, order: &str, act: Value) -> Value {
        let reply = self.post(who, &format!("/api/work_orders/{order}/act"), json!({ "act": act })).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        reply.body
    }

    async fn hear(&self) {
        self.site.app.db.deliver_pending(&self.site.site.events).await.expect("heard");
    }

    /// An order that a crew has done, up to its customer's word.
    async fn done(&self, sub_type: &str) -> String {
        let matter = json!({ "kind": "fault", "subtype": sub_type, "content": "厨房闻到煤气味，越来越浓", "area": "青岚区",
            "address": "淮河中路10号3栋201", "contact": { "name": "王小明", "phone": "13812345678" },
            "fields": { "demand": "当面道歉", "reported": "3栋201" }, "reply_wanted": true });
        let reply = self
            .post(ACCEPTS, "/api/work_orders", json!({ "matter": matter, "unit": CREW_1.to_string() }))
            .await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        let order = reply.body["id"].as_str().expect("an id").to_owned();
        self.finish(&order).await;
        order
    }

    async fn finish(&self, order: &str) {
        const CAUSES: [&str; 4] =
            ["灶前阀密封圈老化开裂", "调压器皮膜破损漏气", "用户私改管道接头松脱", "表前阀手柄断裂"];
        const ACTIONS: [&str; 4] =
            ["更换密封圈后保压十分钟", "整体更换调压器并试压", "恢复原管位并加固", "新装球阀后检漏合格"];
        let n = {
            let mut done = self.done.lock().expect("a count");
            *done += 1;
            *done as usize
        };
        let result = json!({ "cause": CAUSES[n % 4], "action": ACTIONS[n % 4], "done_at": self.site.app.now(),
            "person": "抢修一班 张师傅", "told": "已告知用户恢复使用", "substantiated": true });
        self.act(CREW, order, json!({ "act": "take" })).await;
        self.act(CREW, order, json!({ "act": "arrive", "at": self.site.app.now() })).await;
        self.act(CREW, order, json!({ "act": "give_result", "result": result })).await;
        let read = self.act(SUPERVISOR, order, json!({ "act": "approve" })).await;
        assert_eq!(read["state"], "to_call_back");
        self.hear().await;
    }

    async fn take(&self, who: Who, order: &str) -> Reply {
        self.post(who, &format!("/api/callbacks/{order}/act"), json!({ "act": "take" })).await
    }

    async fn record(&self, who: Who, order: &str, report: Value) -> Value {
        let taken = self.take(who, order).await;
        assert_eq!(taken.status.as_u16(), 200, "{}", taken.show());
        let reply = self.post(who, &format!("/api/callbacks/{order}/record"), report).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        self.hear().await;
        reply.body
    }

    async fn order(&self, order: &str) -> Value {
        self.get(SUPERVISOR, &format!("/api/work_orders/{order}")).await
    }

    async fn mine(&self, who: Who) -> Vec<String> {
        let page = self.get(who, "/api/callbacks?set=mine").await;
        let orders = page["items"].as_array().expect("a list").iter();
        orders.filter_map(|line| line["order"].as_str().map(str::to_owned)).collect()
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
fn an_order_that_is_done_is_asked_about_and_closed_with_its_customers_word() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.done("fault.leak").await;
        assert_eq!(centre.mine(AGENT).await, [order.as_str()]);
        assert_eq!(centre.mine(ACCEPTS).await, Vec::<String>::new(), "not who accepted it");
        assert_eq!(centre.mine(CREW).await, Vec::<String>::new(), "not who is judged");
        let next = centre.post(AGENT, "/api/callbacks/next", json!({})).await;
        assert_eq!(
            (&next.body["order"], &next.body["mine"]),
            (&json!(order), &json!(true)),
            "{}",
            next.show()
        );
        assert_eq!(next.body["facts"]["phone"], "138****5678");
        // The promise of the order: an emergency within a day.
        assert_eq!(next.body["due"], "2026-01-06T00:00:00Z");

        let dial = centre.post(AGENT, &format!("/api/callbacks/{order}/dial"), json!({})).await;
        assert_eq!(code(&dial), (403, "web.forbidden"), "who answers no calls makes none");
        let at_desk: Who = (AGENT.0, &["callbacks.work", "work_orders.call_back", "calls.answer"]);
        let dial = centre.post(at_desk, &format!("/api/callbacks/{order}/dial"), json!({})).await;
        assert_eq!(dial.status.as_u16(), 200, "{}", dial.show());
        let dialled = format!("{:?}", centre.hall.take());
        assert!(dialled.contains("13812345678"), "the server knows the number: {dialled}");
        let looks = sqlx::query("SELECT who FROM db_journal WHERE kind = 'looked' AND room = 'callbacks'");
        assert_eq!(
            looks.fetch_all(db.read()).await.expect("the journal").len(),
            1,
            "who may not dial looked at nothing"
        );

        let answers = json!({ "solved": true, "arrival": { "came": "as_recorded" }, "conduct": "good", "charges": "none",
            "satisfaction": "very_satisfied", "verbatim": "来得很快" });
        let asked = centre.record(AGENT, &order, json!({ "outcome": "reached", "answers": answers })).await;
        assert_eq!(
            (&asked["state"]["state"], &asked["state"]["ending"]),
            (&json!("asked"), &json!("closed"))
        );
        let closed = centre.order(&order).await;
        assert_eq!((&closed["state"], &closed["satisfaction"]), (&json!("closed"), &json!("very_satisfied")));
        assert_eq!(centre.mine(OTHER).await, Vec::<String>::new());
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn two_agents_ask_for_the_next_one_and_each_gets_another() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let first = centre.done("fault.leak").await;
        let (one, two) = futures::join!(
            centre.post(AGENT, "/api/callbacks/next", json!({})),
            centre.post(OTHER, "/api/callbacks/next", json!({})),
        );
        let mut codes = [code(&one), code(&two)];
        codes.sort_unstable();
        assert_eq!(codes, [(200, ""), (409, "callbacks.nothing_to_do")]);
        let (has, has_not) = if one.status.as_u16() == 200 { (AGENT, OTHER) } else { (OTHER, AGENT) };
        assert_eq!(code(&centre.take(has_not, &first).await), (409, "callbacks.taken"));
        assert_eq!(centre.mine(has).await, [first.as_str()], "one's own stays in one's list");
        assert_eq!(centre.mine(has_not).await, Vec::<String>::new());
        centre.later(11);
        assert_eq!(centre.take(has_not, &first).await.status.as_u16(), 200, "its time was over");
        let late =
            centre.post(has, &format!("/api/callbacks/{first}/record"), json!({ "outcome": "busy" })).await;
        assert_eq!(code(&late), (409, "callbacks.take_first"));
    });
}

async fn change(db: &Db, sql: &'static str) {
    let mut tx = db.begin().await.expect("a change");
    sqlx::query(sql).execute(&mut *tx).await.expect("changed");
    tx.commit().await.expect("kept");
}

#[test]
fn heard_twice_or_found_at_start_it_is_one_task() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.done("fault.leak").await;
        let open = async || {
            centre.get(SUPERVISOR, "/api/callbacks?set=required").await["items"].as_array().map(Vec::len)
        };
        assert_eq!(open().await, Some(1));
        // The centre is killed and starts: it looks for what it missed, and hears everything again.
        let missed = async || {
            crate::hears::find_missed(centre.site.app.clone(), Arc::new(Calendar::china()))
                .await
                .expect("looked");
        };
        missed().await;
        change(&db, "UPDATE db_outbox_reader SET heard = 0").await;
        centre.hear().await;
        assert_eq!(open().await, Some(1));
        // Nobody told this room: found at start, with the same instant.
        let before = centre.get(AGENT, &format!("/api/callbacks/{order}")).await;
        change(&db, "DELETE FROM callbacks_task").await;
        missed().await;
        let found = centre.get(AGENT, &format!("/api/callbacks/{order}")).await;
        assert_eq!((&found["since"], &found["due"]), (&before["since"], &before["due"]));
    });
}

#[test]
fn nobody_reached_three_times_is_closed_unrated_and_told() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.done("fault.leak").await;
        let first = centre.record(AGENT, &order, json!({ "outcome": "no_answer" })).await;
        assert_eq!((&first["tries"], &first["next"]), (&json!(1), &json!("2026-01-05T02:00:00Z")));
        assert_eq!(code(&centre.take(AGENT, &order).await), (409, "callbacks.too_early"));
        centre.later(121);
        centre.record(OTHER, &order, json!({ "outcome": "busy" })).await;
        centre.later(100);
        let third = centre.take(AGENT, &order).await;
        assert_eq!(
            third.body["params"]["from"], "2026-01-05T06:00:00Z",
            "the last in another part of the day"
        );
        centre.later(160);
        let last = centre.record(AGENT, &order, json!({ "outcome": "no_answer" })).await;
        assert_eq!((&last["state"]["state"], &last["told"]), (&json!("missed"), &json!(true)));
        let closed = centre.order(&order).await;
        assert_eq!((&closed["state"], &closed["satisfaction"]), (&json!("closed"), &json!("not_rated")));
        let notices = notices::about(&db, "work_orders", &order).await.expect("notices");
        assert_eq!(
            notices.first().map(|notice| notice.text.as_str()),
            Some(
                "我们多次就编号20260105-0001的事项给您回访，均未能接通，该事项已于1月5日办结。如仍需帮助，请拨打服务热线并报此编号。"
            )
        );
    });
}

#[test]
fn unsatisfied_once_it_is_done_again_and_the_second_time_a_superior_looks() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.done("fault.leak").await;
        let unsatisfied = json!({ "outcome": "reached", "answers": { "solved": false, "satisfaction": "dissatisfied",
            "reason": "not_solved", "verbatim": "还是有味道" } });
        let asked = centre.record(AGENT, &order, unsatisfied.clone()).await;
        assert_eq!(asked["state"]["ending"], "reopened");
        let again = centre.order(&order).await;
        assert_eq!((&again["state"], &again["reopened"]), (&json!("dispatched"), &json!(1)));
        centre.later(60);
        centre.finish(&order).await;
        let asked = centre.record(OTHER, &order, unsatisfied).await;
        assert_eq!(asked["state"]["ending"], "supervised");
        assert_eq!(asked["rounds"].as_array().map(Vec::len), Some(2));
        let closed = centre.order(&order).await;
        assert_eq!((&closed["state"], &closed["satisfaction"]), (&json!("closed"), &json!("dissatisfied")));
        assert_eq!(closed["supervisions"][0]["reason"], "repeated_complaint");
        // Nothing is left to be asked; the unit has to answer.
        assert_eq!(centre.get(SUPERVISOR, "/api/callbacks").await["items"], json!([]));
        let answer = json!({ "act": "reply_supervision", "reply": "已重新检漏并更换接头，客户确认无味" });
        centre.act(CREW, &order, answer).await;
    });
}

#[test]
fn an_order_that_goes_another_way_is_asked_about_no_more() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let (void, closed) = (centre.done("fault.leak").await, centre.done("fault.leak").await);
        centre.act(SUPERVISOR, &void, json!({ "act": "void", "why": "重复录入" })).await;
        let close = json!({ "act": "close", "note": "客户来电说好了", "satisfaction": "satisfied" });
        centre.act(AGENT, &closed, close).await;
        centre.hear().await;
        assert_eq!(centre.mine(AGENT).await, Vec::<String>::new());
        let page = centre.get(SUPERVISOR, "/api/callbacks?set=required").await;
        let required: Vec<&Value> = page["items"].as_array().expect("a list").iter().collect();
        assert_eq!(required.len(), 1, "closed past this room: it should have been asked");
        assert_eq!((&required[0]["order"], &required[0]["state"]["why"]), (&json!(closed), &json!("closed")));
        assert_eq!(code(&centre.take(AGENT, &void).await), (409, "callbacks.not_open"));
    });
}

#[test]
fn who_tells_another_time_of_arrival_raises_a_doubt() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.done("fault.leak").await;
        centre.later(60);
        let told = centre.site.app.now();
        let answers = json!({ "arrival": { "came": "at", "at": told }, "satisfaction": "fair" });
        let asked = centre.record(AGENT, &order, json!({ "outcome": "reached", "answers": answers })).await;
        assert_eq!(asked["doubt"]["differs_min"], 60);
        let events =
            sqlx::query("SELECT id FROM db_outbox WHERE kind = 'callbacks.doubt'").fetch_all(db.read()).await;
        assert_eq!(events.expect("events").len(), 1);
        let doubted = centre.get(SUPERVISOR, "/api/callbacks?set=doubted").await;
        assert_eq!(doubted["items"][0]["order"], json!(order));
    });
}

#[test]
fn figures_open_their_lists() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let figures = async || {
            let period = "from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z";
            centre.get(SUPERVISOR, &format!("/api/callbacks/figures?{period}")).await
        };
        assert_eq!(
            figures().await["total"]["k26"],
            json!({ "of": 0, "out_of": 0, "share": null }),
            "nothing is no figure"
        );
        let (glad, fair, tried) = (
            centre.done("fault.leak").await,
            centre.done("fault.leak").await,
            centre.done("fault.leak").await,
        );
        centre.done("fault.leak").await;
        let reached =
            |satisfaction: &str| json!({ "outcome": "reached", "answers": { "satisfaction": satisfaction } });
        centre.record(AGENT, &glad, reached("satisfied")).await;
        centre.record(AGENT, &fair, reached("fair")).await;
        centre.record(AGENT, &tried, json!({ "outcome": "no_answer" })).await;
        let all = figures().await;
        let rate =
            |figure: &str| (all["total"][figure]["of"].clone(), all["total"][figure]["out_of"].clone());
        assert_eq!(rate("k26"), (json!(2), json!(4)));
        assert_eq!(rate("k27"), (json!(2), json!(3)));
        assert_eq!(rate("k28"), (json!(1), json!(2)));
        assert_eq!(rate("k29"), (json!(2), json!(2)));
        assert_eq!(
            (&all["lines"][0]["unit"], all["lines"].as_array().map(Vec::len)),
            (&json!(CREW_1), Some(1))
        );
        let unit = CREW_1.to_string();
        for (set, count) in [
            ("required", 4),
            ("completed", 2),
            ("tried", 3),
            ("reached", 2),
            ("rated", 2),
            ("satisfied", 1),
            ("unsatisfied", 0),
        ] {
            let list = centre.get(SUPERVISOR, &format!("/api/callbacks?set={set}&unit={unit}")).await;
            assert_eq!(list["items"].as_array().map(Vec::len), Some(count), "{set}");
        }
        let page = centre.get(SUPERVISOR, "/api/callbacks?set=required&limit=3").await;
        let after = page["next"].as_str().expect("there is more").to_owned();
        let rest =
            centre.get(SUPERVISOR, &format!("/api/callbacks?set=required&limit=3&after={after}")).await;
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
        for bad in ["set=lost", "kind=none", "unit=7", "after=x", "from=today"] {
            let reply =
                centre.site.get(&format!("/api/callbacks?{bad}")).by(SUPERVISOR.0, SUPERVISOR.1).send().await;
            assert_eq!(code(&reply), (400, "web.bad_query"), "{bad}");
        }
        let agent = centre.site.get("/api/callbacks?set=rated").by(AGENT.0, AGENT.1).send().await;
        assert_eq!(agent.status.as_u16(), 403, "what customers said is not everybody's");
    });
}

#[test]
fn new_settings_count_for_what_is_open() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.done("fault.leak").await;
        centre.record(AGENT, &order, json!({ "outcome": "no_answer" })).await;
        centre.later(45);
        assert_eq!(centre.mine(AGENT).await, Vec::<String>::new());
        let mut form = centre.get(SUPERVISOR, "/api/callbacks/settings").await;
        form["settings"]["gap_min"] = json!(30);
        let put = centre
            .site
            .put("/api/callbacks/settings", form.clone())
            .by(SUPERVISOR.0, SUPERVISOR.1)
            .send()
            .await;
        assert_eq!(put.body["version"], 1, "{}", put.show());
        assert_eq!(centre.mine(AGENT).await, [order.as_str()]);
        let stale =
            centre.site.put("/api/callbacks/settings", form).by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        assert_eq!(code(&stale), (409, "web.changed_meanwhile"));
        let mut bad = put.body.clone();
        bad["settings"]["attempts"] = json!(0);
        let bad = centre.site.put("/api/callbacks/settings", bad).by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        assert_eq!(code(&bad), (422, "callbacks.bad_settings"));
    });
}

#[test]
fn a_customer_is_rung_within_the_hours_and_once_until_it_is_written_down() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.done("fault.leak").await;
        const AT_DESK: Who = (AGENT.0, &["callbacks.work", "work_orders.call_back", "calls.answer"]);
        let dial = async |who: Who| {
            let reply = centre.post(who, &format!("/api/callbacks/{order}/dial"), json!({})).await;
            (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(dial(AGENT).await.0, 403, "and nothing is kept as dialled");
        assert_eq!(dial(AT_DESK).await.0, 200);
        let early = (409, "callbacks.too_early".to_owned());
        assert_eq!(dial(AT_DESK).await, early, "what came of it is written down first");
        centre.post(AT_DESK, &format!("/api/callbacks/{order}/act"), json!({ "act": "release" })).await;
        assert_eq!(dial(AT_DESK).await, early, "nor by giving it back and taking it again");
        // Claimed in the evening and kept: at night nobody is rung.
        centre.later(12 * 60 + 55);
        assert_eq!(centre.take(AT_DESK, &order).await.status.as_u16(), 200);
        centre.later(8);
        assert_eq!(dial(AT_DESK).await, early);
    });
}

#[test]
fn what_a_confidential_reporter_said_is_for_who_may_know() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.done("report.theft").await;
        const KNOWS: Who =
            (31, &["work_orders.read", "work_orders.supervise", "work_orders.call_back", "callbacks.work"]);
        const READS: Who = (32, &["work_orders.read", "callbacks.read"]);
        // On three days, the last time in the afternoon.
        for minutes in [0, 24 * 60, 31 * 60] {
            centre.later(minutes);
            centre
                .record(
                    KNOWS,
                    &order,
                    json!({ "outcome": "no_answer", "note": "王先生不在，改拨13900000001" }),
                )
                .await;
        }
        let notices = notices::about(&db, "work_orders", &order).await.expect("notices");
        assert_eq!(notices.len(), 0, "no message tells who it was");
        let path = format!("/api/callbacks/{order}");
        let note = async |who: Who| centre.get(who, &path).await["rounds"][0]["attempts"][0]["note"].clone();
        assert_eq!((note(KNOWS).await, note(READS).await), (json!("王先生不在，改拨139****0001"), json!("")));
    });
}

/// The machine is told to ask about faults, and its flow is published.
async fn with_a_machine(db: &Db, centre: &Centre) {
    let mut tx = db.begin().await.expect("a change");
    let by = ivr_flows::store::By::default();
    let (id, now) = (kernel::FlowId(1), centre.site.app.now());
    assert!(ivr_flows::store::add(&mut tx, id, "callback_survey", "{}", &by, now).await.expect("a flow"));
    let flow = ivr_flows::store::named(&mut tx, "callback_survey").await.expect("flows").expect("the flow");
    let live = ivr_flows::rules::Live { version: 1, at: now, by: None, source: "{}".into() };
    let published = ivr_flows::rules::Flow { live: Some(live), revision: flow.revision + 1, ..flow.clone() };
    let version = ivr_flows::rules::NewVersion { version: 1, source: "{}".into(), note: None };
    let change = ivr_flows::rules::Change {
        flow: Some(published),
        version: Some(version),
        kind: "flow_published",
        heard: false,
    };
    assert!(ivr_flows::store::save(&mut tx, &flow, &change, &by, now).await.expect("published"));
    tx.commit().await.expect("kept");
    let mut view = centre.get(SUPERVISOR, "/api/callbacks/settings").await;
    assert_eq!(view["settings"]["machine"]["on"], false, "off from the start");
    view["settings"]["machine"]["on"] = json!(true);
    view["settings"]["machine"]["emergencies"] = json!(true);
    let put = centre.site.put("/api/callbacks/settings", view).by(SUPERVISOR.0, SUPERVISOR.1).send().await;
    assert_eq!(put.status.as_u16(), 200, "{}", put.show());
}

async fn machine_turns(centre: &Centre) {
    let calendar = Arc::new(Calendar::china());
    crate::machine::ask(centre.site.app.clone(), calendar.clone()).await.expect("asked");
    centre.hear().await;
    crate::machine::answers(centre.site.app.clone(), calendar).await.expect("answered");
    centre.hear().await;
}

/// Whom the machine is to call.
async fn wanted(db: &Db) -> Vec<(String, String)> {
    let rows = sqlx::query("SELECT once, number FROM campaigns_target WHERE state = 'waiting' ORDER BY id");
    let rows = rows.fetch_all(db.read()).await.expect("the campaign");
    use sqlx::Row as _;
    rows.iter().map(|row| (row.get("once"), row.get("number"))).collect()
}

/// What its call comes to, as the campaign tells it.
async fn machine_hears(
    db: &Db,
    centre: &Centre,
    order: &str,
    outcome: campaigns::rules::Outcome,
    keys: &[(&str, &str)],
) {
    let (once, _) = wanted(db).await.pop().expect("somebody is to be called");
    change(db, "UPDATE campaigns_target SET state = 'done'").await;
    let pressed = |(node, key): &(&str, &str)| calls::Pressed { node: (*node).into(), key: (*key).into() };
    let done = campaigns::Done {
        campaign: kernel::CampaignId(1),
        standing: Some("callbacks".into()),
        target: kernel::TargetId(1),
        once,
        about: order.into(),
        outcome,
        keys: keys.iter().map(pressed).collect(),
        call: Some(kernel::CallId(7)),
        at: centre.site.app.now(),
        tries: 1,
    };
    let mut tx = db.begin().await.expect("a change");
    tx.emit(centre.site.app.now(), &done).expect("told");
    tx.commit().await.expect("kept");
    centre.hear().await;
    machine_turns(centre).await;
}

#[test]
fn the_machine_asks_where_nobody_has_and_the_order_is_closed_with_the_keys() {
    use campaigns::rules::Outcome;
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        with_a_machine(&db, &centre).await;
        let order = centre.done("fault.leak").await;
        machine_turns(&centre).await;
        assert_eq!(wanted(&db).await, [], "people come first");
        centre.later(60);
        machine_turns(&centre).await;
        machine_turns(&centre).await;
        let put = wanted(&db).await;
        assert_eq!(put.len(), 1, "asked for once");
        assert_eq!(put[0].1, "13812345678");
        machine_hears(&db, &centre, &order, Outcome::Reached, &[("solved", "1"), ("satisfied", "5")]).await;
        let closed = centre.order(&order).await;
        assert_eq!((&closed["state"], &closed["satisfaction"]), (&json!("closed"), &json!("very_satisfied")));
        let task = centre.get(SUPERVISOR, "/api/callbacks?set=required").await;
        assert_eq!(task["items"][0]["state"]["ending"], "closed");
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn not_solved_is_done_again_and_not_content_is_for_a_person() {
    use campaigns::rules::Outcome;
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        with_a_machine(&db, &centre).await;
        let order = centre.done("fault.leak").await;
        centre.later(60);
        machine_turns(&centre).await;
        machine_hears(&db, &centre, &order, Outcome::Reached, &[("solved", "2"), ("satisfied", "2")]).await;
        let again = centre.order(&order).await;
        assert_eq!((&again["state"], &again["reopened"]), (&json!("dispatched"), &json!(1)));
        centre.finish(&order).await;
        centre.later(60);
        machine_turns(&centre).await;
        machine_hears(&db, &centre, &order, Outcome::Reached, &[("solved", "1"), ("satisfied", "1")]).await;
        // Why, a person asks, at once; the machine does not try again.
        assert_eq!(centre.mine(AGENT).await, [order.as_str()]);
        centre.later(10);
        machine_turns(&centre).await;
        assert_eq!(wanted(&db).await, []);
    });
}

#[test]
fn whom_the_machine_does_not_reach_it_calls_by_the_same_rules() {
    use campaigns::rules::Outcome;
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        with_a_machine(&db, &centre).await;
        let order = centre.done("fault.leak").await;
        centre.later(60);
        machine_turns(&centre).await;
        machine_hears(&db, &centre, &order, Outcome::Voicemail, &[]).await;
        assert_eq!(wanted(&db).await, [], "not before two hours are over");
        // A person who takes what is about to be called by the machine has it.
        centre.later(121);
        machine_turns(&centre).await;
        assert_eq!(wanted(&db).await.len(), 1);
        assert_eq!(centre.take(AGENT, &order).await.status.as_u16(), 200);
        assert_eq!(wanted(&db).await, []);
        let report = json!({ "outcome": "busy" });
        let noted = centre.post(AGENT, &format!("/api/callbacks/{order}/record"), report).await;
        assert_eq!((noted.status.as_u16(), &noted.body["tries"]), (200, &json!(2)));
        centre.later(180);
        machine_turns(&centre).await;
        machine_hears(&db, &centre, &order, Outcome::NoAnswer, &[]).await;
        let closed = centre.order(&order).await;
        assert_eq!((&closed["state"], &closed["satisfaction"]), (&json!("closed"), &json!("not_rated")));
    });
}
