//! One leg: a SIP dialog with its negotiated audio, and the requests that can be made in it.

use std::sync::Arc;
use std::time::Duration;

use exchange::line::EndCause;
use kernel::{LegId, Timestamp, TrunkId};
use rsipstack::sip::{Header, Method, Request, Response, Version};

use super::chance::token;
use super::flow::Flow;
use super::message::{self, NameAddr, other};
use super::sdp;
use super::session_timer as timer;
use super::transactions::Answerer;
use crate::media::{Codec, Remote, WebLocal};

/// Whose leg it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Peer {
    Trunk(TrunkId),
    Phone(String),
}

/// What both ends remember of each other (RFC 3261 §12).
#[derive(Clone, Default)]
pub struct Dialog {
    pub call_id: String,
    pub local_tag: String,
    pub remote_tag: String,
    /// Our From (or To) as written, with its tag, and theirs.
    pub local: String,
    pub remote: String,
    /// Their Contact.
    pub target: String,
    pub routes: Vec<String>,
    pub cseq: u32,
    pub remote_cseq: u32,
    /// The ACK of our last INVITE, for when its 200 comes again.
    pub ack: Option<Vec<u8>>,
}

impl Dialog {
    /// As the called side, from their INVITE.
    pub fn from_invite(request: &Request) -> Self {
        let headers = &request.headers;
        let get = |name| message::header(headers, name).unwrap_or_default();
        let local_tag = token();
        Dialog {
            call_id: get("Call-ID").to_owned(),
            local: format!("{};tag={local_tag}", get("To")),
            remote: get("From").to_owned(),
            remote_tag: message::tag_of(get("From")).unwrap_or_default().to_owned(),
            target: contact_of(headers),
            routes: message::all(headers, "Record-Route").map(str::to_owned).collect(),
            cseq: 0,
            remote_cseq: message::cseq(request),
            local_tag,
            ack: None,
        }
    }

    /// As the calling side, from their answer.
    pub fn learn(&mut self, response: &Response) {
        let headers = &response.headers;
        let to = message::header(headers, "To").unwrap_or_default();
        if let Some(tag) = message::tag_of(to) {
            self.remote_tag = tag.to_owned();
            self.remote = to.to_owned();
        }
        let target = contact_of(headers);
        if !target.is_empty() {
            self.target = target;
        }
        let mut routes: Vec<String> = message::all(headers, "Record-Route").map(str::to_owned).collect();
        routes.reverse();
        self.routes = routes;
    }

    pub fn refresh_target(&mut self, headers: &rsipstack::sip::Headers) {
        let target = contact_of(headers);
        if !target.is_empty() {
            self.target = target;
        }
    }
}

fn contact_of(headers: &rsipstack::sip::Headers) -> String {
    message::all(headers, "Contact")
        .next()
        .and_then(NameAddr::parse)
        .map(|c| c.uri.to_owned())
        .filter(|uri| message::request_uri(uri).is_some())
        .unwrap_or_default()
}

/// Where a leg is in its life. What is over is not here any more.
pub enum Stage {
    /// Their INVITE waits for our answer.
    Incoming {
        answerer: Answerer,
        invite: Box<Request>,
        rung: bool,
    },
    /// Our 200 waits for their ACK. `offered`: the offer was in the 200, so the ACK carries the answer.
    Answered {
        offered: bool,
    },
    /// A connection is being opened for our INVITE.
    Connecting {
        invite: Box<Request>,
    },
    /// Our INVITE waits for their answer.
    Calling {
        invite: Box<Request>,
        provisional: bool,
        rung: bool,
        tries: u8,
        last_rseq: u32,
        pracks: u32,
    },
    Up,
}

/// When something must happen to a leg if nothing happens before.
#[derive(Clone, Copy, Default)]
pub struct Deadlines {
    /// The far end has rung long enough.
    pub ring: Option<Timestamp>,
    /// The session timer.
    pub session: Option<Timestamp>,
    /// The longest a call may last.
    pub life: Option<Timestamp>,
    /// A refresh is to be tried again after 491.
    pub retry: Option<Timestamp>,
}

impl Deadlines {
    pub fn first(&self) -> Option<Timestamp> {
        [self.ring, self.session, self.life, self.retry].into_iter().flatten().min()
    }
}

