//! A key of a telephone.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the sixteen keys of RFC 4733 §3.2, events 0 to 15.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "char", into = "char")]
pub struct Digit(u8);

impl Digit {
    const KEYS: &'static [u8; 16] = b"0123456789*#ABCD";

    /// From the event code of RFC 4733.
    pub fn from_event(event: u8) -> Option<Digit> {
        (event < 16).then_some(Digit(event))
    }
    pub fn event(self) -> u8 {
        self.0
    }
    pub fn as_char(self) -> char {
        Self::KEYS[usize::from(self.0 & 15)] as char
    }
    /// The number on the key, if it has one.
    pub fn number(self) -> Option<u8> {
        (self.0 < 10).then_some(self.0)
    }
}

/// Not a key of a telephone: expected 0–9, *, # or A–D.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADigit(pub char);

impl fmt::Display for NotADigit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a key of a telephone: use 0 to 9, *, # or A to D", self.0)
    }
}

impl std::error::Error for NotADigit {}

impl TryFrom<char> for Digit {
    type Error = NotADigit;
    fn try_from(key: char) -> Result<Self, NotADigit> {
        let upper = key.to_ascii_uppercase();
        Self::KEYS
            .iter()
            .position(|k| char::from(*k) == upper)
            .map(|at| Digit(at as u8))
            .ok_or(NotADigit(key))
    }
}

impl From<Digit> for char {
    fn from(digit: Digit) -> char {
        digit.as_char()
    }
}

impl fmt::Display for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_char())
    }
}

impl fmt::Debug for Digit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_char())
    }
}
