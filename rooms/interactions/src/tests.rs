//! The room as browsers ask it, on both databases: an agent, her colleague, two leaders.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use calls::Growing;
use calls::testing::Away;
use db::testdb::on_both;
use db::{Db, Migrations};
use exchange::Fact;
use exchange::fact::{DeskState, Party, What};
use exchange::line::EndCause;
use futures::future::BoxFuture;
use kernel::calendar::Calendar;
use kernel::time::{Clock, TestClock};
use kernel::{CallId, GroupId, LegId, Permissions, PersonId, QueueId, SessionId, Timestamp};
use serde_json::{Value, json};
use web::testing::{Call, Reply, TestSite};
use web::{Actor, Doorkeeper};

use crate::{MIGRATIONS, may_be_ready, room};

mod exports;

const ALL: &[Migrations] = &[people::MIGRATIONS, calls::MIGRATIONS, MIGRATIONS];
const CALL: CallId = CallId(100);
const AGENT: i64 = 7;

/// Believes `PERSON:GROUP:LEADS:permission,permission`.
struct Groups;

impl Doorkeeper for Groups {
    fn actor<'a>(
        &'a self,
        _: &'a Db,
        token: &'a str,
        _: Timestamp,
        _: bool,
    ) -> BoxFuture<'a, anyhow::Result<Option<Actor>>> {
        let parts: Vec<&str> = token.split(':').collect();
        let number = |at: usize| parts.get(at).and_then(|text| text.parse::<i64>().ok()).unwrap_or(0);
        let actor = Actor {
            person: PersonId(number(0)),
            number: format!("{}", 1000 + number(0)),
            name: "某人".into(),
            session: SessionId(number(0)),
            permissions: Permissions::of(
                parts.get(3).unwrap_or(&"").split(',').filter(|key| !key.is_empty()).map(str::to_owned),
            ),
            group: Some(GroupId(number(1))),
            leads: vec![GroupId(number(2))],
        };
        Box::pin(async { Ok(Some(actor)) })
    }
}

const WRITER: &str = "7:3:0:interactions.write,interactions.amend";
const COLLEAGUE: &str = "8:4:0:interactions.write,interactions.amend";
const LEADER: &str = "20:3:3:interactions.read_group,interactions.release,interactions.amend";
const OTHER_LEADER: &str = "21:4:4:interactions.read_group,interactions.release";
const SUPERVISOR: &str = "30:0:0:interactions.read,interactions.configure";

fn start() -> Timestamp {
    TestClock::monday_morning().now()
}

/// A call that the agent 7 answered after ten seconds and that ended after a minute; then her next state.
async fn call(db: &Db, call: CallId, from: &str, second: u64) {
    let agent = PersonId(AGENT);
    let script = [
        (0, What::CallArrived { call, leg: LegId(1), trunk: None, from: from.into(), to: "95598".into() }),
        (0, What::CallAnswered { call }),
        (1, What::AgentRequested { call, queue: QueueId(3), urgent: false }),
        (1, What::Offered { call, agent, queue: QueueId(3) }),
        (10, What::Connected { call, agent, leg: LegId(2) }),
        (10, What::DeskChanged { agent, desk: DeskState::Talking { call }, by: None }),
        (60, What::Parted { call, agent, by: Party::Caller }),
        (60, What::CallEnded { call, by: Party::Caller, cause: EndCause::FarEnd }),
        (60, What::DeskChanged { agent, desk: DeskState::AfterCall { call }, by: None }),
    ];
    let facts = script.into_iter().map(|(after, what)| (second + after, what)).collect();
    take(db, facts).await;
}

async fn take(db: &Db, script: Vec<(u64, What)>) {
    let mut growing = Growing::load(db).await.expect("the calls in progress");
    let from = calls::applied(db).await.expect("how far");
    let facts: Vec<(u64, Fact)> = script
        .into_iter()
        .enumerate()
        .map(|(at, (second, what))| {
            (from + 1 + at as u64, Fact { at: start() + Duration::from_secs(second), what })
        })
        .collect();
    let mut tx = db.begin().await.expect("a change");
    growing.take(&mut tx, &facts).await.expect("taken");
    tx.commit().await.expect("kept");
}

