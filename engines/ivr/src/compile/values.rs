//! The values of a flow: what is typed or looked up in it, and what is spoken or asked about.

use std::collections::BTreeSet;

use super::Compiler;
use crate::finding::Code;
use crate::flow::{Kind, Node, Part};

impl Compiler<'_> {
    /// A value that is spoken or asked about must come from somewhere in the flow.
    pub(super) fn check_values(&mut self, nodes: &[Node], given: &[String]) {
        let mut known: BTreeSet<&str> = given.iter().map(String::as_str).collect();
        let mut secret = BTreeSet::new();
        let mut rung: Vec<(&str, &str)> = Vec::new();
        let mut used: Vec<(&str, &str)> = Vec::new();
        for node in nodes {
            let prompt = match &node.kind {
                Kind::Say(say) => Some(&say.prompt),
                Kind::Menu(menu) => Some(&menu.prompt),
                Kind::Collect(collect) => {
                    known.insert(collect.into.as_str());
                    secret.extend(collect.secret.then_some(collect.into.as_str()));
                    Some(&collect.prompt)
                }
                Kind::LookUp(look_up) => {
                    known.insert(look_up.key.as_str());
                    used.extend(look_up.argument.iter().map(|name| (node.name.as_str(), name.as_str())));
                    Some(&look_up.prompt)
                }
                Kind::Announce(announce) => {
                    known.insert(announce.key.as_str());
                    used.extend(announce.argument.iter().map(|name| (node.name.as_str(), name.as_str())));
                    Some(&announce.prompt)
                }
                Kind::Choose(choose) => {
                    known.insert(choose.into.as_str());
                    used.extend(choose.argument.iter().map(|name| (node.name.as_str(), name.as_str())));
                    Some(&choose.prompt)
                }
                Kind::Record(record) => {
                    known.insert(record.into.as_str());
                    Some(&record.prompt)
                }
                Kind::CallBack(ask) => {
                    rung.extend(ask.number.iter().map(|name| (node.name.as_str(), name.as_str())));
                    None
                }
                Kind::Rate(rate) => Some(&rate.prompt),
                Kind::Voicemail(voicemail) => Some(&voicemail.prompt),
                Kind::Hours(_) | Kind::GoTo(_) | Kind::Queue { .. } | Kind::HangUp => None,
            };
            for part in prompt.iter().flat_map(|prompt| &prompt.0) {
                if let Part::Spoken { of, .. } | Part::Said { of } = part {
                    used.push((&node.name, of));
                }
            }
        }
        for node in nodes {
            let key = match &node.kind {
                Kind::LookUp(look_up) => &look_up.key,
                Kind::Announce(announce) => &announce.key,
                Kind::Choose(choose) => &choose.key,
                _ => continue,
            };
            if self.names.look_ups.as_ref().is_some_and(|known| !known.contains(key)) {
                self.find(Code::UnknownLookUp, Some(&node.name), &[("key", key)]);
            }
        }
        for (node, value) in &rung {
            if secret.contains(value) {
                self.find(Code::SecretWrittenDown, Some(node), &[("value", value)]);
            }
        }
        for (node, value) in used.into_iter().chain(rung) {
            if !known.contains(value) {
                self.find(Code::UnknownValue, Some(node), &[("value", value)]);
            }
        }
    }
}
