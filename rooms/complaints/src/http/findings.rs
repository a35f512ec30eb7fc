//! Findings: lists, one with its evidence, reported by hand, ruled upon.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use db::Entry;
use kernel::calendar::Calendar;
use kernel::{CallId, FindingId, PersonId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query, given, place, placed, word};
use work_orders::store::orders;

use crate::permissions::CONFIRM;
use crate::rules::finding::{Finding, FindingKind, Found, Ruling, Shown, State as Stands, rule_upon};
use crate::rules::{Asker, Refusal, text};
use crate::store::findings::{self, Filter};
use crate::{Confirmed, committee, finders};

/// One finding, with everything that was compared.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingView {
    #[schema(value_type = String)]
    id: FindingId,
    kind: FindingKind,
    /// The rule of the assessment that it counts for when it is confirmed: `A8`.
    rule: &'static str,
    state: Stands,
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    #[schema(value_type = Option<String>)]
    unit: Option<UnitId>,
    #[schema(value_type = Option<String>)]
    order: Option<WorkOrderId>,
    #[schema(value_type = Option<String>)]
    call: Option<CallId>,
    /// In which it was done: `2026-11`.
    month: String,
    #[schema(value_type = String, format = DateTime)]
    found_at: Timestamp,
    evidence: Vec<Shown>,
    /// Who has reported it; absent where the centre found it.
    #[schema(value_type = Option<String>)]
    by: Option<PersonId>,
    ruling: Option<Ruling>,
    /// This person may rule upon it now.
    may_rule: bool,
}

fn view(finding: Finding, actor: &Actor, asker: &Asker, now: Timestamp) -> FindingView {
    let ruled = rule_upon(&finding, true, "any reason", asker, now);
    FindingView {
        id: finding.id,
        kind: finding.kind,
        rule: finding.kind.rule(),
        state: finding.state,
        person: finding.person,
        unit: finding.unit,
        order: finding.order,
        call: finding.call,
        month: finding.month,
        found_at: finding.found_at,
        evidence: finding.evidence,
        by: finding.by,
        ruling: finding.ruling,
        may_rule: actor.may(CONFIRM) && ruled.is_ok(),
    }
}

/// What is looked for; everything absent is any.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// `open`, `confirmed`, `dismissed`.
    pub state: Option<String>,
    pub kind: Option<String>,
    pub person: Option<String>,
    pub order: Option<String>,
    /// `2026-11`
    pub month: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1 to 200; 50 if not given.
    pub limit: Option<u32>,
}

/// Findings, the newest first. What is about oneself or one's unit is not among them.
#[utoipa::path(get, path = "/api/complaints/findings", tag = "complaints", params(Search),
    responses((status = 200, body = Page<FindingView>)))]
pub async fn list(
    State(app): State<App>,
    actor: Actor,
    Query(search): Query<Search>,
) -> Answer<Page<FindingView>> {
    let asker = committee::asker(&app, &actor).await?;
    let looker = committee::looker(&actor, &asker);
    let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    word::<Stands>("state", search.state.as_deref())?;
    word::<FindingKind>("kind", search.kind.as_deref())?;
    let filter = Filter {
        state: text(&search.state),
        kind: text(&search.kind),
        person: given("person", search.person.as_deref())?,
        order: given("order", search.order.as_deref())?,
        month: text(&search.month),
        after: place("after", search.after.as_deref())?,
    };
    let limit = i64::from(web::page_size(search.limit));
    let found = findings::find(&app.db, &looker, &filter, limit + 1).await?;
    let next = |finding: &Finding| placed(finding.found_at, finding.id);
    let now = app.now();
    Ok(Json(Page::of(found, limit, next).map(|finding| view(finding, &actor, &asker, now))))
}

async fn seen(app: &App, asker: &Asker, id: FindingId) -> Result<Finding, Error> {
    let finding = findings::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    // Whom it is about does not learn of it here.
    if crate::rules::finding::finding_concerns(&finding, asker) {
        return Err(Error::not_found());
    }
    Ok(finding)
}

/// One finding with its evidence.
#[utoipa::path(get, path = "/api/complaints/findings/{id}", tag = "complaints", params(("id" = String, Path)),
    responses((status = 200, body = FindingView), (status = 404, body = ErrorBody)))]
