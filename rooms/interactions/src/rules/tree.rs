//! The tree of contact reasons: what an agent is asked for and reminded of, by why the customer calls.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Refusal, Words, sound};

/// Class, group, reason.
pub const LEVELS: usize = 3;
const REASONS_MAX: usize = 2_000;
const FIELDS_MAX: usize = 20;
const TITLE_MAX: usize = 60;
const SAY_MAX: usize = 300;

/// One version of the whole tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tree {
    /// Key points of every call, before those of the reason.
    pub opening: Vec<Point>,
    /// And after them.
    pub closing: Vec<Point>,
    /// Siblings in the order in which they are shown.
    pub reasons: Vec<Reason>,
}

/// A node: a class, a group, or a reason that can be chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Never changed: records hold it. Agents may type it to find the reason.
    pub code: String,
    pub parent: Option<String>,
    pub title: Words,
    /// Made from the title when it is saved.
    #[serde(default)]
    pub pinyin: String,
    #[serde(default)]
    pub initials: String,
    /// Asked for below here.
    #[serde(default)]
    pub fields: Vec<Field>,
    #[serde(default)]
    pub points: Vec<Point>,
    /// Whether it may be answered and closed on the call; absent is as above it, and at the top it may.
    #[serde(default)]
    pub closable: Option<bool>,
    /// Whether it usually becomes a work order; absent is as above it, and at the top it does not.
    #[serde(default)]
    pub order: Option<bool>,
    /// No longer offered; records that have it keep it.
    #[serde(default)]
    pub retired: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub key: String,
    pub title: Words,
    pub kind: FieldKind,
    #[serde(default)]
    pub required: bool,
    /// Of a choice.
    #[serde(default)]
    pub options: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub key: String,
    pub title: Words,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    Choice,
    /// `2026-11-22`
    Date,
    /// `2026-11-22T10:27`, by the centre's clock.
    DateTime,
    Number,
    Phone,
    Address,
    /// `yes` or `no`
    YesNo,
}

/// Something not to be forgotten, with the sentence to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    pub key: String,
    pub title: Words,
    #[serde(default)]
    pub say: Words,
}

/// What somebody does to the tree.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// Last among its siblings.
    Add {
        reason: Reason,
    },
    /// Everything but its code and its place.
    Edit {
        reason: Reason,
    },
    /// Below another, or to the top; `place` counts its new siblings from 0.
    Move {
        code: String,
        parent: Option<String>,
        place: usize,
    },
    /// With all that stands below it.
    Retire {
        code: String,
    },
    Restore {
        code: String,
    },
    /// The key points of every call.
    Common {
        opening: Vec<Point>,
        closing: Vec<Point>,
    },
}

impl Change {
    /// The line of the journal, and what it is about.
    pub fn entry(&self) -> (&'static str, &str) {
        match self {
            Change::Add { reason } => ("reason_added", &reason.code),
            Change::Edit { reason } => ("reason_changed", &reason.code),
            Change::Move { code, .. } => ("reason_moved", code),
            Change::Retire { code } => ("reason_retired", code),
            Change::Restore { code } => ("reason_restored", code),
            Change::Common { .. } => ("reasons_changed", "reasons"),
        }
    }
}

/// A reason with all that it inherits from what it stands below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective<'a> {
    pub fields: Vec<&'a Field>,
    pub closable: bool,
}

impl Tree {
    pub fn find(&self, code: &str) -> Option<&Reason> {
        self.reasons.iter().find(|reason| reason.code == code)
    }

    fn slot(&mut self, code: &str) -> Result<&mut Reason, Refusal> {
        let found = self.reasons.iter_mut().find(|reason| reason.code == code);
        found.ok_or_else(|| Refusal::NoSuchReason { reason: code.to_owned() })
    }

    fn children<'a>(&'a self, parent: Option<&'a str>) -> impl Iterator<Item = &'a Reason> {
        self.reasons.iter().filter(move |reason| reason.parent.as_deref() == parent)
    }

    /// From the class down to the reason itself.
    pub fn path(&self, code: &str) -> Vec<&Reason> {
        let mut path = Vec::new();
        let mut next = self.find(code);
        while let Some(reason) = next {
            path.push(reason);
            // Deeper than there are levels would be a ring.
            next = reason.parent.as_deref().filter(|_| path.len() < LEVELS).and_then(|code| self.find(code));
        }
        path.reverse();
        path
    }

