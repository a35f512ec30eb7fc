//! Finding customers in the database: by name, pinyin, tail of a number, class, flag. Each search walks one index.

use anyhow::{Context, Result};
use db::Db;
use kernel::{CustomerId, Timestamp};
use serde::Serialize;
use serde_json::Value;
use sqlx::Row as _;
use utoipa::ToSchema;

use crate::rules::{Class, FlagKind, Utility, reversed};

/// What is looked for. Everything absent is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub text: Option<String>,
    pub class: Option<Class>,
    pub utility: Option<Utility>,
    pub flag: Option<FlagKind>,
    /// Those who are archived instead of those who are not.
    pub archived: bool,
    /// Only customers with a smaller id: the last of the page before.
    pub before: Option<CustomerId>,
}

/// A text is looked for in this many at most; who needs more narrows it down.
pub const FOUND_MAX: i64 = 200;

/// `$1` and `$2` lead, `$3` to `$6` are checked row by row, `$7` is the place, `$8` how many.
macro_rules! search {
    ($from:literal, $lead:literal, $order:literal) => {
        concat!(
            "SELECT p.id FROM ",
            $from,
            " WHERE ",
            $lead,
            " AND (($3 = 0 AND p.archived_at IS NULL AND p.merged_into IS NULL) OR ($3 = 1 AND p.archived_at > 0)) \
             AND ($4 = '' OR EXISTS (SELECT 1 FROM customers_account x WHERE x.party = p.id AND x.class = $4)) \
             AND ($5 = '' OR EXISTS (SELECT 1 FROM customers_account x WHERE x.party = p.id AND x.utility = $5)) \
             AND ($6 = '' OR EXISTS (SELECT 1 FROM customers_flag x WHERE x.party = p.id AND x.flag = $6)) \
             AND p.id < $7 ",
            $order,
            " LIMIT $8"
        )
    };
}

const NAME: &str = search!("customers_party p", "p.name >= $1 AND p.name < $2", "ORDER BY p.name, p.id");
const PINYIN: &str =
    search!("customers_party p", "p.pinyin >= $1 AND p.pinyin < $2", "ORDER BY p.pinyin, p.id");
const INITIALS: &str =
    search!("customers_party p", "p.initials >= $1 AND p.initials < $2", "ORDER BY p.initials, p.id");
const PHONE: &str = search!(
    "customers_contact c JOIN customers_party p ON p.id = c.party",
    "c.reversed >= $1 AND c.reversed < $2",
    "ORDER BY c.reversed"
);
const ACCOUNT: &str = search!(
    "customers_account a JOIN customers_party p ON p.id = a.party",
    "a.number >= $1 AND a.number < $2",
    "ORDER BY a.number"
);
const ACCOUNT_TAIL: &str = search!(
    "customers_account a JOIN customers_party p ON p.id = a.party",
    "a.reversed >= $1 AND a.reversed < $2",
    "ORDER BY a.reversed"
);
const METER: &str = search!(
    "customers_meter m JOIN customers_point o ON o.id = m.point JOIN customers_account a ON a.id = o.account \
     JOIN customers_party p ON p.id = a.party",
    "m.number >= $1 AND m.number < $2",
    "ORDER BY m.number"
);
const METER_TAIL: &str = search!(
    "customers_meter m JOIN customers_point o ON o.id = m.point JOIN customers_account a ON a.id = o.account \
     JOIN customers_party p ON p.id = a.party",
    "m.reversed >= $1 AND m.reversed < $2",
    "ORDER BY m.reversed"
);
const FLAG: &str = search!(
    "customers_flag f JOIN customers_party p ON p.id = f.party",
    "f.flag = $1 AND $2 = '' AND f.party < $7",
    "ORDER BY f.party DESC"
);
/// Each customer once, by the first account of the class: the index is walked in its order, and stops at the limit.
const CLASS: &str = search!(
    "customers_account a JOIN customers_party p ON p.id = a.party",
    "a.class = $1 AND $2 = '' AND a.party < $7 AND NOT EXISTS (SELECT 1 FROM customers_account y \
     WHERE y.party = a.party AND y.class = a.class AND y.id < a.id)",
    "ORDER BY a.party DESC"
);
const ARCHIVED: &str =
    search!("customers_party p", "p.archived_at > 0 AND $1 = '' AND $2 = ''", "ORDER BY p.id DESC");
const ALL: &str = search!("customers_party p", "$1 = '' AND $2 = ''", "ORDER BY p.id DESC");

/// The ids of a page, one more than `limit` if there are more; with a text, all that are found, without pages.
pub async fn page(db: &Db, filter: &Filter, limit: i64) -> Result<Vec<CustomerId>> {
    if let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        return by_text(db, filter, text).await;
    }
    let (sql, lead) = match (filter.flag, filter.class) {
        _ if filter.archived => (ARCHIVED, ""),
        (Some(flag), _) => (FLAG, flag.as_str()),
        (None, Some(class)) => (CLASS, class.as_str()),
        (None, None) => (ALL, ""),
    };
    run(db, sql, (lead, ""), filter, limit + 1).await
}

