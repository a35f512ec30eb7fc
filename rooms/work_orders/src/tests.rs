//! The room as people use it, on both databases: an agent, two crews, a supervisor, and a telephone without a network.

use std::path::Path;
use std::time::Duration;

use db::testdb::on_both;
use db::{Db, Migrations};
use departments::testing::{self, Team};
use departments::{Member, Post};
use kernel::calendar::Calendar;
use kernel::{PersonId, UnitId, WorkOrderId};
use serde_json::{Value, json};
use web::testing::{Reply, TestSite};

use crate::rules::Asker;
use crate::store::{orders, steps};
use crate::work::{self, Asked};
use crate::{MIGRATIONS, room};

mod areas;
mod guarded;
mod house;
mod time;
mod unheard;
mod untold;

const ALL: &[Migrations] =
    &[people::MIGRATIONS, departments::MIGRATIONS, promises::MIGRATIONS, notices::MIGRATIONS, MIGRATIONS];
const CREW_1: UnitId = UnitId(1);
const CREW_2: UnitId = UnitId(2);

/// Somebody with a number and permissions.
type Who = (i64, &'static [&'static str]);
const AGENT: Who =
    (10, &["work_orders.file", "work_orders.read", "work_orders.call_back", "work_orders.unmask"]);
/// Asks customers about what others have accepted.
const CALLER: Who = (11, &["work_orders.read", "work_orders.call_back"]);
const CREW: Who = (20, &["work_orders.handle"]);
const STRANGER: Who = (22, &["work_orders.handle"]);
const SUPERVISOR: Who = (
    30,
    &[
        "work_orders.read",
        "work_orders.dispatch",
        "work_orders.review",
        "work_orders.extend",
        "work_orders.supervise",
        "work_orders.void",
        "work_orders.configure",
    ],
);

async fn site(db: &Db) -> TestSite {
    site_in(db, Path::new("no folder")).await
}

async fn site_in(db: &Db, folder: &Path) -> TestSite {
    let site = TestSite::new(db.clone(), vec![room(Calendar::china(), folder.to_owned())]);
    crate::put_demo(&site.app, "gas").await.expect("the demo's sub-types");
    notices::put_demo(&site.app).await.expect("approved texts");
    let team =
        |id, area, handler| Team { id, name: "抢修班", duties: &["leak", "fault"], areas: area, handler };
    let teams = [team(CREW_1, &["青岚区"] as &[_], CREW.0), team(CREW_2, &["临溪区"], STRANGER.0)];
    testing::put(db, &teams, site.app.now()).await.expect("teams");
    site
}

fn leak() -> Value {
    json!({ "kind": "fault", "subtype": "fault.leak", "content": "厨房闻到煤气味，越来越浓", "area": "青岚区",
        "address": "淮河中路10号3栋201", "contact": { "name": "王小明", "phone": "13812345678" },
        "customer": "cu_1", "reply_wanted": true })
}

fn unit(id: UnitId, parent: Option<UnitId>, kind: departments::Kind, code: &str) -> departments::Unit {
    departments::Unit {
        id,
        parent,
        kind,
        code: code.into(),
        name: "青岚".into(),
        external: false,
        duties: Vec::new(),
        areas: Vec::new(),
        phone: None,
        retired_at: None,
        version: 1,
    }
}

async fn file(site: &TestSite, form: Value) -> Reply {
    site.post("/api/work_orders", form).by(AGENT.0, AGENT.1).send().await
}

async fn act(site: &TestSite, who: Who, order: &Value, act: Value) -> Reply {
    let path = format!("/api/work_orders/{}/act", order["id"].as_str().expect("an id"));
    let form = json!({ "act": act, "version": order["version"] });
    site.post(&path, form).by(who.0, who.1).send().await
}

fn ok(reply: Reply) -> Value {
    assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
    reply.body
}

fn result(site: &TestSite) -> Value {
    json!({ "act": "give_result", "result": { "cause": "灶前阀密封圈老化开裂", "action": "更换密封圈并保压十分钟，压降为零",
        "done_at": site.app.now(), "person": "抢修一班 张师傅", "told": "已告知用户恢复使用" } })
}

