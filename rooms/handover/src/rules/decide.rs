//! Who may do what with a handover, and what becomes of it: one table, `decide` and `allowed` from the same check.

use std::collections::BTreeMap;

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::item::{Answer, Item, Verdict, Why};
use super::record::{Appendix, Left, Record, Section, Signature, State};
use super::{Refusal, Settings, text};

const SECTION_MAX: usize = 2_000;
const REMARK_MAX: usize = 500;
const APPENDIX_MAX: usize = 2_000;
/// A draft keeps remarks of so many matters at most; the list is not longer.
const REMARKS_MOST: usize = 1_000;

/// One act, as it comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Sections as they should read; others stay.
    Write { sections: BTreeMap<Section, String> },
    /// What is to be done next about a matter.
    Remark { about: String, text: String },
    /// 交班签字: what is left is drawn, and stays as it is.
    SignOut,
    /// Somebody else verifies from the beginning.
    TakeOver,
    /// 核对无误
    Accept { about: String },
    /// 提出疑问
    Query { about: String, question: String },
    /// 答复疑问
    Answer { about: String, text: String },
    /// 接班签字
    SignIn,
    /// 补充: after a signature nothing is changed, only added.
    Append { text: String },
}

/// The name of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    Write,
    Remark,
    SignOut,
    TakeOver,
    Accept,
    Query,
    Answer,
    SignIn,
    Append,
}

impl Verb {
    pub const ALL: [Verb; 9] = [
        Verb::Write,
        Verb::Remark,
        Verb::SignOut,
        Verb::TakeOver,
        Verb::Accept,
        Verb::Query,
        Verb::Answer,
        Verb::SignIn,
        Verb::Append,
    ];

    /// As the journal names what was done.
    pub fn past(self) -> &'static str {
        match self {
            Verb::Write => "written",
            Verb::Remark => "remarked",
            Verb::SignOut => "signed_out",
            Verb::TakeOver => "taken_over",
            Verb::Accept => "accepted",
            Verb::Query => "queried",
            Verb::Answer => "answered",
            Verb::SignIn => "signed_in",
            Verb::Append => "appended",
        }
    }
}

impl Act {
    pub fn verb(&self) -> Verb {
        match self {
            Act::Write { .. } => Verb::Write,
            Act::Remark { .. } => Verb::Remark,
            Act::SignOut => Verb::SignOut,
            Act::TakeOver => Verb::TakeOver,
            Act::Accept { .. } => Verb::Accept,
            Act::Query { .. } => Verb::Query,
            Act::Answer { .. } => Verb::Answer,
            Act::SignIn => Verb::SignIn,
            Act::Append { .. } => Verb::Append,
        }
    }
}

/// How many items wait for the incoming leader's word, and for an answer to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub unverified: i64,
    pub unanswered: i64,
}

/// By what it is decided.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    pub now: Timestamp,
    pub person: PersonId,
    pub settings: &'a Settings,
    pub standing: Standing,
}

/// Whether the act is one of this state's. Who may do it is another question.
fn fits(state: &State, verb: Verb) -> bool {
    match state {
        State::Draft => matches!(verb, Verb::Write | Verb::Remark | Verb::SignOut),
        // A signature is greyed while something is left, and says so.
        State::SignedOut { .. } | State::Verified { .. } => matches!(
            verb,
            Verb::TakeOver | Verb::Accept | Verb::Query | Verb::Answer | Verb::SignIn | Verb::Append
        ),
        State::SignedIn { .. } => matches!(verb, Verb::Append),
    }
}

