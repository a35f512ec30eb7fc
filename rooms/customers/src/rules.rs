//! The nouns of this room: who a customer is, what is supplied where, by which numbers he is reached. Pure.

pub(crate) use kernel::words;
use kernel::{AccountId, CallId, ContactId, CustomerId, PersonId, PhoneNumber, PremisesId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Status;

pub mod address;
pub mod bulk;
pub mod change;
pub mod columns;
pub mod demo;
pub mod job;
pub mod moves;
pub mod network;
pub mod network_sheet;
pub mod pinyin;
pub mod update;

/// One customer with everything that belongs to him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    pub id: CustomerId,
    pub kind: Kind,
    pub name: String,
    pub contacts: Vec<Contact>,
    pub accounts: Vec<Account>,
    pub flags: Vec<Flag>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    pub archived: Option<Archived>,
    /// The record that took this one in.
    pub merged_into: Option<CustomerId>,
    pub version: i64,
}

/// No longer a customer, or never was one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Archived {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub why: String,
}

/// A telephone number of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub id: ContactId,
    pub number: PhoneNumber,
    /// Whose it is: daughter, office.
    pub label: String,
    pub preferred: bool,
    pub source: Source,
    pub verified: Option<Verified>,
}

/// Somebody made sure that the number is the customer's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verified {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = String)]
    pub by: PersonId,
    /// The call on which it was learnt.
    #[schema(value_type = Option<String>)]
    pub call: Option<CallId>,
}

/// 户号: a customer's connection to one utility.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub number: String,
    pub utility: Utility,
    pub class: Class,
    pub premises: Premises,
    pub opened_year: Option<i64>,
    pub closed_at: Option<Timestamp>,
    pub points: Vec<Point>,
}

/// A place where something is supplied; the parts are what the whole text could be taken apart into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Premises {
    pub id: PremisesId,
    pub text: String,
    #[serde(flatten)]
    pub parts: address::Parts,
}

/// Where a meter hangs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    pub id: i64,
    pub place: String,
    pub meters: Vec<Meter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    pub id: i64,
    pub number: String,
    pub kind: String,
    pub installed_year: Option<i64>,
    pub removed_at: Option<Timestamp>,
}

/// What whoever answers must know before anything else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    pub flag: FlagKind,
    pub reason: String,
    pub since: Timestamp,
    pub set_by: Option<PersonId>,
}

words! { Kind { Person = "person", Organisation = "organisation" } }
words! { Utility { Gas = "gas", Power = "power", Cable = "cable" } }
words! {
    /// 用户类别.
    Class {
        /// 居民
        Residential = "residential",
        /// 商业
        Commercial = "commercial",
        /// 工业
        Industrial = "industrial",
        /// 车用压缩天然气
        Cng = "cng",
    }
}
words! {
    /// Where a number comes from.
    Source { Entered = "entered", Imported = "imported", Learnt = "learnt" }
}
words! {
    FlagKind {
        /// 重要客户: must be told of interruptions by telephone.
        Important = "important",
        /// 独居老人
        Elderly = "elderly",
        /// 生命支持设备
        LifeSupport = "life_support",
        /// 曾有险情
        Danger = "danger",
    }
}

