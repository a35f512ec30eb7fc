//! Every store test runs on SQLite and on PostgreSQL, each time in a place of its own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;
use kernel::Timestamp;
use sqlx::AssertSqlSafe;

use crate::{Db, Migrations, Options};

/// The address of a PostgreSQL for tests; the test runner sets it (`.config/nextest.toml`).
pub const POSTGRES: &str = "SWITCHBOARD_TEST_PG";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A SQLite database for one test, deleted when dropped.
pub struct Scratch {
    pub db: Db,
    folder: Option<PathBuf>,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn name() -> String {
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("switchboard_test_{}_{count}", std::process::id())
}

/// An empty SQLite database with these rooms' tables.
pub async fn sqlite(rooms: &[Migrations]) -> anyhow::Result<Scratch> {
    let folder = std::env::temp_dir().join(name());
    let options = Options { durable: false, connections_max: 3, ..Options::default() };
    let path = folder.join("test.db");
    let db = Db::open_with(path.to_str().context("the folder for scratch files")?, &options).await?;
    db.migrate(rooms, Timestamp::from_secs(0)).await?;
    Ok(Scratch { db, folder: Some(folder) })
}

/// An empty PostgreSQL schema with these rooms' tables, or none when no server is given.
pub async fn postgres(rooms: &[Migrations]) -> anyhow::Result<Option<Scratch>> {
    let Ok(url) = std::env::var(POSTGRES) else {
        return Ok(None);
    };
    let options = Options { connections_max: 4, ..Options::default() };
    let schema = name();
    let admin = Db::open_with(&url, &options).await?;
    let create = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
    sqlx::raw_sql(AssertSqlSafe(create)).execute(admin.write()).await.context("creating a schema")?;
    admin.close().await;
    let separator = if url.contains('?') { '&' } else { '?' };
    let db = Db::open_with(&format!("{url}{separator}options=-csearch_path%3D{schema}"), &options).await?;
    db.migrate(rooms, Timestamp::from_secs(0)).await?;
    Ok(Some(Scratch { db, folder: None }))
}

/// Runs one suite on SQLite and then on PostgreSQL. Without a server the second run is left out, and says so.
///
/// ```ignore
/// #[test]
/// fn a_person_is_kept() {
///     db::testdb::on_both(&[people::MIGRATIONS], async |db| { … });
/// }
/// ```
pub fn on_both(rooms: &[Migrations], suite: impl AsyncFn(Db)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap_or_else(|error| panic!("no runtime: {error}")).block_on(async {
        let scratch = sqlite(rooms).await.unwrap_or_else(|error| panic!("SQLite: {error:#}"));
        suite(scratch.db.clone()).await;
        scratch.db.close().await;
        match postgres(rooms).await.unwrap_or_else(|error| panic!("PostgreSQL: {error:#}")) {
            Some(scratch) => {
                suite(scratch.db.clone()).await;
                scratch.db.close().await;
            }
            None => eprintln!("SKIPPED on PostgreSQL: {POSTGRES} is not set (cargo nextest sets it)"),
        }
    });
}
