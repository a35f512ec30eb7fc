//! The fields of a step: where its ways lead, whom its names mean, and what is heard.

use std::time::Duration;

use audio::{Clip, Digit};
use kernel::QueueId;

use super::kinds::word_of;
use super::{Compiler, Flat, index};
use crate::finding::Code;
use crate::flow::{How, Kind, Node, NodeIx, Part, Prompt, Target};
use crate::source::{SpokenPart, Voice, VoicePart, Way, clip_name};

impl<'a> Compiler<'a> {
    pub(super) fn next(&mut self, flat: &Flat<'a>) -> Target {
        self.way(flat, "next", flat.step.next.as_ref(), flat.follows.map(Target::Node))
    }

    /// Where a way leads; without one, `default`; without that it is a dead end.
    pub(super) fn way(
        &mut self,
        flat: &Flat<'a>,
        place: &str,
        way: Option<&Way>,
        default: Option<Target>,
    ) -> Target {
        let field = if flat.step.keys.as_ref().is_some_and(|keys| keys.contains_key(place)) {
            format!("key {place}")
        } else {
            place.to_owned()
        };
        match way {
            Some(Way::To(to)) => self.named(&flat.name, &field, to),
            Some(Way::Step(_) | Way::Steps(_)) => match flat.inline.get(place) {
                Some(at) => Target::Node(*at),
                None => {
                    self.find(Code::DeadEnd, Some(&flat.name), &[]);
                    Target::HangUp
                }
            },
            None => default.unwrap_or_else(|| {
                match place {
                    "next" => self.find(Code::DeadEnd, Some(&flat.name), &[]),
                    _ => self.find(
                        Code::MissingField,
                        Some(&flat.name),
                        &[("kind", word_of(flat.step)), ("field", place)],
                    ),
                }
                Target::HangUp
            }),
        }
    }

    pub(super) fn named(&mut self, node: &str, field: &str, to: &str) -> Target {
        match to {
            "person" => Target::Person,
            "back" => Target::Back,
            "repeat" => Target::Repeat,
            "hang_up" => Target::HangUp,
            _ => match self.by_name.get(to) {
                Some(at) => Target::Node(*at),
                None => {
                    self.find(Code::UnknownNode, Some(node), &[("field", field), ("to", to)]);
                    Target::HangUp
                }
            },
        }
    }

    /// A node of that name, or else a queue.
    pub(super) fn person(&mut self, name: &str, nodes: &mut Vec<Node>) -> Option<NodeIx> {
        if let Some(at) = self.by_name.get(name) {
            return Some(*at);
        }
        let Some(queue) = self.names.queues.get(name) else {
            self.find(Code::UnknownQueue, None, &[("queue", name)]);
            return None;
        };
        nodes.push(Node { name: "person".into(), kind: Kind::Queue { queue: *queue, urgent: false } });
        Some(index(nodes.len() - 1))
    }

    pub(super) fn queue(&mut self, node: &str, name: Option<&str>) -> QueueId {
        let name = name.unwrap_or_default();
        match self.names.queues.get(name) {
            Some(queue) => *queue,
            None => {
                self.find(Code::UnknownQueue, Some(node), &[("queue", name)]);
                QueueId(0)
            }
        }
    }

    pub(super) fn digit(&mut self, node: &str, field: &str, text: &str) -> Option<Digit> {
        let mut chars = text.chars();
        let digit = match (chars.next(), chars.next()) {
            (Some(key), None) => Digit::try_from(key).ok(),
            _ => None,
        };
        if digit.is_none() {
            self.bad(node, field, text, "a key: 0 to 9, #, A to D");
        }
        digit
    }

    pub(super) fn tries(&mut self, node: &str, tries: Option<u8>) -> u8 {
        let tries = tries.unwrap_or(3);
        if !(1..=5).contains(&tries) {
            self.bad(node, "tries", &tries.to_string(), "1 to 5");
        }
        tries
    }

    pub(super) fn seconds(
        &mut self,
        node: Option<&str>,
        field: &'static str,
        value: Option<u32>,
        default: u32,
        range: std::ops::RangeInclusive<u32>,
    ) -> Duration {
        let value = value.unwrap_or(default);
        if !range.contains(&value) {
            let expected = format!("{} to {} seconds", range.start(), range.end());
            let params = [("field", field), ("value", &value.to_string()), ("expected", expected.as_str())];
            self.find(Code::BadValue, node, &params);
        }
        Duration::from_secs(u64::from(value))
    }

    pub(super) fn bad(&mut self, node: &str, field: &str, value: &str, expected: &str) {
        let value: String = value.chars().take(80).collect();
        self.find(Code::BadValue, Some(node), &[("field", field), ("value", &value), ("expected", expected)]);
    }

    /// A prompt that must be heard.
    pub(super) fn heard(&mut self, node: &str, text: Option<&String>, voice: Option<&Voice>) -> Prompt {
        let prompt = self.prompt(Some(node), text, voice);
        // A text without a voice has been told already.
        if prompt.0.is_empty() && text.is_none() {
            self.find(Code::NothingHeard, Some(node), &[]);
        }
        prompt
    }

    pub(super) fn prompt(
        &mut self,
        node: Option<&str>,
        text: Option<&String>,
        voice: Option<&Voice>,
    ) -> Prompt {
        let parts = match voice {
            None => {
                if text.is_some() {
                    self.find(Code::NothingHeard, node, &[]);
                }
                return Prompt::default();
            }
            Some(Voice::Clip(clip)) => vec![self.clip(node, clip)],
            Some(Voice::Parts(parts)) => parts.iter().map(|part| self.part(node, part)).collect(),
        };
        Prompt(parts)
    }

    fn part(&mut self, node: Option<&str>, part: &VoicePart) -> Part {
        let spoken = |of: &String, how| Part::Spoken { of: of.clone(), how };
        match part {
            VoicePart::Clip(clip) => self.clip(node, clip),
            VoicePart::Other(SpokenPart::Digits(of)) => spoken(of, How::Digits),
            VoicePart::Other(SpokenPart::Number(of)) => spoken(of, How::Number),
            VoicePart::Other(SpokenPart::Amount(of)) => spoken(of, How::Amount),
            VoicePart::Other(SpokenPart::Date(of)) => spoken(of, How::Date),
            VoicePart::Other(SpokenPart::Time(of)) => spoken(of, How::Time),
            VoicePart::Other(SpokenPart::Said(of)) => Part::Said { of: of.clone() },
            VoicePart::Other(SpokenPart::SilenceMs(ms)) => Part::Silence { ms: (*ms).min(10_000) },
            VoicePart::Other(SpokenPart::BeepMs(ms)) => Part::Beep { ms: (*ms).min(10_000) },
        }
    }

    fn clip(&mut self, node: Option<&str>, name: &str) -> Part {
        let name = clip_name(name);
        let Some(prompts) = &self.names.prompts else { return Part::Clip(Clip::new(name)) };
        match prompts.get(name) {
            Some(clip) => Part::Clip(clip.clone()),
            None => {
                self.find(Code::UnknownPrompt, node, &[("prompt", name)]);
                Part::Clip(Clip::new(name))
            }
        }
    }
}
