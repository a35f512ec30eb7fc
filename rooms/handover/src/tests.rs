//! The room as people use it, on both databases: two leaders, orders that are open when the shift changes, an alarm.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use calls::testing::Noting;
use db::testdb::on_both;
use db::{Db, Migrations};
use departments::testing::{self, Team};
use expect_test::expect;
use kernel::calendar::Calendar;
use kernel::{PersonId, UnitId};
use serde_json::{Value, json};
use web::testing::{Reply, TestSite};

use crate::{MIGRATIONS, room};

mod teams;

const ALL: &[Migrations] = &[
    departments::MIGRATIONS,
    people::MIGRATIONS,
    promises::MIGRATIONS,
    notices::MIGRATIONS,
    calls::MIGRATIONS,
    customers::MIGRATIONS,
    work_orders::MIGRATIONS,
    outages::MIGRATIONS,
    escalations::MIGRATIONS,
    MIGRATIONS,
];
const CREW_1: UnitId = UnitId(1);

type Who = (i64, &'static [&'static str]);
const LEADS: &[&str] = &[
    "handover.sign",
    "handover.read",
    "handover.log",
    "handover.configure",
    "promises.read",
    "work_orders.read",
];
const EARLY: Who = (30, LEADS);
const LATE: Who = (31, LEADS);
const NIGHT: Who = (32, LEADS);
const AGENT: Who = (10, &["work_orders.file", "work_orders.read"]);
const CREW: Who = (20, &["work_orders.handle"]);
const BOSS: Who = (
    40,
    &[
        "work_orders.read",
        "work_orders.dispatch",
        "work_orders.supervise",
        "work_orders.review",
        "notices.bulletins",
    ],
);

struct Centre {
    site: TestSite,
}

impl Centre {
    /// Monday, 2026-01-05, 8 in the morning: the early shift begins.
    async fn open(db: &Db) -> Centre {
        let hall = Arc::new(Noting::default());
        let rooms = vec![
            promises::room(),
            work_orders::room(Calendar::china(), Path::new("no folder").to_owned()),
            room(hall, Calendar::china()),
        ];
        let site = TestSite::new(db.clone(), rooms);
        db.join(&site.site.events).await.expect("listening");
        work_orders::put_demo(&site.app, "gas").await.expect("the demo's sub-types");
        let crew =
            Team { id: CREW_1, name: "抢修班", duties: &["leak"], areas: &["青岚区"], handler: CREW.0 };
        testing::put(db, &[crew], site.app.now()).await.expect("a team");
        let centre = Centre { site };
        centre.run(&["handover.follow", "handover.begin"]).await;
        centre
    }

    /// These jobs, once each, and what follows from them.
    async fn run(&self, names: &[&str]) {
        for name in names {
            let job = self.site.site.jobs.iter().find(|job| job.name == *name).expect("a job of that name");
            (job.run)(self.site.app.clone()).await.expect("done");
        }
        self.site.app.db.deliver_pending(&self.site.site.events).await.expect("heard");
    }

    /// The clock goes on, and everything that goes by it.
    async fn later(&self, minutes: u64) {
        self.site.clock.advance(Duration::from_secs(minutes * 60));
        self.run(&["handover.begin", "promises.watch", "handover.look_again", "handover.follow"]).await;
    }

    async fn post(&self, who: Who, path: &str, body: Value) -> Reply {
        self.site.post(path, body).by(who.0, who.1).send().await
    }

