//! The callers: one thread that places calls at a rate, talks on all of them, hangs up, and counts what came back.
//!
//! Each packet carries the number of its call and its own, so that audio that comes back is known packet by packet, and a
//! caller who hears another's audio is found.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::Result;
use bench::customer_number;

use crate::sip;
use crate::wire::{self, Batch};

pub const IP: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const AUDIO_SOCKETS: usize = 8;
/// Ten steps make 20 ms; each call has its turn in one of them.
const STEP: Duration = Duration::from_millis(2);
const STEPS: usize = 10;
/// The byte all samples of the prompt have, and those of the callers.
pub const PROMPT: u8 = 0x35;
/// That of what is announced to whom an outage concerns.
pub const OUTAGE: u8 = 0x36;
const VOICE: u8 = 0x2b;
/// SIP timer T1.
const AGAIN: Duration = Duration::from_millis(500);
/// A request without an answer has failed.
const GIVE_UP: Duration = Duration::from_secs(10);
/// Packets sent this shortly before hanging up may still be on their way: 100 ms.
const TAIL: u16 = 5;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    pub to: &'static str,
    pub calls: usize,
    /// Calls placed in a second.
    pub rate: f64,
    /// From the answer to hanging up.
    pub talk: Duration,
    /// Wakes for each packet instead of sweeping: for measuring delays at few calls.
    pub wake_for_each_packet: bool,
}

/// What became of one call.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub number: String,
    pub placed: Instant,
    pub answered: Option<Instant>,
    pub prompt_ended: Option<Instant>,
    pub heard: Option<Instant>,
    /// The first word of the centre, and the first of an announcement.
    pub first_word: Option<Instant>,
    pub told: Option<Instant>,
    /// Packets sent from the first that came back on, and those of them that came back.
    pub sent: u64,
    pub came_back: u64,
    pub strange: u64,
    pub sent_again: u32,
    pub failed: Option<String>,
}

enum State {
    Inviting,
    Talking,
    Leaving,
    Over,
}

struct Call {
    state: State,
    place: u32,
    number: String,
    call_id: String,
    request: String,
    /// The request is sent again then, if nothing was answered.
    again: Instant,
    wait: Duration,
    asked: Instant,
    leave: Instant,
    to: String,
    target: String,
    audio: Option<SocketAddrV4>,
    rtp: usize,
    sequence: u16,
    first_back: Option<u16>,
    back: Vec<u64>,
    outcome: Outcome,
}

/// Places calls; the numbers of callers go on from one plan to the next.
pub struct Callers {
    socket: UdpSocket,
    own: SocketAddr,
    audio: Vec<(UdpSocket, UdpSocket)>,
    server: SocketAddr,
    /// Callers so far.
    past: usize,
    /// So many customers were made up; callers are some of them.
    customers: u64,
    /// Instead of those, in order; each calls once.
    pub numbers: Vec<String>,
    pub latest_ms: f64,
}

impl Callers {
    pub fn new(server: SocketAddr, customers: u64) -> Result<Callers> {
        let socket = wire::socket(IP)?;
        let own = socket.local_addr()?;
        let audio = wire::audio_sockets(IP, AUDIO_SOCKETS)?;
        Ok(Callers { socket, own, audio, server, past: 0, customers, numbers: Vec::new(), latest_ms: 0.0 })
    }

