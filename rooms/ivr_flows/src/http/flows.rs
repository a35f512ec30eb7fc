//! Flows: list, edit, check, publish, go back.

use axum::Extension;
use axum::extract::State;
use ivr::graph;
use kernel::{FlowId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, Json, Path};

use super::by;
use crate::centre::Centre;
use crate::rules::source::{self, Found};
use crate::rules::{self, Act, Flow, Refusal};
use crate::store;
use crate::{EDIT, PUBLISH};

#[derive(Serialize, ToSchema)]
pub struct FlowItem {
    #[schema(value_type = String)]
    id: FlowId,
    name: String,
    /// The version callers hear; none was ever published when null.
    published: Option<u32>,
    #[schema(value_type = Option<String>)]
    published_at: Option<Timestamp>,
    published_by: Option<String>,
    /// The draft differs from what is published.
    changed: bool,
    /// Called numbers that lead here.
    numbers: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct FlowList {
    items: Vec<FlowItem>,
    /// What may be done here: `create`.
    allowed: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
pub struct FlowView {
    #[serde(flatten)]
    item: FlowItem,
    /// The draft's text.
    source: String,
    /// To be sent with a change; a stale one is refused.
    revision: i64,
    versions: Vec<VersionItem>,
    /// `save_draft`, `publish`, `roll_back`, `delete`.
    allowed: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
pub struct VersionItem {
    version: u32,
    #[schema(value_type = String)]
    at: Timestamp,
    by: Option<String>,
    note: Option<String>,
    /// Callers hear this one.
    live: bool,
}

#[derive(Serialize, ToSchema)]
pub struct SourceView {
    source: String,
}

#[derive(Deserialize, ToSchema)]
pub struct NewFlow {
    name: String,
    /// A greeting and a queue when absent.
    source: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub struct Draft {
    source: String,
    revision: i64,
}

#[derive(Deserialize, ToSchema)]
pub struct Publish {
    revision: i64,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub struct RollBack {
    revision: i64,
    version: u32,
}

#[derive(Deserialize, ToSchema)]
pub struct ToCheck {
    source: String,
}

#[derive(Serialize, ToSchema)]
pub struct CheckedView {
    findings: Vec<Found>,
    /// What could be read of it, to be drawn.
    graph: Option<GraphView>,
}

#[derive(Serialize, ToSchema)]
pub struct GraphView {
    start: String,
    nodes: Vec<NodeView>,
    edges: Vec<EdgeView>,
}

#[derive(Serialize, ToSchema)]
pub struct NodeView {
    name: String,
    kind: &'static str,
    label: String,
}

#[derive(Serialize, ToSchema)]
pub struct EdgeView {
    from: String,
    to: String,
    label: String,
}

impl GraphView {
    fn of(graph: graph::Graph) -> GraphView {
        let node = |n: graph::GraphNode| NodeView { name: n.name, kind: n.kind, label: n.label };
        let edge = |e: graph::GraphEdge| EdgeView { from: e.from, to: e.to, label: e.label };
        GraphView {
            start: graph.start,
            nodes: graph.nodes.into_iter().map(node).collect(),
            edges: graph.edges.into_iter().map(edge).collect(),
        }
    }
}

impl FlowItem {
    fn of(flow: &Flow, numbers: &std::collections::BTreeMap<String, FlowId>) -> FlowItem {
        let live = flow.live.as_ref();
        FlowItem {
            id: flow.id,
            name: flow.name.clone(),
            published: live.map(|live| live.version),
            published_at: live.map(|live| live.at),
            published_by: live.and_then(|live| live.by.clone()),
            changed: live.is_none_or(|live| live.source != flow.draft),
            numbers: numbers.iter().filter(|(_, to)| **to == flow.id).map(|(n, _)| n.clone()).collect(),
        }
    }
}

async fn view(app: &App, actor: &Actor, id: FlowId) -> Result<FlowView, Error> {
    let flow = store::get(app.db.read(), id).await?.ok_or_else(Error::not_found)?;
    let numbers = store::numbers(app.db.read()).await?;
    let item = FlowItem::of(&flow, &numbers);
    let versions = store::versions(&app.db, id).await?.into_iter();
    let versions: Vec<VersionItem> = versions
        .map(|v| VersionItem {
            live: item.published == Some(v.version),
            version: v.version,
            at: v.at,
            by: v.by,
            note: v.note,
        })
        .collect();
    let mut allowed = Vec::new();
    if actor.may(EDIT) {
        allowed.push("save_draft");
    }
    if actor.may(PUBLISH) {
        let possible = [
            ("publish", item.changed),
            ("roll_back", versions.iter().any(|version| !version.live)),
            ("delete", item.numbers.is_empty()),
        ];
        allowed.extend(possible.into_iter().filter(|(_, possible)| *possible).map(|(act, _)| act));
    }
    Ok(FlowView { item, source: flow.draft, revision: flow.revision, versions, allowed })
}

/// Loads, decides, saves and answers.
async fn act(
    app: &App,
    centre: &Centre,
    actor: &Actor,
    id: FlowId,
    revision: i64,
    act: Act,
) -> Answer<FlowView> {
    let now = app.now();
    let names = centre.names(&app.db).await?;
    let mut tx = app.db.begin().await?;
    let flow = store::get(&mut *tx, id).await?.ok_or_else(Error::not_found)?;
    let (text, version) = match &act {
        Act::SaveDraft { .. } | Act::Delete { .. } => (None, 0),
        Act::Publish { .. } => (Some(&flow.draft), flow.newest + 1),
        Act::RollBack { version, source } => (Some(source), *version),
    };
    let findings = text
        .map(|text| source::check(text, Some(&flow.name), id, version, &names).findings)
        .unwrap_or_default();
    let change = rules::decide(&flow, act, revision, Some(&actor.name), now, &findings)?;
    if !store::save(&mut tx, &flow, &change, &by(actor), now).await? {
        return Err(Error::changed_meanwhile());
    }
    tx.commit().await?;
    Ok(Json(view(app, actor, id).await?))
}

#[utoipa::path(get, path = "/api/ivr_flows", tag = "ivr_flows", responses((status = 200, body = FlowList)))]
pub async fn list(State(app): State<App>, actor: Actor) -> Answer<FlowList> {
    let numbers = store::numbers(app.db.read()).await?;
    let flows = store::all(&app.db).await?;
    let allowed = if actor.may(EDIT) { vec!["create"] } else { Vec::new() };
    Ok(Json(FlowList { items: flows.iter().map(|flow| FlowItem::of(flow, &numbers)).collect(), allowed }))
}

#[utoipa::path(get, path = "/api/ivr_flows/{id}", tag = "ivr_flows", params(("id" = String, Path)),
    responses((status = 200, body = FlowView)))]
pub async fn get(State(app): State<App>, actor: Actor, Path(id): Path<FlowId>) -> Answer<FlowView> {
    Ok(Json(view(&app, &actor, id).await?))
}

#[utoipa::path(get, path = "/api/ivr_flows/{id}/versions/{version}", tag = "ivr_flows",
    params(("id" = String, Path), ("version" = u32, Path)), responses((status = 200, body = SourceView)))]
pub async fn version(State(app): State<App>, Path((id, version)): Path<(FlowId, u32)>) -> Answer<SourceView> {
    let source =
        store::source(app.db.read(), id, version).await?.ok_or(Refusal::NoSuchVersion { version })?;
    Ok(Json(SourceView { source }))
}

#[utoipa::path(post, path = "/api/ivr_flows/check", tag = "ivr_flows", request_body = ToCheck,
    responses((status = 200, body = CheckedView)))]
