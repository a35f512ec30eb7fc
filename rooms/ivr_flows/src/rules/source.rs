//! The text of a flow: reading it, and saying where in it something is wrong.

use std::collections::BTreeMap;
use std::fmt;

use ivr::graph::Graph;
use ivr::{Finding, Flow, FlowFile, FlowSource, Names, Severity};
use kernel::FlowId;
use serde::Serialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use utoipa::ToSchema;

/// Something found in a text, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Found {
    pub level: Level,
    /// The key of the sentence in the messages.
    pub code: String,
    pub params: BTreeMap<String, String>,
    /// 1-based; none when it is about the whole flow.
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub node: Option<String>,
    /// In English, for command lines and logs.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Error,
    Warning,
}

impl Found {
    pub fn syntax(message: &str, line: u32, column: u32) -> Found {
        Found {
            level: Level::Error,
            code: "syntax".into(),
            params: BTreeMap::from([("message".to_owned(), message.to_owned())]),
            line: Some(line),
            column: Some(column),
            node: None,
            text: message.to_owned(),
        }
    }

    fn other_name(name: &str, called: &str) -> Found {
        let params = [("name", called), ("found", name)];
        Found {
            level: Level::Error,
            code: "other_name".into(),
            params: params.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            line: None,
            column: None,
            node: None,
            text: format!(
                "the text is of a flow called {name}, this one is {called}: write name = {called:?}"
            ),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "{line}:{column}: {}", self.text),
            _ => f.write_str(&self.text),
        }
    }
}

/// A text that was read, compiled and checked.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The flow as people wrote it, if the text can be read at all.
    pub source: Option<FlowSource>,
    /// Ready to run, if there are no errors.
    pub flow: Option<Flow>,
    pub graph: Option<Graph>,
    pub findings: Vec<Found>,
}

/// Reads and checks a text: one flow, written as in a file (`[[flow]]`) or by itself. `called` is the name it must have.
pub fn check(text: &str, called: Option<&str>, id: FlowId, version: u32, names: &Names) -> Checked {
    let source = match read(text) {
        Ok(source) => source,
        Err(found) => return Checked { source: None, flow: None, graph: None, findings: vec![*found] },
    };
    let compiled = ivr::compile(&source, id, version, names);
    let places = places(text);
    let mut findings: Vec<Found> =
        compiled.findings.iter().map(|finding| found(finding, text, &places)).collect();
    let other = called.filter(|called| *called != source.name);
    if let Some(called) = other {
        findings.insert(0, Found::other_name(&source.name, called));
    }
    let flow = compiled.flow.filter(|_| other.is_none());
    Checked { source: Some(source), flow, graph: compiled.graph, findings }
}

/// One flow as a text, in the form people edit.
pub fn write(source: &FlowSource) -> Result<String, toml::ser::Error> {
    toml::to_string(&FlowFile { flow: vec![source.clone()] })
}

fn read(text: &str) -> Result<FlowSource, Box<Found>> {
    let syntax = |error: toml::de::Error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        Box::new(Found::syntax(error.message(), line, column))
    };
    let table: toml::Table = toml::from_str(text).map_err(syntax)?;
    if !table.contains_key("flow") {
        return toml::from_str(text).map_err(syntax);
    }
    let mut file: FlowFile = toml::from_str(text).map_err(syntax)?;
    match (file.flow.pop(), file.flow.is_empty()) {
        (Some(flow), true) => Ok(flow),
        _ => Err(Box::new(Found::syntax("one text is one flow: write [[flow]] once", 1, 1))),
    }
}

fn found(finding: &Finding, text: &str, places: &BTreeMap<String, usize>) -> Found {
    let at = finding.node.as_ref().and_then(|node| places.get(node)).map(|at| place(text, *at));
    Found {
        level: match finding.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
        },
        code: word(&finding.code),
        params: finding.params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        line: at.map(|(line, _)| line),
        column: at.map(|(_, column)| column),
        node: finding.node.clone(),
        text: finding.to_string(),
    }
}

