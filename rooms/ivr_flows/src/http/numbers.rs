//! Called numbers and the flows they lead to.

use axum::extract::State;
use kernel::FlowId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, Json, Path};

use super::by;
use crate::{published, store};

#[derive(Serialize, ToSchema)]
pub struct Number {
    number: String,
    #[schema(value_type = String)]
    flow: FlowId,
    flow_name: String,
}

#[derive(Serialize, ToSchema)]
pub struct Numbers {
    items: Vec<Number>,
}

#[derive(Deserialize, ToSchema)]
pub struct Bind {
    #[schema(value_type = String)]
    flow: FlowId,
}

#[utoipa::path(get, path = "/api/ivr_flows/numbers", tag = "ivr_flows", responses((status = 200, body = Numbers)))]
pub async fn list(State(app): State<App>) -> Answer<Numbers> {
    let flows = store::all(&app.db).await?;
    let name = |id| flows.iter().find(|flow| flow.id == id).map(|flow| flow.name.clone());
    let numbers = store::numbers(app.db.read()).await?.into_iter();
    let number = |(number, flow)| Number { number, flow, flow_name: name(flow).unwrap_or_default() };
    Ok(Json(Numbers { items: numbers.map(number).collect() }))
}

#[utoipa::path(put, path = "/api/ivr_flows/numbers/{number}", tag = "ivr_flows", params(("number" = String, Path)),
    request_body = Bind, responses((status = 200, body = Numbers)))]
pub async fn bind(
    State(app): State<App>,
    actor: Actor,
    Path(number): Path<String>,
    Json(body): Json<Bind>,
) -> Answer<Numbers> {
    let mut tx = app.db.begin().await?;
    published::put_number(&mut tx, &number, body.flow, &by(&actor), app.now()).await??;
    tx.commit().await?;
    list(State(app)).await
}

#[utoipa::path(delete, path = "/api/ivr_flows/numbers/{number}", tag = "ivr_flows",
    params(("number" = String, Path)), responses((status = 200, body = Numbers)))]
pub async fn release(State(app): State<App>, actor: Actor, Path(number): Path<String>) -> Answer<Numbers> {
    let mut tx = app.db.begin().await?;
    if !store::unbind(&mut tx, &number, &by(&actor), app.now()).await? {
        return Err(Error::not_found());
    }
    tx.commit().await?;
    list(State(app)).await
}
