//! Subscriptions and deliveries as they are kept: the only writer of the `webhooks_*` tables.

pub mod deliveries;
pub mod subscriptions;
