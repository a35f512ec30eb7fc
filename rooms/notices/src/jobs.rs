//! What the room does by itself: hands over what is due, keeps what comes back, finds what was abandoned.
//!
//! A notice is claimed, with its attempt and a lease, in a transaction that is over before the gateway gets it. Whoever
//! dies in between leaves it `sending`; when the lease is over it becomes `unknown`, and nothing sends it again by itself.

use db::config;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use gateways::{Arrived, Asked, Fate, Gateway, Incoming, Message, Sent};
use kernel::calendar::Calendar;
use kernel::{PhoneNumber, Timestamp};
use web::App;

use crate::rules::gate::{Gate, Known, Settings, gate};
use crate::rules::settle::{self, Answer, LEASE, Receipt};
use crate::rules::{Channel, Class, Kept, State};
use crate::send::done;
use crate::store::consents::{self, Consent};
use crate::store::{self, sending};
use crate::{Reply, Ways};

const CHANNELS: [Channel; 2] = [Channel::Sms, Channel::Mail];
/// A reply belongs to the last notice within this time, a late receipt to what nobody knew.
const DAYS_3: Duration = Duration::from_secs(3 * 24 * 3_600);
/// With these words a customer ends advertisements.
const NO_MORE: &[&str] = &["T", "TD", "N", "退订"];

/// Hands over everything that is due.
pub async fn send(app: App, ways: Arc<Ways>, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    futures::future::try_join_all(CHANNELS.map(|channel| send_on(&app, &ways, &calendar, channel))).await?;
    Ok(())
}

async fn send_on(app: &App, ways: &Ways, calendar: &Calendar, channel: Channel) -> anyhow::Result<()> {
    let Some(gateway) = ways.of(channel) else { return Ok(()) };
    while gateway.ready().is_ok() {
        let (due, claimed) = claim(app, calendar, channel, gateway.window()).await?;
        if due == 0 {
            break;
        }
        let mut under_way: FuturesUnordered<_> =
            claimed.into_iter().map(|notice| hand_over(app, gateway.as_ref(), notice)).collect();
        while under_way.next().await.is_some() {}
    }
    Ok(())
}

/// How many were due, and those of them that may go out now, claimed.
async fn claim(
    app: &App,
    calendar: &Calendar,
    channel: Channel,
    window: usize,
) -> anyhow::Result<(usize, Vec<Kept>)> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let settings = config::now::<Settings>(&mut tx).await?.value;
    let midnight = calendar.start_of(calendar.civil(now).date());
    let due = sending::due(&mut tx, channel, now, i64::try_from(window).unwrap_or(1)).await?;
    let count = due.len();
    let mut claimed = Vec::new();
    for notice in due {
        let known = Known {
            consent: consents::consent(&mut tx, &notice.recipient, notice.class).await?,
            today: sending::sent_since(&mut tx, &notice.recipient, notice.class, midnight).await?,
        };
        let end =
            |state, why: &str| Kept { state, why: why.to_owned(), done_at: Some(now), ..notice.clone() };
        let next = match gate(&notice, known, &settings, calendar, now) {
            Gate::Send => Kept {
                state: State::Sending,
                why: String::new(),
                attempts: notice.attempts + 1,
                handed_at: Some(now),
                lease_until: Some(now + LEASE),
                ..notice.clone()
            },
            Gate::Wait(at) => Kept { next_at: at, why: "quiet".into(), ..notice.clone() },
            Gate::Suppress(why) => end(State::Suppressed, why),
            Gate::Expire => end(State::Expired, "too_late"),
        };
        // Another node was faster: it is its notice now.
        if !store::save(&mut tx, &next).await? {
            continue;
        }
        if next.state == State::Sending {
            claimed.push(Kept { version: next.version + 1, ..next });
        } else if next.state.is_final() {
            done(&mut tx, now, &next)?;
        }
    }
    tx.commit().await?;
    Ok((count, claimed))
}

fn message(notice: &Kept) -> Message {
    Message {
        id: notice.id.to_string(),
        reference: notice.reference,
        to: notice.recipient.clone(),
        subject: notice.subject.clone(),
        text: notice.text.clone(),
    }
}

async fn hand_over(app: &App, gateway: &dyn Gateway, notice: Kept) {
    let sent = gateway.send(message(&notice)).await;
    let mut tries = 0;
    // What a gateway has said is worth some patience with the database: without it nobody knows what happened.
    while let Err(failure) = keep_answer(app, gateway.name(), &notice, &sent).await {
        tracing::error!("what became of {} could not be kept: {failure:#}", notice.id);
        tries += 1;
        if tries == 5 {
            return;
        }
        rest(Duration::from_secs(1)).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "a moment for a database that fails; nothing is decided by it")]
