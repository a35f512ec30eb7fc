//! The figures of a period.

use axum::extract::State;
use web::{Answer, App, Grouped, Json, Period, Query, word};

use crate::gather::gather;
use crate::rules::Table;

/// K19 to K29 of a period, by unit, kind or area. What each number counted opens with `set` in the list of its room.
#[utoipa::path(get, path = "/api/statistics", tag = "statistics", params(Period, Grouped),
    responses((status = 200, body = Table)))]
pub async fn figures(
    State(app): State<App>,
    Query(period): Query<Period>,
    Query(grouped): Query<Grouped>,
) -> Answer<Table> {
    let (from, to) = period.read()?;
    let by = word("by", grouped.by.as_deref())?.unwrap_or_default();
    Ok(Json(gather(&app, by, from, to).await?))
}