    async fn get(&self, who: Who, path: &str) -> Value {
        let reply = self.site.get(path).by(who.0, who.1).send().await;
        assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.show());
        reply.body
    }

    /// An order of a crew.
    async fn order(&self, sub_type: &str, more: Value) -> String {
        let mut matter = json!({ "kind": sub_type.split('.').next(), "subtype": sub_type, "content": "厨房闻到煤气味，越来越浓",
            "area": "青岚区", "address": "淮河中路10号3栋201", "contact": { "name": "王小明", "phone": "13812345678" },
            "fields": { "demand": "当面道歉", "reported": "3栋201" } });
        for (key, value) in more.as_object().expect("more") {
            matter[key] = value.clone();
        }
        let form = json!({ "matter": matter, "unit": CREW_1.to_string() });
        let reply = self.post(AGENT, "/api/work_orders", form).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        reply.body["id"].as_str().expect("an id").to_owned()
    }

    async fn move_order(&self, who: Who, order: &str, act: Value) {
        let reply = self.post(who, &format!("/api/work_orders/{order}/act"), json!({ "act": act })).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
    }

    /// The record of the shift that works now.
    async fn current(&self) -> String {
        self.get(EARLY, "/api/handover/now").await["current"]["id"].as_str().expect("a shift").to_owned()
    }

    async fn try_act(&self, who: Who, handover: &str, act: Value) -> Reply {
        self.post(who, &format!("/api/handover/{handover}/act"), act).await
    }

    async fn act(&self, who: Who, handover: &str, act: Value) -> Value {
        let reply = self.try_act(who, handover, act).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        reply.body
    }

    async fn show(&self, who: Who, handover: &str) -> Value {
        self.get(who, &format!("/api/handover/{handover}")).await
    }

    /// All sections filled in, a word on each order, and signed.
    async fn sign_out(&self, who: Who, handover: &str) -> Value {
        let sections = ["summary", "outages", "faults", "equipment", "attendance", "instructions", "policy"];
        let sections: Value = sections.iter().map(|section| (section.to_string(), json!("无"))).collect();
        self.act(who, handover, json!({ "act": "write", "sections": sections })).await;
        for order in orders(&self.show(who, handover).await) {
            let remark = json!({ "act": "remark", "about": order, "text": "盯住到场时间，到场后回电" });
            self.act(who, handover, remark).await;
        }
        self.act(who, handover, json!({ "act": "sign_out" })).await
    }

    async fn accept_all(&self, who: Who, handover: &str) {
        for order in orders(&self.show(who, handover).await) {
            self.act(who, handover, json!({ "act": "accept", "about": order })).await;
        }
    }
}

