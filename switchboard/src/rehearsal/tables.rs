//! Tables of the page: how people ended, and what the result depends on.

use std::fmt::Write as _;

use super::fate::Attempt;
use super::study::{Study, Tried};
use super::text::{BEHAVIOURS, HALLS, REACTIONS, TAKES, TRIED, days, rates, takes};
use super::waterfall::{End, people};

const COLOURS: [&str; 4] = ["a", "b", "c", "soft"];

/// How people ended in one run, and in another.
pub fn matrix(title: &str, before: &[Attempt], after: &[Attempt]) -> String {
    let people = people(before, after);
    let ends = End::found(&people);
    let mut out = format!("<div class=\"box scroll\"><h3>{title}</h3><table><tr><th></th>");
    for end in &ends {
        let _ = write!(out, "<th>{}</th>", end.word());
    }
    out += "</tr>";
    for before in &ends {
        let _ = write!(out, "<tr><td>{}</td>", before.word());
        for after in &ends {
            let count = people.get(&(*before, *after)).copied().unwrap_or(0);
            let same = if before == after { " class=\"same\"" } else { "" };
            let count = if count == 0 { "·".to_owned() } else { count.to_string() };
            let _ = write!(out, "<td{same}>{count}</td>");
        }
        out += "</tr>";
    }
    out + "</table></div>"
}

/// A table of words whose columns have colours.
pub fn coloured<const N: usize>(head: &[&str], colours: [&str; N], rows: &[(String, [String; N])]) -> String {
    let mut out = "<div class=\"box scroll\"><table><tr>".to_owned();
    out += &head.iter().map(|word| format!("<th>{word}</th>")).collect::<String>();
    out += "</tr>";
    for (what, values) in rows {
        let _ = write!(out, "<tr><td>{what}</td>");
        for (colour, value) in colours.iter().zip(values) {
            let _ = write!(out, "<td class=\"{colour}\">{value}</td>");
        }
        out += "</tr>";
    }
    out + "</table></div>"
}

fn said(rows: Vec<(String, [f64; 4])>) -> Vec<(String, [String; 4])> {
    rows.into_iter().map(|(what, values)| (what, values.map(|value| format!("{value:.1}%")))).collect()
}

pub fn sensitivity(near: &[(usize, f64)], study: &Study) -> String {
    let table = |what: &str, rows: Vec<(String, [f64; 4])>| {
        let head: Vec<&str> = std::iter::once(what).chain(TRIED).collect();
        coloured(&head, COLOURS, &said(rows))
    };
    let lines = |all: &[Tried]| all.iter().map(|one| (one.what.clone(), rates(one))).collect::<Vec<_>>();
    let mut behaviours = lines(&study.behaviours);
    behaviours.push((study.installed.what.clone(), rates(&study.installed)));
    let mut out = table(BEHAVIOURS, behaviours);
    out += &coloured(&TAKES, ["c", "soft", "c", "soft"], &said(takes(study)));
    out += &table(HALLS, lines(&study.halls));
    out += &table(REACTIONS, lines(&study.reactions));
    let seeds = days(study).map(|(what, values)| (what.to_owned(), values));
    out += &table(&format!("{} 个不同的日子(种子)", study.seeds.len()), seeds.to_vec());
    let alone = [study.storm_only.rate, study.storm_only.reached].map(|rate| format!("{rate:.1}%"));
    let head = ["没有播报", "接通率", "连同已回电"];
    out += &coloured(&head, ["c", "soft"], &[("只开应急模式".to_owned(), alone)]);
    if !near.is_empty() {
        let head = ["座席(搜索：无播报时最接近 78%)", "无播报"];
        let each = |(seats, rate): &(usize, f64)| (format!("{seats} 席"), [format!("{rate:.1}%")]);
        out += &coloured(&head, ["a"], &near.iter().map(each).collect::<Vec<_>>());
    }
    out
}
