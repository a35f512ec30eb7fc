//! JSON from outside, read field by field: everything that is wrong is said at once, each at its own field.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Timestamp;
use serde_json::{Map, Value};
use work_orders::rules::Fault;

use super::Refusal;

/// An object that is being read.
pub struct Reading {
    map: Map<String, Value>,
    known: BTreeSet<&'static str>,
    faults: Vec<Fault>,
}

impl Reading {
    /// # Errors
    /// [`Refusal::Unreadable`] when it is no JSON object.
    pub fn of(body: &[u8]) -> Result<Reading, Refusal> {
        match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(map)) => Ok(Reading { map, known: BTreeSet::new(), faults: Vec::new() }),
            Ok(_) => Err(Refusal::Unreadable { detail: "an object is expected".into() }),
            Err(error) => Err(Refusal::Unreadable { detail: error.to_string() }),
        }
    }

    pub fn fault(&mut self, field: impl Into<String>, why: &'static str) {
        self.faults.push(Fault { field: field.into(), why });
    }

    fn take(&mut self, field: &'static str) -> Option<Value> {
        self.known.insert(field);
        self.map.remove(field).filter(|value| !value.is_null())
    }

    /// A text of so many characters, trimmed; missing is wrong unless it may be empty.
    pub fn text(&mut self, field: &'static str, least: usize, most: usize) -> String {
        let text = match self.take(field) {
            None => String::new(),
            Some(Value::String(text)) => text,
            Some(_) => {
                self.fault(field, "not_text");
                return String::new();
            }
        };
        let (text, why) = fitting(&text, least, most);
        if let Some(why) = why {
            self.fault(field, why);
        }
        text
    }

    /// A code: letters, digits and `-_./:`.
    pub fn code(&mut self, field: &'static str, required: bool) -> String {
        let code = self.text(field, usize::from(required), 64);
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':');
        if !code.chars().all(plain) {
            self.fault(field, "bad_characters");
        }
        code
    }

    pub fn flag(&mut self, field: &'static str) -> bool {
        match self.take(field) {
            None => false,
            Some(Value::Bool(flag)) => flag,
            Some(_) => {
                self.fault(field, "not_boolean");
                false
            }
        }
    }

    /// An instant (RFC 3339).
    pub fn at(&mut self, field: &'static str) -> Option<Timestamp> {
        let at = match self.take(field)? {
            Value::String(text) => text.parse::<Timestamp>().ok(),
            _ => None,
        };
        let why = match at {
            None => Some("not_time"),
            // The year 2100: nobody waits longer, and calendars end somewhere.
            Some(at) if at.as_secs() > 4_102_444_800 => Some("too_far"),
            Some(_) => None,
        };
        if let Some(why) = why {
            self.fault(field, why);
            return None;
        }
        at
    }

    /// One of several words; the first when it is missing.
    pub fn word<T: Copy>(&mut self, field: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(field, 0, 64);
        if text.is_empty() {
            return words.first().map(|(_, value)| *value);
        }
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() && !self.faults.iter().any(|fault| fault.field == field) {
            self.fault(field, "unknown");
        }
        found
    }

    /// Texts by key.
    pub fn texts(&mut self, field: &'static str, most: usize) -> BTreeMap<String, String> {
        let map = match self.take(field) {
            None => return BTreeMap::new(),
            Some(Value::Object(map)) if map.len() <= 60 => map,
            Some(Value::Object(_)) => {
                self.fault(field, "too_long");
                return BTreeMap::new();
            }
            Some(_) => {
                self.fault(field, "not_object");
                return BTreeMap::new();
            }
        };
        let mut texts = BTreeMap::new();
        for (key, value) in map {
            let shown: String = key.chars().filter(|c| !c.is_control()).take(64).collect();
            let Value::String(text) = value else {
                self.fault(format!("{field}.{shown}"), "not_text");
                continue;
            };
            let (text, why) = fitting(&text, 0, most);
            match why {
                Some(why) => self.fault(format!("{field}.{shown}"), why),
                None => {
                    texts.insert(shown, text);
                }
            }
        }
        texts
    }

    /// # Errors
    /// [`Refusal::Incomplete`] with all that is wrong; a field nobody has asked for is wrong, too: it may be a slip of the pen.
    pub fn done(mut self) -> Result<(), Refusal> {
        let known = self.known;
        let strange = self.map.keys().filter(|key| !known.contains(key.as_str())).take(20);
        let strange: Vec<String> =
            strange.map(|key| key.chars().filter(|c| !c.is_control()).take(64).collect()).collect();
        self.faults.extend(strange.into_iter().map(|field| Fault { field, why: "no_such_field" }));
        if self.faults.is_empty() { Ok(()) } else { Err(Refusal::Incomplete { faults: self.faults }) }
    }
}

/// The text as it is kept, and what is wrong with it. Signs that are not to be seen have no place in it.
fn fitting(text: &str, least: usize, most: usize) -> (String, Option<&'static str>) {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    let hidden = |c: char| c.is_control() && c != '\n' && c != '\t';
    let why = match text.chars().count() {
        _ if text.contains(hidden) => Some("bad_characters"),
        0 if least > 0 => Some("missing"),
        length if length < least => Some("too_short"),
        length if length > most => Some("too_long"),
        _ => None,
    };
    (text, why)
}
