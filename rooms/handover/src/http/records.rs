//! Handovers: the one that runs, those before, one with all that is on it, and what is done with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State as Is;
use calls::Hall;
use db::config;
use kernel::calendar::Calendar;
use kernel::{GroupId, HandoverId, Timestamp, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, PageQuery, Path, Query, given, place, placed};
use work_orders::store::orders;

use super::views::{self, Parts, RecordLine, RecordView};
use crate::permissions::SIGN;
use crate::rules::decide::{Facts, Standing};
use crate::rules::item::Matter;
use crate::rules::{Act, Record, Settings, Team};
use crate::store::{items, records};
use crate::{drawing, signing};

/// Of which team.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// A group's id; `centre` is what is of no team.
    pub team: Option<String>,
}

impl Whose {
    fn team(&self) -> Result<Option<Option<GroupId>>, Error> {
        match self.team.as_deref() {
            Some("centre") => Ok(Some(None)),
            team => Ok(given::<GroupId>("team", team)?.map(Some)),
        }
    }
}

/// Handovers, the newest first: everybody's, if no team is named.
#[utoipa::path(get, path = "/api/handover", tag = "handover", params(PageQuery, Whose),
    responses((status = 200, body = Page<RecordLine>)))]
pub async fn list(
    Is(app): Is<App>,
    Query(page): Query<PageQuery>,
    Query(whose): Query<Whose>,
) -> Answer<Page<RecordLine>> {
    let after = place("after", page.after.as_deref())?.unwrap_or((Timestamp::MAX, i64::MAX));
    let found = records::page(&app.db, whose.team()?, after, page.limit() + 1).await?;
    let next = |record: &Record| placed(record.ends, record.id.get());
    let page = Page::of(found, page.limit(), next);
    Ok(Json(page.map(|record| views::line(&record))))
}

/// A part of the centre that hands over by itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct TeamView {
    /// None is what is of no team.
    pub team: Option<Team>,
    /// Its record of the shift that works now.
    #[schema(value_type = Option<String>)]
    pub current: Option<HandoverId>,
    /// Of shifts that are over and that nobody has taken over.
    pub waiting: usize,
    pub late: bool,
}

/// What is going on.
#[derive(Debug, Serialize, ToSchema)]
pub struct NowView {
    /// Which is shown: as asked, one's own, or the whole centre's.
    team: Option<Team>,
    /// Those among which there is a choice; one where the centre hands over as a whole.
    teams: Vec<TeamView>,
    /// Of the shift that works now.
    current: Option<RecordLine>,
    /// Of shifts that are over and that nobody has taken over, the earliest first.
    waiting: Vec<RecordLine>,
    /// The last that both have signed.
    last: Option<RecordLine>,
}

/// The shift that works now, and what waits to be taken over. Without a team: of one's own.
#[utoipa::path(get, path = "/api/handover/now", tag = "handover", params(Whose), responses((status = 200, body = NowView)))]
pub async fn now(Is(app): Is<App>, actor: Actor, Query(whose): Query<Whose>) -> Answer<NowView> {
    let now = app.now();
    let current = records::current(&app.db, now).await?;
    let mut open = records::open(&app.db).await?;
    open.retain(|record| record.ends <= now);
    let mut teams: Vec<TeamView> = Vec::new();
    for record in current.iter().chain(&open) {
        let id = record.scope.team();
        let over = usize::from(record.ends <= now);
        match teams.iter_mut().find(|one| one.team.as_ref().map(|team| team.id) == id) {
            Some(known) => {
                known.waiting += over;
                known.late |= record.alarmed_at.is_some();
            }
            None => {
                let late = record.alarmed_at.is_some();
                let current = Some(record.id).filter(|_| over == 0);
                teams.push(TeamView { team: record.scope.team.clone(), current, waiting: over, late });
            }
        }
    }
    teams.sort_by_key(|one| one.team.as_ref().map(|team| team.name.clone()));
    let team = whose.team()?.unwrap_or_else(|| own(&actor, &current));
    let shown = |record: &&Record| record.scope.team() == team;
    let signed = records::before(&app.db, team, now, 10).await?;
    Ok(Json(NowView {
        team: teams.iter().filter_map(|one| one.team.clone()).find(|one| Some(one.id) == team),
        teams,
        current: current.iter().find(shown).map(views::line),
        waiting: open.iter().filter(shown).map(views::line).collect(),
        last: signed.iter().map(views::line).find(|line| line.state == "signed_in"),
    }))
}

