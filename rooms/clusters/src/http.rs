//! What is suspected now and was before; one of them with its evidence; whoever may decides it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Extension;
use axum::extract::State as Site;
use customers::rules::Utility;
use customers::store::load;
use db::{Entry, config};
use kernel::calendar::Calendar;
use kernel::{CallId, CustomerId, OutageId, PersonId, Timestamp, WorkOrderId, mask};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query, place, placed};
use work_orders::store::orders;

use crate::ROOM;
use crate::finding::Watch;
use crate::rules::proposal::{Step, allowed};
use crate::rules::settings::Usual;
use crate::rules::{Act, Key, PlaceKind, Proposal, Says, Settings, Source, State};
use crate::store::proposals::Piece;
use crate::store::{places, proposals, signals};
use crate::work::{self, Said};

const PAGE: i64 = 50;
/// Signals of the chart and of the tree.
const PIECES_MAX: i64 = 2_000;
/// Rows of evidence: the first, who tell most.
const ROWS_MAX: usize = 100;
const NODES_MAX: usize = 200;

/// One suspected outage.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalView {
    number: String,
    state: State,
    area: String,
    /// From the top of the network, or the district, to where supply may be off.
    path: Vec<Step>,
    /// Who would be affected.
    customers: u32,
    #[schema(value_type = String, format = DateTime)]
    first: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    proposed: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    last: Timestamp,
    signals: u32,
    households: u32,
    /// When it was found: so many households in so many minutes, where so many were to be expected.
    found: u32,
    window_min: u32,
    expected: f64,
    surprise: f64,
    #[schema(value_type = Option<String>)]
    decided_by: Option<PersonId>,
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    #[schema(value_type = Option<String>)]
    outage: Option<OutageId>,
    into: Option<String>,
    why: String,
    version: i64,
    /// What this person may do with it now.
    allowed: Vec<Act>,
}

fn view(of: Proposal, actor: &Actor) -> ProposalView {
    let allowed = allowed(&of, work::asker(actor));
    let Proposal { number, state, area, path, customers, first, proposed, last, signals, households, .. } =
        of;
    let Proposal { found, window_min, expected, surprise, decided_by, decided_at, outage, into, why, .. } =
        of;
    ProposalView {
        number,
        state,
        area,
        path,
        customers,
        first,
        proposed,
        last,
        signals,
        households,
        found,
        window_min,
        expected,
        surprise,
        decided_by,
        decided_at,
        outage,
        into,
        why,
        version: of.version,
        allowed,
    }
}

#[derive(Debug, Deserialize, IntoParams)]
pub struct Asked {
    /// `open` or `past`; `open` if not given.
    which: Option<String>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// What is suspected now, the oldest first; or was, the newest first.
#[utoipa::path(get, path = "/api/clusters", tag = "clusters", params(Asked), responses((status = 200, body = Page<ProposalView>)))]
pub async fn list(
    Site(app): Site<App>,
    actor: Actor,
    Query(asked): Query<Asked>,
) -> Answer<Page<ProposalView>> {
    if asked.which.as_deref() != Some("past") {
        let open = proposals::open(&app.db).await?;
        let items = open.into_iter().map(|of| view(of, &actor)).collect();
        return Ok(Json(Page { items, next: None }));
    }
    let newest = (Timestamp::MAX, i64::MAX);
    let after = place("after", asked.after.as_deref())?.unwrap_or(newest);
    let found = proposals::past(&app.db, after, PAGE + 1).await?;
    Ok(Json(Page::of(found, PAGE, |of| placed(of.proposed, of.id)).map(|of| view(of, &actor))))
}

/// What the mark on other pages says.
#[derive(Debug, Serialize, ToSchema)]
pub struct NowView {
    open: usize,
    /// The one that concerns most.
    largest: Option<ProposalView>,
}

/// How many are suspected now.
#[utoipa::path(get, path = "/api/clusters/now", tag = "clusters", responses((status = 200, body = NowView)))]
pub async fn now(Site(app): Site<App>, actor: Actor) -> Answer<NowView> {
    let open = proposals::open(&app.db).await?;
    let count = open.len();
    let largest = open.into_iter().max_by_key(|of| (of.customers, std::cmp::Reverse(of.id)));
    Ok(Json(NowView { open: count, largest: largest.map(|of| view(of, &actor)) }))
}

/// One signal of the chart.
#[derive(Debug, Serialize, ToSchema)]
pub struct Mark {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    says: Says,
}

/// A place below the one that is suspected, with what was heard from there.
#[derive(Debug, Serialize, ToSchema)]
pub struct Node {
    key: String,
    kind: PlaceKind,
    name: String,
    parent: Option<String>,
    customers: u32,
    households: usize,
}

/// A call or an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct Row {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    says: Says,
    /// 0 a call came, 1 a key was pressed, 2 somebody wrote it down.
    rank: i64,
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    #[schema(value_type = Option<String>)]
    order: Option<WorkOrderId>,
    order_number: Option<String>,
    #[schema(value_type = Option<String>)]
    customer: Option<CustomerId>,
    /// Masked.
    name: String,
    address: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct WholeView {
    #[serde(flatten)]
    proposal: ProposalView,
    marks: Vec<Mark>,
    nodes: Vec<Node>,
    rows: Vec<Row>,
    /// What callers would hear, were it confirmed now.
    said: Option<Said>,
    /// Signals that the outage accounts for, with those that came after it.
    heard: Option<i64>,
}

/// One of them, with its evidence and what callers would hear.
#[utoipa::path(get, path = "/api/clusters/{number}", tag = "clusters", params(("number" = String, Path)),
    responses((status = 200, body = WholeView), (status = 404, body = ErrorBody)))]
