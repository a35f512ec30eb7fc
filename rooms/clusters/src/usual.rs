//! How many customers there are, and what is usual for their utility until somebody has set something else.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use customers::rules::Utility;
use customers::store::reach;
use db::Db;
use db::config::{self, Versioned};
use kernel::Timestamp;

use crate::rules::Settings;

/// Customers are counted anew.
const COUNTED: Duration = Duration::from_secs(6 * 3_600);

/// Who is supplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supplied {
    pub all: u32,
    /// What most of them have.
    pub most: Utility,
}

/// Counted once in a while: that is as much work as there are accounts.
#[derive(Default)]
pub struct Customers(Mutex<Option<(Timestamp, Supplied)>>);

impl Customers {
    pub async fn supplied(&self, db: &Db, now: Timestamp) -> Result<Supplied> {
        let known = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, known)) = known
            && at + COUNTED > now
        {
            return Ok(known);
        }
        let mut counted = Vec::new();
        for utility in [Utility::Cable, Utility::Gas, Utility::Power] {
            counted.push((reach::all(db, utility).await?, utility));
        }
        let all = counted.iter().map(|(count, _)| count).sum::<i64>();
        // The last of the largest: power while there is nobody.
        let most =
            counted.into_iter().max_by_key(|(count, _)| *count).map_or(Utility::Power, |(_, most)| most);
        let supplied = Supplied { all: u32::try_from(all).unwrap_or(u32::MAX), most };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, supplied));
        Ok(supplied)
    }

    /// The settings in force: those of the centre's utility until somebody has set some.
    pub async fn settings(&self, db: &Db, now: Timestamp) -> Result<Versioned<Settings>> {
        let mut found = config::read::<Settings>(db).await?;
        if found.version == 0 {
            found.value = Settings::of(self.supplied(db, now).await?.most);
        }
        Ok(found)
    }
}
