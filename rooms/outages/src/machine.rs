//! The machine calls important customers and liaisons, where the settings tell it to; what it does not reach stays with people.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use campaigns::rules::{Outcome as Made, Plan};
use campaigns::{Done, Standing, Wanted};
use customers::store::load;
use db::{Emitted, Entry, Tx, config};
use kernel::calendar::Calendar;
use kernel::{CampaignId, CustomerId, OutageId, TargetId, Timestamp};
use serde_json::json;
use web::App;

use crate::asking::CAMPAIGN;
use crate::rules::calls::{Attempt, ByMachine, MACHINE, Outcome, Standing as Stands, attempted};
use crate::rules::told::Contact;
use crate::rules::{Outage, Settings};
use crate::store::calls::{self, Call};
use crate::store::told::{self, Told};
use crate::store::{liaisons, outages, reached};
use crate::telling::flow_is_live;
use crate::{ROOM, promising};

/// The campaigns' names for this room.
pub const IMPORTANT: &str = "outages_important";
pub const LIAISONS: &str = "outages_liaisons";

/// At the hours of the centre's campaigns.
async fn plan(tx: &mut Tx, settings: &Settings, flow: &str) -> anyhow::Result<Plan> {
    let attempts = u8::try_from(settings.machine.attempts).unwrap_or(3);
    let rules = config::now::<campaigns::rules::Settings>(tx).await?.value;
    Ok(campaigns::rules::Settings { attempts, gap_min: 60, ..rules }.plan(flow))
}

fn important(plan: Plan) -> Standing {
    Standing {
        key: IMPORTANT,
        name: "重要客户停供致电".to_owned(),
        purpose: "计划停供前 7 天和前 1 天告知重要客户：按1已记录，按0转人工。".to_owned(),
        plan,
    }
}

fn to_liaisons(plan: Plan) -> Standing {
    Standing {
        key: LIAISONS,
        name: "信息员停供致电".to_owned(),
        purpose: "短信没有回执的信息员：按1已知道，按0转人工。".to_owned(),
        plan: Plan { gap_min: 10, ..plan },
    }
}

/// What a flow can say of an outage.
fn known(outage: &Outage, calendar: &Calendar) -> BTreeMap<String, String> {
    let mut known = BTreeMap::from([("outage".to_owned(), outage.id.to_string())]);
    let mut put = |name: &str, at: Timestamp| {
        let civil = calendar.civil(at);
        known.insert(format!("{name}_date"), civil.date().to_string());
        known.insert(format!("{name}_time"), civil.time().strftime("%H:%M").to_string());
    };
    put("starts", outage.starts());
    if let Some(ends) = outage.ends() {
        put("ends", ends);
    }
    known
}

/// Puts those in whom the machine may call now: on the day for which the call stands, not before.
pub async fn call(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let settings = config::read::<Settings>(&app.db).await?.value;
    let now = app.now();
    if !(settings.machine.important || settings.machine.liaisons || settings.asking.calls) {
        return Ok(());
    }
    let rules = config::read::<campaigns::rules::Settings>(&app.db).await?.value;
    if !rules.plan("any").open(&calendar, now) {
        return Ok(());
    }
    // Neither waits for the other.
    let important = match settings.machine.important {
        true => put_calls(&app, &calendar, &settings).await,
        false => Ok(()),
    };
    let to_liaisons = match settings.machine.liaisons {
        true => put_liaisons(&app, &calendar, &settings).await,
        false => Ok(()),
    };
    important.and(to_liaisons).and(promising::put(&app, &calendar, &settings).await)
}

/// One that cannot be put in holds up no other: it is as it was, and the next turn finds it again.
pub(crate) async fn logged(app: &App, outage: OutageId, done: anyhow::Result<()>) {
    let Err(failure) = done else { return };
    let number = outages::number(&app.db, outage).await.ok().flatten().unwrap_or_else(|| outage.to_string());
    tracing::error!(
        "a call by the machine about {number} could not be put in, and is tried again: {failure:#}"
    );
}

/// Without a flow people call.
async fn is_live(app: &App, flow: &str) -> anyhow::Result<bool> {
    flow_is_live(&mut app.db.begin().await?, flow).await
}

