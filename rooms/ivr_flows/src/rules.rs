//! What may be done to a flow: pure decisions.

pub mod prompt;
pub mod source;

use std::fmt;

use kernel::{FlowId, Timestamp};
use serde::Serialize;
use web::Status;

/// A flow with its draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    pub id: FlowId,
    pub name: String,
    /// The text being worked on.
    pub draft: String,
    /// Counts every change, so that two editors cannot overwrite each other.
    pub revision: i64,
    pub live: Option<Live>,
    /// The newest version there is; 0 when none was ever published.
    pub newest: u32,
}

/// The version callers hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    pub version: u32,
    pub at: Timestamp,
    pub by: Option<String>,
    pub source: String,
}

/// A version to be kept for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVersion {
    pub version: u32,
    pub source: String,
    pub note: Option<String>,
}

/// What is done to a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    SaveDraft {
        source: String,
    },
    Publish {
        note: Option<String>,
    },
    /// An older version becomes the one callers hear; the draft is left alone.
    RollBack {
        version: u32,
        source: String,
    },
    Delete {
        /// Called numbers that lead to it.
        numbers: Vec<String>,
    },
}

/// The outcome, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `None`: the flow is gone.
    pub flow: Option<Flow>,
    pub version: Option<NewVersion>,
    /// What the journal calls it.
    pub kind: &'static str,
    /// Callers hear something else from now on.
    pub heard: bool,
}

/// The business says no.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// Somebody else was faster.
    ChangedMeanwhile {
        revision: i64,
    },
    /// The flow has errors.
    NotSound {
        findings: Vec<source::Found>,
    },
    NothingChanged,
    NameTaken {
        name: String,
    },
    /// A name is 1 to 60 letters, digits, `_`, `-` (prompts: also `/`).
    BadName {
        name: String,
    },
    NoSuchVersion {
        version: u32,
    },
    /// A number can only lead to a flow that is published.
    NotPublished,
    /// A number is 1 to 32 digits and letters, `+`, `*`, `#`.
    BadNumber {
        number: String,
    },
    /// Flows or numbers still use it.
    InUse {
        by: Vec<String>,
    },
    TooManyFlows {
        max: usize,
    },
    SourceTooLong {
        max: usize,
    },
    BadPrompt {
        why: prompt::Bad,
    },
    /// A text is being spoken: ask again.
    SpeechPreparing,
    /// There is nothing to speak with, or the text cannot be said.
    SpeechUnavailable {
        why: String,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::ChangedMeanwhile { revision } => {
                write!(f, "somebody changed it; it is at {revision} now")
            }
            Refusal::NotSound { findings } => {
                f.write_str("the flow has errors:")?;
                findings.iter().try_for_each(|found| write!(f, "\n  {found}"))
            }
            Refusal::NothingChanged => f.write_str("the draft is what callers hear already"),
            Refusal::NameTaken { name } => write!(f, "there is something called {name} already"),
            Refusal::BadName { name } => {
                write!(f, "{name:?} is no name: use 1 to 60 letters, digits, _ and -")
            }
            Refusal::NoSuchVersion { version } => write!(f, "there is no version {version}"),
            Refusal::NotPublished => f.write_str("the flow is not published yet: publish it first"),
            Refusal::BadNumber { number } => {
                write!(f, "{number:?} is no called number: use 1 to 32 digits, letters, +, * and #")
            }
            Refusal::InUse { by } => write!(f, "still used by {}", by.join(", ")),
            Refusal::TooManyFlows { max } => write!(f, "a centre has at most {max} flows"),
            Refusal::SourceTooLong { max } => write!(f, "a flow's text has at most {max} bytes"),
            Refusal::BadPrompt { why } => write!(f, "{why}"),
            Refusal::SpeechPreparing => f.write_str("the text is being spoken: ask again"),
            Refusal::SpeechUnavailable { why } => f.write_str(why),
        }
    }
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "ivr_flows";
    fn status(&self) -> Status {
        match self {
            Refusal::BadName { .. }
            | Refusal::BadNumber { .. }
            | Refusal::NotSound { .. }
            | Refusal::SourceTooLong { .. }
            | Refusal::BadPrompt { .. } => Status::Invalid,
            Refusal::SpeechUnavailable { .. } => Status::Unavailable,
            Refusal::NoSuchVersion { .. } => Status::NotFound,
            Refusal::ChangedMeanwhile { .. }
            | Refusal::NothingChanged
            | Refusal::NameTaken { .. }
            | Refusal::NotPublished
            | Refusal::InUse { .. }
            | Refusal::SpeechPreparing
            | Refusal::TooManyFlows { .. } => Status::Conflict,
        }
    }
}

pub const FLOWS_MAX: usize = 500;
pub const SOURCE_BYTES_MAX: usize = 256 * 1024;

