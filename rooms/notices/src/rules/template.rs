//! Texts with fields: what may stand in them, how they are filled, and who approves them.

use std::collections::BTreeMap;

use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Class, Refusal, words};

words! {
    /// Where a version of a text is.
    Stage {
        Drafted = "drafted",
        /// In force, until a later version is.
        Approved = "approved",
        Retired = "retired",
    }
}

/// A field of a text: `{reason}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What stands between the braces.
    pub key: String,
    /// What people call it.
    pub label: String,
    /// For the preview.
    pub example: String,
    /// The most characters a value may have.
    pub most: u32,
}

/// What somebody writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    pub name: String,
    pub class: Class,
    /// Notices of this text may be urgent: whoever approves it says so.
    #[serde(default)]
    pub urgent: bool,
    /// Of a mail; the name if empty.
    pub subject: String,
    pub body: String,
    pub fields: Vec<Field>,
}

/// One version of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub code: String,
    pub language: String,
    pub version: i64,
    pub stage: Stage,
    pub draft: Draft,
    pub written_by: Option<PersonId>,
    pub written_at: Timestamp,
    pub reviewed_by: Option<PersonId>,
    pub reviewed_at: Option<Timestamp>,
    pub revision: i64,
}

const CODE_MAX: usize = 60;
const NAME_MAX: usize = 40;
const BODY_MAX: usize = 1_000;
const SUBJECT_MAX: usize = 100;
const FIELDS_MAX: u32 = 30;
const VALUE_MAX: u32 = 200;

fn is_key(key: &str, most: usize) -> bool {
    !key.is_empty()
        && key.len() <= most
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

pub fn code(code: &str) -> Result<(), Refusal> {
    if is_key(code, CODE_MAX) { Ok(()) } else { Err(Refusal::BadCode { most: CODE_MAX }) }
}

/// Control characters and those that turn the direction of writing are taken out, line ends become spaces: what leaves
/// the building says what it shows.
pub fn clean(text: &str) -> String {
    let kept = text.chars().filter_map(|c| match c {
        '\n' | '\r' | '\t' => Some(' '),
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    });
    kept.collect::<String>().trim().to_owned()
}

/// A text in pieces: words, and fields by key. A brace without its partner is a word.
fn pieces(text: &str) -> Vec<Result<&str, &str>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        match from.find('}').and_then(|close| Some((from.get(1..close)?, from.get(close + 1..)?))) {
            Some((key, after)) if is_key(key, CODE_MAX) => {
                pieces.push(Ok(before));
                pieces.push(Err(key));
                rest = after;
            }
            _ => {
                pieces.push(Ok(rest.get(..=open).unwrap_or(rest)));
                rest = rest.get(open + 1..).unwrap_or("");
            }
        }
    }
    pieces.push(Ok(rest));
    pieces
}

/// What is acceptable as a text, tidied.
pub fn checked(draft: &Draft) -> Result<Draft, Refusal> {
    let draft = Draft {
        name: clean(&draft.name),
        subject: clean(&draft.subject),
        body: clean(&draft.body),
        urgent: draft.urgent && draft.class == Class::Service,
        ..draft.clone()
    };
    let long = |text: &str| text.chars().count();
    if draft.name.is_empty() || long(&draft.name) > NAME_MAX {
        return Err(Refusal::BadName { most: NAME_MAX });
    }
    if draft.body.is_empty() || long(&draft.body) > BODY_MAX {
        return Err(Refusal::BadText { most: BODY_MAX });
    }
    if long(&draft.subject) > SUBJECT_MAX {
        return Err(Refusal::BadText { most: SUBJECT_MAX });
    }
    if draft.fields.len() > FIELDS_MAX as usize {
        return Err(Refusal::OutOfRange { field: "fields", least: 0, most: FIELDS_MAX });
    }
    let used: Vec<&str> = [&draft.subject, &draft.body]
        .into_iter()
        .flat_map(|text| pieces(text))
        .filter_map(Result::err)
        .collect();
    if let Some(key) = used.iter().find(|key| !draft.fields.iter().any(|field| field.key == **key)) {
        return Err(Refusal::NotDeclared { field: (*key).to_owned() });
    }
    for field in &draft.fields {
        if !is_key(&field.key, CODE_MAX) {
            return Err(Refusal::BadCode { most: CODE_MAX });
        }
        if !used.contains(&field.key.as_str()) {
            return Err(Refusal::NotUsed { field: field.key.clone() });
        }
        if !(1..=VALUE_MAX).contains(&field.most) {
            return Err(Refusal::OutOfRange { field: "most", least: 1, most: VALUE_MAX });
        }
    }
    Ok(draft)
}

