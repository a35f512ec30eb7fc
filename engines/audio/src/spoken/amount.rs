//! Money and quantities.

use kernel::Money;
use kernel::money::Milli;

use super::{Part, Spoken, counted, decimal, number};

/// An amount of money: 三十六元两角, 三十六元零二分, 两分. Below zero it begins with 负.
pub fn amount(money: Money) -> Spoken {
    let fen = money.0.unsigned_abs();
    let (yuan, jiao, rest) = (fen / 100, fen / 10 % 10, fen % 10);
    let mut spoken = if money.0 < 0 { Spoken::of(Part::MINUS) } else { Spoken::default() };
    if yuan > 0 || fen == 0 {
        spoken = spoken.and(counted(yuan)).then(Part::YUAN);
    }
    if jiao > 0 {
        spoken = spoken.and(counted(jiao)).then(Part::JIAO);
    }
    match (rest, yuan > 0, jiao > 0) {
        (0, _, _) => spoken,
        (rest, true, false) => spoken.then(Part::Number(0)).and(number(rest)).then(Part::FEN),
        (rest, _, true) => spoken.and(number(rest)).then(Part::FEN),
        (rest, false, false) => spoken.and(counted(rest)).then(Part::FEN),
    }
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    CubicMetres,
    /// 度, as customers say it.
    KilowattHours,
}

/// A quantity with its unit: 十二点五立方米, 两度.
pub fn quantity(amount: Milli, unit: Unit) -> Spoken {
    let spoken = if amount.0 == 2_000 { counted(2) } else { decimal(amount.0) };
    spoken.then(match unit {
        Unit::CubicMetres => Part::CUBIC_METRES,
        Unit::KilowattHours => Part::KILOWATT_HOURS,
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn amounts_are_read_in_yuan_jiao_and_fen() {
        let inputs = [
            0, 2, 20, 22, 25, 100, 200, 220, 1_000, 3_620, 3_602, 3_625, 12_345, 20_000, 100_005, 100_050,
            222_222, 10_000_000, -3_620, -5,
        ];
        let text: String =
            inputs.iter().map(|fen| format!("{fen} {}\n", amount(Money(*fen)).text())).collect();
        expect![[r#"
            0 零元
            2 两分
            20 两角
            22 两角二分
            25 两角五分
            100 一元
            200 两元
            220 两元两角
            1000 十元
            3620 三十六元两角
            3602 三十六元零二分
            3625 三十六元两角五分
            12345 一百二十三元四角五分
            20000 二百元
            100005 一千元零五分
            100050 一千元五角
            222222 两千二百二十二元两角二分
            10000000 十万元
            -3620 负三十六元两角
            -5 负五分
        "#]]
        .assert_eq(&text);
    }

    #[test]
    fn quantities_carry_their_unit() {
        let inputs = [0, 500, 2_000, 12_500, 102_000, 2_002_250];
        let line = |milli: &i64| {
            let say = |unit| quantity(Milli(*milli), unit).text();
            format!("{milli} {} {}\n", say(Unit::CubicMetres), say(Unit::KilowattHours))
        };
        expect![[r#"
            0 零立方米 零度
            500 零点五立方米 零点五度
            2000 两立方米 两度
            12500 十二点五立方米 十二点五度
            102000 一百零二立方米 一百零二度
            2002250 两千零二点二五立方米 两千零二点二五度
        "#]]
        .assert_eq(&inputs.iter().map(line).collect::<String>());
    }
}
