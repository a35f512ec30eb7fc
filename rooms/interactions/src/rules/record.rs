//! What an agent writes down about one call, and what may become of it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{CallId, GroupId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::{self, Fault};
use super::sensitive::{self, Sensitive};
use super::{Refusal, Tree, why};

/// The longest notes, in characters.
pub const NOTES_MAX: usize = 8_000;
const VALUE_MAX: usize = 500;
const KEYS_MAX: usize = 60;
const KEY_MAX: usize = 60;

/// How the call came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 当场答复: closed on the call.
    Answered,
    /// 需转工单
    Order,
    /// 待回电
    CallBack,
    /// 打错
    WrongNumber,
    /// 无声
    Silent,
    /// 骚扰
    Nuisance,
}

impl Outcome {
    pub const ALL: [Outcome; 6] = [
        Outcome::Answered,
        Outcome::Order,
        Outcome::CallBack,
        Outcome::WrongNumber,
        Outcome::Silent,
        Outcome::Nuisance,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Answered => "answered",
            Outcome::Order => "order",
            Outcome::CallBack => "call_back",
            Outcome::WrongNumber => "wrong_number",
            Outcome::Silent => "silent",
            Outcome::Nuisance => "nuisance",
        }
    }

    pub fn parse(text: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }

    /// Nobody wanted anything: no reason and no fields are asked for.
    pub fn is_void(self) -> bool {
        matches!(self, Outcome::WrongNumber | Outcome::Silent | Outcome::Nuisance)
    }
}

/// What is written, however unfinished. Nothing in it has to make sense before it is completed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Draft {
    /// The code of the reason.
    pub reason: Option<String>,
    /// By the field's key; every kind of value as text.
    pub fields: BTreeMap<String, String>,
    /// The keys of the points that are ticked.
    pub points: BTreeSet<String>,
    pub notes: String,
    pub result: Option<Outcome>,
    /// The customer's id in the customers room.
    pub customer: Option<String>,
    /// Where to reach the customer; empty is the number of this call.
    pub contact: String,
}

impl Draft {
    /// As it is kept: card and identity numbers masked, which are told. Only what would not fit is refused.
    pub fn kept(mut self) -> Result<(Draft, Vec<Sensitive>), Refusal> {
        let long = |text: &str, most: usize| text.chars().count() > most;
        let keys = self.fields.keys().chain(&self.points).chain(&self.reason).chain(&self.customer);
        if long(&self.notes, NOTES_MAX) {
            return Err(Refusal::TooLong { field: "notes", most: NOTES_MAX });
        }
        if self.fields.values().chain([&self.contact]).any(|value| long(value, VALUE_MAX)) {
            return Err(Refusal::TooLong { field: "fields", most: VALUE_MAX });
        }
        if keys.clone().count() > KEYS_MAX || keys.into_iter().any(|key| long(key, KEY_MAX)) {
            return Err(Refusal::TooLong { field: "draft", most: KEYS_MAX });
        }
        let mut found = BTreeSet::new();
        for text in self.fields.values_mut().chain([&mut self.notes, &mut self.contact]) {
            // PostgreSQL keeps no NUL.
            let (masked, kinds) = sensitive::mask(&text.replace('\0', ""));
            *text = masked;
            found.extend(kinds);
        }
        self.fields.retain(|_, value| !value.is_empty());
        Ok((self, found.into_iter().collect()))
    }

    pub fn is_empty(&self) -> bool {
        *self == Draft::default()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Draft,
    Complete,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Complete => "complete",
        }
    }

    pub fn parse(text: &str) -> Option<State> {
        [State::Draft, State::Complete].into_iter().find(|state| state.as_str() == text)
    }
}

/// A leader has let the agent go on without this record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub at: Timestamp,
    pub by: PersonId,
    pub why: String,
}

/// One agent's record of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub call: CallId,
    pub agent: PersonId,
    pub group: Option<GroupId>,
    /// `in` or `out`.
    pub direction: String,
    /// The other side's number, whole.
    pub number: String,
    pub at: Timestamp,
    pub state: State,
    pub draft: Draft,
    /// The version of the tree by which it was completed.
    pub tree: i64,
    pub edition: i64,
    pub overdue_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub release: Option<Release>,
    pub writer: String,
    pub seq: i64,
    pub saved_at: Timestamp,
    pub version: i64,
}

impl Record {
    /// Nothing has been written yet; version 0 is not in the tables.
    pub fn new(call: CallId, agent: PersonId, at: Timestamp) -> Record {
        Record {
            call,
            agent,
            group: None,
            direction: "in".to_owned(),
            number: String::new(),
            at,
            state: State::Draft,
            draft: Draft::default(),
            tree: 0,
            edition: 0,
            overdue_at: None,
            completed_at: None,
            release: None,
            writer: String::new(),
            seq: 0,
            saved_at: at,
            version: 0,
        }
    }

