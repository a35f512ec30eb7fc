//! The nouns of this room and what may be done to them: pure decisions.

use deadlines::Step;
use kernel::words;
use kernel::{PlatformId, TicketId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use work_orders::rules::Fault;
use work_orders::rules::order::ReturnReason;

pub mod act;
pub mod files;
pub mod hear;
pub mod message;
pub mod platform;
pub mod reading;
pub mod retention;
pub mod sent;
pub mod settle;
pub mod tell;

#[cfg(test)]
mod tests;

pub use platform::{Mapping, Platform};

/// How long the secret before is believed after a new one was made.
pub const OLD_SECRET: std::time::Duration = std::time::Duration::from_secs(24 * 3_600);

words! {
    /// Where a ticket stands towards the platform.
    Stage {
        /// Here, not signed for.
        Received = "received",
        /// 已签收
        Signed = "signed",
        /// The result has been told.
        Resulted = "resulted",
        /// So has what the customer said of it, or nobody is asked.
        Finished = "finished",
        /// 已退回平台
        HandedBack = "handed_back",
        /// 平台撤单
        Cancelled = "cancelled",
    }
}

impl Stage {
    /// We owe the platform something.
    pub fn is_open(self) -> bool {
        matches!(self, Stage::Received | Stage::Signed)
    }
}

words! {
    /// Something that was asked of the platform.
    Asked {
        Waiting = "waiting",
        Granted = "granted",
        Refused = "refused",
    }
}

words! {
    /// Where one thing stands that the platform is told.
    Sending {
        Waiting = "waiting",
        Sent = "sent",
        /// The platform will not have it: somebody has to look.
        Refused = "refused",
        /// Somebody took it out of the line.
        Skipped = "skipped",
    }
}

words! {
    /// What the platform is told.
    Told {
        /// 签收
        Signed = "signed",
        /// 首次联系
        Contacted = "contacted",
        /// 过程反馈
        Progress = "progress",
        /// 申请延期
        ExtensionAsked = "extension_asked",
        /// 申请退单
        HandBack = "hand_back",
        /// 办理结果
        Result = "result",
        /// 结果附件
        File = "file",
        /// 回访结果
        CalledBack = "called_back",
        /// 重办
        Reopened = "reopened",
        UrgeAnswered = "urge_answered",
        SupervisionAnswered = "supervision_answered",
        /// Several reports of one matter.
        Merged = "merged",
        /// 作废
        Voided = "voided",
        Test = "test",
    }
}

/// Until when the platform wants what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// 签收时限
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sign_by: Option<Timestamp>,
    /// 首次联系时限
    #[schema(value_type = Option<String>, format = DateTime)]
    pub contact_by: Option<Timestamp>,
    /// 办结时限
    #[schema(value_type = Option<String>, format = DateTime)]
    pub answer_by: Option<Timestamp>,
}

impl Limits {
    /// With the step of the order each of them binds.
    pub fn each(self) -> impl Iterator<Item = (Step, Timestamp)> {
        let all =
            [(Step::Take, self.sign_by), (Step::Contact, self.contact_by), (Step::Answer, self.answer_by)];
        all.into_iter().filter_map(|(step, until)| Some((step, until?)))
    }
}

/// 延期申请
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Extension {
    pub state: Asked,
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    pub reason: String,
    /// What the platform said to it.
    #[serde(default)]
    pub answer: String,
}

/// 退单申请
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandBack {
    pub state: Asked,
    pub reason: ReturnReason,
    pub note: String,
    #[serde(default)]
    pub answer: String,
}

/// A ticket of a platform, and what has passed between us about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub id: TicketId,
    pub platform: PlatformId,
    /// Theirs.
    pub number: String,
    pub work_order: WorkOrderId,
    /// Ours.
    pub order_number: String,
    /// Of all that was said, to tell a repetition from a change.
    pub hash: String,
    /// In their words.
    pub category: String,
    /// Who made it is hidden: so is what is told of it.
    pub confidential: bool,
    /// More time is out of the question.
    pub urgent: bool,
    pub came_at: Timestamp,
    pub limits: Limits,
    pub stage: Stage,
    /// The unit that it is about, which must not have it (回避).
    #[serde(default)]
    pub concerned: Option<UnitId>,
    /// That unit has been sent it all the same.
    #[serde(default)]
    pub conflict: bool,
    #[serde(default)]
    pub signed_at: Option<Timestamp>,
    #[serde(default)]
    pub contacted_at: Option<Timestamp>,
    #[serde(default)]
    pub resulted_at: Option<Timestamp>,
    #[serde(default)]
    pub extension: Option<Extension>,
    #[serde(default)]
    pub hand_back: Option<HandBack>,
    /// So often it would not have it back.
    #[serde(default)]
    pub hand_backs_refused: u8,
    /// 裁定: it may not be handed back again.
    #[serde(default)]
    pub bound: bool,
    /// Urges and supervisions of the platform that nobody has answered.
    #[serde(default)]
    pub urged: bool,
    #[serde(default)]
    pub supervised: bool,
    /// 退回重办
    #[serde(default)]
    pub sent_back: u8,
    /// Of those, how many the order has not told us of yet: what they have done themselves they are not told.
    #[serde(default)]
    pub own_doing: u8,
    pub version: i64,
}

