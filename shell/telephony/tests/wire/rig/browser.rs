//! A browser for tests: SIP over WebSocket as text, and a second str0m that speaks and listens.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use audio::g711;
use audio::tone::sine;
use axum::extract::{ConnectInfo, Path, State, WebSocketUpgrade};
use futures::stream::SplitSink;
use futures::{SinkExt as _, StreamExt as _};
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::media::{Direction, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};
use telephony::Telephony;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

use super::header;

const LONG: Duration = Duration::from_secs(20);
const FRAME: usize = 160;

/// A web server with only the route `/sip/{user}`, where everybody is signed in as who they say.
pub async fn web(telephony: Telephony) -> SocketAddr {
    async fn upgrade(
        State(telephony): State<Telephony>,
        Path(user): Path<String>,
        ConnectInfo(peer): ConnectInfo<SocketAddr>,
        upgrade: WebSocketUpgrade,
    ) -> axum::response::Response {
        upgrade.protocols(["sip"]).on_upgrade(move |socket| async move {
            telephony.web_socket(socket, peer, user, std::future::pending()).await;
        })
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let at = listener.local_addr().expect("bound");
    let app = axum::Router::new().route("/sip/{user}", axum::routing::get(upgrade)).with_state(telephony);
    tokio::spawn(async move {
        axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await
    });
    at
}

/// The signalling of a browser.
pub struct Browser {
    socket: SplitSink<WebSocketStream<MaybeTlsStream<TcpStream>>, Message>,
    heard: mpsc::UnboundedReceiver<Message>,
    /// Reads, and so answers pings, as browsers do of themselves.
    pump: tokio::task::JoinHandle<()>,
    pub user: String,
    call: u32,
    cseq: u32,
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.pump.abort();
    }
}

/// Calls have different ids, those of another window too.
static CALLS: AtomicU32 = AtomicU32::new(1);

impl Browser {
    /// Connected and registered.
    pub async fn register(at: SocketAddr, user: &str) -> Browser {
        let url = format!("ws://{at}/sip/{user}");
        let (socket, _) = tokio_tungstenite::connect_async(url).await.expect("connected");
        let (socket, mut messages) = socket.split();
        let (news, heard) = mpsc::unbounded_channel();
        let pump = tokio::spawn(async move {
            while let Some(Ok(message)) = messages.next().await {
                let _ = news.send(message);
            }
        });
        let call = CALLS.fetch_add(1, Ordering::Relaxed);
        let mut browser = Browser { socket, heard, pump, user: user.to_owned(), call, cseq: 0 };
        browser.say("REGISTER", "", "Expires: 600\r\n", "").await;
        browser.hear("200").await;
        browser
    }

    /// From now on it neither reads nor answers, though its connection stands.
    pub fn freeze(&self) {
        self.pump.abort();
    }

    /// A request of a new dialog (`to` empty: to ourselves).
    pub async fn say(&mut self, method: &str, to: &str, more: &str, body: &str) {
        self.cseq += 1;
        let user = self.user.clone();
        let target = if to.is_empty() { &user } else { to };
        let text = format!(
            "{method} sip:{target}@switchboard SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK{user}{}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:{user}@switchboard>;tag=f{user}\r\nTo: <sip:{target}@switchboard>\r\n\
             Call-ID: {user}-{method}-{}\r\nCSeq: {} {method}\r\nContact: <sip:{user}@x.invalid;transport=ws>\r\n\
             {more}{}Content-Length: {}\r\n\r\n{body}",
            self.cseq,
            self.call,
            self.cseq,
            if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" },
            body.len(),
        );
        self.socket.send(Message::Text(text.into())).await.expect("sent");
    }

    /// A request in the dialog of a call of ours, whose 200 this is.
    pub async fn in_dialog(&mut self, method: &str, ok: &str, more: &str, body: &str) {
        if method != "ACK" {
            self.cseq += 1;
        }
        let user = &self.user;
        let uri = header(ok, "Contact").trim_matches(['<', '>']);
        let text = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK{user}{method}{}\r\n\
             Max-Forwards: 70\r\nFrom: {}\r\nTo: {}\r\nCall-ID: {}\r\nCSeq: {} {method}\r\n\
             Contact: <sip:{user}@x.invalid;transport=ws>\r\n{more}{}Content-Length: {}\r\n\r\n{body}",
            self.cseq,
            header(ok, "From"),
            header(ok, "To"),
            header(ok, "Call-ID"),
            self.cseq,
            if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" },
            body.len(),
        );
        self.socket.send(Message::Text(text.into())).await.expect("sent");
    }

    /// Answers a request.
    pub async fn answer(&mut self, request: &str, status: &str, body: &str) {
        let text = format!(
            "SIP/2.0 {status}\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag=t{}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
             Contact: <sip:{}@x.invalid;transport=ws>\r\nAllow: INVITE, ACK, BYE, UPDATE\r\n{}Content-Length: {}\r\n\r\n{body}",
            header(request, "Via"),
            header(request, "From"),
            header(request, "To"),
            self.user,
            header(request, "Call-ID"),
            header(request, "CSeq"),
            self.user,
            if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" },
            body.len(),
        );
        self.socket.send(Message::Text(text.into())).await.expect("sent");
    }

    /// The next message whose first line contains this.
    pub async fn hear(&mut self, what: &str) -> String {
        loop {
            let next = timeout(LONG, self.heard.recv()).await.expect("a message in time");
            if let Message::Text(text) = next.expect("open")
                && text.lines().next().is_some_and(|line| line.contains(what))
            {
                return text.replace("\r\n", "\n");
            }
        }
    }

    /// The code with which the other side closes.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match timeout(LONG, self.heard.recv()).await.expect("in time") {
                Some(Message::Close(Some(frame))) => return frame.code.into(),
                Some(_) => {}
                None => return 0,
            }
        }
    }
}

