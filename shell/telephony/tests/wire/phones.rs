//! Telephones that register, over every transport, and those who only pretend to be one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::rig::text::{SDP, answer, request};
use crate::rig::{self, Peer, REALM, Rig, header};
use axum::extract::{State, WebSocketUpgrade};
use exchange::line::{Command, EndCause, Event, Origin};
use futures::{SinkExt as _, StreamExt as _};
use md5::Digest as _;
use telephony::Telephony;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::Message;

fn hash(sha256: bool, text: &str) -> String {
    if sha256 { hex::encode(sha2::Sha256::digest(text)) } else { hex::encode(md5::Md5::digest(text)) }
}

/// The Authorization line of a telephone, written without our own digest.
fn authorization(challenge: &str, method: &str, user: &str, password: &str, nc: u32, sha256: bool) -> String {
    let nonce = challenge.split("nonce=\"").nth(1).and_then(|t| t.split('"').next()).unwrap_or_default();
    let uri = "sip:95598@127.0.0.1";
    let ha1 = hash(sha256, &format!("{user}:{REALM}:{password}"));
    let ha2 = hash(sha256, &format!("{method}:{uri}"));
    let response = hash(sha256, &format!("{ha1}:{nonce}:{nc:08x}:abc:auth:{ha2}"));
    let algorithm = if sha256 { "SHA-256" } else { "MD5" };
    format!(
        "Authorization: Digest username=\"{user}\", realm=\"{REALM}\", nonce=\"{nonce}\", uri=\"{uri}\", \
         algorithm={algorithm}, qop=auth, nc={nc:08x}, cnonce=\"abc\", response=\"{response}\"\n"
    )
}

fn register(user: &str, cseq: u32, expires: u32, more: &str) -> String {
    request("REGISTER", "reg", cseq, "", &format!("Expires: {expires}\n{more}"), "")
        .replace("sip:13800138000@carrier.example", &format!("sip:{user}@{REALM}"))
        .replace("sip:95598@carrier.example", &format!("sip:{user}@{REALM}"))
}

async fn challenge(phone: &Peer, cseq: u32) -> String {
    phone.say(&register("1001", cseq, 300, "")).await;
    phone.hear_that("401").await
}

#[tokio::test]
async fn a_telephone_registers_with_either_digest_refreshes_with_the_same_nonce_and_leaves() {
    for sha256 in [false, true] {
        let mut rig = Rig::start(rig::config(), rig::directory()).await;
        let phone = Peer::at("127.0.0.9", rig.udp()).await;
        let asked = challenge(&phone, 1).await;
        assert!(asked.contains("algorithm=SHA-256") && asked.contains("algorithm=MD5"), "{asked}");
        for nc in 1..=20 {
            let proof = authorization(&asked, "REGISTER", "1001", "secret", nc, sha256);
            phone.say(&register("1001", 1 + nc, 300, &proof)).await;
            let ok = phone.hear().await;
            assert!(ok.starts_with("SIP/2.0 200"), "use {nc}: {ok}");
            assert!(
                header(&ok, "Contact").ends_with(";expires=300")
                    || header(&ok, "Contact").ends_with(";expires=299")
            );
        }
        assert_eq!(rig.phone_event().await, ("1001".to_owned(), true));
        // The same again is the same request, repeated because its answer was lost; an older count is a replay.
        let again = authorization(&asked, "REGISTER", "1001", "secret", 20, sha256);
        phone.say(&register("1001", 21, 300, &again)).await;
        phone.hear_that("200").await;
        phone.say(&register("1001", 22, 0, &again)).await;
        assert!(phone.hear_that("401").await.contains("stale=true"));
        let proof = authorization(&asked, "REGISTER", "1001", "secret", 21, sha256);
        phone.say(&register("1001", 23, 0, &proof)).await;
        assert_eq!(header(&phone.hear_that("200").await, "Contact"), "");
        assert_eq!(rig.phone_event().await, ("1001".to_owned(), false));
    }
}

