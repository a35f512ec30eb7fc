//! Who may do what with a campaign, and what follows from an attempt.

use std::ops::RangeInclusive;

use kernel::Timestamp;
use kernel::calendar::Calendar;

use super::campaign::{self, Act, Campaign, State};
use super::target::{self, Ended, Outcome, Stage, Target};
use super::{Plan, Refusal};

/// What whoever acts may do.
#[derive(Clone, Copy, Debug, Default)]
pub struct May {
    pub prepare: bool,
    pub approve: bool,
    pub run: bool,
}

impl May {
    fn do_it(self, act: Act) -> bool {
        match act {
            Act::Approve => self.approve,
            Act::Start | Act::Pause | Act::Stop => self.run,
        }
    }
}

/// # Errors
/// Why not.
pub fn decide(campaign: &Campaign, act: Act, may: May, people: u64) -> Result<Campaign, Refusal> {
    if !may.do_it(act) {
        return Err(Refusal::NotAllowed);
    }
    let state = campaign::next(campaign.state, act).ok_or(Refusal::NotNow { state: campaign.state })?;
    if act == Act::Approve && people == 0 && campaign.standing.is_none() {
        return Err(Refusal::NobodyInIt);
    }
    let trouble = campaign.trouble.filter(|_| state != State::Running);
    Ok(Campaign { state, trouble, ..campaign.clone() })
}

/// What may be done now.
pub fn allowed(campaign: &Campaign, may: May, people: u64) -> Vec<&'static str> {
    let acts = Act::ALL.into_iter().filter(|act| decide(campaign, *act, may, people).is_ok());
    let mut allowed: Vec<&'static str> = acts.map(Act::word).collect();
    if may.prepare && change(campaign, &campaign.name, &campaign.purpose, &campaign.plan).is_ok() {
        allowed.push("change");
    }
    if may.prepare && campaign.standing.is_none() && campaign::takes_people(campaign.state) {
        allowed.push("add");
    }
    allowed
}

/// Another wording or plan. What was approved keeps its purpose and its flow.
///
/// # Errors
/// Why not.
pub fn change(campaign: &Campaign, name: &str, purpose: &str, plan: &Plan) -> Result<Campaign, Refusal> {
    if !campaign::takes_people(campaign.state) {
        return Err(Refusal::NotNow { state: campaign.state });
    }
    let (name, purpose) = (name.trim(), purpose.trim());
    check_words(name, purpose)?;
    plan.check()?;
    let reworded = purpose != campaign.purpose || plan.flow != campaign.plan.flow;
    if reworded && !campaign::may_reword(campaign.state) && campaign.standing.is_none() {
        return Err(Refusal::NotNow { state: campaign.state });
    }
    Ok(Campaign {
        name: name.to_owned(),
        purpose: purpose.to_owned(),
        plan: plan.clone(),
        ..campaign.clone()
    })
}

/// Why somebody wants to see whom it calls.
///
/// # Errors
/// [`Refusal::BadText`]
pub fn reason(written: &str) -> Result<String, Refusal> {
    text(written, "reason", 2..=200).map(str::to_owned)
}

/// # Errors
/// [`Refusal::BadText`]
pub fn check_words(name: &str, purpose: &str) -> Result<(), Refusal> {
    text(name, "name", 2..=60)?;
    text(purpose, "purpose", 2..=500).map(drop)
}

fn text<'a>(
    written: &'a str,
    field: &'static str,
    length: RangeInclusive<usize>,
) -> Result<&'a str, Refusal> {
    let written = written.trim();
    match length.contains(&written.chars().count()) {
        true => Ok(written),
        false => Err(Refusal::BadText { field, least: *length.start(), most: *length.end() }),
    }
}

/// What an attempt that was made comes to.
pub fn settle(
    plan: &Plan,
    state: State,
    target: &Target,
    ended: &Ended,
    calendar: &Calendar,
    now: Timestamp,
) -> Target {
    let outcome = target::outcome(ended, |key| plan.confirms(key));
    let tries = target.tries + 1;
    let goes_on = state != State::Stopped;
    let again =
        goes_on && target::again(outcome, ended.answered, tries, plan.attempts, plan.again_without_key);
    let stage = if again { Stage::Waiting } else { Stage::Done };
    let due = if again { plan.next(calendar, now + plan.gap()) } else { target.due };
    Target { stage, outcome: Some(outcome), tries, due, ..target.clone() }
}

/// The number may not be dialled: nobody will be called.
pub fn bar(target: &Target) -> Target {
    Target { stage: Stage::Done, outcome: Some(Outcome::NotAllowed), ..target.clone() }
}

/// Somebody is to be called once more, though the machine had given up.
///
/// # Errors
/// [`Refusal::NotAgain`], [`Refusal::NotNow`]
pub fn once_more(
    campaign: &Campaign,
    target: &Target,
    calendar: &Calendar,
    now: Timestamp,
) -> Result<Target, Refusal> {
    if !campaign::takes_people(campaign.state) {
        return Err(Refusal::NotNow { state: campaign.state });
    }
    if campaign.standing.is_some() {
        return Err(Refusal::KeptElsewhere);
    }
    if target.stage != Stage::Done || matches!(target.outcome, Some(Outcome::Reached | Outcome::NotAllowed)) {
        return Err(Refusal::NotAgain);
    }
    let tries = target.tries.min(u32::from(campaign.plan.attempts).saturating_sub(1));
    Ok(Target { stage: Stage::Waiting, tries, due: campaign.plan.next(calendar, now), ..target.clone() })
}

/// Nobody is to be called about this any more; who is on the line is not cut off.
pub fn withdraw(target: &Target) -> Option<Target> {
    (target.stage == Stage::Waiting).then(|| Target {
        stage: Stage::Done,
        outcome: Some(Outcome::Withdrawn),
        ..target.clone()
    })
}

/// A number as it is dialled: digits, and a plus before them.
///
/// # Errors
/// [`Refusal::BadNumber`]
pub fn number(written: &str) -> Result<String, Refusal> {
    let bare: String = written
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '\u{ff08}' | '\u{ff09}' | '\u{2014}'))
        .collect();
    let digits = bare.strip_prefix('+').unwrap_or(&bare);
    let fits = (3..=20).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(bare) } else { Err(Refusal::BadNumber { number: written.chars().take(40).collect() }) }
}
