//! Card and identity numbers that slipped into a free text: masked before it is kept (domain rule 7.3).
//!
//! An agent needs neither to help a customer, and what is not kept cannot leak. A number counts as an identity card's if it
//! has its length and a possible date of birth, as a bank card's if it has 16 to 19 digits and begins like one.

use serde::Serialize;
use utoipa::ToSchema;

/// What was masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sensitive {
    /// 身份证
    IdCard,
    /// 银行卡
    BankCard,
}

/// The text with such numbers masked, and which kinds there were. Numbers in groups (`6222 0212 …`) are found, too.
pub fn mask(text: &str) -> (String, Vec<Sensitive>) {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let inside = at > 0 && is_inside(chars.get(..at).unwrap_or_default());
        // Taken in groups first; what follows after a space may also be another number.
        let found_here =
            [true, false].into_iter().filter(|_| digit(c).is_some() && !inside).find_map(|grouped| {
                let (digits, end) = run_at(&chars, at, grouped)?;
                kind(&digits).map(|kind| (digits, end, kind))
            });
        match found_here {
            Some((digits, end, kind)) => {
                out.push_str(&match kind {
                    Sensitive::IdCard => kernel::mask::id_card(&digits),
                    Sensitive::BankCard => kernel::mask::bank_card(&digits),
                });
                if !found.contains(&kind) {
                    found.push(kind);
                }
                at = end;
            }
            None => {
                // The rest of a number that is none of these is left as a whole.
                out.push(c);
                at += 1;
            }
        }
    }
    found.sort_unstable();
    (out, found)
}

/// In the middle of a word, or behind a decimal point.
fn is_inside(before: &[char]) -> bool {
    match before {
        [.., digit, '.'] => digit.is_ascii_digit(),
        [.., last] => last.is_ascii_alphanumeric(),
        [] => false,
    }
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(u32::from('0') + (u32::from(c) - u32::from('０'))),
        _ => None,
    }
}

/// The digits (and a closing X) from here on, and where they end. Groups may be parted by one space or hyphen.
fn run_at(chars: &[char], start: usize, grouped: bool) -> Option<(String, usize)> {
    let (mut digits, mut at) = (String::new(), start);
    while let Some(&c) = chars.get(at) {
        if let Some(digit) = digit(c) {
            digits.push(digit);
            at += 1;
        } else if grouped && matches!(c, ' ' | '-') && chars.get(at + 1).copied().and_then(digit).is_some() {
            at += 1;
        } else {
            break;
        }
        if digits.len() > 40 {
            return None;
        }
    }
    if digits.len() == 17 && chars.get(at).is_some_and(|c| matches!(c, 'X' | 'x' | 'Ｘ' | 'ｘ')) {
        digits.push('X');
        at += 1;
    }
    let ends = chars.get(at).is_none_or(|c| !c.is_ascii_alphanumeric());
    ends.then_some((digits, at))
}

fn kind(digits: &str) -> Option<Sensitive> {
    if digits.len() == 18 && born(digits.get(6..14)?) {
        return Some(Sensitive::IdCard);
    }
    // The cards of before 1999 have two digits of the year.
    if digits.len() == 15 && born(&format!("19{}", digits.get(6..12)?)) {
        return Some(Sensitive::IdCard);
    }
    let card = digits.starts_with(['3', '4', '5', '6']) || digits.starts_with("95");
    ((16..=19).contains(&digits.len()) && card && digits.bytes().all(|b| b.is_ascii_digit()))
        .then_some(Sensitive::BankCard)
}

/// Whether this can be a day on which somebody was born: `19900101`.
fn born(day: &str) -> bool {
    let part = |from, to| day.get(from..to).and_then(|text: &str| text.parse::<i16>().ok());
    match (part(0, 4), part(4, 6), part(6, 8)) {
        (Some(year), Some(month), Some(day)) => {
            (1900..=2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Sensitive::{BankCard, IdCard};

    fn check(cases: &[(&str, &str, &[Sensitive])]) {
        for (text, kept, found) in cases {
            assert_eq!(mask(text), ((*kept).to_owned(), found.to_vec()), "{text}");
        }
    }

    #[test]
    fn mask_03_an_identity_card_in_the_notes() {
        check(&[
            ("身份证340799199001010010，要过户", "身份证340***********0010，要过户", &[IdCard]),
            ("34079919900101001x", "340***********001X", &[IdCard]),
            ("３４０７９９１９９００１０１００１０", "340***********0010", &[IdCard]),
            ("旧证 340799900101001。", "旧证 340********1001。", &[IdCard]),
        ]);
    }

    #[test]
    fn mask_06_a_bank_card_in_the_notes() {
        check(&[
            ("退到6222021234567890123", "退到***************0123", &[BankCard]),
            ("6222 0212 3456 7890 123 工行", "***************0123 工行", &[BankCard]),
            ("6222-0212-3456-7890", "************7890", &[BankCard]),
            ("6222021234567890123 13812345678", "***************0123 13812345678", &[BankCard]),
            ("13812345678 6222021234567890123", "13812345678 ***************0123", &[BankCard]),
            (
                "340799199001010010 和 6222021234567890123",
                "340***********0010 和 ***************0123",
                &[IdCard, BankCard],
            ),
        ]);
    }

    #[test]
    fn what_an_agent_needs_stays() {
        for text in [
            "",
            "户号 3301-0028812，电话 13812345678、0562-2123456",
            "表号 1234567890123456789012（22 位）",
            "工单 20261118-0093 · 10:27",
            "-9223372036854775808/-1",
            "0.30000000000000004",
            "x6222021234567890123",
        ] {
            assert_eq!(mask(text), (text.to_owned(), vec![]), "{text}");
        }
    }
}
