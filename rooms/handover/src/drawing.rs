//! What a shift leaves is drawn: orders, callers who are owed a call, calls, seats, bulletins.

use calls::Hall;
use exchange::fact::DeskState;
use kernel::Timestamp;
use web::App;

use crate::rules::record::{BulletinLine, Calls, Left};
use crate::rules::shifts::Settings;
use crate::rules::{Item, Record, draw};

/// Callers who wait longest stand on the list, others are counted.
const OWED_MOST: u32 = 50;
/// Beyond this nobody counts callers one by one.
const OWED_COUNTED: u32 = 1_000;
const BULLETINS_MOST: i64 = 50;

/// What is there now: the items, places given, and what stands beside them. A shift that is over is counted until its end.
pub async fn draw(
    app: &App,
    hall: &dyn Hall,
    settings: &Settings,
    record: &Record,
    soon: Timestamp,
) -> anyhow::Result<(Left, Vec<Item>)> {
    let now = app.now();
    let to = now.min(record.ends);
    let items = items(app, settings, now, soon).await?;
    let tallies = work_orders::store::shift::tally(&app.db, record.begins, to, now).await?;
    let figures = calls::store::figures::between(&app.db, record.begins, to).await?;
    let longest = calls::store::figures::longest_wait(&app.db, record.begins, to).await?;
    let owed = calls::store::owed::page(&app.db, false, None, OWED_COUNTED).await?.len();
    let seats = hall.floor().await?.agents.iter().filter(|agent| agent.desk != DeskState::SignedOut).count();
    let left = Left {
        until: now,
        calls: Calls {
            offered: figures.offered,
            requests: figures.requests,
            answered: figures.answered,
            abandoned: figures.abandoned,
            longest_wait_ms: longest.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        },
        seats,
        orders: draw::orders(&tallies, &items),
        owed_rest: owed.saturating_sub(OWED_MOST as usize) as i64,
        bulletins: bulletins(app, now).await?,
    };
    Ok((left, items))
}

/// What is handed over one by one, as it stands now.
pub async fn items(
    app: &App,
    settings: &Settings,
    now: Timestamp,
    soon: Timestamp,
) -> anyhow::Result<Vec<Item>> {
    let most = i64::from(settings.items_max);
    let orders = work_orders::store::shift::left(&app.db, soon, most).await?;
    let owed = calls::store::owed::page(&app.db, false, None, OWED_MOST).await?;
    let orders = orders.iter().map(|kept| draw::order(kept, now, soon));
    Ok(draw::sorted(orders.chain(owed.iter().map(draw::owed)).collect(), 1))
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
