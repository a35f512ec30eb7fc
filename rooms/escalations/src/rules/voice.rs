//! Somebody is told by a telephone call: when, how often, and what the key that was pressed says.

use campaigns::Done;
use campaigns::rules::Outcome;
use jiff::civil::Time;
use kernel::calendar::Calendar;
use kernel::{PersonId, TargetId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::escalation::{Escalation, Told, Turn};
use super::ladder::{Channel, Ground};

/// The key that acknowledges. The number is the person's own, and nothing is said before it is pressed.
pub const KEY: &str = "1";

/// How people are called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Calls {
    /// The published flow that speaks; whoever presses 1 in it has acknowledged.
    pub flow: String,
    pub ring_s: u16,
    /// So often within one turn, a minute apart.
    pub attempts: u8,
    /// Local time between which anybody may be called; for danger at any hour.
    #[schema(value_type = String, example = "07:00:00")]
    pub from: Time,
    #[schema(value_type = String, example = "22:00:00")]
    pub to: Time,
}

impl Default for Calls {
    fn default() -> Self {
        let at = |hour: i8| jiff::civil::time(hour, 0, 0, 0);
        Calls { flow: "escalation_call".into(), ring_s: 30, attempts: 2, from: at(7), to: at(22) }
    }
}

impl Calls {
    pub fn is_meant(&self) -> bool {
        (1..=60).contains(&self.flow.trim().chars().count())
            && (5..=60).contains(&self.ring_s)
            && (1..=5).contains(&self.attempts)
            && self.from < self.to
    }

    /// Whether somebody may be called about this now.
    pub fn may(&self, of: &Escalation, calendar: &Calendar, now: Timestamp) -> bool {
        let time = calendar.civil(now).time();
        of.reasons.iter().any(|reason| danger(reason.ground)) || (self.from <= time && time < self.to)
    }
}

/// What excuses waking somebody.
fn danger(ground: Ground) -> bool {
    match ground {
        Ground::Emergency
        | Ground::Major
        | Ground::ManyReports
        | Ground::Special
        | Ground::Injury
        | Ground::Explosion => true,
        Ground::Help
        | Ground::AbusiveCaller
        | Ground::Storm
        | Ground::QueueOver
        | Ground::Important
        | Ground::Media
        | Ground::Other => false,
    }
}

/// The name under which one person is called in one turn.
pub fn once(of: &Escalation, turn: &Turn) -> String {
    let person = turn.person.unwrap_or(PersonId(0));
    format!("{}.{}.{person}.{}", of.id, turn.visit, times(of, turn))
}

/// How often this person has had a turn on this visit, this one counted.
pub fn times(of: &Escalation, turn: &Turn) -> usize {
    let same = |one: &&Turn| one.visit == turn.visit && one.person == turn.person && one.from <= turn.from;
    of.turns.iter().filter(same).count()
}

/// What became of a call, written down with the turn it was made for; and who has acknowledged by it. None when no turn of this
/// escalation knows the call.
pub fn called(of: &Escalation, done: &Done) -> Option<(Escalation, Option<PersonId>)> {
    let mut next = of.clone();
    let mut whose = None;
    for turn in &mut next.turns {
        for told in &mut turn.told {
            if let Told::Calling { target, came, tries, .. } = told
                && *target == done.target
            {
                *came = Some(done.outcome.word().to_owned());
                *tries = done.tries;
                whose = Some(turn.person);
            }
        }
    }
    let person = whose?;
    let pressed = done.keys.iter().any(|pressed| pressed.key == KEY);
    Some((next, person.filter(|_| done.outcome == Outcome::Reached && pressed)))
}

/// The call of a turn that is over, when nothing is known of it yet.
pub fn pending(turn: &Turn) -> Option<TargetId> {
    turn.told.iter().find_map(|told| match told {
        Told::Calling { target, came: None, .. } => Some(*target),
        _ => None,
    })
}

/// Nobody is rung any more for this turn.
pub fn withdrawn(turn: &mut Turn) {
    for told in &mut turn.told {
        if let Told::Calling { came, .. } = told
            && came.is_none()
        {
            *came = Some(Outcome::Withdrawn.word().to_owned());
        }
    }
}

/// Somebody is being called.
pub fn calling(target: TargetId) -> Told {
    Told::Calling { by: Channel::Voice, target, came: None, tries: 0 }
}
