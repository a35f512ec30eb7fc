//! Calls that come in, against a peer that says exactly what the test writes.

use crate::rig::text::{SDP, ack_refusal, cancel, invite, request};
use crate::rig::{self, Peer, Rig, header, tag};
use exchange::line::{Command, EndCause, Event, Identity, Origin, RejectStatus};
use kernel::{LegId, TrunkId};

async fn start() -> (Rig, Peer) {
    let rig = Rig::start(rig::config(), rig::directory()).await;
    let caller = Peer::at("127.0.0.2", rig.udp()).await;
    (rig, caller)
}

/// A call that is up: the leg, and our tag.
async fn call_up(rig: &mut Rig, caller: &Peer, call: &str) -> (LegId, String) {
    caller.say(&invite(call, "")).await;
    let leg = rig.incoming().await;
    rig.command(Command::Answer { leg });
    let ok = caller.hear_that("200").await;
    let to_tag = tag(&ok, "To").to_owned();
    caller.say(&request("ACK", call, 1, &to_tag, "", "")).await;
    assert_eq!(rig.event().await, Event::Answered { leg });
    (leg, to_tag)
}

#[tokio::test]
async fn a_call_from_the_trunk_rings_is_answered_and_hung_up_by_us() {
    let (mut rig, caller) = start().await;
    caller.say(&invite("one", "P-Asserted-Identity: \"张三\" <sip:+8613900139000@carrier.example>\n")).await;
    assert!(caller.hear().await.starts_with("SIP/2.0 100"));
    let Event::Incoming { leg, origin, from, to } = rig.event().await else { panic!("a call") };
    assert_eq!(origin, Origin::Trunk { trunk: TrunkId(1) });
    assert_eq!(from, Identity { number: "+8613900139000".into(), name: "张三".into() });
    assert_eq!(to, "95598");
    rig.command(Command::Ring { leg });
    assert!(caller.hear().await.starts_with("SIP/2.0 180"));
    rig.command(Command::Answer { leg });
    let ok = caller.hear().await;
    assert!(ok.starts_with("SIP/2.0 200"));
    assert!(
        ok.contains("m=audio ") && ok.contains("a=rtpmap:8 PCMA/8000") && ok.contains("telephone-event"),
        "{ok}"
    );
    caller.say(&request("ACK", "one", 1, tag(&ok, "To"), "", "")).await;
    assert_eq!(rig.event().await, Event::Answered { leg });
    rig.command(Command::HangUp { leg });
    let bye = caller.hear().await;
    assert!(bye.starts_with("BYE sip:caller@127.0.0.2:"), "{bye}");
    assert_eq!(rig.ended(leg).await, EndCause::Ours);
    caller.say(&rig::text::answer(&bye, "200 OK", "", "", "")).await;
}

#[tokio::test]
async fn a_caller_who_gives_up_before_the_answer_gets_487() {
    let (mut rig, caller) = start().await;
    caller.say(&invite("one", "")).await;
    let leg = rig.incoming().await;
    caller.say(&cancel("one")).await;
    let mut answers = [caller.hear_that("SIP/2.0 ").await, caller.hear().await, caller.hear().await]
        .map(|a| format!("{} {}", &a[8..11], header(&a, "CSeq")));
    answers.sort();
    assert_eq!(answers, ["100 1 INVITE", "200 1 CANCEL", "487 1 INVITE"]);
    assert_eq!(rig.ended(leg).await, EndCause::FarEnd);
    // What the exchange says too late is ignored.
    rig.command(Command::Answer { leg });
    rig.command(Command::HangUp { leg });
    let (leg, _) = call_up(&mut rig, &caller, "two").await;
    rig.command(Command::HangUp { leg });
    assert_eq!(rig.ended(leg).await, EndCause::Ours);
}

#[tokio::test]
async fn a_cancel_that_crosses_the_answer_changes_nothing() {
    let (mut rig, caller) = start().await;
    caller.say(&invite("one", "")).await;
    let leg = rig.incoming().await;
    rig.command(Command::Answer { leg });
    let ok = caller.hear_that("200").await;
    caller.say(&cancel("one")).await;
    assert_eq!(header(&caller.hear_that("200").await, "CSeq"), "1 CANCEL");
    caller.say(&request("ACK", "one", 1, tag(&ok, "To"), "", "")).await;
    assert_eq!(rig.event().await, Event::Answered { leg });
    caller.say(&request("BYE", "one", 2, tag(&ok, "To"), "", "")).await;
    assert_eq!(rig.ended(leg).await, EndCause::FarEnd);
}

#[tokio::test]
async fn hung_up_between_our_200_and_their_ack_the_bye_waits_for_the_ack() {
    let (mut rig, caller) = start().await;
    caller.say(&invite("one", "")).await;
    let leg = rig.incoming().await;
    rig.command(Command::Answer { leg });
    let ok = caller.hear_that("200").await;
    rig.command(Command::HangUp { leg });
    assert_eq!(rig.ended(leg).await, EndCause::Ours);
    caller.say(&request("ACK", "one", 1, tag(&ok, "To"), "", "")).await;
    assert!(caller.hear_that("BYE").await.starts_with("BYE "));
}

