//! Passwords and tokens: how they are kept so that what is kept is of no use to a thief.

use std::sync::Arc;

use anyhow::{Context, anyhow};
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use md5::Md5;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use web::Chance;

/// Hashing takes 19 MiB and some tens of milliseconds each by design; more at once would let sign-ins starve calls.
const AT_ONCE: usize = 2;

/// Hashes and checks passwords away from the async threads, a few at a time.
#[derive(Clone)]
pub struct Passwords {
    turn: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Passwords { turn: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Passwords {
    pub async fn hash(&self, password: &str, chance: &dyn Chance) -> anyhow::Result<String> {
        let mut salt = [0u8; 16];
        chance.fill(&mut salt)?;
        let password = password.to_owned();
        self.away(move || {
            let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|error| anyhow!("hashing a password: {error}"))
        })
        .await?
    }

    /// Whether this is the password. Without a hash (nobody of that number) it takes as long and says no, so that the
    /// time does not tell who exists.
    pub async fn matches(&self, password: &str, hash: Option<String>) -> anyhow::Result<bool> {
        let password = password.to_owned();
        self.away(move || match hash {
            Some(hash) => Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok(),
            None => {
                let _ = Argon2::default().hash_password_with_salt(password.as_bytes(), b"nobody at all...");
                false
            }
        })
        .await
    }

    async fn away<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> anyhow::Result<T> {
        let turn = self.turn.clone().acquire_owned().await.context("waiting to hash")?;
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop(turn);
            result
        })
        .await
        .context("hashing")
    }
}

/// What a SIP registrar needs to check a telephone's answer to a challenge (RFC 7616: A1).
pub fn digest_a1(number: &str, realm: &str, password: &str) -> (String, String) {
    let text = format!("{number}:{realm}:{password}");
    (hex::encode(Md5::digest(text.as_bytes())), hex::encode(Sha256::digest(text.as_bytes())))
}

/// A new secret for a cookie or a link: 256 bits.
pub fn token(chance: &dyn Chance) -> anyhow::Result<String> {
    let mut bytes = [0u8; 32];
    chance.fill(&mut bytes)?;
    Ok(hex::encode(bytes))
}

/// A password to be read out or written on a slip: four groups of letters and digits that are not mistaken for each
/// other, 61 bits, and within the rules.
pub fn temporary_password(chance: &dyn Chance) -> anyhow::Result<String> {
    const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
    const LOWER: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
    const DIGIT: &[u8] = b"23456789";
    let mut bytes = [0u8; 16];
    chance.fill(&mut bytes)?;
    let mut text = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        let set = match at % 4 {
            0 => UPPER,
            3 => DIGIT,
            _ => LOWER,
        };
        if at > 0 && at % 4 == 0 {
            text.push('-');
        }
        // 24 does not divide 256: the bias costs a hundredth of a bit.
        text.push(set.get(usize::from(*byte) % set.len()).copied().map_or('x', char::from));
    }
    Ok(text)
}

/// How a token is kept.
pub fn token_hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::TestChance;

    #[tokio::test]
    async fn a_password_is_known_again_and_never_kept() {
        let passwords = Passwords::default();
        let hash = passwords.hash("Correct-Horse-9", &TestChance::default()).await.expect("hash");
        assert!(hash.starts_with("$argon2id$") && !hash.contains("Horse"), "{hash}");
        assert!(passwords.matches("Correct-Horse-9", Some(hash.clone())).await.expect("check"));
        assert!(!passwords.matches("correct-horse-9", Some(hash)).await.expect("check"));
        assert!(!passwords.matches("Correct-Horse-9", None).await.expect("nobody"));
        assert!(!passwords.matches("x", Some("not a hash".to_owned())).await.expect("damaged row"));
    }

    #[test]
    fn a_temporary_password_keeps_the_rules() {
        let chance = TestChance::default();
        for _ in 0..100 {
            let password = temporary_password(&chance).expect("chance");
            assert_eq!(crate::rules::password::check(&password, "1001", "李雷"), Ok(()), "{password}");
        }
    }

    #[test]
    fn a1_is_that_of_rfc_2617() {
        let (md5, _) = digest_a1("Mufasa", "testrealm@host.com", "Circle Of Life");
        assert_eq!(md5, "939e7578ed9e3c518a452acee763bce9");
    }
}
