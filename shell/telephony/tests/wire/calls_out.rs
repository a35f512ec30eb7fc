//! Calls that go out to telephones at fixed addresses and to trunks.

use std::time::Duration;

use crate::rig::text::{SDP, answer};
use crate::rig::{self, Peer, Rig, header, tag};
use exchange::line::{Command, Device, EndCause, Event, Identity, Target};
use kernel::{LegId, TrunkId};

/// Longer than anybody in these tests lets it ring.
const LONG: Duration = Duration::from_secs(30);

/// A rig whose telephone 1001 stands at a fixed address.
async fn start() -> (Rig, Peer) {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let phone = Peer::at("127.0.0.3", rig.udp()).await;
    let mut directory = rig::directory();
    let contact = Some(format!("sip:1001@{}", phone.addr()));
    directory.phones.get_mut("1001").expect("1001").contact = contact;
    rig.telephony.configure(directory).expect("room");
    assert_eq!(rig.phone_event().await, ("1001".to_owned(), true));
    (rig, phone)
}

fn dial(rig: &Rig) -> LegId {
    let from = Identity { number: "13800138000".into(), name: "张\"三".into() };
    rig.dial(rig::phone("1001", Device::Any), from, LONG, false)
}

async fn answered(rig: &mut Rig, phone: &Peer) -> (LegId, String) {
    let leg = dial(rig);
    let invite = phone.hear_that("INVITE").await;
    phone.say(&answer(&invite, "200 OK", "phone", "", SDP)).await;
    phone.hear_that("ACK").await;
    assert_eq!(rig.event().await, Event::Answered { leg });
    (leg, invite)
}

#[tokio::test]
async fn a_telephone_rings_answers_and_hangs_up() {
    let (mut rig, phone) = start().await;
    let leg = dial(&rig);
    let invite = phone.hear().await;
    assert!(invite.starts_with("INVITE sip:1001@127.0.0.3:"), "{invite}");
    assert!(header(&invite, "From").starts_with("\"张三\" <sip:13800138000@127.0.0.1>"), "{invite}");
    assert!(invite.contains("m=audio ") && header(&invite, "Supported").contains("100rel"));
    phone.say(&answer(&invite, "100 Trying", "", "", "")).await;
    phone.say(&answer(&invite, "180 Ringing", "phone", "", "")).await;
    phone.say(&answer(&invite, "180 Ringing", "phone", "", "")).await;
    assert_eq!(rig.event().await, Event::Ringing { leg });
    phone.say(&answer(&invite, "200 OK", "phone", "", SDP)).await;
    assert_eq!(tag(&phone.hear_that("ACK").await, "To"), "phone");
    assert_eq!(rig.event().await, Event::Answered { leg });
    // Its 200 comes again: the ACK was lost.
    phone.say(&answer(&invite, "200 OK", "phone", "", SDP)).await;
    phone.hear_that("ACK").await;
    let bye = format!(
        "BYE sip:switchboard@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP {{me}};branch=z9hG4bKbye\nFrom: {};tag=phone\nTo: {}\nCall-ID: {}\nCSeq: 1 BYE\n",
        header(&invite, "To"),
        header(&invite, "From"),
        header(&invite, "Call-ID")
    );
    phone.say(&bye).await;
    phone.hear_that("200").await;
    assert_eq!(rig.ended(leg).await, EndCause::FarEnd);
    assert_eq!(rig.stats().legs, 0);
}

