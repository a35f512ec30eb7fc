//! A roster from a table: read and shown first, tried without writing, then taken. Who has which 工号 the browser says,
//! because people are another room's.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use axum::Extension;
use axum::extract::{Multipart, State};
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use sheets::{Trouble, Work};
use utoipa::ToSchema;
use web::{Actor, Answer, App, ErrorBody, Json, upload_error, upload_to};

use super::note;
use super::roster::{StretchForm, active, told, why_not};
use crate::permissions::CONFIGURE;
use crate::rules::roster::Stretch;
use crate::rules::sheet::{Columns, Line, ROWS_MAX, line};
use crate::rules::{Refusal, Tree};
use crate::store;

/// The largest file; two thousand rows are a tenth of it.
pub const BYTES_MAX: u64 = 2 << 20;

/// The fields of an upload.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct UploadForm {
    #[schema(format = Binary)]
    file: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRow {
    /// In the file, to say which one was left out.
    row: usize,
    #[serde(rename = "duty")]
    stretch: StretchForm,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportForm {
    rows: Vec<ImportRow>,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutRow {
    row: usize,
    /// Why, as a refusal.
    #[schema(value_type = Object)]
    why: Refusal,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Imported {
    taken: usize,
    left_out: Vec<LeftOutRow>,
}

/// Reads a table (XLSX or CSV) and says what its rows mean; nothing is kept.
#[utoipa::path(post, path = "/api/departments/roster/file", tag = "departments",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Vec<Line>), (status = 422, body = ErrorBody)))]
pub async fn file(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    Extension(calendar): Extension<Arc<Calendar>>,
    _: Actor,
    mut form: Multipart,
) -> Answer<Vec<Line>> {
    work.folder()?;
    let path = work.file(app.id(), "roster");
    let mut uploaded = false;
    while let Some(field) = form.next_field().await.map_err(|error| upload_error(&error, BYTES_MAX))? {
        if field.name() == Some("file") && !uploaded {
            upload_to(&path, field, BYTES_MAX).await?;
            uploaded = true;
        }
    }
    if !uploaded {
        return Err(Refusal::BadFile { why: "empty" }.into());
    }
    let tree = Tree::from(store::all(&app.db).await?);
    let kept = path.clone();
    // A reader that panics on a hostile file ends only this thread.
    let lines = tokio::task::spawn_blocking(move || read(&kept, &tree, &calendar)).await;
    let _ = tokio::fs::remove_file(&path).await;
    match lines {
        Ok(Ok(lines)) => Ok(Json(lines?)),
        Ok(Err(why)) => {
            let trouble = why.downcast_ref::<Trouble>().copied().ok_or(why)?;
            Err(Refusal::BadFile { why: trouble.code() }.into())
        }
        Err(_) => Err(Refusal::BadFile { why: Trouble::Damaged.code() }.into()),
    }
}

fn read(path: &Path, tree: &Tree, calendar: &Calendar) -> anyhow::Result<Result<Vec<Line>, Refusal>> {
    let mut columns: Option<Result<Columns, Refusal>> = None;
    let mut lines = Vec::new();
    sheets::open(path, &mut |row, cells| {
        match &columns {
            None => columns = Some(Columns::of(&cells)),
            Some(Ok(columns)) => lines.push(line(columns, row, &cells, tree, calendar)),
            Some(Err(_)) => return Ok(false),
        }
        Ok(lines.len() <= ROWS_MAX)
    })?;
    columns.context(Trouble::Empty)?.map_or_else(
        |refusal| Ok(Err(refusal)),
        |_| Ok(if lines.len() > ROWS_MAX { Err(Refusal::TooMany { most: ROWS_MAX }) } else { Ok(lines) }),
    )
}

/// Takes rows in, or only tries; what may not stand is left out and told.
#[utoipa::path(post, path = "/api/departments/roster/import", tag = "departments", request_body = ImportForm,
    responses((status = 200, body = Imported), (status = 422, body = ErrorBody)))]
pub async fn import(State(app): State<App>, actor: Actor, Json(form): Json<ImportForm>) -> Answer<Imported> {
    if form.rows.len() > ROWS_MAX {
        return Err(Refusal::TooMany { most: ROWS_MAX }.into());
    }
    let now = app.now();
    let scope = store::scope_of(&app.db, actor.person).await?;
    let all = actor.permissions.has(CONFIGURE);
    let mut tx = app.db.begin().await?;
    let tree = Tree::from(store::hold(&mut tx).await?);
    let (mut taken, mut left_out) = (0, Vec::new());
    for ImportRow { row, stretch: form } in form.rows {
        let within = all || scope.contains(&form.unit);
        let stretch = form.stretch(app.id(), now).and_then(|stretch| {
            active(&tree, stretch.unit)?;
            if within { Ok(Stretch { version: 1, ..stretch }) } else { Err(Refusal::NotYourUnit) }
        });
        let refused = match stretch {
            Err(refusal) => Some(refusal),
            Ok(stretch) => match why_not(&mut tx, &tree, &stretch, now).await? {
                Some(refusal) => Some(refusal),
                None => {
                    store::roster::add(&mut tx, &stretch).await?;
                    note(&mut tx, now, Some(actor.person), stretch.unit, "duty_added", told(&stretch))?;
                    None
                }
            },
        };
        match refused {
            None => taken += 1,
            Some(why) => left_out.push(LeftOutRow { row, why }),
        }
    }
    // Dropped without a commit, nothing has happened; the rows have seen each other all the same.
    if !form.dry_run {
        tx.commit().await?;
    }
    Ok(Json(Imported { taken, left_out }))
}
