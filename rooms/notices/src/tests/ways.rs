//! The other ways out, with real receivers: a signed HTTP gateway that can be asked and calls back, and a mail server.

use std::sync::Arc;
use std::time::Duration;

use db::Db;
use db::testdb::on_both;
use gateways::signed::{NONCE, SIGNATURE, TIMESTAMP, sign};
use gateways::{Gateway, http, mail};
use kernel::NoticeId;
use kernel::calendar::Calendar;
use serde_json::{Value, json};
use testkit::{Habit, HttpGateway, SmtpServer};
use web::testing::{Reply, TestSite};

use super::accepted;
use crate::rules::{Channel, Notice, Recipient, State};
use crate::{MIGRATIONS, Ways, jobs, put_demo, room, send, store};

const SECRET: &str = "a secret of our two";

struct Rig {
    ways: Arc<Ways>,
    site: TestSite,
}

impl Rig {
    async fn start(db: &Db, sms: Option<Arc<dyn Gateway>>, mail: Option<Arc<dyn Gateway>>) -> Rig {
        let Ok(ways) = Ways::open(|_| Ok::<_, std::convert::Infallible>((sms, mail)));
        let ways = Arc::new(ways.with_secret(Some(SECRET.into())));
        let site = TestSite::new(db.clone(), vec![room(ways.clone(), Calendar::china())]);
        site.clock.advance(Duration::from_secs(3_600));
        put_demo(&site.app).await.expect("the texts");
        Rig { ways, site }
    }

    async fn go(&self, notice: &Notice) -> NoticeId {
        let app = &self.site.app;
        let mut tx = app.db.begin().await.expect("a change");
        let id = send(&mut tx, app.now(), app.id(), notice).await.expect("asked").expect("queued");
        tx.commit().await.expect("kept");
        self.run().await;
        id
    }

    async fn run(&self) {
        for channel in [Channel::Sms, Channel::Mail] {
            let calendar = Arc::new(Calendar::china());
            jobs::send(self.site.app.clone(), self.ways.clone(), calendar, channel).await.expect("sent");
        }
    }

    async fn tidy(&self) {
        jobs::tidy(self.site.app.clone()).await.expect("tidied");
        for channel in [Channel::Sms, Channel::Mail] {
            jobs::ask(self.site.app.clone(), self.ways.clone(), channel).await.expect("asked");
        }
    }

    async fn state(&self, id: NoticeId) -> State {
        store::read(&self.site.app.db, id).await.expect("read").expect("there").state
    }

    async fn call_back(&self, secret: &str, nonce: &str, body: &Value) -> Reply {
        let signed = sign(secret, self.site.app.now().as_secs(), nonce, body.to_string().as_bytes());
        let call = self.site.post("/api/notices/callback", body.clone());
        let call = call.header(TIMESTAMP, &signed.timestamp.to_string()).header(NONCE, &signed.nonce);
        call.header(SIGNATURE, &signed.hmac).send().await
    }
}

