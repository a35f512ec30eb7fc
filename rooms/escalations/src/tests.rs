//! The room as people use it, on both databases: an agent who calls, leaders who answer or do not, rules that find something.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use calls::testing::Noting;
use db::testdb::on_both;
use db::{Db, Migrations};
use departments::rules::roster::{Duty, Stretch};
use departments::{Kind as UnitKind, Member, Post, Unit};
use exchange::floor::QueueView;
use kernel::calendar::Calendar;
use kernel::{BuiltIn, DutyId, EscalationId, PersonId, QueueId, SessionId, UnitId};
use people::store::session::{NewSession, begin};
use serde_json::{Value, json};
use web::testing::{Reply, TestSite};
use work_orders::LevelProposed;
use work_orders::rules::order::Level;

use crate::rules::{Escalation, Matter, State};
use crate::store::escalations;
use crate::{MIGRATIONS, room};

mod calling;

const ALL: &[Migrations] = &[
    audit::MIGRATIONS,
    notices::MIGRATIONS,
    departments::MIGRATIONS,
    people::MIGRATIONS,
    promises::MIGRATIONS,
    ivr_flows::MIGRATIONS,
    calls::MIGRATIONS,
    campaigns::MIGRATIONS,
    work_orders::MIGRATIONS,
    MIGRATIONS,
];
const COMPANY: UnitId = UnitId(1);
const CREW: UnitId = UnitId(2);

type Who = (i64, &'static [&'static str]);
const AGENT: Who = (10, &["work_orders.file", "work_orders.read", "escalations.raise"]);
const OTHER: Who = (11, &["work_orders.file", "work_orders.read", "escalations.raise"]);
const ANSWERS: &[&str] =
    &["escalations.raise", "escalations.answer", "escalations.read", "work_orders.read", "promises.read"];
const LEADER: Who = (20, ANSWERS);
const LEADER_2: Who = (21, ANSWERS);
const SHIFT: Who = (30, ANSWERS);
const HEAD: Who = (40, &["escalations.raise", "escalations.answer"]);
const OFFICER: Who = (50, &["escalations.raise", "escalations.answer"]);
const BOSS: Who = (
    60,
    &[
        "escalations.raise",
        "escalations.answer",
        "escalations.read",
        "escalations.manage",
        "escalations.configure",
        "work_orders.read",
        "work_orders.dispatch",
        "notices.read",
        "promises.read",
    ],
);

struct Centre {
    site: TestSite,
    hall: Arc<Noting>,
}

fn unit(id: UnitId, parent: Option<UnitId>, code: &str) -> Unit {
    Unit {
        id,
        parent,
        kind: if parent.is_none() { UnitKind::Branch } else { UnitKind::Team },
        code: code.into(),
        name: code.into(),
        external: false,
        duties: vec!["leak".into()],
        areas: vec!["青岚区".into()],
        phone: None,
        retired_at: None,
        version: 1,
    }
}

