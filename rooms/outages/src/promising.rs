//! Who pressed the key to hear when supply is back, and whom no text message can tell, is telephoned: by people, from the list of
//! calls, or first by the machine where it asks after a restoration.
//!
//! *Invariant:* nobody counts as told before somebody has told him: a wish is told with its message or with a call that reached.

use std::time::Duration;

use campaigns::rules::Outcome as Made;
use campaigns::{Done, Wanted};
use db::{Entry, Tx, config};
use kernel::calendar::Calendar;
use kernel::{CampaignId, OutageId, TargetId, Timestamp};
use serde_json::json;
use web::App;

use crate::asking::{self, CAMPAIGN};
use crate::rules::after::{Answer, keyed};
use crate::rules::calls::{Attempt, ByMachine, MACHINE, Outcome, Standing, attempted};
use crate::rules::told::Contact;
use crate::rules::{Refusal, Settings};
use crate::store::promised::{self, Promised};
use crate::store::{outages, reached, waves};
use crate::telling::flow_is_live;
use crate::{ROOM, machine};

/// As long as after any other change (O13).
const WITHIN: Duration = Duration::from_secs(1_800);

/// These numbers have no message coming: each is to be called.
pub async fn owe(
    tx: &mut Tx,
    app: &App,
    of: (OutageId, i64),
    phones: &[String],
    now: Timestamp,
) -> anyhow::Result<()> {
    for phone in phones {
        promised::owe(tx, app.id(), of, phone, now + WITHIN).await?;
    }
    waves::owed_wishes(tx, of, phones).await
}

/// It is off again: what would be said is not so.
pub async fn withdraw(tx: &mut Tx, outage: OutageId, now: Timestamp) -> anyhow::Result<()> {
    for once in promised::not_needed(tx, outage, now).await? {
        campaigns::withdraw(tx, now, CAMPAIGN, &once).await?;
    }
    Ok(())
}

/// One more attempt, and what it comes to; whoever was reached has been told.
///
/// # Errors
/// When the call is done, or the attempt cannot be written down so.
pub async fn attempt(
    tx: &mut Tx,
    before: &Promised,
    attempt: &Attempt,
    machine: ByMachine,
) -> anyhow::Result<Result<Option<Standing>, Refusal>> {
    let (state, attempts) = match attempted(before.state, &before.attempts, attempt) {
        Ok(next) => next,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let (by_machine, done_at) = (attempt.by == MACHINE, (state != Standing::Open).then_some(attempt.at));
    if let (ByMachine::Calling(once), false, true) = (&before.machine, by_machine, done_at.is_some()) {
        campaigns::withdraw(tx, attempt.at, CAMPAIGN, once).await?;
    }
    let next = Promised { state, attempts, done_at, machine, ..before.clone() };
    if !promised::save(tx, &next).await? {
        return Ok(Ok(None));
    }
    if state == Standing::Reached {
        waves::told_wishes(tx, (before.outage, before.revision), std::slice::from_ref(&before.phone)).await?;
    }
    let contact = Contact::Called { reached: state == Standing::Reached, by_machine };
    reached::by_number(tx, before.outage, &before.phone, contact, attempt.at).await?;
    let payload = json!({ "promised": before.id.to_string(), "outcome": attempt.outcome, "state": state });
    let (who, subject) = ((!by_machine).then_some(attempt.by), before.outage.to_string());
    tx.journal(Entry { at: attempt.at, who, room: ROOM, subject, kind: "called_promised", payload });
    Ok(Ok(Some(state)))
}

/// Puts those in whom the machine may call, by the campaign and under the name by which it asks whether supply is back: whoever is
/// asked anyway is called once.
pub async fn put(app: &App, calendar: &Calendar, settings: &Settings) -> anyhow::Result<()> {
    if !settings.asking.calls {
        return Ok(());
    }
    for found in promised::for_machine(&app.db).await? {
        let put = put_one(app, calendar, settings, &found).await;
        machine::logged(app, found.outage, put).await;
    }
    Ok(())
}

async fn put_one(
    app: &App,
    calendar: &Calendar,
    settings: &Settings,
    found: &Promised,
) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    if !flow_is_live(&mut tx, &settings.asking.flow).await? {
        return Ok(());
    }
    let Some(one) = promised::one(&mut tx, found.id).await? else { return Ok(()) };
    let Some(outage) = outages::one(&mut tx, found.outage).await? else { return Ok(()) };
    if one.version != found.version {
        return Ok(());
    }
    let once = asking::name((one.outage, one.revision), &one.phone);
    let wanted = Wanted {
        once: once.clone(),
        number: one.phone.clone(),
        about: format!("{}:{}", one.outage, one.revision),
        known: asking::known(&outage, calendar, now),
        not_before: now,
    };
    let ids = (app.id::<CampaignId>(), app.id::<TargetId>());
    let rules = config::now::<campaigns::rules::Settings>(&mut tx).await?.value;
    let standing = asking::standing(&settings.asking, rules);
    let machine = match campaigns::call(&mut tx, now, ids, &standing, wanted).await? {
        Ok(Some(_)) => ByMachine::Calling(once),
        // Called before, or people have stopped it: people call.
        Ok(None) | Err(_) => ByMachine::Done,
    };
    if promised::save(&mut tx, &Promised { machine, ..one }).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// The machine has called somebody after a restoration, to keep the promise or to ask him: either tells him.
pub async fn heard(tx: &mut Tx, done: &Done) -> anyhow::Result<()> {
    let mut parts = done.about.split(':');
    let outage = parts.next().and_then(|id| id.parse::<OutageId>().ok());
    let revision = parts.next().and_then(|revision| revision.parse::<i64>().ok());
    let (Some(outage), Some(revision)) = (outage, revision) else { return Ok(()) };
    let Some(phone) = done.once.rsplit('.').next() else { return Ok(()) };
    let Some(one) = promised::to(tx, outage, revision, phone).await? else { return Ok(()) };
    if one.state != Standing::Open {
        return Ok(());
    }
    let said = keyed(done.keys.iter().map(|pressed| pressed.key.as_str()));
    let (outcome, note) = match (done.outcome, said) {
        (_, Some(Answer::Yes)) => (Outcome::Reached, "自动电话：按键确认已恢复".to_owned()),
        (_, Some(Answer::No)) => (Outcome::Reached, "自动电话：按键表示仍未恢复".to_owned()),
        (Made::Reached, None) => (Outcome::Reached, "自动电话：已转人工告知".to_owned()),
        (Made::Busy, None) => (Outcome::Busy, format!("自动电话{}次", done.tries)),
        (Made::WrongNumber, None) => (Outcome::WrongNumber, format!("自动电话{}次", done.tries)),
        (Made::Answered, None) => (Outcome::NoAnswer, format!("自动电话{}次：接听未确认", done.tries)),
        (Made::Voicemail, None) => (Outcome::NoAnswer, format!("自动电话{}次：语音信箱", done.tries)),
        (Made::Withdrawn | Made::NotAllowed, None) => {
            anyhow::ensure!(
                promised::save(tx, &Promised { machine: ByMachine::Done, ..one }).await?,
                "changed"
            );
            return Ok(());
        }
        _ => (Outcome::NoAnswer, format!("自动电话{}次", done.tries)),
    };
    let made = Attempt { at: done.at, by: MACHINE, outcome, note };
    if let Ok(kept) = attempt(tx, &one, &made, ByMachine::Done).await? {
        anyhow::ensure!(kept.is_some(), "a promised call changed meanwhile");
    }
    Ok(())
}
