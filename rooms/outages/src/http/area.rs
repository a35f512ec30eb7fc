//! Where: elements of the network found by name, and how many would be affected.

use std::collections::BTreeSet;

use axum::extract::State;
use customers::rules::Utility;
use customers::rules::network::Kept as Element;
use customers::store::network;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, App, ErrorBody, Json, Query};

use super::affected::{AffectedView, shown};
use crate::rules::outage::Counts;
use crate::rules::{Area, Refusal};
use crate::store::affected;

pub const ROWS_MAX: usize = 5_000;

#[derive(Debug, Deserialize, IntoParams)]
pub struct Find {
    /// The beginning of a code or a name.
    text: String,
}

/// Elements of the network.
#[utoipa::path(get, path = "/api/outages/elements", tag = "outages", params(Find), responses((status = 200, body = Vec<Element>)))]
pub async fn elements(State(app): State<App>, Query(find): Query<Find>) -> Answer<Vec<Element>> {
    let text = find.text.trim();
    if text.is_empty() {
        return Ok(Json(Vec::new()));
    }
    Ok(Json(network::find(&app.db, text, 20).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewForm {
    utility: Utility,
    area: Area,
    /// Accounts by their numbers (户号), beside those of the area.
    #[serde(default)]
    numbers: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    counts: Counts,
    /// The first of those who must be told first: important, life support, elderly.
    first: Vec<AffectedView>,
    /// With the accounts that were named by number.
    area: Area,
    /// Numbers that are nobody's account.
    unknown: Vec<String>,
}

/// How many would be affected; nothing is kept.
#[utoipa::path(post, path = "/api/outages/preview", tag = "outages", request_body = PreviewForm,
    responses((status = 200, body = Preview), (status = 422, body = ErrorBody)))]
pub async fn preview(State(app): State<App>, Json(form): Json<PreviewForm>) -> Answer<Preview> {
    let PreviewForm { utility, mut area, numbers } = form;
    if numbers.len() > ROWS_MAX || area.elements.len() > ROWS_MAX {
        return Err(Refusal::TooMany { field: "accounts", most: ROWS_MAX }.into());
    }
    let found = affected::accounts(&app.db, &numbers).await?;
    let known: BTreeSet<&str> = found.iter().map(|(_, number)| number.as_str()).collect();
    let unknown = numbers.iter().filter(|number| !known.contains(number.as_str())).cloned().collect();
    area.accounts.extend(found.iter().map(|(id, _)| *id));
    area.accounts.sort_unstable();
    area.accounts.dedup();
    let (counts, first) = affected::preview(&app.db, app.id(), utility, &area).await?;
    let first = shown(&app.db, first).await?;
    Ok(Json(Preview { counts, first, area, unknown }))
}