/// The word a value serialises to.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Line and column of a byte, from 1; the column in characters.
fn place(text: &str, at: usize) -> (u32, u32) {
    let before = text.get(..text.floor_char_boundary(at)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}

/// Where each node begins in the text, by the names the compiler gives.
fn places(text: &str) -> BTreeMap<String, usize> {
    let mut places = BTreeMap::new();
    let Ok(document) = DeTable::parse(text) else { return places };
    let root = document.get_ref();
    let flow = match root.get("flow").map(Spanned::get_ref) {
        Some(DeValue::Array(flows)) => flows.first().and_then(|flow| flow.get_ref().as_table()),
        _ => Some(root),
    };
    let Some(flow) = flow else { return places };
    if let Some(DeValue::Array(steps)) = flow.get("steps").map(Spanned::get_ref) {
        for (at, step) in steps.iter().enumerate() {
            place_step(step, &(at + 1).to_string(), &mut places, 0);
        }
    }
    if let Some(DeValue::Array(nodes)) = flow.get("node").map(Spanned::get_ref) {
        for node in nodes.iter() {
            place_step(node, "", &mut places, 0);
        }
    }
    places
}

fn place_step(step: &Spanned<DeValue<'_>>, called: &str, places: &mut BTreeMap<String, usize>, depth: usize) {
    let Some(table) = step.get_ref().as_table().filter(|_| depth < 10) else { return };
    let own = table.get("name").and_then(|name| name.get_ref().as_str());
    let name = own.unwrap_or(called);
    places.entry(name.to_owned()).or_insert(step.span().start);
    for (key, value) in table.iter() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("keys" | "answers", DeValue::Table(ways)) => {
                for (key, way) in ways.iter() {
                    place_way(way, &format!("{name}/{}", key.get_ref()), places, depth);
                }
            }
            (field @ ("next" | "otherwise" | "silence" | "unknown" | "open" | "closed"), _) => {
                place_way(value, &format!("{name}/{field}"), places, depth);
            }
            _ => {}
        }
    }
}

fn place_way(way: &Spanned<DeValue<'_>>, called: &str, places: &mut BTreeMap<String, usize>, depth: usize) {
    match way.get_ref() {
        DeValue::Table(_) => place_step(way, called, places, depth + 1),
        DeValue::Array(steps) => {
            for (at, step) in steps.iter().enumerate() {
                let called = if at == 0 { called.to_owned() } else { format!("{called}.{}", at + 1) };
                place_step(step, &called, places, depth + 1);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use jiff::tz::TimeZone;
    use kernel::QueueId;

    use super::*;

    #[track_caller]
    fn check_text(text: &str, expected: Expect) {
        let names = Names {
            queues: BTreeMap::from([("general".to_owned(), QueueId(1))]),
            prompts: None,
            look_ups: None,
            time_zone: TimeZone::UTC,
            holidays: Default::default(),
        };
        let told: String = check(text, Some("hotline"), FlowId(1), 1, &names)
            .findings
            .iter()
            .map(|found| format!("{found}\n"))
            .collect();
        expected.assert_eq(&told);
    }

    #[test]
    fn a_finding_says_where() {
        check_text(
            r#"# 热线
name = "hotline"
steps = [
  { say = "您好", voice = "hello" },
  { menu = "请选择", voice = "top", keys = { 1 = { queue = "general", urgent = true }, 2 = [ { say = "a", voice = "a" }, { queue = "gone" } ] } },
]

[[node]]
name = "island"
say = "…"
"#,
            expect![[r#"
                5:119: 2/2.2: there is no queue gone: add it or correct the name
                8:1: island: nothing is heard here: add voice
                8:1: island: nothing follows this step: add next, or a step after it
            "#]],
        );
    }

    #[test]
    fn a_text_that_cannot_be_read_says_where() {
        check_text(
            "name = \"hotline\"\nsteps = [",
            expect![[r#"
            2:10: unclosed array, expected `]`
        "#]],
        );
        check_text(
            "[[flow]]\nname = \"x\"\n[[flow.node]]\nname = \"a\"\nsay = 1",
            expect![[r#"
            5:7: invalid type: integer `1`, expected a string
        "#]],
        );
        check_text(
            "[[flow]]\nname = \"hotline\"\nstep = []",
            expect![[r#"
            3:1: unknown field `step`, expected one of `name`, `person`, `wrong`, `wrong_voice`, `silent`, `silent_voice`, `longest_s`, `outgoing`, `given`, `steps`, `node`
        "#]],
        );
        check_text(
            "[[flow]]\nname = \"x\"\n[[flow]]\nname = \"y\"",
            expect![[r#"
            1:1: one text is one flow: write [[flow]] once
        "#]],
        );
    }

    #[test]
    fn the_demo_is_written_and_read_back() {
        let file: FlowFile = toml::from_str(include_str!("../../../../demo/flows.toml")).expect("the demo");
        for flow in file.flow {
            let text = write(&flow).expect("written");
            assert_eq!(read(&text).expect("read"), flow);
        }
    }
}
