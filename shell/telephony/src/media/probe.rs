//! The readers of what comes to the ports for audio, alone, as `sip::probe`.

use audio::dtmf::{EventTracker, ToneDetector};
use audio::g711;
use audio::jitter::JitterBuffer;

use super::{rtcp, rtp};

/// Datagrams on a port for audio, each with its length before it, through the jitter buffer.
pub fn rtp(bytes: &[u8]) -> bool {
    let (mut buffer, mut now_us, mut any) = (JitterBuffer::new(8_000), 0, false);
    let mut reception = rtcp::Reception::default();
    for datagram in datagrams(bytes) {
        now_us += 20_000;
        if let Some(packet) = rtp::read(datagram) {
            any = true;
            assert!(packet.payload.len() + rtp::HEADER_BYTES <= datagram.len());
            reception.packet(packet.ssrc, packet.sequence, packet.timestamp, 8_000, now_us);
            buffer.push(packet.timestamp, packet.payload.len() as u32, packet.payload, now_us);
        }
        buffer.pull(now_us);
    }
    // The seeds are single packets.
    any || rtp::read(bytes).is_some()
}

/// A compound packet from the far end, and our next report after it.
pub fn rtcp(bytes: &[u8]) -> bool {
    let mut out = [0; 128];
    let mut any = false;
    for our_ssrc in [0, 1, u32::MAX] {
        let heard = rtcp::read(bytes, our_ssrc);
        any |= heard != rtcp::Heard::default();
        if let Some(echo) = heard.echo {
            rtcp::round_trip_ms(echo, 1_000_000);
        }
        let report = heard.ntp_middle.map(|ntp_middle| rtcp::SenderReport { ntp_middle, came_us: 5 });
        let sent = rtcp::Sent { ssrc: our_ssrc, packets: 1, bytes: 160, timestamp: 160 };
        let mut reception = rtcp::Reception::default();
        reception.packet(7, 1, 1, 8_000, 10);
        let length = rtcp::write(&sent, &mut reception, report, 1_000_000, true, &mut out);
        assert!(rtp::is_rtcp(&out[..length]) && length.is_multiple_of(4));
    }
    any
}

/// Telephone-event packets, and the same bytes as sound.
pub fn dtmf(bytes: &[u8]) -> bool {
    let (mut events, mut tones) = (EventTracker::default(), ToneDetector::default());
    let mut keys = 0;
    for packet in bytes.chunks(6) {
        let timestamp = packet.first().map_or(0, |b| u32::from(*b) * 400);
        let marker = packet.get(1).is_some_and(|b| b & 1 == 1);
        keys += usize::from(events.push(timestamp, marker, packet.get(2..).unwrap_or_default()).is_some());
    }
    assert!(keys <= bytes.len().div_ceil(6), "at most one key for each packet");
    let mut samples = vec![0; bytes.len()];
    g711::decode(&g711::ALAW, bytes, &mut samples);
    tones.push(&samples, |_| keys += 1);
    keys > 0
}

fn datagrams(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (length, after) = rest.split_first()?;
        let (datagram, after) = after.split_at(after.len().min(usize::from(*length)));
        rest = after;
        Some(datagram)
    })
}
