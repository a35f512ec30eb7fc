//! What one shift leaves to the next: orders that must not fall between them, and how many there were.

use anyhow::Context;
use db::{Db, Text};
use deadlines::Kind;
use kernel::{PersonId, Timestamp};
use promises::rules::parse;
use sqlx::Row as _;

use super::orders::{Kept, kept};

/// Whose orders: told apart by who accepted them. What nobody accepted is of nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    #[default]
    All,
    Of(Vec<PersonId>),
    /// Of everybody else, and of nobody.
    NotOf(Vec<PersonId>),
}

impl Whose {
    pub fn has(&self, person: Option<PersonId>) -> bool {
        let named = |people: &[PersonId]| person.is_some_and(|person| people.contains(&person));
        match self {
            Whose::All => true,
            Whose::Of(people) => named(people),
            Whose::NotOf(people) => !named(people),
        }
    }

    fn bound(&self) -> (String, i64) {
        let (people, way) = match self {
            Whose::All => ([].as_slice(), 0),
            Whose::Of(people) => (people.as_slice(), 1),
            Whose::NotOf(people) => (people.as_slice(), 2),
        };
        (db::ids(people.iter().map(|person| person.get())), way)
    }
}

macro_rules! accepted_by {
    ($list:literal, $way:literal) => {
        concat!(
            "(",
            $way,
            " = 0 OR (accepted_by IS NOT NULL AND accepted_by IN ",
            $list,
            ") = (",
            $way,
            " = 1))"
        )
    };
}

// Open orders are few beside all there ever were, and their index leads.
macro_rules! left {
    ($list:literal) => {
        concat!(
            "SELECT id, due, due_step, due_since, promised_since, promised, kept, late_from, body, version FROM work_orders_order \
             WHERE open = 1 AND (important = 1 OR urges > 0 OR supervised > 0 OR kind = 'complaint' OR due < $2) AND ",
            accepted_by!($list, "$3"),
            " ORDER BY important DESC, due, id LIMIT $4"
        )
    };
}
const LEFT: Text = Text {
    sqlite: left!("(SELECT value FROM json_each($1))"),
    postgres: left!("(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)))"),
};

/// Open orders that are important, urged, supervised, a complaint, or due before `soon`: the important first, then the next due.
pub async fn left(db: &Db, whose: &Whose, soon: Timestamp, most: i64) -> anyhow::Result<Vec<Kept>> {
    let (people, way) = whose.bound();
    let query = sqlx::query(LEFT.of(db.kind())).bind(people).bind(soon.as_micros()).bind(way).bind(most);
    let rows = query.fetch_all(db.read()).await;
    rows.context("what one shift leaves to the next")?.iter().map(kept).collect()
}

/// How many orders of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    pub kind: Kind,
    /// Accepted, and closed, in the period.
    pub accepted: i64,
    pub closed: i64,
    /// Open now; of these overdue.
    pub open: i64,
    pub overdue: i64,
}

macro_rules! tally {
    ($list:literal) => {
        concat!(
            "SELECT kind, CAST(SUM(accepted) AS BIGINT) AS accepted, CAST(SUM(closed) AS BIGINT) AS closed, \
             CAST(SUM(open) AS BIGINT) AS open, CAST(SUM(overdue) AS BIGINT) AS overdue FROM (\
             SELECT kind, COUNT(*) AS accepted, 0 AS closed, 0 AS open, 0 AS overdue FROM work_orders_order \
             WHERE accepted_at >= $2 AND accepted_at < $3 AND ",
            accepted_by!($list, "$5"),
            " GROUP BY kind UNION ALL SELECT kind, 0, COUNT(*), 0, 0 FROM work_orders_order \
             WHERE closed_at IS NOT NULL AND closed_at >= $2 AND closed_at < $3 AND ",
            accepted_by!($list, "$5"),
            " GROUP BY kind UNION ALL SELECT kind, 0, 0, COUNT(*), COUNT(*) FILTER (WHERE due < $4) FROM work_orders_order \
             WHERE open = 1 AND ",
            accepted_by!($list, "$5"),
            " GROUP BY kind) AS counted GROUP BY kind ORDER BY kind"
        )
    };
}
const TALLY: Text = Text {
    sqlite: tally!("(SELECT value FROM json_each($1))"),
    postgres: tally!("(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)))"),
};

/// By kind: accepted and closed in `[from, to)`, open and overdue now.
pub async fn tally(
    db: &Db,
    whose: &Whose,
    (from, to): (Timestamp, Timestamp),
    now: Timestamp,
) -> anyhow::Result<Vec<Tally>> {
    let (people, way) = whose.bound();
    let query = sqlx::query(TALLY.of(db.kind())).bind(people).bind(from.as_micros()).bind(to.as_micros());
    let query = query.bind(now.as_micros()).bind(way);
    let rows = query.fetch_all(db.read()).await.context("counting the orders of a shift")?;
    let one = |row: &db::Row| {
        let kind: String = row.try_get("kind")?;
        Ok(Tally {
            kind: parse(&kind).with_context(|| format!("{kind:?} is no kind of orders"))?,
            accepted: row.try_get("accepted")?,
            closed: row.try_get("closed")?,
            open: row.try_get("open")?,
            overdue: row.try_get("overdue")?,
        })
    };
    rows.iter().map(one).collect()
}