async fn put_calls(app: &App, calendar: &Calendar, settings: &Settings) -> anyhow::Result<()> {
    if !is_live(app, &settings.machine.flow).await? {
        return Ok(());
    }
    let tomorrow = calendar.start_of(calendar.civil(app.now()).date()) + Duration::from_secs(86_400);
    let found = calls::for_machine(&app.db, tomorrow).await?;
    let parties: BTreeSet<CustomerId> = found.iter().map(|call| call.party).collect();
    let customers = load::some(&app.db, &parties.into_iter().collect::<Vec<_>>()).await?;
    for call in &found {
        let customer = customers.iter().find(|one| one.id == call.party);
        let number = customer.and_then(|one| one.preferred()).map(|one| one.number.to_string());
        let put = put_call(app, calendar, settings, call, number.unwrap_or_default()).await;
        logged(app, call.outage, put).await;
    }
    Ok(())
}

async fn put_liaisons(app: &App, calendar: &Calendar, settings: &Settings) -> anyhow::Result<()> {
    if !is_live(app, &settings.machine.liaison_flow).await? {
        return Ok(());
    }
    let found = told::for_machine(&app.db, app.now()).await?;
    let concerned: BTreeSet<i64> = found.iter().map(|one| one.liaison).collect();
    let liaisons = liaisons::some(&app.db, concerned).await?;
    for one in &found {
        let number = liaisons.iter().find(|liaison| liaison.id == one.liaison).map(|one| one.phone.clone());
        let put = put_liaison(app, calendar, settings, one, number.unwrap_or_default()).await;
        logged(app, one.outage, put).await;
    }
    Ok(())
}

async fn put_call(
    app: &App,
    calendar: &Calendar,
    settings: &Settings,
    found: &Call,
    number: String,
) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let Some(call) = calls::one(&mut tx, found.outage, found.party, found.days).await? else { return Ok(()) };
    if call.version != found.version || !flow_is_live(&mut tx, &settings.machine.flow).await? {
        return Ok(());
    }
    let Some(outage) = outages::one(&mut tx, call.outage).await? else { return Ok(()) };
    let once = format!("{}.{}.{}.{}", call.outage, call.party, call.days, outage.revision());
    let wanted = Wanted {
        once: once.clone(),
        number,
        about: format!("{}:{}:{}", call.outage, call.party, call.days),
        known: known(&outage, calendar),
        not_before: now,
    };
    let ids = (app.id::<CampaignId>(), app.id::<TargetId>());
    let standing = important(plan(&mut tx, settings, &settings.machine.flow).await?);
    let machine = match campaigns::call(&mut tx, now, ids, &standing, wanted).await? {
        Ok(Some(_)) => ByMachine::Calling(once),
        // Called before, no number, or people have stopped it: people call.
        Ok(None) | Err(_) => ByMachine::Done,
    };
    if calls::save(&mut tx, &Call { machine, ..call }).await? {
        tx.commit().await?;
    }
    Ok(())
}

async fn put_liaison(
    app: &App,
    calendar: &Calendar,
    settings: &Settings,
    found: &Told,
    number: String,
) -> anyhow::Result<()> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    if !flow_is_live(&mut tx, &settings.machine.liaison_flow).await? {
        return Ok(());
    }
    let Some(outage) = outages::one(&mut tx, found.outage).await? else { return Ok(()) };
    let once = found.id.to_string();
    let wanted = Wanted {
        once: once.clone(),
        number,
        about: found.outage.to_string(),
        known: known(&outage, calendar),
        not_before: now,
    };
    let ids = (app.id::<CampaignId>(), app.id::<TargetId>());
    let standing = to_liaisons(plan(&mut tx, settings, &settings.machine.liaison_flow).await?);
    let put = campaigns::call(&mut tx, now, ids, &standing, wanted).await?;
    let machine = if matches!(put, Ok(Some(_))) { ByMachine::Calling(once) } else { ByMachine::Done };
    if told::by_machine(&mut tx, found.id, &ByMachine::No, &machine).await? {
        tx.commit().await?;
    }
    Ok(())
}

/// The machine has called: kept with the call, in the change that hears of it.
pub async fn heard(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(done) = event.is::<Done>()? else { return Ok(()) };
    match done.standing.as_deref() {
        Some(IMPORTANT) => heard_important(tx, &done, event.at).await,
        Some(LIAISONS) => heard_liaison(tx, &done, event.at).await,
        Some(CAMPAIGN) => promising::heard(tx, &done).await,
        _ => Ok(()),
    }
}