#[tokio::test]
async fn a_repeated_invite_is_one_call_and_one_by_another_way_is_none() {
    let (mut rig, caller) = start().await;
    for _ in 0..3 {
        caller.say(&invite("one", "")).await;
    }
    let leg = rig.incoming().await;
    caller.say(&invite("one", "").replace("z9hG4bKoneINVITE1", "z9hG4bKother")).await;
    assert!(caller.hear_that("482").await.starts_with("SIP/2.0 482"));
    rig.command(Command::Reject { leg, status: RejectStatus::NoSuchNumber, retry_after_s: None });
    let refusal = caller.hear_that("404").await;
    caller.say(&ack_refusal("one", &refusal)).await;
    assert_eq!(rig.ended(leg).await, EndCause::Ours);
    assert_eq!(rig.stats().legs, 0);
}

#[tokio::test]
async fn hold_is_answered_with_sdp_and_told_by_invite_and_by_update() {
    let (mut rig, caller) = start().await;
    let (leg, to_tag) = call_up(&mut rig, &caller, "one").await;
    for (cseq, method, direction, held, answer) in [
        (2, "INVITE", "a=sendonly\n", true, "a=recvonly"),
        (3, "INVITE", "a=sendrecv\n", false, "a=sendrecv"),
        (4, "UPDATE", "a=inactive\n", true, "a=inactive"),
        (5, "UPDATE", "", false, "a=sendrecv"),
    ] {
        caller.say(&request(method, "one", cseq, &to_tag, "", &format!("{SDP}{direction}"))).await;
        let ok = caller.hear_that("200").await;
        assert!(ok.contains(answer), "{ok}");
        assert!(ok.contains(&format!("o=- {} {cseq} IN", leg.get())), "the version rises: {ok}");
        if method == "INVITE" {
            caller.say(&request("ACK", "one", cseq, &to_tag, "", "")).await;
        }
        assert_eq!(rig.event().await, Event::Held { leg, held });
    }
    // A refresh without an offer gets one; an offer we cannot take leaves the call as it was.
    caller.say(&request("INVITE", "one", 6, &to_tag, "", "")).await;
    assert!(caller.hear_that("200").await.contains("m=audio"));
    caller.say(&request("ACK", "one", 6, &to_tag, "", SDP)).await;
    caller.say(&request("INVITE", "one", 7, &to_tag, "", &SDP.replace("8 101", "18"))).await;
    assert!(caller.hear_that("488").await.starts_with("SIP/2.0 488"));
    caller.say(&request("BYE", "one", 8, &to_tag, "", "")).await;
    assert_eq!(rig.ended(leg).await, EndCause::FarEnd);
}

#[tokio::test]
async fn a_call_without_an_offer_gets_ours_and_answers_in_the_ack() {
    let (mut rig, caller) = start().await;
    caller.say(&request("INVITE", "one", 1, "", "", "")).await;
    let leg = rig.incoming().await;
    rig.command(Command::Answer { leg });
    let ok = caller.hear_that("200").await;
    assert!(ok.contains("RTP/AVP 8 0 9 111 101"), "{ok}");
    caller.say(&request("ACK", "one", 1, tag(&ok, "To"), "", SDP)).await;
    assert_eq!(rig.event().await, Event::Answered { leg });
    // A second caller answers nothing: there is nothing to talk about.
    caller.say(&request("INVITE", "two", 1, "", "", "")).await;
    let leg = rig.incoming().await;
    rig.command(Command::Answer { leg });
    let ok = caller.hear_that("200").await;
    caller.say(&request("ACK", "two", 1, tag(&ok, "To"), "", "")).await;
    assert_eq!(rig.event().await, Event::Answered { leg });
    assert_eq!(rig.ended(leg).await, EndCause::Lost);
    assert!(caller.hear_that("BYE").await.contains("Call-ID: two"));
}

#[tokio::test]
async fn what_we_do_not_do_is_refused_by_the_book() {
    let (rig, caller) = start().await;
    let refused = async |call: &str, more: &str, status: &str| {
        caller.say(&invite(call, more)).await;
        caller.hear_that(status).await
    };
    assert_eq!(header(&refused("a", "Require: 100rel\n", "420").await, "Unsupported"), "100rel");
    assert_eq!(header(&refused("b", "Supported: timer\nSession-Expires: 60\n", "422").await, "Min-SE"), "90");
    caller.say(&invite("c", "").replace("Max-Forwards: 70", "Max-Forwards: 0")).await;
    caller.hear_that("483").await;
    caller.say(&invite("d", "").replace("CSeq: 1 INVITE", "CSeq: 4294967296 INVITE")).await;
    caller.hear_that("400").await;
    caller.say(&invite("e", "").replace("application/sdp", "text/plain")).await;
    assert_eq!(header(&caller.hear_that("415").await, "Accept"), "application/sdp");
    caller.say(&invite("f", "").replace("c=IN IP4 127.0.0.2", "c=IN IP4 224.0.0.1")).await;
    caller.hear_that("488").await;
    for method in ["MESSAGE", "SUBSCRIBE", "PUBLISH", "REFER", "NOTIFY"] {
        caller.say(&request(method, "g", 1, "", "", "")).await;
        assert!(header(&caller.hear_that("405").await, "Allow").contains("INVITE"));
    }
    caller.say(&request("FROBNICATE", "h", 1, "", "", "")).await;
    caller.hear_that("501").await;
    caller.say(&request("BYE", "nothing", 1, "nobody", "", "")).await;
    caller.hear_that("481").await;
    assert_eq!(rig.stats().legs, 0);
}

