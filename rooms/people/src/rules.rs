//! The nouns of this room and what may be done to them: pure decisions.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kernel::{BuiltIn, GroupId, PersonId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::Status;

pub mod change;
pub mod password;
pub mod second_factor;
pub mod sign_in;

/// Somebody who works here, or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    /// 工号: the sign-in name, announced to callers; unique for ever.
    pub number: String,
    pub name: String,
    pub group: Option<GroupId>,
    pub roles: BTreeSet<String>,
    /// Queues served, each with this person's rank in it: 1 is asked first.
    pub queues: BTreeMap<QueueId, u8>,
    /// Skills with levels 1 to 9.
    pub skills: BTreeMap<String, u8>,
    pub state: State,
    /// Answers calls: has a telephone of its own, in the browser or on the desk.
    pub phone: bool,
    /// A desk telephone at a fixed address that needs no registration.
    pub contact: Option<String>,
    /// Signed in and ready at start (test rigs).
    pub ready: bool,
    pub wrap_up: Option<Duration>,
    pub must_change_password: bool,
    pub password_set_at: Option<Timestamp>,
    /// Wrong passwords since the last right one.
    pub failures: u32,
    pub locked_until: Option<Timestamp>,
    pub version: i64,
}

impl Person {
    /// Somebody new with one role and nothing else.
    pub fn new(id: PersonId, number: &str, name: &str, role: BuiltIn) -> Result<Person, Refusal> {
        Ok(Person {
            id,
            number: check_number(number)?,
            name: check_name(name)?,
            group: None,
            roles: BTreeSet::from([role.key().to_owned()]),
            queues: BTreeMap::new(),
            skills: BTreeMap::new(),
            state: State::Active,
            phone: false,
            contact: None,
            ready: false,
            wrap_up: None,
            must_change_password: false,
            password_set_at: None,
            failures: 0,
            locked_until: None,
            version: 1,
        })
    }
}

/// 1 to 32 of what can stand in a SIP address without escaping, so that the number is also the telephone's user name.
pub fn check_number(number: &str) -> Result<String, Refusal> {
    let number = number.trim();
    let fits = (1..=32).contains(&number.len())
        && number.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if fits { Ok(number.to_owned()) } else { Err(Refusal::BadField { field: "number" }) }
}

/// 1 to 60 characters, none of them invisible.
pub fn check_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    if (1..=60).contains(&name.chars().count()) && !name.chars().any(hidden) {
        Ok(name.to_owned())
    } else {
        Err(Refusal::BadField { field: "name" })
    }
}

/// Whether somebody may sign in at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Active,
    /// 停用: by an administrator, until one unlocks it.
    Locked,
    /// 离职: never again under this number, unless taken back.
    Left,
}

impl State {
    pub fn key(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Locked => "locked",
            State::Left => "left",
        }
    }
    pub fn from_key(key: &str) -> Option<State> {
        [State::Active, State::Locked, State::Left].into_iter().find(|state| state.key() == key)
    }
}

/// A person as the distributor and the exchange need to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    pub person: PersonId,
    pub number: String,
    pub name: String,
    pub group: Option<GroupId>,
    pub queues: BTreeMap<QueueId, u8>,
    pub skills: BTreeMap<String, u8>,
    pub wrap_up: Option<Duration>,
    pub contact: Option<String>,
    pub ready: bool,
}

/// A telephone that may register.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    pub person: PersonId,
    /// The user part and the digest user name: the 工号.
    pub number: String,
    pub name: String,
    pub contact: Option<String>,
    /// `H(number:realm:password)`, hexadecimal; absent without a password.
    pub digest: Option<PhoneDigest>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct PhoneDigest {
    pub realm: String,
    pub md5: String,
    pub sha256: String,
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Phone({}, digest {})", self.number, if self.digest.is_some() { "kept" } else { "none" })
    }
}

/// 班组
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    pub name: String,
    pub leader: Option<PersonId>,
    /// How many belong to it.
    pub people: i64,
    pub version: i64,
}

/// A named set of permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// `quality_inspector`: stored with people, never changed.
    pub name: String,
    /// As people read it.
    pub title: String,
    /// Came with the house: its permissions can be changed, it cannot be deleted.
    pub built_in: bool,
    pub permissions: BTreeSet<String>,
    /// Nobody works with it without a second factor.
    pub second_factor: bool,
    /// How many have it.
    pub people: i64,
    pub version: i64,
}

/// The name of a role: small letters, digits and `_`.
pub fn check_role_name(name: &str) -> Result<(), Refusal> {
    let fits = (2..=40).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if fits { Ok(()) } else { Err(Refusal::BadField { field: "name" }) }
}

