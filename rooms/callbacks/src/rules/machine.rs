//! What the machine may ask, and what follows from the keys that were pressed.

use std::collections::BTreeSet;
use std::time::Duration;

use campaigns::Done;
use campaigns::rules::Outcome as Made;
use kernel::Timestamp;
use work_orders::rules::order::Satisfaction;

use super::decide::{self, Facts, Recorded};
use super::task::{Answers, Attempt, Claim, MACHINE, Outcome, Reason, State, Task};
use super::{Caller, Hours, Refusal, Report};

/// So long the machine has a task, at most: then people may take it again, and it is not called any more.
const HOLDS: Duration = Duration::from_secs(6 * 3_600);

/// Whether the machine may ask about this now.
pub fn may_ask(task: &Task, now: Timestamp, hours: Hours<'_>) -> bool {
    let machine = &hours.settings.machine;
    machine.on
        && task.state == State::Open
        && !task.hidden
        && !task.for_person
        && task.machine.is_none()
        && task.wish.is_none()
        && (machine.emergencies || !task.urgent)
        && machine.kinds.contains(&task.kind)
        && task.claimed(now).is_none()
        && task.since + Duration::from_secs(u64::from(machine.after_min) * 60) <= now
        && hours.may_now(task, now)
}

/// It is the machine's from now on, under a name of its own for each attempt.
pub fn take(task: &Task, now: Timestamp) -> Task {
    let once = format!("{}.{}.{}", task.order, task.since.as_micros(), task.attempts.len());
    let claim = Claim { by: MACHINE, at: now, until: now + HOLDS, dialled_at: None };
    Task { machine: Some(once), claim: Some(claim), ..task.clone() }
}

/// A person takes it before anybody was rung.
pub fn give_up(task: &Task) -> Task {
    let claim = task.claim.filter(|claim| claim.by != MACHINE);
    Task { machine: None, claim, ..task.clone() }
}

/// What the keys say.
fn report(done: &Done) -> Option<Report> {
    let key = |node: &str| {
        let pressed = done.keys.iter().rev().find(|pressed| pressed.node == node);
        pressed.and_then(|pressed| pressed.key.parse::<u8>().ok())
    };
    let nobody = |report: fn(String) -> Report| Some(report(String::new()));
    match done.outcome {
        Made::Reached => {}
        Made::Busy => return nobody(|note| Report::Busy { note }),
        Made::WrongNumber => return nobody(|note| Report::WrongNumber { note }),
        Made::Answered => {
            return Some(Report::NoAnswer { note: "自动回访：接听后未按键".to_owned() });
        }
        Made::Voicemail => return Some(Report::NoAnswer { note: "自动回访：语音信箱".to_owned() }),
        Made::NoAnswer | Made::Declined | Made::Unreachable | Made::Failed | Made::Interrupted => {
            return nobody(|note| Report::NoAnswer { note });
        }
        Made::NotAllowed | Made::Withdrawn => return None,
    }
    let satisfaction = match key("satisfied") {
        Some(5) => Satisfaction::VerySatisfied,
        Some(4) => Satisfaction::Satisfied,
        Some(3) => Satisfaction::Fair,
        Some(2) => Satisfaction::Dissatisfied,
        Some(1) => Satisfaction::VeryDissatisfied,
        _ => Satisfaction::NotRated,
    };
    let mut answers = Answers {
        solved: None,
        arrival: None,
        conduct: None,
        charges: None,
        satisfaction,
        reason: None,
        explained: String::new(),
        verbatim: String::new(),
    };
    match key("solved") {
        Some(1) => answers.solved = Some(true),
        Some(2) => {
            answers.solved = Some(false);
            answers.reason = Some(Reason::NotSolved);
            answers.verbatim = "按键回答：问题没有解决".to_owned();
        }
        // Spoke with an agent, perhaps, but said nothing to the machine.
        _ => return None,
    }
    // Content with the matter and not with us: why, only a person can ask.
    if answers.solved == Some(true) && answers.unsatisfied() {
        return None;
    }
    Some(Report::Reached { answers })
}

/// Writes down what the machine's attempt came to.
///
/// # Errors
/// As [`decide::record`]
pub fn record(task: &Task, done: &Done, facts: Facts<'_>) -> Result<Recorded, Refusal> {
    let Some(report) = report(done) else { return Ok(for_person(task, done, facts)) };
    let claim = Claim { by: MACHINE, at: done.at, until: facts.now, dialled_at: Some(done.at) };
    let task = Task { claim: Some(claim), machine: None, answer: None, ..task.clone() };
    let units = BTreeSet::new();
    let machine = Caller { person: MACHINE, units: &units, knows: true };
    let mut recorded = decide::record(&task, &report, machine, done.call, facts)?;
    // Nobody else is there who could do it.
    recorded.acts.iter_mut().for_each(|(_, by_itself)| *by_itself = true);
    Ok(recorded)
}

/// The attempt uses none up; a person goes on, at once.
fn for_person(task: &Task, done: &Done, facts: Facts<'_>) -> Recorded {
    let mut next = Task { machine: None, answer: None, claim: None, for_person: true, ..task.clone() };
    let note = match done.outcome {
        Made::Withdrawn => None,
        Made::NotAllowed => Some("自动回访：号码不允许拨打，请人工回访"),
        _ if done.keys.is_empty() => Some("自动回访：客户转接人工，未按键回答，请人工核实"),
        _ => Some("自动回访：客户按键不满意，请人工了解原因"),
    };
    if let Some(note) = note {
        next.attempts.push(Attempt {
            at: done.at,
            recorded_at: facts.now,
            by: MACHINE,
            call: done.call,
            outcome: Outcome::Later,
            wish: None,
            note: note.to_owned(),
            answers: None,
        });
    }
    next.for_person = done.outcome != Made::Withdrawn;
    next.not_before = facts.now;
    Recorded { task: next, acts: Vec::new(), tell: false, doubt: None }
}
