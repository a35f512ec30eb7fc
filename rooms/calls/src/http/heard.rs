//! How many callers were told something before the menu, and how many asked for a person all the same.

use axum::extract::State;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, App, Json, Query, given};

use crate::store::heard::{self, Figures};

/// Subjects told of at a time.
const SUBJECTS_MAX: u32 = 200;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Only this one (`ou_…`).
    pub subject: Option<String>,
    /// Told at or after this instant (RFC 3339).
    pub from: Option<String>,
    /// Told before this instant.
    pub to: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct HeardList {
    /// Those most heard first, 200 at the most.
    pub items: Vec<Figures>,
}

#[utoipa::path(get, path = "/api/calls/heard", tag = "calls", params(Asked),
    responses((status = 200, body = HeardList)))]
pub async fn list(State(app): State<App>, Query(asked): Query<Asked>) -> Answer<HeardList> {
    let from: Option<Timestamp> = given("from", asked.from.as_deref())?;
    let to: Option<Timestamp> = given("to", asked.to.as_deref())?;
    let from = from.unwrap_or(Timestamp::from_micros(0));
    let to = to.unwrap_or(Timestamp::MAX);
    let items = heard::figures(&app.db, asked.subject.as_deref(), from, to, SUBJECTS_MAX).await?;
    Ok(Json(HeardList { items }))
}
