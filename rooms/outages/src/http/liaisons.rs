//! Liaisons: who they are and what they answer for.

use axum::extract::State;
use customers::store::network;
use db::Entry;
use kernel::{ElementId, PhoneNumber, Timestamp, mask};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use crate::ROOM;
use crate::permissions::LIAISONS;
use crate::rules::Refusal;
use crate::store::liaisons::{self, Covers, Liaison};

/// One liaison. The number is whole for whoever may change it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LiaisonView {
    id: String,
    name: String,
    phone: String,
    place: String,
    communities: Vec<String>,
    elements: Vec<customers::rules::network::Kept>,
    consent: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = DateTime)]
    retired_at: Option<Timestamp>,
    version: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LiaisonForm {
    name: String,
    phone: String,
    place: String,
    #[serde(default)]
    communities: Vec<String>,
    /// By their codes.
    #[serde(default)]
    elements: Vec<String>,
    /// Agreed to be written to.
    consent: bool,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
    #[serde(default)]
    retired: bool,
    /// When it is changed: of what was read.
    #[serde(default)]
    version: i64,
}

/// All liaisons.
#[utoipa::path(get, path = "/api/outages/liaisons", tag = "outages", responses((status = 200, body = Vec<LiaisonView>)))]
pub async fn list(State(app): State<App>, actor: Actor) -> Answer<Vec<LiaisonView>> {
    let all = liaisons::all(&app.db).await?;
    let ids: Vec<ElementId> = all.iter().flat_map(|one| one.covers.elements.iter().copied()).collect();
    let elements = network::by_ids(&app.db, &ids).await?;
    let whole = actor.permissions.has(LIAISONS);
    let view = |one: Liaison| LiaisonView {
        id: one.id.to_string(),
        name: one.name,
        phone: if whole { one.phone } else { mask::phone(&one.phone) },
        place: one.place,
        elements: elements
            .iter()
            .filter(|element| one.covers.elements.contains(&element.id))
            .cloned()
            .collect(),
        communities: one.covers.communities,
        consent: one.covers.consent,
        valid_until: one.valid_until,
        retired_at: one.retired_at,
        version: one.version,
    };
    Ok(Json(all.into_iter().map(view).collect()))
}

async fn read(app: &App, id: i64, form: &LiaisonForm) -> Result<Liaison, Error> {
    const MOST: usize = 40;
    let line = |field, text: &str, most: usize| {
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let fits = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if fits { Ok(text) } else { Err(Refusal::BadField { field, most }) }
    };
    let phone: PhoneNumber = form.phone.parse().map_err(|_| Refusal::BadPhone)?;
    if form.communities.len() > 200 || form.elements.len() > 200 {
        return Err(Refusal::TooMany { field: "communities", most: 200 }.into());
    }
    let elements = network::by_codes(&app.db, &form.elements).await?;
    if let Some(first) = form.elements.iter().find(|code| !elements.iter().any(|one| one.code == **code)) {
        return Err(Refusal::NoElements { first: first.clone() }.into());
    }
    let mut communities = Vec::new();
    for community in form.communities.iter().filter(|text| !text.trim().is_empty()) {
        communities.push(line("communities", community, MOST)?);
    }
    if communities.is_empty() && elements.is_empty() {
        return Err(Refusal::AreaFirst.into());
    }
    Ok(Liaison {
        id,
        name: line("name", &form.name, 20)?,
        phone: phone.as_str().to_owned(),
        place: line("place", &form.place, MOST)?,
        covers: Covers {
            elements: elements.iter().map(|element| element.id).collect(),
            communities,
            consent: form.consent,
        },
        valid_until: form.valid_until,
        retired_at: form.retired.then(|| app.now()),
        version: form.version,
    })
}

fn note(tx: &mut db::Tx, app: &App, actor: &Actor, liaison: &Liaison, kind: &'static str) {
    let payload = json!({ "place": liaison.place, "phone": mask::phone(&liaison.phone), "retired": liaison.retired_at });
    let (at, who, subject) = (app.now(), Some(actor.person), format!("liaison {}", liaison.id));
    tx.journal(Entry { at, who, room: ROOM, subject, kind, payload });
}

/// Adds one.
#[utoipa::path(post, path = "/api/outages/liaisons", tag = "outages", request_body = LiaisonForm,
    responses((status = 200, body = Vec<LiaisonView>), (status = 422, body = ErrorBody)))]
pub async fn add(
    State(app): State<App>,
    actor: Actor,
    Json(form): Json<LiaisonForm>,
) -> Answer<Vec<LiaisonView>> {
    let liaison = read(&app, app.id(), &form).await?;
    let mut tx = app.db.begin().await?;
    liaisons::add(&mut tx, &liaison).await?;
    note(&mut tx, &app, &actor, &liaison, "liaison_added");
    tx.commit().await?;
    list(State(app), actor).await
}

/// Changes or retires one.
#[utoipa::path(put, path = "/api/outages/liaisons/{id}", tag = "outages", params(("id" = i64, Path)), request_body = LiaisonForm,
    responses((status = 200, body = Vec<LiaisonView>), (status = 409, body = ErrorBody)))]
pub async fn change(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<i64>,
    Json(form): Json<LiaisonForm>,
) -> Answer<Vec<LiaisonView>> {
    let liaison = read(&app, id, &form).await?;
    let mut tx = app.db.begin().await?;
    if !liaisons::save(&mut tx, &liaison).await? {
        return Err(Error::changed_meanwhile());
    }
    note(&mut tx, &app, &actor, &liaison, "liaison_changed");
    tx.commit().await?;
    list(State(app), actor).await
}
