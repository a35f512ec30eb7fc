//! 造假: orders compared with calls, with their own history, with other orders, and with what is possible.

use std::collections::BTreeMap;
use std::time::Duration;

use deadlines::Kind;
use kernel::{CallId, PersonId, Timestamp, UnitId, WorkOrderId};
use serde_json::Value;
use work_orders::rules::result::likeness;

use super::finding::{FindingKind, Found, Odd, Shown};
use super::settings::Settings;

/// An order, as far as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFacts {
    pub order: WorkOrderId,
    pub number: String,
    pub kind: Kind,
    pub unit: Option<UnitId>,
    pub accepted_at: Timestamp,
    pub accepted_by: Option<PersonId>,
    /// It came by telephone, as it says.
    pub by_phone: bool,
    pub call: Option<CallId>,
    pub dispatched_at: Option<Timestamp>,
    pub left_at: Option<Timestamp>,
    pub arrived_at: Option<Timestamp>,
    pub done_at: Option<Timestamp>,
    /// Who has entered the arrival, when, and from where.
    pub arrival: Option<Arrival>,
    /// Who has given the result.
    pub result_by: Option<PersonId>,
}

/// An arrival as somebody has entered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub order: WorkOrderId,
    pub by: PersonId,
    pub at: Timestamp,
    pub entered_at: Timestamp,
    /// Latitude and longitude in millionths of a degree.
    pub place: Option<(i32, i32)>,
}

impl OrderFacts {
    fn shown(&self) -> Shown {
        Shown::Order {
            order: self.order,
            number: self.number.clone(),
            kind: self.kind,
            at: self.accepted_at,
            by: self.accepted_by,
        }
    }

    fn found(&self, kind: FindingKind, key: String, person: Option<PersonId>, done_at: Timestamp) -> Found {
        Found {
            key,
            kind,
            person,
            unit: None,
            order: Some(self.order),
            call: None,
            done_at,
            evidence: vec![self.shown()],
            by: None,
        }
    }
}

/// The call an order names: it exists, and who talked in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCall {
    pub at: Timestamp,
    pub ended: Option<Timestamp>,
    pub talk_s: i64,
    pub agents: Vec<PersonId>,
}

/// An order that says it came by telephone, without a call, or with somebody else's.
pub fn without_call(order: &OrderFacts, call: Option<&NamedCall>) -> Option<Found> {
    let by = order.accepted_by?;
    let own = call.is_some_and(|call| call.agents.contains(&by) && call.at <= order.accepted_at);
    if !order.by_phone || own {
        return None;
    }
    let mut found =
        order.found(FindingKind::NoCall, format!("no_call {}", order.order), Some(by), order.accepted_at);
    found.call = order.call;
    found.evidence.insert(
        0,
        match (call, order.call) {
            (Some(seen), Some(call)) => Shown::Call {
                call,
                at: seen.at,
                ended: seen.ended,
                agent: seen.agents.first().copied(),
                talk_s: seen.talk_s,
                hints: Vec::new(),
            },
            (_, call) => Shown::NoCall {
                call,
                from: order.accepted_at - Duration::from_secs(1_800),
                to: order.accepted_at,
            },
        },
    );
    Some(found)
}

/// One step of an order's history, and the line of the journal that was written with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepSeen {
    pub seq: i64,
    pub at: Timestamp,
    pub who: Option<PersonId>,
    pub to: String,
}

/// A step and its line of the journal are written within this; orders that are filed together share one instant there.
const SAME_MICROS: u64 = 60_000_000;

fn apart(one: Timestamp, other: Timestamp) -> u64 {
    one.as_micros().abs_diff(other.as_micros())
}

/// The store's own count: an order and its replay differ in it without anybody having touched them.
const OWN_COUNT: &str = "version";
const DIFFERENCES_MAX: usize = 10;
const VALUE_CHARS: usize = 120;

