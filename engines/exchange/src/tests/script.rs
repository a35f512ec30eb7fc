//! The language of the transcripts.
//!
//! * `caller A calls 95598 [from NUMBER] [phone USER]`, then `A answers`, `A presses 12#`, `A hangs up`, `A lost`,
//!   `A silent 60s`, `A prompt ends`, `A prompt missing`, `A found balance owing`, `A found balance`
//! * `1001 signs in|signs out|ready|not ready WHY|finishes|extends WHY`, on the telephone `1001 rings|answers|hangs up|
//!   refuses|lost|unreachable|holds|resumes|phone gone|phone back`, at the desk `1001 declines|desk holds|desk resumes|
//!   desk hangs up|pauses|records|transfers to queue|flow|agent|number X|dials NUMBER|mutes|unmutes|consults queue|agent|
//!   number X|completes|cancels|swaps|confers|drops third|leaves|collects secret|ends secret`
//! * `machine calls NUMBER as NAME [flow rating] [keeping 30] [listening] [knowing NAME VALUE] [again]`, then NAME acts like a
//!   caller, or `is busy|does not answer|is unknown|is a person|is a machine`
//! * `outside rings|answers|fails|hangs up|is unreachable` (and a caller with `phone USER` dials from a telephone of ours),
//!   `leader moves A to QUEUE`, `leader gives A to 1002`, `leader ends A`,
//!   `leader sends 1001 home`, `after 5s`, `drain`, `the process dies` (and begins anew), `max calls 1`, `turn general off`, `floor`,
//!   `storm …`, `the storm is over`, `NUMBER stood 90s and left 30s ago` (in an earlier process)

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use audio::answering::Answerer;
use kernel::time::{Clock, TestClock};
use kernel::{CallId, Engine, IdMint, LegId, PersonId, PlayId, Timestamp};

use super::world;
use crate::fact::{Place, TransferTo};
use crate::line::{Device, EndCause, Event, Identity, Origin, PlayOutcome};
use crate::{
    AgentAct, CallOut, Config, Door, Effect, Exchange, Footing, Input, LeaderAct, Short, Stood, Storm,
};

mod wire;

pub fn run(text: &str) -> String {
    let mut rig = Rig::new();
    let mut told = String::new();
    for line in text.lines() {
        if line.starts_with("    ") {
            continue;
        }
        told.push_str(line);
        told.push('\n');
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() || line.starts_with('#') {
            continue;
        }
        if words == ["new", "centre"] {
            rig = Rig::new();
            continue;
        }
        rig.told.clear();
        rig.line(&words);
        told.push_str(&rig.told);
    }
    told
}

pub(super) struct Rig {
    pub(super) exchange: Exchange,
    config: Config,
    ids: Arc<IdMint>,
    start: Timestamp,
    pub(super) now: Timestamp,
    pub(super) told: String,
    pub(super) names: BTreeMap<String, String>,
    callers: BTreeMap<String, LegId>,
    calls: BTreeMap<String, CallId>,
    /// By telephone, and `outside`.
    dialled: BTreeMap<String, LegId>,
    playing: BTreeMap<LegId, PlayId>,
    recordings: u32,
    attempts: i64,
    /// As whom the script knows whoever the machine calls now.
    placing: Option<String>,
    /// In queues, for call backs: what a database would know after a death.
    places: BTreeMap<CallId, Place>,
    /// Offered to an agent at this moment.
    rung: BTreeSet<CallId>,
}

impl Rig {
    fn new() -> Rig {
        let config = world::config();
        let ids = Arc::new(IdMint::new(0));
        let start = TestClock::monday_morning().now();
        let mut names = BTreeMap::new();
        for (name, id) in world::QUEUES {
            names.insert(id.to_string(), name.to_owned());
        }
        for (number, id) in world::AGENTS {
            names.insert(id.to_string(), number.to_owned());
        }
        names.insert(world::HOTLINE.to_string(), "hotline".into());
        names.insert(world::RATING.to_string(), "rating".into());
        names.insert(world::DOOR.to_string(), "door".into());
        names.insert(world::TRUNK.to_string(), "carrier".into());
        names.insert(world::LEADER.to_string(), "leader".into());
        Rig {
            exchange: Exchange::new(config.clone(), Arc::clone(&ids)),
            config,
            ids,
            start,
            now: start,
            told: String::new(),
            names,
            callers: BTreeMap::new(),
            calls: BTreeMap::new(),
            dialled: BTreeMap::new(),
            playing: BTreeMap::new(),
            recordings: 0,
            attempts: 0,
            placing: None,
            places: BTreeMap::new(),
            rung: BTreeSet::new(),
        }
    }

