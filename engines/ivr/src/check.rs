//! What a caller would suffer in a flow that can be read: circles, dead ends, too long menus, no way to a person.

use std::collections::{BTreeSet, VecDeque};

use kernel::QueueId;

use crate::finding::{Code, Finding};
use crate::flow::{Flow, Kind, NodeIx, Target};

/// Options to choose from in one menu; 0, 9, # and the danger key are not among them.
pub const OPTIONS_MAX: usize = 5;
/// Menus one behind the other.
pub const LEVELS_MAX: usize = 3;

/// One way out of a node.
struct Edge {
    to: Target,
    /// Taken only when the caller presses something.
    by_caller: bool,
    /// Nothing is said in the node on this way: it is no level.
    unheard: bool,
}

pub(crate) fn check(flow: &Flow) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |code, at: Option<NodeIx>, params: &[(&'static str, &str)]| {
        let node = at.and_then(|at| flow.node(at)).map(|node| node.name.as_str());
        findings.push(Finding::new(code, node, params));
    };

    let levels = levels(flow);
    for at in all(flow) {
        match levels.get(at.0 as usize).copied().flatten() {
            None => find(Code::Unreachable, Some(at), &[]),
            Some(level) if level > LEVELS_MAX && is_menu(flow, at) => {
                let (level, max) = (level.to_string(), LEVELS_MAX.to_string());
                find(Code::TooDeep, Some(at), &[("level", &level), ("max", &max)]);
            }
            Some(_) => {}
        }
    }
    for at in silent_loops(flow) {
        find(Code::SilentLoop, Some(at), &[]);
    }

    let asks =
        flow.nodes.iter().any(|node| matches!(node.kind, Kind::Menu(_) | Kind::Collect(_) | Kind::Choose(_)));
    if asks && !reaches_person(flow) {
        find(Code::NoPerson, None, &[]);
    }

    for at in all(flow) {
        if let Some(Kind::Announce(announce)) = flow.node(at).map(|node| &node.kind)
            && !is_urgent(flow, announce.danger)
        {
            find(Code::DangerNotUrgent, Some(at), &[]);
        }
    }

    let mut danger = None;
    let mut first = None;
    for at in all(flow) {
        let Some(Kind::Menu(menu)) = flow.node(at).map(|node| &node.kind) else { continue };
        let top = levels.get(at.0 as usize).copied().flatten() == Some(1);
        let mut options = 0;
        for (key, to) in &menu.keys {
            let urgent = is_urgent(flow, *to);
            match key.as_char() {
                '0' if flow.leads_to_queue(*to) => {}
                '0' => find(Code::KeyTaken, Some(at), &[("key", "0")]),
                '9' if !top => find(Code::KeyTaken, Some(at), &[("key", "9")]),
                '9' | '#' => {}
                _ if urgent => {}
                _ => options += 1,
            }
            if top && urgent {
                danger = Some(at);
            }
        }
        if top {
            first = first.or(Some(at));
        }
        if options > OPTIONS_MAX {
            let (count, max) = (options.to_string(), OPTIONS_MAX.to_string());
            find(Code::TooManyOptions, Some(at), &[("count", &count), ("max", &max)]);
        }
    }
    match (first, danger) {
        (Some(menu), None) => find(Code::NoDangerKey, Some(menu), &[]),
        (Some(_), Some(_)) => {
            for at in all(flow) {
                let before_menu = levels.get(at.0 as usize).copied().flatten() == Some(0);
                if let Some(Kind::Say(say)) = flow.node(at).map(|node| &node.kind)
                    && say.must_hear
                    && before_menu
                    && reaches(flow, say.next, &|kind| matches!(kind, Kind::Menu(_)))
                {
                    find(Code::DangerNotAtOnce, Some(at), &[]);
                }
            }
        }
        (None, _) => {}
    }
    findings
}

/// The first queue on the way to a person, or any queue at all.
pub(crate) fn refuge(flow: &Flow) -> Option<QueueId> {
    let queue = |at: NodeIx| match flow.node(at).map(|node| &node.kind) {
        Some(Kind::Queue { queue, .. }) => Some(*queue),
        _ => None,
    };
    let from_person =
        flow.person.and_then(|person| walk(flow, [Target::Node(person)], true).into_iter().find_map(queue));
    from_person.or_else(|| all(flow).find_map(queue))
}

fn all(flow: &Flow) -> impl Iterator<Item = NodeIx> + use<> {
    (0..u32::try_from(flow.nodes.len()).unwrap_or(u32::MAX)).map(NodeIx)
}

fn is_menu(flow: &Flow, at: NodeIx) -> bool {
    flow.node(at).is_some_and(|node| asks_to_choose(&node.kind))
}

/// A level of its own, to which `back` leads.
fn asks_to_choose(kind: &Kind) -> bool {
    matches!(kind, Kind::Menu(_) | Kind::Choose(_))
}

