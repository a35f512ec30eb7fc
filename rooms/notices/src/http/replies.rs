//! What customers wrote back: found, looked at, marked as seen.

use axum::extract::State as Is;
use db::Entry;
use kernel::{NoticeId, PersonId, Timestamp, mask};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query};

use crate::rules::Subject;
use crate::send::shown_text;
use crate::store::replies::{self, Reply};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Only those that nobody has looked at.
    #[serde(default)]
    unseen: bool,
    /// The `next` of the page before.
    before: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReplyRow {
    id: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Masked.
    from: String,
    /// Numbers masked.
    text: String,
    /// The last notice to this number within three days, and what it was about.
    #[schema(value_type = Option<String>)]
    notice: Option<NoticeId>,
    template: Option<String>,
    about: Option<Subject>,
    #[schema(value_type = Option<String>, format = DateTime)]
    seen_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    seen_by: Option<PersonId>,
}

impl From<Reply> for ReplyRow {
    fn from(reply: Reply) -> Self {
        ReplyRow {
            id: reply.id.to_string(),
            at: reply.at,
            from: mask::phone(&reply.phone),
            text: shown_text(&reply.text),
            notice: reply.notice,
            template: reply.template,
            about: reply.about,
            seen_at: reply.seen.map(|(at, _)| at),
            seen_by: reply.seen.map(|(_, by)| by),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Replies {
    #[serde(flatten)]
    page: Page<ReplyRow>,
    /// How many nobody has looked at, a thousand at the most.
    unseen: i64,
}

const PAGE: i64 = 50;

/// Replies, newest first.
#[utoipa::path(get, path = "/api/notices/replies", tag = "notices", params(Which), responses((status = 200, body = Replies)))]
pub async fn list(Is(app): Is<App>, Query(which): Query<Which>) -> Answer<Replies> {
    let found = replies::list(&app.db, which.unseen, which.before, PAGE + 1).await?;
    let page = Page::of(found, PAGE, |reply| reply.id.to_string()).map(ReplyRow::from);
    Ok(Json(Replies { page, unseen: replies::unseen(&app.db).await? }))
}

/// Says that somebody has looked at it. The first one counts.
#[utoipa::path(post, path = "/api/notices/replies/{id}/seen", tag = "notices", params(("id" = String, Path)),
    responses((status = 200, body = ReplyRow), (status = 404, body = ErrorBody)))]
pub async fn seen(Is(app): Is<App>, actor: Actor, Path(id): Path<i64>) -> Answer<ReplyRow> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let first = replies::see(&mut tx, id, actor.person, now).await?;
    let reply = replies::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if first {
        let (who, subject, kind) = (Some(actor.person), id.to_string(), "reply_seen");
        tx.journal(Entry {
            at: now,
            who,
            room: "notices",
            subject,
            kind,
            payload: json!({ "notice": reply.notice }),
        });
    }
    tx.commit().await?;
    Ok(Json(reply.into()))
}
