//! What a caller does: in the menu, at an announcement, in the line, in a conversation, and afterwards.

use std::collections::VecDeque;
use std::time::Duration;

use kernel::{LegId, Timestamp};

use super::day::{Day, Person};
use super::fate::{Fate, Heard};
use super::reference::{
    AFTER_ANNOUNCEMENT_S, CALL_AGAIN, CALL_AGAIN_IN_STORM, CALL_AGAIN_MAX, CALL_AGAIN_MEDIAN_S,
    CALL_AGAIN_SIGMA, HELD, HELD_S, HELP_THEMSELVES, LEAVE_AT_ONCE, LEAVE_MENU, MENU_S, MENU_SIGMA,
    PATIENCE_IN_OUTAGE_S, PATIENCE_S, Reason, STRANGER, TELL_ME, WITHOUT_ESTIMATE, WRITE, WRITE_TICKET,
};
use super::world::{Next, World};
use crate::simulate::dice::Dice;
use back::Back;

mod back;
mod line;

/// The centre ends after-call work then.
const WRITE_MOST: Duration = Duration::from_secs(180);

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Deed {
    Press(char),
    HangUp,
    /// Has had enough of waiting.
    GiveUp,
    /// Has said everything.
    Goodbye,
}

/// What he means to do, drawn before anything happens to him.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Intent {
    LeaveMenu,
    HelpHimself,
    Person,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Calling,
    Menu,
    /// Hears an announcement.
    Hearing,
    /// Heard it and means to go, content.
    Content,
    Helped,
    Waiting,
    /// Asked for a person, and hears first how many wait and that he could be called back.
    AtDoor,
    /// Is to be called back.
    Promised,
    Talking,
    Gone,
}

pub struct Caller {
    pub leg: Option<LegId>,
    mind: u32,
    phase: Phase,
    intent: Intent,
    /// Answer to the last key.
    menu: Duration,
    leaves_menu: Duration,
    /// Where in the announcement an impatient one presses the key for a person.
    cuts: f64,
    /// One trait for all calls of a person: contentable when below the share.
    content: f64,
    tells: bool,
    /// Seconds of listening after which a content one hangs up.
    lingers: Duration,
    /// What is left of patience, in units of its mean; or seconds from entering the line.
    patience: f64,
    mean: f64,
    at_once: Option<Duration>,
    waiting_since: Timestamp,
    counted_until: Timestamp,
    /// From and until when an announcement makes him think of leaving.
    restless: (Timestamp, Timestamp),
    queue: i64,
    /// Since when he stands in the line: earlier than this call for whoever got his place back.
    stands: Timestamp,
    talk: Duration,
    pub writing: Duration,
    again: Option<Duration>,
    back: Back,
}

impl Caller {
    pub fn new(day: &Day, person: &Person, nth: u32) -> Caller {
        let mut traits = day.dice(person.id, 0);
        // The first throw is that of who hears elsewhere.
        let _ = traits.unit();
        let (content, leaves, helps) =
            (traits.unit(), traits.chance(LEAVE_MENU), traits.below(1_000 - LEAVE_MENU) < HELP_THEMSELVES);
        let mut dice = day.dice(person.id, nth);
        let habit = person.reason.habit();
        let mut written = |of: (f64, f64)| dice.lognormal(of.0, of.1);
        let (talk, ticket, plain) = (written(habit.talk), written(WRITE_TICKET), written(WRITE));
        let in_outage = person.fault.is_some();
        let talk = if dice.chance(HELD) { talk + dice.exponential(HELD_S) } else { talk };
        let writing = if dice.chance(habit.ticket) { ticket } else { plain }.min(WRITE_MOST);
        let at_once = dice.chance(LEAVE_AT_ONCE).then(|| dice.between(0.5, 5.0));
        let again = if person.storm { CALL_AGAIN_IN_STORM } else { CALL_AGAIN };
        let calls_again = dice.chance(again) && nth <= CALL_AGAIN_MAX;
        Caller {
            leg: None,
            mind: 0,
            phase: Phase::Calling,
            // Nobody leaves the menu twice: whoever waited before knows what he wants.
            intent: match (leaves, helps) {
                (true, _) if nth == 1 => Intent::LeaveMenu,
                (_, true) if nth == 1 => Intent::HelpHimself,
                _ => Intent::Person,
            },
            menu: menu_time(&mut dice),
            leaves_menu: dice.between(4.0, 40.0),
            cuts: 0.2 + 0.8 * dice.unit(),
            content,
            tells: dice.chance(TELL_ME),
            lingers: dice.between(0.5, 4.0),
            patience: dice.exponential(1_000.0).as_secs_f64() / 1_000.0,
            mean: if in_outage { PATIENCE_IN_OUTAGE_S } else { PATIENCE_S },
            at_once,
            waiting_since: day.start,
            counted_until: day.start,
            restless: (day.start, day.start),
            queue: 0,
            stands: day.start,
            talk,
            writing,
            again: calls_again.then(|| dice.lognormal(CALL_AGAIN_MEDIAN_S.ln(), CALL_AGAIN_SIGMA)),
            back: Back::of(day, person.id, nth),
        }
    }
}

