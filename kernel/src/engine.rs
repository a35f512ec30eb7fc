//! The contract of everything that lives: calls, agents, waiting callers, menu sessions.

use crate::Timestamp;

/// One decision-maker without a clock, a socket, a disk or chance. The driver in production and the simulator in
/// tests call exactly these three functions.
///
/// * After `wake(now)` the deadline is later than `now`, or there is none; otherwise the driver would spin.
/// * An input that does not fit the state becomes a `Refused` effect, never a panic.
/// * Effects are in the order in which they must happen.
pub trait Engine {
    /// Closed enum: everything that can happen to it.
    type Input;
    /// Closed enum: everything it can ask for.
    type Effect;

    /// Something happened at `now`.
    fn handle(&mut self, now: Timestamp, input: Self::Input, out: &mut Vec<Self::Effect>);
    /// The deadline has come.
    fn wake(&mut self, now: Timestamp, out: &mut Vec<Self::Effect>);
    /// When to be woken if nothing happens before.
    fn deadline(&self) -> Option<Timestamp>;
}
