//! The centre that is rehearsed with: a file like any other, compiled and wired as `serve` does it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use audio::{Clip, Sound};
use calls::Lines;
use ivr_flows::Published;
use jiff::tz::TimeZone;
use kernel::calendar::Holidays;
use kernel::{FlowId, PersonId, QueueId, TrunkId};
use people::Agent;
use serde::Deserialize;
use storms::rules::settings::Around;

use crate::{centre, wiring};

const FILE: &str = include_str!("power.toml");
const MANIFEST: &str = include_str!("../../../prompts/manifest.json");
pub const NUMBER: &str = "95598";
pub const TRUNK: TrunkId = TrunkId(1);
/// Lines of the trunk, as the file says.
pub const CALLS_MAX: u32 = 2_000;
/// Who is asked because of a fault, and what those do who serve no faults where the staff is divided.
const FAULTS: [&str; 3] = ["emergency", "fault", "other"];
const BUSINESS: [&str; 3] = ["complaint", "business", "billing"];

#[derive(Deserialize)]
struct Manifest {
    clips: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    duration_ms: u64,
}

/// How long every recorded prompt is.
#[derive(Clone, Debug, Default)]
pub struct Lengths(BTreeMap<String, u64>);

impl Lengths {
    pub fn read() -> Result<Lengths> {
        let manifest: Manifest = serde_json::from_str(MANIFEST).context("the prompts' manifest")?;
        Ok(Lengths(manifest.clips.into_iter().map(|clip| (clip.name, clip.duration_ms)).collect()))
    }

    /// What is spoken for the day's outages.
    pub fn spoken(&mut self, name: &str, seconds: u32) {
        self.0.insert(name.to_owned(), u64::from(seconds) * 1_000);
    }

    pub fn of(&self, sounds: &[Sound]) -> Duration {
        let one = |sound: &Sound| match sound {
            Sound::Clip(clip) => self.0.get(clip.name()).copied().unwrap_or(1_000),
            Sound::Silence { ms } | Sound::Beep { ms } | Sound::Key { ms, .. } => u64::from(*ms),
        };
        Duration::from_millis(sounds.iter().map(one).sum())
    }
}

/// Who answers, by seat.
pub fn agent(seat: usize) -> PersonId {
    PersonId(i64::try_from(seat).unwrap_or(0) + 1)
}

pub fn seat(agent: PersonId) -> usize {
    usize::try_from(agent.get() - 1).unwrap_or(0)
}

pub fn phone(seat: usize) -> String {
    format!("{}", 1_001 + seat)
}

/// The centre: what the exchange is told, and what storm mode may speak of.
pub struct Centre {
    pub config: exchange::Config,
    pub around: Around,
    /// Queues of faults, and those whose agents help out there in a storm.
    pub faults: Vec<QueueId>,
    pub helpers: Vec<QueueId>,
}

/// For so many seats. Everybody serves every queue, or every other seat faults and every other one business.
pub fn centre(lengths: &Lengths, seats: usize, divided: bool) -> Result<Centre> {
    let spec = centre::read(FILE).context("the rehearsal's centre")?;
    let queues: Vec<_> = (1..).map(QueueId).zip(spec.queues).collect();
    let lines = Lines {
        trunks: (1..).map(TrunkId).zip(spec.trunks).collect(),
        dial_rules: spec.dial,
        reasons: calls::rules::reasons_by_default(),
        queues,
    };
    let prompts: BTreeMap<String, Clip> =
        lengths.0.keys().map(|name| (name.clone(), Clip::new(name))).collect();
    let names = ivr::Names {
        queues: lines.queues.iter().map(|(id, queue)| (queue.name.clone(), *id)).collect(),
        prompts: Some(prompts.clone()),
        look_ups: Some(outages::LOOK_UPS.iter().map(|(key, _)| (*key).to_owned()).collect::<BTreeSet<_>>()),
        time_zone: TimeZone::get(&spec.centre.time_zone).context("the time zone")?,
        holidays: Holidays::china(),
    };
    let mut flows = Published { prompts, ..Published::default() };
    for (id, source) in (1..).map(FlowId).zip(&spec.flows) {
        let compiled = ivr::compile(source, id, 1, &names);
        let Some(flow) = compiled.flow else { bail!("the rehearsal's menu: {:?}", compiled.findings) };
        flows.flows.insert(id, Arc::new(flow));
        flows.names.insert(source.name.clone(), id);
    }
    for number in spec.numbers {
        let flow = flows.names.get(&number.flow).copied().context("the flow of a number")?;
        flows.numbers.insert(number.did, flow);
    }
    let named = |names: &[&str]| -> BTreeMap<QueueId, u8> {
        let has = lines.queues.iter().filter(|(_, queue)| names.contains(&queue.name.as_str()));
        has.map(|(id, _)| (*id, 1)).collect()
    };
    let (faults, business) = (named(&FAULTS), named(&BUSINESS));
    let all: BTreeMap<QueueId, u8> = lines.queues.iter().map(|(id, _)| (*id, 1)).collect();
    let serves = |seat: usize| match (divided, seat.is_multiple_of(2)) {
        (false, _) => all.clone(),
        (true, true) => faults.clone(),
        (true, false) => business.clone(),
    };
    let agents: Vec<Agent> = (0..seats)
        .map(|seat| Agent {
            person: agent(seat),
            number: phone(seat),
            name: String::new(),
            group: None,
            queues: serves(seat),
            skills: BTreeMap::new(),
            wrap_up: None,
            contact: None,
            ready: true,
        })
        .collect();
    let around = Around {
        flows: flows.names.clone().into_iter().collect(),
        skills: lines.queues.iter().map(|(id, queue)| (*id, queue.skills.clone())).collect(),
        prompts: BTreeMap::new(),
    };
    let config = wiring::exchange_config(&lines, &flows, &agents, CALLS_MAX);
    Ok(Centre {
        config,
        around,
        faults: faults.into_keys().collect(),
        helpers: business.into_keys().collect(),
    })
}