fn id_of(order: &Value) -> WorkOrderId {
    order["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
}

#[test]
fn no_door_is_open() {
    on_both(ALL, async |db| {
        let site = TestSite::new(db, vec![room(Calendar::china(), "no folder".into())]);
        assert_eq!(site.open_doors().await, Vec::<String>::new());
    });
}

#[test]
fn a_leak_is_filed_done_and_closed_and_its_history_leads_to_it() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let unit = CREW_1.to_string();
        let order = ok(file(&site, json!({ "matter": leak(), "unit": unit })).await);
        assert_eq!((&order["number"], &order["state"]), (&json!("20260105-0001"), &json!("dispatched")));
        assert_eq!(order["due_step"], "take");
        site.clock.advance(Duration::from_secs(60));
        let order = ok(act(&site, CREW, &order, json!({ "act": "take" })).await);
        assert_eq!(order["matter"]["contact"]["phone"], "13812345678", "who goes there needs the number");
        let order = ok(act(&site, CREW, &order, json!({ "act": "arrive", "at": site.app.now() })).await);
        site.clock.advance(Duration::from_secs(1800));
        let order = ok(act(&site, CREW, &order, result(&site)).await);
        let order = ok(act(&site, SUPERVISOR, &order, json!({ "act": "approve" })).await);
        assert_eq!(order["state"], "to_call_back");
        let close = json!({ "act": "close", "note": "客户很满意", "satisfaction": "very_satisfied" });
        let own = act(&site, AGENT, &order, close.clone()).await;
        assert_eq!(own.body["params"]["bar"], "own_work", "not who accepted it");
        let order = ok(act(&site, CALLER, &order, close).await);
        assert_eq!((&order["state"], &order["due"]), (&json!("closed"), &Value::Null));
        let clocks = order["clocks"].as_array().expect("clocks");
        assert!(clocks.iter().all(|clock| clock["standing"] != "running"), "{clocks:?}");
        let verbs: Vec<&str> = order["steps"]
            .as_array()
            .expect("a timeline")
            .iter()
            .filter_map(|s| s["verb"].as_str())
            .collect();
        assert_eq!(verbs, ["accept", "dispatch", "take", "arrive", "give_result", "approve", "close"]);

        let kept = orders::read(&db, id_of(&order)).await.expect("read").expect("there").order;
        let steps = steps::of(&db, kept.id).await.expect("its history");
        let replayed = steps::replay(kept.id, &kept.number, &steps).expect("an acceptance");
        assert_eq!(crate::rules::Order { version: kept.version, ..replayed }, kept);
        assert!(site.app.db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn who_sees_what() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        assert_eq!(
            order["matter"]["contact"],
            json!({ "name": "王**", "phone": "138****5678" }),
            "masked for the agent"
        );
        let path = format!("/api/work_orders/{}", order["id"].as_str().expect("an id"));
        let by = async |who: Who| site.get(&path).by(who.0, who.1).send().await;
        assert_eq!(by(STRANGER).await.status.as_u16(), 404, "another crew does not know of it");
        assert_eq!(by(CREW).await.body["matter"]["address"], "淮河中路10号3栋201");
        let by_number = site.get("/api/work_orders/20260105-0001").by(CREW.0, CREW.1).send().await;
        assert_eq!(by_number.body["id"], order["id"]);

        let unmask = format!("{path}/unmask");
        let seen = site.post(&unmask, json!({ "reason": "回电确认地址" })).by(AGENT.0, AGENT.1).send().await;
        assert_eq!(seen.body["contact"]["phone"], "13812345678");
        let looks =
            sqlx::query("SELECT who FROM db_journal WHERE kind = 'looked'").fetch_all(db.read()).await;
        assert_eq!(looks.expect("the journal").len(), 1);

        let mut report = leak();
        report["subtype"] = "report.theft".into();
        report["fields"] = json!({ "reported": "3栋201" });
        let hidden = ok(file(&site, json!({ "matter": report, "unit": CREW_1.to_string() })).await);
        let path = format!("/api/work_orders/{}", hidden["id"].as_str().expect("an id"));
        let crew = site.get(&path).by(CREW.0, CREW.1).send().await;
        assert_eq!(crew.body["matter"]["contact"], json!({ "name": "", "phone": "" }));
        assert_eq!(
            (&crew.body["matter"]["customer"], &crew.body["matter"]["call"]),
            (&Value::Null, &Value::Null)
        );
        let phone =
            site.get("/api/work_orders?phone=13812345678").by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        let found = phone.body["items"].as_array().map(Vec::len);
        assert_eq!(found, Some(1), "a confidential report is not found by its number");
    });
}

