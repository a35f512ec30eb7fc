//! The way out.

use std::time::Duration;

use gateways::http::{Answered, NoAnswer};
use gateways::post::{Poster, Reach, Target};
use kernel::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};
use web::App;

use crate::{Outcome, Try};

/// So many trials at once.
const TRIALS_MAX: usize = 4;
/// Nobody puts us off for longer.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

pub type Headers = Vec<(&'static str, String)>;

/// Posts, and says what came of it.
pub struct Way {
    poster: Poster,
    trials: Semaphore,
    /// So many characters of an answer are looked at.
    said_max: usize,
}

impl Way {
    /// # Errors
    /// When there are no authorities to believe.
    pub fn new(reach: Reach, said_max: usize) -> anyhow::Result<Way> {
        Ok(Way { poster: Poster::new(reach)?, trials: Semaphore::new(TRIALS_MAX), said_max })
    }

    pub fn reach(&self) -> Reach {
        self.poster.reach()
    }

    /// Held while somebody tries an address out; none when enough others do.
    pub fn trial(&self) -> Option<SemaphorePermit<'_>> {
        self.trials.try_acquire().ok()
    }

    /// One try, signed as of now.
    pub async fn post(
        &self,
        app: &App,
        url: &str,
        body: &str,
        signed: impl FnOnce(Timestamp) -> Result<Headers, Outcome> + Send,
    ) -> Try {
        let begun = app.now();
        let outcome = match self.prepared(url, signed(begun)) {
            Ok((target, headers)) => self.answer(&target, &headers, body).await,
            Err(outcome) => outcome,
        };
        let took = app.now().since(begun).as_millis();
        Try { outcome, took_ms: i64::try_from(took).unwrap_or(i64::MAX) }
    }

    fn prepared(&self, url: &str, headers: Result<Headers, Outcome>) -> Result<(Target, Headers), Outcome> {
        let headers = headers?;
        match Target::read(url, self.reach()) {
            Ok(target) => Ok((target, headers)),
            Err(bad) => Err(Outcome::NoAnswer { error: bad.to_string() }),
        }
    }

    async fn answer(&self, target: &Target, headers: &Headers, body: &str) -> Outcome {
        match self.poster.post(target, headers, body.as_bytes().to_vec()).await {
            Ok(Answered { status, retry_after, body }) => {
                let retry_after = retry_after.map(|after| after.min(RETRY_AFTER_MAX));
                let said = String::from_utf8_lossy(&body).chars().take(self.said_max).collect();
                Outcome::Answered { status, retry_after, said }
            }
            Err(NoAnswer::NotWritten(error) | NoAnswer::Cut(error)) => Outcome::NoAnswer { error },
        }
    }
}
