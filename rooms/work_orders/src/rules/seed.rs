//! Sub-types as a file: kinds, and below each its sub-types on one line. See `demo/gas.toml`.

use deadlines::Kind;
use interactions::rules::Words;
use interactions::rules::seed::SeedField;
use serde::Deserialize;

use super::kinds::{CallBack, Kinds, Subtype};
use super::{Refusal, kinds};

/// The largest file, in bytes.
pub const FILE_MAX: usize = 512 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    kind: Vec<Node>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Node {
    kind: Kind,
    #[serde(default)]
    fields: Vec<SeedField>,
    #[serde(default)]
    sub: Vec<Sub>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sub {
    code: String,
    zh: String,
    #[serde(default)]
    en: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    duty: String,
    #[serde(default)]
    call_back: CallBack,
    #[serde(default)]
    danger: bool,
    #[serde(default)]
    confidential: bool,
    #[serde(default)]
    reasons: Vec<String>,
    #[serde(default)]
    fields: Vec<SeedField>,
}

/// # Errors
/// [`Refusal::BadConfig`] with the line that cannot be read, or the sub-type that cannot be kept.
pub fn read(text: &str) -> Result<Kinds, Refusal> {
    if text.len() > FILE_MAX {
        return Err(Refusal::TooLong { field: "file", most: FILE_MAX });
    }
    let file: File =
        toml::from_str(text).map_err(|error| Refusal::BadConfig { detail: error.to_string() })?;
    let mut subtypes = Vec::new();
    for Node { kind, fields: common, sub } in file.kind {
        for sub in sub {
            let Sub { code, zh, en, tags, duty, call_back, danger, confidential, reasons, fields } = sub;
            let fields = common.iter().cloned().chain(fields).map(SeedField::field).collect();
            let title = Words { zh, en };
            subtypes.push(Subtype {
                code,
                kind,
                title,
                tags,
                fields,
                reasons,
                duty,
                call_back,
                danger,
                confidential,
                retired: false,
            });
        }
    }
    let kinds = kinds::Kinds { subtypes };
    kinds.check()?;
    Ok(kinds)
}