#[test]
fn asked_twice_is_done_once() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let form = json!({ "matter": leak(), "unit": CREW_1.to_string(), "token": "page-1" });
        let (first, second) = (ok(file(&site, form.clone()).await), ok(file(&site, form).await));
        assert_eq!(first["id"], second["id"]);
        // A telephone that was without a network sends what it kept, twice and without a version.
        let path = format!("/api/work_orders/{}/act", first["id"].as_str().expect("an id"));
        for _ in 0..2 {
            let form = json!({ "act": { "act": "take" }, "token": "phone-1" });
            ok(site.post(&path, form).by(CREW.0, CREW.1).send().await);
        }
        let order = ok(site
            .get(&format!("/api/work_orders/{}", first["number"].as_str().expect("a number")))
            .by(CREW.0, CREW.1)
            .send()
            .await);
        assert_eq!(order["steps"].as_array().map(Vec::len), Some(3), "accepted, dispatched, taken");

        // Sent back, the order is somebody else's; whoever did not hear the answer still gets one.
        for _ in 0..2 {
            let act = json!({ "act": "send_back", "reason": "not_ours", "note": "不在本班辖区" });
            let form = json!({ "act": act, "token": "phone-2" });
            let order = ok(site.post(&path, form).by(CREW.0, CREW.1).send().await);
            assert_eq!(order, json!({ "id": first["id"], "done": true }), "no more than that it is done");
        }
    });
}

#[test]
fn a_stale_page_is_told_so_and_a_template_is_refused() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let finished = async |site: &TestSite| {
            let order = ok(file(site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
            let order = ok(act(site, CREW, &order, json!({ "act": "take" })).await);
            (order.clone(), act(site, CREW, &order, result(site)).await)
        };
        let (order, first) = finished(&site).await;
        ok(first);
        let stale = act(&site, CREW, &order, json!({ "act": "begin" })).await;
        assert_eq!((stale.status.as_u16(), &stale.body["code"]), (409, &json!("web.changed_meanwhile")));
        let (_, again) = finished(&site).await;
        expect_test::expect![[r#"
            422
            {
              "code": "work_orders.template",
              "params": {
                "number": "20260105-0001"
              }
            }
        "#]]
        .assert_eq(&again.show());
    });
}

#[test]
fn reports_of_one_fault_follow_the_first() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let master = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        site.clock.advance(Duration::from_secs(60));
        let alike = site.get("/api/work_orders/alike?phone=138-1234-5678").by(AGENT.0, AGENT.1).send().await;
        assert_eq!(alike.body[0]["number"], master["number"], "offered before another is made");
        let child = ok(file(&site, json!({ "matter": leak(), "master": master["id"] })).await);
        assert_eq!((&child["state"], &child["master"]), (&json!("merged"), &master["id"]));
        let path = format!("/api/work_orders/{}/children", master["id"].as_str().expect("an id"));
        let children = site.get(&path).by(CREW.0, CREW.1).send().await;
        assert_eq!(children.body[0]["number"], child["number"]);

        // The earlier cannot follow the later.
        let other = ok(file(&site, json!({ "matter": leak() })).await);
        let wrong = act(&site, SUPERVISOR, &master, json!({ "act": "merge", "master": other["id"] })).await;
        assert_eq!(wrong.body["code"], "work_orders.master_is_later");

        let master = ok(act(&site, CREW, &master, json!({ "act": "take" })).await);
        let master = ok(act(&site, CREW, &master, result(&site)).await);
        ok(act(&site, SUPERVISOR, &master, json!({ "act": "approve" })).await);
        crate::jobs::follow(site.app.clone(), std::sync::Arc::new(Calendar::china()))
            .await
            .expect("followed");
        let child = orders::read(&db, id_of(&child)).await.expect("read").expect("there").order;
        assert_eq!(child.state.word(), "to_call_back", "its customer wished to hear how it came out");
    });
}

