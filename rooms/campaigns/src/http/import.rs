//! People from a table: read whole, then put in; a row that says no number is left out and told.

use std::path::Path as FilePath;
use std::sync::Arc;

use anyhow::Context;
use axum::Extension;
use axum::extract::{Multipart, State as Now};
use db::Entry;
use kernel::CampaignId;
use kernel::calendar::Calendar;
use serde_json::json;
use sheets::{Trouble, Work};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use super::targets::{Added, may_add, target};
use crate::ROOM;
use crate::rules::Refusal;
use crate::rules::sheet::{Columns, Line, ROWS_MAX};
use crate::store::{campaigns, targets};

/// The largest file; ten thousand rows are a tenth of it.
pub const BYTES_MAX: u64 = 8 << 20;
/// With what else is in the form.
pub const FORM_BYTES: usize = (8 << 20) + (64 << 10);
/// Put in with one transaction: nobody else waits long to write.
const TOGETHER: usize = 500;

/// The fields of an upload.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct UploadForm {
    #[schema(format = Binary)]
    file: String,
}

/// Puts in whoever stands in a table (XLSX or CSV): one column is the number, the others are what the flow can say, by their
/// headings. Sent again, it puts in who is new.
#[utoipa::path(post, path = "/api/campaigns/{id}/import", tag = "campaigns", params(("id" = String, Path)),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Added), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn import(
    Now(app): Now<App>,
    Extension(work): Extension<Work>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(id): Path<CampaignId>,
    form: Multipart,
) -> Answer<Added> {
    may_add(&campaigns::get(&app.db, id).await?.ok_or_else(Error::not_found)?)?;
    let lines = sheets::read_upload(&work, app.id(), form, BYTES_MAX, read).await?;
    let lines = lines.map_err(|trouble| Refusal::BadFile { why: trouble.code() })??;
    let mut added = Added::default();
    let mut lines = lines.into_iter().peekable();
    while lines.peek().is_some() {
        let mut tx = app.db.begin().await?;
        let campaign = campaigns::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
        may_add(&campaign)?;
        let (now, mut taken) = (app.now(), 0);
        for (row, line) in lines.by_ref().take(TOGETHER) {
            let Line { number, about, known } = match line {
                Ok(line) => line,
                Err(why) => {
                    added.leave_out(row, why);
                    continue;
                }
            };
            let new = target(&app, &calendar, &campaign, number, about, known);
            match targets::add(&mut tx, &new, now).await? {
                true => taken += 1,
                false => added.known += 1,
            }
        }
        added.taken += taken;
        let (who, subject) = (Some(actor.person), id.to_string());
        let payload = json!({ "taken": taken, "from": "file" });
        tx.journal(Entry { at: now, who, room: ROOM, subject, kind: "people_added", payload });
        tx.commit().await?;
    }
    Ok(Json(added))
}

type Rows = Vec<(usize, Result<Line, Refusal>)>;

fn read(path: &FilePath) -> anyhow::Result<Result<Rows, Refusal>> {
    let mut columns: Option<Result<Columns, Refusal>> = None;
    let mut rows = Vec::new();
    sheets::open(path, &mut |row, cells| {
        match &columns {
            None => columns = Some(Columns::of(&cells)),
            Some(Ok(_)) if cells.iter().all(|cell| cell.trim().is_empty()) => {}
            Some(Ok(columns)) => rows.push((row, columns.line(&cells))),
            Some(Err(_)) => return Ok(false),
        }
        Ok(rows.len() <= ROWS_MAX)
    })?;
    columns.context(Trouble::Empty)?.map_or_else(
        |refusal| Ok(Err(refusal)),
        |_| Ok(if rows.len() > ROWS_MAX { Err(Refusal::TooMany { most: ROWS_MAX }) } else { Ok(rows) }),
    )
}