pub fn body(message: &str) -> String {
    message.split_once("\n\n").map(|(_, body)| body.replace('\n', "\r\n")).unwrap_or_default()
}

enum Say {
    Offer(String, Sender<String>),
    Answer(String),
    MakeOffer(Direction, Sender<String>),
    Quit,
}

/// What a browser's audio has heard.
#[derive(Default)]
pub struct Heard {
    pub samples: Vec<i16>,
    pub connected: bool,
}

/// The audio of a browser, on a thread of its own: it says one tone without end.
pub struct Sound {
    say: Sender<Say>,
    thread: Option<std::thread::JoinHandle<Heard>>,
}

impl Sound {
    pub fn of(hz: f32) -> Sound {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let addr = socket.local_addr().expect("bound");
        let (say, said) = channel();
        let thread = std::thread::spawn(move || run(&socket, addr, hz, &said));
        Sound { say, thread: Some(thread) }
    }

    fn ask(&self, what: impl FnOnce(Sender<String>) -> Say) -> String {
        let (reply, answer) = channel();
        self.say.send(what(reply)).expect("alive");
        answer.recv_timeout(LONG).expect("an answer")
    }

    /// Our answer to their offer.
    pub fn answer(&self, offer: &str) -> String {
        self.ask(|reply| Say::Offer(offer.to_owned(), reply))
    }
    pub fn offer(&self, direction: Direction) -> String {
        self.ask(|reply| Say::MakeOffer(direction, reply))
    }
    pub fn accept(&self, answer: &str) {
        self.say.send(Say::Answer(answer.to_owned())).expect("alive");
    }
    pub fn heard(mut self) -> Heard {
        self.say.send(Say::Quit).expect("alive");
        self.thread.take().expect("once").join().expect("no panic")
    }
}

fn run(socket: &UdpSocket, addr: SocketAddr, hz: f32, said: &Receiver<Say>) -> Heard {
    let mut rtc: Rtc = RtcConfig::new()
        .clear_codecs()
        .enable_pcma(true, false)
        .enable_opus(true, false)
        .build(Instant::now());
    rtc.add_local_candidate(Candidate::host(addr, Protocol::Udp).expect("a candidate"));
    let (mut heard, mut mid, mut pending): (Heard, Option<Mid>, Option<SdpPendingOffer>) = Default::default();
    let (mut next, mut frame) = (Instant::now(), 0usize);
    let mut buffer = [0; 2_000];
    loop {
        while let Ok(say) = said.try_recv() {
            match say {
                Say::Quit => return heard,
                Say::Offer(offer, reply) => {
                    let offer = SdpOffer::from_sdp_string(&offer).expect("an offer");
                    let answer = rtc.sdp_api().accept_offer(offer).expect("usable");
                    let _ = reply.send(answer.to_sdp_string());
                }
                Say::MakeOffer(direction, reply) => {
                    let mut api = rtc.sdp_api();
                    match mid {
                        Some(mid) => api.set_direction(mid, direction),
                        None => mid = Some(api.add_media(MediaKind::Audio, direction, None, None, None)),
                    }
                    let (offer, waits) = api.apply().expect("a change");
                    pending = Some(waits);
                    let _ = reply.send(offer.to_sdp_string());
                }
                Say::Answer(answer) => {
                    let answer = SdpAnswer::from_sdp_string(&answer).expect("an answer");
                    let waits = pending.take().expect("an offer before");
                    rtc.sdp_api().accept_answer(waits, answer).expect("usable");
                }
            }
        }
        let until = loop {
            match rtc.poll_output().expect("well") {
                Output::Timeout(until) => break until,
                Output::Transmit(out) => {
                    let _ = socket.send_to(&out.contents, out.destination);
                }
                Output::Event(Event::Connected) => heard.connected = true,
                Output::Event(Event::MediaAdded(media)) => mid = Some(media.mid),
                Output::Event(Event::MediaData(data)) => {
                    let mut samples = vec![0; data.data.len()];
                    g711::decode(&g711::ALAW, &data.data, &mut samples);
                    heard.samples.extend(samples);
                }
                Output::Event(_) => {}
            }
        };
        let now = Instant::now();
        if now >= next {
            next += Duration::from_millis(20);
            if let Some(writer) = mid.filter(|_| rtc.is_connected()).and_then(|mid| rtc.writer(mid)) {
                let law = writer.payload_params().find(|p| p.spec().codec == str0m::format::Codec::PCMA);
                if let Some(pt) = law.map(|p| p.pt()) {
                    let tone: Vec<u8> = sine(hz, 8_000.0, frame * FRAME, FRAME).map(g711::to_alaw).collect();
                    let time = MediaTime::new((frame * FRAME) as u64, str0m::media::Frequency::EIGHT_KHZ);
                    let _ = writer.write(pt, now, time, tone);
                    frame += 1;
                }
            }
        }
        let wait = until
            .min(next)
            .saturating_duration_since(now)
            .clamp(Duration::from_millis(1), Duration::from_millis(20));
        socket.set_read_timeout(Some(wait)).expect("a timeout");
        match socket.recv_from(&mut buffer) {
            Ok((length, from)) => {
                if let Ok(receive) = Receive::new(Protocol::Udp, from, addr, &buffer[..length]) {
                    let _ = rtc.handle_input(Input::Receive(Instant::now(), receive));
                }
            }
            Err(_) => rtc.handle_input(Input::Timeout(Instant::now())).expect("well"),
        }
    }
}
