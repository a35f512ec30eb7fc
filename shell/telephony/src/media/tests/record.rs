//! What is in a recording.

use std::time::Duration;

use audio::level::level_db;
use audio::{Clip, Sound, g711, wav};
use exchange::line::{Command, Event, PlayMode};
use kernel::{PlayId, RecordingId};

use super::peer::{Bench, mostly};
use crate::media::Codec;

/// Both channels of a sealed recording, and its file's name.
pub fn sealed(bench: &mut Bench, recording: i64) -> ([Vec<i16>; 2], String) {
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
    assert_eq!(hex::encode(sha2::Sha256::digest(&file)), hash);
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
        assert!(mostly(&left, 440.0, from, from + 400), "left at {from}");
        assert!(mostly(&right, 880.0, from, from + 400), "right at {from}");
    }
}

#[test]
fn a_recording_follows_the_call_through_music_pause_and_mixing() {
    let mut bench = Bench::new("through");
    bench.prompt("music", 523.0, 300);
    bench.prompt("welcome", 700.0, 400);
    let (mut a, mut b) = (bench.phone(Codec::Pcmu), bench.phone(Codec::Pcma));
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.talk(5, &mut [&mut a, &mut b]);
    let clip = |name| vec![Sound::Clip(Clip::new(name))];
    bench.record(&a, 9);
    let start = std::time::Instant::now();
    let ms = || start.elapsed().as_millis() as usize;
    // A greeting is recorded on the right; music is not.
    bench.play(&a, 1, clip("welcome"), PlayMode::Once);
    bench.talk(30, &mut [&mut a, &mut b]);
    bench.play(&a, 2, clip("music"), PlayMode::Loop);
    let music_from = ms();
    bench.talk(40, &mut [&mut a, &mut b]);
    let music_to = ms();
    bench.core.command(Command::StopPlaying { leg: a.leg, play: PlayId(2) });
    bench.core.command(Command::Mark { recording: RecordingId(9), mark: "agent".into() });
    bench.bridge(&a, &b);
    let talk_from = ms();
    bench.talk(50, &mut [&mut a, &mut b]);
    let talk_to = ms();
    bench.core.command(Command::PauseRecording { recording: RecordingId(9) });
    let pause_from = ms();
    bench.talk(40, &mut [&mut a, &mut b]);
    let pause_to = ms();
    bench.core.command(Command::ResumeRecording { recording: RecordingId(9) });
    bench.talk(40, &mut [&mut a, &mut b]);
    let end = ms();
    // The end of the leg ends its recording.
    bench.core.close(a.leg);
    let ([left, right], name) = sealed(&mut bench, 9);
    let silent = |channel: &[i16], from: usize, to: usize| level_db(&channel[from * 8..to * 8]) < -60.0;
    assert!((end - 100..end + 200).contains(&(left.len() / 8)), "{} ms of {end}", left.len() / 8);
    assert!(mostly(&right, 700.0, 150, 350), "the greeting");
    assert!(mostly(&left, 440.0, 150, talk_to - 50));
    assert!(silent(&right, music_from + 100, music_to - 50), "no music");
    assert!(mostly(&right, 880.0, talk_from + 150, talk_to - 50), "the agent");
    assert!(
        silent(&left, pause_from + 100, pause_to - 50) && silent(&right, pause_from + 100, pause_to - 50)
    );
    assert!(mostly(&left, 440.0, pause_to + 100, end - 50), "after the pause");
    let marks =
        std::fs::read(bench.dir.join("recordings").join(name.replace(".wav", ".marks.json"))).expect("marks");
    let marks: crate::media::Marks = serde_json::from_slice(&marks).expect("marks");
    let names: Vec<&str> = marks.marks.iter().map(|m| m.mark.as_str()).collect();
    assert_eq!(names, ["agent", "paused", "resumed"]);
    assert!((marks.marks[0].at_ms as usize).abs_diff(music_to) < 100);
}

#[test]
fn other_codecs_are_recorded_as_samples() {
    let mut bench = Bench::new("opus");
    let (mut a, mut b) = (bench.phone(Codec::Opus), bench.phone(Codec::G722));
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.bridge(&a, &b);
    bench.record(&a, 3);
    bench.talk(60, &mut [&mut a, &mut b]);
    bench.core.command(Command::StopRecording { recording: RecordingId(3) });
    let ([left, right], _) = sealed(&mut bench, 3);
    assert!(mostly(&left, 440.0, 400, 900) && mostly(&right, 880.0, 400, 900));
}

