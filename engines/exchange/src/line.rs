//! The seam to the wire: what the exchange asks of `shell/telephony`, and what it hears from it.
//!
//! Both enums are serialisable from the first day: this is where nodes are split later. There is no business word here;
//! telephony knows legs, sounds and recordings, not queues and agents.
//!
//! What a leg hears is the sum of the legs named by its last [`Command::Hear`] and of what is being played to it.

use std::time::Duration;

use audio::answering::Answerer;
use audio::{Digit, Sound};
use kernel::{LegId, PlayId, RecordingId, TrunkId};
use serde::{Deserialize, Serialize};

/// What the exchange asks for. A command for a leg that has gone is ignored: the event that it went is on its way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// 180 to a caller who is not answered yet.
    Ring {
        leg: LegId,
    },
    /// 200 to a caller. `Event::Answered` follows when the ACK has come.
    Answer {
        leg: LegId,
    },
    /// Refuse a caller who is not answered yet.
    Reject {
        leg: LegId,
        status: RejectStatus,
        retry_after_s: Option<u32>,
    },
    /// Call somebody. The leg's id is chosen by the exchange. `Ringing`, then `Answered` or `Failed` follow.
    Dial {
        leg: LegId,
        to: Target,
        from: Identity,
        ring_for: Duration,
        /// The telephone is asked to answer by itself: a parked caller comes back to an agent who was just talking, or
        /// the agent has chosen not to press a key for each call. A telephone that does not know how just rings.
        answer_itself: bool,
    },
    /// End a leg in whatever state it is: CANCEL, BYE or a refusal. `Ended` follows.
    HangUp {
        leg: LegId,
    },
    /// Whom this leg hears; replaces the last list. An empty list is silence.
    Hear {
        leg: LegId,
        sources: Vec<Source>,
    },
    /// Play to this leg, in place of what was being played to it. `Played` follows.
    Play {
        leg: LegId,
        play: PlayId,
        sounds: Vec<Sound>,
        mode: PlayMode,
    },
    /// Stop it, if it is still being played. `Played { Stopped }` follows.
    StopPlaying {
        leg: LegId,
        play: PlayId,
    },
    /// Find out whether a person or a machine has answered. `Judged` follows, unless the leg goes before.
    Judge {
        leg: LegId,
    },
    /// Record this leg: left channel what it says, right channel what it hears, except what is played with
    /// `PlayMode::Loop` (music). `RecordingSealed` follows after `StopRecording` or the end of the leg.
    Record {
        recording: RecordingId,
        leg: LegId,
    },
    /// Keep a note at this moment of the recording.
    Mark {
        recording: RecordingId,
        mark: String,
    },
    /// Write silence instead of sound, from now until `Resume` (card numbers).
    PauseRecording {
        recording: RecordingId,
    },
    ResumeRecording {
        recording: RecordingId,
    },
    StopRecording {
        recording: RecordingId,
    },
}

/// One thing a leg hears, with how loud it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Source {
    pub leg: LegId,
    /// In 1/256 of full volume: 256 is as it came.
    pub gain: u16,
}

impl Source {
    pub const fn full(leg: LegId) -> Self {
        Source { leg, gain: 256 }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlayMode {
    /// Once; `Played { Finished }` at its end.
    Once,
    /// Again and again until stopped: music. Not recorded.
    Loop,
}

/// How a caller is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectStatus {
    /// 404: nobody has this number.
    NoSuchNumber,
    /// 403: the caller may not do this.
    Forbidden,
    /// 480: nobody answers there, or nobody can be reached.
    Unavailable,
    /// 486
    Busy,
    /// 503, with Retry-After.
    Overloaded,
    /// 603
    Declined,
}

/// Whom to call.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A telephone of ours, by its user name: where it registered, or its fixed contact.
    Phone { user: String, device: Device },
    /// A number outside. The exchange has checked that it may be dialled.
    Number { trunk: TrunkId, number: String },
}

/// On what a user of ours is called.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Device {
    /// The softphone where there is one; else the telephone that registered last; else its fixed contact.
    #[default]
    Any,
    /// The softphone in a signed-in browser.
    Browser,
    /// A SIP telephone.
    Telephone,
}

/// Who is shown as calling.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Identity {
    pub number: String,
    pub name: String,
}

/// What happened on the wire.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An INVITE that passed admission. The leg's id was minted by telephony.
    Incoming {
        leg: LegId,
        origin: Origin,
        from: Identity,
        to: String,
    },
    /// An INVITE of a caller was refused, because the centre or the trunk has as many calls as it may have.
    NoRoom {
        trunk: TrunkId,
        from: Identity,
        to: String,
    },
    /// 180 or 183 to our INVITE.
    Ringing {
        leg: LegId,
    },
    /// Ours: the ACK came. Theirs: the 200 came.
    Answered {
        leg: LegId,
    },
    /// The leg is gone: refused, cancelled, timed out, hung up or lost. Exactly once for each leg, and the last event of it.
    Ended {
        leg: LegId,
        cause: EndCause,
    },
    /// The far end put us on hold, or took us off it.
    Held {
        leg: LegId,
        held: bool,
    },
    Digit {
        leg: LegId,
        digit: Digit,
    },
    /// What has answered, after `Judge`.
    Judged {
        leg: LegId,
        answerer: Answerer,
    },
    /// Exactly once for each `Play`.
    Played {
        leg: LegId,
        play: PlayId,
        outcome: PlayOutcome,
    },
    /// The file of a recording exists and grows.
    RecordingStarted {
        recording: RecordingId,
        file: String,
    },
    /// The file is complete.
    RecordingSealed {
        recording: RecordingId,
        file: String,
        duration_ms: u64,
        bytes: u64,
        sha256: String,
    },
    /// Part of a recording could not be written (disk full, writer behind): `lost_ms` of silence stand in its place.
    RecordingTrouble {
        recording: RecordingId,
        lost_ms: u64,
        what: String,
    },
    /// No packet has come from the leg for this long, though it is not on hold.
    Silent {
        leg: LegId,
        for_s: u32,
    },
    /// One of a user's devices (`Browser` or `Telephone`, never `Any`) can be reached, or can no longer be.
    Phone {
        user: String,
        device: Device,
        reachable: bool,
    },
    Trunk {
        trunk: TrunkId,
        up: bool,
    },
}

/// Where a caller comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Trunk {
        trunk: TrunkId,
    },
    /// A telephone of ours that has proved who it is.
    Phone {
        user: String,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlayOutcome {
    Finished,
    Stopped,
    /// A clip could not be found; the rest was played.
    Missing,
}

/// Why a leg is gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// The far end hung up: BYE, or CANCEL before the answer.
    FarEnd,
    /// We hung up or refused.
    Ours,
    /// It rang for as long as it was allowed to.
    NoAnswer,
    /// 486, 600
    Busy,
    /// 603, 403 and other refusals by a person or a policy.
    Declined,
    /// 404, 410, 484, 604: nobody has this number.
    NoSuchNumber,
    /// 480, or nobody is registered.
    Unreachable,
    /// Timeouts, 5xx, media or session timer lost; the connection of a browser is gone.
    Lost,
}
