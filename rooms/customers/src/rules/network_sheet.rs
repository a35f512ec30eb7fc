//! A row of somebody's table becomes an element of the network, or says which account hangs below which; and whether all rows
//! together make a network. Pure.

use std::collections::BTreeMap;

use super::columns::{Column, Problem, Why, guess_from};
use super::network::{CODE_MAX, Element, ElementKind};
use super::{NAME_MAX, Refusal, label_number, line};

/// Words that headings contain; the longer ones first.
const HEADINGS: &[(Column, &[&str])] = &[
    (Column::Parent, &["上级", "所属线路", "所属变电站", "所属管段", "所属", "父", "parent", "suppliedby"]),
    (Column::Account, &["户号", "客户编号", "用户编号", "客户号", "用户号", "account", "customerno"]),
    (Column::ElementKind, &["设备类型", "设备类别", "类型", "类别", "种类", "kind", "type"]),
    (Column::ElementName, &["设备名称", "配变名称", "台区名称", "名称", "name"]),
    (Column::Element, &["编号", "编码", "代码", "配变", "台区", "立管", "放大器", "设备", "code", "element"]),
];

/// What the headings seem to say.
pub fn guess(headings: &[String]) -> Vec<Option<Column>> {
    guess_from(HEADINGS, headings)
}

/// What a table brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brings {
    Elements,
    /// Accounts with what they hang below.
    Attachments,
}

/// What can be made of these columns.
pub fn check(columns: &[Option<Column>]) -> Result<Brings, Refusal> {
    let has = |column| columns.contains(&Some(column));
    let needs = |column: Column| {
        if has(column) { Ok(()) } else { Err(Refusal::ColumnMissing { column: column.as_str() }) }
    };
    needs(Column::Element)?;
    if has(Column::Account) {
        return Ok(Brings::Attachments);
    }
    needs(Column::ElementName)?;
    needs(Column::ElementKind)?;
    Ok(Brings::Elements)
}

/// The cells of a row by what their columns are.
pub struct Cells<'a> {
    pub columns: &'a [Option<Column>],
    pub cells: &'a [String],
}

impl Cells<'_> {
    fn text(&self, column: Column) -> String {
        let at = self.columns.iter().position(|known| *known == Some(column));
        at.and_then(|at| self.cells.get(at)).map(|cell| line(cell)).unwrap_or_default()
    }

    fn wrong(&self, column: Column, why: Why) -> Problem {
        Problem { column, why, value: self.text(column).chars().take(40).collect() }
    }

    fn readable(&self) -> Result<(), Problem> {
        let broken = self
            .columns
            .iter()
            .zip(self.cells)
            .find_map(|(column, cell)| column.filter(|_| cell.contains(char::REPLACEMENT_CHARACTER)));
        broken.map_or(Ok(()), |column| Err(self.wrong(column, Why::Unreadable)))
    }

    fn needed(&self, column: Column, most: usize) -> Result<String, Problem> {
        let text = self.text(column);
        match text.chars().count() {
            0 => Err(self.wrong(column, Why::Missing)),
            many if many > most => Err(self.wrong(column, Why::TooLong)),
            _ => Ok(text),
        }
    }
}

/// The element in a row.
pub fn element(cells: &Cells<'_>) -> Result<Element, Problem> {
    cells.readable()?;
    let code = cells.needed(Column::Element, CODE_MAX)?;
    let name = cells.needed(Column::ElementName, NAME_MAX)?;
    let kind = cells.needed(Column::ElementKind, NAME_MAX)?;
    let kind = ElementKind::read(&kind).ok_or_else(|| cells.wrong(Column::ElementKind, Why::UnknownWord))?;
    let parent = Some(cells.text(Column::Parent)).filter(|parent| !parent.is_empty());
    Ok(Element { kind, code, name, parent })
}

