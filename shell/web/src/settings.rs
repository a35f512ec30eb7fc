//! What people set, in its next version and in the journal.

use db::config::{self, Config};
use db::{Entry, Tx};
use kernel::{PersonId, Timestamp};
use serde_json::json;

use crate::Error;

/// Who sets something, where and when; `kind` is the journal's word for it: `settings_changed`.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    pub room: &'static str,
    pub kind: &'static str,
    pub who: PersonId,
    pub at: Timestamp,
}

impl Setting {
    /// Keeps a value that was checked, where version `before` was read; the version it has now.
    ///
    /// # Errors
    /// 409 when somebody has set another in between.
    pub async fn put<C: Config>(self, tx: &mut Tx, value: &C, before: i64) -> Result<i64, Error> {
        let Self { room, kind, who, at } = self;
        if !config::put(tx, value, before, Some(who), at).await? {
            return Err(Error::changed_meanwhile());
        }
        let version = before + 1;
        let (subject, payload) = (C::KIND.to_owned(), json!({ "version": version }));
        tx.journal(Entry { at, who: Some(who), room, subject, kind, payload });
        Ok(version)
    }
}
