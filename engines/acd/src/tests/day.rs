//! A simulated day of 10,000 calls: every caller is served, and it takes milliseconds (`cargo test --release`).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use kernel::time::{Clock, TestClock};
use kernel::{CallId, Engine, PersonId, QueueId, Timestamp};

use super::storm::Dice;
use crate::*;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Happens {
    Join(CallId),
    Answer(PersonId, CallId),
    Part(PersonId, CallId),
    Finish(PersonId),
}

pub(super) fn centre(agents: i64) -> Policy {
    let mut policy = Policy { waiting_max: 5_000, ..Policy::default() };
    for (id, name) in [(1, "emergency"), (2, "fault"), (3, "complaint"), (4, "billing"), (5, "general")] {
        let queue = QueuePolicy {
            name: name.to_owned(),
            priority: id as u8,
            age_every: Some(Duration::from_secs(60)),
            danger: id == 1,
            skills: BTreeMap::new(),
            choose: Choose::LongestIdle,
            ring: Duration::from_secs(12),
            wrap_up_soft: Duration::from_secs(30),
            wrap_up_hard: Duration::from_secs(180),
            callers_max: 2_000,
            when_full: Overflow::Message,
            when_unstaffed: None,
            when_waited: None,
            announce_every: Some(Duration::from_secs(30)),
        };
        policy.queues.insert(QueueId(id), queue);
    }
    for id in 1..=agents {
        let queues = policy.queues.keys().map(|queue| (*queue, 1)).collect();
        let agent = AgentPolicy { number: id.to_string(), queues, skills: BTreeMap::new(), wrap_up: None };
        policy.agents.insert(PersonId(id), agent);
    }
    policy
}

/// Calls come evenly over the hours; answers how many were served and the longest wait.
fn day(calls: i64, agents: i64, hours: u64, check: bool) -> (u64, Duration) {
    let mut dice = Dice(7);
    let mut acd = Acd::new(centre(agents));
    let start = TestClock::monday_morning().now();
    let mut to_come = BinaryHeap::new();
    for call in 1..=calls {
        let at = start + Duration::from_millis(dice.roll(hours * 3_600_000));
        to_come.push(Reverse((at, Happens::Join(CallId(call)))));
    }
    let mut out = Vec::new();
    for agent in 1..=agents {
        acd.handle(start, Input::SignIn { agent: PersonId(agent) }, &mut out);
        acd.handle(start, Input::Ready { agent: PersonId(agent) }, &mut out);
    }
    let mut joined: BTreeMap<CallId, Timestamp> = BTreeMap::new();
    let mut longest = Duration::ZERO;
    let mut served = 0;
    while let Some(Reverse((at, happens))) = to_come.pop() {
        while let Some(due) = acd.deadline().filter(|due| *due <= at) {
            acd.wake(due, &mut out);
        }
        let input = match happens {
            Happens::Join(call) => {
                joined.insert(call, at);
                let queue = QueueId([5, 5, 4, 4, 3, 2, 2, 1][dice.roll(8) as usize]);
                Input::Join { call, queue, joined: at, urgent: false, wanted: None, promised: false }
            }
            Happens::Answer(agent, call) => {
                // An emergency may have taken this agent while the telephone rang.
                if acd.agent(agent).is_none_or(|agent| agent.desk().call() != Some(call)) {
                    continue;
                }
                served += 1;
                longest = longest.max(joined.remove(&call).map_or(Duration::ZERO, |since| at.since(since)));
                to_come.push(Reverse((
                    at + Duration::from_secs(60 + dice.roll(200)),
                    Happens::Part(agent, call),
                )));
                Input::Accepted { agent, call }
            }
            Happens::Part(agent, call) => {
                to_come.push(Reverse((at + Duration::from_secs(5 + dice.roll(50)), Happens::Finish(agent))));
                Input::Parted { agent, call }
            }
            Happens::Finish(agent) => Input::Finish { agent },
        };
        acd.handle(at, input, &mut out);
        if check {
            acd.check().unwrap_or_else(|why| panic!("{why}\n{}", acd.show()));
        }
        for effect in out.drain(..) {
            if let Effect::Offer { call, agent, .. } = effect {
                to_come.push(Reverse((at + Duration::from_secs(3), Happens::Answer(agent, call))));
            }
        }
    }
    assert_eq!(acd.waiting(), 0);
    (served, longest)
}

#[test]
fn a_day_of_10_000_calls_is_served() {
    let (served, longest) = day(10_000, 60, 12, false);
    assert_eq!(served, 10_000);
    assert!(longest < Duration::from_secs(1_800), "{longest:?}");
}

#[test]
fn an_hour_of_it_checked_after_every_step() {
    let (served, _) = day(400, 3, 12, true);
    assert_eq!(served, 400);
}

/// 2,000 agents who all serve every queue.
#[test]
fn a_large_floor_is_served() {
    assert_eq!(day(20_000, 2_000, 12, false).0, 20_000);
}

/// More calls than the agents can take: thousands wait at once, and each is still served in the end.
#[test]
fn an_overloaded_centre_serves_everybody_in_the_end() {
    let (served, longest) = day(3_000, 50, 1, false);
    assert_eq!(served, 3_000);
    assert!(longest > Duration::from_secs(3_600), "{longest:?}");
}