/// An order that is not what its history leads to, or whose history is not what the journal wrote.
pub fn edited(
    order: &OrderFacts,
    kept: &Value,
    replayed: Option<&Value>,
    steps: &[StepSeen],
    journal: &[StepSeen],
) -> Option<Found> {
    let mut evidence = Vec::new();
    match replayed {
        Some(replayed) => differences("", kept, replayed, &mut evidence),
        None => evidence.push(Shown::Replayed {
            field: "history".into(),
            kept: order.number.clone(),
            history: String::new(),
        }),
    }
    // An order put in as a whole has no lines at all: then there is nothing to compare with.
    let by_seq: BTreeMap<i64, &StepSeen> = steps.iter().map(|step| (step.seq, step)).collect();
    for line in journal {
        let mut odd = |field: &str, kept: String, journal: String| {
            let field = field.to_owned();
            evidence.push(Shown::Journal { seq: line.seq, field, kept, journal });
        };
        let who = |who: Option<PersonId>| who.map(|who| who.to_string()).unwrap_or_default();
        match by_seq.get(&line.seq) {
            None => odd("step", String::new(), line.to.clone()),
            Some(step) if step.to != line.to => odd("to", step.to.clone(), line.to.clone()),
            Some(step) if apart(step.at, line.at) > SAME_MICROS => {
                odd("at", step.at.to_string(), line.at.to_string())
            }
            Some(step) if step.who != line.who => odd("who", who(step.who), who(line.who)),
            Some(_) => {}
        }
    }
    let written = journal.iter().map(|line| line.seq).max();
    if let Some(written) = written {
        for step in steps.iter().filter(|step| step.seq > written) {
            let (seq, field, kept) = (step.seq, "step".to_owned(), step.to.clone());
            evidence.push(Shown::Journal { seq, field, kept, journal: String::new() });
        }
    }
    if evidence.is_empty() {
        return None;
    }
    evidence.truncate(DIFFERENCES_MAX);
    let person = steps.last().and_then(|step| step.who);
    let done_at = steps.last().map_or(order.accepted_at, |step| step.at);
    let mut found = order.found(FindingKind::Edited, format!("edited {}", order.order), person, done_at);
    found.evidence.extend(evidence);
    Some(found)
}

fn differences(path: &str, kept: &Value, history: &Value, found: &mut Vec<Shown>) {
    if kept == history || found.len() >= DIFFERENCES_MAX {
        return;
    }
    if let (Value::Object(kept), Value::Object(history)) = (kept, history) {
        let keys: std::collections::BTreeSet<&String> = kept.keys().chain(history.keys()).collect();
        for key in keys {
            if path.is_empty() && key == OWN_COUNT {
                continue;
            }
            let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let one = |of: &serde_json::Map<String, Value>| of.get(key).cloned().unwrap_or(Value::Null);
            differences(&below, &one(kept), &one(history), found);
        }
        return;
    }
    found.push(Shown::Replayed { field: path.to_owned(), kept: short(kept), history: short(history) });
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    text.chars().take(VALUE_CHARS).collect()
}

/// The result of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultSeen {
    pub order: WorkOrderId,
    pub number: String,
    /// Who did it, as the result says.
    pub person: String,
    pub text: String,
}

/// Shorter texts are alike by chance.
const TEXT_CHARS_MIN: usize = 10;
const SHOWN_MAX: usize = 8;

/// A result of which the same person has given several that are alike. `others` are the unit's latest, this one may be
/// among them. One in a month is enough: it lists the others.
pub fn templated(
    order: &OrderFacts,
    month: &str,
    result: &ResultSeen,
    others: &[ResultSeen],
    settings: &Settings,
) -> Option<Found> {
    if result.text.chars().count() < TEXT_CHARS_MIN {
        return None;
    }
    let least = f64::from(settings.alike_percent) / 100.0;
    let same = others.iter().filter(|other| other.order != result.order && other.person == result.person);
    let alike: Vec<(u8, &ResultSeen)> = same
        .filter_map(|other| {
            let share = likeness(&result.text, &other.text);
            // A share of 0 to 1 as percent fits.
            (share >= least).then_some(((share * 100.0).round() as u8, other))
        })
        .collect();
    if alike.len() + 1 < usize::from(settings.templated) {
        return None;
    }
    let who = order.result_by.map_or_else(|| result.person.clone(), |person| person.to_string());
    let mut found = order.found(
        FindingKind::Templated,
        format!("templated {who} {month}"),
        order.result_by,
        order.done_at.unwrap_or(order.accepted_at),
    );
    found.unit = order.unit;
    let text = |percent: u8, seen: &ResultSeen| Shown::Text {
        order: seen.order,
        number: seen.number.clone(),
        text: seen.text.clone(),
        alike_percent: percent,
    };
    found.evidence.push(text(100, result));
    found.evidence.extend(alike.into_iter().take(SHOWN_MAX).map(|(percent, other)| text(percent, other)));
    Some(found)
}