pub async fn check(
    State(app): State<App>,
    Extension(centre): Extension<Centre>,
    Json(body): Json<ToCheck>,
) -> Answer<CheckedView> {
    if body.source.len() > rules::SOURCE_BYTES_MAX {
        return Err(Refusal::SourceTooLong { max: rules::SOURCE_BYTES_MAX }.into());
    }
    let names = centre.names(&app.db).await?;
    let checked = source::check(&body.source, None, FlowId(0), 0, &names);
    Ok(Json(CheckedView { findings: checked.findings, graph: checked.graph.map(GraphView::of) }))
}

#[utoipa::path(post, path = "/api/ivr_flows", tag = "ivr_flows", request_body = NewFlow,
    responses((status = 200, body = FlowView)))]
pub async fn create(
    State(app): State<App>,
    Extension(centre): Extension<Centre>,
    actor: Actor,
    Json(body): Json<NewFlow>,
) -> Answer<FlowView> {
    let name = rules::checked_name(&body.name, false)?;
    let source = match body.source {
        Some(source) if source.len() > rules::SOURCE_BYTES_MAX => {
            return Err(Refusal::SourceTooLong { max: rules::SOURCE_BYTES_MAX }.into());
        }
        Some(source) => source,
        None => first_draft(&name, &centre.names(&app.db).await?),
    };
    let id: FlowId = app.id();
    let mut tx = app.db.begin().await?;
    if store::count(&mut tx).await? >= rules::FLOWS_MAX {
        return Err(Refusal::TooManyFlows { max: rules::FLOWS_MAX }.into());
    }
    if !store::add(&mut tx, id, &name, &source, &by(&actor), app.now()).await? {
        return Err(Refusal::NameTaken { name }.into());
    }
    tx.commit().await?;
    Ok(Json(view(&app, &actor, id).await?))
}