impl Ticket {
    /// The next of their limits that runs.
    pub fn due(&self) -> Option<Timestamp> {
        if !self.stage.is_open() {
            return None;
        }
        let sign = self.limits.sign_by.filter(|_| self.signed_at.is_none());
        let contact = self.limits.contact_by.filter(|_| self.contacted_at.is_none());
        [sign, contact, self.limits.answer_by].into_iter().flatten().min()
    }
}

/// One thing the platform is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Telling {
    pub kind: Told,
    pub data: serde_json::Value,
}

/// One thing the platform is or was told, as it stands in the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    pub ticket: TicketId,
    pub number: i64,
    pub kind: Told,
    pub body: String,
    pub state: Sending,
    pub attempts: i64,
    pub created_at: Timestamp,
    pub tried_at: Option<Timestamp>,
    pub status: Option<i64>,
    pub took_ms: Option<i64>,
    pub error: String,
}

/// The name under which something is told, the same each time.
pub fn name(ticket: TicketId, number: i64) -> String {
    format!("{ticket}-{number}")
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    // To the platform.
    #[error("not believed: {why}")]
    NotBelieved { why: String },
    #[error("nothing is taken from this platform now")]
    Paused,
    #[error("not JSON that can be read: {detail}")]
    Unreadable { detail: String },
    #[error("something is missing or does not fit: {faults:?}")]
    Incomplete { faults: Vec<Fault> },
    #[error("{ticket} is here with other words: send what is new as an addition")]
    TicketChanged { ticket: String, order: String },
    #[error("there is no ticket {ticket}")]
    NoSuchTicket { ticket: String },
    #[error("the message {message} was here with other words")]
    MessageUsed { message: String },
    #[error("nothing of the kind was asked")]
    NothingAsked,
    #[error("the ticket is over: it is {stage}")]
    Over { stage: &'static str },
    #[error("the order is {state}: that does not fit")]
    WrongState { state: &'static str },
    // To people.
    #[error("not now: the ticket is {stage}")]
    NotNow { stage: &'static str },
    #[error("it is signed for already")]
    SignedAlready,
    #[error("the platform has not answered the last request")]
    AskedAlready,
    #[error("more time was granted once already")]
    ExtendedAlready,
    #[error("more time has to be asked for before it is due")]
    TooLate,
    #[error("an emergency gets no more time")]
    NoMoreTime,
    #[error("the new time has to be later than the old one")]
    NotLater,
    #[error("the platform has ruled that it is ours")]
    Bound,
    #[error("it was refused {most} times: it stays")]
    HandedBackTooOften { most: u8 },
    #[error("{field} has {least} to {most} characters")]
    BadText { field: &'static str, least: usize, most: usize },
    #[error("not now: it is {state}")]
    NotInLine { state: &'static str },
    #[error("a name is missing, or longer than 60 characters")]
    BadName,
    #[error("a code has 2 to 32 small letters, digits, - and _")]
    BadCode,
    #[error("another platform has this code")]
    CodeTaken,
    #[error("{what} is not known: {name}")]
    BadMapping { what: &'static str, name: String },
    #[error("the address cannot be called")]
    UrlUnreadable,
    #[error("the address has to be https")]
    UrlNotSecure,
    #[error("a name and password do not belong into the address")]
    UrlCredentials,
    #[error("the address is inside our own network, which the configuration does not allow")]
    UrlPrivate,
    #[error("there are {most} platforms already")]
    TooManyPlatforms { most: i64 },
    #[error("others are being tried: a moment")]
    Busy,
}

/// A text of the right length.
pub(crate) fn text(text: &str, field: &'static str, least: usize, most: usize) -> Result<(), Refusal> {
    let length = text.trim().chars().count();
    if (least..=most).contains(&length) { Ok(()) } else { Err(Refusal::BadText { field, least, most }) }
}
