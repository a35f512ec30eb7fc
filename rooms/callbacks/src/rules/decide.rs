//! Who may ask a customer now, and what follows from the answer.

use std::collections::BTreeSet;
use std::time::Duration;

use kernel::{CallId, PersonId, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use work_orders::rules::Act;
use work_orders::rules::order::{Grade, Satisfaction, SupervisionReason};

use super::Refusal;
use super::hours::Hours;
use super::task::{Answers, Arrival, Attempt, Claim, Doubt, Ending, Outcome, Reason, State, Task};

/// A customer may be called at most so far ahead.
const WISH_DAYS: u64 = 7;

/// Who wants to ask.
#[derive(Clone, Copy)]
pub struct Caller<'a> {
    pub person: PersonId,
    /// Everything this person works for or leads.
    pub units: &'a BTreeSet<UnitId>,
    /// May know who the customer is.
    pub knows: bool,
}

/// By what it is decided.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    pub now: Timestamp,
    pub hours: Hours<'a>,
    pub accepted_at: Timestamp,
    /// As the crew recorded it.
    pub arrived_at: Option<Timestamp>,
    /// The order was reopened by an earlier call-back.
    pub reopened_before: bool,
}

/// Why somebody may not ask about this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// It is about oneself.
    AboutYou,
    /// One has accepted it.
    AcceptedIt,
    /// One's own unit is judged.
    OwnUnit,
    /// Only who may know who reported it.
    MayNotKnow,
}

/// The caller is neither the agent nor the unit judged (domain reference 3.7).
pub fn bar(task: &Task, caller: Caller<'_>) -> Option<Bar> {
    if task.about == Some(caller.person) {
        Some(Bar::AboutYou)
    } else if task.accepted_by == Some(caller.person) {
        Some(Bar::AcceptedIt)
    } else if task.unit.is_some_and(|unit| caller.units.contains(&unit)) {
        Some(Bar::OwnUnit)
    } else if !caller.knows {
        Some(Bar::MayNotKnow)
    } else {
        None
    }
}

/// Whether this person may take it now; what one has already, one has.
///
/// # Errors
/// Why not.
pub fn may_take(task: &Task, caller: Caller<'_>, now: Timestamp, hours: Hours<'_>) -> Result<(), Refusal> {
    if task.state != State::Open {
        return Err(Refusal::NotOpen);
    }
    if let Some(bar) = bar(task, caller) {
        return Err(Refusal::Barred { bar });
    }
    match task.claimed(now) {
        Some(claim) if claim.by == caller.person => return Ok(()),
        Some(claim) => return Err(Refusal::Taken { by: claim.by, until: claim.until }),
        None => {}
    }
    let from = hours.next(task, now);
    if from > now { Err(Refusal::TooEarly { from }) } else { Ok(()) }
}

/// Takes it for some minutes, or keeps it for some more.
///
/// # Errors
/// As [`may_take`].
pub fn take(task: &Task, caller: Caller<'_>, now: Timestamp, hours: Hours<'_>) -> Result<Task, Refusal> {
    may_take(task, caller, now, hours)?;
    let until = now + Duration::from_secs(u64::from(hours.settings.claim_min) * 60);
    let before = task.claimed(now);
    let claim = Claim {
        by: caller.person,
        at: before.map_or(now, |claim| claim.at),
        until,
        dialled_at: before.and_then(|claim| claim.dialled_at),
    };
    Ok(Task { claim: Some(claim), ..task.clone() })
}

/// Gives it back.
///
/// # Errors
/// [`Refusal::TakeFirst`] when somebody else has it, or nobody.
pub fn release(task: &Task, person: PersonId) -> Result<Task, Refusal> {
    own_claim(task, person)?;
    Ok(Task { claim: None, ..task.clone() })
}

/// The number is dialled.
///
/// # Errors
/// As [`may_take`]; and outside the hours, or when the customer was rung lately and nothing is written down of it.
pub fn dial(task: &Task, caller: Caller<'_>, now: Timestamp, hours: Hours<'_>) -> Result<Task, Refusal> {
    let task = take(task, caller, now, hours)?;
    // Also who has it already rings nobody at night, and nobody twice: what came of the last time is written down first.
    let again = task.rung.map(|rung| rung + Duration::from_secs(u64::from(hours.settings.gap_min) * 60));
    let from = hours.next(&task, now).max(again.unwrap_or(now));
    if from > now {
        return Err(Refusal::TooEarly { from });
    }
    let claim = task.claim.map(|claim| Claim { dialled_at: Some(now), ..claim });
    Ok(Task { claim, rung: Some(now), ..task })
}