#[test]
fn an_http_gateway_is_asked_where_nobody_knows_and_calls_back() {
    on_both(&[MIGRATIONS], async |db| {
        let there = HttpGateway::start(SECRET).await.expect("a gateway");
        let config = http::Config::plain(there.url(), SECRET.into());
        let sms: Arc<dyn Gateway> = Arc::new(http::Client::new(config).expect("a client"));
        let rig = Rig::start(&db, Some(sms), None).await;

        there.habits([Habit::TakeAndCut, Habit::Cut]);
        let cut = rig.go(&accepted("13900000001", "wo_1")).await;
        let lost = rig.go(&accepted("13900000002", "wo_2")).await;
        assert_eq!((rig.state(cut).await, rig.state(lost).await), (State::Unknown, State::Unknown));
        there.fate(&cut.to_string(), "delivered");
        rig.tidy().await;
        assert_eq!((rig.state(cut).await, rig.state(lost).await), (State::Delivered, State::Queued));
        rig.run().await;
        assert_eq!(rig.state(lost).await, State::Queued, "not at once: the gateway has just failed with it");
        rig.site.clock.advance(Duration::from_secs(30));
        rig.run().await;
        assert_eq!(rig.state(lost).await, State::Sent, "it was never had, so it goes out now");
        assert_eq!(there.taken().len(), 2);

        let receipt = json!({ "kind": "receipt", "id": format!("g-{lost}"), "to": "13900000002", "fate": "undeliverable", "error": "off" });
        let code = |reply: &Reply| reply.body["code"].as_str().unwrap_or("kept").to_owned();
        let wrong = rig.call_back("a secret of others", "aaaaaaaaaaaaaaaa", &receipt).await;
        assert_eq!((wrong.status.as_u16(), code(&wrong)), (403, "notices.not_believed".into()));
        let unsigned = rig.site.post("/api/notices/callback", receipt.clone()).send().await;
        assert_eq!(unsigned.status.as_u16(), 403);
        assert_eq!(rig.state(lost).await, State::Sent);
        let kept = rig.call_back(SECRET, "aaaaaaaaaaaaaaaa", &receipt).await;
        assert_eq!((kept.status.as_u16(), rig.state(lost).await), (200, State::Failed));
        let replayed = rig.call_back(SECRET, "aaaaaaaaaaaaaaaa", &receipt).await;
        assert_eq!(replayed.status.as_u16(), 403, "the same request again");

        let reply = json!({ "kind": "reply", "from": "8613900000001", "text": "退订\u{0}。" });
        rig.call_back(SECRET, "bbbbbbbbbbbbbbbb", &reply).await;
        assert_eq!(store::sending::replies(&db, cut).await.expect("asked").len(), 1);
        let consents = store::consents::consents(&db, "13900000001", 10).await.expect("asked");
        assert_eq!(consents.iter().map(|one| one.granted).collect::<Vec<_>>(), [false]);

        // Somebody has to look at it.
        let replies = async |query: &str| {
            let path = format!("/api/notices/replies{query}");
            rig.site.get(&path).by(3, &["notices.read"]).send().await.body
        };
        let one = replies("?unseen=true").await;
        let row = &one["items"][0];
        assert_eq!(
            (&row["from"], &row["text"], &row["notice"], &row["about"]["id"], &one["unseen"]),
            (&json!("139****0001"), &json!("退订。"), &json!(cut.to_string()), &json!("wo_1"), &json!(1))
        );
        let path = format!("/api/notices/replies/{}/seen", row["id"].as_str().expect("an id"));
        let seen = rig.site.post(&path, json!({})).by(3, &["notices.read"]).send().await;
        assert_eq!(seen.body["seen_by"], json!(kernel::PersonId(3)));
        rig.site.post(&path, json!({})).by(4, &["notices.read"]).send().await;
        assert_eq!(replies("?unseen=true").await, json!({ "items": [], "unseen": 0 }));
        assert_eq!(replies("").await["items"][0]["seen_by"], json!(kernel::PersonId(3)), "the first counts");
    });
}

