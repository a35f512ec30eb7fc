//! Matters are accepted: each by itself, or as many together as wait (`gathered`), in one transaction.

mod gathered;

use std::collections::BTreeSet;

use db::Tx;
use deadlines::Kind;
use kernel::calendar::Calendar;
use kernel::{NoticeId, PersonId, Timestamp, UnitId, WorkOrderId};
use notices::Notice;
use promises::Subject;
use web::{App, Error};

use crate::alerting;
use crate::rules::walk::{Book, Walk};
use crate::rules::{Act, Asker, Matter, Refusal};
use crate::store::orders::{self, Beside, Kept};
use crate::store::{asked, steps};
use crate::telling::{self, Told};
use crate::work::{Rulebook, moving, note};

pub(crate) use gathered::Accepted;
pub use gathered::Filing;

/// A matter as it comes in.
#[derive(Clone, Debug)]
pub struct NewOrder {
    pub matter: Matter,
    /// Sent to this unit at once.
    pub unit: Option<UnitId>,
    /// One more report of a fault that is known.
    pub master: Option<WorkOrderId>,
    /// Answered on the call: what the customer was told.
    pub answered: Option<String>,
    /// The time agreed with the customer.
    pub appointment: Option<Timestamp>,
    /// A key of the browser's own: asked again, the same order is the answer.
    pub token: Option<String>,
}

impl NewOrder {
    /// All that was said, to be compared with what is asked for under the same key.
    fn what(&self) -> anyhow::Result<String> {
        let NewOrder { matter, unit, master, answered, appointment, token: _ } = self;
        asked::what(None, &(matter, unit, master, answered, appointment))
    }

    /// What is done with it at once, by whoever files it.
    fn at_once(&self) -> Option<Act> {
        if let Some(note) = self.answered.clone() {
            return Some(Act::Close { note, satisfaction: None });
        }
        let dispatch = |unit| Act::Dispatch { unit, note: String::new(), binding: false };
        self.unit.filter(|_| self.master.is_none()).map(dispatch)
    }
}

