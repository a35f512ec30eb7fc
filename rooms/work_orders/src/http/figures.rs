//! Figures of a period: how many orders came, how many were closed in time, sent back, urged.

use axum::extract::State;
use kernel::UnitId;
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
    accepted: i64,
    /// Answered on the call.
    answered: i64,
    dispatched: i64,
    returned: i64,
    urged: i64,
    reopened: i64,
    supervised: i64,
    on_time: i64,
    late: i64,
    overdue: i64,
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

fn view(counts: Counts, by: By) -> FiguresView {
    let Counts {
        key,
        accepted,
        answered,
        dispatched,
        returned,
        urged,
        reopened,
        supervised,
        on_time,
        late,
        overdue,
    } = counts;
    let key = match by {
        By::Unit => key.parse().ok().filter(|id| *id != 0).map(|id: i64| UnitId(id).to_string()),
        By::Kind | By::Area => Some(key).filter(|key| !key.is_empty()),
    };
    FiguresView {
        k22: k22(on_time, late, overdue),
        k24: k24(returned, dispatched),
        k25: k25(urged, accepted),
        key,
        accepted,
        answered,
        dispatched,
        returned,
        urged,
        reopened,
        supervised,
        on_time,
        late,
        overdue,
    }
}

fn sum(rows: &[Counts]) -> Counts {
    rows.iter().fold(Counts::default(), |all, row| Counts {
        key: String::new(),
        accepted: all.accepted + row.accepted,
        answered: all.answered + row.answered,
        dispatched: all.dispatched + row.dispatched,
        returned: all.returned + row.returned,
        urged: all.urged + row.urged,
        reopened: all.reopened + row.reopened,
        supervised: all.supervised + row.supervised,
        on_time: all.on_time + row.on_time,
        late: all.late + row.late,
        overdue: all.overdue + row.overdue,
    })
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
    let all = view(sum(&rows), by);
    Ok(Json(Figures { rows: rows.into_iter().map(|row| view(row, by)).collect(), all }))
}
