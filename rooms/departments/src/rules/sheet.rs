//! A roster as somebody's table has it: which column is what, and what a row says. Pure; who has which 工号 is asked
//! elsewhere.

use jiff::civil::{Date, DateTime, Time};
use kernel::calendar::Calendar;
use kernel::{Timestamp, UnitId};
use serde::Serialize;
use utoipa::ToSchema;

use super::roster::Duty;
use super::{Refusal, Tree, phone};

/// Rows in one file: a month of a large company.
pub const ROWS_MAX: usize = 2_000;

/// Words that headings contain.
const HEADINGS: [(&str, &[&str]); 7] = [
    ("unit", &["单位", "部门", "班组", "unit", "team"]),
    ("number", &["工号", "编号", "number"]),
    ("duty", &["班次", "班别", "duty", "shift"]),
    ("date", &["日期", "date", "day"]),
    ("from", &["开始", "起", "from", "begin", "start"]),
    ("to", &["结束", "止", "to", "end"]),
    ("phone", &["电话", "手机", "phone"]),
];
/// Without these a row says nothing. A day may stand with the times.
const NEEDED: [&str; 4] = ["unit", "number", "from", "to"];

/// Where each column stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns([Option<usize>; 7]);

impl Columns {
    /// From the first row of a file.
    pub fn of(headings: &[String]) -> Result<Columns, Refusal> {
        let mut found = [None; 7];
        for (at, heading) in headings.iter().enumerate() {
            let heading = heading.trim().to_lowercase();
            let meant =
                HEADINGS.iter().position(|(_, words)| words.iter().any(|word| heading.contains(word)));
            if let Some(place) = meant.and_then(|column| found.get_mut(column)) {
                place.get_or_insert(at);
            }
        }
        let columns = Columns(found);
        match NEEDED.into_iter().find(|name| columns.place(name).is_none()) {
            Some(column) => Err(Refusal::ColumnMissing { column }),
            None => Ok(columns),
        }
    }

    fn place(&self, name: &str) -> Option<usize> {
        let column = HEADINGS.iter().position(|(known, _)| *known == name)?;
        self.0.get(column).copied().flatten()
    }

    fn cell<'a>(&self, row: &'a [String], name: &str) -> &'a str {
        self.place(name).and_then(|at| row.get(at)).map_or("", |cell| cell.trim())
    }
}

/// What a row says, or what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Line {
    /// In the file, from 1.
    pub row: usize,
    /// 工号, to be found among the people.
    pub number: String,
    #[schema(value_type = Option<String>)]
    pub unit: Option<UnitId>,
    /// As it stands in the file.
    pub unit_text: String,
    pub duty: Duty,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub to: Option<Timestamp>,
    pub phone: Option<String>,
    /// The column that cannot be understood.
    pub trouble: Option<&'static str>,
}

/// Reads a row. A unit is named by code or name; a duty that ends before it begins ends the next day.
pub fn line(columns: &Columns, row: usize, cells: &[String], tree: &Tree, calendar: &Calendar) -> Line {
    let unit_text = columns.cell(cells, "unit").to_owned();
    let active = || tree.units().filter(|unit| unit.retired_at.is_none());
    let by_code = active().find(|unit| unit.code.eq_ignore_ascii_case(&unit_text));
    let unit = by_code.or_else(|| active().find(|unit| unit.name == unit_text)).map(|unit| unit.id);
    let number = columns.cell(cells, "number").to_owned();
    let duty = duty(columns.cell(cells, "duty"));
    let day = date(columns.cell(cells, "date"));
    let from = moment(columns.cell(cells, "from"), day);
    let to = moment(columns.cell(cells, "to"), day.or(from.map(DateTime::date))).map(|to| match from {
        Some(from) if to <= from => to.checked_add(jiff::Span::new().days(1)).unwrap_or(to),
        _ => to,
    });
    let phone = phone(Some(columns.cell(cells, "phone")));
    let trouble = match () {
        () if unit.is_none() => Some("unit"),
        () if number.is_empty() => Some("number"),
        () if duty.is_none() => Some("duty"),
        () if from.is_none() => Some("from"),
        () if to.is_none() => Some("to"),
        () if phone.is_err() => Some("phone"),
        () => None,
    };
    let at = |time: Option<DateTime>| {
        let zoned = time?.to_zoned(calendar.zone().clone()).ok()?;
        Some(Timestamp::from_jiff(zoned.timestamp()))
    };
    Line {
        row,
        number,
        unit,
        unit_text,
        duty: duty.unwrap_or(Duty::First),
        from: at(from),
        to: at(to),
        phone: phone.ok().flatten(),
        trouble,
    }
}

/// Nothing said is first.
fn duty(text: &str) -> Option<Duty> {
    let text = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match () {
        () if text.is_empty() || has(&["主", "first", "正"]) => Some(Duty::First),
        () if has(&["副", "second", "备"]) => Some(Duty::Second),
        () if has(&["领导", "带班", "leader"]) => Some(Duty::Leader),
        () => None,
    }
}

