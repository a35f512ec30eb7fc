//! What a platform is told, as JSON. Every field is named here, so that one added to an order does not go out unseen.

use kernel::Timestamp;
use serde_json::{Value, json};
use work_orders::rules::order::{Attachment, Satisfaction};
use work_orders::rules::result::Outcome;

use super::{Telling, Ticket, Told};

/// The whole of what is posted.
pub fn body(name: &str, ticket: &Ticket, telling: &Telling, at: Timestamp) -> Value {
    json!({ "id": name, "ticket": ticket.number, "order": ticket.order_number, "kind": telling.kind, "at": at,
        "data": telling.data })
}

/// What a trial posts.
pub fn trial(name: &str, at: Timestamp) -> Value {
    json!({ "id": name, "ticket": null, "order": null, "kind": Told::Test, "at": at, "data": {} })
}

pub fn signed() -> Telling {
    Telling { kind: Told::Signed, data: json!({}) }
}

pub fn progress(text: &str) -> Telling {
    Telling { kind: Told::Progress, data: json!({ "text": text }) }
}

/// `last`: nobody is asked afterwards.
pub fn result(outcome: &Outcome, files: &[Attachment], last: bool) -> Telling {
    let Outcome { cause, action, done_at, person, told, evidence, substantiated } = outcome;
    let file = |file: &Attachment| json!({ "what": file.what, "mime": file.mime, "bytes": file.bytes, "sha256": file.hash });
    let files: Vec<Value> = files.iter().map(file).collect();
    Telling {
        kind: Told::Result,
        data: json!({ "cause": cause, "action": action, "done_at": done_at, "person": person, "told": told,
            "evidence": evidence, "substantiated": substantiated, "files": files, "last": last }),
    }
}

/// Answered when it was accepted.
pub fn answered(note: &str, at: Timestamp) -> Telling {
    let outcome = Outcome { action: note.to_owned(), done_at: Some(at), ..Outcome::default() };
    result(&outcome, &[], true)
}

pub fn called_back(satisfaction: Option<Satisfaction>, note: &str) -> Telling {
    let reached = satisfaction.is_some_and(|rating| rating != Satisfaction::NotRated);
    let data = json!({ "satisfaction": satisfaction, "reached": reached, "note": note });
    Telling { kind: Told::CalledBack, data }
}
