//! From the form people write to the form that runs; all that is wrong is found in one go.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use audio::{Clip, Digit};
use jiff::tz::TimeZone;
use kernel::calendar::Holidays;
use kernel::{FlowId, QueueId};

use crate::check;
use crate::finding::{Code, Finding, Severity};
use crate::flow::{
    CallBack, Collect, Flow, Hours, How, Kind, LookUp, Menu, Node, NodeIx, Part, Prompt, Rate, Say, Target,
    Voicemail,
};
use crate::graph::{self, Graph};
use crate::hours::{OpeningHours, ranges_of};
use crate::source::{FlowSource, SpokenPart, Step, Voice, VoicePart, Way, clip_name};

/// What a flow's names mean at this centre.
#[derive(Clone, Debug)]
pub struct Names {
    pub queues: BTreeMap<String, QueueId>,
    /// Every prompt there is, with the clip that is played for it; `None`: any name is a clip.
    pub prompts: Option<BTreeMap<String, Clip>>,
    pub time_zone: TimeZone,
    pub holidays: Holidays,
}

/// The outcome: a flow unless there are errors, and everything that was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Compiled {
    pub flow: Option<Flow>,
    /// What could be read of it.
    pub graph: Option<Graph>,
    pub findings: Vec<Finding>,
}

const NODES_MAX: usize = 300;
const NESTED_MAX: usize = 8;
const LONGEST_S: u32 = 600;
/// Names that lead somewhere without being a node.
const RESERVED: [&str; 4] = ["person", "back", "repeat", "hang_up"];

/// For each kind, the fields that may stand beside its own word; `voice` and `say` where something is heard.
const KINDS: &[(&str, &[&str])] = &[
    ("menu", &["voice", "keys", "timeout_s", "tries", "silence", "otherwise"]),
    (
        "collect",
        &["say", "voice", "digits", "end", "secret", "timeout_s", "gap_s", "tries", "otherwise", "next"],
    ),
    ("hours", &["on_holidays", "open", "closed"]),
    ("look_up", &["say", "voice", "argument", "timeout_s", "answers", "otherwise", "unknown"]),
    ("rate", &["voice", "timeout_s", "otherwise", "next"]),
    ("voicemail", &["say", "voice", "max_s", "next"]),
    ("call_back", &["number", "unknown", "next"]),
    ("queue", &["urgent"]),
    ("go_to", &[]),
    ("hang_up", &[]),
    // Last: beside another word, `say` is that step's text.
    ("say", &["voice", "must_hear", "informative", "next"]),
];

/// Compiles and checks. A flow with warnings is a flow.
pub fn compile(source: &FlowSource, id: FlowId, version: u32, names: &Names) -> Compiled {
    let mut compiler = Compiler { names, flat: Vec::new(), by_name: BTreeMap::new(), findings: Vec::new() };
    let (flow, graph) = compiler.run(source, id, version).unzip();
    let mut findings = compiler.findings;
    findings.sort();
    findings.dedup();
    let broken = findings.iter().any(|finding| finding.severity == Severity::Error);
    Compiled { flow: flow.filter(|_| !broken), graph, findings }
}

struct Compiler<'a> {
    names: &'a Names,
    flat: Vec<Flat<'a>>,
    by_name: BTreeMap<String, NodeIx>,
    findings: Vec<Finding>,
}

/// A step taken out of its place.
struct Flat<'a> {
    name: String,
    step: &'a Step,
    /// The step written after it.
    follows: Option<NodeIx>,
    /// Where the ways written in place begin, by the field or key.
    inline: BTreeMap<&'a str, NodeIx>,
}

