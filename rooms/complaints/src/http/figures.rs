//! What the cases of a period come to, by cause, unit, level, sub-type or month.

use axum::extract::State;
use kernel::UnitId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Json, Period, Query, bad_query};

use crate::committee;
use crate::rules::figures::{By, Tally};
use crate::store::{findings, found};

/// By what cases are told apart.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Apart {
    /// `cause`, `unit`, `level`, `subtype` or `month`; `cause` if not given.
    pub by: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresLine {
    /// A cause, a level, a sub-type, a unit's id or a month; empty where there is none yet.
    key: String,
    #[serde(flatten)]
    tally: Tally,
}

/// How many findings of a kind came to what.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundLine {
    kind: String,
    state: String,
    count: i64,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct FiguresView {
    total: Tally,
    lines: Vec<FiguresLine>,
    findings: Vec<FoundLine>,
}

/// What the cases of a period come to; without those that fell away, and without what is about oneself.
#[utoipa::path(get, path = "/api/complaints/figures", tag = "complaints", params(Period, Apart),
    responses((status = 200, body = FiguresView)))]
pub async fn figures(
    State(app): State<App>,
    actor: Actor,
    Query(period): Query<Period>,
    Query(apart): Query<Apart>,
) -> Answer<FiguresView> {
    let (from, to) = period.read()?;
    let by = apart.by.as_deref().filter(|by| !by.is_empty()).unwrap_or("cause");
    let by = By::parse(by).ok_or_else(|| bad_query("by"))?;
    let asker = committee::asker(&app, &actor).await?;
    let looker = committee::looker(&actor, &asker);
    let groups = found::groups_of(&app.db, &looker, (from, to), by).await?;
    let counts = findings::counts(&app.db, &looker, (from, to)).await?;
    let total = groups.iter().fold(Tally::default(), |sum, group| sum.plus(group.tally));
    let line = |group: found::Group| {
        let key = match (by, group.key.parse()) {
            (By::Unit, Ok(unit)) => UnitId(unit).to_string(),
            _ => group.key,
        };
        FiguresLine { key, tally: group.tally }
    };
    let found = |count: findings::Count| {
        let findings::Count { kind, state, count } = count;
        FoundLine { kind, state, count }
    };
    Ok(Json(FiguresView {
        total,
        lines: groups.into_iter().map(line).collect(),
        findings: counts.into_iter().map(found).collect(),
    }))
}
