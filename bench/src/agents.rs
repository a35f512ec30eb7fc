//! The agents' telephones: one thread that answers every INVITE at once and sends all audio back.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::sip;
use crate::wire::{self, Batch};

pub const IP: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
const AUDIO_SOCKETS: usize = 8;
/// Audio is sent back at least so often.
const SWEEP: Duration = Duration::from_millis(2);
/// A 200 without an ACK is sent again.
const AGAIN: Duration = Duration::from_millis(500);

/// What the telephone saw of one call.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    pub invited: Instant,
    pub connected: Option<Instant>,
}

#[derive(Default)]
pub struct Book {
    /// By the caller's number.
    pub calls: HashMap<String, Seen>,
    /// INVITEs for a caller whose phone had one already: nobody is offered twice here.
    pub twice: u64,
    pub sent_again: u64,
}

struct Ringing {
    answer: String,
    to: SocketAddr,
    caller: String,
    again: Option<Instant>,
}

/// The running telephones.
pub struct Agents {
    pub sip: SocketAddr,
    book: Arc<Mutex<Book>>,
    /// Wakes for each packet instead of sweeping: for measuring delays at few calls.
    prompt: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Agents {
    pub fn start() -> Result<Agents> {
        let socket = wire::socket(IP)?;
        let audio = wire::audio_sockets(IP, AUDIO_SOCKETS)?;
        let sip = socket.local_addr()?;
        let (book, prompt, stop) = (Arc::<Mutex<Book>>::default(), Arc::default(), Arc::default());
        let mut phones = Phones {
            socket,
            sip,
            audio,
            dialogs: HashMap::new(),
            next: 0,
            book: Arc::clone(&book),
            prompt: Arc::clone(&prompt),
            stop: Arc::clone(&stop),
        };
        let thread = std::thread::Builder::new().name("agents".into()).spawn(move || phones.run())?;
        Ok(Agents { sip, book, prompt, stop, thread: Some(thread) })
    }

    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub fn wake_for_each_packet(&self, yes: bool) {
        self.prompt.store(yes, Ordering::Relaxed);
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Phones {
    socket: UdpSocket,
    sip: SocketAddr,
    audio: Vec<(UdpSocket, UdpSocket)>,
    dialogs: HashMap<String, Ringing>,
    next: usize,
    book: Arc<Mutex<Book>>,
    prompt: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl Phones {
    fn run(&mut self) {
        let mut batch = Batch::new();
        let mut buffer = [0; 4_096];
        let mut sweep = Instant::now();
        let mut look = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            let prompt = self.prompt.load(Ordering::Relaxed);
            let audio = self.audio.iter().filter(|_| prompt).map(|(rtp, _)| rtp);
            wire::wait(
                std::iter::once(&self.socket).chain(audio),
                (sweep + SWEEP).saturating_duration_since(Instant::now()),
            );
            while let Ok((length, from)) = self.socket.recv_from(&mut buffer) {
                if let Ok(message) = std::str::from_utf8(&buffer[..length]) {
                    self.message(message, from, Instant::now());
                }
            }
            let now = Instant::now();
            if !prompt && now < sweep + SWEEP {
                continue;
            }
            sweep = now;
            for (rtp, _) in &self.audio {
                while batch.receive(rtp) {
                    // A source of one's own, and the same content.
                    batch.each(|_, packet| {
                        if let Some(byte) = packet.get_mut(8) {
                            *byte ^= 0x5a;
                        }
                    });
                    batch.flush(rtp);
                }
            }
            if now > look + AGAIN / 5 {
                look = now;
                self.send_again(now);
            }
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn message(&mut self, message: &str, from: SocketAddr, now: Instant) {
        let method = message.split(' ').next().unwrap_or_default();
        let Some(call) = sip::header(message, "Call-ID") else { return };
        match method {
            "INVITE" => {
                let caller = sip::user(sip::header(message, "From").unwrap_or_default()).to_owned();
                if let Some(ringing) = self.dialogs.get(call) {
                    let _ = self.socket.send_to(ringing.answer.as_bytes(), from);
                    return;
                }
                let (audio, _) = &self.audio[self.next % self.audio.len()];
                self.next += 1;
                let Ok(audio) = audio.local_addr() else { return };
                let tag = format!("a{}", self.next);
                let answer = sip::answer(message, "200 OK", &tag, Some(self.sip), &sip::description(audio));
                let _ = self.socket.send_to(answer.as_bytes(), from);
                let ringing = Ringing { answer, to: from, caller: caller.clone(), again: Some(now + AGAIN) };
                self.dialogs.insert(call.to_owned(), ringing);
                let mut book = self.book();
                let seen = Seen { invited: now, connected: None };
                if book.calls.insert(caller, seen).is_some() {
                    book.twice += 1;
                }
            }
            "ACK" => {
                if let Some(ringing) = self.dialogs.get_mut(call)
                    && ringing.again.take().is_some()
                {
                    let caller = ringing.caller.clone();
                    if let Some(seen) = self.book().calls.get_mut(&caller) {
                        seen.connected = Some(now);
                    }
                }
            }
            "BYE" => {
                let answer = sip::answer(message, "200 OK", "", None, "");
                let _ = self.socket.send_to(answer.as_bytes(), from);
                self.dialogs.remove(call);
            }
            "CANCEL" | "OPTIONS" | "INFO" | "UPDATE" => {
                let answer = sip::answer(message, "200 OK", "x", None, "");
                let _ = self.socket.send_to(answer.as_bytes(), from);
            }
            _ => {}
        }
    }

    fn send_again(&mut self, now: Instant) {
        let mut count = 0;
        for ringing in self.dialogs.values_mut() {
            if ringing.again.is_some_and(|at| at <= now) {
                let _ = self.socket.send_to(ringing.answer.as_bytes(), ringing.to);
                ringing.again = Some(now + AGAIN);
                count += 1;
            }
        }
        if count > 0 {
            self.book().sent_again += count;
        }
    }
}
