//! The organisation over HTTP: the tree, one unit of it, and changes.

use std::collections::BTreeMap;

use axum::extract::State;
use kernel::{PersonId, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::members::MemberView;
use super::note;
use crate::rules::roster::{Duty, OnDuty};
use crate::rules::{Act, Kind, Membership, Post, Tree, Unit};
use crate::store;
use crate::store::reach::Hears;

/// A unit as it stands in the tree.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitView {
    #[schema(value_type = String)]
    id: UnitId,
    #[schema(value_type = Option<String>)]
    parent: Option<UnitId>,
    kind: Kind,
    code: String,
    name: String,
    /// Assists from outside.
    external: bool,
    /// Its own words; empty is the parent's.
    duties: Vec<String>,
    areas: Vec<String>,
    phone: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    retired_at: Option<Timestamp>,
    version: i64,
    /// How many belong to it.
    people: i64,
    /// How many of them lead it.
    leaders: i64,
    /// What may be done with it now.
    #[schema(value_type = Vec<String>)]
    allowed: Vec<Act>,
}

impl UnitView {
    fn of(tree: &Tree, unit: &Unit, (people, leaders): (i64, i64), now: Timestamp) -> UnitView {
        let allowed = tree.allowed(unit, people, now);
        let Unit { id, parent, kind, code, name, external, duties, areas, phone, retired_at, version } =
            unit.clone();
        UnitView {
            id,
            parent,
            kind,
            code,
            name,
            external,
            duties,
            areas,
            phone,
            retired_at,
            version,
            people,
            leaders,
            allowed,
        }
    }
}

/// A unit with all that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeUnit {
    #[serde(flatten)]
    unit: UnitView,
    /// What it handles, its own words or those from above.
    duties_in_force: Vec<String>,
    areas_in_force: Vec<String>,
    members: Vec<MemberView>,
    on_duty: Vec<OnDutyView>,
    /// Who hears what is sent to it now.
    hears: HearsView,
}

/// Whom a message finds now, of the unit itself or of those above it.
#[derive(Debug, Serialize, ToSchema)]
pub struct HearsView {
    hears: Hears,
    #[schema(value_type = Vec<String>)]
    people: Vec<PersonId>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct OnDutyView {
    #[schema(value_type = String)]
    person: PersonId,
    phone: Option<String>,
    duty: Duty,
}

impl From<OnDuty> for OnDutyView {
    fn from(OnDuty { person, phone, duty }: OnDuty) -> Self {
        OnDutyView { person, phone, duty }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NameView {
    #[schema(value_type = String)]
    id: UnitId,
    #[schema(value_type = Option<String>)]
    parent: Option<UnitId>,
    kind: Kind,
    code: String,
    name: String,
    external: bool,
    retired: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct MembershipView {
    #[schema(value_type = String)]
    unit: UnitId,
    post: Post,
}

/// What concerns the one who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mine {
    units: Vec<MembershipView>,
    /// The own units and, for who leads, all below them.
    #[schema(value_type = Vec<String>)]
    scope: Vec<UnitId>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitForm {
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    parent: Option<UnitId>,
    kind: Kind,
    code: String,
    name: String,
    #[serde(default)]
    external: bool,
    #[serde(default)]
    duties: Vec<String>,
    #[serde(default)]
    areas: Vec<String>,
    #[serde(default)]
    phone: Option<String>,
    /// Of the unit as it was read; not for a new one.
    #[serde(default)]
    version: i64,
}

impl UnitForm {
    fn unit(self, id: UnitId, retired_at: Option<Timestamp>) -> Unit {
        let UnitForm { parent, kind, code, name, external, duties, areas, phone, version } = self;
        Unit { id, parent, kind, code, name, external, duties, areas, phone, retired_at, version }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    act: Act,
    /// Of the unit as it was read.
    version: i64,
}

/// Every unit by code, for names behind ids.
#[utoipa::path(get, path = "/api/departments/names", tag = "departments",
    responses((status = 200, body = Vec<NameView>)))]
pub async fn names(State(app): State<App>) -> Answer<Vec<NameView>> {
    let name = |unit: Unit| NameView {
        id: unit.id,
        parent: unit.parent,
        kind: unit.kind,
        code: unit.code,
        name: unit.name,
        external: unit.external,
        retired: unit.retired_at.is_some(),
    };
    Ok(Json(store::all(&app.db).await?.into_iter().map(name).collect()))
}

/// The units of the one who asks, and what is seen from there.
#[utoipa::path(get, path = "/api/departments/mine", tag = "departments", responses((status = 200, body = Mine)))]
pub async fn mine(State(app): State<App>, actor: Actor) -> Answer<Mine> {
    let view = |Membership { unit, post }: Membership| MembershipView { unit, post };
    let units = store::units_of(&app.db, actor.person).await?.into_iter().map(view).collect();
    Ok(Json(Mine { units, scope: store::scope_of(&app.db, actor.person).await? }))
}

/// Every unit, retired ones too.
#[utoipa::path(get, path = "/api/departments/units", tag = "departments",
    responses((status = 200, body = Vec<UnitView>)))]
pub async fn list(State(app): State<App>) -> Answer<Vec<UnitView>> {
    let units = store::all(&app.db).await?;
    let tree = Tree::from(units.clone());
    let counts: BTreeMap<UnitId, (i64, i64)> = store::counts(&app.db)
        .await?
        .into_iter()
        .map(|(unit, people, leaders)| (unit, (people, leaders)))
        .collect();
    let view =
        |unit: &Unit| UnitView::of(&tree, unit, counts.get(&unit.id).copied().unwrap_or_default(), app.now());
    Ok(Json(units.iter().map(view).collect()))
}

/// One unit with its people, who is on duty now, and what it takes from above.
#[utoipa::path(get, path = "/api/departments/units/{id}", tag = "departments", params(("id" = String, Path)),
    responses((status = 200, body = WholeUnit), (status = 404, body = ErrorBody)))]
