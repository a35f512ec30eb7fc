//! What somebody can do with an outage, and what is said no to.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Status;

use super::limits::Finding;
use super::outage::{Clip, Mode};
use super::{Cause, Crew, Plan, words};

words! {
    Verb {
        Edit = "edit",
        Submit = "submit",
        Return = "return",
        Approve = "approve",
        Publish = "publish",
        Begin = "begin",
        Revise = "revise",
        Announce = "announce",
        Restore = "restore",
        Resume = "resume",
        Close = "close",
        Cancel = "cancel",
        Take = "take",
        SetGreeting = "set_greeting",
        ApproveGreeting = "approve_greeting",
    }
}

/// Something somebody does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    Edit {
        plan: Plan,
    },
    Submit,
    Return {
        why: String,
    },
    /// With a reason for each limit of the law that is not kept.
    Approve {
        #[serde(default)]
        why: String,
    },
    Publish {
        #[serde(default)]
        why: String,
        /// Without an estimate: until when there will be news.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = DateTime)]
        next_news: Option<Timestamp>,
    },
    /// It begins now. Before people were told it would: with a reason, by a leader, where that is too near.
    Begin {
        #[serde(default)]
        why: String,
    },
    /// Another time, another cause, another state of the crew.
    Revise {
        #[serde(default)]
        #[schema(value_type = Option<String>, format = DateTime)]
        starts: Option<Timestamp>,
        #[schema(value_type = Option<String>, format = DateTime)]
        ends: Option<Timestamp>,
        #[serde(default)]
        #[schema(value_type = Option<String>, format = DateTime)]
        next_news: Option<Timestamp>,
        cause: Cause,
        crew: Crew,
        why: String,
    },
    /// Gas will be turned on again then; people are told before it is.
    Announce {
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
    },
    Restore {
        /// When supply came back; now if not given.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = DateTime)]
        at: Option<Timestamp>,
        /// Of gas that nobody announced: why.
        #[serde(default)]
        why: String,
    },
    /// It is off again.
    Resume {
        why: String,
    },
    Close,
    Cancel {
        why: String,
    },
    /// Whoever does it answers for it from now on.
    Take,
    SetGreeting {
        mode: Mode,
        words: Option<String>,
        clip: Option<Clip>,
    },
    ApproveGreeting {
        /// Some hours after the estimate if not given.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = DateTime)]
        expires_at: Option<Timestamp>,
    },
}

impl Act {
    pub const fn verb(&self) -> Verb {
        match self {
            Act::Edit { .. } => Verb::Edit,
            Act::Submit => Verb::Submit,
            Act::Return { .. } => Verb::Return,
            Act::Approve { .. } => Verb::Approve,
            Act::Publish { .. } => Verb::Publish,
            Act::Begin { .. } => Verb::Begin,
            Act::Revise { .. } => Verb::Revise,
            Act::Announce { .. } => Verb::Announce,
            Act::Restore { .. } => Verb::Restore,
            Act::Resume { .. } => Verb::Resume,
            Act::Close => Verb::Close,
            Act::Cancel { .. } => Verb::Cancel,
            Act::Take => Verb::Take,
            Act::SetGreeting { .. } => Verb::SetGreeting,
            Act::ApproveGreeting { .. } => Verb::ApproveGreeting,
        }
    }
}

/// What is said no to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("an outage that is {state} cannot be {verb}")]
    NotNow { state: &'static str, verb: &'static str },
    #[error("this person may not {verb} an outage")]
    NotYours { verb: &'static str },
    #[error("whoever submitted it does not approve it")]
    OwnPlan,
    #[error("{field} is missing or longer than {most} characters")]
    BadField { field: &'static str, most: usize },
    #[error("it ends before it begins")]
    EndsFirst,
    #[error("only a fault may have no time of restoration")]
    EstimateFirst,
    #[error("the time of the next news is in the future and within a day")]
    NewsFirst,
    #[error("an outage is somewhere: elements, places or accounts")]
    AreaFirst,
    #[error("a planned outage begins in the future")]
    StartsInThePast,
    #[error("limits of the law are not kept: say why")]
    LimitsBroken { findings: Vec<Finding> },
    #[error("moved so near, limits of the law are not kept: a leader moves it")]
    MovedTooNear { findings: Vec<Finding> },
    #[error("the estimate has passed: say a new one")]
    NotAnEstimate,
    #[error("nothing is different")]
    NothingNew,
    #[error("supply came back after it went and not in the future")]
    NotARestoration,
    #[error("there is no recording {clip}: record it again")]
    NoSuchClip { clip: String },
    #[error("no flow {flow} is published: a greeting is spoken by it")]
    NoVoiceFlow { flow: String },
    #[error("this person has no telephone here")]
    NoTelephone,
    #[error("this person is on the telephone")]
    OnTheTelephone,
    #[error("no call can be made now")]
    NoRoomToRing,
    #[error("a greeting ends in the future and within a week")]
    BadExpiry,
    #[error("what one customer owes or did is told to nobody else")]
    NobodyElses,
    #[error("this call has been made")]
    CallDone,
    #[error("{field} is from {least} to {most}")]
    OutOfRange { field: &'static str, least: u32, most: u32 },
    #[error("{field} has more than {most} entries")]
    TooMany { field: &'static str, most: usize },
    #[error("the file cannot be read: {trouble}")]
    BadFile { trouble: &'static str },
    #[error("none of the numbers in the file is an element of the network")]
    NoElements { first: String },
    #[error("this is no telephone number")]
    BadPhone,
    #[error("this customer has no number")]
    NoNumber,
    #[error("this order is closed, or there is none of this number")]
    NoSuchOrder,
    #[error("supply has not come back yet: nobody is asked")]
    NobodyAsked,
    #[error("the asking has ended")]
    AskingOver,
    #[error("this account is not part of it")]
    NotAffected,
    #[error("this is not your call")]
    NotYourCall,
    #[error("this is not coming at the caller's address")]
    NotComing,
    #[error("whether he was told is said within a day of the call")]
    CallTooOld,
    #[error("say first whether the caller was told of what is coming at {area}")]
    TellFirst { area: String },
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "outages";
    fn status(&self) -> Status {
        match self {
            Refusal::NotYours { .. }
            | Refusal::OwnPlan
            | Refusal::MovedTooNear { .. }
            | Refusal::NotYourCall => Status::Forbidden,
            Refusal::NotNow { .. }
            | Refusal::NoVoiceFlow { .. }
            | Refusal::NoTelephone
            | Refusal::OnTheTelephone
            | Refusal::NoRoomToRing
            | Refusal::CallDone
            | Refusal::NothingNew
            | Refusal::NobodyAsked
            | Refusal::AskingOver
            | Refusal::CallTooOld
            | Refusal::TellFirst { .. } => Status::Conflict,
            _ => Status::Invalid,
        }
    }
}
