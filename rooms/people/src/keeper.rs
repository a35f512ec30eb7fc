//! Who holds a session: what the web shell asks on every request.

use db::Db;
use futures::future::BoxFuture;
use kernel::Timestamp;
use web::{Actor, Doorkeeper};

use crate::{secrets, store};

/// Sessions of this room, as the web shell wants them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keeper;

impl Doorkeeper for Keeper {
    fn actor<'a>(
        &'a self,
        db: &'a Db,
        token: &'a str,
        now: Timestamp,
        active: bool,
    ) -> BoxFuture<'a, anyhow::Result<Option<Actor>>> {
        Box::pin(async move { store::session::actor(db, &secrets::token_hash(token), now, active).await })
    }
}
