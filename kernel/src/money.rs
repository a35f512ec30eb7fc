//! Money in whole fen, prices in millionths of a yuan, quantities in thousandths. No float anywhere; every rounding is
//! written where it happens.

use std::fmt;
use std::ops::{Add, Mul, Neg, Sub};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount in fen (0.01 CNY).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub i64);

/// A price: millionths of a yuan for one unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(pub i64);

/// A quantity in thousandths of a unit (m³, kWh).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Milli(pub i64);

/// A product that has not been rounded yet: 10⁻⁹ yuan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact(i128);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Half away from zero: 四舍五入.
    HalfUp,
    /// Towards zero.
    Down,
}

/// 10⁻⁹ yuan in a fen.
const FEN: i128 = 10_000_000;

impl Mul<Milli> for Rate {
    type Output = Exact;
    fn mul(self, quantity: Milli) -> Exact {
        Exact(i128::from(self.0) * i128::from(quantity.0))
    }
}

impl Exact {
    pub fn round(self, rounding: Rounding) -> Money {
        let (whole, rest) = (self.0 / FEN, self.0 % FEN);
        let up = match rounding {
            Rounding::HalfUp => i128::from(rest.abs() * 2 >= FEN) * self.0.signum(),
            Rounding::Down => 0,
        };
        Money(i64::try_from(whole + up).unwrap_or(if self.0 < 0 { i64::MIN } else { i64::MAX }))
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, rhs: Money) -> Money {
        Money(self.0 + rhs.0)
    }
}
impl Sub for Money {
    type Output = Money;
    fn sub(self, rhs: Money) -> Money {
        Money(self.0 - rhs.0)
    }
}
impl Neg for Money {
    type Output = Money;
    fn neg(self) -> Money {
        Money(-self.0)
    }
}
impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money(0), Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

/// Not an amount: expected yuan with at most two decimals, like `36.20`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an amount: write yuan with at most two decimals, like 36.20")]
pub struct NotMoney(pub String);

impl FromStr for Money {
    type Err = NotMoney;
    fn from_str(text: &str) -> Result<Self, NotMoney> {
        let bad = || NotMoney(text.into());
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (yuan, fen) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(yuan) || !plain(fen) || fen.len() > 2 {
            return Err(bad());
        }
        let scale = if fen.len() == 1 { 10 } else { 1 };
        let yuan: i64 = yuan.parse().map_err(|_| bad())?;
        let fen: i64 = fen.parse().map_err(|_| bad())?;
        yuan.checked_mul(100)
            .and_then(|y| y.checked_add(fen * scale))
            .map(|v| Money(sign * v))
            .ok_or_else(bad)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_written_as_it_is_read() {
        for (text, fen) in [("0.00", 0), ("36.20", 3_620), ("-0.05", -5), ("100000.01", 10_000_001)] {
            assert_eq!(text.parse(), Ok(Money(fen)));
            assert_eq!(Money(fen).to_string(), text);
        }
        for bad in ["", ".5", "1.", "1.234", "１.5", "1e3", "--1", "99999999999999999999"] {
            assert!(bad.parse::<Money>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_price_times_a_quantity_is_rounded_once_and_in_sight() {
        // 2.53 yuan × 12.345 m³ = 31.23285 yuan
        let exact = Rate(2_530_000) * Milli(12_345);
        assert_eq!(exact.round(Rounding::HalfUp), Money(3_123));
        assert_eq!((Rate(5_000) * Milli(1_000)).round(Rounding::HalfUp), Money(1), "half a fen goes up");
        assert_eq!((Rate(-5_000) * Milli(1_000)).round(Rounding::HalfUp), Money(-1), "and away from zero");
        assert_eq!((Rate(5_000) * Milli(1_000)).round(Rounding::Down), Money(0));
    }
}
