//! Requests inside a dialog, theirs and our refreshes.

use std::time::Duration;

use audio::Digit;
use exchange::line::{EndCause, Event};
use kernel::LegId;
use rsipstack::sip::{Method, Request, Response};
use rsipstack::transaction::transaction::Transaction;

use super::edge::Edge;
use super::flow::Flow;
use super::incoming::timers_of;
use super::leg::{self, Peer, Stage};
use super::message::{self, other};
use super::sdp::{self, Description};
use super::session_timer as timer;
use super::transactions::Purpose;

impl Edge {
    pub async fn in_dialog(&mut self, request: Request, flow: Flow, key: (String, String)) {
        let ours = self.dialogs.get(&key).copied().filter(|id| self.is_from_peer(*id, &request, &flow));
        let Some(id) = ours else {
            return self.refuse(&request, &flow, 481, &[]);
        };
        let message = rsipstack::sip::SipMessage::Request(request.clone());
        let Some(transaction) = self.transactions.receive(message, &flow).await else { return };
        let number = message::cseq(&request);
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if number <= leg.dialog.remote_cseq {
            return respond(transaction, message::response(&request, 500, None)).await;
        }
        leg.dialog.remote_cseq = number;
        if leg.flow.is_udp() == flow.is_udp() {
            leg.flow = flow.clone();
        }
        match request.method {
            Method::Bye => {
                let waits = matches!(leg.stage, Stage::Incoming { .. } | Stage::Connecting { .. });
                respond(transaction, message::response(&request, if waits { 481 } else { 200 }, None)).await;
                if !waits {
                    // A leg still being called is over with its INVITE; one of ours is simply gone.
                    let keep = matches!(self.legs.get(&id).map(|l| &l.stage), Some(Stage::Calling { .. }));
                    self.end(id, EndCause::FarEnd, keep);
                }
            }
            Method::Invite => self.reinvite(id, request, transaction).await,
            Method::Update => self.update(id, &request, transaction).await,
            Method::Info => {
                let digit = digit_of(&request);
                respond(transaction, message::response(&request, 200, None)).await;
                if let Some(digit) = digit {
                    self.emit(Event::Digit { leg: id, digit });
                }
            }
            Method::Options => {
                let mut response = message::response(&request, 200, None);
                response.headers.push(other("Allow", message::ALLOW));
                respond(transaction, response).await;
            }
            // We never send reliable provisional answers, so there is nothing to acknowledge.
            Method::PRack => respond(transaction, message::response(&request, 481, None)).await,
            Method::Refer => {
                tracing::debug!(leg = %id, "REFER refused: transfers are made at the desk");
                respond(transaction, message::response(&request, 403, None)).await;
            }
            _ => {
                let mut response = message::response(&request, 405, None);
                response.headers.push(other("Allow", message::ALLOW));
                respond(transaction, response).await;
            }
        }
    }

    /// Whether a request in a leg's dialog is from its peer: the right tag, from the right address.
    fn is_from_peer(&self, id: LegId, request: &Request, flow: &Flow) -> bool {
        let Some(leg) = self.legs.get(&id) else { return false };
        let from = message::header(&request.headers, "From").and_then(message::tag_of).unwrap_or_default();
        if from != leg.dialog.remote_tag || leg.ended.is_some() {
            return false;
        }
        flow.remote_ip() == leg.flow.remote_ip()
            || match &leg.peer {
                Peer::Trunk(trunk) => self.trunk_of(flow.remote_ip()).is_some_and(|t| t.id == *trunk),
                Peer::Phone(_) => false,
            }
    }

