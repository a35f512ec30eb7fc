//! The second pass: every step becomes a node of the kind that its words say.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Compiler, Flat};
use crate::finding::Code;
use crate::flow::{
    Announce, CallBack, Choose, Collect, Hours, Kind, LookUp, Menu, Rate, Record, Say, Target, Voicemail,
};
use crate::hours::{OpeningHours, ranges_of};
use crate::source::Step;

/// For each kind, the fields that may stand beside its own word; `voice` and `say` where something is heard.
const KINDS: &[(&str, &[&str])] = &[
    ("menu", &["voice", "keys", "timeout_s", "tries", "silence", "otherwise"]),
    (
        "collect",
        &["say", "voice", "digits", "end", "secret", "timeout_s", "gap_s", "tries", "otherwise", "next"],
    ),
    ("hours", &["on_holidays", "open", "closed"]),
    ("look_up", &["say", "voice", "argument", "timeout_s", "answers", "otherwise", "unknown"]),
    (
        "announce",
        &[
            "say",
            "voice",
            "argument",
            "wait_ms",
            "timeout_s",
            "must_hear",
            "told",
            "danger",
            "none",
            "unknown",
            "next",
        ],
    ),
    (
        "choose_from",
        &[
            "say",
            "voice",
            "press",
            "press_voice",
            "more",
            "more_voice",
            "argument",
            "into",
            "keys",
            "wait_ms",
            "timeout_s",
            "tries",
            "otherwise",
            "none",
            "unknown",
            "next",
        ],
    ),
    ("rate", &["voice", "timeout_s", "otherwise", "next"]),
    ("voicemail", &["say", "voice", "max_s", "next"]),
    ("record", &["say", "voice", "max_s", "next"]),
    ("call_back", &["number", "unknown", "next"]),
    ("queue", &["urgent"]),
    ("go_to", &[]),
    ("hang_up", &[]),
    // Last: beside another word, `say` is that step's text.
    ("say", &["voice", "must_hear", "informative", "next"]),
];

/// Nobody notices so long a wait before the first word.
const WAIT_MS: u32 = 300;
/// Who has just pressed a key waits a moment.
const CHOICES_WAIT_MS: u32 = 2_000;

impl<'a> Compiler<'a> {
    pub(super) fn kind(&mut self, flat: &Flat<'a>) -> Kind {
        let (name, step) = (flat.name.as_str(), flat.step);
        let fields = step.fields();
        let mut words = KINDS.iter().filter(|(word, _)| fields.contains(word));
        let Some((word, beside)) = words.next() else {
            self.find(Code::NoKind, Some(name), &[]);
            return Kind::HangUp;
        };
        if let Some((second, _)) = words.find(|(second, _)| !beside.contains(second)) {
            self.find(Code::TwoKinds, Some(name), &[("first", word), ("second", second)]);
            return Kind::HangUp;
        }
        for field in fields {
            if field != *word && field != "name" && !beside.contains(&field) {
                self.find(Code::MisplacedField, Some(name), &[("field", field), ("kind", word)]);
            }
        }
        match *word {
            "say" => {
                let prompt = self.heard(name, step.say.as_ref(), step.voice.as_ref());
                Kind::Say(Say {
                    prompt,
                    must_hear: step.must_hear.unwrap_or(false),
                    informative: step.informative.unwrap_or(false),
                    next: self.next(flat),
                })
            }
            "menu" => self.menu(flat),
            "collect" => self.collect(flat),
            "hours" => self.hours(flat),
            "look_up" => self.look_up(flat),
            "announce" => self.announce(flat),
            "choose_from" => self.choose(flat),
            "rate" => Kind::Rate(Rate {
                prompt: self.heard(name, step.rate.as_ref(), step.voice.as_ref()),
                timeout: self.seconds(Some(name), "timeout_s", step.timeout_s, 8, 1..=60),
                next: self.next(flat),
                otherwise: self.way(flat, "otherwise", step.otherwise.as_ref(), Some(Target::HangUp)),
            }),
            "voicemail" => {
                // The tone is the exchange's: it belongs to the recording.
                let prompt = self.heard(name, step.say.as_ref(), step.voice.as_ref());
                Kind::Voicemail(Voicemail {
                    queue: self.queue(name, step.voicemail.as_deref()),
                    prompt,
                    max: self.seconds(Some(name), "max_s", step.max_s, 120, 5..=600),
                    next: self.next(flat),
                })
            }
            "record" => Kind::Record(Record {
                into: step.record.clone().unwrap_or_default(),
                prompt: self.heard(name, step.say.as_ref(), step.voice.as_ref()),
                max: self.seconds(Some(name), "max_s", step.max_s, 60, 5..=120),
                next: self.next(flat),
            }),
            "call_back" => Kind::CallBack(CallBack {
                queue: self.queue(name, step.call_back.as_deref()),
                number: step.number.clone(),
                next: self.next(flat),
                unknown: self.way(flat, "unknown", step.unknown.as_ref(), Some(Target::Person)),
            }),
            "queue" => Kind::Queue {
                queue: self.queue(name, step.queue.as_deref()),
                urgent: step.urgent.unwrap_or(false),
            },
            "go_to" => {
                let to = step.go_to.as_deref().unwrap_or_default();
                Kind::GoTo(self.named(name, "go_to", to))
            }
            _ => {
                if step.hang_up == Some(false) {
                    self.bad(name, "hang_up", "false", "true");
                }
                Kind::HangUp
            }
        }
    }

