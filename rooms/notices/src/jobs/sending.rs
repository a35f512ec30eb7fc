//! Hands over what is due, as many at once as the gateway takes, and keeps what it says.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use db::config;
use futures::FutureExt as _;
use gateways::{Gateway, Sent};
use kernel::calendar::Calendar;
use tokio::task::JoinSet;
use web::App;

use super::{MEETINGS_MAX, keep, message, numbered, plain, rest, with_receipts};
use crate::Ways;
use crate::rules::gate::{Gate, Known, Settings, gate};
use crate::rules::settle::{self, Answer, LEASE};
use crate::rules::{Channel, Kept, State, heard};
use crate::send::done;
use crate::store::{self, consents, sending};

/// So many are looked at for each that the gateway takes: of some nobody is to be told any more, or not now.
const LOOKED_AT: usize = 4;
/// While messages are under way, what else is due is looked for so often.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Hands over everything that is due on a channel: as many at once as the gateway takes, another as soon as one has ended.
/// When the process ends nothing more is claimed, and what is under way is waited for.
pub async fn send(
    app: App,
    ways: Arc<Ways>,
    calendar: Arc<Calendar>,
    channel: Channel,
) -> anyhow::Result<()> {
    let Some(gateway) = ways.of(channel).cloned() else { return Ok(()) };
    let _hold = app.ending.hold();
    // Each a task of its own: what goes wrong with one, or with claiming the next, is not the others' end.
    let mut under_way = JoinSet::new();
    let mut outcome = Ok(());
    loop {
        let free = gateway.window().saturating_sub(under_way.len());
        let mut more = free > 0 && outcome.is_ok() && gateway.ready().is_ok() && !app.ending.has_begun();
        if more {
            match claim(&app, &calendar, channel, free).await {
                Ok((due, claimed)) => {
                    more = due > 0;
                    for notice in claimed {
                        under_way.spawn(hand_over(app.clone(), gateway.clone(), notice));
                    }
                }
                Err(failure) => (outcome, more) = (Err(failure), false),
            }
        }
        if under_way.is_empty() {
            if more {
                continue;
            }
            return outcome;
        }
        tokio::select! {
            _ = under_way.join_next() => {}
            () = rest(LOOK_EVERY) => {}
        }
        while under_way.join_next().now_or_never().flatten().is_some() {}
    }
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
    let most = i64::try_from(window * LOOKED_AT).unwrap_or(1);
    let due = sending::due(&mut tx, channel, now, most).await?;
    let count = due.len();
    let recipients: BTreeSet<&str> = due.iter().map(|notice| notice.recipient.as_str()).collect();
    let granted = consents::of_many(&mut tx, &recipients).await?;
    let mut today = sending::sent_since(&mut tx, &recipients, midnight).await?;
    let (mut after, mut sent) = (Vec::with_capacity(count), 0);
    for notice in due {
        if sent == window {
            break;
        }
        let whose = (notice.recipient.clone(), notice.class);
        let today = today.entry(whose.clone()).or_default();
        let known = Known { consent: granted.get(&whose).copied(), today: *today };
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
        if next.state == State::Sending {
            *today += 1;
            sent += 1;
        }
        after.push(next);
    }
    // Everybody who changes several notices does it in this order: two never wait for each other.
    after.sort_by_key(|notice| notice.id);
    let saved = store::save_all(&mut tx, &after).await?;
    let mut claimed = Vec::new();
    // Where another node was faster, it is its notice now.
    for next in after.into_iter().filter(|next| saved.contains(&next.id)) {
        if next.state == State::Sending {
            claimed.push(Kept { version: next.version + 1, ..next });
        } else if next.state.is_final() {
            done(&mut tx, now, &next)?;
        }
    }
    tx.commit().await?;
    Ok((count, claimed))
}

async fn hand_over(app: App, gateway: Arc<dyn Gateway>, notice: Kept) {
    let sent = gateway.send(message(&notice, app.now())).await;
    let mut tries = 0;
    // What a gateway has said is worth some patience with the database: without it nobody knows what happened.
    while let Err(failure) = keep_answer(&app, gateway.name(), &notice, &sent).await {
        tracing::error!("what became of {} could not be kept: {failure:#}", notice.id);
        tries += 1;
        if tries == 5 {
            return;
        }
        rest(Duration::from_secs(1)).await;
    }
}

pub(super) async fn keep_answer(app: &App, gateway: &str, notice: &Kept, sent: &Sent) -> anyhow::Result<()> {
    for _ in 0..MEETINGS_MAX {
        if try_answer(app, gateway, notice, sent).await? {
            return Ok(());
        }
    }
    anyhow::bail!("it is changed all the time")
}

/// In a gateway's words, as far as they are shown.
fn words(why: &str) -> String {
    heard::hidden(&plain(why, 200))
}

async fn try_answer(app: &App, gateway: &str, notice: &Kept, sent: &Sent) -> anyhow::Result<bool> {
    let now = app.now();
    let (ids, answer) = match sent {
        Sent::Accepted { ids } => (numbered(ids), Answer::Accepted),
        Sent::NotSent { again, why } => (Vec::new(), Answer::NotSent { again: *again, why: words(why) }),
        Sent::Down { after, why } => (Vec::new(), Answer::Down { after: *after, why: words(why) }),
        Sent::Unknown { ids, why } => (numbered(ids), Answer::Unknown { why: words(why) }),
    };
    let mut tx = app.db.begin().await?;
    let attempts_max = config::now::<Settings>(&mut tx).await?.value.attempts_max;
    sending::link(&mut tx, gateway, notice.id, &ids, now).await?;
    let Some(found) = store::one(&mut tx, notice.id).await? else { return Ok(true) };
    // A receipt may have been faster than the answer, or the lease was over: then any answer about this very try is
    // better than none.
    let open = match found.state {
        State::Sending | State::Unknown if answer == Answer::Accepted => true,
        State::Sending => found.attempts == notice.attempts,
        State::Unknown => found.attempts == notice.attempts && !matches!(answer, Answer::Unknown { .. }),
        _ => false,
    };
    let settled = if open { settle::answered(&found, &answer, attempts_max, now) } else { found.clone() };
    let settled = with_receipts(&mut tx, settled, now).await?;
    let kept = keep(&mut tx, &found, settled, now).await?;
    if kept {
        tx.commit().await?;
    }
    Ok(kept)
}