#[tokio::test]
async fn inside_a_call_refer_is_refused_and_keys_by_info_are_heard() {
    let (mut rig, caller) = start().await;
    let (leg, to_tag) = call_up(&mut rig, &caller, "one").await;
    caller.say(&request("REFER", "one", 2, &to_tag, "Refer-To: <sip:190012345@evil.example>\n", "")).await;
    caller.hear_that("403").await;
    let info = request("INFO", "one", 3, &to_tag, "", "Signal=5\nDuration=160\n");
    caller.say(&info.replace("application/sdp", "application/dtmf-relay")).await;
    caller.hear_that("200").await;
    let Event::Digit { leg: at, digit } = rig.event().await else { panic!("a key") };
    assert_eq!((at, digit.as_char()), (leg, '5'));
    // An old request, and one from a stranger who knows the tags.
    caller.say(&request("BYE", "one", 2, &to_tag, "", "")).await;
    caller.hear_that("500").await;
    let stranger = Peer::at("127.0.0.9", rig.udp()).await;
    stranger.say(&request("BYE", "one", 9, &to_tag, "", "")).await;
    stranger.hear_that("481").await;
    caller.say(&request("BYE", "one", 10, &to_tag, "", "")).await;
    assert_eq!(rig.ended(leg).await, EndCause::FarEnd);
}

#[tokio::test]
async fn over_capacity_is_said_at_once_and_calls_in_progress_are_not_touched() {
    let mut config = rig::config();
    config.limits.max_calls = 1;
    let mut rig = Rig::start(config, rig::directory()).await;
    let caller = Peer::at("127.0.0.2", rig.udp()).await;
    let (leg, to_tag) = call_up(&mut rig, &caller, "one").await;
    let before = std::time::Instant::now();
    caller.say(&invite("two", "")).await;
    let refusal = caller.hear().await;
    assert!(refusal.starts_with("SIP/2.0 503") && before.elapsed().as_millis() < 100);
    assert_eq!(header(&refusal, "Retry-After"), "5");
    caller.say(&ack_refusal("two", &refusal)).await;

    let mut directory = rig::directory();
    directory.trunks[0].max_calls = 1;
    directory.trunks[0].busy_status = telephony::BusyStatus::Busy;
    rig.telephony.configure(directory).expect("room");
    caller.say(&invite("three", "")).await;
    caller.hear_that("486").await;
    caller.say(&request("BYE", "one", 2, &to_tag, "", "")).await;
    caller.hear_that("200").await;
    assert_eq!(rig.ended(leg).await, EndCause::FarEnd);
    let (leg, _) = call_up(&mut rig, &caller, "four").await;

    rig.telephony.drain().expect("room");
    caller.say(&invite("five", "")).await;
    assert!(["503", "486"].contains(&&caller.hear_that("SIP/2.0").await[8..11]));
    rig.telephony.stop().await;
    assert_eq!(rig.ended(leg).await, EndCause::Ours);
}

#[tokio::test]
async fn who_is_no_trunk_and_no_telephone_does_not_get_in() {
    let (rig, _) = start().await;
    let stranger = Peer::at("127.0.0.9", rig.udp()).await;
    stranger.say(&invite("one", "")).await;
    stranger.hear_that("401").await;
    assert_eq!(rig.stats().legs, 0);
}

#[tokio::test]
async fn answers_go_where_the_message_came_from_and_nowhere_else() {
    let (rig, caller) = start().await;
    let victim = Peer::at("127.0.0.8", rig.udp()).await;
    let there = victim.addr();
    for via in [
        format!("{there}"),
        format!("127.0.0.2:9;maddr=127.0.0.8;rport={}", there.port()),
        format!("127.0.0.2:9;received=127.0.0.8;rport={}", there.port()),
    ] {
        let options = request("OPTIONS", "o", 1, "", "", "");
        caller.say(&options.replace("{me};branch", &format!("{via};branch"))).await;
        caller.hear_that("200").await;
        caller
            .say(&invite("i", "Require: 100rel\n").replace("UDP {me};branch", &format!("UDP {via};branch")))
            .await;
        caller.hear_that("420").await;
        let broken = invite("j", "").replace("CSeq: 1 INVITE", "CSeq: x INVITE");
        caller.say(&broken.replace("UDP {me};branch", &format!("UDP {via};branch"))).await;
        caller.hear_that("400").await;
    }
    assert_eq!(victim.hear_within(std::time::Duration::from_millis(200)).await, None);
}
