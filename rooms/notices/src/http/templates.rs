//! The texts: written by one, approved by another.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State as Is;
use db::{Entry, Tx, config};
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use crate::rules::LANGUAGE;
use crate::rules::gate::Settings;
use crate::rules::template::{self, Draft, Stage, Template, TemplateAct};
use crate::seeds;
use crate::store::templates;

#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateView {
    code: String,
    language: String,
    version: i64,
    #[schema(value_type = String)]
    state: Stage,
    #[serde(flatten)]
    draft: Draft,
    #[schema(value_type = Option<String>)]
    written_by: Option<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    written_at: Timestamp,
    #[schema(value_type = Option<String>)]
    reviewed_by: Option<PersonId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    reviewed_at: Option<Timestamp>,
    revision: i64,
    /// What the person who asks may do with it, with the permission for it.
    allowed: Vec<TemplateAct>,
    /// Whoever asks has written it.
    own: bool,
    /// The house's wording of now, where this one is the house's of before and nobody here has changed it.
    newer: Option<Draft>,
}

impl TemplateView {
    fn of(template: Template, who: PersonId) -> TemplateView {
        let (allowed, own) = (template::allowed(&template, who), template.written_by == Some(who));
        let Template { code, language, version, stage, draft, .. } = template;
        TemplateView {
            code,
            language,
            version,
            state: stage,
            draft,
            written_by: template.written_by,
            written_at: template.written_at,
            reviewed_by: template.reviewed_by,
            reviewed_at: template.reviewed_at,
            revision: template.revision,
            allowed,
            own,
            newer: None,
        }
    }

    /// With the house's newer wording beside it.
    fn beside(mut self, house: &BTreeMap<String, Draft>, outdated: bool) -> TemplateView {
        self.newer = if outdated { house.get(&self.code).cloned() } else { None };
        self
    }
}

/// As they are shown; `all` by text, the newest version first.
fn views(all: Vec<Template>, who: PersonId) -> anyhow::Result<Vec<TemplateView>> {
    let house = seeds::texts()?;
    let mut standing = BTreeSet::new();
    let view = |template: Template| {
        // Of what is not retired the first: a draft stands before what is in force.
        let is_first = template.stage != Stage::Retired
            && standing.insert((template.code.clone(), template.language.clone()));
        let outdated = is_first
            && template.language == LANGUAGE
            && house.get(&template.code).is_some_and(|now| template::is_outdated(&template, now));
        TemplateView::of(template, who).beside(house, outdated)
    };
    Ok(all.into_iter().map(view).collect())
}

/// Of each text what is in force and what is being written.
#[utoipa::path(get, path = "/api/notices/templates", tag = "notices", responses((status = 200, body = Vec<TemplateView>)))]
pub async fn list(Is(app): Is<App>, actor: Actor) -> Answer<Vec<TemplateView>> {
    let all = templates::list(&app.db).await?;
    Ok(Json(views(all, actor.person)?))
}

/// All versions of a text, newest first.
#[utoipa::path(get, path = "/api/notices/templates/{code}/{language}", tag = "notices",
    params(("code" = String, Path), ("language" = String, Path)),
    responses((status = 200, body = Vec<TemplateView>), (status = 404, body = ErrorBody)))]
