//! `centre.toml`: a centre as a file. Read here into plain values, checked as a whole, every error with its line and what
//! to do about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use calls::rules::{DialRule, Queue, Trunk};
use ivr::FlowSource;
use serde::{Deserialize, Serialize};
use serde_spanned::Spanned;

/// The file.
#[derive(Clone, Debug, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CentreFile {
    #[serde(default)]
    centre: Option<Centre>,
    #[serde(default)]
    trunk: Vec<Spanned<Trunk>>,
    #[serde(default)]
    number: Vec<Spanned<Number>>,
    #[serde(default)]
    queue: Vec<Spanned<Queue>>,
    #[serde(default)]
    group: Vec<Spanned<Group>>,
    #[serde(default)]
    agent: Vec<Spanned<Agent>>,
    #[serde(default)]
    dial: Vec<Spanned<DialRule>>,
    #[serde(default)]
    flow: Vec<Spanned<FlowSource>>,
}

/// What has been read and found to fit together; also what `export` writes.
#[derive(Clone, Debug, PartialEq, Default, Serialize)]
pub struct CentreSpec {
    pub centre: Centre,
    #[serde(rename = "trunk", skip_serializing_if = "Vec::is_empty")]
    pub trunks: Vec<Trunk>,
    #[serde(rename = "number", skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<Number>,
    #[serde(rename = "queue", skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<Queue>,
    #[serde(rename = "group", skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    #[serde(rename = "agent", skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<Agent>,
    #[serde(rename = "dial", skip_serializing_if = "Vec::is_empty")]
    pub dial: Vec<DialRule>,
    #[serde(rename = "flow", skip_serializing_if = "Vec::is_empty")]
    pub flows: Vec<FlowSource>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Centre {
    #[serde(default)]
    pub name: String,
    #[serde(default = "shanghai")]
    pub time_zone: String,
}

impl Default for Centre {
    fn default() -> Self {
        Centre { name: String::new(), time_zone: shanghai() }
    }
}

/// A called number and the flow it leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// The user part of the request URI; `*` is every number that is not listed.
    pub did: String,
    pub flow: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub name: String,
    /// 工号 of the leader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leader: Option<String>,
}

/// Somebody who signs in; an agent when there are queues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agent {
    /// 工号: the user name of the web and of the telephone.
    pub number: String,
    pub name: String,
    /// The first is asked first when several wait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<String>,
    /// Needed for a new agent; left out, the present one stays. `export` never writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// A desk telephone at a fixed address: `sip:1001@127.0.0.1:7001`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Signed in and ready at start.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ready: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrap_up_s: Option<u32>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skills: BTreeMap<String, u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default = "agent_role")]
    pub roles: Vec<String>,
}

fn shanghai() -> String {
    "Asia/Shanghai".to_owned()
}
fn is_false(value: &bool) -> bool {
    !value
}
fn agent_role() -> Vec<String> {
    vec!["agent".to_owned()]
}

/// Something that does not fit, with the line it stands on and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trouble {
    pub line: usize,
    pub what: String,
    pub remedy: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}; {}", self.line, self.what, self.remedy)
    }
}

/// Everything that is wrong with a file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Troubles(pub Vec<Trouble>);

/// Reads a file whole. Names are checked within the file: what it points at must stand in it.
pub fn read(text: &str) -> Result<CentreSpec, Troubles> {
    let file: CentreFile = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        let what = error.message().trim().replace('\n', " ");
        Troubles(vec![Trouble {
            line,
            what,
            remedy: "correct this entry (docs/centre-file.md has every key)".into(),
        }])
    })?;
    let mut checker = Checker { text, troubles: Vec::new() };
    checker.check(&file);
    checker.troubles.sort();
    if !checker.troubles.is_empty() {
        return Err(Troubles(checker.troubles));
    }
    Ok(CentreSpec {
        centre: file.centre.unwrap_or_default(),
        trunks: inner(file.trunk),
        numbers: inner(file.number),
        queues: inner(file.queue),
        groups: inner(file.group),
        agents: inner(file.agent),
        dial: inner(file.dial),
        flows: inner(file.flow),
    })
}

/// Writes a centre back as a file.
pub fn write(spec: &CentreSpec) -> anyhow::Result<String> {
    Ok(toml::to_string_pretty(spec)?)
}

fn inner<T>(spanned: Vec<Spanned<T>>) -> Vec<T> {
    spanned.into_iter().map(Spanned::into_inner).collect()
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

struct Checker<'a> {
    text: &'a str,
    troubles: Vec<Trouble>,
}

