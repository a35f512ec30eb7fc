//! Flows, numbers and prompts on both databases.

use db::testdb::on_both;
use kernel::time::{Clock, TestClock};
use kernel::{FlowId, IdMint, PersonId, PromptId, Timestamp};
use sqlx::Row;

use super::prompts::{self, Prompt};
use super::{By, FlowsPublished};
use crate::rules::{Act, Flow, Refusal, decide};
use crate::{MIGRATIONS, store};

fn now() -> Timestamp {
    TestClock::monday_morning().now()
}

fn by() -> By {
    By { person: Some(PersonId(7)), name: Some("王芳".into()) }
}

async fn act(db: &db::Db, flow: &Flow, act: Act) -> Flow {
    let mut tx = db.begin().await.expect("begin");
    let change = decide(flow, act, flow.revision, Some("王芳"), now(), &[]).expect("allowed");
    assert!(store::save(&mut tx, flow, &change, &by(), now()).await.expect("saved"));
    tx.commit().await.expect("commit");
    change.flow.expect("still there")
}

async fn journal(db: &db::Db) -> Vec<String> {
    let rows =
        sqlx::query("SELECT who, subject, kind, payload FROM db_journal ORDER BY id").fetch_all(db.read());
    let line = |row: &db::Row| {
        let who: Option<i64> = row.get("who");
        let (kind, payload): (String, String) = (row.get("kind"), row.get("payload"));
        format!("{} {kind} {payload}", who.map_or("-".into(), |who| who.to_string()))
    };
    rows.await.expect("the journal").iter().map(line).collect()
}

async fn events(db: &db::Db) -> usize {
    let rows =
        sqlx::query("SELECT kind FROM db_outbox ORDER BY id").fetch_all(db.read()).await.expect("events");
    assert!(rows.iter().all(|row| row.get::<String, _>("kind") == <FlowsPublished as db::Event>::KIND));
    rows.len()
}

#[test]
fn a_flow_is_drafted_published_changed_and_rolled_back() {
    on_both(&[MIGRATIONS], async |db| {
        let id = FlowId(100);
        let mut tx = db.begin().await.expect("begin");
        assert!(store::add(&mut tx, id, "hotline", "one", &by(), now()).await.expect("added"));
        assert!(!store::add(&mut tx, FlowId(101), "hotline", "x", &by(), now()).await.expect("taken"));
        tx.commit().await.expect("commit");

        let flow = store::get(db.read(), id).await.expect("read").expect("there");
        assert_eq!((flow.live.clone(), flow.newest, flow.revision), (None, 0, 1));
        let flow = act(&db, &flow, Act::Publish { note: Some(" first ".into()) }).await;
        let flow = act(&db, &flow, Act::SaveDraft { source: "two".into() }).await;
        let flow = act(&db, &flow, Act::Publish { note: None }).await;
        assert_eq!(store::get(db.read(), id).await.expect("read").as_ref(), Some(&flow));
        let old = store::source(db.read(), id, 1).await.expect("read").expect("version 1");
        let flow = act(&db, &flow, Act::RollBack { version: 1, source: old }).await;
        assert_eq!(store::get(db.read(), id).await.expect("read").as_ref(), Some(&flow));
        assert_eq!(flow.live.as_ref().map(|live| (live.version, live.source.as_str())), Some((1, "one")));
        assert_eq!((flow.draft.as_str(), flow.newest), ("two", 2));

        let versions = store::versions(&db, id).await.expect("versions");
        let told: Vec<_> = versions.iter().map(|v| (v.version, v.by.as_deref(), v.note.as_deref())).collect();
        assert_eq!(told, [(2, Some("王芳"), None), (1, Some("王芳"), Some("first"))]);
        assert_eq!(
            journal(&db).await,
            [
                r#"7 flow_created {"name":"hotline"}"#,
                r#"7 flow_published {"live":1,"name":"hotline","note":"first","was":null}"#,
                r#"7 draft_saved {"live":1,"name":"hotline","note":null,"was":1}"#,
                r#"7 flow_published {"live":2,"name":"hotline","note":null,"was":1}"#,
                r#"7 flow_rolled_back {"live":1,"name":"hotline","note":null,"was":2}"#,
            ]
        );
        assert_eq!(events(&db).await, 3);
    });
}

