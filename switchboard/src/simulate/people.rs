//! Simulated callers and agents as one pure machine: what happens to their telephones goes in, what they do comes out.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use audio::Sound;
use exchange::AgentAct;
use exchange::line::{Command, EndCause, Event, Identity, PlayMode, PlayOutcome, RejectStatus, Target};
use kernel::{IdMint, LegId, Timestamp, TrunkId};
use serde::{Deserialize, Serialize};

use super::agent::{Turn, after_call, conversation};
use super::caller::{self, Plan, Reason, plan};
use super::clips::Clips;
use super::dice::Dice;

/// What happens to a telephone.
#[derive(Clone, PartialEq, Debug)]
pub enum Input {
    Caller(Event),
    Agent(Event),
}

/// What somebody does.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    Caller(Command),
    Agent(Command),
    /// At the desk, over HTTP.
    Desk {
        agent: usize,
        act: AgentAct,
    },
}

/// How the run goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Tally {
    pub calls: u32,
    pub placed: u32,
    /// Over, however they ended.
    pub finished: u32,
    /// Talked with an agent.
    pub answered: u32,
    /// Hung up while waiting for a person.
    pub abandoned: u32,
    /// Hung up in the menu.
    pub left_menu: u32,
    /// The centre ended the call before an agent was reached: heard an announcement, for example.
    pub turned_away: u32,
    pub rated: u32,
    /// Refused, lost or never answered.
    pub failed: u32,
}

/// How many, how fast, and to where.
#[derive(Clone, Debug)]
pub struct Crowd {
    pub calls: u32,
    /// Calls per second, on average.
    pub rate: f64,
    /// The number that is called.
    pub called: String,
    pub trunk: TrunkId,
    /// The agents' numbers.
    pub agents: Vec<String>,
    pub speed: f64,
    pub seed: u64,
    /// So many of them are neighbours whose gas is off.
    pub dark: u32,
}

struct Caller {
    plan: Plan,
    state: Calling,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Calling {
    Coming {
        at: Timestamp,
    },
    Dialling {
        leg: LegId,
    },
    Menu {
        leg: LegId,
        pressed: usize,
        next: Timestamp,
        leaves: bool,
    },
    Waiting {
        leg: LegId,
        until: Timestamp,
    },
    Talking {
        leg: LegId,
    },
    /// The agent has hung up: rates, or goes.
    After {
        leg: LegId,
        next: Timestamp,
        rates: bool,
    },
    Leaving {
        leg: LegId,
    },
    Gone,
}

struct Agent {
    number: String,
    state: Serving,
}

enum Serving {
    Idle,
    /// Answers at this time, or never.
    Ringing {
        leg: LegId,
        caller: Option<usize>,
        answers: Option<Timestamp>,
    },
    Talking {
        leg: LegId,
        caller: Option<usize>,
        turns: VecDeque<(Timestamp, Turn)>,
    },
    AfterCall {
        until: Timestamp,
    },
    /// Let it ring; ready again at this time.
    Missed {
        until: Timestamp,
    },
}

/// Of a thousand calls, how many an agent lets ring.
const MISSES: u64 = 10;
/// What the menu says before a caller waits is heard out, and not faster at any speed.
const PUT_THROUGH: Duration = Duration::from_secs(5);
const RING: Duration = Duration::from_secs(60);
const KEY_MS: u32 = 120;
/// A rating that is not thanked for within this time ends all the same.
const THANKS: Duration = Duration::from_secs(25);

/// Everybody.
pub struct People {
    crowd: Crowd,
    clips: Clips,
    dice: Dice,
    mint: Arc<IdMint>,
    callers: Vec<Caller>,
    agents: Vec<Agent>,
    calling: HashMap<LegId, usize>,
    by_number: HashMap<String, usize>,
    tally: Tally,
}

impl People {
    /// The first calls come from `start` on.
    pub fn new(crowd: Crowd, clips: Clips, mint: Arc<IdMint>, start: Timestamp) -> People {
        let mut dice = Dice::new(crowd.seed);
        let mut at = start;
        let mut callers = Vec::new();
        let mut neighbours = caller::neighbours(crowd.dark as usize).into_iter();
        for nth in 0..crowd.calls {
            at += dice.exponential(1.0 / crowd.rate.max(0.01));
            let mut plan = plan(&mut dice, nth, &crowd.called, crowd.speed);
            if nth % 3 == 1
                && let Some(number) = neighbours.next()
            {
                plan = caller::without_gas(plan, number);
            }
            callers.push(Caller { plan, state: Calling::Coming { at } });
        }
        let by_number = callers.iter().enumerate().map(|(i, c)| (c.plan.number.clone(), i)).collect();
        let agents = crowd.agents.iter().map(|n| Agent { number: n.clone(), state: Serving::Idle }).collect();
        let tally = Tally { calls: crowd.calls, ..Tally::default() };
        People { crowd, clips, dice, mint, callers, agents, calling: HashMap::new(), by_number, tally }
    }

    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// All calls are over and nobody writes one up.
    pub fn is_done(&self) -> bool {
        self.callers.iter().all(|caller| caller.state == Calling::Gone)
            && self.agents.iter().all(|agent| matches!(agent.state, Serving::Idle | Serving::Missed { .. }))
    }