/// The room; its folder is made when something is exported.
fn rooms(folder: &Path) -> Vec<web::Room> {
    vec![room(Arc::new(Away), Calendar::china(), folder.to_owned(), None)]
}

/// A site with the gas tree.
async fn site(db: &Db) -> TestSite {
    site_in(db, Path::new("no folder")).await
}

async fn site_in(db: &Db, folder: &Path) -> TestSite {
    let site = TestSite::with_keeper(db.clone(), rooms(folder), Arc::new(Groups));
    crate::put_demo(&site.app, "gas").await.expect("the demo's tree");
    site
}

async fn by(call: Call, token: &str) -> Reply {
    call.cookie(token).send().await
}

fn path(call: CallId, rest: &str) -> String {
    format!("/api/interactions/{call}{rest}")
}

fn form(version: i64, seq: i64, draft: Value) -> Value {
    json!({ "version": version, "writer": "page", "seq": seq, "draft": draft })
}

fn whole() -> Value {
    json!({ "reason": "G020101", "result": "answered", "notes": "已告知 16:00 恢复",
        "points": ["greet", "range"], "contact": "13900001111", "fields": { "address": "淮河中路10号3栋" } })
}

#[test]
fn no_door_is_open() {
    on_both(ALL, async |db| {
        let site = TestSite::new(db, rooms(Path::new("no folder")));
        assert_eq!(site.open_doors().await, Vec::<String>::new());
    });
}

