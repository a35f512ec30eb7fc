//! Two and more telephones hear each other, prompts and music.

use audio::level::share_at;
use audio::{Clip, Sound};
use exchange::line::{Command, Event, PlayMode, PlayOutcome};
use kernel::{PlayId, RecordingId};

use super::peer::{Bench, Phone, mostly};
use super::record::sealed;
use crate::media::Codec;

fn clip(name: &str) -> Sound {
    Sound::Clip(Clip::new(name))
}

fn finished(play: i64) -> impl Fn(&Event) -> Option<PlayOutcome> {
    move |event| match event {
        Event::Played { play: PlayId(id), outcome, .. } if *id == play => Some(*outcome),
        _ => None,
    }
}

#[test]
fn two_telephones_hear_each_other() {
    let mut bench = Bench::new("two");
    let (mut a, mut b) = (bench.phone(Codec::Pcma), bench.phone(Codec::Pcma));
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.bridge(&a, &b);
    bench.talk(10, &mut [&mut a, &mut b]);
    a.forget();
    b.forget();
    bench.talk(50, &mut [&mut a, &mut b]);
    assert!(a.hears(880.0, 800) > 0.99 && b.hears(440.0, 800) > 0.99);
    assert!(a.packets.len() >= 49 && b.packets.len() >= 49, "{} and {}", a.packets.len(), b.packets.len());
    a.check_stream();
    b.check_stream();
}

#[test]
fn a_prompt_is_heard_whole_and_told() {
    let mut bench = Bench::new("prompt");
    bench.prompt("hello", 600.0, 500);
    let mut a = bench.phone(Codec::Pcma);
    a.tone_hz = Some(440.0);
    bench.play(
        &a,
        1,
        vec![clip("hello"), Sound::Silence { ms: 100 }, Sound::Beep { ms: 200 }],
        PlayMode::Once,
    );
    bench.talk(60, &mut [&mut a]);
    assert_eq!(bench.event("the end", finished(1)), PlayOutcome::Finished);
    let tone: Vec<usize> = (0..a.heard.len()).filter(|at| a.heard[*at].abs() > 2_000).collect();
    let (first, last) = (tone[0], tone[tone.len() - 1]);
    let length = last - first;
    assert!((6_360..=6_440).contains(&length), "800 ms from first to last tone, not {} samples", length);
    assert!(audio::level::share_at(&a.heard[first..first + 4_000], 600.0) > 0.98);
    assert!(audio::level::share_at(&a.heard[last - 1_500..last], 1_000.0) > 0.98);
    a.check_stream();
}

#[test]
fn music_on_hold_goes_round_until_stopped() {
    let mut bench = Bench::new("music");
    // Whole waves, so that the seam of the loop is not heard.
    bench.prompt("music", 524.0, 250);
    let (mut a, mut b) = (bench.phone(Codec::Pcma), bench.phone(Codec::Pcmu));
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.play(&a, 1, vec![clip("music")], PlayMode::Loop);
    bench.talk(60, &mut [&mut a, &mut b]);
    assert!(a.hears(524.0, 200) > 0.98, "after a second of a quarter-second clip");
    bench.core.command(Command::StopPlaying { leg: a.leg, play: PlayId(1) });
    bench.bridge(&a, &b);
    bench.talk(30, &mut [&mut a, &mut b]);
    assert_eq!(bench.event("the end", finished(1)), PlayOutcome::Stopped);
    let hears = |phone: &Phone, hz| phone.ever(150, |s| share_at(s, hz) > 0.98);
    assert!(hears(&a, 880.0) && hears(&b, 440.0));
    a.check_stream();
}

#[test]
fn a_playing_takes_the_place_of_the_one_before() {
    let mut bench = Bench::new("replace");
    bench.prompt("one", 523.0, 2_000);
    let mut a = bench.phone(Codec::Pcma);
    bench.play(&a, 1, vec![clip("one")], PlayMode::Once);
    bench.play(
        &a,
        2,
        vec![clip("no such"), clip("../../etc/passwd"), Sound::Beep { ms: 60 }],
        PlayMode::Once,
    );
    bench.talk(10, &mut [&mut a]);
    assert_eq!(bench.event("the first", finished(1)), PlayOutcome::Stopped);
    assert_eq!(bench.event("the second", finished(2)), PlayOutcome::Missing);
    bench.play(&a, 3, vec![clip("one")], PlayMode::Once);
    bench.core.command(Command::StopPlaying { leg: a.leg, play: PlayId(2) });
    bench.core.close(a.leg);
    assert_eq!(bench.event("the third, with the leg", finished(3)), PlayOutcome::Stopped);
    // A leg that has gone is no error.
    bench.play(&a, 4, vec![clip("one")], PlayMode::Once);
}

