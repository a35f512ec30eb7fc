//! The one engine the driver runs: it finds the call an input belongs to and moves it.

use std::sync::Arc;

use kernel::{Engine, IdMint, Timestamp};

use crate::floor::FloorView;
use crate::{Config, Effect, Input, Refused};

/// Every call of this node, the distributor and the menus.
#[derive(Debug)]
pub struct Exchange {
    #[allow(dead_code)]
    config: Arc<Config>,
    #[allow(dead_code)]
    ids: Arc<IdMint>,
}

impl Exchange {
    /// `ids` is shared with telephony: the legs of callers are minted there, those of agents here, and they must differ.
    pub fn new(config: Config, ids: Arc<IdMint>) -> Self {
        Exchange { config: Arc::new(config), ids }
    }

    pub fn floor(&self) -> FloorView {
        FloorView::default()
    }
}

impl Engine for Exchange {
    type Input = Input;
    type Effect = Effect;

    fn handle(&mut self, _now: Timestamp, input: Input, out: &mut Vec<Effect>) {
        out.push(Effect::Refused(Refused::Stray { what: format!("{input:?}") }));
    }
    fn wake(&mut self, _now: Timestamp, _out: &mut Vec<Effect>) {}
    fn deadline(&self) -> Option<Timestamp> {
        None
    }
}