impl Checker<'_> {
    fn check(&mut self, file: &CentreFile) {
        let queues = self.names("queue", &file.queue, |queue| &queue.name);
        let flows = self.names("flow", &file.flow, |flow| &flow.name);
        let trunks = self.names("trunk", &file.trunk, |trunk| &trunk.name);
        let groups = self.names("group", &file.group, |group| &group.name);
        let agents = self.names("agent", &file.agent, |agent| &agent.number);
        self.names("number", &file.number, |number| &number.did);
        self.names("dial", &file.dial, |rule| &rule.prefix);
        if let Some(centre) = &file.centre
            && jiff::tz::TimeZone::get(&centre.time_zone).is_err()
        {
            let what = format!("there is no time zone {:?}", centre.time_zone);
            self.trouble(0, what, "write one of the IANA names, like Asia/Shanghai".into());
        }
        for queue in &file.queue {
            let at = queue.span().start;
            let queue = queue.as_ref();
            for other in queue.points_at() {
                self.known(
                    at,
                    &format!("the queue {} sends callers to", queue.name),
                    "queue",
                    other,
                    &queues,
                );
            }
            if let Some(rating) = &queue.rating {
                self.known(
                    at,
                    &format!("the queue {} asks for a rating by", queue.name),
                    "flow",
                    rating,
                    &flows,
                );
            }
            if queue.ring_s == 0 || queue.ring_s > 300 {
                let what = format!("the queue {} rings for {} s", queue.name, queue.ring_s);
                self.trouble(at, what, "ring_s is 1 to 300; four rings are 12".into());
            }
            if queue.wrap_up_hard_s < queue.wrap_up_s {
                let what = format!("the queue {} ends after-call work before its soft limit", queue.name);
                self.trouble(at, what, "make wrap_up_hard_s at least wrap_up_s".into());
            }
        }
        for number in &file.number {
            let (at, number) = (number.span().start, number.as_ref());
            self.known(at, &format!("the number {} leads to", number.did), "flow", &number.flow, &flows);
        }
        for agent in &file.agent {
            self.agent(agent, &queues, &groups);
        }
        for group in &file.group {
            if let Some(leader) = &group.as_ref().leader {
                let told = format!("the group {} is led by", group.as_ref().name);
                self.known(group.span().start, &told, "agent", leader, &agents);
            }
        }
        for rule in &file.dial {
            if let Some(trunk) = &rule.as_ref().trunk {
                let told = format!("numbers with {:?} go out by", rule.as_ref().prefix);
                self.known(rule.span().start, &told, "trunk", trunk, &trunks);
            }
        }
        for trunk in &file.trunk {
            self.trunk(trunk);
        }
    }

    fn agent(&mut self, agent: &Spanned<Agent>, queues: &BTreeSet<&str>, groups: &BTreeSet<&str>) {
        let (at, agent) = (agent.span().start, agent.as_ref());
        for queue in &agent.queues {
            self.known(at, &format!("the agent {} serves", agent.number), "queue", queue, queues);
        }
        if let Some(group) = &agent.group {
            self.known(at, &format!("the agent {} belongs to", agent.number), "group", group, groups);
        }
        if !agent.number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
            let what = format!("the agent number {:?} cannot be a telephone's user name", agent.number);
            self.trouble(at, what, "use digits and letters".into());
        }
    }

    fn trunk(&mut self, trunk: &Spanned<Trunk>) {
        let (at, trunk) = (trunk.span().start, trunk.as_ref());
        for range in &trunk.from {
            if let Err(bad) = range.parse::<telephony::Cidr>() {
                self.trouble(at, format!("the trunk {}: {bad}", trunk.name), "correct `from`".into());
            }
        }
        let registers = trunk.register.is_some();
        if registers && (trunk.username.is_none() || trunk.password.is_none()) {
            let what = format!("the trunk {} registers without a name and password", trunk.name);
            self.trouble(at, what, "add `username` and `password`".into());
        }
        if trunk.from.is_empty() && !registers {
            let what = format!("no call can come in by the trunk {}", trunk.name);
            self.trouble(at, what, "add `from` (addresses) or `register`, `username` and `password`".into());
        }
    }

    /// The names of one kind; one that stands twice is a trouble.
    fn names<'t, T>(
        &mut self,
        kind: &str,
        list: &'t [Spanned<T>],
        name: impl Fn(&'t T) -> &'t str,
    ) -> BTreeSet<&'t str> {
        let mut names = BTreeSet::new();
        for one in list {
            let name = name(one.as_ref());
            if name.is_empty() && kind != "dial" {
                self.trouble(one.span().start, format!("a {kind} without a name"), "name it".into());
            }
            if !names.insert(name) {
                let what = format!("the {kind} {name:?} stands here a second time");
                self.trouble(one.span().start, what, "merge the two, or rename one".into());
            }
        }
        names
    }

    fn known(&mut self, at: usize, told: &str, kind: &str, name: &str, names: &BTreeSet<&str>) {
        if names.contains(name) {
            return;
        }
        let remedy = match names.iter().min_by_key(|known| distance(known, name)) {
            Some(known) if distance(known, name) <= 3 => format!("do you mean {known:?}?"),
            Some(_) => {
                let all: Vec<String> = names.iter().map(|known| format!("{known:?}")).collect();
                format!("write one of {}, or add a [[{kind}]]", all.join(", "))
            }
            None => format!("add a [[{kind}]] with this name"),
        };
        self.trouble(at, format!("{told} the {kind} {name:?}, which is not in this file"), remedy);
    }

    fn trouble(&mut self, offset: usize, what: String, remedy: String) {
        self.troubles.push(Trouble { line: line_of(self.text, offset), what, remedy });
    }
}

/// How many letters must be changed, added or taken away.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(&other) {
            let up = *cell;
            *cell = (diagonal + usize::from(a != *b)).min(up + 1).min(left + 1);
            (diagonal, left) = (up, *cell);
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests;
