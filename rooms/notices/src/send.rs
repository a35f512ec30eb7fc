//! What other rooms call: send a notice within a change of their own, read what was sent about a thing, take it back.

use db::{Db, Entry, Tx, config};
use kernel::{NoticeId, Timestamp, mask};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;
use std::time::Duration;
use utoipa::ToSchema;

use crate::Done;
use crate::rules::gate::Settings;
use crate::rules::{
    self, Channel, Class, Kept, LANGUAGE, Notice, Refusal, State, Subject, Urgency, template,
};
use crate::store::{self, templates};

/// The most parts a text message may have.
const PARTS_MAX: usize = 8;

/// Queues a notice in the caller's transaction: it goes out after the commit, once. With a key (`once`) that was used
/// before, the first notice's id is answered and nothing is written. A refusal has written nothing either: the caller's
/// change may go on without the notice.
pub async fn send(
    tx: &mut Tx,
    now: Timestamp,
    id: NoticeId,
    notice: &Notice,
) -> anyhow::Result<Result<NoticeId, Refusal>> {
    if let Err(refusal) = rules::once(&notice.once) {
        return Ok(Err(refusal));
    }
    if let Some(first) = store::by_once(tx, &notice.once).await? {
        return Ok(Ok(first));
    }
    let mut texts = notice.texts();
    let text = loop {
        let Some(code) = texts.next() else {
            return Ok(Err(Refusal::NoTemplate { template: notice.template.clone() }));
        };
        if let Some(text) = templates::approved(tx, code, &notice.language, LANGUAGE).await? {
            break text;
        }
    };
    let settings = config::now::<Settings>(tx).await?.value;
    let written = match write(notice, &text, &settings, id, now) {
        Ok(written) => written,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if !store::add(tx, &written).await? {
        let first = store::by_once(tx, &notice.once).await?;
        return Ok(Ok(first.unwrap_or(id)));
    }
    queued(tx, &written);
    Ok(Ok(id))
}

fn queued(tx: &mut Tx, notice: &Kept) {
    let payload = json!({
        "template": notice.template, "version": notice.template_version, "channel": notice.channel,
        "to": rules::masked(notice.channel, &notice.recipient), "about": notice.about,
    });
    let (at, who, subject) = (notice.created_at, notice.created_by, notice.id.to_string());
    tx.journal(Entry { at, who, room: "notices", subject, kind: "queued", payload });
}

/// [`send`] for many at once, of which none was sent before; each is queued or refused by itself.
///
/// # Errors
/// When one of the keys was used before: then nothing of the caller's change should be kept.
pub async fn send_all(
    tx: &mut Tx,
    now: Timestamp,
    new: &[(NoticeId, Notice)],
) -> anyhow::Result<Vec<Result<NoticeId, Refusal>>> {
    let mut texts = BTreeMap::new();
    for (_, notice) in new {
        for code in notice.texts() {
            let key = (code, notice.language.as_str());
            if let Place::Vacant(free) = texts.entry(key) {
                free.insert(templates::approved(tx, key.0, key.1, LANGUAGE).await?);
            }
        }
    }
    let settings = config::now::<Settings>(tx).await?.value;
    let decide = |(id, notice): &(NoticeId, Notice)| {
        rules::once(&notice.once)?;
        let approved = |code| texts.get(&(code, notice.language.as_str())).and_then(Option::as_ref);
        let text = notice.texts().find_map(approved);
        let text = text.ok_or_else(|| Refusal::NoTemplate { template: notice.template.clone() })?;
        write(notice, text, &settings, *id, now)
    };
    let decided: Vec<Result<Kept, Refusal>> = new.iter().map(decide).collect();
    let written: Vec<Kept> = decided.iter().filter_map(|one| one.as_ref().ok()).cloned().collect();
    anyhow::ensure!(
        written.is_empty() || store::add_all(tx, &written).await?,
        "a notice with this key was sent before"
    );
    for notice in &written {
        queued(tx, notice);
    }
    Ok(decided.into_iter().map(|one| one.map(|notice| notice.id)).collect())
}

/// The row of a notice.
fn write(
    notice: &Notice,
    text: &template::Template,
    settings: &rules::gate::Settings,
    id: NoticeId,
    now: Timestamp,
) -> Result<Kept, Refusal> {
    let (channel, recipient) = match rules::address(notice.channel, &notice.to) {
        Err(Refusal::NotAMobile) if notice.or_call && notice.channel == Channel::Sms => {
            (Channel::Voice, rules::address(Channel::Voice, &notice.to)?)
        }
        found => (notice.channel, found?),
    };
    let class = text.draft.class;
    if class == Class::Marketing && notice.urgency == Urgency::Urgent {
        return Err(Refusal::NeverUrgent);
    }
    let filled = |text_of: &str| template::filled(text_of, &text.draft.fields, &notice.values);
    let mut body = filled(&text.draft.body)?;
    let mut subject = String::new();
    if channel == Channel::Mail {
        subject = filled(if text.draft.subject.is_empty() { &text.draft.name } else { &text.draft.subject })?;
    } else if channel == Channel::Voice {
        body = template::spoken(body, &settings.signature);
    } else {
        body = template::signed(body, &settings.signature);
        let parts = gateways::sms::parts(&body).len();
        if parts > PARTS_MAX {
            return Err(Refusal::TooLong { parts, most: PARTS_MAX });
        }
    }
    let day = Duration::from_secs(u64::from(settings.expires_h) * 3_600);
    Ok(Kept {
        id,
        once: notice.once.clone(),
        template: text.code.clone(),
        language: text.language.clone(),
        template_version: text.version,
        class,
        channel,
        recipient,
        customer: notice.to.customer.clone(),
        person: notice.to.person,
        subject,
        text: body,
        about: notice.about.clone(),
        // Only where whoever approved the text has said that it may be.
        urgency: if text.draft.urgent { notice.urgency } else { Urgency::Normal },
        state: State::Queued,
        why: String::new(),
        detail: String::new(),
        attempts: 0,
        next_at: now,
        lease_until: None,
        reference: reference(id),
        created_by: notice.by,
        created_at: now,
        handed_at: None,
        sent_at: None,
        done_at: None,
        expires_at: notice.until.unwrap_or(now + day),
        version: 1,
    })
}

/// Of the id the bits that change fastest: two notices to one number hardly ever share them.
pub(crate) fn reference(id: NoticeId) -> u16 {
    u16::try_from((id.get() ^ (id.get() >> 21)) & 0xffff).unwrap_or(0)
}

pub(crate) async fn cancel(
    tx: &mut Tx,
    now: Timestamp,
    notice: &Kept,
    why: &str,
    detail: &str,
) -> anyhow::Result<bool> {
    let next = Kept {
        state: State::Cancelled,
        done_at: Some(now),
        why: why.to_owned(),
        detail: detail.to_owned(),
        ..notice.clone()
    };
    if !store::save(tx, &next).await? {
        return Ok(false);
    }
    done(tx, now, &next)?;
    Ok(true)
}

/// Tells the rooms above what became of a notice.
pub(crate) fn done(tx: &mut Tx, now: Timestamp, notice: &Kept) -> anyhow::Result<()> {
    tx.emit(now, &Done { notice: notice.id, about: notice.about.clone(), outcome: notice.state })
}

/// A notice as a timeline shows it: the recipient and the numbers in the text masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Shown {
    #[schema(value_type = String)]
    pub id: NoticeId,
    pub template: String,
    pub channel: Channel,
    pub class: Class,
    /// Masked.
    pub to: String,
    pub customer: Option<String>,
    #[schema(value_type = Option<String>)]
    pub person: Option<kernel::PersonId>,
    pub text: String,
    pub about: Subject,
    pub urgent: bool,
    pub state: State,
    /// A code that the browser has a sentence for; empty when there is nothing to say.
    pub why: String,
    /// In the gateway's or a person's words.
    pub detail: String,
    pub attempts: i64,
    #[schema(value_type = String, format = DateTime)]
    pub next_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub created_by: Option<kernel::PersonId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub handed_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub sent_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub done_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// How many messages a telephone gets for it.
    pub parts: usize,
    /// What a person who may send may do with it.
    pub allowed: Vec<rules::Act>,
    pub version: i64,
}

