//! What befalls a centre: it is configured anew while people call, its carrier goes, a day ends, stray events come.

use std::time::Duration;

use kernel::LegId;

use super::dice::Dice;
use super::people::Deed;
use super::{Simulation, Story};
use crate::line::{Device, EndCause, Event, Identity, Origin};
use crate::tests::world;
use crate::{Config, Door, Footing, Input, Short, Storm};

impl Simulation {
    pub(super) fn fate(&mut self) {
        if !self.closing {
            let next = self.dice.ms(5_000, 120_000);
            self.plan.deed(self.now + next, Deed::Fate);
        }
        if self.dice.chance(30) {
            let footing = footing(&mut self.dice);
            self.input(Input::Footing(footing));
        }
        match self.dice.below(10) {
            0..4 => {
                let config = configure(&mut self.dice);
                self.input(Input::Configure(Box::new(config)));
            }
            4 => {
                // The carrier is gone, and with it everybody who came over it.
                self.input(Input::Line(Event::Trunk { trunk: world::TRUNK, up: false }));
                let callers: Vec<LegId> =
                    self.wire.legs.iter().filter(|(_, leg)| leg.incoming).map(|(leg, _)| *leg).collect();
                for leg in callers {
                    self.arrive(Event::Ended { leg, cause: EndCause::Lost });
                }
                self.input(Input::Line(Event::Trunk { trunk: world::TRUNK, up: true }));
            }
            5 => {
                let now = self.now;
                let Some(figures) = self.chaos.then(|| self.exchange.turn_of_day()) else { return };
                self.story.note(now, Story::Text(format!("a new day after {figures:?}")));
            }
            _ if self.chaos => self.stray(),
            _ => {}
        }
    }

    /// What a correct wire never sends.
    fn stray(&mut self) {
        let legs: Vec<LegId> = self.exchange.legs.keys().copied().collect();
        let known = if legs.is_empty() { LegId(7) } else { self.dice.pick(&legs) };
        let leg = if self.dice.chance(50) { known } else { LegId(7) };
        let event = match self.dice.below(8) {
            0 => Event::Answered { leg },
            1 => Event::Ringing { leg },
            2 => Event::Held { leg, held: true },
            3 => Event::Ended { leg: LegId(7), cause: EndCause::FarEnd },
            4 => Event::Played { leg, play: kernel::PlayId(3), outcome: crate::line::PlayOutcome::Finished },
            5 => Event::RecordingStarted { recording: kernel::RecordingId(3), file: "x".into() },
            6 => Event::Phone {
                user: "nobody".into(),
                device: Device::Browser,
                reachable: self.dice.chance(50),
            },
            _ => Event::Incoming {
                leg: known,
                origin: Origin::Trunk { trunk: world::TRUNK },
                from: Identity::default(),
                to: "95598".into(),
            },
        };
        // An INVITE with a leg that is not known would be a call without a wire.
        if matches!(event, Event::Incoming { .. }) && !self.exchange.legs.contains_key(&known) {
            return;
        }
        self.input(Input::Line(event));
    }
}

/// As usual, or one of many storms.
fn footing(dice: &mut Dice) -> Footing {
    if dice.chance(30) {
        return Footing::Usual;
    }
    let queue = |dice: &mut Dice| dice.pick(&world::QUEUES).1;
    let mut hall = acd::Storm {
        breaks: acd::Breaks {
            refused: ["lunch".to_owned()].into_iter().filter(|_| dice.chance(70)).collect(),
            until: None,
            ended: dice.chance(30),
        },
        offer_call_back: dice.chance(60).then(|| dice.ms(1_000, 30_000)),
        announce_every: dice.chance(50).then(|| dice.ms(500, 20_000)),
        ..acd::Storm::default()
    };
    for _ in 0..dice.below(3) {
        let (queue, who) = (queue(dice), acd::Who::Of(queue(dice)));
        hall.helpers.push(acd::Helpers { queue, who, rank: 9 });
    }
    let door = Door {
        menu: dice.pick(&[world::DOOR, world::DOOR, world::HOTLINE, kernel::FlowId(77)]),
        waiting: Some(dice.below(3) as u32),
        wait: dice.chance(50).then(|| dice.ms(0, 20_000)),
        always: [queue(dice)].into_iter().filter(|_| dice.chance(50)).collect(),
        again_within: dice.ms(0, 60_000),
    };
    let short = Short {
        greeting: dice.chance(50).then(Vec::new),
        one_figure: dice.chance(50),
        callback_offer: world::clip("short/offer"),
        callback_taken: vec![],
    };
    Footing::Storm(Box::new(Storm { hall, short, door: Some(door).filter(|_| dice.chance(80)) }))
}

/// The centre, changed a little.
fn configure(dice: &mut Dice) -> Config {
    let mut config = world::config();
    if dice.chance(20) {
        let (_, gone) = dice.pick(&world::QUEUES);
        config.acd.queues.remove(&gone);
        config.queues.remove(&gone);
        for agent in config.acd.agents.values_mut() {
            agent.queues.remove(&gone);
        }
    }
    if dice.chance(20) {
        let (_, gone) = dice.pick(&world::AGENTS);
        config.acd.agents.remove(&gone);
        config.agents.remove(&gone);
    }
    if dice.chance(10) {
        config.flows.remove(&dice.pick(&[world::HOTLINE, world::RATING]));
    }
    if dice.chance(20) {
        config.limits.max_calls = dice.below(4) as u32;
    }
    if dice.chance(20) {
        config.limits.call_max = dice.ms(5_000, 90_000);
    }
    if dice.chance(40) {
        config.limits.park = dice.pick(&[Duration::ZERO, Duration::from_secs(3), Duration::from_secs(15)]);
    }
    if dice.chance(20) {
        config.phrases = crate::Phrases {
            agent_lost: vec![],
            parked: vec![],
            ringing: vec![],
            not_reached: vec![],
            goodbye: vec![],
            message_kept: vec![],
            must_end: vec![],
        };
        config.queues.values_mut().for_each(|line| line.music.clear());
    }
    for line in config.queues.values_mut() {
        line.announce_agent_number = dice.chance(50);
        line.announce_position = dice.chance(50);
        line.rating = dice.chance(50).then_some(world::RATING);
    }
    for queue in config.acd.queues.values_mut() {
        if dice.chance(30) {
            queue.wrap_up_hard = dice.ms(0, 5_000);
            queue.wrap_up_soft = Duration::ZERO;
        }
        if dice.chance(30) {
            queue.announce_every = Some(dice.ms(500, 20_000));
        }
        if dice.chance(30) {
            let overflow = match dice.below(4) {
                0 => acd::Overflow::Queue(world::GENERAL),
                1 => acd::Overflow::Message,
                2 => acd::Overflow::Voicemail,
                _ => acd::Overflow::OfferCallback,
            };
            queue.when_waited = Some((dice.ms(1_000, 30_000), overflow.clone()));
            queue.when_full = overflow;
        }
        if dice.chance(20) {
            queue.callers_max = dice.below(2) as u32;
        }
    }
    config
}
