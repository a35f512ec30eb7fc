//! Bulletins and who has read them.

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{BulletinId, PersonId, Timestamp};
use sqlx::{AnyConnection, Row as _};

use crate::rules::bulletin::{Bulletin, Topic, Withdrawn};

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT b.id AS id, b.class AS class, b.region AS region, b.text AS text, b.valid_from AS valid_from, \
             b.valid_until AS valid_until, b.written_by AS written_by, b.written_at AS written_at, \
             b.withdrawn_at AS withdrawn_at, b.withdrawn_by AS withdrawn_by, b.withdrawn_why AS withdrawn_why, \
             b.version AS version, r.must AS must, r.read_at AS read_at, \
             (SELECT COUNT(*) FROM notices_read c WHERE c.bulletin = b.id AND c.must = 1) AS musts, \
             (SELECT COUNT(*) FROM notices_read c WHERE c.bulletin = b.id AND c.must = 1 AND c.read_at IS NOT NULL) AS reads \
             FROM notices_bulletin b LEFT JOIN notices_read r ON r.bulletin = b.id AND r.person = $1 ",
            $rest
        )
    };
}

const ONE: &str = columns!("WHERE b.id = $2");
const IN_FORCE: &str =
    columns!("WHERE b.valid_until > $2 AND b.withdrawn_at IS NULL AND b.id < $3 ORDER BY b.id DESC LIMIT $4");
const ALL: &str = columns!("WHERE $2 >= 0 AND b.id < $3 ORDER BY b.id DESC LIMIT $4");
const ADD: &str = "INSERT INTO notices_bulletin (id, class, region, text, valid_from, valid_until, written_by, written_at, \
     withdrawn_at, withdrawn_by, withdrawn_why, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL, '', 1)";
const MUST: &str = "INSERT INTO notices_read (bulletin, person, must, read_at) VALUES ($1, $2, 1, NULL) \
     ON CONFLICT (bulletin, person) DO UPDATE SET must = 1";
const WITHDRAW: &str = "UPDATE notices_bulletin SET withdrawn_at = $1, withdrawn_by = $2, withdrawn_why = $3, \
     version = version + 1 WHERE id = $4 AND version = $5";
/// The first reading counts.
const READ: &str = "INSERT INTO notices_read (bulletin, person, must, read_at) VALUES ($1, $2, 0, $3) \
     ON CONFLICT (bulletin, person) DO UPDATE SET read_at = COALESCE(notices_read.read_at, excluded.read_at)";
const READERS: &str = "SELECT person, must, read_at FROM notices_read WHERE bulletin = $1 ORDER BY must DESC, read_at, person LIMIT 1000";
/// Of those whose readers may be late the writer has not been told.
const MAY_BE_LATE: &str = columns!(
    "WHERE b.late_at IS NULL AND b.withdrawn_at IS NULL AND b.written_at < $2 AND b.valid_from < $2 \
     AND b.valid_until > $3 ORDER BY b.written_at LIMIT 100"
);
const HAVE_NOT: &str = "SELECT person FROM notices_read WHERE bulletin = $1 AND must = 1 AND read_at IS NULL \
     ORDER BY person LIMIT 1000";
const LATE: &str = "SELECT COUNT(*) AS count FROM notices_bulletin b WHERE b.written_by = $1 AND b.withdrawn_at IS NULL \
     AND b.valid_until > $2 AND b.written_at < $3 AND b.valid_from < $3 AND EXISTS (SELECT 1 FROM notices_read r \
     WHERE r.bulletin = b.id AND r.must = 1 AND r.read_at IS NULL)";
const TOLD: &str = "UPDATE notices_bulletin SET late_at = $1 WHERE id = $2 AND late_at IS NULL";
const UNREAD: &str = "SELECT COUNT(*) AS count FROM notices_read r JOIN notices_bulletin b ON b.id = r.bulletin \
     WHERE r.person = $1 AND r.must = 1 AND r.read_at IS NULL AND b.withdrawn_at IS NULL \
     AND b.valid_from <= $2 AND b.valid_until > $2";

/// A bulletin as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub bulletin: Bulletin,
    /// Whether this person must read it, and when this person has.
    pub must: bool,
    pub read_at: Option<Timestamp>,
    /// How many must read it, and how many of them have.
    pub musts: i64,
    pub reads: i64,
}

fn seen(row: &Row) -> anyhow::Result<Seen> {
    let time = |name: &str| -> anyhow::Result<Timestamp> { Ok(Timestamp::from_micros(row.try_get(name)?)) };
    let topic: String = row.try_get("class")?;
    let withdrawn = match (row.try_get::<Option<i64>, _>("withdrawn_at")?, row.try_get("withdrawn_by")?) {
        (Some(at), Some(by)) => Some(Withdrawn {
            at: Timestamp::from_micros(at),
            by: PersonId(by),
            why: row.try_get("withdrawn_why")?,
        }),
        _ => None,
    };
    Ok(Seen {
        bulletin: Bulletin {
            id: BulletinId(row.try_get("id")?),
            topic: Topic::of(&topic).with_context(|| format!("the class {topic}"))?,
            region: row.try_get("region")?,
            text: row.try_get("text")?,
            valid_from: time("valid_from")?,
            valid_until: time("valid_until")?,
            written_by: PersonId(row.try_get("written_by")?),
            written_at: time("written_at")?,
            withdrawn,
            version: row.try_get("version")?,
        },
        must: row.try_get::<Option<i64>, _>("must")? == Some(1),
        read_at: row.try_get::<Option<i64>, _>("read_at")?.map(Timestamp::from_micros),
        musts: row.try_get("musts")?,
        reads: row.try_get("reads")?,
    })
}

