//! One caller on the way through a flow.
//!
//! The contract is the two enums below. A key is never lost: what is pressed while something is said that leads to a
//! menu is kept and given to that menu, so that those who know the way need not listen.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use audio::{Digit, Sound};
use kernel::{Engine, QueueId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::flow::{Flow, Kind, LeadsTo, Node, NodeIx, Prompt, Target};
use crate::node::{after, collect, look_up, menu, rate, say, voicemail};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    Digit(Digit),
    /// What was last asked to be played has ended by itself.
    Played,
    /// The message after `Effect::Voicemail` is recorded.
    MessageLeft,
    /// The answer to `Effect::LookUp`; `None` when nothing is known.
    LookedUp {
        key: String,
        value: Option<String>,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// In place of what was being played.
    Play {
        sounds: Vec<Sound>,
    },
    StopPlaying,
    /// For the record: where the caller went.
    Visited {
        node: String,
    },
    Chosen {
        node: String,
        key: Digit,
    },
    /// An informative end was reached.
    Served {
        node: String,
    },
    /// The caller came outside the hours of this node.
    Closed {
        node: String,
    },
    LookUp {
        key: String,
        argument: Argument,
    },
    Rated {
        score: u8,
    },
    /// Record a message for this queue, at most so long, ended by # or hang-up.
    Voicemail {
        queue: QueueId,
        max: Duration,
    },
    /// The caller asks to be called back at this number (the calling number when `None`).
    CallBack {
        queue: QueueId,
        number: Option<String>,
    },
    /// The last effects of a session: it is over.
    Queue {
        queue: QueueId,
        urgent: bool,
    },
    HangUp,
    /// The input did not fit; nothing changed.
    Refused,
}

/// What is asked about. Typed in secret, it is for whoever answers and for nobody else: printed, it is asterisks.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Argument {
    pub text: String,
    pub secret: bool,
}

impl std::fmt::Debug for Argument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hidden = || "*".repeat(self.text.chars().count());
        std::fmt::Debug::fmt(&if self.secret { hidden() } else { self.text.clone() }, f)
    }
}

/// Who is on the line.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Caller {
    /// The calling number, unless it is withheld.
    pub number: Option<String>,
    /// The number that was called.
    pub called: String,
}

/// Nodes walked through without the caller doing anything. A checked flow has no such circle; this is for the others.
const HOPS_MAX: usize = 64;
/// Keys kept for the next menu.
const AHEAD_MAX: usize = 24;
/// Menus remembered for "back".
const TRAIL_MAX: usize = 8;

/// One caller in one flow. Over when `Queue` or `HangUp` has been asked for; everything after that is refused.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    pub(crate) flow: Arc<Flow>,
    caller: Caller,
    /// When the caller is given to a person whatever happens.
    ends: Timestamp,
    /// A message was left: there was more time, once.
    extended: bool,
    pub(crate) state: State,
    playing: bool,
    /// Keys pressed before their menu was reached.
    pub(crate) ahead: VecDeque<Digit>,
    /// The menus the caller came through, the last one last.
    trail: Vec<NodeIx>,
    /// Collected and looked up.
    pub(crate) known: BTreeMap<String, String>,
    secrets: BTreeSet<String>,
}

/// What is being waited for. `until` is none while a prompt is played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Saying {
        node: NodeIx,
    },
    InMenu {
        node: NodeIx,
        wrong: u8,
        until: Option<Timestamp>,
    },
    Collecting {
        node: NodeIx,
        typed: String,
        wrong: u8,
        until: Option<Timestamp>,
    },
    LookingUp {
        node: NodeIx,
        until: Timestamp,
    },
    Rating {
        node: NodeIx,
        wrong: u8,
        until: Option<Timestamp>,
    },
    /// The prompt before a message.
    Inviting {
        node: NodeIx,
    },
    Recording {
        node: NodeIx,
        until: Timestamp,
    },
    Over,
}

impl Session {
    /// The caller enters the flow at its beginning.
    pub fn start(flow: Arc<Flow>, caller: Caller, now: Timestamp, out: &mut Vec<Effect>) -> Session {
        let at = flow.start;
        Session::start_at(flow, at, caller, now, out)
    }

    /// The caller enters the flow at a node: a message or call-back offered from a queue.
    pub fn start_at(
        flow: Arc<Flow>,
        at: NodeIx,
        caller: Caller,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) -> Session {
        let mut session = Session {
            ends: now + flow.longest,
            extended: false,
            flow,
            caller,
            state: State::Over,
            playing: false,
            ahead: VecDeque::new(),
            trail: Vec::new(),
            known: BTreeMap::new(),
            secrets: BTreeSet::new(),
        };
        session.go(now, Target::Node(at), out);
        session
    }

