//! Who holds a session: what the web shell asks on every request.

use db::{Db, Together};
use futures::future::BoxFuture;
use kernel::Timestamp;
use web::{Actor, Doorkeeper};

use crate::secrets;
use crate::store::session::{self, Session};

/// Sessions of this room, as the web shell wants them; those of many requests in one query.
pub struct Keeper(Together<String, Option<Session>>);

impl Default for Keeper {
    fn default() -> Keeper {
        Keeper(Together::new(|db, hashes: Vec<String>| {
            Box::pin(async move {
                let found = session::found(&db, &hashes).await?;
                Ok(hashes.iter().map(|hash| found.get(hash).cloned()).collect())
            })
        }))
    }
}

impl Doorkeeper for Keeper {
    fn actor<'a>(
        &'a self,
        db: &'a Db,
        token: &'a str,
        now: Timestamp,
        active: bool,
    ) -> BoxFuture<'a, anyhow::Result<Option<Actor>>> {
        Box::pin(async move {
            match self.0.ask(db, secrets::token_hash(token)).await? {
                Some(session) => session::actor(db, session, now, active).await,
                None => Ok(None),
            }
        })
    }
}