fn own_claim(task: &Task, person: PersonId) -> Result<Claim, Refusal> {
    if task.state != State::Open {
        return Err(Refusal::NotOpen);
    }
    // Nobody else has taken it meanwhile: what was begun may be ended, however long it took.
    task.claim.filter(|claim| claim.by == person).ok_or(Refusal::TakeFirst)
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "outcome", rename_all = "snake_case", deny_unknown_fields)]
pub enum Report {
    Reached {
        answers: Answers,
    },
    NoAnswer {
        #[serde(default)]
        note: String,
    },
    Busy {
        #[serde(default)]
        note: String,
    },
    WrongNumber {
        #[serde(default)]
        note: String,
    },
    Refused {
        #[serde(default)]
        note: String,
    },
    Later {
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        #[serde(default)]
        note: String,
    },
}

impl Report {
    pub fn outcome(&self) -> Outcome {
        match self {
            Report::Reached { .. } => Outcome::Reached,
            Report::NoAnswer { .. } => Outcome::NoAnswer,
            Report::Busy { .. } => Outcome::Busy,
            Report::WrongNumber { .. } => Outcome::WrongNumber,
            Report::Refused { .. } => Outcome::Refused,
            Report::Later { .. } => Outcome::Later,
        }
    }

    fn note(&self) -> &str {
        match self {
            Report::Reached { .. } => "",
            Report::NoAnswer { note }
            | Report::Busy { note }
            | Report::WrongNumber { note }
            | Report::Refused { note }
            | Report::Later { note, .. } => note.trim(),
        }
    }
}

/// What follows from an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    pub task: Task,
    /// What is done to the order, and whether the centre does it by itself.
    pub acts: Vec<(Act, bool)>,
    /// The customer is told that nobody reached him.
    pub tell: bool,
    /// Found by this attempt.
    pub doubt: Option<Doubt>,
}

/// Writes an attempt down.
///
/// # Errors
/// When it was not taken, or the answers lack what follows from them.
pub fn record(
    task: &Task,
    report: &Report,
    caller: Caller<'_>,
    call: Option<CallId>,
    facts: Facts<'_>,
) -> Result<Recorded, Refusal> {
    let claim = own_claim(task, caller.person)?;
    if let Some(bar) = bar(task, caller) {
        return Err(Refusal::Barred { bar });
    }
    check(report, facts)?;
    let outcome = report.outcome();
    let (wish, answers) = match report {
        Report::Later { at, .. } => (Some(*at), None),
        Report::Reached { answers } => (None, Some(answers.clone())),
        _ => (None, None),
    };
    let mut next = task.clone();
    next.attempts.push(Attempt {
        at: claim.dialled_at.unwrap_or(claim.at),
        recorded_at: facts.now,
        by: caller.person,
        call,
        outcome,
        wish,
        note: report.note().to_owned(),
        answers,
    });
    (next.claim, next.wish, next.rung) = (None, wish, None);
    let doubt = match report {
        Report::Reached { answers } => doubt(answers, facts),
        _ => None,
    };
    next.doubt = doubt.or(next.doubt);
    let mut recorded = Recorded { task: next, acts: Vec::new(), tell: false, doubt };
    match report {
        Report::Reached { answers } => {
            let (ending, acts) = conclude(answers, facts.reopened_before);
            recorded.task.state = State::Asked { at: facts.now, ending };
            recorded.acts = acts;
        }
        Report::Refused { note } => {
            recorded.task.state = State::Asked { at: facts.now, ending: Ending::Refused };
            let note = said("回访：客户不愿接受回访", note);
            recorded.acts = vec![(Act::Close { note, satisfaction: Some(Satisfaction::NotRated) }, false)];
        }
        _ if recorded.task.tries() >= usize::from(facts.hours.settings.attempts) => {
            recorded.task.state = State::Missed { at: facts.now };
            let note = missed(&recorded.task);
            recorded.acts = vec![(Act::Close { note, satisfaction: Some(Satisfaction::NotRated) }, false)];
            recorded.tell = true;
        }
        _ => {}
    }
    recorded.task.not_before = facts.hours.next(&recorded.task, facts.now);
    Ok(recorded)
}

