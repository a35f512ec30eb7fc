//! Merges and splits that can be undone.

use anyhow::{Context, Result};
use db::{Db, Row, Tx};
use kernel::{CustomerId, PersonId, Timestamp};
use serde::Serialize;
use sqlx::Row as _;
use utoipa::ToSchema;

use super::save::Mark;
use crate::rules::moves::{Move, MoveKind};

const ADD: &str = "INSERT INTO customers_move (id, kind, source, target, at, who, moved) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const ONE: &str =
    "SELECT id, kind, source, target, at, who, moved, undone_at FROM customers_move WHERE id = $1";
const OF: &str = "SELECT id, kind, source, target, at, who, moved, undone_at FROM customers_move \
     WHERE source = $1 OR target = $1 ORDER BY id DESC LIMIT 20";
const UNDONE: &str = "UPDATE customers_move SET undone_at = $1 WHERE id = $2 AND undone_at IS NULL";

/// A merge or split as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MoveLine {
    pub id: String,
    pub kind: MoveKind,
    #[schema(value_type = String)]
    pub source: CustomerId,
    #[schema(value_type = String)]
    pub target: CustomerId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub who: Option<PersonId>,
    pub undone: bool,
}

pub async fn add(tx: &mut Tx, made: &Move, mark: Mark) -> Result<()> {
    let moved = serde_json::to_string(&made.moved).context("what was moved")?;
    let add = sqlx::query(ADD)
        .bind(made.id)
        .bind(made.kind.as_str())
        .bind(made.source.get())
        .bind(made.target.get());
    let add = add.bind(mark.at.as_micros()).bind(mark.who.get()).bind(moved);
    add.execute(&mut **tx).await.context("keeping a move")?;
    Ok(())
}

pub async fn one(tx: &mut Tx, id: i64) -> Result<Option<Move>> {
    let row = sqlx::query(ONE).bind(id).fetch_optional(&mut **tx).await.context("reading a move")?;
    row.as_ref().map(|row| Ok(made(row)?.0)).transpose()
}

/// The newest first.
pub async fn of(db: &Db, customer: CustomerId) -> Result<Vec<MoveLine>> {
    let rows = sqlx::query(OF).bind(customer.get()).fetch_all(db.read()).await.context("reading moves")?;
    rows.iter()
        .map(|row| {
            let (Move { id, kind, source, target, undone, .. }, at, who) = made(row)?;
            Ok(MoveLine { id: id.to_string(), kind, source, target, at, who, undone })
        })
        .collect()
}

/// False when somebody else was faster.
pub async fn undone(tx: &mut Tx, id: i64, at: Timestamp) -> Result<bool> {
    let done = sqlx::query(UNDONE)
        .bind(at.as_micros())
        .bind(id)
        .execute(&mut **tx)
        .await
        .context("undoing a move")?;
    Ok(done.rows_affected() > 0)
}

fn made(row: &Row) -> Result<(Move, Timestamp, Option<PersonId>)> {
    let (kind, moved): (String, String) = (row.try_get("kind")?, row.try_get("moved")?);
    let made = Move {
        id: row.try_get("id")?,
        kind: MoveKind::of(&kind).with_context(|| format!("a move {kind}"))?,
        source: CustomerId(row.try_get("source")?),
        target: CustomerId(row.try_get("target")?),
        moved: serde_json::from_str(&moved).context("what was moved")?,
        undone: row.try_get::<Option<i64>, _>("undone_at")?.is_some(),
    };
    Ok((
        made,
        Timestamp::from_micros(row.try_get("at")?),
        row.try_get::<Option<i64>, _>("who")?.map(PersonId),
    ))
}