async fn by_text(db: &Db, filter: &Filter, text: &str) -> Result<Vec<CustomerId>> {
    let mut found: Vec<CustomerId> = Vec::new();
    for (sql, low) in leads(text) {
        let high = format!("{low}\u{10ffff}");
        for id in run(db, sql, (&low, &high), filter, FOUND_MAX).await? {
            if !found.contains(&id) {
                found.push(id);
            }
        }
        if found.len() >= FOUND_MAX as usize {
            break;
        }
    }
    Ok(found)
}

/// Which indices a text can be looked for in.
fn leads(text: &str) -> Vec<(&'static str, String)> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let digits = compact.chars().filter(char::is_ascii_digit).count();
    let numeric = digits >= 4 && compact.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+'));
    if numeric {
        let phone: String = compact.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let label = compact.to_ascii_uppercase();
        return vec![
            (PHONE, reversed(&phone)),
            (ACCOUNT, label.clone()),
            (ACCOUNT_TAIL, reversed(&label)),
            (METER, label.clone()),
            (METER_TAIL, reversed(&label)),
        ];
    }
    if compact.chars().all(|c| c.is_ascii_alphanumeric()) {
        let latin = compact.to_ascii_lowercase();
        return vec![(INITIALS, latin.clone()), (PINYIN, latin), (NAME, text.to_owned())];
    }
    vec![(NAME, crate::rules::line(text))]
}

async fn run(
    db: &Db,
    sql: &'static str,
    lead: (&str, &str),
    filter: &Filter,
    limit: i64,
) -> Result<Vec<CustomerId>> {
    let rows = sqlx::query(sql)
        .bind(lead.0)
        .bind(lead.1)
        .bind(i64::from(filter.archived))
        .bind(filter.class.map_or("", Class::as_str))
        .bind(filter.utility.map_or("", Utility::as_str))
        .bind(filter.flag.map_or("", FlagKind::as_str))
        .bind(filter.before.map_or(i64::MAX, CustomerId::get))
        .bind(limit)
        .fetch_all(db.read())
        .await
        .context("looking for customers")?;
    rows.iter().map(|row| Ok(CustomerId(row.try_get("id")?))).collect()
}

const NOTES: &str = "SELECT id, at, who, text FROM customers_note WHERE party = $1 ORDER BY id DESC LIMIT 50";
const HISTORY: &str = "SELECT id, at, who, kind, payload FROM db_journal WHERE subject = $1 AND room = 'customers' \
     ORDER BY id DESC LIMIT 100";

/// Something that was written down about a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Note {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub who: Option<kernel::PersonId>,
    pub text: String,
}

/// One line of the journal about a customer.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Happened {
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    #[schema(value_type = Option<String>)]
    pub who: Option<kernel::PersonId>,
    pub kind: String,
    #[schema(value_type = Object)]
    pub payload: Value,
}

/// The newest first.
pub async fn notes(db: &Db, customer: CustomerId) -> Result<Vec<Note>> {
    let rows = sqlx::query(NOTES).bind(customer.get()).fetch_all(db.read()).await.context("reading notes")?;
    let note = |row: &db::Row| {
        let who = row.try_get::<Option<i64>, _>("who")?.map(kernel::PersonId);
        Ok(Note { at: Timestamp::from_micros(row.try_get("at")?), who, text: row.try_get("text")? })
    };
    rows.iter().map(note).collect()
}

/// What the journal says about a customer, the newest first.
pub async fn history(db: &Db, customer: CustomerId) -> Result<Vec<Happened>> {
    history_of(db, &customer.to_string()).await
}

/// The same about whatever this room has written about.
pub async fn history_of(db: &Db, subject: &str) -> Result<Vec<Happened>> {
    let rows = sqlx::query(HISTORY).bind(subject).fetch_all(db.read()).await;
    let line = |row: &db::Row| {
        let payload: String = row.try_get("payload")?;
        Ok(Happened {
            at: Timestamp::from_micros(row.try_get("at")?),
            who: row.try_get::<Option<i64>, _>("who")?.map(kernel::PersonId),
            kind: row.try_get("kind")?,
            payload: serde_json::from_str(&payload).unwrap_or_default(),
        })
    };
    rows.context("reading a customer's history")?.iter().map(line).collect()
}

const COUNT: &str = "SELECT COUNT(*) AS n FROM customers_party";
const ABOVE: &str = "SELECT id FROM customers_party WHERE id > $1 ORDER BY id LIMIT $2";

/// How many records there are, with those that are archived.
pub async fn count(db: &Db) -> Result<i64> {
    let row = sqlx::query(COUNT).fetch_one(db.read()).await.context("counting customers")?;
    Ok(row.try_get("n")?)
}

/// All customers in order of their ids, a page at a time.
pub async fn above(db: &Db, after: CustomerId, limit: i64) -> Result<Vec<CustomerId>> {
    let rows = sqlx::query(ABOVE)
        .bind(after.get())
        .bind(limit)
        .fetch_all(db.read())
        .await
        .context("listing customers")?;
    rows.iter().map(|row| Ok(CustomerId(row.try_get("id")?))).collect()
}
