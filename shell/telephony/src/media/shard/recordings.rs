//! Recordings inside a media thread: beginning, pauses, marks, and half a second at a time to the writer.

use std::sync::mpsc::TrySendError;

use audio::g711::ALAW_SILENCE;
use kernel::{LegId, RecordingId, Timestamp};

use super::Shard;
use crate::media::leg::Leg;
use crate::media::recorder::Mark;
use crate::media::recorder::tap::{BLOCK_BYTES, BLOCK_FRAMES, Tap};
use crate::media::recorder::writer::{Block, Job};

impl Shard {
    pub(super) fn record(&mut self, recording: RecordingId, leg: LegId, at: Timestamp, now: u64) {
        let Some(slot) = self.state.by_id.get(&leg).copied() else { return };
        if self.state.recordings.contains_key(&recording) {
            return;
        }
        let Some(this) = self.state.legs[slot].as_mut() else { return };
        this.taps.push(Tap::new(recording, now));
        self.state.recordings.insert(recording, slot);
        self.demand(Job::Start { recording, at, home: self.number });
        self.rewire(slot);
    }

    pub(super) fn mark(&mut self, recording: RecordingId, mark: String, now: u64) {
        if let Some(at_ms) = self.tap(recording).map(|tap| tap.ms(now)) {
            self.demand(Job::Mark { recording, mark: Mark { at_ms, mark } });
        }
    }

    pub(super) fn pause(&mut self, recording: RecordingId, paused: bool, now: u64) {
        let Some(tap) = self.tap(recording) else { return };
        if tap.paused != paused {
            tap.paused = paused;
            self.mark(recording, if paused { "paused" } else { "resumed" }.into(), now);
        }
    }

    pub(super) fn stop_recording(&mut self, recording: RecordingId, now: u64) {
        let Some(slot) = self.state.recordings.remove(&recording) else { return };
        let Some(mut leg) = self.state.legs[slot].take() else { return };
        self.make_room(&mut leg, now);
        let at = leg.taps.iter().position(|tap| tap.recording == recording);
        if let Some(mut tap) = at.map(|at| leg.taps.swap_remove(at)) {
            // The window holds a little more than a block.
            loop {
                let frames = tap.left(now);
                if frames == 0 {
                    break;
                }
                self.hand_over(&mut tap, frames);
                if frames < BLOCK_FRAMES {
                    break;
                }
            }
            self.demand(Job::Stop { recording, lost: tap.owed });
        }
        self.state.legs[slot] = Some(leg);
        self.rewire(slot);
    }

    fn tap(&mut self, recording: RecordingId) -> Option<&mut Tap> {
        let slot = *self.state.recordings.get(&recording)?;
        self.state.legs[slot].as_mut()?.taps.iter_mut().find(|tap| tap.recording == recording)
    }

    /// Every 20 ms a fifth of the legs: what is due goes to the writer, so that nothing waits for the next packet.
    pub(super) fn flush_recordings(&mut self, cycle: u64, now: u64) {
        while let Some(job) = self.state.owed_jobs.pop() {
            if let Err(TrySendError::Full(job)) = self.writer.try_send(job) {
                self.state.owed_jobs.push(job);
                break;
            }
        }
        if self.state.recordings.is_empty() {
            return;
        }
        for slot in ((cycle % 5) as usize..self.state.legs.len()).step_by(5) {
            if self.state.legs[slot].as_ref().is_none_or(|leg| leg.taps.is_empty()) {
                continue;
            }
            if let Some(mut leg) = self.state.legs[slot].take() {
                self.make_room(&mut leg, now);
                self.state.legs[slot] = Some(leg);
            }
        }
    }

    /// Hands over the blocks that are complete, so that what comes now has its place in the window.
    pub(super) fn make_room(&mut self, leg: &mut Leg, now: u64) {
        for tap in &mut leg.taps {
            while tap.due(now) {
                self.hand_over(tap, BLOCK_FRAMES);
            }
        }
    }

    fn hand_over(&mut self, tap: &mut Tap, frames: usize) {
        let mut block: Block =
            self.blocks.try_recv().unwrap_or_else(|_| Box::new([ALAW_SILENCE; BLOCK_BYTES]));
        tap.take(&mut block);
        let lost = std::mem::take(&mut tap.owed);
        let job = Job::Block { recording: tap.recording, lost, data: block, frames };
        // While the writer does not even know of all beginnings and ends, sound must not overtake them.
        let refused = if self.state.owed_jobs.is_empty() { self.writer.try_send(job).is_err() } else { true };
        if refused {
            tap.owed = lost + frames as u64;
            self.state.blocks_lost += 1;
        }
    }

    /// A job that may be late but not lost.
    fn demand(&mut self, job: Job) {
        if self.state.owed_jobs.is_empty() {
            match self.writer.try_send(job) {
                Ok(()) | Err(TrySendError::Disconnected(_)) => {}
                Err(TrySendError::Full(job)) => self.state.owed_jobs.insert(0, job),
            }
        } else {
            // Oldest last, as `flush_recordings` takes them.
            self.state.owed_jobs.insert(0, job);
        }
    }
}
