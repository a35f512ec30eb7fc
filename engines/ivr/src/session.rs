//! One caller on the way through a flow.
//!
//! The contract is the two enums in `contract`. A key is never lost: what is pressed while something is said that leads to a
//! menu is kept and given to that menu, so that those who know the way need not listen.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use audio::Digit;
use kernel::{Engine, Timestamp};

use crate::flow::{Flow, Kind, LeadsTo, NodeIx, Target};
use crate::node::{after, announce, choose, collect, look_up, menu, rate, record, say, voicemail};

mod contract;
mod playing;
mod show;
mod walk;

pub use contract::{Answer, Argument, Caller, Choice, Effect, Input, Said};

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
    /// What look-ups had to say, by their keys.
    said: BTreeMap<String, Vec<Said>>,
    /// What has been said of it: for the record once is enough.
    told: BTreeSet<(String, u32)>,
    /// What a room has offered to choose from, in the step where the caller is.
    pub(crate) offered: Vec<Choice>,
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
    /// Pages of what a room has offered.
    Choosing {
        node: NodeIx,
        page: usize,
        wrong: u8,
        until: Option<Timestamp>,
    },
    /// What was found is said; then the caller may choose until `until`.
    Announcing {
        node: NodeIx,
        until: Option<Timestamp>,
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

    /// The same, with values that the flow can say at once: of somebody whom the machine calls.
    pub fn start_with(
        flow: Arc<Flow>,
        caller: Caller,
        values: BTreeMap<String, String>,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) -> Session {
        let at = flow.start;
        Session::begin(flow, at, caller, values, now, out)
    }

    /// The caller enters the flow at a node: a message or call-back offered from a queue.
    pub fn start_at(
        flow: Arc<Flow>,
        at: NodeIx,
        caller: Caller,
        now: Timestamp,
        out: &mut Vec<Effect>,
    ) -> Session {
        Session::begin(flow, at, caller, BTreeMap::new(), now, out)
    }

    fn begin(
        flow: Arc<Flow>,
        at: NodeIx,
        caller: Caller,
        known: BTreeMap<String, String>,
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
            known,
            secrets: BTreeSet::new(),
            said: BTreeMap::new(),
            told: BTreeSet::new(),
            offered: Vec::new(),
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
            | State::Choosing { node, .. }
            | State::Announcing { node, .. }
            | State::Rating { node, .. }
            | State::Inviting { node }
            | State::Recording { node, .. } => Some(*node),
            State::Over => None,
        }
    }

    fn kind(&self, at: NodeIx) -> Option<&Kind> {
        self.flow.node(at).map(|node| &node.kind)
    }

    // What the nodes use.

    pub(crate) fn leads_to(&self, target: Target, now: Timestamp) -> LeadsTo {
        self.flow.leads_to(target, now)
    }

    /// The first key pressed ahead is that of danger in the menu this leads to.
    pub(crate) fn is_danger_ahead(&self, target: Target, now: Timestamp) -> bool {
        self.ahead.front().is_some_and(|key| self.flow.is_for_danger(target, *key, now))
    }

    /// What a look-up had to say, in place of what it said before.
    pub(crate) fn hear(&mut self, key: &str, says: Vec<Said>) {
        self.said.insert(key.to_owned(), says);
    }

    /// Of what the look-up of this key spoke, each thing once.
    pub(crate) fn heard_of(&self, key: &str) -> BTreeSet<(String, u32)> {
        let said = self.said.get(key).into_iter().flatten();
        said.map(|said| (said.subject.clone(), said.revision)).collect()
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

    /// What is known under this name, as it is given to whoever is asked.
    pub(crate) fn argument(&self, name: &str) -> Argument {
        let text = self.known.get(name).cloned().unwrap_or_default();
        Argument { text, secret: self.secrets.contains(name) }
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

    pub(crate) fn key(&mut self, now: Timestamp, key: Digit, out: &mut Vec<Effect>) {
        let flow = Arc::clone(&self.flow);
        let Some(node) = self.at().and_then(|at| flow.node(at)) else { return out.push(Effect::Refused) };
        match &node.kind {
            Kind::Say(say) => say::key(self, now, node, say, key, out),
            Kind::Menu(menu) => menu::key(self, now, node, menu, key, out),
            Kind::Collect(collect) => collect::key(self, now, collect, key, out),
            Kind::LookUp(_) => look_up::key(self, now, node, key, out),
            Kind::Announce(announce) => announce::key(self, now, node, announce, key, out),
            Kind::Choose(choose) => choose::key(self, now, node, choose, key, out),
            Kind::Rate(rate) => rate::key(self, now, rate, key, out),
            Kind::Voicemail(_) => voicemail::key(self, now, node, key, out),
            Kind::Record(_) => record::key(self, now, node, key, out),
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
        let node = self.at().and_then(|at| flow.node(at));
        match (&mut self.state, node.map(|node| &node.kind)) {
            (State::Saying { .. }, Some(Kind::Say(say))) => self.go(now, say.next, out),
            (State::InMenu { until, .. }, Some(Kind::Menu(menu))) => *until = Some(after(now, menu.timeout)),
            (State::Collecting { until, .. }, Some(Kind::Collect(collect))) => {
                *until = Some(after(now, collect.timeout));
            }
            (State::Choosing { until, .. }, Some(Kind::Choose(choose))) => {
                *until = Some(after(now, choose.timeout));
            }
            (State::Announcing { .. }, Some(Kind::Announce(announce))) => {
                node.into_iter().for_each(|node| announce::played(self, now, node, announce, out));
            }
            (State::Rating { until, .. }, Some(Kind::Rate(rate))) => *until = Some(after(now, rate.timeout)),
            (State::Inviting { node }, Some(Kind::Voicemail(voicemail))) => {
                let node = *node;
                voicemail::record(self, now, node, voicemail, out);
            }
            (State::Inviting { node }, Some(Kind::Record(record))) => {
                let node = *node;
                record::begin(self, now, node, record, out);
            }
            // The waiting prompt of a look-up has ended before its answer.
            _ => {}
        }
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
            Input::Recorded { recording } => record::done(self, now, recording, out),
            Input::LookedUp { key, answer } => look_up::answered(self, now, &key, answer, out),
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
            Some(Kind::Announce(announce)) => match self.state {
                State::LookingUp { .. } => self.go(now, announce.unknown, out),
                _ => self.go(now, announce.next, out),
            },
            Some(Kind::Choose(choose)) => choose::silent(self, now, choose, out),
            Some(Kind::Voicemail(_)) => voicemail::left(self, now, out),
            Some(Kind::Record(_)) => record::done(self, now, String::new(), out),
            _ => self.give_up(out),
        }
    }

    fn deadline(&self) -> Option<Timestamp> {
        match &self.state {
            State::Over => None,
            State::Recording { until, .. } => Some(*until),
            State::LookingUp { until, .. } => Some(self.ends.min(*until)),
            State::InMenu { until, .. }
            | State::Collecting { until, .. }
            | State::Choosing { until, .. }
            | State::Announcing { until, .. }
            | State::Rating { until, .. } => Some(until.map_or(self.ends, |until| until.min(self.ends))),
            State::Saying { .. } | State::Inviting { .. } => Some(self.ends),
        }
    }
}