fn menu_time(dice: &mut Dice) -> Duration {
    let mu = MENU_S.ln() - MENU_SIGMA * MENU_SIGMA / 2.0;
    dice.lognormal(mu, MENU_SIGMA).max(Duration::from_secs(5))
}

impl World<'_> {
    /// He means to do this now, and nothing of what he meant before.
    fn means(&mut self, attempt: usize, deeds: impl IntoIterator<Item = (Duration, Deed)>) {
        let Some(caller) = self.callers.get_mut(attempt) else { return };
        caller.mind += 1;
        let (mind, now) = (caller.mind, self.now);
        for (after, deed) in deeds {
            self.plan(now + after, Next::Deed { attempt, mind, deed });
        }
    }

    fn person(&self, attempt: usize) -> Option<&Person> {
        self.attempts.get(attempt).and_then(|one| self.day.people.get(one.person))
    }

    pub(super) fn in_menu(&mut self, attempt: usize) {
        let Some(caller) = self.callers.get_mut(attempt) else { return };
        if caller.phase != Phase::Calling {
            return;
        }
        caller.phase = Phase::Menu;
        let (intent, menu, leaves) = (caller.intent, caller.menu, caller.leaves_menu);
        if intent == Intent::LeaveMenu {
            return self.means(attempt, [(leaves, Deed::HangUp)]);
        }
        self.goes_through(attempt, menu);
    }

    /// Presses the keys of his way, the last of them after so long.
    fn goes_through(&mut self, attempt: usize, last: Duration) {
        let (Some(person), Some(caller)) = (self.person(attempt), self.callers.get(attempt)) else { return };
        let keys = match caller.intent {
            Intent::HelpHimself if person.fault.is_some() || person.reason == Reason::Outage => {
                format!("2{}#", Day::account(person.id))
            }
            Intent::HelpHimself => "31".to_owned(),
            _ => person.reason.habit().keys.to_owned(),
        };
        let mut deeds = VecDeque::new();
        let mut at = last;
        for key in keys.chars().rev() {
            deeds.push_front((at, Deed::Press(key)));
            let before = if keys.len() > 3 { Duration::from_millis(600) } else { Duration::from_secs(4) };
            at = at.saturating_sub(before).max(Duration::from_millis(100));
        }
        self.means(attempt, deeds);
    }

    /// An announcement begins; how long it is stands in the `Play` that follows.
    pub(super) fn announced(&mut self, attempt: usize, own: bool) {
        let Some(caller) = self.callers.get_mut(attempt) else { return };
        if caller.phase != Phase::Menu {
            return;
        }
        caller.phase = Phase::Hearing;
        if let Some(attempt) = self.attempts.get_mut(attempt) {
            attempt.heard = Some(if own { Heard::Own } else { Heard::General });
        }
    }

    /// Something is played to him.
    pub(super) fn hears(&mut self, attempt: usize, long: Duration) {
        match self.callers.get(attempt).map(|caller| caller.phase) {
            Some(Phase::Hearing) => self.hears_announcement(attempt, long),
            Some(Phase::Waiting | Phase::AtDoor) => {
                self.counts_patience(attempt);
                let from = self.now + long;
                if let Some(caller) = self.callers.get_mut(attempt) {
                    caller.restless = (from, from + Duration::from_secs_f64(AFTER_ANNOUNCEMENT_S));
                }
                self.waits_on(attempt);
            }
            _ => {}
        }
    }

    fn hears_announcement(&mut self, attempt: usize, long: Duration) {
        let (Some(person), Some(caller)) = (self.person(attempt), self.callers.get(attempt)) else { return };
        let own = self.attempts.get(attempt).and_then(|one| one.heard) == Some(Heard::Own);
        let estimate = person.fault.is_some_and(|fault| self.known.has_estimate(fault, self.now));
        let mut share = f64::from(self.terms.leave) / 100.0;
        if !estimate {
            share *= WITHOUT_ESTIMATE;
        }
        if !own {
            share *= STRANGER;
        }
        let concerned = person.fault.is_some();
        let content = concerned
            && match caller.intent {
                // Whoever wanted to look it up himself has heard it.
                Intent::HelpHimself => own,
                Intent::Person => caller.content <= share,
                Intent::LeaveMenu => false,
            };
        let (tells, lingers, cuts, menu) = (caller.tells && own, caller.lingers, caller.cuts, caller.menu);
        let (intent, leaves) = (caller.intent, caller.leaves_menu);
        let first = person.reason.habit().keys.chars().next().unwrap_or('0');
        if let Some(caller) = self.callers.get_mut(attempt) {
            caller.phase = if content { Phase::Content } else { Phase::Menu };
        }
        if intent == Intent::LeaveMenu {
            return self.means(attempt, [(leaves, Deed::HangUp)]);
        }
        if content {
            let fate = match (own, tells) {
                (true, true) => Fate::TellMe { estimate },
                (true, false) => Fate::Told { estimate },
                (false, _) => Fate::ToldAsStranger,
            };
            self.set(attempt, fate);
            // The keys are named in the last six seconds.
            let deed = if tells {
                (long.saturating_sub(lingers), Deed::Press('1'))
            } else {
                (long + lingers.min(Duration::from_secs(3)), Deed::HangUp)
            };
            return self.means(attempt, [deed]);
        }
        if concerned && intent == Intent::Person {
            return self.means(attempt, [(long.mul_f64(cuts), Deed::Press('0'))]);
        }
        if first == '0' && intent == Intent::Person {
            return self.means(attempt, [(long.mul_f64(cuts), Deed::Press('0'))]);
        }
        // His keys mean something else while it is said: he goes on when the menu has come.
        let quiet = Duration::from_secs(5);
        self.goes_through(attempt, long + quiet + menu.mul_f64(0.7).max(Duration::from_secs(8)));
    }

    /// An informative end was reached.
    pub(super) fn served_himself(&mut self, attempt: usize, node: &str) {
        let (Some(person), Some(caller)) = (self.person(attempt), self.callers.get(attempt)) else { return };
        if caller.phase != Phase::Menu || caller.intent != Intent::HelpHimself {
            return;
        }
        let in_vain = node == "no_outage" && person.fault.is_some();
        let lingers = caller.lingers;
        if in_vain {
            return self.means(attempt, [(Duration::from_secs(4), Deed::Press('0'))]);
        }
        // What concerns him is said before the menu: that is no end of his own seeking.
        if !["outage_is", "no_outage", "balance"].contains(&node) {
            return;
        }
        if let Some(caller) = self.callers.get_mut(attempt) {
            caller.phase = Phase::Helped;
        }
        self.set(attempt, Fate::HelpedHimself);
        self.means(attempt, [(Duration::from_secs(10) + lingers, Deed::HangUp)]);
    }

    pub(super) fn deed(&mut self, attempt: usize, mind: u32, deed: Deed) {
        if self.callers.get(attempt).is_none_or(|caller| caller.mind != mind || caller.phase == Phase::Gone) {
            return;
        }
        match deed {
            Deed::Press(key) => self.press(attempt, key),
            Deed::HangUp | Deed::Goodbye => self.hang_up(attempt),
            Deed::GiveUp => self.gives_up(attempt),
        }
    }
}