    pub fn flow(&self) -> &Arc<Flow> {
        &self.flow
    }
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// What the caller types now must not be logged, nor be heard in a recording.
    pub fn is_secret(&self) -> bool {
        match &self.state {
            State::Collecting { node, .. } => {
                matches!(self.kind(*node), Some(Kind::Collect(collect)) if collect.secret)
            }
            _ => false,
        }
    }

    /// The node where the caller is, by name; none when it is over.
    pub fn node(&self) -> Option<&str> {
        self.at().and_then(|at| self.flow.node(at)).map(|node| node.name.as_str())
    }

    fn at(&self) -> Option<NodeIx> {
        match &self.state {
            State::Saying { node }
            | State::InMenu { node, .. }
            | State::Collecting { node, .. }
            | State::LookingUp { node, .. }
            | State::Rating { node, .. }
            | State::Inviting { node }
            | State::Recording { node, .. } => Some(*node),
            State::Over => None,
        }
    }

    fn kind(&self, at: NodeIx) -> Option<&Kind> {
        self.flow.node(at).map(|node| &node.kind)
    }

    /// The whole state as text, secrets masked: for transcripts and the log.
    pub fn show(&self) -> String {
        let Session { flow, caller, ends, extended: _, state, playing, ahead, trail, known, secrets } = self;
        let names = |at: &NodeIx| flow.node(*at).map_or("?", |node| node.name.as_str()).to_owned();
        let hidden = |name: &str, value: &str| {
            if secrets.contains(name) { "*".repeat(value.chars().count()) } else { value.to_owned() }
        };
        let state = match state {
            State::Saying { node } => format!("saying {}", names(node)),
            State::InMenu { node, wrong, until } => {
                format!("in menu {}, {wrong} wrong, until {}", names(node), moment(until))
            }
            State::Collecting { node, typed, wrong, until } => {
                let typed = if self.is_secret() { "*".repeat(typed.len()) } else { typed.clone() };
                format!("collecting {} {typed:?}, {wrong} wrong, until {}", names(node), moment(until))
            }
            State::LookingUp { node, until } => format!("looking up {}, until {until}", names(node)),
            State::Rating { node, wrong, until } => {
                format!("rating {}, {wrong} wrong, until {}", names(node), moment(until))
            }
            State::Inviting { node } => format!("inviting {}", names(node)),
            State::Recording { node, until } => format!("recording {}, until {until}", names(node)),
            State::Over => "over".into(),
        };
        let known: Vec<String> = known.iter().map(|(k, v)| format!("{k}={}", hidden(k, v))).collect();
        format!(
            "{} v{} called {} from {}: {state}\nends {ends}, playing {playing}, {} keys ahead, trail [{}], known [{}]\n",
            flow.name,
            flow.version,
            caller.called,
            caller.number.as_deref().unwrap_or("withheld"),
            ahead.len(),
            trail.iter().map(names).collect::<Vec<_>>().join(" > "),
            known.join(", "),
        )
    }

    /// The invariants.
    ///
    /// # Panics
    /// When one does not hold: a bug here, not in the flow.
    pub fn check(&self) {
        assert!(self.ahead.len() <= AHEAD_MAX, "too many keys kept");
        assert!(self.trail.len() <= TRAIL_MAX, "too many menus remembered");
        assert!(self.is_over() || self.deadline().is_some(), "would wait for ever");
        assert!(!self.is_over() || !self.playing, "plays on after the end");
        if let Some(at) = self.at() {
            let fits = matches!(
                (&self.state, self.kind(at)),
                (State::Saying { .. }, Some(Kind::Say(_)))
                    | (State::InMenu { .. }, Some(Kind::Menu(_)))
                    | (State::Collecting { .. }, Some(Kind::Collect(_)))
                    | (State::LookingUp { .. }, Some(Kind::LookUp(_)))
                    | (State::Rating { .. }, Some(Kind::Rate(_)))
                    | (State::Inviting { .. } | State::Recording { .. }, Some(Kind::Voicemail(_)))
            );
            assert!(fits, "the state {:?} is not one of its node", self.state);
        }
    }

    // What the nodes use.

    /// Goes on at `target`, through whatever needs no waiting.
    pub(crate) fn go(&mut self, now: Timestamp, target: Target, out: &mut Vec<Effect>) {
        let flow = Arc::clone(&self.flow);
        let mut target = target;
        if self.ends <= now {
            return self.give_up(out);
        }
        for _ in 0..HOPS_MAX {
            let at = match target {
                Target::Node(at) => at,
                Target::Person => match flow.person {
                    Some(at) => at,
                    None => return self.hang_up(out),
                },
                Target::Back => match self.menu_before() {
                    Some(at) => at,
                    None => flow.start,
                },
                Target::Repeat => self.trail.last().copied().unwrap_or(flow.start),
                Target::HangUp => return self.hang_up(out),
            };
            let Some(node) = flow.node(at) else { return self.give_up(out) };
            out.push(Effect::Visited { node: node.name.clone() });
            match self.enter(now, at, node, out) {
                Some(next) => target = next,
                None => return,
            }
        }
        self.give_up(out);
    }

