//! Chinese text to the symbols the voice model reads: words by `jieba-rs`, readings by `pinyin`, and a short list of
//! our own where a character has several.

use anyhow::{Context, bail, ensure};
use jieba_rs::Jieba;
use pinyin::ToPinyin;

use crate::syllable::symbols;

/// Words whose readings the dictionary of single characters gets wrong. The longest match wins; what is not in the
/// list takes the character's first reading. A reading written in the text goes before all.
const READINGS: &[(&str, &str)] = &[
    ("不够", "bu2 gou4"),
    ("不会", "bu2 hui4"),
    ("不是", "bu2 shi4"),
    ("不要", "bu2 yao4"),
    ("不用", "bu2 yong4"),
    ("不在", "bu2 zai4"),
    ("部分", "bu4 fen4"),
    ("参与", "can1 yu4"),
    ("参与度", "can1 yu4 du4"),
    ("测量", "ce4 liang2"),
    ("差别", "cha1 bie2"),
    ("差异", "cha1 yi4"),
    ("长期", "chang2 qi1"),
    ("成为", "cheng2 wei2"),
    ("重复", "chong2 fu4"),
    ("走得", "zou3 de5"),
    ("重听", "chong2 ting1"),
    ("重新", "chong2 xin1"),
    ("处罚", "chu3 fa2"),
    ("处理", "chu3 li3"),
    ("打不着", "da3 bu4 zhao2"),
    ("反应", "fan3 ying4"),
    ("分为", "fen1 wei2"),
    ("负荷", "fu4 he4"),
    ("高兴", "gao1 xing4"),
    ("更换", "geng1 huan4"),
    ("更名", "geng1 ming2"),
    ("更新", "geng1 xin1"),
    ("更正", "geng1 zheng4"),
    ("供应", "gong1 ying4"),
    ("行业", "hang2 ye4"),
    ("衡量", "heng2 liang2"),
    ("校表", "jiao4 biao3"),
    ("较长", "jiao4 chang2"),
    ("校验", "jiao4 yan4"),
    ("进一步", "jin4 yi2 bu4"),
    ("觉得", "jue2 de5"),
    ("了解", "liao3 jie3"),
    ("率", "lv4"),
    ("目的", "mu4 di4"),
    ("那个", "na4 ge5"),
    ("三相", "san1 xiang4"),
    ("时长", "shi2 chang2"),
    ("是不是", "shi4 bu2 shi4"),
    ("适应", "shi4 ying4"),
    ("调价", "tiao2 jia4"),
    ("调整", "tiao2 zheng3"),
    ("挑战", "tiao3 zhan4"),
    ("同行", "tong2 hang2"),
    ("误差", "wu4 cha1"),
    ("相应", "xiang1 ying4"),
    ("协调", "xie2 tiao2"),
    ("延长", "yan2 chang2"),
    ("要求", "yao1 qiu2"),
    ("一次", "yi2 ci4"),
    ("一定", "yi2 ding4"),
    ("一个", "yi2 ge4"),
    ("一万", "yi2 wan4"),
    ("一位", "yi2 wei4"),
    ("一下", "yi2 xia4"),
    ("一亿", "yi2 yi4"),
    ("一百", "yi4 bai3"),
    ("一般", "yi4 ban1"),
    ("一堆", "yi4 dui1"),
    ("一分钟", "yi4 fen1 zhong1"),
    ("一家", "yi4 jia1"),
    ("一年", "yi4 nian2"),
    ("一起", "yi4 qi3"),
    ("一千", "yi4 qian1"),
    ("一十", "yi4 shi2"),
    ("一天", "yi4 tian1"),
    ("一小时", "yi4 xiao3 shi2"),
    ("一直", "yi4 zhi2"),
    ("银行", "yin2 hang2"),
    ("应当", "ying1 dang1"),
    ("应答", "ying4 da2"),
    ("应对", "ying4 dui4"),
    ("应急", "ying4 ji2"),
    ("应用", "ying4 yong4"),
    ("着火", "zhao2 huo3"),
    ("这个", "zhe4 ge5"),
    ("值得", "zhi2 de5"),
    ("阻塞", "zu3 se4"),
];

/// The dictionary is large: make one and keep it.
pub struct Reader {
    jieba: Jieba,
}

impl Default for Reader {
    fn default() -> Self {
        Reader { jieba: Jieba::new() }
    }
}

/// A character with the reading the text gives it, if it gives one.
struct Character<'a> {
    character: char,
    reading: Option<&'a str>,
}

impl Reader {
    /// The symbols of a text; an error names the character that cannot be read.
    pub fn read(&self, text: &str) -> anyhow::Result<String> {
        let mut result = String::new();
        let mut run: Vec<Character> = Vec::new();
        let mut rest = text;
        while let Some(character) = rest.chars().next() {
            rest = &rest[character.len_utf8()..];
            if is_chinese(character) {
                let reading = match rest.strip_prefix('{') {
                    Some(after) => {
                        let (reading, after) =
                            after.split_once('}').context("a reading is not closed: add }")?;
                        rest = after;
                        Some(reading)
                    }
                    None => None,
                };
                run.push(Character { character, reading });
                continue;
            }
            if character.is_ascii_digit() {
                let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                let (digits, after) = rest.split_at(length);
                rest = after;
                for character in numeral(&format!("{character}{digits}")).chars() {
                    match character {
                        ' ' => result.push_str(&format!("{}, ", self.run(&std::mem::take(&mut run))?)),
                        character => run.push(Character { character, reading: None }),
                    }
                }
                continue;
            }
            if let Some(reading) = letter(character) {
                run.push(Character { character, reading: Some(reading) });
                continue;
            }
            result.push_str(&self.run(&std::mem::take(&mut run))?);
            result.push_str(punctuation(character).with_context(|| {
                format!("{character:?} cannot be read aloud: write it as it is said, in Chinese characters")
            })?);
        }
        result.push_str(&self.run(&run)?);
        Ok(result.trim().to_owned())
    }

