//! The room as people use it, on both databases: a shift leader switches, thresholds switch, a process dies, a report stays.

use std::sync::Arc;
use std::time::Duration;

use calls::Growing;
use calls::testing::Noting;
use db::testdb::on_both;
use db::{Db, Migrations};
use exchange::fact::{DeskState, FlowOut, Party, What};
use exchange::floor::{AgentView, QueueView};
use exchange::line::EndCause;
use exchange::{Fact, FloorView, Footing, Input};
use kernel::calendar::Calendar;
use kernel::{CallId, LegId, PersonId, QueueId, Timestamp};
use serde_json::{Value, json};
use web::testing::{Reply, TestSite};

use crate::jobs::{self, Usual, usual_of};
use crate::work::Applier;
use crate::{MIGRATIONS, room};

const ALL: &[Migrations] = &[
    audit::MIGRATIONS,
    departments::MIGRATIONS,
    people::MIGRATIONS,
    promises::MIGRATIONS,
    ivr_flows::MIGRATIONS,
    notices::MIGRATIONS,
    calls::MIGRATIONS,
    customers::MIGRATIONS,
    outages::MIGRATIONS,
    MIGRATIONS,
];
type Who = (i64, &'static [&'static str]);
const AGENT: Who = (10, &["storms.see"]);
const LEADER: Who = (20, &["storms.see", "storms.read", "storms.switch"]);
const SUPERVISOR: Who = (30, &["storms.see", "storms.read", "storms.switch", "storms.configure"]);

struct Centre {
    site: TestSite,
    hall: Arc<Noting>,
    applier: Arc<Applier>,
    usual: Arc<Usual>,
    growing: Growing,
    position: u64,
}

impl Centre {
    async fn open(db: &Db) -> Centre {
        let hall = Arc::new(Noting::default());
        let site = TestSite::new(db.clone(), vec![room(hall.clone(), Calendar::china())]);
        Centre {
            site,
            applier: Arc::new(Applier::new(hall.clone())),
            hall,
            usual: Arc::default(),
            growing: Growing::load(db).await.expect("records"),
            position: 0,
        }
    }

    /// The footings it was put on since it was last asked for.
    fn told(&self) -> Vec<Footing> {
        let asked = self.hall.take().into_iter();
        let footing = |input| if let Input::Footing(footing) = input { Some(footing) } else { None };
        asked.filter_map(footing).collect()
    }

    async fn act(&self, who: Who, act: Value) -> Reply {
        self.site.post("/api/storms/act", act).by(who.0, who.1).send().await
    }

    async fn get(&self, who: Who, path: &str) -> Value {
        let reply = self.site.get(path).by(who.0, who.1).send().await;
        assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.show());
        reply.body
    }

    /// As the job does it.
    async fn look(&self) {
        let (app, hall, usual) = (self.site.app.clone(), self.hall.clone(), self.usual.clone());
        let calendar = Arc::new(Calendar::china());
        jobs::watch(app, hall, usual, calendar, self.applier.clone()).await.expect("a look");
    }

    async fn look_for(&self, seconds: u64) {
        for _ in 0..seconds / 10 {
            self.look().await;
            self.site.clock.advance(Duration::from_secs(10));
        }
    }

    async fn facts(&mut self, facts: Vec<(Timestamp, What)>) {
        let numbered = facts.into_iter().map(|(at, what)| {
            self.position += 1;
            (self.position, Fact { at, what })
        });
        let numbered: Vec<_> = numbered.collect();
        let mut tx = self.site.app.db.begin().await.expect("a change");
        self.growing.take(&mut tx, &numbered).await.expect("taken");
        tx.commit().await.expect("kept");
    }

    /// So many call at this moment and wait.
    async fn call(&mut self, first: i64, count: i64) {
        let at = self.site.app.now();
        let mut facts = Vec::new();
        for call in first..first + count {
            let (id, queue) = (CallId(call), QueueId(1));
            let from = format!("1380000{call:04}");
            let arrived =
                What::CallArrived { call: id, leg: LegId(call), trunk: None, from, to: "95598".into() };
            facts.push((at, arrived));
            facts.push((at, What::CallAnswered { call: id }));
            facts.push((at, What::AgentRequested { call: id, queue, urgent: false }));
        }
        self.facts(facts).await;
    }
}

