//! Who hears whom: from the lists of wishes to slots, and whether packets may pass as they are.

use exchange::line::Source;
use kernel::LegId;

use super::{PHASES, Shard};
use crate::media::input::Input;
use crate::media::leg::Mode;

impl Shard {
    /// Keeps `listeners` in step after the wishes of `leg` changed.
    pub(super) fn listen(&mut self, leg: LegId, before: &[Source]) {
        let slot = self.state.by_id.get(&leg).copied();
        for source in before {
            if let Some(listeners) = self.state.listeners.get_mut(&source.leg) {
                listeners.retain(|listener| *listener != leg);
                if listeners.is_empty() {
                    self.state.listeners.remove(&source.leg);
                }
            }
        }
        let Some(this) = slot.and_then(|slot| self.state.legs[slot].as_ref()) else { return };
        for source in &this.wanted {
            let listeners = self.state.listeners.entry(source.leg).or_default();
            if !listeners.contains(&leg) {
                listeners.push(leg);
            }
        }
    }

    /// A leg came, changed or went: it and all who want to hear it.
    pub(super) fn rewire_around(&mut self, leg: LegId) {
        if let Some(slot) = self.state.by_id.get(&leg).copied() {
            self.rewire(slot);
        }
        let listeners = self.state.listeners.get(&leg).cloned().unwrap_or_default();
        for listener in listeners {
            if let Some(slot) = self.state.by_id.get(&listener).copied() {
                self.rewire(slot);
            }
        }
    }

    /// Works out anew how this leg's sound is made.
    pub(super) fn rewire(&mut self, slot: usize) {
        let Some(mut leg) = self.state.legs[slot].take() else { return };
        // Off the old sources.
        let before = std::mem::take(&mut leg.links);
        for (source, _) in &before {
            if let Some(source) = self.state.legs.get_mut(*source).and_then(Option::as_mut) {
                match leg.mode {
                    Mode::Forward(_) => source.fans.retain(|fan| *fan != slot),
                    Mode::Tick => source.mixers = source.mixers.saturating_sub(1),
                }
            }
        }
        // Onto those that are there and speak.
        for wish in &leg.wanted {
            let Some(at) = self.state.by_id.get(&wish.leg).copied() else { continue };
            let speaks = self.state.legs[at]
                .as_ref()
                .is_some_and(|s| s.far.as_ref().is_some_and(|f| f.remote.receive));
            if at != slot && speaks && wish.gain > 0 {
                leg.links.push((at, wish.gain));
            }
        }
        let alone = match leg.links[..] {
            [(source, 256)] if leg.wanted.len() == 1 => Some(source),
            _ => None,
        };
        let codec = leg.codec();
        leg.mode = match alone.and_then(|at| self.state.legs[at].as_ref().map(|s| (at, s.codec()))) {
            Some((source, theirs))
                if leg.play.is_none()
                    && codec.is_some()
                    && codec == theirs
                    && (leg.taps.is_empty() || codec.is_some_and(|c| c.is_g711())) =>
            {
                Mode::Forward(source)
            }
            _ => Mode::Tick,
        };
        for (source, _) in &leg.links {
            if let Some(source) = self.state.legs[*source].as_mut() {
                match leg.mode {
                    Mode::Forward(_) => source.fans.push(slot),
                    Mode::Tick => source.mixers += 1,
                }
            }
        }
        let links = leg.links.clone();
        self.state.legs[slot] = Some(leg);
        self.need_samples(slot);
        for (source, _) in before.into_iter().chain(links) {
            self.need_samples(source);
        }
    }

    /// Makes or drops what turns this leg's packets into samples, and puts it in or out of its phase.
    pub(super) fn need_samples(&mut self, slot: usize) {
        let Some(leg) = self.state.legs.get_mut(slot).and_then(Option::as_mut) else { return };
        let Some(far) = &leg.far else { return };
        // Keys are sought in the sound only where they cannot come as events, and only while no person is heard: then
        // nobody's voice can be taken for a key.
        let seek_keys = far.remote.telephone_event.is_none() && leg.wanted.is_empty() && far.remote.receive;
        if seek_keys {
            leg.detector.get_or_insert_default();
        } else {
            leg.detector = None;
        }
        let codec = far.remote.codec;
        let wanted =
            leg.mixers > 0 || seek_keys || leg.judge.is_some() || (!leg.taps.is_empty() && !codec.is_g711());
        if !wanted {
            leg.input = None;
        } else if leg.input.is_none() {
            match Input::new(codec) {
                Ok(input) => leg.input = Some(Box::new(input)),
                Err(error) => tracing::error!(leg = %leg.id, %error, "a leg's sound cannot be decoded"),
            }
        }
        let ticking = leg.input.is_some() || leg.mode == Mode::Tick;
        if ticking && !leg.ticking {
            leg.ticking = true;
            self.state.phases[slot % PHASES].push(slot);
        } else if !ticking {
            self.untick(slot);
        }
    }

    pub(super) fn untick(&mut self, slot: usize) {
        if let Some(leg) = self.state.legs[slot].as_mut()
            && leg.ticking
        {
            leg.ticking = false;
            self.state.phases[slot % PHASES].retain(|other| *other != slot);
        }
    }
}
