//! Seeded storms: everything that can happen, in any order, with every invariant checked after each step.

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::time::{Clock, TestClock};
use kernel::{CallId, Engine, PersonId, QueueId, Timestamp};

use crate::queue::Place;
use crate::*;

/// A small generator, so that a seed means the same storm for ever (splitmix64).
pub(super) struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides.max(1)
    }
    pub fn one_in(&mut self, n: u64) -> bool {
        self.roll(n) == 0
    }
}

/// What the world outside would know, kept beside the engine from its effects alone.
#[derive(Default)]
struct World {
    ringing: BTreeMap<PersonId, CallId>,
    told: BTreeMap<CallId, (u32, Option<Duration>)>,
}

impl World {
    fn see(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Offer { call, agent, .. } => {
                    assert!(!self.ringing.values().any(|c| c == call), "{call} offered to two agents");
                    assert_eq!(self.ringing.insert(*agent, *call), None, "{agent} offered two calls");
                }
                Effect::Withdraw { call, agent, .. } => {
                    assert_eq!(self.ringing.remove(agent), Some(*call), "withdrawn but not offered");
                }
                Effect::Announce { call, position, wait } => {
                    assert!(*position >= 1);
                    if let Some((p, w)) = self.told.insert(*call, (*position, *wait)) {
                        assert!(*position <= p, "{call}: position went from {p} to {position}");
                        assert!(w.is_none_or(|w| wait.is_some_and(|wait| wait <= w)), "{call}: wait went up");
                    }
                }
                Effect::Overflowed { call, .. } => drop(self.told.remove(call)),
                Effect::Desk { .. }
                | Effect::OverLimit { .. }
                | Effect::BreakPutOff { .. }
                | Effect::Expired { .. }
                | Effect::Refused(_) => {}
            }
        }
    }
}

/// Who was just offered stood before everybody the agent could have been offered instead.
fn in_order(acd: &Acd, now: Timestamp, effects: &[Effect]) {
    for effect in effects {
        let Effect::Offer { call, agent, .. } = effect else { continue };
        let (Some(caller), Some(desk)) = (acd.callers.get(call), acd.agents.get(agent)) else { continue };
        if desk.desk.call() != Some(*call) {
            continue;
        }
        let key = |queue: QueueId, place: &Place| {
            acd.queues.get(&queue).map(|queue| (queue.class(place, now), place.joined, place.call))
        };
        let Some(queue) = acd.queues.get(&caller.queue) else { continue };
        let offered = key(caller.queue, &queue.place(*call, caller));
        for serves in &desk.serves {
            let head = acd.queues.get(&serves.queue).and_then(|queue| queue.line.head());
            let Some(head) = head else { continue };
            assert!(offered < key(serves.queue, head), "{call} offered to {agent} before {head:?}");
        }
    }
}

fn overflow(dice: &mut Dice) -> Overflow {
    match dice.roll(7) {
        0 => Overflow::Message,
        1 => Overflow::Voicemail,
        2 => Overflow::OfferCallback,
        n => Overflow::Queue(QueueId(n as i64 - 2)),
    }
}