    async fn reinvite(&mut self, id: LegId, request: Request, transaction: Transaction) {
        let rule = self.rule();
        let ours = self.timer_config();
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if !leg.is_up() || leg.reinvite.is_some() || leg.refreshing.is_some_and(|(_, invite)| invite) {
            // Both at once (RFC 3261 §14.2).
            let answerer = self.transactions.follow(transaction, id);
            let mut response = message::response(&request, 491, None);
            message::finish(&mut response.headers, &mut response.body, None);
            return answerer.respond(response);
        }
        let theirs = timers_of(&request.headers);
        let offered = request.body.is_empty();
        let outcome = match timer::as_uas(theirs, ours) {
            Err(timer::TooSmall(least)) => Err((422, Some(least))),
            Ok(agreed_timer) => {
                leg.sdp_version += 1;
                let sdp = if offered {
                    Ok((sdp::offer(leg.local()), None))
                } else {
                    Description::parse(&request.body)
                        .and_then(|d| d.answer(leg.local(), rule))
                        .map(|(text, agreed)| (text, Some(agreed)))
                };
                sdp.map(|sdp| (sdp, agreed_timer)).map_err(|_| (488, None))
            }
        };
        let number = message::cseq(&request);
        let response = match outcome {
            Err((status, least)) => {
                // The call goes on as it was (RFC 3261 §14.2).
                let mut response = message::response(&request, status, None);
                if let Some(least) = least {
                    response.headers.push(other("Min-SE", least.to_string()));
                }
                message::finish(&mut response.headers, &mut response.body, None);
                response
            }
            Ok(((sdp, agreed), agreed_timer)) => {
                leg.dialog.refresh_target(&request.headers);
                leg.timer = Some(agreed_timer);
                leg.reinvite = Some((number, offered));
                let mut response = message::response(&request, 200, None);
                response.headers.push(other("Contact", leg::contact(&leg.flow)));
                response.headers.push(other("Allow", message::ALLOW));
                response.headers.push(other("Supported", "timer"));
                leg.timer_headers(&mut response.headers, theirs.supported);
                message::finish(&mut response.headers, &mut response.body, Some(sdp));
                let now = self.now();
                if let Some(leg) = self.legs.get_mut(&id) {
                    leg.refreshed(now);
                }
                if let Some(agreed) = agreed {
                    self.agree(id, agreed);
                }
                self.reindex(id);
                response
            }
        };
        self.transactions.follow(transaction, id).respond(response);
    }

    async fn update(&mut self, id: LegId, request: &Request, transaction: Transaction) {
        let rule = self.rule();
        let ours = self.timer_config();
        let now = self.now();
        let Some(leg) = self.legs.get_mut(&id) else { return };
        if !request.body.is_empty() && (!leg.is_up() || leg.refreshing.is_some_and(|(_, invite)| invite)) {
            let status = if leg.is_up() { 491 } else { 500 };
            let mut response = message::response(request, status, None);
            response.headers.push(other("Retry-After", "2"));
            return respond(transaction, response).await;
        }
        let theirs = timers_of(&request.headers);
        let agreed_timer = match timer::as_uas(theirs, ours) {
            Ok(agreed) => agreed,
            Err(timer::TooSmall(least)) => {
                let mut response = message::response(request, 422, None);
                response.headers.push(other("Min-SE", least.to_string()));
                return respond(transaction, response).await;
            }
        };
        // Without an offer the session stays as it is; but a telephone that gets a bare 200 may hang up, so it is told
        // what stands only when it asked.
        let sdp = if request.body.is_empty() {
            Ok(None)
        } else {
            leg.sdp_version += 1;
            Description::parse(&request.body).and_then(|d| d.answer(leg.local(), rule)).map(Some)
        };
        let (sdp, agreed) = match sdp {
            Ok(Some((text, agreed))) => (Some(text), Some(agreed)),
            Ok(None) => (None, None),
            Err(_) => return respond(transaction, message::response(request, 488, None)).await,
        };
        leg.dialog.refresh_target(&request.headers);
        leg.timer = Some(agreed_timer);
        let mut response = message::response(request, 200, None);
        response.headers.push(other("Contact", leg::contact(&leg.flow)));
        response.headers.push(other("Supported", "timer"));
        leg.timer_headers(&mut response.headers, theirs.supported);
        if leg.is_up() {
            leg.refreshed(now);
        }
        message::finish(&mut response.headers, &mut response.body, sdp);
        send(transaction, response).await;
        if let Some(agreed) = agreed {
            self.agree(id, agreed);
        }
        self.reindex(id);
    }

    /// The session timer of a leg has run out: refresh it, or give it up.
    pub fn session_deadline(&mut self, id: LegId) {
        let now = self.now();
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let Some(agreed) = leg.timer else { return };
        if agreed.refresher == timer::Refresher::Them && leg.deadlines.retry.is_none() {
            tracing::debug!(leg = %id, "the session timer has run out");
            return self.hang_up(id, EndCause::Lost);
        }
        if leg.refreshing.is_some() || leg.reinvite.is_some() || !leg.is_up() {
            leg.deadlines.session = None;
            leg.deadlines.retry = Some(now + Duration::from_secs(2));
            return;
        }
        self.refresh(id);
    }