pub async fn one(State(app): State<App>, actor: Actor, Path(id): Path<FindingId>) -> Answer<FindingView> {
    let asker = committee::asker(&app, &actor).await?;
    let finding = seen(&app, &asker, id).await?;
    Ok(Json(view(finding, &actor, &asker, app.now())))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RulingForm {
    confirmed: bool,
    reason: String,
}

/// Confirms or dismisses it, with a reason.
#[utoipa::path(post, path = "/api/complaints/findings/{id}/ruling", tag = "complaints", params(("id" = String, Path)),
    request_body = RulingForm, responses((status = 200, body = FindingView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn ruling(
    State(app): State<App>,
    actor: Actor,
    Path(id): Path<FindingId>,
    Json(form): Json<RulingForm>,
) -> Answer<FindingView> {
    let asker = committee::asker(&app, &actor).await?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let finding = findings::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    if crate::rules::finding::finding_concerns(&finding, &asker) {
        return Err(Error::not_found());
    }
    let ruled = rule_upon(&finding, form.confirmed, &form.reason, &asker, now)?;
    if !findings::save(&mut tx, &ruled).await? {
        return Err(Error::changed_meanwhile());
    }
    let kind = if form.confirmed { "confirmed" } else { "dismissed" };
    let payload = json!({ "kind": ruled.kind, "rule": ruled.kind.rule(), "person": ruled.person, "month": ruled.month });
    let (who, subject) = (Some(actor.person), id.to_string());
    tx.journal(Entry { at: now, who, room: "complaints", subject, kind, payload });
    if form.confirmed {
        let (kind, person, unit) = (ruled.kind, ruled.person, ruled.unit);
        let (rule, month) = (ruled.kind.rule().to_owned(), ruled.month.clone());
        tx.emit(now, &Confirmed { finding: id, kind, rule, person, unit, month })?;
    }
    tx.commit().await?;
    Ok(Json(view(Finding { version: ruled.version + 1, ..ruled }, &actor, &asker, now)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportForm {
    kind: FindingKind,
    #[schema(value_type = String)]
    person: PersonId,
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    order: Option<WorkOrderId>,
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    call: Option<CallId>,
    /// What was heard or seen.
    words: String,
}

/// Reports something by hand: an inaccurate order, a caller who was hurried. Somebody else rules upon it.
#[utoipa::path(post, path = "/api/complaints/findings", tag = "complaints", request_body = ReportForm,
    responses((status = 200, body = FindingView), (status = 422, body = ErrorBody)))]
pub async fn report(
    State(app): State<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Json(form): Json<ReportForm>,
) -> Answer<FindingView> {
    text(&form.words, "words", 8, 1_000)?;
    let asker = committee::asker(&app, &actor).await?;
    let mut done_at = app.now();
    let mut evidence = Vec::new();
    if let Some(call) = form.call {
        let call =
            calls::store::search::one(&app.db, call).await?.ok_or(Refusal::Unknown { what: "call" })?;
        done_at = call.at;
        let (agent, talk_s) = (call.agent, call.talk_ms / 1_000);
        evidence.push(Shown::Call {
            call: call.id,
            at: call.at,
            ended: call.ended,
            agent,
            talk_s,
            hints: Vec::new(),
        });
    }
    if let Some(order) = form.order {
        let kept = orders::read(&app.db, order).await?.ok_or(Refusal::Unknown { what: "order" })?;
        let order = kept.order;
        done_at = order.accepted_at;
        evidence.push(Shown::Order {
            order: order.id,
            number: order.number,
            kind: order.matter.kind,
            at: order.accepted_at,
            by: order.accepted_by,
        });
    }
    evidence.push(Shown::Words { text: form.words.trim().to_owned() });
    let id: FindingId = app.id();
    let found = Found {
        key: format!("by hand {id}"),
        kind: form.kind,
        person: Some(form.person),
        unit: None,
        order: form.order,
        call: form.call,
        done_at,
        evidence,
        by: Some(actor.person),
    };
    let mut tx = app.db.begin().await?;
    finders::keep(&mut tx, id, &found, &calendar, app.now()).await?;
    tx.commit().await?;
    let finding = findings::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    Ok(Json(view(finding, &actor, &asker, app.now())))
}