/// The account in a row, and the code of what it hangs below.
pub fn attachment(cells: &Cells<'_>) -> Result<(String, String), Problem> {
    cells.readable()?;
    let account = cells.needed(Column::Account, CODE_MAX)?;
    let account =
        label_number("account", &account).map_err(|_| cells.wrong(Column::Account, Why::NotAnAccount))?;
    Ok((account, cells.needed(Column::Element, CODE_MAX)?))
}

/// An element that is there already, by its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct There {
    pub kind: ElementKind,
    pub name: String,
    pub parent: Option<String>,
    pub retired: bool,
}

/// Rows that can be brought in, those above before those below, and those that cannot.
#[derive(Debug, Default)]
pub struct Sorted {
    pub good: Vec<(usize, Element)>,
    pub wrong: Vec<(usize, Problem)>,
}

/// Looks at all rows together with what is there: whoever supplies must be in the table or there already, fit, and not be
/// supplied by what it supplies. What hangs below a row that cannot be taken cannot be taken either, unless it was there.
pub fn sort(rows: Vec<(usize, Element)>, there: &BTreeMap<String, There>) -> Sorted {
    let mut sorted = Sorted::default();
    let mut of_table: BTreeMap<String, (usize, Element)> = BTreeMap::new();
    for (row, element) in rows {
        let wrong = |column: Column, why: Why, value: &str| Problem { column, why, value: value.to_owned() };
        match there.get(&element.code) {
            Some(known) if known.kind != element.kind => {
                let problem = wrong(Column::ElementKind, Why::OtherKind, known.kind.as_str());
                sorted.wrong.push((row, problem));
            }
            Some(known) if known.retired => {
                sorted.wrong.push((row, wrong(Column::Element, Why::Retired, &element.code)));
            }
            _ if of_table.contains_key(&element.code) => {
                sorted.wrong.push((row, wrong(Column::Element, Why::Twice, &element.code)));
            }
            _ => {
                of_table.insert(element.code.clone(), (row, element));
            }
        }
    }
    // Until nothing more goes: each round may take away what the next one hangs below.
    loop {
        let mut gone: Vec<(String, Why)> = Vec::new();
        for (code, (_, element)) in &of_table {
            if let Some(why) = misfit(element, &of_table, there) {
                gone.push((code.clone(), why));
            }
        }
        if gone.is_empty() {
            break;
        }
        for (code, why) in gone {
            if let Some((row, element)) = of_table.remove(&code) {
                let value = element.parent.unwrap_or_default();
                sorted.wrong.push((row, Problem { column: Column::Parent, why, value }));
            }
        }
    }
    // How many of the table stand above: a circle is no more to be met.
    let level = |element: &Element| {
        let above = |one: &Element| one.parent.as_ref().and_then(|parent| of_table.get(parent));
        let mut at = above(element);
        let mut level = 0;
        while let Some((_, up)) = at {
            level += 1;
            at = above(up);
        }
        level
    };
    let mut good: Vec<(usize, usize, Element)> =
        of_table.values().map(|(row, element)| (level(element), *row, element.clone())).collect();
    good.sort_by_key(|(level, row, _)| (*level, *row));
    sorted.good = good.into_iter().map(|(_, row, element)| (row, element)).collect();
    sorted.wrong.sort_by_key(|(row, _)| *row);
    sorted
}

