//! A ticket as a platform sends it, read field by field, and the matter it is here.

use std::collections::BTreeMap;

use deadlines::Site;
use interactions::rules::FieldKind;
use kernel::{PersonId, Timestamp, UnitId};
use sha2::{Digest as _, Sha256};
use work_orders::rules::order::{Channel, Contact, Emotion, Level, Matter, Privacy, Urgency};
use work_orders::rules::{Fault, Subtype};

use super::reading::Reading;
use super::{Limits, Mapping, Refusal};

/// Of a field of the sub-type that the platform does not know, so much of what was said stands in for it.
const STAND_IN: usize = 200;
const SITES: &[(&str, Site)] = &[("urban", Site::Urban), ("rural", Site::Rural), ("remote", Site::Remote)];

/// A ticket of theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub number: String,
    /// In their words.
    pub category: String,
    /// To whom of ours, in their words; empty is the dispatch desk.
    pub unit: String,
    /// About whom of ours, in their words.
    pub concerned: String,
    /// About which of our people, by 工号.
    pub concerned_staff: String,
    pub title: String,
    pub content: String,
    pub contact: Contact,
    pub address: String,
    pub area: String,
    pub site: Site,
    pub urgent: bool,
    pub danger: bool,
    pub anonymous: bool,
    pub confidential: bool,
    pub reply_wanted: bool,
    pub limits: Limits,
    pub fields: BTreeMap<String, String>,
}

impl Sent {
    /// # Errors
    /// [`Refusal::Unreadable`], or [`Refusal::Incomplete`] with everything that is wrong.
    pub fn read(body: &[u8]) -> Result<Sent, Refusal> {
        let mut from = Reading::of(body)?;
        let limits = Limits {
            sign_by: from.at("sign_by"),
            contact_by: from.at("contact_by"),
            answer_by: from.at("answer_by"),
        };
        let anonymous = from.flag("anonymous");
        let least = usize::from(!anonymous);
        let sent = Sent {
            number: from.code("ticket", true),
            category: from.code("category", true),
            unit: from.code("unit", false),
            concerned: from.code("concerned_unit", false),
            concerned_staff: from.code("concerned_staff", false),
            title: from.text("title", 0, 200),
            content: from.text("content", 4, 3_700),
            contact: Contact {
                name: from.text("contact_name", 0, 60),
                phone: from.text("contact_phone", least, 40),
            },
            address: from.text("address", 0, 300),
            area: from.text("area", 0, 60),
            site: from.word("site", SITES).unwrap_or(Site::Urban),
            urgent: from.flag("urgent"),
            danger: from.flag("danger"),
            anonymous,
            confidential: from.flag("confidential"),
            reply_wanted: from.flag("reply_wanted"),
            limits,
            fields: from.texts("fields", 500),
        };
        if limits.answer_by.is_some_and(|answer| limits.sign_by.is_some_and(|sign| answer < sign)) {
            from.fault("answer_by", "before_sign_by");
        }
        from.done()?;
        Ok(sent)
    }

    /// Limits that are over. Asked of new tickets only: one that is sent again may be late.
    ///
    /// # Errors
    /// [`Refusal::Incomplete`].
    pub fn in_time(&self, now: Timestamp) -> Result<(), Refusal> {
        let Limits { sign_by, contact_by, answer_by } = self.limits;
        let all = [("sign_by", sign_by), ("contact_by", contact_by), ("answer_by", answer_by)];
        let late = all.into_iter().filter(|(_, until)| until.is_some_and(|until| until <= now));
        let faults: Vec<Fault> = late.map(|(field, _)| Fault { field: field.into(), why: "past" }).collect();
        if faults.is_empty() { Ok(()) } else { Err(Refusal::Incomplete { faults }) }
    }

    /// Of everything that was said, whatever order it was written in.
    pub fn hash(&self) -> String {
        hash(&format!("{self:?}"))
    }

    /// What is wrong with codes that only the mapping knows; otherwise the sub-type's code and whose it is, and whom it
    /// is about.
    ///
    /// # Errors
    /// [`Refusal::Incomplete`].
    pub fn mapped<'a>(&self, mapping: &'a Mapping) -> Result<Mapped<'a>, Refusal> {
        let mut faults = Vec::new();
        let mut unit = |field: &str, code: &str| match code {
            "" => None,
            code => mapping.unit(code).unwrap_or_else(|| {
                faults.push(Fault { field: field.into(), why: "unknown" });
                None
            }),
        };
        let (to, concerned) = (unit("unit", &self.unit), unit("concerned_unit", &self.concerned));
        let subtype = mapping.subtype(&self.category);
        if subtype.is_none() {
            faults.push(Fault { field: "category".into(), why: "unknown" });
        }
        match subtype.filter(|_| faults.is_empty()) {
            Some(subtype) => Ok(Mapped { subtype, unit: to, concerned }),
            None => Err(Refusal::Incomplete { faults }),
        }
    }

    /// The matter as it is accepted. What the sub-type asks for and platforms do not know is taken from what was said.
    pub fn matter(&self, subtype: &Subtype, about: Option<PersonId>) -> Matter {
        let said = match self.title.as_str() {
            "" => self.content.clone(),
            title if self.content.starts_with(title) => self.content.clone(),
            title => format!("{title}\n{}", self.content),
        };
        let mut fields = self.fields.clone();
        for field in subtype.fields.iter().filter(|field| field.required && field.kind == FieldKind::Text) {
            let given = fields.entry(field.key.clone()).or_default();
            if given.is_empty() {
                *given = self.content.chars().take(STAND_IN).collect();
            }
        }
        Matter {
            kind: subtype.kind,
            subtype: subtype.code.clone(),
            channel: Channel::Government,
            content: said,
            fields,
            site: self.site,
            urgency: if self.urgent { Urgency::Urgent } else { Urgency::Ordinary },
            danger: self.danger,
            privacy: match (self.anonymous, self.confidential) {
                (true, _) => Privacy::Anonymous,
                (false, true) => Privacy::Confidential,
                (false, false) => Privacy::Open,
            },
            emotion: Emotion::Calm,
            level: Level::Ordinary,
            reply_wanted: self.reply_wanted,
            contact: self.contact.clone(),
            customer: None,
            important_customer: false,
            address: self.address.clone(),
            area: self.area.clone(),
            call: None,
            about,
        }
    }
}

/// Their words in ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped<'a> {
    pub subtype: &'a str,
    pub unit: Option<UnitId>,
    pub concerned: Option<UnitId>,
}

/// What work orders find wrong with a matter, at the fields of the ticket.
pub fn at_our_fields(faults: Vec<Fault>) -> Vec<Fault> {
    let named = |field: String| match field.as_str() {
        "subtype" => "category".to_owned(),
        "contact.phone" => "contact_phone".to_owned(),
        "contact.name" => "contact_name".to_owned(),
        _ => field,
    };
    faults.into_iter().map(|Fault { field, why }| Fault { field: named(field), why }).collect()
}

pub fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
