//! Keeps what comes from gateways: receipts and replies. It is acknowledged only after that.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use gateways::{Arrived, Fate, Incoming};
use kernel::{NoticeId, Timestamp};
use web::App;

use super::{DAYS_3, MEETINGS_MAX, keep, keep_many, name, normal, plain, rest, with_receipts};
use crate::rules::settle::{self, Receipt};
use crate::rules::{Class, Kept, State, heard};
use crate::store::consents::{self, Consent};
use crate::store::sending::Heard;
use crate::store::{self, sending};
use crate::{Reply, Ways};

/// So much of what has come is kept in one change.
const TOGETHER: usize = 50;

/// Keeps what comes, and acknowledges it only then.
pub async fn receive(app: App, ways: Arc<Ways>) -> anyhow::Result<()> {
    let mut arrived = ways.arrived.lock().await;
    let mut page = Vec::with_capacity(TOGETHER);
    while arrived.recv_many(&mut page, TOGETHER).await > 0 {
        let together = page.len() > 1 && matches!(try_page(&app, &page).await, Ok(true));
        for Arrived { gateway, incoming, kept } in page.drain(..) {
            // What cannot be kept is not the others' end.
            let outcome = if together { Ok(()) } else { hear(&app, gateway, &incoming).await };
            let _ = kept.send(outcome.is_ok());
            if let Err(failure) = outcome {
                tracing::error!(gateway, "what came from a gateway could not be kept: {failure:#}");
                rest(Duration::from_millis(200)).await;
            }
        }
    }
    // No gateway is left that could send anything.
    std::future::pending().await
}

/// All of it or nothing.
async fn try_page(app: &App, page: &[Arrived]) -> anyhow::Result<bool> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut receipts: BTreeMap<&str, Vec<Heard>> = BTreeMap::new();
    for Arrived { gateway, incoming, .. } in page {
        if let Incoming::Receipt { id, fate, error, .. } = incoming {
            let error = heard::hidden(&plain(error, 200));
            receipts.entry(gateway).or_default().push(Heard { id: name(id), receipt: of(*fate), error });
        }
    }
    let mut about = BTreeMap::new();
    for (gateway, receipts) in &receipts {
        about.insert(*gateway, sending::hear_all(&mut tx, gateway, receipts, now).await?);
    }
    let ids: Vec<NoticeId> = about.values().flat_map(BTreeMap::values).copied().collect();
    if !keep_many(&mut tx, &ids, Kept::clone, now).await?.is_empty() {
        return Ok(false);
    }
    for Arrived { gateway, incoming, .. } in page {
        // What is known by its name is kept.
        let known = |id: &str| about.get(gateway).is_some_and(|about| about.contains_key(&name(id)));
        let kept = matches!(incoming, Incoming::Receipt { id, .. } if known(id));
        if !kept && !hear_in(app, &mut tx, gateway, incoming).await? {
            return Ok(false);
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// What a way of our own house has come to, kept in its change: the message as the way named it.
///
/// # Errors
/// When the notice changed meanwhile: the whole is to be tried again.
pub async fn receipt(
    tx: &mut db::Tx,
    now: Timestamp,
    (gateway, message): (&str, &str),
    fate: Fate,
    why: &str,
) -> anyhow::Result<()> {
    let about = sending::hear(tx, gateway, &name(message), of(fate), &plain(why, 200), now).await?;
    anyhow::ensure!(settled(tx, about, now).await?, "the notice {message} changed meanwhile");
    Ok(())
}

/// With the receipts that are there now. False when another change was faster.
async fn settled(tx: &mut db::Tx, about: Option<NoticeId>, now: Timestamp) -> anyhow::Result<bool> {
    let Some(id) = about else { return Ok(true) };
    let found = store::one(tx, id).await?.context("a receipt for a notice that is gone")?;
    let next = with_receipts(tx, found.clone(), now).await?;
    keep(tx, &found, next, now).await
}

fn of(fate: Fate) -> Receipt {
    match fate {
        Fate::Delivered => Receipt::Delivered,
        Fate::Undeliverable => Receipt::Undeliverable,
        Fate::Expired => Receipt::Expired,
        Fate::Rejected => Receipt::Rejected,
        Fate::Deleted => Receipt::Deleted,
    }
}

pub(super) async fn hear(app: &App, gateway: &str, incoming: &Incoming) -> anyhow::Result<()> {
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
            let (id, to, error) = (name(id), normal(to), heard::hidden(&plain(error, 200)));
            let outcome = of(*fate);
            let mut about = sending::hear(tx, gateway, &id, outcome, &error, now).await?;
            if let (None, Some(reference)) = (about, reference)
                && let Some(found) = sending::referenced(tx, *reference, &to, now - DAYS_3).await?
            {
                let parts = sending::parts(tx, found.id).await?;
                match parts.iter().find(|part| part.receipt.is_none() && found.state == State::Sent) {
                    // Each part has its name: the receipt has another one for it.
                    Some(part) => {
                        sending::hear(tx, gateway, &part.message_id, outcome, &error, now).await?;
                    }
                    None => sending::link(tx, gateway, &[(found.id, parts.len(), id)], now).await?,
                }
                about = Some(found.id);
            }
            return settled(tx, about, now).await;
        }
        Incoming::Named { id, reference, to } => {
            let Some(found) = sending::referenced(tx, *reference, &normal(to), now - DAYS_3).await? else {
                return Ok(true);
            };
            let part = sending::parts(tx, found.id).await?.len();
            sending::link(tx, gateway, &[(found.id, part, name(id))], now).await?;
            let whole = part + 1 >= gateways::sms::parts(&found.text).len();
            let next = if whole && found.state == State::Unknown {
                settle::answered(&found, &settle::Answer::Accepted, 0, now)
            } else {
                found.clone()
            };
            let next = with_receipts(tx, next, now).await?;
            return keep(tx, &found, next, now).await;
        }
        Incoming::Text { from, text } => {
            let (phone, text) = (normal(from), plain(text, 1_000));
            let last = sending::last_to(tx, &phone, now - DAYS_3).await?;
            let notice = last.as_ref().map(|last| last.id);
            let id: i64 = app.id();
            sending::add_reply(tx, id, now, &phone, &text, notice).await?;
            if heard::wants_no_more(&text) {
                let (recipient, class, source) = (phone.clone(), Class::Marketing, "reply".to_owned());
                let consent = Consent { recipient, class, granted: false, source, who: None, at: now };
                consents::set_consent(tx, &consent).await?;
            }
            tx.emit(now, &Reply { phone, text, notice, about: last.map(|last| last.about) })?;
        }
    }
    Ok(true)
}
