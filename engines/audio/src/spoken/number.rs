//! Whole numbers, decimals and digit strings.

use super::{Part, Spoken};

/// Past this a number is read digit by digit: nobody follows thousands of 亿 of 亿.
const LARGEST: u64 = 9999_9999_9999;

/// A number for itself: 二, 十二, 一百零二, 两千.
pub fn number(n: u64) -> Spoken {
    if n > LARGEST { digits(&n.to_string()) } else { groups(n) }
}

/// A number before a measure word (位, 元, 分钟): two is 两.
pub fn counted(n: u64) -> Spoken {
    if n == 2 { Spoken::of(Part::TWO) } else { number(n) }
}

/// Four digits at a time, from 亿 down to the ones.
fn groups(n: u64) -> Spoken {
    if n < 10_000 {
        return group(n, true);
    }
    let (unit, size) = if n < 1_0000_0000 { (Part::WAN, 1_0000) } else { (Part::YI, 1_0000_0000) };
    let (head, rest) = (n / size, n % size);
    let spoken = match head {
        2 => Spoken::of(Part::TWO),
        head => groups(head),
    };
    let spoken = spoken.then(unit);
    match rest {
        0 => spoken,
        rest => spoken.and(inner(rest, size)),
    }
}

/// What follows 万 or 亿: 零 stands for the places that are empty.
fn inner(n: u64, size: u64) -> Spoken {
    let zero = if n < size / 10 { Spoken::of(Part::Number(0)) } else { Spoken::default() };
    if n < 10_000 {
        return zero.and(group(n, false));
    }
    let spoken = zero.and(match n / 10_000 {
        2 => Spoken::of(Part::TWO),
        head => group(head, false),
    });
    let spoken = spoken.then(Part::WAN);
    match n % 10_000 {
        0 => spoken,
        rest => spoken.and(inner(rest, 10_000)),
    }
}

/// Up to four digits. Only at the front of a number is ten 十; behind something it is 一十.
fn group(n: u64, front: bool) -> Spoken {
    let (thousands, hundreds, rest) = ((n / 1000 % 10) as u8, (n / 100 % 10) as u8, (n % 100) as u8);
    let mut spoken = Spoken::default();
    if thousands > 0 {
        spoken = spoken.then(Part::Thousands(thousands));
    }
    if hundreds > 0 {
        spoken = spoken.then(Part::Hundreds(hundreds));
    }
    let gap = (thousands > 0 && hundreds == 0) || (hundreds > 0 && rest < 10);
    if gap && rest > 0 {
        spoken = spoken.then(Part::Number(0));
    }
    let alone = front && thousands == 0 && hundreds == 0;
    match rest {
        0 if !spoken.is_empty() => spoken,
        10..20 if !alone => spoken.then(Part::Teen(rest)),
        rest => spoken.then(Part::Number(rest)),
    }
}

/// A number in thousandths, without the zeros at its end: 12500 is 十二点五.
pub fn decimal(thousandths: i64) -> Spoken {
    let size = thousandths.unsigned_abs();
    let spoken = if thousandths < 0 { Spoken::of(Part::MINUS) } else { Spoken::default() };
    let mut spoken = spoken.and(number(size / 1000));
    let fraction = format!("{:03}", size % 1000);
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        spoken = spoken.then(Part::POINT);
    }
    for digit in fraction.bytes() {
        spoken = spoken.then(Part::Number(digit - b'0'));
    }
    spoken
}

/// A digit string (agent number, account, telephone): one is 幺, and long strings are said in groups as they are
/// written down: a mobile number 3-4-4, a number with an area code after the code, others in fours. What is not a
/// digit is a pause.
pub fn digits(text: &str) -> Spoken {
    let mut spoken = Spoken::default();
    let runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
    for (at, run) in runs.flat_map(split).enumerate() {
        if at > 0 {
            spoken = spoken.pause();
        }
        for digit in run.bytes() {
            spoken = spoken.then(match digit - b'0' {
                1 => Part::ONE_AS_YAO,
                other => Part::Number(other),
            });
        }
    }
    spoken
}

