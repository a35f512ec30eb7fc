//! The room as people use it, on both databases: a supervisor, a shift leader, and an exchange that notes whom it is to call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use calls::testing::Noting;
use calls::{CalledOut, Growing, Hall, Pressed};
use db::testdb::on_both;
use db::{Db, Migrations};
use exchange::fact::{Party, What};
use exchange::line::EndCause;
use exchange::{CallOut, Fact, Input, Refused};
use kernel::calendar::Calendar;
use kernel::{AttemptId, CallId, CampaignId, FlowId, LegId, TargetId, Timestamp, TrunkId};
use serde_json::{Value, json};
use web::testing::{Reply, TestSite};

use crate::dialler::Dialler;
use crate::rules::Settings;
use crate::{Done, MIGRATIONS, Standing, Wanted, room};

const ALL: &[Migrations] = &[ivr_flows::MIGRATIONS, notices::MIGRATIONS, calls::MIGRATIONS, MIGRATIONS];

type Who = (i64, &'static [&'static str]);
const LEADER: Who = (20, &["campaigns.read", "campaigns.prepare", "campaigns.run"]);
const SUPERVISOR: Who = (
    30,
    &["campaigns.read", "campaigns.prepare", "campaigns.approve", "campaigns.run", "campaigns.configure"],
);

const FLOW: &str = r#"{"name":"restored","person":"general","steps":[{"say":"您好","voice":"recorded/welcome"},{"queue":"general"}]}"#;

mod speaking;

struct Centre {
    site: TestSite,
    hall: Arc<Noting>,
    dialler: Dialler,
    files: tempfile::TempDir,
    growing: Growing,
    position: u64,
}

impl Centre {
    /// Monday, 2026-01-05, 8 in the morning.
    async fn open(db: &Db) -> Centre {
        let hall = Arc::new(Noting::default());
        let files = tempfile::tempdir().expect("a folder");
        let campaigns = room(hall.clone(), Calendar::china(), files.path().join("campaigns"));
        let site = TestSite::new(db.clone(), vec![campaigns]);
        db.join(&site.site.events).await.expect("listening");
        publish(db, &site, (FlowId(1), "restored", FLOW)).await;
        let dialler = dialler(&hall);
        let growing = Growing::load(db).await.expect("records");
        Centre { site, hall, dialler, files, growing, position: 0 }
    }

    async fn post(&self, who: Who, path: &str, body: Value) -> Reply {
        self.site.post(path, body).by(who.0, who.1).send().await
    }