#[test]
fn a_disk_that_refuses_is_reported_and_leaves_silence_of_the_same_length() {
    let mut bench = Bench::new("refused");
    // A file where the folder of the year should be.
    let year = bench.dir.join("recordings").join("2026");
    std::fs::create_dir_all(bench.dir.join("recordings")).expect("a folder");
    std::fs::write(&year, b"in the way").expect("a file");
    let mut a = bench.phone(Codec::Pcma);
    a.tone_hz = Some(440.0);
    bench.talk(5, &mut [&mut a]);
    bench.record(&a, 4);
    bench.talk(60, &mut [&mut a]);
    let what = bench.event("trouble", |event| match event {
        Event::RecordingTrouble { what, .. } => Some(what.clone()),
        _ => None,
    });
    assert!(what.contains("2026"), "{what}");
    std::fs::remove_file(&year).expect("out of the way");
    // It begins and ends with a tick of the media thread, somewhere within 20 ms of the command: as much longer.
    bench.talk(82, &mut [&mut a]);
    bench.core.command(Command::StopRecording { recording: RecordingId(4) });
    let ([left, _], _) = sealed(&mut bench, 4);
    assert!((140 * 20..170 * 20 + 300).contains(&(left.len() / 8)), "{} ms", left.len() / 8);
    assert!(level_db(&left[..4_000]) < -60.0, "silence first");
    assert!(mostly(&left, 440.0, left.len() / 8 - 400, left.len() / 8 - 100), "then sound, in its place");
}

/// The other half of `a_recording_survives_kill_9`: records until it is killed.
#[test]
fn record_until_killed() {
    let Ok(dir) = std::env::var("MEDIA_TEST_RECORD_INTO") else { return };
    let mut bench = Bench::with("killed", |config| config.recordings_dir = dir.into());
    let (mut a, mut b) = (bench.phone(Codec::Pcma), bench.phone(Codec::Pcma));
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.bridge(&a, &b);
    bench.record(&a, 11);
    bench.core.command(Command::Mark { recording: RecordingId(11), mark: "here".into() });
    bench.talk(3_000, &mut [&mut a, &mut b]);
}

#[test]
fn a_recording_survives_kill_9() {
    let dir = std::env::temp_dir().join(format!("switchboard-media-kill-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&dir);
    let mut child = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "media::tests::record::record_until_killed", "--nocapture"])
        .env("MEDIA_TEST_RECORD_INTO", &dir)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("a child");
    let path = dir.join("2026/01/05/re_b.wav");
    let born = loop {
        if path.exists() {
            break std::time::Instant::now();
        }
        assert!(child.try_wait().expect("a child").is_none(), "the child ended by itself");
        std::thread::sleep(Duration::from_millis(5));
    };
    std::thread::sleep(Duration::from_millis(3_700));
    child.kill().expect("SIGKILL");
    let lived_ms = born.elapsed().as_millis() as usize;
    child.wait().expect("gone");
    // As it lies there, before anybody repaired it.
    let file = std::fs::read(&path).expect("the file");
    let sound = wav::read(&file).expect("a WAV file");
    let header_ms = u32::from_le_bytes([file[54], file[55], file[56], file[57]]) as usize / 16;
    assert!(
        header_ms + 1_000 >= lived_ms && sound.data.len() / 16 >= header_ms,
        "{header_ms} of {lived_ms} ms"
    );
    if let Ok(sox) = std::process::Command::new("soxi").arg("-D").arg(&path).output() {
        let seconds: f32 = String::from_utf8_lossy(&sox.stdout).trim().parse().expect("soxi reads it");
        assert!(seconds * 1_000.0 + 1_000.0 >= lived_ms as f32, "soxi says {seconds} s of {lived_ms} ms");
    } else {
        eprintln!("soxi is not installed: only our own reader was tried");
    }
    let recovered = crate::media::recover(&dir).expect("recovered");
    assert_eq!(recovered.len(), 1);
    let found = &recovered[0];
    assert_eq!((found.recording, found.file.as_str()), (RecordingId(11), "2026/01/05/re_b.wav"));
    assert_eq!(found.bytes, std::fs::metadata(&path).expect("the file").len());
    assert!(found.duration_ms as usize + 1_000 >= lived_ms);
    let channel: Vec<i16> = std::fs::read(&path).expect("the file")[58..]
        .iter()
        .step_by(2)
        .map(|c| g711::ALAW[usize::from(*c)])
        .collect();
    assert!(mostly(&channel, 440.0, 300, 2_500));
    let marks = std::fs::read_to_string(dir.join("2026/01/05/re_b.marks.json")).expect("marks");
    assert!(marks.contains("here"));
    assert_eq!(crate::media::recover(&dir).expect("again"), [], "nothing is left to do");
    let _ = std::fs::remove_dir_all(&dir);
}
