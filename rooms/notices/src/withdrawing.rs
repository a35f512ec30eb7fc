//! What other rooms call to take back what is not true any more, and to ask who knows already.

use std::collections::{BTreeMap, BTreeSet};

use db::{Entry, Tx};
use kernel::Timestamp;
use serde_json::json;

use crate::Done;
use crate::rules::{State, Subject};
use crate::store::withdrawn;

/// So many are taken back by one call of [`withdraw`].
pub const WITHDRAWN_MAX: usize = 500;

/// Takes back what has not gone out about a thing, to these recipients (in normal form) or to everybody. What may have gone out
/// is not sent again. How many that were: of [`WITHDRAWN_MAX`] there may be more.
pub async fn withdraw(
    tx: &mut Tx,
    now: Timestamp,
    about: &Subject,
    to: Option<&[String]>,
    why: &str,
) -> anyhow::Result<usize> {
    Ok(some(tx, now, about, to, why).await?.0)
}

/// Takes back everything that has not gone out about a thing: it is void, merged, told by another way. How many there were.
pub async fn cancel_about(tx: &mut Tx, now: Timestamp, about: &Subject, why: &str) -> anyhow::Result<usize> {
    let mut all = 0;
    loop {
        let (taken, cancelled) = some(tx, now, about, None, why).await?;
        all += cancelled;
        if taken < WITHDRAWN_MAX {
            return Ok(all);
        }
    }
}

async fn some(
    tx: &mut Tx,
    now: Timestamp,
    about: &Subject,
    to: Option<&[String]>,
    why: &str,
) -> anyhow::Result<(usize, usize)> {
    let most = i64::try_from(WITHDRAWN_MAX).unwrap_or(i64::MAX);
    let taken = withdrawn::withdraw(tx, about, to, why, (now, most)).await?;
    let mut cancelled = 0;
    for (notice, was_queued) in &taken {
        let payload = json!({ "about": about, "why": why, "may_have_gone": !was_queued });
        let subject = notice.to_string();
        tx.journal(Entry { at: now, who: None, room: "notices", subject, kind: "cancelled", payload });
        if *was_queued {
            cancelled += 1;
            tx.emit(now, &Done { notice: *notice, about: about.clone(), outcome: State::Cancelled })?;
        }
    }
    Ok((taken.len(), cancelled))
}

/// Which of these recipients (in normal form) were told of a thing, or are about to be, and where that stands.
pub async fn told(
    tx: &mut Tx,
    about: &Subject,
    to: &BTreeSet<&str>,
) -> anyhow::Result<BTreeMap<String, State>> {
    if to.is_empty() {
        return Ok(BTreeMap::new());
    }
    withdrawn::told(tx, about, to).await
}
