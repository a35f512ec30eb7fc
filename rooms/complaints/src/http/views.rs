//! What browsers see of a case: the customer masked.

use deadlines::Kind;
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};
use serde::Serialize;
use utoipa::ToSchema;
use work_orders::rules::order::{Attachment, Channel, Emotion, Level, Privacy, Satisfaction};
use work_orders::rules::result::Outcome;
use work_orders::rules::{Order, State};

use crate::committee::order_now;
use crate::rules::case::{Analysis, Conclusion, Evidence, FedBack, Vote};
use crate::rules::level::{Circumstances, Proposal};
use crate::rules::{Act, Allowed, Asker, Case, Stage, allowed};
use crate::store::cases::{Line, Step};

/// One case in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseLine {
    #[schema(value_type = String)]
    pub order: WorkOrderId,
    pub number: String,
    #[schema(value_type = String)]
    pub kind: Kind,
    pub subtype: String,
    pub area: String,
    pub stage: Stage,
    pub level: Level,
    /// A member has confirmed or changed it.
    pub level_confirmed: bool,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    pub late: bool,
    #[schema(value_type = Option<String>)]
    pub unit: Option<UnitId>,
    #[schema(value_type = Option<String>)]
    pub owner: Option<PersonId>,
    /// Whom it is about.
    #[schema(value_type = Vec<String>)]
    pub persons: Vec<PersonId>,
    #[schema(value_type = Vec<String>)]
    pub units: Vec<UnitId>,
    /// The unit that has the order is one it is about.
    pub misdirected: bool,
    /// The agent it is about has recorded it.
    pub own: bool,
    pub conclusion: Option<Conclusion>,
    pub version: i64,
}

pub fn line(case: &Case) -> CaseLine {
    let opening = &case.opening;
    CaseLine {
        order: opening.order,
        number: opening.number.clone(),
        kind: opening.kind,
        subtype: opening.subtype.clone(),
        area: opening.area.clone(),
        stage: case.stage,
        level: case.level,
        level_confirmed: case.level_by.is_some(),
        opened_at: opening.at,
        due: case.due(),
        late: case.late,
        unit: case.unit,
        owner: case.owner,
        persons: case.persons.iter().copied().collect(),
        units: case.units.iter().copied().collect(),
        misdirected: case.misdirected(),
        own: opening.about.is_some() && opening.about == opening.accepted_by,
        conclusion: case.conclusion.clone(),
        version: case.version,
    }
}

/// One step of the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct StepView {
    seq: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = Option<String>)]
    who: Option<PersonId>,
    verb: String,
    from: String,
    to: String,
    #[schema(value_type = Option<Object>)]
    act: Option<Act>,
}

/// What the committee needs to know of the order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderFacts {
    /// Masked; empty where nobody may know.
    contact: String,
    phone: String,
    address: String,
    content: String,
    privacy: Privacy,
    emotion: Emotion,
    channel: Channel,
    state: &'static str,
    state_of: State,
    #[schema(value_type = Option<String>)]
    accepted_by: Option<PersonId>,
    result: Option<Outcome>,
    attachments: Vec<Attachment>,
    urges: usize,
    reopened: u8,
}

/// A case with everything that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseView {
    #[serde(flatten)]
    line: CaseLine,
    circumstances: Circumstances,
    proposal: Proposal,
    #[schema(value_type = Option<String>)]
    level_by: Option<PersonId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    contacted_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    contact_due: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    answer_due: Timestamp,
    evidence: Vec<Evidence>,
    needs_review: bool,
    votes: Vec<Vote>,
    /// When the order was done, and what the customer said.
    #[schema(value_type = Option<String>, format = DateTime)]
    done_at: Option<Timestamp>,
    satisfaction: Option<Satisfaction>,
    fed_back: Option<FedBack>,
    analysis: Option<Analysis>,
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
    order_facts: OrderFacts,
    steps: Vec<StepView>,
    allowed: Vec<Allowed>,
}

pub fn view(case: &Case, order: &Order, steps: Vec<Step>, asker: &Asker) -> CaseView {
    let matter = &order.matter;
    let shown = |text: String| if matter.privacy == Privacy::Open { text } else { String::new() };
    let step = |step: Step| StepView {
        seq: step.seq,
        at: step.at,
        who: step.who,
        verb: step.verb,
        from: step.from,
        to: step.to,
        act: match step.line {
            Line::Act { act } => Some(act),
            Line::Opened { .. } => None,
        },
    };
    CaseView {
        line: line(case),
        circumstances: case.opening.circumstances,
        proposal: case.opening.proposal.clone(),
        level_by: case.level_by,
        contacted_at: case.contacted_at,
        contact_due: case.contact_due,
        answer_due: case.answer_due,
        evidence: case.evidence.clone(),
        needs_review: case.needs_review(),
        votes: case.votes.clone(),
        done_at: case.done.as_ref().map(|done| done.at),
        satisfaction: case.done.as_ref().and_then(|done| done.satisfaction),
        fed_back: case.fed_back.clone(),
        analysis: case.analysis.clone(),
        closed_at: case.closed_at,
        order_facts: OrderFacts {
            contact: shown(kernel::mask::name(&matter.contact.name)),
            phone: shown(kernel::mask::phone(&matter.contact.phone)),
            address: shown(kernel::mask::address(&matter.address)),
            content: kernel::mask::in_text(&matter.content),
            privacy: matter.privacy,
            emotion: matter.emotion,
            channel: matter.channel,
            state: order.state.word(),
            state_of: order.state.clone(),
            accepted_by: order.accepted_by,
            result: order.result.clone(),
            attachments: order.attachments.clone(),
            urges: order.urges.len(),
            reopened: order.reopened,
        },
        steps: steps.into_iter().map(step).collect(),
        allowed: allowed(case, asker, order_now(order)),
    }
}
