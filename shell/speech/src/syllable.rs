//! A syllable of pinyin in the symbols the voice model was trained on, and the number of each symbol.
//!
//! The symbols are those of Kokoro's Mandarin front end (`misaki`): broad IPA, with the tone as an arrow behind the
//! vowel: `hao3` is `xau↓`. The golden list beside the tests was recorded from it.

/// What a syllable of pinyin with its tone number sounds like; `None` when it is not one.
pub fn symbols(pinyin: &str) -> Option<String> {
    let (plain, tone) = match pinyin.bytes().last()? {
        tone @ b'1'..=b'5' => (pinyin.get(..pinyin.len() - 1)?, tone),
        _ => (pinyin, b'5'),
    };
    let arrow = match tone {
        b'1' => "→",
        b'2' => "↗",
        b'3' => "↓",
        b'4' => "↘",
        _ => "",
    };
    let plain = plain.replace(['v', 'ü'], "v");
    let whole = match plain.as_str() {
        "er" => Some("ɚ0"),
        "ê" => Some("ɛ0"),
        "o" => Some("ɔ0"),
        "yo" | "io" => Some("jɔ0"),
        "m" => Some("m0"),
        "n" => Some("n0"),
        "ng" => Some("ŋ0"),
        "hm" => Some("hm0"),
        "hng" => Some("hŋ0"),
        _ => None,
    };
    if let Some(whole) = whole {
        return Some(whole.replace('0', arrow));
    }
    let (initial, rest) = initial(&plain);
    let last = final_sound(initial, &spelt_out(initial, rest))?;
    Some(format!("{}{}", initial_sound(initial)?, last.replace('0', arrow)))
}

/// The consonant at the front, if any, and what follows it.
fn initial(plain: &str) -> (&str, &str) {
    const INITIALS: [&str; 21] = [
        "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z",
        "c", "s",
    ];
    let found = INITIALS.iter().find(|initial| plain.starts_with(**initial));
    plain.split_at(found.map_or(0, |initial| initial.len()))
}

/// The final written in full: `you` is iou, `ju` is jü, `lun` is luen.
fn spelt_out(initial: &str, rest: &str) -> String {
    if initial.is_empty() {
        return match rest {
            "yi" | "yin" | "ying" => rest.replacen('y', "", 1),
            "wu" => "u".into(),
            "you" => "iou".into(),
            "wei" => "uei".into(),
            "wen" => "uen".into(),
            _ if rest.starts_with("yu") && rest != "yong" => rest.replacen("yu", "v", 1),
            _ if rest.starts_with('y') => rest.replacen('y', "i", 1),
            _ if rest.starts_with('w') => rest.replacen('w', "u", 1),
            _ => rest.into(),
        };
    }
    match rest {
        "iu" => "iou".into(),
        "ui" => "uei".into(),
        _ if matches!(initial, "j" | "q" | "x") && rest.starts_with('u') => rest.replacen('u', "v", 1),
        "un" => "uen".into(),
        _ => rest.into(),
    }
}

fn initial_sound(initial: &str) -> Option<&'static str> {
    Some(match initial {
        "" => "",
        "b" => "p",
        "p" => "pʰ",
        "m" => "m",
        "f" => "f",
        "d" => "t",
        "t" => "tʰ",
        "n" => "n",
        "l" => "l",
        "g" => "k",
        "k" => "kʰ",
        "h" => "x",
        "j" => "ʨ",
        "q" => "ʨʰ",
        "x" => "ɕ",
        "zh" => "ꭧ",
        "ch" => "ꭧʰ",
        "sh" => "ʂ",
        "r" => "ɻ",
        "z" => "ʦ",
        "c" => "ʦʰ",
        "s" => "s",
        _ => return None,
    })
}

/// The final, with 0 where the tone goes.
fn final_sound(initial: &str, last: &str) -> Option<&'static str> {
    Some(match last {
        "a" => "a0",
        "ai" => "ai0",
        "an" => "a0n",
        "ang" => "a0ŋ",
        "ao" => "au0",
        "e" => "ɤ0",
        "ei" => "ei0",
        "en" => "ə0n",
        "eng" => "ə0ŋ",
        "i" if matches!(initial, "zh" | "ch" | "sh" | "r" | "z" | "c" | "s") => "ɨ0",
        "i" => "i0",
        "ia" => "ja0",
        "ian" => "jɛ0n",
        "iang" => "ja0ŋ",
        "iao" => "jau0",
        "ie" => "je0",
        "in" => "i0n",
        "iou" => "jou0",
        "ing" => "i0ŋ",
        "iong" => "jʊ0ŋ",
        "ong" => "ʊ0ŋ",
        "ou" => "ou0",
        "u" => "u0",
        "uei" => "wei0",
        "ua" => "wa0",
        "uai" => "wai0",
        "uan" => "wa0n",
        "uen" => "wə0n",
        "uang" => "wa0ŋ",
        "ueng" => "wə0ŋ",
        "uo" | "o" => "wo0",
        "v" => "y0",
        "ve" => "ɥe0",
        "van" => "ɥɛ0n",
        "vn" => "y0n",
        _ => return None,
    })
}

/// The model's number for a symbol; `None` when it knows no such symbol.
pub fn token(symbol: char) -> Option<i64> {
    Some(match symbol {
        ';' => 1,
        ':' => 2,
        ',' => 3,
        '.' => 4,
        '!' => 5,
        '?' => 6,
        '—' => 9,
        '…' => 10,
        '(' => 12,
        ')' => 13,
        '“' => 14,
        '”' => 15,
        ' ' => 16,
        'ʦ' => 20,
        'ʨ' => 21,
        'ꭧ' => 23,
        'a' => 43,
        'e' => 47,
        'f' => 48,
        'h' => 50,
        'i' => 51,
        'j' => 52,
        'k' => 53,
        'l' => 54,
        'm' => 55,
        'n' => 56,
        'o' => 57,
        'p' => 58,
        's' => 61,
        't' => 62,
        'u' => 63,
        'w' => 65,
        'x' => 66,
        'y' => 67,
        'ɔ' => 76,
        'ɕ' => 77,
        'ə' => 83,
        'ɚ' => 85,
        'ɛ' => 86,
        'ɥ' => 99,
        'ɨ' => 101,
        'ŋ' => 112,
        'ɻ' => 126,
        'ʂ' => 130,
        'ʊ' => 135,
        'ɤ' => 140,
        'ʰ' => 162,
        '↓' => 169,
        '→' => 171,
        '↗' => 172,
        '↘' => 173,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_syllable_sounds_as_the_model_was_taught() {
        let golden = include_str!("syllable_golden.tsv");
        let wrong: Vec<_> = golden
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .filter(|(pinyin, expected)| symbols(pinyin).as_deref() != Some(expected))
            .map(|(pinyin, expected)| format!("{pinyin}: {expected}, not {:?}", symbols(pinyin)))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(golden.lines().count() > 400);
    }

    #[test]
    fn every_symbol_has_a_number() {
        let golden = include_str!("syllable_golden.tsv");
        for symbol in
            golden.lines().filter_map(|line| line.split_once('\t')).flat_map(|(_, symbols)| symbols.chars())
        {
            assert!(token(symbol).is_some(), "{symbol}");
        }
    }

    #[test]
    fn what_is_not_pinyin_has_no_sound() {
        for text in ["", "5", "xyz1", "zhx", "重"] {
            assert_eq!(symbols(text), None, "{text}");
        }
    }
}
