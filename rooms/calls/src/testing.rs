//! For rooms' tests: a hall without an exchange.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use exchange::floor::Pulse;
use exchange::{DeskView, FloorView, Input, Refused};
use futures::future::BoxFuture;
use kernel::PersonId;

use crate::Hall;

/// Nobody has a desk, and nothing can be done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Away;

impl Hall for Away {
    fn act(&self, _: Input) -> BoxFuture<'_, anyhow::Result<Result<(), Refused>>> {
        Box::pin(async { anyhow::bail!("there is no exchange in this test") })
    }
    fn floor(&self) -> BoxFuture<'_, anyhow::Result<Arc<FloorView>>> {
        Box::pin(async { Ok(Arc::default()) })
    }
    fn desk(&self, _: PersonId) -> BoxFuture<'_, anyhow::Result<Option<DeskView>>> {
        Box::pin(async { Ok(None) })
    }
    fn desks_changed(&self) -> BoxFuture<'_, BTreeSet<PersonId>> {
        Box::pin(std::future::pending())
    }
    fn pulse(&self) -> BoxFuture<'_, anyhow::Result<Pulse>> {
        Box::pin(async { Ok(Pulse::default()) })
    }
}

/// As [`Away`], but agrees to whatever it is asked and keeps it.
#[derive(Debug, Default)]
pub struct Noting(Mutex<Vec<Input>>);

impl Noting {
    /// What it was asked since it was last asked for.
    pub fn take(&self) -> Vec<Input> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Hall for Noting {
    fn act(&self, input: Input) -> BoxFuture<'_, anyhow::Result<Result<(), Refused>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(input);
        Box::pin(async { Ok(Ok(())) })
    }
    fn floor(&self) -> BoxFuture<'_, anyhow::Result<Arc<FloorView>>> {
        Away.floor()
    }
    fn desk(&self, agent: PersonId) -> BoxFuture<'_, anyhow::Result<Option<DeskView>>> {
        Away.desk(agent)
    }
    fn desks_changed(&self) -> BoxFuture<'_, BTreeSet<PersonId>> {
        Away.desks_changed()
    }
    fn pulse(&self) -> BoxFuture<'_, anyhow::Result<Pulse>> {
        Away.pulse()
    }
}
