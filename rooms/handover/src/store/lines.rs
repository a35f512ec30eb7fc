//! The leader's log, and how far it has followed what it writes itself from.

use anyhow::Context;
use db::{Db, Row, Text, Tx, from_rows};
use kernel::{GroupId, PersonId, Timestamp};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Row as _};

use crate::rules::Scope;
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
    pub team: Option<GroupId>,
    pub said: Said,
}

const ADD: Text = from_rows!(
    "INSERT INTO handover_line (id, at, what, important, who, concerns, team, source, place, body) \
     SELECT CAST(value ->> 0 AS BIGINT), CAST(value ->> 1 AS BIGINT), value ->> 2, CAST(value ->> 3 AS BIGINT), \
     CAST(value ->> 4 AS BIGINT), CAST(value ->> 5 AS BIGINT), CAST(value ->> 6 AS BIGINT), value ->> 7, \
     CAST(value ->> 8 AS BIGINT), value ->> 9 FROM ",
    " ON CONFLICT DO NOTHING"
);
const ONE: &str = "SELECT id, at, what, important, who, team, source, body FROM handover_line WHERE id = $1";

// `$1` are the teams that have a log of their own; 0 as `$2` is the log of what is of none of them.
macro_rules! of_scope {
    ($list:literal) => {
        concat!("(team = $2 OR ($2 = 0 AND (team IS NULL OR team NOT IN ", $list, ")))")
    };
}
macro_rules! lines {
    ($which:literal, $list:literal) => {
        concat!(
            "SELECT id, at, what, important, who, team, source, body FROM handover_line WHERE ",
            $which,
            "at >= $3 AND at < $4 AND (at, id) > ($5, $6) AND (concerns IS NULL OR concerns <> $7) AND ",
            of_scope!($list),
            " ORDER BY at, id LIMIT $8"
        )
    };
}
macro_rules! counts {
    ($list:literal) => {
        concat!(
            "SELECT (at - $3) / 3600000000 AS hour, what, COUNT(*) AS n FROM handover_line \
             WHERE at >= $3 AND at < $4 AND (concerns IS NULL OR concerns <> $5) AND ",
            of_scope!($list),
            " GROUP BY (at - $3) / 3600000000, what ORDER BY 1, 2"
        )
    };
}
macro_rules! texts {
    ($text:ident $(, $which:literal)?) => {
        Text {
            sqlite: $text!($($which,)? "(SELECT value FROM json_each($1))"),
            postgres: $text!($($which,)? "(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)))"),
        }
    };
}
const ALL: Text = texts!(lines, "");
const IMPORTANT: Text = texts!(lines, "important = 1 AND ");
const COUNTS: Text = texts!(counts);

/// A line on its way into the log of a team.
pub struct New<'a> {
    pub id: i64,
    pub team: Option<GroupId>,
    pub line: &'a Line,
}

/// Writes lines into the logs, each once for the place it is found at.
pub async fn add(tx: &mut Tx, lines: &[New<'_>]) -> anyhow::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let row = |New { id, team, line }: &New<'_>| {
        let (source, place) = line.source.parts();
        let (who, concerns) = (line.who.map(PersonId::get), line.concerns.map(PersonId::get));
        let said = serde_json::to_string(&line.said)?;
        Ok(json!([
            id,
            line.at.as_micros(),
            line.what,
            i64::from(line.important),
            who,
            concerns,
            team.map(GroupId::get),
            source,
            place,
            said
        ]))
    };
    let rows = lines.iter().map(row).collect::<anyhow::Result<Value>>()?;
    let add = sqlx::query(ADD.of(tx.db().kind())).bind(rows.to_string());
    add.execute(&mut **tx).await.context("writing the leader's log")?;
    Ok(())
}

/// Which lines: of a period, behind a place, in order of time.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    pub scope: &'a Scope,
    pub from: Timestamp,
    pub to: Timestamp,
    pub important: bool,
    pub after: Option<(Timestamp, i64)>,
    /// Who reads.
    pub person: PersonId,
}

/// Whose lines, as the texts have them bound first.
fn bound(scope: &Scope) -> (String, i64) {
    (db::ids(scope.apart.iter().map(|team| team.get())), scope.team().map_or(0, GroupId::get))
}

pub async fn find(db: &Db, filter: Filter<'_>, limit: i64) -> anyhow::Result<Vec<Kept>> {
    let place = filter.after.unwrap_or((Timestamp::MIN, i64::MIN));
    let (apart, team) = bound(filter.scope);
    let text = if filter.important { IMPORTANT } else { ALL };
    let query = sqlx::query(text.of(db.kind())).bind(apart).bind(team);
    let query = query.bind(filter.from.as_micros()).bind(filter.to.as_micros());
    let query = query.bind(place.0.as_micros()).bind(place.1).bind(filter.person.get()).bind(limit);
    query.fetch_all(db.read()).await.context("reading the leader's log")?.iter().map(kept).collect()
}

/// How many lines of each sort in each hour, counted from `from`.
pub async fn counts(
    db: &Db,
    scope: &Scope,
    (from, to): (Timestamp, Timestamp),
    person: PersonId,
) -> anyhow::Result<Vec<(i64, String, i64)>> {
    let (apart, team) = bound(scope);
    let query = sqlx::query(COUNTS.of(db.kind())).bind(apart).bind(team);
    let query = query.bind(from.as_micros()).bind(to.as_micros()).bind(person.get());
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
        team: row.try_get::<Option<i64>, _>("team")?.map(GroupId),
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