/// Decides one act. `findings` are those of the text that callers would hear after it.
pub fn decide(
    flow: &Flow,
    act: Act,
    revision: i64,
    by: Option<&str>,
    now: Timestamp,
    findings: &[source::Found],
) -> Result<Change, Refusal> {
    if revision != flow.revision {
        return Err(Refusal::ChangedMeanwhile { revision: flow.revision });
    }
    let next = || Flow { revision: flow.revision + 1, ..flow.clone() };
    let change = |flow, kind, heard| Change { flow: Some(flow), version: None, kind, heard };
    match act {
        Act::SaveDraft { source } => {
            if source.len() > SOURCE_BYTES_MAX {
                return Err(Refusal::SourceTooLong { max: SOURCE_BYTES_MAX });
            }
            Ok(change(Flow { draft: source, ..next() }, "draft_saved", false))
        }
        Act::Publish { note } => {
            if flow.live.as_ref().is_some_and(|live| live.source == flow.draft) {
                return Err(Refusal::NothingChanged);
            }
            sound(findings)?;
            let version = flow.newest + 1;
            let source = flow.draft.clone();
            let live = Live { version, at: now, by: by.map(str::to_owned), source: source.clone() };
            let flow = Flow { live: Some(live), newest: version, ..next() };
            let note = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
            Ok(Change {
                version: Some(NewVersion { version, source, note }),
                ..change(flow, "flow_published", true)
            })
        }
        Act::RollBack { version, source } => {
            if flow.live.as_ref().is_some_and(|live| live.version == version) {
                return Err(Refusal::NothingChanged);
            }
            sound(findings)?;
            let live = Live { version, at: now, by: by.map(str::to_owned), source };
            Ok(change(Flow { live: Some(live), ..next() }, "flow_rolled_back", true))
        }
        Act::Delete { numbers } => {
            if !numbers.is_empty() {
                return Err(Refusal::InUse { by: numbers });
            }
            Ok(Change { flow: None, version: None, kind: "flow_deleted", heard: flow.live.is_some() })
        }
    }
}

fn sound(findings: &[source::Found]) -> Result<(), Refusal> {
    if findings.iter().any(|found| found.level == source::Level::Error) {
        return Err(Refusal::NotSound { findings: findings.to_vec() });
    }
    Ok(())
}

/// A flow's or a prompt's name.
pub fn checked_name(name: &str, slashes: bool) -> Result<String, Refusal> {
    let name = name.trim();
    let length = name.chars().count();
    let fits = |c: char| c.is_alphanumeric() || c == '_' || c == '-' || (slashes && c == '/');
    let parts = name.split('/').all(|part| !part.is_empty());
    if (1..=60).contains(&length) && parts && name.chars().all(fits) {
        return Ok(name.to_owned());
    }
    Err(Refusal::BadName { name: name.chars().take(80).collect() })
}

/// A called number: the user part of the request URI.
pub fn checked_number(number: &str) -> Result<String, Refusal> {
    let number = number.trim();
    let fits = |c: char| c.is_ascii_alphanumeric() || "+*#._-".contains(c);
    if (1..=32).contains(&number.len()) && number.chars().all(fits) {
        return Ok(number.to_owned());
    }
    Err(Refusal::BadNumber { number: number.chars().take(40).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(draft: &str, live: Option<&str>) -> Flow {
        let live =
            live.map(|source| Live { version: 3, at: Timestamp::default(), by: None, source: source.into() });
        Flow { id: FlowId(1), name: "hotline".into(), draft: draft.into(), revision: 7, live, newest: 4 }
    }

    fn error() -> source::Found {
        source::Found::syntax("no", 1, 1)
    }

    #[track_caller]
    fn check(flow: &Flow, act: Act, findings: &[source::Found], expected: &str) {
        let told = match decide(flow, act, 7, Some("王芳"), Timestamp::default(), findings) {
            Ok(Change { flow, version, kind, heard }) => format!(
                "{kind}, live {:?}, new {:?}, heard {heard}",
                flow.and_then(|flow| flow.live).map(|live| live.version),
                version.map(|new| new.version)
            ),
            Err(refusal) => refusal.to_string(),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn a_draft_may_be_wrong_but_not_be_published() {
        let save = || Act::SaveDraft { source: "x".into() };
        let publish = || Act::Publish { note: None };
        check(&flow("", None), save(), &[error()], "draft_saved, live None, new None, heard false");
        check(&flow("x", None), publish(), &[error()], "the flow has errors:\n  1:1: no");
        check(&flow("x", None), publish(), &[], "flow_published, live Some(5), new Some(5), heard true");
        check(&flow("x", Some("x")), publish(), &[], "the draft is what callers hear already");
    }

    #[test]
    fn an_older_version_is_heard_again_if_it_still_fits_the_centre() {
        let back = |version| Act::RollBack { version, source: "old".into() };
        check(&flow("x", Some("x")), back(2), &[], "flow_rolled_back, live Some(2), new None, heard true");
        check(&flow("x", Some("x")), back(3), &[], "the draft is what callers hear already");
        check(&flow("x", Some("x")), back(2), &[error()], "the flow has errors:\n  1:1: no");
    }

    #[test]
    fn a_flow_with_numbers_stays() {
        let delete =
            |numbers: &[&str]| Act::Delete { numbers: numbers.iter().map(|n| (*n).into()).collect() };
        check(&flow("x", None), delete(&["95598"]), &[], "still used by 95598");
        check(&flow("x", None), delete(&[]), &[], "flow_deleted, live None, new None, heard false");
    }

    #[test]
    fn the_slower_editor_is_told() {
        let refused =
            decide(&flow("x", None), Act::Publish { note: None }, 6, None, Timestamp::default(), &[]);
        assert_eq!(refused, Err(Refusal::ChangedMeanwhile { revision: 7 }));
    }

    #[test]
    fn names_and_numbers() {
        for name in ["hotline", "燃气热线", "a-b_1"] {
            assert_eq!(checked_name(name, false), Ok(name.to_owned()));
        }
        for name in ["", " ", "a b", "a/b", "../x", "a.b", &"x".repeat(61)] {
            assert!(checked_name(name, false).is_err(), "{name}");
        }
        assert!(checked_name("recorded/welcome", true).is_ok());
        for name in ["/x", "x/", "a//b", "a/../b"] {
            assert!(checked_name(name, true).is_err(), "{name}");
        }
        assert_eq!(checked_number(" 95598 "), Ok("95598".into()));
        for number in ["", "95 598", "95598@x", &"1".repeat(33)] {
            assert!(checked_number(number).is_err(), "{number}");
        }
    }
}
