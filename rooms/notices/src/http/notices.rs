//! Notices: found, looked at, sent by hand, sent again, cancelled.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State as Is;
use db::{Entry, config};
use kernel::{NoticeId, PhoneNumber, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query};

use crate::Ways;
use crate::rules::gate::Settings;
use crate::rules::settle::Receipt;
use crate::rules::{self, Act, Channel, Kept, LANGUAGE, Notice, Recipient, State, Subject, Urgency};
use crate::send::{self, Shown, shown_text};
use crate::store::{self, found, sending};

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Filters {
    state: Option<State>,
    channel: Option<Channel>,
    template: Option<String>,
    /// A whole number or mail address.
    to: Option<String>,
    /// What they are about: a room, and the id of its thing; then nothing else is asked, and the last 200 come at once.
    room: Option<String>,
    about: Option<String>,
    /// The `next` of the page before.
    before: Option<String>,
    limit: Option<u32>,
}

/// Notices, newest first.
#[utoipa::path(get, path = "/api/notices", tag = "notices", params(Filters),
    responses((status = 200, body = Page<Shown>)))]
pub async fn list(Is(app): Is<App>, Query(filters): Query<Filters>) -> Answer<Page<Shown>> {
    if let (Some(room), Some(id)) = (&filters.room, &filters.about) {
        return Ok(Json(Page { items: send::about(&app.db, room, id).await?, next: None }));
    }
    let limit = i64::from(web::page_size(filters.limit));
    let before = filters.before.as_deref().map(str::parse::<NoticeId>).transpose();
    let to = filters.to.as_deref().map(str::trim).filter(|to| !to.is_empty());
    let recipient = to.map(|to| {
        let phone = to.parse::<PhoneNumber>();
        phone.map_or_else(|_| to.to_lowercase(), |phone| phone.to_string())
    });
    let filter = found::Filter {
        recipient,
        template: filters.template,
        state: filters.state,
        channel: filters.channel,
        before: before.map_err(|_| Error::not_found())?,
    };
    let notices = found::list(&app.db, &filter, limit + 1).await?;
    Ok(Json(Page::of(notices, limit, |notice| notice.id.to_string()).map(Shown::from)))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Whole {
    #[serde(flatten)]
    notice: Shown,
    template_version: i64,
    language: String,
    /// The gateway's names of its parts, and what it said of them.
    receipts: Vec<ReceiptView>,
    replies: Vec<ReplyView>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptView {
    message_id: String,
    #[schema(value_type = Option<String>)]
    outcome: Option<Receipt>,
    error: String,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReplyView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    text: String,
}

/// One notice with its receipts and replies.
#[utoipa::path(get, path = "/api/notices/{id}", tag = "notices", params(("id" = String, Path)),
    responses((status = 200, body = Whole), (status = 404, body = ErrorBody)))]
