//! A flow as it runs: nodes by number, names of queues and nodes resolved.
//!
//! People write the form of [`crate::source`]; [`crate::compile`] turns it into this one and says what is wrong with it.

use std::collections::BTreeMap;
use std::time::Duration;

use audio::spoken::{self, Spoken};
use audio::{Clip, Digit, Sound};
use kernel::money::Money;
use kernel::{FlowId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::hours::OpeningHours;
use crate::session::Said;

mod offered;

pub use offered::{Choose, Record};

/// A published flow.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Flow {
    pub id: FlowId,
    pub version: u32,
    pub name: String,
    pub nodes: Vec<Node>,
    pub start: NodeIx,
    /// Where key 0, the third wrong input and every trouble lead.
    pub person: Option<NodeIx>,
    /// The queue of last resort: when even `person` cannot be walked.
    pub refuge: Option<QueueId>,
    /// Played before a menu's prompt after a wrong key, and after silence.
    pub wrong: Prompt,
    pub silent: Prompt,
    /// After so long in menus the caller is given to a person.
    pub longest: Duration,
}

/// A node's place in `Flow::nodes`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeIx(pub u32);

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Node {
    /// As in the source; an inline step is named after where it stands (`top/1`).
    pub name: String,
    pub kind: Kind,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Say(Say),
    Menu(Menu),
    Collect(Collect),
    Hours(Hours),
    LookUp(LookUp),
    Announce(Announce),
    Choose(Choose),
    Rate(Rate),
    Voicemail(Voicemail),
    Record(Record),
    CallBack(CallBack),
    GoTo(Target),
    Queue { queue: QueueId, urgent: bool },
    HangUp,
}

/// Where to go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Node(NodeIx),
    /// `Flow::person`
    Person,
    /// The menu before the last one; the last one when there is none before it.
    Back,
    /// The last menu again.
    Repeat,
    HangUp,
}

/// What is played; nothing at all when empty.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prompt(pub Vec<Part>);

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Clip(Clip),
    Silence {
        ms: u32,
    },
    Beep {
        ms: u32,
    },
    /// What was collected or looked up under this name; silence when it cannot be read that way.
    Spoken {
        of: String,
        how: How,
    },
    /// What the look-up of this key said; silence when it said nothing.
    Said {
        of: String,
    },
}

/// How a value is read aloud.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Digits,
    Number,
    /// Fen.
    Amount,
    Date,
    Time,
}

impl Part {
    /// The look-up whose words this is.
    pub(crate) fn said(&self) -> Option<&str> {
        match self {
            Part::Said { of } => Some(of),
            _ => None,
        }
    }
}

