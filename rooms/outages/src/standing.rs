//! What goes on and what comes, for whoever takes over the shift.

use db::{Db, config};
use kernel::calendar::Calendar;
use kernel::{OutageId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rules::greeting::{self, Voice};
use crate::rules::{Settings, State};
use crate::store::outages::{self, Which};

/// More of a kind are seen on the room's own page.
const MOST: i64 = 50;

/// What callers hear of an outage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Greets {
    Speaks,
    /// They would, if a leader had approved the words.
    Waits,
    Silent,
}

/// An outage that a shift hands over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Standing {
    #[schema(value_type = String)]
    pub id: OutageId,
    pub number: String,
    pub area: String,
    /// It goes on; otherwise it is to begin.
    pub begun: bool,
    pub affected: i64,
    #[schema(value_type = String, format = DateTime)]
    pub starts: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends: Option<Timestamp>,
    /// What people were told has passed.
    pub stale: bool,
    pub greets: Greets,
}

/// Those that go on, and those that begin before `until`; supply that is back is nobody's matter any more.
pub async fn standing(
    db: &Db,
    calendar: &Calendar,
    now: Timestamp,
    until: Timestamp,
) -> anyhow::Result<Vec<Standing>> {
    let settings = config::read::<Settings>(db).await?.value;
    let voice = Voice { now, calendar, settings: &settings };
    let mut found = outages::list(db, Which::Now, 0, MOST).await?;
    found.retain(|outage| outage.state == State::InProgress);
    let mut coming = outages::list(db, Which::Coming, 0, MOST).await?;
    coming.retain(|outage| outage.starts() < until);
    found.extend(coming);
    let one = |outage: crate::rules::Outage| Standing {
        id: outage.id,
        begun: outage.state == State::InProgress,
        affected: outage.counts.all,
        starts: outage.starts(),
        ends: outage.ends(),
        stale: outage.is_stale(now),
        greets: match () {
            () if greeting::speaks(&outage, voice) => Greets::Speaks,
            () if outage.greeting_waits() => Greets::Waits,
            () => Greets::Silent,
        },
        area: outage.plan.area.text,
        number: outage.number,
    };
    Ok(found.into_iter().map(one).collect())
}
