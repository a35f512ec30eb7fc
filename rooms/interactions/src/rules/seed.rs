//! A tree of reasons as a file: nested as people think of it, one line for each reason.
//!
//! ```toml
//! [[reason]]
//! code = "G01"
//! zh = "故障报修"
//! en = "Fault report"
//! closable = false
//! fields = [{ key = "scope", zh = "影响范围", kind = "choice", required = true, options = ["one | 单户 | One home"] }]
//! [[reason.sub]]
//! code = "G0101"
//! zh = "无气"
//! sub = [{ code = "G010101", zh = "单户无气", en = "One home without gas" }]
//! ```

use serde::Deserialize;

use super::tree::{Choice, LEVELS, Reason};
use super::{Field, FieldKind, Point, Refusal, Tree, Words};

/// The largest file, in bytes.
pub const FILE_MAX: usize = 512 * 1024;

/// The demo trees: their names and files.
pub const DEMOS: [(&str, &str); 3] = [
    ("gas", include_str!("../../demo/gas.toml")),
    ("power", include_str!("../../demo/power.toml")),
    ("cable", include_str!("../../demo/cable.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    opening: Vec<SeedPoint>,
    #[serde(default)]
    closing: Vec<SeedPoint>,
    #[serde(default)]
    reason: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Node {
    code: String,
    zh: String,
    #[serde(default)]
    en: String,
    #[serde(default)]
    fields: Vec<SeedField>,
    #[serde(default)]
    points: Vec<SeedPoint>,
    closable: Option<bool>,
    order: Option<bool>,
    #[serde(default)]
    sub: Vec<Node>,
}

/// A field on one line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedField {
    key: String,
    zh: String,
    #[serde(default)]
    en: String,
    kind: FieldKind,
    #[serde(default)]
    required: bool,
    /// `key | 中文 | English`
    #[serde(default)]
    options: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedPoint {
    key: String,
    zh: String,
    #[serde(default)]
    en: String,
    #[serde(default)]
    say_zh: String,
    #[serde(default)]
    say_en: String,
}

/// Reads TOML, or JSON of the same shape.
pub fn read(text: &str) -> Result<Tree, Refusal> {
    if text.len() > FILE_MAX {
        return Err(Refusal::TooLong { field: "file", most: FILE_MAX });
    }
    let bad = |detail: String| Refusal::BadFile { detail };
    let file: File = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| bad(error.to_string()))?
    } else {
        toml::from_str(text).map_err(|error| bad(error.to_string()))?
    };
    let mut tree = Tree {
        opening: file.opening.into_iter().map(point).collect(),
        closing: file.closing.into_iter().map(point).collect(),
        reasons: Vec::new(),
    };
    for node in file.reason {
        grow(&mut tree, node, None, 1)?;
    }
    // Whatever the file says is checked like what somebody types.
    Tree::default().import(&tree).map(|(tree, _)| tree)
}

/// The demo tree of this name.
pub fn demo(name: &str) -> Option<Result<Tree, Refusal>> {
    DEMOS.iter().find(|(known, _)| *known == name).map(|(_, text)| read(text))
}

fn grow(tree: &mut Tree, node: Node, parent: Option<&str>, level: usize) -> Result<(), Refusal> {
    if level > LEVELS {
        return Err(Refusal::TooDeep);
    }
    let code = node.code;
    if tree.find(&code).is_some() {
        return Err(Refusal::CodeTaken { reason: code });
    }
    tree.reasons.push(Reason {
        code: code.clone(),
        parent: parent.map(str::to_owned),
        title: Words { zh: node.zh, en: node.en },
        fields: node.fields.into_iter().map(SeedField::field).collect(),
        points: node.points.into_iter().map(point).collect(),
        closable: node.closable,
        order: node.order,
        ..Reason::default()
    });
    node.sub.into_iter().try_for_each(|below| grow(tree, below, Some(&code), level + 1))
}

impl SeedField {
    pub fn field(self) -> Field {
        let option = |text: &String| {
            let mut parts = text.split('|').map(|part| part.trim().to_owned());
            let mut next = || parts.next().unwrap_or_default();
            Choice { key: next(), title: Words { zh: next(), en: next() } }
        };
        Field {
            key: self.key,
            title: Words { zh: self.zh, en: self.en },
            kind: self.kind,
            required: self.required,
            options: self.options.iter().map(option).collect(),
        }
    }
}

fn point(seed: SeedPoint) -> Point {
    Point {
        key: seed.key,
        title: Words { zh: seed.zh, en: seed.en },
        say: Words { zh: seed.say_zh, en: seed.say_en },
    }
}
