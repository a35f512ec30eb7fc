//! What a notice is, which of them may go out now, and what becomes of them. Pure.

pub mod bulletin;
pub mod gate;
pub mod heard;
pub mod settle;
pub mod template;
#[cfg(test)]
mod tests;

pub(crate) use kernel::words;
use std::collections::BTreeMap;

use kernel::{NoticeId, PersonId, PhoneNumber, Timestamp, mask};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Status;

words! {
    /// By what a notice travels.
    Channel {
        Sms = "sms",
        Mail = "mail",
        /// A call that speaks. There is no gateway for it yet.
        Voice = "voice",
    }
}

words! {
    /// What the recipient has to have agreed to.
    Class {
        /// Part of the supply: sent unless it was refused.
        Service = "service",
        /// Sent only to those who asked for it.
        Marketing = "marketing",
    }
}

words! {
    /// Where a notice is.
    State {
        Queued = "queued",
        /// Handed to a gateway, or about to be: from here on it may have gone out.
        Sending = "sending",
        /// The gateway has taken it.
        Sent = "sent",
        /// The recipient's telephone has it.
        Delivered = "delivered",
        Failed = "failed",
        /// Its time was over before it went out or arrived.
        Expired = "expired",
        /// Not wanted, or too many.
        Suppressed = "suppressed",
        /// It may have gone out; nobody could say. Never sent again by itself.
        Unknown = "unknown",
        Cancelled = "cancelled",
    }
}

impl State {
    /// Nothing more is going to happen by itself, except that a receipt may come.
    pub const fn is_final(self) -> bool {
        !matches!(self, State::Queued | State::Sending | State::Sent)
    }
}

words! {
    /// Whether it may wake somebody.
    Urgency {
        Normal = "normal",
        /// For life, limb and property: goes out at night, and however many there were.
        Urgent = "urgent",
    }
}

/// Whom a notice is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipient {
    pub phone: Option<String>,
    pub mail: Option<String>,
    /// The customer's id as text, for rooms above.
    pub customer: Option<String>,
    pub person: Option<PersonId>,
}

/// What a notice is about: a thing of another room, as that room names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Subject {
    /// `work_orders`
    pub room: String,
    /// The id as text, `wo_…`.
    pub id: String,
}

impl Subject {
    pub fn new(room: &str, id: impl ToString) -> Self {
        Subject { room: room.to_owned(), id: id.to_string() }
    }
}

/// A wish to tell somebody something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The template's code: `order_accepted`.
    pub template: String,
    /// The text that says it where nobody has approved that one.
    pub or: Option<String>,
    /// `zh-CN` if there is none in this language.
    pub language: String,
    pub channel: Channel,
    pub to: Recipient,
    /// What the fields say. More than the template asks for does no harm.
    pub values: BTreeMap<String, String>,
    pub about: Subject,
    /// A second notice with this key is the first one: `work_orders.accepted.wo_…`.
    pub once: String,
    pub urgency: Urgency,
    /// Sent only before; a day from now if not told.
    pub until: Option<Timestamp>,
    /// Who wanted it; nobody for what the centre sends by itself.
    pub by: Option<PersonId>,
    /// Who has no mobile is called, and hears it.
    pub or_call: bool,
}

/// The language of the house.
pub const LANGUAGE: &str = "zh-CN";

impl Notice {
    /// A normal text message in the language of the house.
    pub fn sms(template: &str, phone: &str, about: Subject, once: String) -> Notice {
        Notice {
            template: template.to_owned(),
            or: None,
            language: LANGUAGE.to_owned(),
            channel: Channel::Sms,
            to: Recipient { phone: Some(phone.to_owned()), ..Recipient::default() },
            values: BTreeMap::new(),
            about,
            once,
            urgency: Urgency::Normal,
            until: None,
            by: None,
            or_call: false,
        }
    }

    /// Who has no mobile is called, and hears it: for what somebody was promised to be told.
    pub fn or_call(self) -> Notice {
        Notice { or_call: true, ..self }
    }