#[tokio::test]
async fn a_registration_that_is_not_renewed_ends() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let phone = Peer::at("127.0.0.9", rig.udp()).await;
    let asked = challenge(&phone, 1).await;
    phone.say(&register("1001", 2, 10, &authorization(&asked, "REGISTER", "1001", "secret", 1, true))).await;
    assert_eq!(header(&phone.hear_that("423").await, "Min-Expires"), "30");
    phone.say(&register("1001", 3, 60, &authorization(&asked, "REGISTER", "1001", "secret", 2, true))).await;
    phone.hear_that("200").await;
    assert_eq!(rig.phone_event().await, ("1001".to_owned(), true));
    rig.pass(61).await;
    assert_eq!(rig.phone_event().await, ("1001".to_owned(), false));
}

#[tokio::test]
async fn a_registered_telephone_is_called_where_it_came_from_and_may_call() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let phone = Peer::at("127.0.0.9", rig.udp()).await;
    let asked = challenge(&phone, 1).await;
    // Its Contact names an address behind its NAT; it is called at the address it really has.
    let proof = authorization(&asked, "REGISTER", "1001", "secret", 1, true);
    phone
        .say(
            &register("1001", 2, 300, &proof).replace("<sip:caller@{me}>", "<sip:1001@192.168.1.7:5062;x=y>"),
        )
        .await;
    phone.hear_that("200").await;
    assert_eq!(rig.phone_event().await, ("1001".to_owned(), true));
    let leg = rig.dial_phone("1001", Duration::from_secs(9));
    let invite = phone.hear_that("INVITE").await;
    assert!(invite.starts_with("INVITE sip:1001@192.168.1.7:5062;x=y SIP/2.0"), "{invite}");
    phone
        .say(
            &answer(&invite, "200 OK", "p", "", SDP)
                .replace("<sip:phone@{me}>", "<sip:1001@192.168.1.7:5062>"),
        )
        .await;
    phone.hear_that("ACK").await;
    assert_eq!(rig.event().await, Event::Answered { leg });
    rig.command(Command::HangUp { leg });
    phone.hear_that("BYE").await;
    assert_eq!(rig.ended(leg).await, EndCause::Ours);

    let call = |cseq, more: &str| {
        request("INVITE", "out", cseq, "", more, SDP)
            .replace("sip:13800138000@carrier.example", "sip:1001@switchboard")
    };
    phone.say(&call(1, "")).await;
    let asked = phone.hear_that("401").await;
    phone.say(&call(2, &authorization(&asked, "INVITE", "1001", "secret", 1, false))).await;
    match rig.event().await {
        Event::Incoming { origin: Origin::Phone { user }, from, .. } => {
            assert_eq!((user, from.number), ("1001".into(), "1001".into()))
        }
        other => panic!("{other:?}"),
    }
    // In another's name it may not.
    phone
        .say(
            &call(3, &authorization(&asked, "INVITE", "1001", "secret", 2, false))
                .replace("sip:1001@", "sip:1002@"),
        )
        .await;
    phone.hear_that("401").await;
}

#[tokio::test]
async fn ten_wrong_passwords_bring_silence_to_strangers_and_never_to_trunks() {
    let rig = Rig::start(rig::config(), rig::directory()).await;
    let guesser = Peer::at("127.0.0.9", rig.udp()).await;
    let trunk = Peer::at("127.0.0.2", rig.udp()).await;
    let answers = async |peer: &Peer, user: &str, cseq: u32| {
        let asked = challenge(peer, 1).await;
        peer.say(&register(user, cseq, 300, &authorization(&asked, "REGISTER", user, "guess", 1, true)))
            .await;
        let answer = peer.hear().await;
        // What differs by chance is taken out; the rest must be the same for known and unknown names.
        answer
            .replace(user, "USER")
            .lines()
            .filter(|l| {
                !l.starts_with("WWW-")
                    && !l.starts_with("To:")
                    && !l.starts_with("CSeq")
                    && !l.starts_with("Via")
            })
            .collect::<Vec<_>>()
            .join("\n")
    };
    let known = answers(&guesser, "1001", 2).await;
    assert!(known.starts_with("SIP/2.0 401"));
    assert_eq!(known, answers(&guesser, "9999", 3).await);
    for n in 4..12 {
        answers(&guesser, "1001", n).await;
    }
    guesser.say(&register("1001", 50, 300, "")).await;
    assert_eq!(guesser.hear_within(Duration::from_millis(300)).await, None);
    for n in 2..20 {
        answers(&trunk, "1001", n).await;
    }
    assert_eq!(rig.stats().silenced_addresses, 1);
    rig.pass(601).await;
    guesser.say(&register("1001", 51, 300, "")).await;
    guesser.hear_that("401").await;
}

