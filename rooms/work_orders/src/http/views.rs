//! What browsers see of an order: masked, unless one needs the number to do one's work.

use deadlines::{Clock, Kind, Standing, State as Ending, Step as Owed};
use departments::Hears;
use kernel::calendar::{Calendar, Limit};
use kernel::{AttachmentId, NoticeId, PersonId, PromiseId, Timestamp, UnitId, WorkOrderId};
use promises::Kept as Promised;
use serde::Serialize;
use utoipa::ToSchema;

use crate::rules::order::{Attachment, Channel, Level, Satisfaction, Supervision, Urge, Urgency};
use crate::rules::privacy::{Written as _, matter, may_know, may_open, works_on};
use crate::rules::result::Outcome;
use crate::rules::{Act, Allowed, Asker, Matter, Order, State, TimeAsked, time};
use crate::store::orders::Kept;
use crate::store::steps::{Line, Step};
use crate::store::unheard::Unheard;

/// One order in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderLine {
    #[schema(value_type = String)]
    pub id: WorkOrderId,
    pub number: String,
    #[schema(value_type = String)]
    pub kind: Kind,
    pub subtype: String,
    pub channel: Channel,
    pub state: &'static str,
    #[schema(value_type = Option<String>)]
    pub unit: Option<UnitId>,
    #[schema(value_type = Option<String>)]
    pub handler: Option<PersonId>,
    #[schema(value_type = Option<String>)]
    pub accepted_by: Option<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    pub accepted_at: Timestamp,
    /// The next promise that breaks, and of which step it is.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub due_step: Option<Owed>,
    /// Since when that one runs.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_since: Option<Timestamp>,
    /// What the customer measures us by: since when, until when.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub promised_since: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub promised: Option<Timestamp>,
    /// Whether that was kept; absent while it runs.
    pub kept: Option<bool>,
    pub urgency: Urgency,
    pub danger: bool,
    pub level: Level,
    pub important: bool,
    pub urges: usize,
    pub supervised: usize,
    pub returns: u8,
    pub reopened: u8,
    /// Another order that this one follows.
    #[schema(value_type = Option<String>)]
    pub master: Option<WorkOrderId>,
    /// Masked.
    pub contact: String,
    pub phone: String,
    pub address: String,
    pub area: String,
    pub content: String,
    pub satisfaction: Option<Satisfaction>,
    /// More time that the unit has asked for and nobody has answered; numbers in it are masked.
    pub time_asked: Option<TimeAsked>,
    pub version: i64,
}

/// One clock of one promise of the order.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockView {
    #[schema(value_type = String)]
    promise: PromiseId,
    #[schema(value_type = String)]
    step: Owed,
    round: i64,
    rule: String,
    #[schema(value_type = String)]
    clock: Clock,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
    /// `running`, `kept`, `broken`, `withdrawn`.
    standing: &'static str,
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    late_s: u64,
    /// How often it was moved, and why the last time.
    renewals: usize,
    reason: Option<String>,
}

/// One line of the order's timeline.
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
    #[schema(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// What the customer was told of it.
    #[schema(value_type = Option<String>)]
    notice: Option<NoticeId>,
    /// What was said with it; without the matter, which stands above.
    #[schema(value_type = Option<Object>)]
    act: Option<Act>,
}

/// A file of the order.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileView {
    #[serde(flatten)]
    file: Attachment,
    #[schema(value_type = Option<String>)]
    by: Option<PersonId>,
    /// Whether you may open it; that is written down.
    opens: bool,
}

/// An order with everything that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderView {
    #[serde(flatten)]
    line: OrderLine,
    state_of: State,
    matter: Matter,
    /// The matter is shown whole.
    whole: bool,
    #[schema(value_type = Option<String>)]
    bound: Option<UnitId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    left_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    arrived_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    estimate: Option<Timestamp>,
    result: Option<Outcome>,
    urged: Vec<Urge>,
    supervisions: Vec<Supervision>,
    attachments: Vec<FileView>,
    clocks: Vec<ClockView>,
    steps: Vec<StepView>,
    /// How many orders follow this one.
    children: i64,
    /// The unit it was sent to had nobody to hear it.
    unheard: Option<UnheardView>,
    /// How much more time may be had at most; absent where none may.
    #[schema(value_type = Option<Object>)]
    more_time: Option<Limit>,
    /// How much it must be at least: of a request whose answer is late, less would be over already.
    #[schema(value_type = Option<Object>)]
    more_least: Option<Limit>,
    /// What you may do now; what is barred says why.
    allowed: Vec<Allowed>,
}

/// Who heard of it in place of the unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnheardView {
    #[schema(value_type = String)]
    hears: Hears,
    #[schema(value_type = Vec<String>)]
    told: Vec<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// Whether this person sees numbers whole without asking.
pub fn sees_whole(order: &Order, asker: &Asker) -> bool {
    may_know(order, asker) && works_on(order, asker)
}