async fn rest(moment: Duration) {
    tokio::time::sleep(moment).await;
}

fn numbered(ids: &[String]) -> Vec<(usize, String)> {
    ids.iter().filter(|id| !id.is_empty()).cloned().enumerate().collect()
}

async fn keep_answer(app: &App, gateway: &str, notice: &Kept, sent: &Sent) -> anyhow::Result<()> {
    for _ in 0..MEETINGS_MAX {
        if try_answer(app, gateway, notice, sent).await? {
            return Ok(());
        }
    }
    anyhow::bail!("it is changed all the time")
}

async fn try_answer(app: &App, gateway: &str, notice: &Kept, sent: &Sent) -> anyhow::Result<bool> {
    let now = app.now();
    let (ids, answer) = match sent {
        Sent::Accepted { ids } => (numbered(ids), Answer::Accepted),
        Sent::NotSent { again, after, why } => {
            (Vec::new(), Answer::NotSent { again: *again, after: *after, why: why.clone() })
        }
        Sent::Unknown { ids, why } => (numbered(ids), Answer::Unknown { why: why.clone() }),
    };
    let mut tx = app.db.begin().await?;
    let attempts_max = config::now::<Settings>(&mut tx).await?.value.attempts_max;
    sending::link(&mut tx, gateway, notice.id, &ids, now).await?;
    let Some(found) = store::one(&mut tx, notice.id).await? else { return Ok(true) };
    // A receipt may have been faster than the answer, or the lease was over.
    let open = found.state == State::Sending || (found.state == State::Unknown && answer == Answer::Accepted);
    let settled = if open { settle::answered(&found, &answer, attempts_max, now) } else { found.clone() };
    let settled = with_receipts(&mut tx, settled, now).await?;
    let kept = keep(&mut tx, &found, settled, now).await?;
    if kept {
        tx.commit().await?;
    }
    Ok(kept)
}

/// With the receipts that are there.
async fn with_receipts(tx: &mut db::Tx, notice: Kept, now: Timestamp) -> anyhow::Result<Kept> {
    let known = sending::parts(tx, notice.id).await?;
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
    Ok(settle::received(&notice, &parts, error, now).unwrap_or(notice))
}

/// Writes what has changed and tells of it. False when somebody else changed it meanwhile.
async fn keep(tx: &mut db::Tx, before: &Kept, next: Kept, now: Timestamp) -> anyhow::Result<bool> {
    if next == *before {
        return Ok(true);
    }
    if !store::save(tx, &next).await? {
        return Ok(false);
    }
    if next.state.is_final() && next.state != before.state {
        done(tx, now, &next)?;
    }
    Ok(true)
}

/// How often a change is tried that meets another one of the same notice: an answer and a receipt may come together.
const MEETINGS_MAX: usize = 5;

/// Ends what is too late, and gives up what was claimed and never heard of; asks gateways that can be asked.
pub async fn tidy(app: App, ways: Arc<Ways>) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    for notice in sending::expired(&mut tx, now).await? {
        let why = "too_late".to_owned();
        let next = Kept { state: State::Expired, why, done_at: Some(now), ..notice.clone() };
        keep(&mut tx, &notice, next, now).await?;
    }
    for notice in sending::abandoned(&mut tx, now).await? {
        let next = settle::abandoned(&notice, now);
        let next = with_receipts(&mut tx, next, now).await?;
        keep(&mut tx, &notice, next, now).await?;
    }
    sending::forget_nonces(&mut tx, now - 2 * gateways::signed::SKEW_MAX).await?;
    tx.commit().await?;
    for channel in CHANNELS {
        if let Some(gateway) = ways.of(channel).filter(|gateway| gateway.ready().is_ok()) {
            ask(&app, gateway.as_ref(), channel).await?;
        }
    }
    Ok(())
}