    /// When somebody does something next.
    pub fn deadline(&self) -> Option<Timestamp> {
        let callers = self.callers.iter().filter_map(|caller| match caller.state {
            Calling::Coming { at } => Some(at),
            Calling::Menu { next, .. } | Calling::After { next, .. } => Some(next),
            Calling::Waiting { until, .. } => Some(until),
            Calling::Dialling { .. } | Calling::Talking { .. } | Calling::Leaving { .. } | Calling::Gone => {
                None
            }
        });
        let agents = self.agents.iter().filter_map(|agent| match &agent.state {
            Serving::Ringing { answers, .. } => *answers,
            Serving::Talking { turns, .. } => turns.front().map(|(at, _)| *at),
            Serving::AfterCall { until } | Serving::Missed { until } => Some(*until),
            Serving::Idle => None,
        });
        callers.chain(agents).min()
    }

    pub fn wake(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        for at in 0..self.callers.len() {
            self.caller_acts(at, now, out);
        }
        for at in 0..self.agents.len() {
            self.agent_acts(at, now, out);
        }
    }

    pub fn handle(&mut self, now: Timestamp, input: Input, out: &mut Vec<Effect>) {
        match input {
            Input::Caller(event) => self.caller_hears(now, event, out),
            Input::Agent(event) => self.agent_hears(now, event, out),
        }
    }

    fn caller_acts(&mut self, at: usize, now: Timestamp, out: &mut Vec<Effect>) {
        let Some(caller) = self.callers.get_mut(at) else { return };
        let plan = &caller.plan;
        match caller.state {
            Calling::Coming { at: when } if when <= now => {
                let leg: LegId = self.mint.mint(now);
                let to = Target::Number { trunk: self.crowd.trunk, number: plan.calls.clone() };
                let from = Identity { number: plan.number.clone(), name: String::new() };
                out.push(Effect::Caller(Command::Dial {
                    leg,
                    to,
                    from,
                    ring_for: RING,
                    answer_itself: false,
                }));
                caller.state = Calling::Dialling { leg };
                self.calling.insert(leg, at);
                self.tally.placed += 1;
            }
            Calling::Menu { leg, leaves: true, next, .. } if next <= now => {
                self.tally.left_menu += 1;
                out.push(Effect::Caller(Command::HangUp { leg }));
                caller.state = Calling::Leaving { leg };
            }
            Calling::Menu { leg, pressed, next, .. } if next <= now => {
                if let Some((_, digit)) = plan.keys.get(pressed) {
                    let sounds = vec![Sound::Key { digit: *digit, ms: KEY_MS }];
                    out.push(Effect::Caller(play(&self.mint, now, leg, sounds, PlayMode::Once)));
                }
                caller.state = after_key(plan, leg, pressed + 1, now);
            }
            Calling::Waiting { leg, until } if until <= now => {
                self.tally.abandoned += 1;
                out.push(Effect::Caller(Command::HangUp { leg }));
                caller.state = Calling::Leaving { leg };
            }
            Calling::After { leg, next, rates } if next <= now => match plan.rating {
                Some(digit) if rates => {
                    self.tally.rated += 1;
                    let sounds = vec![Sound::Key { digit, ms: KEY_MS }];
                    out.push(Effect::Caller(play(&self.mint, now, leg, sounds, PlayMode::Once)));
                    caller.state = Calling::After { leg, next: now + THANKS, rates: false };
                }
                _ => {
                    out.push(Effect::Caller(Command::HangUp { leg }));
                    caller.state = Calling::Leaving { leg };
                }
            },
            _ => {}
        }
    }

