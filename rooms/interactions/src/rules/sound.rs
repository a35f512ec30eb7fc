//! How a title sounds: the pinyin by which agents find it.
//!
//! A character with several readings keeps all of them (`hang/xing`), so that 银行 is found by `yinhang` without a dictionary
//! of words.

use pinyin::ToPinyinMulti;

/// Syllables separated by spaces, readings of one character by `/`: `ting qi cha xun`. What is not Chinese stays, in lower case.
pub fn pinyin(text: &str) -> String {
    let mut syllables: Vec<String> = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        match c.to_pinyin_multi() {
            Some(readings) => {
                if !word.is_empty() {
                    syllables.push(std::mem::take(&mut word));
                }
                let mut all: Vec<&str> = Vec::new();
                for reading in readings {
                    // ü is typed as v.
                    let plain = reading.plain();
                    if !all.contains(&plain) {
                        all.push(plain);
                    }
                }
                syllables.push(all.join("/").replace('ü', "v"));
            }
            None if c.is_alphanumeric() => word.extend(c.to_lowercase()),
            None => {
                if !word.is_empty() {
                    syllables.push(std::mem::take(&mut word));
                }
            }
        }
    }
    if !word.is_empty() {
        syllables.push(word);
    }
    syllables.join(" ")
}

/// The first letter of each syllable's first reading: `tqcx`.
pub fn initials(pinyin: &str) -> String {
    pinyin.split(' ').filter_map(|syllable| syllable.chars().next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_found_by_its_sound() {
        for (title, sounds, letters) in [
            ("停气", "ting qi", "tq"),
            ("IC 卡", "ic ka/qia", "ik"),
            ("12345 工单（转办）", "12345 gong", "1gdzb"),
            ("绿", "lv/lu", "l"),
            ("", "", ""),
        ] {
            let pinyin = pinyin(title);
            assert!(pinyin.starts_with(sounds), "{title}: {pinyin}");
            assert_eq!(initials(&pinyin), letters, "{title}: {pinyin}");
        }
    }

    #[test]
    fn a_character_keeps_all_its_readings() {
        let bank = pinyin("银行");
        let second = bank.split(' ').nth(1).unwrap_or_default();
        assert!(second.split('/').any(|reading| reading == "hang"), "{bank}");
        assert!(second.split('/').any(|reading| reading == "xing"), "{bank}");
    }
}
