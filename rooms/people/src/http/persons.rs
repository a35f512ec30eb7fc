//! People: listing, adding, changing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use kernel::{BuiltIn, GroupId, PersonId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query};

use super::{Desk, entry};
use crate::rules::change::{self, Act, Allowed, Asker, Denied, Edit};
use crate::rules::{Person, Refusal, State as PersonState};
use crate::store::list::{self, Filter};
use crate::store::{self, session};
use crate::{Changed, secrets};

/// A person as those see it who may read people.
#[derive(Serialize, ToSchema)]
pub struct PersonView {
    #[schema(value_type = String)]
    id: PersonId,
    /// 工号
    number: String,
    name: String,
    #[schema(value_type = Option<String>)]
    group: Option<GroupId>,
    roles: BTreeSet<String>,
    queues: Vec<Served>,
    /// Skill to level, 1 to 9.
    skills: BTreeMap<String, u8>,
    state: PersonState,
    /// After wrong passwords.
    #[schema(value_type = Option<String>, format = DateTime)]
    locked_until: Option<Timestamp>,
    phone: bool,
    contact: Option<String>,
    wrap_up_s: Option<u64>,
    must_change_password: bool,
    version: i64,
    /// What you may do now.
    allowed: Vec<Allowed>,
}

/// A queue somebody serves.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Served {
    #[schema(value_type = String)]
    queue: QueueId,
    /// 1 is asked first.
    rank: u8,
}

fn asker(actor: &Actor) -> Asker<'_> {
    Asker { person: actor.person, permissions: &actor.permissions }
}

impl PersonView {
    fn of(person: Person, actor: &Actor, now: Timestamp) -> PersonView {
        PersonView {
            allowed: change::allowed(&person, asker(actor)),
            id: person.id,
            number: person.number,
            name: person.name,
            group: person.group,
            roles: person.roles,
            queues: person.queues.into_iter().map(|(queue, rank)| Served { queue, rank }).collect(),
            skills: person.skills,
            state: person.state,
            locked_until: person.locked_until.filter(|until| *until > now),
            phone: person.phone,
            contact: person.contact,
            wrap_up_s: person.wrap_up.map(|d| d.as_secs()),
            must_change_password: person.must_change_password,
            version: person.version,
        }
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Forbidden => Error::forbidden(),
            Denied::Refused(refusal) => refusal.into(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
pub struct PeopleQuery {
    /// Part of the name, or the beginning of the number.
    text: Option<String>,
    #[param(value_type = Option<String>)]
    group: Option<GroupId>,
    role: Option<String>,
    state: Option<PersonState>,
    after: Option<String>,
    /// 1 to 200; 50 if not given.
    limit: Option<u32>,
}

/// Who works here, in order of number.
#[utoipa::path(get, path = "/api/people/persons", tag = "people", params(PeopleQuery),
    responses((status = 200, body = Page<PersonView>)))]
pub async fn list_persons(
    State(app): State<App>,
    actor: Actor,
    Query(query): Query<PeopleQuery>,
) -> Answer<Page<PersonView>> {
    let limit = i64::from(web::page_size(query.limit));
    let filter = Filter {
        text: query.text.unwrap_or_default(),
        group: query.group,
        role: query.role.unwrap_or_default(),
        state: query.state.map(|state| state.key().to_owned()).unwrap_or_default(),
        after: query.after.unwrap_or_default(),
        limit,
    };
    let people = list::people(&app.db, &filter).await?;
    let now = app.now();
    let page = Page::of(people, limit, |person| person.number.clone());
    Ok(Json(page.map(|person| PersonView::of(person, &actor, now))))
}

/// One person.
#[utoipa::path(get, path = "/api/people/persons/{id}", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = PersonView), (status = 404, body = ErrorBody)))]
pub async fn get_person(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<PersonId>,
) -> Answer<PersonView> {
    let mut connection = app.db.read().acquire().await.map_err(anyhow::Error::from)?;
    let (person, _) = store::by_id(&mut connection, id).await?.ok_or_else(Error::not_found)?;
    Ok(Json(PersonView::of(person, &actor, app.now())))
}

/// Everything that can be edited; what is left out is taken away.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonForm {
    name: String,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    group: Option<GroupId>,
    #[serde(default)]
    roles: BTreeSet<String>,
    #[serde(default)]
    queues: Vec<Served>,
    #[serde(default)]
    skills: BTreeMap<String, u8>,
    #[serde(default)]
    phone: bool,
    #[serde(default)]
    contact: Option<String>,
    #[serde(default)]
    wrap_up_s: Option<u64>,
}

