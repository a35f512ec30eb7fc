//! Who is asked after a restoration, what was answered, and which order came of it.

use anyhow::Context;
use db::{Db, Tx};
use kernel::{AccountId, CustomerId, ElementId, OutageId, Timestamp, WorkOrderId};
use sqlx::{AnyConnection, Row as _};

use crate::rules::after::{How, Said, Step, Tally};
use crate::store::afters::After;

/// One account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub outage: OutageId,
    pub revision: i64,
    pub account: AccountId,
    pub party: CustomerId,
    /// The lowest element above it.
    pub element: Option<ElementId>,
    /// Who is asked before others.
    pub ord: i64,
    pub number: String,
    pub said: Said,
    pub how: Option<How>,
    pub wave: i64,
    pub asked_at: Option<Timestamp>,
    /// Silent when nothing was said by then.
    pub due: Option<Timestamp>,
    pub answered_at: Option<Timestamp>,
    pub notice: Option<String>,
    pub order: Option<WorkOrderId>,
    pub order_number: String,
    pub mended: bool,
    pub trouble: String,
    pub steps: Vec<Step>,
    pub version: i64,
}

// The tables of `customers` are read here and in `affected.rs` only, a page in one statement: the numbers of a hundred thousand
// customers do not come out of the database to go in again.
const LIST: &str = "INSERT INTO outages_ask (outage, revision, account, party, element, ord, dice, number, state, how, wave, \
     order_number, mended, trouble, body, version) \
     SELECT p.outage, CAST($2 AS BIGINT), p.account, p.party, \
     COALESCE((SELECT MIN(o.element) FROM customers_point o WHERE o.account = p.account), 0), \
     CASE WHEN p.wished IS NOT NULL THEN 0 WHEN p.rank < 4 THEN p.rank \
     WHEN EXISTS (SELECT 1 FROM outages_caller k WHERE k.outage = p.outage AND k.party = p.party) THEN 4 ELSE 5 END, \
     (p.account % 1000003) * 7919 % 1000003, COALESCE(p.wished, p.number, ''), \
     CASE WHEN COALESCE(p.wished, p.number, '') = '' THEN 'unreachable' ELSE 'waiting' END, '', 0, '', 0, '', '[]', 1 \
     FROM (SELECT f.outage AS outage, f.rank AS rank, f.account AS account, f.party AS party, \
     (SELECT MIN(w.phone) FROM customers_contact c CROSS JOIN outages_wish w \
     WHERE c.party = f.party AND w.outage = f.outage AND w.phone = c.number) AS wished, \
     (SELECT c.number FROM customers_contact c WHERE c.party = f.party ORDER BY c.preferred DESC, c.id LIMIT 1) AS number \
     FROM outages_affected f WHERE f.outage = $1 AND (f.rank, f.account) > ($3, $4) AND (f.rank, f.account) <= ($5, $6)) p \
     WHERE 1 = 1 ON CONFLICT DO NOTHING";
const END_OF_PAGE: &str = "SELECT rank, account FROM outages_affected WHERE outage = $1 AND (rank, account) > ($2, $3) \
     ORDER BY rank, account LIMIT 1 OFFSET $4";
const TALLIES: &str = "SELECT element, state, mended, COUNT(*) AS many, \
     COUNT(*) FILTER (WHERE state = 'waiting' AND ord < 5) AS first, \
     COUNT(*) FILTER (WHERE state = 'silent' AND how = 'sms') AS unheard \
     FROM outages_ask WHERE outage = $1 AND revision = $2 GROUP BY element, state, mended ORDER BY element LIMIT 50000";
macro_rules! ask {
    ($rest:literal) => {
        concat!(
            "SELECT outage, revision, account, party, element, ord, number, state, how, wave, asked_at, due, answered_at, notice, \
             work_order, order_number, mended, trouble, body, version FROM outages_ask ",
            $rest
        )
    };
}
const NEXT: &str = ask!(
    "WHERE outage = $1 AND revision = $2 AND element = $3 AND state = 'waiting' ORDER BY ord, dice, account LIMIT $4"
);
const UNHEARD: &str = ask!(
    "WHERE outage = $1 AND revision = $2 AND element = $3 AND state = 'silent' AND how = 'sms' ORDER BY ord, dice, account LIMIT $4"
);
const OVERDUE: &str = ask!(
    "WHERE outage = $1 AND revision = $2 AND state = 'asked' AND due <= $3 ORDER BY due, account LIMIT 500"
);
const NEXT_DUE: &str =
    "SELECT MIN(due) AS due FROM outages_ask WHERE outage = $1 AND revision = $2 AND state = 'asked'";