fn check(record: &Record, verb: Verb, facts: Facts<'_>) -> Result<(), Refusal> {
    if !fits(&record.state, verb) {
        return Err(Refusal::WrongState { state: record.state.word() });
    }
    let handed_over = record.state.outgoing().map(|outgoing| outgoing.by);
    let own = handed_over == Some(facts.person);
    match verb {
        Verb::Write | Verb::Remark | Verb::Append => Ok(()),
        Verb::SignOut => {
            let from = facts.settings.sign_from(record.ends);
            if facts.now < from {
                return Err(Refusal::TooEarly { from });
            }
            let sections = record.missing();
            if sections.is_empty() { Ok(()) } else { Err(Refusal::SectionsMissing { sections }) }
        }
        Verb::TakeOver if own => Err(Refusal::OwnSignature),
        Verb::TakeOver => Ok(()),
        Verb::Answer => {
            if own {
                Ok(())
            } else {
                Err(Refusal::NotOutgoing)
            }
        }
        Verb::Accept | Verb::Query | Verb::SignIn => {
            if own {
                return Err(Refusal::OwnSignature);
            }
            if let Some(by) = record.state.incoming().filter(|by| *by != facts.person) {
                return Err(Refusal::OtherIncoming { by });
            }
            let Standing { unverified, unanswered } = facts.standing;
            match verb {
                Verb::SignIn if unverified > 0 => Err(Refusal::Unverified { left: unverified }),
                Verb::SignIn if unanswered > 0 => Err(Refusal::Unanswered { left: unanswered }),
                _ => Ok(()),
            }
        }
    }
}

/// Acts of this state, and why one of them may not be done now.
pub fn allowed(record: &Record, facts: Facts<'_>) -> Vec<(Verb, Option<Refusal>)> {
    let fitting = Verb::ALL.into_iter().filter(|verb| fits(&record.state, *verb));
    fitting.map(|verb| (verb, check(record, verb, facts).err())).collect()
}

/// An act that needs nothing but the record: it writes, adds, or begins to verify.
///
/// # Errors
/// Why not; an act that is about an item or a signature does not fit here.
pub fn decide(record: &Record, act: &Act, facts: Facts<'_>) -> Result<Record, Refusal> {
    check(record, act.verb(), facts)?;
    let mut next = record.clone();
    match act {
        Act::Write { sections } => {
            for (section, words) in sections {
                next.sections.insert(*section, text(words, "section", 0, SECTION_MAX)?);
            }
        }
        Act::Remark { about, text: words } => {
            let words = text(words, "remark", 0, REMARK_MAX)?;
            if words.is_empty() {
                next.remarks.remove(about);
            } else if about.len() <= 64 && next.remarks.len() < REMARKS_MOST {
                next.remarks.insert(about.clone(), words);
            }
        }
        Act::Append { text: words } => {
            let text = text(words, "text", 1, APPENDIX_MAX)?;
            next.appendix.push(Appendix { by: facts.person, at: facts.now, text });
        }
        Act::TakeOver => {
            if let Some(outgoing) = record.state.outgoing().cloned() {
                next.state = State::SignedOut { outgoing, incoming: Some(facts.person) };
            }
        }
        Act::SignOut | Act::Accept { .. } | Act::Query { .. } | Act::Answer { .. } | Act::SignIn => {
            return Err(Refusal::WrongState { state: record.state.word() });
        }
    }
    Ok(next)
}

/// The outgoing leader signs: what is left stays as it was drawn.
///
/// # Errors
/// Too early, a section says nothing, or an emergency has no next step.
pub fn sign_out(
    record: &Record,
    left: Left,
    items: Vec<Item>,
    facts: Facts<'_>,
) -> Result<(Record, Vec<Item>), Refusal> {
    check(record, Verb::SignOut, facts)?;
    let items: Vec<Item> = items
        .into_iter()
        .map(|item| Item { remark: record.remarks.get(&item.about()).cloned().unwrap_or_default(), ..item })
        .collect();
    if facts.settings.remark_on_emergencies {
        let silent = items.iter().filter(|item| {
            item.why.contains(&Why::Emergency)
                && item.remark.is_empty()
                // What one does not see one cannot say anything of.
                && item.concerns != Some(facts.person)
        });
        let numbers: Vec<String> = silent.map(|item| item.number().to_owned()).collect();
        if !numbers.is_empty() {
            return Err(Refusal::RemarksMissing { numbers });
        }
    }
    let mut next = Record { left: Some(left), remarks: BTreeMap::new(), ..record.clone() };
    let outgoing = Signature { by: facts.person, at: facts.now, seal: seal(&next, &items) };
    next.state = State::SignedOut { outgoing, incoming: None };
    Ok((settled(next, standing(&items, None)), items))
}

