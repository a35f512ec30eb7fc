//! The room's HTTP: parse, load, decide, save, answer.

use db::{Entry, Tx};
use kernel::{PersonId, Timestamp, UnitId};
use serde_json::Value;

use crate::Changed;

pub mod feed;
pub mod import;
pub mod matters;
pub mod members;
pub mod roster;
pub mod units;

/// A change of a unit: a line of the journal, and word to who keeps a copy.
pub(crate) fn note(
    tx: &mut Tx,
    at: Timestamp,
    who: Option<PersonId>,
    unit: UnitId,
    kind: &'static str,
    payload: Value,
) -> anyhow::Result<()> {
    tx.journal(Entry { at, who, room: "departments", subject: unit.to_string(), kind, payload });
    tx.emit(at, &Changed { unit })
}