/// Telephone, identity and card numbers are hidden; the shorter numbers of orders and hotlines are not.
pub(crate) fn shown_text(text: &str) -> String {
    const LONG: usize = 10;
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (words, from) = rest.split_at(start);
        let (digits, after) = from.split_at(from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len()));
        out.push_str(words);
        out.push_str(&if digits.len() >= LONG { mask::phone(digits) } else { digits.to_owned() });
        rest = after;
    }
    out + rest
}

impl From<Kept> for Shown {
    fn from(notice: Kept) -> Self {
        let parts = if notice.channel == Channel::Sms { gateways::sms::parts(&notice.text).len() } else { 1 };
        let allowed = rules::allowed(&notice);
        Shown {
            id: notice.id,
            to: rules::masked(notice.channel, &notice.recipient),
            text: shown_text(&notice.text),
            template: notice.template,
            channel: notice.channel,
            class: notice.class,
            customer: notice.customer,
            person: notice.person,
            about: notice.about,
            urgent: notice.urgency == Urgency::Urgent,
            allowed,
            state: notice.state,
            why: notice.why,
            detail: notice.detail,
            attempts: notice.attempts,
            next_at: notice.next_at,
            created_at: notice.created_at,
            created_by: notice.created_by,
            handed_at: notice.handed_at,
            sent_at: notice.sent_at,
            done_at: notice.done_at,
            expires_at: notice.expires_at,
            parts,
            version: notice.version,
        }
    }
}

/// The names of those of these texts by which nothing is sent, as nobody has approved them yet, nor what is to go in their place.
pub async fn unapproved(db: &Db, texts: &[(&str, Option<String>)]) -> anyhow::Result<Vec<String>> {
    templates::unapproved(db, texts, LANGUAGE).await
}

/// What was sent about a thing of another room, newest first: `about(db, "work_orders", "wo_…")`.
pub async fn about(db: &Db, room: &str, id: &str) -> anyhow::Result<Vec<Shown>> {
    let about = Subject::new(room, id);
    Ok(store::about(db, &about).await?.into_iter().map(Shown::from).collect())
}