    /// By which texts it may be said, the one that is wanted first.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.template.as_str()).chain(self.or.as_deref())
    }

    pub fn with(mut self, field: &str, value: impl Into<String>) -> Notice {
        self.values.insert(field.to_owned(), value.into());
        self
    }
}

/// What is said no to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("there is no approved text {template}")]
    NoTemplate { template: String },
    #[error("nobody can be called at this: a mobile, or a landline with its area code")]
    NotANumber,
    #[error("text messages go to mobile numbers only")]
    NotAMobile,
    #[error("this is not a mail address")]
    BadMail,
    #[error("the field {field} has no value")]
    MissingValue { field: String },
    #[error("the value of {field} is longer than {most} characters")]
    ValueTooLong { field: String, most: u32 },
    #[error("the text has {parts} parts, the most is {most}")]
    TooLong { parts: usize, most: usize },
    #[error("notices of this text are never urgent")]
    NeverUrgent,
    #[error("the key that makes it one notice is empty or longer than {most} characters")]
    BadOnce { most: usize },
    #[error("a code is lower case letters, digits and underscores, up to {most}")]
    BadCode { most: usize },
    #[error("the field {field} is used and not declared")]
    NotDeclared { field: String },
    #[error("the field {field} is declared and not used")]
    NotUsed { field: String },
    #[error("the text is empty or longer than {most} characters")]
    BadText { most: usize },
    #[error("a name has 1 to {most} characters")]
    BadName { most: usize },
    #[error("whoever wrote a text does not approve it")]
    OwnText,
    #[error("the house has no newer wording of this text, or it was changed here")]
    NothingNewer,
    #[error("a version that is {state} cannot be {act}")]
    NotInState { state: &'static str, act: &'static str },
    #[error("a notice that is {state} cannot be {act}")]
    NoticeIs { state: &'static str, act: &'static str },
    #[error("say why, in 2 to {most} characters")]
    WhyFirst { most: usize },
    #[error("a time is written 21:00")]
    BadTime { text: String },
    #[error("{field} is from {least} to {most}")]
    OutOfRange { field: &'static str, least: u32, most: u32 },
    #[error("the quiet hours leave no time to send anything")]
    NeverLoud,
    #[error("the request is not signed as it should be: {why}")]
    NotBelieved { why: String },
    #[error("a bulletin ends after it begins, in the future, and within a year")]
    BadPeriod,
    #[error("these do not work here, and cannot have to read it: {people:?}")]
    NoSuchPeople { people: Vec<String> },
    #[error("the bulletin does not hold any more")]
    BulletinOver,
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "notices";
    fn status(&self) -> Status {
        match self {
            Refusal::NotInState { .. }
            | Refusal::NoticeIs { .. }
            | Refusal::OwnText
            | Refusal::NothingNewer
            | Refusal::BulletinOver => Status::Conflict,
            Refusal::NoTemplate { .. } => Status::Conflict,
            Refusal::NotBelieved { .. } => Status::Forbidden,
            _ => Status::Invalid,
        }
    }
}

const ONCE_MAX: usize = 200;
const MAIL_MAX: usize = 254;
pub const WHY_MAX: usize = 200;

/// The address a notice goes to, in normal form.
pub fn address(channel: Channel, to: &Recipient) -> Result<String, Refusal> {
    match channel {
        Channel::Voice => {
            let phone = to.phone.as_deref().and_then(|phone| phone.parse::<PhoneNumber>().ok());
            phone.map(|phone| phone.to_string()).ok_or(Refusal::NotANumber)
        }
        Channel::Sms => {
            let phone = to.phone.as_deref().and_then(|phone| phone.parse::<PhoneNumber>().ok());
            let mobile = phone.filter(|phone| phone.is_mobile() || phone.as_str().starts_with('+'));
            mobile.map(|phone| phone.to_string()).ok_or(Refusal::NotAMobile)
        }
        Channel::Mail => {
            let mail = to.mail.as_deref().unwrap_or("").trim();
            if mail_is_plain(mail) { Ok(mail.to_lowercase()) } else { Err(Refusal::BadMail) }
        }
    }
}

