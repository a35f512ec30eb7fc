//! An order is moved: load, decide, reckon the promises, save, all in one transaction with history, journal and event.

use db::config::InForce;
use std::pin::Pin;

use db::{Entry, Tx};
use deadlines::{Case, Step};
use kernel::calendar::Calendar;
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};
use promises::{Subject, Terms};
use serde_json::json;
use web::{Actor, App, Error};

use crate::Changed;
use crate::alerting;
use crate::permissions as may;
use crate::rules::clocks::{self, Moved, Reckoning};
use crate::rules::decide::{Power, allowed};
use crate::rules::order::Channel;
use crate::rules::settings::{Limits, Settings};
use crate::rules::time;
use crate::rules::walk::{self, Book, case};
use crate::rules::{
    Act, Allowed, Asker, Facts, Happened, Kinds, Order, Refusal, State, Subtype, decide, result,
};
use crate::store::config::TABLE;
use crate::store::orders::{self, Beside, Kept};
use crate::store::{asked, found, passed, steps, unheard};
use crate::telling::{self, Told};

/// Longer back a unit's results are not compared.
const ALIKE_DAYS: u64 = 90;
const ALIKE_MOST: i64 = 200;
/// Merged with their master in one transaction.
const CHILDREN_MAX: i64 = 500;

/// What is in force, read in the transaction that decides by it.
pub struct Rulebook {
    pub kinds: Kinds,
    pub limits: Limits,
    pub settings: Settings,
}

impl Rulebook {
    pub async fn now(tx: &mut Tx) -> anyhow::Result<Rulebook> {
        Rulebook::of(&InForce::now(TABLE, tx).await?)
    }

    pub async fn read(db: &db::Db) -> anyhow::Result<Rulebook> {
        Rulebook::of(&InForce::read(TABLE, db).await?)
    }

    fn of(all: &InForce) -> anyhow::Result<Rulebook> {
        let (kinds, limits) = (all.get::<Kinds>()?.value, all.get::<Limits>()?.value);
        Ok(Rulebook { kinds, limits, settings: all.get::<Settings>()?.value })
    }

    fn reckoning<'a>(
        &'a self,
        case: &'a Case,
        channel: Channel,
        now: Timestamp,
        calendar: &'a Calendar,
    ) -> Reckoning<'a> {
        let profile = self.limits.for_channel(channel);
        let (fallback, tells) = (self.settings.fallback, self.settings.people_call());
        Reckoning { now, calendar, profile, case, fallback, tells }
    }

    fn facts<'a>(&'a self, kept: &Kept, owed: &'a [promises::Kept], by: Reckoning<'a>) -> Facts<'a> {
        let subtype = self.kinds.find(&kept.order.matter.subtype);
        let promised = kept.beside.promised;
        let half = promised.map(|(since, until)| since + until.since(since) / 2);
        Facts {
            by,
            settings: &self.settings,
            kinds: &self.kinds,
            call_back: subtype.map(|subtype| subtype.call_back).unwrap_or_default(),
            half,
            late_from: kept.beside.late_from,
            owed,
            more: time::more(&kept.order, owed, by.now, by.calendar),
        }
    }

    pub(crate) fn terms<'a>(&self, now: Timestamp, calendar: &'a Calendar) -> Terms<'a> {
        Terms { now, calendar, thresholds: self.settings.thresholds }
    }

    pub(crate) fn book<'a>(&'a self, calendar: &'a Calendar) -> Book<'a> {
        Book { kinds: &self.kinds, limits: &self.limits, settings: &self.settings, calendar }
    }

    /// What this person may do now with the order, to which this is promised.
    pub fn allowed(
        &self,
        (kept, promised): (&Kept, &[promises::Kept]),
        asker: &Asker,
        now: Timestamp,
        calendar: &Calendar,
    ) -> Vec<Allowed> {
        let case = case(&self.kinds, &kept.order.matter);
        let by = self.reckoning(&case, kept.order.matter.channel, now, calendar);
        allowed(&kept.order, asker, self.facts(kept, promised, by))
    }
}