fn on(why: &str) -> Value {
    json!({ "act": "on", "why": why, "minutes": 120 })
}

#[test]
fn a_leader_switches_it_on_and_off_and_the_exchange_follows() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        assert_eq!(centre.site.open_doors().await, Vec::<String>::new());
        assert_eq!(centre.get(AGENT, "/api/storms/now").await["storm"], Value::Null);
        assert_eq!(centre.act(AGENT, on("台风")).await.status.as_u16(), 403);
        let nothing = centre.act(LEADER, on(" ")).await;
        assert_eq!((nothing.status.as_u16(), &nothing.body["code"]), (422, &json!("storms.why_missing")));
        assert!(centre.told().is_empty());

        let began = centre.act(LEADER, on("台风过境")).await;
        assert_eq!(began.status.as_u16(), 200, "{}", began.show());
        assert_eq!(began.body["storm"]["began_why"], "台风过境");
        let told = centre.told();
        let [Footing::Storm(storm)] = told.as_slice() else { panic!("{told:?}") };
        assert!(storm.hall.breaks.refused.contains("short_break") && storm.hall.breaks.until.is_some());
        let twice = centre.act(LEADER, on("台风过境")).await;
        assert_eq!((twice.status.as_u16(), &twice.body["code"]), (409, &json!("storms.already_on")));
        // Everybody sees the mark.
        assert_eq!(centre.get(AGENT, "/api/storms/now").await["storm"]["began_why"], "台风过境");

        let over = centre.act(LEADER, json!({ "act": "off", "why": "话务已平稳" })).await;
        assert_eq!(over.body["storm"], Value::Null, "{}", over.show());
        assert_eq!(centre.told(), [Footing::Usual]);
        let list = centre.get(LEADER, "/api/storms").await;
        assert_eq!(list["items"][0]["ended_why"], "话务已平稳");
        assert_eq!(centre.site.app.db.verify_journal().await.expect("the journal"), Ok(2));
    });
}

#[test]
fn after_a_death_the_exchange_is_told_again() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        assert_eq!(centre.act(LEADER, on("暴雨")).await.status.as_u16(), 200);
        let before = centre.told();
        // Another process on the same rows: its exchange is on this footing before it takes a call.
        let at_start = crate::work::at_start(&db, centre.site.app.now()).await.expect("told");
        assert_eq!(at_start, before.iter().cloned().map(Input::Footing).collect::<Vec<_>>());
        // Later it is told once, and not every second.
        let next = Centre::open(&db).await;
        next.applier.apply(&db).await.expect("told");
        next.applier.apply(&db).await.expect("known");
        assert_eq!(next.told(), before);
        // What is set meanwhile is in force at once.
        let settings = next.get(SUPERVISOR, "/api/storms/settings").await;
        let mut form = json!({ "settings": settings["settings"], "version": settings["version"] });
        form["settings"]["breaks"] = json!(["short_break", "meal"]);
        let put =
            next.site.put("/api/storms/settings", form.clone()).by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        assert_eq!(put.status.as_u16(), 200, "{}", put.show());
        let told = next.told();
        let Some(Footing::Storm(storm)) = told.last() else { panic!("{told:?}") };
        assert!(storm.hall.breaks.refused.contains("meal"));
        let stale =
            next.site.put("/api/storms/settings", form.clone()).by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        assert_eq!(stale.status.as_u16(), 409);
        form["version"] = json!(1);
        form["settings"]["door"]["flow"] = json!("nobody's");
        let gone = next.site.put("/api/storms/settings", form).by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        assert_eq!((gone.status.as_u16(), &gone.body["code"]), (422, &json!("storms.no_such_flow")));
    });
}