pub async fn one(Is(app): Is<App>, Path(id): Path<NoticeId>) -> Answer<Whole> {
    let notice = store::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let receipts = sending::read_parts(&app.db, id).await?;
    let receipts = receipts.into_iter().map(|part| ReceiptView {
        message_id: part.message_id,
        outcome: part.receipt,
        error: part.error,
        at: part.at,
    });
    let replies = sending::replies(&app.db, id).await?;
    let replies = replies.into_iter().map(|(at, text)| ReplyView { at, text: shown_text(&text) });
    Ok(Json(Whole {
        template_version: notice.template_version,
        language: notice.language.clone(),
        notice: notice.into(),
        receipts: receipts.collect(),
        replies: replies.collect(),
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNotice {
    template: String,
    language: Option<String>,
    channel: Channel,
    /// A number or a mail address.
    to: String,
    values: BTreeMap<String, String>,
    #[serde(default)]
    urgent: bool,
    about: Option<Subject>,
    /// Made up by the page: pressing the button twice sends once.
    key: String,
}

/// Sends a notice by hand.
#[utoipa::path(post, path = "/api/notices", tag = "notices", request_body = NewNotice,
    responses((status = 200, body = Shown), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn send_one(Is(app): Is<App>, actor: Actor, Json(form): Json<NewNotice>) -> Answer<Shown> {
    let (now, id): (_, NoticeId) = (app.now(), app.id());
    let to = match form.channel {
        Channel::Mail => Recipient { mail: Some(form.to), ..Recipient::default() },
        Channel::Sms | Channel::Voice => Recipient { phone: Some(form.to), ..Recipient::default() },
    };
    let notice = Notice {
        template: form.template,
        or: None,
        language: form.language.unwrap_or_else(|| LANGUAGE.to_owned()),
        channel: form.channel,
        to,
        values: form.values,
        about: form.about.unwrap_or_default(),
        once: format!("by_hand.{}.{}", actor.person, form.key),
        urgency: if form.urgent { Urgency::Urgent } else { Urgency::Normal },
        until: None,
        by: Some(actor.person),
        or_call: false,
    };
    let mut tx = app.db.begin().await?;
    let id = send::send(&mut tx, now, id, &notice).await??;
    let kept = store::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if form.urgent && kept.urgency == Urgency::Normal {
        return Err(rules::Refusal::NeverUrgent.into());
    }
    tx.commit().await?;
    Ok(Json(kept.into()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    act: Act,
    why: String,
    /// Of the notice as it was read.
    version: i64,
}

/// Sends it again, as a notice of its own, or cancels it: with a reason.
#[utoipa::path(post, path = "/api/notices/{id}/act", tag = "notices", params(("id" = String, Path)),
    request_body = ActForm, responses((status = 200, body = Shown), (status = 409, body = ErrorBody)))]
pub async fn act(
    Is(app): Is<App>,
    actor: Actor,
    Path(id): Path<NoticeId>,
    Json(form): Json<ActForm>,
) -> Answer<Shown> {
    let why = rules::why(&form.why)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let found = store::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    rules::check(&found, form.act)?;
    if found.version != form.version {
        return Err(Error::changed_meanwhile());
    }
    let after = match form.act {
        Act::Cancel => {
            if !send::cancel(&mut tx, now, &found, "cancelled", &why).await? {
                return Err(Error::changed_meanwhile());
            }
            id
        }
        Act::Resend => {
            let expires_h = config::now::<Settings>(&mut tx).await?.value.expires_h;
            let again = again(&app, &actor, &found, now, expires_h);
            // A gateway that never had the first must not send it as well.
            let closed = Kept { why: rules::SENT_AGAIN.to_owned(), ..found.clone() };
            if found.state == State::Unknown && !store::save(&mut tx, &closed).await? {
                return Err(Error::changed_meanwhile());
            }
            if !store::add(&mut tx, &again).await? {
                return Err(Error::changed_meanwhile());
            }
            again.id
        }
    };
    let payload =
        json!({ "why": why, "to": rules::masked(found.channel, &found.recipient), "notice": after });
    let kind = if form.act == Act::Cancel { "cancelled" } else { "sent_again" };
    tx.journal(Entry {
        at: now,
        who: Some(actor.person),
        room: "notices",
        subject: id.to_string(),
        kind,
        payload,
    });
    let kept = store::one(&mut tx, after).await?.ok_or_else(Error::not_found)?;
    tx.commit().await?;
    Ok(Json(kept.into()))
}

/// The same text to the same recipient, once for each state of the first.
fn again(app: &App, actor: &Actor, first: &Kept, now: Timestamp, expires_h: u32) -> Kept {
    let id: NoticeId = app.id();
    Kept {
        id,
        once: format!("again.{}.{}", first.id, first.version),
        state: State::Queued,
        why: String::new(),
        detail: String::new(),
        attempts: 0,
        next_at: now,
        lease_until: None,
        reference: send::reference(id),
        created_by: Some(actor.person),
        created_at: now,
        handed_at: None,
        sent_at: None,
        done_at: None,
        expires_at: now + std::time::Duration::from_secs(u64::from(expires_h) * 3_600),
        version: 1,
        ..first.clone()
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WayView {
    channel: Channel,
    /// `smpp`, `http`, `smtp`; none is configured if absent.
    gateway: Option<String>,
    ready: bool,
    /// Why it is not ready, in the gateway's words.
    why: String,
    /// How many notices wait for it, quiet hours included.
    waiting: i64,
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest: Option<Timestamp>,
}

/// The gateways: which there are, whether they are reached, what waits for them.
#[utoipa::path(get, path = "/api/notices/gateways", tag = "notices", responses((status = 200, body = Vec<WayView>)))]
pub async fn ways(Is(app): Is<App>, Extension(ways): Extension<Arc<Ways>>) -> Answer<Vec<WayView>> {
    let waiting = sending::waiting(&app.db).await?;
    let view = |channel: Channel| {
        let gateway = ways.of(channel);
        let ready = gateway.map(|gateway| gateway.ready());
        let waits = waiting.iter().find(|(of, ..)| of == channel.as_str());
        WayView {
            channel,
            gateway: gateway.map(|gateway| gateway.name().to_owned()),
            ready: matches!(ready, Some(Ok(()))),
            why: ready.and_then(Result::err).unwrap_or_default(),
            waiting: waits.map_or(0, |(_, count, _)| *count),
            oldest: waits.map(|(.., oldest)| *oldest),
        }
    };
    Ok(Json([Channel::Sms, Channel::Mail, Channel::Voice].map(view).into()))
}
