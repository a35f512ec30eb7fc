//! Notices found: newest first, the narrowest filter leads.

use anyhow::Context;
use db::Db;
use kernel::NoticeId;

use super::kept;
use crate::rules::{Channel, Kept, State};

/// What is looked for; everything absent is any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub recipient: Option<String>,
    pub template: Option<String>,
    pub state: Option<State>,
    pub channel: Option<Channel>,
    /// The last of the page before.
    pub before: Option<NoticeId>,
}

/// `$1` is for the lead.
macro_rules! columns_found {
    ($lead:literal) => {
        concat!(
            "SELECT id, once, template, language, template_version, class, channel, recipient, customer, person, subject, \
             text, room, about, urgent, state, why, detail, attempts, next_at, lease_until, reference, created_by, \
             created_at, handed_at, sent_at, done_at, expires_at, version FROM notices_notice WHERE ",
            $lead,
            " AND id < $2 AND ($3 = '' OR recipient = $3) AND ($4 = '' OR template = $4) AND ($5 = '' OR state = $5) \
             AND ($6 = '' OR channel = $6) ORDER BY id DESC LIMIT $7"
        )
    };
}

const ALL: &str = columns_found!("$1 = ''");
const BY_RECIPIENT: &str = columns_found!("recipient = $1");
const BY_TEMPLATE: &str = columns_found!("template = $1");
const BY_STATE: &str = columns_found!("state = $1");

pub async fn list(db: &Db, filter: &Filter, limit: i64) -> anyhow::Result<Vec<Kept>> {
    let (recipient, template) =
        (filter.recipient.as_deref().unwrap_or(""), filter.template.as_deref().unwrap_or(""));
    let state = filter.state.map_or("", State::as_str);
    let (query, lead) = match (recipient, template, state) {
        ("", "", "") => (ALL, ""),
        ("", "", state) => (BY_STATE, state),
        ("", template, _) => (BY_TEMPLATE, template),
        (recipient, ..) => (BY_RECIPIENT, recipient),
    };
    let rows = sqlx::query(query)
        .bind(lead)
        .bind(filter.before.map_or(i64::MAX, NoticeId::get))
        .bind(recipient)
        .bind(template)
        .bind(state)
        .bind(filter.channel.map_or("", Channel::as_str))
        .bind(limit)
        .fetch_all(db.read())
        .await;
    rows.context("finding notices")?.iter().map(kept).collect()
}
