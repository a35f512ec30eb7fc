//! The tree of reasons: read by everybody who writes records, changed by who may configure.

use axum::extract::State;
use db::{Entry, Tx, config};
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Query};

use crate::rules::tree::Imported;
use crate::rules::{Change, Refusal, Tree, seed};
use crate::store::found;

/// Records looked at when counting which reasons are used most: an agent's own, and the centre's.
const OWN: i64 = 200;
const CENTRE: i64 = 1_000;
const MOST: usize = 8;

#[derive(Debug, Serialize, ToSchema)]
pub struct TreeView {
    version: i64,
    #[serde(flatten)]
    tree: Tree,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AtVersion {
    /// As it was then; absent is in force.
    pub version: Option<i64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MostUsed {
    /// Codes, most often first.
    mine: Vec<String>,
    centre: Vec<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeForm {
    /// Of the tree as it was read.
    version: i64,
    #[serde(flatten)]
    change: Change,
}

/// A file, or one of the demo trees by name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportForm {
    version: i64,
    /// TOML or JSON.
    file: Option<String>,
    /// `gas`, `power` or `cable`
    demo: Option<String>,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImportAnswer {
    #[serde(flatten)]
    imported: Imported,
    version: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    version: i64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    #[schema(value_type = Option<String>)]
    who: Option<PersonId>,
}

/// The whole tree.
#[utoipa::path(get, path = "/api/interactions/reasons", tag = "interactions", params(AtVersion),
    responses((status = 200, body = TreeView), (status = 404, body = ErrorBody)))]
pub async fn tree(State(app): State<App>, Query(asked): Query<AtVersion>) -> Answer<TreeView> {
    let found = match asked.version {
        None => config::read::<Tree>(&app.db).await?,
        Some(version) => config::at::<Tree>(&app.db, version).await?.ok_or_else(Error::not_found)?,
    };
    Ok(Json(TreeView { version: found.version, tree: found.value }))
}

/// The reasons chosen most often lately, by oneself and by all.
#[utoipa::path(get, path = "/api/interactions/reasons/used", tag = "interactions",
    responses((status = 200, body = MostUsed)))]
pub async fn used(State(app): State<App>, actor: Actor) -> Answer<MostUsed> {
    let mine = found::most_used(&app.db, Some(actor.person), OWN, MOST).await?;
    let centre = found::most_used(&app.db, None, CENTRE, MOST).await?;
    Ok(Json(MostUsed { mine, centre }))
}

/// Who changed the tree when, newest first.
#[utoipa::path(get, path = "/api/interactions/reasons/versions", tag = "interactions",
    responses((status = 200, body = Vec<VersionView>)))]
pub async fn versions(State(app): State<App>) -> Answer<Vec<VersionView>> {
    let found = config::versions::<Tree>(&app.db, 100).await?;
    Ok(Json(found.into_iter().map(|(version, at, who)| VersionView { version, at, who }).collect()))
}

/// Adds, edits, moves, retires or restores a reason: a new version of the tree.
#[utoipa::path(post, path = "/api/interactions/reasons", tag = "interactions", request_body = ChangeForm,
    responses((status = 200, body = TreeView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change(State(app): State<App>, actor: Actor, Json(form): Json<ChangeForm>) -> Answer<TreeView> {
    let mut tx = app.db.begin().await?;
    let before = config::now::<Tree>(&mut tx).await?;
    if before.version != form.version {
        return Err(Error::changed_meanwhile());
    }
    let tree = before.value.decide(&form.change)?;
    let (kind, subject) = form.change.entry();
    let version = put(&mut tx, &app, Some(&actor), &tree, before.version, kind, subject).await?;
    tx.commit().await?;
    Ok(Json(TreeView { version, tree }))
}

/// Takes a file in: what it has is added or changed, what it has not stays.
#[utoipa::path(post, path = "/api/interactions/reasons/import", tag = "interactions", request_body = ImportForm,
    responses((status = 200, body = ImportAnswer), (status = 422, body = ErrorBody)))]
pub async fn import(
    State(app): State<App>,
    actor: Actor,
    Json(form): Json<ImportForm>,
) -> Answer<ImportAnswer> {
    let other = match (&form.file, &form.demo) {
        (Some(file), None) => seed::read(file)?,
        (None, Some(name)) => seed::demo(name).ok_or_else(Error::not_found)??,
        _ => return Err(Refusal::BadFile { detail: "give either a file or a demo".to_owned() }.into()),
    };
    let mut tx = app.db.begin().await?;
    let before = config::now::<Tree>(&mut tx).await?;
    if before.version != form.version {
        return Err(Error::changed_meanwhile());
    }
    let (tree, imported) = before.value.import(&other)?;
    if form.dry_run || tree == before.value {
        return Ok(Json(ImportAnswer { imported, version: before.version }));
    }
    let version =
        put(&mut tx, &app, Some(&actor), &tree, before.version, "reasons_imported", "reasons").await?;
    tx.commit().await?;
    Ok(Json(ImportAnswer { imported, version }))
}

/// The demo's tree, where there is none yet.
pub async fn put_demo(app: &App, name: &str) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    let before = config::now::<Tree>(&mut tx).await?;
    if before.version == 0
        && let Some(tree) = seed::demo(name)
    {
        put(&mut tx, app, None, &tree?, 0, "reasons_imported", "reasons").await.map_err(
            |error| match error {
                Error::Failed(error) => error,
                refused @ Error::Refused { .. } => anyhow::anyhow!("the demo's reasons: {refused:?}"),
            },
        )?;
        tx.commit().await?;
    }
    Ok(())
}

async fn put(
    tx: &mut Tx,
    app: &App,
    actor: Option<&Actor>,
    tree: &Tree,
    before: i64,
    kind: &'static str,
    subject: &str,
) -> Result<i64, Error> {
    let (at, who) = (app.now(), actor.map(|actor| actor.person));
    if !config::put(tx, tree, before, who, at).await? {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "version": before + 1 });
    tx.journal(Entry { at, who, room: "interactions", subject: subject.to_owned(), kind, payload });
    Ok(before + 1)
}