/// Metres between two places; near enough for a town.
fn metres(one: (i32, i32), other: (i32, i32)) -> u64 {
    const METRES_A_DEGREE: f64 = 111_320.0;
    let degrees = |of: i32| f64::from(of) / 1e6;
    let north = (degrees(one.0) - degrees(other.0)) * METRES_A_DEGREE;
    let east = (degrees(one.1) - degrees(other.1)) * METRES_A_DEGREE * degrees(one.0).to_radians().cos();
    // A distance on earth fits.
    north.hypot(east).round() as u64
}

/// Nearer than this, two places are one: telephones err.
const NEAR_METRES: u64 = 1_000;

/// Times that cannot all be true, one finding for each. `others` are arrivals of the same person around this one.
pub fn impossible(order: &OrderFacts, others: &[Arrival], settings: &Settings) -> Vec<Found> {
    let mut found = Vec::new();
    let mut odd = |odd: Odd, first: Timestamp, second: Timestamp, more: Option<Shown>| {
        let person = order.arrival.map(|arrival| arrival.by).or(order.result_by);
        let word = promises::rules::word(&odd);
        let key = format!("time {} {word}", order.order);
        let mut one = order.found(FindingKind::ImpossibleTime, key, person, first.max(second));
        one.unit = order.unit;
        one.evidence.push(Shown::Times { odd, first, second });
        one.evidence.extend(more);
        found.push(one);
    };
    let at_least = Duration::from_secs(u64::from(settings.travel_s));
    if let (Some(dispatched), Some(arrived)) = (order.dispatched_at, order.arrived_at)
        && arrived < dispatched
    {
        odd(Odd::ArrivedBeforeDispatch, dispatched, arrived, None);
    }
    if let (Some(left), Some(arrived)) = (order.left_at, order.arrived_at)
        && arrived >= left
        && arrived.since(left) < at_least
    {
        odd(Odd::NoTravel, left, arrived, None);
    }
    if let (Some(arrived), Some(done)) = (order.arrived_at, order.done_at)
        && done >= arrived
        && done.since(arrived) < at_least
    {
        odd(Odd::NoWork, arrived, done, None);
    }
    if let Some(arrival) = order.arrival {
        let most = Duration::from_secs(u64::from(settings.entered_h) * 3_600);
        if arrival.entered_at > arrival.at + most {
            odd(Odd::EnteredLate, arrival.at, arrival.entered_at, None);
        }
        let far = others.iter().filter(|other| other.order != order.order).find_map(|other| {
            let metres = metres(arrival.place?, other.place?);
            let between =
                if arrival.at > other.at { arrival.at.since(other.at) } else { other.at.since(arrival.at) };
            let most = between.as_secs().saturating_mul(u64::from(settings.speed_kmh)) * 1_000 / 3_600;
            (metres > NEAR_METRES && metres > most).then_some((other, metres))
        });
        if let Some((other, metres)) = far {
            let more = Shown::Elsewhere { order: other.order, at: other.at, metres };
            odd(Odd::TwoPlaces, other.at, arrival.at, Some(more));
        }
    }
    found
}

/// A customer was asked, as it says, and nobody called him around that time. `calls` says whether somebody did.
pub fn not_called(order: &OrderFacts, at: Timestamp, by: PersonId, settings: &Settings) -> Found {
    let key = format!("call_back {} {}", order.order, at.as_micros());
    let mut found = order.found(FindingKind::FalseCallBack, key, Some(by), at);
    let around = Duration::from_secs(u64::from(settings.call_back_min) * 60);
    found.evidence.push(Shown::Asked { at, by });
    found.evidence.push(Shown::NoCall { call: None, from: at - around, to: at + around });
    found
}

/// The customer tells another time of arrival than the crew, or that nobody came.
pub fn false_arrival(order: &OrderFacts, recorded: Timestamp, told: Option<Timestamp>) -> Found {
    let key = format!("arrival {} {}", order.order, recorded.as_micros());
    let person = order.arrival.map(|arrival| arrival.by);
    let mut found = order.found(FindingKind::FalseArrival, key, person, recorded);
    found.unit = order.unit;
    found.evidence.push(Shown::Arrival { recorded, told });
    found
}
