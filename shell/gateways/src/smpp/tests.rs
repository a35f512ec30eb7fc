//! Our client and the small centre, over real connections; and packets of every kind.

use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::centre::{Centre, Mood, Options, Taken};
use super::pdu::{self, Address, Bind, Body, Malformed, Pdu, Sm, status};
use super::{Client, Config};
use crate::{Arrived, Fate, Gateway, Incoming, Message, Sent};

const PATIENCE: Duration = Duration::from_secs(20);

async fn centre() -> Centre {
    let options = Options {
        system_id: "hotline".into(),
        password: "secret".into(),
        receipt_after: Duration::from_millis(20),
        echo_reference: true,
    };
    Centre::start("127.0.0.1:0".parse().expect("an address"), options).await.expect("a centre")
}

fn config(server: impl ToString, password: &str) -> Config {
    Config { window: 4, ..Config::plain(&server.to_string(), "hotline", password, "1069000") }
}

async fn client(centre: &Centre) -> (Client, mpsc::Receiver<Arrived>) {
    let (inbox, arrived) = mpsc::channel(16);
    let client = Client::start(config(centre.address(), "secret"), inbox);
    until_ready(&client).await;
    (client, arrived)
}

async fn until_ready(client: &Client) {
    timeout(PATIENCE, async {
        while client.ready().is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("bound in time");
}

fn message(to: &str, text: &str) -> Message {
    Message {
        id: "nt_1".into(),
        reference: 0x1234,
        to: to.into(),
        subject: String::new(),
        text: text.into(),
        valid: Duration::from_secs(26 * 3_600 + 61),
    }
}

async fn next(arrived: &mut mpsc::Receiver<Arrived>, kept: bool) -> Incoming {
    let one = timeout(PATIENCE, arrived.recv()).await.expect("in time").expect("something");
    one.kept.send(kept).expect("somebody waits");
    one.incoming
}

#[tokio::test]
async fn a_message_is_taken_and_its_receipts_come_until_they_are_kept() {
    let centre = centre().await;
    let (client, mut arrived) = client(&centre).await;
    let text = "您反映的家中停电已受理。".repeat(8);
    let sent = client.send(message("13812345670", &text)).await;
    let Sent::Accepted { ids } = sent else { panic!("{sent:?}") };
    assert_eq!(ids.len(), 2);
    assert_eq!(centre.taken(), [Taken { to: "13812345670".into(), text, parts: 2 }]);
    let receipt = |id: &str, fate, error: &str| Incoming::Receipt {
        id: id.into(),
        reference: Some(0x1234),
        to: "13812345670".into(),
        fate,
        error: error.into(),
    };
    assert_eq!(next(&mut arrived, true).await, receipt(&ids[0], Fate::Delivered, ""));
    assert_eq!(next(&mut arrived, false).await, receipt(&ids[1], Fate::Delivered, ""));
    assert_eq!(next(&mut arrived, true).await, receipt(&ids[1], Fate::Delivered, ""), "not kept, so again");

    client.send(message("13812345678", "hi")).await;
    let Incoming::Receipt { fate, error, .. } = next(&mut arrived, true).await else { panic!("a receipt") };
    assert_eq!((fate, error.as_str()), (Fate::Undeliverable, "UNDELIV 001"));

    centre.write("13812345670", "还是没电");
    let text = Incoming::Text { from: "13812345670".into(), text: "还是没电".into() };
    assert_eq!(next(&mut arrived, true).await, text);
}

#[tokio::test]
async fn what_the_centre_says_decides_whether_it_may_be_tried_again() {
    let centre = centre().await;
    let (client, _arrived) = client(&centre).await;
    let send = async |text: &str| client.send(message("13812345670", text)).await;

    centre.moods([Mood::Refuse(status::INVALID_DESTINATION)]);
    let refused = send("a").await;
    assert!(matches!(refused, Sent::NotSent { again: false, .. }), "{refused:?}");
    centre.moods([Mood::Refuse(status::SYSTEM_ERROR)]);
    let later = send("b").await;
    assert!(matches!(later, Sent::NotSent { again: true, .. }), "{later:?}");
    centre.moods([Mood::Refuse(status::THROTTLED), Mood::Refuse(status::THROTTLED)]);
    assert!(matches!(send("c").await, Sent::Accepted { .. }), "slower, and then taken");
    assert_eq!(centre.taken().len(), 1);
    let full = Mood::Refuse(status::QUEUE_FULL);
    centre.moods([full]);
    let telephone = send("c").await;
    assert!(matches!(telephone, Sent::NotSent { again: true, .. }), "one telephone's queue: {telephone:?}");
    assert!(client.ready().is_ok());

    centre.moods([Mood::TakeAndHangUp]);
    let cut = send("d").await;
    assert!(matches!(cut, Sent::Unknown { .. }), "it may have gone out: {cut:?}");
    assert_eq!(centre.taken().len(), 2);
    until_ready(&client).await;
    assert!(matches!(send("e").await, Sent::Accepted { .. }), "connected again");
}

/// A receipt that finds nobody waits in the centre; the reference in it names what nobody knew of.
#[tokio::test]
async fn a_receipt_comes_after_the_connection_was_lost() {
    let centre = centre().await;
    let (client, mut arrived) = client(&centre).await;
    centre.moods([Mood::TakeAndHangUp]);
    assert!(matches!(client.send(message("13812345670", "a")).await, Sent::Unknown { .. }));
    let Incoming::Receipt { reference, to, fate, .. } = next(&mut arrived, true).await else {
        panic!("a receipt")
    };
    assert_eq!((reference, to.as_str(), fate), (Some(0x1234), "13812345670", Fate::Delivered));
}

#[tokio::test]
async fn without_a_connection_nothing_was_sent_and_the_reason_is_known() {
    let centre = centre().await;
    let (inbox, _arrived) = mpsc::channel(16);
    let client = Client::start(config(centre.address(), "wrong"), inbox);
    let sent = timeout(PATIENCE, client.send(message("13812345670", "a"))).await.expect("an answer");
    let Sent::Down { why, .. } = sent else { panic!("{sent:?}") };
    assert_eq!(why, "refused us: 0x0e invalid password");
    assert_eq!(client.ready(), Err(why));
    assert!(!format!("{:?}", config("x", "secret")).contains("secret"));
}

#[tokio::test]
async fn an_overloaded_centre_is_left_alone_and_no_message_is_to_blame() {
    let centre = centre().await;
    let (client, _arrived) = client(&centre).await;
    centre.moods([Mood::Refuse(status::QUEUE_FULL); 3]);
    for telephone in 0..2 {
        let sent = client.send(message("13812345670", "a")).await;
        assert!(matches!(sent, Sent::NotSent { again: true, .. }), "{telephone} {sent:?}");
    }
    let sent = client.send(message("13812345670", "a")).await;
    assert!(matches!(sent, Sent::Down { after: Some(_), .. }), "three in a row: {sent:?}");
    assert_eq!(client.ready(), Err("0x14 message queue full".into()));
}

/// A centre of the test's own: it answers the bind and then whatever it is told to.
async fn bound_by_hand() -> (Client, mpsc::Receiver<Arrived>, tokio::net::TcpStream, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let (inbox, arrived) = mpsc::channel(16);
    let client = Client::start(config(listener.local_addr().expect("an address"), "secret"), inbox);
    let (mut stream, _) = timeout(PATIENCE, listener.accept()).await.expect("in time").expect("a connection");
    let bind = read(&mut stream).await;
    answer(&mut stream, &bind, Body::BindResponse { system_id: "centre".into() }).await;
    until_ready(&client).await;
    (client, arrived, stream, listener)
}

async fn read(stream: &mut tokio::net::TcpStream) -> Pdu {
    timeout(PATIENCE, pdu::next(stream)).await.expect("in time").expect("a packet")
}

async fn answer(stream: &mut tokio::net::TcpStream, to: &Pdu, body: Body) {
    let pdu = Pdu { status: status::OK, sequence: to.sequence, body };
    stream.write_all(&pdu.write()).await.expect("written");
}

#[tokio::test]
async fn a_packet_whose_fields_do_not_read_is_refused_and_the_connection_goes_on() {
    let (client, mut arrived, mut stream, _listener) = bound_by_hand().await;
    // Too short a deliver_sm, and an unbind that is a bind without its name.
    for (command, body, status, expected) in [
        (pdu::DELIVER, &[0u8; 5][..], status::NEVER, Body::DeliverResponse),
        (0x09, b"abc", status::INVALID_LENGTH, Body::GenericNack),
    ] {
        stream.write_all(&packet(command, body)).await.expect("written");
        let said = read(&mut stream).await;
        assert_eq!((said.status, said.sequence, said.body), (status, 1, expected));
    }
    // An answer that says yes under a name that does not read.
    let sending = async {
        let submit = read(&mut stream).await;
        let Body::Submit(sm) = &submit.body else { panic!("{submit:?}") };
        assert_eq!(sm.validity, "000001020101000R", "a day, two hours, a minute and a second");
        let mut yes = packet(pdu::SUBMIT_RESPONSE, &[b'x'; 80]);
        yes[12..16].copy_from_slice(&submit.sequence.to_be_bytes());
        stream.write_all(&yes).await.expect("written");
    };
    let (sent, ()) = tokio::join!(client.send(message("13812345670", "a")), sending);
    assert_eq!(sent, Sent::Accepted { ids: vec![String::new()] });
    let sm = Sm {
        source: Address { number: "13812345670".into(), ..Address::default() },
        text: b"ok".to_vec(),
        ..Sm::default()
    };
    stream.write_all(&Pdu::request(9, Body::Deliver(Box::new(sm))).write()).await.expect("written");
    assert_eq!(
        next(&mut arrived, true).await,
        Incoming::Text { from: "13812345670".into(), text: "ok".into() }
    );
    assert!(client.ready().is_ok());
}

/// Nobody knew whether it went out; then the centre names it after all, and the connection has gone on meanwhile.
#[tokio::test]
async fn an_answer_that_comes_too_late_names_its_message_and_no_other() {
    let (client, mut arrived, mut stream, _listener) = bound_by_hand().await;
    let (sent, first) = tokio::join!(client.send(message("13812345670", "a")), read(&mut stream));
    assert!(matches!(sent, Sent::Unknown { .. }), "nobody knows: {sent:?}");
    let second = Message { reference: 0x4321, ..message("13812345671", "b") };
    let answering = async {
        let submit = read(&mut stream).await;
        assert_ne!(submit.sequence, first.sequence);
        answer(&mut stream, &first, Body::SubmitResponse { id: "late".into() }).await;
        answer(&mut stream, &submit, Body::SubmitResponse { id: "second".into() }).await;
    };
    let (sent, ()) = tokio::join!(client.send(second), answering);
    assert_eq!(sent, Sent::Accepted { ids: vec!["second".into()] });
    let named = timeout(PATIENCE, arrived.recv()).await.expect("in time").expect("something").incoming;
    assert_eq!(named, Incoming::Named { id: "late".into(), reference: 0x1234, to: "13812345670".into() });
    answer(&mut stream, &first, Body::SubmitResponse { id: "again".into() }).await;
    let third = async {
        let submit = read(&mut stream).await;
        answer(&mut stream, &submit, Body::SubmitResponse { id: "third".into() }).await;
    };
    let (sent, ()) = tokio::join!(client.send(message("13812345672", "c")), third);
    assert_eq!(sent, Sent::Accepted { ids: vec!["third".into()] });
    assert!(arrived.try_recv().is_err(), "a name that comes twice is heard once");
}

/// A centre that takes us and throws us out at once is not asked twice a second for ever.
#[tokio::test]
async fn a_short_life_makes_the_next_wait_longer() {
    let (_client, _arrived, stream, listener) = bound_by_hand().await;
    let mut stream = Some(stream);
    let mut waits = Vec::new();
    for _ in 0..3 {
        let begun = tokio::time::Instant::now();
        drop(stream.take());
        let (mut next, _) =
            timeout(PATIENCE, listener.accept()).await.expect("in time").expect("a connection");
        waits.push(begun.elapsed());
        let bind = read(&mut next).await;
        answer(&mut next, &bind, Body::BindResponse { system_id: "centre".into() }).await;
        stream = Some(next);
    }
    assert!(waits[2] > waits[0] + Duration::from_millis(1_000), "{waits:?}");
}

#[tokio::test]
async fn it_says_goodbye() {
    let centre = centre().await;
    let (client, _arrived) = client(&centre).await;
    client.leave().await;
    timeout(PATIENCE, async {
        while centre.bound() > 0 || client.ready().is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("gone in time");
    let sent = client.send(message("13812345670", "a")).await;
    assert!(matches!(sent, Sent::Down { .. }), "{sent:?}");
}

/// Whatever a hostile peer answers, the client goes on trying.
#[tokio::test]
async fn a_peer_that_talks_nonsense_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a socket");
    let (inbox, _arrived) = mpsc::channel(1);
    let client = Client::start(config(listener.local_addr().expect("an address"), "secret"), inbox);
    for nonsense in [&b"\x7f\xff\xff\xffhello"[..], b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\x10"] {
        let (mut stream, _) =
            timeout(PATIENCE, listener.accept()).await.expect("in time").expect("a connection");
        stream.write_all(nonsense).await.expect("written");
        drop(stream);
    }
    assert!(client.ready().is_err());
}

#[test]
fn packets_read_as_they_were_written() {
    let sm = Sm {
        source: Address { ton: 5, npi: 0, number: "CENTRE".into() },
        destination: Address { ton: 1, npi: 1, number: "8613812345678".into() },
        text: vec![0, 1, 254],
        options: vec![(0x0204, vec![1, 2]), (0x1400, vec![])],
        ..Sm::default()
    };
    for body in [
        Body::GenericNack,
        Body::Bind(Bind { system_id: "a".into(), password: "b".into(), version: 0x34, ..Bind::default() }),
        Body::BindResponse { system_id: "centre".into() },
        Body::Submit(Box::new(sm.clone())),
        Body::SubmitResponse { id: "1".into() },
        Body::Deliver(Box::new(sm)),
        Body::DeliverResponse,
        Body::EnquireLink,
        Body::EnquireLinkResponse,
        Body::Unbind,
        Body::UnbindResponse,
        Body::Other(0x21),
    ] {
        let pdu = Pdu { status: 0, sequence: 7, body };
        assert_eq!(Pdu::read(&pdu.write()), Ok(pdu));
    }
}

fn packet(command: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).expect("short").to_be_bytes();
    let words = [command.to_be_bytes(), 0u32.to_be_bytes(), 1u32.to_be_bytes()].concat();
    [&length[..], &words, body].concat()
}

#[test]
fn hostile_packets_are_errors() {
    let check = |bytes: &[u8], expected: Malformed| assert_eq!(Pdu::read(bytes), Err(expected));
    check(b"", Malformed::Short);
    check(&[0, 0, 0, 4], Malformed::Length(4));
    check(&[0xff; 16], Malformed::Length(0xffff_ffff));
    let fields = |command: u32, body: &[u8], expected: Malformed| {
        let read = Pdu::read(&packet(command, body)).map(|pdu| pdu.body);
        assert_eq!(read, Ok(Body::Malformed(command, expected)));
    };
    fields(0x04, b"", Malformed::Short);
    fields(0x09, &[b'x'; 17], Malformed::TooLong);
    let mut sm = vec![0; 17];
    sm.push(255);
    fields(0x05, &sm, Malformed::Short);
    assert_eq!(pdu::LENGTH_MAX, 8 * 1024);
    // Anything at all: an error or a packet, never a panic.
    for seed in 0..2_000u64 {
        let mut random = fastrand::Rng::with_seed(seed);
        let length = random.usize(..200);
        let body: Vec<u8> = std::iter::repeat_with(|| random.u8(..)).take(length).collect();
        super::probe(&packet([0x04, 0x05, 0x09, 0x8000_0004][random.usize(..4)], &body));
        super::probe(&body);
    }
}
