//! What every handler can reach.

use std::sync::Arc;

use db::Db;
use kernel::{Clock, IdMint, Permission, Timestamp};

use crate::{Chance, Doorkeeper, Ending, Live};

/// Database, clock, ids, chance, live push, the end. A clone is the same.
#[derive(Clone)]
pub struct App {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub mint: Arc<IdMint>,
    pub chance: Arc<dyn Chance>,
    pub live: Live,
    pub keeper: Arc<dyn Doorkeeper>,
    pub ending: Ending,
    /// Cookies go over TLS only. On whenever browsers reach us by https.
    pub secure_cookies: bool,
    /// Text for `/metrics`.
    pub metrics: Option<Arc<dyn Fn() -> String + Send + Sync>>,
    /// Every permission of every room; filled in by [`crate::Site::build`].
    pub permissions: Arc<[Permission]>,
}

impl App {
    pub fn new(db: Db, clock: Arc<dyn Clock>, mint: Arc<IdMint>, keeper: Arc<dyn Doorkeeper>) -> Self {
        App {
            db,
            clock,
            mint,
            chance: Arc::new(crate::OsChance),
            live: Live::default(),
            keeper,
            ending: Ending::default(),
            secure_cookies: false,
            metrics: None,
            permissions: Arc::new([]),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn id<T: From<i64>>(&self) -> T {
        self.mint.mint(self.now())
    }
}
