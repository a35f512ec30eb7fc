//! One-time passwords of six digits (RFC 6238: SHA-1, 30 s), as authenticator apps show them.

use kernel::Timestamp;
use totp_rs::{Builder, Secret, Totp};

use super::Refusal;

/// Bytes of a secret: RFC 4226 recommends 160 bits.
pub const SECRET_BYTES: usize = 20;

/// What is kept of somebody's second factor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Factor {
    /// Base 32; signing in asks for a code of it.
    pub secret: Option<String>,
    /// Shown to the person, not proved by a code yet.
    pub pending: Option<String>,
    /// The 30 s step of the last code that was accepted: a code counts once.
    pub last_step: Option<i64>,
}

/// The secret in the form that people type into an app.
pub fn secret_text(bytes: [u8; SECRET_BYTES]) -> String {
    Secret::from(bytes.to_vec()).to_base32()
}

/// `otpauth://…`, for the picture that apps read.
pub fn address(secret: &str, number: &str, centre: &str) -> anyhow::Result<String> {
    let issuer = centre.replace(':', " ");
    let totp = builder(secret)?
        .with_account_name(number.replace(':', " "))
        .with_issuer((!issuer.trim().is_empty()).then_some(issuer))
        .build()
        .map_err(|error| anyhow::anyhow!("an authenticator's address: {error}"))?;
    totp.to_url().map_err(|error| anyhow::anyhow!("an authenticator's address: {error}"))
}

fn builder(secret: &str) -> anyhow::Result<Builder> {
    let secret =
        Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("a kept secret: {error:?}"))?;
    // A clock that is half a minute off still fits.
    Ok(Builder::new().with_secret(secret).with_skew(1))
}

/// The step of a right code that was not used before.
///
/// # Errors
/// The inner one is a refusal; the outer one says that what is kept is damaged.
pub fn check(
    secret: &str,
    last_step: Option<i64>,
    code: &str,
    now: Timestamp,
) -> anyhow::Result<Result<i64, Refusal>> {
    let totp: Totp = builder(secret)?.build().map_err(|error| anyhow::anyhow!("a kept secret: {error}"))?;
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let seconds = u64::try_from(now.as_micros() / 1_000_000).unwrap_or(0);
    let step = totp.check(&digits, seconds).and_then(|step| i64::try_from(step).ok());
    Ok(match step {
        Some(step) if last_step.is_none_or(|last| step > last) => Ok(step),
        _ => Err(Refusal::WrongCode),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B: "12345678901234567890".
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[track_caller]
    fn accepts(code: &str, seconds: i64, last_step: Option<i64>, expected: Option<i64>) {
        let step = check(SECRET, last_step, code, at(seconds)).expect("a sound secret").ok();
        assert_eq!(step, expected, "{code} at {seconds}");
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        accepts("287082", 59, None, Some(1));
        accepts("081804", 1_111_111_109, None, Some(37_037_036));
        accepts("005924", 1_234_567_890, None, Some(41_152_263));
        accepts("279037", 2_000_000_000, None, Some(66_666_666));
        accepts(" 287 082 ", 59, None, Some(1));
    }

    #[test]
    fn a_code_counts_once_and_for_a_minute_and_a_half() {
        accepts("287082", 59, Some(1), None);
        accepts("287082", 89, None, Some(1));
        accepts("287082", 90, None, None);
        accepts("000000", 59, None, None);
        accepts("", 59, None, None);
        accepts("28708２", 59, None, None);
    }

    #[test]
    fn an_app_is_told_the_centre_and_the_number() {
        let text = address(SECRET, "3001", "热线: 一号").expect("an address");
        assert!(
            text.starts_with("otpauth://totp/") && text.contains(SECRET) && text.contains("3001"),
            "{text}"
        );
    }
}
