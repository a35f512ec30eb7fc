//! What the handle asks of a media thread.

use std::net::UdpSocket;
use std::os::fd::AsRawFd as _;

use exchange::line::{Event, PlayMode, PlayOutcome, Source};
use kernel::{LegId, PlayId, RecordingId, Timestamp};
use mio::unix::SourceFd;
use mio::{Interest, Token};
use tokio::sync::oneshot;

use super::Shard;
use crate::media::api::{LegQuality, Remote};
use crate::media::leg::Leg;
use crate::media::play::{Piece, Playing};
use crate::media::web;

pub enum Order {
    Open {
        leg: LegId,
        rtp: UdpSocket,
        rtcp: UdpSocket,
        /// For a browser.
        web: Option<web::Plan>,
    },
    Connect {
        leg: LegId,
        remote: Remote,
    },
    Hear {
        leg: LegId,
        sources: Vec<Source>,
    },
    Play {
        leg: LegId,
        play: PlayId,
        mode: PlayMode,
        pieces: Vec<Piece>,
    },
    StopPlaying {
        leg: LegId,
        play: PlayId,
    },
    Judge {
        leg: LegId,
    },
    Record {
        recording: RecordingId,
        leg: LegId,
        at: Timestamp,
    },
    Mark {
        leg: LegId,
        recording: RecordingId,
        mark: String,
    },
    Pause {
        leg: LegId,
        recording: RecordingId,
        paused: bool,
    },
    StopRecording {
        leg: LegId,
        recording: RecordingId,
    },
    Close {
        leg: LegId,
    },
    Quality {
        leg: LegId,
        reply: oneshot::Sender<LegQuality>,
    },
    /// The leg is on its way here from another thread: keep its orders until it comes.
    Expect {
        leg: LegId,
    },
    /// Give the leg to another thread.
    Release {
        leg: LegId,
        to: usize,
    },
    /// Here it is.
    Adopt {
        leg: Box<Leg>,
    },
    Shutdown,
}

impl Order {
    fn leg(&self) -> Option<LegId> {
        match self {
            Order::Open { leg, .. }
            | Order::Connect { leg, .. }
            | Order::Hear { leg, .. }
            | Order::Play { leg, .. }
            | Order::StopPlaying { leg, .. }
            | Order::Judge { leg }
            | Order::Record { leg, .. }
            | Order::Mark { leg, .. }
            | Order::Pause { leg, .. }
            | Order::StopRecording { leg, .. }
            | Order::Close { leg }
            | Order::Quality { leg, .. }
            | Order::Release { leg, .. } => Some(*leg),
            Order::Expect { .. } | Order::Adopt { .. } | Order::Shutdown => None,
        }
    }
}

impl Shard {
    /// Carries out what is waiting; false for the end.
    pub fn obey(&mut self) -> bool {
        while let Ok(order) = self.orders.try_recv() {
            if matches!(order, Order::Shutdown) {
                return false;
            }
            self.carry_out(order);
        }
        true
    }