pub async fn one(State(app): State<App>, Path(id): Path<UnitId>) -> Answer<WholeUnit> {
    let tree = Tree::from(store::all(&app.db).await?);
    let unit = tree.get(id).ok_or_else(Error::not_found)?;
    let members = store::members(&app.db, id).await?;
    let leaders = members.iter().filter(|member| member.post == Post::Leader).count();
    let counts = (i64::try_from(members.len()).unwrap_or(0), i64::try_from(leaders).unwrap_or(0));
    let on_duty = store::roster::on_duty(&app.db, id, app.now()).await?;
    let heard = store::reach::hears(&app.db, id, app.now()).await?;
    let people = heard.hands.iter().map(|(person, _)| *person).collect();
    Ok(Json(WholeUnit {
        unit: UnitView::of(&tree, unit, counts, app.now()),
        duties_in_force: tree.duties(id).to_vec(),
        areas_in_force: tree.areas(id).to_vec(),
        members: members.into_iter().map(MemberView::from).collect(),
        on_duty: on_duty.into_iter().map(OnDutyView::from).collect(),
        hears: HearsView { hears: heard.hears, people },
    }))
}

/// Adds a unit.
#[utoipa::path(post, path = "/api/departments/units", tag = "departments", request_body = UnitForm,
    responses((status = 200, body = UnitView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn add(State(app): State<App>, actor: Actor, Json(form): Json<UnitForm>) -> Answer<UnitView> {
    let unit = Unit { version: 1, ..form.unit(app.id(), None).tidy()? };
    let mut tx = app.db.begin().await?;
    let mut units = store::hold(&mut tx).await?;
    Tree::from(units.clone()).put(&unit)?;
    store::add(&mut tx, &unit).await?;
    note(&mut tx, app.now(), Some(actor.person), unit.id, "unit_added", told(&unit))?;
    tx.commit().await?;
    units.push(unit.clone());
    Ok(Json(UnitView::of(&Tree::from(units), &unit, (0, 0), app.now())))
}

/// Changes a unit, or moves it below another.
#[utoipa::path(put, path = "/api/departments/units/{id}", tag = "departments", params(("id" = String, Path)),
    request_body = UnitForm,
    responses((status = 200, body = UnitView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UnitId>,
    Json(form): Json<UnitForm>,
) -> Answer<UnitView> {
    let mut tx = app.db.begin().await?;
    let tree = Tree::from(store::hold(&mut tx).await?);
    let before = tree.get(id).ok_or_else(Error::not_found)?;
    let unit = form.unit(id, before.retired_at).tidy()?;
    tree.put(&unit)?;
    save(&mut tx, &unit).await?;
    let payload = json!({ "before": told(before), "after": told(&unit) });
    note(&mut tx, app.now(), Some(actor.person), id, "unit_changed", payload)?;
    answer(&app, tx, unit).await
}

/// Retires a unit, or takes it back: `{"act":"retire","version":1}`.
#[utoipa::path(post, path = "/api/departments/units/{id}/act", tag = "departments", params(("id" = String, Path)),
    request_body = ActForm, responses((status = 200, body = UnitView), (status = 409, body = ErrorBody)))]
pub async fn act(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<UnitId>,
    Json(form): Json<ActForm>,
) -> Answer<UnitView> {
    let mut tx = app.db.begin().await?;
    let tree = Tree::from(store::hold(&mut tx).await?);
    let before = tree.get(id).ok_or_else(Error::not_found)?;
    let people = store::count(&mut tx, id).await?;
    let unit = Unit { version: form.version, ..tree.decide(before, form.act, people, app.now())? };
    save(&mut tx, &unit).await?;
    let kind = match form.act {
        Act::Retire => "unit_retired",
        Act::Restore => "unit_restored",
    };
    note(&mut tx, app.now(), Some(actor.person), id, kind, json!({ "code": unit.code }))?;
    answer(&app, tx, unit).await
}

async fn save(tx: &mut db::Tx, unit: &Unit) -> Result<(), Error> {
    if store::change(tx, unit).await? { Ok(()) } else { Err(Error::changed_meanwhile()) }
}

async fn answer(app: &App, mut tx: db::Tx, unit: Unit) -> Answer<UnitView> {
    let tree = Tree::from(store::within(&mut tx).await?);
    let people = store::count(&mut tx, unit.id).await?;
    tx.commit().await?;
    let unit = tree.get(unit.id).ok_or_else(Error::not_found)?;
    let leaders = store::members(&app.db, unit.id).await?;
    let leaders = leaders.iter().filter(|member| member.post == Post::Leader).count();
    Ok(Json(UnitView::of(&tree, unit, (people, i64::try_from(leaders).unwrap_or(0)), app.now())))
}

/// What the journal tells of a unit.
pub(crate) fn told(unit: &Unit) -> Value {
    let Unit { id: _, parent, kind, code, name, external, duties, areas, phone, retired_at: _, version: _ } =
        unit;
    json!({ "parent": parent, "kind": kind, "code": code, "name": name, "external": external, "duties": duties,
        "areas": areas, "phone": phone })
}
