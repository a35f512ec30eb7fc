//! Floor: the live page of calls, queues and agents, and a leader's orders from it.

#![forbid(unsafe_code)]

pub mod http;
pub mod permissions;
pub mod rules;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use calls::Hall;
use kernel::calendar::Calendar;
use web::{Job, Room, Routes, Topic, routes};

pub use watch::Watch;

/// This room keeps nothing: it shows what others keep.
pub const MIGRATIONS: db::Migrations = db::migrations!("floor", []);

/// The live picture.
pub const NOW: Topic = Topic::shared("floor.now", permissions::WATCH);

/// The floor lags by less than this.
const EVERY: Duration = Duration::from_millis(800);

/// The manifest.
pub fn room(hall: Arc<dyn Hall>, calendar: Calendar) -> Room {
    let watch = Arc::new(Watch::new(hall.clone(), calendar));
    let pushed = watch.clone();
    Room {
        permissions: permissions::PERMISSIONS,
        routes: Routes::new()
            .permit(permissions::WATCH, routes!(http::show))
            .permit(permissions::DIRECT, routes!(http::order))
            .with(hall)
            .with(watch),
        topics: vec![NOW],
        jobs: vec![Job::every("floor.push", EVERY, move |app| {
            let watch = pushed.clone();
            async move { watch.push(&app).await }
        })],
        ..Room::new("floor", MIGRATIONS)
    }
}