impl PersonForm {
    fn edit(self) -> Edit {
        Edit {
            name: self.name,
            group: self.group,
            roles: self.roles,
            queues: self.queues.into_iter().map(|served| (served.queue, served.rank)).collect(),
            skills: self.skills,
            phone: self.phone,
            contact: self.contact.filter(|contact| !contact.is_empty()),
            wrap_up: self.wrap_up_s.map(Duration::from_secs),
        }
    }
}

#[derive(Deserialize, ToSchema)]
pub struct NewPerson {
    /// 工号: 1 to 32 letters, digits, `-`, `_` or `.`; never changed afterwards.
    number: String,
    #[serde(flatten)]
    form: PersonForm,
}

/// Somebody with a password to be handed over; it is shown once and must be changed at the first sign-in.
#[derive(Serialize, ToSchema)]
pub struct WithPassword {
    person: PersonView,
    temporary_password: String,
}

/// Adds somebody.
#[utoipa::path(post, path = "/api/people/persons", tag = "people", request_body = NewPerson,
    responses((status = 200, body = WithPassword), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn add_person(
    State(app): State<App>,
    Extension(desk): Extension<Desk>,
    actor: Actor,
    Json(new): Json<NewPerson>,
) -> Answer<WithPassword> {
    let now = app.now();
    let mut person = Person::new(app.id(), &new.number, &new.form.name, BuiltIn::Agent)?;
    let edit = new.form.edit();
    let temporary = secrets::temporary_password(app.chance.as_ref())?;
    let hash = desk.passwords.hash(&temporary, app.chance.as_ref()).await?;
    let mut tx = app.db.begin().await?;
    change::apply(&mut person, &edit, &list::known(&mut tx).await?)?;
    if !store::insert(&mut tx, &person).await? {
        return Err(Refusal::NumberTaken.into());
    }
    let digest = desk.digest(person.phone, &person.number, &temporary);
    let secret = store::Secret { hash, digest, must_change: true };
    store::set_password(&mut tx, person.id, &secret, now).await?;
    person.must_change_password = true;
    let payload = json!({ "number": person.number, "name": person.name, "roles": person.roles });
    tx.journal(entry(now, Some(actor.person), person.id, "person_added", payload));
    tx.emit(now, &Changed { person: person.id })?;
    tx.commit().await?;
    Ok(Json(WithPassword { person: PersonView::of(person, &actor, now), temporary_password: temporary }))
}

#[derive(Deserialize, ToSchema)]
pub struct ChangePerson {
    /// Of the person as it was read; somebody else's change in between is a 409.
    version: i64,
    #[serde(flatten)]
    form: PersonForm,
}

/// Changes somebody. Who may only assign can change group, queues, skills and wrap-up.
#[utoipa::path(put, path = "/api/people/persons/{id}", tag = "people", params(("id" = String, Path)),
    request_body = ChangePerson,
    responses((status = 200, body = PersonView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn change_person(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<PersonId>,
    Json(change): Json<ChangePerson>,
) -> Answer<PersonView> {
    act(&app, &actor, id, change.version, &Act::Edit(change.form.edit()), None).await
}

/// What is done to a person.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    Lock,
    Unlock,
    Leave,
    TakeBack,
}

#[derive(Deserialize, ToSchema)]
pub struct DoTo {
    version: i64,
    act: Doing,
    /// Kept in the journal.
    #[serde(default)]
    reason: Option<String>,
}

/// Locks, unlocks, releases or takes back; whoever is locked or leaves is signed out at once.
#[utoipa::path(post, path = "/api/people/persons/{id}/acts", tag = "people", params(("id" = String, Path)),
    request_body = DoTo,
    responses((status = 200, body = PersonView), (status = 409, body = ErrorBody)))]
pub async fn act_on_person(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<PersonId>,
    Json(form): Json<DoTo>,
) -> Answer<PersonView> {
    let doing = match form.act {
        Doing::Lock => Act::Lock,
        Doing::Unlock => Act::Unlock,
        Doing::Leave => Act::Leave,
        Doing::TakeBack => Act::TakeBack,
    };
    act(&app, &actor, id, form.version, &doing, form.reason).await
}

