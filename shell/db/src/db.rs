//! Opening a database, and who may write when.

use std::fmt;
use std::panic::Location;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use sqlx::AnyPool;
use sqlx::AssertSqlSafe;
use sqlx::Connection as _;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use tokio::sync::Notify;

use crate::Tx;
use crate::held::Held;

/// Which of the two databases this is. For the few hot spots where one text cannot serve both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// A connection that nobody has used for so long may be dead without our knowing.
const RESTED: Duration = Duration::from_secs(1);

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections for queries; on PostgreSQL, for queries and changes alike.
    pub connections_max: u32,
    /// How long a caller waits for a connection before the request fails.
    pub wait_max: Duration,
    /// SQLite: flush to disk before a commit is acknowledged. Off only for tests.
    pub durable: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { connections_max: 8, wait_max: Duration::from_secs(10), durable: true }
    }
}

/// An open database; a clone is the same database.
#[derive(Clone)]
pub struct Db {
    pub(crate) kind: Kind,
    read: AnyPool,
    /// SQLite: one connection, so writers wait in line here instead of failing in the file. PostgreSQL: the same pool.
    write: AnyPool,
    /// Rung after each commit that emitted an event.
    pub(crate) emitted: Arc<Notify>,
    /// How it was opened.
    opened: Arc<(AnyConnectOptions, Options)>,
}

impl Db {
    /// Opens `postgres://user:password@host/database`, `sqlite:PATH`, or a plain path. A missing SQLite file is created.
    pub async fn open(url: &str) -> anyhow::Result<Db> {
        Db::open_with(url, &Options::default()).await
    }

    /// # Errors
    /// With the address, without the password, and what to look at.
    pub async fn open_with(url: &str, options: &Options) -> anyhow::Result<Db> {
        sqlx::any::install_default_drivers();
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Db::open_postgres(url, options).await;
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
        anyhow::ensure!(
            !path.is_empty() && !path.contains("://"),
            "cannot open the database {url:?}: give a file path, sqlite:PATH or postgres://user@host/database"
        );
        Db::open_sqlite(Path::new(path), options).await
    }

    async fn open_sqlite(path: &Path, options: &Options) -> anyhow::Result<Db> {
        let path =
            std::path::absolute(path).with_context(|| format!("the database path {}", path.display()))?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("creating {} for the database", folder.display()))?;
        }
        let mut escaped = String::new();
        for byte in path.to_str().context("the database path is not UTF-8")?.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                    escaped.push(byte as char)
                }
                _ => escaped.push_str(&format!("%{byte:02X}")),
            }
        }
        let connect: AnyConnectOptions = format!("sqlite://{escaped}?mode=rwc").parse()?;
        let explain = || format!("opening the SQLite database {}: is the folder writable?", path.display());
        // The writer first: it creates the file and sets WAL, which a reader could not.
        let write = sqlite(options, 1, false).connect_with(connect.clone()).await.with_context(explain)?;
        let read = sqlite(options, options.connections_max.max(1), true).connect_with(connect.clone()).await;
        let opened = Arc::new((connect, options.clone()));
        Ok(Db {
            kind: Kind::Sqlite,
            read: read.with_context(explain)?,
            write,
            emitted: Arc::default(),
            opened,
        })
    }

    async fn open_postgres(url: &str, options: &Options) -> anyhow::Result<Db> {
        let connect: AnyConnectOptions = url.parse().context("the database address is not a URL")?;
        let shown = match connect.database_url.host_str() {
            Some(host) if !host.is_empty() => host.to_owned(),
            _ => "its socket".to_owned(),
        };
        let pool = postgres(options, options.connections_max.max(2))
            .connect_with(connect.clone())
            .await
            .with_context(|| {
                format!("opening PostgreSQL on {shown}: does it run, and may this user sign in?")
            })?;
        let opened = Arc::new((connect, options.clone()));
        Ok(Db { kind: Kind::Postgres, read: pool.clone(), write: pool, emitted: Arc::default(), opened })
    }

    /// The same database with so many connections for queries that nobody else uses, open from the start. To be asked for on
    /// the runtime that will use them: on PostgreSQL they live there.
    pub async fn with_own_readers(&self, connections: u32) -> anyhow::Result<Db> {
        let (connect, options) = &*self.opened;
        let pool = match self.kind {
            Kind::Sqlite => sqlite(options, connections, true),
            Kind::Postgres => postgres(options, connections),
        };
        let read = pool.min_connections(connections).connect_with(connect.clone()).await;
        Ok(Db { read: read.context("opening connections for queries of its own")?, ..self.clone() })
    }

    /// Closes the connections for queries, and leaves those for changes to others.
    pub async fn close_readers(&self) {
        self.read.close().await;
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// For queries. On SQLite these connections cannot write.
    pub fn read(&self) -> &AnyPool {
        &self.read
    }

    pub(crate) fn write(&self) -> &AnyPool {
        &self.write
    }

    /// Begins a change. SQLite lets one in at a time, in order of arrival, so two changes never meet; PostgreSQL works
    /// at read committed, so what a decision depends on is locked or guarded by a `version`. Where it was begun is told when it
    /// holds others up.
    #[track_caller]
    pub fn begin(&self) -> impl Future<Output = anyhow::Result<Tx>> + Send + '_ {
        self.begin_at(Location::caller())
    }

    async fn begin_at(&self, by: &'static Location<'static>) -> anyhow::Result<Tx> {
        let asked = Instant::now();
        let inner = match self.kind {
            Kind::Sqlite => self.write.begin_with("BEGIN IMMEDIATE").await,
            Kind::Postgres => self.write.begin().await,
        }
        .context("beginning a change in the database")?;
        Ok(Tx::new(inner, self.clone(), Held::new(by, asked)))
    }

    /// Whether a query is answered: the readiness check.
    pub async fn ping(&self) -> anyhow::Result<()> {
        sqlx::query("SELECT 1").execute(&self.read).await.context("asking the database")?;
        Ok(())
    }

    /// Waits for the connections to come back and closes them; on SQLite this also empties the write-ahead log.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Db({:?})", self.kind)
    }
}

/// Connections to a PostgreSQL server. One that has rested may have died with the server and is asked first whether it lives;
/// asking each time would be a round trip before every statement.
fn postgres(options: &Options, connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(options.wait_max)
        .test_before_acquire(false)
        .before_acquire(|connection, rest| {
            Box::pin(async move {
                if rest.idle_for > RESTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

/// Connections to a SQLite file.
fn sqlite(options: &Options, connections: u32, read_only: bool) -> AnyPoolOptions {
    let synchronous = if options.durable { "FULL" } else { "OFF" };
    let query_only = if read_only { "ON" } else { "OFF" };
    let pragmas = format!(
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; \
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384; PRAGMA query_only = {query_only}"
    );
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(options.wait_max)
        .test_before_acquire(false)
        .max_lifetime(None)
        .idle_timeout(None)
        .after_connect(move |connection, _| {
            let pragmas = pragmas.clone();
            Box::pin(
                async move { sqlx::raw_sql(AssertSqlSafe(pragmas)).execute(connection).await.map(|_| ()) },
            )
        })
}
