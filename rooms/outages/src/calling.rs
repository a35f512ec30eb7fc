//! Which calls to important customers are owed (O4), and owed again when what they were told is not true any more (O13). People
//! make them, or the machine (`machine.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use db::Tx;
use kernel::{CustomerId, Timestamp};

use crate::machine;
use crate::rules::calls::{self as owed, ByMachine, Standing};
use crate::rules::table::Terms;
use crate::rules::{Class, Moment, Outage};
use crate::store::affected;
use crate::store::calls::{self, Call};

/// Whoever was told what is not true any more is called within so long.
const AT_ONCE: Duration = Duration::from_secs(1_800);

/// What people are told now makes calls owed, moves them, and ends them.
pub async fn told(
    tx: &mut Tx,
    before: &Outage,
    next: &Outage,
    moment: Moment,
    terms: Terms<'_>,
) -> anyhow::Result<()> {
    match moment {
        Moment::Published => {
            for party in affected::important(tx, next.id).await? {
                for owed in dues(next, terms.now, terms) {
                    calls::add(tx, &Call::owed(next.id, party, owed)).await?;
                }
            }
        }
        Moment::Changed => {
            let all = calls::of_in(tx, next.id).await?;
            let know = who_know(&all);
            if before.starts() != next.starts() {
                again(tx, &all, &know, next, terms).await?;
            }
            at_once(tx, &all, &know, next, moment, terms.now).await?;
        }
        Moment::Restored | Moment::Cancelled => {
            let all = calls::of_in(tx, next.id).await?;
            for call in all.iter().filter(|call| call.state == Standing::Open) {
                machine::withdraw(tx, call, terms.now).await?;
            }
            calls::not_needed(tx, next.id, terms.now).await?;
            if moment == Moment::Cancelled {
                at_once(tx, &[], &who_know(&all), next, moment, terms.now).await?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Who was told a time by telephone, also where another call has been owed to him since.
fn who_know(all: &[Call]) -> BTreeSet<CustomerId> {
    let knows =
        |call: &&Call| call.state == Standing::Reached || call.attempts.iter().any(owed::Attempt::told);
    all.iter().filter(knows).map(|call| call.party).collect()
}

/// Whoever was told the old is told the new, once: what he was to be told at once before is said with it.
async fn at_once(
    tx: &mut Tx,
    all: &[Call],
    know: &BTreeSet<CustomerId>,
    next: &Outage,
    moment: Moment,
    now: Timestamp,
) -> anyhow::Result<()> {
    let news = i64::try_from(next.news())?;
    for call in all.iter().filter(|call| call.days < 0 && know.contains(&call.party)) {
        not_needed(tx, call, now).await?;
    }
    let days = -news - i64::from(moment == Moment::Cancelled);
    for party in know {
        calls::add(tx, &Call::owed(next.id, *party, (days, now + AT_ONCE, false))).await?;
    }
    Ok(())
}

/// It begins at another time: each call before it that still lies ahead is owed for the new day, also to whom the old day was
/// told. What was tried stays written down.
async fn again(
    tx: &mut Tx,
    all: &[Call],
    know: &BTreeSet<CustomerId>,
    next: &Outage,
    terms: Terms<'_>,
) -> anyhow::Result<()> {
    let Terms { now, calendar, .. } = terms;
    let owed = dues(next, now, terms);
    for call in all.iter().filter(|call| call.days >= 0 && !owed.iter().any(|(days, ..)| *days == call.days))
    {
        not_needed(tx, call, now).await?;
    }
    let day = |at: Timestamp| calendar.civil(at).date();
    let lies_ahead = |days: i64, due: Timestamp| match days {
        0 => due > now + AT_ONCE,
        _ => day(due) > day(now),
    };
    let known: BTreeMap<(CustomerId, i64), &Call> =
        all.iter().map(|call| ((call.party, call.days), call)).collect();
    let mut parties: BTreeSet<CustomerId> = affected::important(tx, next.id).await?.into_iter().collect();
    parties.extend(all.iter().filter(|call| call.state == Standing::Open).map(|call| call.party));
    for party in parties {
        for (days, due, late) in &owed {
            let known = known.get(&(party, *days));
            // What would be said today is said by the call at once.
            if know.contains(&party) && !lies_ahead(*days, *due) {
                if let Some(call) = known {
                    not_needed(tx, call, now).await?;
                }
                continue;
            }
            let new = Call::owed(next.id, party, (*days, *due, *late));
            let Some(call) = known else {
                calls::add(tx, &new).await?;
                continue;
            };
            machine::withdraw(tx, call, now).await?;
            keep(tx, &Call { attempts: call.attempts.clone(), version: call.version, ..new }).await?;
        }
    }
    Ok(())
}

async fn not_needed(tx: &mut Tx, call: &Call, now: Timestamp) -> anyhow::Result<()> {
    if call.state != Standing::Open {
        return Ok(());
    }
    machine::withdraw(tx, call, now).await?;
    let (state, done_at) = (Standing::NotNeeded, Some(now));
    keep(tx, &Call { state, done_at, machine: ByMachine::Done, ..call.clone() }).await
}

pub(crate) async fn keep(tx: &mut Tx, call: &Call) -> anyhow::Result<()> {
    anyhow::ensure!(calls::save(tx, call).await?, "the call to {} changed meanwhile", call.party);
    Ok(())
}

/// Days before, until when, and whether that is later than it should be, for a start that became known at an instant.
pub(crate) fn dues(outage: &Outage, known: Timestamp, terms: Terms<'_>) -> Vec<(i64, Timestamp, bool)> {
    let Terms { now, calendar, .. } = terms;
    let starts = outage.starts();
    let soon = now + Duration::from_secs(3_600);
    match outage.plan.class {
        Class::Planned => {
            let all = owed::owed(calendar.civil(starts).date(), calendar.civil(known).date());
            // By six in the evening of the day.
            let due = |on| (calendar.start_of(on) + Duration::from_secs(18 * 3_600)).max(soon);
            all.into_iter().map(|one| (i64::from(one.days), due(one.on), one.late)).collect()
        }
        Class::Temporary => {
            let day = starts - Duration::from_secs(86_400);
            let again = starts - Duration::from_secs(1_800);
            vec![(1, day.max(soon), day < now), (0, again.max(now), false)]
        }
        Class::Fault | Class::Arrears | Class::Breach => Vec::new(),
    }
}
