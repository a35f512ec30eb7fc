//! A platform as it is set up: who it is, where it is told, and what its words are here.

use std::collections::BTreeSet;

use kernel::{PersonId, PlatformId, Timestamp, UnitId};
pub use posting::{Act, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

/// So many platforms there may be.
pub const PLATFORMS_MAX: i64 = 20;
const NAME_MAX: usize = 60;
const CODES_MAX: usize = 500;
const CODE_MAX: usize = 64;

/// One of its categories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    pub code: String,
    /// A sub-type of our work orders: `fault.leak`.
    pub subtype: String,
}

/// One of the units it addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Addressee {
    pub code: String,
    /// Ours; none is the dispatch desk.
    #[schema(value_type = Option<String>)]
    pub unit: Option<UnitId>,
}

/// Its words in ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    #[serde(default)]
    pub categories: Vec<Category>,
    /// The sub-type of every other category; none refuses them.
    #[serde(default)]
    pub other: Option<String>,
    #[serde(default)]
    pub units: Vec<Addressee>,
    /// It wants the files of a result, not only their names.
    #[serde(default)]
    pub files: bool,
}

impl Mapping {
    /// The sub-type of a category.
    pub fn subtype(&self, category: &str) -> Option<&str> {
        let named = self.categories.iter().find(|one| one.code == category).map(|one| one.subtype.as_str());
        named.or(self.other.as_deref())
    }

    /// Whose it is: none for a code that nobody has told us, `Some(None)` for the dispatch desk.
    pub fn unit(&self, code: &str) -> Option<Option<UnitId>> {
        self.units.iter().find(|one| one.code == code).map(|one| one.unit)
    }
}

/// A hotline of the city.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    pub id: PlatformId,
    pub code: String,
    pub name: String,
    pub url: String,
    /// Sealed.
    pub secret: String,
    /// Sealed; empty when there is none, and until when it is believed.
    pub old_secret: String,
    pub old_until: Timestamp,
    pub state: State,
    pub mapping: Mapping,
    pub created_by: Option<PersonId>,
    pub created_at: Timestamp,
    pub version: i64,
}

/// What people fill in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    pub name: String,
    /// Never changed once the other side uses it.
    pub code: String,
    pub url: String,
    #[serde(default)]
    pub mapping: Mapping,
}

impl Form {
    /// Without blanks.
    ///
    /// # Errors
    /// What does not fit. Whether the address may be called is asked where calls are made.
    pub fn checked(self, subtypes: &BTreeSet<&str>, units: &BTreeSet<UnitId>) -> Result<Form, Refusal> {
        let trim = |text: &str| text.trim().to_owned();
        let (name, code) = (trim(&self.name), trim(&self.code));
        if name.is_empty() || name.chars().count() > NAME_MAX {
            return Err(Refusal::BadName);
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        if !(2..=32).contains(&code.len()) || !code.chars().all(plain) {
            return Err(Refusal::BadCode);
        }
        let mut mapping = self.mapping;
        let bad =
            |what, code: &str| Err(Refusal::BadMapping { what, name: code.chars().take(CODE_MAX).collect() });
        if mapping.categories.len() > CODES_MAX || mapping.units.len() > CODES_MAX {
            return bad("too_many", "");
        }
        mapping.other = mapping.other.map(|other| trim(&other)).filter(|other| !other.is_empty());
        let mut seen = BTreeSet::new();
        for category in &mut mapping.categories {
            category.code = trim(&category.code);
            let fits = (1..=CODE_MAX).contains(&category.code.chars().count());
            if !fits || !seen.insert(category.code.clone()) {
                return bad("category", &category.code);
            }
        }
        let mut seen = BTreeSet::new();
        for unit in &mut mapping.units {
            unit.code = trim(&unit.code);
            let fits = (1..=CODE_MAX).contains(&unit.code.chars().count());
            if !fits
                || !seen.insert(unit.code.clone())
                || unit.unit.is_some_and(|unit| !units.contains(&unit))
            {
                return bad("unit", &unit.code);
            }
        }
        let used = mapping.categories.iter().map(|one| &one.subtype).chain(&mapping.other);
        if let Some(unknown) = used.into_iter().find(|subtype| !subtypes.contains(subtype.as_str())) {
            return bad("subtype", unknown);
        }
        Ok(Form { name, code, url: trim(&self.url), mapping })
    }
}

/// Whether an act fits.
///
/// # Errors
/// It does not.
pub fn check(state: State, act: Act) -> Result<(), Refusal> {
    if act.fits(state) { Ok(()) } else { Err(Refusal::NotInLine { state: state.as_str() }) }
}
