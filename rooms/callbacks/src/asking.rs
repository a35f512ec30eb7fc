//! A customer is asked: taken, dialled, written down; what follows for the order happens in the same transaction.

use std::collections::BTreeSet;
use std::time::Duration;

use calls::Hall;
use db::{Entry, Look, Tx, config};
use kernel::calendar::Calendar;
use kernel::{CallId, IdMint, PersonId, Timestamp, UnitId, WorkOrderId};
use notices::{Notice, Subject};
use serde_json::json;
use web::{Actor, App, Error};
use work_orders::rules::decide::may_know;
use work_orders::rules::order::Privacy;
use work_orders::rules::{Asker, Order};
use work_orders::store::orders::{self, Kept};
use work_orders::work::{self, Rulebook};

use crate::rules::decide::{self, Recorded};
use crate::rules::task::{Claim, Ending, State};
use crate::rules::{Caller, Facts, Hours, Refusal, Report, Settings, Task};
use crate::store::found::{self, Queue};
use crate::store::tasks;
use crate::{Doubted, machine, rules};

/// The text for customers whom nobody reached.
const MISSED: &str = "call_back_unreached";
const PAGE: i64 = 50;
/// A call began with the dialling, or a little before it by another clock.
const NEAR: Duration = Duration::from_secs(2);

/// Somebody who asks customers.
pub struct Person {
    pub asker: Asker,
    /// Everything this person works for or leads.
    pub units: BTreeSet<UnitId>,
    actor: Actor,
}

impl Person {
    pub async fn of(app: &App, actor: &Actor) -> anyhow::Result<Person> {
        Ok(Person {
            asker: work::asker(app, actor).await?,
            units: departments::scope_of(&app.db, actor.person).await?.into_iter().collect(),
            actor: actor.clone(),
        })
    }

    pub fn caller(&self, order: &Order) -> Caller<'_> {
        Caller { person: self.actor.person, units: &self.units, knows: may_know(order, &self.asker) }
    }

    /// Whether confidential matters are worth looking at for this person.
    fn may_know_hidden(&self) -> bool {
        self.actor.may(work_orders::permissions::SUPERVISE)
    }
}

/// An order's call-back, as it is decided upon.
pub struct Loaded {
    pub task: Task,
    pub kept: Kept,
    reopened_before: bool,
    pub settings: Settings,
}

impl Loaded {
    pub async fn of(tx: &mut Tx, order: WorkOrderId) -> Result<Loaded, Error> {
        let kept = orders::one(tx, order).await?.ok_or_else(Error::not_found)?;
        let mut rounds = tasks::of(tx, order).await?;
        let task = rounds.pop().ok_or_else(Error::not_found)?;
        let settings = config::now::<Settings>(tx).await?.value;
        Ok(Loaded { task, kept, reopened_before: reopened(&rounds), settings })
    }

    pub fn hours<'a>(&'a self, calendar: &'a Calendar) -> Hours<'a> {
        Hours { calendar, settings: &self.settings }
    }

    pub fn facts<'a>(&'a self, calendar: &'a Calendar, now: Timestamp) -> Facts<'a> {
        Facts {
            now,
            hours: self.hours(calendar),
            accepted_at: self.kept.order.accepted_at,
            arrived_at: self.kept.order.arrived_at,
            reopened_before: self.reopened_before,
        }
    }
}

/// Whether one of these call-backs led to the order being done again.
pub fn reopened(rounds: &[Task]) -> bool {
    rounds.iter().any(|task| matches!(task.state, State::Asked { ending: Ending::Reopened, .. }))
}

/// What may be done with a task before somebody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    Take,
    Release,
}

async fn keep(tx: &mut Tx, task: &Task) -> Result<(), Error> {
    if tasks::save(tx, task).await? { Ok(()) } else { Err(Error::changed_meanwhile()) }
}

/// Takes a task, or gives it back.
pub async fn hold(
    app: &App,
    calendar: &Calendar,
    actor: &Actor,
    order: WorkOrderId,
    hold: Hold,
) -> Result<(), Error> {
    let person = Person::of(app, actor).await?;
    let mut tx = app.db.begin().await?;
    let loaded = Loaded::of(&mut tx, order).await?;
    let next = match hold {
        Hold::Take => {
            let caller = person.caller(&loaded.kept.order);
            let task = take_from_machine(&mut tx, app, &loaded.task).await?;
            decide::take(&task, caller, app.now(), loaded.hours(calendar))?
        }
        Hold::Release => decide::release(&loaded.task, actor.person)?,
    };
    keep(&mut tx, &next).await?;
    tx.commit().await?;
    Ok(())
}