/// A stream with messages on it, as tests write them.
struct Line<S>(S, Vec<u8>);

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin> Line<S> {
    async fn say(&mut self, text: &str) {
        let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
        let body = body.replace('\n', "\r\n");
        let head = head
            .trim_start()
            .replace("SIP/2.0/UDP", "SIP/2.0/TCP")
            .replace("{me}", "127.0.0.9:5060")
            .replace('\n', "\r\n");
        self.0
            .write_all(format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes())
            .await
            .expect("sent");
    }
    async fn hear_that(&mut self, what: &str) -> String {
        loop {
            let text = String::from_utf8_lossy(&self.1).into_owned();
            if let Some(end) = text.find("\r\n\r\n") {
                let length: usize =
                    header(&text.replace("\r\n", "\n"), "Content-Length").parse().expect("a length");
                if text.len() >= end + 4 + length {
                    self.1.drain(..end + 4 + length);
                    let message = text[..end + 4 + length].replace("\r\n", "\n");
                    if message.lines().next().is_some_and(|l| l.contains(what)) {
                        return message;
                    }
                    continue;
                }
            }
            let got = tokio::time::timeout(Duration::from_secs(10), self.0.read_buf(&mut self.1)).await;
            assert!(got.expect("in time").expect("read") > 0, "closed while waiting for {what}");
        }
    }
}

async fn over_a_stream<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(rig: &mut Rig, io: S) {
    let mut phone = Line(io, Vec::new());
    phone.say(&register("1001", 1, 300, "")).await;
    let asked = phone.hear_that("401").await;
    phone.say(&register("1001", 2, 300, &authorization(&asked, "REGISTER", "1001", "secret", 1, true))).await;
    phone.hear_that("200").await;
    assert_eq!(rig.phone_event().await, ("1001".to_owned(), true));
    let leg = rig.dial_phone("1001", Duration::from_secs(9));
    let invite = phone.hear_that("INVITE").await;
    phone.say(&answer(&invite, "180 Ringing", "p", "", "")).await;
    assert_eq!(rig.event().await, Event::Ringing { leg });
    phone.say(&answer(&invite, "200 OK", "p", "", SDP)).await;
    phone.hear_that("ACK").await;
    assert_eq!(rig.event().await, Event::Answered { leg });
    rig.command(Command::HangUp { leg });
    phone.hear_that("BYE").await;
    assert_eq!(rig.ended(leg).await, EndCause::Ours);
    drop(phone);
    assert_eq!(rig.phone_event().await, ("1001".to_owned(), false), "its connection is gone");
}

#[tokio::test]
async fn over_tcp() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let io = tokio::net::TcpStream::connect(rig.tcp()).await.expect("connected");
    over_a_stream(&mut rig, io).await;
}

#[tokio::test]
async fn over_tls() {
    use tokio_rustls::rustls;
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let mut config = rig::config();
    let folder = config.media.recordings_dir.clone();
    std::fs::create_dir_all(&folder).expect("a folder");
    let (cert_pem_path, key_pem_path) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&cert_pem_path, made.cert.pem()).expect("written");
    std::fs::write(&key_pem_path, made.signing_key.serialize_pem()).expect("written");
    let addr = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    config.tls = Some(telephony::Tls { addr, cert_pem_path, key_pem_path });
    let mut rig = Rig::start(config, rig::directory()).await;

    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tcp = tokio::net::TcpStream::connect(rig.telephony.addresses()[2]).await.expect("connected");
    let name = rustls::pki_types::ServerName::try_from("localhost").expect("a name");
    let io =
        tokio_rustls::TlsConnector::from(Arc::new(client)).connect(name, tcp).await.expect("a handshake");
    over_a_stream(&mut rig, io).await;
}

