//! Recordings: what was said, found by the call's record, heard in the browser, kept and deleted by rule.

#![forbid(unsafe_code)]

pub mod http;
mod jobs;
pub mod permissions;
pub mod rules;
pub mod store;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use store::facts::take;
use web::{Job, Room, Routes, routes};

/// The tables of this room.
pub const MIGRATIONS: db::Migrations = db::migrations!("recordings", ["20261121_1_recordings.sql"]);

/// How often old recordings are looked for.
const RETENTION_EVERY: Duration = Duration::from_secs(3_600);

/// What the room is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the files are.
    pub folder: PathBuf,
    /// How long they are kept; never less than six months.
    pub kept: Duration,
    pub hearings: Arc<rules::hearing::Hearings>,
}

impl Config {
    pub fn new(folder: PathBuf) -> Self {
        Config { folder, kept: rules::retention::KEPT, hearings: Arc::default() }
    }
}

/// The manifest.
pub fn room(config: Config) -> Room {
    use permissions::{HOLD, PERMISSIONS, PLAY, PLAY_OWN};
    let job = config.clone();
    Room {
        permissions: PERMISSIONS,
        routes: Routes::new()
            .permit_any(&[PLAY, PLAY_OWN], routes!(http::found::list))
            .permit_any(&[PLAY, PLAY_OWN], routes!(http::found::one))
            .permit_any(&[PLAY, PLAY_OWN], routes!(http::play::waveform))
            .permit_any(&[PLAY, PLAY_OWN], routes!(http::play::sound))
            .permit(HOLD, routes!(http::hold::hold))
            .with(config),
        jobs: vec![Job::every("recordings.retention", RETENTION_EVERY, move |app| {
            let config = job.clone();
            async move { jobs::let_go(&app, &config).await.map(drop) }
        })],
        ..Room::new("recordings", MIGRATIONS)
    }
}