    /// An unbroken run of characters: words with a space between them.
    fn run(&self, run: &[Character]) -> anyhow::Result<String> {
        let text: String = run.iter().map(|character| character.character).collect();
        let readings = readings(run)?;
        let mut left = readings.iter();
        let mut words = Vec::new();
        for token in self.jieba.cut(&text, true) {
            let mut word = String::new();
            for reading in left.by_ref().take(token.word.chars().count()) {
                word.push_str(
                    &symbols(reading).with_context(|| format!("{reading:?} is not pinyin: write hao3"))?,
                );
            }
            words.push(word);
        }
        Ok(words.join(" "))
    }
}

/// The pinyin of each character.
fn readings<'a>(run: &'a [Character]) -> anyhow::Result<Vec<&'a str>> {
    let mut result: Vec<&str> = Vec::with_capacity(run.len());
    while let Some(next) = run.get(result.len()) {
        if let Some(reading) = next.reading {
            result.push(reading);
            continue;
        }
        let rest = run.get(result.len()..).unwrap_or_default();
        let matches = |word: &str| {
            let count = word.chars().count();
            count <= rest.len()
                && word.chars().zip(rest).all(|(c, r)| c == r.character && r.reading.is_none())
        };
        let listed = READINGS.iter().filter(|(word, _)| matches(word)).max_by_key(|(word, _)| word.len());
        match listed {
            Some((_, listed)) => result.extend(listed.split(' ')),
            None => match next.character.to_pinyin() {
                Some(pinyin) => result.push(pinyin.with_tone_num_end()),
                None => bail!(
                    "{:?} has no known reading: write it behind the character, as 重{{chong2}}",
                    next.character
                ),
            },
        }
    }
    ensure!(result.len() == run.len(), "a word in READINGS has more readings than characters");
    Ok(result)
}

fn is_chinese(character: char) -> bool {
    ('\u{4E00}'..='\u{9FFF}').contains(&character)
}

/// One or two digits are a number (按1, 24小时); more are a digit string (95598).
fn numeral(digits: &str) -> String {
    match digits.parse() {
        Ok(number) if digits.len() < 3 => audio::spoken::number(number).text(),
        _ => audio::spoken::digits(digits).text(),
    }
}

/// A capital letter as it is called in Chinese (IC卡), if that is one syllable.
fn letter(character: char) -> Option<&'static str> {
    Some(match character {
        'A' => "ei1",
        'B' => "bi4",
        'C' => "sei1",
        'D' => "di4",
        'E' => "yi4",
        'G' => "ji4",
        'I' => "ai4",
        'J' => "zhei4",
        'K' => "kei4",
        'O' => "ou1",
        'P' => "pi4",
        'T' => "ti4",
        'U' => "you1",
        'V' => "wei1",
        'Y' => "wai4",
        _ => return None,
    })
}

/// Full width and half width are one; the model was taught a space behind each sign.
fn punctuation(character: char) -> Option<&'static str> {
    Some(match character {
        '、' | '\u{FF0C}' | ',' => ", ",
        '。' | '\u{FF0E}' | '.' => ". ",
        '\u{FF01}' | '!' => "! ",
        '\u{FF1F}' | '?' => "? ",
        '\u{FF1A}' | ':' => ": ",
        '\u{FF1B}' | ';' => "; ",
        '《' | '「' | '【' | '“' => " “",
        '》' | '」' | '】' | '”' => "” ",
        '\u{FF08}' | '(' => " (",
        '\u{FF09}' | ')' => ") ",
        '—' => "—",
        '…' => "…",
        ' ' | '\n' => " ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_texts_are_read_as_the_reference_reads_them() {
        let reader = Reader::default();
        let golden = include_str!("g2p_golden.tsv");
        let wrong: Vec<_> = golden
            .lines()
            .filter_map(|line| line.split_once('\t'))
            // A third column names a word that the reference reads wrongly.
            .map(|(text, expected)| (text, expected.split('\t').next().unwrap_or_default()))
            .map(|(text, expected)| {
                (text, expected, reader.read(text).unwrap_or_else(|error| error.to_string()))
            })
            .filter(|(_, expected, found)| expected != found)
            .map(|(text, expected, found)| format!("{text}\n- {expected}\n+ {found}\n"))
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let reader = Reader::default();
        let check = |text: &str| reader.read(text).expect_err("it cannot be read").to_string();
        assert_eq!(
            check("您好abc"),
            "'a' cannot be read aloud: write it as it is said, in Chinese characters"
        );
        assert_eq!(check("重{chong2听"), "a reading is not closed: add }");
        assert_eq!(check("重{chwong2}听"), "\"chwong2\" is not pinyin: write hao3");
    }

    #[test]
    fn digits_are_read_as_numbers_when_short() {
        let reader = Reader::default();
        for (digits, words) in [("请按1", "请按一"), ("24小时", "二十四小时"), ("拨95598", "拨九五五九八")]
        {
            assert_eq!(reader.read(digits).ok(), reader.read(words).ok(), "{digits}");
        }
    }
}