fn orders(record: &Value) -> Vec<String> {
    let items = record["items"].as_array().expect("items").iter();
    items.filter_map(|item| item["about"].as_str().map(str::to_owned)).collect()
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

/// Whoever takes over knows what is off, and whether callers hear of it.
#[test]
fn outages_are_handed_over_with_what_callers_hear() {
    on_both(ALL, async |db| {
        use outages::rules::{Act, Asker};
        let centre = Centre::open(&db).await;
        let (app, calendar) = (&centre.site.app, Calendar::china());
        let hours = |hours: u64| app.now() + Duration::from_secs(hours * 3_600);
        for (area, class, starts, ends) in [
            ("青岚区", "fault", app.now(), hours(2)),
            ("临溪县", "temporary", hours(20), hours(24)),
            ("云麓", "temporary", hours(40), hours(44)),
        ] {
            let plan = json!({ "utility": "gas", "class": class, "cause": "maintenance", "reason": "阀门更换",
                "area": { "text": area, "places": [{ "area": area }] }, "starts": starts, "ends": ends });
            let plan = serde_json::from_value(plan).expect("a plan");
            let id = outages::work::enter(app, &calendar, PersonId(LATE.0), &plan).await.expect("entered");
            let publish = Act::Publish { why: "抢修需要立即停气".into(), next_news: None };
            let act = async |who: Who, act: Act| {
                let asker = Asker { person: Some(PersonId(who.0)), writes: true, approves: true };
                outages::work::act(app, &calendar, asker, id, None, &act).await.expect("moved");
            };
            if class != "fault" {
                act(LATE, Act::Submit).await;
                act(EARLY, Act::Approve { why: String::new() }).await;
            }
            act(EARLY, publish).await;
        }
        let draft = centre.show(EARLY, &centre.current().await).await;
        let left = draft["left"]["outages"].as_array().expect("outages");
        let left: Vec<_> = left.iter().map(|one| (&one["area"], &one["begun"], &one["greets"])).collect();
        assert_eq!(
            left,
            [
                (&json!("青岚区"), &json!(true), &json!("speaks")),
                (&json!("临溪县"), &json!(false), &json!("silent"))
            ]
        );
    });
}

#[test]
fn a_shift_is_handed_over_verified_one_by_one_and_signed_by_both() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let leak = centre.order("fault.leak", json!({ "danger": true })).await;
        let early = centre.current().await;
        let draft = centre.show(EARLY, &early).await;
        assert_eq!((&draft["number"], &draft["state"]), (&json!("2026-01-05 早班"), &json!("draft")));
        // What needs somebody's eye stands by itself, and is counted by kind beside the rest.
        assert_eq!(orders(&draft), [leak.as_str()]);
        assert_eq!(draft["items"][0]["why"][0], "emergency");
        let fault = &draft["left"]["orders"][0];
        assert_eq!((&fault["kind"], &fault["open"], &fault["rest"]), (&json!("fault"), &json!(1), &json!(0)));

        let early_on = centre.try_act(EARLY, &early, json!({ "act": "sign_out" })).await;
        assert_eq!(code(&early_on), (409, "handover.too_early"));
        centre.later(7 * 60 + 50).await;
        let silent = centre.try_act(EARLY, &early, json!({ "act": "sign_out" })).await;
        assert_eq!(code(&silent), (422, "handover.sections_missing"));
        let signed = centre.sign_out(EARLY, &early).await;
        assert_eq!((&signed["state"], &signed["outgoing"]), (&json!("signed_out"), &json!(PersonId(30))));
        assert_eq!(signed["items"][0]["remark"], "盯住到场时间，到场后回电");
        let reply = centre.try_act(EARLY, &early, json!({ "act": "write", "sections": {} })).await;
        assert_eq!(code(&reply), (409, "handover.wrong_state"), "what is signed is not changed");

        let own = centre.try_act(EARLY, &early, json!({ "act": "accept", "about": leak })).await;
        assert_eq!(code(&own), (409, "handover.own_signature"));
        let at_once = centre.try_act(LATE, &early, json!({ "act": "sign_in" })).await;
        assert_eq!(code(&at_once), (409, "handover.unverified"));
        let asked = json!({ "act": "query", "about": leak, "question": "阀门关了没有？" });
        let asked = centre.act(LATE, &early, asked).await;
        assert_eq!((&asked["unverified"], &asked["incoming"]), (&json!(0), &json!(PersonId(31))));
        let open = centre.try_act(LATE, &early, json!({ "act": "sign_in" })).await;
        assert_eq!(code(&open), (409, "handover.unanswered"));
        let other = centre.try_act(NIGHT, &early, json!({ "act": "accept", "about": leak })).await;
        assert_eq!(code(&other), (409, "handover.other_incoming"));
        let answer = json!({ "act": "answer", "about": leak, "text": "表前阀已关，现场有人" });
        assert_eq!(centre.act(EARLY, &early, answer).await["state"], "verified");
        let done = centre.act(LATE, &early, json!({ "act": "sign_in" })).await;
        assert_eq!(
            (&done["state"], &done["signed_in_at"]),
            (&json!("signed_in"), &json!("2026-01-05T07:50:00Z"))
        );

        // Corrected by what is added.
        let added = json!({ "act": "append", "text": "小结中漏记一次设备重启" });
        assert_eq!(centre.act(EARLY, &early, added).await["appendix"][0]["by"], json!(PersonId(30)));
        let running = centre.get(EARLY, "/api/promises?step=sign_handover").await;
        let running: Vec<&Value> = running["items"].as_array().expect("a list").iter().collect();
        assert_eq!(running.len(), 0, "nothing is owed any more");
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn a_shift_change_in_the_middle_of_an_order_loses_nothing() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        centre.later(7 * 60 + 30).await;
        let before = centre.order("fault.leak", json!({ "danger": true })).await;
        let early = centre.current().await;
        centre.sign_out(EARLY, &early).await;
        centre.later(5).await;
        // Reported after the one has signed and before the other has.
        let between = centre.order("fault.leak", json!({ "danger": true })).await;
        centre.move_order(CREW, &before, json!({ "act": "take" })).await;
        centre.act(LATE, &early, json!({ "act": "accept", "about": before })).await;
        let seen = centre.show(LATE, &early).await;
        assert_eq!((seen["state"].clone(), orders(&seen)), (json!("verified"), vec![before.clone()]));
        // Signing looks once more: it is there, and nobody signs over it.
        centre.site.clock.advance(Duration::from_secs(30));
        let late = centre.try_act(LATE, &early, json!({ "act": "sign_in" })).await;
        assert_eq!(code(&late), (409, "handover.unverified"));
        let seen = centre.show(LATE, &early).await;
        assert_eq!(
            (seen["state"].clone(), orders(&seen)),
            (json!("signed_out"), vec![before.clone(), between.clone()])
        );
        assert_eq!(seen["items"][1]["late"], true);
        // The order went on meanwhile: handed over as it was, and shown as it is.
        assert_eq!(
            (&seen["items"][0]["matter"]["state"], &seen["items"][0]["now"]["state"]),
            (&json!("dispatched"), &json!("taken"))
        );
        centre.act(LATE, &early, json!({ "act": "accept", "about": between })).await;
        centre.act(LATE, &early, json!({ "act": "sign_in" })).await;
        // What comes after the signature is the next shift's, and what was handed over still is, until it is done.
        let after = centre.order("fault.leak", json!({ "danger": true })).await;
        centre.later(60).await;
        let next = centre.current().await;
        assert_ne!(next, early);
        let handed: BTreeSet<String> = orders(&centre.show(LATE, &next).await).into_iter().collect();
        assert_eq!(handed, BTreeSet::from([before, between, after]));
    });
}

