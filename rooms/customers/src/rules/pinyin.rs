//! Names as they are typed without an input method: `王芳` is `wangfang` and `wf`.

use pinyin::ToPinyin;

/// Family names that are read otherwise than the character usually is.
const FAMILY: &[(&str, &[&str])] = &[
    ("尉迟", &["yu", "chi"]),
    ("万俟", &["mo", "qi"]),
    ("长孙", &["zhang", "sun"]),
    ("单", &["shan"]),
    ("曾", &["zeng"]),
    ("解", &["xie"]),
    ("仇", &["qiu"]),
    ("区", &["ou"]),
    ("查", &["zha"]),
    ("盖", &["ge"]),
    ("朴", &["piao"]),
    ("乐", &["yue"]),
    ("翟", &["zhai"]),
    ("任", &["ren"]),
    ("华", &["hua"]),
    ("重", &["chong"]),
    ("长", &["chang"]),
    ("缪", &["miao"]),
    ("宓", &["mi"]),
    ("种", &["chong"]),
    ("繁", &["po"]),
    ("覃", &["qin"]),
    ("晁", &["chao"]),
    ("冼", &["xian"]),
];

/// How long a reading is kept: nobody types more.
const KEPT: usize = 64;

/// `(wangfang, wf)`. Letters and digits stay as they are, in lower case; everything else is passed over.
pub fn of(name: &str) -> (String, String) {
    let mut whole = String::new();
    let mut initials = String::new();
    let mut rest = name.trim();
    if let Some((written, read)) = FAMILY.iter().find(|(written, _)| rest.starts_with(written)) {
        for syllable in *read {
            whole.push_str(syllable);
            initials.extend(syllable.chars().next());
        }
        rest = rest.strip_prefix(written).unwrap_or(rest);
    }
    for c in rest.chars() {
        if whole.len() >= KEPT {
            break;
        }
        if let Some(read) = c.to_pinyin() {
            let plain = read.plain().replace('ü', "v");
            initials.extend(plain.chars().next());
            whole.push_str(&plain);
        } else if c.is_ascii_alphanumeric() {
            whole.push(c.to_ascii_lowercase());
            initials.push(c.to_ascii_lowercase());
        }
    }
    (whole, initials)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_name_as_it_is_typed() {
        let cases = [
            ("王芳", "wangfang", "wf"),
            ("欧阳晓明", "ouyangxiaoming", "oyxm"),
            ("单雪", "shanxue", "sx"),
            ("尉迟敬", "yuchijing", "ycj"),
            ("吕梅", "lvmei", "lm"),
            ("铜官A区机械厂", "tongguanaqujixiechang", "tgaqjxc"),
            ("<b>", "b", "b"),
            ("", "", ""),
        ];
        for (name, whole, initials) in cases {
            assert_eq!(of(name), (whole.to_owned(), initials.to_owned()), "{name}");
        }
    }
}
