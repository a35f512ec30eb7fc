//! Text messages to everybody affected: how far each wave has come, kept with what was queued.

use std::collections::BTreeSet;

use anyhow::Context;
use db::{Db, Text, Tx};
use kernel::{OutageId, Timestamp};
use serde::Serialize;
use sqlx::{AnyConnection, Row as _};

use crate::rules::Moment;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wave {
    pub outage: OutageId,
    pub moment: Moment,
    pub revision: i64,
    /// Told up to this place in the list of who is affected.
    pub rank: i64,
    pub account: i64,
    pub sent: i64,
    /// No number, no mobile number, no approved text.
    pub refused: i64,
    /// So many of those affected have been gone through, of so many.
    pub passed: i64,
    pub total: i64,
    pub done_at: Option<Timestamp>,
}

/// Behind everybody affected stand those who wished to be told: at this rank, and in place of an account how many have been.
pub const WISHED: i64 = i64::MAX;

const BEGIN: &str = "INSERT INTO outages_wave (outage, moment, revision, rank, account, sent, refused, total) \
     VALUES ($1, $2, $3, $4, 0, 0, 0, $5) ON CONFLICT DO NOTHING";
const END_ALL: &str = "UPDATE outages_wave SET done_at = $2 WHERE outage = $1 AND done_at IS NULL";
const OPEN: &str = "SELECT outage, moment, revision, rank, account, sent, refused, passed, total, done_at FROM outages_wave \
     WHERE done_at IS NULL ORDER BY outage, revision LIMIT 20";
const OF: &str = "SELECT outage, moment, revision, rank, account, sent, refused, passed, total, done_at FROM outages_wave \
     WHERE outage = $1 ORDER BY revision LIMIT 1000";
const KNOWN: &str = "SELECT 1 AS one FROM outages_wave WHERE outage = $1 AND moment = $2 AND revision = $3";
const MOVE: &str = "UPDATE outages_wave SET rank = $4, account = $5, sent = $6, refused = $7, done_at = $8, passed = $11 \
     WHERE outage = $1 AND moment = $2 AND revision = $3 AND done_at IS NULL AND rank = $9 AND account = $10 AND total = $12";
const WIDEN: &str = "UPDATE outages_wave SET total = total + $2 WHERE outage = $1 AND done_at IS NULL AND moment <> 'network' \
     RETURNING rank, account";
/// Whoever left and stands behind the place that a wave has come to is not gone through any more.
const NARROW: &str = "UPDATE outages_wave SET total = total - (SELECT COUNT(*) FROM outages_moved m WHERE m.outage = $1 \
     AND m.way = 'left' AND m.revision = $2 AND (m.rank, m.account) > (outages_wave.rank, outages_wave.account)) \
     WHERE outage = $1 AND done_at IS NULL AND moment <> 'network'";
const NARROW_JOINED: &str = "UPDATE outages_wave SET total = total - (SELECT COUNT(*) FROM outages_moved m \
     CROSS JOIN outages_moved j WHERE m.outage = $1 AND m.way = 'left' AND m.revision = $2 \
     AND (m.rank, m.account) > (outages_wave.rank, outages_wave.account) AND j.outage = m.outage AND j.way = 'joined' \
     AND j.rank = m.rank AND j.account = m.account AND j.revision = outages_wave.revision AND j.told = 1) \
     WHERE outage = $1 AND done_at IS NULL AND moment = 'network'";
/// Who has come and is not affected any more by now is not told.
const NEXT_JOINED: &str = "SELECT m.rank, m.account, m.party, m.class, (SELECT c.number FROM customers_contact c \
     WHERE c.party = m.party ORDER BY c.preferred DESC, c.id LIMIT 1) AS number FROM outages_moved m \
     CROSS JOIN outages_affected f WHERE m.outage = $1 AND m.way = 'joined' AND (m.rank, m.account) > ($2, $3) \
     AND m.revision = $5 AND m.told = 1 AND f.outage = m.outage AND f.rank = m.rank AND f.account = m.account \
     ORDER BY m.rank, m.account LIMIT $4";
const NEXT: &str = "SELECT f.rank, f.account, f.party, f.class, (SELECT c.number FROM customers_contact c WHERE c.party = f.party \
     ORDER BY c.preferred DESC, c.id LIMIT 1) AS number FROM outages_affected f WHERE f.outage = $1 \
     AND (f.rank, f.account) > ($2, $3) ORDER BY f.rank, f.account LIMIT $4";

/// Begins one; what had been begun before says what is not true any more, and ends.
pub async fn begin(
    tx: &mut Tx,
    outage: OutageId,
    moment: Moment,
    revision: i64,
    total: i64,
    now: Timestamp,
) -> anyhow::Result<()> {
    begin_at(tx, (outage, moment, revision), (0, total), now).await
}

/// The same for those alone who wished to be told.
pub async fn begin_wished(
    tx: &mut Tx,
    outage: OutageId,
    moment: Moment,
    revision: i64,
    now: Timestamp,
) -> anyhow::Result<()> {
    begin_at(tx, (outage, moment, revision), (WISHED, 0), now).await
}

