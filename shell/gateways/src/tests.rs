//! HTTP and mail, over real connections.

use std::sync::Arc;

use testkit::{Habit, HttpGateway, SmtpServer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::{ServerConfig, crypto};

use crate::mail::{self, Mailer, Security};
use crate::{Asked, Fate, Gateway, Message, Sent, http};

const SECRET: &str = "a secret of our two";

fn message(id: &str, to: &str) -> Message {
    Message {
        id: id.into(),
        reference: 7,
        to: to.into(),
        subject: "停电通知：明天".into(),
        text: "您好，明天8:00至17:00停电。".into(),
        valid: std::time::Duration::from_secs(3_600),
    }
}

fn http_client(there: &HttpGateway, secret: &str) -> http::Client {
    let config = http::Config::plain(there.url(), secret.into());
    http::Client::new(config).expect("a client")
}

#[tokio::test]
async fn a_signed_message_is_taken_once_and_can_be_asked_about() {
    let there = HttpGateway::start(SECRET).await.expect("a gateway");
    let client = http_client(&there, SECRET);
    let first = client.send(message("nt_1", "13812345678")).await;
    assert_eq!(first, Sent::Accepted { ids: vec!["g-nt_1".into()] });
    client.send(message("nt_1", "13812345678")).await;
    assert_eq!(there.taken().len(), 1, "the same id is the same message");

    there.habits([Habit::Refuse(429), Habit::Refuse(422), Habit::Refuse(500), Habit::TakeAndCut, Habit::Cut]);
    let busy = client.send(message("nt_2", "1")).await;
    assert!(matches!(busy, Sent::Down { after: Some(after), .. } if after.as_secs() == 7), "{busy:?}");
    let bad = client.send(message("nt_2", "1")).await;
    assert!(matches!(bad, Sent::NotSent { again: false, .. }), "{bad:?}");
    for id in ["nt_3", "nt_4", "nt_5"] {
        let nobody_knows = client.send(message(id, "1")).await;
        assert!(matches!(nobody_knows, Sent::Unknown { .. }), "{nobody_knows:?}");
    }
    assert_eq!(client.ready(), Err("HTTP 500".into()), "whoever fails is left alone for a while");
    there.fate("nt_4", "delivered");
    let asked = client.ask(message("nt_4", "1")).await;
    assert_eq!(asked, Asked::Has { ids: vec!["g-nt_4".into()], fate: Some(Fate::Delivered) });
    assert_eq!(client.ask(message("nt_5", "1")).await, Asked::NeverHad);
}

#[tokio::test]
async fn a_gateway_that_does_not_know_us_or_is_not_there_rests() {
    let there = HttpGateway::start(SECRET).await.expect("a gateway");
    let stranger = http_client(&there, "another secret of two");
    let sent = stranger.send(message("nt_1", "1")).await;
    assert!(matches!(sent, Sent::Down { .. }), "{sent:?}");
    assert_eq!(stranger.ready(), Err("HTTP 401".into()));
    assert_eq!(there.taken(), []);

    let client = http_client(&there, SECRET);
    drop(there);
    tokio::task::yield_now().await;
    let sent = client.send(message("nt_1", "1")).await;
    assert!(matches!(sent, Sent::Down { .. }), "{sent:?}");
    assert!(client.ready().is_err());
    assert_eq!(client.ask(message("nt_1", "1")).await, Asked::Away);
}

#[test]
fn personal_data_does_not_go_out_in_the_clear() {
    let http = |url: &str, secret: &str| {
        http::Client::new(http::Config::plain(url.into(), secret.into()))
            .map(|_| ())
            .map_err(|error| error.to_string())
    };
    assert!(http("http://sms.example.net/x", SECRET).is_err_and(|why| why.contains("https")));
    assert!(http("https://sms.example.net/x", "short").is_err_and(|why| why.contains("16")));
    assert!(http("https://sms.example.net/x", SECRET).is_ok());
    assert!(mailer("mail.example.net:25", Security::None, None).is_err());
}

fn mailer(server: &str, security: Security, trusted: Option<&std::path::Path>) -> anyhow::Result<Mailer> {
    Mailer::new(mail::Config {
        server: server.into(),
        security,
        username: "notice".into(),
        password: "secret".into(),
        from: "铜官燃气 <notice@example.cn>".into(),
        trusted: trusted.map(Into::into),
    })
}

#[tokio::test]
async fn mail_is_sent_encrypted_and_signed_in() {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".into()]).expect("a certificate");
    let folder = std::env::temp_dir().join(format!("gateways-mail-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let pem = folder.join("ca.pem");
    std::fs::write(&pem, key.cert.pem()).expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![key.cert.der().clone()],
            PrivatePkcs8KeyDer::from(key.signing_key.serialize_der()).into(),
        )
        .expect("a server");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    for security in [Security::Tls, Security::Starttls] {
        let there =
            SmtpServer::start(Some(acceptor.clone()), security == Security::Tls).await.expect("a server");
        let server = format!("localhost:{}", there.address.port());
        let ours = mailer(&server, security, Some(&pem)).expect("a mailer");
        let sent = ours.send(message("nt_1", "lisi@163.com")).await;
        assert_eq!(sent, Sent::Accepted { ids: vec!["<nt_1@example.cn>".into()] }, "{security:?}");
        let received = there.received();
        let mail = received.first().expect("a mail");
        assert!(mail.encrypted);
        assert_eq!(
            (mail.from.as_str(), mail.to.as_slice()),
            ("notice@example.cn", &["lisi@163.com".to_owned()][..])
        );
        assert_eq!(mail.auth.as_deref(), Some("AG5vdGljZQBzZWNyZXQ="), "user and password in base 64");
        assert!(mail.data.contains("Message-ID: <nt_1@example.cn>"), "{}", mail.data);

        let stranger = mailer(&server, security, None).expect("a mailer");
        let refused = stranger.send(message("nt_2", "lisi@163.com")).await;
        assert!(matches!(refused, Sent::Down { .. }), "a certificate nobody vouches for: {refused:?}");
        assert!(stranger.ready().is_err());
        assert_eq!(there.received().len(), 1);
    }
    std::fs::remove_dir_all(folder).expect("removed");
}

#[tokio::test]
async fn the_mail_server_says_whether_it_may_be_tried_again() {
    let there = SmtpServer::start(None, false).await.expect("a server");
    let mailer = mailer(&there.address.to_string(), Security::None, None).expect("a mailer");
    let send = async |to: &str| mailer.send(message("nt_1", to)).await;
    assert!(matches!(send("lisi@163.com").await, Sent::Accepted { .. }));
    let busy = send("busy@163.com").await;
    assert!(matches!(busy, Sent::NotSent { again: true, .. }), "{busy:?}");
    let nobody = send("nobody@163.com").await;
    assert!(matches!(nobody, Sent::NotSent { again: false, .. }), "{nobody:?}");
    let cut = send("cut@163.com").await;
    assert!(matches!(cut, Sent::Unknown { .. }), "{cut:?}");
    assert!(mailer.ready().is_ok(), "only these mails failed");
    assert_eq!(there.received().len(), 2);
    let injected = send("a@b.cn\r\nBcc: x@y.cn").await;
    assert!(matches!(injected, Sent::NotSent { again: false, .. }), "{injected:?}");
}