#[tokio::test]
async fn given_up_while_it_rings_it_is_cancelled() {
    let (mut rig, phone) = start().await;
    let leg = dial(&rig);
    let invite = phone.hear_that("INVITE").await;
    rig.command(Command::HangUp { leg });
    assert_eq!(rig.ended(leg).await, EndCause::Ours);
    // Nothing was heard of it yet, so the CANCEL waits for its first word.
    phone.say(&answer(&invite, "180 Ringing", "phone", "", "")).await;
    let cancel = phone.hear_that("CANCEL").await;
    assert_eq!(header(&cancel, "Via"), header(&invite, "Via"));
    phone.say(&answer(&cancel, "200 OK", "phone", "", "")).await;
    phone.say(&answer(&invite, "487 Request Terminated", "phone", "", "")).await;
    phone.hear_that("ACK").await;
    // The next event is that of the next call: the end was said once.
    let next = dial(&rig);
    let invite = phone.hear_that("INVITE").await;
    phone.say(&answer(&invite, "486 Busy Here", "phone", "", "")).await;
    assert_eq!(rig.ended(next).await, EndCause::Busy);
}

#[tokio::test]
async fn a_200_that_crosses_our_cancel_is_acknowledged_and_hung_up() {
    let (mut rig, phone) = start().await;
    let leg = dial(&rig);
    let invite = phone.hear_that("INVITE").await;
    phone.say(&answer(&invite, "180 Ringing", "phone", "", "")).await;
    assert_eq!(rig.event().await, Event::Ringing { leg });
    rig.command(Command::HangUp { leg });
    assert_eq!(rig.ended(leg).await, EndCause::Ours);
    phone.hear_that("CANCEL").await;
    phone.say(&answer(&invite, "200 OK", "phone", "", SDP)).await;
    phone.hear_that("ACK").await;
    phone.hear_that("BYE").await;
    phone.say(&answer(&invite, "200 OK", "phone", "", SDP)).await;
    phone.hear_that("ACK").await;
    let next = dial(&rig);
    let invite = phone.hear_that("INVITE").await;
    phone.say(&answer(&invite, "603 Decline", "phone", "", "")).await;
    assert_eq!(rig.ended(next).await, EndCause::Declined);
}

#[tokio::test]
async fn rung_for_long_enough_it_is_no_answer() {
    let (mut rig, phone) = start().await;
    let leg = rig.dial_phone("1001", Duration::from_millis(200));
    let invite = phone.hear_that("INVITE").await;
    phone.say(&answer(&invite, "180 Ringing", "phone", "", "")).await;
    assert_eq!(rig.event().await, Event::Ringing { leg });
    assert_eq!(rig.ended(leg).await, EndCause::NoAnswer);
    phone.hear_that("CANCEL").await;
}

#[tokio::test]
async fn a_reliable_ringing_is_acknowledged_with_prack_once() {
    let (mut rig, phone) = start().await;
    let leg = dial(&rig);
    let invite = phone.hear_that("INVITE").await;
    let reliable = |rseq: u32, status: &str| {
        answer(&invite, status, "phone", &format!("Require: 100rel\nRSeq: {rseq}\n"), "")
    };
    phone.say(&reliable(71, "180 Ringing")).await;
    phone.say(&reliable(71, "180 Ringing")).await;
    let prack = phone.hear_that("PRACK").await;
    assert_eq!((header(&prack, "RAck"), header(&prack, "CSeq")), ("71 1 INVITE", "2 PRACK"));
    phone.say(&answer(&prack, "200 OK", "", "", "")).await;
    phone.say(&reliable(72, "183 Session Progress")).await;
    let prack = phone.hear_that("PRACK").await;
    assert_eq!((header(&prack, "RAck"), header(&prack, "CSeq")), ("72 1 INVITE", "3 PRACK"));
    phone.say(&answer(&prack, "200 OK", "", "", "")).await;
    phone.say(&answer(&invite, "200 OK", "phone", "", SDP)).await;
    assert_eq!(header(&phone.hear_that("ACK").await, "CSeq"), "1 ACK");
    assert_eq!(rig.event().await, Event::Ringing { leg });
    assert_eq!(rig.event().await, Event::Answered { leg });
    rig.command(Command::HangUp { leg });
    assert_eq!(header(&phone.hear_that("BYE").await, "CSeq"), "4 BYE");
}

