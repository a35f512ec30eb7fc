//! The room as people use it, on both databases: calls from one station's homes, an outage that is confirmed, and what is none.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use calls::testing::Noting;
use customers::rules::demo::{FIRST_ACCOUNT, customer, number};
use customers::rules::network::{Element, ElementKind};
use customers::store::network;
use db::testdb::on_both;
use db::{Db, Migrations};
use kernel::calendar::Calendar;
use kernel::{CallId, PersonId, Timestamp};
use serde_json::{Value, json};
use speech::Speech;
use web::testing::{Reply, TestSite};

use crate::finding::{Watch, look, together};
use crate::rules::Finder;
use crate::store::{proposals, signals};
use crate::{MIGRATIONS, room};

const ALL: &[Migrations] = &[
    audit::MIGRATIONS,
    departments::MIGRATIONS,
    people::MIGRATIONS,
    promises::MIGRATIONS,
    notices::MIGRATIONS,
    calls::MIGRATIONS,
    customers::MIGRATIONS,
    interactions::MIGRATIONS,
    work_orders::MIGRATIONS,
    outages::MIGRATIONS,
    MIGRATIONS,
];

type Who = (i64, &'static [&'static str]);
const AGENT: Who = (10, &["clusters.read", "outages.read", "work_orders.file", "work_orders.read"]);
const LEADER: Who = (
    20,
    &[
        "clusters.read",
        "clusters.decide",
        "clusters.configure",
        "outages.read",
        "outages.write",
        "outages.approve",
    ],
);
/// Decides, and may not publish.
const DEPUTY: Who = (21, &["clusters.read", "clusters.decide"]);

/// Customers of the test's town, and its seed.
const TOWN: u64 = 600;
const SEED: u64 = 7;
/// Homes below each riser, from this customer on.
const FIRST: u64 = 100;
const HOMES: u64 = 30;

/// The `nth` home of a riser: two sections of five risers each hang below the station.
fn home(riser: u64, nth: u64) -> u64 {
    FIRST + riser * HOMES + nth
}

struct Centre {
    site: TestSite,
    watch: Watch,
    calendar: Calendar,
    next: std::cell::Cell<i64>,
}

impl Centre {
    /// Monday, 2026-01-05, 8 in the morning.
    async fn open(db: &Db) -> Centre {
        let hall = Arc::new(Noting::default());
        let folder = std::env::temp_dir().join(format!("clusters-test-{}", std::process::id()));
        let rooms = vec![
            notices::room(Arc::new(notices::Ways::none()), Calendar::china()),
            work_orders::room(Calendar::china(), Path::new("no folder").to_owned()),
            outages::room(
                hall,
                Calendar::china(),
                folder.clone(),
                Speech::none("a test"),
                outages::Booth::empty(&folder),
            ),
            room(Calendar::china()),
        ];
        let site = TestSite::new(db.clone(), rooms);
        db.join(&site.site.events).await.expect("listening");
        notices::put_demo(&site.app).await.expect("the texts");
        work_orders::put_demo(&site.app, "gas").await.expect("the demo's sub-types");
        customers::demo::fill(&site.app, TOWN, SEED, |_| std::future::ready(())).await.expect("a town");
        let element = |kind, code: String, parent: Option<String>| Element {
            kind,
            name: format!("名{code}"),
            code,
            parent,
        };
        let mut net = vec![element(ElementKind::PressureStation, "P".into(), None)];
        let mut below = Vec::new();
        for section in 0..2 {
            net.push(element(ElementKind::Section, format!("S{section}"), Some("P".into())));
        }
        for riser in 0..10 {
            let code = format!("R{riser}");
            net.push(element(ElementKind::Riser, code.clone(), Some(format!("S{}", riser / 5))));
            below
                .extend((0..HOMES).map(|nth| ((FIRST_ACCOUNT + home(riser, nth)).to_string(), code.clone())));
        }
        let mut tx = db.begin().await.expect("a change");
        network::put(&mut tx, &net, || site.app.id()).await.expect("a network");
        assert_eq!(network::attach(&mut tx, &below).await.expect("attached"), 10 * HOMES);
        tx.commit().await.expect("kept");
        Centre { site, watch: Watch::default(), calendar: Calendar::china(), next: std::cell::Cell::new(1) }
    }

    fn db(&self) -> &Db {
        &self.site.app.db
    }

    fn now(&self) -> Timestamp {
        self.site.app.now()
    }

    fn pass(&self, seconds: u64) {
        self.site.clock.advance(Duration::from_secs(seconds));
    }

