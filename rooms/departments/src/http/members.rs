//! Who belongs to a unit, over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::{PersonId, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::note;
use crate::rules::{self, Member, Post, Tree};
use crate::store;

#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    #[schema(value_type = String)]
    person: PersonId,
    post: Post,
    phone: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

impl From<Member> for MemberView {
    fn from(Member { unit: _, person, post, phone, since }: Member) -> Self {
        MemberView { person, post, phone, since }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberForm {
    post: Post,
    /// Where this person is reached on duty.
    #[serde(default)]
    phone: Option<String>,
}

/// Puts somebody into a unit, or changes post and telephone there.
#[utoipa::path(put, path = "/api/departments/units/{id}/members/{person}", tag = "departments",
    params(("id" = String, Path), ("person" = String, Path)), request_body = MemberForm,
    responses((status = 200, body = Vec<MemberView>), (status = 409, body = ErrorBody)))]
pub async fn put(
    State(app): State<App>,
    actor: Actor,
    Path((id, person)): Path<(UnitId, PersonId)>,
    Json(form): Json<MemberForm>,
) -> Answer<Vec<MemberView>> {
    let phone = rules::phone(form.phone.as_deref())?;
    let mut tx = app.db.begin().await?;
    let tree = Tree::from(store::hold(&mut tx).await?);
    let unit = tree.get(id).ok_or_else(Error::not_found)?;
    rules::join(unit, store::count(&mut tx, id).await?)?;
    let member = Member { unit: id, person, post: form.post, phone, since: app.now() };
    store::put_member(&mut tx, &member).await?;
    let payload = json!({ "person": person, "post": form.post, "phone": member.phone });
    note(&mut tx, app.now(), Some(actor.person), id, "member_put", payload)?;
    tx.commit().await?;
    Ok(Json(store::members(&app.db, id).await?.into_iter().map(MemberView::from).collect()))
}

/// Takes somebody out of a unit; the duties still ahead there go, too, and with the last unit the calendar's address.
#[utoipa::path(delete, path = "/api/departments/units/{id}/members/{person}", tag = "departments",
    params(("id" = String, Path), ("person" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn remove(
    State(app): State<App>,
    actor: Actor,
    Path((id, person)): Path<(UnitId, PersonId)>,
) -> Result<StatusCode, Error> {
    let mut tx = app.db.begin().await?;
    store::hold(&mut tx).await?;
    if !store::remove_member(&mut tx, id, person).await? {
        return Err(Error::not_found());
    }
    let now = app.now();
    let duties = store::roster::strike(&mut tx, id, person, now).await?;
    if store::belongs_nowhere(&mut tx, person).await? {
        store::feed::remove(&mut tx, person).await?;
    }
    let payload = json!({ "person": person, "duties": duties });
    note(&mut tx, now, Some(actor.person), id, "member_removed", payload)?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
