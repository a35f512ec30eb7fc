//! Tells browsers which orders have changed, never what they say: who may see an order asks for it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use db::Event as _;
use kernel::{Timestamp, WorkOrderId};
use serde::Serialize;
use web::{App, Topic};

use crate::Changed;
use crate::permissions::{DISPATCH, EXTEND, SEERS};
use crate::store::time_asked::{self, Asking};
use crate::store::unassigned::{self, Waiting};
use crate::store::unheard::{self, Nobody};

/// The changes of the last moments.
pub const CHANGED: Topic = Topic::shared_any("work_orders.changed", SEERS);
/// What no unit has, or nobody has heard of: for whoever sends orders out, on whatever page.
pub const UNASSIGNED: Topic = Topic::shared("work_orders.unassigned", DISPATCH);
/// Units that wait to hear whether they get more time: for whoever may give it, on whatever page.
pub const TIME_ASKED: Topic = Topic::shared("work_orders.time_asked", EXTEND);
/// So many are named; whoever was away for longer asks for everything.
const NAMED: usize = 64;

/// One order that changed, and when: the number of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Mark {
    place: i64,
    order: WorkOrderId,
}

/// What is pushed: all changes behind `from`, up to `place`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Picture {
    at: Timestamp,
    from: i64,
    place: i64,
    orders: VecDeque<Mark>,
}

impl Picture {
    fn at(at: Timestamp, place: i64) -> Picture {
        Picture { at, from: place, place, orders: VecDeque::new() }
    }

    /// `lost`: not all events on the way to `last` were seen, and nobody knows which orders they named.
    fn next(&mut self, at: Timestamp, lost: bool, last: i64, changed: impl IntoIterator<Item = Mark>) {
        if lost {
            self.from = last;
            self.orders.clear();
        }
        for mark in changed {
            self.orders.push_back(mark);
            if self.orders.len() > NAMED {
                self.from = self.orders.pop_front().map_or(self.from, |gone| gone.place);
            }
        }
        (self.at, self.place) = (at, last);
    }
}

/// The picture as it was pushed last; none before the first.
#[derive(Default)]
pub struct Push(Mutex<Option<Picture>>);

impl Push {
    /// Asks only while somebody watches.
    pub async fn look(&self, app: &App) -> anyhow::Result<()> {
        if !app.live.is_watched(CHANGED.name) {
            return Ok(());
        }
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let place = before.as_ref().map_or(i64::MAX, |picture| picture.place);
        let news = app.db.glance(place, &[Changed::KIND]).await?;
        let mut picture = before.clone().unwrap_or_else(|| Picture::at(app.now(), news.last));
        let mut changed = Vec::new();
        for event in &news.events {
            let order = event.is::<Changed>()?.map(|changed| changed.order);
            changed.extend(order.map(|order| Mark { place: event.id, order }));
        }
        let passed = i64::try_from(news.passed).unwrap_or(i64::MAX);
        let lost = picture.place.saturating_add(passed) < news.last;
        let new = before.is_none() || lost || !changed.is_empty();
        picture.next(app.now(), lost, news.last, changed);
        if new {
            app.live.publish(CHANGED.name, &picture)?;
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(picture);
        Ok(())
    }
}

/// What somebody has to see to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Stuck {
    #[serde(flatten)]
    waiting: Waiting,
    #[serde(flatten)]
    nobody: Nobody,
}

/// What was pushed last; none before the first.
pub struct Last<T>(Mutex<Option<T>>);

impl<T> Default for Last<T> {
    fn default() -> Self {
        Last(Mutex::new(None))
    }
}

impl<T: Copy + PartialEq + Serialize> Last<T> {
    fn push(&self, app: &App, topic: &Topic, now: T) -> anyhow::Result<()> {
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(now);
        if before == Some(now) { Ok(()) } else { app.live.publish(topic.name, &now) }
    }
}

/// What no unit has, and what nobody has heard of.
pub type Waits = Last<Stuck>;

impl Waits {
    /// Asks whoever watches or not: the picture is what the next browser gets first.
    pub async fn look(&self, app: &App) -> anyhow::Result<()> {
        let waiting = unassigned::waiting(&app.db, app.now()).await?;
        self.push(app, &UNASSIGNED, Stuck { waiting, nobody: unheard::nobody(&app.db).await? })
    }
}

/// Who waits to hear whether there is more time.
pub type Asks = Last<Asking>;

impl Asks {
    /// Asked as [`Waits`] is.
    pub async fn look(&self, app: &App) -> anyhow::Result<()> {
        self.push(app, &TIME_ASKED, time_asked::asking(&app.db).await?)
    }
}
