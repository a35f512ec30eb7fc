//! The leader's log, and how far it has followed what it writes itself from.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{PersonId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::line::{Line, Said};

/// A line as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: i64,
    pub at: Timestamp,
    pub what: String,
    pub important: bool,
    pub who: Option<PersonId>,
    /// Somebody wrote it.
    pub by_hand: bool,
    pub said: Said,
}

const ADD: &str = "INSERT INTO handover_line (id, at, what, important, who, concerns, source, place, body) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
const ONE: &str = "SELECT id, at, what, important, who, source, body FROM handover_line WHERE id = $1";

macro_rules! lines {
    ($which:literal) => {
        concat!(
            "SELECT id, at, what, important, who, source, body FROM handover_line WHERE ",
            $which,
            "at >= $1 AND at < $2 AND (at, id) > ($3, $4) AND (concerns IS NULL OR concerns <> $5) ORDER BY at, id LIMIT $6"
        )
    };
}
const ALL: &str = lines!("");
const IMPORTANT: &str = lines!("important = 1 AND ");
const COUNTS: &str = "SELECT (at - $1) / 3600000000 AS hour, what, COUNT(*) AS n FROM handover_line \
     WHERE at >= $1 AND at < $2 AND (concerns IS NULL OR concerns <> $3) GROUP BY (at - $1) / 3600000000, what ORDER BY 1, 2";

/// Writes a line, once for each place it is found at.
pub async fn add(tx: &mut Tx, id: i64, line: &Line) -> anyhow::Result<()> {
    let (source, place) = line.source.parts();
    let add = sqlx::query(ADD).bind(id).bind(line.at.as_micros()).bind(&line.what);
    let add = add.bind(i64::from(line.important)).bind(line.who.map(PersonId::get));
    let add = add.bind(line.concerns.map(PersonId::get)).bind(source).bind(place);
    let done = add.bind(serde_json::to_string(&line.said)?).execute(&mut **tx).await;
    done.context("writing the leader's log")?;
    Ok(())
}

/// Which lines: of a period, behind a place, in order of time.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    pub from: Timestamp,
    pub to: Timestamp,
    pub important: bool,
    pub after: Option<(Timestamp, i64)>,
    /// Who reads.
    pub person: PersonId,
}

pub async fn find(db: &Db, filter: Filter, limit: i64) -> anyhow::Result<Vec<Kept>> {
    let place = filter.after.unwrap_or((Timestamp::MIN, i64::MIN));
    let query = sqlx::query(if filter.important { IMPORTANT } else { ALL });
    let query = query.bind(filter.from.as_micros()).bind(filter.to.as_micros());
    let query = query.bind(place.0.as_micros()).bind(place.1).bind(filter.person.get()).bind(limit);
    query.fetch_all(db.read()).await.context("reading the leader's log")?.iter().map(kept).collect()
}

/// How many lines of each sort in each hour, counted from `from`.
pub async fn counts(
    db: &Db,
    from: Timestamp,
    to: Timestamp,
    person: PersonId,
) -> anyhow::Result<Vec<(i64, String, i64)>> {
    let query = sqlx::query(COUNTS).bind(from.as_micros()).bind(to.as_micros()).bind(person.get());
    let rows = query.fetch_all(db.read()).await.context("counting the leader's log")?;
    rows.iter().map(|row| Ok((row.try_get("hour")?, row.try_get("what")?, row.try_get("n")?))).collect()
}

pub async fn one(connection: &mut AnyConnection, id: i64) -> anyhow::Result<Option<Kept>> {
    let row = sqlx::query(ONE).bind(id).fetch_optional(connection).await;
    row.context("looking for a line of the leader's log")?.as_ref().map(kept).transpose()
}

fn kept(row: &Row) -> anyhow::Result<Kept> {
    let (body, source): (String, String) = (row.try_get("body")?, row.try_get("source")?);
    Ok(Kept {
        id: row.try_get("id")?,
        at: Timestamp::from_micros(row.try_get("at")?),
        what: row.try_get("what")?,
        important: row.try_get::<i64, _>("important")? == 1,
        who: row.try_get::<Option<i64>, _>("who")?.map(PersonId),
        by_hand: source == "hand",
        said: serde_json::from_str(&body).context("a line of the leader's log as kept")?,
    })
}

const FOLLOWED: &str = "SELECT place FROM handover_followed WHERE source = $1";
const FOLLOW: &str = "INSERT INTO handover_followed (source, place) VALUES ($1, $2) \
     ON CONFLICT (source) DO UPDATE SET place = excluded.place WHERE handover_followed.place < excluded.place";

/// How far a source has been followed; none before it was begun.
pub async fn followed(db: &Db, source: &str) -> anyhow::Result<Option<i64>> {
    let row = sqlx::query(FOLLOWED).bind(source).fetch_optional(db.read()).await;
    Ok(row.context("how far the log has come")?.map(|row| row.try_get("place")).transpose()?)
}

pub async fn follow(tx: &mut Tx, source: &str, place: i64) -> anyhow::Result<()> {
    let follow = sqlx::query(FOLLOW).bind(source).bind(place).execute(&mut **tx).await;
    follow.context("keeping how far the log has come")?;
    Ok(())
}
