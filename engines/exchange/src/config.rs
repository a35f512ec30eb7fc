//! What the centre has decided about its calls: plain values, replaced as a whole while calls go on.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use audio::{Clip, Digit, Sound};
use kernel::{FlowId, PersonId, QueueId, TrunkId};
use serde::{Deserialize, Serialize};

/// Everything the exchange needs to know. What is absent has a default that answers calls.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Queues and agents as the distributor sees them. Every queue and agent below should also be in here.
    pub acd: acd::Policy,
    pub flows: BTreeMap<FlowId, Arc<ivr::Flow>>,
    /// Which flow a called number (user part of the request URI) leads to.
    pub numbers: BTreeMap<String, FlowId>,
    /// The flow of every number that is not listed; none refuses them with 404.
    pub any_number: Option<FlowId>,
    pub queues: BTreeMap<QueueId, QueueLine>,
    pub agents: BTreeMap<PersonId, AgentLine>,
    pub trunks: BTreeMap<TrunkId, TrunkLine>,
    /// What may be dialled; the longest matching prefix decides, no match refuses.
    pub dial_rules: Vec<DialRule>,
    pub phrases: Phrases,
    pub limits: Limits,
}

impl Config {
    pub fn flow_for(&self, called: &str) -> Option<FlowId> {
        self.numbers.get(called).copied().or(self.any_number)
    }

    /// The trunk over which `number` may be dialled, if it may be dialled at all.
    pub fn trunk_for(&self, number: &str) -> Option<TrunkId> {
        let dialable = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '+');
        self.dial_rules
            .iter()
            .filter(|rule| dialable && number.len() <= 32 && number.starts_with(&rule.prefix))
            .max_by_key(|rule| rule.prefix.len())
            .and_then(|rule| rule.trunk)
    }

    pub fn agent_with_phone(&self, user: &str) -> Option<PersonId> {
        self.agents.iter().find(|(_, line)| line.phone == user).map(|(id, _)| *id)
    }

    /// The agent who has this 工号.
    pub fn agent_with_number(&self, number: &str) -> Option<PersonId> {
        let has = |line: &AgentLine| !number.is_empty() && line.number == number;
        self.agents.iter().find(|(_, line)| has(line)).map(|(id, _)| *id)
    }

    /// The queue an agent serves before all others.
    pub fn first_queue_of(&self, agent: PersonId) -> Option<QueueId> {
        let queues = &self.acd.agents.get(&agent)?.queues;
        queues.iter().map(|(queue, rank)| (*rank, *queue)).min().map(|(_, queue)| queue)
    }
}

/// What callers of a queue hear and may do.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct QueueLine {
    /// Again and again while waiting.
    pub music: Vec<Sound>,
    /// Once, on entering the queue.
    pub greeting: Vec<Sound>,
    /// Speak the position and the estimated wait whenever the distributor asks for it (`QueuePolicy::announce_every`).
    pub announce_position: bool,
    /// CALL-7 报工号: play the agent's number to both sides before they are connected.
    pub announce_agent_number: bool,
    /// CALL-9: the survey run on the caller's leg after the agent has left.
    pub rating: Option<FlowId>,
    /// While waiting: ask to be called back.
    pub callback_key: Option<Digit>,
    /// While waiting: go back to the menu the caller came from.
    pub menu_key: Option<Digit>,
    /// Offers to call back, naming the key; played when the distributor overflows with `OfferCallback`.
    pub callback_offer: Vec<Sound>,
    /// Confirms that the caller will be called back.
    pub callback_taken: Vec<Sound>,
    /// Before hanging up on a caller who cannot wait here (`Overflow::Message`).
    pub closing: Vec<Sound>,
    /// Asks for a message; the beep follows by itself.
    pub voicemail_greeting: Vec<Sound>,
    /// The longest message; absent is two minutes.
    pub voicemail_max: Option<Duration>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AgentLine {
    /// The user name of the agent's telephone.
    pub phone: String,
    /// 工号: spoken to callers digit by digit.
    pub number: String,
    #[serde(default)]
    pub name: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TrunkLine {
    /// Calls at a time; absent is as many as the centre takes.
    pub max_calls: Option<u32>,
    /// Refuse with 486 instead of 503 when full: some carriers take a whole trunk out of service after a 503.
    pub busy_when_full: bool,
    /// The number shown to whom we call; absent, the agent's.
    pub caller_id: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DialRule {
    /// What the number begins with; empty is any number.
    pub prefix: String,
    /// Over which trunk; none forbids, as an exception to a shorter prefix that allows.
    pub trunk: Option<TrunkId>,
}

/// What is said by the centre itself, whatever the queue. Empty says nothing. Numbers, positions and waits are put
/// together by `audio::spoken`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Phrases {
    /// The agent was lost in mid-conversation: apology; the caller waits at the head of the queue again.
    pub agent_lost: Vec<Sound>,
    /// The agent's telephone has gone for a moment: wait, please.
    pub parked: Vec<Sound>,
    /// The agent hears it, again and again, while a number he has dialled rings.
    pub ringing: Vec<Sound>,
    /// A number outside could not be reached.
    pub not_reached: Vec<Sound>,
    /// After a conversation without a survey.
    pub goodbye: Vec<Sound>,
    /// After a message was left.
    pub message_kept: Vec<Sound>,
    /// The caller cannot be helped further: the flow is gone, nobody is left to ask, the longest time is over.
    pub must_end: Vec<Sound>,
}

impl Default for Phrases {
    fn default() -> Self {
        let clip = |name: &str| vec![Sound::Clip(Clip::new(name))];
        Phrases {
            agent_lost: clip("recorded/agent_lost"),
            parked: clip("recorded/parked"),
            ringing: vec![Sound::Beep { ms: 1_000 }, Sound::Silence { ms: 4_000 }],
            not_reached: clip("recorded/not_reached"),
            goodbye: clip("recorded/goodbye"),
            message_kept: clip("recorded/message_kept"),
            must_end: clip("recorded/must_end"),
        }
    }
}

/// A limit on everything.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Calls at a time over all trunks; more are refused with 503.
    pub max_calls: u32,
    /// From the answer to the end, whatever happens in between; then the customer hears `Phrases::must_end`.
    pub call_max: Duration,
    /// A leg from which no packet has come for this long, though it is not on hold, counts as lost.
    pub silence_max: Duration,
    /// How long a number outside, or a colleague, is rung.
    pub outside_ring: Duration,
    /// How long a customer waits for an agent whose telephone has gone; nothing puts him into the queue at once.
    pub park: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_calls: 2_000,
            call_max: Duration::from_secs(4 * 3_600),
            silence_max: Duration::from_secs(60),
            outside_ring: Duration::from_secs(45),
            park: Duration::from_secs(15),
        }
    }
}