impl Centre {
    /// Monday, 2026-01-05, 8 in the morning. Everybody but the head and the officer is signed in; those two have telephones.
    async fn open(db: &Db) -> Centre {
        let hall = Arc::new(Noting::default());
        let rooms = vec![
            notices::room(Arc::new(notices::Ways::none()), Calendar::china()),
            promises::room(),
            work_orders::room(Calendar::china(), Path::new("no folder").to_owned()),
            room(hall.clone(), Calendar::china()),
        ];
        let site = TestSite::new(db.clone(), rooms);
        db.join(&site.site.events).await.expect("listening");
        work_orders::put_demo(&site.app, "gas").await.expect("the demo's sub-types");
        notices::put_demo(&site.app).await.expect("the texts");
        people::start(db, &[]).await.expect("the roles");
        let group = people::store::put::put_group(&site.app, "一组").await.expect("a group");
        let now = site.app.now();
        let mut tx = db.begin().await.expect("a change");
        let staff = [
            (AGENT.0, BuiltIn::Agent),
            (OTHER.0, BuiltIn::Agent),
            (LEADER.0, BuiltIn::GroupLeader),
            (LEADER_2.0, BuiltIn::GroupLeader),
            (SHIFT.0, BuiltIn::ShiftLeader),
            (HEAD.0, BuiltIn::Department),
            (OFFICER.0, BuiltIn::Manager),
        ];
        for (id, role) in staff {
            let number = format!("{}", 1000 + id);
            let person = people::Person::new(PersonId(id), &number, "某人", role).expect("a person");
            let person = people::Person { group: Some(group), ..person };
            assert!(people::store::insert(&mut tx, &person).await.expect("added"));
            if ![HEAD.0, OFFICER.0].contains(&id) {
                let token = format!("token of {id}");
                let new = NewSession {
                    id: SessionId(id),
                    token_hash: &token,
                    idle: Duration::from_secs(8 * 3_600),
                    address: "127.0.0.1",
                };
                begin(&mut tx, &person, new, now).await.expect("signed in");
            }
        }
        for unit in [unit(COMPANY, None, "GS"), unit(CREW, Some(COMPANY), "QX")] {
            departments::store::add(&mut tx, &unit).await.expect("a unit");
        }
        for (person, unit, post, phone) in [
            (HEAD.0, CREW, Post::Leader, Some("13900000040")),
            (SHIFT.0, COMPANY, Post::Handler, Some("13900000030")),
            (OFFICER.0, COMPANY, Post::Handler, None),
        ] {
            let (person, phone) = (PersonId(person), phone.map(str::to_owned));
            let member = Member { unit, person, post, phone, since: now };
            departments::store::put_member(&mut tx, &member).await.expect("a member");
        }
        let duty = Stretch {
            id: DutyId(1),
            unit: COMPANY,
            person: PersonId(OFFICER.0),
            duty: Duty::Leader,
            from: now,
            to: now + Duration::from_secs(12 * 3_600),
            phone: Some("13900000050".into()),
            reason: None,
            changed_at: now,
            version: 1,
        };
        departments::store::roster::add(&mut tx, &duty).await.expect("a duty");
        tx.commit().await.expect("kept");
        people::store::put::lead_group(&site.app, group, PersonId(LEADER.0)).await.expect("a leader");
        Centre { site, hall }
    }

    async fn run(&self, name: &str) {
        let job = self.site.site.jobs.iter().find(|job| job.name == name).expect("a job of that name");
        (job.run)(self.site.app.clone()).await.expect("done");
        self.heard().await;
    }

    async fn heard(&self) {
        self.site.app.db.deliver_pending(&self.site.site.events).await.expect("heard");
    }

    async fn later(&self, minutes: u64) {
        self.site.clock.advance(Duration::from_secs(minutes * 60));
        self.run("promises.watch").await;
        self.run("escalations.lapse").await;
    }

    async fn post(&self, who: Who, path: &str, body: Value) -> Reply {
        self.site.post(path, body).by(who.0, who.1).send().await
    }

    async fn get(&self, who: Who, path: &str) -> Value {
        let reply = self.site.get(path).by(who.0, who.1).send().await;
        assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.show());
        reply.body
    }

    async fn act(&self, who: Who, id: &str, act: Value) -> Reply {
        self.post(who, &format!("/api/escalations/{id}/act"), json!({ "act": act })).await
    }

    async fn order(&self, sub_type: &str, more: Value) -> String {
        let mut matter = json!({ "kind": sub_type.split('.').next(), "subtype": sub_type, "content": "厨房闻到煤气味，越来越浓",
            "area": "青岚区", "address": "淮河中路10号3栋201", "contact": { "name": "王小明", "phone": "13812345678" },
            "fields": { "demand": "当面道歉", "reported": "3栋201" } });
        for (key, value) in more.as_object().expect("more") {
            matter[key] = value.clone();
        }
        let form = json!({ "matter": matter, "unit": CREW.to_string() });
        let reply = self.post(AGENT, "/api/work_orders", form).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        self.heard().await;
        reply.body["id"].as_str().expect("an id").to_owned()
    }

    /// What is open about a matter, and whose turn it is.
    async fn about(&self, matter: &str) -> Vec<String> {
        let found = self.get(BOSS, &format!("/api/escalations?about={matter}")).await;
        items(&found).iter().map(show).collect()
    }

    /// Numbers of what waits for somebody.
    async fn waiting(&self, who: Who) -> usize {
        self.get(who, "/api/escalations/now").await["waiting"].as_array().map_or(0, Vec::len)
    }
}

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().cloned().unwrap_or_default()
}

