//! Session timers and what ends a call that nobody ends.

use crate::rig::text::{SDP, answer, request};
use crate::rig::{self, Peer, Rig, header, tag};
use exchange::line::{Command, EndCause, Event};
use kernel::LegId;

async fn call_up(rig: &mut Rig, caller: &Peer, more: &str) -> (LegId, String) {
    caller.say(&request("INVITE", "one", 1, "", more, SDP)).await;
    let leg = rig.incoming().await;
    rig.command(Command::Answer { leg });
    let ok = caller.hear_that("200").await;
    caller.say(&request("ACK", "one", 1, tag(&ok, "To"), "", "")).await;
    assert_eq!(rig.event().await, Event::Answered { leg });
    (leg, ok)
}

#[tokio::test]
async fn a_caller_who_promised_to_refresh_and_does_not_is_gone() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let caller = Peer::at("127.0.0.2", rig.udp()).await;
    let more = "Supported: timer\nSession-Expires: 120;refresher=uac\n";
    let (leg, ok) = call_up(&mut rig, &caller, more).await;
    assert_eq!(header(&ok, "Session-Expires"), "120;refresher=uac");
    assert_eq!(header(&ok, "Require"), "timer");
    rig.pass(80).await;
    let refresh = request("UPDATE", "one", 2, tag(&ok, "To"), more, "");
    caller.say(&refresh).await;
    caller.hear_that("200").await;
    rig.pass(80).await;
    rig.pass(10).await;
    assert_eq!(rig.ended(leg).await, EndCause::Lost);
    caller.hear_that("BYE").await;
}

#[tokio::test]
async fn a_caller_who_knows_no_timers_is_refreshed_by_us_and_ended_when_it_answers_no_more() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let caller = Peer::at("127.0.0.2", rig.udp()).await;
    let (leg, ok) = call_up(&mut rig, &caller, "").await;
    assert_eq!(header(&ok, "Session-Expires"), "1800;refresher=uas");
    rig.pass(901).await;
    let refresh = caller.hear_that("INVITE").await;
    assert!(refresh.contains("m=audio"), "a re-INVITE with the same offer");
    caller.say(&answer(&refresh, "200 OK", "", "", SDP)).await;
    caller.hear_that("ACK").await;
    // UPDATE where it is known; a dead peer answers 481.
    rig.pass(901).await;
    let refresh = caller.hear_that("INVITE").await;
    caller.say(&answer(&refresh, "491 Request Pending", "", "", "")).await;
    caller.hear_that("ACK").await;
    rig.pass(3).await;
    let refresh = caller.hear_that("INVITE").await;
    caller.say(&answer(&refresh, "481 Call Does Not Exist", "", "", "")).await;
    assert_eq!(rig.ended(leg).await, EndCause::Lost);
}

#[tokio::test]
async fn a_call_lasts_no_longer_than_calls_may() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let caller = Peer::at("127.0.0.2", rig.udp()).await;
    let (leg, _) = call_up(&mut rig, &caller, "Supported: timer\nAllow: UPDATE\n").await;
    rig.pass(4 * 3_600 + 1).await;
    assert_eq!(rig.ended(leg).await, EndCause::Lost);
    caller.hear_that("BYE").await;
}

#[tokio::test]
async fn a_call_that_the_driver_forgets_is_refused_in_the_end() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let caller = Peer::at("127.0.0.2", rig.udp()).await;
    caller.say(&request("INVITE", "one", 1, "", "", SDP)).await;
    let leg = rig.incoming().await;
    rig.pass(171).await;
    caller.hear_that("480").await;
    assert_eq!(rig.ended(leg).await, EndCause::Ours);
}
