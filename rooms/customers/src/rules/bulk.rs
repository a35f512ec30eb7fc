//! A customer with one account, as files and generators bring it.

use kernel::PhoneNumber;

use super::address::Parts;
use super::{Class, FlagKind, Kind, Utility};

/// Everything checked: it can be written as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub kind: Kind,
    pub name: String,
    /// The preferred one first.
    pub numbers: Vec<PhoneNumber>,
    /// 户号: by it the record is known again.
    pub account: String,
    pub utility: Utility,
    pub class: Class,
    pub address: String,
    pub parts: Parts,
    pub opened_year: Option<i64>,
    pub meter: Option<BulkMeter>,
    pub flags: Vec<(FlagKind, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkMeter {
    pub number: String,
    pub kind: String,
    pub installed_year: Option<i64>,
}