pub fn line(kept: &Kept, asker: &Asker) -> OrderLine {
    let order = &kept.order;
    let whole = sees_whole(order, asker);
    let matter = matter(order, asker, whole);
    let content: String = kernel::mask::in_text(&matter.content).chars().take(120).collect();
    OrderLine {
        id: order.id,
        number: order.number.clone(),
        kind: matter.kind,
        subtype: matter.subtype,
        channel: matter.channel,
        state: order.state.word(),
        unit: order.state.unit(),
        handler: order.state.handler(),
        accepted_by: order.accepted_by,
        accepted_at: order.accepted_at,
        due: kept.beside.due.map(|(due, _)| due),
        due_step: kept.beside.due.map(|(_, step)| step),
        due_since: kept.beside.due_since,
        promised_since: kept.beside.promised.map(|(since, _)| since),
        promised: kept.beside.promised.map(|(_, until)| until),
        kept: kept.beside.kept,
        urgency: matter.urgency,
        danger: matter.danger,
        level: matter.level,
        important: order.is_important(),
        urges: order.urges.len(),
        supervised: order.supervisions.iter().filter(|one| one.evaluation.is_none()).count(),
        returns: order.returns,
        reopened: order.reopened,
        master: order.master,
        contact: matter.contact.name,
        phone: matter.contact.phone,
        address: matter.address,
        area: matter.area,
        content,
        satisfaction: order.satisfaction,
        time_asked: order.time_asked.clone().map(|asked| if whole { asked } else { asked.masked() }),
        version: order.version,
    }
}

/// All that a page of an order is drawn from.
pub struct Parts<'a> {
    pub calendar: &'a Calendar,
    pub kept: Kept,
    pub promised: Vec<Promised>,
    pub steps: Vec<Step>,
    pub children: i64,
    pub unheard: Option<Unheard>,
    pub allowed: Vec<Allowed>,
    pub now: Timestamp,
}

pub fn order(parts: Parts<'_>, asker: &Asker) -> OrderView {
    let Parts { calendar, kept, promised, steps, children, unheard, allowed, now } = parts;
    let line = line(&kept, asker);
    let order = kept.order;
    let whole = sees_whole(&order, asker);
    let more = time::more(&order, &promised, now, calendar).ok();
    let mut clocks: Vec<ClockView> = promised.iter().flat_map(|promised| clocks_of(promised, now)).collect();
    let (mut result, mut urged) = (order.result.clone(), order.urges.clone());
    let mut supervisions = order.supervisions.clone();
    let file = |file: Attachment| {
        let by = attached_by(&steps, file.id);
        FileView { by, opens: may_open(&order, asker, by), file: if whole { file } else { file.masked() } }
    };
    let attachments = order.attachments.iter().cloned().map(file).collect();
    let mut steps: Vec<StepView> = steps.into_iter().map(step).collect();
    if !whole {
        let reasons = clocks.iter_mut().filter_map(|clock| clock.reason.as_mut());
        reasons.for_each(|reason| *reason = kernel::mask::in_text(reason));
        for step in &mut steps {
            step.act = step.act.take().map(Act::masked);
        }
        result = result.map(Outcome::masked);
        urged = urged.into_iter().map(Urge::masked).collect();
        supervisions = supervisions.into_iter().map(Supervision::masked).collect();
    }
    let here = unheard.filter(|unheard| order.state == State::Dispatched { unit: unheard.unit });
    let unheard = here.map(|Unheard { hears, told, at, .. }| UnheardView { hears, told, at });
    OrderView {
        line,
        matter: matter(&order, asker, whole),
        whole,
        state_of: order.state,
        bound: order.bound,
        left_at: order.left_at,
        arrived_at: order.arrived_at,
        estimate: order.estimate,
        result,
        urged,
        supervisions,
        attachments,
        clocks,
        steps,
        children,
        unheard,
        more_time: more.map(|more| more.most),
        more_least: more.map(|more| more.least),
        allowed,
    }
}

fn clocks_of(promised: &Promised, now: Timestamp) -> Vec<ClockView> {
    let view = |(clock, promise): (Clock, &deadlines::Promise)| {
        let (standing, late_s) = match promise.standing(now) {
            Standing::Running { .. } => ("running", 0),
            Standing::Overdue { by } => ("running", by.as_secs()),
            Standing::Kept => ("kept", 0),
            Standing::Broken { by } => ("broken", by.as_secs()),
            Standing::Withdrawn => ("withdrawn", 0),
        };
        let ended_at = match promise.state() {
            Ending::Running => None,
            Ending::Fulfilled { at } | Ending::Withdrawn { at, .. } => Some(*at),
        };
        ClockView {
            promise: promised.id,
            step: promised.step,
            round: promised.round,
            rule: promised.rule.clone(),
            clock,
            since: promise.since(),
            due: promise.due(),
            standing,
            ended_at,
            late_s,
            renewals: promise.renewals().len(),
            reason: promise.renewals().last().map(|renewal| renewal.reason.clone()),
        }
    };
    promised.clocks.each().into_iter().map(view).collect()
}

/// Who attached a file, by the order's history.
pub fn attached_by(steps: &[Step], file: AttachmentId) -> Option<PersonId> {
    let attached = |step: &&Step| matches!(&step.line, Line::Act { act: Act::Attach { attachment }, .. } if attachment.id == file);
    steps.iter().find(attached).and_then(|step| step.who)
}

fn step(step: Step) -> StepView {
    let Step { seq, at, who, verb, from, to, unit, line } = step;
    let (act, notice) = match line {
        Line::Accepted { .. } => (None, None),
        // What stood before a correction is for those who look for forgeries, with their own door.
        Line::Act { act: Act::Correct { .. }, notice, .. } => (None, notice),
        Line::Act { act, notice, .. } => (Some(act), notice),
    };
    StepView { seq, at, who, verb, from, to, unit, notice, act }
}
