//! What this room does by the clock: begins each shift's record, looks again at what is left while somebody verifies, writes the
//! log, and tells of handovers that nobody signs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use db::{Emitted, Tx, config};
use deadlines::Level;
use kernel::calendar::Calendar;
use kernel::{HandoverId, JournalId, WorkOrderId};
use promises::Warned;
use serde_json::json;
use web::{App, Error};
use work_orders::rules::Order;

use crate::http::views::{RecordLine, line};
use crate::rules::line::{self, Line, Of};
use crate::rules::{Record, Scope, Settings, State, Team};
use crate::signing;
use crate::store::{lines, records};
use crate::{ALARMS, ROOM};

/// Taken in at once.
const BATCH: i64 = 500;
/// While somebody verifies, what arises comes onto the list within this time.
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// The records of the shift that works now, once: the centre's and those of its teams, in one change, so that everything is
/// somebody's. They begin where those before ended, so that none lies between.
pub async fn begin(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let now = app.now();
    let latest = records::latest(&app.db, None).await?;
    if latest.as_ref().is_some_and(|latest| latest.ends > now) {
        return Ok(());
    }
    let settings = config::read::<Settings>(&app.db).await?.value;
    let span = settings.span(&calendar, now);
    let begins = latest.map_or(span.begins, |latest| latest.ends.max(span.begins));
    let day = calendar.civil(span.begins).date();
    let names = if settings.teams.is_empty() {
        BTreeMap::new()
    } else {
        people::store::teams::names(&app.db).await?
    };
    // A group that is gone has no shift.
    let named = settings.teams.iter().filter_map(|id| Some(Team { id: *id, name: names.get(id)?.clone() }));
    let record = |scope: Scope| Record {
        id: app.id(),
        number: match &scope.team {
            Some(team) => format!("{day} {} {}", span.name, team.name),
            None => format!("{day} {}", span.name),
        },
        scope,
        shift: span.name.clone(),
        begins,
        ends: span.ends,
        sign_by: settings.sign_by(span.ends),
        state: State::Draft,
        sections: BTreeMap::new(),
        remarks: BTreeMap::new(),
        left: None,
        appendix: Vec::new(),
        alarmed_at: None,
        version: 1,
    };
    let mut tx = app.db.begin().await?;
    for scope in Scope::all(named.collect()) {
        if !signing::begin(&mut tx, &app, &calendar, &record(scope)).await? {
            return Ok(());
        }
    }
    tx.commit().await
}

/// What arises between the two signatures comes onto the list.
pub async fn look_again(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    for record in records::open(&app.db).await? {
        match signing::top_up(&app, &calendar, record.id, LOOK_AGAIN).await {
            // Somebody was faster: the next round sees it as it is then.
            Ok(()) | Err(Error::Refused { .. }) => {}
            Err(Error::Failed(error)) => return Err(error),
        }
    }
    Ok(())
}

/// A handover was not signed in time: told once, and kept as told.
pub async fn heard(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(warned) = event.is::<Warned>()? else { return Ok(()) };
    if warned.room != ROOM || warned.level != Level::Red {
        return Ok(());
    }
    let Ok(id) = warned.subject.parse::<HandoverId>() else { return Ok(()) };
    let Some(record) = records::one(tx, id).await? else { return Ok(()) };
    if record.alarmed_at.is_some() || matches!(record.state, State::SignedIn { .. }) {
        return Ok(());
    }
    let payload = json!({ "state": record.state.word(), "due": warned.due });
    let alarmed = Record { alarmed_at: Some(event.at), ..record };
    anyhow::ensure!(records::save(tx, &alarmed).await?, "the handover {id} changed meanwhile");
    signing::note(tx, event.at, None, &alarmed, "alarmed", payload);
    Ok(())
}

/// The picture that leaders have.
#[derive(Default)]
pub struct Told(Mutex<Option<Vec<RecordLine>>>);

/// Shows leaders which handovers should have been signed, whenever that changes.
pub async fn alarms(app: App, told: Arc<Told>) -> anyhow::Result<()> {
    let open = records::open(&app.db).await?;
    let late: Vec<RecordLine> = open.iter().filter(|record| record.alarmed_at.is_some()).map(line).collect();
    let news = {
        let mut before = told.0.lock().unwrap_or_else(PoisonError::into_inner);
        let news = before.as_ref() != Some(&late);
        if news {
            *before = Some(late.clone());
        }
        news
    };
    if news { app.live.publish(ALARMS.name, &late) } else { Ok(()) }
}

/// Writes the log from what has happened since the last time.
pub async fn follow(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let (Some(journal), Some(desks)) =
        (lines::followed(&app.db, "journal").await?, lines::followed(&app.db, "desks").await?)
    else {
        // What happened before this shift has nobody's log to stand in.
        let settings = config::read::<Settings>(&app.db).await?.value;
        let begins = settings.span(&calendar, app.now()).begins;
        let place = audit::store::place_before(&app.db, begins).await?;
        let desks = calls::store::desks::last(&app.db).await?;
        let mut tx = app.db.begin().await?;
        lines::follow(&mut tx, "journal", place.get()).await?;
        lines::follow(&mut tx, "desks", desks).await?;
        return tx.commit().await;
    };
    follow_journal(&app, journal).await?;
    follow_desks(&app, desks).await
}

async fn follow_journal(app: &App, mut place: i64) -> anyhow::Result<()> {
    loop {
        let found = audit::store::after(&app.db, JournalId(place), BATCH).await?;
        let Some(last) = found.last() else { return Ok(()) };
        place = last.id.get();
        let wanted = found.iter().filter(|line| line::wants_order(line));
        let ids: BTreeSet<i64> = wanted
            .filter_map(|line| line.subject.parse::<WorkOrderId>().ok())
            .map(WorkOrderId::get)
            .collect();
        let mut orders: BTreeMap<String, Order> = BTreeMap::new();
        if !ids.is_empty() {
            let ids: Vec<i64> = ids.into_iter().collect();
            let kept = work_orders::store::orders::some(&app.db, &ids).await?;
            orders.extend(kept.into_iter().map(|kept| (kept.order.id.to_string(), kept.order)));
        }
        let told = found.iter().filter_map(|line| line::from_journal(line, orders.get(&line.subject)));
        write(app, told.collect(), "journal", place).await?;
        if found.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

async fn follow_desks(app: &App, mut place: i64) -> anyhow::Result<()> {
    loop {
        let found = calls::store::desks::after(&app.db, place, BATCH).await?;
        let Some(last) = found.last() else { return Ok(()) };
        place = last.position;
        write(app, found.iter().filter_map(line::from_desk).collect(), "desks", place).await?;
        if found.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

async fn write(app: &App, told: Vec<Line>, source: &str, place: i64) -> anyhow::Result<()> {
    let whose = told.iter().filter_map(|line| match line.of {
        Of::Person(person) => Some(person),
        Of::Centre | Of::Team(_) => None,
    });
    let groups = people::store::teams::groups_of(&app.db, &whose.collect()).await?;
    let new = told.iter().map(|line| {
        let team = match line.of {
            Of::Centre => None,
            Of::Team(team) => Some(team),
            Of::Person(person) => groups.get(&person).copied(),
        };
        lines::New { id: app.id::<JournalId>().get(), team, line }
    });
    let mut tx = app.db.begin().await?;
    lines::add(&mut tx, &new.collect::<Vec<_>>()).await?;
    lines::follow(&mut tx, source, place).await?;
    tx.commit().await
}
