//! Files of an order: photos, signatures, scans. Kept under ids of our own, and only what they say they are.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use axum::Extension;
use axum::extract::{Multipart, State};
use axum::response::Response;
use db::Look;
use kernel::AttachmentId;
use kernel::calendar::Calendar;
use serde::Deserialize;
use tokio::io::AsyncReadExt as _;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Path, Query, download, upload_error, upload_to};

use super::orders::{Answered, answered, find, seen};
use super::views::attached_by;
use crate::rules::order::Attachment;
use crate::rules::privacy::may_open;
use crate::rules::{Act, Refusal};
use crate::store::{asked, steps};
use crate::work::{self, Asked};

/// The largest file, in bytes: a telephone's photo is scaled before it is sent.
pub const BYTES_MAX: u64 = 10 * 1024 * 1024;
/// Files of one order.
const FILES_MAX: usize = 50;

/// Where the files stand.
#[derive(Clone)]
pub struct Folder(pub PathBuf);

impl Folder {
    fn file(&self, id: AttachmentId) -> PathBuf {
        self.0.join(id.to_string())
    }
}

/// What the file is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct What {
    /// `photo`, `signature`, `scan`
    pub what: String,
    /// A key made by the page: the same again keeps nothing a second time.
    pub token: Option<String>,
}

/// The fields of an upload.
#[derive(ToSchema)]
#[allow(dead_code)]
pub struct AttachmentForm {
    #[schema(format = Binary)]
    file: String,
}

/// What a file is by its first bytes, whatever its name says.
fn mime(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some("application/pdf"),
        _ => None,
    }
}

/// Adds a file to an order.
#[utoipa::path(post, path = "/api/work_orders/{order}/attachments", tag = "work_orders",
    params(("order" = String, Path), What),
    request_body(content = AttachmentForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Answered), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn add(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Extension(folder): Extension<Folder>,
    actor: Actor,
    Path(order): Path<String>,
    Query(What { what, token }): Query<What>,
    mut form: Multipart,
) -> Answer<Answered> {
    let token = super::token(token)?;
    if let Some(token) = &token
        && let Some(before) = asked::before(&app.db, actor.person, token).await?
    {
        let kept = find(&app, &order).await?;
        before.same(&asked::what(Some(kept.order.id), &("attach", &what))?)?;
        let asker = work::asker(&app, &actor).await?;
        return answered(&app, &calendar, (&actor, &asker), kept).await;
    }
    let (kept, asker) = seen(&app, &actor, &order).await?;
    if !["photo", "signature", "scan"].contains(&what.as_str()) {
        return Err(web::bad_query("what"));
    }
    if kept.order.attachments.len() >= FILES_MAX {
        return Err(Refusal::TooManyFiles { most: FILES_MAX }.into());
    }
    let id: AttachmentId = app.id();
    let path = folder.file(id);
    tokio::fs::create_dir_all(&folder.0).await.with_context(|| format!("creating {}", folder.0.display()))?;
    let mut uploaded = None;
    while let Some(field) = form.next_field().await.map_err(|error| upload_error(&error, BYTES_MAX))? {
        if field.name() == Some("file") && uploaded.is_none() {
            uploaded = Some(upload_to(&path, field, BYTES_MAX).await?);
        }
    }
    let uploaded = uploaded.ok_or(Refusal::NotAFile)?;
    // The name, too, is on the disk before the order says that the file is there.
    let named = async { tokio::fs::File::open(&folder.0).await?.sync_all().await };
    named.await.with_context(|| format!("writing {}", folder.0.display()))?;
    let mut head = [0; 16];
    let read = async {
        let mut file = tokio::fs::File::open(&path).await?;
        file.read(&mut head).await
    };
    let length = read.await.context("reading an upload")?;
    let Some(mime) = head.get(..length).and_then(mime) else {
        forget(&path).await;
        return Err(Refusal::NotAFile.into());
    };
    let attachment = Attachment {
        id,
        what,
        name: uploaded.name,
        mime: mime.to_owned(),
        bytes: uploaded.bytes,
        hash: uploaded.hash,
    };
    let asked = Asked { order: kept.order.id, version: None, act: Act::Attach { attachment }, token };
    match work::act(&app, &calendar, &asker, asked).await {
        Ok(kept) => {
            // Asked before under the same key: the file of that time stays, this one is not needed.
            if !kept.order.attachments.iter().any(|one| one.id == id) {
                forget(&path).await;
            }
            answered(&app, &calendar, (&actor, &asker), kept).await
        }
        Err(error) => {
            forget(&path).await;
            Err(error)
        }
    }
}

async fn forget(path: &std::path::Path) {
    if let Err(error) = tokio::fs::remove_file(path).await {
        tracing::warn!("{} could not be taken away: {error}", path.display());
    }
}

/// One file of an order, for who attached it, who works on it, and who may see numbers whole. The look is written down.
#[utoipa::path(get, path = "/api/work_orders/{order}/attachments/{attachment}", tag = "work_orders",
    params(("order" = String, Path), ("attachment" = String, Path)),
    responses((status = 200, description = "the file"), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn file(
    State(app): State<App>,
    Extension(folder): Extension<Folder>,
    actor: Actor,
    Path((order, attachment)): Path<(String, AttachmentId)>,
) -> Result<Response, Error> {
    let (kept, asker) = seen(&app, &actor, &order).await?;
    let found =
        kept.order.attachments.iter().find(|one| one.id == attachment).ok_or_else(Error::not_found)?;
    let by = attached_by(&steps::of(&app.db, kept.order.id).await?, attachment);
    if !may_open(&kept.order, &asker, by) {
        return Err(Error::forbidden());
    }
    let mut tx = app.db.begin().await?;
    let look = Look {
        at: app.now(),
        who: actor.person,
        room: "work_orders",
        subject: kept.order.id.to_string(),
        what: "attachment",
        reason: Some(attachment.to_string()),
    };
    tx.journal(look.into());
    tx.commit().await?;
    let (mime, ending) = match found.mime.as_str() {
        "image/jpeg" => ("image/jpeg", "jpg"),
        "image/png" => ("image/png", "png"),
        "image/webp" => ("image/webp", "webp"),
        _ => ("application/pdf", "pdf"),
    };
    download(&folder.file(attachment), mime, &format!("{}-{attachment}.{ending}", kept.order.number)).await
}
