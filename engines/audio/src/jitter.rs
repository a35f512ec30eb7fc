//! The jitter buffer: packets come when they like, frames leave in order and in time.
//!
//! It is keyed by RTP timestamp, so packets of any length, doubled or out of order are all one case. The delay follows
//! the measured jitter: it grows when packets come too late, and shrinks by one packet a second when it was not needed.

/// Longest payload held: 64 ms of G.711. Longer packets of byte-per-sample codecs are cut by the caller.
pub const PAYLOAD_MAX: usize = 512;
const SLOTS: usize = 32;
/// Pulls in a row that find nothing before the stream counts as ended.
const IDLE_PULLS: u32 = 10;
const DELAY_MAX_MS: f32 = 200.0;

#[derive(Clone, Debug)]
struct Slot {
    timestamp: u32,
    ticks: u32,
    len: usize,
    data: [u8; PAYLOAD_MAX],
}

/// What became of a packet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pushed {
    Kept,
    /// Its moment has passed.
    Late,
    Doubled,
    /// Longer than [`PAYLOAD_MAX`], or of no length.
    Odd,
    /// Far from all others: the stream begins anew with it.
    Restarted,
}

/// What is due now.
#[derive(PartialEq, Eq, Debug)]
pub enum Pulled<'a> {
    Packet(&'a [u8]),
    /// One packet's time is lost: conceal it.
    Lost,
    /// Nothing is there: the far end is silent, or late. Conceal for a moment, then silence.
    Nothing,
}

/// One incoming stream.
#[derive(Clone, Debug)]
pub struct JitterBuffer {
    slots: Vec<Slot>,
    used: u32,
    clock_hz: u32,
    /// Timestamp of what is due next, once playing.
    due: Option<u32>,
    /// End of the newest packet.
    newest_end: u32,
    first_arrival_us: u64,
    last_arrival: Option<(u32, u64)>,
    jitter_ms: f32,
    /// Ticks of the last packet kept: the length of a lost one.
    packet_ticks: u32,
    empty_pulls: u32,
    /// Smallest depth seen in this second, in ticks, and pulls left of it.
    spare_ticks: u32,
    window: u32,
    /// Added after an underrun, decays.
    margin_ms: f32,
}

impl JitterBuffer {
    pub fn new(clock_hz: u32) -> Self {
        JitterBuffer {
            slots: vec![Slot { timestamp: 0, ticks: 0, len: 0, data: [0; PAYLOAD_MAX] }; SLOTS],
            used: 0,
            clock_hz: clock_hz.max(1_000),
            due: None,
            newest_end: 0,
            first_arrival_us: 0,
            last_arrival: None,
            jitter_ms: 0.0,
            packet_ticks: clock_hz / 50,
            empty_pulls: 0,
            spare_ticks: u32::MAX,
            window: 0,
            margin_ms: 0.0,
        }
    }

    /// Forgets the stream, keeps what was learnt of the jitter.
    pub fn reset(&mut self) {
        self.used = 0;
        self.due = None;
        self.last_arrival = None;
        self.empty_pulls = 0;
        self.spare_ticks = u32::MAX;
        self.window = 0;
    }

    /// How long a packet should wait here.
    pub fn target_ms(&self) -> f32 {
        (20.0 + 3.0 * self.jitter_ms + self.margin_ms).min(DELAY_MAX_MS)
    }

    fn ticks(&self, ms: f32) -> u32 {
        (ms * self.clock_hz as f32 / 1_000.0) as u32
    }

    /// A packet with this many ticks of sound has come at `now_us`.
    pub fn push(&mut self, timestamp: u32, ticks: u32, payload: &[u8], now_us: u64) -> Pushed {
        if payload.len() > PAYLOAD_MAX || payload.is_empty() || ticks == 0 || ticks > self.clock_hz {
            return Pushed::Odd;
        }
        let mut answer = Pushed::Kept;
        let reference = self.due.unwrap_or(self.newest_end);
        let streaming = self.used > 0 || self.due.is_some();
        if streaming && (timestamp.wrapping_sub(reference) as i32).unsigned_abs() > 2 * self.clock_hz {
            self.reset();
            answer = Pushed::Restarted;
        }
        self.measure(timestamp, now_us);
        if let Some(due) = self.due {
            if (timestamp.wrapping_sub(due) as i32) < 0 {
                self.margin_ms = (self.margin_ms + 5.0).min(DELAY_MAX_MS);
                return Pushed::Late;
            }
        } else if self.used == 0 {
            self.first_arrival_us = now_us;
            self.newest_end = timestamp;
        }
        let used = self.used;
        let mut free = None;
        let mut oldest = (0, 0u32);
        for at in 0..SLOTS {
            if used & (1 << at) == 0 {
                free = free.or(Some(at));
                continue;
            }
            let slot = &self.slots[at];
            if slot.timestamp == timestamp {
                return Pushed::Doubled;
            }
            let age = self.newest_end.wrapping_sub(slot.timestamp);
            if age >= oldest.1 {
                oldest = (at, age);
            }
        }
        let at = free.unwrap_or_else(|| {
            // Full: half a second and more waits. The oldest goes, and the time with it.
            let oldest = &self.slots[oldest.0];
            if self.due.is_some() {
                self.due = Some(oldest.timestamp.wrapping_add(oldest.ticks));
            }
            0
        });
        let at = if free.is_none() { oldest.0 } else { at };
        let slot = &mut self.slots[at];
        slot.timestamp = timestamp;
        slot.ticks = ticks;
        slot.len = payload.len();
        slot.data[..payload.len()].copy_from_slice(payload);
        self.used |= 1 << at;
        self.packet_ticks = ticks;
        let end = timestamp.wrapping_add(ticks);
        if (end.wrapping_sub(self.newest_end) as i32) > 0 {
            self.newest_end = end;
        }
        answer
    }