    async fn get(&self, path: &str) -> Value {
        let reply = self.site.get(path).by(SUPERVISOR.0, SUPERVISOR.1).send().await;
        assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.show());
        reply.body
    }

    /// Drafted, filled and running.
    async fn running(&self, numbers: &[&str]) -> String {
        let plan = serde_json::to_value(Settings::default().plan("restored")).expect("a plan");
        let form = json!({ "name": "送电回访", "purpose": "询问是否已恢复供电", "plan": plan });
        let made = self.post(LEADER, "/api/campaigns", form).await;
        assert_eq!(made.status.as_u16(), 200, "{}", made.show());
        let id = made.body["id"].as_str().expect("an id").to_owned();
        let people: Vec<Value> = numbers.iter().map(|number| json!({ "number": number })).collect();
        let path = format!("/api/campaigns/{id}/targets");
        let added = self.post(LEADER, &path, json!({ "people": people })).await;
        assert_eq!(added.body["taken"], numbers.len(), "{}", added.show());
        for act in ["approve", "start"] {
            let done =
                self.post(SUPERVISOR, &format!("/api/campaigns/{id}/act"), json!({ "act": act })).await;
            assert_eq!(done.status.as_u16(), 200, "{}", done.show());
        }
        id
    }

    /// Whom the exchange was asked to call.
    fn called(&self) -> Vec<CallOut> {
        let out = |input| match input {
            Input::CallOut(wanted) => Some(*wanted),
            _ => None,
        };
        self.hall.take().into_iter().filter_map(out).collect()
    }

    async fn turn(&self) -> Vec<CallOut> {
        self.dialler.turn(&self.site.app).await.expect("a turn");
        self.called()
    }

    /// What happens on the wire, as the follower takes it in.
    async fn facts(&mut self, facts: Vec<What>) {
        let now = self.site.app.now();
        let numbered = facts.into_iter().map(|what| {
            self.position += 1;
            (self.position, Fact { at: now, what })
        });
        let numbered: Vec<_> = numbered.collect();
        let mut tx = self.site.app.db.begin().await.expect("a change");
        self.growing.take(&mut tx, &numbered).await.expect("taken");
        tx.commit().await.expect("kept");
        self.hear().await;
    }

    async fn hear(&self) {
        self.site.app.db.deliver_pending(&self.site.site.events).await.expect("heard");
    }

    async fn ends(&mut self, call: i64, wanted: &CallOut, how: &str) {
        let mut facts = vec![placed(call, wanted)];
        let id = CallId(call);
        let cause = match how {
            "busy" => EndCause::Busy,
            "no_answer" => EndCause::NoAnswer,
            "unknown" => EndCause::NoSuchNumber,
            "presses" | "listens" | "voicemail" => {
                facts.push(What::CallAnswered { call: id });
                facts.push(What::FlowEntered { call: id, flow: FlowId(1), version: 1 });
                EndCause::FarEnd
            }
            _ => panic!("{how}?"),
        };
        match how {
            "presses" => {
                let key = '1'.try_into().expect("a key");
                facts.push(What::MenuChosen { call: id, node: "solved".into(), key });
            }
            "voicemail" => facts.push(What::MachineAnswered { call: id }),
            _ => {}
        }
        facts.push(What::CallEnded { call: id, by: Party::Caller, cause });
        self.facts(facts).await;
    }

    async fn progress(&self, id: &str) -> String {
        let view = self.get(&format!("/api/campaigns/{id}")).await;
        let of = &view["progress"];
        format!(
            "{}: {} waiting, {} calling, {} done {}",
            view["state"].as_str().expect("a state"),
            of["waiting"],
            of["calling"],
            of["done"],
            of["outcomes"]
        )
    }
}

fn dialler(hall: &Arc<Noting>) -> Dialler {
    let hall: Arc<dyn Hall> = hall.clone();
    Dialler::new(hall, Arc::new(Calendar::china()))
}

fn placed(call: i64, wanted: &CallOut) -> What {
    What::CalledOut {
        call: CallId(call),
        leg: LegId(call),
        trunk: Some(TrunkId(1)),
        attempt: wanted.attempt,
        from: "95598".into(),
        to: wanted.number.clone(),
        flow: wanted.flow,
    }
}

/// A flow as it is when it has been published.
async fn publish(db: &Db, site: &TestSite, (id, name, text): (FlowId, &str, &str)) {
    use ivr_flows::rules::{Change, Live, NewVersion};
    let (mut tx, now) = (db.begin().await.expect("a change"), site.app.now());
    let by = ivr_flows::store::By::default();
    assert!(ivr_flows::store::add(&mut tx, id, name, text, &by, now).await.expect("a flow"));
    let flow = ivr_flows::store::named(&mut tx, name).await.expect("flows").expect("the flow");
    let live = Live { version: 1, at: now, by: None, source: text.into() };
    let published = ivr_flows::rules::Flow { live: Some(live), revision: flow.revision + 1, ..flow.clone() };
    let version = NewVersion { version: 1, source: text.into(), note: None };
    let change =
        Change { flow: Some(published), version: Some(version), kind: "flow_published", heard: false };
    assert!(ivr_flows::store::save(&mut tx, &flow, &change, &by, now).await.expect("published"));
    tx.commit().await.expect("kept");
}

