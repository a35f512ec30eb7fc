//! 隐瞒: calls in which somebody complained, compared with the orders there are.

use std::time::Duration;

use deadlines::Kind;
use kernel::{CallId, PersonId, Timestamp, WorkOrderId};

use super::finding::{FindingKind, Found, Hint, Shown};
use super::settings::Settings;

/// A call that has ended, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSeen {
    pub call: CallId,
    pub agent: PersonId,
    pub at: Timestamp,
    pub ended: Timestamp,
    pub talk_s: i64,
    /// The queue by its name, and what was pressed on the way to it.
    pub queue: Option<String>,
    pub keys: Option<String>,
    /// What the agent has written down as the reason.
    pub reason: Option<String>,
}

/// An order of the same call, or of the same number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderSeen {
    pub order: WorkOrderId,
    pub number: String,
    pub kind: Kind,
    pub at: Timestamp,
    pub by: Option<PersonId>,
    pub about: Option<PersonId>,
    pub call: Option<CallId>,
}

impl OrderSeen {
    fn shown(&self) -> Shown {
        Shown::Order {
            order: self.order,
            number: self.number.clone(),
            kind: self.kind,
            at: self.at,
            by: self.by,
        }
    }
}

/// What says that the caller wanted to complain. `leads_to_complaint` knows the reasons.
pub fn hints(call: &CallSeen, settings: &Settings, leads_to_complaint: impl Fn(&str) -> bool) -> Vec<Hint> {
    let mut hints = Vec::new();
    if let Some(queue) = call.queue.as_ref().filter(|queue| settings.complaint_queues.contains(queue)) {
        hints.push(Hint::Chose { queue: queue.clone(), keys: call.keys.clone() });
    }
    let ours = |code: &str| settings.complaint_reasons.iter().any(|beginning| code.starts_with(beginning));
    if let Some(code) = call.reason.as_ref().filter(|code| ours(code) || leads_to_complaint(code)) {
        hints.push(Hint::Reason { code: code.clone() });
    }
    hints
}

/// Until when a complaint made in this call is recorded in time.
pub fn recorded_by(call: &CallSeen, settings: &Settings) -> Timestamp {
    call.ended + Duration::from_secs(u64::from(settings.record_min) * 60)
}

/// Who chose the line for complaints and suggestions may have wanted one of these; whose reason is a complaint wanted that.
fn answers(order: &OrderSeen, hints: &[Hint]) -> bool {
    let said = hints.iter().any(|hint| matches!(hint, Hint::Reason { .. } | Hint::Later { .. }));
    match order.kind {
        Kind::Complaint | Kind::Report | Kind::Opinion => true,
        Kind::Suggestion | Kind::Praise => !said,
        Kind::Fault | Kind::Enquiry | Kind::Request => false,
    }
}

/// The call, if somebody complained in it and no order tells of it in time. `orders` are those of the call and of its
/// number, around it.
pub fn concealed(
    call: &CallSeen,
    hints: Vec<Hint>,
    orders: &[OrderSeen],
    settings: &Settings,
) -> Option<Found> {
    let until = recorded_by(call, settings);
    let in_time = |order: &&OrderSeen| {
        let near = order.at >= call.at && order.at <= until;
        near || order.call == Some(call.call) && order.at <= until
    };
    let short = call.talk_s < i64::from(settings.talk_s);
    if hints.is_empty() || short || orders.iter().filter(in_time).any(|order| answers(order, &hints)) {
        return None;
    }
    let shown = Shown::Call {
        call: call.call,
        at: call.at,
        ended: Some(call.ended),
        agent: Some(call.agent),
        talk_s: call.talk_s,
        hints,
    };
    let mut evidence = vec![shown, Shown::NoOrder { until }];
    // What was filed instead, or too late, is worth seeing.
    evidence.extend(orders.iter().map(OrderSeen::shown));
    Some(Found {
        key: format!("concealed {} {}", call.call, call.agent),
        kind: FindingKind::Concealed,
        person: Some(call.agent),
        unit: None,
        order: None,
        call: Some(call.call),
        done_at: call.at,
        evidence,
        by: None,
    })
}

/// 如实及时: a complaint recorded during the call or soon after it, by whoever was on it.
pub fn proper(order: &OrderSeen, call: &CallSeen, settings: &Settings) -> Option<Found> {
    let in_time = order.at >= call.at && order.at <= recorded_by(call, settings);
    let own = order.by == Some(call.agent) && order.call == Some(call.call);
    if order.kind != Kind::Complaint || !own || !in_time {
        return None;
    }
    let shown = Shown::Call {
        call: call.call,
        at: call.at,
        ended: Some(call.ended),
        agent: Some(call.agent),
        talk_s: call.talk_s,
        hints: Vec::new(),
    };
    Some(Found {
        key: format!("proper {}", order.order),
        kind: FindingKind::Proper,
        person: order.by,
        unit: None,
        order: Some(order.order),
        call: Some(call.call),
        done_at: order.at,
        evidence: vec![shown, order.shown()],
        by: None,
    })
}
