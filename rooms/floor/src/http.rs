//! The floor over HTTP: the picture, and a leader's orders.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use calls::Hall;
use calls::rules::NotNow;
use db::Entry;
use exchange::{Input, LeaderAct};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Json};

use crate::Watch;
use crate::rules::{Picture, Refusal};

/// The floor now; the topic `floor.now` pushes the same.
#[utoipa::path(get, path = "/api/floor", tag = "floor", responses((status = 200, body = Object)))]
pub async fn show(State(app): State<App>, Extension(watch): Extension<Arc<Watch>>) -> Answer<Picture> {
    Ok(Json(watch.picture(&app).await?))
}

/// An order, with the reason that its line in the journal needs.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Order {
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub act: LeaderAct,
    /// Somebody is overridden: the journal keeps why.
    #[serde(default)]
    pub why: String,
}

/// `{"act":"direct","agent":"pe_…","to":"ready"}`, `{"act":"move_call",…}`, `{"act":"give_call",…}`, `{"act":"end_call",…}`.
#[utoipa::path(post, path = "/api/floor/orders", tag = "floor", request_body = Order, responses((status = 200), (status = 409)))]
pub async fn order(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Json(order): Json<Order>,
) -> Answer<serde_json::Value> {
    if order.why.trim().is_empty() {
        return Err(Refusal::WhyMissing.into());
    }
    let payload = serde_json::json!({ "act": order.act, "why": order.why });
    let input = Input::Leader { by: actor.person, act: order.act };
    hall.act(input).await?.map_err(NotNow)?;
    let mut tx = app.db.begin().await?;
    tx.journal(Entry {
        at: app.now(),
        who: Some(actor.person),
        room: "floor",
        subject: "floor".to_owned(),
        kind: "ordered",
        payload,
    });
    tx.commit().await?;
    Ok(Json(serde_json::json!({})))
}
