//! A sheet of transformers: which elements it names, and line by line what is not taken and why.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path as FilePath;

use axum::Extension;
use axum::extract::{Multipart, State};
use customers::rules::Utility;
use customers::rules::network::Kept as Element;
use customers::store::{elements as network, whole_network};
use kernel::ElementId;
use serde::{Deserialize, Serialize};
use sheets::{Trouble, Work};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, ErrorBody, Json, Query};

use super::area::ROWS_MAX;
use crate::rules::Refusal;

const BYTES_MAX: u64 = 4 << 20;
pub const BODY_MAX: usize = (4 << 20) + (64 << 10);

/// The fields of an upload.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct UploadForm {
    #[schema(format = Binary)]
    file: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct For {
    /// Elements of another utility are left out.
    utility: Option<Utility>,
}

/// What a sheet names.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sheet {
    /// Each once, in the order of the sheet.
    elements: Vec<Element>,
    /// Lines that are not taken, in their order.
    left_out: Vec<LeftOut>,
    /// Lines with a code.
    lines: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// No element has the code.
    Unknown,
    /// The code stands in a line above.
    Twice,
    /// It hangs below another of the sheet, which takes it along.
    Below,
    /// Out of service: it supplies nobody.
    Retired,
    /// Of another utility than the outage.
    OtherUtility,
}

/// A line that is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftOut {
    row: usize,
    /// As it stands there.
    code: String,
    why: Why,
    /// The element above that takes it along, or the line in which it stands first.
    of: Option<String>,
}

/// Reads a sheet (XLSX or CSV) of elements: the column headed 编号, 配变 or code, or the first. Nothing is kept.
#[utoipa::path(post, path = "/api/outages/sheet", tag = "outages", params(For),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Sheet), (status = 422, body = ErrorBody)))]
pub async fn sheet(
    State(app): State<App>,
    Extension(work): Extension<Work>,
    Query(asked): Query<For>,
    _: Actor,
    form: Multipart,
) -> Answer<Sheet> {
    let codes = sheets::read_upload(&work, app.id(), form, BYTES_MAX, read).await?;
    let codes = codes.map_err(|trouble| Refusal::BadFile { trouble: trouble.code() })?;
    let known = whole_network::elements(&app.db, codes.iter().map(|(_, code)| code)).await?;
    let mut sorted = sort(&codes, &known, asked.utility);
    let chosen: BTreeSet<ElementId> = sorted.elements.iter().map(|element| element.id).collect();
    let above = network::above(&app.db, &chosen).await?;
    below(&mut sorted, &above);
    if sorted.elements.is_empty() {
        let first = codes.into_iter().next().map(|(_, code)| code).unwrap_or_default();
        return Err(Refusal::NoElements { first }.into());
    }
    sorted.left_out.sort_by_key(|line| line.row);
    Ok(Json(sorted))
}

fn sort(codes: &[(usize, String)], known: &BTreeMap<String, Element>, utility: Option<Utility>) -> Sheet {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sheet = Sheet { elements: Vec::new(), left_out: Vec::new(), lines: codes.len() };
    for (row, code) in codes {
        let element = known.get(code);
        let why = match (first.get(code.as_str()), element) {
            (Some(above), _) => Some((Why::Twice, Some(above.to_string()))),
            (None, None) => Some((Why::Unknown, None)),
            (None, Some(one)) if one.retired_at.is_some() => Some((Why::Retired, None)),
            (None, Some(one)) if utility.is_some_and(|wanted| wanted != one.kind.utility()) => {
                Some((Why::OtherUtility, None))
            }
            (None, Some(_)) => None,
        };
        first.entry(code).or_insert(*row);
        match (why, element) {
            (Some((why, of)), _) => sheet.left_out.push(LeftOut { row: *row, code: code.clone(), why, of }),
            (None, Some(one)) => sheet.elements.push(one.clone()),
            (None, None) => {}
        }
    }
    // Where each stands, for what is found out about it later.
    sheet.elements.sort_by_key(|one| first.get(one.code.as_str()).copied());
    for one in &sheet.elements {
        if let Some(row) = first.get(one.code.as_str()) {
            let (code, of) = (one.code.clone(), None);
            sheet.left_out.push(LeftOut { row: *row, code, why: Why::Below, of });
        }
    }
    sheet
}

/// Takes out what hangs below another of the sheet; of the others nothing is left out.
fn below(sheet: &mut Sheet, above: &BTreeMap<ElementId, ElementId>) {
    let codes: BTreeMap<ElementId, String> =
        sheet.elements.iter().map(|one| (one.id, one.code.clone())).collect();
    let mut of: BTreeMap<String, String> = BTreeMap::new();
    for one in &sheet.elements {
        let mut at = above.get(&one.id);
        let mut steps = 0;
        while let Some(up) = at.filter(|_| steps < 40) {
            if let Some(code) = codes.get(up).filter(|_| *up != one.id) {
                of.insert(one.code.clone(), code.clone());
                break;
            }
            at = above.get(up);
            steps += 1;
        }
    }
    sheet.elements.retain(|one| !of.contains_key(&one.code));
    sheet.left_out.retain_mut(|line| {
        if line.why != Why::Below {
            return true;
        }
        line.of = of.get(&line.code).cloned();
        line.of.is_some()
    });
}

/// The codes of a sheet with their lines.
fn read(path: &FilePath) -> anyhow::Result<Vec<(usize, String)>> {
    let mut column: Option<usize> = None;
    let mut codes = Vec::new();
    sheets::open(path, &mut |row, cells| {
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
        if !code.is_empty() {
            codes.push((row, code.chars().take(80).collect()));
        }
        anyhow::ensure!(codes.len() <= ROWS_MAX, Trouble::TooLong);
        Ok(true)
    })?;
    anyhow::ensure!(!codes.is_empty(), Trouble::Empty);
    Ok(codes)
}

fn is_heading(cell: &str) -> bool {
    let cell = cell.trim().to_lowercase();
    ["编号", "编码", "配变", "台区", "变压器", "设备", "调压", "立管", "code", "transformer"]
        .iter()
        .any(|word| cell.contains(word))
        && !cell.chars().any(|c| c.is_ascii_digit())
}
