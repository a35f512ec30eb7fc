//! A small centre: four queues, five agents, one trunk and the menus of `tests/flows.toml`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use acd::{AgentPolicy, Choose, Overflow, Policy, QueuePolicy};
use audio::{Clip, Sound};
use jiff::tz::TimeZone;
use kernel::calendar::Holidays;
use kernel::{FlowId, PersonId, QueueId, TrunkId};

use crate::{AgentLine, Config, DialRule, Limits, QueueLine, TrunkLine};

pub const GENERAL: QueueId = QueueId(1);
pub const REPAIRS: QueueId = QueueId(2);
pub const DANGER: QueueId = QueueId(3);
pub const NIGHT: QueueId = QueueId(4);
pub const QUEUES: [(&str, QueueId); 4] =
    [("general", GENERAL), ("repairs", REPAIRS), ("danger", DANGER), ("night", NIGHT)];

pub const HOTLINE: FlowId = FlowId(1);
pub const RATING: FlowId = FlowId(2);
pub const DOOR: FlowId = FlowId(3);
pub const RECORD: FlowId = FlowId(4);
pub const TRUNK: TrunkId = TrunkId(1);
pub const LEADER: PersonId = PersonId(9);

/// 工号 and id.
pub const AGENTS: [(&str, PersonId); 5] = [
    ("1001", PersonId(1)),
    ("1002", PersonId(2)),
    ("1003", PersonId(3)),
    ("1004", PersonId(4)),
    ("1005", PersonId(5)),
];

pub fn clip(name: &str) -> Vec<Sound> {
    vec![Sound::Clip(Clip::new(name))]
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

pub fn flows() -> BTreeMap<FlowId, Arc<ivr::Flow>> {
    let file: ivr::FlowFile = toml::from_str(include_str!("../../tests/flows.toml")).expect("the test flows");
    let names = ivr::Names {
        queues: QUEUES.iter().map(|(name, id)| ((*name).to_owned(), *id)).collect(),
        prompts: None,
        look_ups: None,
        time_zone: TimeZone::get("Asia/Shanghai").expect("bundled"),
        holidays: Holidays::china(),
    };
    let compiled = file.flow.iter().zip([HOTLINE, RECORD, RATING, DOOR]).map(|(source, id)| {
        let compiled = ivr::compile(source, id, 1, &names);
        (id, Arc::new(compiled.flow.unwrap_or_else(|| panic!("{:?}", compiled.findings))))
    });
    compiled.collect()
}

fn queue(name: &str) -> QueuePolicy {
    QueuePolicy {
        name: name.to_owned(),
        priority: 5,
        age_every: Some(secs(60)),
        danger: false,
        skills: BTreeMap::new(),
        choose: Choose::LongestIdle,
        ring: secs(12),
        wrap_up_soft: secs(60),
        wrap_up_hard: secs(180),
        callers_max: 3,
        when_full: Overflow::Message,
        when_unstaffed: None,
        when_waited: None,
        announce_every: None,
    }
}

pub fn policy() -> Policy {
    let mut policy = Policy { waiting_max: 20, ..Policy::default() };
    policy.queues.insert(GENERAL, queue("general"));
    policy.queues.insert(
        REPAIRS,
        QueuePolicy {
            announce_every: Some(secs(30)),
            when_waited: Some((secs(120), Overflow::OfferCallback)),
            when_full: Overflow::Queue(GENERAL),
            ..queue("repairs")
        },
    );
    policy.queues.insert(DANGER, QueuePolicy { danger: true, priority: 1, ..queue("danger") });
    policy.queues.insert(
        NIGHT,
        QueuePolicy {
            callers_max: 1,
            when_unstaffed: Some(Overflow::Voicemail),
            wrap_up_soft: Duration::ZERO,
            wrap_up_hard: Duration::ZERO,
            ..queue("night")
        },
    );
    let serves: [&[QueueId]; 5] =
        [&[GENERAL, REPAIRS], &[GENERAL, REPAIRS, DANGER], &[REPAIRS, DANGER], &[GENERAL, NIGHT], &[GENERAL]];
    for ((number, id), queues) in AGENTS.iter().zip(serves) {
        let queues = queues.iter().map(|queue| (*queue, 1)).collect();
        let agent =
            AgentPolicy { number: (*number).to_owned(), queues, skills: BTreeMap::new(), wrap_up: None };
        policy.agents.insert(*id, agent);
    }
    policy
}

pub fn config() -> Config {
    let line = |name: &str| QueueLine {
        music: clip(&format!("music/{name}")),
        voicemail_greeting: clip("recorded/leave_message"),
        callback_offer: clip("recorded/callback_offer"),
        callback_taken: clip("recorded/callback_taken"),
        closing: clip("recorded/closed"),
        ..QueueLine::default()
    };
    let general = QueueLine { announce_agent_number: true, rating: Some(RATING), ..line("general") };
    let repairs = QueueLine {
        greeting: clip("recorded/repairs"),
        announce_position: true,
        callback_key: audio::Digit::from_event(1),
        menu_key: audio::Digit::from_event(9),
        ..line("repairs")
    };
    Config {
        acd: policy(),
        flows: flows(),
        numbers: BTreeMap::from([("95598".to_owned(), HOTLINE)]),
        any_number: None,
        queues: BTreeMap::from([
            (GENERAL, general),
            (REPAIRS, repairs),
            (DANGER, line("danger")),
            (NIGHT, line("night")),
        ]),
        agents: AGENTS
            .iter()
            .map(|(number, id)| {
                let number = (*number).to_owned();
                (*id, AgentLine { phone: number.clone(), number, name: String::new() })
            })
            .collect(),
        trunks: BTreeMap::from([(
            TRUNK,
            TrunkLine { max_calls: Some(8), busy_when_full: false, caller_id: Some("95598".to_owned()) },
        )]),
        dial_rules: vec![
            DialRule { prefix: "139".to_owned(), trunk: Some(TRUNK) },
            DialRule { prefix: "13900".to_owned(), trunk: None },
        ],
        phrases: crate::Phrases::default(),
        limits: Limits { max_calls: 10, call_max: secs(3_600), ..Limits::default() },
    }
}