impl How {
    fn speak(self, value: &str) -> Spoken {
        let spoken = match self {
            // Nobody listens to more.
            How::Digits => Some(spoken::digits(&value.chars().take(32).collect::<String>())),
            How::Number => value.parse().ok().map(spoken::number),
            How::Amount => value.parse().ok().map(|fen| spoken::amount(Money(fen))),
            How::Date => value.parse().ok().map(spoken::date),
            How::Time => value.parse().ok().map(spoken::time),
        };
        spoken.unwrap_or_default()
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Say {
    pub prompt: Prompt,
    /// Keys do not cut it short.
    pub must_hear: bool,
    /// The answer to a caller's question: who came here has been served by the machine.
    pub informative: bool,
    pub next: Target,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Menu {
    pub prompt: Prompt,
    pub keys: BTreeMap<Digit, Target>,
    /// From the end of the prompt.
    pub timeout: Duration,
    /// Wrong keys and silences until `otherwise`.
    pub tries: u8,
    pub otherwise: Target,
    /// Where silence leads at once, when it does not count as a wrong key.
    pub silence: Option<Target>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Collect {
    /// The name under which the digits are kept for this session.
    pub into: String,
    pub prompt: Prompt,
    pub min: u8,
    pub max: u8,
    /// The key that ends the entry.
    pub end: Option<Digit>,
    /// Never shown: identity and card numbers.
    pub secret: bool,
    /// From the end of the prompt to the first key.
    pub timeout: Duration,
    /// Between keys; then the entry counts as complete.
    pub gap: Duration,
    pub tries: u8,
    pub otherwise: Target,
    pub next: Target,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hours {
    pub hours: OpeningHours,
    pub open: Target,
    pub closed: Target,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LookUp {
    pub key: String,
    /// The name of what was collected; the calling number when `None`.
    pub argument: Option<String>,
    /// Played while waiting.
    pub prompt: Prompt,
    pub timeout: Duration,
    pub answers: BTreeMap<String, Target>,
    /// Any other answer.
    pub otherwise: Target,
    /// No answer in time, or nothing known.
    pub unknown: Target,
}

/// What concerns this caller, said before the menu.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Announce {
    /// The look-up that is asked.
    pub key: String,
    /// The name of what was collected or chosen; the calling number when `None`.
    pub argument: Option<String>,
    /// So long is the answer waited for; afterwards the flow goes on without it.
    pub wait: Duration,
    /// Said after what was found: which keys there are.
    pub prompt: Prompt,
    /// From the end of it all to `next`.
    pub timeout: Duration,
    /// Keys of the menu do not cut it short.
    pub must_hear: bool,
    /// After key 1: the caller will be told how it goes on.
    pub told: Target,
    /// Key 9.
    pub danger: Target,
    /// There is nothing to say.
    pub none: Target,
    /// No answer in time, or nothing known.
    pub unknown: Target,
    pub next: Target,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rate {
    pub prompt: Prompt,
    pub timeout: Duration,
    pub next: Target,
    /// After silence, or a second wrong key.
    pub otherwise: Target,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Voicemail {
    pub queue: QueueId,
    pub prompt: Prompt,
    pub max: Duration,
    pub next: Target,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallBack {
    pub queue: QueueId,
    /// The name of what was collected; the calling number when `None`.
    pub number: Option<String>,
    pub next: Target,
    /// When there is no number to call.
    pub unknown: Target,
}

/// What a chain of nodes comes to before the caller has to do something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LeadsTo {
    Input,
    Person,
    Other,
}

impl Flow {
    pub fn node(&self, at: NodeIx) -> Option<&Node> {
        self.nodes.get(usize::try_from(at.0).ok()?)
    }

    /// A flow that asks for a rating and then hangs up: what the exchange runs when the agent has left.
    pub fn rating(id: FlowId, prompt: Prompt, thanks: Prompt, timeout: Duration) -> Flow {
        let rate = Rate { prompt, timeout, next: Target::Node(NodeIx(1)), otherwise: Target::HangUp };
        let say = Say { prompt: thanks, must_hear: false, informative: false, next: Target::HangUp };
        Flow {
            id,
            version: 1,
            name: "rating".into(),
            nodes: vec![
                Node { name: "rate".into(), kind: Kind::Rate(rate) },
                Node { name: "thanks".into(), kind: Kind::Say(say) },
            ],
            start: NodeIx(0),
            person: None,
            refuge: None,
            wrong: Prompt::default(),
            silent: Prompt::default(),
            longest: Duration::from_secs(120),
        }
    }

    /// The next node from here that does more than to lead on, at most through every node once.
    fn onwards(&self, mut target: Target, now: Timestamp) -> Result<&Kind, LeadsTo> {
        for _ in 0..=self.nodes.len() {
            let at = match target {
                Target::Node(at) => at,
                Target::Person => self.person.ok_or(LeadsTo::Other)?,
                Target::Back | Target::Repeat => return Err(LeadsTo::Input),
                Target::HangUp => return Err(LeadsTo::Other),
            };
            target = match self.node(at).map(|node| &node.kind).ok_or(LeadsTo::Other)? {
                Kind::Say(say) => say.next,
                Kind::GoTo(to) => *to,
                Kind::Hours(hours) => hours.next(now),
                // Mostly there is nothing to announce.
                Kind::Announce(announce) => announce.next,
                other => return Ok(other),
            };
        }
        Err(LeadsTo::Other)
    }

    /// Follows what needs no caller.
    pub(crate) fn leads_to(&self, target: Target, now: Timestamp) -> LeadsTo {
        match self.onwards(target, now) {
            Ok(Kind::Menu(_) | Kind::Collect(_) | Kind::Choose(_) | Kind::Rate(_)) => LeadsTo::Input,
            Ok(Kind::Queue { .. }) => LeadsTo::Person,
            Ok(_) => LeadsTo::Other,
            Err(leads_to) => leads_to,
        }
    }

    /// Leads, with this key in the menu that follows, to a queue that goes ahead of all.
    pub(crate) fn is_for_danger(&self, target: Target, key: Digit, now: Timestamp) -> bool {
        let Ok(Kind::Menu(menu)) = self.onwards(target, now) else { return false };
        let urgent = |to: &Target| matches!(self.onwards(*to, now), Ok(Kind::Queue { urgent: true, .. }));
        menu.keys.get(&key).is_some_and(urgent)
    }
}

impl Hours {
    pub(crate) fn next(&self, now: Timestamp) -> Target {
        if self.hours.is_open(now) { self.open } else { self.closed }
    }
}

impl Prompt {
    pub fn clip(name: &str) -> Prompt {
        Prompt(vec![Part::Clip(Clip::new(name))])
    }

    /// The sounds, with what is known at this moment put in.
    pub(crate) fn sounds(
        &self,
        known: &BTreeMap<String, String>,
        said: &BTreeMap<String, Vec<Said>>,
    ) -> Vec<Sound> {
        let mut sounds = Vec::new();
        for part in &self.0 {
            match part {
                Part::Clip(clip) => sounds.push(Sound::Clip(clip.clone())),
                Part::Silence { ms } => sounds.push(Sound::Silence { ms: *ms }),
                Part::Beep { ms } => sounds.push(Sound::Beep { ms: *ms }),
                Part::Spoken { of, how } => {
                    sounds.extend(known.get(of).map(|value| how.speak(value).sounds()).unwrap_or_default());
                }
                Part::Said { of } => {
                    sounds.extend(said.get(of).into_iter().flatten().flat_map(|said| said.sounds.clone()));
                }
            }
        }
        sounds
    }
}
