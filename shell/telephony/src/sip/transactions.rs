//! The stack's transactions (RFC 3261 §17, RFC 6026) as this crate uses them: one small task for each that must wait,
//! everything they learn goes to the edge through one bounded channel.

use kernel::{LegId, TrunkId};
use rsipstack::EndpointBuilder;
use rsipstack::sip::{Method, Request, Response, SipMessage};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::endpoint::{EndpointInnerRef, EndpointOption};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::transaction::{Transaction, TransactionEvent, TransactionEventSender};
use rsipstack::transport::TransportLayer;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::flow::Flow;
use super::message;

/// What a transaction tells the edge.
pub enum Heard {
    Cancel {
        leg: LegId,
    },
    /// An INVITE of theirs is over; without ACK it was lost.
    InviteOver {
        leg: LegId,
        cseq: u32,
        acked: bool,
    },
    Response {
        purpose: Purpose,
        response: Response,
        flow: Flow,
    },
}

/// Why we asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// The INVITE of a leg, first or repeated.
    Invite(LegId),
    /// A refresh or re-INVITE in a dialog.
    Refresh(LegId),
    Prack(LegId),
    /// BYE and CANCEL: whatever is answered.
    Parting,
    Register(TrunkId),
    Health(TrunkId),
}

/// Answers an INVITE; the transaction repeats the answer as long as needed.
#[derive(Clone)]
pub struct Answerer(TransactionEventSender);

impl Answerer {
    pub fn respond(&self, response: Response) {
        let _ = self.0.send(TransactionEvent::Respond(response));
    }
}

pub struct Transactions {
    endpoint: EndpointInnerRef,
    incoming: TransactionReceiver,
    heard: mpsc::Sender<Heard>,
    stop: CancellationToken,
}

impl Drop for Transactions {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Transactions {
    pub fn start(heard: mpsc::Sender<Heard>) -> anyhow::Result<Self> {
        let stop = CancellationToken::new();
        let mut builder = EndpointBuilder::new();
        builder
            .with_user_agent(message::SERVER)
            .with_transport_layer(TransportLayer::new(stop.clone()))
            .with_cancel_token(stop.clone())
            .with_option(EndpointOption { auto_ack_2xx: false, ..EndpointOption::default() });
        let endpoint = builder.build();
        let incoming = endpoint.incoming_transactions()?;
        let timers = endpoint.inner.clone();
        let stopped = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = timers.process_timer() => {}
                () = stopped.cancelled() => {}
            }
        });
        Ok(Transactions { endpoint: endpoint.inner, incoming, heard, stop })
    }

    pub fn running(&self) -> usize {
        self.endpoint.transactions.len()
    }

    /// Whether this message belongs to a transaction there is or was: a repetition, a CANCEL, a late answer.
    pub fn knows(&self, message: &SipMessage) -> bool {
        let key = match message {
            SipMessage::Request(request) => TransactionKey::from_request(request, TransactionRole::Server),
            SipMessage::Response(response) => {
                TransactionKey::from_response(response, TransactionRole::Client)
            }
        };
        key.is_ok_and(|key| {
            self.endpoint.transactions.contains_key(&key)
                || self.endpoint.finished_transactions.contains_key(&key)
        })
    }

    /// Hands a message to the stack. `Some` when it begins a transaction.
    pub async fn receive(&mut self, message: SipMessage, flow: &Flow) -> Option<Transaction> {
        let from = flow.sip_addr();
        if let Err(error) = self.endpoint.on_received_message(message, flow.connection(), &from).await {
            tracing::debug!(%error, "a message was not taken by the transaction layer");
        }
        let mut transaction = self.incoming.try_recv().ok()?;
        // Answers go where the message came from, whatever its Via says.
        transaction.destination = Some(from);
        Some(transaction)
    }

    /// Follows an INVITE of theirs until it is over.
    pub fn follow(&self, mut transaction: Transaction, leg: LegId) -> Answerer {
        let answerer = Answerer(transaction.tu_sender.clone());
        let heard = self.heard.clone();
        let cseq = message::cseq(&transaction.original);
        tokio::spawn(async move {
            let mut acked = false;
            while let Some(message) = transaction.receive().await {
                let SipMessage::Request(request) = message else { continue };
                match request.method {
                    Method::Ack => acked = true,
                    Method::Cancel if heard.send(Heard::Cancel { leg }).await.is_err() => return,
                    _ => {}
                }
            }
            let _ = heard.send(Heard::InviteOver { leg, cseq, acked }).await;
        });
        answerer
    }

    /// Sends a request of ours and reports every answer; a timeout comes as 408, a broken connection as 503.
    pub fn ask(&self, request: Request, flow: &Flow, purpose: Purpose) {
        let key = match TransactionKey::from_request(&request, TransactionRole::Client) {
            Ok(key) => key,
            Err(error) => {
                tracing::error!(%error, "a request of ours has no transaction key");
                return;
            }
        };
        let mut transaction =
            Transaction::new_client(key, request, self.endpoint.clone(), Some(flow.connection()));
        transaction.destination = Some(flow.sip_addr());
        let heard = self.heard.clone();
        let flow = flow.clone();
        tokio::spawn(async move {
            if let Err(error) = transaction.send().await {
                tracing::debug!(%error, "a request was not sent");
            }
            while let Some(message) = transaction.receive().await {
                let SipMessage::Response(response) = message else { continue };
                let is_final = response.status_code.code() >= 200;
                if purpose != Purpose::Parting {
                    let news = Heard::Response { purpose, response, flow: flow.clone() };
                    if heard.send(news).await.is_err() {
                        return;
                    }
                }
                if is_final && !matches!(purpose, Purpose::Invite(_)) {
                    return;
                }
            }
        });
    }
}
