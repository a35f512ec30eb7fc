//! Who is called: listed, put in by hand, called once more.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State as Now;
use db::{Entry, Look};
use kernel::calendar::Calendar;
use kernel::{CampaignId, TargetId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, Path, Query, given, word};

use super::views::{self, TargetLine, TargetView, WholeTarget};
use crate::ROOM;
use crate::rules::campaign::takes_people;
use crate::rules::{Campaign, Outcome, Refusal, Stage, Target, decide};
use crate::store::targets::Filter;
use crate::store::{attempts, campaigns, targets};

/// Put in with one request.
const BY_HAND_MAX: usize = 500;

/// What is looked for; everything absent is any.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// `waiting`, `calling` or `done`.
    pub stage: Option<String>,
    /// Of the last attempt: `reached`, `no_answer` …
    pub outcome: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// 1 to 200; 50 if not given.
    pub limit: Option<u32>,
}

/// Who is in a campaign, in the order in which they were put in.
#[utoipa::path(get, path = "/api/campaigns/{id}/targets", tag = "campaigns", params(("id" = String, Path), Search),
    responses((status = 200, body = Page<TargetLine>)))]
pub async fn list(
    Now(app): Now<App>,
    Path(id): Path<CampaignId>,
    Query(search): Query<Search>,
) -> Answer<Page<TargetLine>> {
    let limit = i64::from(web::page_size(search.limit));
    let filter = Filter {
        stage: word::<Stage>("stage", search.stage.as_deref())?,
        outcome: word::<Outcome>("outcome", search.outcome.as_deref())?,
        after: given("after", search.after.as_deref())?,
    };
    let found = targets::page(&app.db, id, filter, limit + 1).await?;
    Ok(Json(Page::of(found, limit, |target| target.id.to_string()).map(|target| views::target(&target))))
}

/// Somebody, with every attempt and what was pressed.
#[utoipa::path(get, path = "/api/campaigns/targets/{target}", tag = "campaigns", params(("target" = String, Path)),
    responses((status = 200, body = TargetView), (status = 404, body = ErrorBody)))]
