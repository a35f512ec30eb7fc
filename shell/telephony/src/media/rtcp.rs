//! RTCP: what we tell the far end about its stream, and what it tells us about ours (RFC 3550 §6).

/// Reception of one stream, counted as RFC 3550 appendix A does.
#[derive(Clone, Debug, Default)]
pub struct Reception {
    ssrc: Option<u32>,
    first: u32,
    highest: u32,
    received: u32,
    expected_before: u32,
    received_before: u32,
    transit: Option<i64>,
    /// In ticks of the RTP clock.
    jitter: f32,
    /// Of earlier streams of this leg.
    lost_before: u64,
}

impl Reception {
    pub fn packet(&mut self, ssrc: u32, sequence: u16, timestamp: u32, clock_hz: u32, now_us: u64) {
        if self.ssrc != Some(ssrc) {
            *self = Reception {
                ssrc: Some(ssrc),
                first: u32::from(sequence),
                highest: u32::from(sequence),
                lost_before: self.lost(),
                ..Reception::default()
            };
        }
        self.received = self.received.wrapping_add(1);
        let ahead = sequence.wrapping_sub(self.highest as u16);
        if ahead < 0x8000 {
            self.highest = self.highest.wrapping_add(u32::from(ahead));
        }
        // Modulo 2^32, so that a wrap of the timestamp is no jitter.
        let arrival = (now_us.wrapping_mul(u64::from(clock_hz)) / 1_000_000) as u32;
        let transit = i64::from(arrival.wrapping_sub(timestamp) as i32);
        if let Some(last) = self.transit.replace(transit) {
            let difference = (transit - last).unsigned_abs().min(u64::from(clock_hz)) as f32;
            self.jitter += (difference - self.jitter) / 16.0;
        }
    }

    fn expected(&self) -> u32 {
        if self.ssrc.is_none() { 0 } else { self.highest.wrapping_sub(self.first).wrapping_add(1) }
    }
    /// Packets that never came, of all streams so far.
    pub fn lost(&self) -> u64 {
        self.lost_before + u64::from(self.expected().saturating_sub(self.received))
    }
    pub fn jitter_ticks(&self) -> f32 {
        self.jitter
    }

    /// The report block about this stream, for the time since the last one.
    fn block(&mut self, heard: Option<SenderReport>, now_us: u64) -> Option<[u8; 24]> {
        let ssrc = self.ssrc?;
        let expected = self.expected();
        let expected_now = expected.wrapping_sub(self.expected_before);
        let received_now = self.received.wrapping_sub(self.received_before);
        self.expected_before = expected;
        self.received_before = self.received;
        let lost_now = expected_now.saturating_sub(received_now);
        let fraction =
            (u64::from(lost_now) << 8).checked_div(u64::from(expected_now)).unwrap_or(0).min(255) as u8;
        let lost = expected.saturating_sub(self.received).min(0x7f_ffff);
        let mut out = [0; 24];
        out[..4].copy_from_slice(&ssrc.to_be_bytes());
        out[4..8].copy_from_slice(&lost.to_be_bytes());
        out[4] = fraction;
        out[8..12].copy_from_slice(&self.highest.to_be_bytes());
        out[12..16].copy_from_slice(&(self.jitter as u32).to_be_bytes());
        if let Some(report) = heard {
            out[16..20].copy_from_slice(&report.ntp_middle.to_be_bytes());
            let delay = now_us.saturating_sub(report.came_us).saturating_mul(65_536) / 1_000_000;
            out[20..24].copy_from_slice(&(delay.min(u64::from(u32::MAX)) as u32).to_be_bytes());
        }
        Some(out)
    }
}

/// The far end's last sender report.
#[derive(Clone, Copy, Debug)]
pub struct SenderReport {
    pub ntp_middle: u32,
    pub came_us: u64,
}

/// What we have sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sent {
    pub ssrc: u32,
    pub packets: u32,
    pub bytes: u32,
    /// Of the last packet.
    pub timestamp: u32,
}

/// Our clock in the form of NTP: RTCP only needs differences, so it may begin anywhere.
fn ntp(now_us: u64) -> u64 {
    ((now_us / 1_000_000) << 32) | (((now_us % 1_000_000) << 32) / 1_000_000)
}