#[test]
fn a_record_is_written_completed_and_amended() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        call(&db, CALL, "13812345678", 0).await;
        let empty = by(site.get(&path(CALL, "")), WRITER).await;
        assert_eq!(empty.body, json!({ "own": null, "others": [], "writable": true }));
        assert_eq!(by(site.get(&path(CALL, "")), COLLEAGUE).await.status.as_u16(), 404, "not her call");
        let stray = by(site.put(&path(CALL, "/draft"), form(0, 1, json!({}))), COLLEAGUE).await;
        assert_eq!(stray.status.as_u16(), 404);

        // However unfinished it is, it is kept; card numbers are not.
        let odd = json!({ "reason": "nowhere", "notes": "卡 6222021234567890123", "fields": { "x": "?" } });
        let saved = by(site.put(&path(CALL, "/draft"), form(0, 1, odd.clone())), WRITER).await;
        assert_eq!(saved.body["masked"], json!(["bank_card"]));
        assert_eq!(saved.body["record"]["draft"]["notes"], "卡 ***************0123");
        assert_eq!(saved.body["record"]["number"], "138****5678");
        assert_eq!(saved.body["record"]["version"], 1);
        let again = by(site.put(&path(CALL, "/draft"), form(0, 1, odd)), WRITER).await;
        assert_eq!(again.body["record"]["version"], 1, "said twice, kept once");
        let other = json!({ "version": 0, "writer": "another", "seq": 1, "draft": { "notes": "x" } });
        let conflict = by(site.put(&path(CALL, "/draft"), other), WRITER).await;
        assert_eq!((conflict.status.as_u16(), &conflict.body["params"]["version"]), (409, &json!(1)));

        let lacking = by(
            site.post(
                &path(CALL, "/complete"),
                form(1, 2, json!({ "reason": "G010101", "result": "answered" })),
            ),
            WRITER,
        )
        .await;
        expect_test::expect![[r#"
            422
            {
              "code": "interactions.incomplete",
              "params": {
                "faults": [
                  {
                    "field": "result",
                    "why": "not_closable"
                  },
                  {
                    "field": "fields.address",
                    "why": "missing"
                  },
                  {
                    "field": "fields.fault_time",
                    "why": "missing"
                  },
                  {
                    "field": "fields.phenomenon",
                    "why": "missing"
                  },
                  {
                    "field": "fields.scope",
                    "why": "missing"
                  },
                  {
                    "field": "fields.danger",
                    "why": "missing"
                  }
                ]
              }
            }
        "#]]
        .assert_eq(&lacking.show());
        let done = by(site.post(&path(CALL, "/complete"), form(1, 3, whole())), WRITER).await;
        let record = &done.body["record"];
        assert_eq!(
            (&record["state"], &record["edition"], &record["tree"]),
            (&json!("complete"), &json!(1), &json!(1))
        );
        assert_eq!(record["draft"]["contact"], "139****1111", "her own, too, once it is done");
        let late = by(site.put(&path(CALL, "/draft"), form(2, 4, json!({}))), WRITER).await;
        assert_eq!(late.body["code"], "interactions.already_complete");

        // An amendment begins with a look, and leaves what was.
        let looked = by(site.post(&path(CALL, "/pe_7/look"), json!({ "why": "补充" })), WRITER).await;
        assert_eq!(looked.body["contact"], "13900001111");
        let mut better = looked.body.clone();
        better["notes"] = json!("已告知 16:00 恢复，客户满意");
        let silent = json!({ "version": 2, "draft": better, "why": "" });
        let refused = by(site.put(&path(CALL, "/pe_7"), silent), WRITER).await;
        assert_eq!(refused.body["code"], "interactions.why_needed");
        let amend = json!({ "version": 2, "draft": better, "why": "补充" });
        let amended = by(site.put(&path(CALL, "/pe_7"), amend.clone()), WRITER).await;
        assert_eq!((&amended.body["edition"], &amended.body["version"]), (&json!(2), &json!(3)));
        assert_eq!(by(site.put(&path(CALL, "/pe_7"), amend), WRITER).await.status.as_u16(), 409, "old");
        let versions = by(site.get(&path(CALL, "/pe_7/versions")), SUPERVISOR).await;
        let told: Vec<_> = versions
            .body
            .as_array()
            .expect("versions")
            .iter()
            .map(|v| (&v["edition"], &v["why"], &v["draft"]["notes"]))
            .collect();
        assert_eq!(
            told,
            [
                (&json!(2), &json!("补充"), &json!("已告知 16:00 恢复，客户满意")),
                (&json!(1), &json!(""), &json!("已告知 16:00 恢复"))
            ]
        );
        assert!(db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn everybody_sees_what_is_theirs_to_see() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        call(&db, CALL, "13812345678", 0).await;
        by(site.post(&path(CALL, "/complete"), form(0, 1, whole())), WRITER).await;
        let count = async |token: &str, query: &str| {
            let reply = by(site.get(&format!("/api/interactions{query}")), token).await;
            reply.body["items"].as_array().map(Vec::len)
        };
        for (token, sees) in [(WRITER, 1), (COLLEAGUE, 0), (LEADER, 1), (OTHER_LEADER, 0), (SUPERVISOR, 1)] {
            assert_eq!(count(token, "").await, Some(sees), "{token}");
            let one = by(site.get(&path(CALL, "")), token).await.status.as_u16();
            assert_eq!(one, if sees == 1 { 200 } else { 404 }, "{token}");
        }
        assert_eq!(count(SUPERVISOR, "?reason=G020101&result=answered&state=complete").await, Some(1));
        assert_eq!(count(SUPERVISOR, "?result=order").await, Some(0));
        assert_eq!(count(SUPERVISOR, "?result=none").await, None, "refused");
        let listed = by(site.get("/api/interactions"), SUPERVISOR).await;
        let draft = &listed.body["items"][0]["draft"];
        assert_eq!(
            (&draft["contact"], &draft["fields"]["address"]),
            (&json!("139****1111"), &json!("淮河中路****"))
        );

        // The same number calls again: whoever is on that call reads of the first.
        call(&db, CallId(101), "13812345678", 100).await;
        let earlier = by(site.get(&format!("/api/interactions/history?call={}", CallId(101))), WRITER).await;
        assert_eq!(earlier.body[0]["draft"]["notes"], "已告知 16:00 恢复");
        let stranger =
            by(site.get(&format!("/api/interactions/history?call={}", CallId(101))), COLLEAGUE).await;
        assert_eq!(stranger.status.as_u16(), 404);
    });
}

