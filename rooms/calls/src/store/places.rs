//! Places in queues that are kept for call backs, so that a promise outlives the process that made it.

use std::time::Duration;

use anyhow::{Context, Result};
use db::{Db, Tx};
use exchange::fact::{Place, What};
use exchange::{Fact, Stood};
use kernel::{CallId, PersonId, QueueId, Timestamp};
use sqlx::Row;

use crate::rules::stood::{self, Asked};

const KEEP: &str = "UPDATE calls_owed SET place = $1, queue = $2, place_since = $3, place_at = $4, place_urgent = $5, \
     offered_to = NULL WHERE call = $6 AND done_at IS NULL";
const MOVE: &str = "UPDATE calls_owed SET queue = $1 WHERE place = $2";
const OFFER: &str = "UPDATE calls_owed SET offered_to = $1, offered_at = $2 WHERE place = $3";
const LOSE: &str = "UPDATE calls_owed SET place = NULL, offered_to = NULL WHERE place = $1";
const KEPT: &str = "SELECT place, call, number, queue, place_since, place_at, place_urgent FROM calls_owed \
     WHERE place IS NOT NULL AND done_at IS NULL ORDER BY place_since, place";
const RUNG: &str = "SELECT place, position, offered_to, offered_at FROM calls_owed \
     WHERE place IS NOT NULL AND done_at IS NULL AND offered_to IS NOT NULL ORDER BY position";

/// The newest of those who asked for a person: more than stood in any storm.
const ASKED: &str = "SELECT from_number, requested_at, connected_at, ended_at, result FROM calls_records \
     WHERE arrived_at >= $1 AND direction = 'in' AND requested_at IS NOT NULL AND from_number <> '' \
     ORDER BY arrived_at DESC, id DESC LIMIT 100000";
/// So long somebody may have been on the line before he left.
const ON_THE_LINE: Duration = Duration::from_secs(4 * 3_600);

/// What a fact says of a place. `unknown`: the fact's call has no record, as a place has none until it is called.
pub async fn follow(tx: &mut Tx, fact: &Fact, unknown: bool) -> Result<()> {
    let at = fact.at.as_micros();
    let query = match &fact.what {
        What::PlaceKept(place) => sqlx::query(KEEP)
            .bind(place.call.get())
            .bind(place.queue.get())
            .bind(place.requested.as_micros())
            .bind(place.asked.as_micros())
            .bind(i64::from(place.urgent))
            .bind(place.promised_in.get()),
        What::PlaceLost { call, .. } => sqlx::query(LOSE).bind(call.get()),
        What::QueueMoved { call, to, .. } if unknown => sqlx::query(MOVE).bind(to.get()).bind(call.get()),
        What::Offered { call, agent, .. } if unknown => {
            sqlx::query(OFFER).bind(Some(agent.get())).bind(at).bind(call.get())
        }
        What::OfferEnded { call, .. } if unknown => {
            sqlx::query(OFFER).bind(None::<i64>).bind(at).bind(call.get())
        }
        _ => return Ok(()),
    };
    query.execute(&mut **tx).await.context("a place in a queue")?;
    Ok(())
}

/// The places that are kept, in the order in which they stand. At the start, after [`super::facts::Growing::interrupt`].
pub async fn kept(db: &Db) -> Result<Vec<Place>> {
    let rows = sqlx::query(KEPT).fetch_all(db.read()).await.context("places in queues")?;
    let place = |row: &db::Row| {
        // Promised before places outlived the process: of those nothing is known but that they were promised.
        let (since, at) = (row.try_get::<Option<i64>, _>("place_since")?, row.try_get("place_at")?);
        let (Some(since), Some(at)) = (since, at) else { return Ok(None) };
        Ok(Some(Place {
            call: CallId(row.try_get("place")?),
            promised_in: CallId(row.try_get("call")?),
            number: row.try_get("number")?,
            queue: QueueId(row.try_get("queue")?),
            requested: Timestamp::from_micros(since),
            asked: Timestamp::from_micros(at),
            urgent: row.try_get::<i64, _>("place_urgent")? != 0,
        }))
    };
    rows.iter().filter_map(|row| place(row).transpose()).collect()
}

/// Places for which an agent was rung, and nobody knows whether the customer was: the place, the row, the agent, since when.
pub async fn rung(tx: &mut Tx) -> Result<Vec<(CallId, i64, PersonId, Timestamp)>> {
    let rows = sqlx::query(RUNG).fetch_all(&mut **tx).await.context("places whose turn had come")?;
    let rung = |row: &db::Row| {
        Ok((
            CallId(row.try_get("place")?),
            row.try_get("position")?,
            PersonId(row.try_get("offered_to")?),
            Timestamp::from_micros(row.try_get("offered_at")?),
        ))
    };
    rows.iter().map(rung).collect()
}

/// At the start in a storm, after [`super::facts::Growing::interrupt`]: who left a queue at most `within` ago, hanging up, cut off or
/// for a call back, and where he stood.
pub async fn stood(db: &Db, within: Duration, now: Timestamp) -> Result<Vec<Stood>> {
    let from = now - within - ON_THE_LINE;
    let rows = sqlx::query(ASKED).bind(from.as_micros()).fetch_all(db.read()).await;
    let asked = |row: &db::Row| -> Result<Asked> {
        let at = |column: &str| -> Result<Option<Timestamp>> {
            Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
        };
        let gone = row.try_get::<Option<String>, _>("result")?.as_deref() == Some("abandoned");
        Ok(Asked {
            number: row.try_get("from_number")?,
            at: Timestamp::from_micros(row.try_get("requested_at")?),
            connected: at("connected_at")?.is_some(),
            left: at("ended_at")?.filter(|_| gone),
        })
    };
    let asked: Vec<Asked> =
        rows.context("who asked for a person")?.iter().map(asked).collect::<Result<_>>()?;
    let place = |place: Place| Stood { number: place.number, requested: place.requested, left: place.asked };
    let kept = kept(db).await?.into_iter().map(place).collect();
    Ok(stood::stood(asked, kept, within, now))
}