    /// The numbers that have called so far.
    pub fn used(&self) -> impl Iterator<Item = String> + '_ {
        let customers = self.customers;
        (0..self.past as u64)
            .filter(move |_| customers > 0)
            .map(move |n| customer_number(n * 9_973 % customers))
    }

    /// Runs a plan to its end. `at` is called ten times a second with the time since the start; once it returns false,
    /// no new call is placed and all hang up.
    pub fn run(&mut self, plan: &Plan, mut at: impl FnMut(Duration, usize) -> bool) -> Vec<Outcome> {
        let start = Instant::now();
        let base = self.past;
        self.past += plan.calls;
        let mut calls: Vec<Call> = Vec::with_capacity(plan.calls);
        let mut by_port = vec![u32::MAX; 65_536];
        let mut batches: Vec<Batch> = self.audio.iter().map(|_| Batch::new()).collect();
        let mut received = Batch::new();
        let mut buffer = [0; 4_096];
        let (mut step, mut going, mut over, mut first_alive) = (0u32, true, 0usize, 0usize);
        self.latest_ms = 0.0;
        loop {
            let due = start + STEP * step;
            let audio = self.audio.iter().filter(|_| plan.wake_for_each_packet).map(|(rtp, _)| rtp);
            let longest = due.saturating_duration_since(Instant::now());
            wire::wait(std::iter::once(&self.socket).chain(audio), longest);
            while let Ok((length, _)) = self.socket.recv_from(&mut buffer) {
                if let Ok(message) = std::str::from_utf8(&buffer[..length]) {
                    over += usize::from(self.message(message, &mut calls, &mut by_port, plan));
                }
            }
            let now = Instant::now();
            if !plan.wake_for_each_packet && now < due {
                continue;
            }
            for (rtp, _) in &self.audio {
                while received.receive(rtp) {
                    received.each(|port, packet| {
                        if let Some(call) = calls.get_mut(by_port[usize::from(port)] as usize) {
                            call.hears(packet, now);
                        }
                    });
                }
            }
            if now < due {
                continue;
            }
            self.latest_ms = self.latest_ms.max((now - due).as_secs_f64() * 1_000.0);
            let slot = step as usize % STEPS;
            step += 1;
            if step.is_multiple_of(50) && going && !at(now - start, calls.len() - over) {
                going = false;
                for (place, call) in calls.iter_mut().enumerate() {
                    call.leave = now + Duration::from_millis(5) * place as u32;
                }
            }
            while going
                && calls.len() < plan.calls
                && start + Duration::from_secs_f64(calls.len() as f64 / plan.rate) <= now
            {
                let call = self.place(base + calls.len(), calls.len(), plan);
                calls.push(call);
            }
            // Those before are over.
            while calls.get(first_alive).is_some_and(|call| matches!(call.state, State::Over)) {
                first_alive += 1;
            }
            let first = first_alive + (slot + STEPS - first_alive % STEPS) % STEPS;
            for at in (first..calls.len()).step_by(STEPS) {
                let call = &mut calls[at];
                over += usize::from(self.turn(call, now, &mut batches));
            }
            for (batch, (rtp, _)) in batches.iter_mut().zip(&self.audio) {
                batch.flush(rtp);
            }
            if over == calls.len() && (calls.len() == plan.calls || !going) {
                return calls.into_iter().map(Call::outcome).collect();
            }
        }
    }

    fn place(&self, number: usize, place: usize, plan: &Plan) -> Call {
        let now = Instant::now();
        let number = match (self.numbers.get(place), self.customers) {
            (Some(given), _) => given.clone(),
            (None, 0) => format!("139{number:08}"),
            (None, customers) => customer_number(number as u64 * 9_973 % customers),
        };
        let call_id = format!("b{place}x{number}@{IP}");
        let rtp = place % self.audio.len();
        let audio = self.audio[rtp].0.local_addr().unwrap_or(self.own);
        let head = self.head("INVITE", &format!("sip:{}@{}", plan.to, self.server), &number, 1, &call_id);
        let to = format!("<sip:{}@{}>", plan.to, self.server);
        let message = format!("{head}To: {to}\r\nContact: <sip:{number}@{}>\r\n", self.own);
        let request = sip::with_body(message, &sip::description(audio));
        let _ = self.socket.send_to(request.as_bytes(), self.server);
        Call {
            state: State::Inviting,
            place: place as u32,
            number: number.clone(),
            call_id,
            request,
            again: now + AGAIN,
            wait: AGAIN,
            asked: now,
            leave: now + GIVE_UP * 10,
            to,
            target: String::new(),
            audio: None,
            rtp,
            sequence: 0,
            first_back: None,
            back: Vec::new(),
            outcome: Outcome {
                number,
                placed: now,
                answered: None,
                prompt_ended: None,
                heard: None,
                first_word: None,
                told: None,
                sent: 0,
                came_back: 0,
                strange: 0,
                sent_again: 0,
                failed: None,
            },
        }
    }

    fn head(&self, method: &str, target: &str, number: &str, cseq: u32, call_id: &str) -> String {
        let own = self.own;
        format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK{number}{method};rport\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{number}@{IP}>;tag=c{number}\r\nCall-ID: {call_id}\r\n\
             CSeq: {cseq} {method}\r\n"
        )
    }

    /// True when a call is over by it.
    fn message(&self, message: &str, calls: &mut [Call], by_port: &mut [u32], plan: &Plan) -> bool {
        let now = Instant::now();
        let call_id = sip::header(message, "Call-ID").unwrap_or_default();
        let place = call_id.strip_prefix('b').and_then(|rest| rest.split('x').next()?.parse::<usize>().ok());
        let Some((place, call)) = place.and_then(|place| Some((place, calls.get_mut(place)?))) else {
            return false;
        };
        // A late word about a call of an earlier plan.
        if call.call_id != call_id {
            return false;
        }
        let Some(status) = sip::status(message) else {
            let answer = sip::answer(message, "200 OK", "", None, "");
            let _ = self.socket.send_to(answer.as_bytes(), self.server);
            let early = message.starts_with("BYE") && matches!(call.state, State::Talking);
            if early {
                call.fail("hung up on");
            }
            return early;
        };
        match (&call.state, sip::method_of(message), status) {
            (State::Inviting, "INVITE", 100..=199) => {
                call.again = now + GIVE_UP * 2;
                false
            }
            (State::Inviting, "INVITE", 200..=299) => {
                call.to = sip::header(message, "To").unwrap_or_default().to_owned();
                let contact = sip::header(message, "Contact").unwrap_or_default();
                call.target = sip::uri(contact).to_owned();
                call.audio = sip::audio_address(message);
                if let Some(audio) = call.audio {
                    by_port[usize::from(audio.port())] = place as u32;
                }
                let head = self.head("ACK", &call.target, &call.number, 1, &call.call_id);
                call.request = sip::with_body(format!("{head}To: {}\r\n", call.to), "");
                let _ = self.socket.send_to(call.request.as_bytes(), self.server);
                call.outcome.answered = Some(now);
                call.leave = now + plan.talk;
                call.state = State::Talking;
                false
            }
            // Our ACK was lost.
            (State::Talking, "INVITE", 200..=299) => {
                let _ = self.socket.send_to(call.request.as_bytes(), self.server);
                false
            }
            (State::Inviting, "INVITE", 300..) => {
                call.to = sip::header(message, "To").unwrap_or_default().to_owned();
                let target = format!("sip:{}@{}", plan.to, self.server);
                let head = self.head("ACK", &target, &call.number, 1, &call.call_id);
                // The ACK of a refusal has the INVITE's branch.
                let ack = sip::with_body(format!("{head}To: {}\r\n", call.to), "");
                let ack = ack.replacen(
                    &format!("branch=z9hG4bK{}ACK", call.number),
                    &format!("branch=z9hG4bK{}INVITE", call.number),
                    1,
                );
                let _ = self.socket.send_to(ack.as_bytes(), self.server);
                call.fail(&format!("refused with {status}"));
                true
            }
            (State::Leaving, "BYE", 200..) => {
                if status >= 300 {
                    call.fail(&format!("BYE answered with {status}"));
                }
                call.state = State::Over;
                true
            }
            _ => false,
        }
    }

    /// One call's turn, every 20 ms. True when it is over by it.
    fn turn(&self, call: &mut Call, now: Instant, batches: &mut [Batch]) -> bool {
        match call.state {
            State::Over => false,
            State::Inviting | State::Leaving => {
                if now >= call.asked + GIVE_UP {
                    call.fail("no answer");
                    return true;
                }
                if now >= call.again {
                    let _ = self.socket.send_to(call.request.as_bytes(), self.server);
                    call.wait *= 2;
                    call.again = now + call.wait;
                    call.outcome.sent_again += 1;
                }
                false
            }
            State::Talking if now >= call.leave => {
                let head = self.head("BYE", &call.target, &call.number, 2, &call.call_id);
                call.request = sip::with_body(format!("{head}To: {}\r\n", call.to), "");
                let _ = self.socket.send_to(call.request.as_bytes(), self.server);
                (call.state, call.asked, call.again, call.wait) = (State::Leaving, now, now + AGAIN, AGAIN);
                false
            }
            State::Talking => {
                if let Some(audio) = call.audio {
                    let mut head = [VOICE; 20];
                    head[..2].copy_from_slice(&[0x80, 8]);
                    head[2..4].copy_from_slice(&call.sequence.to_be_bytes());
                    head[4..8].copy_from_slice(&(u32::from(call.sequence) * 160).to_be_bytes());
                    head[8..12].copy_from_slice(&(call.place + 1).to_be_bytes());
                    head[12..16].copy_from_slice(&call.place.to_be_bytes());
                    head[16..18].copy_from_slice(&call.sequence.to_be_bytes());
                    batches[call.rtp].push(&self.audio[call.rtp].0, audio, &head, &[VOICE; 152]);
                    call.sequence += 1;
                }
                false
            }
        }
    }
}

