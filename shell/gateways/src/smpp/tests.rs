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
    Message { id: "nt_1".into(), reference: 0x1234, to: to.into(), subject: String::new(), text: text.into() }
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
    assert_eq!(sent, Sent::Accepted { ids: vec!["00000001".into(), "00000002".into()] });
    assert_eq!(centre.taken(), [Taken { to: "13812345670".into(), text, parts: 2 }]);
    let receipt = |id: &str, fate, error: &str| Incoming::Receipt {
        id: id.into(),
        reference: Some(0x1234),
        to: "13812345670".into(),
        fate,
        error: error.into(),
    };
    assert_eq!(next(&mut arrived, true).await, receipt("00000001", Fate::Delivered, ""));
    assert_eq!(next(&mut arrived, false).await, receipt("00000002", Fate::Delivered, ""));
    assert_eq!(
        next(&mut arrived, true).await,
        receipt("00000002", Fate::Delivered, ""),
        "not kept, so again"
    );

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
    let Sent::NotSent { again: true, why, .. } = sent else { panic!("{sent:?}") };
    assert_eq!(why, "refused us: 0x0e invalid password");
    assert_eq!(client.ready(), Err(why));
    assert!(!format!("{:?}", config("x", "secret")).contains("secret"));
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

#[test]
fn hostile_packets_are_errors() {
    let packet = |command: u32, body: &[u8]| {
        let length = u32::try_from(16 + body.len()).expect("short").to_be_bytes();
        let words = [command.to_be_bytes(), 0u32.to_be_bytes(), 1u32.to_be_bytes()].concat();
        [&length[..], &words, body].concat()
    };
    let check = |bytes: &[u8], expected: Malformed| assert_eq!(Pdu::read(bytes), Err(expected));
    check(b"", Malformed::Short);
    check(&[0, 0, 0, 4], Malformed::Length(4));
    check(&[0xff; 16], Malformed::Length(0xffff_ffff));
    check(&packet(0x04, b""), Malformed::Short);
    check(&packet(0x09, &[b'x'; 17]), Malformed::TooLong);
    let mut sm = vec![0; 17];
    sm.push(255);
    check(&packet(0x05, &sm), Malformed::Short);
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
