//! What browsers see of a record: masked, except one's own that is still being written.

use kernel::{CallId, PersonId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;
use web::Actor;

use crate::permissions::{AMEND, READ, READ_GROUP, RELEASE, WRITE};
use crate::rules::record::allowed;
use crate::rules::{Asker, Draft, FieldKind, Record, State, Tree};
use crate::store::found::Scope;
use crate::store::records::Edition;

#[derive(Debug, Serialize, ToSchema)]
pub struct RecordView {
    #[schema(value_type = String)]
    pub call: CallId,
    #[schema(value_type = String)]
    pub agent: PersonId,
    /// `in` or `out`.
    pub direction: String,
    /// The other side's number, masked.
    pub number: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub state: State,
    pub draft: Draft,
    /// The version of the tree by which it was completed.
    pub tree: i64,
    pub edition: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub overdue_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub completed_at: Option<Timestamp>,
    pub release: Option<ReleaseView>,
    pub writer: String,
    pub seq: i64,
    #[schema(value_type = String, format = DateTime)]
    pub saved_at: Timestamp,
    pub version: i64,
    /// What you may do now.
    pub allowed: Vec<&'static str>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReleaseView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String)]
    by: PersonId,
    why: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct EditionView {
    edition: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = String)]
    who: PersonId,
    why: String,
    tree: i64,
    draft: Draft,
}

pub fn asker(actor: &Actor) -> Asker {
    Asker {
        person: actor.person,
        may_write: actor.may(WRITE),
        may_amend: actor.may(AMEND),
        may_release: actor.may(RELEASE),
    }
}

/// Whose records this person may see.
pub fn scope(actor: &Actor) -> Scope {
    if actor.may(READ) {
        return Scope::All;
    }
    let groups = if actor.may(READ_GROUP) { actor.leads.clone() } else { Vec::new() };
    Scope::Some { own: actor.person, groups }
}

pub fn view(record: Record, actor: &Actor, tree: &Tree) -> RecordView {
    let whole = record.agent == actor.person && record.state == State::Draft;
    let may = allowed(&record, asker(actor));
    let draft = if whole { record.draft } else { masked(record.draft, tree) };
    RecordView {
        call: record.call,
        agent: record.agent,
        direction: record.direction,
        number: kernel::mask::phone(&record.number),
        at: record.at,
        state: record.state,
        draft,
        tree: record.tree,
        edition: record.edition,
        overdue_at: record.overdue_at,
        completed_at: record.completed_at,
        release: record.release.map(|release| ReleaseView {
            at: release.at,
            by: release.by,
            why: release.why,
        }),
        writer: if whole { record.writer } else { String::new() },
        seq: record.seq,
        saved_at: record.saved_at,
        version: record.version,
        allowed: may,
    }
}

pub fn edition(edition: Edition, tree: &Tree) -> EditionView {
    EditionView {
        edition: edition.edition,
        at: edition.at,
        who: edition.who,
        why: edition.why,
        tree: edition.tree,
        draft: masked(edition.draft, tree),
    }
}

/// Numbers and addresses as those see them who need not call there. A field that the tree no longer knows may have been
/// either, and is hidden.
pub fn masked(mut draft: Draft, tree: &Tree) -> Draft {
    draft.contact = kernel::mask::phone(&draft.contact);
    let known = draft.reason.as_deref().map(|code| tree.effective(code).fields).unwrap_or_default();
    for (key, value) in &mut draft.fields {
        *value = match known.iter().find(|field| field.key == *key).map(|field| field.kind) {
            Some(FieldKind::Phone) => kernel::mask::phone(value),
            Some(FieldKind::Address) => kernel::mask::address(value),
            Some(_) => continue,
            None => "*".repeat(value.chars().count().min(8)),
        };
    }
    draft
}
