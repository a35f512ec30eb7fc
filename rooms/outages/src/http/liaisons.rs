//! Liaisons: who they are and what they answer for.

use axum::extract::State;
use customers::store::network;
use db::Entry;
use kernel::{ElementId, PhoneNumber, Timestamp, mask};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query, given, page_size, pair};

use crate::ROOM;
use crate::permissions::LIAISONS;
use crate::rules::Refusal;
use crate::store::liaisons::{self, Covers, Liaison, Search};

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

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Part of a name, of what somebody answers for, or of a number for whoever may see it.
    text: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 if not given.
    limit: Option<String>,
}

/// A page of liaisons.
#[utoipa::path(get, path = "/api/outages/liaisons", tag = "outages", params(Asked),
    responses((status = 200, body = Page<LiaisonView>), (status = 400, body = ErrorBody)))]
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Answer<Page<LiaisonView>> {
    let limit = i64::from(page_size(given("limit", asked.limit.as_deref())?));
    let after: Option<(i64, String)> = pair("after", asked.after.as_deref())?;
    let (id, place) = after.unwrap_or((i64::MIN, String::new()));
    let search = Search {
        text: asked.text.as_deref().unwrap_or_default(),
        numbers: actor.permissions.has(LIAISONS),
        after: (place.as_str(), id),
        limit,
    };
    let found = liaisons::list(&app.db, &search).await?;
    let page = Page::of(found, limit, |last| format!("{}~{}", last.id, last.place));
    let items = views(&app, &actor, page.items).await?;
    Ok(Json(Page { items, next: page.next }))
}

/// As this person may see them.
async fn views(app: &App, actor: &Actor, all: Vec<Liaison>) -> anyhow::Result<Vec<LiaisonView>> {
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
    Ok(all.into_iter().map(view).collect())
}

/// One of them, as it is kept now.
async fn shown(app: &App, actor: &Actor, liaison: Liaison) -> Answer<LiaisonView> {
    let found = views(app, actor, vec![liaison]).await?;
    Ok(Json(found.into_iter().next().ok_or_else(Error::not_found)?))
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
    responses((status = 200, body = LiaisonView), (status = 422, body = ErrorBody)))]
pub async fn add(State(app): State<App>, actor: Actor, Json(form): Json<LiaisonForm>) -> Answer<LiaisonView> {
    let liaison = read(&app, app.id(), &form).await?;
    let mut tx = app.db.begin().await?;
    liaisons::add(&mut tx, &liaison).await?;
    note(&mut tx, &app, &actor, &liaison, "liaison_added");
    tx.commit().await?;
    shown(&app, &actor, Liaison { version: 1, ..liaison }).await
}

/// Changes or retires one.
#[utoipa::path(put, path = "/api/outages/liaisons/{id}", tag = "outages", params(("id" = i64, Path)), request_body = LiaisonForm,
    responses((status = 200, body = LiaisonView), (status = 409, body = ErrorBody)))]
pub async fn change(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<i64>,
    Json(form): Json<LiaisonForm>,
) -> Answer<LiaisonView> {
    let liaison = read(&app, id, &form).await?;
    let mut tx = app.db.begin().await?;
    if !liaisons::save(&mut tx, &liaison).await? {
        return Err(Error::changed_meanwhile());
    }
    note(&mut tx, &app, &actor, &liaison, "liaison_changed");
    tx.commit().await?;
    shown(&app, &actor, Liaison { version: liaison.version + 1, ..liaison }).await
}
