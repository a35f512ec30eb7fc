//! Whose matter something is, over HTTP: what is suggested, and what rulings taught.

use axum::extract::State;
use axum::http::StatusCode;
use kernel::{Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Query};

use super::note;
use crate::store;

/// Lessons in one answer.
const LEARNT_MAX: i64 = 500;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Matter {
    /// Words for it, the most telling first, with commas between them.
    kinds: String,
    /// A district or an address.
    area: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
pub struct Lesson {
    kind: String,
    /// Empty where no area was known.
    area: String,
    #[param(value_type = String)]
    #[schema(value_type = String)]
    unit: UnitId,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LearntView {
    #[serde(flatten)]
    lesson: Lesson,
    rulings: i64,
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
}

/// The units that should have a matter, the best first.
#[utoipa::path(get, path = "/api/departments/suggestion", tag = "departments", params(Matter),
    responses((status = 200, body = Vec<String>)))]
pub async fn suggestion(State(app): State<App>, Query(matter): Query<Matter>) -> Answer<Vec<UnitId>> {
    let kinds: Vec<&str> = matter.kinds.split([',', '\u{ff0c}', '、']).map(str::trim).take(20).collect();
    Ok(Json(crate::suggest(&app.db, &kinds, matter.area.as_deref()).await?))
}

/// What rulings taught, the newest first.
#[utoipa::path(get, path = "/api/departments/learnt", tag = "departments",
    responses((status = 200, body = Vec<LearntView>)))]
pub async fn learnt(State(app): State<App>) -> Answer<Vec<LearntView>> {
    let view = |(row, last_at): (crate::rules::suggest::Learnt, Timestamp)| LearntView {
        lesson: Lesson { kind: row.kind, area: row.area, unit: row.unit },
        rulings: row.rulings,
        last_at,
    };
    Ok(Json(store::learnt::newest(&app.db, LEARNT_MAX).await?.into_iter().map(view).collect()))
}

/// Forgets a lesson that was wrong; the configured duties and areas count again.
#[utoipa::path(delete, path = "/api/departments/learnt", tag = "departments", params(Lesson),
    responses((status = 204), (status = 404, body = ErrorBody)))]
pub async fn forget(
    State(app): State<App>,
    actor: Actor,
    Query(lesson): Query<Lesson>,
) -> Result<StatusCode, Error> {
    let mut tx = app.db.begin().await?;
    if !store::learnt::forget(&mut tx, &lesson.kind, &lesson.area, lesson.unit).await? {
        return Err(Error::not_found());
    }
    let payload = json!({ "kind": lesson.kind, "area": lesson.area });
    note(&mut tx, app.now(), Some(actor.person), lesson.unit, "lesson_forgotten", payload)?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