/// The groups in which a run of digits is said.
fn split(run: &str) -> Vec<&str> {
    let first = match run.len() {
        0..=5 => return vec![run],
        // An area code: 010 and 02x have three digits, the others four.
        10..=12 if run.starts_with("01") || run.starts_with("02") => 3,
        11..=12 if run.starts_with('0') => 4,
        11 if run.starts_with('1') => 3,
        6 => 3,
        _ => 4,
    };
    let mut groups = Vec::new();
    let (head, mut rest) = run.split_at(first);
    groups.push(head);
    while !rest.is_empty() {
        // A last digit alone would sound like an afterthought.
        let size = if rest.len() <= 5 { rest.len() } else { 4 };
        let (head, tail) = rest.split_at(size);
        groups.push(head);
        rest = tail;
    }
    groups
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn lines<T: std::fmt::Display + Copy>(inputs: &[T], say: impl Fn(T) -> Spoken) -> String {
        inputs.iter().map(|n| format!("{n} {}\n", say(*n).text())).collect()
    }

    fn check(inputs: &[u64], expect: Expect) {
        expect.assert_eq(&lines(inputs, number));
    }

    fn check_digits(inputs: &[&str], expect: Expect) {
        expect.assert_eq(&lines(inputs, digits));
    }

    #[test]
    fn ten_is_plain_at_the_front_only() {
        check(
            &[0, 2, 10, 12, 20, 99, 110, 111, 1_015, 100_000, 150_000, 1_100_000, 1_0010_0000],
            expect![[r#"
                0 零
                2 二
                10 十
                12 十二
                20 二十
                99 九十九
                110 一百一十
                111 一百一十一
                1015 一千零一十五
                100000 十万
                150000 十五万
                1100000 一百一十万
                100100000 一亿零一十万
            "#]],
        );
    }

    #[test]
    fn zero_stands_once_for_empty_places() {
        check(
            &[
                101,
                1_001,
                1_010,
                1_100,
                1_101,
                10_001,
                10_010,
                10_500,
                100_100,
                101_000,
                203_000,
                1_000_001,
                10_200_000,
                10_203_040,
                1_0000_0001,
                1_0001_0000,
                1_0100_0000,
                1_0200_0001,
            ],
            expect![[r#"
                101 一百零一
                1001 一千零一
                1010 一千零一十
                1100 一千一百
                1101 一千一百零一
                10001 一万零一
                10010 一万零一十
                10500 一万零五百
                100100 十万零一百
                101000 十万一千
                203000 二十万三千
                1000001 一百万零一
                10200000 一千零二十万
                10203040 一千零二十万三千零四十
                100000001 一亿零一
                100010000 一亿零一万
                101000000 一亿零一百万
                102000001 一亿零二百万零一
            "#]],
        );
    }

    #[test]
    fn two_is_liang_before_thousand_wan_and_yi() {
        check(
            &[
                2,
                20,
                22,
                200,
                222,
                2_000,
                2_222,
                20_000,
                22_000,
                220_000,
                2_0000_0000,
                2_2222_2222,
                22_0002_0002,
            ],
            expect![[r#"
                2 二
                20 二十
                22 二十二
                200 二百
                222 二百二十二
                2000 两千
                2222 两千二百二十二
                20000 两万
                22000 两万两千
                220000 二十二万
                200000000 两亿
                222222222 两亿两千二百二十二万两千二百二十二
                2200020002 二十二亿零两万零二
            "#]],
        );
    }

    #[test]
    fn the_largest_numbers_are_read_digit_by_digit() {
        check(
            &[9999_9999_9999, 1_0000_0000_0000, u64::MAX],
            expect![[r#"
            999999999999 九千九百九十九亿九千九百九十九万九千九百九十九
            1000000000000 幺零零零 零零零零 零零零零零
            18446744073709551615 幺八四四 六七四四 零七三七 零九五五 幺六幺五
        "#]],
        );
    }

    #[test]
    fn two_is_liang_before_a_measure_word() {
        expect![[r#"
            1 一
            2 两
            3 三
            12 十二
            102 一百零二
            200 二百
            2002 两千零二
        "#]]
        .assert_eq(&lines(&[1, 2, 3, 12, 102, 200, 2_002], counted));
    }

    #[test]
    fn digit_strings_say_yao_and_pause_where_numbers_are_written_apart() {
        check_digits(
            &[
                "1007",
                "12345",
                "95598",
                "13812345678",
                "01062345678",
                "05621234567",
                "031188886666",
                "8888001",
                "3401021234",
                "3401 0212 34",
                "62220012345678901",
                "工号1",
            ],
            expect![[r#"
                1007 幺零零七
                12345 幺二三四五
                95598 九五五九八
                13812345678 幺三八 幺二三四 五六七八
                01062345678 零幺零 六二三四 五六七八
                05621234567 零五六二 幺二三四 五六七
                031188886666 零三幺幺 八八八八 六六六六
                8888001 八八八八 零零幺
                3401021234 三四零幺 零二幺二 三四
                3401 0212 34 三四零幺 零二幺二 三四
                62220012345678901 六二二二 零零幺二 三四五六 七八九零幺
                工号1 幺
            "#]],
        );
    }

    #[test]
    fn without_a_digit_nothing_is_said() {
        assert!(digits("工号").is_empty());
    }

    #[test]
    fn decimals_lose_the_zeros_at_their_end() {
        expect![[r#"
            0 零
            500 零点五
            2000 二
            2500 二点五
            12050 十二点零五
            110001 一百一十点零零一
            -1200 负一点二
        "#]]
        .assert_eq(&lines(&[0, 500, 2_000, 2_500, 12_050, 110_001, -1_200], decimal));
    }
}
