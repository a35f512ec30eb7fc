//! A flow as a picture: what the editor draws, also while the flow is not yet sound.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::flow::{Flow, Kind, Target};

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Graph {
    /// The node where callers begin.
    pub start: String,
    pub nodes: Vec<GraphNode>,
    pub edges: Vec<GraphEdge>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GraphNode {
    pub name: String,
    /// The word of the step: `say`, `menu`, `queue`…
    pub kind: &'static str,
    /// What is said, or which queue.
    pub label: String,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct GraphEdge {
    pub from: String,
    pub to: String,
    /// The key, the answer, or the word of the way: `next`, `otherwise`, `closed`…
    pub label: String,
}

/// `label` says what a node's step says. Ways back to a menu are not drawn: every menu has them.
pub(crate) fn graph(flow: &Flow, label: impl Fn(usize) -> String) -> Graph {
    let name = |at| flow.node(at).map(|node| node.name.clone());
    let mut nodes = Vec::new();
    let mut edges = BTreeSet::new();
    let mut hangs_up = false;
    for (at, node) in flow.nodes.iter().enumerate() {
        nodes.push(GraphNode { name: node.name.clone(), kind: word(&node.kind), label: label(at) });
        for (label, target) in ways(&node.kind) {
            let to = match target {
                Target::Node(at) => name(at),
                Target::Person => flow.person.and_then(name),
                Target::HangUp => {
                    hangs_up = true;
                    Some("hang_up".to_owned())
                }
                Target::Back | Target::Repeat => None,
            };
            edges.extend(to.map(|to| GraphEdge { from: node.name.clone(), to, label }));
        }
    }
    if hangs_up {
        nodes.push(GraphNode { name: "hang_up".into(), kind: "hang_up", label: String::new() });
    }
    let start = name(flow.start).unwrap_or_default();
    Graph { start, nodes, edges: edges.into_iter().collect() }
}

fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Say(_) => "say",
        Kind::Menu(_) => "menu",
        Kind::Collect(_) => "collect",
        Kind::Hours(_) => "hours",
        Kind::LookUp(_) => "look_up",
        Kind::Announce(_) => "announce",
        Kind::Choose(_) => "choose_from",
        Kind::Rate(_) => "rate",
        Kind::Voicemail(_) => "voicemail",
        Kind::Record(_) => "record",
        Kind::CallBack(_) => "call_back",
        Kind::GoTo(_) => "go_to",
        Kind::Queue { .. } => "queue",
        Kind::HangUp => "hang_up",
    }
}

fn ways(kind: &Kind) -> Vec<(String, Target)> {
    let of = |label: &str, to: &Target| (label.to_owned(), *to);
    match kind {
        Kind::Say(say) => vec![of("next", &say.next)],
        Kind::Menu(menu) => menu
            .keys
            .iter()
            .map(|(key, to)| (key.to_string(), *to))
            .chain([of("otherwise", &menu.otherwise)])
            .chain(menu.silence.as_ref().map(|to| of("silence", to)))
            .collect(),
        Kind::Collect(collect) => vec![of("next", &collect.next), of("otherwise", &collect.otherwise)],
        Kind::Hours(hours) => vec![of("open", &hours.open), of("closed", &hours.closed)],
        Kind::LookUp(look_up) => look_up
            .answers
            .iter()
            .map(|(answer, to)| (answer.clone(), *to))
            .chain([of("otherwise", &look_up.otherwise), of("unknown", &look_up.unknown)])
            .collect(),
        Kind::Announce(announce) => {
            vec![
                of("1", &announce.told),
                of("9", &announce.danger),
                of("none", &announce.none),
                of("unknown", &announce.unknown),
                of("next", &announce.next),
            ]
        }
        Kind::Choose(choose) => [of("1–8", &choose.next)]
            .into_iter()
            .chain(choose.keys.iter().map(|(key, to)| (key.to_string(), *to)))
            .chain([
                of("none", &choose.none),
                of("unknown", &choose.unknown),
                of("otherwise", &choose.otherwise),
            ])
            .collect(),
        Kind::Rate(rate) => vec![of("next", &rate.next), of("otherwise", &rate.otherwise)],
        Kind::Voicemail(voicemail) => vec![of("next", &voicemail.next)],
        Kind::Record(record) => vec![of("next", &record.next)],
        Kind::CallBack(ask) => vec![of("next", &ask.next), of("unknown", &ask.unknown)],
        Kind::GoTo(to) => vec![of("go_to", to)],
        Kind::Queue { .. } | Kind::HangUp => Vec::new(),
    }
}