pub struct Leg {
    pub id: LegId,
    pub peer: Peer,
    /// It counts as a call with a caller (capacity), not as one of ours to a telephone.
    pub caller: bool,
    pub dialog: Dialog,
    pub stage: Stage,
    pub flow: Flow,
    pub local_rtp: std::net::SocketAddr,
    /// With a browser.
    pub web: Option<WebLocal>,
    pub codecs: Arc<[Codec]>,
    pub learn: bool,
    pub agreed: Option<sdp::Agreed>,
    pub held: bool,
    pub sdp_version: u64,
    pub timer: Option<timer::Agreed>,
    /// The far end takes UPDATE, so refreshes need no SDP.
    pub takes_update: bool,
    /// A refresh of ours is on its way, by its CSeq; and whether it was an INVITE.
    pub refreshing: Option<(u32, bool)>,
    /// A re-INVITE of theirs, by CSeq, that waits for its ACK; and whether that carries the answer.
    pub reinvite: Option<(u32, bool)>,
    pub deadlines: Deadlines,
    /// Which deadline is in the edge's index.
    pub indexed: Option<Timestamp>,
    /// Ended for everybody else, but its transaction still has to be brought to an end in good order.
    pub ended: Option<EndCause>,
}

impl Leg {
    pub fn local(&self) -> sdp::Local<'_> {
        sdp::Local {
            rtp: self.local_rtp,
            codecs: &self.codecs,
            session: self.id.get().unsigned_abs(),
            version: self.sdp_version,
            web: self.web.as_ref(),
        }
    }

    pub fn remote_media(&self) -> Option<Remote> {
        self.agreed.as_ref().map(|a| Remote {
            rtp: a.rtp,
            codec: a.codec,
            payload_type: a.payload_type,
            telephone_event: a.telephone_event,
            send: a.send,
            receive: a.receive,
            learn: self.learn,
            web: a.web.clone(),
        })
    }

    pub fn is_up(&self) -> bool {
        matches!(self.stage, Stage::Up)
    }

    /// The session timer runs anew.
    pub fn refreshed(&mut self, now: Timestamp) {
        self.deadlines.session = self.timer.map(|t| now + t.deadline());
        self.deadlines.retry = None;
    }

    /// A new request in this dialog, for `finish`.
    pub fn request(&mut self, method: Method, flow: &Flow) -> Request {
        self.dialog.cseq += 1;
        let cseq = self.dialog.cseq;
        self.request_numbered(method, cseq, flow)
    }

    pub fn request_numbered(&self, method: Method, cseq: u32, flow: &Flow) -> Request {
        let dialog = &self.dialog;
        let mut headers = vec![
            Header::Via(via(flow, &branch()).as_str().into()),
            Header::MaxForwards("70".into()),
            Header::From(dialog.local.as_str().into()),
            Header::To(dialog.remote.as_str().into()),
            Header::CallId(dialog.call_id.as_str().into()),
            Header::CSeq(format!("{cseq} {method}").as_str().into()),
        ];
        for route in &dialog.routes {
            headers.push(Header::Route(route.as_str().into()));
        }
        if matches!(method, Method::Invite | Method::Update) {
            headers.push(Header::Contact(contact(flow).as_str().into()));
        }
        let uri = message::request_uri(&dialog.target).unwrap_or_default();
        Request { method, uri, version: Version::V2, headers: headers.into(), body: Vec::new() }
    }

    /// The headers of a session timer we agreed on, for a 200 of ours.
    pub fn timer_headers(&self, headers: &mut rsipstack::sip::Headers, supported: bool) {
        let Some(agreed) = self.timer else { return };
        let role = match agreed.refresher {
            timer::Refresher::Us => "uas",
            timer::Refresher::Them => "uac",
        };
        headers.push(other("Session-Expires", format!("{};refresher={role}", agreed.interval_s)));
        if supported && agreed.refresher == timer::Refresher::Them {
            headers.push(other("Require", "timer"));
        }
    }
}

pub fn branch() -> String {
    format!("z9hG4bK{}", token())
}

pub fn via(flow: &Flow, branch: &str) -> String {
    format!("SIP/2.0/{} {};branch={branch};rport", flow.transport(), flow.our_address())
}

/// Our Contact for this flow.
pub fn contact(flow: &Flow) -> String {
    let at = flow.our_address();
    let transport = match flow.transport() {
        rsipstack::sip::Transport::Udp => String::new(),
        other => format!(";transport={}", other.to_string().to_ascii_lowercase()),
    };
    format!("<sip:switchboard@{at}{transport}>")
}

pub fn in_secs(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}