fn show(one: &Value) -> String {
    let reasons: Vec<&str> = one["reasons"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|reason| reason["ground"].as_str())
        .collect();
    let turns = one["turns"].as_array().cloned().unwrap_or_default();
    let turn = |turn: &Value| {
        let person: Option<PersonId> = turn["person"].as_str().and_then(|id| id.parse().ok());
        let told: Vec<String> = turn["told"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|told| {
                format!("{}:{}", told["by"].as_str().unwrap_or("?"), told["outcome"].as_str().unwrap_or("?"))
            })
            .collect();
        format!(
            "{} {}{}",
            person.map_or(0, PersonId::get),
            told.join("+"),
            turn["end"].as_str().map(|end| format!(" {end}")).unwrap_or_default()
        )
    };
    let turns: Vec<String> = turns.iter().map(turn).collect();
    format!(
        "{} {} {} | {}",
        reasons.join(","),
        one["rung"].as_str().unwrap_or("?"),
        one["state"].as_str().unwrap_or("?"),
        turns.join(" → ")
    )
}

#[test]
fn a_leak_climbs_from_leader_to_leader_until_somebody_answers() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.order("fault.leak", json!({ "danger": true })).await;
        assert_eq!(centre.about(&order).await, ["emergency team_leader waiting | 20 screen:shown"]);
        assert_eq!(
            (centre.waiting(LEADER).await, centre.waiting(LEADER_2).await),
            (1, 1),
            "the whole step sees it"
        );
        assert_eq!((centre.waiting(SHIFT).await, centre.waiting(AGENT).await), (0, 0));
        centre.later(4).await;
        centre.later(1).await;
        centre.run("escalations.lapse").await;
        assert_eq!(
            centre.about(&order).await,
            ["emergency team_leader waiting | 20 screen:shown lapsed → 21 screen:shown"],
            "once, however often the watcher looks"
        );
        centre.later(5).await;
        assert_eq!(
            centre.about(&order).await,
            [
                "emergency floor_supervisor waiting | 20 screen:shown lapsed → 21 screen:shown lapsed → 30 screen:shown+sms:queued"
            ]
        );
        let sent = centre.get(BOSS, "/api/notices?template=escalation_turn").await;
        let text = items(&sent)[0]["text"].as_str().expect("a text").to_owned();
        assert!(text.contains("紧急情况") && text.contains("1月5日08:15"), "{text}");
        assert!(!text.contains("煤气味"), "never what somebody said: {text}");
        let page = centre.get(SHIFT, "/api/escalations").await;
        let id = items(&page)[0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(
            centre.act(AGENT, &id, json!({ "act": "acknowledge" })).await.status.as_u16(),
            404,
            "a rule began it"
        );
        centre.later(1).await;
        assert_eq!(centre.act(SHIFT, &id, json!({ "act": "acknowledge" })).await.status.as_u16(), 200);
        centre.later(14).await;
        assert_eq!(items(&centre.get(SHIFT, "/api/escalations").await)[0]["state"], "acknowledged");
        assert_eq!(centre.act(SHIFT, &id, json!({ "act": "take_over" })).await.status.as_u16(), 200);
        centre.later(60).await;
        assert_eq!(items(&centre.get(SHIFT, "/api/escalations").await)[0]["state"], "taken_over");
        let broken = centre.get(BOSS, "/api/promises?which=broken&step=acknowledge").await;
        assert_eq!(items(&broken).len(), 2, "two have not answered in time: {broken}");
        let close = json!({ "act": "close", "summary": "已到现场，阀门已关，无人受伤" });
        assert_eq!(centre.act(LEADER, &id, close.clone()).await.body["code"], "escalations.not_yours");
        assert_eq!(centre.act(SHIFT, &id, close).await.status.as_u16(), 200);
        assert_eq!(items(&centre.get(SHIFT, "/api/escalations").await).len(), 0);
        assert_eq!(items(&centre.get(SHIFT, "/api/escalations?which=past").await).len(), 1);
        assert_eq!(items(&centre.get(AGENT, "/api/escalations?which=past").await).len(), 0);
    });
}