pub async fn one(
    connection: &mut AnyConnection,
    id: BulletinId,
    person: PersonId,
) -> anyhow::Result<Option<Seen>> {
    let row = sqlx::query(ONE).bind(person.get()).bind(id.get()).fetch_optional(connection).await;
    row.context("reading a bulletin")?.as_ref().map(seen).transpose()
}

/// Newest first: those that hold or will, or all there were.
pub async fn list(
    db: &Db,
    person: PersonId,
    past: bool,
    now: Timestamp,
    before: Option<BulletinId>,
    limit: i64,
) -> anyhow::Result<Vec<Seen>> {
    let rows = sqlx::query(if past { ALL } else { IN_FORCE })
        .bind(person.get())
        .bind(now.as_micros())
        .bind(before.map_or(i64::MAX, BulletinId::get))
        .bind(limit)
        .fetch_all(db.read())
        .await;
    rows.context("reading bulletins")?.iter().map(seen).collect()
}

pub async fn add(
    tx: &mut Tx,
    bulletin: &Bulletin,
    must_read: impl IntoIterator<Item = PersonId>,
) -> anyhow::Result<()> {
    let add = sqlx::query(ADD)
        .bind(bulletin.id.get())
        .bind(bulletin.topic.as_str())
        .bind(&bulletin.region)
        .bind(&bulletin.text)
        .bind(bulletin.valid_from.as_micros())
        .bind(bulletin.valid_until.as_micros())
        .bind(bulletin.written_by.get())
        .bind(bulletin.written_at.as_micros());
    add.execute(&mut **tx).await.context("keeping a bulletin")?;
    for person in must_read {
        let must = sqlx::query(MUST).bind(bulletin.id.get()).bind(person.get());
        must.execute(&mut **tx).await.context("keeping who must read a bulletin")?;
    }
    Ok(())
}

/// False when somebody else was faster.
pub async fn withdraw(tx: &mut Tx, bulletin: &Bulletin) -> anyhow::Result<bool> {
    let Some(withdrawn) = &bulletin.withdrawn else { return Ok(false) };
    let update = sqlx::query(WITHDRAW)
        .bind(withdrawn.at.as_micros())
        .bind(withdrawn.by.get())
        .bind(&withdrawn.why)
        .bind(bulletin.id.get())
        .bind(bulletin.version);
    Ok(update.execute(&mut **tx).await.context("withdrawing a bulletin")?.rows_affected() > 0)
}

pub async fn read(tx: &mut Tx, id: BulletinId, person: PersonId, now: Timestamp) -> anyhow::Result<()> {
    let read = sqlx::query(READ).bind(id.get()).bind(person.get()).bind(now.as_micros());
    read.execute(&mut **tx).await.context("keeping a read receipt")?;
    Ok(())
}

/// Who must read it or has: those who must first, those who have not first of them.
pub async fn readers(db: &Db, id: BulletinId) -> anyhow::Result<Vec<(PersonId, bool, Option<Timestamp>)>> {
    let rows =
        sqlx::query(READERS).bind(id.get()).fetch_all(db.read()).await.context("reading who has read")?;
    let one = |row: &Row| {
        let read_at: Option<i64> = row.try_get("read_at")?;
        let person = PersonId(row.try_get("person")?);
        Ok((person, row.try_get::<i64, _>("must")? == 1, read_at.map(Timestamp::from_micros)))
    };
    rows.iter().map(one).collect()
}

/// Those that everybody who must should have read by now, and nobody has looked whether they have; none that was over
/// long ago.
pub async fn may_be_late(
    tx: &mut Tx,
    written_before: Timestamp,
    over_after: Timestamp,
) -> anyhow::Result<Vec<Bulletin>> {
    let query = sqlx::query(MAY_BE_LATE).bind(0_i64).bind(written_before.as_micros());
    let rows = query.bind(over_after.as_micros()).fetch_all(&mut **tx).await;
    rows.context("reading bulletins")?.iter().map(|row| Ok(seen(row)?.bulletin)).collect()
}

/// Who must read it and has not.
pub async fn must_and_have_not(tx: &mut Tx, id: BulletinId) -> anyhow::Result<Vec<PersonId>> {
    let rows = sqlx::query(HAVE_NOT).bind(id.get()).fetch_all(&mut **tx).await;
    rows.context("reading who has not read")?.iter().map(|row| Ok(PersonId(row.try_get("person")?))).collect()
}

/// False when another node was faster.
pub async fn told(tx: &mut Tx, id: BulletinId, now: Timestamp) -> anyhow::Result<bool> {
    let told = sqlx::query(TOLD).bind(now.as_micros()).bind(id.get()).execute(&mut **tx).await;
    Ok(told.context("keeping that a bulletin's writer was told")?.rows_affected() > 0)
}

/// How many this person still has to read.
pub async fn unread(db: &Db, person: PersonId, now: Timestamp) -> anyhow::Result<i64> {
    let row = sqlx::query(UNREAD).bind(person.get()).bind(now.as_micros()).fetch_one(db.read()).await;
    Ok(row.context("counting unread bulletins")?.try_get("count")?)
}

/// How many of this person's own bulletins somebody has not read in time, while they hold.
pub async fn late(
    db: &Db,
    person: PersonId,
    now: Timestamp,
    written_before: Timestamp,
) -> anyhow::Result<i64> {
    let late = sqlx::query(LATE).bind(person.get()).bind(now.as_micros()).bind(written_before.as_micros());
    Ok(late.fetch_one(db.read()).await.context("counting late bulletins")?.try_get("count")?)
}
