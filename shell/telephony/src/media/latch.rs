//! Whose packets are a leg's: the far end's address is learnt from its first packets, and then locked.
//!
//! Against RTP bleed and injection (anybody may send to an open port): nothing is passed on before the lock, and after
//! it only what comes from that address with that synchronisation source.

use std::net::SocketAddr;

/// Packets in a row before an address that the SDP did not name is believed.
const RUN: u8 = 3;
/// For this long after the negotiation, a packet from exactly the SDP's address still wins over one that was learnt.
const SDP_WINS_US: u64 = 2_000_000;
/// The old stream must have been quiet for this long before another of the same address takes its place.
const QUIET_US: u64 = 50_000;

/// What a packet is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Ours,
    /// The first of a new stream of the far end: sequence and timestamps begin anew.
    OursAnew,
    /// Not ours, or not known to be yet.
    Drop,
}

#[derive(Clone, Debug)]
pub struct Latch {
    sdp: SocketAddr,
    learn: bool,
    since_us: u64,
    locked: Option<(SocketAddr, u32)>,
    last_us: u64,
    candidate: Option<Candidate>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    from: SocketAddr,
    ssrc: u32,
    sequence: u16,
    run: u8,
    last_us: u64,
}

impl Latch {
    pub fn new(sdp: SocketAddr, learn: bool, now_us: u64) -> Self {
        Latch { sdp, learn, since_us: now_us, locked: None, last_us: 0, candidate: None }
    }

    /// A new negotiation. The lock stands if the far end named the same address again.
    pub fn renew(&mut self, sdp: SocketAddr, learn: bool, now_us: u64) {
        if (self.sdp, self.learn) != (sdp, learn) {
            *self = Latch::new(sdp, learn, now_us);
        }
    }

    /// Where to send to.
    pub fn answer_to(&self) -> SocketAddr {
        match self.locked {
            Some((from, _)) if self.learn => from,
            _ => self.sdp,
        }
    }

    pub fn locked(&self) -> Option<SocketAddr> {
        self.locked.map(|(from, _)| from)
    }

    /// Whether the sender can be no other any more, so that the kernel may refuse the rest.
    pub fn settled(&self, now_us: u64) -> bool {
        self.locked.is_some_and(|(from, _)| {
            from == self.answer_to()
                && (from == self.sdp || now_us.saturating_sub(self.since_us) > SDP_WINS_US)
        })
    }

    pub fn judge(&mut self, from: SocketAddr, ssrc: u32, sequence: u16, now_us: u64) -> Verdict {
        if let Some((address, source)) = self.locked {
            if from == address && ssrc == source {
                self.last_us = now_us;
                // A stranger with the far end's address must not collect a run between its packets.
                self.candidate = None;
                return Verdict::Ours;
            }
            let sdp_wins = from == self.sdp && address != self.sdp && now_us < self.since_us + SDP_WINS_US;
            if sdp_wins {
                return self.lock(from, ssrc, now_us);
            }
            if from != address {
                return Verdict::Drop;
            }
            let long = self.runs(from, ssrc, sequence, now_us);
            if long && now_us.saturating_sub(self.last_us) >= QUIET_US {
                return self.lock(from, ssrc, now_us);
            }
            return Verdict::Drop;
        }
        if from == self.sdp {
            return self.lock(from, ssrc, now_us);
        }
        if !self.learn && from.ip() != self.sdp.ip() {
            return Verdict::Drop;
        }
        // Of two that try at once the one that came first is heard out, unless the other has the SDP's IP address.
        let occupied = self.candidate.is_some_and(|c| {
            c.from != from
                && now_us.saturating_sub(c.last_us) < 500_000
                && (c.from.ip() == self.sdp.ip() || from.ip() != self.sdp.ip())
        });
        if !occupied && self.runs(from, ssrc, sequence, now_us) {
            return self.lock(from, ssrc, now_us);
        }
        Verdict::Drop
    }

