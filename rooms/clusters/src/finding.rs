//! The finder at work: what was heard is put to its places and looked at, and what is found becomes rows, in one transaction with
//! how far was looked. The finder itself is put together from rows whenever somebody has decided, or another process looked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use db::{Db, Tx};
use kernel::Timestamp;
use kernel::calendar::Calendar;
use serde::Serialize;
use web::App;

use crate::hears::Ears;
use crate::rules::finder::HORIZON;
use crate::rules::proposal::Step;
use crate::rules::{Change, Finder, Key, Moment, Open, Proposal, State};
use crate::store::signals::{self, Head};
use crate::store::{places, proposals};
use crate::usual::Customers;
use crate::{CHANGED, ROOM, whereabouts, work};

/// Signals of one round; the rest has its turn a second later.
const BATCH: i64 = 2_000;
const SIGNALS_MAX: i64 = 50_000;
/// What is no evidence of anything goes after a day.
const KEPT: Duration = Duration::from_secs(86_400);

/// What is remembered between two looks. Nothing is lost with it.
#[derive(Default)]
pub struct Watch {
    memory: Mutex<Memory>,
    pub customers: Customers,
}

#[derive(Default)]
struct Memory {
    ears: Ears,
    finder: Option<(Head, Finder)>,
}

/// One look. Whatever fails, the next one begins from rows.
pub async fn look(app: &App, calendar: &Calendar, watch: &Watch) -> Result<()> {
    let mut memory = std::mem::take(&mut *watch.memory.lock().unwrap_or_else(PoisonError::into_inner));
    let done = round(app, calendar, watch, &mut memory).await;
    if done.is_err() {
        memory.finder = None;
    }
    *watch.memory.lock().unwrap_or_else(PoisonError::into_inner) = memory;
    done
}

async fn round(app: &App, calendar: &Calendar, watch: &Watch, memory: &mut Memory) -> Result<()> {
    let (db, now) = (&app.db, app.now());
    let settings = watch.customers.settings(db, now).await?.value;
    memory.ears.listen(db, &settings, now).await?;
    whereabouts::resolve(db, now).await?;
    let head = signals::head(db).await?;
    let mut finder = match memory.finder.take() {
        Some((known, finder)) if (known.taken, known.epoch) == (head.taken, head.epoch) => finder,
        _ => together(db, head, now).await?,
    };
    let news = signals::news(db, head.taken, BATCH).await?;
    let keys: BTreeSet<Key> =
        news.iter().flat_map(|(_, signal)| signal.paths.iter().flatten().cloned()).collect();
    know(db, &mut finder, keys).await?;
    let taken = news.last().map_or(head.taken, |(seq, _)| *seq);
    for (_, signal) in news {
        finder.take(signal);
    }
    let customers = watch.customers.supplied(db, now).await?.all;
    let time = calendar.civil(now).time();
    let half_hour = usize::try_from(time.hour() * 2 + time.minute() / 30).unwrap_or(0);
    let moment = Moment { now, half_hour, customers };
    let changes = finder.look(moment, &settings, &mut || app.id());
    if taken != head.taken || !changes.is_empty() {
        let areas = areas(db, &finder, &changes).await?;
        let mut tx = db.begin().await?;
        if !signals::take(&mut tx, head, taken).await? {
            // Somebody has just decided: what is in memory is of before.
            return Ok(());
        }
        for change in changes {
            keep(&mut tx, calendar, &finder, change, &areas, now).await?;
        }
        tx.commit().await?;
    }
    memory.finder = Some((Head { taken, ..head }, finder));
    Ok(())
}

/// The finder as the rows tell it.
pub async fn together(db: &Db, head: Head, now: Timestamp) -> Result<Finder> {
    let mut finder = Finder::default();
    let all = signals::since(db, now - HORIZON, head.taken, SIGNALS_MAX).await?;
    let keys: BTreeSet<Key> = all.iter().flat_map(|signal| signal.paths.iter().flatten().cloned()).collect();
    know(db, &mut finder, keys).await?;
    for signal in all {
        finder.put_back(signal);
    }
    for proposal in proposals::open(db).await? {
        if let Some(open) = proposals::reopened(db, &proposal).await? {
            finder.put_back_open(open);
        }
    }
    Ok(finder)
}

async fn know(db: &Db, finder: &mut Finder, keys: BTreeSet<Key>) -> Result<()> {
    let keys: Vec<Key> = keys.into_iter().collect();
    for part in keys.chunks(5_000) {
        for named in places::some(db, part).await? {
            finder.know(named.place);
        }
    }
    Ok(())
}

/// What is called how, for what is new or of another place now.
struct Area {
    text: String,
    path: Vec<Step>,
}