    /// RFC 3550 §6.4.1, in milliseconds.
    fn measure(&mut self, timestamp: u32, now_us: u64) {
        if let Some((last_timestamp, last_us)) = self.last_arrival {
            let sent = timestamp.wrapping_sub(last_timestamp) as i32 as f32 * 1_000.0 / self.clock_hz as f32;
            let came = now_us.saturating_sub(last_us) as f32 / 1_000.0;
            let difference = (came - sent).abs().min(DELAY_MAX_MS);
            self.jitter_ms += (difference - self.jitter_ms) / 16.0;
        }
        self.last_arrival = Some((timestamp, now_us));
    }

    /// What is due at `now_us`. Called whenever the listener needs more sound.
    pub fn pull(&mut self, now_us: u64) -> Pulled<'_> {
        let due = match self.due {
            Some(due) => due,
            None => {
                let waited_ms = now_us.saturating_sub(self.first_arrival_us) as f32 / 1_000.0;
                if self.used == 0 || waited_ms + 1.0 < self.target_ms() {
                    return Pulled::Nothing;
                }
                let first = self.occupied().min_by_key(|at| {
                    self.slots[*at].timestamp.wrapping_sub(self.newest_end.wrapping_sub(self.clock_hz * 4))
                });
                let first = first.map_or(self.newest_end, |at| self.slots[at].timestamp);
                self.due = Some(first);
                first
            }
        };
        let depth = self.newest_end.wrapping_sub(due) as i32;
        if depth <= 0 {
            self.empty_pulls += 1;
            self.spare_ticks = 0;
            if self.empty_pulls == 1 {
                self.margin_ms = (self.margin_ms + 10.0).min(DELAY_MAX_MS);
            }
            if self.empty_pulls >= IDLE_PULLS {
                // A stream that ended (silence suppression, hold) begins again with a fresh delay.
                self.reset();
            }
            return Pulled::Nothing;
        }
        self.empty_pulls = 0;
        let due = self.shrink(due, depth as u32);
        let found = self.occupied().find(|at| self.slots[*at].timestamp == due);
        let found = found.or_else(|| {
            // The sender's packets may overlap or leave a crack of less than a packet.
            self.occupied().find(|at| {
                let ahead = self.slots[*at].timestamp.wrapping_sub(due) as i32;
                ahead.unsigned_abs() < self.packet_ticks.max(2) / 2
            })
        });
        match found {
            Some(at) => {
                self.used &= !(1 << at);
                let slot = &self.slots[at];
                self.due = Some(slot.timestamp.wrapping_add(slot.ticks));
                Pulled::Packet(&slot.data[..slot.len])
            }
            None => {
                self.due = Some(due.wrapping_add(self.packet_ticks));
                self.forget_before();
                Pulled::Lost
            }
        }
    }

    /// Ticks of sound that a `Lost` stands for.
    pub fn lost_ticks(&self) -> u32 {
        self.packet_ticks
    }

    fn occupied(&self) -> impl Iterator<Item = usize> + use<> {
        let used = self.used;
        (0..SLOTS).filter(move |at| used & (1 << at) != 0)
    }

    fn forget_before(&mut self) {
        let Some(due) = self.due else { return };
        for at in self.occupied() {
            if (self.slots[at].timestamp.wrapping_sub(due) as i32) < 0 {
                self.used &= !(1 << at);
            }
        }
    }

    /// Once a second, one packet is skipped if even at its emptiest the buffer held more than it should.
    fn shrink(&mut self, due: u32, depth: u32) -> u32 {
        self.spare_ticks = self.spare_ticks.min(depth);
        self.window += 1;
        if self.window < 50 {
            return due;
        }
        self.window = 0;
        self.margin_ms *= 0.9;
        let spare = std::mem::replace(&mut self.spare_ticks, u32::MAX);
        if spare > self.ticks(self.target_ms()) + self.packet_ticks {
            let due = due.wrapping_add(self.packet_ticks);
            self.due = Some(due);
            self.forget_before();
            return due;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays packets `(arrival in ms, number)` of 20 ms and prints what is heard every 20 ms: a number, `x` for lost,
    /// `.` for nothing.
    fn check(packets: &[(u64, u8)], until_ms: u64, wanted: &str) {
        let mut buffer = JitterBuffer::new(8_000);
        let mut heard = Vec::new();
        for ms in 0..until_ms {
            for (_, number) in packets.iter().filter(|(at, _)| *at == ms) {
                buffer.push(
                    (u32::MAX - 300).wrapping_add(u32::from(*number) * 160),
                    160,
                    &[*number; 160],
                    ms * 1_000,
                );
            }
            if ms % 20 == 10 {
                heard.push(match buffer.pull(ms * 1_000) {
                    Pulled::Packet(data) => data[0].to_string(),
                    Pulled::Lost => "x".into(),
                    Pulled::Nothing => ".".into(),
                });
            }
        }
        assert_eq!(heard.join(" "), wanted);
    }

    #[test]
    fn even_packets_leave_in_order_after_one_frame() {
        check(&[(0, 1), (20, 2), (40, 3), (60, 4)], 120, ". 1 2 3 4 .");
    }

    #[test]
    fn disorder_and_doubles_are_mended() {
        check(&[(0, 1), (20, 3), (20, 2), (25, 2), (41, 4), (42, 4)], 110, ". 1 2 3 4");
    }

    #[test]
    fn a_hole_is_told_and_the_rest_stays_in_time() {
        check(&[(0, 1), (20, 2), (60, 4), (80, 5)], 125, ". 1 2 x 4 5");
    }

    #[test]
    fn a_late_packet_makes_the_delay_grow_instead_of_being_lost() {
        check(&[(0, 1), (75, 2), (76, 3), (80, 4)], 165, ". 1 . . 2 3 4 .");
    }

    #[test]
    fn a_new_stream_starts_afresh() {
        let mut buffer = JitterBuffer::new(8_000);
        assert_eq!(buffer.push(1_000, 160, &[1; 160], 0), Pushed::Kept);
        assert_eq!(buffer.push(1_000, 160, &[1; 160], 0), Pushed::Doubled);
        assert_eq!(buffer.pull(30_000), Pulled::Packet(&[1; 160]));
        assert_eq!(buffer.push(1_000, 160, &[1; 160], 30_000), Pushed::Late);
        assert_eq!(buffer.push(900_000, 160, &[2; 160], 40_000), Pushed::Restarted);
        assert_eq!(buffer.pull(110_000), Pulled::Packet(&[2; 160]));
        assert_eq!(buffer.push(0, 160, &[0; 513], 0), Pushed::Odd);
        assert_eq!(buffer.push(0, 0, &[0; 1], 0), Pushed::Odd);
    }

    #[test]
    fn delay_that_is_not_needed_goes_away() {
        let mut buffer = JitterBuffer::new(8_000);
        let mut timestamp = 0u32;
        // 160 ms arrive at once, then one packet each 20 ms.
        for _ in 0..8 {
            buffer.push(timestamp, 160, &[7; 160], 0);
            timestamp += 160;
        }
        let mut lost = 0;
        for tick in 1..1_000u64 {
            buffer.push(timestamp, 160, &[7; 160], tick * 20_000);
            timestamp += 160;
            lost += u32::from(buffer.pull(tick * 20_000 + 5_000) == Pulled::Lost);
        }
        let depth = buffer.newest_end.wrapping_sub(buffer.due.expect("playing"));
        assert!(depth <= 3 * 160, "{depth} ticks still wait");
        assert_eq!(lost, 0);
    }

    #[test]
    fn no_sequence_of_packets_breaks_it() {
        let mut state = 88_172_645_463_325_252u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let mut buffer = JitterBuffer::new(48_000);
        for at in 0..200_000u64 {
            let random = next();
            let len = (random >> 8) as usize % 600;
            let timestamp = if random & 7 == 0 {
                next() as u32
            } else {
                (at as u32) * 960 + (random >> 32) as u32 % 4_000
            };
            buffer.push(timestamp, (random >> 40) as u32 % 3_000, &[0; 600][..len], at * 20_000);
            if random & 3 != 0 {
                let _ = buffer.pull(at * 20_000 + 3_000);
            }
        }
    }
}
