//! The caller leaves a message.

use std::time::Duration;

use audio::Sound;

use super::{Call, Message, State};
use crate::cx::Cx;
use crate::fact::{Party, What};
use crate::line::PlayMode;

/// What is shorter is a caller who hung up at the tone, not a message.
const SHORTEST: Duration = Duration::from_secs(1);
const BEEP: Sound = Sound::Beep { ms: 400 };

impl Call {
    /// From a queue: greeting, beep, message.
    pub(super) fn ask_for_message(&mut self, cx: &mut Cx, queue: kernel::QueueId) -> State {
        self.stop_recording(cx);
        let line = cx.config.queues.get(&queue);
        let max = line.and_then(|line| line.voicemail_max).unwrap_or(Duration::from_secs(120));
        let mut sounds = line.map(|line| line.voicemail_greeting.clone()).unwrap_or_default();
        sounds.push(BEEP);
        self.play(cx, &sounds, PlayMode::Once);
        State::LeavingMessage(Message { queue: Some(queue), max, started: None, back: None })
    }

    /// From a flow, which has said its own invitation.
    pub(super) fn beep(&mut self, cx: &mut Cx, message: Message) -> State {
        self.play(cx, &[BEEP], PlayMode::Once);
        State::LeavingMessage(message)
    }

    pub(super) fn record_message(&mut self, cx: &mut Cx, mut message: Message) -> State {
        if message.started.is_none() {
            message.started = Some(cx.now);
            self.start_recording(cx);
        }
        State::LeavingMessage(message)
    }

    /// The message, if there is one, is kept: a fact, and the end of the recording.
    pub(super) fn keep_message(&mut self, cx: &mut Cx, message: &Message) {
        if let (Some(since), Some(recording), Some(queue)) = (message.started, self.recording, message.queue)
            && cx.now.since(since) >= SHORTEST
        {
            cx.fact(What::MessageLeft { call: self.id, queue, recording: recording.id });
        }
        self.stop_recording(cx);
    }

    /// By #, or because it has lasted for as long as it may.
    pub(super) fn message_done(&mut self, cx: &mut Cx, message: Message) -> State {
        if message.started.is_none_or(|since| cx.now < since + SHORTEST) {
            return State::LeavingMessage(message);
        }
        let recording = self.recording.map(|recording| recording.id.to_string()).unwrap_or_default();
        self.keep_message(cx, &message);
        match message.back {
            Some(flow) if message.queue.is_none() => {
                self.in_flow(cx, flow, ivr::Input::Recorded { recording })
            }
            Some(flow) => self.in_flow(cx, flow, ivr::Input::MessageLeft),
            None => {
                let kept = cx.config.phrases.message_kept.clone();
                self.close(cx, &kept, Party::System)
            }
        }
    }
}