#[test]
fn an_announcement_is_mixed_into_a_conversation() {
    let mut bench = Bench::new("announce");
    bench.prompt("beep", 1_200.0, 1_000);
    let (mut a, mut b) = (bench.phone(Codec::Pcma), bench.phone(Codec::Pcma));
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.bridge(&a, &b);
    bench.talk(10, &mut [&mut a, &mut b]);
    bench.play(&a, 1, vec![clip("beep")], PlayMode::Once);
    bench.talk(40, &mut [&mut a, &mut b]);
    assert!(a.ever(200, |s| share_at(s, 880.0) > 0.45 && share_at(s, 1_200.0) > 0.45), "both at once");
    assert!(b.hears(440.0, 400) > 0.98, "the other hears nothing of it");
    bench.talk(40, &mut [&mut a, &mut b]);
    assert!(a.hears(880.0, 200) > 0.98, "and afterwards packets pass as before");
    a.check_stream();
}

#[test]
fn a_supervisor_whispers_and_listens() {
    let mut bench = Bench::new("whisper");
    let (mut caller, mut agent, mut lead) =
        (bench.phone(Codec::Pcma), bench.phone(Codec::Pcmu), bench.phone(Codec::Pcma));
    (caller.tone_hz, agent.tone_hz, lead.tone_hz) = (Some(440.0), Some(880.0), Some(1_300.0));
    bench.hear(&caller, &[(&agent, 256)]);
    bench.hear(&agent, &[(&caller, 256), (&lead, 128)]);
    bench.hear(&lead, &[(&caller, 256), (&agent, 256)]);
    bench.talk(50, &mut [&mut caller, &mut agent, &mut lead]);
    assert!(caller.ever(200, |s| share_at(s, 880.0) > 0.98), "the caller hears the agent alone");
    // Half as loud is a quarter of the energy.
    let about = |share: f32, wanted: f32| (share - wanted).abs() < 0.05;
    assert!(agent.ever(200, |s| about(share_at(s, 440.0), 0.8) && about(share_at(s, 1_300.0), 0.2)));
    assert!(lead.ever(200, |s| about(share_at(s, 440.0), 0.5) && about(share_at(s, 880.0), 0.5)));
    // Barge: one change of the lists, no negotiation.
    bench.hear(&caller, &[(&agent, 256), (&lead, 256)]);
    bench.talk(30, &mut [&mut caller, &mut agent, &mut lead]);
    assert!(caller.ever(200, |s| about(share_at(s, 880.0), 0.5) && about(share_at(s, 1_300.0), 0.5)));
    for phone in [&caller, &agent, &lead] {
        phone.check_stream();
    }
}

