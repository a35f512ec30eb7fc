//! Who is affected: a page at a time, as a file, on paper. Masked, unless somebody may have it whole and says why.

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use customers::permissions::EXPORT_WHOLE;
use customers::store::load;
use db::{Db, Entry};
use kernel::{AccountId, CustomerId, OutageId, mask};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sheets::{ExportView, Exports, FileKind, Language, Rows, Wanted, Words};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query, pair};

use super::views::name;
use crate::ROOM;
use crate::rules::Refusal;
use crate::store::affected::{self, Affected};
use crate::store::{moved, outages};

const PAGE: i64 = 50;
/// On paper: more is a file.
const ON_PAPER: i64 = 1_000;
/// Rows of a file read at a time.
const TOGETHER: i64 = if cfg!(test) { 50 } else { 500 };

#[derive(Debug, Deserialize, IntoParams)]
pub struct Behind {
    /// The `next` of the page before.
    after: Option<String>,
    /// Those who are not affected any more since the network changed.
    left: Option<bool>,
}

/// One who is affected, masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct AffectedView {
    /// 1 important, 2 life support, 3 elderly, 4 everybody else.
    rank: i64,
    #[schema(value_type = String)]
    account: AccountId,
    #[schema(value_type = String)]
    customer: CustomerId,
    class: String,
    name: String,
    number: String,
    address: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AffectedList {
    affected: Vec<AffectedView>,
    next: Option<String>,
}

/// With names, numbers and addresses, masked.
pub(super) async fn shown(db: &Db, page: Vec<Affected>) -> anyhow::Result<Vec<AffectedView>> {
    let parties: Vec<_> = page.iter().map(|one| one.party).collect();
    let customers = load::some(db, &parties).await?;
    let view = |one: Affected| {
        let customer = customers.iter().find(|customer| customer.id == one.party);
        let account = customer.and_then(|customer| customer.accounts.iter().find(|a| a.id == one.account));
        AffectedView {
            rank: one.rank,
            account: one.account,
            customer: one.party,
            class: one.class,
            name: customer.map(name).unwrap_or_default(),
            number: account.map(|account| account.number.clone()).unwrap_or_default(),
            address: account.map(|account| mask::address(&account.premises.text)).unwrap_or_default(),
        }
    };
    Ok(page.into_iter().map(view).collect())
}

/// Who is affected, those first who must be told first.
#[utoipa::path(get, path = "/api/outages/{id}/affected", tag = "outages", params(("id" = String, Path), Behind),
    responses((status = 200, body = AffectedList)))]
pub async fn list(
    State(app): State<App>,
    Path(id): Path<OutageId>,
    Query(behind): Query<Behind>,
) -> Answer<AffectedList> {
    let after = pair("after", behind.after.as_deref())?.unwrap_or((0, AccountId(0)));
    let found = match behind.left {
        Some(true) => moved::left(&app.db, id, after, PAGE + 1).await?,
        _ => affected::page(&app.db, id, after, PAGE + 1).await?,
    };
    let Page { items, next } = Page::of(found, PAGE, |last| format!("{}~{}", last.rank, last.account));
    Ok(Json(AffectedList { affected: shown(&app.db, items).await?, next }))
}

/// What is put on paper.
#[derive(Debug, Serialize, ToSchema)]
pub struct Paper {
    affected: Vec<AffectedView>,
    /// All who are affected; the paper has the first thousand.
    all: i64,
}

/// The first thousand of them for paper, masked; that it was printed is in the journal.
#[utoipa::path(post, path = "/api/outages/{id}/affected/paper", tag = "outages", params(("id" = String, Path)),
    responses((status = 200, body = Paper)))]
