//! Bulletins: read with a receipt, written, withdrawn, and who has not read them.

use axum::extract::State as Is;
use db::Entry;
use kernel::{BulletinId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query};

use crate::rules::Refusal;
use crate::rules::bulletin::{self, Bulletin, Draft, Topic};
use crate::store::bulletins::{self, Seen};

#[derive(Debug, Serialize, ToSchema)]
pub struct BulletinView {
    #[schema(value_type = String)]
    id: BulletinId,
    topic: Topic,
    region: String,
    text: String,
    #[schema(value_type = String, format = DateTime)]
    valid_from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    valid_until: Timestamp,
    #[schema(value_type = String)]
    written_by: PersonId,
    #[schema(value_type = String, format = DateTime)]
    written_at: Timestamp,
    /// In force now.
    holds: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    withdrawn_at: Option<Timestamp>,
    withdrawn_why: String,
    /// Whoever asks must read it, and has, and should have by now.
    must: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    read_at: Option<Timestamp>,
    overdue: bool,
    /// How many must read it, and how many of them have.
    musts: i64,
    reads: i64,
    /// Some of them should have by now.
    late: bool,
    version: i64,
}

impl BulletinView {
    fn of(seen: Seen, now: Timestamp) -> BulletinView {
        let Seen { bulletin, must, read_at, musts, reads } = seen;
        BulletinView {
            holds: bulletin.holds(now),
            overdue: must && bulletin.is_overdue(read_at, now),
            late: reads < musts && bulletin.is_overdue(None, now),
            id: bulletin.id,
            topic: bulletin.topic,
            region: bulletin.region,
            text: bulletin.text,
            valid_from: bulletin.valid_from,
            valid_until: bulletin.valid_until,
            written_by: bulletin.written_by,
            written_at: bulletin.written_at,
            withdrawn_at: bulletin.withdrawn.as_ref().map(|withdrawn| withdrawn.at),
            withdrawn_why: bulletin.withdrawn.map(|withdrawn| withdrawn.why).unwrap_or_default(),
            must,
            read_at,
            musts,
            reads,
            version: bulletin.version,
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// Also those that are over or withdrawn.
    #[serde(default)]
    past: bool,
    before: Option<String>,
}

const PAGE: i64 = 50;

/// Bulletins, newest first.
#[utoipa::path(get, path = "/api/notices/bulletins", tag = "notices", params(Which),
    responses((status = 200, body = Page<BulletinView>)))]
pub async fn list(Is(app): Is<App>, actor: Actor, Query(which): Query<Which>) -> Answer<Page<BulletinView>> {
    let now = app.now();
    let before = which.before.as_deref().map(str::parse).transpose().map_err(|_| Error::not_found())?;
    let seen = bulletins::list(&app.db, actor.person, which.past, now, before, PAGE + 1).await?;
    let page = Page::of(seen, PAGE, |seen| seen.bulletin.id.to_string());
    Ok(Json(page.map(|seen| BulletinView::of(seen, now))))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Unread {
    unread: i64,
    /// How many of this person's own bulletins somebody has not read in time: to be called.
    late: i64,
}

/// How many bulletins whoever asks still has to read.
#[utoipa::path(get, path = "/api/notices/bulletins/unread", tag = "notices", responses((status = 200, body = Unread)))]
pub async fn unread(Is(app): Is<App>, actor: Actor) -> Answer<Unread> {
    let now = app.now();
    let unread = bulletins::unread(&app.db, actor.person, now).await?;
    let late = bulletins::late(&app.db, actor.person, now, now - bulletin::READ_WITHIN).await?;
    Ok(Json(Unread { unread, late }))
}

/// Writes a bulletin.
#[utoipa::path(post, path = "/api/notices/bulletins", tag = "notices", request_body = Draft,
    responses((status = 200, body = BulletinView), (status = 422, body = ErrorBody)))]
