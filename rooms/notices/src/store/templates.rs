//! Texts with fields, in versions.

use std::collections::BTreeMap;

use anyhow::Context;
use db::{Db, Row, Text, Tx};
use kernel::{PersonId, Timestamp};
use sqlx::Row as _;

use crate::rules::Class;
use crate::rules::template::{Draft, Stage, Template};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT code, language, version, name, class, state, subject, body, fields, urgent, written_by, written_at, \
             reviewed_by, reviewed_at, revision FROM notices_template ",
            $rest
        )
    };
}

/// The language asked for, or else the house's.
const APPROVED: &str = columns!(
    "WHERE code = $1 AND state = 'approved' AND language IN ($2, $3) \
     ORDER BY CASE WHEN language = $2 THEN 0 ELSE 1 END LIMIT 1"
);
const ONE: &str = columns!("WHERE code = $1 AND language = $2 AND version = $3");
const NEWEST: &str = columns!("WHERE code = $1 AND language = $2 ORDER BY version DESC LIMIT 1");
/// In force, or being written.
const STANDING: &str =
    columns!("WHERE code = $1 AND language = $2 AND state <> 'retired' ORDER BY version DESC LIMIT 1");
const VERSIONS: &str = columns!("WHERE code = $1 AND language = $2 ORDER BY version DESC LIMIT 100");
const NAMES: Text = db::in_texts!(
    "SELECT code, name, state FROM notices_template WHERE code IN ",
    " AND language = $2 ORDER BY code, version DESC"
);
/// Of each text what is in force and what is being written.
const LIST: &str = columns!(
    "AS t WHERE state <> 'retired' OR NOT EXISTS (SELECT 1 FROM notices_template n WHERE n.code = t.code \
     AND n.language = t.language AND n.version > t.version) ORDER BY code, language, version DESC LIMIT 500"
);
const ADD: &str = "INSERT INTO notices_template (code, language, version, name, class, state, subject, body, fields, \
     written_by, written_at, reviewed_by, reviewed_at, urgent, revision) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1) ON CONFLICT (code, language, version) DO NOTHING";
const SAVE: &str = "UPDATE notices_template SET name = $1, class = $2, state = $3, subject = $4, body = $5, fields = $6, \
     written_by = $7, written_at = $8, reviewed_by = $9, reviewed_at = $10, urgent = $11, revision = revision + 1 \
     WHERE code = $12 AND language = $13 AND version = $14 AND revision = $15";
const RETIRE_OTHERS: &str = "UPDATE notices_template SET state = 'retired', revision = revision + 1 \
     WHERE code = $1 AND language = $2 AND version <> $3 AND state = 'approved'";

fn template(row: &Row) -> anyhow::Result<Template> {
    let (class, state, fields): (String, String, String) =
        (row.try_get("class")?, row.try_get("state")?, row.try_get("fields")?);
    let person = |name: &str| -> anyhow::Result<Option<PersonId>> {
        Ok(row.try_get::<Option<i64>, _>(name)?.map(PersonId))
    };
    Ok(Template {
        code: row.try_get("code")?,
        language: row.try_get("language")?,
        version: row.try_get("version")?,
        stage: Stage::of(&state).with_context(|| format!("the state {state}"))?,
        draft: Draft {
            name: row.try_get("name")?,
            class: Class::of(&class).with_context(|| format!("the class {class}"))?,
            urgent: row.try_get::<i64, _>("urgent")? == 1,
            subject: row.try_get("subject")?,
            body: row.try_get("body")?,
            fields: serde_json::from_str(&fields).context("the fields as kept")?,
        },
        written_by: person("written_by")?,
        written_at: Timestamp::from_micros(row.try_get("written_at")?),
        reviewed_by: person("reviewed_by")?,
        reviewed_at: row.try_get::<Option<i64>, _>("reviewed_at")?.map(Timestamp::from_micros),
        revision: row.try_get("revision")?,
    })
}

/// The text in force, in this language or the house's.
pub async fn approved(
    tx: &mut Tx,
    code: &str,
    language: &str,
    house: &str,
) -> anyhow::Result<Option<Template>> {
    let query = sqlx::query(APPROVED).bind(code).bind(language).bind(house);
    let row = query.fetch_optional(&mut **tx).await.context("reading a template")?;
    row.as_ref().map(template).transpose()
}

pub async fn one(tx: &mut Tx, code: &str, language: &str, version: i64) -> anyhow::Result<Option<Template>> {
    let query = sqlx::query(ONE).bind(code).bind(language).bind(version);
    let row = query.fetch_optional(&mut **tx).await.context("reading a template")?;
    row.as_ref().map(template).transpose()
}