pub async fn versions(
    Is(app): Is<App>,
    actor: Actor,
    Path((code, language)): Path<(String, String)>,
) -> Answer<Vec<TemplateView>> {
    let all = templates::versions(&app.db, &code, &language).await?;
    if all.is_empty() {
        return Err(Error::not_found());
    }
    Ok(Json(views(all, actor.person)?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct DraftForm {
    /// Version and revision of the newest as it was read; 0 and 0 for a new text.
    version: i64,
    revision: i64,
    #[serde(flatten)]
    draft: Draft,
}

const LANGUAGES: [&str; 2] = ["zh-CN", "en"];

/// Writes a text: changes the draft there is, or begins the next version.
#[utoipa::path(put, path = "/api/notices/templates/{code}/{language}", tag = "notices",
    params(("code" = String, Path), ("language" = String, Path)), request_body = DraftForm,
    responses((status = 200, body = TemplateView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn write(
    Is(app): Is<App>,
    actor: Actor,
    Path((code, language)): Path<(String, String)>,
    Json(form): Json<DraftForm>,
) -> Answer<TemplateView> {
    template::code(&code)?;
    if !LANGUAGES.contains(&language.as_str()) {
        return Err(Error::not_found());
    }
    let draft = template::checked(&form.draft)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let newest = templates::newest(&mut tx, &code, &language).await?;
    let read = newest.as_ref().map_or((0, 0), |newest| (newest.version, newest.revision));
    if read != (form.version, form.revision) {
        return Err(Error::changed_meanwhile());
    }
    let written = match newest {
        Some(newest) if newest.stage == Stage::Drafted => {
            Template { draft, written_by: Some(actor.person), written_at: now, ..newest }
        }
        newest => Template {
            code,
            language,
            version: newest.map_or(0, |newest| newest.version) + 1,
            stage: Stage::Drafted,
            draft,
            written_by: Some(actor.person),
            written_at: now,
            reviewed_by: None,
            reviewed_at: None,
            revision: 0,
        },
    };
    let done = match written.revision {
        0 => templates::add(&mut tx, &written).await?,
        _ => templates::save(&mut tx, &written).await?,
    };
    if !done {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "version": written.version, "text": written.draft });
    note(&mut tx, now, &actor, &written, "template_written", payload);
    tx.commit().await?;
    Ok(Json(TemplateView::of(Template { revision: written.revision + 1, ..written }, actor.person)))
}

/// The version that is in force or being written, as it was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeForm {
    version: i64,
    revision: i64,
}

/// Takes the house's newer wording as a draft; somebody approves it like any other. What is in force stays so until then.
#[utoipa::path(post, path = "/api/notices/templates/{code}/{language}/house", tag = "notices",
    params(("code" = String, Path), ("language" = String, Path)), request_body = TakeForm,
    responses((status = 200, body = TemplateView), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn take_house(
    Is(app): Is<App>,
    actor: Actor,
    Path((code, language)): Path<(String, String)>,
    Json(form): Json<TakeForm>,
) -> Answer<TemplateView> {
    let house = seeds::texts()?;
    let house = house.get(&code).filter(|_| language == LANGUAGE).ok_or_else(Error::not_found)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let standing = templates::standing(&mut tx, &code, &language).await?.ok_or_else(Error::not_found)?;
    if (standing.version, standing.revision) != (form.version, form.revision) {
        return Err(Error::changed_meanwhile());
    }
    let newest = templates::newest(&mut tx, &code, &language).await?;
    let newest = newest.map_or(standing.version, |newest| newest.version);
    let written = template::taken(&standing, newest, house, now)?;
    let done = match written.revision {
        0 => templates::add(&mut tx, &written).await?,
        _ => templates::save(&mut tx, &written).await?,
    };
    if !done {
        return Err(Error::changed_meanwhile());
    }
    let payload = json!({ "version": written.version, "text": written.draft, "house": true });
    note(&mut tx, now, &actor, &written, "template_written", payload);
    tx.commit().await?;
    Ok(Json(TemplateView::of(Template { revision: written.revision + 1, ..written }, actor.person)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateActForm {
    act: TemplateAct,
    version: i64,
    revision: i64,
}

/// Approves a version, which then is in force, or retires one.
#[utoipa::path(post, path = "/api/notices/templates/{code}/{language}/act", tag = "notices",
    params(("code" = String, Path), ("language" = String, Path)), request_body = TemplateActForm,
    responses((status = 200, body = TemplateView), (status = 409, body = ErrorBody)))]
pub async fn act(
    Is(app): Is<App>,
    actor: Actor,
    Path((code, language)): Path<(String, String)>,
    Json(form): Json<TemplateActForm>,
) -> Answer<TemplateView> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let found = templates::one(&mut tx, &code, &language, form.version).await?;
    let found = found.ok_or_else(Error::not_found)?;
    if found.revision != form.revision {
        return Err(Error::changed_meanwhile());
    }
    let next = template::decide(&found, form.act, actor.person, now)?;
    if !templates::save(&mut tx, &next).await? {
        return Err(Error::changed_meanwhile());
    }
    let kind = if form.act == TemplateAct::Approve { "template_approved" } else { "template_retired" };
    note(&mut tx, now, &actor, &next, kind, json!({ "version": next.version }));
    tx.commit().await?;
    Ok(Json(TemplateView::of(Template { revision: next.revision + 1, ..next }, actor.person)))
}

fn note(tx: &mut Tx, at: Timestamp, actor: &Actor, of: &Template, kind: &'static str, payload: Value) {
    let subject = format!("{}.{}", of.code, of.language);
    tx.journal(Entry { at, who: Some(actor.person), room: "notices", subject, kind, payload });
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewForm {
    draft: Draft,
    /// The examples of the fields where nothing is given.
    #[serde(default)]
    values: BTreeMap<String, String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    text: String,
    characters: usize,
    /// How many text messages a telephone gets.
    parts: usize,
    /// The most characters of one that stands alone, and of a part.
    alone: usize,
    part: usize,
}

/// A text as a telephone would get it.
#[utoipa::path(post, path = "/api/notices/templates/preview", tag = "notices", request_body = PreviewForm,
    responses((status = 200, body = Preview), (status = 422, body = ErrorBody)))]
pub async fn preview(Is(app): Is<App>, Json(form): Json<PreviewForm>) -> Answer<Preview> {
    let draft = template::checked(&form.draft)?;
    let settings = config::read::<Settings>(&app.db).await?.value;
    let mut values: BTreeMap<String, String> =
        draft.fields.iter().map(|field| (field.key.clone(), field.example.clone())).collect();
    values.extend(form.values.into_iter().filter(|(_, value)| !value.trim().is_empty()));
    let text = template::filled(&draft.body, &draft.fields, &values)?;
    let text = template::signed(text, &settings.signature);
    let parts = gateways::sms::parts(&text);
    let (alone, part) = parts.first().map_or((0, 0), |part| part.coding.units());
    Ok(Json(Preview { characters: text.encode_utf16().count(), parts: parts.len(), alone, part, text }))
}