pub async fn one(
    Site(app): Site<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(number): Path<String>,
) -> Answer<WholeView> {
    let of = proposals::read(&app.db, &number).await?.ok_or_else(Error::not_found)?;
    let pieces = proposals::shown(&app.db, of.id, PIECES_MAX).await?;
    let marks = pieces.iter().map(|one| Mark { at: one.at, says: one.says }).collect();
    let nodes = nodes(&app, &of, &pieces).await?;
    let rows = rows(&app, &pieces).await?;
    let said = match of.state {
        State::Proposed => Some(work::said(&app, &calendar, &of, actor.person).await?),
        _ => None,
    };
    let heard = match of.outage {
        Some(outage) => Some(signals::of_outage(&app.db, outage).await?),
        None => None,
    };
    Ok(Json(WholeView { proposal: view(of, &actor), marks, nodes, rows, said, heard }))
}

/// Places below the one that is suspected from which something was heard, those with most first.
async fn nodes(app: &App, of: &Proposal, pieces: &[Piece]) -> anyhow::Result<Vec<Node>> {
    let Some(place) = of.place() else { return Ok(Vec::new()) };
    let mut heard: BTreeMap<Key, BTreeSet<i64>> = BTreeMap::new();
    for piece in pieces.iter().filter(|piece| piece.says != Says::Other) {
        for path in &piece.paths {
            let Some(at) = path.iter().position(|key| **key == *place.key) else { continue };
            for key in path.iter().skip(at) {
                heard.entry(key.clone()).or_default().insert(piece.household);
            }
        }
    }
    let keys: Vec<Key> = heard.keys().cloned().collect();
    let mut nodes: Vec<Node> = places::some(&app.db, &keys)
        .await?
        .into_iter()
        .map(|named| Node {
            key: named.place.key.to_string(),
            kind: named.place.kind,
            parent: named.place.parent.filter(|_| *named.place.key != *place.key).map(|key| key.to_string()),
            customers: named.place.customers,
            households: heard.get(&named.place.key).map_or(0, BTreeSet::len),
            name: named.name,
        })
        .collect();
    nodes.sort_by(|a, b| {
        (std::cmp::Reverse(a.households), &a.name).cmp(&(std::cmp::Reverse(b.households), &b.name))
    });
    nodes.truncate(NODES_MAX);
    Ok(nodes)
}

