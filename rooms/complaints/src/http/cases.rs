//! Cases: lists, how many wait, one with its timeline, and what a member does.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use kernel::WorkOrderId;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{
    Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query, bad_query, given, place, placed, word,
};
use work_orders::store::orders;

use super::views::{self, CaseLine, CaseView, line};
use crate::committee;
use crate::rules::{Act, Case, Stage};
use crate::store::{cases, found};

/// A plain enum, checked and kept as the word it is.
fn checked<T: serde::de::DeserializeOwned>(
    field: &'static str,
    text: Option<&str>,
) -> Result<Option<String>, Error> {
    let known = word::<T>(field, text)?.is_some();
    Ok(text.filter(|_| known).map(str::to_owned))
}

/// What is looked for; everything absent is any.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// `open`: the next due first; `overdue`: of these what is late now; `all`: the newest first. `open` if not given.
    pub set: Option<String>,
    pub stage: Option<String>,
    pub level: Option<String>,
    /// Who handles it.
    pub unit: Option<String>,
    /// The member who goes after it.
    pub owner: Option<String>,
    /// `substantiated`, `partly`, `not_substantiated`.
    pub conclusion: Option<String>,
    pub cause: Option<String>,
    /// Only those in which something was done too late.
    #[serde(default)]
    pub late: bool,
    /// Opened at or after this instant (RFC 3339), and before that.
    pub from: Option<String>,
    pub to: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1 to 200; 50 if not given.
    pub limit: Option<u32>,
}

/// Cases, a page at a time.
#[utoipa::path(get, path = "/api/complaints", tag = "complaints", params(Search),
    responses((status = 200, body = Page<CaseLine>)))]
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(search): Query<Search>,
) -> Answer<Page<CaseLine>> {
    let asker = committee::asker(&app, &actor).await?;
    let looker = committee::looker(&actor, &asker);
    let set = search.set.as_deref().filter(|set| !set.is_empty()).unwrap_or("open");
    if !["open", "overdue", "all"].contains(&set) {
        return Err(bad_query("set"));
    }
    use crate::rules::case::{Cause, Verdict};
    use work_orders::rules::order::Level;
    let filter = found::Filter {
        open: set != "all",
        stage: checked::<Stage>("stage", search.stage.as_deref())?,
        level: checked::<Level>("level", search.level.as_deref())?,
        unit: given("unit", search.unit.as_deref())?,
        owner: given("owner", search.owner.as_deref())?,
        conclusion: checked::<Verdict>("conclusion", search.conclusion.as_deref())?,
        cause: checked::<Cause>("cause", search.cause.as_deref())?,
        late: search.late,
        due_before: (set == "overdue").then(|| app.now()),
        from: given("from", search.from.as_deref())?,
        to: given("to", search.to.as_deref())?,
        after: place("after", search.after.as_deref())?,
    };
    let limit = i64::from(web::page_size(search.limit));
    let found = found::find(&app.db, &looker, &filter, limit + 1).await?;
    let next = |case: &Case| {
        let at = if filter.open { case.due() } else { Some(case.opening.at) };
        placed(at.unwrap_or_default(), case.order())
    };
    Ok(Json(Page::of(found, limit, next).map(|case| line(&case))))
}

/// How many open cases stand where.
#[derive(Debug, Serialize, ToSchema)]
pub struct Waiting {
    stage: String,
    count: i64,
    overdue: i64,
    /// 重大 and 特殊.
    grave: i64,
}

/// How many open cases stand where.
#[utoipa::path(get, path = "/api/complaints/now", tag = "complaints", responses((status = 200, body = Vec<Waiting>)))]
pub async fn now(State(app): State<App>, actor: Actor) -> Answer<Vec<Waiting>> {
    let asker = committee::asker(&app, &actor).await?;
    let looker = committee::looker(&actor, &asker);
    let standing = found::standing(&app.db, &looker, app.now()).await?;
    let view = |row: found::Standing| {
        let found::Standing { stage, count, overdue, grave } = row;
        Waiting { stage, count, overdue, grave }
    };
    Ok(Json(standing.into_iter().map(view).collect()))
}

async fn shown(app: &App, actor: &Actor, order: WorkOrderId) -> Answer<CaseView> {
    let asker = committee::asker(app, actor).await?;
    let case = cases::read(&app.db, order).await?.ok_or_else(Error::not_found)?;
    // Whom it is about does not even learn that there is one.
    if !committee::sees(actor, &asker, &case) {
        return Err(Error::not_found());
    }
    let kept = orders::read(&app.db, order).await?.ok_or_else(Error::not_found)?;
    let steps = cases::steps(&app.db, order).await?;
    Ok(Json(views::view(&case, &kept.order, steps, &asker)))
}

/// One case by its order, with timeline, evidence and what may be done.
#[utoipa::path(get, path = "/api/complaints/{order}", tag = "complaints", params(("order" = String, Path)),
    responses((status = 200, body = CaseView), (status = 404, body = ErrorBody)))]
pub async fn one(State(app): State<App>, actor: Actor, Path(order): Path<WorkOrderId>) -> Answer<CaseView> {
    shown(&app, &actor, order).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActForm {
    act: Act,
    /// Of the case as it was read.
    version: i64,
}

/// A member does something: `{"act":{"act":"accept"},"version":1}`.
#[utoipa::path(post, path = "/api/complaints/{order}/act", tag = "complaints", params(("order" = String, Path)),
    request_body = ActForm, responses((status = 200, body = CaseView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn act(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(order): Path<WorkOrderId>,
    Json(form): Json<ActForm>,
) -> Answer<CaseView> {
    committee::act(&app, &calendar, &actor, order, form.version, &form.act).await?;
    shown(&app, &actor, order).await
}