/// What nobody knew was sent again by a person: the gateway's word that it never had the first sends nothing more.
#[test]
fn what_a_person_sent_again_is_not_sent_by_itself() {
    on_both(&[MIGRATIONS], async |db| {
        let there = HttpGateway::start(SECRET).await.expect("a gateway");
        let config = http::Config::plain(there.url(), SECRET.into());
        let sms: Arc<dyn Gateway> = Arc::new(http::Client::new(config).expect("a client"));
        let rig = Rig::start(&db, Some(sms), None).await;
        there.habits([Habit::Cut, Habit::Cut]);
        let lost = rig.go(&accepted("13900000001", "wo_1")).await;
        let void = rig.go(&accepted("13900000002", "wo_2")).await;
        assert_eq!((rig.state(lost).await, rig.state(void).await), (State::Unknown, State::Unknown));

        let act = json!({ "act": "resend", "why": "客户说没收到", "version": 3 });
        let path = format!("/api/notices/{lost}/act");
        let again = rig.site.post(&path, act.clone()).by(3, &["notices.send"]).send().await;
        assert_eq!((again.status.as_u16(), &again.body["state"]), (200, &json!("queued")));
        let twice = rig.site.post(&path, act).by(3, &["notices.send"]).send().await;
        assert_eq!(twice.status.as_u16(), 409, "only once");
        let mut tx = db.begin().await.expect("a change");
        let about = crate::Subject::new("work_orders", "wo_2");
        let now = rig.site.app.now();
        crate::cancel_about(&mut tx, now, &about, "作废").await.expect("taken back");
        tx.commit().await.expect("kept");

        rig.tidy().await;
        assert_eq!((rig.state(lost).await, rig.state(void).await), (State::Cancelled, State::Cancelled));
        rig.site.clock.advance(Duration::from_secs(3_600));
        rig.run().await;
        rig.tidy().await;
        let to: Vec<String> = there.taken().into_iter().map(|taken| taken.to).collect();
        assert_eq!(to, ["13900000001"], "once to who was sent it again, never to who was not to have it");
    });
}

/// A message that the gateway stumbles over each time is not tried for ever, nor at once.
#[test]
fn what_the_gateway_never_had_is_tried_as_often_as_anything_else() {
    on_both(&[MIGRATIONS], async |db| {
        let there = HttpGateway::start(SECRET).await.expect("a gateway");
        let config = http::Config::plain(there.url(), SECRET.into());
        let sms: Arc<dyn Gateway> = Arc::new(http::Client::new(config).expect("a client"));
        let rig = Rig::start(&db, Some(sms), None).await;
        there.habits([Habit::Cut; 20]);
        let id = rig.go(&Notice { urgency: crate::Urgency::Urgent, ..accepted("13900000001", "wo_1") }).await;
        let mut tries = 0;
        while !matches!(rig.state(id).await, State::Failed) {
            tries += 1;
            assert!(tries <= 8, "{:?}", rig.state(id).await);
            rig.tidy().await;
            rig.site.clock.advance(Duration::from_secs(3_600));
            rig.run().await;
        }
        assert_eq!(tries, 8);
    });
}

#[test]
fn mail_goes_out_at_night_too_and_what_nobody_has_fails() {
    on_both(&[MIGRATIONS], async |db| {
        let there = SmtpServer::start(None, false).await.expect("a server");
        let config = mail::Config {
            server: there.address.to_string(),
            security: mail::Security::None,
            username: String::new(),
            password: String::new(),
            from: "铜官燃气 <notice@example.cn>".into(),
            trusted: None,
        };
        let mail: Arc<dyn Gateway> = Arc::new(mail::Mailer::new(config).expect("a mailer"));
        let rig = Rig::start(&db, None, Some(mail)).await;
        rig.site.clock.advance(Duration::from_secs(14 * 3_600));
        let to = |mail: &str, order: &str| Notice {
            channel: Channel::Mail,
            to: Recipient { mail: Some(mail.into()), ..Recipient::default() },
            ..accepted("", order)
        };
        let sent = rig.go(&to("Lisi@163.com", "wo_1")).await;
        let nobody = rig.go(&to("nobody@163.com", "wo_2")).await;
        let cut = rig.go(&to("cut@163.com", "wo_3")).await;
        assert_eq!(rig.state(sent).await, State::Sent);
        assert_eq!(rig.state(nobody).await, State::Failed);
        rig.tidy().await;
        rig.run().await;
        assert_eq!(
            rig.state(cut).await,
            State::Unknown,
            "a mail server cannot be asked, and it is not sent twice"
        );
        let received = there.received();
        let to: Vec<&str> = received.iter().flat_map(|mail| mail.to.iter().map(String::as_str)).collect();
        assert_eq!(to, ["lisi@163.com", "cut@163.com"]);
        assert!(received[0].data.contains(&format!("Message-ID: <{sent}@example.cn>")));
    });
}