    pub(super) fn carry_out(&mut self, order: Order) {
        let now = self.now_us();
        if let Some(waiting) = order.leg().and_then(|leg| self.state.expected.get_mut(&leg)) {
            waiting.push(order);
            return;
        }
        match order {
            Order::Open { leg, rtp, rtcp, web } => self.open(leg, rtp, rtcp, web),
            Order::Connect { leg, remote } => {
                let Some(slot) = self.state.by_id.get(&leg).copied() else { return };
                let Some(this) = self.state.legs[slot].as_mut() else { return };
                if let Err(error) = this.connect(remote, now) {
                    tracing::error!(%leg, %error, "a leg's codec or keys cannot be used; it stays silent");
                }
                self.rewire_around(leg);
            }
            Order::Hear { leg, sources } => {
                let Some(slot) = self.state.by_id.get(&leg).copied() else { return };
                let Some(this) = self.state.legs[slot].as_mut() else { return };
                let before = std::mem::replace(&mut this.wanted, sources);
                self.listen(leg, &before);
                self.rewire(slot);
            }
            Order::Play { leg, play, mode, pieces } => {
                let Some(slot) = self.state.by_id.get(&leg).copied() else { return };
                let Some(this) = self.state.legs[slot].as_mut() else { return };
                let before = this.play.replace(Playing::new(play, mode, pieces));
                if let Some(before) = before {
                    self.played(leg, before.play, PlayOutcome::Stopped);
                }
                self.rewire(slot);
            }
            Order::StopPlaying { leg, play } => {
                let Some(slot) = self.state.by_id.get(&leg).copied() else { return };
                let Some(this) = self.state.legs[slot].as_mut() else { return };
                if this.play.take_if(|playing| playing.play == play).is_some() {
                    self.played(leg, play, PlayOutcome::Stopped);
                    self.rewire(slot);
                }
            }
            Order::Judge { leg } => {
                let Some(slot) = self.state.by_id.get(&leg).copied() else { return };
                let Some(this) = self.state.legs[slot].as_mut() else { return };
                this.judge.get_or_insert_default();
                self.need_samples(slot);
            }
            Order::Record { recording, leg, at } => self.record(recording, leg, at, now),
            Order::Mark { recording, mark, .. } => self.mark(recording, mark, now),
            Order::Pause { recording, paused, .. } => self.pause(recording, paused, now),
            Order::StopRecording { recording, .. } => self.stop_recording(recording, now),
            Order::Close { leg } => self.close(leg),
            Order::Quality { leg, reply } => {
                let slot = self.state.by_id.get(&leg).copied();
                if let Some(leg) = slot.and_then(|slot| self.state.legs[slot].as_ref()) {
                    let _ = reply.send(leg.quality());
                }
            }
            Order::Expect { leg } => {
                self.state.expected.entry(leg).or_default();
            }
            Order::Release { leg, to } => self.release(leg, to),
            Order::Adopt { leg } => self.adopt(leg),
            Order::Shutdown => {}
        }
    }

    pub fn played(&mut self, leg: LegId, play: PlayId, outcome: PlayOutcome) {
        self.state.events.send(Event::Played { leg, play, outcome });
    }

    fn open(&mut self, id: LegId, rtp: UdpSocket, rtcp: UdpSocket, web: Option<web::Plan>) {
        match Leg::new(id, rtp, rtcp, web) {
            Ok(leg) => self.seat(Box::new(leg)),
            Err(error) => tracing::error!(leg = %id, %error, "a leg cannot be opened; it stays silent"),
        }
    }

    /// Gives a leg a slot and listens to its sockets.
    pub(super) fn seat(&mut self, leg: Box<Leg>) {
        let slot = self.state.free.pop().unwrap_or_else(|| {
            self.state.legs.push(None);
            self.state.legs.len() - 1
        });
        let registry = self.poll.registry();
        let watched = registry
            .register(&mut SourceFd(&leg.rtp.as_raw_fd()), Token(slot * 2), Interest::READABLE)
            .and_then(|()| {
                let control = Token(slot * 2 + 1);
                registry.register(&mut SourceFd(&leg.rtcp.as_raw_fd()), control, Interest::READABLE)
            });
        let id = leg.id;
        if let Err(error) = watched {
            tracing::error!(leg = %id, %error, "a leg's sockets cannot be watched; it stays silent");
            self.state.free.push(slot);
            return;
        }
        if leg.web.is_some() {
            self.state.webs.push(slot);
        }
        self.state.legs[slot] = Some(leg);
        self.state.by_id.insert(id, slot);
        self.listen(id, &[]);
        self.rewire_around(id);
    }

    /// The leg goes with all that belongs to it. Its sockets leave the epoll by being closed.
    pub fn close(&mut self, id: LegId) {
        let Some(slot) = self.state.by_id.get(&id).copied() else { return };
        let now = self.now_us();
        let Some(leg) = self.state.legs[slot].as_mut() else { return };
        let wanted = std::mem::take(&mut leg.wanted);
        let play = leg.play.take();
        leg.report(now, true);
        let recordings: Vec<RecordingId> = leg.taps.iter().map(|tap| tap.recording).collect();
        if let Some(play) = play {
            self.played(id, play.play, PlayOutcome::Stopped);
        }
        for recording in recordings {
            self.stop_recording(recording, now);
        }
        self.listen(id, &wanted);
        self.rewire(slot);
        self.state.by_id.remove(&id);
        self.rewire_around(id);
        self.untick(slot);
        self.state.webs.retain(|web| *web != slot);
        if let Some(leg) = self.state.legs[slot].take() {
            self.state.lost_before += leg.far.as_ref().map_or(0, |far| far.reception.lost());
            self.state.sent_before += leg.counts.packets_out;
            tracing::debug!(leg = %id, quality = ?leg.quality(), "media of a leg ended");
        }
        self.state.free.push(slot);
    }
}
