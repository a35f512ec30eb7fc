//! An outage is entered and moved: load, decide, save, all in one transaction with journal, promises, event and whatever
//! people are told.

use db::{Entry, Tx, config};
use deadlines::{Clocks, Step, Thresholds};
use kernel::calendar::Calendar;
use kernel::{OutageId, PersonId, Timestamp};
use promises::Subject;
use serde_json::json;
use web::{Actor, App, Error};

use crate::permissions::{APPROVE, WRITE};
use crate::rules::table::{self, Terms};
use crate::rules::{Act, Asker, Outage, Plan, Settings, decide, promised};
use crate::store::{affected, outages};
use crate::{Changed, ROOM, picture, telling};

/// Who asks, by what they may.
pub fn asker(actor: &Actor) -> Asker {
    Asker {
        person: Some(actor.person),
        writes: actor.permissions.has(WRITE),
        approves: actor.permissions.has(APPROVE),
    }
}

/// Enters an outage as a draft, with who is affected.
///
/// # Errors
/// Refused when something is missing.
pub async fn enter(app: &App, calendar: &Calendar, who: PersonId, plan: &Plan) -> Result<OutageId, Error> {
    let mut tx = app.db.begin().await?;
    let id = enter_in(&mut tx, app, calendar, who, plan).await?;
    tx.commit().await?;
    picture::changed();
    Ok(id)
}

/// The same within a change of whoever has a reason for it, who says [`crate::changed`] once that is kept.
///
/// # Errors
/// Refused when something is missing.
pub async fn enter_in(
    tx: &mut Tx,
    app: &App,
    calendar: &Calendar,
    who: PersonId,
    plan: &Plan,
) -> Result<OutageId, Error> {
    let now = app.now();
    let settings = config::now::<Settings>(tx).await?.value;
    let terms = Terms { now, calendar, settings: &settings };
    let plan = table::checked(plan, terms)?;
    let day = calendar.civil(now).date().strftime("%Y%m%d").to_string();
    let number = format!("T{day}-{:03}", outages::count(tx, &day).await?);
    let id: OutageId = app.id();
    let counts = affected::compute(tx, id, plan.utility, &plan.area).await?;
    let outage = Outage { counts, ..Outage::draft(id, number, plan, who, now) };
    outages::add(tx, &outage, terms).await?;
    tell(tx, now, Some(who), &outage, "none", "entered")?;
    Ok(id)
}

/// Does something to an outage that was read in `version`.
///
/// # Errors
/// Refused when it does not fit, is not for this person, or somebody else was faster.
pub async fn act(
    app: &App,
    calendar: &Calendar,
    asker: Asker,
    id: OutageId,
    version: Option<i64>,
    act: &Act,
) -> Result<Outage, Error> {
    let mut tx = app.db.begin().await?;
    let next = act_in(&mut tx, app, calendar, asker, (id, version), act).await?;
    tx.commit().await?;
    // Before anybody is told that it is so: whoever calls then hears it.
    picture::changed();
    Ok(next)
}

/// The same within a change of whoever has a reason for it, who says [`crate::changed`] once that is kept.
///
/// # Errors
/// Refused when it does not fit, is not for this person, or somebody else was faster.
pub async fn act_in(
    tx: &mut Tx,
    app: &App,
    calendar: &Calendar,
    asker: Asker,
    (id, version): (OutageId, Option<i64>),
    act: &Act,
) -> Result<Outage, Error> {
    let now = app.now();
    let before = outages::one(tx, id).await?.ok_or_else(Error::not_found)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(Error::changed_meanwhile());
    }
    let settings = config::now::<Settings>(tx).await?.value;
    let terms = Terms { now, calendar, settings: &settings };
    let mut next = decide(&before, act, asker, terms)?;
    if before.plan.area != next.plan.area || before.plan.utility != next.plan.utility {
        next.counts = affected::compute(tx, id, next.plan.utility, &next.plan.area).await?;
    }
    if !outages::save(tx, &next, terms).await? {
        return Err(Error::changed_meanwhile());
    }
    promise(tx, app, &before, &next, terms).await?;
    telling::told(tx, app, &before, &next, act.verb(), terms).await?;
    tell(tx, now, asker.person, &next, before.state.as_str(), act.verb().as_str())?;
    next.version += 1;
    Ok(next)
}

/// The journal's line and the event.
pub(crate) fn tell(
    tx: &mut Tx,
    now: Timestamp,
    who: Option<PersonId>,
    outage: &Outage,
    from: &str,
    verb: &'static str,
) -> anyhow::Result<()> {
    let to = outage.state.as_str().to_owned();
    let payload = json!({
        "number": outage.number, "from": from, "to": to, "verb": verb, "revision": outage.revision(),
        "last": outage.last(), "why": outage.why, "greeting": outage.greeting, "affected": outage.counts.all,
    });
    tx.journal(Entry { at: now, who, room: ROOM, subject: outage.id.to_string(), kind: verb, payload });
    let (number, revision) = (outage.number.clone(), outage.revision());
    tx.emit(
        now,
        &Changed { outage: outage.id, number, verb: verb.to_owned(), from: from.to_owned(), to, revision },
    )
}

/// Gives, moves and ends what is owed.
async fn promise(
    tx: &mut Tx,
    app: &App,
    before: &Outage,
    next: &Outage,
    terms: Terms<'_>,
) -> Result<(), Error> {
    let clock =
        promises::Terms { now: terms.now, calendar: terms.calendar, thresholds: Thresholds::default() };
    let subject = Subject {
        room: ROOM,
        id: next.id.to_string(),
        number: next.number.clone(),
        kind: None,
        unit: next.plan.unit,
        // It may lie in several.
        area: String::new(),
    };
    let new_revision = next.revision() != before.revision();
    let mut running: Vec<Step> = Vec::new();
    for kept in promises::of(tx, ROOM, &subject.id).await?.iter().filter(|kept| kept.runs()) {
        let Some(act) = promised::moved(next, kept.step, &kept.clocks, new_revision) else {
            running.push(kept.step);
            continue;
        };
        let Ok(clocks) = kept.clocks.decide(terms.now, &act, terms.calendar) else { continue };
        if !promises::save(tx, kept, &clocks, clock).await? {
            return Err(Error::changed_meanwhile());
        }
        if clocks.each().values().any(|promise| promise.is_running()) {
            running.push(kept.step);
        }
    }
    for owed in promised::owed(next).into_iter().filter(|owed| !running.contains(&owed.step)) {
        let clocks = if owed.outside {
            Clocks::agreed(terms.now, owed.due)
        } else {
            Clocks::inside(terms.now, owed.due)
        };
        let new = promises::New { id: app.id(), step: owed.step, rule: String::new(), clocks };
        promises::begin(tx, &subject, &new, clock).await?;
    }
    Ok(())
}
