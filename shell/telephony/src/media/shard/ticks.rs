//! The beat of 20 ms: samples of those who are mixed, and the sound of those who do not simply hear one other.

use audio::g711::{self, ALAW_SILENCE};
use audio::mix::{FRAME, Mix};
use exchange::line::{Event, PlayMode};

use super::Shard;
use crate::media::leg::{Leg, Mode};
use crate::media::play::Step;
use crate::media::recorder::tap::Side;

impl Shard {
    pub(super) fn run_ticks(&mut self, phase: usize, cycle: u64, now: u64) {
        for at in 0.. {
            // The list may change while legs are visited: a playing that ends takes its leg out.
            let Some(slot) = self.state.phases[phase].get(at).copied() else { break };
            let Some(mut leg) = self.state.legs.get_mut(slot).and_then(Option::take) else { continue };
            self.tick_in(&mut leg, cycle, now);
            let ended = leg.mode == Mode::Tick && self.tick_out(&mut leg, cycle, now);
            self.state.legs[slot] = Some(leg);
            if ended {
                self.state.ended.push(slot);
            }
        }
        while let Some(slot) = self.state.ended.pop() {
            self.rewire(slot);
        }
    }

    /// The leg's own sound.
    fn tick_in(&mut self, leg: &mut Leg, cycle: u64, now: u64) {
        let Some(input) = &mut leg.input else { return };
        input.tick(now);
        if let Some(judge) = &mut leg.judge {
            // Between packets, and while none come, nothing is heard.
            let frame = if input.sounds { &input.frame } else { &[0; FRAME] };
            if let Some(answerer) = judge.push(frame) {
                leg.judge = None;
                self.state.events.send(Event::Judged { leg: leg.id, answerer });
            }
        }
        if !input.sounds {
            return;
        }
        let (frame, is_g711) = (input.frame, input.codec.is_g711());
        if let Some(detector) = &mut leg.detector {
            let id = leg.id;
            let events = &mut self.state.events;
            detector.push(&frame, |digit| events.send(Event::Digit { leg: id, digit }));
        }
        if !is_g711 && !leg.taps.is_empty() {
            self.make_room(leg, now);
            leg.record_tick(Side::Left, cycle, &frame.map(g711::to_alaw), now);
        }
    }

    /// What the leg hears. True when the playing has ended.
    fn tick_out(&mut self, leg: &mut Leg, cycle: u64, now: u64) -> bool {
        let Some(far) = &leg.far else { return false };
        let listening = far.remote.send;
        let mut played = [ALAW_SILENCE; FRAME];
        let mut ended = false;
        let mut music = false;
        let playing = leg.play.is_some();
        let mut pressed = None;
        if let Some(play) = &mut leg.play {
            music = play.mode == PlayMode::Loop;
            let step = play.frame(&mut played);
            pressed = play.pressed();
            if let Step::Ended(outcome) = step {
                let (id, play) = (leg.id, play.play);
                leg.play = None;
                ended = true;
                self.played(id, play, outcome);
            }
        }
        if !listening {
            return ended;
        }
        if let Some(pressed) = pressed
            && leg.send_key(pressed, now)
        {
            return ended;
        }
        let mut mix = Mix::default();
        for (source, gain) in &leg.links {
            if let Some(input) = self.state.legs[*source].as_ref().and_then(|s| s.input.as_ref())
                && input.sounds
            {
                mix.add(&input.frame, *gain);
            }
        }
        let recorded = !leg.taps.is_empty();
        if mix.is_empty() {
            leg.send_alaw(&played, now);
            if recorded && playing && !music {
                self.make_room(leg, now);
                leg.record_tick(Side::Right, cycle, &played, now);
            }
            return ended;
        }
        // Music is heard but not recorded.
        let mut frame = [0; FRAME];
        let mut limiter = leg.limiter.clone();
        if recorded && music {
            mix.finish(&mut limiter, &mut frame);
            self.make_room(leg, now);
            leg.record_tick(Side::Right, cycle, &frame.map(g711::to_alaw), now);
        }
        if playing {
            let mut samples = [0; FRAME];
            g711::decode(&g711::ALAW, &played, &mut samples);
            mix.add(&samples, 256);
        }
        mix.finish(&mut leg.limiter, &mut frame);
        leg.send_frame(&frame, now);
        if recorded && !music {
            self.make_room(leg, now);
            leg.record_tick(Side::Right, cycle, &frame.map(g711::to_alaw), now);
        }
        ended
    }
}
