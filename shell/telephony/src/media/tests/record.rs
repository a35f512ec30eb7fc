//! What is in a recording.

use std::time::Duration;

use audio::{g711, wav};
use exchange::line::{Command, Event};
use kernel::RecordingId;

use super::peer::{Bench, share};
use crate::media::Codec;

/// Both channels of a sealed recording, and its file's name.
fn sealed(bench: &mut Bench, recording: i64) -> ([Vec<i16>; 2], String) {
    let (name, ms, bytes, hash) = bench.event("the seal", |event| match event {
        Event::RecordingSealed { recording: RecordingId(id), file, duration_ms, bytes, sha256 }
            if *id == recording =>
        {
            Some((file.clone(), *duration_ms, *bytes, sha256.clone()))
        }
        _ => None,
    });
    let file = std::fs::read(bench.dir.join("recordings").join(&name)).expect("the file");
    assert_eq!(file.len() as u64, bytes);
    use sha2::Digest as _;
    let own: String = sha2::Sha256::digest(&file).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(own, hash);
    let sound = wav::read(&file).expect("a WAV file");
    assert_eq!((sound.channels, sound.rate_hz), (2, 8_000));
    assert_eq!(sound.data.len() as u64 / 16, ms);
    let channel =
        |side| sound.data.iter().skip(side).step_by(2).map(|c| g711::ALAW[usize::from(*c)]).collect();
    ([channel(0), channel(1)], name)
}

#[test]
fn a_conversation_is_recorded_in_stereo() {
    let mut bench = Bench::new("stereo");
    let (mut a, mut b) = (bench.phone(Codec::Pcma), bench.phone(Codec::Pcma));
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.bridge(&a, &b);
    bench.talk(10, &mut [&mut a, &mut b]);
    bench.record(&a, 7);
    bench.talk(75, &mut [&mut a, &mut b]);
    bench.core.command(Command::StopRecording { recording: RecordingId(7) });
    let ([left, right], name) = sealed(&mut bench, 7);
    assert_eq!(name, "2026/01/05/re_7.wav");
    assert!(left.len() >= 70 * 160 && left.len() <= 90 * 160 + 4_000, "{} samples", left.len());
    for from in [100, 600, 1_000] {
        assert!(share(&left, 440.0, from, from + 300) > 0.98, "left at {from}");
        assert!(share(&right, 880.0, from, from + 300) > 0.98, "right at {from}");
    }
    std::thread::sleep(Duration::from_millis(1));
}