fn policy(dice: &mut Dice) -> Policy {
    let mut policy = Policy { waiting_max: 5 + dice.roll(20) as u32, ..Policy::default() };
    let maybe = |dice: &mut Dice, most: u64| (!dice.one_in(3)).then(|| Duration::from_secs(dice.roll(most)));
    for id in 1..=4 {
        if dice.one_in(8) {
            continue;
        }
        let queue = QueuePolicy {
            name: format!("q{id}"),
            priority: dice.roll(8) as u8,
            age_every: maybe(dice, 90),
            danger: dice.one_in(4),
            skills: (0..dice.roll(3)).map(|n| (format!("s{n}"), 1 + dice.roll(3) as u8)).collect(),
            choose: if dice.one_in(2) { Choose::LongestIdle } else { Choose::LeastOccupied },
            ring: Duration::from_secs(dice.roll(20)),
            wrap_up_soft: Duration::from_secs(dice.roll(30)),
            wrap_up_hard: Duration::from_secs(dice.roll(60)),
            callers_max: dice.roll(10) as u32,
            when_full: overflow(dice),
            when_unstaffed: dice.one_in(2).then(|| overflow(dice)),
            when_waited: maybe(dice, 200).map(|after| (after, overflow(dice))),
            announce_every: maybe(dice, 40),
        };
        policy.queues.insert(QueueId(id), queue);
    }
    for id in 1..=6 {
        if dice.one_in(8) {
            continue;
        }
        let agent = AgentPolicy {
            number: id.to_string(),
            queues: (1..=4).filter(|_| dice.one_in(2)).map(|q| (QueueId(q), 1)).collect(),
            skills: (0..3).map(|n| (format!("s{n}"), dice.roll(4) as u8)).collect(),
            wrap_up: dice.one_in(4).then(|| Duration::from_secs(dice.roll(30))),
        };
        policy.agents.insert(PersonId(id), agent);
    }
    policy
        .reason_rules
        .insert("rest".to_owned(), crate::ReasonRule { spells: Some(1), share_percent: Some(40) });
    policy.reason_limits.insert("rest".to_owned(), Duration::from_secs(dice.roll(300)));
    policy.storm = dice.one_in(2).then(|| on_storm(dice));
    policy
}

fn on_storm(dice: &mut Dice) -> Storm {
    let reasons = ["rest", "meal"].into_iter().filter(|_| dice.one_in(2)).map(str::to_owned);
    let refused = reasons.collect();
    let who = |dice: &mut Dice| match dice.roll(3) {
        0 => Who::Of(QueueId(1 + dice.roll(5) as i64)),
        1 => Who::Skilled("s1".to_owned(), dice.roll(4) as u8),
        _ => Who::These([PersonId(1 + dice.roll(7) as i64)].into()),
    };
    let helpers = (0..dice.roll(4)).map(|_| {
        let queue = QueueId(1 + dice.roll(5) as i64);
        Helpers { queue, who: who(dice), rank: dice.roll(10) as u8 }
    });
    Storm {
        helpers: helpers.collect(),
        breaks: Breaks { refused, until: None, ended: dice.one_in(2) },
        demands: BTreeMap::from([(QueueId(1 + dice.roll(5) as i64), BTreeMap::new())]),
        offer_call_back: dice.one_in(2).then(|| Duration::from_secs(dice.roll(60))),
        announce_every: dice.one_in(2).then(|| Duration::from_secs(dice.roll(40))),
    }
}

/// Mostly what fits, sometimes anything.
fn input(dice: &mut Dice, acd: &Acd, world: &World, now: Timestamp, calls: &mut i64) -> Input {
    let agent = PersonId(1 + dice.roll(7) as i64);
    let queue = QueueId(1 + dice.roll(5) as i64);
    let known: Vec<CallId> = acd.callers().map(|caller| caller.call).collect();
    let call = match known.len() as u64 {
        0 => CallId(1 + dice.roll(1 + *calls as u64) as i64),
        n => known.get(dice.roll(n) as usize).copied().unwrap_or(CallId(1)),
    };
    let own = acd.agent(agent).and_then(|agent| agent.desk().call()).unwrap_or(call);
    let reason = ["rest", "meal", "", "missed"][dice.roll(4) as usize].to_owned();
    let next = match dice.roll(3) {
        0 => Next::Ready,
        1 => Next::NotReady { reason: reason.clone() },
        _ => Next::SignedOut,
    };
    match dice.roll(34) {
        0..=7 => {
            *calls += 1;
            let joined = now - Duration::from_secs(if dice.one_in(4) { dice.roll(300) } else { 0 });
            let wanted = dice.one_in(4).then_some(Wanted { agent, by: PersonId(99) });
            let (urgent, promised) = (dice.one_in(8), dice.one_in(8));
            Input::Join { call: CallId(*calls), queue, joined, urgent, wanted, promised }
        }
        8 | 9 => Input::Leave { call, why: LeaveWhy::HungUp },
        10 => Input::Move { call, to: queue },
        11 => Input::Give { call, to: agent, by: PersonId(99) },
        12 | 13 => Input::SignIn { agent },
        14 => Input::SignOut { agent },
        15..=18 => Input::Ready { agent },
        19 => Input::NotReady { agent, reason },
        20..=22 => match world.ringing.iter().next() {
            Some((agent, call)) => Input::Accepted { agent: *agent, call: *call },
            None => Input::Accepted { agent, call },
        },
        23 => Input::Failed {
            agent,
            call: own,
            why: [OfferFailed::NoAnswer, OfferFailed::Declined, OfferFailed::Unreachable]
                [dice.roll(3) as usize],
        },
        24 if dice.one_in(4) => Input::Engaged { agent, call },
        24 => Input::Engaged { agent, call: CallId(1_000_000 + *calls) },
        25 => Input::Disengaged { agent, call: own },
        26 if dice.one_in(4) => Input::Forget { call: own },
        26 | 27 => Input::Parted { agent, call: own },
        28 => Input::Finish { agent },
        29 => Input::Extend { agent, reason },
        30 => Input::DeviceLost { agent, restore: (dice.roll(2) == 0).then(|| Duration::from_secs(15)) },
        31 => Input::DeviceBack { agent },
        32 => Input::Direct { agent, by: PersonId(99), to: next },
        _ if dice.one_in(4) => Input::Configure(Box::new(policy(dice))),

        _ => Input::Finish { agent },
    }
}

