//! From what the rooms keep to what the exchange and telephony are told. Pure: the same rows give the same configuration.

use std::collections::BTreeMap;
use std::time::Duration;

use acd::{AgentPolicy, Overflow, Policy, QueuePolicy, ReasonRule};
use audio::{Clip, Sound};
use calls::Lines;
use calls::rules::{Answer, Queue};
use exchange::{AgentLine, Config, DialRule, Limits, Phrases, QueueLine, TrunkLine};
use ivr_flows::Published;
use kernel::QueueId;
use people::{Agent, Phone};
use telephony::{BusyStatus, Cidr, Directory, Ha1, Register, TrunkConfig};
use tracing::warn;

/// Callers waiting in all queues together.
const WAITING_MAX: u32 = 5_000;

/// What the exchange is told.
pub fn exchange_config(lines: &Lines, flows: &Published, agents: &[Agent], max_calls: u32) -> Config {
    let minutes = |minutes: u32| Duration::from_secs(u64::from(minutes) * 60);
    let policy = Policy {
        queues: lines.queues.iter().map(|(id, queue)| (*id, queue_policy(queue, lines))).collect(),
        agents: agents.iter().map(|agent| (agent.person, agent_policy(agent))).collect(),
        reason_limits: lines
            .reasons
            .iter()
            .filter_map(|(reason, limit)| Some((reason.clone(), minutes(limit.minutes?))))
            .collect(),
        reason_rules: lines
            .reasons
            .iter()
            .map(|(reason, limit)| {
                let rule = ReasonRule { spells: limit.spells, share_percent: limit.share_percent };
                (reason.clone(), rule)
            })
            .collect(),
        waiting_max: WAITING_MAX,
        storm: None,
    };
    let agent_line = |agent: &Agent| AgentLine {
        phone: agent.number.clone(),
        number: agent.number.clone(),
        name: agent.name.clone(),
    };
    let trunk_line = |trunk: &calls::rules::Trunk| TrunkLine {
        max_calls: Some(trunk.max_calls),
        busy_when_full: trunk.busy_when_full,
        caller_id: trunk.caller_id.clone(),
    };
    let dial = |rule: &calls::rules::DialRule| DialRule {
        prefix: rule.prefix.clone(),
        trunk: rule.trunk.as_ref().and_then(|name| lines.trunk(name)).filter(|id| !is_off(lines, *id)),
    };
    Config {
        acd: policy,
        flows: flows.flows.clone(),
        numbers: flows
            .numbers
            .iter()
            .filter(|(did, _)| *did != "*")
            .map(|(did, id)| (did.clone(), *id))
            .collect(),
        any_number: flows.numbers.get("*").copied(),
        queues: lines.queues.iter().map(|(id, queue)| (*id, queue_line(queue, flows))).collect(),
        agents: agents.iter().map(|agent| (agent.person, agent_line(agent))).collect(),
        trunks: lines.trunks.iter().map(|(id, trunk)| (*id, trunk_line(trunk))).collect(),
        dial_rules: lines.dial_rules.iter().map(dial).collect(),
        phrases: phrases(flows),
        limits: Limits { max_calls, ..Limits::default() },
    }
}

fn queue_policy(queue: &Queue, lines: &Lines) -> QueuePolicy {
    let overflow = |answer: &Answer| match answer {
        Answer::Message => Overflow::Message,
        Answer::Voicemail => Overflow::Voicemail,
        Answer::Callback => Overflow::OfferCallback,
        Answer::Queue(name) => lines.queue(name).map_or(Overflow::Message, Overflow::Queue),
    };
    let secs = |secs: u32| Duration::from_secs(u64::from(secs));
    QueuePolicy {
        name: queue.title().to_owned(),
        priority: queue.priority,
        age_every: queue.age_s.filter(|age| *age > 0).map(secs),
        danger: queue.danger,
        skills: queue.skills.clone(),
        choose: queue.choose,
        ring: secs(queue.ring_s.max(1)),
        wrap_up_soft: secs(queue.wrap_up_s),
        wrap_up_hard: secs(queue.wrap_up_hard_s.max(queue.wrap_up_s)),
        callers_max: if queue.off { 0 } else { queue.callers_max },
        when_full: overflow(&queue.full),
        when_unstaffed: queue.unstaffed.as_ref().map(overflow),
        when_waited: queue.waited.as_ref().map(|answer| (secs(queue.waited_s), overflow(answer))),
        announce_every: Some(queue.announce_s).filter(|every| *every > 0).map(secs),
    }
}