#[tokio::test]
async fn the_second_telephone_of_a_fork_is_sent_away() {
    let (mut rig, phone) = start().await;
    let (leg, invite) = answered(&mut rig, &phone).await;
    phone.say(&answer(&invite, "200 OK", "other", "", SDP)).await;
    assert_eq!(tag(&phone.hear_that("ACK").await, "To"), "other");
    assert_eq!(tag(&phone.hear_that("BYE").await, "To"), "other");
    rig.command(Command::HangUp { leg });
    assert_eq!(rig.ended(leg).await, EndCause::Ours);
    loop {
        if tag(&phone.hear_that("BYE").await, "To") == "phone" {
            break;
        }
    }
}

#[tokio::test]
async fn redirections_are_not_followed_and_refusals_are_told_apart() {
    let (mut rig, phone) = start().await;
    for (status, cause) in [
        ("302 Moved Temporarily", EndCause::Declined),
        ("401 Unauthorized", EndCause::Declined),
        ("404 Not Found", EndCause::NoSuchNumber),
        ("480 Temporarily Unavailable", EndCause::Unreachable),
        ("486 Busy Here", EndCause::Busy),
        ("500 Server Error", EndCause::Lost),
        ("600 Busy Everywhere", EndCause::Busy),
    ] {
        let leg = dial(&rig);
        let invite = phone.hear_that("INVITE").await;
        let more = "WWW-Authenticate: Digest realm=\"switchboard\", nonce=\"x\"\n";
        phone.say(&answer(&invite, status, "phone", more, "")).await;
        phone.hear_that("ACK").await;
        assert_eq!(rig.ended(leg).await, cause, "{status}");
    }
    let leg = rig.dial_phone("1002", Duration::from_secs(5));
    assert_eq!(rig.ended(leg).await, EndCause::Unreachable, "nobody is registered");
}

#[tokio::test]
async fn a_200_without_usable_sound_is_hung_up() {
    let (mut rig, phone) = start().await;
    let leg = dial(&rig);
    let invite = phone.hear_that("INVITE").await;
    phone.say(&answer(&invite, "200 OK", "phone", "", &SDP.replace("8 101", "18"))).await;
    phone.hear_that("ACK").await;
    phone.hear_that("BYE").await;
    assert_eq!(rig.ended(leg).await, EndCause::Lost);
}

#[tokio::test]
async fn a_call_to_a_number_goes_by_the_trunk_with_its_password_for_its_realm_only() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let provider = Peer::at("127.0.0.4", rig.udp()).await;
    let mut directory = rig::directory();
    let mut trunk = rig::trunk("127.0.0.4");
    trunk.id = TrunkId(2);
    trunk.register = Some(telephony::Register {
        registrar: provider.addr().to_string(),
        username: "account".into(),
        password: "geheim".into(),
    });
    directory.trunks.push(trunk);
    rig.telephony.configure(directory).expect("room");

    // Registered, with a challenge, and told.
    let register = provider.hear_that("REGISTER").await;
    let challenge =
        "WWW-Authenticate: Digest realm=\"provider\", nonce=\"n1\", qop=\"auth\", algorithm=MD5\n";
    provider.say(&answer(&register, "401 Unauthorized", "p", challenge, "")).await;
    let register = provider.hear_that("REGISTER").await;
    assert!(
        header(&register, "Authorization").contains("username=\"account\", realm=\"provider\", nonce=\"n1\"")
    );
    assert!(!register.contains("geheim"));
    provider.say(&answer(&register, "200 OK", "p", "Expires: 300\n", "")).await;
    loop {
        if rig.events.recv().await == Some(Event::Trunk { trunk: TrunkId(2), up: true }) {
            break;
        }
    }

    let to = Target::Number { trunk: TrunkId(2), number: "*23#010-12345".into() };
    let leg = rig.dial(to, rig::number("95598"), LONG, false);
    let invite = provider.hear_that("INVITE").await;
    assert!(invite.starts_with("INVITE sip:*23%23010-12345@127.0.0.4:"), "{invite}");
    let challenge = "Proxy-Authenticate: Digest realm=\"provider\", nonce=\"n2\", qop=\"auth\"\n";
    provider.say(&answer(&invite, "407 Proxy Authentication Required", "p", challenge, "")).await;
    provider.hear_that("ACK").await;
    let invite = provider.hear_that("INVITE").await;
    assert_eq!(header(&invite, "CSeq"), "2 INVITE");
    assert!(header(&invite, "Proxy-Authorization").contains("nonce=\"n2\""));
    // Asked for another realm, we say nothing.
    let challenge = "Proxy-Authenticate: Digest realm=\"evil\", nonce=\"n3\", qop=\"auth\"\n";
    provider.say(&answer(&invite, "407 Proxy Authentication Required", "p", challenge, "")).await;
    assert_eq!(rig.ended(leg).await, EndCause::Declined);
}

