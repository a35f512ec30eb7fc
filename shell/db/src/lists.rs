//! The one place where a query has two texts: lists that travel as JSON, which the two databases unpack differently.

use crate::Kind;

/// One query in both dialects.
#[derive(Clone, Copy)]
pub struct Text {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

impl Text {
    pub fn of(self, kind: Kind) -> &'static str {
        match kind {
            Kind::Sqlite => self.sqlite,
            Kind::Postgres => self.postgres,
        }
    }
}

/// `in_ids!("SELECT … WHERE id IN ", " ORDER BY id")` is a [`Text`]: `$1` is a JSON array of [`ids`]. The limit, which cuts
/// nothing off, tells PostgreSQL how many there are: it takes them for a hundred otherwise, and reads a table for one row.
#[macro_export]
macro_rules! in_ids {
    ($before:expr, $after:expr) => {
        $crate::Text {
            sqlite: concat!($before, "(SELECT value FROM json_each($1))", $after),
            postgres: concat!(
                $before,
                "(SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST($1 AS json)) \
                 LIMIT json_array_length(CAST($1 AS json)))",
                $after
            ),
        }
    };
}

/// The same with a JSON array of texts.
#[macro_export]
macro_rules! in_texts {
    ($before:expr, $after:expr) => {
        $crate::Text {
            sqlite: concat!($before, "(SELECT value FROM json_each($1))", $after),
            postgres: concat!(
                $before,
                "(SELECT value FROM json_array_elements_text(CAST($1 AS json)) LIMIT json_array_length(CAST($1 AS json)))",
                $after
            ),
        }
    };
}

/// `from_rows!("INSERT … SELECT CAST(value ->> 0 AS BIGINT), value ->> 1 FROM ", "")`: `$1` is a JSON array of arrays. Each
/// value is taken out of its row by itself: of binary JSON that is a look, of a text it is a reading of the whole row.
#[macro_export]
macro_rules! from_rows {
    ($before:expr, $after:expr) => {
        $crate::Text {
            sqlite: concat!($before, "json_each($1) WHERE 1 = 1", $after),
            postgres: concat!($before, "jsonb_array_elements(CAST($1 AS jsonb)) WHERE 1 = 1", $after),
        }
    };
}

/// The same for an `UPDATE … FROM`: each row is looked up, however few there are.
#[macro_export]
macro_rules! over_rows {
    ($before:expr, $after:expr) => {
        $crate::Text {
            sqlite: concat!($before, "json_each($1) WHERE 1 = 1", $after),
            postgres: concat!(
                $before,
                "(SELECT value FROM jsonb_array_elements(CAST($1 AS jsonb)) LIMIT jsonb_array_length(CAST($1 AS jsonb))) \
                 AS given WHERE 1 = 1",
                $after
            ),
        }
    };
}

/// Ids as the JSON array that [`in_ids!`] expects.
pub fn ids(ids: impl IntoIterator<Item = i64>) -> String {
    let list: Vec<i64> = ids.into_iter().collect();
    serde_json::to_string(&list).unwrap_or_else(|_| "[]".to_owned())
}

/// A text as `LOWER(…) LIKE … ESCAPE '!'` takes it for itself, whatever somebody typed.
pub fn like(text: &str) -> String {
    let escaped = |c: char| matches!(c, '!' | '%' | '_').then_some('!').into_iter().chain([c]);
    text.to_lowercase().chars().flat_map(escaped).collect()
}
