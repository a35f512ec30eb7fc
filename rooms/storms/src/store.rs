//! Storms, what the thresholds saw, and a row for each minute; nobody else writes these tables.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{PersonId, Timestamp};
use sqlx::Row as _;

use crate::rules::{Settings, Signals, Storm, Watch};

impl db::config::Config for Settings {
    const TABLE: db::config::Table = db::versions!("storms");
    const KIND: &'static str = "settings";
    fn initial() -> anyhow::Result<Self> {
        Ok(Settings::default())
    }
}

macro_rules! storm {
    ($which:literal) => {
        concat!(
            "SELECT id, began_at, began_by, began_why, until_at, calm_at, ended_at, ended_by, ended_why, report, version \
             FROM storms_storm WHERE ",
            $which
        )
    };
}
const OPEN: &str = storm!("open = 1 LIMIT 1");
const ONE: &str = storm!("id = $1");
const LIST: &str = storm!("began_at < $1 ORDER BY began_at DESC, id DESC LIMIT $2");
const UNSETTLED: &str =
    storm!("report IS NULL AND ended_at IS NOT NULL AND ended_at < $1 ORDER BY ended_at LIMIT 20");
const ADD: &str = "INSERT INTO storms_storm (id, open, began_at, began_by, began_why, until_at, version) \
     VALUES ($1, 1, $2, $3, $4, $5, 1) ON CONFLICT DO NOTHING";
const SAVE: &str = "UPDATE storms_storm SET open = $1, until_at = $2, calm_at = $3, ended_at = $4, ended_by = $5, \
     ended_why = $6, version = version + 1 WHERE id = $7 AND version = $8";
const SETTLE: &str = "UPDATE storms_storm SET report = $1 WHERE id = $2 AND report IS NULL";
const WATCH: &str = "SELECT loud_since, calm_since, armed FROM storms_watch WHERE one = 1";
const SAVE_WATCH: &str = "UPDATE storms_watch SET loud_since = $1, calm_since = $2, armed = $3 WHERE one = 1";
const MINUTE: &str = "INSERT INTO storms_minute (at, arrived, normal, waiting, longest_s, lines_percent, abandoned_percent) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (at) DO UPDATE SET normal = excluded.normal, \
     arrived = CASE WHEN excluded.arrived > storms_minute.arrived THEN excluded.arrived ELSE storms_minute.arrived END, \
     waiting = CASE WHEN excluded.waiting > storms_minute.waiting THEN excluded.waiting ELSE storms_minute.waiting END, \
     longest_s = CASE WHEN excluded.longest_s > storms_minute.longest_s THEN excluded.longest_s \
     ELSE storms_minute.longest_s END, \
     lines_percent = CASE WHEN excluded.lines_percent > storms_minute.lines_percent THEN excluded.lines_percent \
     ELSE storms_minute.lines_percent END, \
     abandoned_percent = CASE WHEN excluded.abandoned_percent > storms_minute.abandoned_percent \
     THEN excluded.abandoned_percent ELSE storms_minute.abandoned_percent END";
const MINUTES: &str = "SELECT at, arrived, normal, waiting, longest_s, lines_percent, abandoned_percent FROM storms_minute \
     WHERE at >= $1 AND at < $2 ORDER BY at LIMIT 2000";
const FORGET: &str = "DELETE FROM storms_minute WHERE at < $1";
const PEAK: &str = "SELECT CAST(COALESCE(MAX(arrived), 0) AS BIGINT) AS arrived, CAST(COALESCE(MAX(waiting), 0) AS BIGINT) AS waiting \
     FROM storms_minute WHERE at >= $1 AND at < $2";

/// With the report as it was settled.
pub type Kept = (Storm, Option<String>);

pub async fn open(db: &Db) -> anyhow::Result<Option<Storm>> {
    let row = sqlx::query(OPEN).fetch_optional(db.read()).await.context("the storm that goes on")?;
    Ok(row.as_ref().map(storm).transpose()?.map(|(storm, _)| storm))
}

pub async fn open_in(tx: &mut Tx) -> anyhow::Result<Option<Storm>> {
    let row = sqlx::query(OPEN).fetch_optional(&mut **tx).await.context("the storm that goes on")?;
    Ok(row.as_ref().map(storm).transpose()?.map(|(storm, _)| storm))
}

pub async fn one(db: &Db, id: i64) -> anyhow::Result<Option<Kept>> {
    let row = sqlx::query(ONE).bind(id).fetch_optional(db.read()).await.context("a storm")?;
    row.as_ref().map(storm).transpose()
}

/// The newest first.
pub async fn list(db: &Db, before: Timestamp, limit: i64) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(LIST).bind(before.as_micros()).bind(limit).fetch_all(db.read()).await;
    rows.context("storms")?.iter().map(storm).collect()
}

pub async fn unsettled(db: &Db, ended_before: Timestamp) -> anyhow::Result<Vec<Kept>> {
    let rows = sqlx::query(UNSETTLED).bind(ended_before.as_micros()).fetch_all(db.read()).await;
    rows.context("storms without a report")?.iter().map(storm).collect()
}

/// False when another one goes on.
pub async fn add(tx: &mut Tx, storm: &Storm) -> anyhow::Result<bool> {
    let add = sqlx::query(ADD).bind(storm.id).bind(storm.began_at.as_micros());
    let add =
        add.bind(storm.began_by.map(PersonId::get)).bind(&storm.began_why).bind(storm.until.as_micros());
    Ok(add.execute(&mut **tx).await.context("beginning a storm")?.rows_affected() > 0)
}

