//! Legs that hear each other live in one thread; when a call brings together legs of two, some of them move.

use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};

use kernel::LegId;
use mio::Waker;
use mio::unix::SourceFd;

use super::{Order, Shard};
use crate::media::leg::Leg;

/// How to reach a media thread.
#[derive(Clone)]
pub struct Peer {
    pub orders: SyncSender<Order>,
    pub waker: Arc<Waker>,
}

impl Shard {
    /// Takes a leg out, sockets, recordings and all, and sends it to another thread.
    pub(super) fn release(&mut self, id: LegId, to: usize) {
        let Some(slot) = self.state.by_id.get(&id).copied() else { return };
        let Some(leg) = self.state.legs[slot].as_mut() else { return };
        let wanted = std::mem::take(&mut leg.wanted);
        for tap in &leg.taps {
            self.state.recordings.remove(&tap.recording);
        }
        self.listen(id, &wanted);
        self.rewire(slot);
        self.state.by_id.remove(&id);
        self.rewire_around(id);
        self.untick(slot);
        self.state.webs.retain(|web| *web != slot);
        let Some(mut leg) = self.state.legs[slot].take() else { return };
        self.state.free.push(slot);
        let registry = self.poll.registry();
        for socket in [leg.rtp.as_raw_fd(), leg.rtcp.as_raw_fd()] {
            if let Err(error) = registry.deregister(&mut SourceFd(&socket)) {
                tracing::error!(leg = %id, %error, "a socket cannot be handed to another media thread");
            }
        }
        leg.wanted = wanted;
        leg.links.clear();
        leg.fans.clear();
        leg.mixers = 0;
        self.state.departing.push((to, leg));
        self.see_off();
    }

    /// Sends what is on its way; what finds the other thread's queue full is tried again on the next turn.
    pub(super) fn see_off(&mut self) {
        let mut at = 0;
        while at < self.state.departing.len() {
            let (to, leg) = self.state.departing.swap_remove(at);
            let Some(peer) = self.peers.get(to) else { continue };
            match peer.orders.try_send(Order::Adopt { leg }) {
                Err(TrySendError::Full(Order::Adopt { leg })) => {
                    self.state.departing.push((to, leg));
                    at += 1;
                }
                _ => {
                    let _ = peer.waker.wake();
                }
            }
        }
    }

    /// A leg from another thread, and then what was ordered for it in the meantime.
    pub(super) fn adopt(&mut self, leg: Box<Leg>) {
        let id = leg.id;
        let recordings: Vec<_> = leg.taps.iter().map(|tap| tap.recording).collect();
        self.seat(leg);
        if let Some(slot) = self.state.by_id.get(&id).copied() {
            for recording in recordings {
                self.state.recordings.insert(recording, slot);
            }
        }
        for order in self.state.expected.remove(&id).unwrap_or_default() {
            self.carry_out(order);
        }
    }
}