#[test]
fn a_campaign_from_draft_to_the_end() {
    on_both(ALL, async |db| {
        let mut centre = Centre::open(&db).await;
        assert_eq!(centre.site.open_doors().await, Vec::<String>::new());
        let id = centre.running(&["13900000001", "13900000002", "13900000003", "13900000004"]).await;
        let wanted = centre.turn().await;
        let numbers: Vec<&str> = wanted.iter().map(|wanted| wanted.number.as_str()).collect();
        assert_eq!(numbers, ["13900000001", "13900000002", "13900000003", "13900000004"]);
        assert_eq!((wanted[0].flow, wanted[0].keep_free), (FlowId(1), 50));
        assert_eq!(centre.turn().await, [], "nobody is called twice");
        for (at, how) in ["presses", "busy", "unknown", "voicemail"].into_iter().enumerate() {
            centre.ends(at as i64 + 1, &wanted[at], how).await;
        }
        assert_eq!(
            centre.progress(&id).await,
            r#"running: 2 waiting, 0 calling, 2 done {"reached":1,"wrong_number":1}"#
        );
        assert_eq!(centre.turn().await, [], "not before two hours are over");
        centre.site.clock.advance(Duration::from_secs(2 * 3_600));
        let wanted = centre.turn().await;
        assert_eq!(wanted.len(), 2);
        centre.ends(11, &wanted[0], "presses").await;
        centre.ends(12, &wanted[1], "listens").await;
        centre.site.clock.advance(Duration::from_secs(4 * 3_600));
        let wanted = centre.turn().await;
        centre.ends(13, &wanted[0], "no_answer").await;
        assert_eq!(centre.turn().await, []);
        assert_eq!(
            centre.progress(&id).await,
            r#"finished: 0 waiting, 0 calling, 4 done {"no_answer":1,"reached":2,"wrong_number":1}"#
        );
        // What was made of each is kept.
        let list = centre.get(&format!("/api/campaigns/{id}/targets?outcome=no_answer")).await;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(list["items"][0]["number"], "139****0004");
        let target = list["items"][0]["id"].as_str().expect("an id");
        let whole = centre.get(&format!("/api/campaigns/targets/{target}")).await;
        let outcomes: Vec<&Value> =
            whole["attempts"].as_array().expect("attempts").iter().map(|made| &made["outcome"]).collect();
        assert_eq!(outcomes, ["voicemail", "answered", "no_answer"]);
        // A finished campaign calls nobody again.
        let again = format!("/api/campaigns/targets/{target}/act");
        assert_eq!(centre.post(LEADER, &again, json!({ "act": "call_again" })).await.status.as_u16(), 409);
    });
}

#[test]
fn who_may_do_what() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let plan = serde_json::to_value(Settings::default().plan("restored")).expect("a plan");
        let form = json!({ "name": "通知", "purpose": "停电通知", "plan": plan });
        let made = centre.post(LEADER, "/api/campaigns", form).await;
        let id = made.body["id"].as_str().expect("an id");
        assert_eq!(made.body["allowed"], json!(["change", "add"]));
        let act = format!("/api/campaigns/{id}/act");
        let refused = centre.post(SUPERVISOR, &act, json!({ "act": "approve" })).await;
        assert_eq!(refused.body["code"], "campaigns.nobody_in_it");
        let people = json!({ "people": [{ "number": "13900000001" }, { "number": "hello" }, { "number": "139-0000 0001" }] });
        let added = centre.post(LEADER, &format!("/api/campaigns/{id}/targets"), people).await;
        assert_eq!(
            (&added.body["taken"], &added.body["known"], &added.body["left_out"][0]["row"]),
            (&json!(1), &json!(1), &json!(2))
        );
        let refused = centre.post(LEADER, &act, json!({ "act": "approve" })).await;
        assert_eq!(refused.status.as_u16(), 403, "{}", refused.show());
        let refused = centre.post(LEADER, &act, json!({ "act": "start" })).await;
        assert_eq!(refused.body["code"], "campaigns.not_now", "not approved yet");
        let bad =
            json!({ "name": "通知", "purpose": "停电通知", "plan": Settings::default().plan("nothing") });
        let refused = centre.post(LEADER, "/api/campaigns", bad).await;
        assert_eq!(refused.body["code"], "campaigns.no_such_flow");
    });
}

