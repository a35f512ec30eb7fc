//! What an element of the network has to do with outages: those it was in, and who puts them up where it supplies.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use db::config;
use kernel::ElementId;
use kernel::calendar::Calendar;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, App, Json, Path};

use super::views::{OutageLine, line};
use crate::rules::Settings;
use crate::rules::greeting::Voice;
use crate::store::{liaisons, of_element};

/// An outage of an element.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfElement {
    #[serde(flatten)]
    outage: OutageLine,
    /// All that it supplies is off: it, or what supplies it, is named. Otherwise a part below it.
    whole: bool,
}

/// Who answers for it, or for something above or below it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Answers {
    id: String,
    name: String,
    place: String,
    retired: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ElementOutages {
    /// Now, coming and past, the newest first.
    outages: Vec<OfElement>,
    liaisons: Vec<Answers>,
}

/// Outages that an element was in, and the liaisons who cover it.
#[utoipa::path(get, path = "/api/outages/elements/{id}", tag = "outages", params(("id" = String, Path)),
    responses((status = 200, body = ElementOutages)))]
pub async fn show(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Path(id): Path<ElementId>,
) -> Answer<ElementOutages> {
    let settings = config::read::<Settings>(&app.db).await?.value;
    let voice = Voice { now: app.now(), calendar: &calendar, settings: &settings };
    let found = of_element::outages(&app.db, id).await?;
    let covering = liaisons::covering(&app.db, id).await?;
    let outages =
        found.iter().map(|(outage, whole)| OfElement { outage: line(outage, voice), whole: *whole });
    let answers = covering.into_iter().map(|one| Answers {
        id: one.id.to_string(),
        name: one.name,
        place: one.place,
        retired: one.retired_at.is_some(),
    });
    Ok(Json(ElementOutages { outages: outages.collect(), liaisons: answers.collect() }))
}