pub async fn one(Now(app): Now<App>, Path(id): Path<TargetId>) -> Answer<TargetView> {
    let target = targets::get(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let made = attempts::of(&app.db, id).await?;
    Ok(Json(views::target_with(&target, made)))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmaskForm {
    /// Why, in one's own words.
    reason: String,
}

/// Number and reference whole, once; who, when and why is in the journal.
#[utoipa::path(post, path = "/api/campaigns/targets/{target}/unmask", tag = "campaigns", params(("target" = String, Path)),
    request_body = UnmaskForm, responses((status = 200, body = WholeTarget), (status = 404, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn unmask(
    Now(app): Now<App>,
    actor: Actor,
    Path(id): Path<TargetId>,
    Json(form): Json<UnmaskForm>,
) -> Answer<WholeTarget> {
    let reason = decide::reason(&form.reason)?;
    let mut tx = app.db.begin().await?;
    let target = targets::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    // Written before it is shown.
    let (subject, what) = (id.to_string(), "number");
    tx.journal(
        Look { at: app.now(), who: actor.person, room: ROOM, subject, what, reason: Some(reason) }.into(),
    );
    tx.commit().await?;
    Ok(Json(WholeTarget { number: target.number, about: target.about }))
}

/// Somebody who is put in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetForm {
    number: String,
    #[serde(default)]
    about: String,
    /// What the flow can say, by name.
    #[serde(default)]
    known: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddForm {
    people: Vec<TargetForm>,
}

/// How many were put in, and what was left out.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Added {
    pub taken: usize,
    /// In it already.
    pub known: usize,
    /// The first hundred that were left out.
    pub left_out: Vec<LeftOut>,
    pub left_out_count: usize,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOut {
    /// In what was sent, from 1; in a file, the row.
    pub row: usize,
    #[schema(value_type = Object)]
    pub why: Refusal,
}

impl Added {
    pub fn leave_out(&mut self, row: usize, why: Refusal) {
        self.left_out_count += 1;
        if self.left_out.len() < 100 {
            self.left_out.push(LeftOut { row, why });
        }
    }
}

/// A new one of this campaign; the same number is called once.
pub fn target(
    app: &App,
    calendar: &Calendar,
    campaign: &Campaign,
    number: String,
    about: String,
    known: BTreeMap<String, String>,
) -> Target {
    Target {
        id: app.id(),
        campaign: campaign.id,
        once: number.clone(),
        number,
        about,
        known,
        stage: Stage::Waiting,
        outcome: None,
        tries: 0,
        due: campaign.plan.next(calendar, app.now()),
        version: 1,
    }
}

/// Whether people may put somebody into it.
pub fn may_add(campaign: &Campaign) -> Result<(), Refusal> {
    if campaign.standing.is_some() {
        return Err(Refusal::KeptElsewhere);
    }
    match takes_people(campaign.state) {
        true => Ok(()),
        false => Err(Refusal::NotNow { state: campaign.state }),
    }
}

/// Puts people in by hand.
#[utoipa::path(post, path = "/api/campaigns/{id}/targets", tag = "campaigns", params(("id" = String, Path)), request_body = AddForm,
    responses((status = 200, body = Added), (status = 409, body = ErrorBody)))]
pub async fn add(
    Now(app): Now<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(id): Path<CampaignId>,
    Json(form): Json<AddForm>,
) -> Answer<Added> {
    if form.people.len() > BY_HAND_MAX {
        return Err(Refusal::TooMany { most: BY_HAND_MAX }.into());
    }
    let mut tx = app.db.begin().await?;
    let campaign = campaigns::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    may_add(&campaign)?;
    let (now, mut added) = (app.now(), Added::default());
    for (row, TargetForm { number, about, known }) in (1..).zip(form.people) {
        let number = match decide::number(&number) {
            Ok(number) => number,
            Err(why) => {
                added.leave_out(row, why);
                continue;
            }
        };
        let about = about.trim().chars().take(80).collect();
        match targets::add(&mut tx, &target(&app, &calendar, &campaign, number, about, known), now).await? {
            true => added.taken += 1,
            false => added.known += 1,
        }
    }
    let (who, subject) = (Some(actor.person), id.to_string());
    let payload = json!({ "taken": added.taken, "known": added.known, "left_out": added.left_out_count });
    tx.journal(Entry { at: now, who, room: ROOM, subject, kind: "people_added", payload });
    tx.commit().await?;
    Ok(Json(added))
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum TargetAct {
    /// The machine had given up, and calls once more.
    CallAgain,
}

/// Has somebody called once more.
#[utoipa::path(post, path = "/api/campaigns/targets/{target}/act", tag = "campaigns", params(("target" = String, Path)),
    request_body = TargetAct, responses((status = 200, body = TargetView), (status = 409, body = ErrorBody)))]
pub async fn act(
    Now(app): Now<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    actor: Actor,
    Path(id): Path<TargetId>,
    Json(act): Json<TargetAct>,
) -> Answer<TargetView> {
    let TargetAct::CallAgain = act;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let target = targets::one(&mut tx, id).await?.ok_or_else(Error::not_found)?;
    let campaign = campaigns::one(&mut tx, target.campaign).await?.ok_or_else(Error::not_found)?;
    let waiting = decide::once_more(&campaign, &target, &calendar, now)?;
    if !targets::save(&mut tx, &waiting, now).await? {
        return Err(Error::changed_meanwhile());
    }
    let (who, subject) = (Some(actor.person), campaign.id.to_string());
    let payload = json!({ "target": id, "tries": target.tries, "outcome": target.outcome });
    tx.journal(Entry { at: now, who, room: ROOM, subject, kind: "called_again", payload });
    tx.commit().await?;
    let made = attempts::of(&app.db, id).await?;
    Ok(Json(views::target_with(&waiting, made)))
}