#[test]
fn a_handover_that_nobody_signs_is_told_once_and_over_a_restart() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let early = centre.current().await;
        let alarmed = async |centre: &Centre| {
            let filter = audit::store::Filter {
                room: Some("handover".into()),
                kind: Some("alarmed".into()),
                limit: 10,
                ..audit::store::Filter::default()
            };
            audit::store::lines(&centre.site.app.db, &filter).await.expect("the journal").len()
        };
        centre.later(8 * 60 + 14).await;
        assert_eq!(alarmed(&centre).await, 0);
        let owed = centre.get(EARLY, "/api/promises?step=sign_handover").await;
        assert_eq!(
            (&owed["items"][0]["subject"], &owed["items"][0]["due"], &owed["items"][0]["told"]),
            (&json!(early), &json!("2026-01-05T08:15:00Z"), &json!("orange"))
        );
        assert_eq!(owed["items"][0]["kind"], Value::Null);
        // The centre is down when the time comes.
        centre.site.clock.advance(Duration::from_secs(600));
        centre.run(&["promises.watch"]).await;
        centre.run(&["promises.watch", "handover.alarms"]).await;
        assert_eq!(alarmed(&centre).await, 1);
        let waiting = centre.get(LATE, "/api/handover/now").await;
        assert_eq!(waiting["waiting"][0]["id"], json!(early));
        assert_ne!(waiting["waiting"][0]["alarmed_at"], Value::Null);
        // Heard once more, it is not told once more.
        let mut tx = db.begin().await.expect("a change");
        sqlx::query("UPDATE db_outbox_reader SET heard = 0").execute(&mut *tx).await.expect("forgotten");
        tx.commit().await.expect("kept");
        centre.later(1).await;
        assert_eq!(alarmed(&centre).await, 1);
        // Late, but signed: the alarm is over, and the promise was broken.
        centre.sign_out(EARLY, &early).await;
        centre.accept_all(LATE, &early).await;
        // The new shift works already: what is reported now is on its own list, and this one does not grow.
        centre.order("fault.leak", json!({ "danger": true })).await;
        centre.later(2).await;
        centre.act(LATE, &early, json!({ "act": "sign_in" })).await;
        assert_eq!(centre.get(LATE, "/api/handover/now").await["waiting"], json!([]));
        let broken = centre.get(EARLY, "/api/promises?which=broken&step=sign_handover").await;
        assert_eq!(broken["items"][0]["subject"], json!(early));
    });
}

