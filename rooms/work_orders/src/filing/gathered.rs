//! Matters that come at the same moment are written together.
//!
//! On both databases one order costs about the same statements as fifty. What a storm brings is therefore gathered while the
//! last transaction is being flushed, and whoever filed it is answered once it is on the disk.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use kernel::WorkOrderId;
use kernel::calendar::Calendar;
use tokio::sync::oneshot;
use web::{App, Error};

use super::{Filed, NewOrder, accept, known_units, write};
use crate::rules::Asker;
use crate::store::orders::{self, Kept};
use crate::store::steps::{self, Step};
use crate::store::unheard::{self, Unheard};
use crate::work::Rulebook;

/// Written in one transaction: enough to share a flush, few enough that nobody waits long for his own.
const TOGETHER: usize = 64;
/// So many may wait; whoever comes then is told to try again.
const WAITING_MAX: usize = 20_000;

/// Where matters are filed; a clone is the same place.
#[derive(Clone, Default)]
pub struct Filing(Arc<Gathered>);

#[derive(Default)]
struct Gathered {
    waiting: Mutex<Vec<Waiting>>,
    /// Whoever has it writes for all who wait.
    turn: tokio::sync::Mutex<()>,
}

struct Waiting {
    asker: Asker,
    new: NewOrder,
    answer: oneshot::Sender<Result<Accepted, Error>>,
}

/// An order as it stands once it is on the disk: read for all that were written together.
pub(crate) struct Accepted {
    pub kept: Kept,
    pub promised: Vec<promises::Kept>,
    pub steps: Vec<Step>,
    /// How many orders follow it.
    pub children: i64,
    pub unheard: Option<Unheard>,
    /// By what it was decided.
    pub rules: Arc<Rulebook>,
}

async fn standing(
    app: &App,
    rules: &Arc<Rulebook>,
    ids: &[WorkOrderId],
) -> anyhow::Result<BTreeMap<WorkOrderId, Accepted>> {
    let raw: Vec<i64> = ids.iter().map(|id| id.get()).collect();
    let of = |kept: Kept| Accepted {
        kept,
        promised: Vec::new(),
        steps: Vec::new(),
        children: 0,
        unheard: None,
        rules: rules.clone(),
    };
    let kept = orders::some(&app.db, &raw).await?;
    let mut standing: BTreeMap<_, _> = kept.into_iter().map(|kept| (kept.order.id, of(kept))).collect();
    for (id, step) in steps::of_many(&app.db, ids).await? {
        standing.entry(id).and_modify(|one| one.steps.push(step));
    }
    for (id, unheard) in unheard::of_many(&app.db, ids).await? {
        standing.entry(id).and_modify(|one| one.unheard = Some(unheard));
    }
    let subjects: Vec<String> = ids.iter().map(ToString::to_string).collect();
    for (subject, promised) in promises::read_many(&app.db, "work_orders", &subjects).await? {
        if let Some(one) = subject.parse().ok().and_then(|id: WorkOrderId| standing.get_mut(&id)) {
            one.promised.push(promised);
        }
    }
    Ok(standing)
}

impl Filing {
    /// [`accept`], together with whoever else is filing at this moment.
    ///
    /// # Errors
    /// Those of [`accept`]; unavailable when far too many wait.
    pub(crate) async fn accept(
        &self,
        app: &App,
        calendar: &Arc<Calendar>,
        asker: Asker,
        new: NewOrder,
    ) -> Result<Accepted, Error> {
        // What depends on another order is decided in its own transaction.
        if new.master.is_some() {
            return alone(app, calendar, &asker, new).await;
        }
        let (answer, answered) = oneshot::channel();
        {
            let mut waiting = self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.len() >= WAITING_MAX {
                return Err(Error::refused(web::Status::Unavailable, "work_orders.too_many_at_once"));
            }
            waiting.push(Waiting { asker, new, answer });
        }
        // A task of its own: whoever asks may go away while others' orders are being written with his.
        let (gathered, app, calendar) = (self.0.clone(), app.clone(), calendar.clone());
        tokio::spawn(async move { gathered.write_some(&app, &calendar).await });
        answered.await.map_err(|_| anyhow::anyhow!("an order was not written"))?
    }
}