#[test]
fn paused_resumed_and_stopped() {
    on_both(ALL, async |db| {
        let mut centre = Centre::open(&db).await;
        let id = centre.running(&["13900000001"]).await;
        let act = format!("/api/campaigns/{id}/act");
        centre.post(LEADER, &act, json!({ "act": "pause" })).await;
        assert_eq!(centre.turn().await, []);
        centre.post(LEADER, &act, json!({ "act": "start" })).await;
        let wanted = centre.turn().await;
        assert_eq!(wanted.len(), 1);
        // Stopped in the middle of the call: it ends as it ends, and that is all.
        let more = json!({ "people": [{ "number": "13900000002" }] });
        centre.post(LEADER, &format!("/api/campaigns/{id}/targets"), more).await;
        centre.post(LEADER, &act, json!({ "act": "stop" })).await;
        assert_eq!(centre.progress(&id).await, r#"stopped: 0 waiting, 1 calling, 1 done {"withdrawn":1}"#);
        centre.ends(1, &wanted[0], "busy").await;
        assert_eq!(
            centre.progress(&id).await,
            r#"stopped: 0 waiting, 0 calling, 2 done {"busy":1,"withdrawn":1}"#
        );
        assert_eq!(centre.turn().await, []);
    });
}

/// After a death: what was written down and never asked is done; what was asked is not done again.
#[test]
fn after_a_death_nobody_is_called_twice_and_nobody_left_out() {
    on_both(ALL, async |db| {
        let mut centre = Centre::open(&db).await;
        let id = centre.running(&["13900000001", "13900000002", "13900000003"]).await;
        let wanted = centre.turn().await;
        // The first was answered, the second was rung, of the third the log knows nothing.
        let (first, second) = (wanted[0].clone(), wanted[1].clone());
        centre
            .facts(vec![placed(1, &first), What::CallAnswered { call: CallId(1) }, placed(2, &second)])
            .await;
        let mut tx = db.begin().await.expect("a change");
        let died = centre.site.app.now();
        let mut growing = Growing::load(&db).await.expect("records");
        assert_eq!(growing.interrupt(&mut tx, died).await.expect("closed"), 2);
        tx.commit().await.expect("kept");
        centre.dialler = dialler(&centre.hall);
        let wanted = centre.turn().await;
        assert_eq!(wanted.iter().map(|wanted| wanted.number.as_str()).collect::<Vec<_>>(), ["13900000003"]);
        centre.hear().await;
        // Whoever had answered is for a person; who was only rung is tried again at the next attempt's hour.
        assert_eq!(centre.progress(&id).await, r#"running: 1 waiting, 1 calling, 1 done {"interrupted":1}"#);
        centre.growing = Growing::load(&db).await.expect("records");
        centre.ends(3, &wanted[0], "presses").await;
        centre.site.clock.advance(Duration::from_secs(2 * 3_600));
        let wanted = centre.turn().await;
        assert_eq!(wanted.iter().map(|wanted| wanted.number.as_str()).collect::<Vec<_>>(), ["13900000002"]);
    });
}

async fn rename(db: &Db, text: &'static str) {
    let mut tx = db.begin().await.expect("a change");
    sqlx::query(text).execute(&mut *tx).await.expect("renamed");
    tx.commit().await.expect("kept");
}

/// No line is free, and while it says so for the first time the database has a bad moment.
fn full(db: Db) -> Noting {
    let struck = AtomicBool::new(false);
    Noting::answering(move || {
        let (db, strikes) = (db.clone(), !struck.swap(true, Ordering::Relaxed));
        Box::pin(async move {
            if strikes {
                rename(&db, "ALTER TABLE campaigns_attempt RENAME TO campaigns_away").await;
            }
            Ok(Err(Refused::NoRoomOut))
        })
    })
}

#[test]
fn whoever_was_not_rung_waits_again_when_the_database_is_back() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let id = centre.running(&["13812345678", "13812345679"]).await;
        let dialler = Dialler::new(Arc::new(full(db.clone())), Arc::new(Calendar::china()));
        assert!(dialler.turn(&centre.site.app).await.is_err(), "what was written down cannot be undone");
        rename(&db, "ALTER TABLE campaigns_away RENAME TO campaigns_attempt").await;
        dialler.turn(&centre.site.app).await.expect("a turn");
        let progress = centre.get(&format!("/api/campaigns/{id}")).await["progress"].clone();
        assert_eq!((&progress["waiting"], &progress["calling"]), (&json!(2), &json!(0)));
    });
}

