//! Handovers: the one that runs, those before, one with all that is on it, and what is done with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State as Is;
use calls::Hall;
use db::config;
use kernel::calendar::Calendar;
use kernel::{HandoverId, Timestamp, WorkOrderId};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Actor, Answer, App, Error, ErrorBody, Json, Page, PageQuery, Path, Query, given};
use work_orders::store::orders;

use super::views::{self, Parts, RecordLine, RecordView};
use crate::permissions::SIGN;
use crate::rules::decide::{Facts, Standing};
use crate::rules::item::Matter;
use crate::rules::{Act, Settings};
use crate::store::{items, records};
use crate::{drawing, signing};

/// Handovers, the newest first.
#[utoipa::path(get, path = "/api/handover", tag = "handover", params(PageQuery),
    responses((status = 200, body = Page<RecordLine>)))]
pub async fn list(Is(app): Is<App>, Query(page): Query<PageQuery>) -> Answer<Page<RecordLine>> {
    let after = given("after", page.after.as_deref())?.map_or(Timestamp::MAX, Timestamp::from_micros);
    let found = records::before(&app.db, after, page.limit() + 1).await?;
    let page = Page::of(found, page.limit(), |record| record.ends.as_micros().to_string());
    Ok(Json(page.map(|record| views::line(&record))))
}

/// What is going on.
#[derive(Debug, Serialize, ToSchema)]
pub struct NowView {
    /// Of the shift that works now.
    current: Option<RecordLine>,
    /// Of shifts that are over and that nobody has taken over, the earliest first.
    waiting: Vec<RecordLine>,
    /// The last that both have signed.
    last: Option<RecordLine>,
}

/// The shift that works now, and what waits to be taken over.
#[utoipa::path(get, path = "/api/handover/now", tag = "handover", responses((status = 200, body = NowView)))]
pub async fn now(Is(app): Is<App>) -> Answer<NowView> {
    let now = app.now();
    let latest = records::latest(&app.db).await?.filter(|record| record.ends > now);
    let open = records::open(&app.db).await?;
    let waiting = open.iter().filter(|record| record.ends <= now).map(views::line).collect();
    let signed = records::before(&app.db, now, 10).await?;
    let last = signed.iter().map(views::line).find(|line| line.state == "signed_in");
    Ok(Json(NowView { current: latest.as_ref().map(views::line), waiting, last }))
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
                Matter::Owed(_) => None,
            });
            let kept = orders::some(&app.db, &ids.collect::<Vec<_>>()).await?;
            now_of.extend(kept.into_iter().map(|kept| (kept.order.id, kept)));
            (left.clone(), items)
        }
        None => {
            let soon = signing::next_end(&settings, calendar, &record, now);
            drawing::draw(app, hall, &settings, &record, soon).await?
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
