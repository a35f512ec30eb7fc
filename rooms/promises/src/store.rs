//! Promises kept, found and counted; nobody else writes these tables.

pub mod found;
pub mod kept;
pub mod report;
pub mod watched;

use anyhow::Context;
use deadlines::{Kind, Level, Schedule};
use kernel::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::Row as _;

use crate::rules::parse;

/// A plain enum in a column.
pub(super) fn read<T: DeserializeOwned>(row: &db::Row, column: &str) -> anyhow::Result<T> {
    let found: String = row.try_get(column)?;
    parse(&found).with_context(|| format!("{found:?} in {column}"))
}

/// The kind of order a promise belongs to; empty for what is owed beside orders.
pub(super) fn kind(row: &db::Row) -> anyhow::Result<Option<Kind>> {
    let found: String = row.try_get("kind")?;
    if found.is_empty() {
        return Ok(None);
    }
    parse(&found).map(Some).with_context(|| format!("{found:?} in kind"))
}

/// The schedule in a row and the last warning told.
pub(super) fn told_of(row: &db::Row) -> anyhow::Result<(Schedule, Option<Level>)> {
    let at = |column: &str| -> anyhow::Result<Timestamp> { Ok(Timestamp::from_micros(row.try_get(column)?)) };
    let schedule = Schedule::new(at("yellow")?, at("orange")?, at("red")?)?;
    let told: Option<String> = row.try_get("told")?;
    let told = told.map(|told| parse(&told).with_context(|| format!("{told:?} in told"))).transpose()?;
    Ok((schedule, told))
}
