//! Whether agents tell callers of what is coming at their address (K33).

use anyhow::Context;
use db::{Db, Tx};
use kernel::{CallId, OutageId, PersonId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::words;

words! {
    /// 已告知、客户已知、不适用.
    Answer { Told = "told", Known = "known", NotApplicable = "not_applicable" }
}

/// One outage that a caller could be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
    pub call: CallId,
    pub outage: OutageId,
    pub agent: PersonId,
    pub at: Timestamp,
    /// None: nobody said.
    pub answer: Option<Answer>,
}

const OWE: &str = "INSERT INTO outages_mention (call, outage, agent, at, answer) VALUES ($1, $2, $3, $4, NULL) \
     ON CONFLICT (call, outage) DO NOTHING";
const PUT: &str = "INSERT INTO outages_mention (call, outage, agent, at, answer) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (call, outage) DO UPDATE SET agent = excluded.agent, answer = excluded.answer";
const OF: &str = "SELECT call, outage, agent, at, answer FROM outages_mention WHERE call = $1";
const COUNT: &str = "SELECT COUNT(DISTINCT call) AS eligible, \
     COUNT(DISTINCT CASE WHEN answer IN ('told', 'known') THEN call END) AS told, \
     COUNT(DISTINCT CASE WHEN answer = 'not_applicable' THEN call END) AS not_applicable \
     FROM outages_mention WHERE at >= $1 AND at < $2";

/// The call was one at which it should have been told.
pub async fn owe(tx: &mut Tx, mention: &Mention) -> anyhow::Result<()> {
    let owe = sqlx::query(OWE).bind(mention.call.get()).bind(mention.outage.get()).bind(mention.agent.get());
    owe.bind(mention.at.as_micros()).execute(&mut **tx).await.context("a caller to be told")?;
    Ok(())
}

/// The agent says so; the call counts where it counted before.
pub async fn put(tx: &mut Tx, mention: &Mention) -> anyhow::Result<()> {
    let put = sqlx::query(PUT).bind(mention.call.get()).bind(mention.outage.get()).bind(mention.agent.get());
    let put = put.bind(mention.at.as_micros()).bind(mention.answer.map(Answer::as_str));
    put.execute(&mut **tx).await.context("what a caller was told")?;
    Ok(())
}

pub async fn of(connection: &mut AnyConnection, call: CallId) -> anyhow::Result<Vec<Mention>> {
    let rows =
        sqlx::query(OF).bind(call.get()).fetch_all(connection).await.context("what a caller was told")?;
    rows.iter().map(mention).collect()
}

pub async fn read(db: &Db, call: CallId) -> anyhow::Result<Vec<Mention>> {
    let rows =
        sqlx::query(OF).bind(call.get()).fetch_all(db.read()).await.context("what a caller was told")?;
    rows.iter().map(mention).collect()
}

/// Calls at which something should have been told, at which it was, and at which it did not apply.
pub async fn count(db: &Db, from: Timestamp, to: Timestamp) -> anyhow::Result<(i64, i64, i64)> {
    let count = sqlx::query(COUNT).bind(from.as_micros()).bind(to.as_micros());
    let row = count.fetch_one(db.read()).await.context("how many callers were told")?;
    Ok((row.try_get("eligible")?, row.try_get("told")?, row.try_get("not_applicable")?))
}

fn mention(row: &db::Row) -> anyhow::Result<Mention> {
    let answer: Option<String> = row.try_get("answer")?;
    Ok(Mention {
        call: CallId(row.try_get("call")?),
        outage: OutageId(row.try_get("outage")?),
        agent: PersonId(row.try_get("agent")?),
        at: Timestamp::from_micros(row.try_get("at")?),
        answer: answer.as_deref().and_then(Answer::of),
    })
}
