//! Texts become terms. Each begins with the letter of its label, so that one field serves all labels.

use std::sync::Mutex;

use tantivy::tokenizer::{TextAnalyzer, TokenStream};
use tantivy_jieba::JiebaTokenizer;
use web::LabelKind;

/// What stands between a label's letter and a word that was cut out by dictionary, so that it is no pair of characters.
const WORD: char = '=';
/// What stands before a number that is written from its end.
const TAIL: char = '<';

/// The longest text that is taken apart, in characters.
const TEXT_MAX: usize = 400;

/// Cuts sentences into words; its dictionary is loaded once for all.
pub struct Cutter(Mutex<TextAnalyzer>);

impl Default for Cutter {
    fn default() -> Self {
        let mut tokenizer = JiebaTokenizer::new();
        tokenizer.set_hmm(false);
        Cutter(Mutex::new(TextAnalyzer::builder(tokenizer).build()))
    }
}

impl Cutter {
    fn words(&self, text: &str) -> Vec<String> {
        let mut analyzer = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        let mut words = Vec::new();
        let mut stream = analyzer.token_stream(text);
        while stream.advance() {
            let word = &stream.token().text;
            if word.chars().count() > 1 && word.chars().all(is_han) {
                words.push(word.clone());
            }
        }
        words
    }
}

/// What one text contributes: whole values that are looked for by their beginning, and terms of its content.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub heads: Vec<String>,
    pub content: Vec<String>,
}

/// For the index.
pub fn of(cutter: &Cutter, letter: char, kind: LabelKind, text: &str, terms: &mut Terms) {
    let text = folded(text);
    if text.is_empty() {
        return;
    }
    match kind {
        LabelKind::Latin => terms.heads.push(head(letter, &text)),
        LabelKind::Number => {
            let number = number(&text);
            terms.heads.push(head(letter, &number));
            terms.heads.push(tail(letter, &number));
        }
        LabelKind::Name => {
            terms.heads.push(head(letter, &text));
            let (pairs, runs) = parts(&text);
            terms.content.extend(pairs.iter().chain(&runs).map(|part| head(letter, part)));
        }
        LabelKind::Text => {
            let (pairs, runs) = parts(&text);
            terms.content.extend(pairs.iter().chain(&runs).map(|part| head(letter, part)));
            terms.content.extend(cutter.words(&text).iter().map(|word| self::word(letter, word)));
        }
    }
}

pub fn head(letter: char, text: &str) -> String {
    format!("{letter}{text}")
}
pub fn tail(letter: char, number: &str) -> String {
    format!("{letter}{TAIL}{}", number.chars().rev().collect::<String>())
}
pub fn word(letter: char, word: &str) -> String {
    format!("{letter}{WORD}{word}")
}
pub fn words(cutter: &Cutter, letter: char, text: &str) -> Vec<String> {
    cutter.words(text).iter().map(|one| word(letter, one)).collect()
}

/// Small letters, narrow forms, single spaces.
pub fn folded(text: &str) -> String {
    let narrow = text.chars().take(TEXT_MAX).map(|c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    });
    let text: String = narrow.flat_map(char::to_lowercase).filter(|c| !c.is_control()).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Letters and digits only.
pub fn number(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Two characters in a row, and runs of letters and digits as one.
pub fn parts(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut pairs, mut runs) = (Vec::new(), Vec::new());
    let mut run = String::new();
    let mut before: Option<char> = None;
    for c in text.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() {
            run.push(c);
            before = None;
            continue;
        }
        if !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
        if !is_han(c) {
            before = None;
            continue;
        }
        if let Some(before) = before {
            pairs.push([before, c].iter().collect());
        }
        before = Some(c);
    }
    (pairs, runs)
}

pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_pairs_and_numbers() {
        let (pairs, runs) = parts(&folded("幸福里３栋　502室"));
        assert_eq!((pairs.join(" "), runs.join(" ")), ("幸福 福里".to_owned(), "3 502".to_owned()));
    }

    #[test]
    fn a_number_is_found_from_both_ends() {
        let mut terms = Terms::default();
        of(&Cutter::default(), 'B', LabelKind::Number, "3301-0028", &mut terms);
        assert_eq!(terms.heads, ["B33010028", "B<82001033"]);
    }
}
