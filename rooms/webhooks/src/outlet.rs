//! The way out: calls, and the secrets they are signed with.

use std::sync::Arc;
use std::time::Duration;

use gateways::http::{Answered, NoAnswer};
use gateways::post::{Poster, Reach, Target};
use gateways::signed;
use kernel::{Timestamp, WebhookId};
use people::Sealer;
use tokio::sync::Semaphore;
use web::{App, Chance};

use crate::rules::{Outcome, Subscription};

/// Headers of a delivery; beside them stands [`signed::TIMESTAMP`].
pub const EVENT: &str = "x-switchboard-event";
pub const DELIVERY: &str = "x-switchboard-delivery";
/// So many trials at once.
const TRIALS_MAX: usize = 4;
const SECRET_BYTES: usize = 32;

/// A clone is the same.
#[derive(Clone)]
pub struct Outlet(Arc<Inner>);

struct Inner {
    poster: Poster,
    sealer: Sealer,
    trials: Semaphore,
}

impl Outlet {
    /// # Errors
    /// When there are no authorities to believe.
    pub fn new(reach: Reach, sealer: Sealer) -> anyhow::Result<Outlet> {
        let poster = Poster::new(reach)?;
        Ok(Outlet(Arc::new(Inner { poster, sealer, trials: Semaphore::new(TRIALS_MAX) })))
    }

    pub(crate) fn reach(&self) -> Reach {
        self.0.poster.reach()
    }

    pub(crate) fn trials(&self) -> &Semaphore {
        &self.0.trials
    }

    /// A new secret, open and sealed.
    pub(crate) fn secret(&self, chance: &dyn Chance, id: WebhookId) -> anyhow::Result<(String, String)> {
        let mut bytes = [0u8; SECRET_BYTES];
        chance.fill(&mut bytes)?;
        let open = format!("whsec_{}", hex::encode(bytes));
        let sealed = self.0.sealer.seal_at(chance, &place(id), &open)?;
        Ok((open, sealed))
    }

    /// One try; how long it took in milliseconds.
    pub(crate) async fn post(
        &self,
        app: &App,
        to: &Subscription,
        kind: &str,
        name: &str,
        body: &str,
    ) -> (Outcome, i64) {
        let begun = app.now();
        let outcome = self.try_post(to, kind, name, body, begun).await;
        let took = app.now().since(begun).as_millis();
        (outcome, i64::try_from(took).unwrap_or(i64::MAX))
    }

    async fn try_post(
        &self,
        to: &Subscription,
        kind: &str,
        name: &str,
        body: &str,
        now: Timestamp,
    ) -> Outcome {
        let Ok(secret) = self.0.sealer.open_at(&place(to.id), &to.secret) else { return Outcome::NoSecret };
        let target = match Target::read(&to.url, self.reach()) {
            Ok(target) => target,
            Err(bad) => return Outcome::NoAnswer { error: bad.to_string() },
        };
        let timestamp = now.as_secs();
        let headers = [
            (EVENT, kind.to_owned()),
            (DELIVERY, name.to_owned()),
            (signed::TIMESTAMP, timestamp.to_string()),
            (signed::SIGNATURE, signed::sign_event(&secret, timestamp, body.as_bytes())),
        ];
        match self.0.poster.post(&target, &headers, body.as_bytes().to_vec()).await {
            Ok(Answered { status, retry_after, .. }) => {
                Outcome::Answered { status, retry_after: near(retry_after) }
            }
            Err(NoAnswer::NotWritten(error) | NoAnswer::Cut(error)) => Outcome::NoAnswer { error },
        }
    }
}

/// Nobody puts us off for longer than an hour.
fn near(after: Option<Duration>) -> Option<Duration> {
    after.map(|after| after.min(Duration::from_secs(3_600)))
}

/// Where the secret stands: sealed for there, it opens nowhere else.
fn place(id: WebhookId) -> String {
    format!("webhooks_subscription.secret {}", id.get())
}