impl Call {
    fn fail(&mut self, why: &str) {
        self.outcome.failed.get_or_insert_with(|| why.to_owned());
        self.state = State::Over;
    }

    fn hears(&mut self, packet: &[u8], now: Instant) {
        let Some(samples) = packet.get(12..) else { return };
        match samples {
            [a, b, c, d, e, f, VOICE, VOICE, ..] => {
                let place = u32::from_be_bytes([*a, *b, *c, *d]);
                let sequence = u16::from_be_bytes([*e, *f]);
                if place != self.place || sequence >= self.sequence {
                    self.outcome.strange += 1;
                    return;
                }
                self.outcome.heard.get_or_insert(now);
                let first = *self.first_back.get_or_insert(sequence);
                self.first_back = Some(first.min(sequence));
                let (word, bit) = (usize::from(sequence) / 64, sequence % 64);
                if self.back.len() <= word {
                    self.back.resize(word + 1, 0);
                }
                self.back[word] |= 1 << bit;
            }
            [PROMPT, ..] => {
                self.outcome.first_word.get_or_insert(now);
                self.outcome.prompt_ended = Some(now);
            }
            [OUTAGE, ..] => {
                self.outcome.first_word.get_or_insert(now);
                self.outcome.told.get_or_insert(now);
            }
            _ => {}
        }
    }

    fn outcome(mut self) -> Outcome {
        let last = self.sequence.saturating_sub(TAIL);
        if let Some(first) = self.first_back {
            let is_back = |at: &u16| {
                self.back.get(usize::from(*at) / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
            };
            self.outcome.sent = u64::from(last.saturating_sub(first));
            self.outcome.came_back = (first..last).filter(is_back).count() as u64;
        }
        self.outcome
    }
}
