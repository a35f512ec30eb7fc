//! What a shift leaves is drawn: orders, escalations, callers who are owed a call, calls, seats,
//! outages, bulletins. Of a team what its own
//! people accepted; of the centre everything else.

use std::collections::BTreeSet;
use std::time::Duration;

use calls::Hall;
use calls::rules::owed::Owed;
use escalations::store::escalations as called;
use exchange::fact::DeskState;
use kernel::Timestamp;
use kernel::calendar::Calendar;
use web::App;
use work_orders::store::shift::{self, Whose};

use crate::rules::record::{BulletinLine, Calls, Left};
use crate::rules::shifts::Settings;
use crate::rules::{Item, Record, draw};

/// Callers who wait longest stand on the list, others are counted.
const OWED_MOST: usize = 50;
/// Beyond this nobody counts callers one by one.
const OWED_COUNTED: u32 = 1_000;
/// What begins within a day is the next shifts' to tell callers of.
const OUTAGES_AHEAD: Duration = Duration::from_secs(86_400);
const BULLETINS_MOST: i64 = 50;
/// More are not open at once: each matter has one, and a ladder has few people.
const ESCALATIONS_MOST: i64 = 500;

/// Of whom a record is: the people of its team, or everybody who is in no team with a record of its own.
pub async fn whose(app: &App, record: &Record) -> anyhow::Result<Whose> {
    let scope = &record.scope;
    if let Some(team) = scope.team() {
        return Ok(Whose::Of(people::store::teams::members(&app.db, &BTreeSet::from([team])).await?));
    }
    if scope.apart.is_empty() {
        return Ok(Whose::All);
    }
    Ok(Whose::NotOf(people::store::teams::members(&app.db, &scope.apart).await?))
}

/// What is there now: the items, places given, and what stands beside them. A shift that is over is counted until its end.
/// Calls are counted of the whole centre: they are nobody's before somebody answers.
pub async fn draw(
    app: &App,
    (hall, calendar): (&dyn Hall, &Calendar),
    settings: &Settings,
    record: &Record,
    soon: Timestamp,
) -> anyhow::Result<(Left, Vec<Item>)> {
    let now = app.now();
    let to = now.min(record.ends);
    let whose = whose(app, record).await?;
    let items = items(app, settings, &whose, (now, soon)).await?;
    let tallies = shift::tally(&app.db, &whose, (record.begins, to), now).await?;
    let figures = calls::store::figures::between(&app.db, record.begins, to).await?;
    let longest = calls::store::figures::longest_wait(&app.db, record.begins, to).await?;
    let owed = owed(app, &whose).await?.len();
    let floor = hall.floor().await?;
    let seats = floor.agents.iter().filter(|agent| agent.desk != DeskState::SignedOut);
    let left = Left {
        until: now,
        calls: Calls {
            offered: figures.offered,
            requests: figures.requests,
            answered: figures.answered,
            abandoned: figures.abandoned,
            longest_wait_ms: longest.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        },
        seats: seats.filter(|agent| whose.has(Some(agent.agent))).count(),
        orders: draw::orders(&tallies, &items),
        owed_rest: owed.saturating_sub(OWED_MOST) as i64,
        bulletins: bulletins(app, now).await?,
        outages: outages::standing(&app.db, calendar, now, soon.max(now + OUTAGES_AHEAD)).await?,
    };
    Ok((left, items))
}

/// Callers who are owed a call: whoever has taken one in hand has it, the others are the centre's.
async fn owed(app: &App, whose: &Whose) -> anyhow::Result<Vec<Owed>> {
    let mut found = calls::store::owed::page(&app.db, false, None, OWED_COUNTED).await?;
    found.retain(|owed| whose.has(owed.taken_by));
    Ok(found)
}

/// What is handed over one by one, as it stands now.
pub async fn items(
    app: &App,
    settings: &Settings,
    whose: &Whose,
    (now, soon): (Timestamp, Timestamp),
) -> anyhow::Result<Vec<Item>> {
    let most = i64::from(settings.items_max);
    let orders = shift::left(&app.db, whose, soon, most).await?;
    let mut found: Vec<Item> = orders.iter().map(|kept| draw::order(kept, now, soon)).collect();
    found.extend(owed(app, whose).await?.iter().take(OWED_MOST).map(draw::owed));
    let called = called::open(&app.db, ESCALATIONS_MOST).await?;
    found.extend(called.iter().filter(|one| whose.has(one.agent)).map(draw::escalation));
    Ok(draw::sorted(found, 1))
}

async fn bulletins(app: &App, now: Timestamp) -> anyhow::Result<Vec<BulletinLine>> {
    // Whose receipts these are does not matter here: nobody reads them by looking at a handover.
    let nobody = kernel::PersonId(0);
    let seen = notices::store::bulletins::list(&app.db, nobody, false, now, None, BULLETINS_MOST).await?;
    let holding = seen.into_iter().filter(|seen| seen.bulletin.holds(now));
    Ok(holding
        .map(|seen| BulletinLine {
            id: seen.bulletin.id,
            topic: seen.bulletin.topic.as_str().to_owned(),
            region: seen.bulletin.region,
            text: seen.bulletin.text,
            valid_until: seen.bulletin.valid_until,
            musts: seen.musts,
            reads: seen.reads,
        })
        .collect())
}
