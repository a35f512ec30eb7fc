//! RTP bleed and injection: who sends to an open port without being the far end gets nothing and changes nothing.

use audio::level::share_at;
use exchange::line::Command;
use kernel::RecordingId;

use super::peer::{Bench, Phone, share};
use super::record::sealed;
use crate::media::Codec;

/// Somebody with another address who sprays a leg's port.
fn stranger(at: &Phone) -> Phone {
    let mut stranger = Phone::new_at("127.0.0.9", at.leg, at.to, Codec::Pcma);
    stranger.tone_hz = Some(2_000.0);
    stranger.ssrc = 0x6666;
    stranger
}

#[test]
fn a_stranger_is_never_heard_recorded_or_answered() {
    let mut bench = Bench::new("stranger");
    let (mut a, mut b) = (bench.phone(Codec::Pcma), bench.phone_with(Codec::Pcma, |r| r.learn = true));
    let (mut one, mut two) = (stranger(&a), stranger(&b));
    bench.bridge(&a, &b);
    bench.record(&a, 1);
    // Before the far end of a (which is not learnt) has sent anything.
    bench.talk(20, &mut [&mut one]);
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.talk(10, &mut [&mut a, &mut b]);
    a.forget();
    b.forget();
    // During the call.
    bench.talk(50, &mut [&mut a, &mut b, &mut one, &mut two]);
    assert!(a.hears(880.0, 800) > 0.98 && b.hears(440.0, 800) > 0.98);
    // With the source and the sequence of the far end, but from elsewhere.
    (one.ssrc, one.sequence, one.timestamp) = (a.ssrc, a.sequence, a.timestamp);
    bench.talk(20, &mut [&mut a, &mut b, &mut one, &mut two]);
    assert!(a.hears(880.0, 300) > 0.98 && b.hears(440.0, 300) > 0.98);
    // After it has gone quiet.
    a.tone_hz = None;
    b.forget();
    bench.talk(20, &mut [&mut b, &mut one, &mut two]);
    assert!(b.packets.len() < 5, "{} packets after the far end stopped", b.packets.len());
    assert!(one.packets.is_empty() && two.packets.is_empty(), "nothing is sent to strangers");
    bench.core.command(Command::StopRecording { recording: RecordingId(1) });
    let ([left, right], _) = sealed(&mut bench, 1);
    let end = left.len() / 8;
    assert!(share(&left, 2_000.0, 0, end) < 0.001 && share(&right, 2_000.0, 0, end) < 0.001);
    a.check_stream();
}

#[test]
fn a_telephone_behind_a_nat_is_answered_where_it_is() {
    let mut bench = Bench::new("nat");
    let mut b = bench.phone(Codec::Pcma);
    let wrong = "127.0.0.77:9".parse().expect("an address");
    let mut a = bench.phone_with(Codec::Pcma, |r| (r.rtp, r.learn) = (wrong, true));
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.bridge(&a, &b);
    bench.talk(30, &mut [&mut a, &mut b]);
    assert!(a.hears(880.0, 300) > 0.98 && b.hears(440.0, 300) > 0.98);
    // The same without `learn` stays silent both ways.
    let mut c = bench.phone_with(Codec::Pcma, |r| r.rtp = wrong);
    c.tone_hz = Some(1_000.0);
    bench.bridge(&c, &b);
    bench.talk(5, &mut [&mut b, &mut c]);
    b.forget();
    bench.talk(30, &mut [&mut b, &mut c]);
    assert!(c.packets.is_empty() && b.packets.is_empty());
}

#[test]
fn rubbish_does_no_harm() {
    let mut bench = Bench::new("rubbish");
    let (mut a, mut b) = (bench.phone(Codec::Pcma), bench.phone(Codec::Opus));
    (a.tone_hz, b.tone_hz) = (Some(440.0), Some(880.0));
    bench.bridge(&a, &b);
    bench.talk(10, &mut [&mut a, &mut b]);
    let Some(seeds) = seeds() else {
        eprintln!("shared/data/media-seeds is not there: its packets are not tried");
        return;
    };
    let mut count = 0;
    for folder in ["rtp", "rtcp"] {
        for file in std::fs::read_dir(seeds.join("webrtc").join(folder)).expect("seeds").flatten() {
            let seed = std::fs::read(file.path()).expect("a seed");
            for phone in [&a, &b] {
                // As it is; as a packet that is taken for the far end's own; and as the payload of one.
                let mut own = seed.clone();
                own.resize(own.len().max(12), 0);
                own[0] = 0x80 | own[0] & 0x3f;
                own[1] = own[1] & 0x80 | phone.payload_type();
                own[8..12].copy_from_slice(&phone.ssrc.to_be_bytes());
                let header = crate::media::rtp::header(
                    false,
                    phone.payload_type(),
                    phone.sequence,
                    phone.timestamp,
                    phone.ssrc,
                );
                let control = std::net::SocketAddr::new(phone.to.ip(), phone.to.port() + 1);
                for (data, to) in [
                    (&seed, phone.to),
                    (&own, phone.to),
                    (&[&header[..], &seed[..]].concat(), phone.to),
                    (&seed, control),
                ] {
                    let _ = phone.socket.send_to(data, to);
                    count += 1;
                }
            }
        }
    }
    assert!(count > 300, "{count} packets tried");
    // New negotiations clear what the rubbish may have moved in the stream, and the call goes on.
    bench.talk(20, &mut [&mut a, &mut b]);
    let (mut c, mut d) = (bench.phone(Codec::Pcma), bench.phone(Codec::Opus));
    (c.tone_hz, d.tone_hz) = (Some(440.0), Some(880.0));
    bench.bridge(&c, &d);
    bench.talk(40, &mut [&mut c, &mut d]);
    assert!(c.ever(200, |s| share_at(s, 880.0) > 0.9) && d.ever(200, |s| share_at(s, 440.0) > 0.9));
}

/// The folder of seeds beside the repository, if it is there.
pub fn seeds() -> Option<std::path::PathBuf> {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|dir| dir.join("shared/data/media-seeds"))
        .find(|dir| dir.is_dir())
}