#[test]
fn lists_show_what_is_due_next_and_what_no_unit_has() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let first = ok(file(&site, json!({ "matter": leak() })).await);
        let mut quiet = leak();
        quiet["subtype"] = "request.card".into();
        ok(file(&site, json!({ "matter": quiet, "unit": CREW_2.to_string() })).await);
        let get = async |who: Who, query: &str| {
            let reply = site.get(&format!("/api/work_orders?{query}")).by(who.0, who.1).send().await;
            let numbers = reply.body["items"].as_array().map(|items| {
                items.iter().filter_map(|item| item["number"].as_str().map(str::to_owned)).collect::<Vec<_>>()
            });
            numbers.unwrap_or_else(|| panic!("{}", reply.show()))
        };
        assert_eq!(
            get(SUPERVISOR, "open=true").await,
            ["20260105-0001", "20260105-0002"],
            "the next due first"
        );
        assert_eq!(get(SUPERVISOR, "").await, ["20260105-0002", "20260105-0001"], "the newest first");
        assert_eq!(get(STRANGER, "of=units&open=true").await, ["20260105-0002"]);
        assert_eq!(get(CREW, "").await, Vec::<String>::new(), "nothing of one's own units");
        assert_eq!(get(SUPERVISOR, "customer=cu_1&kind=request").await, ["20260105-0002"]);
        assert_eq!(get(SUPERVISOR, "state=accepted&important=true").await, ["20260105-0001"]);
        assert_eq!(get(SUPERVISOR, "state=dispatched,accepted").await, ["20260105-0002", "20260105-0001"]);
        let page = site.get("/api/work_orders?open=true&limit=1").by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        let after = page.body["next"].as_str().expect("there is more").to_owned();
        assert_eq!(get(SUPERVISOR, &format!("open=true&after={after}")).await, ["20260105-0002"]);

        site.clock.advance(Duration::from_secs(3 * 3600));
        let now = site.get("/api/work_orders/now").by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        assert_eq!((&now.body["needed"], &now.body["unassigned"]), (&json!(2), &json!(1)));
        assert_eq!(get(SUPERVISOR, "unassigned=true").await, ["20260105-0001"]);
        assert_eq!(
            get(SUPERVISOR, "overdue=true&state=accepted").await,
            [first["number"].as_str().expect("a number")]
        );
        let suggested = site
            .get("/api/work_orders/suggest?subtype=fault.leak&area=青岚区")
            .by(AGENT.0, AGENT.1)
            .send()
            .await;
        assert_eq!(suggested.body["units"][0], CREW_1.to_string());
        for bad in [
            "state=lost",
            "state=taken,lost",
            "kind=none",
            "unit=7",
            "after=x",
            "of=all",
            "unassigned=true&state=taken",
        ] {
            let reply =
                site.get(&format!("/api/work_orders?{bad}")).by(SUPERVISOR.0, SUPERVISOR.1).send().await;
            assert_eq!((reply.status.as_u16(), &reply.body["code"]), (400, &json!("web.bad_query")), "{bad}");
        }
    });
}

/// The pictures a browser is sent of what no unit has.
async fn waiting(site: &TestSite, waits: &crate::push::Waits) -> Value {
    waits.look(&site.app).await.expect("looked");
    let now = crate::store::unassigned::waiting(&site.app.db, site.app.now()).await.expect("counted");
    serde_json::to_value(now).expect("JSON")
}

#[test]
fn what_no_unit_has_since_friday_is_not_forgotten_on_monday() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let waits = crate::push::Waits::default();
        let order = ok(file(&site, json!({ "matter": leak() })).await);
        site.clock.advance(Duration::from_secs(3600));
        assert_eq!(waiting(&site, &waits).await["count"], 0, "within two hours somebody may be at it");
        site.clock.advance(Duration::from_secs(3 * 86_400));
        // A day's work of which the units have all: few of many is still one too many.
        for _ in 0..12 {
            ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        }
        site.clock.advance(Duration::from_secs(3 * 3600));
        let now = ok(site.get("/api/work_orders/now").by(SUPERVISOR.0, SUPERVISOR.1).send().await);
        assert_eq!((&now["needed"], &now["unassigned"]), (&json!(13), &json!(1)));
        assert_eq!(now["unassigned_since"], order["accepted_at"]);
        assert_eq!(waiting(&site, &waits).await, json!({ "count": 1, "oldest": order["accepted_at"] }));
        let found = site.get("/api/work_orders?unassigned=true").by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        assert_eq!(found.body["items"].as_array().map(Vec::len), Some(1), "the link opens exactly those");
        let send = json!({ "act": "dispatch", "unit": CREW_1.to_string(), "note": "" });
        ok(act(&site, SUPERVISOR, &order, send).await);
        assert_eq!(waiting(&site, &waits).await, json!({ "count": 0, "oldest": null }));
    });
}

