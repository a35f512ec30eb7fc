//! The sub-types of the eight kinds, with the fields each asks for: what a utility configures.

use deadlines::Kind;
use interactions::rules::{Field, FieldKind, Words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

const SUBTYPES_MAX: usize = 500;
const FIELDS_MAX: usize = 30;
const KEY_MAX: usize = 40;
const TITLE_MAX: usize = 60;

/// Who is asked afterwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallBack {
    #[default]
    Always,
    Sample,
    Never,
}

/// One version of all sub-types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    /// In the order in which they are shown.
    pub subtypes: Vec<Subtype>,
}

/// A sub-type (二级分类).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Subtype {
    /// Never changed: orders hold it.
    pub code: String,
    #[schema(value_type = String)]
    pub kind: Kind,
    pub title: Words,
    /// The words by which limits are found: `leak`, `meter`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Asked for beside the common ones.
    #[serde(default)]
    pub fields: Vec<Field>,
    /// Codes of contact reasons (or their beginnings) from which it is proposed.
    #[serde(default)]
    pub reasons: Vec<String>,
    /// By which duty a unit is suggested: `fault`, `leak`, `billing`.
    #[serde(default)]
    pub duty: String,
    #[serde(default)]
    pub call_back: CallBack,
    /// Dangerous from the first word: a leak, a wire on the ground.
    #[serde(default)]
    pub danger: bool,
    /// Who reports it is not told to the unit.
    #[serde(default)]
    pub confidential: bool,
    /// No longer offered; orders that have it keep it.
    #[serde(default)]
    pub retired: bool,
}

impl Kinds {
    pub fn find(&self, code: &str) -> Option<&Subtype> {
        self.subtypes.iter().find(|subtype| subtype.code == code)
    }

    /// The sub-type that a contact reason leads to: the one with the longest beginning of its code.
    pub fn for_reason(&self, reason: &str) -> Option<&Subtype> {
        let fits = |subtype: &&Subtype| !subtype.retired;
        let live = self.subtypes.iter().filter(fits);
        let longest = |subtype: &Subtype| {
            let beginnings = subtype.reasons.iter().filter(|code| reason.starts_with(code.as_str()));
            beginnings.map(|code| code.len()).max()
        };
        live.filter_map(|subtype| Some((longest(subtype)?, subtype)))
            .max_by_key(|(length, _)| *length)
            .map(|(_, found)| found)
    }

    /// # Errors
    /// [`Refusal::BadConfig`] naming the first sub-type that cannot be kept.
    pub fn check(&self) -> Result<(), Refusal> {
        let bad = |detail: String| Err(Refusal::BadConfig { detail });
        if self.subtypes.len() > SUBTYPES_MAX {
            return bad(format!("more than {SUBTYPES_MAX} sub-types"));
        }
        let mut seen = std::collections::BTreeSet::new();
        for subtype in &self.subtypes {
            let code = &subtype.code;
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_');
            if code.is_empty() || code.len() > 60 || !code.chars().all(plain) {
                return bad(format!("the code {code:?}: use a to z, digits, dot and underscore"));
            }
            if !seen.insert(code) {
                return bad(format!("{code} stands there twice"));
            }
            if subtype.title.zh.trim().is_empty() {
                return bad(format!("{code} has no title"));
            }
            if subtype.fields.len() > FIELDS_MAX {
                return bad(format!("{code} asks for more than {FIELDS_MAX} fields"));
            }
            if let Some(fault) = subtype.fields.iter().enumerate().find_map(|(at, field)| {
                let before = subtype.fields.get(..at).unwrap_or_default();
                fault_of(field, before.iter().any(|other| other.key == field.key))
            }) {
                return bad(format!("{code}: {fault}"));
            }
        }
        Ok(())
    }

    /// Whoever has orders of it must go on finding it: nothing may disappear.
    pub fn missing_from(&self, next: &Kinds) -> Option<&str> {
        self.subtypes.iter().map(|subtype| subtype.code.as_str()).find(|code| next.find(code).is_none())
    }
}

/// Why such a field cannot be asked for.
fn fault_of(field: &Field, twice: bool) -> Option<String> {
    let plain = |key: &str| {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
        (1..=KEY_MAX).contains(&key.len()) && key.bytes().all(fits)
    };
    let title = |words: &Words| (1..=TITLE_MAX).contains(&words.zh.trim().chars().count());
    let key: String = field.key.chars().take(KEY_MAX).collect();
    if !plain(&field.key) {
        return Some(format!(
            "the key {key:?} of a field: use letters a to z, digits, dot, dash and underscore"
        ));
    }
    if twice {
        return Some(format!("the field {key} stands there twice"));
    }
    if !title(&field.title) {
        return Some(format!("the field {key} needs a title of at most {TITLE_MAX} characters"));
    }
    if field.kind != FieldKind::Choice {
        return None;
    }
    let keys: std::collections::BTreeSet<&str> = field.options.iter().map(|one| one.key.as_str()).collect();
    let good = field.options.iter().all(|one| plain(&one.key) && title(&one.title));
    (keys.is_empty() || keys.len() < field.options.len() || !good).then(|| {
        format!("the choices of the field {key}: each needs a key of its own and a title, one a line")
    })
}
