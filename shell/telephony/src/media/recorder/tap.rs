//! A recording inside the media thread: codes are put at their moment, half a second at a time is taken away.

use audio::g711::ALAW_SILENCE;
use kernel::RecordingId;

/// Half a second; one frame is a code of both channels.
pub const BLOCK_FRAMES: usize = 4_000;
pub const BLOCK_BYTES: usize = BLOCK_FRAMES * 2;
/// A block leaves this long after its end, so that packets up to 100 ms late find their place.
const LATE_FRAMES: u64 = 800;
/// A sender may run ahead of our clock by this much before it is set right: 100 ms.
const AHEAD_FRAMES: u64 = 800;
/// Behind our clock: 300 ms.
const BEHIND_FRAMES: u64 = 2_400;
const WINDOW_FRAMES: usize = BLOCK_FRAMES + 2_400;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// What the leg says.
    Left = 0,
    /// What it hears.
    Right = 1,
}

/// Where on the time line a channel's source stands.
#[derive(Clone, Copy, Debug, Default)]
struct Lane {
    /// Source, timestamp, and the frame it belongs to.
    anchor: Option<(u64, u32, u64)>,
    end: u64,
}

#[derive(Debug)]
pub struct Tap {
    pub recording: RecordingId,
    start_us: u64,
    /// First frame of the window.
    base: u64,
    window: Box<[u8]>,
    lanes: [Lane; 2],
    pub paused: bool,
    /// Frames that could not be handed over: silence to be written before the next block.
    pub owed: u64,
}

impl Tap {
    pub fn new(recording: RecordingId, now_us: u64) -> Tap {
        Tap {
            recording,
            start_us: now_us,
            base: 0,
            window: vec![ALAW_SILENCE; WINDOW_FRAMES * 2].into(),
            lanes: [Lane::default(); 2],
            paused: false,
            owed: 0,
        }
    }

    fn frame_at(&self, now_us: u64) -> u64 {
        now_us.saturating_sub(self.start_us) * 8 / 1_000
    }
    /// Length so far.
    pub fn ms(&self, now_us: u64) -> u64 {
        now_us.saturating_sub(self.start_us) / 1_000
    }

    /// Puts A-law codes where they belong: by `timestamp` (8 kHz) within one `source`, by our clock where a source begins
    /// or has left it by too far. Overlaps are overwritten, gaps stay silent.
    pub fn put(
        &mut self,
        side: Side,
        source: u64,
        timestamp: u32,
        codes: impl ExactSizeIterator<Item = u8>,
        now_us: u64,
    ) {
        let now = self.frame_at(now_us);
        let lane = &mut self.lanes[side as usize];
        let by_timestamp = match lane.anchor {
            Some((key, at, frame)) if key == source => {
                frame.checked_add_signed(i64::from(timestamp.wrapping_sub(at) as i32))
            }
            _ => None,
        };
        let frame = by_timestamp.filter(|f| *f <= now + AHEAD_FRAMES && *f + BEHIND_FRAMES >= now);
        let frame = frame
            .unwrap_or_else(|| if lane.end > now && lane.end <= now + AHEAD_FRAMES { lane.end } else { now });
        lane.anchor = Some((source, timestamp, frame));
        lane.end = lane.end.max(frame + codes.len() as u64);
        if self.paused {
            return;
        }
        for (at, code) in (frame..).zip(codes) {
            let Some(place) = at.checked_sub(self.base) else { continue };
            if let Some(byte) = self.window.get_mut(place as usize * 2 + side as usize) {
                *byte = code;
            }
        }
    }

    /// A block is complete.
    pub fn due(&self, now_us: u64) -> bool {
        self.frame_at(now_us) >= self.base + BLOCK_FRAMES as u64 + LATE_FRAMES
    }

    /// Copies the oldest block out and moves the window on.
    pub fn take(&mut self, out: &mut [u8; BLOCK_BYTES]) {
        out.copy_from_slice(&self.window[..BLOCK_BYTES]);
        self.skip();
    }

