//! From the form people write to the form that runs; all that is wrong is found in one go.

use std::collections::{BTreeMap, BTreeSet};

use audio::Clip;
use jiff::tz::TimeZone;
use kernel::calendar::Holidays;
use kernel::{FlowId, QueueId};

use crate::check;
use crate::finding::{Code, Finding, Severity};
use crate::flow::{Flow, Kind, Node, NodeIx};
use crate::graph::{self, Graph};
use crate::source::{FlowSource, Step};

mod fields;
mod kinds;
mod values;

/// What a flow's names mean at this centre.
#[derive(Clone, Debug)]
pub struct Names {
    pub queues: BTreeMap<String, QueueId>,
    /// Every prompt there is, with the clip that is played for it; `None`: any name is a clip.
    pub prompts: Option<BTreeMap<String, Clip>>,
    /// What rooms answer; `None`: any key may be asked.
    pub look_ups: Option<BTreeSet<String>>,
    pub time_zone: TimeZone,
    pub holidays: Holidays,
}

/// The outcome: a flow unless there are errors, and everything that was found.
#[derive(Clone, PartialEq, Debug)]
pub struct Compiled {
    pub flow: Option<Flow>,
    /// What could be read of it.
    pub graph: Option<Graph>,
    pub findings: Vec<Finding>,
}

const NODES_MAX: usize = 300;
const NESTED_MAX: usize = 8;
const LONGEST_S: u32 = 600;
/// Names that lead somewhere without being a node.
const RESERVED: [&str; 4] = ["person", "back", "repeat", "hang_up"];

/// Compiles and checks. A flow with warnings is a flow.
pub fn compile(source: &FlowSource, id: FlowId, version: u32, names: &Names) -> Compiled {
    let mut compiler = Compiler { names, flat: Vec::new(), by_name: BTreeMap::new(), findings: Vec::new() };
    let (flow, graph) = compiler.run(source, id, version).unzip();
    let mut findings = compiler.findings;
    findings.sort();
    findings.dedup();
    let broken = findings.iter().any(|finding| finding.severity == Severity::Error);
    Compiled { flow: flow.filter(|_| !broken), graph, findings }
}

struct Compiler<'a> {
    names: &'a Names,
    flat: Vec<Flat<'a>>,
    by_name: BTreeMap<String, NodeIx>,
    findings: Vec<Finding>,
}

/// A step taken out of its place.
struct Flat<'a> {
    name: String,
    step: &'a Step,
    /// The step written after it.
    follows: Option<NodeIx>,
    /// Where the ways written in place begin, by the field or key.
    inline: BTreeMap<&'a str, NodeIx>,
}

impl<'a> Compiler<'a> {
    fn run(&mut self, source: &'a FlowSource, id: FlowId, version: u32) -> Option<(Flow, Graph)> {
        let mut start = self.flatten_list(&source.steps, |n| n.to_string(), 0);
        for step in &source.node {
            let name = step.name.clone().unwrap_or_default();
            if name.is_empty() {
                self.find(Code::MissingField, None, &[("kind", "node"), ("field", "name")]);
            }
            let at = self.flatten(step, name, 0);
            start = start.or(at);
        }
        let Some(start) = start else {
            self.find(Code::Empty, None, &[]);
            return None;
        };
        if self.flat.len() > NODES_MAX {
            let (count, max) = (self.flat.len().to_string(), NODES_MAX.to_string());
            self.find(Code::TooLong, None, &[("count", &count), ("max", &max)]);
            return None;
        }
        let flat = std::mem::take(&mut self.flat);
        let mut nodes: Vec<Node> =
            flat.iter().map(|flat| Node { name: flat.name.clone(), kind: self.kind(flat) }).collect();
        let person = match &source.person {
            Some(name) => self.person(name, &mut nodes),
            None => nodes
                .iter()
                .position(|node| matches!(node.kind, Kind::Queue { urgent: false, .. }))
                .map(index),
        };
        let wrong = self.prompt(None, source.wrong.as_ref(), source.wrong_voice.as_ref());
        let silent = self.prompt(None, source.silent.as_ref(), source.silent_voice.as_ref());
        let longest = self.seconds(None, "longest_s", source.longest_s, LONGEST_S, 30..=3_600);
        self.check_values(&nodes, &source.given);
        let mut flow = Flow {
            id,
            version,
            name: source.name.clone(),
            nodes,
            start,
            person,
            refuge: None,
            wrong,
            silent,
            longest,
        };
        flow.refuge = check::refuge(&flow);
        // What cannot be read yet would only be found twice.
        if !self.findings.iter().any(|finding| finding.severity == Severity::Error) {
            let found = check::check(&flow).into_iter();
            self.findings
                .extend(found.filter(|finding| !(source.outgoing && finding.code == Code::NoDangerKey)));
        }
        let label = |at: usize| flat.get(at).map_or(String::new(), |flat| label_of(flat.step));
        let graph = graph::graph(&flow, label);
        Some((flow, graph))
    }

