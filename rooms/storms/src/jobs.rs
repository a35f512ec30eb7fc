//! What this room does by the clock: looks at the signs, keeps the exchange on the right footing, settles reports.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use calls::Hall;
use calls::store::{lines, storm};
use db::config;
use exchange::FloorView;
use kernel::Timestamp;
use kernel::calendar::Calendar;
use web::{App, Error};

use crate::report;
use crate::rules::threshold::{Advice, look};
use crate::rules::{Act, Settings, Signals, Storm};
use crate::work::{Applier, switch};
use crate::{CHANGED, store};

/// Looks are so far apart.
pub const LOOK: Duration = Duration::from_secs(10);
/// Calls of this long are counted.
const WINDOW: Duration = Duration::from_secs(300);
const HALF_HOUR: Duration = Duration::from_secs(1_800);
const WEEK: Duration = Duration::from_secs(7 * 86_400);
/// So many weeks say what is usual.
const WEEKS: u32 = 4;
/// Minutes are kept for so long.
const KEPT: Duration = Duration::from_secs(40 * 86_400);
/// So long after a storm its calls are settled, and its report stands.
const SETTLED: Duration = Duration::from_secs(15 * 60);

/// What is usual at this time: counted once for each half-hour.
#[derive(Default)]
pub struct Usual(Mutex<Option<(Timestamp, u32)>>);

impl Usual {
    /// Calls in five minutes, in the same half-hour of the same weekday in the weeks before.
    pub async fn now(&self, app: &App, calendar: &Calendar) -> anyhow::Result<u32> {
        let now = app.now();
        let midnight = calendar.start_of(calendar.civil(now).date());
        let half_hours = now.since(midnight).as_secs() / HALF_HOUR.as_secs();
        let start = midnight + Duration::from_secs(half_hours * HALF_HOUR.as_secs());
        if let Some((known, usual)) = *self.0.lock().unwrap_or_else(PoisonError::into_inner)
            && known == start
        {
            return Ok(usual);
        }
        let mut came = Vec::new();
        for week in 1..=WEEKS {
            let from = start - WEEK * week;
            let slots = storm::slots(&app.db, from, from + HALF_HOUR, HALF_HOUR).await?;
            came.extend(slots.first().map(|slot| slot.arrived).filter(|arrived| *arrived > 0));
        }
        let usual = usual_of(&came);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((start, usual));
        Ok(usual)
    }
}

/// The middle of the weeks, so that one storm among them does not make the next one usual; for five of thirty minutes.
pub fn usual_of(weeks: &[i64]) -> u32 {
    let mut weeks = weeks.to_vec();
    weeks.sort_unstable();
    let middle = weeks.get(weeks.len().saturating_sub(1) / 2).copied().unwrap_or(0);
    u32::try_from((middle + 5) / 6).unwrap_or(0)
}

/// What the thresholds look at, and how long the first waits.
pub async fn signals(
    app: &App,
    floor: &FloorView,
    usual: &Usual,
    calendar: &Calendar,
) -> anyhow::Result<(Signals, u32)> {
    let now = app.now();
    let came = storm::slots(&app.db, now - WINDOW, now, WINDOW).await?.first().copied().unwrap_or_default();
    let trunks = lines::trunks(&app.db).await?;
    let on = || trunks.iter().filter(|kept| !kept.line.off);
    let room: u32 = on().map(|kept| kept.line.max_calls).fold(0, u32::saturating_add);
    let busy: u32 = on().filter_map(|kept| floor.trunks.get(&kept.id)).map(|trunk| trunk.calls).sum();
    let longest = floor.queues.values().filter_map(|queue| queue.longest_since).min();
    let number = |count: i64| u32::try_from(count).unwrap_or(0);
    let seen = Signals {
        arrived: number(came.arrived),
        normal: usual.now(app, calendar).await?,
        waiting: floor.waiting,
        lines_percent: (u64::from(busy) * 100)
            .checked_div(u64::from(room))
            .map_or(0, |share| u32::try_from(share).unwrap_or(100)),
        asked: number(came.requests),
        abandoned: number(came.abandoned),
    };
    let waits = longest.map_or(0, |since| u32::try_from(now.since(since).as_secs()).unwrap_or(u32::MAX));
    Ok((seen, waits))
}

/// Looks, keeps what was seen, and does what follows.
pub async fn watch(
    app: App,
    hall: Arc<dyn Hall>,
    usual: Arc<Usual>,
    calendar: Arc<Calendar>,
    applier: Arc<Applier>,
) -> anyhow::Result<()> {
    let settings = config::read::<Settings>(&app.db).await?.value;
    let floor = hall.floor().await?;
    let (seen, longest_s) = signals(&app, &floor, &usual, &calendar).await?;
    let now = app.now();
    let at = Timestamp::from_micros(now.as_micros() / 60_000_000 * 60_000_000);
    let mut tx = app.db.begin().await?;
    let minute = store::Minute { at, seen, longest_s, abandoned_percent: seen.abandoned_percent() };
    store::minute(&mut tx, &minute, now - KEPT).await?;
    let storm = store::open_in(&mut tx).await?;
    let before = store::watch(&mut tx).await?;
    let (next, advice) = look(before, &settings.thresholds, &seen, storm.is_some(), now);
    if next != before {
        store::save_watch(&mut tx, next).await?;
    }
    let calm = match &advice {
        Advice::End { calm_since } => Some(*calm_since),
        Advice::Nothing | Advice::Begin(_) => None,
    };
    let proposal = storm.as_ref().filter(|storm| storm.calm_at != calm);
    if let Some(storm) = proposal {
        store::save(&mut tx, &Storm { calm_at: calm, ..storm.clone() }).await?;
    }
    let hold = &settings.thresholds;
    // Whoever is not looking at the page is told when it is proposed, and when it is not any more.
    let proposed = (before.proposes(hold, now - LOOK), next.proposes(hold, now));
    let told = proposal.is_some() || (storm.is_none() && proposed.0 != proposed.1);
    tx.commit().await?;
    if told {
        app.live.publish(CHANGED.name, &serde_json::json!({}))?;
    }
    let act = match (advice, &storm) {
        (Advice::Begin(signs), None) if settings.begins_itself => {
            let signs: Vec<&str> = signs.iter().map(|sign| sign.as_str()).collect();
            Some(Act::On { why: signs.join(" "), minutes: settings.minutes })
        }
        // Who has begun it by hand ends it by hand.
        (Advice::End { .. }, Some(storm)) if settings.ends_itself && storm.began_by.is_none() => {
            Some(Act::Off { why: "calm".to_owned() })
        }
        _ => None,
    };
    if let Some(act) = act {
        match switch(&app, &act, None).await {
            // Somebody was faster by hand.
            Ok(_) | Err(Error::Refused { .. }) => {}
            Err(Error::Failed(failure)) => return Err(failure),
        }
        applier.apply(&app.db).await?;
    }
    Ok(())
}

/// Reports stand once the calls of their storm are settled. One that cannot be made holds up no other.
pub async fn settle(app: App) -> anyhow::Result<()> {
    let mut outcome = Ok(());
    for (storm, _) in store::unsettled(&app.db, app.now() - SETTLED).await? {
        let settled = settle_one(&app, &storm).await;
        outcome = outcome.and(settled.with_context(|| format!("the report of the storm {}", storm.id)));
    }
    outcome
}

async fn settle_one(app: &App, storm: &Storm) -> anyhow::Result<()> {
    let report = report::of(app, storm).await?;
    let mut tx = app.db.begin().await?;
    store::settle(&mut tx, storm.id, &serde_json::to_string(&report)?).await?;
    tx.commit().await
}