    /// Moves the window on.
    pub fn skip(&mut self) {
        self.window.copy_within(BLOCK_BYTES.., 0);
        let rest = self.window.len() - BLOCK_BYTES;
        self.window[rest..].fill(ALAW_SILENCE);
        self.base += BLOCK_FRAMES as u64;
    }

    /// Frames between the window's begin and now, for the last blocks.
    pub fn left(&self, now_us: u64) -> usize {
        self.frame_at(now_us).saturating_sub(self.base).min(BLOCK_FRAMES as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000;

    fn codes(code: u8, count: usize) -> impl ExactSizeIterator<Item = u8> {
        std::iter::repeat_n(code, count)
    }

    /// Prints a channel of the first block in runs: code times milliseconds.
    fn show(tap: &mut Tap, side: Side) -> String {
        let mut block = [0; BLOCK_BYTES];
        tap.take(&mut block);
        let channel: Vec<u8> = block.iter().copied().skip(side as usize).step_by(2).collect();
        let runs = channel.chunk_by(|a, b| a == b).map(|run| match run[0] {
            ALAW_SILENCE => format!("_{}", run.len() / 8),
            code => format!("{code}x{}", run.len() / 8),
        });
        runs.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn packets_lie_at_their_moment_and_gaps_are_silent() {
        let mut tap = Tap::new(RecordingId(1), 0);
        tap.put(Side::Left, 1, 1_000, codes(1, 160), 100 * MS);
        tap.put(Side::Left, 1, 1_160, codes(2, 160), 131 * MS); // 11 ms late, but it follows the first
        tap.put(Side::Left, 1, 1_640, codes(4, 160), 180 * MS); // two lost
        tap.put(Side::Left, 1, 1_320, codes(3, 160), 185 * MS); // and one of them found
        assert_eq!(show(&mut tap, Side::Left), "_100 1x20 2x20 3x20 _20 4x20 _300");
    }

    #[test]
    fn another_source_follows_without_overlap() {
        let mut tap = Tap::new(RecordingId(1), 0);
        tap.put(Side::Right, 1, 0, codes(1, 160), 0);
        tap.put(Side::Right, 2, 77_777, codes(2, 160), 15 * MS);
        tap.put(Side::Left, 3, 5, codes(9, 8), 400 * MS);
        assert_eq!(show(&mut tap, Side::Right), "1x20 2x20 _460");
    }

    #[test]
    fn a_sender_that_drifts_is_set_right() {
        let mut tap = Tap::new(RecordingId(1), 0);
        tap.put(Side::Left, 1, 0, codes(1, 160), 0);
        tap.put(Side::Left, 1, 8_000, codes(2, 160), 20 * MS);
        tap.put(Side::Left, 1, 8_160, codes(3, 160), 40 * MS);
        assert_eq!(show(&mut tap, Side::Left), "1x20 2x20 3x20 _440");
    }

    #[test]
    fn a_pause_is_silence_of_its_length() {
        let mut tap = Tap::new(RecordingId(1), 0);
        tap.put(Side::Left, 1, 0, codes(1, 160), 0);
        tap.paused = true;
        tap.put(Side::Left, 1, 160, codes(2, 160), 20 * MS);
        tap.paused = false;
        tap.put(Side::Left, 1, 320, codes(3, 160), 40 * MS);
        assert_eq!(show(&mut tap, Side::Left), "1x20 _20 3x20 _440");
    }

    #[test]
    fn what_straddles_blocks_is_whole() {
        let mut tap = Tap::new(RecordingId(1), 0);
        tap.put(Side::Left, 1, 0, codes(7, 160), 490 * MS);
        assert!(!tap.due(599 * MS) && tap.due(600 * MS));
        assert_eq!(show(&mut tap, Side::Left), "_490 7x10");
        assert_eq!(show(&mut tap, Side::Left), "7x10 _490");
    }
}