async fn rows(app: &App, pieces: &[Piece]) -> anyhow::Result<Vec<Row>> {
    let pieces = pieces.get(..pieces.len().min(ROWS_MAX)).unwrap_or_default();
    let parties: BTreeSet<CustomerId> =
        pieces.iter().filter(|one| one.household > 0).map(|one| CustomerId(one.household)).collect();
    let customers = load::some(&app.db, &parties.into_iter().collect::<Vec<_>>()).await?;
    let ids: Vec<i64> = pieces
        .iter()
        .filter_map(|one| match one.source {
            Source::Order(id) => Some(id),
            Source::Call(_) => None,
        })
        .collect();
    let filed = if ids.is_empty() { Vec::new() } else { orders::some(&app.db, &ids).await? };
    let row = |one: &Piece| {
        let customer = customers.iter().find(|customer| customer.id.get() == one.household);
        let home = customer
            .and_then(|customer| customer.accounts.iter().find(|account| account.closed_at.is_none()));
        let (call, order) = match one.source {
            Source::Call(id) => (Some(CallId(id)), None),
            Source::Order(id) => (None, Some(WorkOrderId(id))),
        };
        let number =
            filed.iter().find(|kept| Some(kept.order.id) == order).map(|kept| kept.order.number.clone());
        Row {
            at: one.at,
            says: one.says,
            rank: one.rank,
            call,
            order,
            order_number: number,
            customer: customer.map(|customer| customer.id),
            name: customer.map(|customer| mask::name(&customer.name)).unwrap_or_default(),
            address: home.map(|account| mask::address(&account.premises.text)).unwrap_or_default(),
        }
    };
    Ok(pieces.iter().map(row).collect())
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    act: Act,
    /// Why it is none.
    #[serde(default)]
    why: String,
    /// As it was read.
    version: i64,
}

/// Confirms it, which publishes the outage and what callers hear of it; or says why it is none.
#[utoipa::path(post, path = "/api/clusters/{number}/act", tag = "clusters", params(("number" = String, Path)),
    request_body = ActForm, responses((status = 200, body = ProposalView), (status = 403, body = ErrorBody),
    (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn act(
    Site(app): Site<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(number): Path<String>,
    Json(form): Json<ActForm>,
) -> Answer<ProposalView> {
    let (asker, of) = (work::asker(&actor), (number.as_str(), form.version));
    let next = match form.act {
        Act::Confirm => work::confirm(&app, &calendar, asker, of).await?,
        Act::Dismiss => work::dismiss(&app, asker, of, &form.why).await?,
    };
    Ok(Json(view(next, &actor)))
}

/// One version of the settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsView {
    settings: Settings,
    /// When it is put: of what was read.
    version: i64,
    /// What each utility begins with.
    #[serde(skip_deserializing)]
    usual: BTreeMap<Utility, Usual>,
}

impl SettingsView {
    fn new(settings: Settings, version: i64) -> SettingsView {
        let usual = Utility::ALL.iter().map(|utility| (*utility, Usual::of(*utility))).collect();
        SettingsView { settings, version, usual }
    }
}

/// The settings in force; until somebody has set some, those of the utility that most customers have.
#[utoipa::path(get, path = "/api/clusters/settings", tag = "clusters", responses((status = 200, body = SettingsView)))]
pub async fn settings(Site(app): Site<App>, Extension(watch): Extension<Arc<Watch>>) -> Answer<SettingsView> {
    let found = watch.customers.settings(&app.db, app.now()).await?;
    Ok(Json(SettingsView::new(found.value, found.version)))
}

/// New settings, from the next second on.
#[utoipa::path(put, path = "/api/clusters/settings", tag = "clusters", request_body = SettingsView,
    responses((status = 200, body = SettingsView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put_settings(
    Site(app): Site<App>,
    actor: Actor,
    Json(form): Json<SettingsView>,
) -> Answer<SettingsView> {
    let SettingsView { settings, version: before, .. } = form;
    settings.check()?;
    let mut tx = app.db.begin().await?;
    if !config::put(&mut tx, &settings, before, Some(actor.person), app.now()).await? {
        return Err(Error::changed_meanwhile());
    }
    let version = before + 1;
    let (who, subject, payload) = (Some(actor.person), "settings".to_owned(), json!({ "version": version }));
    tx.journal(Entry { at: app.now(), who, room: ROOM, subject, kind: "settings_changed", payload });
    tx.commit().await?;
    Ok(Json(SettingsView::new(settings, version)))
}
