//! Queues, trunks and dial rules as people write them, in a screen or in `centre.toml`. Others are pointed at by name.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use audio::Digit;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// A line of waiting callers. What is left out has a default that works.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// How files and flows call it.
    pub name: String,
    /// How people call it: 抢险专席.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Takes no new callers: they get what `full` says, those who wait are still served.
    #[serde(default, skip_serializing_if = "is_false")]
    pub off: bool,
    /// Lower is served first.
    #[serde(default = "five")]
    pub priority: u8,
    /// Emergencies: ahead of everything else, whatever has waited how long.
    #[serde(default, skip_serializing_if = "is_false")]
    pub danger: bool,
    /// One class up for each so many seconds of waiting.
    #[serde(default = "sixty", skip_serializing_if = "Option::is_none")]
    pub age_s: Option<u32>,
    #[serde(default = "twelve")]
    pub ring_s: u32,
    /// After-call work turns amber.
    #[serde(default = "sixty_s")]
    pub wrap_up_s: u32,
    /// After-call work is ended by the centre.
    #[serde(default = "hundred_eighty")]
    pub wrap_up_hard_s: u32,
    #[serde(default)]
    #[schema(value_type = String)]
    pub choose: acd::Choose,
    #[serde(default = "two_hundred")]
    pub callers_max: u32,
    /// Skills an agent must have, with the least level.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skills: BTreeMap<String, u8>,
    /// What happens to a caller who finds the queue full.
    #[serde(default = "message")]
    #[schema(value_type = String)]
    pub full: Answer,
    /// … or nobody signed in for it; absent lets the caller wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub unstaffed: Option<Answer>,
    /// What happens after `waited_s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub waited: Option<Answer>,
    #[serde(default = "hundred_twenty")]
    pub waited_s: u32,
    /// Position and estimated wait are told every so often; 0 never.
    #[serde(default = "forty_five")]
    pub announce_s: u32,
    /// The agent's number is played at the start of each conversation (报工号).
    #[serde(default = "yes")]
    pub announce_number: bool,
    /// The flow that asks for a rating after the conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub callback_key: Option<Digit>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub menu_key: Option<Digit>,
    /// Clips, played in order.
    #[serde(default = "music")]
    pub music: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub greeting: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callback_offer: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callback_taken: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closing: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub voicemail_greeting: Vec<String>,
    #[serde(default = "hundred_twenty")]
    pub voicemail_s: u32,
}

/// A carrier's connection.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trunk {
    pub name: String,
    /// No call comes in or goes out by it, and it is not registered; calls in progress go on.
    #[serde(default, skip_serializing_if = "is_false")]
    pub off: bool,
    /// Addresses allowed to send calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// Registers there: `sip:provider.example`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Where calls out are sent: `sip:192.0.2.1:5060`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out: Option<String>,
    /// The number shown to whom we call; the provider may insist on one of its own. Left out, the agent's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_id: Option<String>,
    #[serde(default = "two_thousand")]
    pub max_calls: u32,
    /// Refuse with 486 instead of 503 when full.
    #[serde(default, skip_serializing_if = "is_false")]
    pub busy_when_full: bool,
    /// Take audio from another address than the one named in the SDP (behind NAT): the first packets decide.
    #[serde(default, skip_serializing_if = "is_false")]
    pub learn_rtp: bool,
}

/// What the centre is called, and the zone whose midnight begins its days and whose clock its opening hours mean.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Centre {
    pub name: String,
    /// An IANA name; empty is Asia/Shanghai.
    pub time_zone: String,
}

/// What may be dialled; the longest matching prefix decides, nothing that matches none.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DialRule {
    pub prefix: String,
    /// None forbids, as an exception to a shorter prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trunk: Option<String>,
}

/// What is done for a caller who cannot be served here: `message`, `voicemail`, `callback` or `queue:NAME`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    Message,
    Voicemail,
    Callback,
    Queue(String),
}

/// Not one of the answers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an answer to a caller: write \"message\", \"voicemail\", \"callback\" or \"queue:NAME\""
)]
pub struct NoAnswer(String);

impl FromStr for Answer {
    type Err = NoAnswer;
    fn from_str(text: &str) -> Result<Self, NoAnswer> {
        match text {
            "message" => Ok(Answer::Message),
            "voicemail" => Ok(Answer::Voicemail),
            "callback" => Ok(Answer::Callback),
            _ => match text.strip_prefix("queue:") {
                Some(name) if !name.is_empty() => Ok(Answer::Queue(name.to_owned())),
                _ => Err(NoAnswer(text.to_owned())),
            },
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Message => f.write_str("message"),
            Answer::Voicemail => f.write_str("voicemail"),
            Answer::Callback => f.write_str("callback"),
            Answer::Queue(name) => write!(f, "queue:{name}"),
        }
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Queue {
    /// A queue with every default.
    pub fn named(name: &str) -> Queue {
        Queue {
            name: name.to_owned(),
            title: String::new(),
            off: false,
            priority: five(),
            danger: false,
            age_s: sixty(),
            ring_s: twelve(),
            wrap_up_s: sixty_s(),
            wrap_up_hard_s: hundred_eighty(),
            choose: acd::Choose::default(),
            callers_max: two_hundred(),
            skills: BTreeMap::new(),
            full: message(),
            unstaffed: None,
            waited: None,
            waited_s: hundred_twenty(),
            announce_s: forty_five(),
            announce_number: yes(),
            rating: None,
            callback_key: None,
            menu_key: None,
            music: music(),
            greeting: Vec::new(),
            callback_offer: Vec::new(),
            callback_taken: Vec::new(),
            closing: Vec::new(),
            voicemail_greeting: Vec::new(),
            voicemail_s: hundred_twenty(),
        }
    }

    pub fn title(&self) -> &str {
        if self.title.is_empty() { &self.name } else { &self.title }
    }

    /// The other queues this one sends callers to.
    pub fn points_at(&self) -> impl Iterator<Item = &str> {
        [Some(&self.full), self.unstaffed.as_ref(), self.waited.as_ref()].into_iter().flatten().filter_map(
            |answer| match answer {
                Answer::Queue(name) => Some(name.as_str()),
                _ => None,
            },
        )
    }
}

fn is_false(value: &bool) -> bool {
    !value
}
fn yes() -> bool {
    true
}
fn five() -> u8 {
    5
}
fn twelve() -> u32 {
    12
}
fn sixty() -> Option<u32> {
    Some(60)
}
fn sixty_s() -> u32 {
    60
}
fn forty_five() -> u32 {
    45
}
fn hundred_twenty() -> u32 {
    120
}
fn hundred_eighty() -> u32 {
    180
}
fn two_hundred() -> u32 {
    200
}
fn two_thousand() -> u32 {
    2_000
}
fn message() -> Answer {
    Answer::Message
}
fn music() -> Vec<String> {
    vec!["music/hold".to_owned()]
}
