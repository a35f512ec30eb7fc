//! What the room does by itself: hands over what is due, keeps what comes back, finds what was abandoned.
//!
//! A notice is claimed, with its attempt and a lease, in a transaction that is over before the gateway gets it. Whoever
//! dies in between leaves it `sending`; when the lease is over it becomes `unknown`, and nothing sends it again by itself.

mod answers;
mod hearing;
mod sending;
mod tidying;
mod unread;

use std::collections::BTreeSet;
use std::time::Duration;

use gateways::Message;
use kernel::{NoticeId, PhoneNumber, Timestamp};

use crate::rules::settle::{self, Receipt};
use crate::rules::{Channel, Kept, State};
use crate::send::done;
use crate::store;
use crate::store::sending::Part;

pub(crate) use hearing::hear_in;
pub use hearing::{receipt, receive};
pub use sending::send;
pub use tidying::{ask, tidy};
pub use unread::unread;

/// A reply belongs to the last notice within this time, a late receipt to what nobody knew.
const DAYS_3: Duration = Duration::from_secs(3 * 24 * 3_600);
/// How often one thing is tried again that somebody else has changed meanwhile.
const MEETINGS_MAX: usize = 5;

fn message(notice: &Kept, now: Timestamp) -> Message {
    Message {
        id: notice.id.to_string(),
        reference: notice.reference,
        to: notice.recipient.clone(),
        subject: notice.subject.clone(),
        text: notice.text.clone(),
        valid: notice.expires_at.since(now),
    }
}

#[expect(clippy::disallowed_methods, reason = "a moment to wait in; nothing is decided by it")]
async fn rest(moment: Duration) {
    tokio::time::sleep(moment).await;
}

/// What came from outside, as it can be kept: without control characters, which no text needs and not every database
/// takes, and not longer than that.
fn plain(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').take(most).collect()
}

/// A gateway's name of a message.
fn name(id: &str) -> String {
    plain(id, 200)
}

fn numbered(ids: &[String]) -> Vec<(usize, String)> {
    ids.iter().map(|id| name(id)).filter(|id| !id.is_empty()).enumerate().collect()
}

/// As recipients are kept. Some gateways return a mobile number with its country's code and do not say so.
fn normal(number: &str) -> String {
    let mobile = |home: &&str| home.len() == 11 && home.starts_with('1');
    let number = number.trim();
    let number = number.strip_prefix("86").filter(mobile).unwrap_or(number);
    number.parse::<PhoneNumber>().map_or_else(|_| plain(number, 32), |phone| phone.to_string())
}

/// With the receipts that are there.
async fn with_receipts(tx: &mut db::Tx, notice: Kept, now: Timestamp) -> anyhow::Result<Kept> {
    let known = store::sending::parts(tx, notice.id).await?;
    Ok(with(&known, notice, now))
}

fn with(known: &[Part], notice: Kept, now: Timestamp) -> Kept {
    let total = match notice.channel {
        Channel::Sms => gateways::sms::parts(&notice.text).len().max(known.len()),
        // A gateway's one name for the whole.
        Channel::Mail | Channel::Voice => known.len(),
    };
    let mut parts: Vec<Option<Receipt>> = known.iter().map(|part| part.receipt).collect();
    // Some gateways cut the text themselves and give the whole one name.
    if !(known.len() == 1 && notice.state == State::Sent) {
        parts.resize(total, None);
    }
    let error = known.iter().map(|part| part.error.as_str()).find(|error| !error.is_empty()).unwrap_or("");
    settle::received(&notice, &parts, error, now).unwrap_or(notice)
}

/// Writes what has changed and tells of it. False when somebody else changed it meanwhile.
async fn keep(tx: &mut db::Tx, before: &Kept, next: Kept, now: Timestamp) -> anyhow::Result<bool> {
    if next == *before {
        return Ok(true);
    }
    if !store::save(tx, &next).await? {
        return Ok(false);
    }
    if next.state != before.state && next.state.is_final() {
        done(tx, now, &next)?;
    }
    Ok(true)
}

/// The same for many, each with the receipts that are there; `after` says what becomes of one. Those that somebody else changed
/// meanwhile are left; the others are kept.
async fn keep_many(
    tx: &mut db::Tx,
    ids: &[NoticeId],
    after: impl Fn(&Kept) -> Kept,
    now: Timestamp,
) -> anyhow::Result<BTreeSet<NoticeId>> {
    let found = store::of_ids(tx, ids).await?;
    let parts = store::sending::parts_of(tx, ids).await?;
    // By their ids, as everybody does who changes several notices: two never wait for each other.
    let next: Vec<(&Kept, Kept)> = found
        .iter()
        .map(|(id, found)| (found, with(parts.get(id).map_or(&[], Vec::as_slice), after(found), now)))
        .filter(|(found, next)| next != *found)
        .collect();
    let rows: Vec<Kept> = next.iter().map(|(_, next)| next.clone()).collect();
    let saved = store::save_all(tx, &rows).await?;
    let mut left = BTreeSet::new();
    for (before, next) in next {
        if !saved.contains(&next.id) {
            left.insert(next.id);
        } else if next.state != before.state && next.state.is_final() {
            done(tx, now, &next)?;
        }
    }
    Ok(left)
}