    /// Enters one node; where to go on at once, unless something is to be waited for.
    fn enter(&mut self, now: Timestamp, at: NodeIx, node: &Node, out: &mut Vec<Effect>) -> Option<Target> {
        match &node.kind {
            Kind::Say(say) => say::enter(self, now, at, &node.name, say, out),
            Kind::Menu(menu) => {
                self.remember(at);
                menu::enter(self, now, at, menu, out);
                None
            }
            Kind::Collect(collect) => {
                collect::enter(self, now, at, collect, out);
                None
            }
            Kind::LookUp(look_up) => {
                look_up::enter(self, now, at, look_up, out);
                None
            }
            Kind::Rate(rate) => {
                rate::enter(self, now, at, rate, out);
                None
            }
            Kind::Voicemail(voicemail) => {
                voicemail::enter(self, now, at, voicemail, out);
                None
            }
            Kind::Hours(hours) => {
                if !hours.hours.is_open(now) {
                    out.push(Effect::Closed { node: node.name.clone() });
                }
                Some(hours.next(now))
            }
            Kind::GoTo(to) => Some(*to),
            Kind::CallBack(ask) => {
                let number = match &ask.number {
                    Some(name) => self.known.get(name).cloned(),
                    None => self.caller.number.clone(),
                };
                let Some(number) = number else { return Some(ask.unknown) };
                // The calling number is the exchange's to know; only another one is told.
                let number = ask.number.is_some().then_some(number);
                out.push(Effect::CallBack { queue: ask.queue, number });
                Some(ask.next)
            }
            Kind::Queue { queue, urgent } => {
                self.queue(*queue, *urgent, out);
                None
            }
            Kind::HangUp => {
                self.hang_up(out);
                None
            }
        }
    }

    pub(crate) fn leads_to(&self, target: Target, now: Timestamp) -> LeadsTo {
        self.flow.leads_to(target, now)
    }

    /// Plays, and says whether there was anything to play.
    pub(crate) fn play(&mut self, prompts: &[&Prompt], out: &mut Vec<Effect>) -> bool {
        let sounds: Vec<Sound> = prompts.iter().flat_map(|prompt| prompt.sounds(&self.known)).collect();
        if sounds.is_empty() {
            self.stop_playing(out);
            return false;
        }
        self.playing = true;
        out.push(Effect::Play { sounds });
        true
    }

    pub(crate) fn stop_playing(&mut self, out: &mut Vec<Effect>) {
        if std::mem::take(&mut self.playing) {
            out.push(Effect::StopPlaying);
        }
    }

    pub(crate) fn keep(&mut self, key: Digit) {
        if self.ahead.len() < AHEAD_MAX {
            self.ahead.push_back(key);
        }
    }

    pub(crate) fn learn(&mut self, name: &str, value: String, secret: bool) {
        if secret {
            self.secrets.insert(name.to_owned());
        } else {
            self.secrets.remove(name);
        }
        self.known.insert(name.to_owned(), value);
    }

    pub(crate) fn is_kept_secret(&self, name: &str) -> bool {
        self.secrets.contains(name)
    }

    pub(crate) fn caller_number(&self) -> Option<&str> {
        self.caller.number.as_deref()
    }

    pub(crate) fn has_menu(&self) -> bool {
        !self.trail.is_empty()
    }

    /// Is there a menu before the one where the caller is?
    pub(crate) fn has_menu_before(&self) -> bool {
        self.trail.len() > 1
    }

    /// There is more time after a message, so that it can be thanked for.
    pub(crate) fn extend(&mut self, until: Timestamp) {
        if !std::mem::replace(&mut self.extended, true) {
            self.ends = self.ends.max(until);
        }
    }

    fn remember(&mut self, at: NodeIx) {
        match self.trail.iter().position(|seen| *seen == at) {
            Some(seen) => self.trail.truncate(seen + 1),
            None => {
                if self.trail.len() == TRAIL_MAX {
                    self.trail.remove(1);
                }
                self.trail.push(at);
            }
        }
    }

    fn menu_before(&mut self) -> Option<NodeIx> {
        if self.trail.len() > 1 && self.at() == self.trail.last().copied() {
            self.trail.pop();
        }
        self.trail.last().copied()
    }

