//! What arrives: read, judged, passed on, recorded, decoded where somebody needs samples.

use std::io;
use std::net::SocketAddr;

use exchange::line::Event;

use super::Shard;
use crate::media::latch::Verdict;
use crate::media::leg::{Far, Leg, Passing};
use crate::media::recorder::tap::Side;
use crate::media::rtp;
use crate::media::sys::DATAGRAM_MAX;
use crate::media::web::Sockets;

/// Errors of the network (a closed port at the far end) read off a socket before it is left alone until the next packet.
const ERRORS_MAX: usize = 4;
/// Datagrams read from one socket at a time, so that a flood to one port does not stop the others.
const READS_MAX: usize = 32;

impl Shard {
    /// Something lies at a socket: even tokens are RTP, odd ones RTCP.
    ///
    /// A stream brings one packet in 20 ms, so each is read by itself: `recvmmsg` for one packet costs more.
    pub(super) fn readable(&mut self, token: usize, datagram: &mut [u8; DATAGRAM_MAX]) {
        let (slot, control) = (token / 2, token % 2 == 1);
        let Some(mut leg) = self.state.legs.get_mut(slot).and_then(Option::take) else { return };
        let now = self.now_us();
        let mut errors = 0;
        for _ in 0..READS_MAX {
            let socket = if control { &leg.rtcp } else { &leg.rtp };
            let (length, from) = match socket.recv_from(datagram) {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) if errors < ERRORS_MAX => {
                    errors += 1;
                    continue;
                }
                Err(_) => break,
            };
            let data = &datagram[..length];
            if leg.web.is_some() {
                self.web_arrived(slot, &mut leg, data, (from, control), now);
            } else if control || rtp::is_rtcp(data) {
                leg.reported(data, from, now);
            } else {
                self.arrived(slot, &mut leg, data, from, now);
            }
        }
        self.state.legs[slot] = Some(leg);
    }

    fn arrived(&mut self, slot: usize, leg: &mut Leg, data: &[u8], from: SocketAddr, now: u64) {
        self.state.packets += 1;
        match rtp::read(data) {
            Some(packet) => self.packet(slot, leg, packet, from, now),
            None => self.stranger(leg),
        }
    }

    /// What came to a browser's leg: `second` says to which of its sockets.
    fn web_arrived(
        &mut self,
        slot: usize,
        leg: &mut Leg,
        data: &[u8],
        (from, second): (SocketAddr, bool),
        now: u64,
    ) {
        self.state.packets += 1;
        let sockets = Sockets([&leg.rtp, &leg.rtcp]);
        let to = if second { &leg.rtcp } else { &leg.rtp }.local_addr();
        let (Some(web), Ok(to)) = (leg.web.as_mut(), to) else { return };
        let mut heard = std::mem::take(&mut self.state.heard);
        let good = web.receive(data, from, to, &sockets, now, &mut heard);
        let Some(named) = leg.far.as_ref().map(|far| far.remote.rtp) else { return self.stranger(leg) };
        for packet in heard.drain(..) {
            let header = &packet.header;
            let packet = rtp::Packet {
                marker: header.marker,
                payload_type: *header.payload_type,
                sequence: header.sequence_number,
                timestamp: header.timestamp,
                ssrc: *header.ssrc,
                payload: &packet.payload,
            };
            // SRTP has proved who it is from: in place of an address, the one of the SDP stands for the browser.
            self.packet(slot, leg, packet, named, now);
        }
        self.state.heard = heard;
        if !good {
            self.stranger(leg);
        }
    }

    /// Every 20 ms: what str0m repeats and reports.
    pub(super) fn wake_webs(&mut self, now: u64) {
        for at in 0..self.state.webs.len() {
            let slot = self.state.webs[at];
            let Some(leg) = self.state.legs[slot].as_mut() else { continue };
            let Leg { web: Some(web), rtp, rtcp, .. } = leg.as_mut() else { continue };
            if web.due_us <= now {
                web.wake(&Sockets([rtp, rtcp]), now);
            }
        }
    }

    fn packet(&mut self, slot: usize, leg: &mut Leg, packet: rtp::Packet<'_>, from: SocketAddr, now: u64) {
        let Some(far) = &mut leg.far else { return self.stranger(leg) };
        let is_event = far.remote.telephone_event == Some(packet.payload_type);
        if !far.remote.receive || (packet.payload_type != far.remote.payload_type && !is_event) {
            // Comfort noise and the like come from the far end and keep the watch quiet, but are not sound.
            if far.remote.receive && far.latch.locked() == Some(from) {
                far.last_packet_us = now;
            } else {
                self.stranger(leg);
            }
            return;
        }
        match far.latch.judge(from, packet.ssrc, packet.sequence, now) {
            Verdict::Drop => return self.stranger(leg),
            Verdict::Ours => {}
            Verdict::OursAnew => {
                far.stream += 1;
                far.events = Default::default();
                if let Some(input) = &mut leg.input {
                    input.restart();
                }
            }
        }
        if leg.web.is_none() && far.connected.is_none() && far.latch.settled(now) {
            settle(&leg.rtp, far);
        }
        far.last_packet_us = now;
        far.silence_told = 0;
        leg.counts.packets_in += 1;
        let codec = far.remote.codec;
        far.reception.packet(packet.ssrc, packet.sequence, packet.timestamp, codec.clock_hz(), now);
        if is_event {
            if let Some(digit) = far.events.push(packet.timestamp, packet.marker, packet.payload) {
                self.state.events.send(Event::Digit { leg: leg.id, digit });
            }
            for fan in &leg.fans {
                if let Some(fan) = self.state.legs[*fan].as_mut() {
                    fan.out.skip_one();
                }
            }
            return;
        }
        if packet.payload.is_empty() {
            return;
        }
        let stream = far.stream;
        let passing = Passing { source: (leg.id, stream), packet: &packet };
        for at in 0..leg.fans.len() {
            let fan = leg.fans[at];
            if let Some(mut listener) = self.state.legs[fan].take() {
                listener.forward(&passing, now);
                if !listener.taps.is_empty() && listener.far.as_ref().is_some_and(|far| far.remote.send) {
                    self.make_room(&mut listener, now);
                    // The slot keeps sources apart, the stream keeps a source's streams apart.
                    let source = (slot as u64) << 32 | stream;
                    listener.record_packet(Side::Right, source, codec, &packet, now);
                }
                self.state.legs[fan] = Some(listener);
            }
        }
        if codec.is_g711() && !leg.taps.is_empty() {
            self.make_room(leg, now);
            leg.record_packet(Side::Left, stream, codec, &packet, now);
        }
        if let Some(input) = &mut leg.input {
            input.push(packet.timestamp, packet.payload, now);
        }
    }

    fn stranger(&mut self, leg: &mut Leg) {
        leg.counts.dropped += 1;
        self.state.dropped += 1;
    }
}

/// From now on the kernel drops what others send to this port.
fn settle(socket: &std::net::UdpSocket, far: &mut Far) {
    let to = far.latch.answer_to();
    if socket.connect(to).is_ok() {
        far.connected = Some(to);
    }
}
