//! The supply network: a level at a time, one element with who hangs below, and what is done to it.

use axum::extract::State;
use kernel::{AccountId, CustomerId, ElementId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query};

use super::view::Sight;
use crate::permissions::NETWORK;
use crate::rules::network::{Around, Kept, NetworkAct, NewElement, added, decide};
use crate::rules::{Class, Refusal};
use crate::store::elements::{self, Branch, By};
use crate::store::find::{self, Happened};
use crate::store::load;
use crate::store::supplied::{self, Counts, Place};

const PAGE: i64 = 50;
const FOUND: i64 = 30;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LevelQuery {
    /// What supplies them; without it: where supply comes in.
    #[param(value_type = Option<String>)]
    pub parent: Option<ElementId>,
    /// A part of a code or a name, in the whole network.
    pub text: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// Elements directly below one, by their codes; or those with a text in code or name.
#[utoipa::path(get, path = "/api/customers/network", tag = "customers", params(LevelQuery),
    responses((status = 200, body = Page<Branch>)))]
pub async fn level(State(app): State<App>, Query(query): Query<LevelQuery>) -> Answer<Page<Branch>> {
    let text: String = query.text.as_deref().map(str::trim).unwrap_or_default().chars().take(64).collect();
    if !text.is_empty() {
        let items = elements::search(&app.db, &text, FOUND).await?;
        return Ok(Json(Page { items, next: None }));
    }
    let after = query.after.unwrap_or_default();
    let rows = elements::level(&app.db, query.parent, &after, PAGE + 1).await?;
    Ok(Json(Page::of(rows, PAGE, |branch| branch.element.code.clone())))
}

/// One element.
#[derive(Debug, Serialize, ToSchema)]
pub struct ElementView {
    #[serde(flatten)]
    element: Kept,
    /// Why it is out of service.
    retired_why: Option<String>,
    /// From where supply comes in down to this one.
    path: Vec<Kept>,
    /// Directly below it.
    elements: i64,
    points: i64,
    /// However far below it.
    below: Counts,
    /// `change`, `move`, `retire`, `restore`, `add`.
    allowed: Vec<&'static str>,
    history: Vec<Happened>,
}

async fn shown(app: &App, actor: &Actor, id: ElementId) -> Answer<ElementView> {
    let mut connection = app.db.read().acquire().await.map_err(anyhow::Error::from)?;
    let element = elements::one(&mut connection, id).await?.ok_or_else(Error::not_found)?;
    let path = elements::path(&mut connection, id).await?;
    let (below, points) = elements::below(&mut connection, id).await?;
    drop(connection);
    let allowed = match (actor.permissions.has(NETWORK), element.retired_at) {
        (false, _) => Vec::new(),
        (true, Some(_)) => vec!["restore"],
        (true, None) => vec!["change", "move", "retire", "add"],
    };
    Ok(Json(ElementView {
        retired_why: elements::why(&app.db, id).await?,
        path,
        elements: below,
        points,
        below: supplied::counts(&app.db, id).await?,
        allowed,
        history: find::history_of(&app.db, &id.to_string()).await?,
        element,
    }))
}

/// One element with its place in the network, how many hang below, and what was done to it.
#[utoipa::path(get, path = "/api/customers/network/{id}", tag = "customers", params(("id" = String, Path)),
    responses((status = 200, body = ElementView), (status = 404, body = ErrorBody)))]
pub async fn one(State(app): State<App>, actor: Actor, Path(id): Path<ElementId>) -> Answer<ElementView> {
    shown(&app, &actor, id).await
}

/// One who is supplied by it, masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct SuppliedView {
    /// 1 important, 2 life support, 3 elderly, 4 everybody else.
    rank: i64,
    #[schema(value_type = String)]
    account: AccountId,
    #[schema(value_type = String)]
    customer: CustomerId,
    number: String,
    class: Option<Class>,
    name: String,
    address: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Behind {
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// Who hangs below it, those first who must be told first; masked.
#[utoipa::path(get, path = "/api/customers/network/{id}/customers", tag = "customers", params(("id" = String, Path), Behind),
    responses((status = 200, body = Page<SuppliedView>)))]
pub async fn customers(
    State(app): State<App>,
    Path(id): Path<ElementId>,
    Query(behind): Query<Behind>,
) -> Answer<Page<SuppliedView>> {
    let after = match behind.after.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => Place::parse(text).ok_or_else(|| web::bad_query("after"))?,
        None => Place::START,
    };
    let found = supplied::page(&app.db, id, after, PAGE + 1).await?;
    let page = Page::of(found, PAGE, |one| one.place.text());
    let parties: Vec<CustomerId> = page.items.iter().map(|one| one.party).collect();
    let known = load::some(&app.db, &parties).await?;
    Ok(Json(page.map(|one| {
        let customer = known.iter().find(|customer| customer.id == one.party);
        let account = customer.and_then(|customer| customer.accounts.iter().find(|a| a.id == one.account));
        SuppliedView {
            rank: one.place.rank,
            account: one.account,
            customer: one.party,
            number: account.map(|account| account.number.clone()).unwrap_or_default(),
            class: account.map(|account| account.class),
            name: customer.map(|one| Sight::Masked.name(one.kind, &one.name)).unwrap_or_default(),
            address: account.map(|account| Sight::Masked.address(&account.premises.text)).unwrap_or_default(),
        }
    })))
}

/// Adds one.
#[utoipa::path(post, path = "/api/customers/network", tag = "customers", request_body = NewElement,
    responses((status = 200, body = ElementView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn add(State(app): State<App>, actor: Actor, Json(form): Json<NewElement>) -> Answer<ElementView> {
    let mut tx = app.db.begin().await?;
    let parent = match form.parent {
        Some(parent) => Some(elements::one(&mut tx, parent).await?.ok_or(Refusal::NoElement)?),
        None => None,
    };
    let named = added(&form, parent.as_ref())?;
    let id: ElementId = app.id();
    elements::add(&mut tx, id, &form, named, By { who: actor.person, at: app.now() }).await?;
    tx.commit().await?;
    shown(&app, &actor, id).await
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct NetworkActForm {
    /// Of the element as it was read.
    version: i64,
    #[serde(flatten)]
    act: NetworkAct,
}

/// Does something to one: `{"version":1,"act":"move","to":"el_…","reason":"…"}`.
#[utoipa::path(post, path = "/api/customers/network/{id}/acts", tag = "customers", params(("id" = String, Path)),
    request_body = NetworkActForm, responses((status = 200, body = ElementView), (status = 409, body = ErrorBody)))]
pub async fn act(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<ElementId>,
    Json(form): Json<NetworkActForm>,
) -> Answer<ElementView> {
    let mut tx = app.db.begin().await?;
    let before = elements::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if before.version != form.version {
        return Err(Error::changed_meanwhile());
    }
    let mut around = Around::default();
    if let Some(other) = form.act.other() {
        around.other = Some(elements::one(&mut tx, other).await?.ok_or(Refusal::NoElement)?);
        around.above_other = elements::path(&mut tx, other).await?.iter().map(|one| one.id).collect();
    }
    (around.elements, around.points) = elements::below(&mut tx, id).await?;
    around.kinds = elements::kinds_below(&mut tx, id).await?;
    let change = decide(&before, &form.act, &around, app.now())?;
    let by = By { who: actor.person, at: app.now() };
    elements::save(&mut tx, &before, &change, form.act.word(), by).await?;
    tx.commit().await?;
    shown(&app, &actor, id).await
}