/// A text with its fields filled in. A value cannot bring a field or a signature of its own.
pub fn filled(text: &str, fields: &[Field], values: &BTreeMap<String, String>) -> Result<String, Refusal> {
    let mut out = String::new();
    for piece in pieces(text) {
        match piece {
            Ok(words) => out.push_str(words),
            Err(key) => {
                let value = values.get(key).map(|value| clean(value)).filter(|value| !value.is_empty());
                let value = value.ok_or_else(|| Refusal::MissingValue { field: key.to_owned() })?;
                let most = fields.iter().find(|field| field.key == key).map_or(VALUE_MAX, |field| field.most);
                if value.chars().count() > most as usize {
                    return Err(Refusal::ValueTooLong { field: key.to_owned(), most });
                }
                out.extend(value.chars().filter(|c| !matches!(c, '【' | '】')));
            }
        }
    }
    Ok(out)
}

/// With the signature that a carrier wants at the head of a text message: 【…】.
pub fn signed(text: String, signature: &str) -> String {
    if signature.is_empty() || text.starts_with('【') { text } else { format!("【{signature}】{text}") }
}

/// As it is said by telephone: first who calls.
pub fn spoken(text: String, signature: &str) -> String {
    let house = if signature.is_empty() { String::new() } else { format!("这里是{signature}。") };
    format!("您好，{house}现通知您：{text}")
}

/// What may be done with a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TemplateAct {
    Approve,
    Retire,
}

impl TemplateAct {
    pub const fn as_str(self) -> &'static str {
        match self {
            TemplateAct::Approve => "approve",
            TemplateAct::Retire => "retire",
        }
    }
}

/// The version after the act. Whoever wrote a text does not approve it.
pub fn decide(
    template: &Template,
    act: TemplateAct,
    who: PersonId,
    now: Timestamp,
) -> Result<Template, Refusal> {
    let stage = match (template.stage, act) {
        (Stage::Drafted, TemplateAct::Approve) => {
            if template.written_by == Some(who) {
                return Err(Refusal::OwnText);
            }
            Stage::Approved
        }
        (Stage::Drafted | Stage::Approved, TemplateAct::Retire) => Stage::Retired,
        (stage, act) => return Err(Refusal::NotInState { state: stage.as_str(), act: act.as_str() }),
    };
    let reviewed = stage == Stage::Approved;
    Ok(Template {
        stage,
        reviewed_by: if reviewed { Some(who) } else { template.reviewed_by },
        reviewed_at: if reviewed { Some(now) } else { template.reviewed_at },
        ..template.clone()
    })
}

/// Whether the house says it otherwise by now than in this version, which is in force or being written and which nobody here
/// has changed.
pub fn is_outdated(template: &Template, house: &Draft) -> bool {
    let said = |draft: &Draft| (draft.subject.clone(), draft.body.clone(), draft.urgent);
    let draft = &template.draft;
    template.written_by.is_none() && template.stage != Stage::Retired && said(draft) != said(house)
}

/// The house's wording of now as a draft, which somebody approves: in place of the house's draft there is, or as the next version.
/// `standing` is in force or being written, `newest` has the highest number.
pub fn taken(standing: &Template, newest: i64, house: &Draft, now: Timestamp) -> Result<Template, Refusal> {
    if !is_outdated(standing, house) {
        return Err(Refusal::NothingNewer);
    }
    let written = Template { draft: house.clone(), written_at: now, ..standing.clone() };
    if standing.stage == Stage::Drafted {
        return Ok(written);
    }
    Ok(Template {
        version: newest + 1,
        stage: Stage::Drafted,
        reviewed_by: None,
        reviewed_at: None,
        revision: 0,
        ..written
    })
}

/// For the browser's buttons.
pub fn allowed(template: &Template, who: PersonId) -> Vec<TemplateAct> {
    let may = |act: &TemplateAct| decide(template, *act, who, Timestamp::MIN).is_ok();
    [TemplateAct::Approve, TemplateAct::Retire].into_iter().filter(may).collect()
}