/// A web server with only the route `/sip`, where everybody is signed in as 1001.
async fn web(telephony: Telephony) -> std::net::SocketAddr {
    async fn upgrade(
        State(telephony): State<Telephony>,
        axum::extract::ConnectInfo(peer): axum::extract::ConnectInfo<std::net::SocketAddr>,
        upgrade: WebSocketUpgrade,
    ) -> axum::response::Response {
        upgrade.protocols(["sip"]).on_upgrade(move |socket| async move {
            telephony.web_socket(socket, peer, "1001".into(), std::future::pending()).await
        })
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let at = listener.local_addr().expect("bound");
    let app = axum::Router::new().route("/sip", axum::routing::get(upgrade)).with_state(telephony);
    tokio::spawn(async move {
        axum::serve(listener, app.into_make_service_with_connect_info::<std::net::SocketAddr>()).await
    });
    at
}

fn on_the_web(text: &str) -> Message {
    let text = text.replace("SIP/2.0/UDP", "SIP/2.0/WS").replace("{me}", "abc.invalid").replace('\n', "\r\n");
    Message::Text(text.into())
}

#[tokio::test]
async fn over_a_web_socket_in_the_name_of_who_signed_in_and_no_other() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let at = web(rig.telephony.clone()).await;
    let (mut socket, _) =
        tokio_tungstenite::connect_async(format!("ws://{at}/sip")).await.expect("connected");
    let hear = async |socket: &mut tokio_tungstenite::WebSocketStream<_>, what: &str| loop {
        match socket.next().await.expect("open").expect("a message") {
            Message::Text(text) if text.lines().next().is_some_and(|l| l.contains(what)) => {
                return text.replace("\r\n", "\n");
            }
            _ => {}
        }
    };
    socket.send(on_the_web(&register("1002", 1, 600, ""))).await.expect("sent");
    hear(&mut socket, "403").await;
    socket.send(on_the_web(&register("1001", 2, 600, ""))).await.expect("sent");
    let ok = hear(&mut socket, "200").await;
    assert!(
        header(&ok, "Contact").ends_with("expires=120") || header(&ok, "Contact").ends_with("expires=119"),
        "{ok}"
    );
    assert_eq!(rig.phone_event().await, ("1001".to_owned(), true));
    let leg = rig.dial_phone("1001", Duration::from_secs(9));
    let invite = hear(&mut socket, "INVITE").await;
    assert!(header(&invite, "Via").starts_with("SIP/2.0/WS "), "{invite}");
    socket.send(on_the_web(&answer(&invite, "486 Busy Here", "w", "", ""))).await.expect("sent");
    hear(&mut socket, "ACK").await;
    assert_eq!(rig.ended(leg).await, EndCause::Busy);
    socket.close(None).await.expect("closed");
    assert_eq!(rig.phone_event().await, ("1001".to_owned(), false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_slow_web_socket_holds_up_nobody() {
    let rig = Rig::start(rig::config(), rig::directory()).await;
    let at = web(rig.telephony.clone()).await;
    let (socket, _) = tokio_tungstenite::connect_async(format!("ws://{at}/sip")).await.expect("connected");
    let (mut sink, never_read) = socket.split();
    // One REGISTER again and again from who does not read the answers, until we have had enough of it.
    let flood = tokio::spawn(async move {
        let message = on_the_web(&register("1001", 2, 600, ""));
        while sink.send(message.clone()).await.is_ok() {}
    });
    let phone = Peer::at("127.0.0.7", rig.udp()).await;
    for n in 0..100 {
        let before = Instant::now();
        phone.say(&request("OPTIONS", "o", n, "", "", "")).await;
        phone.hear_that("200").await;
        assert!(before.elapsed() < Duration::from_millis(500), "held up for {:?}", before.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::timeout(Duration::from_secs(20), flood)
        .await
        .expect("disconnected in time")
        .expect("no panic");
    drop(never_read);
}

#[tokio::test]
async fn connections_have_a_limit_and_broken_ones_are_closed() {
    let mut config = rig::config();
    config.limits.max_connections_per_ip = 3;
    let rig = Rig::start(config, rig::directory()).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut io = tokio::net::TcpStream::connect(rig.tcp()).await.expect("connected");
        io.write_all(b"\r\n\r\n").await.expect("sent");
        let mut pong = [0; 2];
        io.read_exact(&mut pong).await.expect("a pong");
        open.push(io);
    }
    let mut over = tokio::net::TcpStream::connect(rig.tcp()).await.expect("connected");
    assert_eq!(over.read(&mut [0; 1]).await.unwrap_or(0), 0, "one too many");
    open[0]
        .write_all(b"OPTIONS sip:x SIP/2.0\r\nContent-Length: 18446744073709551615\r\n\r\n")
        .await
        .expect("sent");
    assert_eq!(open[0].read(&mut [0; 1]).await.unwrap_or(0), 0, "no telling where the next one begins");
}
