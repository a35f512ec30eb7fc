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
struct Stuck {
    #[serde(flatten)]
    waiting: Waiting,
    #[serde(flatten)]
    nobody: Nobody,
}

/// What waited when it was pushed last; none before the first.
#[derive(Default)]
pub struct Waits(Mutex<Option<Stuck>>);

impl Waits {
    /// Asks whoever watches or not: the picture is what the next browser gets first.
    pub async fn look(&self, app: &App) -> anyhow::Result<()> {
        let waiting = unassigned::waiting(&app.db, app.now()).await?;
        let stuck = Stuck { waiting, nobody: unheard::nobody(&app.db).await? };
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(stuck);
        if before == Some(stuck) { Ok(()) } else { app.live.publish(UNASSIGNED.name, &stuck) }
    }
}

/// Who waited for an answer when it was pushed last; none before the first.
#[derive(Default)]
pub struct Asks(Mutex<Option<Asking>>);

impl Asks {
    /// Asks whoever watches or not: the picture is what the next browser gets first.
    pub async fn look(&self, app: &App) -> anyhow::Result<()> {
        let asking = time_asked::asking(&app.db).await?;
        let before = self.0.lock().unwrap_or_else(PoisonError::into_inner).replace(asking);
        if before == Some(asking) { Ok(()) } else { app.live.publish(TIME_ASKED.name, &asking) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(places: std::ops::Range<i64>) -> impl Iterator<Item = Mark> {
        places.map(|place| Mark { place, order: WorkOrderId(place) })
    }

    #[test]
    fn a_browser_that_knows_its_place_learns_what_changed_since() {
        let mut picture = Picture::at(Timestamp::from_secs(0), 0);
        let mut next = |lost, last, changed| {
            picture.next(Timestamp::from_secs(1), lost, last, marks(changed));
            (picture.from, picture.place, picture.orders.len())
        };
        assert_eq!(next(false, 3, 2..4), (0, 3, 2));
        assert_eq!(next(false, 5, 0..0), (0, 5, 2), "events of other rooms");
        assert_eq!(next(false, 100, 31..101), (36, 100, NAMED), "who stands before 36 asks for everything");
        assert_eq!(next(true, 140, 0..0), (140, 140, 0), "what was forgotten may have named any order");
    }
}