/// Of the teams that hand over now, the one that somebody is in or leads.
fn own(actor: &Actor, current: &[Record]) -> Option<GroupId> {
    let mut groups = actor.group.iter().chain(&actor.leads).copied();
    groups.find(|group| current.iter().any(|record| record.scope.team() == Some(*group)))
}

/// The record that is meant: this one, or that of one's own team, or of the whole centre, in the shift that works now.
///
/// # Errors
/// There is none.
pub async fn meant(app: &App, actor: &Actor, named: Option<&str>) -> Result<Record, Error> {
    let found = match given::<HandoverId>("handover", named)? {
        Some(id) => records::read(&app.db, id).await?,
        None => {
            let team = own(actor, &records::current(&app.db, app.now()).await?);
            records::latest(&app.db, team).await?
        }
    };
    found.ok_or_else(Error::not_found)
}

async fn shown(
    app: &App,
    calendar: &Calendar,
    hall: &dyn Hall,
    actor: &Actor,
    id: HandoverId,
) -> Answer<RecordView> {
    let record = records::read(&app.db, id).await?.ok_or_else(Error::not_found)?;
    let settings = config::read::<Settings>(&app.db).await?.value;
    let now = app.now();
    let mut now_of: BTreeMap<WorkOrderId, orders::Kept> = BTreeMap::new();
    let (left, items) = match &record.left {
        Some(left) => {
            let items = items::read(&app.db, id).await?;
            let ids = items.iter().filter_map(|item| match &item.matter {
                Matter::Order(order) => Some(order.order.get()),
                Matter::Owed(_) | Matter::Escalation(_) => None,
            });
            let kept = orders::some(&app.db, &ids.collect::<Vec<_>>()).await?;
            now_of.extend(kept.into_iter().map(|kept| (kept.order.id, kept)));
            (left.clone(), items)
        }
        None => {
            let soon = signing::next_end(&settings, calendar, &record, now);
            drawing::draw(app, (hall, calendar), &settings, &record, soon).await?
        }
    };
    let facts = Facts { now, person: actor.person, settings: &settings, standing: Standing::default() };
    let parts = Parts { record: &record, left, items, orders: &now_of, may_sign: actor.may(SIGN) };
    Ok(Json(views::view(parts, facts)))
}

/// One handover with all that is on it. What a draft hands over is drawn as it is now.
#[utoipa::path(get, path = "/api/handover/{id}", tag = "handover", params(("id" = String, Path)),
    responses((status = 200, body = RecordView), (status = 404, body = ErrorBody)))]
pub async fn one(
    Is(app): Is<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(id): Path<HandoverId>,
) -> Answer<RecordView> {
    shown(&app, &calendar, hall.as_ref(), &actor, id).await
}

/// Writes, signs, verifies: `{"act":"sign_out"}`, `{"act":"accept","about":"wo_…"}`.
#[utoipa::path(post, path = "/api/handover/{id}/act", tag = "handover", params(("id" = String, Path)), request_body = Act,
    responses((status = 200, body = RecordView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn act(
    Is(app): Is<App>,
    Extension(calendar): Extension<Arc<Calendar>>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    actor: Actor,
    Path(id): Path<HandoverId>,
    Json(act): Json<Act>,
) -> Answer<RecordView> {
    signing::act(&app, &calendar, hall.as_ref(), actor.person, id, &act).await?;
    shown(&app, &calendar, hall.as_ref(), &actor, id).await
}