#[test]
fn every_codec_talks_with_every_other() {
    let mut bench = Bench::new("codecs");
    let mut phones: Vec<_> = Codec::ALL
        .into_iter()
        .flat_map(|a| Codec::ALL.map(|b| (a, b)))
        .flat_map(|(a, b)| {
            let (mut a, mut b) = (bench.phone(a), bench.phone(b));
            (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
            bench.bridge(&a, &b);
            [a, b]
        })
        .collect();
    bench.talk(60, &mut phones.iter_mut().collect::<Vec<_>>());
    for pair in phones.chunks(2) {
        let what = format!("{:?} and {:?}", pair[0].codec, pair[1].codec);
        assert!(pair[0].ever(200, |s| share_at(s, 880.0) > 0.9), "{what}");
        assert!(pair[1].ever(200, |s| share_at(s, 440.0) > 0.9), "{what}");
        pair[0].check_stream();
        pair[1].check_stream();
    }
}

#[test]
fn over_ipv6_too() {
    let mut bench = Bench::new("ipv6");
    let mut a = bench.phone_at("::1", Codec::Pcma, |_| {});
    let mut b = bench.phone(Codec::Pcma);
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.bridge(&a, &b);
    bench.talk(30, &mut [&mut a, &mut b]);
    assert!(a.hears(880.0, 300) > 0.98 && b.hears(440.0, 300) > 0.98);
}

#[test]
fn who_holds_hears_nothing_and_is_not_called_silent() {
    let mut bench = Bench::with("hold", |config| config.silent_after = std::time::Duration::from_secs(1));
    let (mut a, mut b) = (bench.phone(Codec::Pcma), bench.phone(Codec::Pcma));
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.bridge(&a, &b);
    bench.talk(10, &mut [&mut a, &mut b]);
    let mut remote = b.remote();
    (remote.send, remote.receive) = (false, false);
    bench.core.connect(b.leg, remote);
    b.tone_hz = None;
    bench.talk(3, &mut [&mut a, &mut b]);
    b.forget();
    a.forget();
    a.tone_hz = None;
    bench.talk(110, &mut [&mut a, &mut b]);
    assert!(b.packets.is_empty(), "{} packets to one who holds", b.packets.len());
    let silent = |event: &Event| match event {
        Event::Silent { leg, for_s } => Some((*leg, *for_s)),
        _ => None,
    };
    assert_eq!(bench.event("silence", silent), (a.leg, 1));
    bench.core.connect(b.leg, b.remote());
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.talk(30, &mut [&mut a, &mut b]);
    assert!(b.hears(440.0, 300) > 0.98 && a.hears(880.0, 300) > 0.98);
    b.check_stream();
    bench.seen.retain(|event| silent(event).is_none_or(|(leg, _)| leg != a.leg));
    assert!(!bench.seen.iter().any(|event| silent(event).is_some()), "{:?}", bench.seen);
}

#[test]
fn calls_come_together_across_threads() {
    let mut bench = Bench::with("threads", |config| config.threads = 3);
    let mut phones: Vec<Phone> = (0..6).map(|_| bench.phone(Codec::Pcma)).collect();
    for (at, phone) in phones.iter_mut().enumerate() {
        phone.tone_hz = Some(400.0 + 150.0 * at as f32);
    }
    bench.record(&phones[0], 1);
    bench.talk(10, &mut phones.iter_mut().collect::<Vec<_>>());
    // Pairs whose legs were opened in different threads, then two pairs in one conference, and apart again.
    for pair in [(0, 1), (2, 3), (4, 5)] {
        bench.bridge(&phones[pair.0], &phones[pair.1]);
    }
    bench.talk(25, &mut phones.iter_mut().collect::<Vec<_>>());
    let ever = |phone: &Phone, hz: f32| phone.ever(150, |s| share_at(s, hz) > 0.95);
    assert!(ever(&phones[0], 550.0) && ever(&phones[1], 400.0));
    assert!(ever(&phones[2], 850.0) && ever(&phones[3], 700.0));
    assert!(ever(&phones[4], 1_150.0) && ever(&phones[5], 1_000.0));
    bench.hear(&phones[0], &[(&phones[1], 256), (&phones[4], 256)]);
    bench.hear(&phones[4], &[(&phones[5], 256), (&phones[2], 256)]);
    bench.talk(25, &mut phones.iter_mut().collect::<Vec<_>>());
    let both =
        |phone: &Phone, a: f32, b: f32| phone.ever(150, |s| share_at(s, a) > 0.4 && share_at(s, b) > 0.4);
    assert!(both(&phones[0], 550.0, 1_000.0) && both(&phones[4], 1_150.0, 700.0));
    bench.bridge(&phones[0], &phones[3]);
    for phone in &mut phones {
        phone.forget();
    }
    bench.talk(25, &mut phones.iter_mut().collect::<Vec<_>>());
    assert!(ever(&phones[0], 850.0) && ever(&phones[3], 400.0));
    bench.core.command(Command::StopRecording { recording: RecordingId(1) });
    let ([left, right], _) = sealed(&mut bench, 1);
    assert!(mostly(&left, 400.0, 300, 1_400), "one recording all the way");
    assert!(mostly(&right, 550.0, 350, 650));
    for phone in &phones {
        phone.check_stream();
    }
}

#[test]
fn where_another_program_has_many_ports_in_a_row_the_next_is_taken() {
    let mut bench = Bench::with("taken", |config| config.ports = 30_000..=30_199);
    let _theirs: Vec<_> =
        (30_000..30_080).map(|port| std::net::UdpSocket::bind(("127.0.0.1", port))).collect();
    assert!(bench.phone(Codec::Pcma).to.port() >= 30_080);
}
