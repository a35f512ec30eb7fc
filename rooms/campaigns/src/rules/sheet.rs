//! Whom to call, as somebody's table has it: which column is the number; every other column is a value the flow can say, by
//! its heading. Pure.

use std::collections::BTreeMap;

use super::{Refusal, decide};

/// Rows in one file.
pub const ROWS_MAX: usize = 10_000;
/// Columns that are taken as values.
const VALUES_MAX: usize = 20;

const NUMBER: &[&str] = &["号码", "电话", "手机", "number", "phone", "mobile", "tel"];
const ABOUT: &[&str] = &["编号", "户号", "about", "reference", "account"];

/// Where each column stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    number: usize,
    about: Option<usize>,
    values: Vec<(usize, String)>,
}

/// What a row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub number: String,
    pub about: String,
    pub known: BTreeMap<String, String>,
}

impl Columns {
    /// # Errors
    /// [`Refusal::ColumnMissing`]
    pub fn of(headings: &[String]) -> Result<Columns, Refusal> {
        let is = |heading: &str, words: &[&str]| {
            let heading = heading.trim().to_lowercase();
            words.iter().any(|word| heading.contains(word))
        };
        let number = headings.iter().position(|heading| is(heading, NUMBER));
        let number = number.ok_or(Refusal::ColumnMissing { column: "number" })?;
        let about = headings.iter().enumerate().find(|(at, heading)| *at != number && is(heading, ABOUT));
        let about = about.map(|(at, _)| at);
        let values =
            headings.iter().enumerate().filter(|(at, heading)| *at != number && !heading.trim().is_empty());
        let values =
            values.map(|(at, heading)| (at, heading.trim().chars().take(40).collect())).take(VALUES_MAX);
        Ok(Columns { number, about, values: values.collect() })
    }

    /// # Errors
    /// [`Refusal::BadNumber`]
    pub fn line(&self, cells: &[String]) -> Result<Line, Refusal> {
        let cell = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
        let number = decide::number(cell(self.number))?;
        let about: String = self.about.map_or("", cell).chars().take(80).collect();
        let short = |text: &str| text.chars().take(200).collect::<String>();
        let known = self.values.iter().filter(|(at, _)| !cell(*at).is_empty());
        let known = known.map(|(at, name)| (name.clone(), short(cell(*at)))).collect();
        Ok(Line { number, about, known })
    }
}
