//! What somebody typed becomes our own boolean query, one for each label. The stock parser would make a phrase of Chinese.

use tantivy::Term;
use tantivy::query::{BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use web::LabelKind;

use crate::index::Fields;
use crate::terms::{self, Cutter};

/// From so many characters on a number is looked for.
const NUMBER_MIN: usize = 4;
/// Longer texts are cut off.
const ASKED_MAX: usize = 64;

/// A question, taken apart once for all labels.
pub struct Asked {
    /// Parts between spaces; numbers written in groups are one.
    parts: Vec<String>,
}

/// How near to what was typed a text must be. All pairs of characters are quickly found to stand together; most of them are
/// not, so this is asked only when nothing has all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    Whole,
    Most,
}

type Clause = (Occur, Box<dyn Query>);

impl Asked {
    /// None when nothing was asked.
    pub fn of(text: &str) -> Option<Asked> {
        let text: String = text.chars().take(ASKED_MAX).collect();
        let text = terms::folded(&text);
        let numeric = text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | '(' | ')'));
        let parts: Vec<String> =
            if numeric { vec![terms::number(&text)] } else { text.split(' ').map(str::to_owned).collect() };
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then_some(Asked { parts })
    }

    /// Several parts, which may be of different labels: a name and a street.
    pub fn is_mixed(&self) -> bool {
        self.parts.len() > 1
    }

    /// The question to one label; none when it cannot be of this kind, or nearness makes no difference to it.
    pub fn one(
        &self,
        cutter: &Cutter,
        fields: Fields,
        (letter, kind): (char, LabelKind),
        near: Nearness,
    ) -> Option<Box<dyn Query>> {
        if near == Nearness::Most && !has_most(kind) {
            return None;
        }
        // An address is written with and without spaces.
        let text = if kind == LabelKind::Text { self.parts.join(" ") } else { self.parts.concat() };
        part(cutter, fields, (letter, kind), near, &text)
    }

    /// Every part must be found in one of the labels; none when nearness makes no difference to any of them.
    pub fn mixed(
        &self,
        cutter: &Cutter,
        fields: Fields,
        labels: &[(char, LabelKind)],
        near: Nearness,
    ) -> Option<Box<dyn Query>> {
        if near == Nearness::Most && !labels.iter().any(|(_, kind)| has_most(*kind)) {
            return None;
        }
        let mut clauses: Vec<Clause> = Vec::new();
        for text in &self.parts {
            let any: Vec<Clause> = labels
                .iter()
                .filter_map(|label| part(cutter, fields, *label, near, text))
                .map(|query| (Occur::Should, query))
                .collect();
            if any.is_empty() {
                return None;
            }
            clauses.push((Occur::Must, Box::new(BooleanQuery::new(any))));
        }
        Some(Box::new(BooleanQuery::new(clauses)))
    }
}

/// Whether there is such a thing as most of it.
fn has_most(kind: LabelKind) -> bool {
    kind == LabelKind::Text
}

fn part(
    cutter: &Cutter,
    fields: Fields,
    (letter, kind): (char, LabelKind),
    near: Nearness,
    text: &str,
) -> Option<Box<dyn Query>> {
    let begins = |text: String| -> Box<dyn Query> {
        Box::new(FuzzyTermQuery::new_prefix(Term::from_field_text(fields.heads, &text), 0, false))
    };
    let is = |text: &str| Term::from_field_text(fields.content, text);
    match kind {
        LabelKind::Latin => {
            let latin = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '\'');
            latin.then(|| begins(terms::head(letter, &text.replace('\'', ""))))
        }
        LabelKind::Number => {
            let number = terms::number(text);
            let fits = number.len() >= NUMBER_MIN && number.len() == text.replace('-', "").len();
            let digits = number.chars().filter(char::is_ascii_digit).count();
            (fits && digits >= NUMBER_MIN).then(|| {
                let ends = begins(terms::tail(letter, &number));
                let any = vec![(Occur::Should, begins(terms::head(letter, &number))), (Occur::Should, ends)];
                Box::new(BooleanQuery::new(any)) as Box<dyn Query>
            })
        }
        LabelKind::Name => {
            if !text.chars().any(terms::is_han) {
                return None;
            }
            let whole = Term::from_field_text(fields.heads, &terms::head(letter, text));
            let whole: Box<dyn Query> = Box::new(TermQuery::new(whole, IndexRecordOption::Basic));
            let mut any: Vec<Clause> = vec![
                (Occur::Should, Box::new(BoostQuery::new(whole, 100.0))),
                (Occur::Should, Box::new(BoostQuery::new(begins(terms::head(letter, text)), 10.0))),
            ];
            let (pairs, runs) = terms::parts(text);
            let all: Vec<Clause> = pairs
                .iter()
                .chain(&runs)
                .map(|part| (Occur::Must, counted(is(&terms::head(letter, part)))))
                .collect();
            if !pairs.is_empty() {
                any.push((Occur::Should, Box::new(BooleanQuery::new(all))));
            }
            Some(Box::new(BooleanQuery::new(any)))
        }
        LabelKind::Text => {
            let (pairs, runs) = terms::parts(text);
            if pairs.is_empty() {
                return None;
            }
            let is_pair = |pair: &String| counted(is(&terms::head(letter, pair)));
            let mut all: Vec<Clause> = match near {
                Nearness::Whole => pairs.iter().map(|pair| (Occur::Must, is_pair(pair))).collect(),
                Nearness::Most => {
                    let mut any: Vec<Clause> = pairs
                        .iter()
                        .map(|pair| (Occur::Should, Box::new(BoostQuery::new(is_pair(pair), 0.7)) as _))
                        .collect();
                    // Two thirds of the pairs: a wrong character costs two of them.
                    let least = (pairs.len() * 2).div_ceil(3);
                    let words = terms::words(cutter, letter, text);
                    any.extend(words.iter().map(|word| (Occur::Should, counted(is(word)))));
                    let most = BooleanQuery::with_minimum_required_clauses(any, least);
                    vec![(Occur::Must, Box::new(most))]
                }
            };
            all.extend(runs.iter().map(|run| (Occur::Must, counted(is(&terms::head(letter, run))))));
            Some(Box::new(BooleanQuery::new(all)))
        }
    }
}

fn counted(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}
