//! Numbered SQL files, each applied once and never changed afterwards.

use anyhow::{Context, bail};
use kernel::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Row};

use crate::{Db, Kind};

/// One file: `{blob}` stands for the type of bytes; a line `-- only sqlite`, `-- only postgres` or `-- both` says for
/// which database the lines below it are.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// `20260105_1_person.sql`: applied in the order of the list.
    pub name: &'static str,
    pub sql: &'static str,
}

/// The files of one room, in order.
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    pub room: &'static str,
    pub files: &'static [Migration],
}

/// Embeds files of the calling crate's `migrations/` folder: `migrations!("people", ["20260105_1_person.sql"])`.
#[macro_export]
macro_rules! migrations {
    ($room:literal, [$($name:literal),* $(,)?]) => {
        $crate::Migrations {
            room: $room,
            files: &[$($crate::Migration {
                name: $name,
                sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $name)),
            }),*],
        }
    };
}

impl Migration {
    fn checksum(&self) -> String {
        hex::encode(Sha256::digest(self.sql.as_bytes()))
    }

    fn for_kind(&self, kind: Kind) -> String {
        let mut text = String::new();
        let mut taken = true;
        for line in self.sql.lines() {
            match line.trim() {
                "-- only sqlite" => taken = kind == Kind::Sqlite,
                "-- only postgres" => taken = kind == Kind::Postgres,
                "-- both" => taken = true,
                _ if taken => {
                    text.push_str(line);
                    text.push('\n');
                }
                _ => {}
            }
        }
        text.replace("{blob}", if kind == Kind::Sqlite { "BLOB" } else { "BYTEA" })
    }
}

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS db_migrations (room TEXT NOT NULL, name TEXT NOT NULL, \
     checksum TEXT NOT NULL, applied_at BIGINT NOT NULL, PRIMARY KEY (room, name))";
const APPLIED: &str = "SELECT name, checksum FROM db_migrations WHERE room = $1 ORDER BY name";
const APPLY: &str = "INSERT INTO db_migrations (room, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";
/// Several nodes may start at once; any fixed number does.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7355608)";

impl Db {
    /// Applies what is missing, the database's own files first, all in one transaction; returns how many files were new.
    ///
    /// # Errors
    /// When a file that was applied is no longer the same: write a new one instead.
    pub async fn migrate(&self, rooms: &[Migrations], now: Timestamp) -> anyhow::Result<usize> {
        let mut tx = self.begin().await?;
        if self.kind == Kind::Postgres {
            sqlx::query(LOCK).execute(&mut *tx).await.context("waiting for another node's migrations")?;
        }
        sqlx::raw_sql(LEDGER).execute(&mut *tx).await.context("creating db_migrations")?;
        let mut new = 0;
        for room in std::iter::once(&crate::MIGRATIONS).chain(rooms) {
            let applied = sqlx::query(APPLIED).bind(room.room).fetch_all(&mut *tx).await?;
            let mut known = std::collections::BTreeMap::new();
            for row in applied {
                known.insert(row.try_get::<String, _>("name")?, row.try_get::<String, _>("checksum")?);
            }
            for file in room.files {
                match known.remove(file.name) {
                    Some(checksum) if checksum == file.checksum() => continue,
                    Some(_) => bail!(
                        "migration {}/{} was changed after it had been applied: undo the edit and add a new file",
                        room.room,
                        file.name
                    ),
                    None => {}
                }
                let failed = || format!("applying migration {}/{}", room.room, file.name);
                sqlx::raw_sql(AssertSqlSafe(file.for_kind(self.kind)))
                    .execute(&mut *tx)
                    .await
                    .with_context(failed)?;
                sqlx::query(APPLY)
                    .bind(room.room)
                    .bind(file.name)
                    .bind(file.checksum())
                    .bind(now.as_micros())
                    .execute(&mut *tx)
                    .await
                    .with_context(failed)?;
                new += 1;
            }
            if let Some(name) = known.keys().next() {
                bail!(
                    "the database has migration {}/{name}, which this program does not know: \
                     it was written by a newer version; start that one",
                    room.room
                );
            }
        }
        tx.commit().await?;
        Ok(new)
    }
}
