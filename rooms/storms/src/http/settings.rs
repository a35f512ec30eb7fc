//! When it begins, and what it does; with a look at what that would mean now.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use calls::Hall;
use db::config;
use exchange::fact::DeskState;
use kernel::QueueId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Actor, Answer, App, ErrorBody, Json, Setting};

use crate::ROOM;
use crate::rules::Settings;
use crate::work::{Applier, around};

/// One version of the settings.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsView {
    settings: Settings,
    /// When it is put: of what was read.
    version: i64,
    /// The flows that are published, by name.
    #[serde(default)]
    flows: Vec<String>,
}

/// The settings in force.
#[utoipa::path(get, path = "/api/storms/settings", tag = "storms", responses((status = 200, body = SettingsView)))]
pub async fn get(State(app): State<App>) -> Answer<SettingsView> {
    let found = config::read::<Settings>(&app.db).await?;
    let flows = around(&app.db).await?.flows.into_keys().collect();
    Ok(Json(SettingsView { settings: found.value, version: found.version, flows }))
}

/// New settings. A storm that goes on follows them at once.
#[utoipa::path(put, path = "/api/storms/settings", tag = "storms", request_body = SettingsView,
    responses((status = 200, body = SettingsView), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody)))]
pub async fn put(
    State(app): State<App>,
    Extension(applier): Extension<Arc<Applier>>,
    actor: Actor,
    Json(form): Json<SettingsView>,
) -> Answer<SettingsView> {
    let around = around(&app.db).await?;
    form.settings.check(&around)?;
    let (settings, before) = (form.settings, form.version);
    let mut tx = app.db.begin().await?;
    let setting = Setting { room: ROOM, kind: "settings_changed", who: actor.person, at: app.now() };
    let version = setting.put(&mut tx, &settings, before).await?;
    tx.commit().await?;
    if let Err(failure) = applier.apply(&app.db).await {
        tracing::warn!("the exchange does not know the new settings of storm mode yet: {failure:#}");
    }
    Ok(Json(SettingsView { settings, version, flows: around.flows.into_keys().collect() }))
}

/// What would happen now.
#[derive(Debug, Serialize, ToSchema)]
pub struct Preview {
    /// On a break that nobody may begin then.
    on_break: u32,
    /// Of those: called back at once.
    breaks_ended: u32,
    /// Agents signed in who would serve a queue besides their own.
    queues: Vec<QueuePreview>,
    /// Without a menu everybody is let into the queues.
    door: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct QueuePreview {
    #[schema(value_type = String)]
    queue: QueueId,
    waiting: u32,
    signed_in: u32,
    more: u32,
    /// Who comes now hears the menu in place of this queue.
    held_back: bool,
}

/// What these settings would do to the hall as it is now; nothing is changed.
#[utoipa::path(post, path = "/api/storms/preview", tag = "storms", request_body = Settings,
    responses((status = 200, body = Preview), (status = 422, body = ErrorBody)))]
pub async fn preview(
    State(app): State<App>,
    Extension(hall): Extension<Arc<dyn Hall>>,
    Json(settings): Json<Settings>,
) -> Answer<Preview> {
    let around = around(&app.db).await?;
    settings.check(&around)?;
    let floor = hall.floor().await?;
    let agents = people::agents(&app.db).await?;
    let here = |agent: &people::Agent| {
        floor.agents.iter().any(|seat| seat.agent == agent.person && seat.desk != DeskState::SignedOut)
    };
    let mut more: BTreeMap<QueueId, u32> = BTreeMap::new();
    for agent in agents.iter().filter(|agent| here(agent)) {
        let gains = settings.helpers.iter().filter(|help| {
            !agent.queues.contains_key(&help.queue)
                && match (help.of, &help.skill) {
                    (Some(queue), _) => agent.queues.contains_key(&queue),
                    (None, Some(skill)) => agent.skills.get(skill).is_some_and(|level| *level >= help.level),
                    (None, None) => false,
                }
        });
        let mut queues: Vec<QueueId> = gains.map(|help| help.queue).collect();
        queues.sort_unstable();
        queues.dedup();
        for queue in queues {
            *more.entry(queue).or_default() += 1;
        }
    }
    let resting = floor.agents.iter().filter(
        |seat| matches!(&seat.desk, DeskState::NotReady { reason } if settings.breaks.contains(reason)),
    );
    let on_break = u32::try_from(resting.count()).unwrap_or(u32::MAX);
    let door = settings.door.flow.is_some();
    let danger: BTreeMap<QueueId, bool> = calls::store::lines::queues(&app.db)
        .await?
        .into_iter()
        .map(|kept| (kept.id, kept.line.danger))
        .collect();
    let queues = floor.queues.iter().map(|(id, queue)| QueuePreview {
        queue: *id,
        waiting: queue.waiting,
        signed_in: queue.signed_in,
        more: more.get(id).copied().unwrap_or(0),
        held_back: door
            && danger.get(id) != Some(&true)
            && !settings.door.always.contains(id)
            && settings.door.waiting.is_some_and(|limit| queue.waiting >= limit),
    });
    let breaks_ended = if settings.end_breaks { on_break } else { 0 };
    Ok(Json(Preview { on_break, breaks_ended, queues: queues.collect(), door }))
}