/// The incoming leader's word on an item, or the outgoing one's answer to it.
///
/// # Errors
/// Why not.
pub fn verify(record: &Record, item: &Item, act: &Act, facts: Facts<'_>) -> Result<(Record, Item), Refusal> {
    check(record, act.verb(), facts)?;
    let (by, at) = (facts.person, facts.now);
    let mut next = record.clone();
    let verdict = match act {
        Act::Accept { .. } => Verdict::Accepted { by, at },
        Act::Query { question, .. } => {
            Verdict::Queried { by, at, question: text(question, "question", 2, REMARK_MAX)?, answer: None }
        }
        Act::Answer { text: words, .. } => {
            let answer = Some(Answer { by, at, text: text(words, "answer", 2, REMARK_MAX)? });
            match &item.verdict {
                Some(Verdict::Queried { by, at, question, .. }) => {
                    Verdict::Queried { by: *by, at: *at, question: question.clone(), answer }
                }
                Some(Verdict::Accepted { .. }) | None => return Err(Refusal::NotQueried),
            }
        }
        Act::Write { .. }
        | Act::Remark { .. }
        | Act::SignOut
        | Act::TakeOver
        | Act::SignIn
        | Act::Append { .. } => return Err(Refusal::WrongState { state: record.state.word() }),
    };
    if let State::SignedOut { incoming, .. } = &mut next.state
        && !matches!(act, Act::Answer { .. })
    {
        *incoming = Some(by);
    }
    Ok((next, Item { verdict: Some(verdict), ..item.clone() }))
}

/// The record once its items stand like this: verified when nothing is left, and not any more when something is.
pub fn settled(record: Record, standing: Standing) -> Record {
    let done = standing == Standing::default();
    let state = match record.state {
        State::SignedOut { outgoing, incoming: Some(incoming) } if done => {
            State::Verified { outgoing, incoming }
        }
        State::Verified { outgoing, incoming } if !done => {
            State::SignedOut { outgoing, incoming: Some(incoming) }
        }
        state => state,
    };
    Record { state, ..record }
}

/// How items stand for this incoming leader: what is about oneself one neither sees nor verifies.
pub fn standing(items: &[Item], incoming: Option<PersonId>) -> Standing {
    let seen = || items.iter().filter(|item| item.concerns.is_none() || item.concerns != incoming);
    let count = |word: &str| seen().filter(|item| item.verdict_word() == word).count() as i64;
    Standing { unverified: count("none"), unanswered: count("queried") }
}

/// Both have signed.
///
/// # Errors
/// Something is not verified or not answered, or it is not for this person.
pub fn sign_in(record: &Record, items: &[Item], facts: Facts<'_>) -> Result<Record, Refusal> {
    let facts = Facts { standing: standing(items, Some(facts.person)), ..facts };
    check(record, Verb::SignIn, facts)?;
    let Some(outgoing) = record.state.outgoing().cloned() else {
        return Err(Refusal::WrongState { state: record.state.word() });
    };
    let incoming = Signature { by: facts.person, at: facts.now, seal: seal(record, items) };
    Ok(Record { state: State::SignedIn { outgoing, incoming }, ..record.clone() })
}

/// What a signature stands under: the record and its items as they are, in one number.
fn seal(record: &Record, items: &[Item]) -> String {
    // Neither can fail to be written: both are plain data with text keys.
    let words = serde_json::to_vec(&(record, items)).unwrap_or_default();
    hex::encode(Sha256::digest(words))
}