fn edges(kind: &Kind) -> Vec<Edge> {
    let by_caller = |to: &Target| Edge { to: *to, by_caller: true, unheard: false };
    let by_itself = |to: &Target| Edge { to: *to, by_caller: false, unheard: false };
    let unheard = |to: &Target| Edge { to: *to, by_caller: false, unheard: true };
    match kind {
        Kind::Say(say) => vec![by_itself(&say.next)],
        Kind::Menu(menu) => menu
            .keys
            .values()
            .map(by_caller)
            .chain([by_itself(&menu.otherwise)])
            .chain(menu.silence.as_ref().map(by_itself))
            .collect(),
        Kind::Collect(collect) => vec![by_caller(&collect.next), by_itself(&collect.otherwise)],
        Kind::Hours(hours) => vec![by_itself(&hours.open), by_itself(&hours.closed)],
        Kind::LookUp(look_up) => look_up
            .answers
            .values()
            .map(by_itself)
            .chain([by_itself(&look_up.otherwise), by_itself(&look_up.unknown)])
            .collect(),
        Kind::Announce(announce) => {
            let by_itself = [&announce.next, &announce.none, &announce.unknown].map(by_itself);
            by_itself.into_iter().chain([&announce.told, &announce.danger].map(by_caller)).collect()
        }
        Kind::Choose(choose) => [&choose.none, &choose.unknown]
            .map(unheard)
            .into_iter()
            .chain([by_itself(&choose.otherwise), by_caller(&choose.next)])
            .chain(choose.keys.values().map(by_caller))
            .collect(),
        Kind::Rate(rate) => vec![by_caller(&rate.next), by_itself(&rate.otherwise)],
        Kind::Voicemail(voicemail) => vec![by_itself(&voicemail.next)],
        Kind::Record(record) => vec![by_itself(&record.next)],
        Kind::CallBack(ask) => vec![by_itself(&ask.next), by_itself(&ask.unknown)],
        Kind::GoTo(to) => vec![by_itself(to)],
        Kind::Queue { .. } | Kind::HangUp => Vec::new(),
    }
}

/// The nodes a target can mean: `back` and `repeat` can be any menu.
fn nodes_of(flow: &Flow, target: Target) -> Vec<NodeIx> {
    match target {
        Target::Node(at) => vec![at],
        Target::Person => flow.person.into_iter().collect(),
        Target::Back | Target::Repeat => all(flow).filter(|at| is_menu(flow, *at)).collect(),
        Target::HangUp => Vec::new(),
    }
}

/// The nodes that can be reached, nearest first; without what the caller does, or with it.
fn walk(flow: &Flow, from: impl IntoIterator<Item = Target>, by_caller_too: bool) -> Vec<NodeIx> {
    let mut seen = BTreeSet::new();
    let mut order = Vec::new();
    let mut next: VecDeque<NodeIx> = from.into_iter().flat_map(|target| nodes_of(flow, target)).collect();
    while let Some(at) = next.pop_front() {
        let Some(node) = flow.node(at) else { continue };
        if !seen.insert(at) {
            continue;
        }
        order.push(at);
        for edge in edges(&node.kind) {
            if by_caller_too || !edge.by_caller {
                next.extend(nodes_of(flow, edge.to));
            }
        }
    }
    order
}

/// On how many menus' level each node is first met (a menu counts itself); none when nothing leads there.
fn levels(flow: &Flow) -> Vec<Option<usize>> {
    let mut levels: Vec<Option<usize>> = vec![None; flow.nodes.len()];
    let mut next: VecDeque<(NodeIx, usize)> = VecDeque::from([(flow.start, 0)]);
    // What key 0 leads to can be reached from everywhere, and is no deeper for it.
    next.extend(flow.person.map(|at| (at, 0)));
    while let Some((at, above)) = next.pop_front() {
        let Some(node) = flow.node(at) else { continue };
        let level = above + usize::from(asks_to_choose(&node.kind));
        let Some(seen) = levels.get_mut(at.0 as usize) else { continue };
        if seen.is_some_and(|seen| seen <= level) {
            continue;
        }
        *seen = Some(level);
        for edge in edges(&node.kind) {
            if let Target::Node(to) = edge.to {
                next.push_back((to, if edge.unheard { above } else { level }));
            }
        }
    }
    levels
}

/// Nodes from which a caller who does nothing comes back to them; of each circle the first node.
fn silent_loops(flow: &Flow) -> Vec<NodeIx> {
    let mut told = BTreeSet::new();
    let mut firsts = Vec::new();
    for at in all(flow) {
        let Some(node) = flow.node(at) else { continue };
        if told.contains(&at) {
            continue;
        }
        let ways = edges(&node.kind).into_iter().filter(|edge| !edge.by_caller).map(|edge| edge.to);
        let around = walk(flow, ways, false);
        if around.contains(&at) {
            told.extend(around);
            firsts.push(at);
        }
    }
    firsts
}

fn reaches(flow: &Flow, target: Target, wanted: &dyn Fn(&Kind) -> bool) -> bool {
    walk(flow, [target], false).into_iter().any(|at| flow.node(at).is_some_and(|node| wanted(&node.kind)))
}

fn reaches_person(flow: &Flow) -> bool {
    let human = |kind: &Kind| matches!(kind, Kind::Queue { .. } | Kind::Voicemail(_) | Kind::CallBack(_));
    flow.person.is_some_and(|person| reaches(flow, Target::Node(person), &human))
}

/// Leads, without another question, to a queue that goes ahead of all.
fn is_urgent(flow: &Flow, target: Target) -> bool {
    let mut target = target;
    for _ in 0..=flow.nodes.len() {
        let Target::Node(at) = target else { return false };
        target = match flow.node(at).map(|node| &node.kind) {
            Some(Kind::Queue { urgent, .. }) => return *urgent,
            Some(Kind::Say(say)) => say.next,
            Some(Kind::GoTo(to)) => *to,
            _ => return false,
        };
    }
    false
}

impl Flow {
    fn leads_to_queue(&self, target: Target) -> bool {
        target == Target::Person || reaches(self, target, &|kind| matches!(kind, Kind::Queue { .. }))
    }
}