#[test]
fn an_agent_who_moves_on_leaves_a_record_overdue_and_a_leader_may_let_her_go() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let agent = people::Person {
            group: Some(GroupId(3)),
            roles: BTreeSet::new(),
            ..people::Person::new(PersonId(AGENT), "1007", "李敏", kernel::BuiltIn::Agent).expect("a person")
        };
        let mut tx = db.begin().await.expect("a change");
        sqlx::query("INSERT INTO people_group (id, name, version) VALUES (3, '甲组', 1)")
            .execute(&mut *tx)
            .await
            .expect("a group");
        assert!(people::store::insert(&mut tx, &agent).await.expect("added"));
        tx.commit().await.expect("kept");
        let follow = async || crate::jobs::follow(site.app.clone()).await.expect("followed");
        follow().await;
        call(&db, CALL, "13812345678", 0).await;
        follow().await;
        let begun = by(site.get(&path(CALL, "")), WRITER).await;
        assert_eq!(begun.body["own"]["state"], "draft", "begun when the call was answered");
        let ready = async |call| may_be_ready(&db, PersonId(AGENT), call).await.expect("asked");
        assert_eq!(ready(Some(CALL)).await, Err(crate::rules::Refusal::RecordFirst));

        let why = json!({ "why": "系统故障" });
        let release = path(CALL, "/pe_7/release");
        assert_eq!(by(site.post(&release, why.clone()), OTHER_LEADER).await.status.as_u16(), 404);
        let released = by(site.post(&release, why), LEADER).await;
        assert_eq!(released.body["release"]["why"], "系统故障");
        assert_eq!(ready(Some(CALL)).await, Ok(()));

        // After-call work runs out; the next call comes.
        let agent = PersonId(AGENT);
        take(&db, vec![(90, What::DeskChanged { agent, desk: DeskState::Ready, by: None })]).await;
        follow().await;
        let open = by(site.get("/api/interactions?overdue=true"), WRITER).await;
        assert_eq!(open.body["items"][0]["call"], CALL.to_string());
        assert!(open.body["items"][0]["overdue_at"].is_string());
        by(site.post(&path(CALL, "/complete"), form(0, 1, json!({ "result": "silent" }))), WRITER).await;
        let open = by(site.get("/api/interactions?overdue=true"), LEADER).await;
        assert_eq!(open.body["items"], json!([]));

        // Colleagues need no record of each other, and the setting can be off.
        let colleague = CallId(102);
        let script = vec![
            (
                120,
                What::CallPlaced {
                    call: colleague,
                    leg: LegId(9),
                    trunk: None,
                    agent,
                    with: Some(PersonId(8)),
                    from: "1007".into(),
                    to: "1008".into(),
                    promised_in: None,
                    owed: None,
                },
            ),
            (121, What::DeskChanged { agent, desk: DeskState::Talking { call: colleague }, by: None }),
        ];
        take(&db, script).await;
        follow().await;
        assert_eq!(
            by(site.get("/api/interactions"), WRITER).await.body["items"].as_array().map(Vec::len),
            Some(1)
        );
        let off = json!({ "version": 0, "complete_first": false });
        assert_eq!(by(site.put("/api/interactions/settings", off), SUPERVISOR).await.status.as_u16(), 200);
        call(&db, CallId(103), "13812345678", 200).await;
        follow().await;
        assert_eq!(ready(Some(CallId(103))).await, Ok(()));
    });
}