async fn areas(db: &Db, finder: &Finder, changes: &[Change]) -> Result<BTreeMap<i64, Area>> {
    let mut areas = BTreeMap::new();
    for change in changes {
        let (Change::Proposed { id } | Change::Grown { id }) = change else { continue };
        let Some(open) = finder.one(*id) else { continue };
        let named = places::some(db, &open.path).await?;
        let step = |key: &Key| {
            let named = named.iter().find(|named| named.place.key == *key);
            named.map(|named| Step {
                key: key.to_string(),
                kind: named.place.kind,
                name: named.name.clone(),
                customers: named.place.customers,
            })
        };
        let path: Vec<Step> = open.path.iter().filter_map(step).collect();
        let name = path.last().map_or("", |step| step.name.as_str());
        let text = whereabouts::area_text(db, open.place(), name).await?;
        areas.insert(*id, Area { text, path });
    }
    Ok(areas)
}

async fn keep(
    tx: &mut Tx,
    calendar: &Calendar,
    finder: &Finder,
    change: Change,
    areas: &BTreeMap<i64, Area>,
    now: Timestamp,
) -> Result<()> {
    match change {
        Change::Proposed { id } => {
            let (Some(open), Some(area)) = (finder.one(id), areas.get(&id)) else { return Ok(()) };
            let day = calendar.civil(now).date().strftime("%Y%m%d").to_string();
            let number = tx.next_number(ROOM, &day).await?;
            let proposal = proposed(open, area, number);
            proposals::add(tx, &proposal).await?;
            proposals::evidence(tx, open).await?;
            work::tell(tx, now, None, &proposal, "proposed");
            tx.emit(now, &work::changed(&proposal))
        }
        Change::Grown { id } | Change::Heard { id } => {
            let Some(open) = finder.one(id) else { return Ok(()) };
            let before = kept(tx, id).await?;
            let mut next = match areas.get(&id) {
                Some(area) => {
                    let (version, number) = (before.version, before.number.clone());
                    Proposal { version, ..proposed(open, area, number) }
                }
                None => before,
            };
            (next.first, next.last) = (open.first, open.last);
            (next.signals, next.households) = (count(open.evidence.len()), count(open.households()));
            save(tx, &next).await?;
            proposals::evidence(tx, open).await?;
            if matches!(change, Change::Grown { .. }) {
                work::tell(tx, now, None, &next, "grown");
                tx.emit(now, &work::changed(&next))?;
            }
            Ok(())
        }
        Change::Merged { id, into } => {
            let other = kept(tx, into).await?;
            let mut next = kept(tx, id).await?;
            (next.state, next.into, next.decided_at) = (State::Merged, Some(other.number), Some(now));
            save(tx, &next).await?;
            proposals::merge(tx, id, into).await?;
            work::tell(tx, now, None, &next, "merged");
            tx.emit(now, &work::changed(&next))
        }
        Change::Expired { id } => {
            let mut next = kept(tx, id).await?;
            (next.state, next.decided_at) = (State::Expired, Some(now));
            save(tx, &next).await?;
            proposals::close(tx, id, None).await?;
            work::tell(tx, now, None, &next, "expired");
            tx.emit(now, &work::changed(&next))
        }
    }
}

async fn kept(tx: &mut Tx, id: i64) -> Result<Proposal> {
    proposals::by_id(tx, id).await?.with_context(|| format!("the proposal {id} has no row"))
}

async fn save(tx: &mut Tx, next: &Proposal) -> Result<()> {
    if !proposals::save(tx, next).await? {
        bail!("{} was changed meanwhile", next.number);
    }
    Ok(())
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

fn proposed(open: &Open, area: &Area, number: String) -> Proposal {
    Proposal {
        id: open.id,
        number,
        state: State::Proposed,
        area: area.text.clone(),
        path: area.path.clone(),
        customers: open.customers,
        first: open.first,
        proposed: open.proposed,
        last: open.last,
        signals: count(open.evidence.len()),
        households: count(open.households()),
        window_min: open.test.window_min,
        expected: open.test.expected,
        found: open.test.households,
        surprise: open.test.surprise,
        decided_by: None,
        decided_at: None,
        outage: None,
        into: None,
        why: String::new(),
        version: 1,
    }
}

/// What is old and no evidence goes.
pub async fn forget(app: App) -> Result<()> {
    let mut tx = app.db.begin().await?;
    signals::forget(&mut tx, app.now() - KEPT).await?;
    tx.commit().await
}

/// What browsers were told last.
#[derive(Default)]
pub struct Pushed(Mutex<Option<Vec<(i64, i64)>>>);

/// That something changed, never what: who may see it asks.
#[derive(Serialize)]
struct Picture {
    at: Timestamp,
    open: usize,
}

/// Looks only while somebody watches.
pub async fn push(app: &App, pushed: &Pushed) -> Result<()> {
    if !app.live.is_watched(CHANGED.name) {
        return Ok(());
    }
    let marks = proposals::marks(&app.db).await?;
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