async fn begin_at(
    tx: &mut Tx,
    (outage, moment, revision): (OutageId, Moment, i64),
    (rank, total): (i64, i64),
    now: Timestamp,
) -> anyhow::Result<()> {
    // What only some are told beside the others takes nothing back.
    if moment != Moment::Network {
        end_all(tx, outage, now).await?;
    }
    let begin = sqlx::query(BEGIN).bind(outage.get()).bind(moment.as_str()).bind(revision);
    begin.bind(rank).bind(total).execute(&mut **tx).await.context("beginning to tell customers")?;
    Ok(())
}

/// So many more are told: the place that a wave has come to which tells those behind it, where one is under way. None more only
/// asks for the place, which does not move until the change is kept.
pub async fn widen(tx: &mut Tx, outage: OutageId, by: i64) -> anyhow::Result<Option<(i64, i64)>> {
    let row = sqlx::query(WIDEN).bind(outage.get()).bind(by).fetch_optional(&mut **tx).await;
    let row = row.context("a wave that tells more")?;
    row.map(|row| Ok((row.try_get("rank")?, row.try_get("account")?))).transpose()
}

/// Who left with this revision is not waited for: a wave that has gone through everybody says so.
pub async fn narrow(tx: &mut Tx, outage: OutageId, revision: i64) -> anyhow::Result<()> {
    for text in [NARROW, NARROW_JOINED] {
        let narrow = sqlx::query(text).bind(outage.get()).bind(revision).execute(&mut **tx).await;
        narrow.context("a wave that tells fewer")?;
    }
    Ok(())
}

/// Whether people were told of this.
pub async fn is_known(tx: &mut Tx, outage: OutageId, moment: Moment, revision: i64) -> anyhow::Result<bool> {
    let known = sqlx::query(KNOWN).bind(outage.get()).bind(moment.as_str()).bind(revision);
    Ok(known.fetch_optional(&mut **tx).await.context("what customers were told")?.is_some())
}

pub async fn end_all(tx: &mut Tx, outage: OutageId, now: Timestamp) -> anyhow::Result<()> {
    let end = sqlx::query(END_ALL).bind(outage.get()).bind(now.as_micros());
    end.execute(&mut **tx).await.context("ending what customers were being told")?;
    Ok(())
}

pub async fn open(db: &Db) -> anyhow::Result<Vec<Wave>> {
    let rows = sqlx::query(OPEN).fetch_all(db.read()).await;
    rows.context("who is being told")?.iter().map(wave).collect()
}

pub async fn of(db: &Db, outage: OutageId) -> anyhow::Result<Vec<Wave>> {
    let rows = sqlx::query(OF).bind(outage.get()).fetch_all(db.read()).await;
    rows.context("what customers were told")?.iter().map(wave).collect()
}

/// The same inside a change.
pub async fn of_in(tx: &mut Tx, outage: OutageId) -> anyhow::Result<Vec<Wave>> {
    let rows = sqlx::query(OF).bind(outage.get()).fetch_all(&mut **tx).await;
    rows.context("what customers were told")?.iter().map(wave).collect()
}

/// False when somebody else has moved it: nothing of this batch is kept then.
pub async fn advance(tx: &mut Tx, before: &Wave, next: &Wave) -> anyhow::Result<bool> {
    let to = sqlx::query(MOVE).bind(next.outage.get()).bind(next.moment.as_str()).bind(next.revision);
    let to = to.bind(next.rank).bind(next.account).bind(next.sent).bind(next.refused);
    let to = to.bind(next.done_at.map(Timestamp::as_micros)).bind(before.rank).bind(before.account);
    let to = to.bind(next.passed).bind(before.total);
    Ok(to.execute(&mut **tx).await.context("how far a wave has come")?.rows_affected() > 0)
}

/// Somebody who is told next.
#[derive(Clone, Debug)]
pub struct Next {
    pub rank: i64,
    pub account: i64,
    pub party: i64,
    pub class: String,
    pub number: Option<String>,
}

pub async fn next(connection: &mut AnyConnection, wave: &Wave, limit: i64) -> anyhow::Result<Vec<Next>> {
    let joined = wave.moment == Moment::Network;
    let next = sqlx::query(if joined { NEXT_JOINED } else { NEXT });
    let mut next = next.bind(wave.outage.get()).bind(wave.rank).bind(wave.account).bind(limit);
    if joined {
        next = next.bind(wave.revision);
    }
    let rows = next.fetch_all(connection).await.context("who is told next")?;
    let one = |row: &db::Row| {
        Ok(Next {
            rank: row.try_get("rank")?,
            account: row.try_get("account")?,
            party: row.try_get("party")?,
            class: row.try_get("class")?,
            number: row.try_get("number")?,
        })
    };
    rows.iter().map(one).collect()
}