    fn caller_hears(&mut self, now: Timestamp, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Answered { leg } => {
                let Some(caller) = self.calling.get(&leg).and_then(|at| self.callers.get_mut(*at)) else {
                    return;
                };
                out.push(Effect::Caller(hush(&self.mint, now, leg)));
                caller.state = match caller.plan.leaves_menu {
                    Some(after) => Calling::Menu { leg, pressed: 0, next: now + after, leaves: true },
                    None => after_key(&caller.plan, leg, 0, now),
                };
            }
            Event::Played { leg, outcome, .. }
                if outcome != PlayOutcome::Stopped && self.calling.contains_key(&leg) =>
            {
                out.push(Effect::Caller(hush(&self.mint, now, leg)));
            }
            Event::Ended { leg, cause } => {
                let Some(caller) = self.calling.remove(&leg).and_then(|at| self.callers.get_mut(at)) else {
                    return;
                };
                let lost = matches!(cause, EndCause::Lost | EndCause::Unreachable);
                let state = std::mem::replace(&mut caller.state, Calling::Gone);
                self.tally.finished += 1;
                match state {
                    Calling::Dialling { .. } => self.tally.failed += 1,
                    _ if lost => self.tally.failed += 1,
                    Calling::Menu { .. } | Calling::Waiting { .. } => self.tally.turned_away += 1,
                    _ => {}
                }
            }
            // A telephone that nobody calls.
            Event::Incoming { leg, .. } => out.push(Effect::Caller(reject(leg))),
            _ => {}
        }
    }

    fn agent_acts(&mut self, at: usize, now: Timestamp, out: &mut Vec<Effect>) {
        let Some(agent) = self.agents.get_mut(at) else { return };
        match &mut agent.state {
            Serving::Ringing { leg, answers, .. } if answers.is_some_and(|when| when <= now) => {
                *answers = None;
                out.push(Effect::Agent(Command::Answer { leg: *leg }));
            }
            Serving::Talking { leg, caller, turns } => {
                let (leg, caller) = (*leg, *caller);
                while let Some((_, turn)) = turns.pop_front_if(|(when, _)| *when <= now) {
                    let their = caller.and_then(|at| self.callers.get(at)).and_then(|c| match c.state {
                        Calling::Talking { leg } => Some(leg),
                        _ => None,
                    });
                    let sound = |clip| vec![Sound::Clip(clip)];
                    match turn {
                        Turn::AgentSays(clip) => {
                            out.push(Effect::Agent(play(&self.mint, now, leg, sound(clip), PlayMode::Once)));
                        }
                        Turn::CallerSays(clip) => {
                            if let Some(leg) = their {
                                out.push(Effect::Caller(play(
                                    &self.mint,
                                    now,
                                    leg,
                                    sound(clip),
                                    PlayMode::Once,
                                )));
                            }
                        }
                        Turn::Does(act) => out.push(Effect::Desk { agent: at, act }),
                        Turn::AgentHangsUp => out.push(Effect::Agent(Command::HangUp { leg })),
                        Turn::CallerHangsUp => match their {
                            Some(leg) => out.push(Effect::Caller(Command::HangUp { leg })),
                            None => out.push(Effect::Agent(Command::HangUp { leg })),
                        },
                    }
                }
            }
            Serving::AfterCall { until } if *until <= now => {
                agent.state = Serving::Idle;
                out.push(Effect::Desk { agent: at, act: AgentAct::Finish });
            }
            Serving::Missed { until } if *until <= now => {
                agent.state = Serving::Idle;
                out.push(Effect::Desk { agent: at, act: AgentAct::Ready });
            }
            _ => {}
        }
    }

    fn agent_hears(&mut self, now: Timestamp, event: Event, out: &mut Vec<Effect>) {
        match event {
            Event::Incoming { leg, from, to, .. } => {
                let caller = self.by_number.get(&from.number).copied();
                let misses = self.dice.chance(MISSES);
                let answers = (!misses)
                    .then(|| now + self.dice.between(0.8, 3.0).div_f64(self.crowd.speed.clamp(1.0, 4.0)));
                match self.agents.iter_mut().find(|agent| agent.number == to) {
                    Some(Agent { state, .. }) if !state.is_on_the_phone() => {
                        out.push(Effect::Agent(Command::Ring { leg }));
                        *state = Serving::Ringing { leg, caller, answers };
                    }
                    _ => out.push(Effect::Agent(reject(leg))),
                }
            }
            Event::Answered { leg } => self.connected(now, leg, out),
            Event::Played { leg, outcome, .. }
                if outcome != PlayOutcome::Stopped
                    && self.agents.iter().any(|agent| agent.state.leg() == Some(leg)) =>
            {
                out.push(Effect::Agent(hush(&self.mint, now, leg)));
            }
            Event::Ended { leg, .. } => self.parted(now, leg),
            _ => {}
        }
    }

