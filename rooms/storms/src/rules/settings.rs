//! What storm mode does, as people set it; and the exchange's footing that follows from it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use audio::{Clip, Sound};
use exchange::{Door, Footing, Short, Storm};
use kernel::{FlowId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;
use super::threshold::Thresholds;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub thresholds: Thresholds,
    /// Begins and ends by itself; otherwise it is only proposed.
    pub begins_itself: bool,
    pub ends_itself: bool,
    /// How long one is expected to last that begins by itself.
    pub minutes: u32,
    /// Reasons for which nobody may leave. Meals are kept by not being in here.
    pub breaks: Vec<String>,
    /// Breaks that have begun are ended at once; otherwise each goes on to its end.
    pub end_breaks: bool,
    pub helpers: Vec<Help>,
    /// Queues that take whoever has their skills at any level.
    #[schema(value_type = Vec<String>)]
    pub any_level: Vec<QueueId>,
    /// A call back is offered from this wait on, expected or actual.
    pub callback_s: Option<u32>,
    pub announce_s: Option<u32>,
    pub short: ShortWords,
    pub door: DoorRule,
}

/// Others who serve a queue as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Help {
    #[schema(value_type = String)]
    pub queue: QueueId,
    /// Those of this queue, or those with this skill.
    #[schema(value_type = Option<String>)]
    pub of: Option<QueueId>,
    pub skill: Option<String>,
    pub level: u8,
    /// 1 is asked first.
    pub rank: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShortWords {
    /// In place of the greetings: a prompt, or nothing is said.
    pub replace_greeting: bool,
    pub greeting: Option<String>,
    /// The wait without the position.
    pub one_figure: bool,
    pub callback_offer: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoorRule {
    /// The name of the published flow that is heard in place of the queue; none lets everybody in.
    pub flow: Option<String>,
    pub waiting: Option<u32>,
    pub wait_s: Option<u32>,
    /// Queues everybody is let into; emergencies always are.
    #[schema(value_type = Vec<String>)]
    pub always: Vec<QueueId>,
    pub again_min: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            thresholds: Thresholds::default(),
            begins_itself: true,
            ends_itself: false,
            minutes: 120,
            breaks: vec!["short_break".to_owned(), "training".to_owned(), "meeting".to_owned()],
            end_breaks: false,
            helpers: Vec::new(),
            any_level: Vec::new(),
            callback_s: Some(120),
            announce_s: Some(45),
            short: ShortWords {
                replace_greeting: true,
                greeting: None,
                one_figure: true,
                callback_offer: None,
            },
            door: DoorRule {
                flow: None,
                waiting: Some(20),
                wait_s: Some(180),
                always: Vec::new(),
                again_min: 10,
            },
        }
    }
}

/// What of other rooms the settings speak of.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// Published flows by name.
    pub flows: BTreeMap<String, FlowId>,
    /// What each queue demands.
    pub skills: BTreeMap<QueueId, BTreeMap<String, u8>>,
    /// What was uploaded in place of the house's prompts.
    pub prompts: BTreeMap<String, Clip>,
}

impl Settings {
    /// # Errors
    /// The first value that cannot be meant.
    pub fn check(&self, around: &Around) -> Result<(), Refusal> {
        self.thresholds.check()?;
        let range = |field: &'static str, value: u32, least: u32, most: u32| match value {
            value if (least..=most).contains(&value) => Ok(()),
            _ => Err(Refusal::OutOfRange { field, least, most }),
        };
        range("minutes", self.minutes, 5, 24 * 60)?;
        range("callback_s", self.callback_s.unwrap_or(120), 5, 3_600)?;
        range("announce_s", self.announce_s.unwrap_or(60), 10, 600)?;
        range("door_waiting", self.door.waiting.unwrap_or(1), 1, 5_000)?;
        range("door_wait_s", self.door.wait_s.unwrap_or(60), 10, 7_200)?;
        range("again_min", self.door.again_min, 0, 240)?;
        range("breaks", u32::try_from(self.breaks.len()).unwrap_or(u32::MAX), 0, 50)?;
        range("helpers", u32::try_from(self.helpers.len()).unwrap_or(u32::MAX), 0, 50)?;
        if let Some(flow) = self.door.flow.as_ref().filter(|flow| !around.flows.contains_key(*flow)) {
            return Err(Refusal::NoSuchFlow { flow: flow.clone() });
        }
        let nobody = |help: &Help| {
            help.of == Some(help.queue)
                || (help.of.is_none() && help.skill.as_ref().is_none_or(|skill| skill.trim().is_empty()))
        };
        if self.helpers.iter().any(nobody) {
            return Err(Refusal::NobodyHelps);
        }
        let named = self.helpers.iter().flat_map(|help| [Some(help.queue), help.of]).flatten();
        let mut named = named.chain(self.any_level.iter().copied()).chain(self.door.always.iter().copied());
        match named.all(|queue| around.skills.contains_key(&queue)) {
            true => Ok(()),
            false => Err(Refusal::NoSuchQueue),
        }
    }

    /// What the exchange is told. What is not there any more is left out: a storm is no time to fail for it.
    pub fn footing(&self, around: &Around, until: Timestamp) -> Footing {
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let helpers = self.helpers.iter().filter_map(|help| {
            let who = match (help.of, &help.skill) {
                (Some(queue), _) => acd::Who::Of(queue),
                (None, Some(skill)) => acd::Who::Skilled(skill.clone(), help.level),
                (None, None) => return None,
            };
            Some(acd::Helpers { queue: help.queue, who, rank: help.rank.max(1) })
        });
        let any_level = self.any_level.iter().filter_map(|queue| {
            let demands = around.skills.get(queue)?;
            Some((*queue, demands.keys().map(|skill| (skill.clone(), 1)).collect()))
        });
        let hall = acd::Storm {
            breaks: acd::Breaks {
                refused: self.breaks.iter().cloned().collect(),
                until: Some(until),
                ended: self.end_breaks,
            },
            helpers: helpers.collect(),
            demands: any_level.collect(),
            offer_call_back: self.callback_s.map(seconds),
            announce_every: self.announce_s.map(seconds),
        };
        let said = |name: &Option<String>| -> Vec<Sound> {
            let clip = |name: &String| {
                let name = name.strip_suffix(".wav").unwrap_or(name);
                Sound::Clip(around.prompts.get(name).cloned().unwrap_or_else(|| Clip::new(name)))
            };
            name.iter().filter(|name| !name.is_empty()).map(clip).collect()
        };
        let short = Short {
            greeting: self.short.replace_greeting.then(|| said(&self.short.greeting)),
            one_figure: self.short.one_figure,
            callback_offer: said(&self.short.callback_offer),
            callback_taken: Vec::new(),
        };
        let menu = self.door.flow.as_ref().and_then(|flow| around.flows.get(flow).copied());
        let door = menu.map(|menu| Door {
            menu,
            waiting: self.door.waiting,
            wait: self.door.wait_s.map(seconds),
            always: self.door.always.iter().copied().collect::<BTreeSet<QueueId>>(),
            again_within: Duration::from_secs(u64::from(self.door.again_min) * 60),
        });
        Footing::Storm(Box::new(Storm { hall, short, door }))
    }
}
