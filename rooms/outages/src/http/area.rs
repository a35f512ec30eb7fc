//! Where: elements of the network found by name, a sheet of transformers, and how many would be affected.

use std::collections::BTreeSet;
use std::path::Path as FilePath;

use axum::Extension;
use axum::extract::{Multipart, State};
use customers::rules::Utility;
use customers::rules::network::Kept as Element;
use customers::store::network;
use kernel::OutageId;
use serde::{Deserialize, Serialize};
use sheets::{Trouble, Work};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, ErrorBody, Json, Query, upload_error, upload_to};

use crate::rules::outage::Counts;
use crate::rules::{Area, Refusal};
use crate::store::affected;

const BYTES_MAX: u64 = 4 << 20;
pub const BODY_MAX: usize = (4 << 20) + (64 << 10);
const ROWS_MAX: usize = 5_000;

#[derive(Debug, Deserialize, IntoParams)]
pub struct Find {
    /// The beginning of a code or a name.
    text: String,
}

/// Elements of the network.
#[utoipa::path(get, path = "/api/outages/elements", tag = "outages", params(Find), responses((status = 200, body = Vec<Element>)))]
pub async fn elements(State(app): State<App>, Query(find): Query<Find>) -> Answer<Vec<Element>> {
    let text = find.text.trim();
    if text.is_empty() {
        return Ok(Json(Vec::new()));
    }
    Ok(Json(network::find(&app.db, text, 20).await?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewForm {
    utility: Utility,
    area: Area,
    /// Accounts by their numbers (户号), beside those of the area.
    #[serde(default)]
    numbers: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    counts: Counts,
    /// With the accounts that were named by number.
    area: Area,
    /// Numbers that are nobody's account.
    unknown: Vec<String>,
}

/// How many would be affected; nothing is kept.
#[utoipa::path(post, path = "/api/outages/preview", tag = "outages", request_body = PreviewForm,
    responses((status = 200, body = Preview), (status = 422, body = ErrorBody)))]
pub async fn preview(State(app): State<App>, Json(form): Json<PreviewForm>) -> Answer<Preview> {
    let PreviewForm { utility, mut area, numbers } = form;
    if numbers.len() > ROWS_MAX || area.elements.len() > ROWS_MAX {
        return Err(Refusal::TooMany { field: "accounts", most: ROWS_MAX }.into());
    }
    let found = affected::accounts(&app.db, &numbers).await?;
    let known: BTreeSet<&str> = found.iter().map(|(_, number)| number.as_str()).collect();
    let unknown = numbers.iter().filter(|number| !known.contains(number.as_str())).cloned().collect();
    area.accounts.extend(found.iter().map(|(id, _)| *id));
    area.accounts.sort_unstable();
    area.accounts.dedup();
    // Written and never committed: the same statement says how many there are and who they are.
    let mut tx = app.db.begin().await?;
    let nobody: OutageId = app.id();
    let counts = affected::compute(&mut tx, nobody, utility, &area).await?;
    drop(tx);
    Ok(Json(Preview { counts, area, unknown }))
}

/// The fields of an upload.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct UploadForm {
    #[schema(format = Binary)]
    file: String,
}

/// What a sheet of transformers names.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sheet {
    elements: Vec<Element>,
    /// What is in its column and in nobody's network.
    unknown: Vec<String>,
}

/// Reads a sheet (XLSX or CSV) of elements: the column headed 编号, 配变 or code, or the first. Nothing is kept.
#[utoipa::path(post, path = "/api/outages/sheet", tag = "outages",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Sheet), (status = 422, body = ErrorBody)))]
pub async fn sheet(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    _: Actor,
    mut form: Multipart,
) -> Answer<Sheet> {
    work.folder()?;
    let path = work.file(app.id(), "sheet");
    let mut uploaded = false;
    while let Some(field) = form.next_field().await.map_err(|error| upload_error(&error, BYTES_MAX))? {
        if field.name() == Some("file") && !uploaded {
            upload_to(&path, field, BYTES_MAX).await?;
            uploaded = true;
        }
    }
    if !uploaded {
        return Err(Refusal::BadFile { trouble: "empty" }.into());
    }
    let kept = path.clone();
    // A reader that panics on a hostile file ends only this thread.
    let codes = tokio::task::spawn_blocking(move || read(&kept)).await;
    let _ = tokio::fs::remove_file(&path).await;
    let codes = match codes {
        Ok(Ok(codes)) => codes,
        Ok(Err(why)) => {
            let trouble = why.downcast_ref::<Trouble>().copied().ok_or(why)?;
            return Err(Refusal::BadFile { trouble: trouble.code() }.into());
        }
        Err(_) => return Err(Refusal::BadFile { trouble: Trouble::Damaged.code() }.into()),
    };
    let elements = network::by_codes(&app.db, &codes).await?;
    let known: BTreeSet<&str> = elements.iter().map(|element| element.code.as_str()).collect();
    let unknown: Vec<String> = codes.iter().filter(|code| !known.contains(code.as_str())).cloned().collect();
    if elements.is_empty() {
        return Err(Refusal::NoElements { first: unknown.first().cloned().unwrap_or_default() }.into());
    }
    Ok(Json(Sheet { elements, unknown }))
}

/// The codes of a sheet, each once, in their order.
fn read(path: &FilePath) -> anyhow::Result<Vec<String>> {
    let mut column: Option<usize> = None;
    let (mut codes, mut seen) = (Vec::new(), BTreeSet::new());
    sheets::open(path, &mut |_, cells| {
        let at = match column {
            Some(at) => at,
            None => {
                let headed = cells.iter().position(|cell| is_heading(cell));
                column = Some(headed.unwrap_or(0));
                if headed.is_some() {
                    return Ok(true);
                }
                0
            }
        };
        let code = cells.get(at).map(|cell| cell.trim()).unwrap_or_default();
        if !code.is_empty() && seen.insert(code.to_owned()) {
            codes.push(code.to_owned());
        }
        Ok(codes.len() < ROWS_MAX)
    })?;
    Ok(codes)
}

fn is_heading(cell: &str) -> bool {
    let cell = cell.trim().to_lowercase();
    ["编号", "配变", "变压器", "设备", "调压", "立管", "code", "transformer"]
        .iter()
        .any(|word| cell.contains(word))
        && !cell.chars().any(|c| c.is_ascii_digit())
}