/// Something that can be published at once where there is a queue.
fn first_draft(name: &str, names: &ivr::Names) -> String {
    let queue = names.queues.keys().next().map_or("general", String::as_str);
    format!(
        "[[flow]]\nname = {name:?}\nsteps = [\n  {{ say = \"您好。\", voice = \"recorded/welcome\" }},\n  \
         {{ queue = {queue:?} }},\n]\n"
    )
}

#[utoipa::path(put, path = "/api/ivr_flows/{id}/draft", tag = "ivr_flows", params(("id" = String, Path)),
    request_body = Draft, responses((status = 200, body = FlowView)))]
pub async fn save_draft(
    State(app): State<App>,
    Extension(centre): Extension<Centre>,
    actor: Actor,
    Path(id): Path<FlowId>,
    Json(body): Json<Draft>,
) -> Answer<FlowView> {
    act(&app, &centre, &actor, id, body.revision, Act::SaveDraft { source: body.source }).await
}

#[utoipa::path(post, path = "/api/ivr_flows/{id}/publish", tag = "ivr_flows", params(("id" = String, Path)),
    request_body = Publish, responses((status = 200, body = FlowView)))]
pub async fn publish(
    State(app): State<App>,
    Extension(centre): Extension<Centre>,
    actor: Actor,
    Path(id): Path<FlowId>,
    Json(body): Json<Publish>,
) -> Answer<FlowView> {
    let note = body.note.map(|note| note.chars().take(500).collect());
    act(&app, &centre, &actor, id, body.revision, Act::Publish { note }).await
}

#[utoipa::path(post, path = "/api/ivr_flows/{id}/roll_back", tag = "ivr_flows", params(("id" = String, Path)),
    request_body = RollBack, responses((status = 200, body = FlowView)))]
pub async fn roll_back(
    State(app): State<App>,
    Extension(centre): Extension<Centre>,
    actor: Actor,
    Path(id): Path<FlowId>,
    Json(body): Json<RollBack>,
) -> Answer<FlowView> {
    let version = body.version;
    let source =
        store::source(app.db.read(), id, version).await?.ok_or(Refusal::NoSuchVersion { version })?;
    act(&app, &centre, &actor, id, body.revision, Act::RollBack { version, source }).await
}

#[utoipa::path(delete, path = "/api/ivr_flows/{id}", tag = "ivr_flows", params(("id" = String, Path)),
    responses((status = 200, body = FlowList)))]
pub async fn delete(State(app): State<App>, actor: Actor, Path(id): Path<FlowId>) -> Answer<FlowList> {
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let flow = store::get(&mut *tx, id).await?.ok_or_else(Error::not_found)?;
    let bound = store::numbers(&mut *tx).await?;
    let numbers = bound.into_iter().filter(|(_, to)| *to == id).map(|(number, _)| number).collect();
    let change = rules::decide(&flow, Act::Delete { numbers }, flow.revision, None, now, &[])?;
    if !store::save(&mut tx, &flow, &change, &by(&actor), now).await? {
        return Err(Error::changed_meanwhile());
    }
    tx.commit().await?;
    list(State(app), actor).await
}
