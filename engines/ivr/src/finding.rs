//! What is wrong with a flow, as a code with values; the sentence in the reader's language is made by the browser.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Finding {
    pub severity: Severity,
    pub code: Code,
    /// The node it is about; none when it is about the whole flow.
    pub node: Option<String>,
    pub params: BTreeMap<&'static str, String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The flow cannot be published.
    Error,
    Warning,
}

macro_rules! codes {
    ($($code:ident $severity:ident $text:literal)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $(#[doc = $text] $code,)* }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$code,)*];

            pub fn severity(self) -> Severity {
                match self { $(Code::$code => Severity::$severity,)* }
            }

            /// In English, with `{param}` for the values.
            pub fn text(self) -> &'static str {
                match self { $(Code::$code => $text,)* }
            }
        }
    };
}

codes! {
    Empty Error "the flow has no steps: write at least one"
    NoKind Error "the step does not say what it is: write one of say, menu, collect, choose_from, hours, look_up, announce, rate, voicemail, record, call_back, queue, go_to, hang_up"
    TwoKinds Error "the step is {first} and {second} at once: make two steps of it"
    MisplacedField Error "{field} has no meaning in a {kind} step: remove it"
    MissingField Error "a {kind} step needs {field}: add it"
    BadValue Error "{field} is {value}: expected {expected}"
    DuplicateName Error "two nodes have this name: rename one"
    ReservedName Error "this name has a meaning of its own: rename the node"
    UnknownNode Error "{field} leads to {to}, and there is no such node: add it or correct the name"
    UnknownQueue Error "there is no queue {queue}: add it or correct the name"
    UnknownPrompt Error "there is no prompt {prompt}: upload it or correct the name"
    UnknownValue Error "{value} is neither collected nor looked up in this flow: correct the name"
    SecretWrittenDown Error "{value} is typed in secret, and a call back writes it down: collect it without secret"
    NothingHeard Error "nothing is heard here: add voice"
    DeadEnd Error "nothing follows this step: add next, or a step after it"
    KeyTaken Error "key {key} has the same meaning everywhere (0 person, 9 back, * once more): choose another"
    TooManyOptions Error "the menu has {count} options: callers remember {max}"
    TooDeep Error "the menu is on level {level}: callers lose the way below level {max}"
    TooNested Error "steps are written inside steps more than {max} deep: give them names of their own"
    TooLong Error "the flow has {count} nodes: at most {max}"
    SilentLoop Error "a caller who presses nothing goes in a circle here: lead one of the ways to a person or to hang_up"
    NoPerson Error "no way leads to a person: set person, or add a queue"
    Unreachable Error "nothing leads here: remove the node or lead to it"
    NoDangerKey Warning "no key of the first menu leads to an urgent queue: callers in danger wait like all others"
    DangerNotUrgent Warning "key 9 of the announcement does not lead to an urgent queue: callers in danger wait like all others"
    UnknownLookUp Warning "no room answers {key}: callers go on as if nothing were known"
    DangerNotAtOnce Warning "the first menu's keys do not work while this is said, and one of them is for danger: drop must_hear"
}

impl Finding {
    pub(crate) fn new(code: Code, node: Option<&str>, params: &[(&'static str, &str)]) -> Finding {
        Finding {
            severity: code.severity(),
            code,
            node: node.map(str::to_owned),
            params: params.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.code.text().to_owned();
        for (name, value) in &self.params {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        match &self.node {
            Some(node) => write!(f, "{node}: {text}"),
            None => f.write_str(&text),
        }
    }
}
