//! The network is another below an open outage: who is affected is computed again, and whoever is so now is told like all others.
//!
//! *Invariant:* that an outage is to be computed again is a row, written with the note that the change was heard of and deleted
//! in the transaction that computes: whatever dies when, it is computed, and nobody is told twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use customers::NetworkChanged;
use db::{Emitted, Entry, Tx, config};
use kernel::calendar::Calendar;
use serde_json::json;
use web::App;

use crate::calling::{self, keep};
use crate::rules::calls::{ByMachine, Standing};
use crate::rules::network;
use crate::rules::outage::Moved;
use crate::rules::table::Terms;
use crate::rules::{Class, Moment, Outage, Settings, State};
use crate::store::calls::{self, Call};
use crate::store::recounts::{self, Recount};
use crate::store::{affected, moved, outages, waves};
use crate::{ROOM, machine, picture, telling, waving, work};

/// Of one turn; the next goes on.
const TOGETHER: i64 = 5;
/// Whoever is off already and should have been called before is called within half an hour.
const SOON: Duration = Duration::from_secs(1_800);

/// Something hangs elsewhere: open outages above it are computed again.
pub async fn heard(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(changed) = event.is::<NetworkChanged>()? else { return Ok(()) };
    recounts::ask(tx, &changed.elements, (changed.who, &changed.why), event.at).await?;
    Ok(())
}

/// The job: one outage in one transaction. What goes wrong with one holds no other up: it is tried again.
pub async fn recount(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let mut outcome = Ok(());
    for due in recounts::due(&app.db, app.now(), TOGETHER).await? {
        if app.ending.has_begun() {
            break;
        }
        let done = one(&app, &calendar, &due).await;
        outcome = outcome.and(done.with_context(|| format!("computing {} again", due.outage)));
    }
    outcome
}

async fn one(app: &App, calendar: &Calendar, due: &Recount) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    if !recounts::take(&mut tx, due).await? {
        return Ok(());
    }
    if let Some(before) = outages::one(&mut tx, due.outage).await? {
        let settings = config::now::<Settings>(&mut tx).await?.value;
        let terms = Terms { now: app.now(), calendar, settings: &settings };
        match before.state {
            State::Draft | State::Submitted | State::Approved => quietly(&mut tx, before, due, terms).await?,
            State::Published | State::InProgress => aloud(&mut tx, app, before, due, terms).await?,
            // Whoever was affected when it ended is asked whether it is over.
            State::Restored | State::Closed | State::Cancelled => {}
        }
    }
    tx.commit().await?;
    // What callers hear depends on whom it concerns.
    picture::changed();
    Ok(())
}

async fn save(tx: &mut Tx, outage: &Outage, terms: Terms<'_>) -> anyhow::Result<()> {
    anyhow::ensure!(outages::save(tx, outage, terms).await?, "{} was changed meanwhile", outage.number);
    Ok(())
}

/// Nobody has been told yet: whoever publishes it finds it as it is.
async fn quietly(tx: &mut Tx, before: Outage, due: &Recount, terms: Terms<'_>) -> anyhow::Result<()> {
    let counts = affected::compute(tx, before.id, before.plan.utility, &before.plan.area).await?;
    if counts == before.counts {
        return Ok(());
    }
    let payload = json!({ "before": before.counts.all, "affected": counts.all, "why": due.why });
    let (who, subject) = (Some(due.who), before.id.to_string());
    tx.journal(Entry { at: terms.now, who, room: ROOM, subject, kind: "network", payload });
    save(tx, &Outage { counts, ..before }, terms).await
}

async fn aloud(
    tx: &mut Tx,
    app: &App,
    before: Outage,
    due: &Recount,
    terms: Terms<'_>,
) -> anyhow::Result<()> {
    let plan = &before.plan;
    let key = (before.id, i64::try_from(before.revision() + 1)?);
    let moved = moved::compare(tx, key, plan.utility, &plan.area).await?;
    if moved == Moved::default() {
        return Ok(());
    }
    let counts = affected::counted(tx, before.id).await?;
    let next = network::changed(&before, (counts, moved), (due.who, &due.why), terms.now);
    save(tx, &next, terms).await?;
    call(tx, &next, terms).await?;
    telling::tell_liaisons(tx, app, &next, Moment::Network, terms).await?;
    if moved.left > 0 {
        waving::withdraw(tx, &next, terms.now).await?;
        waves::narrow(tx, next.id, i64::try_from(next.revision())?).await?;
    }
    tell(tx, &next, moved, terms).await?;
    work::tell(tx, terms.now, Some(due.who), &next, before.state.as_str(), "network")
}

/// By text message: by the wave that is under way as far as it has not come there yet, the others by one of their own.
async fn tell(tx: &mut Tx, next: &Outage, moved: Moved, terms: Terms<'_>) -> anyhow::Result<()> {
    if moved.joined == 0 || next.counts.all > i64::from(terms.settings.sms_most) {
        return Ok(());
    }
    let key = (next.id, i64::try_from(next.revision())?);
    if let Some(place) = waves::widen(tx, next.id, 0).await? {
        let many = moved::covered(tx, key, place).await?;
        waves::widen(tx, next.id, many).await?;
    }
    let many = moved::untold(tx, key).await?;
    if many > 0 {
        waves::begin(tx, next.id, Moment::Network, key.1, many, terms.now).await?;
    }
    Ok(())
}

/// Important customers who are affected now are called as those who were; who is not any more is not called.
async fn call(tx: &mut Tx, next: &Outage, terms: Terms<'_>) -> anyhow::Result<()> {
    let known = calls::of_in(tx, next.id).await?;
    let important: BTreeSet<_> = affected::important(tx, next.id).await?.into_iter().collect();
    let open = |call: &&Call| call.state == Standing::Open;
    for call in known.iter().filter(open).filter(|call| !important.contains(&call.party)) {
        machine::withdraw(tx, call, terms.now).await?;
        let (state, done_at) = (Standing::NotNeeded, Some(terms.now));
        keep(tx, &Call { state, done_at, machine: ByMachine::Done, ..call.clone() }).await?;
    }
    let begun = next.state == State::InProgress;
    let owed = match next.plan.class {
        Class::Planned | Class::Temporary if begun => {
            vec![(-i64::try_from(next.revision())?, terms.now + SOON, true)]
        }
        _ if begun => Vec::new(),
        _ => calling::dues(next, next.published_at.unwrap_or(terms.now), terms),
    };
    let told = |call: &&Call| matches!(call.state, Standing::Open | Standing::Reached | Standing::GivenUp);
    let told: BTreeSet<_> = known.iter().filter(told).map(|call| call.party).collect();
    for party in important.difference(&told) {
        for (days, due, late) in &owed {
            let new = Call::owed(next.id, *party, (*days, *due, *late));
            match known.iter().find(|call| (call.party, call.days) == (*party, *days)) {
                // Was affected before, and is so again.
                Some(call) => {
                    keep(tx, &Call { attempts: call.attempts.clone(), version: call.version, ..new }).await?
                }
                None => calls::add(tx, &new).await?,
            }
        }
    }
    Ok(())
}
