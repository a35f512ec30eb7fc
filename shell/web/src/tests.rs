//! A small room, asked as a browser asks.

use std::time::Duration;

use axum::extract::State;
use db::Db;
use db::testdb::sqlite;
use expect_test::expect;
use futures::{SinkExt, StreamExt};
use kernel::Permission;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use utoipa::ToSchema;

use crate::testing::TestSite;
use crate::{Actor, Answer, App, Error, Json, Room, Routes, Status, Topic, routes};

const READ: Permission = Permission::new("notes.read", "read notes", &[]);
const MIGRATIONS: db::Migrations = db::Migrations { room: "notes", files: &[] };

#[derive(Serialize, Deserialize, ToSchema)]
struct Note {
    text: String,
}

#[derive(Serialize, thiserror::Error, Debug)]
#[serde(tag = "code", rename_all = "snake_case")]
enum Refusal {
    #[error("at most {most} characters")]
    TooLong { most: usize },
}

impl crate::Refusal for Refusal {
    const ROOM: &'static str = "notes";
    fn status(&self) -> Status {
        Status::Invalid
    }
}

/// Reads a note.
#[utoipa::path(get, path = "/api/notes", responses((status = 200, body = Note)))]
async fn read(actor: Actor) -> Answer<Note> {
    Ok(Json(Note { text: actor.name }))
}

/// Writes a note.
#[utoipa::path(post, path = "/api/notes", request_body = Note, responses((status = 200, body = Note)))]
async fn write(State(app): State<App>, Json(note): Json<Note>) -> Answer<Note> {
    if note.text.len() > 10 {
        return Err(Refusal::TooLong { most: 10 }.into());
    }
    if note.text == "fail" {
        return Err(anyhow::anyhow!("the disk is full of secrets").into());
    }
    app.live.publish("notes.newest", &note).map_err(Error::from)?;
    Ok(Json(note))
}

fn notes() -> Room {
    Room {
        permissions: &[READ],
        routes: Routes::new().permit(READ, routes!(read, write)),
        topics: vec![Topic::shared("notes.newest", READ)],
        ..Room::new("notes", MIGRATIONS)
    }
}

async fn scratch() -> (db::testdb::Scratch, Db) {
    let scratch = sqlite(&[MIGRATIONS]).await.expect("a database");
    let db = scratch.db.clone();
    (scratch, db)
}

