//! What a step of an order means for its ticket: where it stands towards the platform, and what that is told.

use kernel::Timestamp;
use serde_json::json;
use work_orders::rules::result::Outcome;
use work_orders::rules::{Act, Order};

use super::{Stage, Telling, Ticket, Told, tell};

/// One step of an order, as it went into its history.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    pub act: &'a Act,
    pub at: Timestamp,
    pub from: &'a str,
    pub to: &'a str,
    pub order: &'a Order,
    /// What was done, where another order was the one to do it.
    pub masters: Option<&'a Outcome>,
}

/// The ticket afterwards, and what the platform is told, in this order.
pub fn hear(ticket: &Ticket, heard: &Heard<'_>) -> (Ticket, Vec<Telling>) {
    let mut next = ticket.clone();
    if matches!(ticket.stage, Stage::Cancelled | Stage::HandedBack) {
        return (next, Vec::new());
    }
    let Heard { at, to, order, .. } = *heard;
    let last = to == "closed";
    let mut told = Vec::new();
    match heard.act {
        Act::Take { .. } => sign(&mut next, at, &mut told),
        Act::Contact { words } => {
            next.contacted_at = next.contacted_at.or(Some(at));
            told.push(Telling { kind: Told::Contacted, data: json!({ "words": words }) });
        }
        Act::Extend { reason, .. } | Act::Suspend { reason, .. } | Act::Estimate { reason, .. }
            if !reason.trim().is_empty() =>
        {
            told.push(tell::progress(reason));
        }
        Act::Approve { .. } => {
            if let Some(outcome) = &order.result {
                done(&mut next, at, last, &mut told);
                told.push(tell::result(outcome, &order.attachments, last));
            }
        }
        // Several reports of one matter: what was done about the first was done about this one.
        Act::Follow => {
            done(&mut next, at, last, &mut told);
            let done_by_master = heard.masters.or(order.result.as_ref()).cloned().unwrap_or_default();
            told.push(tell::result(&done_by_master, &[], last));
        }
        Act::Close { note, satisfaction } if heard.from == "to_call_back" => {
            next.stage = Stage::Finished;
            told.push(tell::called_back(*satisfaction, note));
        }
        Act::Close { note, .. } => {
            done(&mut next, at, true, &mut told);
            told.push(tell::answered(note, at));
        }
        // What they have sent back themselves they know.
        Act::Reopen { .. } if ticket.own_doing > 0 => next.own_doing -= 1,
        Act::Reopen { why, .. } => {
            (next.stage, next.resulted_at) = (Stage::Signed, None);
            told.push(Telling { kind: Told::Reopened, data: json!({ "why": why }) });
        }
        Act::AnswerUrge { words } if ticket.urged => {
            next.urged = false;
            told.push(Telling { kind: Told::UrgeAnswered, data: json!({ "words": words }) });
        }
        Act::ReplySupervision { reply } if ticket.supervised => {
            next.supervised = false;
            told.push(Telling { kind: Told::SupervisionAnswered, data: json!({ "reply": reply }) });
        }
        Act::Merge { .. } => told.push(Telling { kind: Told::Merged, data: json!({}) }),
        // Nothing of theirs disappears without their knowing.
        Act::Void { why } => {
            next.stage = Stage::Finished;
            told.push(Telling { kind: Told::Voided, data: json!({ "why": why }) });
        }
        _ => {}
    }
    (next, told)
}

fn sign(next: &mut Ticket, at: Timestamp, told: &mut Vec<Telling>) {
    if next.signed_at.is_none() {
        next.signed_at = Some(at);
        told.push(tell::signed());
    }
    if next.stage == Stage::Received {
        next.stage = Stage::Signed;
    }
}

/// A result without a signature would be refused.
fn done(next: &mut Ticket, at: Timestamp, last: bool, told: &mut Vec<Telling>) {
    sign(next, at, told);
    next.resulted_at = Some(at);
    next.stage = if last { Stage::Finished } else { Stage::Resulted };
}
