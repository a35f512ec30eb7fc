//! Flows that rooms bring along: offered to whoever makes a new one, to be published as they are or changed.

use ivr::Names;

/// What stands in a template for the queue that key 0 leads to.
const PERSON: &str = "{person}";
/// Where there is no queue yet: the check says so.
const NO_QUEUE: &str = "general";

/// A flow that a room needs and cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// The name by which the room's settings know it.
    pub name: &'static str,
    /// What it is for, in the language of the menus.
    pub about: &'static str,
    /// Its text, with `{person}` for a queue of the centre.
    pub text: &'static str,
}

impl Template {
    /// As a draft in this centre.
    pub fn draft(&self, names: &Names) -> String {
        self.text.replace(PERSON, names.queues.keys().next().map_or(NO_QUEUE, String::as_str))
    }
}