    fn line(&mut self, words: &[&str]) {
        match words {
            ["after", time] => {
                let length: f64 = time.trim_end_matches('s').parse().expect("seconds");
                let until = self.now + Duration::from_micros((length * 1e6) as u64);
                while let Some(at) = self.exchange.deadline().filter(|at| *at <= until) {
                    self.now = self.now.max(at);
                    let mut out = Vec::new();
                    self.exchange.wake(self.now, &mut out);
                    assert!(self.exchange.deadline().is_none_or(|next| next > self.now), "would spin");
                    self.effects(out);
                }
                self.now = until;
            }
            ["the", "process", "dies"] => {
                self.exchange = Exchange::new(self.config.clone(), Arc::clone(&self.ids));
                // Whoever may have been rung is for a person to decide.
                let rung = std::mem::take(&mut self.rung);
                self.places.retain(|place, _| !rung.contains(place));
                for place in self.places.clone().into_values() {
                    let _ = writeln!(self.told, "    the place {} is kept", self.name(place.call));
                    self.feed(Input::Keep(place));
                }
            }
            [number, "stood", time, "and", "left", ago, "ago"] => {
                let secs =
                    |time: &str| Duration::from_secs(time.trim_end_matches('s').parse().expect("seconds"));
                let left = self.now - secs(ago);
                let requested = left - secs(time);
                self.feed(Input::Remember(Stood { number: (*number).to_owned(), requested, left }));
            }
            ["storm", rest @ ..] => self.storm(rest),
            ["the", "storm", "is", "over"] => self.feed(Input::Footing(Footing::Usual)),
            ["drain"] => self.feed(Input::Drain),
            ["floor"] => self.floor(),
            ["max", "calls", n] => {
                self.config.limits.max_calls = n.parse().expect("a number");
                self.feed(Input::Configure(Box::new(self.config.clone())));
            }
            ["turn", queue, "off"] => {
                let queue = queue_id(queue);
                self.config.acd.queues.remove(&queue);
                self.feed(Input::Configure(Box::new(self.config.clone())));
            }
            ["machine", "calls", number, "as", name, rest @ ..] => self.machine(name, number, rest),
            ["caller", name, "calls", number, rest @ ..] => self.incoming(name, number, rest),
            ["leader", rest @ ..] => self.leader(rest),
            ["outside", rest @ ..] => {
                let leg = self.dialled["outside"];
                self.wire(match rest {
                    ["rings"] => Event::Ringing { leg },
                    ["answers"] => Event::Answered { leg },
                    ["is", "unreachable"] => Event::Ended { leg, cause: EndCause::Unreachable },
                    ["fails"] => Event::Ended { leg, cause: EndCause::Busy },
                    ["hangs", "up"] => Event::Ended { leg, cause: EndCause::FarEnd },
                    _ => panic!("outside {rest:?}?"),
                });
            }
            [agent, rest @ ..] if world::AGENTS.iter().any(|(number, _)| number == agent) => {
                self.agent(agent, rest);
            }
            [caller, rest @ ..] => self.caller(caller, rest),
            [] => {}
        }
    }