#[test]
fn an_explosion_goes_to_the_officer_on_duty_at_once_and_a_correction_raises_what_was_smaller() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order =
            centre.order("fault.leak", json!({ "content": "厨房爆炸，一人烧伤", "danger": true })).await;
        assert_eq!(
            centre.about(&order).await,
            [
                "explosion,injury,emergency duty_officer waiting | 50 screen:not_signed_in+sms:queued+voice:no_flow"
            ]
        );
        let small = centre.order("fault.no_gas", json!({ "content": "家中无气" })).await;
        assert_eq!(centre.about(&small).await, Vec::<String>::new());
        let kept = centre.get(BOSS, &format!("/api/work_orders/{small}")).await;
        let mut matter = json!({ "kind": "fault", "subtype": "fault.no_gas", "area": "青岚区", "content": "电视台记者来电询问无气" });
        matter["fields"] = kept["matter"]["fields"].clone();
        matter["address"] = json!("淮河中路10号3栋201");
        matter["contact"] = json!({ "name": "王小明", "phone": "13812345678" });
        let act = json!({ "act": { "act": "correct", "matter": matter, "why": "补充来电内容" } });
        for _ in 0..2 {
            let reply = centre.post(BOSS, &format!("/api/work_orders/{small}/act"), act.clone()).await;
            assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
            centre.heard().await;
        }
        assert_eq!(
            centre.about(&small).await,
            ["media department_head waiting | 40 screen:not_signed_in+sms:queued"],
            "once, though it was corrected twice"
        );
        assert_eq!(centre.waiting(HEAD).await, 1, "who leads the unit that has it");

        // What was accepted days ago and turns out to be grave today is news today.
        let old = centre.order("fault.no_gas", json!({ "content": "家中没有气" })).await;
        centre.site.clock.advance(Duration::from_secs(2 * 24 * 3_600));
        let reply = centre.post(BOSS, &format!("/api/work_orders/{old}/act"), act).await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        centre.heard().await;
        let about = centre.about(&old).await;
        assert!(about.iter().any(|one| one.starts_with("media ")), "{about:?}");
    });
}

#[test]
fn many_faults_of_one_area_are_one_escalation_until_as_many_come_again() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let found = centre.get(BOSS, "/api/escalations/settings").await;
        let mut settings = found["settings"].clone();
        settings["reports"] = json!(3);
        let put = json!({ "settings": settings, "version": found["version"] });
        let reply = centre.site.put("/api/escalations/settings", put).by(BOSS.0, BOSS.1).send().await;
        assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
        let area = "area:%E9%9D%92%E5%B2%9A%E5%8C%BA";
        let fault = async |count: u32| {
            for _ in 0..count {
                centre.site.clock.advance(Duration::from_secs(1));
                centre.order("fault.no_gas", json!({})).await;
            }
        };
        fault(2).await;
        centre.site.clock.advance(Duration::from_secs(31 * 60));
        fault(2).await;
        assert_eq!(centre.about(area).await, Vec::<String>::new(), "two and two, half an hour apart");
        fault(1).await;
        let first = ["many_reports department_head waiting | 40 screen:not_signed_in+sms:queued"];
        assert_eq!(centre.about(area).await, first);
        fault(4).await;
        assert_eq!(centre.about(area).await, first);
        let page = centre.get(BOSS, "/api/escalations").await;
        assert_eq!(items(&page)[0]["reasons"][0]["count"], 3);
        let id = items(&page)[0]["id"].as_str().expect("an id").to_owned();
        assert_eq!(centre.act(HEAD, &id, json!({ "act": "take_over" })).await.status.as_u16(), 200);
        let close = json!({ "act": "close", "summary": "调压站检修，已发布公告" });
        assert_eq!(centre.act(HEAD, &id, close).await.status.as_u16(), 200);
        fault(2).await;
        assert_eq!(centre.about(area).await.len(), 1);
        fault(1).await;
        assert_eq!(centre.about(area).await.len(), 2, "three more since it was dealt with");
    });
}

#[test]
fn an_agent_calls_for_help_sees_who_comes_and_cannot_answer_herself() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let help = json!({ "ground": "help" });
        let begun = centre.post(AGENT, "/api/escalations", help.clone()).await;
        assert_eq!(begun.status.as_u16(), 200, "{}", begun.show());
        let again = centre.post(AGENT, "/api/escalations", help).await;
        assert_eq!(again.body["id"], begun.body["id"], "pressed twice, it is one");
        let id = begun.body["id"].as_str().expect("an id").to_owned();
        assert_eq!(
            centre.get(AGENT, "/api/escalations/now").await["begun"].as_array().map(Vec::len),
            Some(1)
        );
        assert_eq!(
            centre
                .site
                .get(&format!("/api/escalations/{id}"))
                .by(OTHER.0, OTHER.1)
                .send()
                .await
                .status
                .as_u16(),
            404
        );
        assert_eq!(
            centre.act(AGENT, &id, json!({ "act": "acknowledge" })).await.body["code"],
            "escalations.own_matter"
        );
        assert_eq!(centre.act(LEADER, &id, json!({ "act": "acknowledge" })).await.status.as_u16(), 200);
        assert_eq!(
            centre.get(AGENT, &format!("/api/escalations/{id}")).await["by"],
            PersonId(LEADER.0).to_string()
        );
        let refused =
            async |body: Value| centre.post(AGENT, "/api/escalations", body).await.body["code"].clone();
        assert_eq!(refused(json!({ "ground": "major", "words": "重大" })).await, "escalations.not_by_hand");
        assert_eq!(refused(json!({ "ground": "media" })).await, "escalations.bad_text");
        assert_eq!(refused(json!({ "ground": "help", "call": "ca_1" })).await, "escalations.not_your_call");
        let order = centre.order("fault.no_gas", json!({})).await;
        let said = json!({ "ground": "media", "words": "客户13812345678称已联系记者", "order": order });
        let begun = centre.post(OTHER, "/api/escalations", said).await;
        assert_eq!(begun.status.as_u16(), 200, "{}", begun.show());
        assert_eq!(begun.body["rung"], "department_head");
        assert!(!begun.show().contains("13812345678"), "numbers are masked: {}", begun.show());
    });
}

