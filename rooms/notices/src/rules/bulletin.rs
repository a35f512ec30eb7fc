//! Bulletins between centre and branches (OUT-5): what they say, for how long, and who has to have read them by when.

use std::collections::BTreeSet;
use std::time::Duration;

use kernel::{BulletinId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Refusal, words};

words! {
    /// What it is about.
    Topic {
        /// Who is where, on leave, newly responsible.
        Staff = "staff",
        Business = "business",
        /// A large fault.
        Fault = "fault",
        /// Many more calls than usual.
        Surge = "surge",
        Other = "other",
    }
}

/// What somebody writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    pub topic: Topic,
    /// Where it holds; everywhere if empty.
    pub region: String,
    pub text: String,
    #[schema(value_type = String, format = DateTime)]
    pub valid_from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub valid_until: Timestamp,
    /// Who must read it.
    #[schema(value_type = Vec<String>)]
    pub must_read: BTreeSet<PersonId>,
}

/// A bulletin as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulletin {
    pub id: BulletinId,
    pub topic: Topic,
    pub region: String,
    pub text: String,
    pub valid_from: Timestamp,
    pub valid_until: Timestamp,
    pub written_by: PersonId,
    pub written_at: Timestamp,
    pub withdrawn: Option<Withdrawn>,
    pub version: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawn {
    pub at: Timestamp,
    pub by: PersonId,
    pub why: String,
}

/// Who has not read it by then is called (domain: 15 minutes).
pub const READ_WITHIN: Duration = Duration::from_secs(15 * 60);

const TEXT_MAX: usize = 2_000;
const REGION_MAX: usize = 60;
const READERS_MAX: usize = 500;
const DAYS_MAX: u64 = 366;

/// What is acceptable, tidied. Lines stay lines: this is read on a screen.
pub fn checked(draft: Draft, now: Timestamp) -> Result<Draft, Refusal> {
    let lines: Vec<String> = draft.text.lines().map(super::template::clean).collect();
    let text = lines.join("\n").trim().to_owned();
    if text.is_empty() || text.chars().count() > TEXT_MAX {
        return Err(Refusal::BadText { most: TEXT_MAX });
    }
    let region = super::template::clean(&draft.region);
    if region.chars().count() > REGION_MAX {
        return Err(Refusal::BadText { most: REGION_MAX });
    }
    let longest = Duration::from_secs(DAYS_MAX * 24 * 3_600);
    if draft.valid_until <= draft.valid_from.max(now) || draft.valid_until > now + longest {
        return Err(Refusal::BadPeriod);
    }
    if draft.must_read.len() > READERS_MAX {
        return Err(Refusal::OutOfRange { field: "must_read", least: 0, most: READERS_MAX as u32 });
    }
    Ok(Draft { text, region, ..draft })
}

impl Bulletin {
    pub fn holds(&self, now: Timestamp) -> bool {
        self.withdrawn.is_none() && self.valid_from <= now && now < self.valid_until
    }

    /// By when those who must read it should have.
    pub fn read_by(&self) -> Timestamp {
        self.written_at.max(self.valid_from) + READ_WITHIN
    }

    /// Somebody who must read it has not in time. Being over is no excuse, being withdrawn is.
    pub fn is_overdue(&self, read_at: Option<Timestamp>, now: Timestamp) -> bool {
        read_at.is_none() && self.withdrawn.is_none() && self.read_by() < now
    }

    pub fn withdraw(&self, by: PersonId, why: &str, now: Timestamp) -> Result<Bulletin, Refusal> {
        if self.withdrawn.is_some() || self.valid_until <= now {
            return Err(Refusal::BulletinOver);
        }
        let why = super::why(why)?;
        Ok(Bulletin { withdrawn: Some(Withdrawn { at: now, by, why }), ..self.clone() })
    }
}