    fn menu(&mut self, flat: &Flat<'a>) -> Kind {
        let (name, step) = (flat.name.as_str(), flat.step);
        let mut keys = BTreeMap::new();
        for (text, way) in step.keys.iter().flatten() {
            let target = self.way(flat, text, Some(way), None);
            match self.digit(name, "keys", text) {
                Some(key) if key.as_char() == '*' => self.find(Code::KeyTaken, Some(name), &[("key", text)]),
                Some(key) => _ = keys.insert(key, target),
                None => {}
            }
        }
        if keys.is_empty() {
            self.find(Code::MissingField, Some(name), &[("kind", "menu"), ("field", "keys")]);
        }
        Kind::Menu(Menu {
            prompt: self.heard(name, step.menu.as_ref(), step.voice.as_ref()),
            keys,
            timeout: self.seconds(Some(name), "timeout_s", step.timeout_s, 6, 1..=60),
            tries: self.tries(name, step.tries),
            otherwise: self.way(flat, "otherwise", step.otherwise.as_ref(), Some(Target::Person)),
            silence: step.silence.as_ref().map(|way| self.way(flat, "silence", Some(way), None)),
        })
    }

    fn collect(&mut self, flat: &Flat<'a>) -> Kind {
        let (name, step) = (flat.name.as_str(), flat.step);
        let (min, max) = step.digits.unwrap_or((1, 20));
        if min == 0 || min > max || max > 40 {
            self.bad(name, "digits", &format!("[{min}, {max}]"), "[least, most], from 1 to 40");
        }
        let end = step.end.as_deref().unwrap_or("#");
        let end = if end == "none" { None } else { self.digit(name, "end", end) };
        if end.is_some_and(|end| end.number().is_some() || end.as_char() == '*') {
            self.bad(name, "end", step.end.as_deref().unwrap_or_default(), "#, A to D or none");
        }
        Kind::Collect(Collect {
            into: step.collect.clone().unwrap_or_default(),
            prompt: self.heard(name, step.say.as_ref(), step.voice.as_ref()),
            min,
            max,
            end,
            secret: step.secret.unwrap_or(false),
            timeout: self.seconds(Some(name), "timeout_s", step.timeout_s, 8, 1..=60),
            gap: self.seconds(Some(name), "gap_s", step.gap_s, 4, 1..=30),
            tries: self.tries(name, step.tries),
            otherwise: self.way(flat, "otherwise", step.otherwise.as_ref(), Some(Target::Person)),
            next: self.next(flat),
        })
    }

    fn hours(&mut self, flat: &Flat<'a>) -> Kind {
        let (name, step) = (flat.name.as_str(), flat.step);
        let mut hours = OpeningHours::never(self.names.time_zone.clone());
        hours.holidays = self.names.holidays.clone();
        for line in step.hours.iter().flatten() {
            if hours.add(line).is_err() {
                self.bad(name, "hours", line, "lines like mon-fri 08:30-12:00 14:00-17:30");
            }
        }
        if let Some(lines) = &step.on_holidays {
            let mut all = Vec::new();
            for line in lines {
                match ranges_of(line) {
                    Some(ranges) => all.extend(ranges),
                    None => self.bad(name, "on_holidays", line, "ranges like 09:00-12:00"),
                }
            }
            hours.on_holidays = Some(all);
        }
        Kind::Hours(Hours {
            hours,
            open: self.way(flat, "open", step.open.as_ref(), flat.follows.map(Target::Node)),
            closed: self.way(flat, "closed", step.closed.as_ref(), None),
        })
    }