/// An agent as `centre.toml` describes one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutAgent {
    pub number: String,
    pub name: String,
    pub group: Option<GroupId>,
    /// None leaves the roles as they are, and gives a new person the role of an agent.
    pub roles: Option<BTreeSet<String>>,
    pub queues: BTreeMap<QueueId, u8>,
    pub skills: BTreeMap<String, u8>,
    pub password: Option<String>,
    pub contact: Option<String>,
    pub ready: bool,
    pub wrap_up: Option<Duration>,
}

/// What this room refuses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    #[error("wrong number or password")]
    WrongPassword,
    #[error("a code of the second factor is needed")]
    CodeMissing,
    #[error("the code is wrong, or was used before")]
    WrongCode,
    #[error("a role of this person demands a second factor")]
    SecondFactorRequired,
    #[error("no second factor has been offered")]
    NothingOffered,
    #[error("locked until {until} after wrong passwords")]
    LockedOut { until: Timestamp },
    #[error("this sign-in is locked by an administrator")]
    Locked,
    #[error("too many wrong passwords from this address; again in {retry_after_s} s")]
    TooOften { retry_after_s: u64 },
    #[error("the password is too short: at least {least} characters")]
    PasswordTooShort { least: usize },
    #[error("the password is too long: at most {most} characters")]
    PasswordTooLong { most: usize },
    #[error("the password needs three of: small letters, capitals, digits, others")]
    PasswordTooPlain,
    #[error("the password contains the number or the name")]
    PasswordTellsWho,
    #[error("the new password is the old one")]
    PasswordNotNew,
    #[error("the present password is wrong")]
    PresentPasswordWrong,
    #[error("the number is taken")]
    NumberTaken,
    #[error("the name is taken")]
    NameTaken,
    #[error("{field} is not acceptable")]
    BadField { field: &'static str },
    #[error("there is no role {role}")]
    NoSuchRole { role: String },
    #[error("there is no permission {permission}")]
    NoSuchPermission { permission: String },
    #[error("there is no such group")]
    NoSuchGroup,
    #[error("system, security and audit are three people's")]
    AdminRolesSplit,
    #[error("not to oneself")]
    NotToOneself,
    #[error("has left")]
    HasLeft,
    #[error("is already so")]
    AlreadySo,
    #[error("the last who can manage people")]
    LastManager,
    #[error("a built-in role cannot be deleted")]
    BuiltInRole,
    #[error("{people} people have it")]
    InUse { people: u64 },
    #[error("the centre is set up already")]
    AlreadySetUp,
    #[error("the set-up link is not valid")]
    BadSetupLink,
}

impl web::Refusal for Refusal {
    const ROOM: &'static str = "people";

    fn status(&self) -> Status {
        match self {
            Refusal::WrongPassword | Refusal::CodeMissing => Status::SignInFirst,
            Refusal::LockedOut { .. } | Refusal::Locked | Refusal::BadSetupLink | Refusal::NotToOneself => {
                Status::Forbidden
            }
            Refusal::TooOften { retry_after_s } => Status::TooOften { retry_after_s: *retry_after_s },
            Refusal::PasswordTooShort { .. }
            | Refusal::PasswordTooLong { .. }
            | Refusal::PasswordTooPlain
            | Refusal::PasswordTellsWho
            | Refusal::PasswordNotNew
            | Refusal::PresentPasswordWrong
            | Refusal::WrongCode
            | Refusal::BadField { .. }
            | Refusal::NoSuchRole { .. }
            | Refusal::NoSuchPermission { .. }
            | Refusal::NoSuchGroup
            | Refusal::AdminRolesSplit => Status::Invalid,
            Refusal::NumberTaken
            | Refusal::NameTaken
            | Refusal::SecondFactorRequired
            | Refusal::NothingOffered
            | Refusal::HasLeft
            | Refusal::AlreadySo
            | Refusal::LastManager
            | Refusal::BuiltInRole
            | Refusal::InUse { .. }
            | Refusal::AlreadySetUp => Status::Conflict,
        }
    }
}

/// Nobody holds two of the three administrators' roles: who gives rights must not be who reads the journal (等保三级).
pub fn check_roles(roles: &BTreeSet<String>) -> Result<(), Refusal> {
    let admin = [BuiltIn::SystemAdmin, BuiltIn::SecurityAdmin, BuiltIn::AuditAdmin];
    let held = admin.iter().filter(|role| roles.contains(role.key())).count();
    if held > 1 { Err(Refusal::AdminRolesSplit) } else { Ok(()) }
}
