//! The way out: calls to platforms, and the secrets that requests are signed with in both directions.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use gateways::post::Reach;
use gateways::signed::{self, Doubt, Signature};
use kernel::{AttachmentId, PlatformId, Timestamp};
use people::Sealer;
use posting::{Headers, Outcome, Try, Way};
use tokio::sync::SemaphorePermit;
use web::{App, Chance};

use crate::rules::Platform;
use crate::rules::files::FILE_MAX;

/// Who signs: the platform's code, in both directions.
pub const PLATFORM: &str = "x-switchboard-platform";
/// The name of what is told, the same for every try.
pub const RETURN: &str = "x-switchboard-return";
const SECRET_BYTES: usize = 32;
/// So much of an answer is looked at.
const SAID_MAX: usize = 600;

/// A clone is the same.
#[derive(Clone)]
pub struct Outlet(Arc<Inner>);

struct Inner {
    way: Way,
    sealer: Sealer,
    /// Where the files of orders stand.
    files: PathBuf,
}

impl Outlet {
    /// Files of orders, which some platforms want, are read in `files`.
    ///
    /// # Errors
    /// When there are no authorities to believe.
    pub fn new(reach: Reach, sealer: Sealer, files: PathBuf) -> anyhow::Result<Outlet> {
        Ok(Outlet(Arc::new(Inner { way: Way::new(reach, SAID_MAX)?, sealer, files })))
    }

    pub(crate) fn reach(&self) -> Reach {
        self.0.way.reach()
    }

    pub(crate) fn trial(&self) -> Option<SemaphorePermit<'_>> {
        self.0.way.trial()
    }

    /// A new secret, open and sealed.
    pub(crate) fn secret(&self, chance: &dyn Chance, id: PlatformId) -> anyhow::Result<(String, String)> {
        let mut bytes = [0u8; SECRET_BYTES];
        chance.fill(&mut bytes)?;
        let open = format!("gvsec_{}", hex::encode(bytes));
        Ok((open.clone(), self.seal(chance, id, &open)?))
    }

    pub(crate) fn seal(&self, chance: &dyn Chance, id: PlatformId, open: &str) -> anyhow::Result<String> {
        self.0.sealer.seal_at(chance, &place(id), open)
    }

    /// Whether a request was signed by this platform, with its secret or, for a while, the one before.
    pub(crate) fn believe(
        &self,
        platform: &Platform,
        signature: &Signature,
        now: Timestamp,
        body: &[u8],
    ) -> Result<(), Doubt> {
        let old = (now < platform.old_until).then_some(&platform.old_secret);
        let mut doubt = Doubt::Wrong;
        for sealed in [Some(&platform.secret), old].into_iter().flatten().filter(|sealed| !sealed.is_empty())
        {
            let Ok(secret) = self.0.sealer.open_at(&place(platform.id), sealed) else { continue };
            match signature.check(&secret, now.as_secs(), body) {
                Ok(()) => return Ok(()),
                Err(why) => doubt = why,
            }
        }
        Err(doubt)
    }

    /// The bytes of the file that a telling names; none when it is not there any more, or larger than is sent.
    pub(crate) async fn file(&self, body: &str) -> anyhow::Result<Option<Vec<u8>>> {
        let body: serde_json::Value = serde_json::from_str(body).context("a telling as kept")?;
        let named = body.pointer("/data/file").and_then(serde_json::Value::as_str);
        let Some(id) = named.and_then(|id| id.parse::<AttachmentId>().ok()) else { return Ok(None) };
        let path = self.0.files.join(id.to_string());
        match tokio::fs::metadata(&path).await {
            Ok(found) if found.len() <= FILE_MAX => {}
            Ok(_) => return Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("looking for {}", path.display())),
        }
        let bytes = tokio::fs::read(&path).await;
        Ok(Some(bytes.with_context(|| format!("reading {}", path.display()))?))
    }

    /// One try.
    pub(crate) async fn post(&self, app: &App, to: &Platform, name: &str, body: &str) -> Try {
        self.0
            .way
            .post(app, &to.url, body, |now| self.headers(app.chance.as_ref(), to, name, body, now))
            .await
    }

    fn headers(
        &self,
        chance: &dyn Chance,
        to: &Platform,
        name: &str,
        body: &str,
        now: Timestamp,
    ) -> Result<Headers, Outcome> {
        let secret = self.0.sealer.open_at(&place(to.id), &to.secret).map_err(|_| Outcome::NoSecret)?;
        let mut nonce = [0u8; 16];
        chance.fill(&mut nonce).map_err(|error| Outcome::NoAnswer { error: error.to_string() })?;
        let signature = signed::sign(&secret, now.as_secs(), &hex::encode(nonce), body.as_bytes());
        Ok(vec![
            (PLATFORM, to.code.clone()),
            (RETURN, name.to_owned()),
            (signed::TIMESTAMP, signature.timestamp.to_string()),
            (signed::NONCE, signature.nonce),
            (signed::SIGNATURE, signature.hmac),
        ])
    }
}

/// Where the secret stands: sealed for there, it opens nowhere else.
fn place(id: PlatformId) -> String {
    format!("government_platform.secret {}", id.get())
}
