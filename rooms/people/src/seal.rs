//! Secrets that must be read again, kept sealed: a copy of the database alone does not open them. The key is kept outside it.

use std::fmt;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use kernel::PersonId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use web::Chance;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// What every sealed text begins with; none of our plain secrets does, which are base 32.
pub(crate) const MARK: &str = "sealed1:";

/// Seals and opens with one key; a clone is the same.
#[derive(Clone)]
pub struct Sealer(Arc<LessSafeKey>);

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    /// # Errors
    /// Never with a key of this length.
    pub fn new(key: &[u8; KEY_BYTES]) -> anyhow::Result<Sealer> {
        let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| anyhow!("the key does not fit"))?;
        Ok(Sealer(Arc::new(LessSafeKey::new(key))))
    }

    /// Bound to the person: in another's row it cannot be opened.
    pub(crate) fn seal(&self, chance: &dyn Chance, person: PersonId, text: &str) -> anyhow::Result<String> {
        self.seal_at(chance, &place(person), text)
    }

    /// # Errors
    /// When it was sealed with another key or for another person, or is damaged.
    pub(crate) fn open(&self, person: PersonId, sealed: &str) -> anyhow::Result<String> {
        self.open_at(&place(person), sealed).map_err(|why| anyhow!("the second factor of {person}: {why}"))
    }

    /// Bound to where it stands, table, column and row: elsewhere it cannot be opened. The nonce is chance; 2³² seals under
    /// one key would be too many, and there is one for each sign-in with a code at most.
    ///
    /// # Errors
    /// When the system gives no chance.
    pub fn seal_at(&self, chance: &dyn Chance, place: &str, text: &str) -> anyhow::Result<String> {
        let mut nonce = [0u8; NONCE_LEN];
        chance.fill(&mut nonce)?;
        let mut bytes = text.as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut bytes,
            )
            .map_err(|_| anyhow!("sealing the secret {place}"))?;
        Ok(format!("{MARK}{}{}", hex::encode(nonce), hex::encode(&bytes)))
    }

    /// # Errors
    /// When it was sealed with another key or for another place, or is damaged.
    pub fn open_at(&self, place: &str, sealed: &str) -> anyhow::Result<String> {
        let damaged = || format!("the sealed secret {place} is damaged");
        let bytes =
            sealed.strip_prefix(MARK).and_then(|digits| hex::decode(digits).ok()).with_context(damaged)?;
        let (nonce, rest) = bytes.split_at_checked(NONCE_LEN).with_context(damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| anyhow!(damaged()))?;
        let mut rest = rest.to_vec();
        let text = self
            .0
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut rest)
            .map_err(|_| anyhow!("the secret {place} was sealed with another key"))?;
        String::from_utf8(text.to_vec()).with_context(damaged)
    }
}

fn place(person: PersonId) -> String {
    format!("people_person.totp {}", person.get())
}

#[cfg(test)]
mod tests {
    use super::*;
    use web::TestChance;

    #[test]
    fn what_is_sealed_is_opened_by_its_key_for_its_person() {
        let (sealer, other) = (Sealer::new(&[7; 32]).expect("a key"), Sealer::new(&[8; 32]).expect("a key"));
        let chance = TestChance::default();
        let sealed = sealer.seal(&chance, PersonId(1), "GEZDGNBVGY3TQOJQ").expect("sealed");
        assert!(sealed.starts_with(MARK) && !sealed.contains("GEZD"), "{sealed}");
        assert_ne!(sealed, sealer.seal(&chance, PersonId(1), "GEZDGNBVGY3TQOJQ").expect("sealed"));
        assert_eq!(sealer.open(PersonId(1), &sealed).expect("opened"), "GEZDGNBVGY3TQOJQ");
        assert!(sealer.open(PersonId(2), &sealed).is_err(), "another's row");
        assert!(other.open(PersonId(1), &sealed).is_err(), "another key");
        for broken in
            ["", "GEZDGNBV", "sealed1:", "sealed1:0", "sealed1:zz", &sealed[..40], &format!("{sealed}0")]
        {
            assert!(sealer.open(PersonId(1), broken).is_err(), "{broken}");
        }
    }
}
