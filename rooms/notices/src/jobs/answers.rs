//! Keeps what gateways answer: of all that have answered meanwhile in one change.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use db::config;
use gateways::Sent;
use kernel::{NoticeId, Timestamp};
use web::App;

use super::{MEETINGS_MAX, keep_many, numbered, plain, rest};
use crate::rules::gate::Settings;
use crate::rules::settle::{self, Answer};
use crate::rules::{Kept, State, heard};
use crate::store::sending;

/// A notice as it was handed over, and what the gateway said.
pub(super) type Answered = (Kept, Sent);

/// What a gateway has said is worth some patience with the database: without it nobody knows what happened.
pub(super) async fn keep_patiently(app: &App, gateway: &str, answered: Vec<Answered>) {
    if answered.is_empty() {
        return;
    }
    if let Err(failure) = keep_answers(app, gateway, answered.clone()).await {
        tracing::error!("what became of {} notices could not be kept: {failure:#}", answered.len());
        // One that cannot be kept is not the others' end.
        let each = answered.into_iter().map(|one| keep_one_patiently(app, gateway, one));
        futures::future::join_all(each).await;
    }
}

async fn keep_one_patiently(app: &App, gateway: &str, answered: Answered) {
    for _ in 0..4 {
        rest(Duration::from_secs(1)).await;
        match keep_answers(app, gateway, vec![answered.clone()]).await {
            Ok(()) => return,
            Err(failure) => {
                tracing::error!("what became of {} could not be kept: {failure:#}", answered.0.id);
            }
        }
    }
}

pub(super) async fn keep_answers(
    app: &App,
    gateway: &str,
    mut answered: Vec<Answered>,
) -> anyhow::Result<()> {
    for _ in 0..MEETINGS_MAX {
        let left = try_answers(app, gateway, &answered).await?;
        answered.retain(|(notice, _)| left.contains(&notice.id));
        if answered.is_empty() {
            return Ok(());
        }
    }
    anyhow::bail!("it is changed all the time")
}

/// In a gateway's words, as far as they are shown.
fn words(why: &str) -> String {
    heard::hidden(&plain(why, 200))
}

/// Those that are left, as they changed meanwhile; the others are kept.
async fn try_answers(app: &App, gateway: &str, answered: &[Answered]) -> anyhow::Result<BTreeSet<NoticeId>> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let attempts_max = config::now::<Settings>(&mut tx).await?.value.attempts_max;
    let names: Vec<(NoticeId, usize, String)> = answered
        .iter()
        .flat_map(|(notice, sent)| {
            let names = match sent {
                Sent::Accepted { ids } | Sent::Unknown { ids, .. } => numbered(ids),
                Sent::NotSent { .. } | Sent::Down { .. } => Vec::new(),
            };
            names.into_iter().map(|(part, name)| (notice.id, part, name))
        })
        .collect();
    sending::link(&mut tx, gateway, &names, now).await?;
    let tried: BTreeMap<NoticeId, &Answered> = answered.iter().map(|one| (one.0.id, one)).collect();
    let ids: Vec<NoticeId> = tried.keys().copied().collect();
    let after = |found: &Kept| match tried.get(&found.id) {
        Some((notice, sent)) => after_answer(found, notice, sent, attempts_max, now),
        None => found.clone(),
    };
    let left = keep_many(&mut tx, &ids, after, now).await?;
    tx.commit().await?;
    Ok(left)
}

/// A receipt may have been faster than the answer, or the lease was over: then any answer about this very try is better
/// than none.
fn after_answer(found: &Kept, tried: &Kept, sent: &Sent, attempts_max: u32, now: Timestamp) -> Kept {
    let answer = match sent {
        Sent::Accepted { .. } => Answer::Accepted,
        Sent::NotSent { again, why } => Answer::NotSent { again: *again, why: words(why) },
        Sent::Down { after, why } => Answer::Down { after: *after, why: words(why) },
        Sent::Unknown { why, .. } => Answer::Unknown { why: words(why) },
    };
    let open = match found.state {
        State::Sending | State::Unknown if answer == Answer::Accepted => true,
        State::Sending => found.attempts == tried.attempts,
        State::Unknown => found.attempts == tried.attempts && !matches!(answer, Answer::Unknown { .. }),
        _ => false,
    };
    if open { settle::answered(found, &answer, attempts_max, now) } else { found.clone() }
}