    fn look_up(&mut self, flat: &Flat<'a>) -> Kind {
        let (name, step) = (flat.name.as_str(), flat.step);
        let mut answers = BTreeMap::new();
        for (answer, way) in step.answers.iter().flatten() {
            answers.insert(answer.clone(), self.way(flat, answer, Some(way), None));
        }
        Kind::LookUp(LookUp {
            key: step.look_up.clone().unwrap_or_default(),
            argument: step.argument.clone(),
            prompt: self.prompt(Some(name), step.say.as_ref(), step.voice.as_ref()),
            timeout: self.seconds(Some(name), "timeout_s", step.timeout_s, 5, 1..=30),
            answers,
            otherwise: self.way(flat, "otherwise", step.otherwise.as_ref(), flat.follows.map(Target::Node)),
            unknown: self.way(flat, "unknown", step.unknown.as_ref(), Some(Target::Person)),
        })
    }

    fn announce(&mut self, flat: &Flat<'a>) -> Kind {
        let (name, step) = (flat.name.as_str(), flat.step);
        let next = self.next(flat);
        Kind::Announce(Announce {
            key: step.announce.clone().unwrap_or_default(),
            argument: step.argument.clone(),
            wait: self.wait(flat, WAIT_MS),
            prompt: self.heard(name, step.say.as_ref(), step.voice.as_ref()),
            timeout: self.seconds(Some(name), "timeout_s", step.timeout_s, 4, 1..=30),
            must_hear: step.must_hear.unwrap_or(false),
            told: self.way(flat, "told", step.told.as_ref(), Some(next)),
            danger: self.way(flat, "danger", step.danger.as_ref(), None),
            none: self.way(flat, "none", step.none.as_ref(), Some(next)),
            unknown: self.way(flat, "unknown", step.unknown.as_ref(), Some(next)),
            next,
        })
    }

    fn wait(&mut self, flat: &Flat<'a>, default: u32) -> Duration {
        let wait = flat.step.wait_ms.unwrap_or(default);
        if !(50..=2_000).contains(&wait) {
            self.bad(&flat.name, "wait_ms", &wait.to_string(), "50 to 2000 milliseconds");
        }
        Duration::from_millis(u64::from(wait))
    }

    fn choose(&mut self, flat: &Flat<'a>) -> Kind {
        let (name, step) = (flat.name.as_str(), flat.step);
        let mut keys = BTreeMap::new();
        for (text, way) in step.keys.iter().flatten() {
            let target = self.way(flat, text, Some(way), None);
            match self.digit(name, "keys", text) {
                // Figures are the choices, and * is once more.
                Some(key) if key.number().is_some() || key.as_char() == '*' => {
                    self.bad(name, "keys", text, "# or A to D: figures are the choices");
                }
                Some(key) => _ = keys.insert(key, target),
                None => {}
            }
        }
        let into = step.into.clone().unwrap_or_default();
        if into.is_empty() {
            self.find(Code::MissingField, Some(name), &[("kind", "choose_from"), ("field", "into")]);
        }
        let next = self.next(flat);
        Kind::Choose(Choose {
            key: step.choose_from.clone().unwrap_or_default(),
            argument: step.argument.clone(),
            into,
            wait: self.wait(flat, CHOICES_WAIT_MS),
            prompt: self.heard(name, step.say.as_ref(), step.voice.as_ref()),
            press: self.heard(name, step.press.as_ref(), step.press_voice.as_ref()),
            more: self.heard(name, step.more.as_ref(), step.more_voice.as_ref()),
            keys,
            timeout: self.seconds(Some(name), "timeout_s", step.timeout_s, 6, 1..=60),
            tries: self.tries(name, step.tries),
            otherwise: self.way(flat, "otherwise", step.otherwise.as_ref(), Some(Target::Person)),
            none: self.way(flat, "none", step.none.as_ref(), None),
            unknown: self.way(flat, "unknown", step.unknown.as_ref(), Some(Target::Person)),
            next,
        })
    }
}

pub(super) fn word_of(step: &Step) -> &'static str {
    let fields = step.fields();
    KINDS.iter().find(|(word, _)| fields.contains(word)).map_or("step", |(word, _)| word)
}
