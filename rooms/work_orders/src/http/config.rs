//! What a centre configures: sub-types, limits, settings. Each change is a whole new version.

use anyhow::Context as _;
use axum::extract::State;
use db::{
    Entry, Tx,
    config::{self, Config},
};
use kernel::PersonId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Setting};

use crate::rules::house::{Brought, House, bring_kinds, bring_limits};
use crate::rules::settings::{Limits, Settings};
use crate::rules::{Kinds, Refusal};

/// One version of the sub-types.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KindsView {
    kinds: Kinds,
    /// When it is put: of what was read.
    version: i64,
}

/// One version of something else that is configured.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Configured<T> {
    value: T,
    version: i64,
}

async fn put<T: Config>(
    app: &App,
    actor: &Actor,
    value: &T,
    before: i64,
    kind: &'static str,
) -> Result<i64, Error> {
    let mut tx = app.db.begin().await?;
    let setting = Setting { room: "work_orders", kind, who: actor.person, at: app.now() };
    let version = setting.put(&mut tx, value, before).await?;
    tx.commit().await?;
    Ok(version)
}

/// The sub-types in force.
#[utoipa::path(get, path = "/api/work_orders/kinds", tag = "work_orders", responses((status = 200, body = KindsView)))]
pub async fn kinds(State(app): State<App>) -> Answer<KindsView> {
    let config::Versioned { value, version } = config::read::<Kinds>(&app.db).await?;
    Ok(Json(KindsView { kinds: value, version }))
}

/// New sub-types. None may disappear: what is no longer offered is retired.
#[utoipa::path(put, path = "/api/work_orders/kinds", tag = "work_orders", request_body = KindsView,
    responses((status = 200, body = KindsView), (status = 422, body = ErrorBody)))]
pub async fn put_kinds(
    State(app): State<App>,
    actor: Actor,
    Json(form): Json<KindsView>,
) -> Answer<KindsView> {
    form.kinds.check()?;
    let before = config::read::<Kinds>(&app.db).await?.value;
    if let Some(code) = before.missing_from(&form.kinds) {
        return Err(Refusal::BadConfig { detail: format!("{code} is gone: retire it instead") }.into());
    }
    let version = put(&app, &actor, &form.kinds, form.version, "kinds_changed").await?;
    Ok(Json(KindsView { kinds: form.kinds, version }))
}

/// The limits in force.
#[utoipa::path(get, path = "/api/work_orders/limits", tag = "work_orders", responses((status = 200, body = Object)))]
pub async fn limits(State(app): State<App>) -> Answer<Configured<Limits>> {
    let config::Versioned { value, version } = config::read::<Limits>(&app.db).await?;
    Ok(Json(Configured { value, version }))
}

/// New limits: for orders accepted, and steps begun, from now on.
#[utoipa::path(put, path = "/api/work_orders/limits", tag = "work_orders", request_body = Object,
    responses((status = 200, body = Object), (status = 422, body = ErrorBody)))]
pub async fn put_limits(
    State(app): State<App>,
    actor: Actor,
    Json(form): Json<Configured<Limits>>,
) -> Answer<Configured<Limits>> {
    form.value.check()?;
    let version = put(&app, &actor, &form.value, form.version, "limits_changed").await?;
    Ok(Json(Configured { value: form.value, version }))
}

/// The settings in force.
#[utoipa::path(get, path = "/api/work_orders/settings", tag = "work_orders", responses((status = 200, body = Object)))]
pub async fn settings(State(app): State<App>) -> Answer<Configured<Settings>> {
    let config::Versioned { value, version } = config::read::<Settings>(&app.db).await?;
    Ok(Json(Configured { value, version }))
}

/// New settings.
#[utoipa::path(put, path = "/api/work_orders/settings", tag = "work_orders", request_body = Object,
    responses((status = 200, body = Object), (status = 422, body = ErrorBody)))]
