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
        let calendar = Arc::new(Calendar::china());
        jobs::send(self.site.app.clone(), self.ways.clone(), calendar).await.expect("sent");
    }

    async fn tidy(&self) {
        jobs::tidy(self.site.app.clone(), self.ways.clone()).await.expect("tidied");
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
        let config = http::Config { url: there.url(), secret: SECRET.into(), trusted: None, window: 4 };
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

        let reply = json!({ "kind": "reply", "from": "13900000001", "text": "退订" });
        rig.call_back(SECRET, "bbbbbbbbbbbbbbbb", &reply).await;
        assert_eq!(store::sending::replies(&db, cut).await.expect("asked").len(), 1);
        let consents = store::consents::consents(&db, "13900000001", 10).await.expect("asked");
        assert_eq!(consents.iter().map(|one| one.granted).collect::<Vec<_>>(), [false]);
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
