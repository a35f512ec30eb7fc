//! Hands over what is due, as many at once as the gateway takes, and keeps what it says.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use db::config;
use futures::FutureExt as _;
use kernel::calendar::Calendar;
use tokio::task::JoinSet;
use web::App;

use super::answers::keep_patiently;
use super::{message, rest};
use crate::Ways;
use crate::rules::gate::{Gate, Known, Settings, asks_who_it_is_for, gate};
use crate::rules::settle::LEASE;
use crate::rules::{Channel, Kept, State};
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
        // Several are claimed together: what that costs is the same for ten as for one.
        let enough = under_way.is_empty() || free * 2 >= gateway.window();
        let mut more =
            enough && free > 0 && outcome.is_ok() && gateway.ready().is_ok() && !app.ending.has_begun();
        if more {
            match claim(&app, &calendar, channel, free).await {
                Ok((due, claimed)) => {
                    more = due > 0;
                    for notice in claimed {
                        let (gateway, message) = (gateway.clone(), message(&notice, app.now()));
                        under_way.spawn(async move { (notice, gateway.send(message).await) });
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
        let mut answered = Vec::new();
        tokio::select! {
            one = under_way.join_next() => answered.extend(one.transpose().ok().flatten()),
            () = rest(LOOK_EVERY) => {}
        }
        while let Some(Some(one)) = under_way.join_next().now_or_never() {
            answered.extend(one.ok());
        }
        keep_patiently(&app, gateway.name(), answered).await;
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
    let asked = |notice: &&Kept| asks_who_it_is_for(notice);
    let recipients: BTreeSet<&str> =
        due.iter().filter(asked).map(|notice| notice.recipient.as_str()).collect();
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
