//! What browsers see of a handover.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{HandoverId, PersonId, Timestamp, UnitId, WorkOrderId};
use serde::Serialize;
use utoipa::ToSchema;
use work_orders::store::orders::Kept;

use crate::rules::decide::{self, Facts, Standing};
use crate::rules::item::{Matter, Verdict, Why};
use crate::rules::record::{Appendix, Left, Section, State};
use crate::rules::{Item, Record, Refusal, Team, Verb};

/// One handover in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RecordLine {
    #[schema(value_type = String)]
    pub id: HandoverId,
    pub number: String,
    pub shift: String,
    /// None is the whole centre's, or what is of no team.
    pub team: Option<Team>,
    #[schema(value_type = String, format = DateTime)]
    pub begins: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub ends: Timestamp,
    /// Both sign until then.
    #[schema(value_type = String, format = DateTime)]
    pub sign_by: Timestamp,
    /// `draft`, `signed_out`, `verified`, `signed_in`.
    pub state: &'static str,
    #[schema(value_type = Option<String>)]
    pub outgoing: Option<PersonId>,
    #[schema(value_type = Option<String>)]
    pub incoming: Option<PersonId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub signed_in_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub alarmed_at: Option<Timestamp>,
}

pub fn line(record: &Record) -> RecordLine {
    let signed_in_at = match &record.state {
        State::SignedIn { incoming, .. } => Some(incoming.at),
        State::Draft | State::SignedOut { .. } | State::Verified { .. } => None,
    };
    RecordLine {
        id: record.id,
        number: record.number.clone(),
        shift: record.shift.clone(),
        team: record.scope.team.clone(),
        begins: record.begins,
        ends: record.ends,
        sign_by: record.sign_by,
        state: record.state.word(),
        outgoing: record.state.outgoing().map(|signature| signature.by),
        incoming: record.state.incoming(),
        signed_in_at,
        alarmed_at: record.alarmed_at,
    }
}

/// How an order stands now, where that is not as it was handed over.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NowView {
    pub state: &'static str,
    pub open: bool,
    #[schema(value_type = Option<String>)]
    pub unit: Option<UnitId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ItemView {
    pub seq: i64,
    /// By this it is named in acts.
    pub about: String,
    pub matter: Matter,
    pub why: BTreeSet<Why>,
    pub remark: String,
    pub late: bool,
    pub verdict: Option<Verdict>,
    pub now: Option<NowView>,
}

/// An act, and why it may not be done now: a refusal as the server would say it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Allowed {
    pub act: Verb,
    #[schema(value_type = Option<Object>)]
    pub barred: Option<Refusal>,
}

/// One handover with all that is on it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordView {
    #[serde(flatten)]
    pub line: RecordLine,
    pub signatures: State,
    pub sections: BTreeMap<Section, String>,
    /// Sections that say nothing yet.
    pub missing: BTreeSet<Section>,
    /// As drawn at the signature; of a draft, as it is now.
    pub left: Left,
    pub items: Vec<ItemView>,
    /// How many are not verified yet, and how many questions wait for an answer.
    pub unverified: i64,
    pub unanswered: i64,
    pub appendix: Vec<Appendix>,
    pub allowed: Vec<Allowed>,
}

/// What a page of a handover is drawn from.
pub struct Parts<'a> {
    pub record: &'a Record,
    pub left: Left,
    pub items: Vec<Item>,
    /// How the orders stand now, of a record that is signed.
    pub orders: &'a BTreeMap<WorkOrderId, Kept>,
    pub may_sign: bool,
}

pub fn view(parts: Parts<'_>, facts: Facts<'_>) -> RecordView {
    let Parts { record, left, items, orders, may_sign } = parts;
    let incoming = record.state.incoming().unwrap_or(facts.person);
    let standing = if record.state == State::Draft {
        Standing::default()
    } else {
        decide::standing(&items, Some(incoming))
    };
    let facts = Facts { standing, ..facts };
    let allowed = if may_sign { decide::allowed(record, facts) } else { Vec::new() };
    let items = items.into_iter().filter(|item| item.concerns != Some(facts.person));
    RecordView {
        line: line(record),
        signatures: record.state.clone(),
        sections: record.sections.clone(),
        missing: record.missing(),
        left,
        items: items.map(|item| item_view(item, record, orders)).collect(),
        unverified: standing.unverified,
        unanswered: standing.unanswered,
        appendix: record.appendix.clone(),
        allowed: allowed.into_iter().map(|(act, barred)| Allowed { act, barred }).collect(),
    }
}

fn item_view(item: Item, record: &Record, orders: &BTreeMap<WorkOrderId, Kept>) -> ItemView {
    let about = item.about();
    let now = match &item.matter {
        Matter::Order(order) => orders.get(&order.order).map(|kept| NowView {
            state: kept.order.state.word(),
            open: kept.order.state.is_open(),
            unit: kept.order.state.unit(),
            due: kept.beside.due.map(|(due, _)| due),
        }),
        Matter::Owed(_) | Matter::Escalation(_) => None,
    };
    let drafted = record.remarks.get(&about).cloned();
    ItemView {
        seq: item.seq,
        remark: drafted.unwrap_or(item.remark),
        matter: item.matter,
        why: item.why,
        late: item.late,
        verdict: item.verdict,
        now,
        about,
    }
}