const ONE: &str = ask!("WHERE outage = $1 AND revision = $2 AND account = $3");
const OF_NUMBER: &str = ask!("WHERE number = $1 ORDER BY outage DESC, revision DESC, account LIMIT 50");
const OF_NUMBER_IN: &str =
    ask!("WHERE number = $1 AND outage = $2 AND revision = $3 ORDER BY account LIMIT 50");
const OF_PARTY: &str = ask!("WHERE party = $1 AND outage = $2 ORDER BY revision DESC, account LIMIT 50");
const OF_NOTICE: &str = ask!("WHERE notice = $1 ORDER BY account LIMIT 50");
const OF_ORDER: &str = ask!("WHERE work_order = $1 ORDER BY account LIMIT 50");
const TO_FILE: &str =
    ask!("WHERE state = 'no' AND work_order IS NULL AND trouble = '' ORDER BY outage, account LIMIT 50");
const WITHOUT: &str =
    ask!("WHERE outage = $1 AND revision = $2 AND state = 'no' ORDER BY ord, account LIMIT 200");
const ANY_WITHOUT: &str = "SELECT 1 AS one FROM outages_ask WHERE outage = $1 AND revision = $2 AND state = 'no' AND mended = 0 LIMIT 1";
const PAGE: &str = ask!(
    "WHERE outage = $1 AND revision = $2 AND state = $3 AND (ord, account) > ($4, $5) ORDER BY ord, account LIMIT $6"
);
const SAVE: &str = "UPDATE outages_ask SET state = $4, how = $5, wave = $6, asked_at = $7, due = $8, answered_at = $9, notice = $10, \
     work_order = $11, order_number = $12, mended = $13, trouble = $14, body = $15, version = version + 1 \
     WHERE outage = $1 AND revision = $2 AND account = $3 AND version = $16";
const CALLER: &str =
    "INSERT INTO outages_caller (outage, party, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const AGAIN: &str = "UPDATE outages_ask SET state = 'waiting', trouble = '', version = version + 1 \
     WHERE outage = $1 AND revision = $2 AND state = 'unreachable' AND number <> ''";

/// Writes the next page of who is to be asked; up to where, none when that was the last.
pub async fn list(tx: &mut Tx, after: &After, page: i64) -> anyhow::Result<Option<(i64, i64)>> {
    let end = sqlx::query(END_OF_PAGE).bind(after.outage.get()).bind(after.rank).bind(after.account);
    let end = end.bind(page - 1).fetch_optional(&mut **tx).await.context("a page of who is asked")?;
    let end: Option<(i64, i64)> =
        end.map(|row| anyhow::Ok((row.try_get("rank")?, row.try_get("account")?))).transpose()?;
    let (rank, account) = end.unwrap_or((i64::MAX, i64::MAX));
    let list = sqlx::query(LIST).bind(after.outage.get()).bind(after.revision).bind(after.rank);
    let list = list.bind(after.account).bind(rank).bind(account);
    list.execute(&mut **tx).await.context("who is to be asked")?;
    Ok(end)
}

fn tallied(rows: &[db::Row]) -> anyhow::Result<Vec<Tally>> {
    let mut all: Vec<Tally> = Vec::new();
    for row in rows {
        let element: i64 = row.try_get("element")?;
        let element = (element != 0).then_some(ElementId(element));
        if all.last().is_none_or(|last| last.element != element) {
            all.push(Tally { element, ..Tally::default() });
        }
        let Some(tally) = all.last_mut() else { continue };
        let (many, state): (i64, String) = (row.try_get("many")?, row.try_get("state")?);
        let mended = row.try_get::<i64, _>("mended")? != 0;
        tally.first += row.try_get::<i64, _>("first")?;
        tally.unheard += row.try_get::<i64, _>("unheard")?;
        match Said::of(&state).with_context(|| format!("{state:?} as an answer"))? {
            Said::Waiting => tally.waiting += many,
            Said::Asked => tally.asked += many,
            Said::Yes => tally.yes += many,
            Said::No if mended => tally.mended += many,
            Said::No => tally.no += many,
            Said::Silent => tally.silent += many,
            Said::Unreachable => tally.unreachable += many,
        }
    }
    Ok(all)
}

