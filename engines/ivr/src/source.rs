//! A flow as people write it: the language of `rooms/ivr_flows/README.md`.
//!
//! A [`Step`] has all fields of all kinds, each absent or present, so that [`crate::compile()`] can name every field that is
//! out of place instead of stopping at the first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// A file of flows: `[[flow]]` again and again.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowFile {
    #[serde(default)]
    pub flow: Vec<FlowSource>,
}

/// One flow. It begins with the first of `steps`, or with the first `node` when there are no steps.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowSource {
    pub name: String,
    /// A node or a queue: where key 0 leads. The first queue that is not urgent when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Said after a wrong key, and after silence, before the question is asked again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrong_voice: Option<Voice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_voice: Option<Voice>,
    /// Seconds in menus after which a person is given; 600 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longest_s: Option<u32>,
    /// The machine calls people with it: whoever is called has not called about a danger.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outgoing: bool,
    /// Values that are known from the start: what a campaign knows of whom the machine calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub node: Vec<Step>,
}

/// Where to go on: the name of a node, or what is there, written in place.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(untagged)]
pub enum Way {
    To(String),
    Step(Box<Step>),
    Steps(Vec<Step>),
}

/// What is heard: the name of a recorded prompt, or several parts one after the other.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(untagged)]
pub enum Voice {
    Clip(String),
    Parts(Vec<VoicePart>),
}

#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(untagged)]
pub enum VoicePart {
    Clip(String),
    Other(SpokenPart),
}

/// Exactly one of these: a value by the name under which it was collected or looked up, or a pause.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpokenPart {
    /// 户号: figure by figure.
    Digits(String),
    /// A whole number.
    Number(String),
    /// Whole fen, said in 元角分.
    Amount(String),
    /// `2026-01-05`
    Date(String),
    /// `08:30`
    Time(String),
    /// What a look-up had to say, by its key.
    Said(String),
    SilenceMs(u32),
    BeepMs(u32),
}

macro_rules! step {
    ($($(#[$doc:meta])* $field:ident: $type:ty,)*) => {
        /// One step; which fields go together is in [`crate::compile()`].
        #[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Step {$(
            $(#[$doc])*
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub $field: Option<$type>,
        )*}

        impl Step {
            /// The fields that are written, by name.
            pub(crate) fn fields(&self) -> Vec<&'static str> {
                let mut fields = Vec::new();
                $(if self.$field.is_some() { fields.push(stringify!($field)); })*
                fields
            }
        }
    };
}

step! {
    name: String,
    /// The text. In a step with another word of kind: what is said there.
    say: String,
    /// The text of a menu.
    menu: String,
    /// The name under which the digits are kept.
    collect: String,
    hours: Vec<String>,
    look_up: String,
    /// A look-up that is asked with the calling number before the menu.
    announce: String,
    /// A look-up that knows what can be chosen from.
    choose_from: String,
    /// The text of the survey.
    rate: String,
    /// A queue.
    voicemail: String,
    /// The name under which the recording's id is kept.
    record: String,
    /// A queue.
    call_back: String,
    queue: String,
    go_to: String,
    hang_up: bool,

    voice: Voice,
    /// Between a choice and its key.
    press: String,
    press_voice: Voice,
    /// That key 9 reads the next choices.
    more: String,
    more_voice: Voice,
    /// The name under which the choice is kept.
    into: String,
    must_hear: bool,
    informative: bool,
    urgent: bool,
    secret: bool,
    keys: BTreeMap<String, Way>,
    answers: BTreeMap<String, Way>,
    digits: (u8, u8),
    end: String,
    argument: String,
    number: String,
    on_holidays: Vec<String>,
    wait_ms: u32,
    timeout_s: u32,
    gap_s: u32,
    max_s: u32,
    tries: u8,
    next: Way,
    otherwise: Way,
    silence: Way,
    none: Way,
    unknown: Way,
    told: Way,
    danger: Way,
    open: Way,
    closed: Way,
}

impl FlowSource {
    /// Every text with the clip it is recorded in: what has to be spoken before this flow can be heard.
    pub fn prompts(&self) -> Vec<(&str, &str)> {
        let mut prompts = Vec::new();
        let of_flow = [(&self.wrong, &self.wrong_voice), (&self.silent, &self.silent_voice)];
        for (text, voice) in of_flow {
            add_prompt(text.as_deref(), voice.as_ref(), &mut prompts);
        }
        for step in self.steps.iter().chain(&self.node) {
            step.add_prompts(&mut prompts);
        }
        prompts
    }
}

