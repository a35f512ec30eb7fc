//! What another room may want before an agent leaves after-call work.

use futures::future::BoxFuture;
use kernel::{CallId, PersonId};

/// Asked when an agent wants to end the after-call work of `call` by himself. A room above this one answers from its own
/// rows, and the wiring hands it to [`crate::room`]; the answer of the first that refuses is what the browser gets
/// (`web::Error` of its own refusal, like `interactions.incomplete`).
///
/// Not asked when the centre ends after-call work because it has lasted too long, or when a leader orders a state: the
/// fact `after_call_ended` then says `expired`, and what is incomplete stays incomplete.
pub trait BeforeReady: Send + Sync + 'static {
    fn may(&self, agent: PersonId, call: CallId) -> BoxFuture<'_, Result<(), web::Error>>;
}

/// Nobody objects.
pub struct NoObjection;

impl BeforeReady for NoObjection {
    fn may(&self, _: PersonId, _: CallId) -> BoxFuture<'_, Result<(), web::Error>> {
        Box::pin(async { Ok(()) })
    }
}