    /// A reason that can be recorded: nothing stands below it.
    pub fn is_leaf(&self, code: &str) -> bool {
        self.find(code).is_some() && self.children(Some(code)).next().is_none()
    }

    pub fn effective(&self, code: &str) -> Effective<'_> {
        let path = self.path(code);
        let mut fields: Vec<&Field> = Vec::new();
        for field in path.iter().flat_map(|reason| &reason.fields) {
            // The one nearer to the reason holds.
            fields.retain(|known| known.key != field.key);
            fields.push(field);
        }
        Effective { fields, closable: path.iter().rev().find_map(|reason| reason.closable).unwrap_or(true) }
    }

    /// How many levels stand below, itself included.
    fn height(&self, code: &str) -> usize {
        1 + self.children(Some(code)).map(|child| self.height(&child.code)).max().unwrap_or(0)
    }

    /// It and everything below it.
    pub fn below(&self, code: &str) -> BTreeSet<String> {
        let mut all = BTreeSet::from([code.to_owned()]);
        for _ in 0..LEVELS {
            let more: Vec<String> = self
                .reasons
                .iter()
                .filter(|reason| reason.parent.as_ref().is_some_and(|parent| all.contains(parent)))
                .map(|reason| reason.code.clone())
                .collect();
            all.extend(more);
        }
        all
    }

    /// The tree after a change.
    pub fn decide(&self, change: &Change) -> Result<Tree, Refusal> {
        let mut next = self.clone();
        match change {
            Change::Add { reason } => next.add(reason)?,
            Change::Edit { reason } => {
                let known = next.slot(&reason.code)?;
                let edited =
                    Reason { parent: known.parent.clone(), retired: known.retired, ..checked(reason)? };
                *known = edited;
            }
            Change::Move { code, parent, place } => next.put(code, parent.as_deref(), *place)?,
            Change::Retire { code } => {
                next.slot(code)?;
                let below = next.below(code);
                for reason in next.reasons.iter_mut().filter(|reason| below.contains(&reason.code)) {
                    reason.retired = true;
                }
            }
            Change::Restore { code } => {
                let path = next.path(code);
                if path.iter().rev().skip(1).any(|reason| reason.retired) {
                    return Err(Refusal::ParentRetired);
                }
                next.slot(code)?.retired = false;
            }
            Change::Common { opening, closing } => {
                next.opening = points("reasons", opening)?;
                next.closing = points("reasons", closing)?;
            }
        }
        Ok(next)
    }

    fn add(&mut self, reason: &Reason) -> Result<(), Refusal> {
        let reason = checked(reason)?;
        if self.find(&reason.code).is_some() {
            return Err(Refusal::CodeTaken { reason: reason.code });
        }
        if self.reasons.len() >= REASONS_MAX {
            return Err(Refusal::TooLong { field: "reasons", most: REASONS_MAX });
        }
        if let Some(parent) = &reason.parent {
            let above = self.find(parent).ok_or_else(|| Refusal::NoSuchReason { reason: parent.clone() })?;
            if above.retired {
                return Err(Refusal::ParentRetired);
            }
            if self.path(parent).len() >= LEVELS {
                return Err(Refusal::TooDeep);
            }
        }
        self.reasons.push(reason);
        Ok(())
    }

    fn put(&mut self, code: &str, parent: Option<&str>, place: usize) -> Result<(), Refusal> {
        let no_such = |reason: &str| Refusal::NoSuchReason { reason: reason.to_owned() };
        let at = self.reasons.iter().position(|reason| reason.code == code).ok_or_else(|| no_such(code))?;
        if let Some(parent) = parent {
            self.find(parent).ok_or_else(|| no_such(parent))?;
            if self.below(code).contains(parent) {
                return Err(Refusal::BelowItself);
            }
            if self.path(parent).len() + self.height(code) > LEVELS {
                return Err(Refusal::TooDeep);
            }
        }
        let mut moved = self.reasons.remove(at);
        moved.parent = parent.map(str::to_owned);
        let siblings =
            self.reasons.iter().enumerate().filter(|(_, reason)| reason.parent.as_deref() == parent);
        let before = siblings.map(|(at, _)| at).nth(place).unwrap_or(self.reasons.len());
        self.reasons.insert(before, moved);
        Ok(())
    }

    /// Takes another tree in: what it has is added or changed, what only this one has stays. Says how many of each.
    pub fn import(&self, other: &Tree) -> Result<(Tree, Imported), Refusal> {
        let mut next = self.clone();
        let mut imported = Imported::default();
        if self.opening.is_empty() {
            next.opening = points("reasons", &other.opening)?;
        }
        if self.closing.is_empty() {
            next.closing = points("reasons", &other.closing)?;
        }
        for reason in &other.reasons {
            match next.find(&reason.code).cloned() {
                None => {
                    next.add(reason)?;
                    imported.added += 1;
                }
                Some(known) => {
                    // Where somebody has moved it to, and whether it is offered, is this centre's.
                    let edited =
                        Reason { parent: known.parent.clone(), retired: known.retired, ..checked(reason)? };
                    if edited == known {
                        imported.unchanged += 1;
                    } else {
                        *next.slot(&reason.code)? = edited;
                        imported.changed += 1;
                    }
                }
            }
        }
        Ok((next, imported))
    }
}