/// What is known below each element.
pub async fn tallies(tx: &mut Tx, after: &After) -> anyhow::Result<Vec<Tally>> {
    let tallies = sqlx::query(TALLIES).bind(after.outage.get()).bind(after.revision);
    tallied(&tallies.fetch_all(&mut **tx).await.context("what was answered")?)
}

/// The same outside a change.
pub async fn read_tallies(db: &Db, after: &After) -> anyhow::Result<Vec<Tally>> {
    let tallies = sqlx::query(TALLIES).bind(after.outage.get()).bind(after.revision);
    tallied(&tallies.fetch_all(db.read()).await.context("what was answered")?)
}

/// Whom to ask next below an element: who was not asked yet, then who did not answer a text message.
pub async fn next(
    tx: &mut Tx,
    after: &After,
    element: Option<ElementId>,
    limit: i64,
    unheard: bool,
) -> anyhow::Result<Vec<Ask>> {
    let text = if unheard { UNHEARD } else { NEXT };
    let next = sqlx::query(text).bind(after.outage.get()).bind(after.revision);
    let next = next.bind(element.map_or(0, |element| element.get())).bind(limit);
    next.fetch_all(&mut **tx).await.context("who is asked next")?.iter().map(ask).collect()
}

/// Those whose time to answer is over.
pub async fn overdue(tx: &mut Tx, after: &After, now: Timestamp) -> anyhow::Result<Vec<Ask>> {
    let overdue = sqlx::query(OVERDUE).bind(after.outage.get()).bind(after.revision).bind(now.as_micros());
    overdue.fetch_all(&mut **tx).await.context("who has not answered")?.iter().map(ask).collect()
}

/// When the first of those who were asked is silent.
pub async fn next_due(tx: &mut Tx, after: &After) -> anyhow::Result<Option<Timestamp>> {
    let row = sqlx::query(NEXT_DUE).bind(after.outage.get()).bind(after.revision).fetch_one(&mut **tx).await;
    let due: Option<i64> = row.context("when somebody is silent")?.try_get("due")?;
    Ok(due.map(Timestamp::from_micros))
}

pub async fn one(
    connection: &mut AnyConnection,
    (outage, revision, account): (OutageId, i64, AccountId),
) -> anyhow::Result<Option<Ask>> {
    let one = sqlx::query(ONE).bind(outage.get()).bind(revision).bind(account.get());
    one.fetch_optional(connection).await.context("who is asked")?.as_ref().map(ask).transpose()
}

/// Everybody with this number, of the latest outages first.
pub async fn of_number(tx: &mut Tx, number: &str) -> anyhow::Result<Vec<Ask>> {
    let rows = sqlx::query(OF_NUMBER).bind(number).fetch_all(&mut **tx).await;
    rows.context("who is asked, by number")?.iter().map(ask).collect()
}

/// The same of one restoration.
pub async fn of_number_in(
    tx: &mut Tx,
    number: &str,
    (outage, revision): (OutageId, i64),
) -> anyhow::Result<Vec<Ask>> {
    let rows = sqlx::query(OF_NUMBER_IN).bind(number).bind(outage.get()).bind(revision);
    let rows = rows.fetch_all(&mut **tx).await;
    rows.context("who is asked, by number")?.iter().map(ask).collect()
}

pub async fn of_party(db: &Db, party: CustomerId, outage: OutageId) -> anyhow::Result<Vec<Ask>> {
    let rows = sqlx::query(OF_PARTY).bind(party.get()).bind(outage.get()).fetch_all(db.read()).await;
    rows.context("a customer who is asked")?.iter().map(ask).collect()
}

pub async fn of_notice(tx: &mut Tx, notice: &str) -> anyhow::Result<Vec<Ask>> {
    let rows = sqlx::query(OF_NOTICE).bind(notice).fetch_all(&mut **tx).await;
    rows.context("who is asked by a message")?.iter().map(ask).collect()
}

pub async fn of_order(tx: &mut Tx, order: WorkOrderId) -> anyhow::Result<Vec<Ask>> {
    let rows = sqlx::query(OF_ORDER).bind(order.get()).fetch_all(&mut **tx).await;
    rows.context("whose order it is")?.iter().map(ask).collect()
}