#[test]
fn the_thresholds_begin_it_and_propose_its_end() {
    on_both(ALL, async |db| {
        let mut centre = Centre::open(&db).await;
        centre.look_for(60).await;
        assert_eq!(centre.get(AGENT, "/api/storms/now").await["storm"], Value::Null);
        centre.call(1, 40).await;
        centre.hall.show(|floor| {
            floor.waiting = 40;
            let longest_since = Some(centre.site.app.now());
            let queue = QueueView { waiting: 40, longest_since, signed_in: 3, ready: 0 };
            floor.queues.insert(QueueId(1), queue);
        });
        centre.look_for(110).await;
        assert_eq!(centre.get(AGENT, "/api/storms/now").await["storm"], Value::Null, "not for long enough");
        centre.look_for(30).await;
        let storm = centre.get(AGENT, "/api/storms/now").await["storm"].clone();
        assert_eq!((&storm["began_by"], &storm["began_why"]), (&Value::Null, &json!("arrivals waiting")));
        assert!(matches!(centre.told().as_slice(), [Footing::Storm(_)]));

        centre.hall.show(|floor| *floor = FloorView::default());
        centre.look_for(1_500).await;
        let storm = centre.get(AGENT, "/api/storms/now").await["storm"].clone();
        assert!(storm["calm_since"].is_string(), "its end is proposed, and somebody decides: {storm}");
        // By hand it is over, whatever comes next.
        assert_eq!(centre.act(LEADER, json!({ "act": "off", "why": "平稳" })).await.status.as_u16(), 200);
        let list = centre.get(LEADER, "/api/storms").await;
        let report = &list["items"][0]["report"];
        assert_eq!((&report["peak_arrived"], &report["peak_waiting"]), (&json!(40), &json!(40)));
    });
}

/// Where it does not begin by itself it is proposed, to whoever is on another page as well; and not again after somebody has
/// ended it, until it has been calm.
#[test]
fn it_is_proposed_where_it_does_not_begin_by_itself() {
    on_both(ALL, async |db| {
        let mut centre = Centre::open(&db).await;
        let mut form = centre.get(SUPERVISOR, "/api/storms/settings").await;
        form["settings"]["begins_itself"] = json!(false);
        let put = centre.site.put("/api/storms/settings", form).by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        assert_eq!(put.status.as_u16(), 200, "{}", put.show());
        centre.call(1, 40).await;
        let waiting = |many: u32| {
            centre.hall.show(|floor| floor.waiting = many);
        };
        waiting(40);
        centre.look_for(110).await;
        assert_eq!(centre.get(AGENT, "/api/storms/now").await["proposed"], false, "not for long enough");
        centre.look_for(30).await;
        let now = centre.get(AGENT, "/api/storms/now").await;
        assert_eq!((&now["storm"], &now["proposed"]), (&Value::Null, &json!(true)));

        assert_eq!(centre.act(LEADER, on("暴雨")).await.status.as_u16(), 200);
        // More wait for a moment within a minute that was looked at before: the report knows the most.
        waiting(61);
        centre.look_for(10).await;
        waiting(40);
        let page = centre.get(LEADER, "/api/storms/page").await;
        assert_eq!((&page["armed"], &page["proposed"]), (&json!(true), &json!(false)));
        assert_eq!(page["storm"]["peak_waiting"], 61);
        assert_eq!(centre.act(LEADER, json!({ "act": "off", "why": "误报" })).await.status.as_u16(), 200);
        centre.look_for(200).await;
        let page = centre.get(LEADER, "/api/storms/page").await;
        assert_eq!(
            (&page["armed"], &page["proposed"]),
            (&json!(false), &json!(false)),
            "by hand always wins"
        );
    });
}

