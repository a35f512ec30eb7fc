//! Keys: as events, and in the sound.

use audio::dtmf::ToneDetector;
use audio::mix::FRAME;
use audio::{Clip, Digit, Sound, tone};
use exchange::line::PlayMode;

use super::peer::{Bench, Phone};
use crate::media::Codec;

#[test]
fn keys_as_events_are_told_once_and_never_passed_on() {
    let mut bench = Bench::new("keys");
    let (mut a, mut b) = (bench.phone(Codec::Pcma), bench.phone(Codec::Pcma));
    a.tone_hz = Some(440.0);
    bench.bridge(&a, &b);
    for key in "0123456789*#".chars() {
        bench.talk(3, &mut [&mut a, &mut b]);
        a.press(key);
    }
    bench.talk(5, &mut [&mut a, &mut b]);
    assert_eq!(bench.digits(&a), "0123456789*#");
    assert_eq!(bench.digits(&b), "");
    // `listen` checks that only sound came; and no hole is left where the keys were.
    assert!(b.packets.len() > 30);
    b.check_stream();
}

#[test]
fn keys_in_the_sound_are_heard_where_there_are_no_events() {
    let mut bench = Bench::new("inband");
    bench.prompt("menu", 350.0, 3_000);
    let mut a = bench.phone_with(Codec::Pcmu, |r| r.telephone_event = None);
    let mut b = bench.phone(Codec::Pcma);
    let sounds = vec![Sound::Clip(Clip::new("menu"))];
    bench.play(&a, 1, sounds, PlayMode::Once);
    let press = |key: char| {
        let sound = tone::key(Digit::try_from(key).expect("a key"), 80, 6_000.0);
        let pause = vec![0; 480];
        [sound, pause].concat()
    };
    let say = |bench: &Bench, a: &mut Phone, b: &mut Phone, sound: &[i16]| {
        for frame in sound.as_chunks::<FRAME>().0 {
            a.speak_frame(frame);
            bench.talk(1, &mut [a, b]);
        }
    };
    let keys: Vec<i16> = "15#".chars().flat_map(press).collect();
    say(&bench, &mut a, &mut b, &keys);
    // The last packets wait in the jitter buffer.
    say(&bench, &mut a, &mut b, &[0; FRAME * 6]);
    assert_eq!(bench.digits(&a), "15#");
    // In a conversation the same sounds are sounds: nobody's voice is taken for a key.
    bench.bridge(&a, &b);
    say(&bench, &mut a, &mut b, &keys);
    say(&bench, &mut a, &mut b, &[0; FRAME * 6]);
    assert_eq!(bench.digits(&a), "");
}

#[test]
fn keys_that_are_played_come_as_events_where_these_were_negotiated_and_as_tones_otherwise() {
    let mut bench = Bench::new("played-keys");
    let (mut a, mut b) =
        (bench.phone(Codec::Pcma), bench.phone_with(Codec::Pcmu, |r| r.telephone_event = None));
    a.keys = Some(Default::default());
    let key = |key| Sound::Key { digit: Digit::try_from(key).expect("a key"), ms: 100 };
    let sounds = vec![key('5'), Sound::Silence { ms: 100 }, key('5'), Sound::Silence { ms: 60 }, key('#')];
    bench.play(&a, 1, sounds.clone(), PlayMode::Once);
    bench.play(&b, 2, sounds, PlayMode::Once);
    bench.talk(40, &mut [&mut a, &mut b]);
    assert_eq!(a.keys.map(|(_, keys)| keys).as_deref(), Some("55#"));
    assert!(a.heard.iter().all(|sample| sample.abs() < 100), "no tones beside the events");
    let (mut detector, mut keys) = (ToneDetector::default(), String::new());
    for frame in b.heard.as_chunks::<FRAME>().0 {
        detector.push(frame, |digit| keys.push(digit.as_char()));
    }
    assert_eq!(keys, "55#");
}
