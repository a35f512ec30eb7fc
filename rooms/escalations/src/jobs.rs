//! What this room does by the clock: goes on where nobody has answered, looks at the queues, tells browsers that something changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use calls::Hall;
use calls::store::lines;
use db::config;
use kernel::calendar::Calendar;
use kernel::{EscalationId, NoticeId, QueueId, Timestamp};
use serde::Serialize;
use web::{App, Error};

use crate::hears::again;
use crate::rules::escalation::{Matter, Reason};
use crate::rules::grounds::is_over;
use crate::rules::{Act, Asker, Event, Ground, Settings};
use crate::store::{escalations, fired};
use crate::work::{self, New};
use crate::{CHANGED, work::act};

/// Looked at in one round.
const BATCH: i64 = 100;

/// Whose time is over without an answer goes on. What is due stands in the rows, so it goes on where it stopped; after a leap of the
/// clock each goes on once, and the next has the whole time.
pub async fn lapse(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    let mut all = Ok(());
    for id in escalations::due(&app.db, app.now(), BATCH).await? {
        match act(&app, &calendar, id, &Event::Lapse, (Asker::default(), None)).await {
            // Somebody has answered, or another node was faster.
            Ok(()) | Err(Error::Refused { .. }) => {}
            // One that cannot go on holds up nobody else.
            Err(Error::Failed(error)) => all = Err(error.context(format!("{id} does not go on"))),
        }
    }
    all
}

/// Since when each queue has been over its limits, and of which it has been told.
#[derive(Default)]
pub struct Queues(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    over: BTreeMap<QueueId, Timestamp>,
    /// None before the first look.
    told: Option<BTreeSet<QueueId>>,
}

/// What a look at the queues leads to.
#[derive(Default)]
struct News {
    over: Vec<(QueueId, u32)>,
    calm: Vec<QueueId>,
}

/// Whether a queue is over its limits for long enough, or not any more.
pub async fn queues(
    app: App,
    hall: Arc<dyn Hall>,
    calendar: Arc<Calendar>,
    seen: Arc<Queues>,
) -> anyhow::Result<()> {
    let settings = config::read::<Settings>(&app.db).await?.value;
    let known = seen.0.lock().unwrap_or_else(PoisonError::into_inner).told.is_some();
    let told = if known { Vec::new() } else { fired::of(&app.db, Ground::QueueOver).await? };
    let (view, now) = (hall.floor().await?, app.now());
    let news = {
        let mut memory = seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known {
            memory.told = Some(told.iter().filter_map(|key| key.parse().ok()).collect());
        }
        let over: BTreeMap<QueueId, u32> = view
            .queues
            .iter()
            .filter(|(_, queue)| is_over(queue, &settings, now))
            .map(|(id, queue)| (*id, queue.waiting))
            .collect();
        memory.over.retain(|id, _| over.contains_key(id));
        let mut news = News::default();
        for (id, waiting) in &over {
            let since = *memory.over.entry(*id).or_insert(now);
            let long = now.since(since) >= Duration::from_secs(u64::from(settings.queue_for_s));
            if long && memory.told.as_ref().is_none_or(|told| !told.contains(id)) {
                news.over.push((*id, *waiting));
            }
        }
        let calm = memory.told.iter().flatten().filter(|id| !over.contains_key(id)).copied();
        news.calm = calm.collect();
        news
    };
    if settings.way(Ground::QueueOver).by_rule && !news.over.is_empty() {
        let names = lines::queues(&app.db).await?;
        for (queue, waiting) in news.over {
            let name = names.iter().find(|kept| kept.id == queue).map(|kept| kept.line.title().to_owned());
            let matter = Matter::Queue { queue, name: name.unwrap_or_default() };
            over(&app, &calendar, &settings, (matter, waiting)).await?;
            let mut memory = seen.0.lock().unwrap_or_else(PoisonError::into_inner);
            memory.told.get_or_insert_default().insert(queue);
        }
    }
    for queue in news.calm {
        calmed(&app, &calendar, &settings, queue).await?;
        let mut memory = seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.told.get_or_insert_default().remove(&queue);
    }
    Ok(())
}

async fn over(
    app: &App,
    calendar: &Calendar,
    settings: &Settings,
    (matter, waiting): (Matter, u32),
) -> anyhow::Result<()> {
    let at = app.now();
    let mut tx = app.db.begin().await?;
    if !fired::fire(&mut tx, &matter.key(), Ground::QueueOver, at).await? {
        return Ok(());
    }
    let reason =
        Reason { ground: Ground::QueueOver, at, by: None, words: String::new(), count: Some(waiting) };
    let new = New { matter, reason, agent: None, unit: None, concerns: None };
    let mut ids = || app.id::<NoticeId>().get();
    work::raise(&mut tx, new, (settings, calendar), &mut ids, at).await.map_err(again)?;
    tx.commit().await
}

/// It may be told again; and whom nobody has answered is not asked any more.
async fn calmed(app: &App, calendar: &Calendar, settings: &Settings, queue: QueueId) -> anyhow::Result<()> {
    let (now, key) = (app.now(), queue.to_string());
    let mut tx = app.db.begin().await?;
    fired::forget(&mut tx, &key, Ground::QueueOver).await?;
    if let Some(open) = escalations::open_of(&mut tx, &key).await?
        && open.state.is_unanswered()
    {
        let event = Event::Act(Act::StandDown { why: "队列已恢复正常".into() });
        let mut ids = || app.id::<NoticeId>().get();
        let by = (settings, calendar);
        work::happen(&mut tx, open, &event, Asker::default(), by, &mut ids, now).await.map_err(again)?;
    }
    tx.commit().await
}

/// What browsers were told last.
#[derive(Default)]
pub struct Pushed(Mutex<Option<Vec<(EscalationId, i64)>>>);

/// That something changed, never what: who may see it asks.
#[derive(Serialize)]
struct Picture {
    at: Timestamp,
    open: usize,
}

/// Looks only while somebody watches.
pub async fn push(app: App, pushed: Arc<Pushed>) -> anyhow::Result<()> {
    if !app.live.is_watched(CHANGED.name) {
        return Ok(());
    }
    let marks = escalations::marks(&app.db).await?;
    let open = marks.len();
    let news = {
        let mut before = pushed.0.lock().unwrap_or_else(PoisonError::into_inner);
        let news = before.as_ref() != Some(&marks);
        if news {
            *before = Some(marks);
        }
        news
    };
    if news { app.live.publish(CHANGED.name, &Picture { at: app.now(), open }) } else { Ok(()) }
}