impl Gathered {
    async fn write_some(&self, app: &App, calendar: &Calendar) {
        let turn = self.turn.lock().await;
        let some: Vec<Waiting> = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let most = waiting.len().min(TOGETHER);
            waiting.drain(..most).collect()
        };
        if some.is_empty() {
            return;
        }
        // Somebody's key was used before, a unit is unknown, the database did not answer: each is then told his own.
        let written = if some.len() > 1 { together(app, calendar, &some).await.ok() } else { None };
        match written {
            Some(written) => {
                // Whoever came meanwhile is written while these are read.
                drop(turn);
                for (one, result) in some.into_iter().zip(written.read(app).await) {
                    // Who no longer listens finds the order by its key.
                    let _ = one.answer.send(result);
                }
            }
            None => {
                for Waiting { asker, new, answer } in some {
                    let _ = answer.send(alone(app, calendar, &asker, new).await);
                }
            }
        }
    }
}

async fn alone(app: &App, calendar: &Calendar, asker: &Asker, new: NewOrder) -> Result<Accepted, Error> {
    let id = accept(app, calendar, asker, new).await?;
    let rules = Arc::new(Rulebook::read(&app.db).await?);
    let mut accepted = standing(app, &rules, &[id]).await?.remove(&id).ok_or_else(Error::not_found)?;
    // Asked for again under the same key, it may have some.
    (_, accepted.children) = orders::children(&app.db, id, 0).await?;
    Ok(accepted)
}

/// What became of each of those who were written together.
struct Written {
    rules: Arc<Rulebook>,
    decisions: Vec<Result<WorkOrderId, Error>>,
}

/// All of them in one transaction; who is refused is refused alone.
async fn together(app: &App, calendar: &Calendar, some: &[Waiting]) -> Result<Written, Error> {
    known_units(app, &some.iter().map(|one| &one.new).collect::<Vec<_>>()).await?;
    let mut tx = app.db.begin().await?;
    let rules = Arc::new(Rulebook::now(&mut tx).await?);
    let mut decisions = Vec::with_capacity(some.len());
    let mut filed = Vec::with_capacity(some.len());
    for one in some {
        match Filed::of(app, rules.book(calendar), &one.asker, &one.new) {
            Ok(decided) => {
                decisions.push(Ok(decided.walk.order.id));
                filed.push(decided);
            }
            Err(Error::Failed(error)) => return Err(Error::Failed(error)),
            Err(refusal) => decisions.push(Err(refusal)),
        }
    }
    if !write(&mut tx, app, &rules, calendar, &mut filed).await? {
        return Err(Error::changed_meanwhile());
    }
    tx.commit().await?;
    Ok(Written { rules, decisions })
}

impl Written {
    /// Each order as it stands.
    async fn read(self, app: &App) -> Vec<Result<Accepted, Error>> {
        let ids: Vec<WorkOrderId> =
            self.decisions.iter().filter_map(|one| one.as_ref().ok().copied()).collect();
        // They are there: whoever cannot be shown them finds them by their keys.
        let read = standing(app, &self.rules, &ids).await;
        let mut standing = read.unwrap_or_else(|error| {
            tracing::error!("orders were filed and could not be read: {error:#}");
            BTreeMap::new()
        });
        let answer = |one: Result<WorkOrderId, Error>| {
            let unread = || Error::from(anyhow::anyhow!("an order was filed and could not be read"));
            one.and_then(|id| standing.remove(&id).ok_or_else(unread))
        };
        self.decisions.into_iter().map(answer).collect()
    }
}
