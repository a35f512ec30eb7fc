//! The picture of the floor, put together from what the exchange shows. Pure.

pub mod history;

use std::collections::BTreeMap;

use exchange::Figures;
use exchange::fact::{DeskState, Direction};
use exchange::floor::{AgentView, CallState, CallView, FloorView};
use kernel::{CallId, PersonId, QueueId, Timestamp, TrunkId};
use serde::Serialize;

use history::Minute;

/// What this room refuses by itself; the rest is the exchange's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("an order needs a reason")]
    WhyMissing,
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "floor";

    fn status(&self) -> web::Status {
        web::Status::Invalid
    }
}

/// What every browser on the floor's page holds.
#[derive(Clone, Debug, Serialize)]
pub struct Picture {
    pub at: Timestamp,
    pub now: Now,
    pub today: Today,
    pub history: Vec<Minute>,
    pub queues: Vec<Queue>,
    pub agents: Vec<Agent>,
    pub calls: Vec<Call>,
    pub trunks: Vec<Trunk>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Now {
    pub entering: u32,
    pub in_menu: u32,
    /// In a queue, and not yet ringing anywhere.
    pub asking: u32,
    pub waiting: u32,
    pub ringing: u32,
    pub talking: u32,
    pub longest_wait_since: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Today {
    pub offered: u64,
    pub requests: u64,
    pub answered: u64,
    pub abandoned: u64,
    pub flow_out: u64,
    pub blocked: u64,
    pub answered_in_20s: u64,
    pub wait_sum_ms: u64,
    pub k1: Option<f64>,
    pub k3: Option<f64>,
    pub k5: Option<f64>,
    pub asa_s: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Queue {
    pub id: QueueId,
    pub name: String,
    pub waiting: u32,
    pub longest_since: Option<Timestamp>,
    pub agents_signed_in: u32,
    pub agents_ready: u32,
    pub agents_talking: u32,
    pub requests_today: u64,
    pub answered_today: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Agent {
    pub id: PersonId,
    pub number: String,
    pub name: String,
    pub state: &'static str,
    pub reason: Option<String>,
    pub since: Option<Timestamp>,
    pub soft: Option<Timestamp>,
    pub hard: Option<Timestamp>,
    pub over_limit: bool,
    /// Of the present reason: when it is over-long, how often in this shift, how often it may be.
    pub limit: Option<Timestamp>,
    pub spells: Option<u32>,
    pub spells_max: Option<u32>,
    pub call: Option<CallId>,
    pub caller: Option<String>,
    pub queue: Option<QueueId>,
    pub phone_reachable: Option<bool>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Call {
    pub id: CallId,
    /// Of calls that are not `in`, `to` is the other end.
    pub direction: Direction,
    pub from: String,
    pub to: String,
    pub state: CallState,
    pub since: Timestamp,
    pub queue: Option<QueueId>,
    pub agent: Option<PersonId>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Trunk {
    pub id: TrunkId,
    pub name: String,
    /// None while nothing is known.
    pub up: Option<bool>,
    pub calls: u32,
}

/// Requests and answers of one queue since midnight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueToday {
    pub requests: u64,
    pub answered: u64,
}

/// What the picture needs beside the exchange's view.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    pub queues: Vec<(QueueId, String)>,
    pub trunks: Vec<(TrunkId, String)>,
    pub per_queue: BTreeMap<QueueId, QueueToday>,
    /// What was counted today before the exchange started.
    pub before: Figures,
    pub history: Vec<Minute>,
}

/// Puts the picture together.
pub fn picture(view: &FloorView, beside: &Beside, now: Timestamp) -> Picture {
    let longest = view.queues.values().filter_map(|queue| queue.longest_since).min();
    let queue = |(id, name): &(QueueId, String)| {
        let seen = view.queues.get(id).cloned().unwrap_or_default();
        let today = beside.per_queue.get(id).copied().unwrap_or_default();
        Queue {
            id: *id,
            name: name.clone(),
            waiting: seen.waiting,
            longest_since: seen.longest_since,
            agents_signed_in: seen.signed_in,
            agents_ready: seen.ready,
            agents_talking: talking_in(view, *id),
            requests_today: today.requests,
            answered_today: today.answered,
        }
    };
    let trunk = |(id, name): &(TrunkId, String)| {
        let seen = view.trunks.get(id).copied().unwrap_or_default();
        Trunk { id: *id, name: name.clone(), up: seen.up, calls: seen.calls }
    };
    Picture {
        at: now,
        now: Now {
            entering: view.entering,
            in_menu: view.in_menu,
            asking: view.waiting.saturating_sub(view.ringing),
            waiting: view.waiting,
            ringing: view.ringing,
            talking: view.talking,
            longest_wait_since: longest,
        },
        today: today(&add(&beside.before, &view.today)),
        history: beside.history.clone(),
        queues: beside.queues.iter().map(queue).collect(),
        agents: view.agents.iter().map(agent).collect(),
        calls: view.calls.iter().map(call).collect(),
        trunks: beside.trunks.iter().map(trunk).collect(),
    }
}

fn talking_in(view: &FloorView, queue: QueueId) -> u32 {
    let talking = |call: &&CallView| {
        call.queue == Some(queue)
            && matches!(call.state, CallState::Announcing | CallState::Talking | CallState::Holding)
    };
    u32::try_from(view.calls.iter().filter(talking).count()).unwrap_or(u32::MAX)
}

fn today(figures: &Figures) -> Today {
    Today {
        offered: figures.offered,
        requests: figures.requests,
        answered: figures.answered,
        abandoned: figures.abandoned,
        flow_out: figures.flowed_out,
        blocked: figures.blocked,
        answered_in_20s: figures.answered_in_20_s,
        wait_sum_ms: figures.wait_answered_ms,
        k1: figures.answer_rate(),
        k3: figures.answered_in_20_s_rate(),
        k5: figures.abandon_rate(),
        asa_s: figures.speed_of_answer_s(),
    }
}

/// What was counted before a restart and since: only what the floor shows.
fn add(before: &Figures, since: &Figures) -> Figures {
    Figures {
        blocked: before.blocked + since.blocked,
        offered: before.offered + since.offered,
        requests: before.requests + since.requests,
        answered: before.answered + since.answered,
        answered_in_20_s: before.answered_in_20_s + since.answered_in_20_s,
        abandoned: before.abandoned + since.abandoned,
        flowed_out: before.flowed_out + since.flowed_out,
        wait_answered_ms: before.wait_answered_ms + since.wait_answered_ms,
        ..since.clone()
    }
}

fn agent(view: &AgentView) -> Agent {
    let (state, reason) = match &view.desk {
        DeskState::SignedOut => ("signed_out", None),
        DeskState::NotReady { reason } => ("not_ready", Some(reason.clone())),
        DeskState::Ready => ("ready", None),
        DeskState::Ringing { .. } => ("ringing", None),
        DeskState::Talking { .. } => ("talking", None),
        DeskState::Holding { .. } => ("holding", None),
        DeskState::AfterCall { .. } => ("after_call", None),
    };
    Agent {
        id: view.agent,
        number: view.number.clone(),
        name: view.name.clone(),
        state,
        reason,
        since: view.since,
        soft: view.soft,
        hard: view.hard,
        over_limit: view.over_limit,
        limit: view.limit,
        spells: view.spells,
        spells_max: view.spells_max,
        call: view.call,
        caller: view.caller.as_deref().map(kernel::mask::phone),
        queue: view.queue,
        phone_reachable: view.phone_reachable,
    }
}

fn call(view: &CallView) -> Call {
    let mask = |number: &str, ours: bool| if ours { number.to_owned() } else { kernel::mask::phone(number) };
    Call {
        id: view.call,
        direction: view.direction,
        from: mask(&view.from, view.direction != Direction::In),
        to: mask(&view.to, view.direction != Direction::Out),
        state: view.state,
        since: view.since,
        queue: view.queue,
        agent: view.agent,
    }
}
