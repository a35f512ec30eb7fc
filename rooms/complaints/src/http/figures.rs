//! What the cases of a period come to, by cause, unit, level, sub-type or month.

use axum::extract::State;
use kernel::{Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Json, Query};

use super::cases::bad;
use crate::committee;
use crate::rules::figures::{By, Tally};
use crate::store::{findings, found};

/// Of which period, and by what.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Period {
    /// Opened, or found, at or after this instant (RFC 3339), and before that.
    pub from: String,
    pub to: String,
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
#[utoipa::path(get, path = "/api/complaints/figures", tag = "complaints", params(Period),
    responses((status = 200, body = FiguresView)))]
pub async fn figures(
    State(app): State<App>,
    actor: Actor,
    Query(period): Query<Period>,
) -> Answer<FiguresView> {
    let from: Timestamp = period.from.parse().map_err(|_| bad("from"))?;
    let to: Timestamp = period.to.parse().map_err(|_| bad("to"))?;
    let by = period.by.as_deref().filter(|by| !by.is_empty()).unwrap_or("cause");
    let by = By::parse(by).ok_or_else(|| bad("by"))?;
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