fn agent_policy(agent: &Agent) -> AgentPolicy {
    AgentPolicy {
        number: agent.number.clone(),
        queues: agent.queues.clone(),
        skills: agent.skills.clone(),
        wrap_up: agent.wrap_up,
    }
}

fn queue_line(queue: &Queue, flows: &Published) -> QueueLine {
    let sounds = |clips: &[String]| clips.iter().map(|name| Sound::Clip(clip(name, flows))).collect();
    QueueLine {
        music: sounds(&queue.music),
        greeting: sounds(&queue.greeting),
        announce_position: queue.announce_s > 0,
        announce_agent_number: queue.announce_number,
        rating: queue.rating.as_ref().and_then(|name| flows.names.get(name).copied()),
        callback_key: queue.callback_key,
        menu_key: queue.menu_key,
        callback_offer: sounds(&queue.callback_offer),
        callback_taken: sounds(&queue.callback_taken),
        closing: sounds(&queue.closing),
        voicemail_greeting: sounds(&queue.voicemail_greeting),
        voicemail_max: Some(Duration::from_secs(u64::from(queue.voicemail_s))),
    }
}

/// `recorded/welcome.wav` and `recorded/welcome` are the same clip.
fn clip_name(written: &str) -> &str {
    written.strip_suffix(".wav").unwrap_or(written)
}

/// The clip of this name: an uploaded one in place of the house's.
fn clip(written: &str, flows: &Published) -> Clip {
    let name = clip_name(written);
    flows.prompts.get(name).cloned().unwrap_or_else(|| Clip::new(name))
}

/// What the centre itself says, as it is recorded here.
fn phrases(flows: &Published) -> Phrases {
    let mut phrases = Phrases::default();
    if !flows.prompts.is_empty() && !is_recorded(&phrases.parked, flows) {
        warn!(
            "there is no prompt recorded/parked: whoever waits for an agent whose telephone has gone hears recorded/hold. \
             Upload it, or render it with `make speech` and `cargo xtask prompts`"
        );
        phrases.parked = vec![Sound::Clip(Clip::new("recorded/hold"))];
    }
    let Phrases { agent_lost, parked, ringing, not_reached, goodbye, message_kept, must_end } = &mut phrases;
    for sound in
        [agent_lost, parked, ringing, not_reached, goodbye, message_kept, must_end].into_iter().flatten()
    {
        if let Sound::Clip(named) = sound {
            *named = clip(named.name(), flows);
        }
    }
    phrases
}

fn is_recorded(sounds: &[Sound], flows: &Published) -> bool {
    sounds.iter().all(|sound| match sound {
        Sound::Clip(clip) => flows.prompts.contains_key(clip.name()),
        _ => true,
    })
}

/// What telephony is told.
pub fn directory(lines: &Lines, phones: &[Phone]) -> Directory {
    let phone = |phone: &Phone| {
        let credentials = phone
            .digest
            .as_ref()
            .map(|digest| Ha1 { md5: digest.md5.clone(), sha256: digest.sha256.clone() });
        (phone.number.clone(), telephony::Phone { credentials, contact: phone.contact.clone() })
    };
    Directory {
        phones: phones.iter().map(phone).collect(),
        trunks: lines
            .trunks
            .iter()
            .filter(|(_, trunk)| !trunk.off)
            .map(|(id, trunk)| trunk_config(*id, trunk))
            .collect(),
    }
}

fn is_off(lines: &Lines, id: kernel::TrunkId) -> bool {
    lines.trunks.iter().any(|(known, trunk)| *known == id && trunk.off)
}