    fn find(&mut self, code: Code, node: Option<&str>, params: &[(&'static str, &str)]) {
        // A hostile file must not make a list longer than anybody reads.
        if self.findings.len() < 200 {
            self.findings.push(Finding::new(code, node, params));
        }
    }

    // The first pass: every step gets a number and a name.

    fn flatten_list(
        &mut self,
        steps: &'a [Step],
        name: impl Fn(usize) -> String,
        depth: usize,
    ) -> Option<NodeIx> {
        let mut first = None;
        let mut before: Option<NodeIx> = None;
        for (at, step) in steps.iter().enumerate() {
            let name = step.name.clone().unwrap_or_else(|| name(at + 1));
            let Some(this) = self.flatten(step, name, depth) else { break };
            if let Some(flat) = before.and_then(|before| self.flat.get_mut(before.0 as usize)) {
                flat.follows = Some(this);
            }
            before = Some(this);
            first = first.or(before);
        }
        first
    }

    fn flatten(&mut self, step: &'a Step, name: String, depth: usize) -> Option<NodeIx> {
        if depth > NESTED_MAX {
            self.find(Code::TooNested, Some(&name), &[("max", &NESTED_MAX.to_string())]);
            return None;
        }
        // The exact number is told; a thousand times as many are not kept.
        if self.flat.len() > NODES_MAX * 2 {
            return None;
        }
        let this = index(self.flat.len());
        if RESERVED.contains(&name.as_str()) {
            self.find(Code::ReservedName, Some(&name), &[]);
        } else if self.by_name.insert(name.clone(), this).is_some() {
            self.find(Code::DuplicateName, Some(&name), &[]);
        }
        self.flat.push(Flat { name: name.clone(), step, follows: None, inline: BTreeMap::new() });
        for (place, way) in step.ways() {
            let called =
                |n: usize| if n == 1 { format!("{name}/{place}") } else { format!("{name}/{place}.{n}") };
            let begins = self.flatten_list(way.steps(), called, depth + 1);
            if let (Some(begins), Some(flat)) = (begins, self.flat.get_mut(this.0 as usize)) {
                flat.inline.insert(place, begins);
            }
        }
        Some(this)
    }
}

/// What the editor writes into a node: the text, or the name the step is about.
fn label_of(step: &Step) -> String {
    let texts = [
        &step.menu,
        &step.rate,
        &step.announce,
        &step.choose_from,
        &step.say,
        &step.queue,
        &step.call_back,
        &step.voicemail,
        &step.record,
        &step.look_up,
        &step.collect,
        &step.go_to,
    ];
    let text = texts.into_iter().flatten().next().cloned();
    text.or_else(|| step.hours.as_ref().map(|lines| lines.join(", "))).unwrap_or_default()
}

fn index(at: usize) -> NodeIx {
    // More than NODES_MAX nodes are refused, long before this could be wrong.
    NodeIx(u32::try_from(at).unwrap_or(u32::MAX))
}