/// Those who are without, and of whom there is no order yet.
pub async fn to_file(db: &Db) -> anyhow::Result<Vec<Ask>> {
    let rows = sqlx::query(TO_FILE).fetch_all(db.read()).await;
    rows.context("who is still without")?.iter().map(ask).collect()
}

/// Those who said that they are without.
pub async fn without(db: &Db, after: &After) -> anyhow::Result<Vec<Ask>> {
    let rows = sqlx::query(WITHOUT).bind(after.outage.get()).bind(after.revision).fetch_all(db.read()).await;
    rows.context("who is still without")?.iter().map(ask).collect()
}

/// Whether somebody has said that he is without, and has it not back yet.
pub async fn is_anybody_without(tx: &mut Tx, after: &After) -> anyhow::Result<bool> {
    let any = sqlx::query(ANY_WITHOUT).bind(after.outage.get()).bind(after.revision);
    Ok(any.fetch_optional(&mut **tx).await.context("whether anybody is without")?.is_some())
}

/// A page of those of whom this is known.
pub async fn page(
    db: &Db,
    after: &After,
    said: Said,
    behind: (i64, AccountId),
    limit: i64,
) -> anyhow::Result<Vec<Ask>> {
    let page = sqlx::query(PAGE).bind(after.outage.get()).bind(after.revision).bind(said.as_str());
    let page = page.bind(behind.0).bind(behind.1.get()).bind(limit);
    page.fetch_all(db.read()).await.context("who was asked")?.iter().map(ask).collect()
}

/// False when somebody else was faster.
pub async fn save(tx: &mut Tx, ask: &Ask) -> anyhow::Result<bool> {
    let at = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
    let save = sqlx::query(SAVE).bind(ask.outage.get()).bind(ask.revision).bind(ask.account.get());
    let save = save.bind(ask.said.as_str()).bind(ask.how.map_or("", How::as_str)).bind(ask.wave);
    let save = save.bind(at(ask.asked_at)).bind(at(ask.due)).bind(at(ask.answered_at));
    let save = save.bind(ask.notice.as_deref()).bind(ask.order.map(|order| order.get()));
    let save = save.bind(&ask.order_number).bind(i64::from(ask.mended)).bind(&ask.trouble);
    let save = save.bind(serde_json::to_string(&ask.steps)?).bind(ask.version);
    Ok(save.execute(&mut **tx).await.context("keeping an answer")?.rows_affected() > 0)
}

/// A leader wants those tried again whom nothing reached.
pub async fn again(tx: &mut Tx, after: &After) -> anyhow::Result<()> {
    let again = sqlx::query(AGAIN).bind(after.outage.get()).bind(after.revision);
    again.execute(&mut **tx).await.context("asking whom nothing reached")?;
    Ok(())
}

/// A customer called while it was off.
pub async fn called(tx: &mut Tx, outage: OutageId, party: CustomerId, at: Timestamp) -> anyhow::Result<()> {
    let called = sqlx::query(CALLER).bind(outage.get()).bind(party.get()).bind(at.as_micros());
    called.execute(&mut **tx).await.context("who called")?;
    Ok(())
}

fn ask(row: &db::Row) -> anyhow::Result<Ask> {
    let at = |column: &str| -> anyhow::Result<Option<Timestamp>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_micros))
    };
    let word = |column: &str| -> anyhow::Result<String> { Ok(row.try_get(column)?) };
    let (state, how) = (word("state")?, word("how")?);
    let element: i64 = row.try_get("element")?;
    Ok(Ask {
        outage: OutageId(row.try_get("outage")?),
        revision: row.try_get("revision")?,
        account: AccountId(row.try_get("account")?),
        party: CustomerId(row.try_get("party")?),
        element: (element != 0).then_some(ElementId(element)),
        ord: row.try_get("ord")?,
        number: word("number")?,
        said: Said::of(&state).with_context(|| format!("{state:?} as an answer"))?,
        how: How::of(&how),
        wave: row.try_get("wave")?,
        asked_at: at("asked_at")?,
        due: at("due")?,
        answered_at: at("answered_at")?,
        notice: row.try_get("notice")?,
        order: row.try_get::<Option<i64>, _>("work_order")?.map(WorkOrderId),
        order_number: word("order_number")?,
        mended: row.try_get::<i64, _>("mended")? != 0,
        trouble: word("trouble")?,
        steps: serde_json::from_str(&word("body")?).context("what happened, as kept")?,
        version: row.try_get("version")?,
    })
}
