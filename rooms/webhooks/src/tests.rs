//! The room on both databases, with a receiver that listens on a real socket.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Is;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use db::testdb::on_both;
use deadlines::Kind;
use gateways::post::Reach;
use gateways::signed;
use kernel::{NoticeId, WebhookId, WorkOrderId};
use people::Sealer;
use posting::LEASE;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use web::testing::{Reply, TestSite};

use crate::rules::{FAILURES_MAX, KINDS, WAIT_MAX};
use crate::store::{deliveries, subscriptions};
use crate::{MIGRATIONS, Outlet, jobs, room};

mod sending;

const MAY: &[&str] = &["webhooks.read", "webhooks.configure"];

fn outlet(reach: Reach) -> Outlet {
    Outlet::new(reach, Sealer::new(&[7; 32]).expect("a key")).expect("an outlet")
}

/// What a receiver was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Got {
    event: String,
    delivery: String,
    timestamp: i64,
    signature: String,
    body: String,
}

#[derive(Default)]
struct Heard {
    got: Vec<Got>,
    /// What it answers next; 200 when there is nothing.
    answers: VecDeque<u16>,
}

/// Somebody outside, until dropped.
struct Receiver {
    url: String,
    heard: Arc<Mutex<Heard>>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

async fn hear(Is(heard): Is<Arc<Mutex<Heard>>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let got = Got {
        event: header("x-switchboard-event"),
        delivery: header("x-switchboard-delivery"),
        timestamp: header(signed::TIMESTAMP).parse().unwrap_or(0),
        signature: header(signed::SIGNATURE),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let mut heard = lock(&heard);
    heard.got.push(got);
    let status = heard.answers.pop_front().unwrap_or(200);
    StatusCode::from_u16(status).unwrap_or(StatusCode::OK)
}

impl Receiver {
    async fn start() -> Receiver {
        let heard = Arc::new(Mutex::new(Heard::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/events", listener.local_addr().expect("an address"));
        let router = Router::new().route("/events", post(hear)).with_state(heard.clone());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Receiver { url, heard, task }
    }

    fn answers(&self, statuses: &[u16]) {
        lock(&self.heard).answers.extend(statuses);
    }

    fn got(&self) -> Vec<Got> {
        lock(&self.heard).got.clone()
    }

    /// Number of the order in each, in the order in which they came.
    fn orders(&self) -> Vec<String> {
        let number = |got: &Got| {
            let body: Value = serde_json::from_str(&got.body).expect("JSON");
            body["data"]["number"].as_str().unwrap_or("-").to_owned()
        };
        self.got().iter().map(number).collect()
    }
}

/// The room, and one who is told of orders.
struct Centre {
    site: TestSite,
    outlet: Outlet,
    receiver: Receiver,
    id: String,
    secret: String,
}

impl Centre {
    async fn new(db: db::Db) -> Centre {
        let (outlet, receiver) = (outlet(Reach::Private), Receiver::start().await);
        let site = TestSite::new(db, vec![room(outlet.clone())]);
        site.app.db.join(&site.site.events).await.expect("listening");
        let form =
            json!({ "name": "ERP", "url": receiver.url, "kinds": ["work_orders.changed", "notices.reply"] });
        let made = site.post("/api/webhooks", form).by(1, MAY).send().await;
        assert_eq!(made.status, 200, "{}", made.show());
        let text = |key: &str| made.body[key].as_str().expect("a text").to_owned();
        let (id, secret) = (text("id"), text("secret"));
        Centre { site, outlet, receiver, id, secret }
    }

    fn hook(&self) -> WebhookId {
        self.id.parse().expect("an id")
    }

    /// Something was done to an order.
    async fn moved(&self, number: &str) {
        let changed = work_orders::Changed {
            order: WorkOrderId(5),
            number: number.into(),
            kind: Kind::Complaint,
            verb: "accepted".into(),
            from: String::new(),
            to: "accepted".into(),
            unit: None,
            important: false,
            children: false,
        };
        let mut tx = self.site.app.db.begin().await.expect("a change");
        tx.emit(self.site.app.now(), &changed).expect("told");
        tx.commit().await.expect("kept");
        self.hear().await;
    }

    async fn hear(&self) {
        self.site.app.db.deliver_pending(&self.site.site.events).await.expect("heard");
    }

    async fn send(&self) {
        jobs::send(self.site.app.clone(), self.outlet.clone()).await.expect("sent");
    }

    async fn get(&self, path: &str) -> Reply {
        self.site.get(&format!("/api/webhooks{path}")).by(1, MAY).send().await
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.site.post(&format!("/api/webhooks/{}{path}", self.id), body).by(1, MAY).send().await
    }

    /// State, why, failures in a row, how many wait.
    async fn standing(&self) -> (String, String, i64, i64) {
        let list = self.get("").await.body;
        let one = &list["subscriptions"][0];
        let text = |key: &str| one[key].as_str().unwrap_or("-").to_owned();
        let number = |key: &str| one[key].as_i64().expect("a number");
        (text("state"), text("why"), number("failures"), number("waiting"))
    }

    async fn version(&self) -> i64 {
        self.get("").await.body["subscriptions"][0]["version"].as_i64().expect("a version")
    }

    async fn act(&self, act: &str) -> Reply {
        self.post("/act", json!({ "act": act, "version": self.version().await })).await
    }

    /// Kinds in the journal about this subscription.
    async fn journal(&self) -> Vec<String> {
        let rows = sqlx::query("SELECT kind FROM db_journal WHERE room = 'webhooks' ORDER BY id");
        let rows = rows.fetch_all(self.site.app.db.read()).await.expect("the journal");
        rows.iter().map(|row| sqlx::Row::try_get(row, "kind").expect("a kind")).collect()
    }
}

fn standing(state: &str, why: &str, failures: i64, waiting: i64) -> (String, String, i64, i64) {
    (state.into(), why.into(), failures, waiting)
}

#[test]
fn no_door_is_open() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![room(outlet(Reach::Public))]);
        assert_eq!(site.open_doors().await, Vec::<String>::new());
    });
}

