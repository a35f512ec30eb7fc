//! The room's HTTP: what runs, what was broken, how many were kept.

use axum::extract::State;
use deadlines::{Clock, Kind, Level, Step};
use kernel::{PromiseId, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Answer, App, Error, Json, Page, Period, Query, bad_query, given, word};

use crate::rules;
use crate::store::found::{self, Filter, Found, Which};
use crate::store::report;

/// What is looked for; everything absent is any.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// `running` (the next due first), `broken`, `kept`, or `due` (kept, broken or overdue; the newest first).
    pub which: Option<String>,
    /// Due at or after this instant (RFC 3339), and before that one; what is kept is asked for by its period.
    pub from: Option<String>,
    pub to: Option<String>,
    /// A unit's id; or `none` for the centre.
    pub unit: Option<String>,
    /// An area; or `none` for what has none.
    pub area: Option<String>,
    /// A kind of work order: `fault`, `complaint` …
    pub kind: Option<String>,
    /// `arrive`, `answer`, `take` …
    pub step: Option<String>,
    /// `unit` or `customer`.
    pub clock: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1 to 200; 50 if not given.
    pub limit: Option<u32>,
}

/// One clock of one promise.
#[derive(Debug, Serialize, ToSchema)]
pub struct PromiseView {
    #[schema(value_type = String)]
    promise: PromiseId,
    #[schema(value_type = String)]
    clock: Clock,
    /// Who answers for it; the centre where it is absent.
    #[schema(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// Where it is owed; empty where the matter has no one area.
    area: String,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    due: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    yellow: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    orange: Timestamp,
    /// `running`, `fulfilled`, `withdrawn`.
    state: String,
    /// Seconds by which it was broken.
    late_s: i64,
    #[schema(value_type = Option<String>)]
    told: Option<Level>,
    /// Whose matter it is about, its id and its number there.
    room: String,
    subject: String,
    number: String,
    /// Of what kind of order; none for what is owed beside orders.
    #[schema(value_type = Option<String>)]
    kind: Option<Kind>,
    #[schema(value_type = String)]
    step: Step,
    /// The rule that set the limit: `T-P01`.
    rule: String,
}

impl From<Found> for PromiseView {
    fn from(found: Found) -> Self {
        let Found { promise, clock, unit, area, since, due, yellow, orange, state, late, told, .. } = found;
        let Found { room, subject, number, kind, step, rule, .. } = found;
        let late_s = late / 1_000_000;
        PromiseView {
            promise,
            clock,
            unit,
            area,
            since,
            due,
            yellow,
            orange,
            state,
            late_s,
            told,
            room,
            subject,
            number,
            kind,
            step,
            rule,
        }
    }
}

/// What runs now at one unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunningView {
    #[schema(value_type = Option<String>)]
    unit: Option<UnitId>,
    #[schema(value_type = String)]
    clock: Clock,
    calm: i64,
    yellow: i64,
    orange: i64,
    overdue: i64,
}

/// What became of the promises that were due in a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountView {
    #[schema(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// Empty where no one area was said.
    area: String,
    /// Of what kind of order; none for what is owed beside orders.
    #[schema(value_type = Option<String>)]
    kind: Option<Kind>,
    #[schema(value_type = String)]
    step: Step,
    #[schema(value_type = String)]
    clock: Clock,
    kept: i64,
    broken: i64,
    /// Still open although due.
    overdue: i64,
    withdrawn: i64,
}

impl Search {
    fn filter(&self, now: Timestamp) -> Result<(Which, Filter), Error> {
        let which = match self.which.as_deref() {
            None | Some("" | "running") => Which::Running,
            Some("broken") => Which::Broken,
            Some("kept") => Which::Kept,
            Some("due") => Which::Due { by: now },
            Some(_) => return Err(bad_query("which")),
        };
        let centre = self.unit.as_deref() == Some("none");
        let filter = Filter {
            unit: if centre { None } else { given("unit", self.unit.as_deref())? },
            centre,
            area: self.area.as_deref().filter(|area| !area.is_empty()).map(area_of),
            kind: word("kind", self.kind.as_deref())?,
            step: word("step", self.step.as_deref())?,
            clock: word("clock", self.clock.as_deref())?,
            from: given("from", self.from.as_deref())?,
            to: given("to", self.to.as_deref())?,
            after: self.after.as_deref().filter(|text| !text.is_empty()).map(place).transpose()?,
        };
        if matches!(which, Which::Kept | Which::Due { .. }) && filter.from.is_none() {
            return Err(bad_query("from"));
        }
        Ok((which, filter))
    }
}

fn area_of(said: &str) -> String {
    if said == "none" { String::new() } else { said.to_owned() }
}

/// `due~promise~clock`
fn place(text: &str) -> Result<(Timestamp, PromiseId, String), Error> {
    let mut parts = text.split('~');
    let due = parts.next().and_then(|due| due.parse().ok()).ok_or_else(|| bad_query("after"))?;
    let promise = parts.next().and_then(|id| id.parse().ok()).ok_or_else(|| bad_query("after"))?;
    let clock = parts.next().ok_or_else(|| bad_query("after"))?;
    Ok((Timestamp::from_micros(due), promise, clock.to_owned()))
}

/// Promises by when they are due.
#[utoipa::path(get, path = "/api/promises", tag = "promises", params(Search),
    responses((status = 200, body = Page<PromiseView>)))]
pub async fn list(State(app): State<App>, Query(search): Query<Search>) -> Answer<Page<PromiseView>> {
    let limit = i64::from(web::page_size(search.limit));
    let (which, filter) = search.filter(app.now())?;
    let found = found::find(&app.db, which, &filter, limit + 1).await?;
    let next =
        |found: &Found| format!("{}~{}~{}", found.due.as_micros(), found.promise, rules::word(&found.clock));
    Ok(Json(Page::of(found, limit, next).map(PromiseView::from)))
}

/// How many run at each unit, and how near they are to breaking.
#[utoipa::path(get, path = "/api/promises/now", tag = "promises", responses((status = 200, body = Vec<RunningView>)))]
pub async fn now(State(app): State<App>) -> Answer<Vec<RunningView>> {
    let view = |row: report::Running| {
        let report::Running { unit, clock, calm, yellow, orange, overdue } = row;
        RunningView { unit, clock, calm, yellow, orange, overdue }
    };
    Ok(Json(report::running(&app.db, app.now()).await?.into_iter().map(view).collect()))
}

/// What became of the promises that were due in a period.
#[utoipa::path(get, path = "/api/promises/report", tag = "promises", params(Period),
    responses((status = 200, body = Vec<CountView>)))]
pub async fn report(State(app): State<App>, Query(period): Query<Period>) -> Answer<Vec<CountView>> {
    let (from, to) = period.read()?;
    let view = |count: report::Count| {
        let report::Count { unit, area, kind, step, clock, kept, broken, overdue, withdrawn } = count;
        CountView { unit, area, kind, step, clock, kept, broken, overdue, withdrawn }
    };
    Ok(Json(report::due(&app.db, from, to, app.now()).await?.into_iter().map(view).collect()))
}
