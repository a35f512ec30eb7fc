//! The language of the transcripts: one line for what the caller or the centre does, the effects indented below it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use audio::{Clip, Digit, Sound};
use ivr::source::{FlowFile, Step, Way};
use ivr::{Answer, Caller, Choice, Effect, Flow, Input, Names, Said, Session, compile};
use jiff::tz::TimeZone;
use kernel::calendar::Holidays;
use kernel::{Engine, FlowId, QueueId, Timestamp};

/// Plays every block of a file and gives the file back with what happened.
pub fn run_file(text: &str) -> String {
    let mut told = String::new();
    let mut flows: Option<Flows> = None;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let _ = writeln!(told, "{line}");
        let kind = line.strip_prefix("```").unwrap_or_default();
        if !matches!(kind, "toml" | "findings" | "call") {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match kind {
            "toml" => {
                let source = block.join("\n");
                let _ = writeln!(told, "{source}");
                // A file of flows may be named in place of being written out.
                let source = match source.strip_prefix("# file: ").and_then(|rest| rest.lines().next()) {
                    Some(path) => {
                        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
                        std::fs::read_to_string(path).expect("the file named in the block")
                    }
                    None => source,
                };
                flows = Some(Flows::read(&source));
            }
            "findings" => told += &flows.as_ref().expect("a toml block before").findings,
            _ => told += &call(flows.as_ref().expect("a toml block before"), &block),
        }
        let _ = writeln!(told, "```");
    }
    told
}

pub fn findings(text: &str) -> String {
    Flows::read(text).findings
}

struct Flows {
    flows: Vec<Arc<Flow>>,
    queues: BTreeMap<QueueId, String>,
    findings: String,
}

impl Flows {
    /// Every queue that is named exists, except `nowhere`.
    fn read(text: &str) -> Flows {
        let file: FlowFile = match toml::from_str(text) {
            Ok(file) => file,
            Err(error) => {
                return Flows { flows: vec![], queues: BTreeMap::new(), findings: format!("{error}") };
            }
        };
        let mut names = BTreeSet::new();
        for flow in &file.flow {
            names.extend(flow.person.clone());
            flow.steps.iter().chain(&flow.node).for_each(|step| queues_of(step, &mut names));
        }
        names.remove("nowhere");
        let queues: BTreeMap<String, QueueId> =
            names.into_iter().enumerate().map(|(n, name)| (name, QueueId(n as i64 + 1))).collect();
        let names = Names {
            queues: queues.clone(),
            prompts: None,
            look_ups: None,
            time_zone: TimeZone::get("Asia/Shanghai").expect("bundled"),
            holidays: Holidays::china(),
        };
        let mut findings = String::new();
        let mut flows = Vec::new();
        for (n, source) in file.flow.iter().enumerate() {
            let compiled = compile(source, FlowId(n as i64 + 1), 1, &names);
            for finding in compiled.findings {
                let _ = writeln!(findings, "{:?} {:?} {finding}", finding.severity, finding.code);
            }
            flows.extend(compiled.flow.map(Arc::new));
        }
        Flows { flows, queues: queues.into_iter().map(|(name, id)| (id, name)).collect(), findings }
    }
}

fn queues_of(step: &Step, names: &mut BTreeSet<String>) {
    names.extend([&step.queue, &step.voicemail, &step.call_back].into_iter().flatten().cloned());
    let ways = [
        &step.next,
        &step.otherwise,
        &step.silence,
        &step.none,
        &step.unknown,
        &step.told,
        &step.danger,
        &step.open,
        &step.closed,
    ];
    let keyed = [&step.keys, &step.answers].into_iter().flatten().flatten().map(|(_, way)| way);
    for way in ways.into_iter().flatten().chain(keyed) {
        match way {
            Way::To(_) => {}
            Way::Step(step) => queues_of(step, names),
            Way::Steps(steps) => steps.iter().for_each(|step| queues_of(step, names)),
        }
    }
}

