//! Every kind of id, in one list.
//!
//! Inside, an id is a time-ordered 63-bit integer: an integer primary key in SQLite, a `BIGINT` in PostgreSQL. Outside
//! it is a string that says what it is (`ca_1f3k9m2c8x4q`), so that JavaScript never sees a 64-bit number and a pasted
//! id cannot be taken for another kind.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Timestamp;

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The text is not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind: expected {prefix}_ and up to 13 letters or digits")]
pub struct BadId {
    pub prefix: &'static str,
}

fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, value: i64) -> fmt::Result {
    let mut rest = value.unsigned_abs();
    let mut text = [0u8; 13];
    let mut at = text.len();
    loop {
        at -= 1;
        text[at] = DIGITS[(rest & 31) as usize];
        rest >>= 5;
        if rest == 0 {
            break;
        }
    }
    write!(f, "{prefix}_{}", std::str::from_utf8(&text[at..]).map_err(|_| fmt::Error)?)
}

fn read_id(prefix: &'static str, text: &str) -> Result<i64, BadId> {
    let bad = BadId { prefix };
    let digits = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(bad.clone())?;
    if digits.is_empty() || digits.len() > 13 {
        return Err(bad);
    }
    let mut value: u64 = 0;
    for byte in digits.bytes() {
        let digit = DIGITS.iter().position(|d| *d == byte).ok_or(bad.clone())? as u64;
        value = value.checked_mul(32).and_then(|v| v.checked_add(digit)).ok_or(bad.clone())?;
    }
    i64::try_from(value).map_err(|_| bad)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl $name {
            pub const PREFIX: &'static str = $prefix;
            pub const fn get(self) -> i64 { self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write_id(f, $prefix, self.0) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write_id(f, $prefix, self.0) }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> { read_id($prefix, text).map($name) }
        }
        impl From<i64> for $name {
            fn from(value: i64) -> Self { $name(value) }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// A customer's connection to one utility (户号).
    AccountId = "ac";
    /// A file that belongs to something: a photo, a signature, a scan.
    AttachmentId = "at";
    /// One attempt of the machine to reach somebody by telephone.
    AttemptId = "ap";
    /// A message between centre and branches.
    BulletinId = "bu";
    /// One telephone call from its first INVITE to the end of after-call work.
    CallId = "ca";
    /// A row of calls that the machine makes for one purpose.
    CampaignId = "cm";
    /// A telephone number of a customer.
    ContactId = "ct";
    /// A customer: the person or organisation.
    CustomerId = "cu";
    /// A stretch of time for which somebody of a unit is on duty.
    DutyId = "du";
    /// A part of the network: a line, a transformer, a regulator station.
    ElementId = "el";
    /// A matter that somebody above is to see at once.
    EscalationId = "es";
    /// Something that looks hidden or forged, with its evidence.
    FindingId = "fi";
    /// A published or draft menu.
    FlowId = "fl";
    /// A group of agents under a leader.
    GroupId = "gr";
    /// One shift's hand-over to the next.
    HandoverId = "ho";
    /// A hotline of the city that sends us tickets (12345).
    PlatformId = "pf";
    /// A ticket that came from such a hotline.
    TicketId = "tk";
    /// One row of the journal.
    JournalId = "jo";
    /// One party's connection to us: a SIP dialog and its audio.
    LegId = "lg";
    /// One message to one person outside: a text message, a mail, a call that speaks.
    NoticeId = "nt";
    /// One interruption of supply.
    OutageId = "og";
    /// Somebody who signs in: agent, leader, inspector, manager.
    PersonId = "pe";
    /// Where something is supplied: one address.
    PremisesId = "pm";
    /// One playing of prompts to one leg.
    PlayId = "pl";
    /// A deadline given to somebody.
    PromiseId = "ps";
    /// A recorded announcement.
    PromptId = "pr";
    /// A line of waiting callers.
    QueueId = "qu";
    /// One recording.
    RecordingId = "re";
    /// A named set of permissions.
    RoleId = "ro";
    /// A sign-in.
    SessionId = "se";
    /// Somebody whom the machine is to call.
    TargetId = "tg";
    /// A carrier's connection.
    TrunkId = "tr";
    /// A branch, department or team that handles work orders.
    UnitId = "un";
    /// A message a caller left.
    VoicemailId = "vm";
    /// Somebody outside who is told what happens.
    WebhookId = "wh";
    /// One matter with an owner and a deadline.
    WorkOrderId = "wo";
}

/// Makes ids: 42 bits of milliseconds, 6 of node, 15 of sequence. Ids of one mint never repeat and never go backwards,
/// even when the clock does; more than 32,768 in a millisecond borrow from the next.
#[derive(Debug)]
pub struct IdMint {
    node: i64,
    /// Milliseconds and sequence of the last id, without the node's bits.
    last: AtomicI64,
}

impl IdMint {
    /// `node` is 0 to 62; 63 stands in ids that were not minted but [`derived`](IdMint::derived).
    pub const fn new(node: u8) -> Self {
        IdMint { node: (node & 63) as i64, last: AtomicI64::new(0) }
    }

    pub fn mint<T: From<i64>>(&self, now: Timestamp) -> T {
        let floor = (now.as_millis().max(0) & ((1 << 42) - 1)) << 15;
        let previous = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(floor.max(last + 1)))
            .unwrap_or_else(|last| last);
        let value = floor.max(previous + 1);
        T::from(((value >> 15) << 21) | (self.node << 15) | (value & 0x7fff))
    }

    /// An id that follows from something that happened at `at`: asked again, the same one. `nth` tells apart what follows from
    /// the happenings of one millisecond.
    pub fn derived<T: From<i64>>(at: Timestamp, nth: i64) -> T {
        let millis = at.as_millis().max(0) & ((1 << 42) - 1);
        T::from((millis << 21) | (63 << 15) | (nth & 0x7fff))
    }

    /// When an id was minted, to the millisecond.
    pub const fn minted_at(id: i64) -> Timestamp {
        Timestamp::from_millis(id >> 21)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Clock, TestClock};

    #[test]
    fn an_id_reads_back_and_says_what_it_is() {
        let mint = IdMint::new(3);
        let call: CallId = mint.mint(TestClock::monday_morning().now());
        let text = call.to_string();
        assert!(text.starts_with("ca_"));
        assert_eq!(text.parse(), Ok(call));
        assert_eq!(text.parse::<LegId>(), Err(BadId { prefix: "lg" }));
        assert!("ca_".parse::<CallId>().is_err());
        assert!("ca_zzzzzzzzzzzzz".parse::<CallId>().is_err(), "over 63 bits");
    }

    #[test]
    fn ids_never_repeat_nor_go_back_when_the_clock_does() {
        let mint = IdMint::new(0);
        let mut last = CallId(0);
        for millis in [5_000, 5_000, 4_000, 6_000, 5_999] {
            for _ in 0..40_000 {
                let id: CallId = mint.mint(Timestamp::from_millis(millis));
                assert!(id > last);
                last = id;
            }
        }
        assert_eq!(
            IdMint::minted_at(mint.mint(Timestamp::from_millis(9_000))),
            Timestamp::from_millis(9_000)
        );
    }
}