    /// `storm [refusing rest] [helping general:danger] [offering 60s] [door 2] [wait 90s] [again 300s] [letting night]`
    fn storm(&mut self, words: &[&str]) {
        let secs = |time: &str| Duration::from_secs(time.trim_end_matches('s').parse().expect("seconds"));
        let mut storm = Storm {
            short: Short {
                greeting: Some(world::clip("short/greeting")),
                one_figure: true,
                callback_offer: world::clip("short/offer"),
                callback_taken: world::clip("short/taken"),
            },
            ..Storm::default()
        };
        let mut door = Door {
            menu: world::DOOR,
            waiting: None,
            wait: None,
            always: BTreeSet::new(),
            again_within: Duration::ZERO,
        };
        for pair in words.chunks(2) {
            match pair {
                ["refusing", reason] => drop(storm.hall.breaks.refused.insert((*reason).to_owned())),
                ["helping", who] => {
                    let (queue, of) = who.split_once(':').expect("QUEUE:WHOSE");
                    let (queue, who) = (queue_id(queue), acd::Who::Of(queue_id(of)));
                    storm.hall.helpers.push(acd::Helpers { queue, who, rank: 9 });
                }
                ["offering", time] => storm.hall.offer_call_back = Some(secs(time)),
                ["door", n] => door.waiting = Some(n.parse().expect("a number")),
                ["wait", time] => door.wait = Some(secs(time)),
                ["again", time] => door.again_within = secs(time),
                ["letting", queue] => drop(door.always.insert(queue_id(queue))),
                _ => panic!("{pair:?}?"),
            }
        }
        storm.door = Some(door);
        self.feed(Input::Footing(Footing::Storm(Box::new(storm))));
    }

    fn incoming(&mut self, name: &str, number: &str, rest: &[&str]) {
        let leg: LegId = self.ids.mint(self.now);
        let (mut from, mut origin) = ("13800000001", Origin::Trunk { trunk: world::TRUNK });
        for pair in rest.chunks(2) {
            match pair {
                ["from", "withheld"] => from = "",
                ["from", number] => from = number,
                ["phone", user] => {
                    from = user;
                    origin = Origin::Phone { user: (*user).to_owned() };
                }
                _ => panic!("{pair:?}?"),
            }
        }
        self.callers.insert(name.to_owned(), leg);
        self.names.insert(leg.to_string(), name.to_owned());
        let from = Identity { number: from.to_owned(), name: String::new() };
        self.wire(Event::Incoming { leg, origin, from, to: number.to_owned() });
    }

    /// `machine calls NUMBER as NAME [flow rating] [own 1001] [keeping 30] [again] [knowing NAME VALUE]`
    fn machine(&mut self, name: &str, number: &str, rest: &[&str]) {
        let mut wanted = CallOut {
            attempt: kernel::AttemptId(100 + self.attempts),
            own: None,
            number: number.to_owned(),
            shown: None,
            flow: world::HOTLINE,
            values: BTreeMap::new(),
            ring_for: Duration::from_secs(30),
            tell_machines: false,
            keep_free: 0,
        };
        let mut rest = rest;
        loop {
            rest = match rest {
                ["flow", "record", more @ ..] => {
                    wanted.flow = world::RECORD;
                    more
                }
                ["own", agent, more @ ..] => {
                    wanted.own = world::AGENTS.iter().find(|(number, _)| number == agent).map(|(_, id)| *id);
                    more
                }
                ["flow", "rating", more @ ..] => {
                    wanted.flow = world::RATING;
                    more
                }
                ["flow", "nobody's", more @ ..] => {
                    wanted.flow = kernel::FlowId(77);
                    more
                }
                ["keeping", percent, more @ ..] => {
                    wanted.keep_free = percent.parse().expect("a percentage");
                    more
                }
                ["knowing", name, value, more @ ..] => {
                    wanted.values.insert((*name).to_owned(), (*value).to_owned());
                    more
                }
                ["listening", more @ ..] => {
                    wanted.tell_machines = true;
                    more
                }
                ["again", more @ ..] => {
                    wanted.attempt = kernel::AttemptId(99 + self.attempts);
                    self.attempts -= 1;
                    more
                }
                [] => break,
                _ => panic!("{rest:?}?"),
            };
        }
        self.attempts += 1;
        self.names.insert(wanted.attempt.to_string(), format!("attempt-{}", self.attempts));
        self.placing = Some(name.to_owned());
        self.feed(Input::CallOut(Box::new(wanted)));
        self.placing = None;
    }