#[test]
fn what_stood_still_long_enough_goes_on() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let mut request = leak();
        request["subtype"] = "request.card".into();
        let order = ok(file(&site, json!({ "matter": request, "unit": CREW_1.to_string() })).await);
        let order = ok(act(&site, CREW, &order, json!({ "act": "take" })).await);
        let suspend = json!({ "act": "suspend", "until": "2026-01-07", "reason": "等待用户补交材料" });
        let order = ok(act(&site, SUPERVISOR, &order, suspend).await);
        let calendar = std::sync::Arc::new(Calendar::china());
        crate::jobs::resume(site.app.clone(), calendar.clone()).await.expect("looked");
        let state =
            async || orders::read(&db, id_of(&order)).await.expect("read").expect("there").order.state;
        assert_eq!(state().await.word(), "suspended");
        site.clock.advance(Duration::from_secs(3 * 86_400));
        crate::jobs::resume(site.app.clone(), calendar).await.expect("looked");
        assert_eq!(state().await.word(), "taken");
    });
}

#[test]
fn sub_types_change_in_versions_and_none_disappears() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let get =
            async || site.get("/api/work_orders/kinds").by(SUPERVISOR.0, SUPERVISOR.1).send().await.body;
        let mut kinds = get().await;
        kinds["kinds"]["subtypes"][0]["retired"] = true.into();
        let put = async |kinds: &Value| {
            site.put("/api/work_orders/kinds", kinds.clone()).by(SUPERVISOR.0, SUPERVISOR.1).send().await
        };
        assert_eq!(ok(put(&kinds).await)["version"], 2);
        assert_eq!(put(&kinds).await.body["code"], "web.changed_meanwhile", "of an older version");
        let refused = file(&site, json!({ "matter": leak() })).await;
        assert_eq!(refused.body["params"]["faults"], json!([{ "field": "subtype", "why": "unknown" }]));
        let mut fewer = get().await;
        fewer["kinds"]["subtypes"].as_array_mut().expect("a list").remove(3);
        assert_eq!(put(&fewer).await.body["code"], "work_orders.bad_config");
    });
}

#[test]
fn who_belongs_to_the_unit_judged_neither_closes_nor_reopens() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let judge: Who = (23, &["work_orders.read", "work_orders.review", "work_orders.call_back"]);
        let since = site.app.now();
        let member =
            Member { unit: CREW_1, person: PersonId(judge.0), post: Post::Handler, phone: None, since };
        let mut tx = db.begin().await.expect("a change");
        departments::store::put_member(&mut tx, &member).await.expect("a member");
        tx.commit().await.expect("kept");
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let order = ok(act(&site, CREW, &order, json!({ "act": "take" })).await);
        site.clock.advance(Duration::from_secs(1800));
        let order = ok(act(&site, CREW, &order, json!({ "act": "arrive", "at": site.app.now() })).await);
        let order = ok(act(&site, CREW, &order, result(&site)).await);
        let order = ok(act(&site, SUPERVISOR, &order, json!({ "act": "approve" })).await);
        let close = json!({ "act": "close", "note": "客户很满意", "satisfaction": "very_satisfied" });
        let reopen = json!({ "act": "reopen", "why": "客户称仍有异味" });
        for own in [&close, &reopen] {
            let refused = act(&site, judge, &order, own.clone()).await;
            assert_eq!(
                (refused.status.as_u16(), &refused.body["code"], &refused.body["params"]["bar"]),
                (409, &json!("work_orders.barred"), &json!("own_work"))
            );
        }
        let order = ok(act(&site, CALLER, &order, close).await);
        assert_eq!(act(&site, judge, &order, reopen.clone()).await.body["params"]["bar"], "own_work");
        ok(act(&site, CALLER, &order, reopen).await);
    });
}

