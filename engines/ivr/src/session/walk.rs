//! The walk from node to node, through whatever needs no waiting, to the end.

use std::sync::Arc;

use kernel::{QueueId, Timestamp};

use super::{Effect, Session, State, TRAIL_MAX};
use crate::flow::{Kind, Node, NodeIx, Target};
use crate::node::{announce, choose, collect, look_up, menu, rate, record, say, voicemail};

/// Nodes walked through without the caller doing anything. A checked flow has no such circle; this is for the others.
const HOPS_MAX: usize = 64;

impl Session {
    /// Goes on at `target`, through whatever needs no waiting.
    pub(crate) fn go(&mut self, now: Timestamp, target: Target, out: &mut Vec<Effect>) {
        let flow = Arc::clone(&self.flow);
        let mut target = target;
        if self.ends <= now {
            return self.give_up(out);
        }
        for _ in 0..HOPS_MAX {
            let at = match target {
                Target::Node(at) => at,
                Target::Person => match flow.person {
                    Some(at) => at,
                    None => return self.hang_up(out),
                },
                Target::Back => match self.menu_before() {
                    Some(at) => at,
                    None => flow.start,
                },
                Target::Repeat => self.trail.last().copied().unwrap_or(flow.start),
                Target::HangUp => return self.hang_up(out),
            };
            let Some(node) = flow.node(at) else { return self.give_up(out) };
            out.push(Effect::Visited { node: node.name.clone() });
            match self.enter(now, at, node, out) {
                Some(next) => target = next,
                None => return,
            }
        }
        self.give_up(out);
    }

    /// Enters one node; where to go on at once, unless something is to be waited for.
    fn enter(&mut self, now: Timestamp, at: NodeIx, node: &Node, out: &mut Vec<Effect>) -> Option<Target> {
        match &node.kind {
            Kind::Say(say) => say::enter(self, now, at, &node.name, say, out),
            Kind::Menu(menu) => {
                self.remember(at);
                menu::enter(self, now, at, menu, out);
                None
            }
            Kind::Collect(collect) => {
                collect::enter(self, now, at, collect, out);
                None
            }
            Kind::LookUp(look_up) => {
                look_up::enter(self, now, at, look_up, out);
                None
            }
            Kind::Announce(announce) => {
                announce::enter(self, now, at, announce, out);
                None
            }
            Kind::Choose(choose) => {
                choose::enter(self, now, at, choose, out);
                None
            }
            Kind::Rate(rate) => {
                rate::enter(self, now, at, rate, out);
                None
            }
            Kind::Voicemail(voicemail) => {
                voicemail::enter(self, now, at, voicemail, out);
                None
            }
            Kind::Record(record) => {
                record::enter(self, now, at, record, out);
                None
            }
            Kind::Hours(hours) => {
                if !hours.hours.is_open(now) {
                    out.push(Effect::Closed { node: node.name.clone() });
                }
                Some(hours.next(now))
            }
            Kind::GoTo(to) => Some(*to),
            Kind::CallBack(ask) => {
                let number = match &ask.number {
                    Some(name) => self.known.get(name).cloned(),
                    None => self.caller.number.clone(),
                };
                let Some(number) = number else { return Some(ask.unknown) };
                // The calling number is the exchange's to know; only another one is told.
                let number = ask.number.is_some().then_some(number);
                out.push(Effect::CallBack { queue: ask.queue, number });
                Some(ask.next)
            }
            Kind::Queue { queue, urgent } => {
                self.queue(*queue, *urgent, out);
                None
            }
            Kind::HangUp => {
                self.hang_up(out);
                None
            }
        }
    }

    pub(crate) fn remember(&mut self, at: NodeIx) {
        match self.trail.iter().position(|seen| *seen == at) {
            Some(seen) => self.trail.truncate(seen + 1),
            None => {
                if self.trail.len() == TRAIL_MAX {
                    self.trail.remove(1);
                }
                self.trail.push(at);
            }
        }
    }

    fn menu_before(&mut self) -> Option<NodeIx> {
        if self.trail.len() > 1 && self.at() == self.trail.last().copied() {
            self.trail.pop();
        }
        self.trail.last().copied()
    }

    fn queue(&mut self, queue: QueueId, urgent: bool, out: &mut Vec<Effect>) {
        self.finish(out);
        out.push(Effect::Queue { queue, urgent });
    }

    fn hang_up(&mut self, out: &mut Vec<Effect>) {
        self.finish(out);
        out.push(Effect::HangUp);
    }

    /// The flow cannot be walked, or has been walked for too long.
    pub(super) fn give_up(&mut self, out: &mut Vec<Effect>) {
        match self.flow.refuge {
            Some(queue) => self.queue(queue, false, out),
            None => self.hang_up(out),
        }
    }

    fn finish(&mut self, out: &mut Vec<Effect>) {
        self.stop_playing(out);
        self.ahead.clear();
        self.state = State::Over;
    }
}
