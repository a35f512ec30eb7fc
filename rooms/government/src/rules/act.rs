//! What our people do towards the platform: sign for a ticket, ask for more time, hand it back.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use work_orders::rules::order::ReturnReason;

use super::message::HAND_BACKS_MAX;
use super::{Asked, Extension, HandBack, Refusal, Stage, Telling, Ticket, Told, tell, text};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// 签收; otherwise it is signed for when a unit takes it.
    Sign,
    /// 申请延期
    AskExtension {
        #[schema(value_type = String, format = DateTime)]
        until: Timestamp,
        reason: String,
    },
    /// 申请退单
    HandBack { reason: ReturnReason, note: String },
    /// 过程反馈
    Report { text: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Sign,
    AskExtension,
    HandBack,
    Report,
}

impl Act {
    pub fn verb(&self) -> Verb {
        match self {
            Act::Sign => Verb::Sign,
            Act::AskExtension { .. } => Verb::AskExtension,
            Act::HandBack { .. } => Verb::HandBack,
            Act::Report { .. } => Verb::Report,
        }
    }
}

/// Whether it may be done now.
///
/// # Errors
/// Why not.
pub fn check(ticket: &Ticket, verb: Verb, now: Timestamp) -> Result<(), Refusal> {
    if !ticket.stage.is_open() {
        return Err(Refusal::NotNow { stage: ticket.stage.as_str() });
    }
    let waits = |state: Asked| state == Asked::Waiting;
    let handing = ticket.hand_back.as_ref().is_some_and(|one| waits(one.state));
    match verb {
        Verb::Report => Ok(()),
        Verb::Sign if ticket.signed_at.is_some() => Err(Refusal::SignedAlready),
        Verb::Sign | Verb::AskExtension if handing => Err(Refusal::AskedAlready),
        Verb::Sign => Ok(()),
        Verb::AskExtension => match &ticket.extension {
            _ if ticket.urgent => Err(Refusal::NoMoreTime),
            Some(one) if waits(one.state) => Err(Refusal::AskedAlready),
            Some(one) if one.state == Asked::Granted => Err(Refusal::ExtendedAlready),
            _ if ticket.limits.answer_by.is_some_and(|due| now > due) => Err(Refusal::TooLate),
            _ => Ok(()),
        },
        Verb::HandBack if handing => Err(Refusal::AskedAlready),
        Verb::HandBack if ticket.bound => Err(Refusal::Bound),
        Verb::HandBack if ticket.hand_backs_refused >= HAND_BACKS_MAX => {
            Err(Refusal::HandedBackTooOften { most: HAND_BACKS_MAX })
        }
        Verb::HandBack => Ok(()),
    }
}

pub fn allowed(ticket: &Ticket, now: Timestamp) -> Vec<Verb> {
    let all = [Verb::Sign, Verb::Report, Verb::AskExtension, Verb::HandBack];
    all.into_iter().filter(|verb| check(ticket, *verb, now).is_ok()).collect()
}

/// What becomes of the ticket, and what the platform is told.
///
/// # Errors
/// A [`Refusal`]; nothing has changed then.
pub fn decide(ticket: &Ticket, act: &Act, now: Timestamp) -> Result<(Ticket, Telling), Refusal> {
    check(ticket, act.verb(), now)?;
    let mut next = ticket.clone();
    let telling = match act {
        Act::Sign => {
            (next.stage, next.signed_at) = (Stage::Signed, Some(now));
            tell::signed()
        }
        Act::AskExtension { until, reason } => {
            text(reason, "reason", 4, 200)?;
            if *until <= now || ticket.limits.answer_by.is_some_and(|due| *until <= due) {
                return Err(Refusal::NotLater);
            }
            let (state, reason, answer) = (Asked::Waiting, reason.trim().to_owned(), String::new());
            let data = json!({ "until": until, "reason": reason });
            next.extension = Some(Extension { state, until: *until, reason, answer });
            Telling { kind: Told::ExtensionAsked, data }
        }
        Act::HandBack { reason, note } => {
            text(note, "note", 4, 500)?;
            let (state, reason, note, answer) =
                (Asked::Waiting, *reason, note.trim().to_owned(), String::new());
            let data = json!({ "reason": reason, "note": note });
            next.hand_back = Some(HandBack { state, reason, note, answer });
            Telling { kind: Told::HandBack, data }
        }
        Act::Report { text: words } => {
            text(words, "text", 4, 500)?;
            tell::progress(words.trim())
        }
    };
    Ok((next, telling))
}