#[test]
fn the_slower_of_two_editors_changes_nothing() {
    on_both(&[MIGRATIONS], async |db| {
        let id = FlowId(100);
        let mut tx = db.begin().await.expect("begin");
        store::add(&mut tx, id, "hotline", "one", &by(), now()).await.expect("added");
        tx.commit().await.expect("commit");
        let seen = store::get(db.read(), id).await.expect("read").expect("there");
        act(&db, &seen, Act::SaveDraft { source: "fast".into() }).await;

        let slow = Act::SaveDraft { source: "slow".into() };
        let change = decide(&seen, slow.clone(), 1, None, now(), &[]).expect("allowed as seen");
        let mut tx = db.begin().await.expect("begin");
        assert!(!store::save(&mut tx, &seen, &change, &by(), now()).await.expect("not saved"));
        drop(tx);
        let flow = store::get(db.read(), id).await.expect("read").expect("there");
        assert_eq!(flow.draft, "fast");
        assert_eq!(decide(&flow, slow, 1, None, now(), &[]), Err(Refusal::ChangedMeanwhile { revision: 2 }));
    });
}

#[test]
fn a_flow_that_is_deleted_leaves_nothing_but_the_journal() {
    on_both(&[MIGRATIONS], async |db| {
        let id = FlowId(100);
        let mut tx = db.begin().await.expect("begin");
        store::add(&mut tx, id, "hotline", "one", &by(), now()).await.expect("added");
        tx.commit().await.expect("commit");
        let flow = store::get(db.read(), id).await.expect("read").expect("there");
        let flow = act(&db, &flow, Act::Publish { note: None }).await;
        let change =
            decide(&flow, Act::Delete { numbers: vec![] }, flow.revision, None, now(), &[]).expect("free");
        let mut tx = db.begin().await.expect("begin");
        assert!(store::save(&mut tx, &flow, &change, &by(), now()).await.expect("gone"));
        tx.commit().await.expect("commit");
        assert_eq!(store::all(&db).await.expect("read"), []);
        assert_eq!(store::versions(&db, id).await.expect("read"), []);
        assert_eq!(journal(&db).await.len(), 3);
    });
}

#[test]
fn numbers_lead_to_flows() {
    on_both(&[MIGRATIONS], async |db| {
        let mut tx = db.begin().await.expect("begin");
        store::bind(&mut tx, "95598", FlowId(1), &by(), now()).await.expect("bound");
        store::bind(&mut tx, "12345", FlowId(2), &by(), now()).await.expect("bound");
        store::bind(&mut tx, "95598", FlowId(2), &by(), now()).await.expect("bound again");
        assert!(store::unbind(&mut tx, "12345", &by(), now()).await.expect("released"));
        assert!(!store::unbind(&mut tx, "12345", &by(), now()).await.expect("was not bound"));
        tx.commit().await.expect("commit");
        let numbers = store::numbers(db.read()).await.expect("read");
        assert_eq!(numbers.into_iter().collect::<Vec<_>>(), [("95598".to_owned(), FlowId(2))]);
        assert_eq!((journal(&db).await.len(), events(&db).await), (4, 4));
    });
}

#[test]
fn a_prompt_is_kept_replaced_and_deleted() {
    on_both(&[MIGRATIONS], async |db| {
        let ids = IdMint::new(0);
        let prompt = |hash: &str| Prompt {
            id: ids.mint::<PromptId>(now()),
            name: "welcome".into(),
            text: Some("您好".into()),
            duration_ms: 1_500,
            hash: hash.into(),
            at: now(),
        };
        let put = async |prompt: &Prompt, wav: &[u8], replace| {
            let mut tx = db.begin().await.expect("begin");
            let id = prompts::put(&mut tx, prompt, wav.to_vec(), replace, &by()).await.expect("put");
            tx.commit().await.expect("commit");
            id
        };
        let first = prompt("aa");
        assert_eq!(put(&first, b"RIFF1", false).await, Some(first.id));
        assert_eq!(put(&prompt("bb"), b"RIFF2", false).await, None, "the name is taken");
        assert_eq!(put(&prompt("cc"), b"RIFF3", true).await, Some(first.id), "the id stays");
        let kept = Prompt { hash: "cc".into(), ..first.clone() };
        assert_eq!(prompts::all(&db).await.expect("read"), std::slice::from_ref(&kept));
        assert_eq!(prompts::audio(&db, first.id).await.expect("read").as_deref(), Some(&b"RIFF3"[..]));

        let mut tx = db.begin().await.expect("begin");
        assert!(prompts::delete(&mut tx, &kept, &by(), now()).await.expect("deleted"));
        assert!(!prompts::delete(&mut tx, &kept, &by(), now()).await.expect("gone already"));
        tx.commit().await.expect("commit");
        assert_eq!(prompts::get(&db, first.id).await.expect("read"), None);
        let kinds: Vec<String> =
            journal(&db).await.iter().filter_map(|line| line.split(' ').nth(1).map(str::to_owned)).collect();
        assert_eq!(kinds, ["prompt_added", "prompt_replaced", "prompt_deleted"]);
    });
}