#[test]
fn two_programs_begin_a_shift_once_and_a_new_one_begins_where_the_last_ended() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        centre.run(&["handover.begin", "handover.begin"]).await;
        // It was down over a whole shift.
        centre.later(20 * 60).await;
        let all = centre.get(EARLY, "/api/handover").await;
        let all: Vec<String> = all["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|line| format!("{} {} {}", line["number"], line["begins"], line["ends"]))
            .collect();
        expect![[r#"
            "2026-01-06 夜班" "2026-01-05T16:00:00Z" "2026-01-06T00:00:00Z"
            "2026-01-05 早班" "2026-01-05T00:00:00Z" "2026-01-05T08:00:00Z""#]]
        .assert_eq(&all.join("\n"));
        // New hours count from the next shift on, and nothing lies between.
        let mut form = centre.get(EARLY, "/api/handover/settings").await;
        form["settings"]["shifts"] =
            json!([{ "name": "白班", "begins": "09:00:00" }, { "name": "夜班", "begins": "21:00:00" }]);
        let put = centre.site.put("/api/handover/settings", form.clone()).by(EARLY.0, EARLY.1).send().await;
        assert_eq!(put.body["version"], 1, "{}", put.show());
        let stale = centre.site.put("/api/handover/settings", form).by(EARLY.0, EARLY.1).send().await;
        assert_eq!(code(&stale), (409, "web.changed_meanwhile"));
        centre.later(5 * 60).await;
        let now = centre.get(EARLY, "/api/handover/now").await;
        assert_eq!(
            (&now["current"]["begins"], &now["current"]["ends"]),
            (&json!("2026-01-06T01:00:00Z"), &json!("2026-01-06T13:00:00Z"))
        );
    });
}

#[test]
fn the_log_writes_itself_and_is_completed_by_hand() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let leak = centre.order("fault.leak", json!({ "danger": true })).await;
        let price = centre.order("enquiry.price", json!({ "content": "想问阶梯气价从哪天算起" })).await;
        let rude = json!({ "content": "话务员态度恶劣", "about": PersonId(EARLY.0), "level": "important" });
        centre.order("complaint.service", rude).await;
        let press = json!({ "act": "supervise", "grade": "daily", "reason": "ordered", "action": "一小时内回复现场情况" });
        centre.move_order(BOSS, &leak, press).await;
        centre.move_order(CREW, &price, json!({ "act": "take" })).await;
        centre.later(30).await;
        let note = json!({ "text": "市应急局来电询问泄漏处置" });
        let written = centre.post(EARLY, "/api/handover/log", note).await;
        assert_eq!(written.status.as_u16(), 200, "{}", written.show());
        let log = async |who: Who, query: &str| {
            let page = centre.get(who, &format!("/api/handover/log?{query}")).await;
            let lines = page["items"].as_array().expect("a list").iter();
            let words = lines.map(|line| format!("{} {}{}", line["what"], line["number"], line["text"]));
            (words.collect::<Vec<_>>().join("\n"), page["next"].as_str().unwrap_or_default().to_owned())
        };
        let (all, _) = log(LATE, "").await;
        expect![[r#"
            "accepted" "20260105-0001"null
            "dispatch" "20260105-0001"null
            "accepted" "20260105-0002"null
            "accepted" "20260105-0003"null
            "dispatch" "20260105-0003"null
            "supervise" "20260105-0001"null
            "note" null"市应急局来电询问泄漏处置""#]]
        .assert_eq(&all);
        // Whom a complaint is about does not read of it here.
        assert!(!log(EARLY, "").await.0.contains("0003"));
        assert!(!log(LATE, "important=true").await.0.contains("0002"));
        let (page, next) = log(LATE, "limit=3").await;
        let (rest, _) = log(LATE, &format!("limit=3&after={next}")).await;
        assert!(all.starts_with(&page) && all.contains(&rest), "page by page the same");
        let hours = centre.get(LATE, "/api/handover/log/hours").await;
        assert_eq!((&hours[0]["what"], &hours[0]["count"]), (&json!("accepted"), &json!(3)));
        // Followed once more, nothing stands there twice.
        centre.run(&["handover.follow"]).await;
        assert_eq!(log(LATE, "").await.0, all);

        // A signed shift is corrected, not written into.
        let early = centre.current().await;
        centre.later(7 * 60 + 30).await;
        centre.sign_out(EARLY, &early).await;
        let back = json!({ "text": "补记", "at": "2026-01-05T02:00:00Z" });
        assert_eq!(
            code(&centre.post(EARLY, "/api/handover/log", back).await),
            (409, "handover.shift_signed")
        );
        let ahead = json!({ "text": "预记", "at": "2026-01-05T12:00:00Z" });
        assert_eq!(
            code(&centre.post(EARLY, "/api/handover/log", ahead).await),
            (422, "handover.impossible_time")
        );
        let wrong = json!({ "text": "应为区应急局", "corrects": written.body["id"] });
        let mended = centre.post(EARLY, "/api/handover/log", wrong).await;
        assert_eq!(mended.body["at"], written.body["at"], "it is read where the mistake is");
        let machine = centre.get(LATE, &format!("/api/handover/log?handover={early}")).await;
        let not_ours = json!({ "text": "改", "corrects": machine["items"][0]["id"] });
        assert_eq!(
            code(&centre.post(EARLY, "/api/handover/log", not_ours).await),
            (422, "handover.no_such_line")
        );
    });
}

