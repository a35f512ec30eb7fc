//! The roster over HTTP: a unit's weeks, who is on duty now, and changes.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context;
use axum::extract::State;
use axum::http::StatusCode;
use db::Tx;
use kernel::{DutyId, PersonId, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path, Query};

use super::note;
use crate::permissions::{CONFIGURE, ROSTER};
use crate::rules::roster::{self, Duty, Stretch, WEEK};
use crate::rules::{self, Refusal, Tree};
use crate::store;
use crate::store::roster as kept;

/// The longest time that is shown at once.
const DAYS_MAX: u64 = 62;

#[derive(Debug, Serialize, ToSchema)]
pub struct StretchView {
    #[schema(value_type = String)]
    id: DutyId,
    #[schema(value_type = String)]
    unit: UnitId,
    #[schema(value_type = String)]
    person: PersonId,
    duty: Duty,
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
    phone: Option<String>,
    /// Why somebody is first in two units at once.
    reason: Option<String>,
    version: i64,
}

impl From<Stretch> for StretchView {
    fn from(stretch: Stretch) -> Self {
        let Stretch { id, unit, person, duty, from, to, phone, reason, changed_at: _, version } = stretch;
        StretchView { id, unit, person, duty, from, to, phone, reason, version }
    }
}

/// From … to, the end not included.
#[derive(Debug, Serialize, ToSchema)]
pub struct Span {
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RosterView {
    stretches: Vec<StretchView>,
    /// When nobody is on duty: neither first nor second.
    gaps: Vec<Span>,
    /// The one who asks may change it.
    may_change: bool,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    #[param(value_type = String)]
    unit: UnitId,
    #[param(value_type = String)]
    from: Timestamp,
    #[param(value_type = String)]
    to: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct NowView {
    #[schema(value_type = String)]
    person: PersonId,
    duty: Duty,
    phone: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// A unit, and who is on duty there.
#[derive(Debug, Serialize, ToSchema)]
pub struct OnDutyHere {
    #[schema(value_type = String)]
    unit: UnitId,
    /// It plans its duties, and neither first nor second is there.
    nobody: bool,
    on_duty: Vec<NowView>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StretchForm {
    #[schema(value_type = String)]
    pub unit: UnitId,
    #[schema(value_type = String)]
    pub person: PersonId,
    pub duty: Duty,
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    #[serde(default)]
    pub phone: Option<String>,
    /// Why somebody is first in two units at once.
    #[serde(default)]
    pub reason: Option<String>,
    /// Of the stretch as it was read; not for a new one.
    #[serde(default)]
    pub version: i64,
}

impl StretchForm {
    pub(super) fn stretch(&self, id: DutyId, now: Timestamp) -> Result<Stretch, Refusal> {
        Ok(Stretch {
            id,
            unit: self.unit,
            person: self.person,
            duty: self.duty,
            from: self.from,
            to: self.to,
            phone: rules::phone(self.phone.as_deref())?,
            reason: roster::reason(self.reason.as_deref())?,
            changed_at: now,
            version: self.version,
        })
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AtVersion {
    version: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyForm {
    #[schema(value_type = String)]
    unit: UnitId,
    /// The beginning of the week that is copied, …
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// … and of the one it is copied to.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOut {
    #[schema(value_type = String)]
    person: PersonId,
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// Why, as a refusal.
    #[schema(value_type = Object)]
    why: Refusal,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Copied {
    copied: usize,
    left_out: Vec<LeftOut>,
}

/// The roster of a unit.
#[utoipa::path(get, path = "/api/departments/roster", tag = "departments", params(Asked),
    responses((status = 200, body = RosterView), (status = 422, body = ErrorBody)))]
pub async fn list(State(app): State<App>, actor: Actor, Query(asked): Query<Asked>) -> Answer<RosterView> {
    let Asked { unit, from, to } = asked;
    if to <= from || to.since(from) > Duration::from_secs(DAYS_MAX * 24 * 3600) {
        return Err(Refusal::BadSpan { days: DAYS_MAX }.into());
    }
    store::unit(&app.db, unit).await?.ok_or_else(Error::not_found)?;
    let mut reading = app.db.read().acquire().await.context("a connection for reading")?;
    let stretches = kept::of_unit(&mut reading, unit, from, to).await?;
    drop(reading);
    let gaps = roster::gaps(&stretches, from, to).into_iter().map(|(from, to)| Span { from, to }).collect();
    let may_change = actor.permissions.has(ROSTER) && may(&app, &actor, unit).await?;
    Ok(Json(RosterView {
        stretches: stretches.into_iter().map(StretchView::from).collect(),
        gaps,
        may_change,
    }))
}

/// Who is on duty now, in every unit that plans its duties.
#[utoipa::path(get, path = "/api/departments/on_duty", tag = "departments",
    responses((status = 200, body = Vec<OnDutyHere>)))]
pub async fn now(State(app): State<App>) -> Answer<Vec<OnDutyHere>> {
    let (now, planned) = kept::everywhere(&app.db, app.now()).await?;
    let units: BTreeSet<UnitId> = planned.iter().copied().chain(now.iter().map(|one| one.unit)).collect();
    let here = |unit: UnitId| {
        let mut on_duty: Vec<NowView> = now
            .iter()
            .filter(|one| one.unit == unit)
            .map(|one| NowView {
                person: one.on_duty.person,
                duty: one.on_duty.duty,
                phone: one.on_duty.phone.clone(),
                until: one.until,
            })
            .collect();
        on_duty.sort_by_key(|one| one.duty);
        let nobody = planned.contains(&unit) && on_duty.iter().all(|one| one.duty == Duty::Leader);
        OnDutyHere { unit, nobody, on_duty }
    };
    Ok(Json(units.into_iter().map(here).collect()))
}

/// Puts somebody on duty.
#[utoipa::path(post, path = "/api/departments/roster", tag = "departments", request_body = StretchForm,
    responses((status = 200, body = StretchView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn add(State(app): State<App>, actor: Actor, Json(form): Json<StretchForm>) -> Answer<StretchView> {
    let now = app.now();
    let stretch = Stretch { version: 1, ..form.stretch(app.id(), now)? };
    allow(&app, &actor, stretch.unit).await?;
    let mut tx = app.db.begin().await?;
    let tree = Tree::from(store::hold(&mut tx).await?);
    put_in(&mut tx, &tree, &stretch, now).await?;
    note(&mut tx, now, Some(actor.person), stretch.unit, "duty_added", told(&stretch))?;
    tx.commit().await?;
    Ok(Json(stretch.into()))
}

/// Changes who is on duty, or when.
#[utoipa::path(put, path = "/api/departments/roster/{id}", tag = "departments", params(("id" = String, Path)),
    request_body = StretchForm,
    responses((status = 200, body = StretchView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DutyId>,
    Json(form): Json<StretchForm>,
) -> Answer<StretchView> {
    let now = app.now();
    let mut stretch = form.stretch(id, now)?;
    allow(&app, &actor, stretch.unit).await?;
    let mut tx = app.db.begin().await?;
    let tree = Tree::from(store::hold(&mut tx).await?);
    let before = kept::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    // A stretch stays in its unit: the one where it was would not be asked.
    if before.unit != stretch.unit {
        return Err(Error::not_found());
    }
    roster::strike(&before, now)?;
    check(&mut tx, &tree, &stretch, now).await?;
    if !kept::change(&mut tx, &stretch).await? {
        return Err(Error::changed_meanwhile());
    }
    stretch.version += 1;
    let payload = json!({ "before": told(&before), "after": told(&stretch) });
    note(&mut tx, now, Some(actor.person), stretch.unit, "duty_changed", payload)?;
    tx.commit().await?;
    Ok(Json(stretch.into()))
}

/// Takes somebody off duty: what is still to come goes, what runs ends now.
#[utoipa::path(delete, path = "/api/departments/roster/{id}", tag = "departments",
    params(("id" = String, Path), AtVersion), responses((status = 204), (status = 409, body = ErrorBody)))]
pub async fn remove(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<DutyId>,
    Query(AtVersion { version }): Query<AtVersion>,
) -> Result<StatusCode, Error> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let before = kept::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    allow(&app, &actor, before.unit).await?;
    let done = match roster::strike(&before, now)? {
        Some(ended) => kept::change(&mut tx, &Stretch { version, ..ended }).await?,
        None => kept::remove(&mut tx, id, version).await?,
    };
    if !done {
        return Err(Error::changed_meanwhile());
    }
    note(&mut tx, now, Some(actor.person), before.unit, "duty_removed", told(&before))?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Copies a week to another one; what does not fit there is left out and told.
#[utoipa::path(post, path = "/api/departments/roster/copy", tag = "departments", request_body = CopyForm,
    responses((status = 200, body = Copied), (status = 422, body = ErrorBody)))]
pub async fn copy(State(app): State<App>, actor: Actor, Json(form): Json<CopyForm>) -> Answer<Copied> {
    let CopyForm { unit, from, to } = form;
    let now = app.now();
    if to < from + WEEK {
        return Err(Refusal::EndsBeforeItBegins.into());
    }
    allow(&app, &actor, unit).await?;
    let mut tx = app.db.begin().await?;
    let tree = Tree::from(store::hold(&mut tx).await?);
    active(&tree, unit)?;
    let (mut copied, mut left_out) = (0, Vec::new());
    for stretch in kept::of_unit(&mut tx, unit, from, from + WEEK).await? {
        // What began the week before is that week's.
        if stretch.from < from {
            continue;
        }
        let stretch = stretch.later(to.since(from), app.id(), now);
        match why_not(&mut tx, &tree, &stretch, now).await? {
            None => {
                kept::add(&mut tx, &stretch).await?;
                copied += 1;
            }
            Some(why) => left_out.push(LeftOut { person: stretch.person, from: stretch.from, why }),
        }
    }
    let payload = json!({ "from": from, "to": to, "copied": copied, "left_out": left_out.len() });
    note(&mut tx, now, Some(actor.person), unit, "week_copied", payload)?;
    tx.commit().await?;
    Ok(Json(Copied { copied, left_out }))
}

/// Whether somebody plans the duties of this unit: of all, or of those he sees.
async fn may(app: &App, actor: &Actor, unit: UnitId) -> anyhow::Result<bool> {
    Ok(actor.permissions.has(CONFIGURE) || store::scope_of(&app.db, actor.person).await?.contains(&unit))
}

pub(super) async fn allow(app: &App, actor: &Actor, unit: UnitId) -> Result<(), Error> {
    if may(app, actor, unit).await? { Ok(()) } else { Err(Refusal::NotYourUnit.into()) }
}

/// Why a stretch may not stand, asked of the rows around it.
pub(super) async fn why_not(
    tx: &mut Tx,
    tree: &Tree,
    stretch: &Stretch,
    now: Timestamp,
) -> anyhow::Result<Option<Refusal>> {
    let upwards: Vec<UnitId> = tree.upwards(stretch.unit).map(|unit| unit.id).collect();
    let belongs = store::belongs_to(tx, stretch.person, &upwards).await?;
    let others = kept::of_person(tx, stretch.person, stretch.from, stretch.to).await?;
    Ok(roster::check(stretch, &others, belongs, now).err())
}

pub(super) fn active(tree: &Tree, unit: UnitId) -> Result<(), Refusal> {
    let unit = tree.get(unit).ok_or(Refusal::NoSuchUnit)?;
    if unit.retired_at.is_some() { Err(Refusal::Retired) } else { Ok(()) }
}

async fn check(tx: &mut Tx, tree: &Tree, stretch: &Stretch, now: Timestamp) -> Result<(), Error> {
    active(tree, stretch.unit)?;
    match why_not(tx, tree, stretch, now).await? {
        Some(why) => Err(why.into()),
        None => Ok(()),
    }
}

async fn put_in(tx: &mut Tx, tree: &Tree, stretch: &Stretch, now: Timestamp) -> Result<(), Error> {
    check(tx, tree, stretch, now).await?;
    kept::add(tx, stretch).await?;
    Ok(())
}

pub(super) fn told(stretch: &Stretch) -> Value {
    let Stretch { person, duty, from, to, phone, reason, .. } = stretch;
    json!({ "duty_id": stretch.id, "person": person, "duty": duty, "from": from, "to": to, "phone": phone,
        "reason": reason })
}
