//! Agents who hear and speak in their browsers: SIP over WebSocket and WebRTC, with a second str0m as the browser.

use std::time::Duration;

use crate::rig::browser::{Browser, Sound, body, web};
use crate::rig::{self, Rig, header};
use audio::level::share_at;
use exchange::line::{Command, Device, EndCause, Event, Source};
use kernel::{LegId, RecordingId};
use str0m::media::Direction;
use tokio::time::{sleep, timeout};

fn dial(rig: &Rig, user: &str, answer_itself: bool) -> LegId {
    let to = rig::phone(user, Device::Browser);
    rig.dial(to, rig::number("13800000001"), Duration::from_secs(20), answer_itself)
}

/// We call the browser, it answers.
async fn call(rig: &mut Rig, browser: &mut Browser, sound: &Sound) -> LegId {
    let leg = dial(rig, &browser.user.clone(), false);
    let invite = browser.hear("INVITE").await;
    let answer = sound.answer(&body(&invite));
    browser.answer(&invite, "200 OK", &answer).await;
    browser.hear("ACK").await;
    assert_eq!(rig.event().await, Event::Answered { leg });
    leg
}

async fn device(rig: &mut Rig) -> (String, Device, bool) {
    loop {
        if let Event::Phone { user, device, reachable } =
            timeout(Duration::from_secs(20), rig.events.recv()).await.expect("in time").expect("alive")
        {
            return (user, device, reachable);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_browsers_hear_each_other_and_the_recording_holds_both() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let at = web(rig.telephony.clone()).await;
    let (mut ann, mut bob) = (Browser::register(at, "1001").await, Browser::register(at, "1002").await);
    let (low, high) = (Sound::of(440.0), Sound::of(1_000.0));
    let one = call(&mut rig, &mut ann, &low).await;

    // Bob calls, from his browser: he offers.
    bob.say("INVITE", "95598", "", &high.offer(Direction::SendRecv)).await;
    let two = rig.incoming().await;
    rig.command(Command::Answer { leg: two });
    let ok = bob.hear("200").await;
    high.accept(&body(&ok));
    bob.in_dialog("ACK", &ok, "", "").await;
    assert_eq!(rig.event().await, Event::Answered { leg: two });

    rig.command(Command::Record { recording: RecordingId(5), leg: one });
    assert!(matches!(rig.event().await, Event::RecordingStarted { .. }));
    rig.command(Command::Hear { leg: one, sources: vec![Source::full(two)] });
    rig.command(Command::Hear { leg: two, sources: vec![Source::full(one)] });
    sleep(Duration::from_secs(4)).await;
    for leg in [one, two] {
        let quality = rig.telephony.media().quality(leg).await.expect("alive");
        assert!(quality.packets_in > 100 && quality.packets_out > 100, "{quality:?}");
        assert_eq!(quality.packets_lost, 0, "{quality:?}");
    }

    // Holding and taking back: each is answered with a description.
    for (method, direction, theirs, held) in [
        ("INVITE", Direction::SendOnly, "a=recvonly", true),
        ("UPDATE", Direction::SendRecv, "a=sendrecv", false),
    ] {
        bob.in_dialog(method, &ok, "", &high.offer(direction)).await;
        let again = bob.hear("200").await;
        assert!(again.contains(theirs) && again.contains("a=fingerprint"), "{again}");
        high.accept(&body(&again));
        if method == "INVITE" {
            bob.in_dialog("ACK", &ok, "", "").await;
        }
        assert_eq!(rig.event().await, Event::Held { leg: two, held });
    }

    rig.command(Command::StopRecording { recording: RecordingId(5) });
    let file = loop {
        if let Event::RecordingSealed { file, .. } = rig.event().await {
            break file;
        }
    };
    for (sound, hz) in [(low, 1_000.0), (high, 440.0)] {
        let heard = sound.heard();
        assert!(heard.connected);
        let samples = &heard.samples[heard.samples.len() - 8_000..];
        assert!(share_at(samples, hz) > 0.9, "{}", share_at(samples, hz));
    }
    let wav = std::fs::read(rig.folder.join(file)).expect("the recording");
    let data = &wav[wav.len() - 32_000..];
    for (channel, hz) in [(0, 440.0), (1, 1_000.0)] {
        let codes: Vec<i16> =
            data.chunks_exact(2).map(|pair| audio::g711::ALAW[usize::from(pair[channel])]).collect();
        let middle = &codes[2_000..10_000];
        assert!(share_at(middle, hz) > 0.9, "channel {channel}: {}", share_at(middle, hz));
    }

    // Ann closes her window without a word: the leg is lost at once, and she is not there.
    drop(ann);
    let (mut lost, mut gone) = (false, false);
    while !(lost && gone) {
        match timeout(Duration::from_secs(5), rig.events.recv()).await.expect("in time").expect("alive") {
            Event::Ended { leg, cause } => {
                assert_eq!((leg, cause), (one, EndCause::Lost));
                lost = true;
            }
            Event::Phone { user, device: Device::Browser, reachable: false } => {
                assert_eq!(user, "1001");
                gone = true;
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_browser_is_asked_to_answer_by_itself() {
    let rig = Rig::start(rig::config(), rig::directory()).await;
    let at = web(rig.telephony.clone()).await;
    let mut ann = Browser::register(at, "1001").await;
    dial(&rig, "1001", true);
    let invite = ann.hear("INVITE").await;
    assert!(header(&invite, "Alert-Info").ends_with("info=alert-autoanswer;delay=0"), "{invite}");
    assert!(header(&invite, "Call-Info").ends_with(";answer-after=0"), "{invite}");
    assert!(invite.contains("m=audio") && invite.contains("UDP/TLS/RTP/SAVPF 8 111 101 110"), "{invite}");
}

#[tokio::test]
async fn a_browser_that_has_died_is_known_within_five_seconds() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let at = web(rig.telephony.clone()).await;
    let ann = Browser::register(at, "1001").await;
    assert_eq!(device(&mut rig).await, ("1001".to_owned(), Device::Browser, true));
    ann.freeze();
    let gone = timeout(Duration::from_secs(5), device(&mut rig)).await.expect("known in time");
    assert_eq!(gone, ("1001".to_owned(), Device::Browser, false));
    drop(ann);
}

#[tokio::test]
async fn a_new_softphone_takes_the_place_of_the_old_one() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let at = web(rig.telephony.clone()).await;
    let mut old = Browser::register(at, "1001").await;
    let mut new = Browser::register(at, "1001").await;
    assert_eq!(old.closed().await, 4_001);
    dial(&rig, "1001", false);
    new.hear("INVITE").await;
    assert_eq!(device(&mut rig).await, ("1001".to_owned(), Device::Browser, true));
}