#[test]
fn the_meeting_before_a_shift_is_written_and_read_by_those_who_were_there() {
    const THERE: Who = (10, &["handover.attend"]);
    const AWAY: Who = (11, &["handover.attend"]);
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let early = centre.current().await;
        centre.later(7 * 60 + 45).await;
        centre.sign_out(EARLY, &early).await;
        centre.later(20).await;
        let late = centre.current().await;
        let before = centre.get(LATE, "/api/handover/meeting").await;
        assert_eq!(
            (&before["at"], &before["summary"], &before["may_write"]),
            (&Value::Null, &json!("无"), &json!(true)),
            "the leader before has summed up"
        );
        let present = json!([
            { "person": PersonId(THERE.0), "attendance": "on_time", "proper": true },
            { "person": PersonId(AWAY.0), "attendance": "leave", "proper": true },
        ]);
        let minutes = json!({ "said": { "risks": "望江区今日停气改造" }, "present": present });
        let path = format!("/api/handover/{late}/meeting");
        let put = async |who: Who, minutes: &Value, version: i64| {
            let form = json!({ "minutes": minutes, "version": version });
            centre.site.put(&path, form).by(who.0, who.1).send().await
        };
        assert_eq!(put(LATE, &minutes, 0).await.body["version"], 1);
        assert_eq!(code(&put(LATE, &minutes, 0).await), (409, "web.changed_meanwhile"));
        let twice = json!({ "said": {}, "present": [minutes["present"][0], minutes["present"][0]] });
        assert_eq!(code(&put(LATE, &twice, 1).await), (422, "handover.bad_present"));

        assert_eq!(centre.get(THERE, "/api/handover/meeting").await["to_read"], true);
        let read = centre.post(THERE, &format!("{path}/read"), json!({})).await;
        assert_eq!(
            (&read.body["to_read"], &read.body["readers"][0]["person"]),
            (&json!(false), &json!(PersonId(10)))
        );
        let away = centre.post(AWAY, &format!("{path}/read"), json!({})).await;
        assert_eq!(code(&away), (409, "handover.not_present"));
        let nosy = centre.site.get(&format!("/api/handover/{late}")).by(THERE.0, THERE.1).send().await;
        assert_eq!(nosy.status.as_u16(), 403, "what is handed over is the leaders'");
        // Handed over, it stays as it was.
        let of_early = format!("/api/handover/{early}/meeting");
        let form = json!({ "minutes": minutes, "version": 0 });
        let past = centre.site.put(&of_early, form).by(LATE.0, LATE.1).send().await;
        assert_eq!(code(&past), (409, "handover.wrong_state"));
    });
}