#[test]
fn the_centre_acts_by_itself_and_leaves_no_name() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let urge = crate::rules::Act::Urge {
            by: crate::rules::order::UrgedBy::System,
            words: "到场时限只剩两成".into(),
            promise: String::new(),
            new_facts: true,
        };
        let asked = Asked { order: id_of(&order), version: None, act: urge, token: None };
        work::act(&site.app, &Calendar::china(), &Asker::centre(), asked).await.expect("urged");
        let steps = steps::of(&db, id_of(&order)).await.expect("its history");
        assert_eq!(steps.last().map(|step| (step.verb.as_str(), step.who)), Some(("urge", None)));
    });
}

#[test]
fn a_photo_is_kept_once_and_only_what_it_says_it_is() {
    on_both(ALL, async |db| {
        let folder = tempfile::tempdir().expect("a folder");
        let site = site_in(&db, folder.path()).await;
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let path = format!("/api/work_orders/{}/attachments", order["id"].as_str().expect("an id"));
        let png = b"\x89PNG\r\n\x1a\nand so on";
        for _ in 0..2 {
            let asked = format!("{path}?what=photo&token=p1");
            ok(site.upload(&asked, "阀门.png", png).by(CREW.0, CREW.1).send().await);
        }
        let shown = ok(site.get(path.trim_end_matches("/attachments")).by(CREW.0, CREW.1).send().await);
        let files = shown["attachments"].as_array().expect("files").clone();
        assert_eq!(
            (files.len(), &files[0]["mime"], &files[0]["name"]),
            (1, &json!("image/png"), &json!("阀门.png"))
        );
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("the folder").count(),
            1,
            "the second is not kept"
        );
        let one = format!("{path}/{}", files[0]["id"].as_str().expect("an id"));
        assert_eq!(site.get(&one).by(CREW.0, CREW.1).send().await.bytes, png);
        assert_eq!(site.get(&one).by(STRANGER.0, STRANGER.1).send().await.status.as_u16(), 404);

        let script =
            site.upload(&format!("{path}?what=photo"), "x.png", b"<script>").by(CREW.0, CREW.1).send().await;
        assert_eq!(script.body["code"], "work_orders.not_a_file");
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
    });
}

#[test]
fn figures_count_what_was_kept_and_what_is_hidden() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let mut answered = leak();
        answered["subtype"] = "enquiry.safety".into();
        ok(file(&site, json!({ "matter": answered, "answered": "已答复安检每年一次" })).await);
        let done = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let done = ok(act(&site, CREW, &done, json!({ "act": "take" })).await);
        let done = ok(act(&site, CREW, &done, result(&site)).await);
        let done = ok(act(&site, SUPERVISOR, &done, json!({ "act": "approve" })).await);
        ok(act(&site, CALLER, &done, json!({ "act": "close", "note": "满意", "satisfaction": "satisfied" }))
            .await);
        // Nobody touches the other: it is overdue, and counts although it is not closed.
        let hidden = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        ok(act(
            &site,
            CREW,
            &hidden,
            json!({ "act": "send_back", "reason": "not_ours", "note": "不在辖区" }),
        )
        .await);
        site.clock.advance(Duration::from_secs(5 * 86_400));
        let get = async |by: &str| {
            let path =
                format!("/api/work_orders/figures?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&by={by}");
            ok(site.get(&path).by(SUPERVISOR.0, SUPERVISOR.1).send().await)
        };
        let all = get("kind").await["all"].clone();
        let counts = ["accepted", "answered", "dispatched", "returned", "on_time", "late", "overdue"];
        assert_eq!(counts.map(|key| all[key].as_i64().expect("a count")), [3, 1, 2, 1, 1, 0, 1]);
        assert_eq!((&all["k22"], &all["k24"], &all["k25"]), (&json!(0.5), &json!(0.5), &json!(0.0)));
        let units = get("unit").await;
        let crew =
            units["rows"].as_array().expect("rows").iter().find(|row| row["key"] == CREW_1.to_string());
        assert_eq!(crew.map(|row| &row["k22"]), Some(&json!(1.0)));
        let list = site.get("/api/work_orders?returned=true").by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        assert_eq!(list.body["items"].as_array().map(Vec::len), Some(1), "each number opens its orders");
    });
}

