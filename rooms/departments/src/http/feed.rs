//! One's own duties as a calendar that telephones and offices subscribe to: the one address that works without signing
//! in, because calendars cannot.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use db::Entry;
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, ClientAddress, Error, ErrorBody, Json, Path, Query, Throttle, Throttled};

use crate::rules::roster::{Duty, Stretch};
use crate::rules::{Refusal, Tree, ical};
use crate::store::{self, feed, roster};

const PATH: &str = "/api/departments/ical/";
/// What a calendar shows: enough to look something up, and all that is planned.
const BACK: Duration = Duration::from_secs(31 * 24 * 3600);
const AHEAD: Duration = Duration::from_secs(180 * 24 * 3600);

/// How often addresses may be tried, and one of them fetched.
#[derive(Clone)]
pub struct Gate {
    wrong: Arc<Throttle<IpAddr>>,
    fetched: Arc<Throttle<PersonId>>,
}

impl Default for Gate {
    fn default() -> Self {
        let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
        Gate {
            wrong: Arc::new(Throttle::new(10, minute, minute * 10, 10_000)),
            // Calendars ask every few minutes to hours; somebody may have several.
            fetched: Arc::new(Throttle::new(120, hour, minute * 10, 10_000)),
        }
    }
}

fn too_often(Throttled { wait }: Throttled) -> Refusal {
    Refusal::TooOften { retry_after_s: wait.as_secs() + 1 }
}

fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token.as_bytes()))
}

/// One's own calendar: whether there is an address, and when it was last fetched.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct FeedView {
    #[schema(value_type = Option<String>, format = DateTime)]
    made_at: Option<Timestamp>,
    /// To the hour.
    #[schema(value_type = Option<String>, format = DateTime)]
    used_at: Option<Timestamp>,
    /// Told once, when it is made: what is kept is only its SHA-256.
    path: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InWords {
    /// `en`, otherwise Chinese.
    #[serde(default)]
    lang: String,
}

/// Whether one has a calendar's address.
#[utoipa::path(get, path = "/api/departments/feed", tag = "departments", responses((status = 200, body = FeedView)))]
pub async fn show(State(app): State<App>, actor: Actor) -> Answer<FeedView> {
    let view = |feed: feed::Feed| FeedView { made_at: Some(feed.made_at), used_at: feed.used_at, path: None };
    Ok(Json(feed::of(&app.db, actor.person).await?.map(view).unwrap_or_default()))
}

/// Makes a calendar's address; the one before is no longer good.
#[utoipa::path(post, path = "/api/departments/feed", tag = "departments", responses((status = 200, body = FeedView)))]
pub async fn make(State(app): State<App>, actor: Actor) -> Answer<FeedView> {
    let mut secret = [0u8; 32];
    app.chance.fill(&mut secret)?;
    let token = hex::encode(secret);
    let now = app.now();
    let mut tx = app.db.begin().await?;
    feed::put(&mut tx, actor.person, &hash(&token), now).await?;
    tx.journal(entry(now, &actor, "feed_made"));
    tx.commit().await?;
    Ok(Json(FeedView { made_at: Some(now), used_at: None, path: Some(format!("{PATH}{token}.ics")) }))
}

/// Takes the address away: whoever still has it gets nothing more.
#[utoipa::path(delete, path = "/api/departments/feed", tag = "departments", responses((status = 204)))]
pub async fn revoke(State(app): State<App>, actor: Actor) -> Result<StatusCode, Error> {
    let mut tx = app.db.begin().await?;
    if !feed::remove(&mut tx, actor.person).await? {
        return Err(Error::not_found());
    }
    tx.journal(entry(app.now(), &actor, "feed_revoked"));
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn entry(at: Timestamp, actor: &Actor, kind: &'static str) -> Entry {
    let subject = actor.person.to_string();
    Entry { at, who: Some(actor.person), room: "departments", subject, kind, payload: json!({}) }
}

/// The calendar behind an address, as RFC 5545: the duties of the last month and those planned.
#[utoipa::path(get, path = "/api/departments/ical/{file}", tag = "departments",
    params(("file" = String, Path, description = "The secret and `.ics`"), InWords),
    responses((status = 200, content_type = "text/calendar", body = String), (status = 404, body = ErrorBody),
        (status = 429, body = ErrorBody)))]
pub async fn calendar(
    State(app): State<App>,
    Extension(gate): Extension<Gate>,
    ClientAddress(from): ClientAddress,
    Path(file): Path<String>,
    Query(words): Query<InWords>,
) -> Result<Response, Error> {
    let now = app.now();
    gate.wrong.check(&from, now).map_err(too_often)?;
    let token = file.strip_suffix(".ics").unwrap_or_default();
    let known = match token.len() {
        64 => feed::by_token(&app.db, &hash(token)).await?,
        _ => None,
    };
    let Some(known) = known else {
        gate.wrong.failed(&from, now);
        return Err(Error::not_found());
    };
    gate.fetched.check(&known.person, now).map_err(too_often)?;
    gate.fetched.failed(&known.person, now);
    if known.used_at.is_none_or(|used| now.since(used) >= Duration::from_secs(3600)) {
        let mut tx = app.db.begin().await?;
        feed::used(&mut tx, known.person, now).await?;
        tx.commit().await?;
    }
    let mut reading = app.db.read().acquire().await.context("a connection for reading")?;
    let stretches = roster::of_person(&mut reading, known.person, now - BACK, now + AHEAD).await?;
    drop(reading);
    let tree = Tree::from(store::all(&app.db).await?);
    let english = words.lang.starts_with("en");
    let entries: Vec<ical::Entry> =
        stretches.iter().map(|stretch| as_entry(stretch, &tree, english)).collect();
    let name = if english { "On duty" } else { "值班" };
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CACHE_CONTROL, "private, max-age=300"),
    ];
    Ok((headers, ical::calendar(name, &entries)).into_response())
}

fn as_entry(stretch: &Stretch, tree: &Tree, english: bool) -> ical::Entry {
    let unit = tree.get(stretch.unit);
    let duty = match (stretch.duty, english) {
        (Duty::First, false) => "主班",
        (Duty::Second, false) => "副班",
        (Duty::Leader, false) => "带班领导",
        (Duty::First, true) => "First on duty",
        (Duty::Second, true) => "Second on duty",
        (Duty::Leader, true) => "Leader on duty",
    };
    let phone = stretch.phone.as_deref().or(unit.and_then(|unit| unit.phone.as_deref()));
    ical::Entry {
        uid: format!("{}@switchboard", stretch.id),
        from: stretch.from,
        to: stretch.to,
        summary: format!("{duty} · {}", unit.map_or("", |unit| unit.name.as_str())),
        description: phone.map(|phone| format!("☎ {phone}")).unwrap_or_default(),
        changed_at: stretch.changed_at,
        sequence: stretch.version - 1,
    }
}