impl FlowSource {
    /// Every prompt this flow plays, by name.
    pub fn voices(&self) -> BTreeSet<&str> {
        let mut voices = BTreeSet::new();
        add_voice(self.wrong_voice.as_ref(), &mut voices);
        add_voice(self.silent_voice.as_ref(), &mut voices);
        for step in self.steps.iter().chain(&self.node) {
            step.add_voices(&mut voices);
        }
        voices
    }
}

fn add_voice<'a>(voice: Option<&'a Voice>, voices: &mut BTreeSet<&'a str>) {
    match voice {
        Some(Voice::Clip(clip)) => _ = voices.insert(clip_name(clip)),
        Some(Voice::Parts(parts)) => voices.extend(parts.iter().filter_map(|part| match part {
            VoicePart::Clip(clip) => Some(clip_name(clip)),
            VoicePart::Other(_) => None,
        })),
        None => {}
    }
}

fn add_prompt<'a>(text: Option<&'a str>, voice: Option<&'a Voice>, prompts: &mut Vec<(&'a str, &'a str)>) {
    if let (Some(text), Some(Voice::Clip(clip))) = (text, voice) {
        prompts.push((clip_name(clip), text));
    }
}

/// A prompt is named with or without its extension.
pub(crate) fn clip_name(clip: &str) -> &str {
    clip.strip_suffix(".wav").unwrap_or(clip)
}

impl Step {
    fn add_prompts<'a>(&'a self, prompts: &mut Vec<(&'a str, &'a str)>) {
        let text = self.menu.as_deref().or(self.rate.as_deref()).or(self.say.as_deref());
        add_prompt(text, self.voice.as_ref(), prompts);
        add_prompt(self.press.as_deref(), self.press_voice.as_ref(), prompts);
        add_prompt(self.more.as_deref(), self.more_voice.as_ref(), prompts);
        for (_, way) in self.ways() {
            for step in way.steps() {
                step.add_prompts(prompts);
            }
        }
    }

    fn add_voices<'a>(&'a self, voices: &mut BTreeSet<&'a str>) {
        for voice in [&self.voice, &self.press_voice, &self.more_voice] {
            add_voice(voice.as_ref(), voices);
        }
        for (_, way) in self.ways() {
            for step in way.steps() {
                step.add_voices(voices);
            }
        }
    }

    /// Every way on, with the place where it is written: a key, an answer or a field.
    pub(crate) fn ways(&self) -> Vec<(&str, &Way)> {
        let keyed = [&self.keys, &self.answers].into_iter().flatten().flatten();
        let mut ways: Vec<(&str, &Way)> = keyed.map(|(key, way)| (key.as_str(), way)).collect();
        let fields = [
            ("next", &self.next),
            ("otherwise", &self.otherwise),
            ("silence", &self.silence),
            ("none", &self.none),
            ("unknown", &self.unknown),
            ("told", &self.told),
            ("danger", &self.danger),
            ("open", &self.open),
            ("closed", &self.closed),
        ];
        ways.extend(fields.into_iter().filter_map(|(name, way)| Some((name, way.as_ref()?))));
        ways
    }
}

impl Way {
    pub(crate) fn steps(&self) -> &[Step] {
        match self {
            Way::To(_) => &[],
            Way::Step(step) => std::slice::from_ref(step),
            Way::Steps(steps) => steps,
        }
    }
}

// By hand, because serde's untagged enums answer every slip with "did not match any variant".

impl<'de> Deserialize<'de> for Way {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Way;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a node, a step { … } or a list of steps [ … ]")
            }
            fn visit_str<E>(self, name: &str) -> Result<Way, E> {
                Ok(Way::To(name.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Way, A::Error> {
                Step::deserialize(MapAccessDeserializer::new(map)).map(|step| Way::Step(Box::new(step)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Way, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Way::Steps)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Voice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Voice;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a prompt, or a list of parts")
            }
            fn visit_str<E>(self, name: &str) -> Result<Voice, E> {
                Ok(Voice::Clip(name.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Voice, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Voice::Parts)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for VoicePart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = VoicePart;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a prompt, or one of { digits, number, amount, date, time, said, silence_ms, beep_ms }")
            }
            fn visit_str<E>(self, name: &str) -> Result<VoicePart, E> {
                Ok(VoicePart::Clip(name.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<VoicePart, A::Error> {
                SpokenPart::deserialize(MapAccessDeserializer::new(map)).map(VoicePart::Other)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
