//! Runs `tests/*.txt`: a script of inputs with the effects written under each line. `UPDATE=1` rewrites them.
//!
//! The language is in the crate's README; one function reads a line, one writes an effect.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kernel::time::{Clock, TestClock};
use kernel::{CallId, Engine, PersonId, QueueId, Timestamp};

use crate::*;

#[test]
fn transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of transcripts")
        .map(|e| e.expect("an entry").path())
        .collect();
    files.sort();
    let mut wrong = String::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "txt")) {
        let written = std::fs::read_to_string(file).expect("a transcript");
        let played = play(&written).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(file, &played).expect("rewrite");
        } else if let Some((n, (w, p))) = written
            .lines()
            .chain([""; 1])
            .zip(played.lines().chain([""; 1]))
            .enumerate()
            .find(|(_, (w, p))| w != p)
        {
            let _ = writeln!(wrong, "{}:{}\n  written {w}\n  played  {p}", file.display(), n + 1);
        }
    }
    assert!(wrong.is_empty(), "UPDATE=1 rewrites\n{wrong}");
    assert!(!files.is_empty());
}

fn play(script: &str) -> Result<String, String> {
    let mut stage = Stage::new();
    let mut text = String::new();
    for (n, line) in script.lines().enumerate() {
        if line.starts_with(' ') {
            continue;
        }
        text.push_str(line);
        text.push('\n');
        let said = stage.line(line).map_err(|why| format!("line {}: {line}: {why}", n + 1))?;
        text.push_str(&said);
    }
    Ok(text)
}

struct Stage {
    policy: Policy,
    changed: bool,
    acd: Option<Acd>,
    queues: BTreeMap<String, QueueId>,
    start: Timestamp,
    now: Timestamp,
}

impl Stage {
    fn new() -> Self {
        let start = TestClock::monday_morning().now();
        let policy = Policy { waiting_max: 1_000, ..Policy::default() };
        Stage { policy, changed: true, acd: None, queues: BTreeMap::new(), start, now: start }
    }