    fn queue(&mut self, queue: QueueId, urgent: bool, out: &mut Vec<Effect>) {
        self.finish(out);
        out.push(Effect::Queue { queue, urgent });
    }

    fn hang_up(&mut self, out: &mut Vec<Effect>) {
        self.finish(out);
        out.push(Effect::HangUp);
    }

    /// The flow cannot be walked, or has been walked for too long.
    fn give_up(&mut self, out: &mut Vec<Effect>) {
        match self.flow.refuge {
            Some(queue) => self.queue(queue, false, out),
            None => self.hang_up(out),
        }
    }

    fn finish(&mut self, out: &mut Vec<Effect>) {
        self.stop_playing(out);
        self.ahead.clear();
        self.state = State::Over;
    }

    pub(crate) fn key(&mut self, now: Timestamp, key: Digit, out: &mut Vec<Effect>) {
        let flow = Arc::clone(&self.flow);
        let Some(node) = self.at().and_then(|at| flow.node(at)) else { return out.push(Effect::Refused) };
        match &node.kind {
            Kind::Say(say) => say::key(self, now, node, say, key, out),
            Kind::Menu(menu) => menu::key(self, now, node, menu, key, out),
            Kind::Collect(collect) => collect::key(self, now, collect, key, out),
            Kind::LookUp(_) => look_up::key(self, now, node, key, out),
            Kind::Rate(rate) => rate::key(self, now, rate, key, out),
            Kind::Voicemail(_) => voicemail::key(self, now, node, key, out),
            // Nobody waits in these.
            Kind::Hours(_) | Kind::CallBack(_) | Kind::GoTo(_) | Kind::Queue { .. } | Kind::HangUp => {
                out.push(Effect::Refused);
            }
        }
    }

    fn played(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        if !std::mem::take(&mut self.playing) {
            return out.push(Effect::Refused);
        }
        let flow = Arc::clone(&self.flow);
        let kind = self.at().and_then(|at| flow.node(at)).map(|node| &node.kind);
        match (&mut self.state, kind) {
            (State::Saying { .. }, Some(Kind::Say(say))) => self.go(now, say.next, out),
            (State::InMenu { until, .. }, Some(Kind::Menu(menu))) => *until = Some(after(now, menu.timeout)),
            (State::Collecting { until, .. }, Some(Kind::Collect(collect))) => {
                *until = Some(after(now, collect.timeout));
            }
            (State::Rating { until, .. }, Some(Kind::Rate(rate))) => *until = Some(after(now, rate.timeout)),
            (State::Inviting { node }, Some(Kind::Voicemail(voicemail))) => {
                let node = *node;
                voicemail::record(self, now, node, voicemail, out);
            }
            // The waiting prompt of a look-up has ended before its answer.
            _ => {}
        }
    }
}

fn moment(at: &Option<Timestamp>) -> String {
    at.map_or_else(|| "the prompt has ended".into(), |at| at.to_string())
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.show().trim_end())
    }
}

impl Engine for Session {
    type Input = Input;
    type Effect = Effect;

    fn handle(&mut self, now: Timestamp, input: Input, out: &mut Vec<Effect>) {
        if self.is_over() {
            return out.push(Effect::Refused);
        }
        match input {
            Input::Digit(key) => self.key(now, key, out),
            Input::Played => self.played(now, out),
            Input::MessageLeft => voicemail::left(self, now, out),
            Input::LookedUp { key, value } => look_up::answered(self, now, &key, value, out),
        }
    }

    fn wake(&mut self, now: Timestamp, out: &mut Vec<Effect>) {
        if self.deadline().is_none_or(|deadline| deadline > now) {
            return;
        }
        let flow = Arc::clone(&self.flow);
        let kind = self.at().and_then(|at| flow.node(at)).map(|node| &node.kind);
        if !matches!(self.state, State::Recording { .. }) && self.ends <= now {
            return self.give_up(out);
        }
        match kind {
            Some(Kind::Menu(menu)) => menu::silent(self, now, menu, out),
            Some(Kind::Collect(collect)) => collect::silent(self, now, collect, out),
            Some(Kind::Rate(rate)) => rate::silent(self, now, rate, out),
            Some(Kind::LookUp(look_up)) => self.go(now, look_up.unknown, out),
            Some(Kind::Voicemail(_)) => voicemail::left(self, now, out),
            _ => self.give_up(out),
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Over => None,
            State::Recording { until, .. } => Some(*until),
            State::LookingUp { until, .. } => Some(self.ends.min(*until)),
            State::InMenu { until, .. } | State::Collecting { until, .. } | State::Rating { until, .. } => {
                Some(until.map_or(self.ends, |until| until.min(self.ends)))
            }
            State::Saying { .. } | State::Inviting { .. } => Some(self.ends),
        }
    }
}