async fn ask(app: &App, gateway: &dyn Gateway, channel: Channel) -> anyhow::Result<()> {
    let unknown = {
        let mut tx = app.db.begin().await?;
        let unknown = sending::unknown(&mut tx, channel, app.now() - DAYS_3).await?;
        tx.rollback().await?;
        unknown
    };
    for notice in unknown {
        let (ids, fate) = match gateway.ask(message(&notice)).await {
            // One that does not answer is not asked about the rest.
            Asked::NoAnswer => return Ok(()),
            Asked::NeverHad => {
                let now = app.now();
                let mut tx = app.db.begin().await?;
                let next = Kept {
                    state: State::Queued,
                    why: "retry".into(),
                    detail: String::new(),
                    next_at: now,
                    done_at: None,
                    ..notice.clone()
                };
                keep(&mut tx, &notice, next, now).await?;
                tx.commit().await?;
                continue;
            }
            Asked::Has { ids, fate } => (ids, fate),
        };
        keep_answer(app, gateway.name(), &notice, &Sent::Accepted { ids: ids.clone() }).await?;
        if let (Some(id), Some(fate)) = (ids.first(), fate) {
            let incoming = Incoming::Receipt {
                id: id.clone(),
                reference: None,
                to: notice.recipient.clone(),
                fate,
                error: String::new(),
            };
            hear(app, gateway.name(), &incoming).await?;
        }
    }
    Ok(())
}

/// Keeps what comes, and acknowledges it only then.
pub async fn receive(app: App, ways: Arc<Ways>) -> anyhow::Result<()> {
    let mut arrived = ways.arrived.lock().await;
    while let Some(Arrived { gateway, incoming, kept }) = arrived.recv().await {
        let outcome = hear(&app, gateway, &incoming).await;
        let _ = kept.send(outcome.is_ok());
        if let Err(failure) = outcome {
            tracing::error!(gateway, "what came from a gateway could not be kept: {failure:#}");
            rest(Duration::from_millis(200)).await;
        }
    }
    // No gateway is left that could send anything.
    std::future::pending().await
}

fn receipt(fate: Fate) -> Receipt {
    match fate {
        Fate::Delivered => Receipt::Delivered,
        Fate::Undeliverable => Receipt::Undeliverable,
        Fate::Expired => Receipt::Expired,
        Fate::Rejected => Receipt::Rejected,
        Fate::Deleted => Receipt::Deleted,
    }
}

async fn hear(app: &App, gateway: &str, incoming: &Incoming) -> anyhow::Result<()> {
    for _ in 0..MEETINGS_MAX {
        if try_hear(app, gateway, incoming).await? {
            return Ok(());
        }
    }
    anyhow::bail!("it is changed all the time")
}

async fn try_hear(app: &App, gateway: &str, incoming: &Incoming) -> anyhow::Result<bool> {
    let mut tx = app.db.begin().await?;
    let heard = hear_in(app, &mut tx, gateway, incoming).await?;
    if heard {
        tx.commit().await?;
    }
    Ok(heard)
}

/// False when another change of the same notice was faster: then all of it is tried again.
pub(crate) async fn hear_in(
    app: &App,
    tx: &mut db::Tx,
    gateway: &str,
    incoming: &Incoming,
) -> anyhow::Result<bool> {
    let now = app.now();
    match incoming {
        Incoming::Receipt { id, reference, to, fate, error } => {
            let error: String = error.chars().take(200).collect();
            let mut about = sending::hear(tx, gateway, id, receipt(*fate), &error, now).await?;
            if let (None, Some(reference)) = (about, reference) {
                let to = normal(to);
                if let Some(found) = sending::referenced(tx, *reference, &to, now - DAYS_3).await? {
                    let part = sending::parts(tx, found.id).await?.len();
                    sending::link(tx, gateway, found.id, &[(part, id.clone())], now).await?;
                    about = Some(found.id);
                }
            }
            if let Some(id) = about {
                let found = store::one(tx, id).await?.context("a receipt for a notice that is gone")?;
                let next = with_receipts(tx, found.clone(), now).await?;
                if !keep(tx, &found, next, now).await? {
                    return Ok(false);
                }
            }
        }
        Incoming::Text { from, text } => {
            let (phone, text) = (normal(from), text.chars().take(1_000).collect::<String>());
            let last = sending::last_to(tx, &phone, now - DAYS_3).await?;
            let notice = last.as_ref().map(|last| last.id);
            let id: i64 = app.id();
            sending::add_reply(tx, id, now, &phone, &text, notice).await?;
            if NO_MORE.contains(&text.trim().to_uppercase().as_str()) {
                let (recipient, class, source) = (phone.clone(), Class::Marketing, "reply".to_owned());
                let consent = Consent { recipient, class, granted: false, source, who: None, at: now };
                consents::set_consent(tx, &consent).await?;
            }
            tx.emit(now, &Reply { phone, text, notice, about: last.map(|last| last.about) })?;
        }
    }
    Ok(true)
}

/// As recipients are kept.
fn normal(number: &str) -> String {
    number
        .parse::<PhoneNumber>()
        .map_or_else(|_| number.chars().take(32).collect(), |phone| phone.to_string())
}
