//! From the log of facts to the rows of the rooms.
//!
//! The log is the queue: the follower reads from the place that is kept with the rows, so that each fact counts exactly
//! once, whatever dies when. A database that is slow or away for a while costs nothing but delay.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use calls::Growing;
use db::Db;
use exchange::Fact;
use files::log::{self, Reader};
use kernel::{CallId, QueueId, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tracing::{error, info};

/// Facts taken into one transaction.
const BATCH: usize = 2_000;
/// A pause when everything has been taken in, so that a short call's growing record is written once or twice and not with
/// each of its facts. Rows are later than the call by as much.
const PAUSE: Duration = Duration::from_millis(500);

/// A record of the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Line {
    #[serde(rename = "f")]
    Fact(Fact),
    /// The exchange was alive.
    #[serde(rename = "b")]
    Beat(Timestamp),
}

/// Follows the log into the rows.
pub struct Follower {
    db: Db,
    dir: PathBuf,
    reader: Reader,
    growing: Growing,
    last_alive: Option<Timestamp>,
}

impl Follower {
    pub async fn open(db: &Db, dir: &Path) -> Result<Follower> {
        let position = calls::applied(db).await?;
        let growing = Growing::load(db).await?;
        Ok(Follower {
            db: db.clone(),
            dir: dir.to_owned(),
            reader: Reader::open(dir, position),
            growing,
            last_alive: None,
        })
    }

    /// Takes in everything that is in the log.
    pub async fn catch_up(&mut self) -> Result<u64> {
        let mut taken = 0;
        while self.step().await? > 0 {
            taken += 1;
        }
        Ok(taken)
    }

    /// At the start, after [`Follower::catch_up`]: closes the calls that a death has interrupted. Returns how many.
    pub async fn interrupt(&mut self, now: Timestamp) -> Result<usize> {
        let mut tx = self.db.begin().await?;
        let closed = self.growing.interrupt(&mut tx, self.last_alive.unwrap_or(now)).await?;
        tx.commit().await?;
        Ok(closed)
    }

    /// Customers who waited for a person when the process died.
    pub fn waiting(&self) -> Vec<(CallId, QueueId)> {
        self.growing.waiting().collect()
    }

    /// When the log last showed a sign of life, as far as it has been read.
    pub fn last_alive(&self) -> Option<Timestamp> {
        self.last_alive
    }

    /// Goes on until the driver has gone and everything is taken in.
    pub async fn follow(mut self, mut written: watch::Receiver<u64>) {
        loop {
            match self.step().await {
                // There may be more.
                Ok(BATCH) => {}
                Ok(0) => {
                    if written.changed().await.is_err() {
                        return;
                    }
                }
                Ok(_) => rest(&mut written).await,
                Err(failure) => {
                    error!("facts cannot be taken into the database, they wait in the log: {failure:#}");
                    metrics::counter!("switchboard_facts_failures").increment(1);
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    match Follower::open(&self.db, &self.dir).await {
                        Ok(again) => self = again,
                        Err(failure) => error!("the database is still away: {failure:#}"),
                    }
                }
            }
        }
    }

    /// One transaction: how many records it took in.
    async fn step(&mut self) -> Result<usize> {
        let records = tokio::task::block_in_place(|| self.reader.read(BATCH))?;
        if records.is_empty() {
            return Ok(0);
        }
        let taken = records.len();
        let mut facts = Vec::with_capacity(records.len());
        for record in records {
            match serde_json::from_slice(&record.bytes).context("a record of the log cannot be read") {
                Ok(Line::Fact(fact)) => {
                    self.last_alive = Some(fact.at);
                    facts.push((record.next, fact));
                }
                Ok(Line::Beat(at)) => self.last_alive = Some(at),
                // Written by another version: told, and passed by.
                Err(failure) => error!("{failure:#}: {}", String::from_utf8_lossy(&record.bytes)),
            }
        }
        if facts.is_empty() {
            return Ok(taken);
        }
        let mut tx = self.db.begin().await?;
        self.growing.take(&mut tx, &facts).await?;
        recordings::take(&mut tx, &facts).await?;
        tx.commit().await?;
        let gone = tokio::task::block_in_place(|| log::forget_before(&self.dir, self.reader.position()))?;
        if gone > 0 {
            info!(segments = gone, "old log segments deleted");
        }
        Ok(taken)
    }
}

/// Until the pause is over; at once when the driver has gone, for then somebody waits for the last facts.
async fn rest(written: &mut watch::Receiver<u64>) {
    let gone = async { while written.changed().await.is_ok() {} };
    // Either way it is time to go on.
    let _ = tokio::time::timeout(PAUSE, gone).await;
}
