//! Requests between machines that share a secret: HMAC-SHA256 over time, nonce and body (`timestamp\nnonce\nbody`).
//!
//! Whoever receives one checks the signature, that the time is near, and that the nonce is new. The first two are here;
//! the nonces are kept by whoever receives.

use std::time::Duration;

use ring::hmac;

/// The headers that carry it.
pub const TIMESTAMP: &str = "x-switchboard-timestamp";
pub const NONCE: &str = "x-switchboard-nonce";
pub const SIGNATURE: &str = "x-switchboard-signature";

/// How far the clocks of the two sides may be apart; a nonce has to be remembered for twice as long.
pub const SKEW_MAX: Duration = Duration::from_secs(300);

/// Why a request is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    #[error("the signature's headers are missing or malformed")]
    Unsigned,
    #[error("the time of the request is more than five minutes from ours")]
    Stale,
    #[error("the signature is wrong")]
    Wrong,
}

/// A signature as its three headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Seconds since 1970.
    pub timestamp: i64,
    pub nonce: String,
    pub hmac: String,
}

fn signed_bytes(timestamp: i64, nonce: &str, body: &[u8]) -> Vec<u8> {
    [timestamp.to_string().as_bytes(), b"\n", nonce.as_bytes(), b"\n", body].concat()
}

pub fn sign(secret: &str, timestamp: i64, nonce: &str, body: &[u8]) -> Signature {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, &signed_bytes(timestamp, nonce, body));
    Signature { timestamp, nonce: nonce.to_owned(), hmac: hex::encode(tag) }
}

/// The signature of a posted event: `v1=` and HMAC-SHA256 over `timestamp.body` as hex. It has no nonce: whoever receives
/// it knows what was here by the event's own id.
pub fn sign_event(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, &[timestamp.to_string().as_bytes(), b".", body].concat());
    format!("v1={}", hex::encode(tag))
}

impl Signature {
    /// From the three headers, as they came.
    pub fn read(timestamp: Option<&str>, nonce: Option<&str>, hmac: Option<&str>) -> Result<Self, Doubt> {
        let timestamp = timestamp.and_then(|text| text.parse().ok()).ok_or(Doubt::Unsigned)?;
        let nonce = nonce.filter(|nonce| (16..=64).contains(&nonce.len())).ok_or(Doubt::Unsigned)?;
        let plain = nonce.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let hmac = hmac.filter(|hmac| plain && hmac.len() == 64).ok_or(Doubt::Unsigned)?;
        Ok(Signature { timestamp, nonce: nonce.to_owned(), hmac: hmac.to_owned() })
    }

    /// Whether the body is what the other side signed, and when. In constant time.
    pub fn check(&self, secret: &str, now: i64, body: &[u8]) -> Result<(), Doubt> {
        if now.abs_diff(self.timestamp) > SKEW_MAX.as_secs() {
            return Err(Doubt::Stale);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hex::decode(&self.hmac).map_err(|_| Doubt::Unsigned)?;
        let signed = signed_bytes(self.timestamp, &self.nonce, body);
        hmac::verify(&key, &signed, &tag).map_err(|_| Doubt::Wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_signed_with_its_time() {
        assert_eq!(
            sign_event("secret", 1_000, b"{}"),
            "v1=026360fb6284f077f1148b1ae7c62679730497810a6a0321574de01e8b009e7a",
            "a receiver can be checked against this"
        );
        assert_ne!(sign_event("secret", 1_001, b"{}"), sign_event("secret", 1_000, b"{}"));
    }

    #[test]
    fn only_what_was_signed_lately_is_believed() {
        let signature = sign("secret", 1_000, "0123456789abcdef", b"{}");
        assert_eq!(
            signature.hmac, "bfc36b0a7315b0fae7e9e3297d12cc7af88e92b48b2b576bd20042889aaa58de",
            "a gateway can be checked against this"
        );
        assert_eq!(signature.check("secret", 1_300, b"{}"), Ok(()));
        assert_eq!(signature.check("secret", 1_301, b"{}"), Err(Doubt::Stale));
        assert_eq!(signature.check("secret", 699, b"{}"), Err(Doubt::Stale));
        assert_eq!(signature.check("secret", i64::MIN, b"{}"), Err(Doubt::Stale));
        assert_eq!(signature.check("other", 1_000, b"{}"), Err(Doubt::Wrong));
        assert_eq!(signature.check("secret", 1_000, b"{} "), Err(Doubt::Wrong));
        let other = Signature { nonce: "fedcba9876543210".into(), ..signature.clone() };
        assert_eq!(other.check("secret", 1_000, b"{}"), Err(Doubt::Wrong));
        let read = |time, nonce, hmac| Signature::read(Some(time), Some(nonce), Some(hmac));
        assert_eq!(read("1000", "0123456789abcdef", &signature.hmac), Ok(signature.clone()));
        for (time, nonce, hmac) in [
            ("x", "0123456789abcdef", &*signature.hmac),
            ("1", "short", &signature.hmac),
            ("1", "0123456789abcde\n", &signature.hmac),
            ("1", "0123456789abcdef", "00"),
        ] {
            assert_eq!(read(time, nonce, hmac), Err(Doubt::Unsigned));
        }
        assert_eq!(Signature::read(None, None, None), Err(Doubt::Unsigned));
    }
}