fn storm(seed: u64, steps: usize) {
    let mut dice = Dice(seed);
    let mut usual = policy(&mut dice);
    let mut acd = Acd::new(usual.clone());
    let mut world = World::default();
    let mut now = TestClock::monday_morning().now();
    let mut calls = 0;
    let mut out = Vec::new();
    for step in 0..steps {
        let mut input = input(&mut dice, &acd, &world, now, &mut calls);
        // The mode alone is switched, or confirmed, while everything else stays.
        if dice.one_in(25) {
            match dice.roll(3) {
                0 => usual.storm = None,
                1 => usual.storm = Some(on_storm(&mut dice)),
                _ => {}
            }
            input = Input::Configure(Box::new(usual.clone()));
        }
        if let Input::Configure(policy) = &input {
            usual = (**policy).clone();
        }
        let ordered = matches!(
            input,
            Input::Ready { .. }
                | Input::Finish { .. }
                | Input::Parted { .. }
                | Input::Disengaged { .. }
                | Input::Forget { .. }
                | Input::Join { .. }
                | Input::Leave { .. }
                | Input::Failed { .. }
        );
        let said = format!("seed {seed} step {step}: {input:?}");
        match &input {
            Input::Accepted { agent, call } | Input::Failed { agent, call, .. }
                if world.ringing.get(agent) == Some(call) =>
            {
                world.ringing.remove(agent);
            }
            Input::Engaged { agent, call } if world.ringing.get(agent) == Some(call) => {
                world.ringing.remove(agent);
            }
            Input::Move { call, .. } => drop(world.told.remove(call)),
            Input::Leave { call, .. } | Input::Forget { call } => drop(world.told.remove(call)),
            // A caller put into another queue by hand or by a new policy hears about that queue from the start.
            Input::Configure(_) => world.told.clear(),
            _ => {}
        }
        out.clear();
        acd.handle(now, input, &mut out);
        acd.check().unwrap_or_else(|why| panic!("{said}\n{why}\n{}", acd.show()));
        world.see(&out);
        if ordered {
            in_order(&acd, now, &out);
        }
        let offered = acd.callers().filter(|c| c.offered_to.is_some()).count();
        assert_eq!(offered, world.ringing.len(), "{said}\n{}", acd.show());
        if !dice.one_in(3) {
            now += Duration::from_millis(dice.roll(15_000));
        }
        if acd.overdue(now) {
            out.clear();
            acd.wake(now, &mut out);
            assert!(acd.deadline().is_none_or(|at| at > now), "{said}: would be woken for ever");
            acd.check().unwrap_or_else(|why| panic!("woken after {said}\n{why}\n{}", acd.show()));
            world.see(&out);
        }
    }
}

#[test]
fn storms() {
    // More of them: STORMS=20000 cargo test --release -p acd storms
    let seeds = std::env::var("STORMS").ok().and_then(|n| n.parse().ok()).unwrap_or(400);
    for seed in 0..seeds {
        storm(seed, 300);
    }
}
