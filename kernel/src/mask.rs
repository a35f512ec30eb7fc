//! Personal data as it is shown to those who need not see all of it (展示脱敏).
//!
//! Masks never lengthen knowledge: what is too short to be hidden in part is hidden whole.

fn stars(count: usize) -> String {
    "*".repeat(count)
}

/// Keeps `head` characters at the start and `tail` at the end; everything if nothing would be hidden.
fn middle(text: &str, head: usize, tail: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    let hidden = chars.len().saturating_sub(head + tail);
    if hidden < 3 {
        return stars(chars.len());
    }
    let (start, end) = (chars.iter().take(head), chars.iter().skip(head + hidden));
    start.chain(stars(hidden).chars().collect::<Vec<_>>().iter()).chain(end).collect()
}

/// Mobile: first three and last four. Landline: the area and the last four. Others: the last four.
pub fn phone(number: &str) -> String {
    let number = number.trim();
    if let Some((area, local)) = number.split_once('-')
        && area.starts_with('0')
        && (3..=4).contains(&area.len())
        && local.bytes().all(|b| b.is_ascii_digit())
    {
        return format!("{area}-{}", middle(local, 0, 4));
    }
    match number.as_bytes() {
        [b'1', ..] if number.len() == 11 => middle(number, 3, 4),
        [b'0', b'1' | b'2', ..] if number.len() >= 10 => middle(number, 3, 4),
        [b'0', ..] if number.len() >= 11 => middle(number, 4, 4),
        _ => middle(number, 0, 4),
    }
}

/// 身份证: first three and last four.
pub fn id_card(number: &str) -> String {
    middle(number.trim(), 3, 4)
}

/// The surname's first character.
pub fn name(name: &str) -> String {
    let mut chars = name.trim().chars();
    match chars.next() {
        Some(first) => format!("{first}{}", stars(chars.count().max(1))),
        None => String::new(),
    }
}

/// The last four.
pub fn bank_card(number: &str) -> String {
    middle(number.trim(), 0, 4)
}

/// District and road; house and flat are hidden.
pub fn address(address: &str) -> String {
    let address = address.trim();
    let house = address.find(|c: char| c.is_numeric()).unwrap_or(address.len());
    let before = address.get(..house).unwrap_or_default();
    let road = before.char_indices().rev().find(|(_, c)| matches!(c, '路' | '街' | '道' | '巷' | '弄'));
    let shown = match road {
        Some((at, c)) => before.get(..at + c.len_utf8()).unwrap_or_default(),
        // A village or an estate without a road: its number is what finds the door.
        None if house < address.len() => before,
        None => "",
    };
    format!("{shown}****")
}

/// The first letter and the domain.
pub fn email(email: &str) -> String {
    match email.trim().split_once('@') {
        Some((local, domain)) => {
            format!("{}***@{domain}", local.chars().next().map(String::from).unwrap_or_default())
        }
        None => stars(email.trim().chars().count()),
    }
}

/// Runs of seven digits and more in free text are telephone, card or identity numbers.
pub fn in_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_digit() {
            run.push(c);
            continue;
        }
        if run.len() >= 7 {
            out.push_str(&phone(&run))
        } else {
            out.push_str(&run)
        }
        run.clear();
        out.push(c);
    }
    out.pop();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mask: fn(&str) -> String, cases: &[(&str, &str)]) {
        for (input, shown) in cases {
            assert_eq!(mask(input), *shown, "{input}");
        }
    }

    #[test]
    fn mask_01_02_08_phone() {
        check(
            phone,
            &[
                ("13812345678", "138****5678"),
                ("0562-2123456", "0562-***3456"),
                ("12345", "*****"),
                ("05622123456", "0562***3456"),
                ("01062123456", "010****3456"),
                ("95598", "*****"),
                ("+8613812345678", "**********5678"),
                ("", ""),
            ],
        );
    }

    #[test]
    fn mask_03_id_card() {
        check(id_card, &[("340799199001010010", "340***********0010"), ("3407990", "*******")]);
    }

    #[test]
    fn mask_04_05_name() {
        check(name, &[("王芳", "王*"), ("欧阳晓明", "欧***"), ("王", "王*"), ("", "")]);
    }

    #[test]
    fn mask_06_bank_card() {
        check(bank_card, &[("6222021234567890123", "***************0123")]);
    }

    #[test]
    fn mask_07_address() {
        check(
            address,
            &[
                ("铜官区淮河中路10号3栋502室", "铜官区淮河中路****"),
                ("铜官区幸福小区3栋502室", "铜官区幸福小区****"),
                ("长江路幸福里", "长江路****"),
                ("幸福里", "****"),
            ],
        );
    }

    #[test]
    fn mask_09_email() {
        check(email, &[("lisi@163.com", "l***@163.com"), ("nobody", "******"), ("@163.com", "***@163.com")]);
    }

    #[test]
    fn numbers_in_free_text_are_hidden() {
        assert_eq!(in_text("女儿 15412345678,住302室"), "女儿 154****5678,住302室");
        assert_eq!(in_text("340799199001010010"), "**************0010");
        assert_eq!(in_text("2017年装"), "2017年装");
    }
}