/// `2026-01-05`, `2026/1/5`, `2026年1月5日`
fn date(text: &str) -> Option<Date> {
    let mut parts =
        text.split(['-', '/', '.', '年', '月', '日']).map(str::trim).filter(|part| !part.is_empty());
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A time of the day, or a day with a time; `24:00` is the next day's beginning.
fn moment(text: &str, day: Option<Date>) -> Option<DateTime> {
    let text = text.replace('\u{ff1a}', ":");
    let (date_part, time_part) = match text.trim().rsplit_once([' ', 'T']) {
        Some((day, time)) => (Some(date(day)?), time),
        None => (None, text.trim()),
    };
    let day = date_part.or(day)?;
    let mut parts = time_part.split(':');
    let (hour, minute) = (parts.next()?.trim(), parts.next()?.trim());
    if (hour, minute) == ("24", "00") {
        return Some(day.tomorrow().ok()?.to_datetime(Time::midnight()));
    }
    Some(day.to_datetime(Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::rules::{Kind, Unit};

    fn cells(text: &str) -> Vec<String> {
        text.split('|').map(str::to_owned).collect()
    }

    fn check(headings: &str, row: &str, expected: Expect) {
        let unit = Unit {
            id: UnitId(1),
            parent: None,
            kind: Kind::Team,
            code: "QX1".into(),
            name: "抢修一班".into(),
            external: false,
            duties: vec![],
            areas: vec![],
            phone: None,
            retired_at: None,
            version: 1,
        };
        let columns = Columns::of(&cells(headings)).expect("the columns");
        let Line { number, unit, duty, from, to, phone, trouble, .. } =
            line(&columns, 2, &cells(row), &Tree::from(vec![unit]), &Calendar::china());
        let time = |at: Option<Timestamp>| at.map_or("?".to_owned(), |at| at.to_string());
        let said = format!(
            "{} {number} {} {} {} {} {}",
            unit.map_or("?", |_| "QX1"),
            duty.as_str(),
            time(from),
            time(to),
            phone.as_deref().unwrap_or("-"),
            trouble.unwrap_or("fits")
        );
        expected.assert_eq(&said);
    }

    #[test]
    fn a_row_is_read_as_people_write_it() {
        let headings = "单位|工号|班次|日期|开始时间|结束时间|电话";
        check(
            headings,
            "QX1|5101|主班|2026-01-05|08:00|20:00|",
            expect!["QX1 5101 first 2026-01-05T00:00:00Z 2026-01-05T12:00:00Z - fits"],
        );
        check(
            headings,
            "抢修一班|5102|副班|2026年1月5日|20:00|8:00|139 0562 5102",
            expect!["QX1 5102 second 2026-01-05T12:00:00Z 2026-01-06T00:00:00Z 139 0562 5102 fits"],
        );
        check(
            headings,
            "qx1|5102||2026/1/5|0:00|24：00|",
            expect!["QX1 5102 first 2026-01-04T16:00:00Z 2026-01-05T16:00:00Z - fits"],
        );
        check(
            "Unit|Number|From|To",
            "QX1|5101|2026-01-05 20:00|2026-01-06 08:00",
            expect!["QX1 5101 first 2026-01-05T12:00:00Z 2026-01-06T00:00:00Z - fits"],
        );
    }

    #[test]
    fn what_cannot_be_understood_is_named() {
        let headings = "单位|工号|班次|日期|开始|结束|电话";
        let rest = "2026-01-05|08:00|20:00|";
        check(
            headings,
            &format!("九班|5101||{rest}"),
            expect!["? 5101 first 2026-01-05T00:00:00Z 2026-01-05T12:00:00Z - unit"],
        );
        check(
            headings,
            &format!("QX1|||{rest}"),
            expect!["QX1  first 2026-01-05T00:00:00Z 2026-01-05T12:00:00Z - number"],
        );
        check(
            headings,
            &format!("QX1|5101|夜猫|{rest}"),
            expect!["QX1 5101 first 2026-01-05T00:00:00Z 2026-01-05T12:00:00Z - duty"],
        );
        check(headings, "QX1|5101||2026-02-30|08:00|20:00|", expect!["QX1 5101 first ? ? - from"]);
        check(
            headings,
            "QX1|5101||2026-01-05|08:00|25:00|",
            expect!["QX1 5101 first 2026-01-05T00:00:00Z ? - to"],
        );
        check(
            headings,
            "QX1|5101||2026-01-05|08:00|20:00|打我",
            expect!["QX1 5101 first 2026-01-05T00:00:00Z 2026-01-05T12:00:00Z - phone"],
        );
        check(headings, "QX1", expect!["QX1  first ? ? - number"]);
    }

    #[test]
    fn a_file_without_the_needed_columns_is_refused() {
        let refused = Columns::of(&cells("单位|姓名|开始|结束")).expect_err("no number");
        assert_eq!(refused, Refusal::ColumnMissing { column: "number" });
    }
}
