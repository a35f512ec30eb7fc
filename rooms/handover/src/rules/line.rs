//! Lines of the leader's log: those it writes itself, from the journal and the agents' desks, and those written by hand.

use audit::store::Line as Journalled;
use calls::store::desks::DeskRow;
use deadlines::Kind;
use kernel::{GroupId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use work_orders::rules::Order;

/// Where a line comes from, and its place there, so that it is written once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Journal(i64),
    Desks(i64),
    Hand,
}

impl Source {
    pub fn parts(self) -> (&'static str, i64) {
        match self {
            Source::Journal(place) => ("journal", place),
            Source::Desks(place) => ("desks", place),
            Source::Hand => ("hand", 0),
        }
    }
}

/// What a line says beside who and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Said {
    /// Id of what it is about: `wo_…`, `bu_…`, `ho_…`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What people call that.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub number: String,
    #[schema(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subtype: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub area: String,
    /// Words of a person: a note, a leader's reason.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What a leader ordered, as the floor knows it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object)]
    pub order: Value,
    /// The line that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub at: Timestamp,
    pub what: String,
    /// Shown before anything else.
    pub important: bool,
    pub who: Option<PersonId>,
    /// Who does not see it: it is about this person.
    pub concerns: Option<PersonId>,
    pub of: Of,
    pub source: Source,
    pub said: Said,
}

/// Whose log a line stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Of {
    #[default]
    Centre,
    Team(GroupId),
    /// Of this person's team.
    Person(PersonId),
}

/// What is done to an order and belongs into the log, and whether that is important whatever the order is.
const STEPS: [(&str, bool); 11] = [
    ("accepted", false),
    ("dispatch", false),
    ("arrive", false),
    ("close", false),
    ("urge", true),
    ("supervise", true),
    ("reply_supervision", true),
    ("send_back", false),
    ("extend", false),
    ("reopen", true),
    ("void", true),
];
/// Of orders that are not important only these.
const ORDINARY: [&str; 2] = ["accepted", "close"];

/// Whether a line of the journal is about an order whose own facts are needed.
pub fn wants_order(line: &Journalled) -> bool {
    line.room == "work_orders" && STEPS.iter().any(|(kind, _)| *kind == line.kind)
}

/// The log's line for one of the journal; none where the journal tells nothing for it. `order` is the one it is about.
pub fn from_journal(line: &Journalled, order: Option<&Order>) -> Option<Line> {
    let text = |key: &str| line.payload.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut said = Said { about: line.subject.clone(), ..Said::default() };
    let (mut concerns, mut of) = (None, Of::Centre);
    let important = match (line.room.as_str(), line.kind.as_str()) {
        ("work_orders", kind) => {
            let (_, always) = STEPS.iter().find(|(step, _)| *step == kind)?;
            let order = order?;
            let important = *always || order.is_important();
            if !important && !ORDINARY.contains(&kind) {
                return None;
            }
            said.number.clone_from(&order.number);
            said.kind = Some(order.matter.kind);
            said.subtype.clone_from(&order.matter.subtype);
            said.area.clone_from(&order.matter.area);
            concerns = order.matter.about;
            of = order.accepted_by.map_or(Of::Centre, Of::Person);
            important
        }
        ("floor", "ordered") => {
            said.text = text("why");
            said.order = line.payload.get("act").cloned().unwrap_or_default();
            true
        }
        ("notices", "bulletin_written" | "bulletin_withdrawn") => {
            said.text = text("why");
            said.area = text("region");
            true
        }
        ("handover", "signed_out" | "signed_in" | "alarmed" | "appended") => {
            said.number = text("number");
            of = text("team").parse().map_or(Of::Centre, Of::Team);
            true
        }
        _ => return None,
    };
    Some(Line {
        at: line.at,
        what: line.kind.clone(),
        important,
        who: line.who,
        concerns,
        of,
        source: Source::Journal(line.id.get()),
        said,
    })
}

/// States of a desk that a leader wants to know of.
const EXCEPTIONAL: [&str; 6] = ["missed", "declined", "unreachable", "lost", "phone_lost", "device_lost"];

/// The line for a state that an agent's desk took on by itself; none for the everyday ones.
pub fn from_desk(row: &DeskRow) -> Option<Line> {
    let reason = row.reason.as_deref().filter(|reason| EXCEPTIONAL.contains(reason))?;
    let about = row.call.map(|call| call.to_string()).unwrap_or_default();
    Some(Line {
        at: row.at,
        what: reason.to_owned(),
        important: false,
        who: Some(row.agent),
        concerns: None,
        of: Of::Person(row.agent),
        source: Source::Desks(row.position),
        said: Said { about, ..Said::default() },
    })
}