    fn caller(&mut self, name: &str, rest: &[&str]) {
        let leg = *self.callers.get(name).unwrap_or_else(|| panic!("who is {name}?"));
        let play = self.playing.get(&leg).copied();
        let played = |outcome| Event::Played { leg, play: play.expect("something is played"), outcome };
        match rest {
            ["answers"] => self.wire(Event::Answered { leg }),
            ["hangs", "up"] => self.wire(Event::Ended { leg, cause: EndCause::FarEnd }),
            ["lost"] => self.wire(Event::Ended { leg, cause: EndCause::Lost }),
            ["rings"] => self.wire(Event::Ringing { leg }),
            ["is", "a", what] => {
                let machine = *what == "machine";
                let answerer = if machine { Answerer::Machine } else { Answerer::Person };
                self.wire(Event::Judged { leg, answerer });
            }
            ["is", "busy"] => self.wire(Event::Ended { leg, cause: EndCause::Busy }),
            ["does", "not", "answer"] => self.wire(Event::Ended { leg, cause: EndCause::NoAnswer }),
            ["is", "unknown"] => self.wire(Event::Ended { leg, cause: EndCause::NoSuchNumber }),
            ["silent", time] => {
                let for_s = time.trim_end_matches('s').parse().expect("seconds");
                self.wire(Event::Silent { leg, for_s });
            }
            ["prompt", "ends"] => self.wire(played(PlayOutcome::Finished)),
            ["prompt", "missing"] => self.wire(played(PlayOutcome::Missing)),
            ["presses", keys] => {
                for key in keys.chars() {
                    self.wire(Event::Digit { leg, digit: key.try_into().expect("a key") });
                }
            }
            ["found", key, value @ ..] => {
                let answer = value.first().map(|_| answer(value));
                self.feed(Input::LookedUp { call: self.calls[name], key: (*key).to_owned(), answer });
            }
            _ => panic!("{name} {rest:?}?"),
        }
    }

    fn agent(&mut self, number: &str, rest: &[&str]) {
        let agent = agent_id(number);
        let leg = self.dialled.get(number).copied();
        let leg = || leg.unwrap_or_else(|| panic!("the telephone of {number} was never rung"));
        let ended = |cause| Event::Ended { leg: leg(), cause };
        let phone =
            |reachable| Event::Phone { user: number.to_owned(), device: Device::Telephone, reachable };
        let browser =
            |reachable| Event::Phone { user: number.to_owned(), device: Device::Browser, reachable };
        let event = match rest {
            ["rings"] => Event::Ringing { leg: leg() },
            ["answers"] => Event::Answered { leg: leg() },
            ["hangs", "up"] => ended(EndCause::FarEnd),
            ["refuses"] => ended(EndCause::Busy),
            ["lost"] => ended(EndCause::Lost),
            ["unreachable"] => ended(EndCause::Unreachable),
            ["silent", time] => {
                Event::Silent { leg: leg(), for_s: time.trim_end_matches('s').parse().expect("seconds") }
            }
            ["holds"] => Event::Held { leg: leg(), held: true },
            ["resumes"] => Event::Held { leg: leg(), held: false },
            ["may"] => {
                let desk = self.exchange.desk(self.now, agent).expect("an agent");
                let _ = writeln!(self.told, "    {}", desk.allowed.join(" "));
                return;
            }
            // Whose the call is that stands on the desk.
            ["desk"] => {
                let desk = self.exchange.desk(self.now, agent).expect("an agent");
                let what = match (desk.agent.call, desk.helps()) {
                    (None, _) => "no call".to_owned(),
                    (Some(call), true) => format!("helps with {}", self.name(call)),
                    (Some(call), false) => format!("{} is its own", self.name(call)),
                };
                let _ = writeln!(self.told, "    {what}");
                return;
            }
            ["browser", "gone"] => browser(false),
            ["browser", "back"] => browser(true),
            ["phone", "gone"] => phone(false),
            ["phone", "back"] => phone(true),
            _ => {
                let act = self.act(rest);
                return self.feed(Input::Agent { agent, act });
            }
        };
        self.wire(event);
    }