#[test]
fn a_table_of_ten_thousand() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let plan = serde_json::to_value(Settings::default().plan("restored")).expect("a plan");
        let form = json!({ "name": "通知", "purpose": "停电通知", "plan": plan });
        let id =
            centre.post(LEADER, "/api/campaigns", form).await.body["id"].as_str().expect("an id").to_owned();
        let mut table = "电话,户号,日期\n".to_owned();
        for n in 0..9_998 {
            table += &format!("139{n:08},{n},2026-01-06\n");
        }
        table += "hello,1,\n13900000000,1,\n";
        let upload = |table: String| {
            centre
                .site
                .upload(&format!("/api/campaigns/{id}/import"), "people.csv", table.as_bytes())
                .by(LEADER.0, LEADER.1)
                .send()
        };
        let added = upload(table).await;
        assert_eq!(added.status.as_u16(), 200, "{}", added.show());
        assert_eq!(
            (&added.body["taken"], &added.body["known"], &added.body["left_out"][0]["row"]),
            (&json!(9_998), &json!(1), &json!(10_000))
        );
        let bad = upload("姓名\n王小明\n".to_owned()).await;
        assert_eq!(bad.body["code"], "campaigns.column_missing");
        let view = centre.get(&format!("/api/campaigns/{id}")).await;
        assert_eq!(view["progress"]["people"], 9_998);
        let left = std::fs::read_dir(centre.files.path().join("campaigns")).expect("the folder");
        assert_eq!(left.count(), 0, "nothing is left behind");
    });
}

/// Another room puts somebody in, in its own change, and hears what came of it.
#[test]
fn a_standing_campaign() {
    on_both(ALL, async |db| {
        let mut centre = Centre::open(&db).await;
        let plan = Settings { attempts: 1, ..Settings::default() }.plan("restored");
        let standing =
            Standing { key: "callbacks", name: "自动回访".into(), purpose: "回访".into(), plan };
        let wanted = |once: &str, number: &str| Wanted {
            once: once.into(),
            number: number.into(),
            about: "wo_1".into(),
            known: [("order".to_owned(), "20260105".to_owned())].into(),
            not_before: centre.site.app.now(),
        };
        let app = &centre.site.app;
        let mut tx = db.begin().await.expect("a change");
        for (once, number, expected) in
            [("a", "13900000001", Some(true)), ("a", "13900000001", Some(false)), ("b", "?", None)]
        {
            let ids = (app.id::<CampaignId>(), app.id::<TargetId>());
            let put =
                crate::call(&mut tx, app.now(), ids, &standing, wanted(once, number)).await.expect("put");
            assert_eq!(put.ok().map(|put| put.is_some()), expected, "{once}");
        }
        tx.commit().await.expect("kept");
        let calls = centre.turn().await;
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].values.get("order").map(String::as_str), Some("20260105"));
        let before = db.glance(0, &["campaigns.done"]).await.expect("events").events.len();
        centre.ends(1, &calls[0], "presses").await;
        let told = db.glance(0, &["campaigns.done"]).await.expect("events").events;
        assert_eq!((before, told.len()), (0, 1));
        let done = told[0].is::<Done>().expect("read").expect("done");
        assert_eq!(
            (done.standing.as_deref(), done.about.as_str(), done.outcome.word(), done.keys),
            (Some("callbacks"), "wo_1", "reached", vec![Pressed { node: "solved".into(), key: "1".into() }])
        );
        // It does not end when nobody is left.
        assert_eq!(centre.turn().await, []);
        let list = centre.get("/api/campaigns").await;
        assert_eq!(
            (&list["items"][0]["state"], &list["items"][0]["standing"]),
            (&json!("running"), &json!("callbacks"))
        );
    });
}