fn wave(row: &db::Row) -> anyhow::Result<Wave> {
    let moment: String = row.try_get("moment")?;
    Ok(Wave {
        outage: OutageId(row.try_get("outage")?),
        moment: Moment::of(&moment).with_context(|| format!("{moment:?} as a moment"))?,
        revision: row.try_get("revision")?,
        rank: row.try_get("rank")?,
        account: row.try_get("account")?,
        sent: row.try_get("sent")?,
        refused: row.try_get("refused")?,
        passed: row.try_get("passed")?,
        total: row.try_get("total")?,
        done_at: row.try_get::<Option<i64>, _>("done_at")?.map(Timestamp::from_micros),
    })
}

const WISH: &str = "INSERT INTO outages_wish (outage, phone, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const WISHES: &str = "SELECT phone FROM outages_wish WHERE outage = $1 AND told < $2 AND owed < $2 ORDER BY told, at, phone LIMIT $3";
const WISHES_TOLD: Text =
    db::in_texts!("UPDATE outages_wish SET told = $3 WHERE outage = $2 AND phone IN ", "");
const WHO_WISHES: Text =
    db::in_texts!("SELECT phone FROM outages_wish WHERE outage = $2 AND phone IN ", " LIMIT 1000");
const WISHES_OWED: Text =
    db::in_texts!("UPDATE outages_wish SET owed = $3 WHERE outage = $2 AND phone IN ", "");
const LATE: &str = "INSERT INTO outages_wave (outage, moment, revision, rank, account, sent, refused, total) \
     VALUES ($1, 'restored', $2, $3, 0, 0, 0, 0) ON CONFLICT (outage, moment, revision) DO UPDATE SET done_at = NULL";
const ANY_WISH: &str = "SELECT 1 AS one FROM outages_wish WHERE outage = $1 LIMIT 1";
const WISH_COUNT: &str = "SELECT COUNT(*) AS many FROM outages_wish WHERE outage = $1";

/// Somebody wants to hear when supply is back. False when that was known.
pub async fn wish(tx: &mut Tx, outage: OutageId, phone: &str, now: Timestamp) -> anyhow::Result<bool> {
    let wish = sqlx::query(WISH).bind(outage.get()).bind(phone).bind(now.as_micros());
    Ok(wish.execute(&mut **tx).await.context("keeping who wants to hear")?.rows_affected() > 0)
}

/// The next of those who want to hear and have neither been told of this restoration nor are to be telephoned for it.
pub async fn wishes(tx: &mut Tx, outage: OutageId, revision: i64, most: i64) -> anyhow::Result<Vec<String>> {
    let rows = sqlx::query(WISHES).bind(outage.get()).bind(revision).bind(most).fetch_all(&mut **tx).await;
    rows.context("who wants to hear")?.iter().map(|row| Ok(row.try_get("phone")?)).collect()
}

/// These have been told of this restoration.
pub async fn told_wishes(
    tx: &mut Tx,
    (outage, revision): (OutageId, i64),
    phones: &[String],
) -> anyhow::Result<()> {
    mark(tx, WISHES_TOLD, (outage, revision), phones).await.context("keeping who has been told")
}

/// These are to be telephoned for it.
pub async fn owed_wishes(
    tx: &mut Tx,
    (outage, revision): (OutageId, i64),
    phones: &[String],
) -> anyhow::Result<()> {
    mark(tx, WISHES_OWED, (outage, revision), phones).await.context("keeping who is to be telephoned")
}

async fn mark(
    tx: &mut Tx,
    text: Text,
    (outage, revision): (OutageId, i64),
    phones: &[String],
) -> anyhow::Result<()> {
    if !phones.is_empty() {
        let mark = sqlx::query(text.of(tx.db().kind())).bind(serde_json::to_string(phones)?);
        mark.bind(outage.get()).bind(revision).execute(&mut **tx).await?;
    }
    Ok(())
}

/// Which of these numbers (in normal form) want to hear.
pub async fn who_wishes(
    tx: &mut Tx,
    outage: OutageId,
    phones: &BTreeSet<&str>,
) -> anyhow::Result<BTreeSet<String>> {
    let query = sqlx::query(WHO_WISHES.of(tx.db().kind())).bind(serde_json::to_string(phones)?);
    let rows = query.bind(outage.get()).fetch_all(&mut **tx).await.context("which of them want to hear")?;
    rows.iter().map(|row| Ok(row.try_get("phone")?)).collect()
}

/// Somebody wants to hear of a restoration that everybody else has been told of: the wave goes on for him, or begins with him.
pub async fn go_on_late(tx: &mut Tx, outage: OutageId, revision: i64) -> anyhow::Result<()> {
    let late = sqlx::query(LATE).bind(outage.get()).bind(revision).bind(WISHED).execute(&mut **tx).await;
    late.context("telling who wished late")?;
    Ok(())
}

pub async fn anybody_wishes(tx: &mut Tx, outage: OutageId) -> anyhow::Result<bool> {
    let row = sqlx::query(ANY_WISH).bind(outage.get()).fetch_optional(&mut **tx).await;
    Ok(row.context("whether anybody wants to hear")?.is_some())
}

pub async fn wish_count(db: &Db, outage: OutageId) -> anyhow::Result<i64> {
    let row = sqlx::query(WISH_COUNT).bind(outage.get()).fetch_one(db.read()).await;
    Ok(row.context("how many want to hear")?.try_get("many")?)
}