    fn act(&self, rest: &[&str]) -> AgentAct {
        match rest {
            ["signs", "in"] => AgentAct::SignIn,
            ["signs", "out"] => AgentAct::SignOut,
            ["ready"] => AgentAct::Ready,
            ["not", "ready", why] => AgentAct::NotReady { reason: (*why).to_owned() },
            ["finishes"] => AgentAct::Finish,
            ["extends", why] => AgentAct::Extend { reason: (*why).to_owned() },
            ["declines"] => AgentAct::Decline,
            ["desk", "holds"] => AgentAct::Hold,
            ["desk", "resumes"] => AgentAct::Resume,
            ["desk", "hangs", "up"] => AgentAct::HangUp,
            ["pauses"] => AgentAct::PauseRecording,
            ["dials", number] => AgentAct::Dial { number: (*number).to_owned(), owed: None },
            ["mutes"] => AgentAct::Mute,
            ["unmutes"] => AgentAct::Unmute,
            ["completes"] => AgentAct::CompleteTransfer,
            ["cancels"] => AgentAct::CancelConsult,
            ["swaps"] => AgentAct::Swap,
            ["confers"] => AgentAct::Conference,
            ["drops", "third"] => AgentAct::DropThird,
            ["leaves"] => AgentAct::LeaveConference,
            ["collects", "secret"] => AgentAct::CollectSecret,
            ["ends", "secret"] => AgentAct::EndSecret,
            ["uses", "browser"] => AgentAct::UseDevice { device: Device::Browser },
            ["uses", "telephone"] => AgentAct::UseDevice { device: Device::Telephone },
            ["consults", kind, to] => AgentAct::Consult { to: transfer_to(kind, to) },
            ["records"] => AgentAct::ResumeRecording,
            ["transfers", "to", kind, to] => AgentAct::Transfer { to: transfer_to(kind, to) },
            _ => panic!("an agent {rest:?}?"),
        }
    }

    fn leader(&mut self, rest: &[&str]) {
        let act = match rest {
            ["moves", call, "to", queue] => {
                LeaderAct::MoveCall { call: self.calls[*call], to: queue_id(queue) }
            }
            ["gives", call, "to", agent] => {
                LeaderAct::GiveCall { call: self.calls[*call], to: agent_id(agent) }
            }
            ["ends", call] => LeaderAct::EndCall { call: self.calls[*call] },
            ["sends", agent, "home"] => {
                LeaderAct::Direct { agent: agent_id(agent), to: acd::Next::SignedOut }
            }
            _ => panic!("a leader {rest:?}?"),
        };
        self.feed(Input::Leader { by: world::LEADER, act });
    }

    fn wire(&mut self, event: Event) {
        self.feed(Input::Line(event));
    }

    fn feed(&mut self, input: Input) {
        let mut out = Vec::new();
        self.exchange.handle(self.now, input, &mut out);
        self.effects(out);
    }

    fn effects(&mut self, effects: Vec<Effect>) {
        let mut events = Vec::new();
        for effect in effects {
            self.note(&effect, &mut events);
            let line = self.print(&effect);
            let time = self.now.since(self.start).as_millis() as f64 / 1_000.0;
            let _ = writeln!(self.told, "    {time:>5} {line}");
        }
        self.exchange.check();
        for event in events {
            self.wire(event);
        }
    }

    pub(super) fn name(&self, id: impl ToString) -> String {
        let id = id.to_string();
        self.names.get(&id).cloned().unwrap_or(id)
    }
}

fn queue_id(name: &str) -> kernel::QueueId {
    let known = world::QUEUES.iter().find(|(known, _)| *known == name);
    known.map(|(_, id)| *id).unwrap_or_else(|| panic!("no queue {name}"))
}

fn transfer_to(kind: &str, to: &str) -> TransferTo {
    match kind {
        "queue" => TransferTo::Queue(queue_id(to)),
        "flow" => TransferTo::Flow(kernel::FlowId(to.parse().expect("the flow's number"))),
        "agent" => TransferTo::Agent(agent_id(to)),
        "number" => TransferTo::Number(to.to_owned()),
        _ => panic!("to a {kind}?"),
    }
}

fn agent_id(number: &str) -> PersonId {
    let known = world::AGENTS.iter().find(|(known, _)| *known == number);
    known.map(|(_, id)| *id).unwrap_or_else(|| panic!("no agent {number}"))
}

/// `VALUE`, or `VALUE says SUBJECT CLIP` about the caller himself.
fn answer(words: &[&str]) -> ivr::Answer {
    let mut answer = ivr::Answer::from(words.first().copied().unwrap_or_default());
    if let ["says", subject, clip] = words.get(1..).unwrap_or_default() {
        let sounds = vec![audio::Sound::Clip(audio::Clip::new(clip))];
        answer.says.push(ivr::Said { subject: (*subject).to_owned(), revision: 3, own: true, sounds });
    }
    answer
}