/// False when somebody else was faster than whoever read `storm.version`.
pub async fn save(tx: &mut Tx, storm: &Storm) -> anyhow::Result<bool> {
    let at = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
    let save = sqlx::query(SAVE)
        .bind(storm.ended_at.is_none().then_some(1_i64))
        .bind(storm.until.as_micros())
        .bind(at(storm.calm_at))
        .bind(at(storm.ended_at))
        .bind(storm.ended_by.map(PersonId::get))
        .bind(storm.ended_why.as_deref())
        .bind(storm.id)
        .bind(storm.version);
    Ok(save.execute(&mut **tx).await.context("keeping a storm")?.rows_affected() > 0)
}

pub async fn settle(tx: &mut Tx, id: i64, report: &str) -> anyhow::Result<bool> {
    let done = sqlx::query(SETTLE).bind(report).bind(id).execute(&mut **tx).await;
    Ok(done.context("the report of a storm")?.rows_affected() > 0)
}

pub async fn watch(tx: &mut Tx) -> anyhow::Result<Watch> {
    seen(&sqlx::query(WATCH).fetch_one(&mut **tx).await.context("what the thresholds saw")?)
}

pub async fn read_watch(db: &Db) -> anyhow::Result<Watch> {
    seen(&sqlx::query(WATCH).fetch_one(db.read()).await.context("what the thresholds saw")?)
}

pub async fn save_watch(tx: &mut Tx, watch: Watch) -> anyhow::Result<()> {
    let at = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
    let save = sqlx::query(SAVE_WATCH).bind(at(watch.loud_since)).bind(at(watch.calm_since));
    save.bind(i64::from(watch.armed)).execute(&mut **tx).await.context("what the thresholds saw")?;
    Ok(())
}

/// The most that was seen in one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minute {
    pub at: Timestamp,
    pub seen: Signals,
    pub longest_s: u32,
    pub abandoned_percent: u32,
}

/// Keeps a look in its minute, and forgets minutes before `oldest`.
pub async fn minute(tx: &mut Tx, minute: &Minute, oldest: Timestamp) -> anyhow::Result<()> {
    let seen = &minute.seen;
    let add = sqlx::query(MINUTE).bind(minute.at.as_micros()).bind(i64::from(seen.arrived));
    let add =
        add.bind(i64::from(seen.normal)).bind(i64::from(seen.waiting)).bind(i64::from(minute.longest_s));
    let add = add.bind(i64::from(seen.lines_percent)).bind(i64::from(minute.abandoned_percent));
    add.execute(&mut **tx).await.context("a minute")?;
    sqlx::query(FORGET).bind(oldest.as_micros()).execute(&mut **tx).await.context("old minutes")?;
    Ok(())
}

pub async fn minutes(db: &Db, from: Timestamp, to: Timestamp) -> anyhow::Result<Vec<Minute>> {
    let rows = sqlx::query(MINUTES).bind(from.as_micros()).bind(to.as_micros()).fetch_all(db.read()).await;
    let minute = |row: &Row| {
        Ok(Minute {
            at: Timestamp::from_micros(row.try_get("at")?),
            seen: Signals {
                arrived: count(row, "arrived")?,
                normal: count(row, "normal")?,
                waiting: count(row, "waiting")?,
                lines_percent: count(row, "lines_percent")?,
                ..Signals::default()
            },
            longest_s: count(row, "longest_s")?,
            abandoned_percent: count(row, "abandoned_percent")?,
        })
    };
    rows.context("minutes")?.iter().map(minute).collect()
}

/// Calls in five minutes and callers waiting, at their most.
pub async fn peak(db: &Db, from: Timestamp, to: Timestamp) -> anyhow::Result<(u32, u32)> {
    let row = sqlx::query(PEAK).bind(from.as_micros()).bind(to.as_micros()).fetch_one(db.read()).await;
    let row = row.context("the peak of a storm")?;
    Ok((count(&row, "arrived")?, count(&row, "waiting")?))
}

fn count(row: &Row, column: &str) -> anyhow::Result<u32> {
    Ok(u32::try_from(row.try_get::<i64, _>(column)?).unwrap_or(0))
}

fn time(row: &Row, column: &str) -> anyhow::Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
}

fn seen(row: &Row) -> anyhow::Result<Watch> {
    Ok(Watch {
        loud_since: time(row, "loud_since")?,
        calm_since: time(row, "calm_since")?,
        armed: row.try_get::<i64, _>("armed")? != 0,
    })
}

fn storm(row: &Row) -> anyhow::Result<Kept> {
    let who = |column: &str| -> anyhow::Result<Option<PersonId>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(PersonId))
    };
    let storm = Storm {
        id: row.try_get("id")?,
        began_at: Timestamp::from_micros(row.try_get("began_at")?),
        began_by: who("began_by")?,
        began_why: row.try_get("began_why")?,
        until: Timestamp::from_micros(row.try_get("until_at")?),
        calm_at: time(row, "calm_at")?,
        ended_at: time(row, "ended_at")?,
        ended_by: who("ended_by")?,
        ended_why: row.try_get("ended_why")?,
        version: row.try_get("version")?,
    };
    Ok((storm, row.try_get("report")?))
}
