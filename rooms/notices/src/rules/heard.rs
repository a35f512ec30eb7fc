//! What is read from, and shown of, other people's words: customers' replies and gateways' reasons.

use kernel::mask;

/// With these words a customer ends advertisements.
const NO_MORE: &[&str] = &["T", "TD", "R", "N", "退订"];

/// Whether somebody wrote that no more advertisements shall come: the word alone, whatever stands behind it.
pub fn wants_no_more(text: &str) -> bool {
    let word = text.trim().trim_end_matches(|c: char| !c.is_alphanumeric());
    NO_MORE.contains(&word.to_uppercase().as_str())
}

/// In a gateway's words there may stand whose message it was: mail addresses and numbers, spaced or not, are masked.
pub fn hidden(words: &str) -> String {
    const LONG: usize = 10;
    let mut out = String::new();
    for word in words.split_inclusive(|c: char| {
        c.is_whitespace() || matches!(c, '<' | '>' | '"' | '(' | ')' | ',' | ';' | ':')
    }) {
        let address = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        match address.contains('@') {
            true => {
                out.push_str(&mask::email(address));
                out.push_str(word.get(address.len()..).unwrap_or_default());
            }
            false => out.push_str(word),
        }
    }
    let mut shown = String::new();
    let mut rest = out.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| !(c.is_ascii_digit() || matches!(c, ' ' | '-'))).unwrap_or(from.len());
        let (run, after) = from.split_at(end);
        let number = run.trim_end_matches(|c: char| !c.is_ascii_digit());
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        shown.push_str(before);
        shown.push_str(&if digits.len() >= LONG { mask::phone(&digits) } else { number.to_owned() });
        shown.push_str(run.get(number.len()..).unwrap_or_default());
        rest = after;
    }
    shown + rest
}
