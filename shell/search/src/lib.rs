//! One search box over whatever rooms hand in: words, beginnings and ends of numbers, pinyin. The index is a cache in the
//! data folder: it is rebuilt from the rooms at any time and kept up by their events, on each node for itself.

#![forbid(unsafe_code)]

mod http;
mod index;
mod keep;
mod query;
mod terms;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use web::{Job, Room, Routes, Source, routes};

pub use keep::Search;

/// Nothing is kept in the database.
pub const MIGRATIONS: db::Migrations = db::migrations!("search", []);

/// A change can be found after this long.
const EVERY: Duration = Duration::from_millis(500);

/// The route, and the job that builds the index and keeps it up. `folder` is the index's own; what else is in it is lost.
pub fn room(folder: PathBuf, node: u8, sources: Vec<Source>) -> Room {
    let search = Arc::new(Search::new(folder, node, sources));
    let kept = search.clone();
    Room {
        // Each source is shown to those only who have its permission.
        routes: Routes::new().signed_in(routes!(http::search)).with(search),
        jobs: vec![Job::every("search.keep", EVERY, move |app| {
            let search = kept.clone();
            async move { search.keep(&app).await }
        })],
        ..Room::new("search", MIGRATIONS)
    }
}
