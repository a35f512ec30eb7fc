//! For tests of the whole: a real centre in a process of its own on loopback, and people who sign in to it; and whoever
//! takes messages from it, a mail server and a signed HTTP gateway; and a PostgreSQL that can be killed. With the feature
//! `telephones`: telephones that ring it and are rung by it. (A short message centre is in `gateways::smpp`.)

#![forbid(unsafe_code)]

mod centre;
mod http_gateway;
mod postgres;
mod session;
mod smtp;
#[cfg(feature = "telephones")]
mod telephones;

pub use centre::Centre;
pub use http_gateway::{Habit, HttpGateway, Posted};
pub use postgres::Postgres;
pub use session::{Reply, Session, Watched, done};
pub use smtp::{Received, SmtpServer};
#[cfg(feature = "telephones")]
pub use telephones::Telephones;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The folder in which `prompts` and `demo` lie.
pub fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Asks again until there is an answer; a real process cannot be given a clock. Panics with what was waited for.
pub async fn wait_for<T>(what: &str, within: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(start.elapsed() < within, "after {within:?} there is still no {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