pub async fn put_settings(
    State(app): State<App>,
    actor: Actor,
    Json(form): Json<Configured<Settings>>,
) -> Answer<Configured<Settings>> {
    form.value.check()?;
    let version = put(&app, &actor, &form.value, form.version, "settings_changed").await?;
    Ok(Json(Configured { value: form.value, version }))
}

/// What is to be brought in, of which house.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BringForm {
    house: House,
    /// The version of the sub-types that was read; absent where they stay as they are.
    #[serde(default)]
    kinds: Option<i64>,
    /// The same of the limits.
    #[serde(default)]
    limits: Option<i64>,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

/// What that does; absent for what was not asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct BroughtView {
    kinds: Option<Brought>,
    limits: Option<Brought>,
}

/// The sub-types and limits that come with the program for a house, brought into the centre's.
#[utoipa::path(post, path = "/api/work_orders/house", tag = "work_orders", request_body = BringForm,
    responses((status = 200, body = BroughtView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn bring(State(app): State<App>, actor: Actor, Json(form): Json<BringForm>) -> Answer<BroughtView> {
    let BringForm { house, kinds, limits, dry_run } = form;
    if kinds.is_none() && limits.is_none() {
        let detail = "say which: the version of the kinds, of the limits, or both".to_owned();
        return Err(Refusal::BadConfig { detail }.into());
    }
    let mut tx = app.db.begin().await?;
    let mut view = BroughtView { kinds: None, limits: None };
    if let Some(version) = kinds {
        let now = read_at::<Kinds>(&mut tx, version).await?;
        let (next, brought) = bring_kinds(&now, &house.kinds()?)?;
        if !dry_run && next != now {
            take(&mut tx, &app, Some(actor.person), (&next, version), house, "kinds_changed").await?;
        }
        view.kinds = Some(brought);
    }
    if let Some(version) = limits {
        let now = read_at::<Limits>(&mut tx, version).await?;
        let (next, brought) = bring_limits(&now, house)?;
        // What nobody has put yet is put down even where it says the same: from then on it is the centre's.
        if !dry_run && (next != now || version == 0) {
            take(&mut tx, &app, Some(actor.person), (&next, version), house, "limits_changed").await?;
        }
        view.limits = Some(brought);
    }
    if !dry_run {
        tx.commit().await?;
    }
    Ok(Json(view))
}

/// What is in force, if that is what was read.
async fn read_at<C: Config>(tx: &mut Tx, version: i64) -> Result<C, Error> {
    let now = config::now::<C>(tx).await?;
    if now.version == version { Ok(now.value) } else { Err(Error::changed_meanwhile()) }
}

async fn take<C: Config>(
    tx: &mut Tx,
    app: &App,
    who: Option<PersonId>,
    (value, before): (&C, i64),
    house: House,
    kind: &'static str,
) -> Result<(), Error> {
    let at = app.now();
    if !config::put(tx, value, before, who, at).await? {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "version": before + 1, "house": house });
    tx.journal(Entry { at, who, room: "work_orders", subject: C::KIND.to_owned(), kind, payload });
    Ok(())
}

/// A house's sub-types and limits, where there are none yet: `gas`, `power_sgcc`, `power_csg`, `cable`.
pub async fn put_demo(app: &App, name: &str) -> anyhow::Result<()> {
    let house: House =
        promises::rules::parse(name).with_context(|| format!("there is no house called {name}"))?;
    let mut tx = app.db.begin().await?;
    if config::now::<Kinds>(&mut tx).await?.version == 0 {
        let failed = |error| match error {
            Error::Failed(error) => error,
            refused @ Error::Refused { .. } => anyhow::anyhow!("the house's configuration: {refused:?}"),
        };
        take(&mut tx, app, None, (&house.kinds()?, 0), house, "kinds_changed").await.map_err(failed)?;
        let limits = Limits::of(house.profile());
        take(&mut tx, app, None, (&limits, 0), house, "limits_changed").await.map_err(failed)?;
        tx.commit().await?;
    }
    Ok(())
}
