//! What leaves the building otherwise than by telephone: text messages over SMPP 3.4 or a signed HTTP gateway, mail over SMTP.
//!
//! A [`Gateway`] takes one [`Message`] and says what it knows of it: accepted, certainly not sent, or nobody knows. What
//! comes back later, receipts and replies, arrives at an [`Inbox`], and is acknowledged to the other side only after it
//! was kept. [`post`] calls addresses that somebody has typed in. [`sms`] cuts a text into the parts a telephone gets.

#![forbid(unsafe_code)]

pub mod http;
pub mod mail;
mod pace;
pub mod post;
pub mod signed;
pub mod smpp;
pub mod sms;
#[cfg(test)]
mod tests;
mod tls;

use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

/// A message to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Ours, and the same for every try: where the other side knows such keys it sends only once.
    pub id: String,
    /// Travels with the message and comes back with its receipt.
    pub reference: u16,
    pub to: String,
    /// Of a mail.
    pub subject: String,
    pub text: String,
    /// After so long it is not worth delivering any more.
    pub valid: Duration,
}

/// What is known after a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The other side has it, each part under a name of its own.
    Accepted { ids: Vec<String> },
    /// It certainly did not go out, because of what it is. `again`: it may be tried later.
    NotSent { again: bool, why: String },
    /// It certainly did not go out, and not because of what it is: the other side is away, overloaded, or does not know
    /// us. The gateway is not [`Gateway::ready`] for a while; this message should wait for `after` at least.
    Down { after: Option<Duration>, why: String },
    /// It may have gone out, in whole or in part; the parts with a name did.
    Unknown { ids: Vec<String>, why: String },
}

/// What came of a message, in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Delivered,
    Undeliverable,
    Expired,
    Rejected,
    Deleted,
}

/// What the other side tells us by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    Receipt {
        /// The other side's name of the part.
        id: String,
        /// Ours, where the other side returns it.
        reference: Option<u16>,
        /// The recipient.
        to: String,
        fate: Fate,
        /// In the other side's words.
        error: String,
    },
    /// The other side's name of a part, so late that nobody waits for it any more.
    Named { id: String, reference: u16, to: String },
    /// Somebody wrote to us.
    Text { from: String, text: String },
}

/// Something that came, from which gateway, and where to say whether it was kept.
#[derive(Debug)]
pub struct Arrived {
    pub gateway: &'static str,
    pub incoming: Incoming,
    pub kept: oneshot::Sender<bool>,
}

/// Where what comes is put; bounded. When it is full the other side is told to try again.
pub type Inbox = mpsc::Sender<Arrived>;

/// What an inquiry about a message brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing can be asked now: it is away, or a gateway that cannot be asked at all.
    Away,
    /// It gave no answer that says anything about this message.
    NoAnswer,
    /// The other side has never had it.
    NeverHad,
    Has {
        ids: Vec<String>,
        fate: Option<Fate>,
    },
}

/// How long [`Gateway::send`] takes at the most. Whoever has waited longer for an answer may take it for lost.
pub const SEND_MAX: Duration = Duration::from_secs(170);

/// When a gateway may be used again that has said no to everybody, and why it rests.
#[derive(Default)]
pub(crate) struct Rest(Mutex<Option<(Instant, String)>>);

impl Rest {
    pub fn begin(&self, rest: Duration, why: &str) {
        *self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) =
            Some((Instant::now() + rest, why.to_owned()));
    }

    /// The reason while it lasts.
    pub fn over(&self) -> Result<(), String> {
        match &*self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) {
            Some((until, why)) if Instant::now() < *until => Err(why.clone()),
            _ => Ok(()),
        }
    }
}

/// A way out for messages.
pub trait Gateway: Send + Sync + 'static {
    /// Stable: names of messages are kept under it.
    fn name(&self) -> &'static str;
    /// How many may be under way at once.
    fn window(&self) -> usize;
    /// Whether it can take messages now; if not, why not, for people.
    fn ready(&self) -> Result<(), String>;
    /// Hands a message over, within [`SEND_MAX`]. Dropping the future before it is done leaves nobody knowing.
    fn send(&self, message: Message) -> BoxFuture<'_, Sent>;
    /// What became of a message whose handing over had no answer.
    fn ask(&self, message: Message) -> BoxFuture<'_, Asked>;
    /// Says goodbye to the other side. Nothing can be sent afterwards.
    fn leave(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}
