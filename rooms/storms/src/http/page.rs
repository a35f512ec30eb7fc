//! The leader's page: how it stands, the last two hours, who is away, the outages.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use calls::Hall;
use calls::store::storm::{self, Load};
use db::config;
use exchange::fact::DeskState;
use kernel::calendar::Calendar;
use kernel::{OutageId, PersonId, Timestamp};
use outages::rules::State as OutageState;
use outages::rules::told::Way;
use outages::store::outages::{Which, list};
use outages::store::reached;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, App, Json};

use crate::jobs::{Usual, signals};
use crate::report::Report;
use crate::rules::threshold::{Sign, Thresholds};
use crate::rules::{Settings, Signals};
use crate::{report, store};

const TWO_HOURS: Duration = Duration::from_secs(7_200);
const FIVE_MINUTES: Duration = Duration::from_secs(300);
/// Of one page, of which so many are counted; the first hundred are listed.
const OUTAGES: i64 = 100;
const LISTED: usize = 100;
const PAGES: i64 = 5;

#[derive(Debug, Serialize, ToSchema)]
pub struct Page {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What the thresholds see, which of them hold, and since when enough of them do.
    seen: Signals,
    signs: Vec<Sign>,
    thresholds: Thresholds,
    #[schema(value_type = Option<String>, format = DateTime)]
    loud_since: Option<Timestamp>,
    /// The signs have held for long enough, and nobody has switched it on.
    proposed: bool,
    /// False after somebody has ended it by hand: nothing begins, or is proposed, until it has been calm.
    armed: bool,
    today: Load,
    /// Since it began; none while it is off.
    storm: Option<Report>,
    waiting: u32,
    longest_s: u32,
    promised: u32,
    /// On a break that nobody may begin now.
    away: Vec<Away>,
    /// The first hundred of so many.
    outages: Vec<OutageLine>,
    outages_all: usize,
    affected: i64,
    /// Of those: told of it (`outages::rules::told` says what counts), and by what.
    told: i64,
    told_by: BTreeMap<Way, i64>,
    restored: i64,
    chart: Vec<Bar>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Away {
    #[schema(value_type = String)]
    agent: PersonId,
    number: String,
    name: String,
    reason: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// When the break ends as it was granted.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OutageLine {
    #[schema(value_type = String)]
    id: OutageId,
    number: String,
    area: String,
    affected: i64,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// The estimate that people were told.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// That time has passed, or that of the news that was promised in its place.
    stale: bool,
}

/// Five minutes.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bar {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    arrived: i64,
    normal: u32,
    waiting: u32,
    self_served: i64,
}

/// How it stands.
#[utoipa::path(get, path = "/api/storms/page", tag = "storms", responses((status = 200, body = Page)))]
pub async fn show(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    Extension(usual): Extension<Arc<Usual>>,
    Extension(calendar): Extension<Arc<Calendar>>,
) -> Answer<Page> {
    let now = app.now();
    let settings = config::read::<Settings>(&app.db).await?.value;
    let floor = hall.floor().await?;
    let (seen, longest_s) = signals(&app, &floor, &usual, &calendar).await?;
    let watch = store::read_watch(&app.db).await?;
    let on = store::open(&app.db).await?;
    let midnight = calendar.start_of(calendar.civil(now).date());
    let mut away: Vec<Away> = floor
        .agents
        .iter()
        .filter_map(|seat| match &seat.desk {
            DeskState::NotReady { reason } if settings.breaks.contains(reason) => Some(Away {
                agent: seat.agent,
                number: seat.number.clone(),
                name: seat.name.clone(),
                reason: reason.clone(),
                since: seat.since,
                until: seat.limit,
            }),
            _ => None,
        })
        .collect();
    away.sort_by_key(|away| away.since);
    let mut open = Vec::new();
    for page in 0..PAGES {
        let more = list(&app.db, Which::Now, page * OUTAGES, OUTAGES).await?;
        let last = more.len() < LISTED;
        open.extend(more);
        if last {
            break;
        }
    }
    let in_progress = || open.iter().filter(|outage| outage.state == OutageState::InProgress);
    let mut outages: Vec<OutageLine> = in_progress()
        .map(|outage| OutageLine {
            id: outage.id,
            number: outage.number.clone(),
            area: outage.plan.area.text.clone(),
            affected: outage.counts.all,
            since: outage.starts(),
            until: outage.ends(),
            stale: outage.is_stale(now),
        })
        .collect();
    // Whose time has passed first; then who was told nothing; then the largest.
    outages.sort_by_key(|one| (!one.stale, one.until.is_some(), std::cmp::Reverse(one.affected)));
    let mut told_by: BTreeMap<Way, i64> = BTreeMap::new();
    let ids: Vec<OutageId> = outages.iter().map(|outage| outage.id).collect();
    for ((_, way), many) in reached::count(&app.db, &ids).await? {
        *told_by.entry(way).or_default() += many;
    }
    let storm = match &on {
        Some(storm) => Some(report::of(&app, storm).await?),
        None => None,
    };
    Ok(Json(Page {
        at: now,
        signs: settings.thresholds.signs(&seen, 100),
        loud_since: watch.loud_since,
        proposed: on.is_none() && watch.proposes(&settings.thresholds, now),
        armed: watch.armed,
        thresholds: settings.thresholds,
        seen,
        today: storm::load(&app.db, midnight, now).await?,
        storm,
        waiting: seen.waiting,
        longest_s,
        promised: floor.promised,
        away,
        told: told_by.values().sum(),
        told_by,
        affected: in_progress().map(|outage| outage.counts.all).sum(),
        restored: i64::try_from(open.len() - outages.len()).unwrap_or(0),
        outages_all: outages.len(),
        outages: outages.into_iter().take(LISTED).collect(),
        chart: chart(&app, now).await?,
    }))
}

/// The last two hours, five minutes at a time.
async fn chart(app: &App, now: Timestamp) -> anyhow::Result<Vec<Bar>> {
    let step = 300_000_000;
    let to = Timestamp::from_micros((now.as_micros() / step + 1) * step);
    let from = to - TWO_HOURS;
    let came = storm::slots(&app.db, from, to, FIVE_MINUTES).await?;
    let minutes = store::minutes(&app.db, from, to).await?;
    let bars = came.iter().enumerate().map(|(nth, slot)| {
        let at = from + FIVE_MINUTES * u32::try_from(nth).unwrap_or(0);
        let within = || minutes.iter().filter(|minute| minute.at >= at && minute.at < at + FIVE_MINUTES);
        Bar {
            at,
            arrived: slot.arrived,
            self_served: slot.self_served,
            normal: within().map(|minute| minute.seen.normal).max().unwrap_or(0),
            waiting: within().map(|minute| minute.seen.waiting).max().unwrap_or(0),
        }
    });
    Ok(bars.collect())
}