#[test]
fn settings_are_kept_in_versions() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let mut view = centre.get("/api/campaigns/settings").await;
        assert_eq!((&view["settings"]["keep_free"], &view["flows"]), (&json!(50), &json!(["restored"])));
        view["settings"]["keep_free"] = json!(30);
        let put = |view: Value| {
            centre.site.put("/api/campaigns/settings", view).by(SUPERVISOR.0, SUPERVISOR.1).send()
        };
        let kept = put(view.clone()).await;
        assert_eq!((kept.status.as_u16(), &kept.body["version"]), (200, &json!(1)));
        assert_eq!(put(view.clone()).await.status.as_u16(), 409, "of an older version");
        view["version"] = json!(1);
        view["settings"]["keep_free"] = json!(99);
        assert_eq!(put(view).await.body["code"], "campaigns.bad_plan");
    });
}

/// What happens to an attempt whose end nobody hears of is told by no test: the follower tells it in the transaction that
/// closes the record.
#[test]
fn an_attempt_of_somebody_elses_is_none_of_ours() {
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let mut tx = db.begin().await.expect("a change");
        let ended = CalledOut {
            attempt: AttemptId(77),
            call: CallId(1),
            answered: false,
            machine: false,
            connected: false,
            keys: vec![],
            cause: EndCause::Busy,
            interrupted: false,
            ended: Timestamp::from_secs(1),
        };
        tx.emit(centre.site.app.now(), &ended).expect("told");
        tx.commit().await.expect("kept");
        centre.hear().await;
    });
}

/// Whom it calls, and what people wrote beside the number, is masked; who sees it whole says why, and that is kept.
#[test]
fn whom_it_calls_is_seen_whole_for_a_reason_only() {
    const UNMASKER: Who = (40, &["campaigns.read", "campaigns.unmask"]);
    on_both(ALL, async |db| {
        let centre = Centre::open(&db).await;
        let plan = serde_json::to_value(Settings::default().plan("restored")).expect("a plan");
        let form = json!({ "name": "送电回访", "purpose": "询问是否已恢复供电", "plan": plan });
        let made = centre.post(LEADER, "/api/campaigns", form).await;
        let list = format!("/api/campaigns/{}/targets", made.body["id"].as_str().expect("an id"));
        let people =
            json!({ "people": [{ "number": "13800001111", "about": "王秀兰 青岚里8栋302 户号3120000417" }] });
        assert_eq!(centre.post(LEADER, &list, people).await.body["taken"], 1);

        let line = &centre.get(&list).await["items"][0];
        assert_eq!(line["number"], "138****1111");
        assert_eq!(line["about"], "王** 青******* 户***********");
        let one = format!("/api/campaigns/targets/{}", line["id"].as_str().expect("an id"));
        assert_eq!(centre.get(&one).await["about"], line["about"], "beside every attempt, too");

        let unmask = format!("{one}/unmask");
        let why = json!({ "reason": "客户来电核对" });
        assert_eq!(centre.post(SUPERVISOR, &unmask, why.clone()).await.status.as_u16(), 403);
        let silent = centre.post(UNMASKER, &unmask, json!({ "reason": " " })).await;
        assert_eq!(silent.body["code"], "campaigns.bad_text");
        let whole = centre.post(UNMASKER, &unmask, why).await;
        assert_eq!(
            whole.body,
            json!({ "number": "13800001111", "about": "王秀兰 青岚里8栋302 户号3120000417" })
        );
        let looks = "SELECT who, payload FROM db_journal WHERE room = 'campaigns' AND kind = 'looked'";
        let looks = sqlx::query(looks).fetch_all(db.read()).await.expect("the journal");
        let [look] = looks.as_slice() else { panic!("one look is kept: {}", looks.len()) };
        let payload: String = sqlx::Row::get(look, "payload");
        assert!(sqlx::Row::get::<i64, _>(look, "who") == 40 && payload.contains("客户来电核对"), "{payload}");
    });
}

#[test]
fn what_stands_beside_a_number_is_shown_masked() {
    use crate::rules::target::hidden;
    for (written, shown) in [
        ("", ""),
        ("3120000417", "******0417"),
        ("王秀兰", "王**"),
        ("12-3", "12-3"),
        ("ou_3k:cu_7:1", "ou_3k:cu_7:1"),
    ] {
        assert_eq!(hidden(written), shown);
    }
}
