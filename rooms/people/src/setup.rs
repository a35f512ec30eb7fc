//! The first start: roles as they come with the house, and the one-time link that makes the first person.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{BuiltIn, Permission};
use sqlx::Row;
use web::Chance;

use crate::secrets;

const ADD_ROLE: &str = "INSERT INTO people_role (name, title, built_in, version) VALUES ($1, $2, 1, 1) ON CONFLICT (name) DO NOTHING";
const OFFER: &str =
    "INSERT INTO people_permission_offered (permission) VALUES ($1) ON CONFLICT (permission) DO NOTHING";
const GIVE: &str = "INSERT INTO people_role_permission (role, permission) VALUES ($1, $2) \
     ON CONFLICT (role, permission) DO NOTHING";

fn title(role: BuiltIn) -> &'static str {
    match role {
        BuiltIn::Agent => "话务员",
        BuiltIn::GroupLeader => "小组长",
        BuiltIn::ShiftLeader => "值班长",
        BuiltIn::Supervisor => "主管",
        BuiltIn::QualityInspector => "质检员",
        BuiltIn::Trainer => "培训师",
        BuiltIn::Department => "责任部门",
        BuiltIn::FieldCrew => "现场班组",
        BuiltIn::Manager => "经理",
        BuiltIn::Evaluator => "测评员",
        BuiltIn::SystemAdmin => "系统管理员",
        BuiltIn::SecurityAdmin => "安全管理员",
        BuiltIn::AuditAdmin => "审计管理员",
    }
}

/// At each start: built-in roles exist, and permissions that are new in this version are given to the roles meant to
/// have them. What an administrator took away stays away.
pub async fn start(db: &Db, permissions: &[Permission]) -> anyhow::Result<()> {
    let mut tx = db.begin().await?;
    for role in BuiltIn::ALL {
        sqlx::query(ADD_ROLE)
            .bind(role.key())
            .bind(title(*role))
            .execute(&mut *tx)
            .await
            .context("adding roles")?;
    }
    for permission in permissions {
        let offered = sqlx::query(OFFER).bind(permission.key).execute(&mut *tx).await?;
        if offered.rows_affected() == 0 {
            continue;
        }
        for role in permission.roles {
            sqlx::query(GIVE).bind(role.key()).bind(permission.key).execute(&mut *tx).await?;
        }
    }
    tx.commit().await
}

const ANYBODY: &str = "SELECT id FROM people_person LIMIT 1";
const PUT_LINK: &str = "INSERT INTO people_setup (id, token_hash) VALUES (1, $1) \
     ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash";
const LINK: &str = "SELECT token_hash FROM people_setup WHERE id = 1";
const USED: &str = "DELETE FROM people_setup WHERE id = 1";

/// When nobody can sign in yet: the secret of a link (`/setup?token=…`) with which the first person is made. A new one
/// at each start until it is used.
pub async fn setup(db: &Db, chance: &dyn Chance) -> anyhow::Result<Option<String>> {
    let mut tx = db.begin().await?;
    if !is_empty(&mut tx).await? {
        return Ok(None);
    }
    let token = secrets::token(chance)?;
    sqlx::query(PUT_LINK)
        .bind(secrets::token_hash(&token))
        .execute(&mut *tx)
        .await
        .context("keeping the link")?;
    tx.commit().await?;
    Ok(Some(token))
}

pub(crate) async fn nobody_yet(db: &Db) -> anyhow::Result<bool> {
    Ok(sqlx::query(ANYBODY).fetch_optional(db.read()).await?.is_none())
}

pub(crate) async fn is_empty(tx: &mut Tx) -> anyhow::Result<bool> {
    Ok(sqlx::query(ANYBODY).fetch_optional(&mut **tx).await?.is_none())
}

/// Whether this is the link; it is good once.
pub(crate) async fn use_link(tx: &mut Tx, token: &str) -> anyhow::Result<bool> {
    let Some(row) = sqlx::query(LINK).fetch_optional(&mut **tx).await? else { return Ok(false) };
    if row.try_get::<String, _>("token_hash")? != secrets::token_hash(token) {
        return Ok(false);
    }
    sqlx::query(USED).execute(&mut **tx).await?;
    Ok(true)
}
