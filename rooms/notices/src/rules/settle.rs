//! What becomes of a notice that was handed to a gateway: by its answer, by receipts, by silence.

use std::time::Duration;

use kernel::Timestamp;

use super::{Kept, State, words};

words! {
    /// What a receipt says in the end.
    Receipt {
        Delivered = "delivered",
        Undeliverable = "undeliverable",
        Expired = "expired",
        Rejected = "rejected",
        Deleted = "deleted",
    }
}

/// For so long a claim holds: longer than any gateway takes to answer.
pub const LEASE: Duration = Duration::from_secs(180);
const _: () = assert!(gateways::SEND_MAX.as_secs() < LEASE.as_secs());
/// How long what found no gateway waits at least; the gateway itself rests longer.
const DOWN: Duration = Duration::from_secs(5);

/// What the gateway answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Accepted,
    /// It certainly did not send. `again` when it may take it later.
    NotSent {
        again: bool,
        why: String,
    },
    /// It certainly did not send, and the message is not to blame: that was no try of it. Only its time ends it.
    Down {
        after: Option<Duration>,
        why: String,
    },
    /// It may have sent.
    Unknown {
        why: String,
    },
}

/// The wait before the next try: half a minute, doubled each time, an hour at most.
pub fn back_off(attempts: i64) -> Duration {
    let doubled = u32::try_from(attempts.saturating_sub(1).clamp(0, 7)).unwrap_or(7);
    Duration::from_secs((30u64 << doubled).min(3_600))
}

/// The notice after the gateway's answer.
pub fn answered(notice: &Kept, answer: &Answer, attempts_max: u32, now: Timestamp) -> Kept {
    let mut next = Kept { lease_until: None, ..notice.clone() };
    match answer {
        Answer::Accepted => {
            (next.state, next.sent_at) = (State::Sent, Some(now));
            (next.why, next.detail) = (String::new(), String::new());
        }
        // Another one went out instead, or it was taken back meanwhile.
        Answer::NotSent { why, .. } | Answer::Down { why, .. } if notice.is_closed() => {
            (next.state, next.done_at) = (State::Cancelled, Some(now));
            next.detail.clone_from(why);
        }
        Answer::Down { after, why } => {
            next.attempts = (notice.attempts - 1).max(0);
            next.why = "gateway".into();
            waiting(&mut next, why, now + after.unwrap_or(DOWN).max(DOWN));
        }
        Answer::NotSent { again, why } => {
            next.detail.clone_from(why);
            if *again && notice.attempts < i64::from(attempts_max) {
                next.why = "retry".into();
                waiting(&mut next, why, now + back_off(notice.attempts));
            } else {
                (next.state, next.done_at) = (State::Failed, Some(now));
                next.why = if *again { "too_often" } else { "refused" }.into();
            }
        }
        Answer::Unknown { why } => {
            (next.state, next.done_at) = (State::Unknown, Some(now));
            next.detail.clone_from(why);
            if !notice.is_closed() {
                next.why = "unknown".into();
            }
        }
    }
    next
}

/// Nothing has gone out, and it goes out later.
fn waiting(next: &mut Kept, detail: &str, at: Timestamp) {
    (next.state, next.next_at) = (State::Queued, at);
    (next.handed_at, next.done_at) = (None, None);
    detail.clone_into(&mut next.detail);
}

/// The notice when its lease has run out: whoever held it has died between claiming and hearing.
pub fn abandoned(notice: &Kept, now: Timestamp) -> Kept {
    answered(notice, &Answer::Unknown { why: String::new() }, 0, now)
}

/// The notice after receipts: one for each part, `None` where none has come. What had an end keeps it, but what nobody
/// knew is settled by any receipt.
pub fn received(notice: &Kept, parts: &[Option<Receipt>], error: &str, now: Timestamp) -> Option<Kept> {
    if !matches!(notice.state, State::Sent | State::Sending | State::Unknown) || parts.is_empty() {
        return None;
    }
    let bad = parts.iter().flatten().find(|receipt| **receipt != Receipt::Delivered);
    let state = match bad {
        Some(Receipt::Expired) => State::Expired,
        Some(_) => State::Failed,
        None if parts.iter().all(Option::is_some) => State::Delivered,
        None => return None,
    };
    let mut next = Kept { state, done_at: Some(now), lease_until: None, ..notice.clone() };
    next.sent_at = notice.sent_at.or(Some(now));
    next.why = bad.map_or(String::new(), |receipt| receipt.as_str().to_owned());
    next.detail = error.to_owned();
    Some(next)
}