    /// Whether the agent still owes it before she is ready again.
    pub fn is_owed(&self) -> bool {
        self.state == State::Draft && self.release.is_none()
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    pub person: PersonId,
    pub may_write: bool,
    pub may_amend: bool,
    pub may_release: bool,
}

/// Which page writes, and what it knows of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hand {
    /// The version of the record as it was read; 0 for none.
    pub version: i64,
    /// Made up by the page, so that it is told apart from another.
    pub writer: String,
    /// Counts the page's own saves.
    pub seq: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    Save { draft: Draft, hand: Hand },
    Complete { draft: Draft, hand: Hand },
    Amend { draft: Draft, why: String },
    Release { why: String },
}

/// The record after an act; none if it was written already, as by a save that is repeated. `tree` and its version are those in
/// force.
pub fn decide(
    record: &Record,
    act: Act,
    asker: Asker,
    (tree, tree_version): (&Tree, i64),
    now: Timestamp,
) -> Result<Option<Record>, Refusal> {
    may(record, asker, &act)?;
    let mut next = record.clone();
    match act {
        Act::Save { draft, hand } => {
            if record.state == State::Complete {
                return Err(Refusal::AlreadyComplete);
            }
            if !fresh(record, &draft, &hand)? {
                return Ok(None);
            }
            next.draft = draft;
            next.writer = hand.writer;
            next.seq = hand.seq;
            next.saved_at = now;
        }
        Act::Complete { draft, hand } => {
            if record.state == State::Complete {
                // The answer was lost, and the agent pressed again.
                return if record.draft == draft { Ok(None) } else { Err(Refusal::AlreadyComplete) };
            }
            fresh(record, &draft, &hand)?;
            whole(tree, &draft, record)?;
            next.state = State::Complete;
            next.draft = draft;
            next.writer = hand.writer;
            next.seq = hand.seq;
            next.saved_at = now;
            next.completed_at = Some(now);
            next.edition = 1;
            next.tree = tree_version;
        }
        Act::Amend { draft, why: said } => {
            why(&said)?;
            if record.state != State::Complete {
                return Err(Refusal::NotComplete);
            }
            whole(tree, &draft, record)?;
            if record.draft == draft {
                return Ok(None);
            }
            next.draft = draft;
            next.saved_at = now;
            next.edition += 1;
            next.tree = tree_version;
        }
        Act::Release { why: said } => {
            if record.state == State::Complete {
                return Err(Refusal::AlreadyComplete);
            }
            next.release = Some(Release { at: now, by: asker.person, why: why(&said)? });
        }
    }
    Ok(Some(next))
}

fn may(record: &Record, asker: Asker, act: &Act) -> Result<(), Refusal> {
    let own = record.agent == asker.person;
    let fits = match act {
        Act::Save { .. } | Act::Complete { .. } => own && asker.may_write,
        // Whom it is about may be corrected by a leader, too; which leader, the handler has looked at.
        Act::Amend { .. } => asker.may_amend,
        Act::Release { .. } => asker.may_release && !own,
    };
    if fits { Ok(()) } else { Err(Refusal::NotYours) }
}

/// What this person may do now; the browser shows buttons for it.
pub fn allowed(record: &Record, asker: Asker) -> Vec<&'static str> {
    let empty = || (Draft::default(), Hand::default());
    let acts = [
        ("save", Act::Save { draft: empty().0, hand: empty().1 }, State::Draft),
        ("complete", Act::Complete { draft: empty().0, hand: empty().1 }, State::Draft),
        ("amend", Act::Amend { draft: empty().0, why: String::new() }, State::Complete),
        ("release", Act::Release { why: String::new() }, State::Draft),
    ];
    let fits = acts.into_iter().filter(|(name, act, state)| {
        record.state == *state
            && may(record, asker, act).is_ok()
            && (*name != "release" || record.release.is_none())
    });
    fits.map(|(name, ..)| name).collect()
}

/// Whether a save is news. A page that goes on writing need not have heard the answer to its last save; a page that has not
/// seen what another wrote must not overwrite it.
fn fresh(record: &Record, draft: &Draft, hand: &Hand) -> Result<bool, Refusal> {
    let same_page = record.version > 0 && record.writer == hand.writer && !hand.writer.is_empty();
    if record.draft == *draft && record.version > 0 {
        return Ok(false);
    }
    if same_page {
        return Ok(hand.seq > record.seq);
    }
    // A row that nobody has written in yet holds nothing to lose.
    if hand.version == record.version || record.draft.is_empty() {
        return Ok(true);
    }
    Err(Refusal::DraftConflict { version: record.version })
}

fn whole(tree: &Tree, draft: &Draft, record: &Record) -> Result<(), Refusal> {
    let faults: Vec<Fault> = check::faults(tree, draft, &record.number);
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Incomplete { faults }) }
}