    async fn look(&self) {
        self.db().deliver_pending(&self.site.site.events).await.expect("heard");
        look(&self.site.app, &self.calendar, &self.watch).await.expect("looked");
    }

    /// A customer calls, and presses keys.
    async fn rings(&self, nth: u64, keys: Option<&str>) -> CallId {
        let id = self.next.replace(self.next.get() + 1);
        let record = "INSERT INTO calls_records (id, arrived_at, from_number, from_reversed, to_number, urgent, talk_ms, hold_ms, \
             after_ms, interrupted, direction) VALUES ($1, $2, $3, '', '95598', 0, 0, 0, 0, 0, 'in')";
        let segment = "INSERT INTO calls_segments (call, position, kind, at, until_at, detail) VALUES ($1, 1, 'menu', $2, $2, $3)";
        let mut tx = self.db().begin().await.expect("a change");
        let (at, from) = (self.now().as_micros(), number(nth));
        sqlx::query(record).bind(id).bind(at).bind(from.as_str()).execute(&mut *tx).await.expect("a call");
        if let Some(keys) = keys {
            sqlx::query(segment).bind(id).bind(at).bind(keys).execute(&mut *tx).await.expect("keys");
        }
        tx.commit().await.expect("kept");
        CallId(id)
    }

    /// Homes of these risers call, ten seconds apart.
    async fn ring(&self, risers: &[u64], from: u64) {
        for (nth, riser) in (from..).zip(risers) {
            self.rings(home(*riser, nth), None).await;
            self.look().await;
            self.pass(10);
        }
    }

    /// An agent writes down what a call was about.
    async fn writes(&self, call: CallId, reason: &str) {
        let mut tx = self.db().begin().await.expect("a change");
        let reason = Some(reason.to_owned());
        let done = interactions::Completed {
            call,
            agent: PersonId(1),
            edition: 1,
            reason,
            result: None,
            customer: None,
        };
        tx.emit(self.now(), &done).expect("told");
        tx.commit().await.expect("kept");
        self.look().await;
    }

    async fn get(&self, who: Who, path: &str) -> Value {
        let reply = self.site.get(path).by(who.0, who.1).send().await;
        assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.show());
        reply.body
    }

    async fn act(&self, who: Who, number: &str, act: Value) -> Reply {
        self.site.post(&format!("/api/clusters/{number}/act"), act).by(who.0, who.1).send().await
    }

    /// What is suspected: where, and by how many homes.
    async fn open_now(&self) -> Vec<String> {
        let list = self.get(AGENT, "/api/clusters").await;
        let show = |one: &Value| {
            let place = one["path"].as_array().and_then(|path| path.last()).expect("a place");
            format!(
                "{} {} by {}",
                one["number"].as_str().unwrap_or_default(),
                place["name"].as_str().unwrap_or_default(),
                one["households"]
            )
        };
        list["items"].as_array().expect("a list").iter().map(show).collect()
    }

    async fn rebuilt(&self) -> Finder {
        let head = signals::head(self.db()).await.expect("the head");
        together(self.db(), head, self.now()).await.expect("put together")
    }
}

