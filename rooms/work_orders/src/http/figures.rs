//! Figures of a period: how many orders came, how many were closed in time, sent back, urged.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, App, Grouped, Json, Period, Query, word};

use crate::rules::figures::{k22, k24, k25};
use crate::store::figures::{By, Counts, counts};

/// Counts and rates of one unit, kind or area.
#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresView {
    /// A unit's id, a kind, an area; absent where there is none.
    key: Option<String>,
    #[serde(flatten)]
    counts: Counts,
    /// 工单及时率, 0 to 1; absent of nothing.
    k22: Option<f64>,
    /// 退单率
    k24: Option<f64>,
    /// 催办率
    k25: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Figures {
    rows: Vec<FiguresView>,
    all: FiguresView,
}

fn view((key, counts): (Option<String>, Counts)) -> FiguresView {
    FiguresView {
        key,
        k22: k22(counts.on_time, counts.late, counts.overdue),
        k24: k24(counts.returned, counts.dispatched),
        k25: k25(counts.urged, counts.accepted),
        counts,
    }
}

/// What became of the orders of a period.
#[utoipa::path(get, path = "/api/work_orders/figures", tag = "work_orders", params(Period, Grouped),
    responses((status = 200, body = Figures)))]
pub async fn figures(
    State(app): State<App>,
    Query(period): Query<Period>,
    Query(grouped): Query<Grouped>,
) -> Answer<Figures> {
    let (from, to) = period.read()?;
    let by = word("by", grouped.by.as_deref())?.unwrap_or(By::Unit);
    let rows = counts(&app.db, by, from, to, app.now()).await?;
    let all = view((None, rows.iter().map(|(_, counts)| *counts).sum()));
    Ok(Json(Figures { rows: rows.into_iter().map(view).collect(), all }))
}
