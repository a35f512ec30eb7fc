//! Two and more telephones hear each other, prompts and music.

use audio::{Clip, Sound};
use exchange::line::{Event, PlayMode, PlayOutcome};
use kernel::PlayId;

use super::peer::Bench;
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
