//! Flows that rooms bring along.

use axum::Extension;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Answer, App, Json};

use crate::centre::Centre;
use crate::store;

#[derive(Serialize, ToSchema)]
pub struct TemplateItem {
    name: String,
    /// What it is for.
    about: String,
    /// The draft to begin with in this centre.
    source: String,
    /// A flow of this name is there already.
    there: bool,
}

#[derive(Serialize, ToSchema)]
pub struct TemplateList {
    items: Vec<TemplateItem>,
}

/// What a new flow can begin with.
#[utoipa::path(get, path = "/api/ivr_flows/templates", tag = "ivr_flows", responses((status = 200, body = TemplateList)))]
pub async fn list(State(app): State<App>, Extension(centre): Extension<Centre>) -> Answer<TemplateList> {
    let (names, flows) = (centre.names(&app.db).await?, store::all(&app.db).await?);
    let item = |template: &crate::Template| TemplateItem {
        name: template.name.to_owned(),
        about: template.about.to_owned(),
        source: template.draft(&names),
        there: flows.iter().any(|flow| flow.name == template.name),
    };
    Ok(Json(TemplateList { items: centre.templates.iter().map(item).collect() }))
}