pub async fn write(Is(app): Is<App>, actor: Actor, Json(form): Json<Draft>) -> Answer<BulletinView> {
    let now = app.now();
    let draft = bulletin::checked(form, now)?;
    let bulletin = Bulletin {
        id: app.id(),
        topic: draft.topic,
        region: draft.region,
        text: draft.text,
        valid_from: draft.valid_from,
        valid_until: draft.valid_until,
        written_by: actor.person,
        written_at: now,
        withdrawn: None,
        version: 1,
    };
    let mut tx = app.db.begin().await?;
    // Who never reads it is called: that must be somebody.
    let people = people::gone(&mut tx, &draft.must_read).await?;
    if !people.is_empty() {
        return Err(Refusal::NoSuchPeople { people }.into());
    }
    bulletins::add(&mut tx, &bulletin, draft.must_read.iter().copied()).await?;
    let payload = json!({ "topic": bulletin.topic, "region": bulletin.region, "must_read": draft.must_read });
    let (who, subject, kind) = (Some(actor.person), bulletin.id.to_string(), "bulletin_written");
    tx.journal(Entry { at: now, who, room: "notices", subject, kind, payload });
    let seen = bulletins::one(&mut tx, bulletin.id, actor.person).await?.ok_or_else(Error::not_found)?;
    tx.commit().await?;
    Ok(Json(BulletinView::of(seen, now)))
}

/// Keeps that whoever asks has read it.
#[utoipa::path(post, path = "/api/notices/bulletins/{id}/read", tag = "notices", params(("id" = String, Path)),
    responses((status = 200, body = BulletinView), (status = 404, body = ErrorBody)))]
pub async fn read(Is(app): Is<App>, actor: Actor, Path(id): Path<BulletinId>) -> Answer<BulletinView> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    bulletins::one(&mut tx, id, actor.person).await?.ok_or_else(Error::not_found)?;
    bulletins::read(&mut tx, id, actor.person, now).await?;
    let seen = bulletins::one(&mut tx, id, actor.person).await?.ok_or_else(Error::not_found)?;
    tx.commit().await?;
    Ok(Json(BulletinView::of(seen, now)))
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Reader {
    #[schema(value_type = String)]
    person: PersonId,
    must: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    read_at: Option<Timestamp>,
    /// Should have by now: somebody calls.
    overdue: bool,
}

/// Who must read a bulletin and who has.
#[utoipa::path(get, path = "/api/notices/bulletins/{id}/readers", tag = "notices", params(("id" = String, Path)),
    responses((status = 200, body = Vec<Reader>), (status = 404, body = ErrorBody)))]
pub async fn readers(Is(app): Is<App>, actor: Actor, Path(id): Path<BulletinId>) -> Answer<Vec<Reader>> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let seen = bulletins::one(&mut tx, id, actor.person).await?.ok_or_else(Error::not_found)?;
    tx.rollback().await?;
    let readers = bulletins::readers(&app.db, id).await?.into_iter().map(|(person, must, read_at)| Reader {
        person,
        must,
        read_at,
        overdue: must && seen.bulletin.is_overdue(read_at, now),
    });
    Ok(Json(readers.collect()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawForm {
    why: String,
    version: i64,
}

/// Withdraws a bulletin, with a reason. It stays to be read among the past ones.
#[utoipa::path(post, path = "/api/notices/bulletins/{id}/withdraw", tag = "notices", params(("id" = String, Path)),
    request_body = WithdrawForm, responses((status = 200, body = BulletinView), (status = 409, body = ErrorBody)))]
pub async fn withdraw(
    Is(app): Is<App>,
    actor: Actor,
    Path(id): Path<BulletinId>,
    Json(form): Json<WithdrawForm>,
) -> Answer<BulletinView> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let seen = bulletins::one(&mut tx, id, actor.person).await?.ok_or_else(Error::not_found)?;
    let next = seen.bulletin.withdraw(actor.person, &form.why, now)?;
    let next = Bulletin { version: form.version, ..next };
    if !bulletins::withdraw(&mut tx, &next).await? {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "why": form.why });
    let (who, subject, kind) = (Some(actor.person), id.to_string(), "bulletin_withdrawn");
    tx.journal(Entry { at: now, who, room: "notices", subject, kind, payload });
    let seen = bulletins::one(&mut tx, id, actor.person).await?.ok_or_else(Error::not_found)?;
    tx.commit().await?;
    Ok(Json(BulletinView::of(seen, now)))
}