fn trunk_config(id: kernel::TrunkId, trunk: &calls::rules::Trunk) -> TrunkConfig {
    let cidr = |range: &String| match range.parse::<Cidr>() {
        Ok(cidr) => Some(cidr),
        Err(bad) => {
            warn!("the trunk {}: {bad}", trunk.name);
            None
        }
    };
    let register = trunk.register.as_ref().map(|registrar| Register {
        registrar: registrar.clone(),
        username: trunk.username.clone().unwrap_or_default(),
        password: trunk.password.clone().unwrap_or_default(),
    });
    TrunkConfig {
        id,
        name: trunk.name.clone(),
        from: trunk.from.iter().filter_map(cidr).collect(),
        register,
        out: trunk.out.clone(),
        max_calls: trunk.max_calls as usize,
        busy_status: if trunk.busy_when_full { BusyStatus::Busy } else { BusyStatus::Unavailable },
        learn_rtp: trunk.learn_rtp,
        codecs: Vec::new(),
    }
}

/// The ids of the queues a list of names stands for, each with the rank of its place.
pub fn ranked(lines: &Lines, queues: &[String]) -> BTreeMap<QueueId, u8> {
    let rank = |(place, name): (usize, &String)| {
        Some((lines.queue(name)?, u8::try_from(place + 1).unwrap_or(u8::MAX)))
    };
    queues.iter().enumerate().filter_map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(off: bool) -> Lines {
        let trunk =
            format!("name = \"carrier\"\noff = {off}\nfrom = [\"192.0.2.0/24\"]\nout = \"sip:192.0.2.1\"");
        let queue = format!("name = \"night\"\noff = {off}");
        let rule = "prefix = \"0\"\ntrunk = \"carrier\"";
        Lines {
            queues: vec![(QueueId(1), toml::from_str(&queue).expect("a queue"))],
            trunks: vec![(kernel::TrunkId(1), toml::from_str(&trunk).expect("a trunk"))],
            dial_rules: vec![toml::from_str(rule).expect("a rule")],
            reasons: calls::rules::reasons_by_default(),
        }
    }

    /// As it is uploaded, as the house has it, and what is said instead where nobody has recorded it.
    #[test]
    fn a_phrase_is_what_was_recorded_last() {
        let heard = |known: &[(&str, &str)]| {
            let prompts = known.iter().map(|(name, clip)| ((*name).to_owned(), Clip::new(clip))).collect();
            let flows = Published { prompts, ..Published::default() };
            let queue = "name = \"night\"\nmusic = [\"music/hold.wav\"]";
            let mut lines = lines(false);
            lines.queues = vec![(QueueId(1), toml::from_str(queue).expect("a queue"))];
            let config = exchange_config(&lines, &flows, &[], 10);
            let name = |sounds: &[Sound]| match sounds {
                [Sound::Clip(clip)] => clip.name().to_owned(),
                other => format!("{other:?}"),
            };
            [
                name(&config.phrases.parked),
                name(&config.phrases.goodbye),
                name(&config.queues[&QueueId(1)].music),
            ]
        };
        let house = [("recorded/hold", "recorded/hold"), ("recorded/parked", "recorded/parked")];
        assert_eq!(heard(&house), ["recorded/parked", "recorded/goodbye", "music/hold"]);
        assert_eq!(heard(&house[..1]), ["recorded/hold", "recorded/goodbye", "music/hold"]);
        let uploaded = [
            ("recorded/parked", "uploaded/1"),
            ("recorded/goodbye", "uploaded/2"),
            ("music/hold", "uploaded/3"),
        ];
        assert_eq!(heard(&uploaded), ["uploaded/1", "uploaded/2", "uploaded/3"]);
    }

    #[test]
    fn what_is_off_takes_no_new_calls_and_leaves_those_in_progress_alone() {
        for off in [false, true] {
            let config = exchange_config(&lines(off), &Published::default(), &[], 10);
            let queue = config.acd.queues.get(&QueueId(1)).expect("callers may still be in it");
            assert_eq!(queue.callers_max == 0, off);
            assert_eq!(config.dial_rules[0].trunk.is_none(), off, "a rule without a trunk forbids");
            assert!(config.trunks.contains_key(&kernel::TrunkId(1)), "calls in progress go on");
            assert_eq!(
                directory(&lines(off), &[]).trunks.is_empty(),
                off,
                "nobody gets in, nothing registers"
            );
        }
    }
}