#[test]
fn reasons_and_phrases_are_changed_by_who_may() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let tree = by(site.get("/api/interactions/reasons"), WRITER).await;
        assert_eq!((&tree.body["version"], &tree.body["reasons"][0]["code"]), (&json!(1), &json!("G01")));
        let add = json!({ "version": 1, "change": "add", "reason": { "code": "G1302", "parent": "G13", "title": { "zh": "停车" } } });
        assert_eq!(
            by(site.post("/api/interactions/reasons", add.clone()), WRITER).await.status.as_u16(),
            403
        );
        let added = by(site.post("/api/interactions/reasons", add.clone()), SUPERVISOR).await;
        assert_eq!(added.body["version"], 2);
        let late = by(site.post("/api/interactions/reasons", add), SUPERVISOR).await;
        assert_eq!(late.body["code"], "web.changed_meanwhile");
        let old = by(site.get("/api/interactions/reasons?version=1"), WRITER).await;
        assert_eq!(old.body["reasons"], tree.body["reasons"], "as it was");

        let import = |dry: bool| json!({ "version": 2, "demo": "cable", "dry_run": dry });
        let dry = by(site.post("/api/interactions/reasons/import", import(true)), SUPERVISOR).await;
        assert_eq!((&dry.body["version"], &dry.body["changed"]), (&json!(2), &json!(0)));
        let real = by(site.post("/api/interactions/reasons/import", import(false)), SUPERVISOR).await;
        assert_eq!((&real.body["version"], &real.body["added"]), (&json!(3), &dry.body["added"]));

        let said = by(site.get("/api/interactions/phrases"), WRITER).await;
        let greeting = &said.body["moments"][0]["texts"][0]["zh"];
        assert!(greeting.as_str().is_some_and(|text| text.contains("客服1007号")), "{greeting}");
        let mut raw = by(site.get("/api/interactions/phrases/raw"), SUPERVISOR).await.body;
        raw["company"] = json!("铜官燃气");
        assert_eq!(
            by(site.put("/api/interactions/phrases", raw.clone()), SUPERVISOR).await.body["version"],
            1
        );
        let said = by(site.get("/api/interactions/phrases"), WRITER).await;
        assert_eq!(
            said.body["moments"][0]["texts"][0]["zh"],
            "您好，铜官燃气客服1007号，很高兴为您服务，请问有什么可以帮您？"
        );
        raw["moments"][0]["key"] = json!("Bad Key");
        let bad = by(site.put("/api/interactions/phrases", raw), SUPERVISOR).await;
        assert_eq!(bad.body["code"], "interactions.bad_phrase");
    });
}

/// Texts that break programs; they stand beside the repository, so not everybody has them.
fn naughty() -> Option<Vec<String>> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut folders = above.flat_map(|up| [up.join("shared/data"), up.join("../shared/data")]);
    let text =
        folders.find_map(|folder| std::fs::read_to_string(folder.join("naughty-strings/blns.json")).ok());
    if text.is_none() {
        println!("SKIPPED: no shared/data/naughty-strings above {}", env!("CARGO_MANIFEST_DIR"));
    }
    text.map(|text| serde_json::from_str(&text).expect("a list of texts"))
}

#[test]
fn naughty_notes_come_back_as_they_went() {
    let Some(naughty) = naughty() else { return };
    on_both(ALL, async |db| {
        let site = site(&db).await;
        call(&db, CALL, "13812345678", 0).await;
        for (at, texts) in naughty.chunks(25).enumerate() {
            let long = texts.iter().find(|text| text.chars().count() > 500);
            let fields: BTreeMap<String, &String> =
                texts.iter().enumerate().map(|(key, text)| (format!("f{key}"), text)).collect();
            let fields: BTreeMap<_, _> =
                fields.into_iter().filter(|(_, text)| (1..=500).contains(&text.chars().count())).collect();
            let notes = long.map_or_else(|| texts.join("\n"), Clone::clone);
            let body = form(at as i64, at as i64 + 1, json!({ "notes": notes, "fields": fields }));
            let saved = by(site.put(&path(CALL, "/draft"), body), WRITER).await;
            assert_eq!(saved.status.as_u16(), 200, "{texts:?}");
            assert_eq!(saved.body["masked"], json!([]), "nothing in the list is a card: {texts:?}");
            let read = by(site.get(&path(CALL, "")), WRITER).await;
            assert_eq!(read.body["own"]["draft"]["notes"], notes);
            assert_eq!(read.body["own"]["draft"]["fields"], json!(fields));
        }
    });
}