impl<'a> Compiler<'a> {
    fn run(&mut self, source: &'a FlowSource, id: FlowId, version: u32) -> Option<(Flow, Graph)> {
        let mut start = self.flatten_list(&source.steps, |n| n.to_string(), 0);
        for step in &source.node {
            let name = step.name.clone().unwrap_or_default();
            if name.is_empty() {
                self.find(Code::MissingField, None, &[("kind", "node"), ("field", "name")]);
            }
            let at = self.flatten(step, name, 0);
            start = start.or(at);
        }
        let Some(start) = start else {
            self.find(Code::Empty, None, &[]);
            return None;
        };
        if self.flat.len() > NODES_MAX {
            let (count, max) = (self.flat.len().to_string(), NODES_MAX.to_string());
            self.find(Code::TooLong, None, &[("count", &count), ("max", &max)]);
            return None;
        }
        let flat = std::mem::take(&mut self.flat);
        let mut nodes: Vec<Node> =
            flat.iter().map(|flat| Node { name: flat.name.clone(), kind: self.kind(flat) }).collect();
        let person = match &source.person {
            Some(name) => self.person(name, &mut nodes),
            None => nodes
                .iter()
                .position(|node| matches!(node.kind, Kind::Queue { urgent: false, .. }))
                .map(index),
        };
        let wrong = self.prompt(None, source.wrong.as_ref(), source.wrong_voice.as_ref());
        let silent = self.prompt(None, source.silent.as_ref(), source.silent_voice.as_ref());
        let longest = self.seconds(None, "longest_s", source.longest_s, LONGEST_S, 30..=3_600);
        self.check_values(&nodes);
        let mut flow = Flow {
            id,
            version,
            name: source.name.clone(),
            nodes,
            start,
            person,
            refuge: None,
            wrong,
            silent,
            longest,
        };
        flow.refuge = check::refuge(&flow);
        // What cannot be read yet would only be found twice.
        if !self.findings.iter().any(|finding| finding.severity == Severity::Error) {
            self.findings.extend(check::check(&flow));
        }
        let label = |at: usize| flat.get(at).map_or(String::new(), |flat| label_of(flat.step));
        let graph = graph::graph(&flow, label);
        Some((flow, graph))
    }