fn mail_is_plain(mail: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '=');
    match mail.split_once('@') {
        Some((local, host)) => {
            mail.len() <= MAIL_MAX
                && (1..=64).contains(&local.len())
                && local.chars().all(plain)
                && !local.starts_with('.')
                && !local.ends_with('.')
                && host.contains('.')
                && host.split('.').all(|part| !part.is_empty())
                && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
        }
        None => false,
    }
}

pub fn once(key: &str) -> Result<(), Refusal> {
    let fits = !key.is_empty() && key.len() <= ONCE_MAX && !key.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(Refusal::BadOnce { most: ONCE_MAX }) }
}

/// A reason that somebody gave.
pub fn why(text: &str) -> Result<String, Refusal> {
    let text = template::clean(text);
    let long = text.chars().count();
    if (2..=WHY_MAX).contains(&long) { Ok(text) } else { Err(Refusal::WhyFirst { most: WHY_MAX }) }
}

/// As it is shown to those who need not know whose it is.
pub fn masked(channel: Channel, recipient: &str) -> String {
    match channel {
        Channel::Mail => mask::email(recipient),
        Channel::Sms | Channel::Voice => mask::phone(recipient),
    }
}

/// A notice as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: NoticeId,
    pub once: String,
    pub template: String,
    pub language: String,
    pub template_version: i64,
    pub class: Class,
    pub channel: Channel,
    pub recipient: String,
    pub customer: Option<String>,
    pub person: Option<PersonId>,
    pub subject: String,
    pub text: String,
    pub about: Subject,
    pub urgency: Urgency,
    pub state: State,
    /// A code: why it waits, was suppressed, cancelled or failed; empty when there is nothing to say.
    pub why: String,
    /// In the gateway's or a person's words.
    pub detail: String,
    pub attempts: i64,
    pub next_at: Timestamp,
    pub lease_until: Option<Timestamp>,
    pub reference: u16,
    pub created_by: Option<PersonId>,
    pub created_at: Timestamp,
    pub handed_at: Option<Timestamp>,
    pub sent_at: Option<Timestamp>,
    pub done_at: Option<Timestamp>,
    pub expires_at: Timestamp,
    pub version: i64,
}

/// Another one was sent in its stead.
pub const SENT_AGAIN: &str = "sent_again";
/// It was taken back when it may have been gone.
pub const NOT_AGAIN: &str = "not_again";

impl Kept {
    /// It may have gone out, and if it has not, it shall not go out any more.
    pub fn is_closed(&self) -> bool {
        matches!(self.state, State::Sending | State::Unknown)
            && matches!(self.why.as_str(), SENT_AGAIN | NOT_AGAIN)
    }
}

/// What a person may do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Another notice with the same text to the same recipient.
    Resend,
    /// Before it goes out.
    Cancel,
}

impl Act {
    pub const fn as_str(self) -> &'static str {
        match self {
            Act::Resend => "resend",
            Act::Cancel => "cancel",
        }
    }
}

pub fn allowed(notice: &Kept) -> Vec<Act> {
    [Act::Resend, Act::Cancel].into_iter().filter(|act| check(notice, *act).is_ok()).collect()
}

/// What was suppressed stays unsent: whoever does not want a message does not get it because somebody presses a button.
pub fn check(notice: &Kept, act: Act) -> Result<(), Refusal> {
    let state = notice.state;
    let fits = match act {
        Act::Resend if state == State::Unknown => notice.why != SENT_AGAIN,
        Act::Resend => {
            matches!(state, State::Failed | State::Expired | State::Cancelled)
        }
        Act::Cancel => state == State::Queued,
    };
    if fits { Ok(()) } else { Err(Refusal::NoticeIs { state: state.as_str(), act: act.as_str() }) }
}