pub async fn newest(tx: &mut Tx, code: &str, language: &str) -> anyhow::Result<Option<Template>> {
    let row = sqlx::query(NEWEST).bind(code).bind(language).fetch_optional(&mut **tx).await;
    row.context("reading a template")?.as_ref().map(template).transpose()
}

/// What is in force, or the draft of what is to be.
pub async fn standing(tx: &mut Tx, code: &str, language: &str) -> anyhow::Result<Option<Template>> {
    let row = sqlx::query(STANDING).bind(code).bind(language).fetch_optional(&mut **tx).await;
    row.context("reading a template")?.as_ref().map(template).transpose()
}

pub async fn versions(db: &Db, code: &str, language: &str) -> anyhow::Result<Vec<Template>> {
    let rows = sqlx::query(VERSIONS).bind(code).bind(language).fetch_all(db.read()).await;
    rows.context("the versions of a template")?.iter().map(template).collect()
}

/// Of these texts, each with what goes out in its place, those that nobody has approved, by name: nothing is sent by them.
pub async fn unapproved(
    db: &Db,
    texts: &[(&str, Option<String>)],
    language: &str,
) -> anyhow::Result<Vec<String>> {
    let codes: Vec<&str> =
        texts.iter().flat_map(|(code, or)| [Some(*code), or.as_deref()]).flatten().collect();
    let query = sqlx::query(NAMES.of(db.kind())).bind(serde_json::to_string(&codes)?).bind(language);
    let rows = query.fetch_all(db.read()).await.context("which texts are approved")?;
    let mut known: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for row in &rows {
        let (code, state): (String, String) = (row.try_get("code")?, row.try_get("state")?);
        // The newest comes first, and names it.
        let one = known.entry(code).or_insert((row.try_get("name")?, false));
        one.1 |= Stage::of(&state) == Some(Stage::Approved);
    }
    let goes = |code: &str| known.get(code).is_some_and(|(_, approved)| *approved);
    let silent = texts.iter().filter(|(code, or)| !goes(code) && !or.as_deref().is_some_and(goes));
    let name = |code: &str| known.get(code).map_or_else(|| code.to_owned(), |(name, _)| name.clone());
    Ok(silent.map(|(code, _)| name(code)).collect())
}

pub async fn list(db: &Db) -> anyhow::Result<Vec<Template>> {
    let rows = sqlx::query(LIST).fetch_all(db.read()).await.context("the templates")?;
    rows.iter().map(template).collect()
}

/// False when there is this version already.
pub async fn add(tx: &mut Tx, template: &Template) -> anyhow::Result<bool> {
    let add = sqlx::query(ADD)
        .bind(&template.code)
        .bind(&template.language)
        .bind(template.version)
        .bind(&template.draft.name)
        .bind(template.draft.class.as_str())
        .bind(template.stage.as_str())
        .bind(&template.draft.subject)
        .bind(&template.draft.body)
        .bind(serde_json::to_string(&template.draft.fields)?)
        .bind(template.written_by.map(PersonId::get))
        .bind(template.written_at.as_micros())
        .bind(template.reviewed_by.map(PersonId::get))
        .bind(template.reviewed_at.map(Timestamp::as_micros))
        .bind(i64::from(template.draft.urgent));
    Ok(add.execute(&mut **tx).await.context("adding a template")?.rows_affected() > 0)
}

/// False when somebody else was faster. A version that comes into force retires the one before.
pub async fn save(tx: &mut Tx, template: &Template) -> anyhow::Result<bool> {
    let save = sqlx::query(SAVE)
        .bind(&template.draft.name)
        .bind(template.draft.class.as_str())
        .bind(template.stage.as_str())
        .bind(&template.draft.subject)
        .bind(&template.draft.body)
        .bind(serde_json::to_string(&template.draft.fields)?)
        .bind(template.written_by.map(PersonId::get))
        .bind(template.written_at.as_micros())
        .bind(template.reviewed_by.map(PersonId::get))
        .bind(template.reviewed_at.map(Timestamp::as_micros))
        .bind(i64::from(template.draft.urgent))
        .bind(&template.code)
        .bind(&template.language)
        .bind(template.version)
        .bind(template.revision);
    if save.execute(&mut **tx).await.context("saving a template")?.rows_affected() == 0 {
        return Ok(false);
    }
    if template.stage == Stage::Approved {
        let others = sqlx::query(RETIRE_OTHERS).bind(&template.code).bind(&template.language);
        others.bind(template.version).execute(&mut **tx).await.context("retiring the version before")?;
    }
    Ok(true)
}