#[test]
fn three_homes_of_a_riser_and_the_shield_is_up() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        assert_eq!(centre.site.open_doors().await, Vec::<String>::new());
        centre.ring(&[3, 3], 0).await;
        assert_eq!(centre.open_now().await, Vec::<String>::new());
        let begun = centre.now();
        centre.ring(&[3], 2).await;
        assert_eq!(centre.open_now().await, ["20260105-0001 名R3 by 3"]);

        let one = centre.get(LEADER, "/api/clusters/20260105-0001").await;
        assert_eq!(one["customers"], HOMES);
        assert_eq!(one["allowed"], json!(["confirm", "dismiss"]));
        assert_eq!(one["path"].as_array().map(Vec::len), Some(3));
        assert_eq!(
            (one["marks"].as_array().map(Vec::len), one["rows"].as_array().map(Vec::len)),
            (Some(3), Some(3))
        );
        let own = one["said"]["own"].as_str().expect("what is said");
        assert!(own.contains("停气") && own.contains("正在查找故障") && own.starts_with("您所在的"), "{own}");
        assert_eq!(one["said"]["others"], Value::Null, "too small for everybody");
        let name = one["rows"][0]["name"].as_str().expect("a name");
        assert!(name.contains('*'), "masked: {name}");

        // Whoever may not publish does not.
        let confirm = json!({ "act": "confirm", "version": one["version"] });
        assert_eq!(centre.act(DEPUTY, "20260105-0001", confirm.clone()).await.status.as_u16(), 403);
        assert_eq!(centre.act(AGENT, "20260105-0001", confirm.clone()).await.status.as_u16(), 403);
        let caller = number(home(3, 9));
        let heard =
            outages::heard_by(&db, &centre.calendar, caller.as_str(), centre.now()).await.expect("heard");
        assert_eq!(heard.segments.len(), 0);
        let done = centre.act(LEADER, "20260105-0001", confirm.clone()).await;
        assert_eq!(
            (done.status.as_u16(), &done.body["state"]),
            (200, &json!("confirmed")),
            "{}",
            done.show()
        );
        // Who lives there hears of it before the menu.
        let heard =
            outages::heard_by(&db, &centre.calendar, caller.as_str(), centre.now()).await.expect("heard");
        assert_eq!(heard.segments.first().map(|said| said.text.as_str()), Some(own));
        assert!(heard.own);
        let outage = done.body["outage"].as_str().expect("an outage");
        let outage = centre.get(LEADER, &format!("/api/outages/{outage}")).await;
        assert_eq!(
            (&outage["state"], &outage["class"], &outage["counts"]["all"]),
            (&json!("in_progress"), &json!("fault"), &json!(HOMES))
        );
        // As it stands in a message: 因突发故障自…停气.
        assert_eq!(outage["plan"]["reason"], "突发故障");
        let starts: Timestamp = serde_json::from_value(outage["starts"].clone()).expect("a time");
        assert!(starts < begun, "since the first sign");

        // Twice is once, and more calls from there are that outage's.
        assert_eq!(centre.act(LEADER, "20260105-0001", confirm).await.body["code"], "clusters.not_now");
        centre.look().await;
        centre.ring(&[3, 3, 3, 3], 10).await;
        assert_eq!(centre.open_now().await, Vec::<String>::new());
        let one = centre.get(LEADER, "/api/clusters/20260105-0001").await;
        assert_eq!(one["heard"], 7);
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn what_grows_is_one_and_a_restart_changes_nothing() {
    on_both(ALL, async |db| {
        let mut centre = Centre::open(&db).await;
        centre.ring(&[0, 0, 0], 0).await;
        assert_eq!(centre.open_now().await, ["20260105-0001 名R0 by 3"]);
        centre.ring(&[1, 2, 4, 1], 5).await;
        assert_eq!(
            centre.open_now().await,
            ["20260105-0001 名S0 by 7"],
            "the section, when its risers are hit"
        );
        let before = centre.rebuilt().await;
        assert_eq!(before.len(), 7);
        // Another process takes over.
        centre.watch = Watch::default();
        centre.look().await;
        assert_eq!(centre.rebuilt().await, before);
        centre.ring(&[3], 20).await;
        assert_eq!(centre.open_now().await, ["20260105-0001 名S0 by 8"]);
        centre.pass(50 * 60);
        centre.look().await;
        assert_eq!(centre.open_now().await, Vec::<String>::new());
        let past = centre.get(AGENT, "/api/clusters?which=past").await;
        assert_eq!((&past["items"][0]["state"], &past["next"]), (&json!("expired"), &Value::Null));
        assert_eq!(proposals::open(&db).await.expect("read"), vec![]);
    });
}

#[test]
fn what_a_call_is_about_is_known_later_and_what_is_none_is_said_so() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let bill = centre.rings(home(5, 0), Some("top:3 fees:1")).await;
        let asks = centre.rings(home(5, 1), None).await;
        centre.rings(home(5, 2), Some("top:2 repair:1")).await;
        centre.rings(home(5, 3), Some("top:2 repair:1")).await;
        centre.look().await;
        assert_eq!(centre.open_now().await.len(), 1, "the bill is none of the three");
        centre.writes(asks, "G0301").await;
        assert_eq!(centre.open_now().await, ["20260105-0001 名R5 by 2"]);
        centre.writes(bill, "G010201").await;
        assert_eq!(centre.open_now().await, ["20260105-0001 名R5 by 3"]);

        let dismiss =
            |why: &str, version: &Value| json!({ "act": "dismiss", "why": why, "version": version });
        let version = centre.get(DEPUTY, "/api/clusters/now").await["largest"]["version"].clone();
        assert_eq!(
            centre.act(DEPUTY, "20260105-0001", dismiss(" ", &version)).await.body["code"],
            "clusters.bad_field"
        );
        let done = centre.act(DEPUTY, "20260105-0001", dismiss("表具批量更换通知", &version)).await;
        assert_eq!(
            (&done.body["state"], &done.body["why"]),
            (&json!("dismissed"), &json!("表具批量更换通知")),
            "{}",
            done.show()
        );
        centre.look().await;
        centre.ring(&[5, 5], 10).await;
        assert_eq!(centre.open_now().await, Vec::<String>::new(), "what was there is decided");
        centre.ring(&[5], 20).await;
        assert_eq!(centre.open_now().await, ["20260105-0002 名R5 by 3"]);
    });
}