/// A compound packet: report, name, and a good-bye at the end. Returns its length in `out`.
pub fn write(
    sent: &Sent,
    reception: &mut Reception,
    heard: Option<SenderReport>,
    now_us: u64,
    bye: bool,
    out: &mut [u8; 128],
) -> usize {
    let block = reception.block(heard, now_us);
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        if let Some(to) = out.get_mut(at..at + bytes.len()) {
            to.copy_from_slice(bytes);
            at += bytes.len();
        }
    };
    let blocks = u8::from(block.is_some());
    let sender = sent.packets > 0;
    let words: u16 = 1 + if sender { 5 } else { 0 } + u16::from(blocks) * 6;
    put(&[0x80 | blocks, if sender { 200 } else { 201 }]);
    put(&words.to_be_bytes());
    put(&sent.ssrc.to_be_bytes());
    if sender {
        put(&ntp(now_us).to_be_bytes());
        put(&sent.timestamp.to_be_bytes());
        put(&sent.packets.to_be_bytes());
        put(&sent.bytes.to_be_bytes());
    }
    if let Some(block) = block {
        put(&block);
    }
    // SDES with CNAME "sb", which tells nothing about us.
    put(&[0x81, 202, 0, 3]);
    put(&sent.ssrc.to_be_bytes());
    put(&[1, 2, b's', b'b', 0, 0, 0, 0]);
    if bye {
        put(&[0x81, 203, 0, 1]);
        put(&sent.ssrc.to_be_bytes());
    }
    at
}

/// What a compound packet from the far end says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heard {
    /// Middle 32 bits of the NTP time of a sender report.
    pub ntp_middle: Option<u32>,
    /// About our stream: packets lost, jitter in ticks.
    pub about_us: Option<(u32, u32)>,
    /// Last sender report and delay since, in 1/65536 s, for the round trip.
    pub echo: Option<(u32, u32)>,
}

/// Reads a compound packet; what is malformed ends the reading.
pub fn read(mut data: &[u8], our_ssrc: u32) -> Heard {
    let mut heard = Heard::default();
    while let Some((head, rest)) = data.split_first_chunk::<4>() {
        let length = usize::from(u16::from_be_bytes([head[2], head[3]])) * 4;
        let Some(body) = rest.get(..length) else { break };
        data = &rest[length..];
        if head[0] >> 6 != 2 {
            break;
        }
        let word = |at: usize| body.get(at..at + 4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
        let blocks_at = match head[1] {
            200 => {
                if let (Some(high), Some(low)) = (word(4), word(8)) {
                    heard.ntp_middle = Some(high << 16 | low >> 16);
                }
                24
            }
            201 => 4,
            _ => continue,
        };
        for block in 0..usize::from(head[0] & 0x1f) {
            let at = blocks_at + block * 24;
            if word(at) != Some(our_ssrc) {
                continue;
            }
            if let (Some(lost), Some(jitter)) = (word(at + 4), word(at + 12)) {
                heard.about_us = Some((lost & 0x7f_ffff, jitter));
            }
            if let (Some(last @ 1..), Some(delay)) = (word(at + 16), word(at + 20)) {
                heard.echo = Some((last, delay));
            }
        }
    }
    heard
}

/// Round trip in milliseconds from an echo of our report.
pub fn round_trip_ms(echo: (u32, u32), now_us: u64) -> Option<f32> {
    let now = (ntp(now_us) >> 16) as u32;
    let there_and_back = now.wrapping_sub(echo.0).wrapping_sub(echo.1);
    // Over half a minute is nonsense.
    (there_and_back < 30 << 16).then(|| there_and_back as f32 * 1_000.0 / 65_536.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_tells_loss_and_round_trip() {
        let mut reception = Reception::default();
        for sequence in [65_534u16, 65_535, 1, 2] {
            reception.packet(9, sequence, u32::from(sequence.wrapping_sub(65_534)) * 160, 8_000, 20_000);
        }
        assert_eq!(reception.lost(), 1);
        let sent = Sent { ssrc: 77, packets: 3, bytes: 480, timestamp: 320 };
        let mut out = [0; 128];
        let heard_report = SenderReport { ntp_middle: (ntp(5_000_000) >> 16) as u32, came_us: 6_000_000 };
        let length = write(&sent, &mut reception, Some(heard_report), 6_500_000, true, &mut out);
        assert_eq!(length % 4, 0);
        // Read by the far end, whose SSRC is 9.
        let heard = read(&out[..length], 9);
        assert_eq!(heard.about_us.map(|a| a.0), Some(1));
        assert_eq!(heard.ntp_middle, Some((ntp(6_500_000) >> 16) as u32));
        // It sent its report at 5 s, we kept it for half a second, it hears this at 5.6 s by its clock.
        let trip = round_trip_ms(heard.echo.expect("an echo"), 5_600_000).expect("a trip");
        assert!((trip - 100.0).abs() < 0.1, "{trip}");
    }

    #[test]
    fn nonsense_is_read_without_harm() {
        for length in 0..64 {
            let _ = read(&vec![0x81; length], 0x8181_8181);
            let _ = read(&[0x9f, 200, 0, 60].repeat(length), 1);
        }
        assert_eq!(round_trip_ms((1, 0), 0), None);
    }
}