#[test]
fn the_customer_is_told_what_he_was_promised_and_when_it_moves() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let mut complaint = leak();
        complaint["subtype"] = "complaint.billing".into();
        complaint["fields"] = json!({ "demand": "退还多收的费用" });
        let order = ok(file(&site, json!({ "matter": complaint, "unit": CREW_1.to_string() })).await);
        let by = json!({ "working_days": 2 });
        let extend = json!({ "act": "extend", "by": by, "reason": "等待检定机构出具结果" });
        let order = ok(act(&site, SUPERVISOR, &order, extend).await);
        let told =
            notices::about(&db, "work_orders", order["id"].as_str().expect("an id")).await.expect("notices");
        let mut texts: Vec<&str> = told.iter().map(|one| one.text.as_str()).collect();
        texts.sort_unstable();
        expect_test::expect![[r#"
            您反映的营业收费投诉已受理，编号20260105-0001，我们将在1月12日24:00前答复您。查询请拨95598。
            您反映的营业收费投诉（编号20260105-0001）因等待检定机构出具结果，原定1月12日24:00办结，现调整至1月14日24:00。未能按时办结，深表歉意。查询请拨95598。"#]]
        .assert_eq(&texts.join("\n"));
        let extended = order["steps"].as_array().and_then(|steps| steps.last()).expect("a step");
        assert!(extended["notice"].is_string(), "the history says that he was told: {extended}");
    });
}

/// What has not gone out is not told when it is not true any more.
#[test]
fn what_is_outdated_is_not_told() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let mut complaint = leak();
        complaint["subtype"] = "complaint.billing".into();
        complaint["fields"] = json!({ "demand": "退还多收的费用" });
        let form = json!({ "matter": complaint, "unit": CREW_1.to_string() });
        let told = async |order: &Value| {
            let id = order["id"].as_str().expect("an id");
            let told = notices::about(&db, "work_orders", id).await.expect("notices");
            let line = |one: &notices::Shown| format!("{} {}", one.template, one.state.as_str());
            told.iter().map(line).collect::<Vec<_>>()
        };
        let order = ok(file(&site, form.clone()).await);
        assert_eq!(told(&order).await, ["order_accepted queued"]);
        let void = json!({ "act": "void", "why": "同一事项已有工单" });
        ok(act(&site, SUPERVISOR, &order, void).await);
        assert_eq!(told(&order).await, ["order_accepted cancelled"]);

        let order = ok(file(&site, form).await);
        let extend =
            json!({ "act": "extend", "by": { "working_days": 2 }, "reason": "等待检定机构出具结果" });
        ok(act(&site, SUPERVISOR, &order, extend).await);
        assert_eq!(told(&order).await, ["order_delayed queued", "order_accepted cancelled"]);
    });
}

#[test]
fn what_is_overdue_is_pressed_once_by_the_centre() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let order = ok(file(&site, json!({ "matter": leak(), "unit": CREW_1.to_string() })).await);
        let calendar = std::sync::Arc::new(Calendar::china());
        let supervisions = async || {
            crate::jobs::press(site.app.clone(), calendar.clone()).await.expect("looked");
            orders::read(&db, id_of(&order)).await.expect("read").expect("there").order.supervisions.len()
        };
        assert_eq!(supervisions().await, 0);
        site.clock.advance(Duration::from_secs(2 * 86_400));
        assert_eq!((supervisions().await, supervisions().await), (1, 1));
    });
}