#[tokio::test]
async fn who_may_is_answered_and_who_may_not_is_told_so() {
    let (_scratch, db) = scratch().await;
    let site = TestSite::new(db, vec![notes()]);
    assert_eq!(site.open_doors().await, Vec::<String>::new());
    let reply = site.get("/api/notes").by(1, &["notes.read"]).send().await;
    assert_eq!(reply.body, json!({ "text": "Person 1" }));
    expect![[r#"
        403
        {
          "code": "web.forbidden",
          "params": {
            "permission": "notes.read"
          }
        }
    "#]]
    .assert_eq(&site.get("/api/notes").by(1, &["notes.write"]).send().await.show());
    assert_eq!(site.get("/api/nothing").send().await.body["code"], "web.not_found");
}

#[tokio::test]
async fn a_refusal_has_a_code_and_a_failure_tells_nothing() {
    let (_scratch, db) = scratch().await;
    let site = TestSite::new(db, vec![notes()]);
    let write = async |body| site.post("/api/notes", body).by(1, &["notes.read"]).send().await;
    expect![[r#"
        422
        {
          "code": "notes.too_long",
          "params": {
            "most": 10
          }
        }
    "#]]
    .assert_eq(&write(json!({ "text": "a long long note" })).await.show());
    expect![[r#"
        500
        {
          "code": "web.failed",
          "params": {}
        }
    "#]]
    .assert_eq(&write(json!({ "text": "fail" })).await.show());
    assert_eq!(write(json!({ "test": "x" })).await.body["code"], "web.bad_fields");
    assert_eq!(write(json!({ "text": "x".repeat(2_000_000) })).await.body["code"], "web.too_large");
}

#[tokio::test]
async fn another_sites_page_cannot_write_and_nothing_foreign_runs_here() {
    let (_scratch, db) = scratch().await;
    let site = TestSite::new(db, vec![notes()]);
    let from = async |origin: &'static str| {
        let call = site.post("/api/notes", json!({ "text": "x" })).by(1, &["notes.read"]);
        call.header("host", "centre.example").header("origin", origin).send().await
    };
    assert_eq!(from("https://evil.example").await.body["code"], "web.other_site");
    let reply = from("https://centre.example").await;
    assert_eq!(reply.status, 200);
    let policy = reply.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert_eq!(reply.headers["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn the_document_says_who_may_call() {
    let (_scratch, db) = scratch().await;
    let site = TestSite::new(db, vec![notes()]);
    let document = site.get("/api/openapi.json").send().await.body;
    assert_eq!(document["info"]["title"], "Switchboard");
    assert_eq!(document["paths"]["/api/notes"]["post"]["x-access"], json!(["notes.read"]));
    assert_eq!(site.get("/healthz").send().await.show(), "200\nok\n\n");
    assert_eq!(site.get("/readyz").send().await.status, 200);
    site.app.db.close().await;
    assert_eq!(site.get("/readyz").send().await.status, 503);
    assert_eq!(site.get("/healthz").send().await.status, 200);
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn heard(socket: &mut Socket) -> String {
    let wait = tokio::time::timeout(Duration::from_secs(10), socket.next());
    match wait.await.expect("in time").expect("open").expect("a message") {
        Message::Text(text) => text.to_string(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_browser_watches_and_sees_what_is_new() {
    let (_scratch, db) = scratch().await;
    let TestSite { app, site, .. } = TestSite::new(db, vec![notes()]);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(site.serve(listener, async {
        let _ = stopped.await;
    }));
    let connect = async |cookie: &str, origin: &str| {
        let mut request = format!("ws://{address}/api/live").into_client_request().expect("a request");
        request.headers_mut().insert("cookie", format!("switchboard={cookie}").parse().expect("a cookie"));
        request.headers_mut().insert("origin", origin.parse().expect("an origin"));
        connect_async(request).await
    };
    let own = format!("http://{address}");
    assert!(connect("", &own).await.is_err(), "nobody");
    assert!(connect("1:notes.read", "http://evil.example").await.is_err(), "another site");

    let (mut socket, _) = connect("1:notes.read", &own).await.expect("connected");
    app.live.publish("notes.newest", &"old").expect("publish");
    socket.send(Message::text(r#"{"watch":["notes.newest","notes.secret"]}"#)).await.expect("sent");
    let mut both = [heard(&mut socket).await, heard(&mut socket).await];
    both.sort();
    assert_eq!(
        both,
        [r#"{"refused":"notes.secret"}"#, r#"{"topic":"notes.newest","version":1,"data":"old"}"#]
    );
    app.live.publish("notes.newest", &"new").expect("publish");
    assert_eq!(heard(&mut socket).await, r#"{"topic":"notes.newest","version":2,"data":"new"}"#);
    socket.send(Message::text("not json")).await.expect("sent");
    assert_eq!(heard(&mut socket).await, r#"{"refused":null}"#);
    let (mut other, _) = connect("2:", &own).await.expect("connected");
    other.send(Message::text(r#"{"watch":["notes.newest"]}"#)).await.expect("sent");
    assert_eq!(heard(&mut other).await, r#"{"refused":"notes.newest"}"#, "without the permission");
    socket.close(None).await.expect("closed");
    other.close(None).await.expect("closed");
    stop.send(()).expect("still serving");
    server.await.expect("no panic").expect("an orderly stop");
}

/// What is in hand is finished; nothing else holds the end up.
#[tokio::test]
async fn the_end_waits_for_what_is_in_hand() {
    let (_scratch, db) = scratch().await;
    let mut room = notes();
    let (done, mut finished) = tokio::sync::mpsc::channel(1);
    let started = std::sync::Arc::new(tokio::sync::Notify::new());
    let told = started.clone();
    room.jobs = vec![
        crate::Job::every("notes.slow", Duration::from_secs(3_600), move |app| {
            let (done, told) = (done.clone(), told.clone());
            async move {
                let _hold = app.ending.hold();
                told.notify_one();
                while !app.ending.has_begun() {
                    tokio::task::yield_now().await;
                }
                done.send("whole").await.map_err(anyhow::Error::from)
            }
        }),
        crate::Job::every("notes.forever", Duration::from_secs(3_600), |_| std::future::pending()),
    ];
    let TestSite { site, .. } = TestSite::new(db, vec![room]);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(site.serve(listener, async {
        let _ = stopped.await;
    }));
    started.notified().await;
    stop.send(()).expect("still serving");
    let ended = tokio::time::timeout(Duration::from_secs(20), server).await;
    ended.expect("at once").expect("no panic").expect("an orderly stop");
    assert_eq!(finished.recv().await, Some("whole"));
}

/// What one person has entered on a telephone is not done in the name of the next who signs in there.
#[tokio::test]
async fn a_request_that_says_whose_it_is_is_only_theirs() {
    let (_scratch, db) = scratch().await;
    let site = TestSite::new(db, vec![notes()]);
    let ask = async |person: &str| {
        let reply = site.get("/api/notes").by(1, &["notes.read"]).header(crate::PERSON, person).send().await;
        (reply.status.as_u16(), reply.body["code"].as_str().unwrap_or("").to_owned())
    };
    assert_eq!(ask(&kernel::PersonId(1).to_string()).await.0, 200);
    assert_eq!(ask(&kernel::PersonId(2).to_string()).await, (409, "web.other_person".into()));
    assert_eq!(ask("").await, (409, "web.other_person".into()));
}
