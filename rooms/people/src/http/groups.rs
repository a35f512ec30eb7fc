//! Groups, roles and the permissions there are.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use kernel::{GroupId, PersonId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::entry;
use crate::permissions::MANAGE;
use crate::rules::{Group, Refusal, Role, check_name, check_role_name};
use crate::store::{self, groups, list};

#[derive(Serialize, ToSchema)]
pub struct GroupView {
    #[schema(value_type = String)]
    id: GroupId,
    name: String,
    #[schema(value_type = Option<String>)]
    leader: Option<PersonId>,
    /// How many belong to it.
    people: i64,
    version: i64,
}

impl From<Group> for GroupView {
    fn from(g: Group) -> Self {
        GroupView { id: g.id, name: g.name, leader: g.leader, people: g.people, version: g.version }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupForm {
    name: String,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    leader: Option<PersonId>,
    /// Of the group as it was read; not for a new one.
    #[serde(default)]
    version: i64,
}

/// All groups.
#[utoipa::path(get, path = "/api/people/groups", tag = "people", responses((status = 200, body = Vec<GroupView>)))]
pub async fn list_groups(State(app): State<App>) -> Answer<Vec<GroupView>> {
    Ok(Json(groups::groups(&app.db).await?.into_iter().map(GroupView::from).collect()))
}

/// Adds a group.
#[utoipa::path(post, path = "/api/people/groups", tag = "people", request_body = GroupForm,
    responses((status = 200, body = GroupView), (status = 409, body = ErrorBody)))]
pub async fn add_group(
    State(app): State<App>,
    actor: Actor,
    Json(form): Json<GroupForm>,
) -> Answer<GroupView> {
    let name = check_name(&form.name)?;
    let group = Group { id: app.id(), name, leader: form.leader, people: 0, version: 1 };
    let mut tx = app.db.begin().await?;
    check_leader(&mut tx, &group).await?;
    if !groups::add_group(&mut tx, &group).await? {
        return Err(Refusal::NameTaken.into());
    }
    let payload = json!({ "name": group.name, "leader": group.leader });
    tx.journal(entry(app.now(), Some(actor.person), group.id, "group_added", payload));
    tx.commit().await?;
    Ok(Json(group.into()))
}

async fn check_leader(tx: &mut db::Tx, group: &Group) -> Result<(), Error> {
    if let Some(leader) = group.leader
        && store::by_id(tx, leader).await?.is_none()
    {
        return Err(Refusal::BadField { field: "leader" }.into());
    }
    Ok(())
}

/// Changes a group's name or leader.
#[utoipa::path(put, path = "/api/people/groups/{id}", tag = "people", params(("id" = String, Path)),
    request_body = GroupForm, responses((status = 200, body = GroupView), (status = 409, body = ErrorBody)))]
pub async fn change_group(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GroupId>,
    Json(form): Json<GroupForm>,
) -> Answer<GroupView> {
    let mut group =
        Group { id, name: check_name(&form.name)?, leader: form.leader, people: 0, version: form.version };
    let mut tx = app.db.begin().await?;
    check_leader(&mut tx, &group).await?;
    if groups::group_name_taken(&mut tx, &group.name, id).await? {
        return Err(Refusal::NameTaken.into());
    }
    if !groups::change_group(&mut tx, &group).await? {
        return Err(Error::changed_meanwhile());
    }
    group.people = groups::members(&mut tx, id).await?;
    group.version += 1;
    let payload = json!({ "name": group.name, "leader": group.leader });
    tx.journal(entry(app.now(), Some(actor.person), id, "group_changed", payload));
    tx.commit().await?;
    Ok(Json(group.into()))
}