/// People come first: unless the machine is just calling, nobody is called by it any more.
async fn take_from_machine(tx: &mut Tx, app: &App, task: &Task) -> anyhow::Result<Task> {
    match &task.machine {
        Some(once) if campaigns::withdraw(tx, app.now(), machine::CAMPAIGN, once).await? => {
            Ok(rules::machine::give_up(task))
        }
        _ => Ok(task.clone()),
    }
}

/// What this person could ask about now, the most urgent first.
pub async fn queue(
    app: &App,
    calendar: &Calendar,
    person: &Person,
    most: usize,
) -> anyhow::Result<Vec<Task>> {
    let settings = config::read::<Settings>(&app.db).await?.value;
    let (now, hours) = (app.now(), Hours { calendar, settings: &settings });
    let mut queue = Queue {
        person: person.actor.person,
        now,
        wished_only: !hours.open(now),
        hidden: person.may_know_hidden(),
        after: Queue::START,
    };
    let mut found = Vec::new();
    loop {
        let page = found::queue(&app.db, &queue, PAGE).await?;
        let Some(last) = page.last() else { return Ok(found) };
        queue.after = (last.due, last.order);
        let full = page.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        // Whether one may know who it was, the order says; the list leaves out those who surely may not.
        let caller = Caller { person: person.actor.person, units: &person.units, knows: true };
        found.extend(page.into_iter().filter(|task| decide::may_take(task, caller, now, hours).is_ok()));
        if full || found.len() >= most {
            found.truncate(most);
            return Ok(found);
        }
    }
}