/// Who asks, with the units this person works for and leads.
pub async fn asker(app: &App, actor: &Actor) -> anyhow::Result<Asker> {
    let powers = [
        (may::FILE, Power::File),
        (may::DISPATCH, Power::Dispatch),
        (may::HANDLE, Power::Handle),
        (may::REVIEW, Power::Review),
        (may::CALL_BACK, Power::CallBack),
        (may::EXTEND, Power::Extend),
        (may::SUPERVISE, Power::Supervise),
        (may::VOID, Power::Void),
        (may::UNMASK, Power::Unmask),
    ];
    let powers =
        powers.into_iter().filter(|(permission, _)| actor.may(*permission)).map(|(_, power)| power).collect();
    let mut asker = Asker { person: Some(actor.person), powers, ..Asker::default() };
    // Who belongs to a unit may neither judge its work nor know who reported it, whatever else this person may do.
    asker.units = departments::scope_of(&app.db, actor.person).await?.into_iter().collect();
    if actor.may(may::HANDLE) {
        let tree = departments::Tree::from(departments::all(&app.db).await?);
        let own = departments::units_of(&app.db, actor.person).await?;
        for led in own.iter().filter(|own| own.post.leads()) {
            asker.leads.extend(
                asker
                    .units
                    .iter()
                    .copied()
                    .filter(|unit| tree.upwards(*unit).any(|above| above.id == led.unit)),
            );
        }
    }
    Ok(asker)
}

/// What is to be done to an order.
#[derive(Clone, Debug)]
pub struct Asked {
    pub order: WorkOrderId,
    /// As it was read; none where it does not matter what has happened since.
    pub version: Option<i64>,
    pub act: Act,
    pub token: Option<String>,
}

/// Does something to an order.
///
/// # Errors
/// Refused when it does not fit, is not for this person, or somebody else was faster.
pub async fn act(app: &App, calendar: &Calendar, asker: &Asker, asked_for: Asked) -> Result<Kept, Error> {
    let Asked { order: id, version, act, token } = asked_for;
    let mut tx = app.db.begin().await?;
    let what = asked::act(id, &act)?;
    if let (Some(person), Some(token)) = (asker.person, &token)
        && let Some(before) = asked::find(&mut tx, person, token).await?
    {
        let id = before.same(&what)?;
        let kept = orders::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
        return Ok(kept);
    }
    let rules = Rulebook::now(&mut tx).await?;
    let kept = orders::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if version.is_some_and(|version| version != kept.order.version) {
        return Err(Error::changed_meanwhile());
    }
    let kept = moving(&mut tx, app, calendar, &rules, kept, &act, asker).await?;
    if let (Some(person), Some(token)) = (asker.person, &token)
        && !asked::keep(&mut tx, person, token, (id, &what), kept.order.version, app.now()).await?
    {
        return Err(Error::changed_meanwhile());
    }
    tx.commit().await?;
    Ok(kept)
}

/// One act in a transaction that somebody else commits.
pub async fn moving(
    tx: &mut Tx,
    app: &App,
    calendar: &Calendar,
    rules: &Rulebook,
    kept: Kept,
    act: &Act,
    asker: &Asker,
) -> Result<Kept, Error> {
    let now = app.now();
    checked_by_others(tx, &kept.order, act, now).await?;
    let case = case(&rules.kinds, &kept.order.matter);
    let by = rules.reckoning(&case, kept.order.matter.channel, now, calendar);
    let promised = match act {
        Act::AskTime { .. } | Act::Extend { .. } => {
            promises::of(tx, "work_orders", &kept.order.id.to_string()).await?
        }
        // Nothing else asks how long it may take.
        _ => Vec::new(),
    };
    let happened = decide(&kept.order, act, asker, rules.facts(&kept, &promised, by))?;
    let mut kept = kept;
    for step in &happened {
        // A correction is reckoned by what the matter is afterwards.
        let case = walk::case(&rules.kinds, &step.order.matter);
        let by = rules.reckoning(&case, step.order.matter.channel, now, calendar);
        kept = keep(tx, app, rules, kept, step, by).await?;
    }
    match act {
        Act::Merge { master } => {
            lead_children(tx, app, calendar, rules, kept.order.id, Act::Merge { master: *master }).await?;
        }
        Act::Void { .. } => lead_children(tx, app, calendar, rules, kept.order.id, Act::Part).await?,
        _ => {}
    }
    Ok(kept)
}

