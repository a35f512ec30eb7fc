//! The way from a room to the running exchange: acts go in, the picture of the floor comes out.

use std::sync::Arc;

use exchange::{FloorView, Input, Refused};
use futures::future::BoxFuture;

/// The running exchange, as rooms see it. The binary drives the real one; HTTP tests drive one without a wire.
pub trait Hall: Send + Sync + 'static {
    /// Hands an act to the exchange and waits until it has been decided (not until it has been carried out).
    ///
    /// # Errors
    /// `Ok(Err(_))` is the exchange's no; `Err(_)` means that the exchange cannot be reached.
    fn act(&self, input: Input) -> BoxFuture<'_, anyhow::Result<Result<(), Refused>>>;

    /// The newest picture, at most half a second old.
    fn floor(&self) -> Arc<FloorView>;
}
