//! The way from a room to the running exchange: acts go in, the picture of the floor comes out.

use std::collections::BTreeSet;
use std::sync::Arc;

use exchange::floor::Pulse;
use exchange::{DeskView, FloorView, Input, Refused};
use futures::future::BoxFuture;
use kernel::PersonId;

/// The running exchange, as rooms see it. The binary drives the real one; HTTP tests drive one without a wire.
/// `Err` means of all of these that the exchange cannot be reached.
pub trait Hall: Send + Sync + 'static {
    /// Hands an act to the exchange and waits until it has been decided (not until it has been carried out).
    ///
    /// # Errors
    /// `Ok(Err(_))` is the exchange's no.
    fn act(&self, input: Input) -> BoxFuture<'_, anyhow::Result<Result<(), Refused>>>;

    /// The floor as it is now, drawn for whoever asks: a copy of every call and desk.
    fn floor(&self) -> BoxFuture<'_, anyhow::Result<Arc<FloorView>>>;

    /// One agent's desk; none for somebody who answers no calls.
    fn desk(&self, agent: PersonId) -> BoxFuture<'_, anyhow::Result<Option<DeskView>>>;

    /// Waits until desks show something new, and says whose. One listener hears of each change.
    fn desks_changed(&self) -> BoxFuture<'_, BTreeSet<PersonId>>;

    /// How many wait, and the figures of the day.
    fn pulse(&self) -> BoxFuture<'_, anyhow::Result<Pulse>>;
}