/// What followed an order that is merged or void now: it follows the other one, or goes on by itself.
fn lead_children<'a>(
    tx: &'a mut Tx,
    app: &'a App,
    calendar: &'a Calendar,
    rules: &'a Rulebook,
    order: WorkOrderId,
    act: Act,
) -> Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>> {
    Box::pin(async move {
        let children = orders::following(tx, order, WorkOrderId(0), CHILDREN_MAX + 1).await?;
        if children.len() as i64 > CHILDREN_MAX {
            let most = usize::try_from(CHILDREN_MAX).unwrap_or(usize::MAX);
            return Err(Refusal::TooManyChildren { most }.into());
        }
        for child in children {
            // None of them is followed by others itself.
            moving(tx, app, calendar, rules, child, &act, &Asker::centre()).await?;
        }
        Ok(())
    })
}

/// What an act must be compared with beyond its own order.
async fn checked_by_others(tx: &mut Tx, order: &Order, act: &Act, now: Timestamp) -> Result<(), Error> {
    match act {
        Act::Dispatch { unit, .. } | Act::Redispatch { unit, .. } => {
            let known = departments::unit_in(tx, *unit).await?.is_some_and(|unit| unit.retired_at.is_none());
            if known { Ok(()) } else { Err(Refusal::NoSuchUnit.into()) }
        }
        Act::Take { by: Some(by) } | Act::Assign { by } => {
            let Some(unit) = order.state.unit() else { return Ok(()) };
            let belongs = departments::scope_in(tx, *by).await?.contains(&unit);
            if belongs { Ok(()) } else { Err(Refusal::CannotHaveIt.into()) }
        }
        Act::Merge { master } => {
            // Held: it is not closed, void or merged itself before this change is over.
            orders::hold(tx, *master).await?;
            let master = orders::one(tx, *master).await?.ok_or_else(Error::not_found)?.order;
            if !master.state.is_open() || master.master.is_some() {
                return Err(Refusal::BadMaster { number: master.number }.into());
            }
            // The clock of several reports is the earliest's.
            if master.accepted_at > order.accepted_at {
                return Err(Refusal::MasterIsLater { number: master.number }.into());
            }
            Ok(())
        }
        Act::GiveResult { result: given } => {
            let Some(unit) = order.state.unit() else { return Ok(()) };
            let since = now - std::time::Duration::from_secs(ALIKE_DAYS * 86_400);
            for other in found::results(tx, unit, since, ALIKE_MOST).await? {
                let text = |outcome: &result::Outcome| format!("{}{}", outcome.cause, outcome.action);
                let same = other.order.id != order.id
                    && other.order.result.as_ref().is_some_and(|other| {
                        result::likeness(&text(other), &text(given)) >= result::ALIKE
                            && text(given).chars().count() >= 24
                    });
                if same {
                    return Err(Refusal::Template { number: other.order.number }.into());
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

async fn keep(
    tx: &mut Tx,
    app: &App,
    rules: &Rulebook,
    before: Kept,
    step: &Happened,
    by: Reckoning<'_>,
) -> Result<Kept, Error> {
    let now = by.now;
    let mut order = step.order.clone();
    order.version = before.order.version;
    let subject = before.order.id.to_string();
    let promised = promises::of(tx, "work_orders", &subject).await?;
    let moved = clocks::after(&before.order, &order, &step.act, promised, by)?;
    let beside = Beside::of(&moved);
    if !orders::save(tx, &order, &beside).await? {
        return Err(Error::changed_meanwhile());
    }
    order.version += 1;
    let master = match (&step.act, order.master) {
        (Act::Follow, Some(master)) => orders::one(tx, master).await?,
        _ => None,
    };
    let told = Told {
        order: &order,
        before: &before.beside,
        after: &beside,
        arrival: None,
        expected: moved.expected,
        master: master.as_ref().map(|kept| &kept.order),
        kinds: &rules.kinds,
        settings: &rules.settings,
        calendar: by.calendar,
        now,
        seq: order.version,
    };
    if matches!(before.order.state, State::Dispatched { .. }) && before.order.state != order.state {
        unheard::gone(tx, order.id).await?;
    }
    telling::take_back(tx, &told, &step.act).await?;
    let notice = telling::tell(tx, app, &told, Some(&step.act)).await?;
    let due = beside.due.map(|(due, _)| due);
    alerting::tell(tx, || app.id(), (&order, &step.act, due), (&rules.kinds, by.calendar), now).await?;
    if let Some(asked) = before.order.time_asked.as_ref().filter(|_| time::answers(&step.act)) {
        let (until, answered) = (beside.promised.map(|(_, until)| until), (&order, &step.act, asked));
        let by = (&rules.kinds, by.calendar);
        alerting::time_answered(tx, || app.id(), answered, until, by, now).await?;
    }
    let seq = steps::add(tx, step, notice).await?;
    // Thousands may wait for the same repair: a job tells them.
    if matches!(step.act, Act::Estimate { .. } | Act::Extend { .. })
        && let Some(said) = told.said(Some(&step.act)).filter(|_| rules.settings.tell_customers)
    {
        passed::put(tx, order.id, seq, &said).await?;
    }
    let terms = rules.terms(now, by.calendar);
    for (kept, clocks) in &moved.changed {
        if !promises::save(tx, kept, clocks, terms).await? {
            return Err(Error::changed_meanwhile());
        }
    }
    give(tx, app, &order, &moved, terms).await?;
    if before.order.state.unit() != order.state.unit() && order.state.is_open() {
        promises::hand(tx, "work_orders", &subject, order.state.unit()).await?;
    }
    if before.order.matter.area != order.matter.area {
        promises::place(tx, "work_orders", &subject, &order.matter.area).await?;
    }
    learnt(tx, &order, &step.act, now).await?;
    note(tx, &order, step.done.who, now, step.act.verb().key(), step.from, seq)?;
    Ok(Kept { order, beside })
}

/// A ruling says whose such matters are, for the next suggestion.
async fn learnt(tx: &mut Tx, order: &Order, act: &Act, now: Timestamp) -> anyhow::Result<()> {
    match act {
        Act::Dispatch { unit, binding: true, .. } => {
            departments::learn(tx, &order.matter.subtype, Some(&order.matter.area), *unit, now).await
        }
        _ => Ok(()),
    }
}

async fn give(tx: &mut Tx, app: &App, order: &Order, moved: &Moved, terms: Terms<'_>) -> anyhow::Result<()> {
    let subject = Subject {
        room: "work_orders",
        id: order.id.to_string(),
        number: order.number.clone(),
        kind: Some(order.matter.kind),
        unit: order.state.unit(),
        area: order.matter.area.clone(),
    };
    for new in &moved.new {
        let new = promises::New { id: app.id(), ..new.clone() };
        // That a unit waits for an answer is no debt of the unit.
        let unit = subject.unit.filter(|_| new.step != Step::DecideTime);
        promises::begin(tx, &Subject { unit, ..subject.clone() }, &new, terms).await?;
    }
    Ok(())
}

pub(crate) fn note(
    tx: &mut Tx,
    order: &Order,
    who: Option<PersonId>,
    at: Timestamp,
    kind: &'static str,
    from: &str,
    seq: i64,
) -> anyhow::Result<()> {
    let payload = json!({ "number": order.number, "seq": seq, "from": from, "to": order.state.word(),
        "unit": order.state.unit() });
    tx.journal(Entry { at, who, room: "work_orders", subject: order.id.to_string(), kind, payload });
    tx.emit(
        at,
        &Changed {
            order: order.id,
            number: order.number.clone(),
            kind: order.matter.kind,
            verb: kind.to_owned(),
            from: from.to_owned(),
            to: order.state.word().to_owned(),
            unit: order.state.unit(),
            important: order.is_important(),
            children: order.master.is_none(),
        },
    )
}

/// Units that could do it, the likeliest first.
pub async fn suggest(app: &App, subtype: &Subtype, area: &str) -> anyhow::Result<Vec<UnitId>> {
    let kind = promises::rules::word(&subtype.kind);
    let words = [subtype.code.as_str(), subtype.duty.as_str(), kind.as_str()];
    departments::suggest(&app.db, &words, Some(area).filter(|area| !area.is_empty())).await
}

/// Whether this person may see the order at all. A complaint about somebody goes past that person, also where it was this
/// person who had to write it down.
pub fn sees(asker: &Asker, order: &Order, reads: bool) -> bool {
    if asker.person.is_some() && order.matter.about == asker.person {
        return false;
    }
    let own = asker.person.is_some() && order.accepted_by == asker.person;
    let unit = order.state.unit().is_some_and(|unit| asker.units.contains(&unit));
    reads || own || unit && asker.has(Power::Handle)
}