#[test]
fn an_order_is_found_by_number_telephone_and_address_unless_nobody_may_know() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let open = ok(file(&site, json!({ "matter": leak() })).await);
        let mut report = leak();
        report["subtype"] = "report.theft".into();
        report["fields"] = json!({ "reported": "3栋201" });
        ok(file(&site, json!({ "matter": report })).await);
        let source = crate::search::source();
        let (found, next) = (source.page)(site.app.clone(), 0, 10).await.expect("a page");
        let texts: Vec<Vec<&str>> =
            found.iter().map(|one| one.texts.iter().map(|(_, text)| text.as_str()).collect()).collect();
        assert_eq!(texts[0], ["20260105-0001", "13812345678", "淮河中路10号3栋201"]);
        assert_eq!(
            (&texts[1][..], next),
            (&["20260105-0002"][..], None),
            "of a confidential report only the number"
        );
        let actor = web::Actor {
            person: PersonId(AGENT.0),
            number: "1001".into(),
            name: "某人".into(),
            session: kernel::SessionId(1),
            permissions: kernel::Permissions::of(AGENT.1.iter().copied()),
            group: None,
            leads: Vec::new(),
        };
        let shown = (source.show)(site.app.clone(), actor, vec![id_of(&open).get()]).await.expect("a hit");
        assert_eq!(shown[0].detail, "泄漏异味 · 王** · 138****5678 · 淮河中路****");
    });
}

#[test]
fn invented_orders_have_lived_by_the_rules() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let people = [PersonId(10), PersonId(11)];
        let rest = |_| std::future::ready(());
        let fill = async || {
            let calendar = Calendar::china();
            let who = (&people[..], PersonId(30));
            crate::demo::fill(&site.app, &calendar, (120, 30), 7, who, rest).await.expect("filled")
        };
        assert_eq!((fill().await, fill().await), (120, 0), "once");
        let mut states = std::collections::BTreeMap::<&str, usize>::new();
        for kept in orders::above(&db, WorkOrderId(0), 200).await.expect("orders") {
            let order = kept.order;
            *states.entry(order.state.word()).or_default() += 1;
            let steps = steps::of(&db, order.id).await.expect("its history");
            let replayed = steps::replay(order.id, &order.number, &steps).expect("an acceptance");
            assert_eq!(crate::rules::Order { version: order.version, ..replayed }, order);
            assert_eq!(kept.beside.due.is_some(), order.state.is_open());
        }
        assert!(states["closed"] > 40, "{states:?}");
    });
}

#[test]
fn what_is_filed_at_the_same_moment_is_written_together_and_answered_one_by_one() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let unit = CREW_1.to_string();
        let twice = json!({ "matter": leak(), "unit": unit, "token": "t-0" });
        let before = ok(file(&site, twice.clone()).await);
        let mut forms: Vec<Value> = (1..40)
            .map(|nth| json!({ "matter": leak(), "unit": unit, "token": format!("t-{nth}") }))
            .collect();
        forms[7]["matter"]["content"] = json!("");
        forms[8]["unit"] = json!(UnitId(77).to_string());
        // One that was acknowledged before, and one that is sent twice at once.
        forms.push(twice);
        forms.push(forms[3].clone());
        let replies = futures::future::join_all(forms.iter().map(|form| file(&site, form.clone()))).await;
        let status: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
        assert_eq!((status[7], status[8]), (422, 422), "{} {}", replies[7].show(), replies[8].show());
        assert_eq!(status.iter().filter(|status| **status == 200).count(), 39);
        assert_eq!(replies[39].body["id"], before["id"], "filed once");
        assert_eq!(replies[40].body["id"], replies[3].body["id"], "filed once");
        let list = ok(site.get("/api/work_orders?limit=100").by(AGENT.0, AGENT.1).send().await);
        let mut numbers: Vec<String> = list["items"]
            .as_array()
            .expect("orders")
            .iter()
            .filter_map(|order| order["number"].as_str().map(str::to_owned))
            .collect();
        numbers.sort();
        let expected: Vec<String> = (1..=38).map(|nth| format!("20260105-{nth:04}")).collect();
        assert_eq!(numbers, expected, "none missing, none used up by what was refused");
        for order in list["items"].as_array().expect("orders") {
            let id = id_of(order);
            let kept = orders::read(&db, id).await.expect("read").expect("kept");
            let steps = steps::of(&db, id).await.expect("steps");
            let replayed = steps::replay(id, &kept.order.number, &steps).expect("a history");
            assert_eq!(crate::rules::Order { version: 0, ..kept.order }, replayed);
        }
        assert!(db.verify_journal().await.expect("read").is_ok());
    });
}
