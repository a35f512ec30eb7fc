//! Telephones that register: each time a challenge and its answer (digest, MD5), as after a restart of the telephone.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::Result;
use md5::{Digest, Md5};

use crate::centre::{self, REGISTERING};
use crate::step::percentile;
use crate::{sip, wire};

/// Offices: this many telephones stand behind one address.
const PHONES_PER_ADDRESS: usize = 10;
const AGAIN: Duration = Duration::from_millis(500);
const GIVE_UP: Duration = Duration::from_secs(5);

/// What came of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Registered {
    pub asked: usize,
    pub done: usize,
    pub failed: usize,
    pub sent_again: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

struct Phone {
    cseq: u32,
    message: String,
    since: Option<Instant>,
    again: Instant,
}

/// Registers one telephone after the other, again and again.
pub fn run(server: SocketAddr, rate: f64, seconds: f64) -> Result<Registered> {
    let mut sockets = Vec::new();
    for at in 0..REGISTERING.div_ceil(PHONES_PER_ADDRESS) {
        let at = u8::try_from(at + 1)?;
        sockets.push(wire::socket(Ipv4Addr::new(127, 0, 4, at))?);
    }
    let now = Instant::now();
    // Beginning where the last run cannot have been.
    let first_cseq = u32::try_from(
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs() % 10_000_000,
    )? * 100;
    let mut phones: Vec<Phone> = (0..REGISTERING)
        .map(|_| Phone { cseq: first_cseq, message: String::new(), since: None, again: now })
        .collect();
    let total = (rate * seconds) as usize;
    let mut result = Registered::default();
    let mut times = Vec::with_capacity(total);
    let start = Instant::now();
    let mut buffer = [0; 4_096];
    let mut looked = start;
    while result.done + result.failed < total {
        wire::wait(sockets.iter(), Duration::from_millis(1));
        for socket in &sockets {
            while let Ok((length, _)) = socket.recv_from(&mut buffer) {
                let Ok(message) = std::str::from_utf8(&buffer[..length]) else { continue };
                let number = sip::user(sip::header(message, "To").unwrap_or_default());
                let Some(at) = number.parse::<usize>().ok().and_then(|number| number.checked_sub(10_000))
                else {
                    continue;
                };
                let Some(phone) = phones.get_mut(at) else { continue };
                let cseq =
                    sip::header(message, "CSeq").and_then(|v| v.split(' ').next()?.parse::<u32>().ok());
                if cseq != Some(phone.cseq) {
                    continue;
                }
                match (sip::status(message), phone.since) {
                    (Some(401), Some(_)) if !phone.message.contains("Authorization:") => {
                        if let Some(challenge) =
                            sip::headers(message, "WWW-Authenticate").find(|c| c.contains("MD5"))
                        {
                            phone.cseq += 1;
                            let proof = proof(challenge, at, server);
                            phone.message = request(at, phone.cseq, server, socket.local_addr()?, &proof);
                            phone.again = Instant::now() + AGAIN;
                            let _ = socket.send_to(phone.message.as_bytes(), server);
                        }
                    }
                    (Some(200), Some(since)) => {
                        times.push(since.elapsed().as_secs_f64() * 1_000.0);
                        phone.since = None;
                        result.done += 1;
                    }
                    (Some(status), Some(_)) if status >= 300 => {
                        phone.since = None;
                        result.failed += 1;
                    }
                    _ => {}
                }
            }
        }
        let now = Instant::now();
        while result.asked < total && start + Duration::from_secs_f64(result.asked as f64 / rate) <= now {
            let at = result.asked % REGISTERING;
            let phone = &mut phones[at];
            if phone.since.is_some() {
                // It is still waiting: the server is behind. The next look decides.
                break;
            }
            let socket = &sockets[at / PHONES_PER_ADDRESS];
            phone.cseq += 1;
            phone.message = request(at, phone.cseq, server, socket.local_addr()?, "");
            (phone.since, phone.again) = (Some(now), now + AGAIN);
            let _ = socket.send_to(phone.message.as_bytes(), server);
            result.asked += 1;
        }
        if now > looked + AGAIN / 5 {
            looked = now;
            resend(&mut phones, &sockets, server, now, &mut result);
        }
    }
    times.sort_by(f64::total_cmp);
    (result.p50_ms, result.p99_ms) = (percentile(&times, 50.0), percentile(&times, 99.0));
    Ok(result)
}

fn resend(
    phones: &mut [Phone],
    sockets: &[UdpSocket],
    server: SocketAddr,
    now: Instant,
    result: &mut Registered,
) {
    for (at, phone) in phones.iter_mut().enumerate() {
        match phone.since {
            Some(since) if now > since + GIVE_UP => {
                phone.since = None;
                result.failed += 1;
            }
            Some(_) if now > phone.again => {
                phone.again = now + AGAIN;
                result.sent_again += 1;
                let _ = sockets[at / PHONES_PER_ADDRESS].send_to(phone.message.as_bytes(), server);
            }
            _ => {}
        }
    }
}

fn request(at: usize, cseq: u32, server: SocketAddr, own: SocketAddr, proof: &str) -> String {
    let number = centre::agent(at);
    let message = format!(
        "REGISTER sip:{server} SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bKr{number}x{cseq};rport\r\n\
         Max-Forwards: 70\r\nFrom: <sip:{number}@{server}>;tag=r{number}\r\nTo: <sip:{number}@{server}>\r\n\
         Call-ID: r{number}@{}\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:{number}@{own}>\r\nExpires: 600\r\n{proof}",
        own.ip()
    );
    sip::with_body(message, "")
}

fn md5_of(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}

/// RFC 2617 with qop=auth.
fn proof(challenge: &str, at: usize, server: SocketAddr) -> String {
    let field = |name: &str| {
        let from = challenge.split_once(&format!("{name}=\"")).map_or("", |(_, rest)| rest);
        from.split('"').next().unwrap_or_default().to_owned()
    };
    let (realm, nonce, number) = (field("realm"), field("nonce"), centre::agent(at));
    let uri = format!("sip:{server}");
    let a1 = md5_of(&format!("{number}:{realm}:{}", centre::password(at)));
    let a2 = md5_of(&format!("REGISTER:{uri}"));
    let response = md5_of(&format!("{a1}:{nonce}:00000001:bench:auth:{a2}"));
    format!(
        "Authorization: Digest username=\"{number}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
         response=\"{response}\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"bench\"\r\n"
    )
}
