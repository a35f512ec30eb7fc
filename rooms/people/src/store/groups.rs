//! Groups and roles.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use db::{Db, Tx};
use kernel::{GroupId, PersonId};
use sqlx::Row;

use crate::rules::{Group, Role};

const GROUPS: &str = "SELECT g.id, g.name, g.leader, g.version, \
     (SELECT COUNT(*) FROM people_person p WHERE p.group_id = g.id AND p.state <> 'left') AS people \
     FROM people_group g ORDER BY g.name";
const ADD_GROUP: &str = "INSERT INTO people_group (id, name, leader, version) VALUES ($1, $2, $3, 1) ON CONFLICT (name) DO NOTHING";
const NAME_TAKEN: &str = "SELECT id FROM people_group WHERE name = $1 AND id <> $2";
const CHANGE_GROUP: &str =
    "UPDATE people_group SET name = $1, leader = $2, version = version + 1 WHERE id = $3 AND version = $4";
const MEMBERS: &str = "SELECT COUNT(*) AS people FROM people_person WHERE group_id = $1";
const DELETE_GROUP: &str = "DELETE FROM people_group WHERE id = $1";

pub async fn groups(db: &Db) -> anyhow::Result<Vec<Group>> {
    let rows = sqlx::query(GROUPS).fetch_all(db.read()).await.context("listing groups")?;
    rows.iter()
        .map(|row| {
            Ok(Group {
                id: GroupId(row.try_get("id")?),
                name: row.try_get("name")?,
                leader: row.try_get::<Option<i64>, _>("leader")?.map(PersonId),
                people: row.try_get("people")?,
                version: row.try_get("version")?,
            })
        })
        .collect()
}

/// False when the name is taken.
pub async fn add_group(tx: &mut Tx, group: &Group) -> anyhow::Result<bool> {
    let add =
        sqlx::query(ADD_GROUP).bind(group.id.get()).bind(&group.name).bind(group.leader.map(PersonId::get));
    Ok(add.execute(&mut **tx).await.context("adding a group")?.rows_affected() > 0)
}

pub async fn group_name_taken(tx: &mut Tx, name: &str, by_other_than: GroupId) -> anyhow::Result<bool> {
    let found = sqlx::query(NAME_TAKEN).bind(name).bind(by_other_than.get()).fetch_optional(&mut **tx).await;
    Ok(found.context("looking for a group")?.is_some())
}

/// False when it is gone or was changed meanwhile.
pub async fn change_group(tx: &mut Tx, group: &Group) -> anyhow::Result<bool> {
    let change = sqlx::query(CHANGE_GROUP)
        .bind(&group.name)
        .bind(group.leader.map(PersonId::get))
        .bind(group.id.get())
        .bind(group.version);
    Ok(change.execute(&mut **tx).await.context("changing a group")?.rows_affected() > 0)
}

pub async fn members(tx: &mut Tx, group: GroupId) -> anyhow::Result<i64> {
    Ok(sqlx::query(MEMBERS).bind(group.get()).fetch_one(&mut **tx).await?.try_get("people")?)
}

pub async fn delete_group(tx: &mut Tx, group: GroupId) -> anyhow::Result<bool> {
    let gone = sqlx::query(DELETE_GROUP).bind(group.get()).execute(&mut **tx).await;
    Ok(gone.context("deleting a group")?.rows_affected() > 0)
}

const ROLES: &str = "SELECT r.name, r.title, r.built_in, r.second_factor, r.version, \
     (SELECT COUNT(*) FROM people_person_role p WHERE p.role = r.name) AS people FROM people_role r ORDER BY r.name";
const ROLE_PERMISSIONS: &str = "SELECT role, permission FROM people_role_permission";
const ADD_ROLE: &str = "INSERT INTO people_role (name, title, built_in, second_factor, version) VALUES ($1, $2, 0, $3, 1) ON CONFLICT (name) DO NOTHING";
const CHANGE_ROLE: &str = "UPDATE people_role SET title = $1, second_factor = $4, version = version + 1 WHERE name = $2 AND version = $3";
const TAKE_ALL: &str = "DELETE FROM people_role_permission WHERE role = $1";
const GIVE: &str = "INSERT INTO people_role_permission (role, permission) VALUES ($1, $2)";
const DELETE_ROLE: &str = "DELETE FROM people_role WHERE name = $1";

/// All roles: there are few.
pub async fn roles(db: &Db) -> anyhow::Result<Vec<Role>> {
    let mut permissions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in sqlx::query(ROLE_PERMISSIONS).fetch_all(db.read()).await.context("listing roles")? {
        permissions.entry(row.try_get("role")?).or_default().insert(row.try_get("permission")?);
    }
    let rows = sqlx::query(ROLES).fetch_all(db.read()).await.context("listing roles")?;
    rows.iter()
        .map(|row| {
            let name: String = row.try_get("name")?;
            Ok(Role {
                title: row.try_get("title")?,
                built_in: row.try_get::<i64, _>("built_in")? != 0,
                second_factor: row.try_get::<i64, _>("second_factor")? != 0,
                permissions: permissions.remove(&name).unwrap_or_default(),
                people: row.try_get("people")?,
                version: row.try_get("version")?,
                name,
            })
        })
        .collect()
}

/// False when the name is taken.
pub async fn add_role(tx: &mut Tx, role: &Role) -> anyhow::Result<bool> {
    let added = sqlx::query(ADD_ROLE).bind(&role.name).bind(&role.title).bind(i64::from(role.second_factor));
    let added = added.execute(&mut **tx).await;
    if added.context("adding a role")?.rows_affected() == 0 {
        return Ok(false);
    }
    give(tx, role).await?;
    Ok(true)
}

/// False when it is gone or was changed meanwhile.
pub async fn change_role(tx: &mut Tx, role: &Role) -> anyhow::Result<bool> {
    let change = sqlx::query(CHANGE_ROLE)
        .bind(&role.title)
        .bind(&role.name)
        .bind(role.version)
        .bind(i64::from(role.second_factor));
    if change.execute(&mut **tx).await.context("changing a role")?.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(TAKE_ALL).bind(&role.name).execute(&mut **tx).await?;
    give(tx, role).await?;
    Ok(true)
}

async fn give(tx: &mut Tx, role: &Role) -> anyhow::Result<()> {
    for permission in &role.permissions {
        let give = sqlx::query(GIVE).bind(&role.name).bind(permission);
        give.execute(&mut **tx).await.with_context(|| format!("giving {permission} to {}", role.name))?;
    }
    Ok(())
}

pub async fn delete_role(tx: &mut Tx, name: &str) -> anyhow::Result<()> {
    for sql in [TAKE_ALL, DELETE_ROLE] {
        sqlx::query(sql).bind(name).execute(&mut **tx).await.context("deleting a role")?;
    }
    Ok(())
}