fn misfit(
    element: &Element,
    of_table: &BTreeMap<String, (usize, Element)>,
    there: &BTreeMap<String, There>,
) -> Option<Why> {
    let parent = element.parent.as_deref()?;
    let kind = match (of_table.get(parent), there.get(parent)) {
        (Some((_, above)), _) => above.kind,
        (None, Some(above)) if above.retired => return Some(Why::Retired),
        (None, Some(above)) => above.kind,
        (None, None) => return Some(Why::UnknownElement),
    };
    if !element.kind.hangs_below(kind) {
        return Some(Why::DoesNotFit);
    }
    if kind != element.kind {
        return None;
    }
    // Only elements of one kind can go round in a circle.
    let mut at = Some(parent);
    for _ in 0..=of_table.len() + there.len() {
        let code = at?;
        if code == element.code {
            return Some(Why::Circle);
        }
        at = match (of_table.get(code), there.get(code)) {
            (Some((_, above)), _) if above.kind == element.kind => above.parent.as_deref(),
            (None, Some(above)) if above.kind == element.kind => above.parent.as_deref(),
            _ => None,
        };
    }
    // A circle further up, of which this one is no part: those in it are told.
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    fn words(columns: &[Option<Column>]) -> String {
        columns.iter().map(|column| column.map_or("-", Column::as_str)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_table_of_transformers_is_known_by_its_headings() {
        let columns = guess(&texts(&["序号", "配变编号", "配变名称", "设备类型", "所属线路"]));
        assert_eq!(words(&columns), "- element element_name element_kind parent");
        assert_eq!(check(&columns), Ok(Brings::Elements));
        let columns = guess(&texts(&["户号", "台区编号"]));
        assert_eq!(words(&columns), "account element");
        assert_eq!(check(&columns), Ok(Brings::Attachments));
        assert_eq!(
            check(&guess(&texts(&["名称", "类型"]))),
            Err(Refusal::ColumnMissing { column: "element" })
        );
    }

    #[test]
    fn a_row_is_an_element_or_says_what_is_wrong() {
        let columns = guess(&texts(&["编号", "名称", "类型", "上级编号"]));
        let row = |cells: &[&str]| {
            element(&Cells { columns: &columns, cells: &texts(cells) })
                .map_err(|p| format!("{} {} {}", p.column.as_str(), p.why.as_str(), p.value))
        };
        let good = row(&["PB-01", " 幸福里1号配变 ", "公用配变", "XL-7"]).expect("an element");
        assert_eq!((good.kind, good.parent.as_deref()), (ElementKind::Transformer, Some("XL-7")));
        assert_eq!(row(&["", "甲", "线路"]), Err("element missing ".into()));
        assert_eq!(row(&["X", "甲", "月亮"]), Err("element_kind unknown_word 月亮".into()));
    }

    #[test]
    fn rows_are_a_network_or_say_why_not() {
        let one = |kind, code: &str, parent: Option<&str>| Element {
            kind,
            code: code.into(),
            name: code.into(),
            parent: parent.map(str::to_owned),
        };
        use ElementKind::*;
        let there = |kind, parent: Option<&str>, retired| There {
            kind,
            name: String::new(),
            parent: parent.map(str::to_owned),
            retired,
        };
        let known = BTreeMap::from([
            ("S1".to_owned(), there(Substation, None, false)),
            ("L0".to_owned(), there(Line, Some("L9"), false)),
            ("S0".to_owned(), there(Substation, None, true)),
        ]);
        let rows = vec![
            (2, one(Transformer, "T1", Some("L1"))),
            (3, one(Line, "L1", Some("S1"))),
            (4, one(Line, "L1", Some("S1"))),
            (5, one(Transformer, "T2", Some("T1"))),
            (6, one(Transformer, "T3", Some("L7"))),
            (7, one(Line, "L9", Some("L0"))),
            (8, one(Line, "L8", Some("S0"))),
            (9, one(Transformer, "T4", Some("L8"))),
            (10, one(Line, "S1", None)),
        ];
        let sorted = sort(rows, &known);
        let good: Vec<&str> = sorted.good.iter().map(|(_, element)| element.code.as_str()).collect();
        assert_eq!(good, ["L1", "T1"], "those above come first");
        let wrong: Vec<String> =
            sorted.wrong.iter().map(|(row, problem)| format!("{row} {}", problem.why.as_str())).collect();
        assert_eq!(
            wrong,
            [
                "4 twice",
                "5 does_not_fit",
                "6 unknown_element",
                "7 circle",
                "8 retired",
                "9 unknown_element",
                "10 other_kind"
            ]
        );
    }
}