fn check(report: &Report, facts: Facts<'_>) -> Result<(), Refusal> {
    text(report.note(), "note", 0, 500)?;
    match report {
        Report::Later { at, .. } => {
            let latest = facts.now + Duration::from_secs(WISH_DAYS * 86_400);
            if *at <= facts.now || *at > latest {
                return Err(Refusal::ImpossibleTime { field: "at" });
            }
        }
        Report::Reached { answers } => {
            text(&answers.verbatim, "verbatim", 0, 2_000)?;
            text(&answers.explained, "explained", 0, 1_000)?;
            if let Some(Arrival::At { at }) = answers.arrival
                && (at > facts.now || at < facts.accepted_at)
            {
                return Err(Refusal::ImpossibleTime { field: "arrival" });
            }
            if answers.unsatisfied() {
                let reason = answers.reason.ok_or(Refusal::NoReason)?;
                text(&answers.verbatim, "verbatim", 4, 2_000)?;
                if !reason.reopens() {
                    text(&answers.explained, "explained", 4, 1_000)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn text(text: &str, field: &'static str, least: usize, most: usize) -> Result<(), Refusal> {
    let length = text.trim().chars().count();
    if (least..=most).contains(&length) { Ok(()) } else { Err(Refusal::BadText { field, least, most }) }
}

/// What becomes of the order (domain reference 3.2 rule 6, 3.7).
fn conclude(answers: &Answers, reopened_before: bool) -> (Ending, Vec<(Act, bool)>) {
    let satisfaction = Some(answers.satisfaction);
    let close = |lead: &str| (Act::Close { note: said(lead, &answers.verbatim), satisfaction }, false);
    let reason = match answers.reason {
        Some(reason) if answers.unsatisfied() => reason,
        _ => return (Ending::Closed, vec![close("回访：已回访客户")]),
    };
    if !reason.reopens() {
        let lead = format!("回访：客户不满意，已解释：{}", answers.explained.trim());
        return (Ending::Explained, vec![close(&lead)]);
    }
    let why = format!("回访不满意（{}）", reason_words(reason));
    if reopened_before {
        let action = said(&format!("重办后{why}，请核实并回复处理意见"), &answers.verbatim);
        let press = Act::Supervise {
            grade: Grade::Daily,
            reason: SupervisionReason::RepeatedComplaint,
            action: cut(action, 500),
        };
        return (Ending::Supervised, vec![close("回访：重办后客户仍不满意，已转督办"), (press, true)]);
    }
    let why = cut(said(&why, &answers.verbatim), 500);
    (Ending::Reopened, vec![(Act::Reopen { why, automatic: true }, false)])
}

fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::NotSolved => "问题未解决",
        Reason::Slow => "处理太慢",
        Reason::Attitude => "服务态度",
        Reason::Policy => "政策规定",
        Reason::Other => "其他",
    }
}

/// 回访不成功, and why.
fn missed(task: &Task) -> String {
    let words = task.attempts.iter().filter(|attempt| attempt.outcome.counts()).map(|attempt| match attempt
        .outcome
    {
        Outcome::NoAnswer => "无人接听",
        Outcome::Busy => "占线",
        Outcome::WrongNumber => "号码有误",
        Outcome::Reached | Outcome::Refused | Outcome::Later => "未完成",
    });
    format!("回访不成功：{}", words.collect::<Vec<_>>().join("、"))
}

/// Our words and the customer's, no longer than an order's note may be.
fn said(lead: &str, verbatim: &str) -> String {
    let verbatim = verbatim.trim();
    cut(if verbatim.is_empty() { lead.to_owned() } else { format!("{lead}。客户原话：{verbatim}") }, 1_000)
}

fn cut(text: String, most: usize) -> String {
    if text.chars().count() <= most { text } else { text.chars().take(most).collect() }
}

/// Whether the crew's arrival is not what the customer tells.
fn doubt(answers: &Answers, facts: Facts<'_>) -> Option<Doubt> {
    let recorded = facts.arrived_at?;
    match answers.arrival? {
        Arrival::AsRecorded => None,
        Arrival::Never => Some(Doubt { recorded, told: None, differs_min: None }),
        Arrival::At { at } => {
            let differs = if at > recorded { at.since(recorded) } else { recorded.since(at) };
            let most = Duration::from_secs(u64::from(facts.hours.settings.doubt_min) * 60);
            let doubt = Doubt { recorded, told: Some(at), differs_min: Some(differs.as_secs() / 60) };
            (differs > most).then_some(doubt)
        }
    }
}