/// Accepts a matter: the order, its promises and whatever is done with it at once, in a transaction of its own.
///
/// # Errors
/// Refused with everything that is missing, or when what is to be done at once may not be.
pub async fn accept(
    app: &App,
    calendar: &Calendar,
    asker: &Asker,
    new: NewOrder,
) -> Result<WorkOrderId, Error> {
    known_units(app, &[&new]).await?;
    let mut tx = app.db.begin().await?;
    if let (Some(person), Some(token)) = (asker.person, &new.token)
        && let Some(before) = asked::find(&mut tx, person, token).await?
    {
        return Ok(before.same(&new.what()?)?);
    }
    let rules = Rulebook::now(&mut tx).await?;
    let mut filed = vec![Filed::of(app, rules.book(calendar), asker, &new)?];
    if !write(&mut tx, app, &rules, calendar, &mut filed).await? {
        return Err(Error::changed_meanwhile());
    }
    let Some(Filed { walk, .. }) = filed.pop() else { return Err(Error::changed_meanwhile()) };
    let id = walk.order.id;
    if let Some(master) = new.master {
        let kept = Kept {
            order: crate::rules::Order { version: 1, ..walk.order.clone() },
            beside: Beside::of(&walk.moved),
        };
        moving(&mut tx, app, calendar, &rules, kept, &Act::Merge { master }, asker).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// The same in a change that somebody else commits, together with what is kept beside the order. The caller sees to it that
/// nothing is filed twice: no key is looked at, and there is no master.
///
/// # Errors
/// Those of [`accept`].
pub async fn accept_in(
    tx: &mut Tx,
    app: &App,
    calendar: &Calendar,
    asker: &Asker,
    new: NewOrder,
) -> Result<WorkOrderId, Error> {
    if let Some(unit) = new.unit
        && departments::unit_in(tx, unit).await?.is_none_or(|unit| unit.retired_at.is_some())
    {
        return Err(Refusal::NoSuchUnit.into());
    }
    let rules = Rulebook::now(tx).await?;
    let new = NewOrder { token: None, master: None, ..new };
    let mut filed = [Filed::of(app, rules.book(calendar), asker, &new)?];
    if !write(tx, app, &rules, calendar, &mut filed).await? {
        return Err(Error::changed_meanwhile());
    }
    let [Filed { walk, .. }] = filed;
    Ok(walk.order.id)
}

/// One order on its way into the tables.
pub(crate) struct Filed<'a> {
    pub walk: Walk<'a>,
    /// Who filed it, under which key, and what it was.
    asked: Option<(PersonId, &'a str, String)>,
    /// The customer hears that it was accepted.
    tell: bool,
}

impl<'a> Filed<'a> {
    /// Decides everything; nothing is written yet, and it has no number.
    fn of(app: &App, book: Book<'a>, asker: &Asker, new: &'a NewOrder) -> Result<Filed<'a>, Error> {
        let id: WorkOrderId = app.id();
        let named = (id, String::new());
        let mut walk =
            Walk::begin(book, named, new.matter.clone(), asker.person, (app.now(), new.appointment))?;
        let tell = new.answered.is_none();
        if let Some(act) = new.at_once() {
            walk.act(asker, &act)?;
        }
        let asked = match (asker.person, new.token.as_deref()) {
            (Some(person), Some(token)) => Some((person, token, new.what()?)),
            _ => None,
        };
        Ok(Filed { walk, asked, tell })
    }

    /// An order that has lived already, of which nobody is told.
    pub fn lived(walk: Walk<'a>) -> Filed<'a> {
        Filed { walk, asked: None, tell: false }
    }
}

/// A unit that does not exist, or no longer, is given nothing. Asked before the change begins: on PostgreSQL it needs a
/// connection of its own, and whoever holds one must not wait for another.
async fn known_units(app: &App, new: &[&NewOrder]) -> Result<(), Error> {
    let units: BTreeSet<UnitId> = new.iter().filter_map(|new| new.unit).collect();
    for unit in units {
        if departments::unit(&app.db, unit).await?.is_none_or(|unit| unit.retired_at.is_some()) {
            return Err(Refusal::NoSuchUnit.into());
        }
    }
    Ok(())
}

/// Numbers them and writes everything of them. False when one of the keys was used before: then all of it is to be undone.
async fn write(
    tx: &mut Tx,
    app: &App,
    rules: &Rulebook,
    calendar: &Calendar,
    filed: &mut [Filed<'_>],
) -> Result<bool, Error> {
    let now = app.now();
    let day = calendar.civil(now).date().strftime("%Y%m%d").to_string();
    let count = i64::try_from(filed.len()).unwrap_or(i64::MAX);
    let numbers = tx.next_numbers("work_orders", &day, count).await?;
    for (one, number) in filed.iter_mut().zip(numbers) {
        one.walk.name(number);
    }
    put(tx, app, rules, calendar, filed).await?;
    for Filed { walk, .. } in filed.iter() {
        note(tx, &walk.first, walk.first.accepted_by, now, "accepted", "", 1)?;
        for (seq, line) in (2..).zip(&walk.lines) {
            note(tx, &line.order, line.done.who, now, line.act.verb().key(), line.from, seq)?;
        }
    }
    tell(tx, app, rules, calendar, filed).await?;
    let dispatched = filed.iter().map(|Filed { walk, .. }| {
        let due = walk.moved.due.map(|next| next.due);
        (kept(walk).order, due)
    });
    alerting::filed(tx, || app.id(), dispatched, (&rules.kinds, calendar), now).await?;
    let keys: Vec<_> = filed
        .iter()
        .filter_map(|one| {
            let (person, token, what) = one.asked.as_ref()?;
            Some((*person, *token, one.walk.order.id, what.as_str()))
        })
        .collect();
    Ok(asked::keep_all(tx, &keys, now).await?)
}

/// The customers hear that it was accepted, and until when somebody comes or answers.
async fn tell(
    tx: &mut Tx,
    app: &App,
    rules: &Rulebook,
    calendar: &Calendar,
    filed: &[Filed<'_>],
) -> anyhow::Result<()> {
    let now = app.now();
    let (kinds, settings) = (&rules.kinds, &rules.settings);
    let notice = |one: &Filed<'_>, coming: bool| {
        let walk = &one.walk;
        let beside = Beside::of(&walk.moved);
        let fault = coming && walk.order.matter.kind == Kind::Fault;
        let arrival = walk.arrival().filter(|_| fault);
        let (order, before, after) = (&walk.first, &beside, &beside);
        let (expected, master) = (None, None);
        Told { order, before, after, arrival, expected, master, kinds, settings, calendar, now, seq: 1 }
            .of(None)
    };
    let told: Vec<_> = filed.iter().filter(|one| one.tell).collect();
    let all = told.iter().filter_map(|one| Some((app.id(), notice(one, true)?, *one)));
    let all: Vec<(NoticeId, Notice, &Filed<'_>)> = all.collect();
    let coming: Vec<_> = all.iter().map(|(id, notice, _)| (*id, notice.clone())).collect();
    let refused = telling::tell_all(tx, now, &coming).await?;
    // A centre that has not approved the text for faults still says that it was accepted.
    let unknown = |id: &NoticeId| {
        let fits = |(at, why): &(NoticeId, notices::Refusal)| {
            at == id && matches!(why, notices::Refusal::NoTemplate { .. })
        };
        refused.iter().any(fits)
    };
    let coming = |notice: &Notice| notice.template == telling::COMING;
    let plain = all.iter().filter(|(id, sent, _)| coming(sent) && unknown(id));
    let plain: Vec<_> = plain.filter_map(|(_, _, one)| Some((app.id(), notice(one, false)?))).collect();
    if !plain.is_empty() {
        telling::tell_all(tx, now, &plain).await?;
    }
    Ok(())
}

/// The rows of orders, their histories and their promises.
pub(crate) async fn put(
    tx: &mut Tx,
    app: &App,
    rules: &Rulebook,
    calendar: &Calendar,
    filed: &[Filed<'_>],
) -> anyhow::Result<()> {
    let rows: Vec<Kept> = filed.iter().map(|one| kept(&one.walk)).collect();
    orders::add_all(tx, &rows).await?;
    let histories = filed.iter().map(|one| (&one.walk.first, one.walk.lines.as_slice()));
    steps::begin_all(tx, histories).await?;
    let given = filed.iter().map(|Filed { walk, .. }| {
        let subject = Subject {
            room: "work_orders",
            id: walk.order.id.to_string(),
            number: walk.order.number.clone(),
            kind: Some(walk.order.matter.kind),
            unit: walk.order.state.unit(),
            area: walk.order.matter.area.clone(),
        };
        let new = walk.promised.iter().map(|kept| {
            let (step, rule, clocks) = (kept.step, kept.rule.clone(), kept.clocks.clone());
            promises::New { id: app.id(), step, rule, clocks }
        });
        (subject, new.collect())
    });
    promises::begin_all(tx, &given.collect::<Vec<_>>(), rules.terms(app.now(), calendar)).await
}

fn kept(walk: &Walk<'_>) -> Kept {
    let version = 1 + i64::try_from(walk.lines.len()).unwrap_or(i64::MAX);
    let order = crate::rules::Order { version, ..walk.order.clone() };
    Kept { order, beside: Beside::of(&walk.moved) }
}