/// `flow NAME`, `knows NAME=VALUE …`, `at 2026-01-05T08:00`, `call [from NUMBER]`, `played`, `keys 12#`, `silence`, `wait 3`, `message left`,
/// `recorded ID`, `found KEY [VALUE [says SUBJECT:REVISION[:own]=CLIP+CLIP …] [offers VALUE=CLIP+CLIP …]]`, `show`.
fn call(flows: &Flows, block: &[&str]) -> String {
    let mut told = String::new();
    let mut flow = flows.flows.first().unwrap_or_else(|| panic!("no flow: {}", flows.findings));
    let mut now: Timestamp = "2026-01-05T08:00:00+08:00".parse().expect("a time");
    let mut session: Option<Session> = None;
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for line in block.iter().filter(|line| !line.starts_with(' ') && !line.is_empty()) {
        let _ = writeln!(told, "{line}");
        let mut out = Vec::new();
        let mut words = line.split_whitespace();
        let verb = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
        if verb == "flow" {
            let name = rest.first().copied().unwrap_or_default();
            flow = flows.flows.iter().find(|flow| flow.name == name).expect("a flow of that name");
            continue;
        }
        if verb == "knows" {
            let pair = |word: &&str| word.split_once('=').map(|(name, value)| (name.into(), value.into()));
            known = rest.iter().filter_map(pair).collect();
            continue;
        }
        if verb == "at" {
            let civil: jiff::civil::DateTime = rest[0].parse().expect("a time");
            let zone = TimeZone::get("Asia/Shanghai").expect("bundled");
            now = Timestamp::from_jiff(civil.to_zoned(zone).expect("exists").timestamp());
            continue;
        }
        if verb == "call" {
            let number = rest.get(1).map(|number| (*number).to_owned());
            let caller = Caller { number, called: "95598".into() };
            let known = std::mem::take(&mut known);
            session = Some(Session::start_with(Arc::clone(flow), caller, known, now, &mut out));
        }
        let session = session.as_mut().expect("a call before");
        match verb {
            "call" => {}
            "played" => session.handle(now, Input::Played, &mut out),
            "keys" => {
                for key in rest.join("").chars() {
                    let digit = Digit::try_from(key).expect("a key");
                    session.handle(now, Input::Digit(digit), &mut out);
                }
            }
            "silence" => {
                let deadline = session.deadline().expect("something to wait for");
                let _ = writeln!(told, "  after {:?}", deadline.since(now));
                now = deadline;
                session.wake(now, &mut out);
            }
            "wait" => now += Duration::from_secs(rest[0].parse().expect("seconds")),
            "recorded" => {
                let recording = rest.first().copied().unwrap_or_default().to_owned();
                session.handle(now, Input::Recorded { recording }, &mut out);
            }
            "message" => session.handle(now, Input::MessageLeft, &mut out),
            "found" => {
                let answer = (rest.len() > 1).then(|| answer(&rest[1..]));
                session.handle(now, Input::LookedUp { key: rest[0].to_owned(), answer }, &mut out);
            }
            "show" => session.show().lines().for_each(|line| _ = writeln!(told, "  {line}")),
            _ => panic!("{verb} is not a word of the transcripts"),
        }
        session.check();
        for effect in &out {
            let _ = writeln!(told, "  {}", tell(flows, effect));
        }
    }
    told
}

fn tell(flows: &Flows, effect: &Effect) -> String {
    let queue = |id: &QueueId| flows.queues.get(id).cloned().unwrap_or_else(|| id.to_string());
    match effect {
        Effect::Play { sounds } => format!("play {}", sounds.iter().map(sound).collect::<Vec<_>>().join(" ")),
        Effect::StopPlaying => "stop playing".into(),
        Effect::Visited { node } => format!("-> {node}"),
        Effect::Chosen { node, key } => format!("chosen {key} in {node}"),
        Effect::Served { node } => format!("served by {node}"),
        Effect::Closed { node } => format!("outside the hours of {node}"),
        Effect::LookUp { key, argument } => format!("look up {key} of {argument:?}"),
        Effect::Announced { node, subject, revision, own } => {
            format!(
                "announces {}{subject} in its wording {revision} at {node}",
                if *own { "his " } else { "" }
            )
        }
        Effect::Heard { node } => format!("heard {node} to its end"),
        Effect::WantsToBeTold { node, subject, revision } => {
            format!("wants to be told about {subject} after its wording {revision}, at {node}")
        }
        Effect::Rated { score } => format!("rated {score}"),
        Effect::Voicemail { queue: to, max } => {
            format!("record a message for {}, at most {max:?}", queue(to))
        }
        Effect::Record { max } => format!("record what is said, at most {max:?}"),
        Effect::CallBack { queue: to, number } => {
            format!("{} calls back {}", queue(to), number.as_deref().unwrap_or("the caller's number"))
        }
        Effect::Queue { queue: to, urgent } => {
            format!("queue {}{}", queue(to), if *urgent { ", urgent" } else { "" })
        }
        Effect::HangUp => "hang up".into(),
        Effect::Refused => "refused".into(),
    }
}

fn answer(words: &[&str]) -> Answer {
    let (words, offers) =
        words.split_at(words.iter().position(|word| *word == "offers").unwrap_or(words.len()));
    let (value, says) = words.split_at(words.iter().position(|word| *word == "says").unwrap_or(words.len()));
    let sounds = |clips: &str| {
        clips.split('+').filter(|name| !name.is_empty()).map(|name| Sound::Clip(Clip::new(name))).collect()
    };
    let offered = |word: &&str| {
        let (value, clips) = word.split_once('=').expect("value=clips");
        Choice { value: value.to_owned(), sounds: sounds(clips) }
    };
    let said = |word: &&str| {
        let (head, clips) = word.split_once('=').expect("subject:revision=clips");
        let mut head = head.split(':');
        Said {
            subject: head.next().unwrap_or_default().to_owned(),
            revision: head.next().and_then(|n| n.parse().ok()).expect("a revision"),
            own: head.next() == Some("own"),
            sounds: sounds(clips),
        }
    };
    Answer {
        value: value.join(" "),
        says: says.iter().skip(1).map(said).collect(),
        choices: offers.iter().skip(1).map(offered).collect(),
    }
}

fn sound(sound: &Sound) -> String {
    match sound {
        Sound::Clip(clip) => clip.name().to_owned(),
        Sound::Silence { ms } => format!("({ms} ms)"),
        Sound::Beep { ms } => format!("beep({ms} ms)"),
        Sound::Key { digit, ms } => format!("key({digit} {ms} ms)"),
    }
}
