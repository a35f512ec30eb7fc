//! Telephone numbers, parsed once at the edge; everything behind it sees the normal form.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number in normal form: digits as dialled inside the country (`13812345678`, `05622123456`, `95598`), or `+` and
/// digits for other countries. 3 to 20 digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneNumber(String);

/// The text is not a telephone number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a telephone number: use 3 to 20 digits, with area code for landlines")]
pub struct NotAPhoneNumber(pub String);

impl PhoneNumber {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A mobile number of mainland China.
    pub fn is_mobile(&self) -> bool {
        self.0.len() == 11
            && self.0.starts_with('1')
            && !self.0.starts_with("10")
            && !self.0.starts_with("12")
    }

    /// The last `count` digits: what people remember and search by.
    pub fn tail(&self, count: usize) -> &str {
        &self.0[self.0.len().saturating_sub(count)..]
    }
}

impl FromStr for PhoneNumber {
    type Err = NotAPhoneNumber;

    /// Accepts spaces, hyphens, brackets, full-width digits, `+86`, `0086`, and the leading 0 some exchanges put before
    /// mobile numbers.
    fn from_str(text: &str) -> Result<Self, NotAPhoneNumber> {
        let bad = || NotAPhoneNumber(text.chars().take(40).collect());
        let mut digits = String::with_capacity(text.len());
        let mut plus = false;
        for (at, c) in text.trim().chars().enumerate() {
            match c {
                '0'..='9' => digits.push(c),
                '０'..='９' => digits
                    .push(char::from_u32(u32::from('0') + (u32::from(c) - u32::from('０'))).ok_or_else(bad)?),
                '+' | '＋' if at == 0 => plus = true,
                ' ' | '-' | '(' | ')' | '（' | '）' | '\u{a0}' | '－' => {}
                _ => return Err(bad()),
            }
            if digits.len() > 24 {
                return Err(bad());
            }
        }
        if let Some(rest) = digits.strip_prefix("00").filter(|rest| rest.len() >= 8).map(str::to_owned) {
            plus = true;
            digits = rest;
        }
        if plus && let Some(rest) = digits.strip_prefix("86").map(str::to_owned) {
            plus = false;
            // +86 562 2123456 is 0562-2123456 inside the country; mobile and service numbers have no 0.
            let mobile = rest.len() == 11 && rest.starts_with('1') && !rest.starts_with("10");
            let area = rest.len() >= 9 && !mobile && !rest.starts_with("400") && !rest.starts_with("800");
            digits = if area { format!("0{rest}") } else { rest };
        }
        if !plus && digits.len() == 12 && digits.starts_with("01") && !digits.starts_with("010") {
            digits.remove(0);
        }
        if !(3..=20).contains(&digits.len()) {
            return Err(bad());
        }
        Ok(PhoneNumber(if plus { format!("+{digits}") } else { digits }))
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_becomes_one_form() {
        for (written, normal) in [
            ("13812345678", "13812345678"),
            ("138 1234 5678", "13812345678"),
            ("+86 138-1234-5678", "13812345678"),
            ("008613812345678", "13812345678"),
            ("013812345678", "13812345678"),
            ("(0562) 2123456", "05622123456"),
            ("+86 562 2123456", "05622123456"),
            ("+86 10 12345678", "01012345678"),
            ("010-12345678", "01012345678"),
            ("+86 411 81234567", "041181234567"),
            ("+86 400 123 4567", "4001234567"),
            ("１３８１２３４５６７８", "13812345678"),
            ("95598", "95598"),
            ("+1 212 555 0100", "+12125550100"),
        ] {
            assert_eq!(
                written.parse::<PhoneNumber>().map(|n| n.to_string()),
                Ok(normal.to_owned()),
                "{written}"
            );
        }
        for bad in ["", "12", "anonymous", "138;DROP", "1234567890123456789012345", "1+2345"] {
            assert!(bad.parse::<PhoneNumber>().is_err(), "{bad}");
        }
    }
}