/// Deletes a group to which nobody belongs.
#[utoipa::path(delete, path = "/api/people/groups/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 204), (status = 409, body = ErrorBody)))]
pub async fn delete_group(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<GroupId>,
) -> Result<StatusCode, Error> {
    let mut tx = app.db.begin().await?;
    match groups::members(&mut tx, id).await? {
        0 => {}
        people => return Err(Refusal::InUse { people: people.unsigned_abs() }.into()),
    }
    if !groups::delete_group(&mut tx, id).await? {
        return Err(Error::not_found());
    }
    tx.journal(entry(app.now(), Some(actor.person), id, "group_deleted", json!({})));
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub struct RoleView {
    /// `quality_inspector`
    name: String,
    title: String,
    built_in: bool,
    permissions: BTreeSet<String>,
    /// Nobody works with it without a second factor.
    second_factor: bool,
    /// How many people have it.
    people: i64,
    version: i64,
}

impl From<Role> for RoleView {
    fn from(r: Role) -> Self {
        RoleView {
            name: r.name,
            title: r.title,
            built_in: r.built_in,
            permissions: r.permissions,
            second_factor: r.second_factor,
            people: r.people,
            version: r.version,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleForm {
    title: String,
    permissions: BTreeSet<String>,
    #[serde(default)]
    second_factor: bool,
    /// Of the role as it was read; 0 for a new one.
    #[serde(default)]
    version: i64,
}

/// All roles with what they allow.
#[utoipa::path(get, path = "/api/people/roles", tag = "people", responses((status = 200, body = Vec<RoleView>)))]
pub async fn list_roles(State(app): State<App>) -> Answer<Vec<RoleView>> {
    Ok(Json(groups::roles(&app.db).await?.into_iter().map(RoleView::from).collect()))
}

/// Adds a role (version 0) or changes one.
#[utoipa::path(put, path = "/api/people/roles/{name}", tag = "people", params(("name" = String, Path)),
    request_body = RoleForm,
    responses((status = 200, body = RoleView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put_role(
    State(app): State<App>,
    actor: Actor,
    Path(name): Path<String>,
    Json(form): Json<RoleForm>,
) -> Answer<RoleView> {
    check_role_name(&name)?;
    let title = check_name(&form.title)?;
    if let Some(unknown) = form.permissions.iter().find(|key| !app.permissions.iter().any(|p| p.key == **key))
    {
        return Err(Refusal::NoSuchPermission { permission: unknown.clone() }.into());
    }
    let is_new = form.version == 0;
    let role = Role {
        name,
        title,
        built_in: false,
        permissions: form.permissions,
        second_factor: form.second_factor,
        people: 0,
        version: form.version,
    };
    let mut tx = app.db.begin().await?;
    let kept = match is_new {
        true => groups::add_role(&mut tx, &role).await?,
        false => groups::change_role(&mut tx, &role).await?,
    };
    if !kept {
        return Err(if is_new { Refusal::NameTaken.into() } else { Error::changed_meanwhile() });
    }
    if list::known(&mut tx).await?.managers.is_empty() {
        return Err(Refusal::LastManager.into());
    }
    let kind = if is_new { "role_added" } else { "role_changed" };
    let payload = json!({ "title": role.title, "permissions": role.permissions,
        "second_factor": role.second_factor });
    tx.journal(entry(app.now(), Some(actor.person), &role.name, kind, payload));
    tx.commit().await?;
    let found = groups::roles(&app.db).await?.into_iter().find(|found| found.name == role.name);
    Ok(Json(found.ok_or_else(Error::not_found)?.into()))
}

/// Deletes a role that nobody has.
#[utoipa::path(delete, path = "/api/people/roles/{name}", tag = "people", params(("name" = String, Path)),
    responses((status = 204), (status = 409, body = ErrorBody)))]
pub async fn delete_role(
    State(app): State<App>,
    actor: Actor,
    Path(name): Path<String>,
) -> Result<StatusCode, Error> {
    let roles = groups::roles(&app.db).await?;
    let role = roles.into_iter().find(|role| role.name == name).ok_or_else(Error::not_found)?;
    if role.built_in {
        return Err(Refusal::BuiltInRole.into());
    }
    if role.people > 0 {
        return Err(Refusal::InUse { people: role.people.unsigned_abs() }.into());
    }
    let mut tx = app.db.begin().await?;
    groups::delete_role(&mut tx, &name).await?;
    tx.journal(entry(app.now(), Some(actor.person), &name, "role_deleted", json!({})));
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub struct PermissionView {
    /// Room and verb; the key of its title in the room's message files.
    key: &'static str,
    /// For developers.
    doc: &'static str,
    /// Changing what others may do.
    is_powerful: bool,
}

/// Every permission there is.
#[utoipa::path(get, path = "/api/people/permissions", tag = "people",
    responses((status = 200, body = Vec<PermissionView>)))]
pub async fn list_permissions(State(app): State<App>) -> Answer<Vec<PermissionView>> {
    let view = |p: &kernel::Permission| PermissionView { key: p.key, doc: p.doc, is_powerful: *p == MANAGE };
    Ok(Json(app.permissions.iter().map(view).collect()))
}
