//! RFC 4733: one press is many packets with the same timestamp, of which some get lost, doubled or late.

use crate::Digit;

/// Tells presses apart.
#[derive(Clone, Debug, Default)]
pub struct EventTracker {
    last: Option<Press>,
}

#[derive(Clone, Copy, Debug)]
struct Press {
    timestamp: u32,
    event: u8,
    duration: u16,
    ended: bool,
}

/// A telephone that gives each packet of a press a new timestamp (against RFC 4733 §2.2.1, but seen) does so in steps
/// of one packet; two real presses of one key are further apart.
const SAME_PRESS_TICKS: u32 = 800;

impl EventTracker {
    /// Takes a telephone-event packet: its RTP timestamp, marker bit and payload. The digit is reported with the first
    /// packet of a press that arrives, whichever that is.
    pub fn push(&mut self, timestamp: u32, marker: bool, payload: &[u8]) -> Option<Digit> {
        let [event, flags, high, low, ..] = *payload else { return None };
        let digit = Digit::from_event(event)?;
        let (ended, duration) = (flags & 0x80 != 0, u16::from_be_bytes([high, low]));
        let press = Press { timestamp, event, duration, ended };
        let Some(last) = &mut self.last else {
            self.last = Some(press);
            return Some(digit);
        };
        let ahead = timestamp.wrapping_sub(last.timestamp);
        if ahead == 0 {
            last.ended |= ended;
            last.duration = last.duration.max(duration);
            return None;
        }
        if ahead > i32::MAX as u32 {
            // A late packet of an earlier press.
            return None;
        }
        // A press longer than the 16 bits of the duration goes on in a new segment (RFC 4733 §2.5.1.3).
        let next_segment = last.duration > 0xf000 && ahead.abs_diff(u32::from(last.duration)) < 1_600;
        let same = !last.ended
            && event == last.event
            && !marker
            && (next_segment || ahead <= SAME_PRESS_TICKS && ahead <= u32::from(last.duration) + 160);
        self.last = Some(press);
        (!same).then_some(digit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The packets of a press as a telephone sends them: every 20 ms, the end three times.
    fn press(key: char, timestamp: u32, packets: u16) -> Vec<(u32, bool, [u8; 4])> {
        let event = Digit::try_from(key).expect("a key").event();
        let packet = |n: u16, end: bool| {
            let [high, low] = (n * 160).to_be_bytes();
            (timestamp, n == 1, [event, if end { 0x8a } else { 0x0a }, high, low])
        };
        let mut out: Vec<_> = (1..=packets).map(|n| packet(n, false)).collect();
        out.extend([packet(packets + 1, true); 3]);
        out
    }

    fn digits(packets: &[(u32, bool, [u8; 4])]) -> String {
        let mut tracker = EventTracker::default();
        packets
            .iter()
            .filter_map(|(at, marker, data)| tracker.push(*at, *marker, data))
            .map(char::from)
            .collect()
    }

    #[test]
    fn one_digit_for_each_press() {
        let packets = [press('5', 1_000, 4), press('5', 3_000, 4), press('#', 5_000, 4)].concat();
        assert_eq!(digits(&packets), "55#");
    }

    #[test]
    fn the_timestamp_may_wrap() {
        let packets = [press('1', u32::MAX - 100, 4), press('2', 1_500, 4)].concat();
        assert_eq!(digits(&packets), "12");
    }

    #[test]
    fn a_long_press_is_one_digit() {
        let mut packets = press('7', 0, 400);
        packets.truncate(400);
        packets.extend(press('7', 64_000, 4).into_iter().map(|(at, _, data)| (at, false, data)));
        assert_eq!(digits(&packets), "7");
    }

    #[test]
    fn a_thousand_digits_survive_loss_doubling_and_disorder() {
        // A small generator of our own, so that the test needs no crate and prints what it did by its seed.
        let mut state = 0x2545_f491_4f6c_dd1du64;
        let mut chance = move |percent: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % 100 < percent
        };
        let wanted: String =
            (0..1_000u32).map(|n| char::from(b"0123456789*#"[(n * 7 % 12) as usize])).collect();
        let mut packets = Vec::new();
        for (n, key) in wanted.chars().enumerate() {
            for packet in press(key, 0xfff0_0000u32.wrapping_add(n as u32 * 1_600), 5) {
                if chance(5) {
                    continue;
                }
                packets.push(packet);
                if chance(5) {
                    packets.push(packet);
                }
            }
        }
        for at in 1..packets.len() {
            if chance(5) {
                packets.swap(at - 1, at);
            }
        }
        assert_eq!(digits(&packets), wanted);
    }

    #[test]
    fn what_is_no_key_is_ignored() {
        let mut tracker = EventTracker::default();
        assert_eq!(tracker.push(1, true, &[16, 0, 0, 0]), None);
        assert_eq!(tracker.push(1, true, &[1, 0]), None);
        assert_eq!(tracker.push(1, true, &[]), None);
    }
}
