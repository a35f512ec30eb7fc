//! The recording of a call: one piece from the first word with an agent to the end, with marks and pauses in it.

use kernel::RecordingId;

use super::{Call, Recording};
use crate::cx::{Cx, Taping};
use crate::fact::Mark;
use crate::line::Command;

impl Call {
    pub(super) fn mark(&mut self, cx: &mut Cx, mark: Mark) {
        if let Some(recording) = self.recording {
            let offset = cx.now.since(recording.since).as_millis();
            cx.mark(recording.id, mark, u64::try_from(offset).unwrap_or(u64::MAX));
        }
    }

    pub(super) fn start_recording(&mut self, cx: &mut Cx) {
        if self.recording.is_none() {
            let id: RecordingId = cx.ids.mint(cx.now);
            cx.line(Command::Record { recording: id, leg: self.customer });
            self.recording = Some(Recording { id, since: cx.now, paused: false });
            cx.recordings.insert(id, Taping { call: self.id, started: false, marks: vec![] });
        }
    }

    pub(super) fn stop_recording(&mut self, cx: &mut Cx) {
        // Forgotten only when it is stopped: whoever gives this call up after a bug stops what is still there.
        if let Some(recording) = self.recording {
            cx.line(Command::StopRecording { recording: recording.id });
            self.recording = None;
        }
    }

    pub(super) fn pause_recording(&mut self, cx: &mut Cx) {
        if let Some(recording) = self.recording.as_mut().filter(|r| !r.paused) {
            recording.paused = true;
            cx.line(Command::PauseRecording { recording: recording.id });
            self.mark(cx, Mark::PauseStarted);
        }
    }

    pub(super) fn resume_recording(&mut self, cx: &mut Cx) {
        if let Some(recording) = self.recording.as_mut().filter(|r| r.paused) {
            recording.paused = false;
            cx.line(Command::ResumeRecording { recording: recording.id });
            self.mark(cx, Mark::PauseEnded);
        }
    }
}