    /// Our UPDATE, or a re-INVITE with the same offer where UPDATE is not known.
    fn refresh(&mut self, id: LegId) {
        let now = self.now();
        let Some(flow) = self.next_hop(id) else { return };
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let Some(agreed) = leg.timer else { return };
        let method = if leg.takes_update { Method::Update } else { Method::Invite };
        let mut request = leg.request(method, &flow);
        request.headers.push(other("Supported", "timer"));
        request.headers.push(other("Session-Expires", format!("{};refresher=uac", agreed.interval_s)));
        request.headers.push(other("Allow", message::ALLOW));
        let sdp = (method == Method::Invite).then(|| sdp::offer(leg.local()));
        message::finish(&mut request.headers, &mut request.body, sdp);
        leg.refreshing = Some((leg.dialog.cseq, method == Method::Invite));
        leg.deadlines.retry = None;
        // If nothing comes of it, the call is given up when the interval is over.
        leg.deadlines.session = Some(now + leg::in_secs(agreed.interval_s / 2));
        self.transactions.ask(request, &flow, Purpose::Refresh(id));
    }

    pub fn refresh_answered(&mut self, id: LegId, response: Response, _flow: Flow) {
        let now = self.now();
        let asked = self.config.limits.session_expires_s;
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let status = response.status_code.code();
        let Some((number, invite)) = leg.refreshing else { return };
        if status < 200 || message::cseq(&response) != number {
            return;
        }
        leg.refreshing = None;
        match status {
            200..=299 => {
                leg.dialog.refresh_target(&response.headers);
                let interval = leg.timer.map_or(asked, |t| t.interval_s);
                leg.timer = Some(timer::as_uac(timers_of(&response.headers), interval));
                leg.refreshed(now);
                if invite {
                    self.send_ack_numbered(id, number);
                    if !response.body.is_empty() {
                        self.take_answer(id, &response.body);
                    }
                }
            }
            491 => leg.deadlines.retry = Some(now + Duration::from_millis(2_100)),
            422 => {
                let least = timers_of(&response.headers).least_s.unwrap_or(asked).clamp(timer::LEAST, 86_400);
                if let Some(timer) = &mut leg.timer {
                    timer.interval_s = least;
                }
                leg.deadlines.retry = Some(now + Duration::from_millis(10));
            }
            // 408 and 481 end the dialog (RFC 5057); anything else leaves it as it was.
            408 | 481 => {
                tracing::debug!(leg = %id, status, "the far end is gone");
                self.hang_up(id, EndCause::Lost);
            }
            405 | 501 if !invite => {
                leg.takes_update = false;
                leg.deadlines.retry = Some(now + Duration::from_millis(10));
            }
            _ => leg.refreshed(now),
        }
        self.reindex(id);
    }

    fn send_ack_numbered(&mut self, id: LegId, number: u32) {
        let Some(leg) = self.legs.get_mut(&id) else { return };
        let later = std::mem::replace(&mut leg.dialog.cseq, number);
        self.send_ack(id);
        if let Some(leg) = self.legs.get_mut(&id) {
            leg.dialog.cseq = later;
        }
    }
}

async fn respond(transaction: Transaction, mut response: Response) {
    message::finish(&mut response.headers, &mut response.body, None);
    send(transaction, response).await;
}

/// Answers at once; the stack keeps the answer for repetitions of the request.
async fn send(mut transaction: Transaction, response: Response) {
    if let Err(error) = transaction.respond(response).await {
        tracing::debug!(%error, "an answer could not be sent");
    }
}

/// A key sent as INFO, as old telephones do.
fn digit_of(request: &Request) -> Option<Digit> {
    let kind = message::header(&request.headers, "Content-Type")?.to_ascii_lowercase();
    let body = std::str::from_utf8(&request.body).ok()?;
    let key = if kind.starts_with("application/dtmf-relay") {
        body.lines()
            .find_map(|l| l.split_once('=').filter(|(n, _)| n.trim().eq_ignore_ascii_case("Signal")))?
            .1
    } else if kind.starts_with("application/dtmf") {
        body
    } else {
        return None;
    };
    let mut chars = key.trim().chars();
    let (Some(key), None) = (chars.next(), chars.next()) else { return None };
    Digit::try_from(key).ok()
}