async fn act(
    app: &App,
    actor: &Actor,
    id: PersonId,
    version: i64,
    act: &Act,
    reason: Option<String>,
) -> Answer<PersonView> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let (before, _) = store::by_id(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let known = list::known(&mut tx).await?;
    let mut after = change::decide(&before, act, asker(actor), &known)?;
    after.version = version;
    if !store::update(&mut tx, &after).await? {
        return Err(Error::changed_meanwhile());
    }
    after.version += 1;
    if after.state != PersonState::Active {
        session::end_all(&mut tx, id, None).await?;
    }
    let kind = match act {
        Act::Edit(_) => "person_changed",
        Act::Lock => "person_locked",
        Act::Unlock => "person_unlocked",
        Act::Leave => "person_left",
        Act::TakeBack => "person_taken_back",
        Act::ResetPassword => "password_reset",
    };
    let mut payload = differences(&before, &after);
    if let Some(reason) = reason {
        payload.insert("reason".to_owned(), reason.chars().take(500).collect::<String>().into());
    }
    tx.journal(entry(now, Some(actor.person), id, kind, payload.into()));
    tx.emit(now, &Changed { person: id })?;
    tx.commit().await?;
    Ok(Json(PersonView::of(after, actor, now)))
}

/// Old and new value of each field that changed, for the journal.
fn differences(before: &Person, after: &Person) -> serde_json::Map<String, serde_json::Value> {
    let fields = |p: &Person| {
        [
            ("name", json!(p.name)),
            ("group", json!(p.group)),
            ("roles", json!(p.roles)),
            ("queues", p.queues.iter().map(|(queue, rank)| json!([queue, rank])).collect()),
            ("skills", json!(p.skills)),
            ("state", json!(p.state)),
            ("phone", json!(p.phone)),
            ("contact", json!(p.contact)),
            ("wrap_up_s", json!(p.wrap_up.map(|d| d.as_secs()))),
        ]
    };
    let pairs = fields(before).into_iter().zip(fields(after));
    let changed = pairs.filter(|((_, old), (_, new))| old != new);
    changed.map(|((name, old), (_, new))| (name.to_owned(), json!([old, new]))).collect()
}

/// Gives somebody a new temporary password; every session of the person ends.
#[utoipa::path(post, path = "/api/people/persons/{id}/password", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = WithPassword), (status = 403, body = ErrorBody)))]
pub async fn reset_password(
    State(app): State<App>,
    Extension(desk): Extension<Desk>,
    actor: Actor,
    Path(id): Path<PersonId>,
) -> Answer<WithPassword> {
    let now = app.now();
    let temporary = secrets::temporary_password(app.chance.as_ref())?;
    let hash = desk.passwords.hash(&temporary, app.chance.as_ref()).await?;
    let mut tx = app.db.begin().await?;
    let (person, _) = store::by_id(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let known = list::known(&mut tx).await?;
    let mut after = change::decide(&person, &Act::ResetPassword, asker(&actor), &known)?;
    let digest = desk.digest(person.phone, &person.number, &temporary);
    let secret = store::Secret { hash, digest, must_change: true };
    store::set_password(&mut tx, id, &secret, now).await?;
    session::end_all(&mut tx, id, None).await?;
    tx.journal(entry(now, Some(actor.person), id, "password_reset", json!({})));
    tx.emit(now, &Changed { person: id })?;
    tx.commit().await?;
    after.locked_until = None;
    Ok(Json(WithPassword { person: PersonView::of(after, &actor, now), temporary_password: temporary }))
}

/// A name for an id.
#[derive(Serialize, ToSchema)]
pub struct NameView {
    #[schema(value_type = String)]
    id: PersonId,
    number: String,
    name: String,
    #[schema(value_type = Option<String>)]
    group: Option<GroupId>,
}

/// Numbers and names of everybody who works here, for screens that hold ids.
#[utoipa::path(get, path = "/api/people/directory", tag = "people", responses((status = 200, body = Vec<NameView>)))]
pub async fn directory(State(app): State<App>) -> Answer<Vec<NameView>> {
    let names = list::directory(&app.db).await?;
    let view = |l: list::Listed| NameView { id: l.id, number: l.number, name: l.name, group: l.group };
    Ok(Json(names.into_iter().map(view).collect()))
}