pub async fn paper(State(app): State<App>, actor: Actor, Path(id): Path<OutageId>) -> Answer<Paper> {
    let outage = outages::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let page = affected::page(&app.db, id, (0, AccountId(0)), ON_PAPER).await?;
    let mut tx = app.db.begin().await?;
    let (at, who, subject) = (app.now(), Some(actor.person), id.to_string());
    let payload = json!({ "number": outage.number, "rows": page.len() });
    tx.journal(Entry { at, who, room: ROOM, subject, kind: "affected_printed", payload });
    tx.commit().await?;
    Ok(Json(Paper { affected: shown(&app.db, page).await?, all: outage.counts.all }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AffectedExportForm {
    format: FileKind,
    #[serde(default)]
    language: Language,
    /// Names, numbers and addresses whole: needs `customers.export_whole` and a reason.
    #[serde(default)]
    whole: bool,
    reason: Option<String>,
}

const COLUMNS: &[&str] = &[
    "affected.rank",
    "affected.name",
    "affected.phone",
    "affected.number",
    "affected.class",
    "affected.address",
];

/// Begins a file of all who are affected, those first who must be told first.
#[utoipa::path(post, path = "/api/outages/{id}/affected/exports", tag = "outages", params(("id" = String, Path)),
    request_body = AffectedExportForm, responses((status = 200, body = ExportView), (status = 409, body = ErrorBody)))]
pub async fn export(
    State(app): State<App>,
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Path(id): Path<OutageId>,
    Json(form): Json<AffectedExportForm>,
) -> Answer<ExportView> {
    let outage = outages::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let reason = form.reason.as_deref().map(str::trim).unwrap_or_default().to_owned();
    if form.whole {
        actor.must(EXPORT_WHOLE)?;
        if reason.is_empty() {
            return Err(Refusal::BadField { field: "reason", most: 200 }.into());
        }
    }
    let words = Words::read(
        form.language,
        include_str!("../../ui/messages/zh-CN.json"),
        include_str!("../../ui/messages/en.json"),
    )?;
    let note = json!({ "outage": outage.number, "whole": form.whole, "reason": reason });
    let headings = COLUMNS.iter().map(|key| words.get(key)).collect();
    let wanted = Wanted { kind: form.format, file: "outages", sheet: outage.number, headings, note };
    let make = |out| rows(app.clone(), words, id, form.whole, out);
    Ok(Json(exports.start(&app, &actor, wanted, make).await?))
}

async fn rows(app: App, words: Words, id: OutageId, whole: bool, mut out: Rows) -> anyhow::Result<()> {
    let mut after = (0, AccountId(0));
    loop {
        let page = affected::page(&app.db, id, after, TOGETHER).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.rank, last.account);
        let parties: Vec<_> = page.iter().map(|one| one.party).collect();
        let customers = load::some(&app.db, &parties).await?;
        for one in page {
            let customer = customers.iter().find(|customer| customer.id == one.party);
            let account =
                customer.and_then(|customer| customer.accounts.iter().find(|a| a.id == one.account));
            let phone = customer.and_then(|one| one.preferred()).map(|contact| contact.number.as_str());
            let address = account.map(|account| account.premises.text.as_str()).unwrap_or_default();
            let row = vec![
                if one.rank < 4 { words.get(&format!("rank.{}", one.rank)) } else { String::new() },
                customer.map(|one| if whole { one.name.clone() } else { name(one) }).unwrap_or_default(),
                phone.map(|text| if whole { text.to_owned() } else { mask::phone(text) }).unwrap_or_default(),
                account.map(|account| account.number.clone()).unwrap_or_default(),
                words.get(&format!("customer.{}", one.class)),
                if whole { address.to_owned() } else { mask::address(address) },
            ];
            if !out.push(row).await {
                return Ok(());
            }
        }
    }
}

/// One export with its progress.
#[utoipa::path(get, path = "/api/outages/{id}/affected/exports/{export}", tag = "outages",
    params(("id" = String, Path), ("export" = String, Path)), responses((status = 200, body = ExportView)))]
pub async fn export_one(
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Path(of): Path<(OutageId, i64)>,
) -> Answer<ExportView> {
    Ok(Json(exports.view(&actor, of.1)?))
}

/// The file, for whoever asked for it.
#[utoipa::path(get, path = "/api/outages/{id}/affected/exports/{export}/file", tag = "outages",
    params(("id" = String, Path), ("export" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream")))]
pub async fn export_file(
    State(app): State<App>,
    Extension(exports): Extension<Exports>,
    actor: Actor,
    Path(of): Path<(OutageId, i64)>,
) -> Result<Response, Error> {
    exports.file(&app, &actor, of.1).await
}