    /// Whether this packet completes a run of one stream.
    fn runs(&mut self, from: SocketAddr, ssrc: u32, sequence: u16, now_us: u64) -> bool {
        let run = match self.candidate {
            Some(c) if c.from == from && c.ssrc == ssrc => {
                let ahead = sequence.wrapping_sub(c.sequence);
                if (1..=5).contains(&ahead) { c.run + 1 } else { 1 }
            }
            _ => 1,
        };
        self.candidate = Some(Candidate { from, ssrc, sequence, run, last_us: now_us });
        run >= RUN
    }

    fn lock(&mut self, from: SocketAddr, ssrc: u32, now_us: u64) -> Verdict {
        self.locked = Some((from, ssrc));
        self.last_us = now_us;
        self.candidate = None;
        Verdict::OursAnew
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    /// Feeds `(milliseconds, from, source, sequence)` and prints a letter for each: `A`new, `o`urs, `.` dropped.
    fn check(learn: bool, packets: &[(u64, &str, u32, u16)], wanted: &str) {
        let mut latch = Latch::new(at("10.0.0.1:4000"), learn, 0);
        let heard: String = packets
            .iter()
            .map(|(ms, from, ssrc, sequence)| match latch.judge(at(from), *ssrc, *sequence, ms * 1_000) {
                Verdict::OursAnew => 'A',
                Verdict::Ours => 'o',
                Verdict::Drop => '.',
            })
            .collect();
        assert_eq!(heard, wanted);
    }

    #[test]
    fn the_address_of_the_sdp_is_believed_at_once() {
        check(false, &[(0, "10.0.0.1:4000", 1, 1), (20, "10.0.0.1:4000", 1, 2)], "Ao");
    }

    #[test]
    fn a_telephone_behind_a_nat_is_learnt_within_three_packets() {
        check(true, &[(0, "9.9.9.9:1", 1, 1), (20, "9.9.9.9:1", 1, 2), (40, "9.9.9.9:1", 1, 3)], "..A");
    }

    #[test]
    fn a_trunk_is_heard_from_its_own_address_only() {
        let stranger = "9.9.9.9:1";
        check(
            false,
            &[(0, stranger, 1, 1), (20, stranger, 1, 2), (40, stranger, 1, 3), (60, stranger, 1, 4)],
            "....",
        );
        let other_port = "10.0.0.1:5555";
        check(false, &[(0, other_port, 1, 1), (20, other_port, 1, 2), (40, other_port, 1, 3)], "..A");
    }

    #[test]
    fn a_stranger_after_the_lock_is_never_heard() {
        check(
            true,
            &[
                (0, "10.0.0.1:4000", 1, 1),
                (1, "9.9.9.9:1", 1, 2),
                (2, "9.9.9.9:1", 1, 3),
                (3, "9.9.9.9:1", 1, 4),
                (20, "10.0.0.1:4000", 1, 2),
                // With a forged address, between our packets.
                (21, "10.0.0.1:4000", 66, 1),
                (22, "10.0.0.1:4000", 66, 2),
                (23, "10.0.0.1:4000", 66, 3),
                (40, "10.0.0.1:4000", 1, 3),
            ],
            "A...o...o",
        );
    }

    #[test]
    fn the_sdp_wins_over_one_who_came_first_but_not_for_ever() {
        let (learnt, sdp) = ("9.9.9.9:1", "10.0.0.1:4000");
        let mut packets = vec![(0, learnt, 1, 1), (20, learnt, 1, 2), (40, learnt, 1, 3), (100, sdp, 2, 1)];
        check(true, &packets, "..AA");
        packets[3].0 = 2_500;
        check(true, &packets, "..A.");
    }

    #[test]
    fn the_far_end_may_begin_a_new_stream() {
        let here = "10.0.0.1:4000";
        check(
            false,
            &[
                (0, here, 1, 1),
                (20, here, 1, 2),
                (40, here, 2, 900),
                (60, here, 2, 901),
                (80, here, 2, 902),
                (100, here, 2, 903),
            ],
            "Ao..Ao",
        );
    }
}