#[test]
fn the_secret_is_shown_once_and_kept_sealed() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        assert_eq!((&centre.secret[..6], centre.secret.len()), ("whsec_", 70));
        let row = sqlx::query("SELECT secret FROM webhooks_subscription");
        let row = row.fetch_one(centre.site.app.db.read()).await.expect("the row");
        let kept: String = sqlx::Row::try_get(&row, "secret").expect("a secret");
        assert!(kept.starts_with("sealed1:"), "{kept}");
        let all = centre.get("").await.show();
        assert!(!all.contains("whsec_") && !all.contains("sealed1"), "{all}");

        let anew = centre.act("new_secret").await;
        let second = anew.body["secret"].as_str().expect("shown").to_owned();
        assert_ne!(second, centre.secret);
        centre.moved("1").await;
        centre.send().await;
        let got = centre.receiver.got().remove(0);
        assert_eq!(got.signature, signed::sign_event(&second, got.timestamp, got.body.as_bytes()));
        assert_eq!(centre.journal().await, ["added", "secret_made"]);
    });
}

#[test]
fn only_who_may_sees_the_whole_address() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        let form = json!({ "name": "ERP", "url": format!("{}?token=x", centre.receiver.url),
            "kinds": ["notices.done"], "version": 1 });
        let put =
            centre.site.put(&format!("/api/webhooks/{}", centre.id), form.clone()).by(1, MAY).send().await;
        assert_eq!((put.status.as_u16(), &put.body["kinds"]), (200, &json!(["notices.done"])));
        let again = centre.site.put(&format!("/api/webhooks/{}", centre.id), form).by(1, MAY).send().await;
        assert_eq!(again.status, 409, "{}", again.show());
        let whole = centre.get("").await.show();
        assert!(whole.contains("token=x"), "{whole}");
        let seen = centre.site.get("/api/webhooks").by(2, &["webhooks.read"]).send().await;
        assert!(!seen.show().contains("token=x"), "{}", seen.show());
        assert_eq!(seen.body["subscriptions"][0]["allowed"], json!([]));
        centre.moved("1").await;
        centre.send().await;
        assert_eq!(centre.receiver.got(), [], "it wants other events now");
    });
}

#[test]
fn an_address_inside_is_refused_unless_the_configuration_allows_it() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![room(outlet(Reach::Public))]);
        for (url, code) in [
            ("https://127.0.0.1/in", "webhooks.url_private"),
            ("https://10.0.0.8/in", "webhooks.url_private"),
            ("http://erp.example.com/in", "webhooks.url_not_secure"),
            ("https://a:b@erp.example.com/in", "webhooks.url_credentials"),
            ("file:///etc/passwd", "webhooks.url_unreadable"),
        ] {
            let form = json!({ "name": "ERP", "url": url, "kinds": ["notices.done"] });
            let reply = site.post("/api/webhooks", form).by(1, MAY).send().await;
            assert_eq!((reply.status.as_u16(), reply.body["code"].as_str()), (422, Some(code)), "{url}");
        }
        let form = json!({ "name": "ERP", "url": "https://erp.example.com/in", "kinds": ["notices.done"] });
        assert_eq!(site.post("/api/webhooks", form).by(1, MAY).send().await.status, 200);
    });
}

#[test]
fn nothing_about_anybody_goes_out() {
    on_both(&[MIGRATIONS], async |db| {
        let centre = Centre::new(db).await;
        let reply = notices::Reply {
            phone: "13812345678".into(),
            text: "谢谢，我是李雷".into(),
            notice: Some(NoticeId(7)),
            about: Some(notices::Subject::new("work_orders", "wo_5")),
        };
        let mut tx = centre.site.app.db.begin().await.expect("a change");
        tx.emit(centre.site.app.now(), &reply).expect("told");
        tx.commit().await.expect("kept");
        centre.hear().await;
        centre.send().await;
        let body: Value = serde_json::from_str(&centre.receiver.got()[0].body).expect("JSON");
        assert_eq!(
            body,
            json!({ "id": format!("{}-1", centre.id), "event": "notices.reply", "at": centre.site.app.now(),
                "data": { "notice": "nt_7", "about": { "room": "work_orders", "id": "wo_5" } } })
        );
    });
}