    /// One line: what it does, and what came of it.
    fn line(&mut self, line: &str) -> Result<String, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut said = String::new();
        match words.as_slice() {
            [] => return Ok(said),
            [first, ..] if first.starts_with('#') => return Ok(said),
            ["queue", name, rest @ ..] => self.queue(name, rest)?,
            ["agent", number, "in", rest @ ..] => self.agent(number, rest)?,
            ["no", "queue", name] => drop(self.policy.queues.remove(&self.queue_id(name)?)),
            ["no", "agent", number] => drop(self.policy.agents.remove(&PersonId(num(number)?))),
            ["rule", reason, spells, percent] => {
                let number = |text: &str| text.parse().map_err(|_| format!("{text} is no number"));
                let spells: u32 = number(spells)?;
                let percent: u32 = number(percent)?;
                let share_percent = u8::try_from(percent).ok();
                let rule = crate::ReasonRule { spells: Some(spells), share_percent };
                self.policy.reason_rules.insert((*reason).to_owned(), rule);
            }
            ["limit", reason, secs] => {
                self.policy.reason_limits.insert((*reason).to_owned(), seconds(secs)?);
            }
            ["no", "storm"] => self.policy.storm = None,
            ["storm", rest @ ..] => self.storm(rest)?,
            ["room", max] => self.policy.waiting_max = num(max)?,
            _ => {
                self.apply(&mut said)?;
                match words.as_slice() {
                    ["apply"] => {}
                    ["floor"] => self.floor(&mut said)?,
                    ["after", secs] => self.pass(seconds(secs.trim_end_matches('s'))?, &mut said)?,
                    words => {
                        let input = self.input(words)?;
                        self.step(&mut said, |acd, now, out| acd.handle(now, input, out))?;
                    }
                }
                return Ok(said);
            }
        }
        self.changed = true;
        Ok(said)
    }

    fn apply(&mut self, said: &mut String) -> Result<(), String> {
        if std::mem::take(&mut self.changed) {
            let policy = self.policy.clone();
            match &mut self.acd {
                None => self.acd = Some(Acd::new(policy)),
                Some(_) => {
                    let input = Input::Configure(Box::new(policy));
                    self.step(said, |acd, now, out| acd.handle(now, input, out))?;
                }
            }
        }
        Ok(())
    }

    /// As the driver does it: the input, then whatever is due already.
    fn step(
        &mut self,
        said: &mut String,
        act: impl FnOnce(&mut Acd, Timestamp, &mut Vec<Effect>),
    ) -> Result<(), String> {
        let acd = self.acd.as_mut().ok_or("no policy yet")?;
        let mut out = Vec::new();
        act(acd, self.now, &mut out);
        acd.check()?;
        if acd.deadline().is_some_and(|at| at <= self.now) {
            acd.wake(self.now, &mut out);
            acd.check()?;
        }
        if acd.deadline().is_some_and(|at| at <= self.now) {
            return Err("the deadline is not later than the time of waking".to_owned());
        }
        for effect in out {
            let effect = self.effect(&effect);
            let _ = writeln!(said, "{:>5} {effect}", self.clock(self.now));
        }
        Ok(())
    }

    fn pass(&mut self, time: Duration, said: &mut String) -> Result<(), String> {
        let until = self.now + time;
        while let Some(at) = self.acd.as_ref().and_then(Engine::deadline).filter(|at| *at <= until) {
            self.now = at;
            self.step(said, |acd, now, out| acd.wake(now, out))?;
        }
        self.now = until;
        Ok(())
    }

    fn queue_id(&self, name: &str) -> Result<QueueId, String> {
        self.queues.get(name).copied().ok_or(format!("no queue {name}"))
    }

    fn overflow(&mut self, word: &str) -> Result<Overflow, String> {
        Ok(match word {
            "message" => Overflow::Message,
            "voicemail" => Overflow::Voicemail,
            "callback" => Overflow::OfferCallback,
            name => Overflow::Queue(self.named(name)),
        })
    }

    /// A queue may be named before its own line.
    fn named(&mut self, name: &str) -> QueueId {
        let next = QueueId(self.queues.len() as i64 + 1);
        *self.queues.entry(name.to_owned()).or_insert(next)
    }

    fn queue(&mut self, name: &str, words: &[&str]) -> Result<(), String> {
        let id = self.named(name);
        let mut queue = self.policy.queues.get(&id).cloned().unwrap_or(QueuePolicy {
            name: name.to_owned(),
            priority: 5,
            age_every: None,
            danger: false,
            skills: BTreeMap::new(),
            choose: Choose::LongestIdle,
            ring: Duration::from_secs(12),
            wrap_up_soft: Duration::ZERO,
            wrap_up_hard: Duration::ZERO,
            callers_max: 100,
            when_full: Overflow::Message,
            when_unstaffed: None,
            when_waited: None,
            announce_every: None,
        });
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().copied().ok_or(format!("{word} wants a value"));
            match *word {
                "priority" => queue.priority = num(value()?)?,
                "age" => queue.age_every = Some(seconds(value()?)?),
                "danger" => queue.danger = true,
                "skills" => {
                    queue.skills = pairs(value()?)?.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
                }
                "least_occupied" => queue.choose = Choose::LeastOccupied,
                "ring" => queue.ring = seconds(value()?)?,
                "wrap" => {
                    queue.wrap_up_soft = seconds(value()?)?;
                    queue.wrap_up_hard = seconds(value()?)?;
                }
                "max" => queue.callers_max = num(value()?)?,
                "full" => queue.when_full = self.overflow(value()?)?,
                "unstaffed" => queue.when_unstaffed = Some(self.overflow(value()?)?),
                "waited" => queue.when_waited = Some((seconds(value()?)?, self.overflow(value()?)?)),
                "announce" => queue.announce_every = Some(seconds(value()?)?),
                other => return Err(format!("what is {other}?")),
            }
        }
        self.policy.queues.insert(id, queue);
        Ok(())
    }

    /// `refuse rest,tea [end] until 900 helped general:5 repairs|skill:2|7,8 callback 60 announce 20 demands gas general`
    fn storm(&mut self, words: &[&str]) -> Result<(), String> {
        let mut storm = Storm::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().copied().ok_or(format!("{word} wants a value"));
            match *word {
                "refuse" => storm.breaks.refused = value()?.split(',').map(str::to_owned).collect(),
                "end" => storm.breaks.ended = true,
                "until" => storm.breaks.until = Some(self.start + seconds(value()?)?),
                "callback" => storm.offer_call_back = Some(seconds(value()?)?),
                "announce" => storm.announce_every = Some(seconds(value()?)?),
                "loosened" => drop(storm.demands.insert(self.queue_id(value()?)?, BTreeMap::new())),
                "helped" => {
                    let (queue, rank) = *pairs(value()?)?.first().ok_or("which queue?")?;
                    let queue = self.queue_id(queue)?;
                    let by = value()?;
                    let who = match by.split_once(':') {
                        Some((skill, level)) => Who::Skilled(skill.to_owned(), num(level)?),
                        None if self.queues.contains_key(by) => Who::Of(self.queue_id(by)?),
                        None => {
                            Who::These(by.split(',').map(|n| num(n).map(PersonId)).collect::<Result<_, _>>()?)
                        }
                    };
                    storm.helpers.push(Helpers { queue, who, rank });
                }
                other => return Err(format!("what is {other}?")),
            }
        }
        self.policy.storm = Some(storm);
        Ok(())
    }

    fn agent(&mut self, number: &str, words: &[&str]) -> Result<(), String> {
        let (served, words) = words.split_first().ok_or("in which queues?")?;
        let mut agent = AgentPolicy {
            number: number.to_owned(),
            queues: BTreeMap::new(),
            skills: BTreeMap::new(),
            wrap_up: None,
        };
        for (queue, rank) in pairs(served)? {
            let queue = self.named(queue);
            agent.queues.insert(queue, rank);
        }
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let value = words.next().ok_or(format!("{word} wants a value"))?;
            match *word {
                "skills" => {
                    agent.skills = pairs(value)?.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
                }
                "wrap" => agent.wrap_up = Some(seconds(value)?),
                other => return Err(format!("what is {other}?")),
            }
        }
        self.policy.agents.insert(PersonId(num(number)?), agent);
        Ok(())
    }

    fn input(&self, words: &[&str]) -> Result<Input, String> {
        let person = |text: &str| num(text).map(PersonId);
        let call_id = |text: &str| num(text).map(CallId);
        Ok(match words {
            ["call", call, "joins", queue, rest @ ..] => {
                let since = rest.iter().position(|w| *w == "since").and_then(|at| rest.get(at + 1));
                let joined = since.map(|at| seconds(at)).transpose()?.map_or(self.now, |at| self.start + at);
                let queue = self.queue_id(queue)?;
                let wanted = match rest.iter().position(|w| *w == "for").and_then(|at| rest.get(at..)) {
                    Some([_, agent, "by", by, ..]) => Some(Wanted { agent: person(agent)?, by: person(by)? }),
                    Some(other) => return Err(format!("for whom, {other:?}?")),
                    None => None,
                };
                let urgent = rest.contains(&"urgent");
                let promised = rest.contains(&"promised");
                Input::Join { call: call_id(call)?, queue, joined, urgent, wanted, promised }
            }
            ["call", call, "forgotten"] => Input::Forget { call: call_id(call)? },
            ["call", call, "leaves"] => Input::Leave { call: call_id(call)?, why: LeaveWhy::HungUp },
            ["call", call, "moves", "to", queue] => {
                Input::Move { call: call_id(call)?, to: self.queue_id(queue)? }
            }
            ["call", call, "given", "to", to, "by", by] => {
                Input::Give { call: call_id(call)?, to: person(to)?, by: person(by)? }
            }
            ["agent", agent, rest @ ..] => {
                let agent = person(agent)?;
                let failed =
                    |call: &str, why| Ok::<_, String>(Input::Failed { agent, call: call_id(call)?, why });
                match rest {
                    ["signs", "in"] => Input::SignIn { agent },
                    ["signs", "out"] => Input::SignOut { agent },
                    ["ready"] => Input::Ready { agent },
                    ["not", "ready", reason @ ..] => Input::NotReady { agent, reason: reason.join(" ") },
                    ["answers", call] => Input::Accepted { agent, call: call_id(call)? },
                    ["misses", call] => failed(call, OfferFailed::NoAnswer)?,
                    ["declines", call] => failed(call, OfferFailed::Declined)?,
                    ["unreachable", call] => failed(call, OfferFailed::Unreachable)?,
                    ["engaged", call] => Input::Engaged { agent, call: call_id(call)? },
                    ["disengaged", call] => Input::Disengaged { agent, call: call_id(call)? },
                    ["parts", call] => Input::Parted { agent, call: call_id(call)? },
                    ["finishes"] => Input::Finish { agent },
                    ["extends", reason @ ..] => Input::Extend { agent, reason: reason.join(" ") },
                    ["loses", "device"] => Input::DeviceLost { agent, restore: None },
                    ["loses", "browser"] => {
                        Input::DeviceLost { agent, restore: Some(Duration::from_secs(15)) }
                    }
                    ["gets", "device"] => Input::DeviceBack { agent },
                    other => return Err(format!("what is {other:?}?")),
                }
            }
            ["leader", by, "orders", agent, rest @ ..] => {
                let to = match rest {
                    ["ready"] => Next::Ready,
                    ["not", "ready", reason @ ..] => Next::NotReady { reason: reason.join(" ") },
                    ["signed", "out"] => Next::SignedOut,
                    other => return Err(format!("what is {other:?}?")),
                };
                Input::Direct { agent: person(agent)?, by: person(by)?, to }
            }
            other => return Err(format!("what is {other:?}?")),
        })
    }

    fn clock(&self, at: Timestamp) -> String {
        let millis = at.as_millis() - self.start.as_millis();
        if millis % 1_000 == 0 { (millis / 1_000).to_string() } else { format!("{:.3}", millis as f64 / 1e3) }
    }

    fn name(&self, id: QueueId) -> String {
        self.queues.iter().find(|(_, q)| **q == id).map_or(format!("{id}"), |(name, _)| name.clone())
    }

    fn effect(&self, effect: &Effect) -> String {
        match effect {
            Effect::Offer { call, agent, queue, until } => {
                format!(
                    "offer {} to {} from {} until {}",
                    call.0,
                    agent.0,
                    self.name(*queue),
                    self.clock(*until)
                )
            }
            Effect::Withdraw { call, agent, why } => format!("withdraw {} from {}: {why:?}", call.0, agent.0),
            Effect::Announce { call, position, wait } => match wait {
                Some(wait) => format!("tell {} position {position} wait {}s", call.0, wait.as_secs()),
                None => format!("tell {} position {position}", call.0),
            },
            Effect::Overflowed { call, from, how, stays } => {
                let how = match how {
                    Overflowed::To(queue) => format!("to {}", self.name(*queue)),
                    Overflowed::By(Overflow::Queue(queue)) => format!("by {}", self.name(*queue)),
                    Overflowed::By(how) => format!("by {how:?}"),
                };
                let stays = if *stays { ", stays" } else { "" };
                format!("{} overflows from {} {how}{stays}", call.0, self.name(*from))
            }
            Effect::Desk { agent, state, by } => {
                let state = match state {
                    DeskChange::SignedOut => "signed out".to_owned(),
                    DeskChange::NotReady { reason } => format!("not ready: {reason}"),
                    DeskChange::Ready => "ready".to_owned(),
                    DeskChange::Ringing { call } => format!("rings for {}", call.0),
                    DeskChange::Talking { call } => format!("talks on {}", call.0),
                    DeskChange::AfterCall { call, soft, hard } => {
                        format!(
                            "after call {}, soft {} hard {}",
                            call.0,
                            self.clock(*soft),
                            self.clock(*hard)
                        )
                    }
                };
                let by = by.map_or(String::new(), |by| format!(" (by {})", by.0));
                format!("desk {} {state}{by}", agent.0)
            }
            Effect::OverLimit { agent, reason, since } => {
                format!("over limit: {} {reason} since {}", agent.0, self.clock(*since))
            }
            Effect::BreakPutOff { agent, reason } => format!("no break for {}: {reason}", agent.0),
            Effect::Expired { agent, call } => format!("after call {} of {} expired", call.0, agent.0),
            Effect::Refused(why) => format!("refused: {why:?}"),
        }
    }

    fn floor(&self, said: &mut String) -> Result<(), String> {
        let acd = self.acd.as_ref().ok_or("no policy yet")?;
        for q in acd.queues(self.now) {
            let _ = writeln!(
                said,
                "      {}: waiting {} ringing {} longest {}s offered {} signed in {} ready {}",
                q.policy.name,
                q.waiting,
                q.ringing,
                q.longest_wait.as_secs(),
                q.offered,
                q.signed_in,
                q.ready
            );
        }
        for c in acd.callers() {
            let to = c.offered_to.map_or(String::new(), |to| format!(" offered to {}", to.0));
            let (queue, joined) = (self.name(c.queue), self.clock(c.joined));
            let _ = writeln!(
                said,
                "      call {} in {queue} since {joined} position {}{to}",
                c.call.0, c.position
            );
        }
        for (id, agent) in acd.agents() {
            let since = agent.desk().since().map_or("-".to_owned(), |at| self.clock(at));
            let (handled, busy) = (agent.handled(), agent.busy(self.now).as_secs());
            let state = self.effect(&Effect::Desk { agent: id, state: agent.desk().change(), by: None });
            let _ = writeln!(said, "      {state} since {since}, handled {handled} busy {busy}s");
        }
        Ok(())
    }
}

fn num<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is not a number"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    num::<f64>(text).map(Duration::from_secs_f64)
}

/// `gas:2,english` is gas at 2, english at 1.
fn pairs(text: &str) -> Result<Vec<(&str, u8)>, String> {
    text.split(',')
        .map(|pair| match pair.split_once(':') {
            None => Ok((pair, 1)),
            Some((name, n)) => num(n).map(|n| (name, n)),
        })
        .collect()
}