/// The business says no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("{field} is not acceptable")]
    BadField { field: &'static str, most: usize },
    #[error("{number} is not a telephone number")]
    BadNumber { number: String },
    #[error("the account number {number} is another customer's")]
    AccountTaken { number: String },
    #[error("the customer has this number already")]
    ContactKnown,
    #[error("at most {most} of these")]
    TooMany { what: &'static str, most: usize },
    #[error("an archived customer is not changed")]
    IsArchived,
    #[error("the customer is not archived")]
    NotArchived,
    #[error("the record was merged into another")]
    IsMerged,
    #[error("a customer is not merged with himself")]
    SameCustomer,
    #[error("nothing to move")]
    NothingToMove,
    #[error("it has been undone already")]
    AlreadyUndone,
    #[error("the customer has been changed so that this cannot be undone: {why}")]
    CannotUndo { why: &'static str },
    #[error("say why")]
    NeedsReason,
    #[error("only whoever has the call at his desk may say whose it is")]
    NotYourCall,
    #[error("the caller hides the number")]
    NumberHidden,
    #[error("the file cannot be read: {why}")]
    BadFile { why: &'static str },
    #[error("the column {column} is needed")]
    ColumnMissing { column: &'static str },
    #[error("not in this state")]
    NotNow,
    #[error("the file was taken away: upload it again")]
    FileGone,
    #[error("another import is running")]
    ImportRunning,
    #[error("another element has the code {element}")]
    CodeTaken { element: String },
    #[error("a {kind} does not hang below a {above}")]
    DoesNotFit { kind: &'static str, above: &'static str },
    #[error("{element} is out of service")]
    ElementRetired { element: String },
    #[error("an element does not supply itself")]
    Circle,
    #[error("it still supplies {elements} elements and {points} service points")]
    StillSupplies { elements: i64, points: i64 },
    #[error("there is no such element")]
    NoElement,
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "customers";

    fn status(&self) -> Status {
        match self {
            Refusal::BadField { .. }
            | Refusal::BadNumber { .. }
            | Refusal::NeedsReason
            | Refusal::BadFile { .. }
            | Refusal::ColumnMissing { .. }
            | Refusal::TooMany { .. } => Status::Invalid,
            Refusal::NotYourCall => Status::Forbidden,
            _ => Status::Conflict,
        }
    }
}

pub const NAME_MAX: usize = 80;
pub const TEXT_MAX: usize = 500;
pub const CONTACTS_MAX: usize = 20;
pub const ACCOUNTS_MAX: usize = 500;
pub const METERS_MAX: usize = 20;

/// Invisible characters: they hide what a text is, or turn its direction.
fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// A text without what cannot be seen, on one line, with single spaces.
pub fn line(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c == '\n' || c == '\t' { ' ' } else { c })
        .filter(|c| !is_hidden(*c))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One line of 1 to `most` characters.
pub fn needed(field: &'static str, text: &str, most: usize) -> Result<String, Refusal> {
    let text = line(text);
    if text.is_empty() || text.chars().count() > most {
        return Err(Refusal::BadField { field, most });
    }
    Ok(text)
}

/// One line of at most `most` characters.
pub fn optional(field: &'static str, text: &str, most: usize) -> Result<String, Refusal> {
    let text = line(text);
    if text.chars().count() > most { Err(Refusal::BadField { field, most }) } else { Ok(text) }
}

/// A number that people read out: letters, digits and hyphens, upper case, at least four of them.
pub fn label_number(field: &'static str, text: &str) -> Result<String, Refusal> {
    let text: String = line(text)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '０'..='９' => char::from_u32(u32::from('0') + (u32::from(c) - u32::from('０'))).unwrap_or(c),
            c => c.to_ascii_uppercase(),
        })
        .collect();
    let fits = (4..=32).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if fits { Ok(text) } else { Err(Refusal::BadField { field, most: 32 }) }
}

/// Years in which something can have been installed.
pub fn year(field: &'static str, year: Option<i64>) -> Result<Option<i64>, Refusal> {
    match year {
        Some(year) if !(1900..=2100).contains(&year) => Err(Refusal::BadField { field, most: 4 }),
        year => Ok(year),
    }
}

pub fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}

impl Customer {
    /// The number that is dialled first.
    pub fn preferred(&self) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.preferred).or(self.contacts.first())
    }

    /// The account that stands for the customer where there is room for one: the first that is open.
    pub fn main_account(&self) -> Option<&Account> {
        self.accounts.iter().find(|account| account.closed_at.is_none()).or(self.accounts.first())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_visible_and_on_one_line() {
        assert_eq!(needed("name", " 王\u{200b}芳\u{202e}\n ", 80).as_deref(), Ok("王芳"));
        assert_eq!(
            needed("name", "\u{feff} \u{200d}", 80),
            Err(Refusal::BadField { field: "name", most: 80 })
        );
        assert_eq!(label_number("account", " 3301－".replace('－', "-").as_str()).as_deref(), Ok("3301-"));
        assert_eq!(label_number("account", "３３０１-ab 28").as_deref(), Ok("3301-AB28"));
        assert!(label_number("account", "=1+1").is_err());
        assert!(label_number("account", "12").is_err());
    }
}
