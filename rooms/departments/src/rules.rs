//! Units, how they stand above each other, and who belongs to them. Pure.

use kernel::words;
use kernel::{PersonId, Timestamp, UnitId};

pub mod ical;
mod refusal;
pub mod roster;
pub mod sheet;
pub mod suggest;
mod tree;

pub use refusal::Refusal;
pub use tree::Tree;

/// From the top to the deepest unit.
pub const DEPTH_MAX: usize = 6;
/// Units altogether; what is suggested looks at all of them.
pub const UNITS_MAX: usize = 5_000;
/// People in one unit.
pub const MEMBERS_MAX: i64 = 500;
/// Words in one list, and characters in a word.
const WORDS_MAX: usize = 60;
const WORD_CHARS_MAX: usize = 40;

words! {
    /// What a unit is. A unit stands below one of its own kind or of a wider one.
    Kind {
        /// 分公司 or the centre itself.
        Branch = "branch",
        /// 部门
        Department = "department",
        /// 班组
        Team = "team",
    }
}

words! {
    /// What somebody is in a unit.
    Post {
        /// 负责人: sees the units below, and is told when something is stuck.
        Leader = "leader",
        /// 副职: sees what the leader sees, and is told in the leader's place.
        Deputy = "deputy",
        /// 经办人
        Handler = "handler",
    }
}

impl Post {
    /// Sees the units below.
    pub fn leads(self) -> bool {
        matches!(self, Post::Leader | Post::Deputy)
    }
}

words! {
    /// What may be done with a unit, besides changing it.
    Act {
        Retire = "retire",
        Restore = "restore",
    }
}

/// A branch, department or team: responsible for matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    pub parent: Option<UnitId>,
    pub kind: Kind,
    /// Short and unique: `QX`, in files and on paper.
    pub code: String,
    pub name: String,
    /// Assists from outside, as a contractor does.
    pub external: bool,
    /// Kinds of matters it handles; empty is the parent's.
    pub duties: Vec<String>,
    /// Districts it serves; empty is the parent's, and everywhere at the top.
    pub areas: Vec<String>,
    pub phone: Option<String>,
    pub retired_at: Option<Timestamp>,
    pub version: i64,
}

/// Somebody in a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub unit: UnitId,
    pub person: PersonId,
    pub post: Post,
    /// Where this person is reached on duty.
    pub phone: Option<String>,
    pub since: Timestamp,
}

/// One of somebody's units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    pub unit: UnitId,
    pub post: Post,
}

fn line(text: &str, field: &'static str, most: usize) -> Result<String, Refusal> {
    let text = text.trim();
    let fits = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(Refusal::BadField { field, most }) }
}

/// A code as it is kept: capitals, digits, `-` and `_`.
fn code(text: &str) -> Result<String, Refusal> {
    let code = text.trim().to_ascii_uppercase();
    let fits = (1..=20).contains(&code.len())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits { Ok(code) } else { Err(Refusal::BadField { field: "code", most: 20 }) }
}

/// A telephone number as people write it; absent when nothing is written.
pub fn phone(text: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let fits = text.len() <= 32
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b' ' | b'#' | b'*'));
    if fits { Ok(Some(text.to_owned())) } else { Err(Refusal::BadField { field: "phone", most: 32 }) }
}

/// Words without blanks around them, each once, in the order they were given.
fn word_list(words: &[String], field: &'static str) -> Result<Vec<String>, Refusal> {
    let mut kept: Vec<String> = Vec::new();
    for word in words.iter().filter(|word| !word.trim().is_empty()) {
        let word = line(word, field, WORD_CHARS_MAX)?;
        if !kept.contains(&word) {
            kept.push(word);
        }
    }
    if kept.len() > WORDS_MAX { Err(Refusal::TooMany { most: WORDS_MAX }) } else { Ok(kept) }
}

impl Unit {
    /// The same, as it is kept: nothing blank, nothing twice.
    pub fn tidy(mut self) -> Result<Unit, Refusal> {
        self.code = code(&self.code)?;
        self.name = line(&self.name, "name", 60)?;
        self.duties = word_list(&self.duties, "duties")?;
        self.areas = word_list(&self.areas, "areas")?;
        self.phone = phone(self.phone.as_deref())?;
        Ok(self)
    }
}

/// Whether somebody may join a unit that has so many already.
pub fn join(unit: &Unit, members: i64) -> Result<(), Refusal> {
    if unit.retired_at.is_some() {
        return Err(Refusal::Retired);
    }
    if members >= MEMBERS_MAX {
        return Err(Refusal::TooMany { most: usize::try_from(MEMBERS_MAX).unwrap_or(usize::MAX) });
    }
    Ok(())
}

/// Who is told when something is stuck: of each unit its leaders, or its deputies where nobody leads. `above` is sorted
/// by depth, 0 for the unit itself.
pub fn ladder(above: &[(u32, PersonId, Post)]) -> Vec<(u32, PersonId)> {
    let led = |depth: u32| above.iter().any(|(at, _, post)| *at == depth && *post == Post::Leader);
    above
        .iter()
        .filter(|(depth, _, post)| *post == Post::Leader || (*post == Post::Deputy && !led(*depth)))
        .map(|(depth, person, _)| (*depth, *person))
        .collect()
}

#[cfg(test)]
mod tests;
