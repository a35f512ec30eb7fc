//! Keys: as events, and in the sound.

use super::peer::Bench;
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
