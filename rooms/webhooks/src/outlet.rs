//! The way out: calls, and the secrets they are signed with.

use std::sync::Arc;

use gateways::post::Reach;
use gateways::signed;
use kernel::{Timestamp, WebhookId};
use people::Sealer;
use posting::{Outcome, Try, Way};
use tokio::sync::SemaphorePermit;
use web::{App, Chance};

use crate::rules::Subscription;

/// Headers of a delivery; beside them stands [`signed::TIMESTAMP`].
pub const EVENT: &str = "x-switchboard-event";
pub const DELIVERY: &str = "x-switchboard-delivery";
const SECRET_BYTES: usize = 32;

/// A clone is the same.
#[derive(Clone)]
pub struct Outlet(Arc<Inner>);

struct Inner {
    way: Way,
    sealer: Sealer,
}

impl Outlet {
    /// # Errors
    /// When there are no authorities to believe.
    pub fn new(reach: Reach, sealer: Sealer) -> anyhow::Result<Outlet> {
        // What the other side says is of no use to us: only its status is kept.
        Ok(Outlet(Arc::new(Inner { way: Way::new(reach, 0)?, sealer })))
    }

    pub(crate) fn reach(&self) -> Reach {
        self.0.way.reach()
    }

    pub(crate) fn trial(&self) -> Option<SemaphorePermit<'_>> {
        self.0.way.trial()
    }

    /// A new secret, open and sealed.
    pub(crate) fn secret(&self, chance: &dyn Chance, id: WebhookId) -> anyhow::Result<(String, String)> {
        let mut bytes = [0u8; SECRET_BYTES];
        chance.fill(&mut bytes)?;
        let open = format!("whsec_{}", hex::encode(bytes));
        let sealed = self.0.sealer.seal_at(chance, &place(id), &open)?;
        Ok((open, sealed))
    }

    /// One try.
    pub(crate) async fn post(&self, app: &App, to: &Subscription, kind: &str, name: &str, body: &str) -> Try {
        let signed = |now: Timestamp| {
            let secret = self.0.sealer.open_at(&place(to.id), &to.secret).map_err(|_| Outcome::NoSecret)?;
            let timestamp = now.as_secs();
            Ok(vec![
                (EVENT, kind.to_owned()),
                (DELIVERY, name.to_owned()),
                (signed::TIMESTAMP, timestamp.to_string()),
                (signed::SIGNATURE, signed::sign_event(&secret, timestamp, body.as_bytes())),
            ])
        };
        self.0.way.post(app, &to.url, body, signed).await
    }
}

/// Where the secret stands: sealed for there, it opens nowhere else.
fn place(id: WebhookId) -> String {
    format!("webhooks_subscription.secret {}", id.get())
}