#[test]
fn the_report_has_the_definitions_of_all_reports_and_stays() {
    on_both(ALL, async |db| {
        let mut centre = Centre::open(&db).await;
        assert_eq!(centre.act(LEADER, on("暴雨")).await.status.as_u16(), 200);
        centre.call(1, 4).await;
        let at = centre.site.app.now() + Duration::from_secs(10);
        let (queue, agent) = (QueueId(1), PersonId(10));
        let end = |call| What::CallEnded { call, by: Party::Caller, cause: EndCause::FarEnd };
        let (answered, gone, held) = (CallId(1), CallId(2), CallId(3));
        centre
            .facts(vec![
                (at, What::Offered { call: answered, agent, queue }),
                (at, What::Connected { call: answered, agent, leg: LegId(90) }),
                (at, What::Parted { call: answered, agent, by: Party::Agent }),
                (at, end(answered)),
                (at, What::Abandoned { call: gone, queue }),
                (at, end(gone)),
                (at, What::HeldBack { call: held, queue, waiting: 20, wait_s: Some(180) }),
                (at, What::FlowedOut { call: held, queue, to: FlowOut::Menu }),
                (at, What::CallbackAsked { call: held, queue, number: "13800000003".into() }),
                (at, end(held)),
                (at, What::BreakRefused { agent, reason: "short_break".into() }),
            ])
            .await;
        centre.site.clock.advance(Duration::from_secs(600));
        assert_eq!(centre.act(LEADER, json!({ "act": "off", "why": "平稳" })).await.status.as_u16(), 200);
        let read = centre.get(LEADER, "/api/storms").await["items"][0].clone();
        let report = &read["report"];
        // One of the four still waits: one of three finished requests was answered (K1), one hung up (K5).
        assert_eq!(report["answer_rate"], json!(1.0 / 3.0), "{report}");
        assert_eq!(report["abandon_rate"], json!(1.0 / 3.0));
        let load = &report["load"];
        let counts = ["offered", "requests", "held_back", "waited_anyway", "callbacks", "breaks_refused"];
        assert_eq!(counts.map(|key| load[key].as_i64()), [4, 4, 1, 0, 1, 1].map(Some));

        centre.site.clock.advance(Duration::from_secs(16 * 60));
        jobs::settle(centre.site.app.clone()).await.expect("settled");
        let path = format!("/api/storms/{}", read["id"].as_str().expect("an id"));
        assert_eq!(&centre.get(LEADER, &path).await["report"], report, "kept as it was");
    });
}

#[test]
fn the_page_says_who_is_away_and_the_preview_what_would_happen() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let seat = |id: i64, desk: DeskState| AgentView {
            agent: PersonId(id),
            number: format!("10{id}"),
            name: "演示".into(),
            desk,
            since: None,
            phone_reachable: None,
            over_limit: false,
            limit: None,
            spells: None,
            spells_max: None,
            soft: None,
            hard: None,
            call: None,
            caller: None,
            queue: None,
        };
        let away = |reason: &str| DeskState::NotReady { reason: reason.into() };
        centre.hall.show(|floor| {
            floor.agents =
                vec![seat(1, away("short_break")), seat(2, away("meal")), seat(3, DeskState::Ready)];
        });
        let page = centre.get(LEADER, "/api/storms/page").await;
        assert_eq!(page["away"].as_array().map(Vec::len), Some(1), "{page}");
        assert_eq!((&page["away"][0]["number"], &page["storm"]), (&json!("101"), &Value::Null));
        assert_eq!((&page["affected"], &page["told"], &page["told_by"]), (&json!(0), &json!(0), &json!({})));
        assert_eq!(page["chart"].as_array().map(Vec::len), Some(24));
        let settings = centre.get(SUPERVISOR, "/api/storms/settings").await["settings"].clone();
        let ask = centre.site.post("/api/storms/preview", settings).by(LEADER.0, LEADER.1).send().await;
        assert_eq!(ask.status.as_u16(), 200, "{}", ask.show());
        assert_eq!(
            (&ask.body["on_break"], &ask.body["breaks_ended"], &ask.body["door"]),
            (&json!(1), &json!(0), &json!(false))
        );
    });
}

#[test]
fn a_storm_of_last_week_does_not_make_this_one_usual() {
    assert_eq!(usual_of(&[]), 0);
    assert_eq!(usual_of(&[90, 84, 1_080, 96]), 15, "the middle of the weeks, for five of thirty minutes");
}