#[test]
fn orders_count_and_an_outage_that_is_entered_takes_the_proposal_with_it() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        for nth in 0..3 {
            let address = customer(SEED, home(7, nth), TOWN).address;
            let matter = json!({ "kind": "fault", "subtype": "fault.no_gas", "content": "整栋楼没气，灶打不着火",
                "address": address, "contact": { "name": "王小明", "phone": number(home(7, nth)).as_str() } });
            let filed = centre
                .site
                .post("/api/work_orders", json!({ "matter": matter }))
                .by(AGENT.0, AGENT.1)
                .send()
                .await;
            assert_eq!(filed.status.as_u16(), 200, "{}", filed.show());
            centre.pass(20);
        }
        centre.look().await;
        assert_eq!(centre.open_now().await, ["20260105-0001 名R7 by 3"]);
        let one = centre.get(AGENT, "/api/clusters/20260105-0001").await;
        assert!(one["rows"][0]["order_number"].is_string(), "{one}");
        assert_eq!(one["allowed"], json!([]));

        // The control room reports the whole section.
        let section = network::by_codes(&db, &["S1".to_owned()]).await.expect("found").remove(0);
        let plan = json!({ "utility": "gas", "class": "fault", "cause": "equipment", "reason": "调压器故障", "ends": null,
            "starts": centre.now(), "area": { "text": "青岚区", "elements": [section.id], "places": [], "accounts": [] } });
        let entered = centre.site.post("/api/outages", plan).by(LEADER.0, LEADER.1).send().await;
        assert_eq!(entered.status.as_u16(), 200, "{}", entered.show());
        let path = format!("/api/outages/{}/act", entered.body["id"].as_str().expect("an id"));
        let act = json!({ "act": { "act": "publish" }, "version": entered.body["version"] });
        let published = centre.site.post(&path, act).by(LEADER.0, LEADER.1).send().await;
        assert_eq!(published.status.as_u16(), 200, "{}", published.show());
        centre.look().await;
        assert_eq!(centre.open_now().await, Vec::<String>::new());
        let one = centre.get(AGENT, "/api/clusters/20260105-0001").await;
        assert_eq!(
            (&one["state"], &one["outage"], &one["heard"]),
            (&json!("confirmed"), &entered.body["id"], &json!(3))
        );
        centre.ring(&[7, 8, 9, 7, 8], 10).await;
        assert_eq!(centre.open_now().await, Vec::<String>::new(), "it covers the risers beside it, too");
    });
}

#[test]
fn settings_are_checked_and_kept_in_versions() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let kept = centre.get(LEADER, "/api/clusters/settings").await;
        // The town has gas, so that is what it begins with.
        assert_eq!((&kept["version"], &kept["settings"]["calls_per_day"]), (&json!(0), &json!(0.0035)));
        assert_eq!(kept["usual"]["gas"]["day"], kept["settings"]["day"]);
        assert_eq!(kept["usual"]["power"]["no_supply_share"], json!(0.37));
        let put = async |change: Value| {
            let mut settings = kept["settings"].clone();
            for (key, value) in change.as_object().expect("a change") {
                settings[key] = value.clone();
            }
            let body = json!({ "settings": settings, "version": kept["version"] });
            centre.site.put("/api/clusters/settings", body).by(LEADER.0, LEADER.1).send().await
        };
        assert_eq!(put(json!({ "households": 1 })).await.body["code"], "clusters.out_of_range");
        assert_eq!(put(json!({ "keys": [""] })).await.body["code"], "clusters.bad_list");
        assert_eq!(put(json!({ "households": 2, "surprise": 4.0 })).await.body["version"], 1);
        assert_eq!(put(json!({ "households": 4 })).await.status.as_u16(), 409, "somebody was faster");
        centre.ring(&[3, 3], 0).await;
        assert_eq!(centre.open_now().await, ["20260105-0001 名R3 by 2"]);
    });
}