#[test]
fn whom_a_complaint_is_about_is_not_asked_and_sees_nothing_of_it() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let about = json!({ "about": PersonId(SHIFT.0).to_string(), "level": "important", "content": "班长态度很差" });
        let order = centre.order("complaint.conduct", about).await;
        let shown = centre.about(&order).await;
        assert_eq!(
            shown,
            ["important department_head waiting | 0  nobody → 40 screen:not_signed_in+sms:queued"]
        );
        assert_eq!(centre.waiting(SHIFT).await, 0);
        assert_eq!(items(&centre.get(SHIFT, "/api/escalations").await).len(), 0);
        assert_eq!(items(&centre.get(SHIFT, &format!("/api/escalations?about={order}")).await).len(), 0);
        assert_eq!(items(&centre.get(LEADER, "/api/escalations").await).len(), 1);
    });
}

#[test]
fn a_graver_level_that_is_only_proposed_is_seen_by_superiors_at_once() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let quiet = || json!({ "content": "话务员推诿，客户要求当面道歉", "danger": false });
        let order = centre.order("complaint.conduct", quiet()).await;
        assert_eq!(centre.about(&order).await, Vec::<String>::new());
        let propose = async |order: &str, level, grown| {
            let mut tx = db.begin().await.expect("a change");
            let proposed = LevelProposed { order: order.parse().expect("an id"), level, grown };
            tx.emit(centre.site.app.now(), &proposed).expect("told");
            tx.commit().await.expect("kept");
            centre.heard().await;
            let about = centre.about(order).await;
            about.iter().map(|one| one.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(propose(&order, Level::Major, false).await, ["major department_head"]);
        assert_eq!(propose(&order, Level::Major, false).await, ["major department_head"], "once");
        assert_eq!(propose(&order, Level::Special, false).await, ["major,special duty_officer"]);
        let id = order.parse().expect("an id");
        let kept = work_orders::store::orders::read(&db, id).await.expect("read").expect("there");
        assert_eq!(kept.order.matter.level, Level::Ordinary, "the committee's word is still to come");
        // Of an old order it is history, unless it has grown since.
        let old = centre.order("complaint.conduct", quiet()).await;
        centre.site.clock.advance(Duration::from_secs(3 * 24 * 3_600));
        assert_eq!(propose(&old, Level::Major, false).await, Vec::<String>::new());
        assert_eq!(propose(&old, Level::Major, true).await, ["major department_head"]);
    });
}

#[test]
fn a_queue_over_its_limits_is_told_once_and_stands_down_when_it_is_calm_again() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let queue = QueueId(7);
        let waiting = |waiting: u32| {
            let view = QueueView { waiting, ..QueueView::default() };
            centre.hall.show(|floor| {
                floor.queues.insert(queue, view);
            });
        };
        waiting(25);
        centre.run("escalations.queues").await;
        assert_eq!(
            centre.about(&queue.to_string()).await,
            Vec::<String>::new(),
            "a moment is not long enough"
        );
        for _ in 0..3 {
            centre.site.clock.advance(Duration::from_secs(60));
            centre.run("escalations.queues").await;
        }
        let told = ["queue_over floor_supervisor waiting | 30 screen:shown+sms:queued"];
        assert_eq!(centre.about(&queue.to_string()).await, told);
        waiting(2);
        centre.run("escalations.queues").await;
        let calm = ["queue_over floor_supervisor stood_down | 30 screen:shown+sms:queued over"];
        assert_eq!(centre.about(&queue.to_string()).await, calm);
        waiting(25);
        for _ in 0..2 {
            centre.run("escalations.queues").await;
            centre.site.clock.advance(Duration::from_secs(60));
        }
        centre.run("escalations.queues").await;
        assert_eq!(centre.about(&queue.to_string()).await.len(), 2, "the next time is another matter");
    });
}