/// What an import does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Imported {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
}

/// A reason as it is kept: trimmed, complete, with its sound.
fn checked(reason: &Reason) -> Result<Reason, Refusal> {
    let bad = |field| Refusal::BadReason { reason: reason.code.chars().take(40).collect(), field };
    let code = key(&reason.code, 20).ok_or_else(|| bad("code"))?;
    let title = words(&reason.title, TITLE_MAX).ok_or_else(|| bad("title"))?;
    if reason.fields.len() > FIELDS_MAX {
        return Err(bad("fields"));
    }
    let mut fields: Vec<Field> = Vec::new();
    for field in &reason.fields {
        let key = key(&field.key, 40).ok_or_else(|| bad("fields"))?;
        let title = words(&field.title, TITLE_MAX).ok_or_else(|| bad("fields"))?;
        let options = match field.kind {
            FieldKind::Choice => choices(&field.options).ok_or_else(|| bad("options"))?,
            _ => Vec::new(),
        };
        if fields.iter().any(|known| known.key == key) {
            return Err(bad("fields"));
        }
        fields.push(Field { key, title, options, ..field.clone() });
    }
    let points = points(&reason.code, &reason.points)?;
    let pinyin = sound::pinyin(&title.zh);
    let initials = sound::initials(&pinyin);
    Ok(Reason { code, title, pinyin, initials, fields, points, ..reason.clone() })
}

fn choices(options: &[Choice]) -> Option<Vec<Choice>> {
    if options.is_empty() || options.len() > 50 {
        return None;
    }
    let one = |option: &Choice| {
        Some(Choice { key: key(&option.key, 40)?, title: words(&option.title, TITLE_MAX)? })
    };
    options.iter().map(one).collect()
}

fn points(reason: &str, points: &[Point]) -> Result<Vec<Point>, Refusal> {
    let bad = || Refusal::BadReason { reason: reason.chars().take(40).collect(), field: "points" };
    if points.len() > FIELDS_MAX {
        return Err(bad());
    }
    let one = |point: &Point| {
        let say = |text: &str| (text.chars().count() <= SAY_MAX).then(|| text.trim().to_owned());
        Some(Point {
            key: key(&point.key, 40)?,
            title: words(&point.title, TITLE_MAX)?,
            say: Words { zh: say(&point.say.zh)?, en: say(&point.say.en)? },
        })
    };
    points.iter().map(|point| one(point).ok_or_else(bad)).collect()
}

/// 1 to `most` of letters, digits and `_ . -`.
fn key(text: &str, most: usize) -> Option<String> {
    let text = text.trim();
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    ((1..=most).contains(&text.len()) && text.bytes().all(fits)).then(|| text.to_owned())
}

/// Chinese is needed, English is not.
pub(crate) fn words(words: &Words, most: usize) -> Option<Words> {
    let (zh, en) = (words.zh.trim(), words.en.trim());
    let fits = (1..=most).contains(&zh.chars().count()) && en.chars().count() <= most * 2;
    fits.then(|| Words { zh: zh.to_owned(), en: en.to_owned() })
}
