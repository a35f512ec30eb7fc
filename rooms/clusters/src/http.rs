//! The room's HTTP: parse, load, decide, save, answer.

use axum::extract::State;
use db::{Entry, Tx};
use kernel::Timestamp;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Path};

use crate::rules::{self, Act, Item};
use crate::{Changed, store};

/// The most that one answer holds.
const LIST_MAX: i64 = 200;

#[derive(Debug, Serialize, ToSchema)]
pub struct ItemView {
    number: String,
    title: String,
    #[schema(value_type = String)]
    state: rules::State,
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    version: i64,
    /// What may be done now.
    #[schema(value_type = Vec<String>)]
    allowed: Vec<Act>,
}

impl From<Item> for ItemView {
    fn from(item: Item) -> Self {
        let allowed = rules::allowed(&item);
        let Item { number, title, state, opened_at, version } = item;
        ItemView { number, title, state, opened_at, version, allowed }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewItem {
    title: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    #[schema(value_type = String)]
    act: Act,
    /// Of the item as it was read.
    version: i64,
}

/// The newest items.
#[utoipa::path(get, path = "/api/clusters", tag = "clusters", responses((status = 200, body = Vec<ItemView>)))]
pub async fn list(State(app): State<App>) -> Answer<Vec<ItemView>> {
    Ok(Json(store::list(&app.db, LIST_MAX).await?.into_iter().map(ItemView::from).collect()))
}

/// Opens an item.
#[utoipa::path(post, path = "/api/clusters", tag = "clusters", request_body = NewItem,
    responses((status = 200, body = ItemView), (status = 422, body = ErrorBody)))]
pub async fn add(State(app): State<App>, actor: Actor, Json(form): Json<NewItem>) -> Answer<ItemView> {
    let title = rules::title(&form.title)?;
    let now = app.now();
    let day = Calendar::china().civil(now).date().strftime("%Y%m%d").to_string();
    let mut tx = app.db.begin().await?;
    let number = tx.next_number("clusters", &day).await?;
    let item = Item { number, title, state: rules::State::Open, opened_at: now, version: 1 };
    store::add(&mut tx, &item).await?;
    note(&mut tx, now, &actor, &item, "added")?;
    tx.commit().await?;
    Ok(Json(item.into()))
}

/// Does something with an item: `{"act":"close","version":1}`.
#[utoipa::path(post, path = "/api/clusters/{number}/act", tag = "clusters", params(("number" = String, Path)),
    request_body = ActForm, responses((status = 200, body = ItemView), (status = 409, body = ErrorBody)))]
pub async fn act(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Json(form): Json<ActForm>,
) -> Answer<ItemView> {
    let mut tx = app.db.begin().await?;
    let before = store::one(&mut tx, &number).await?.ok_or_else(Error::not_found)?;
    let mut item = rules::decide(&before, form.act)?;
    item.version = form.version;
    if !store::save(&mut tx, &item).await? {
        return Err(Error::changed_meanwhile());
    }
    item.version += 1;
    note(&mut tx, app.now(), &actor, &item, form.act.kind())?;
    tx.commit().await?;
    Ok(Json(item.into()))
}

fn note(tx: &mut Tx, at: Timestamp, actor: &Actor, item: &Item, kind: &'static str) -> anyhow::Result<()> {
    let payload = serde_json::json!({ "title": item.title });
    let (who, subject) = (Some(actor.person), item.number.clone());
    tx.journal(Entry { at, who, room: "clusters", subject, kind, payload });
    tx.emit(at, &Changed { number: item.number.clone() })
}