async fn heard_important(tx: &mut Tx, done: &Done, now: Timestamp) -> anyhow::Result<()> {
    let mut parts = done.about.split(':');
    let outage = parts.next().and_then(|id| id.parse::<OutageId>().ok());
    let party = parts.next().and_then(|id| id.parse::<CustomerId>().ok());
    let days = parts.next().and_then(|days| days.parse::<i64>().ok());
    let (Some(outage), Some(party), Some(days)) = (outage, party, days) else { return Ok(()) };
    let Some(call) = calls::one(tx, outage, party, days).await? else { return Ok(()) };
    // A person was faster, or it is about a time that is not true any more.
    if call.machine != ByMachine::Calling(done.once.clone()) || call.state != Stands::Open {
        return Ok(());
    }
    let noted = done.keys.iter().any(|pressed| pressed.key == "1");
    let (outcome, note) = match done.outcome {
        Made::Reached if noted => (Outcome::Reached, "自动电话：按键确认已记录".to_owned()),
        Made::Reached => (Outcome::Reached, "自动电话：已转人工告知".to_owned()),
        Made::Busy => (Outcome::Busy, format!("自动电话{}次", done.tries)),
        Made::WrongNumber => (Outcome::WrongNumber, format!("自动电话{}次", done.tries)),
        Made::Answered => (Outcome::NoAnswer, format!("自动电话{}次：接听未确认", done.tries)),
        Made::Voicemail => (Outcome::NoAnswer, format!("自动电话{}次：语音信箱", done.tries)),
        Made::Withdrawn | Made::NotAllowed => {
            anyhow::ensure!(calls::save(tx, &Call { machine: ByMachine::Done, ..call }).await?, "changed");
            return Ok(());
        }
        _ => (Outcome::NoAnswer, format!("自动电话{}次", done.tries)),
    };
    let attempt = Attempt { at: done.at, by: MACHINE, outcome, note };
    let Ok((state, attempts)) = attempted(call.state, &call.attempts, &attempt) else { return Ok(()) };
    let done_at = (state != Stands::Open).then_some(now);
    let next = Call { state, attempts, done_at, machine: ByMachine::Done, ..call };
    anyhow::ensure!(calls::save(tx, &next).await?, "a call to {party} changed meanwhile");
    let contact = Contact::Called { reached: state == Stands::Reached, by_machine: true };
    reached::by_customer(tx, outage, party, contact, now).await?;
    let payload = json!({ "customer": party, "days": days, "outcome": outcome, "state": state, "machine": done.tries,
        "call": done.call });
    let subject = outage.to_string();
    tx.journal(Entry { at: now, who: None, room: ROOM, subject, kind: "called_important", payload });
    Ok(())
}

async fn heard_liaison(tx: &mut Tx, done: &Done, now: Timestamp) -> anyhow::Result<()> {
    let Ok(id) = done.once.parse::<i64>() else { return Ok(()) };
    told::by_machine(tx, id, &ByMachine::Calling(done.once.clone()), &ByMachine::Done).await?;
    if done.outcome == Made::Reached && told::called(tx, id, MACHINE, now).await? {
        let payload = json!({ "told": id.to_string(), "machine": done.tries, "call": done.call });
        let subject = done.about.clone();
        tx.journal(Entry { at: now, who: None, room: ROOM, subject, kind: "called_liaison", payload });
    }
    Ok(())
}

/// Nobody is to be called about this any more by the machine: it is not true, or a person has done it.
pub async fn withdraw(tx: &mut Tx, call: &Call, now: Timestamp) -> anyhow::Result<()> {
    if let ByMachine::Calling(once) = &call.machine {
        campaigns::withdraw(tx, now, IMPORTANT, once).await?;
    }
    Ok(())
}

/// The same of what a liaison was told before.
pub async fn withdraw_liaison(
    tx: &mut Tx,
    outage: OutageId,
    liaison: i64,
    now: Timestamp,
) -> anyhow::Result<()> {
    for once in told::calling(tx, outage, liaison).await? {
        campaigns::withdraw(tx, now, LIAISONS, &once).await?;
    }
    Ok(())
}