/// The most urgent task that nobody else has becomes this person's.
///
/// # Errors
/// [`Refusal::NothingToDo`]
pub async fn next(app: &App, calendar: &Calendar, actor: &Actor) -> Result<WorkOrderId, Error> {
    let person = Person::of(app, actor).await?;
    for task in queue(app, calendar, &person, usize::try_from(PAGE).unwrap_or(usize::MAX)).await? {
        match hold(app, calendar, actor, task.order, Hold::Take).await {
            Ok(()) => return Ok(task.order),
            // Somebody was faster: the next one.
            Err(Error::Refused { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(Refusal::NothingToDo.into())
}

/// Dials the customer's number from the desk of whoever has the task. The page shows it masked; the look is written down.
pub async fn dial(
    app: &App,
    calendar: &Calendar,
    hall: &dyn Hall,
    actor: &Actor,
    order: WorkOrderId,
) -> Result<(), Error> {
    actor.must(calls::permissions::ANSWER)?;
    let person = Person::of(app, actor).await?;
    let mut tx = app.db.begin().await?;
    let loaded = Loaded::of(&mut tx, order).await?;
    let number: String =
        loaded.kept.order.matter.contact.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    if number.is_empty() {
        return Err(Refusal::NoNumber.into());
    }
    let caller = person.caller(&loaded.kept.order);
    let task = decide::dial(&loaded.task, caller, app.now(), loaded.hours(calendar))?;
    keep(&mut tx, &task).await?;
    let reason = Some(format!("call_back {}", task.number));
    let (at, who, subject) = (app.now(), actor.person, order.to_string());
    tx.journal(Look { at, who, room: "callbacks", subject, what: "phone", reason }.into());
    tx.commit().await?;
    let dialled = calls::http::desk::dial(hall, actor, number).await;
    if dialled.is_err() {
        unring(app, order, &loaded.task, &task).await?;
    }
    dialled
}

/// Nothing rang: the desk was not free, the exchange refused. Whoever has changed the task meanwhile knows better.
async fn unring(app: &App, order: WorkOrderId, before: &Task, rung: &Task) -> Result<(), Error> {
    let mut tx = app.db.begin().await?;
    let now = tasks::of(&mut tx, order).await?.pop();
    if let Some(now) = now.filter(|now| now.rung == rung.rung && now.since == rung.since) {
        let dialled_at = before.claim.and_then(|claim| claim.dialled_at);
        let claim = now.claim.map(|claim| Claim { dialled_at, ..claim });
        tasks::save(&mut tx, &Task { claim, rung: before.rung, ..now }).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The call at this person's desk, if it began with the dialling.
async fn call_of(hall: &dyn Hall, actor: &Actor, task: &Task) -> anyhow::Result<Option<CallId>> {
    let Some(dialled) = task.claim.and_then(|claim| claim.dialled_at) else { return Ok(None) };
    let call = hall.desk(actor.person).await?.and_then(|desk| desk.agent.call);
    Ok(call.filter(|call| IdMint::minted_at(call.get()) + NEAR >= dialled))
}

/// Writes down what an attempt came to, and does to the order what follows from it.
///
/// # Errors
/// Refused by this room or by work orders; nothing has changed then.
pub async fn record(
    app: &App,
    calendar: &Calendar,
    hall: &dyn Hall,
    actor: &Actor,
    order: WorkOrderId,
    report: &Report,
) -> Result<(), Error> {
    let person = Person::of(app, actor).await?;
    let seen = tasks::read(&app.db, order).await?.pop().ok_or_else(Error::not_found)?;
    let call = call_of(hall, actor, &seen).await?;
    let mut tx = app.db.begin().await?;
    let loaded = Loaded::of(&mut tx, order).await?;
    let facts = loaded.facts(calendar, app.now());
    let recorded = decide::record(&loaded.task, report, person.caller(&loaded.kept.order), call, facts)?;
    let by = By { asker: &person.asker, actor: Some(actor.person), outcome: json!(report.outcome()), call };
    keep_recorded(&mut tx, app, calendar, loaded.kept, recorded, by).await?;
    tx.commit().await?;
    Ok(())
}

/// By whom an attempt was made.
pub struct By<'a> {
    pub asker: &'a Asker,
    /// None: the machine.
    pub actor: Option<PersonId>,
    pub outcome: serde_json::Value,
    pub call: Option<CallId>,
}

/// Keeps what follows from an attempt, with what is done to the order.
pub async fn keep_recorded(
    tx: &mut Tx,
    app: &App,
    calendar: &Calendar,
    kept: Kept,
    recorded: Recorded,
    by: By<'_>,
) -> Result<(), Error> {
    let Recorded { mut task, acts, tell, doubt } = recorded;
    let (order, now) = (task.order, app.now());
    // A message about a confidential report would tell who made it.
    if tell && kept.order.matter.privacy == Privacy::Open {
        task.told = tell_missed(tx, app, &kept.order, &task, calendar).await?;
    }
    keep(tx, &task).await?;
    let told_call = by.call.filter(|_| !task.hidden);
    let payload = json!({ "number": task.number, "outcome": by.outcome, "state": task.state, "call": told_call,
        "attempts": task.attempts.len(), "doubt": doubt });
    let subject = order.to_string();
    tx.journal(Entry { at: now, who: by.actor, room: "callbacks", subject, kind: "attempted", payload });
    if let Some(doubt) = doubt {
        let (number, unit) = (task.number.clone(), task.unit);
        tx.emit(now, &Doubted { order, number, unit, recorded: doubt.recorded, told: doubt.told })?;
    }
    let rules = Rulebook::now(tx).await?;
    let (centre, mut kept) = (Asker::centre(), kept);
    for (act, by_itself) in &acts {
        let asker = if *by_itself { &centre } else { by.asker };
        kept = work::moving(tx, app, calendar, &rules, kept, act, asker).await?;
    }
    Ok(())
}

/// A message to whom nobody reached. Where there is no such text, or no number for it, the attempt is kept all the same.
async fn tell_missed(
    tx: &mut Tx,
    app: &App,
    order: &Order,
    task: &Task,
    calendar: &Calendar,
) -> anyhow::Result<bool> {
    let day = calendar.civil(app.now()).strftime("%-m月%-d日").to_string();
    let once = format!("callbacks.missed.{}.{}", order.id, task.since.as_micros());
    let about = Subject::new("work_orders", order.id);
    let mut notice = Notice::sms(MISSED, &order.matter.contact.phone, about, once)
        .with("number", task.number.as_str())
        .with("date", day);
    notice.to.customer = order.matter.customer.clone();
    let sent = notices::send(tx, app.now(), app.id(), &notice).await?;
    Ok(sent
        .inspect_err(|refusal| tracing::warn!(order = %order.id, "the customer is not told: {refusal}"))
        .is_ok())
}

/// New settings: from now on, for what is open too.
pub async fn reckon_again(tx: &mut Tx, calendar: &Calendar, settings: &Settings) -> anyhow::Result<()> {
    let hours = Hours { calendar, settings };
    let mut after: Option<(Timestamp, WorkOrderId)> = None;
    loop {
        let page = tasks::open_after(tx, after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some((last.due, last.order));
        for task in &page {
            let not_before = hours.next(task, task.since);
            if not_before != task.not_before {
                // Whoever writes an attempt down meanwhile has reckoned by the settings before: the rule looks again at take.
                tasks::save(tx, &Task { not_before, ..task.clone() }).await?;
            }
        }
    }
}
