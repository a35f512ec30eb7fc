//! The switch, the mark in the bar, and the reports.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use db::config;
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query, given};

use crate::report::{self, Report};
use crate::rules::{Act, Settings, Storm, allowed};
use crate::store;
use crate::work::{Applier, switch};

/// A storm, as browsers see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StormView {
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub began_at: Timestamp,
    /// Absent: by the thresholds.
    #[schema(value_type = Option<String>)]
    pub began_by: Option<PersonId>,
    /// By the thresholds: the signs.
    pub began_why: String,
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Since when it has been calm: its end is proposed.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub calm_since: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    pub ended_by: Option<PersonId>,
    pub ended_why: Option<String>,
}

impl From<&Storm> for StormView {
    fn from(storm: &Storm) -> StormView {
        StormView {
            id: storm.id.to_string(),
            began_at: storm.began_at,
            began_by: storm.began_by,
            began_why: storm.began_why.clone(),
            until: storm.until,
            calm_since: storm.calm_at,
            ended_at: storm.ended_at,
            ended_by: storm.ended_by,
            ended_why: storm.ended_why.clone(),
        }
    }
}

/// Whether it is on.
#[derive(Debug, Serialize, ToSchema)]
pub struct NowView {
    storm: Option<StormView>,
    /// The signs hold, and nobody has switched it on.
    proposed: bool,
    allowed: Vec<&'static str>,
}

fn now_view(storm: Option<&Storm>, proposed: bool) -> Json<NowView> {
    Json(NowView { storm: storm.map(StormView::from), proposed, allowed: allowed(storm.is_some()).to_vec() })
}

/// Whether storm mode is on, since when and why: the mark in the bar.
#[utoipa::path(get, path = "/api/storms/now", tag = "storms", responses((status = 200, body = NowView)))]
pub async fn now(State(app): State<App>) -> Answer<NowView> {
    let on = store::open(&app.db).await?;
    let proposed = match on {
        Some(_) => false,
        None => {
            let thresholds = config::read::<Settings>(&app.db).await?.value.thresholds;
            store::read_watch(&app.db).await?.proposes(&thresholds, app.now())
        }
    };
    Ok(now_view(on.as_ref(), proposed))
}

/// `{"act":"on","why":"…","minutes":120}`, `{"act":"expect","minutes":60}`, `{"act":"off","why":"…"}`.
#[utoipa::path(post, path = "/api/storms/act", tag = "storms", request_body = Act,
    responses((status = 200, body = NowView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn act(
    State(app): State<App>,
    Extension(applier): Extension<Arc<Applier>>,
    actor: Actor,
    Json(act): Json<Act>,
) -> Answer<NowView> {
    let storm = switch(&app, &act, Some(actor.person)).await?;
    // It is decided and kept: should the exchange be out of reach, the job tells it as soon as it is not.
    if let Err(failure) = applier.apply(&app.db).await {
        tracing::warn!("storm mode is switched, and the exchange does not know yet: {failure:#}");
    }
    Ok(now_view(Some(&storm).filter(|storm| storm.ended_at.is_none()), false))
}

#[derive(Debug, Deserialize, IntoParams)]
pub struct Asked {
    /// Those that began before: the `next` of the page before.
    before: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Line {
    #[serde(flatten)]
    storm: StormView,
    report: Report,
}

const PAGE: i64 = 20;

async fn line(app: &App, (storm, report): store::Kept) -> anyhow::Result<Line> {
    let report = match report {
        Some(kept) => serde_json::from_str(&kept)?,
        None => report::of(app, &storm).await?,
    };
    Ok(Line { storm: StormView::from(&storm), report })
}

/// Storms, the newest first, each with its figures.
#[utoipa::path(get, path = "/api/storms", tag = "storms", params(Asked), responses((status = 200, body = Page<Line>)))]
pub async fn list(State(app): State<App>, Query(asked): Query<Asked>) -> Answer<Page<Line>> {
    let before: Timestamp = given("before", asked.before.as_deref())?.unwrap_or(Timestamp::MAX);
    let found = store::list(&app.db, before, PAGE + 1).await?;
    let Page { items: found, next } = Page::of(found, PAGE, |(storm, _)| storm.began_at.to_string());
    let mut items = Vec::new();
    for kept in found {
        items.push(line(&app, kept).await?);
    }
    Ok(Json(Page { items, next }))
}

/// One with its report.
#[utoipa::path(get, path = "/api/storms/{id}", tag = "storms", params(("id" = String, Path)),
    responses((status = 200, body = Line), (status = 404, body = ErrorBody)))]
pub async fn one(State(app): State<App>, Path(id): Path<i64>) -> Answer<Line> {
    let found = store::one(&app.db, id).await?.ok_or_else(Error::not_found)?;
    Ok(Json(line(&app, found).await?))
}