    /// An agent has answered: from here on the conversation goes by its table.
    fn connected(&mut self, now: Timestamp, leg: LegId, out: &mut Vec<Effect>) {
        let Some((which, agent)) =
            self.agents.iter_mut().enumerate().find(|(_, agent)| agent.state.leg() == Some(leg))
        else {
            return;
        };
        let Serving::Ringing { caller, .. } = agent.state else { return };
        out.push(Effect::Agent(hush(&self.mint, now, leg)));
        let theirs = caller.and_then(|at| self.callers.get_mut(at));
        let plan = match theirs {
            Some(caller) => {
                if let Calling::Menu { leg, .. } | Calling::Waiting { leg, .. } = caller.state {
                    caller.state = Calling::Talking { leg };
                    self.tally.answered += 1;
                }
                caller.plan.clone()
            }
            // Somebody real has called.
            None => Plan {
                talk: Duration::from_secs(40),
                says: None,
                reason: Reason::Other,
                hangs_up_first: false,
                rating: None,
                keys: Vec::new(),
                leaves_menu: None,
                patience: Duration::ZERO,
                number: String::new(),
                calls: String::new(),
            },
        };
        let turns = conversation(&mut self.dice, &plan, &self.clips, which, self.crowd.speed);
        let turns = turns.into_iter().map(|(after, turn)| (now + after, turn)).collect();
        agent.state = Serving::Talking { leg, caller, turns };
    }

    /// An agent's telephone has gone silent.
    fn parted(&mut self, now: Timestamp, leg: LegId) {
        let Some(agent) = self.agents.iter_mut().find(|agent| agent.state.leg() == Some(leg)) else { return };
        let speed = self.crowd.speed;
        let state = std::mem::replace(&mut agent.state, Serving::Idle);
        match state {
            Serving::Talking { caller, .. } => {
                agent.state = Serving::AfterCall { until: now + after_call(&mut self.dice, speed) };
                let Some(caller) = caller.and_then(|at| self.callers.get_mut(at)) else { return };
                if let Calling::Talking { leg } = caller.state {
                    let rates = caller.plan.rating.is_some();
                    let waits = if rates { self.dice.between(3.0, 7.0) } else { self.dice.between(1.0, 2.5) };
                    caller.state =
                        Calling::After { leg, next: now + waits.div_f64(speed.clamp(1.0, 2.0)), rates };
                }
            }
            Serving::Ringing { answers: None, .. } => {
                agent.state = Serving::Missed { until: now + self.dice.between(5.0, 20.0).div_f64(speed) };
            }
            _ => {}
        }
    }
}

impl Serving {
    fn leg(&self) -> Option<LegId> {
        match self {
            Serving::Ringing { leg, .. } | Serving::Talking { leg, .. } => Some(*leg),
            _ => None,
        }
    }
    fn is_on_the_phone(&self) -> bool {
        self.leg().is_some()
    }
}

/// After a key, or the answer: the next key, or waiting.
fn after_key(plan: &Plan, leg: LegId, pressed: usize, now: Timestamp) -> Calling {
    match plan.keys.get(pressed) {
        Some((wait, _)) => Calling::Menu { leg, pressed, next: now + *wait, leaves: false },
        None => Calling::Waiting { leg, until: now + PUT_THROUGH + plan.patience },
    }
}

pub(super) fn play(mint: &IdMint, now: Timestamp, leg: LegId, sounds: Vec<Sound>, mode: PlayMode) -> Command {
    Command::Play { leg, play: mint.mint(now), sounds, mode }
}

/// A telephone that nobody speaks into sends silence all the same.
pub(super) fn hush(mint: &IdMint, now: Timestamp, leg: LegId) -> Command {
    play(mint, now, leg, vec![Sound::Silence { ms: 1_000 }], PlayMode::Loop)
}

pub(super) fn reject(leg: LegId) -> Command {
    Command::Reject { leg, status: RejectStatus::Busy, retry_after_s: None }
}

#[cfg(test)]
mod tests;