    fn find(&mut self, code: Code, node: Option<&str>, params: &[(&'static str, &str)]) {
        // A hostile file must not make a list longer than anybody reads.
        if self.findings.len() < 200 {
            self.findings.push(Finding::new(code, node, params));
        }
    }

    // First pass: every step gets a number and a name.

    fn flatten_list(
        &mut self,
        steps: &'a [Step],
        name: impl Fn(usize) -> String,
        depth: usize,
    ) -> Option<NodeIx> {
        let mut first = None;
        let mut before: Option<NodeIx> = None;
        for (at, step) in steps.iter().enumerate() {
            let name = step.name.clone().unwrap_or_else(|| name(at + 1));
            let Some(this) = self.flatten(step, name, depth) else { break };
            if let Some(flat) = before.and_then(|before| self.flat.get_mut(before.0 as usize)) {
                flat.follows = Some(this);
            }
            before = Some(this);
            first = first.or(before);
        }
        first
    }

    fn flatten(&mut self, step: &'a Step, name: String, depth: usize) -> Option<NodeIx> {
        if depth > NESTED_MAX {
            self.find(Code::TooNested, Some(&name), &[("max", &NESTED_MAX.to_string())]);
            return None;
        }
        // The exact number is told; a thousand times as many are not kept.
        if self.flat.len() > NODES_MAX * 2 {
            return None;
        }
        let this = index(self.flat.len());
        if RESERVED.contains(&name.as_str()) {
            self.find(Code::ReservedName, Some(&name), &[]);
        } else if self.by_name.insert(name.clone(), this).is_some() {
            self.find(Code::DuplicateName, Some(&name), &[]);
        }
        self.flat.push(Flat { name: name.clone(), step, follows: None, inline: BTreeMap::new() });
        for (place, way) in step.ways() {
            let called =
                |n: usize| if n == 1 { format!("{name}/{place}") } else { format!("{name}/{place}.{n}") };
            let begins = self.flatten_list(way.steps(), called, depth + 1);
            if let (Some(begins), Some(flat)) = (begins, self.flat.get_mut(this.0 as usize)) {
                flat.inline.insert(place, begins);
            }
        }
        Some(this)
    }

    // Second pass: every step becomes a node.

    fn kind(&mut self, flat: &Flat<'a>) -> Kind {
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

    // Fields.

    fn next(&mut self, flat: &Flat<'a>) -> Target {
        self.way(flat, "next", flat.step.next.as_ref(), flat.follows.map(Target::Node))
    }

    /// Where a way leads; without one, `default`; without that it is a dead end.
    fn way(&mut self, flat: &Flat<'a>, place: &str, way: Option<&Way>, default: Option<Target>) -> Target {
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

    fn named(&mut self, node: &str, field: &str, to: &str) -> Target {
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
    fn person(&mut self, name: &str, nodes: &mut Vec<Node>) -> Option<NodeIx> {
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

    fn queue(&mut self, node: &str, name: Option<&str>) -> QueueId {
        let name = name.unwrap_or_default();
        match self.names.queues.get(name) {
            Some(queue) => *queue,
            None => {
                self.find(Code::UnknownQueue, Some(node), &[("queue", name)]);
                QueueId(0)
            }
        }
    }

    fn digit(&mut self, node: &str, field: &str, text: &str) -> Option<Digit> {
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

    fn tries(&mut self, node: &str, tries: Option<u8>) -> u8 {
        let tries = tries.unwrap_or(3);
        if !(1..=5).contains(&tries) {
            self.bad(node, "tries", &tries.to_string(), "1 to 5");
        }
        tries
    }

    fn seconds(
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

    fn bad(&mut self, node: &str, field: &str, value: &str, expected: &str) {
        let value: String = value.chars().take(80).collect();
        self.find(Code::BadValue, Some(node), &[("field", field), ("value", &value), ("expected", expected)]);
    }

    /// A prompt that must be heard.
    fn heard(&mut self, node: &str, text: Option<&String>, voice: Option<&Voice>) -> Prompt {
        let prompt = self.prompt(Some(node), text, voice);
        // A text without a voice has been told already.
        if prompt.0.is_empty() && text.is_none() {
            self.find(Code::NothingHeard, Some(node), &[]);
        }
        prompt
    }

    fn prompt(&mut self, node: Option<&str>, text: Option<&String>, voice: Option<&Voice>) -> Prompt {
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

    /// A value that is spoken or asked about must come from somewhere in the flow.
    fn check_values(&mut self, nodes: &[Node]) {
        let mut known = BTreeSet::new();
        let mut secret = BTreeSet::new();
        let mut rung: Vec<(&str, &str)> = Vec::new();
        let mut used: Vec<(&str, &str)> = Vec::new();
        for node in nodes {
            let prompt = match &node.kind {
                Kind::Say(say) => Some(&say.prompt),
                Kind::Menu(menu) => Some(&menu.prompt),
                Kind::Collect(collect) => {
                    known.insert(collect.into.as_str());
                    secret.extend(collect.secret.then_some(collect.into.as_str()));
                    Some(&collect.prompt)
                }
                Kind::LookUp(look_up) => {
                    known.insert(look_up.key.as_str());
                    used.extend(look_up.argument.iter().map(|name| (node.name.as_str(), name.as_str())));
                    Some(&look_up.prompt)
                }
                Kind::CallBack(ask) => {
                    rung.extend(ask.number.iter().map(|name| (node.name.as_str(), name.as_str())));
                    None
                }
                Kind::Rate(rate) => Some(&rate.prompt),
                Kind::Voicemail(voicemail) => Some(&voicemail.prompt),
                Kind::Hours(_) | Kind::GoTo(_) | Kind::Queue { .. } | Kind::HangUp => None,
            };
            for part in prompt.iter().flat_map(|prompt| &prompt.0) {
                if let Part::Spoken { of, .. } = part {
                    used.push((&node.name, of));
                }
            }
        }
        for (node, value) in &rung {
            if secret.contains(value) {
                self.find(Code::SecretWrittenDown, Some(node), &[("value", value)]);
            }
        }
        for (node, value) in used.into_iter().chain(rung) {
            if !known.contains(value) {
                self.find(Code::UnknownValue, Some(node), &[("value", value)]);
            }
        }
    }
}

/// What the editor writes into a node: the text, or the name the step is about.
fn label_of(step: &Step) -> String {
    let texts = [
        &step.menu,
        &step.rate,
        &step.say,
        &step.queue,
        &step.call_back,
        &step.voicemail,
        &step.look_up,
        &step.collect,
        &step.go_to,
    ];
    let text = texts.into_iter().flatten().next().cloned();
    text.or_else(|| step.hours.as_ref().map(|lines| lines.join(", "))).unwrap_or_default()
}

fn word_of(step: &Step) -> &'static str {
    let fields = step.fields();
    KINDS.iter().find(|(word, _)| fields.contains(word)).map_or("step", |(word, _)| word)
}

fn index(at: usize) -> NodeIx {
    // More than NODES_MAX nodes are refused, long before this could be wrong.
    NodeIx(u32::try_from(at).unwrap_or(u32::MAX))
}