#[tokio::test]
async fn a_trunk_is_asked_whether_it_is_there() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let carrier = Peer::at("127.0.0.4", rig.udp()).await;
    let mut directory = rig::directory();
    let mut trunk = rig::trunk("127.0.0.4");
    trunk.id = TrunkId(2);
    trunk.out = Some(carrier.addr().to_string());
    directory.trunks = vec![trunk];
    rig.telephony.configure(directory).expect("room");
    let options = carrier.hear_that("OPTIONS").await;
    carrier.say(&answer(&options, "403 Forbidden", "c", "", "")).await;
    loop {
        if rig.events.recv().await == Some(Event::Trunk { trunk: TrunkId(2), up: true }) {
            break;
        }
    }
}

/// The carrier is reached over TLS: its certificate names it, and is signed by somebody we were told to believe.
#[tokio::test]
async fn a_trunk_over_tls() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let mut theirs = rig::config();
    let folder = theirs.media.recordings_dir.clone();
    std::fs::create_dir_all(&folder).expect("a folder");
    let (cert_pem_path, key_pem_path) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&cert_pem_path, made.cert.pem()).expect("written");
    std::fs::write(&key_pem_path, made.signing_key.serialize_pem()).expect("written");
    let addr = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    theirs.tls = Some(telephony::Tls { addr, cert_pem_path: cert_pem_path.clone(), key_pem_path });
    let mut directory = rig::directory();
    directory.trunks = vec![rig::trunk("127.0.0.1")];
    let mut carrier = Rig::start(theirs, directory).await;
    let port = carrier.telephony.addresses()[2].port();

    for (trusted, reached) in [(Some(cert_pem_path), true), (None, false)] {
        let mut ours = rig::config();
        ours.trusted = trusted;
        let mut directory = rig::directory();
        directory.trunks = vec![rig::trunk("127.0.0.9/32")];
        directory.trunks[0].out = Some(format!("sips:localhost:{port}"));
        let mut rig = Rig::start(ours, directory).await;
        let up = loop {
            match rig.events.recv().await {
                Some(Event::Trunk { up, .. }) => break up,
                Some(_) => {}
                None => panic!("no word of the trunk"),
            }
        };
        assert_eq!(up, reached);
        let to = Target::Number { trunk: TrunkId(1), number: "13912345678".into() };
        let leg = rig.dial(to, rig::number("95598"), LONG, false);
        if !reached {
            assert_eq!(rig.ended(leg).await, EndCause::Unreachable);
            continue;
        }
        let Event::Incoming { leg: theirs, to, .. } = carrier.event().await else { panic!("no call") };
        assert_eq!(to, "13912345678");
        carrier.command(Command::Answer { leg: theirs });
        assert_eq!(rig.event().await, Event::Answered { leg });
        assert_eq!(carrier.event().await, Event::Answered { leg: theirs });
        rig.command(Command::HangUp { leg });
        assert_eq!(carrier.ended(theirs).await, EndCause::FarEnd);
    }
}