#[test]
fn of_two_watchers_one_passes_it_on() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let order = centre.order("fault.leak", json!({ "danger": true })).await;
        centre.site.clock.advance(Duration::from_secs(300));
        let job =
            centre.site.site.jobs.iter().find(|job| job.name == "escalations.lapse").expect("the watcher");
        let (one, other) =
            futures::join!((job.run)(centre.site.app.clone()), (job.run)(centre.site.app.clone()));
        one.expect("done");
        other.expect("done");
        assert_eq!(
            centre.about(&order).await,
            ["emergency team_leader waiting | 20 screen:shown lapsed → 21 screen:shown"]
        );
    });
}

#[test]
fn the_ladder_shows_who_can_be_told_and_no_door_stands_open() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let ladder = centre.get(BOSS, "/api/escalations/ladder").await;
        let step = |step: &Value| {
            let people = step["people"].as_array().into_iter().flatten();
            let people: Vec<String> =
                people.map(|one| format!("{} {}", one["person"], one["reachable"])).collect();
            format!("{}: {}", step["rung"].as_str().unwrap_or("?"), people.join(", "))
        };
        let shown: Vec<String> = ladder.as_array().into_iter().flatten().map(step).collect();
        let person = |who: Who| PersonId(who.0).to_string();
        assert_eq!(
            shown,
            [
                format!("team_leader: \"{}\" true, \"{}\" true", person(LEADER), person(LEADER_2)),
                format!("floor_supervisor: \"{}\" true", person(SHIFT)),
                "department_head: ".to_owned(),
                format!("duty_officer: \"{}\" true", person(OFFICER)),
            ]
        );
        assert_eq!(centre.site.open_doors().await, Vec::<String>::new());
    });
}

#[test]
fn one_that_cannot_go_on_holds_up_nobody_else() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let mut ids = Vec::new();
        for who in [AGENT, OTHER] {
            let raised = centre.post(who, "/api/escalations", json!({ "ground": "help" })).await;
            assert_eq!(raised.status.as_u16(), 200, "{}", raised.show());
            ids.push(raised.body["id"].as_str().expect("an id").to_owned());
            centre.site.clock.advance(Duration::from_secs(1));
        }
        let broken: EscalationId = ids[0].parse().expect("an id");
        let mut tx = db.begin().await.expect("a change");
        let text = "UPDATE escalations_escalation SET body = '{}' WHERE id = $1";
        sqlx::query(text).bind(broken.get()).execute(&mut *tx).await.expect("damaged");
        tx.commit().await.expect("kept");
        centre.site.clock.advance(Duration::from_secs(600));
        let lapsed = crate::jobs::lapse(centre.site.app.clone(), Arc::new(Calendar::china())).await;
        assert!(format!("{:#}", lapsed.expect_err("one is damaged")).contains(&ids[0]), "it is told which");
        let other = centre.get(BOSS, &format!("/api/escalations/{}", ids[1])).await;
        assert!(show(&other).contains(" lapsed → "), "{}", show(&other));
    });
}

#[test]
fn what_nobody_has_heard_is_shown_however_much_is_newer() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let raised = centre.post(AGENT, "/api/escalations", json!({ "ground": "help" })).await;
        let id: EscalationId = raised.body["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let now = centre.site.app.now();
        let mut tx = db.begin().await.expect("a change");
        let one = escalations::one(&mut tx, id).await.expect("asked").expect("there");
        for n in 1..=60 {
            let matter = Matter::Desk { person: PersonId(1_000 + n) };
            let (id, number) = (EscalationId(id.get() + n), format!("N{n}"));
            let newer =
                Escalation { id, number, matter, begun_at: now + Duration::from_secs(60), ..one.clone() };
            assert!(escalations::add(&mut tx, &newer).await.expect("kept"));
        }
        let unheard = Escalation { state: State::Unheard { until: now + Duration::from_secs(600) }, ..one };
        assert!(escalations::save(&mut tx, &unheard).await.expect("kept"));
        tx.commit().await.expect("kept");
        assert_eq!(centre.waiting(BOSS).await, 1);
        assert_eq!(centre.waiting(SHIFT).await, 0, "who ends nothing sees what has come to the own step");
    });
}
