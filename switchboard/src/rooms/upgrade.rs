//! A database of an earlier version goes on where it was: its tables are brought forward, its journal is whole, and the rooms
//! read what is in it.

use std::collections::BTreeMap;

use db::testdb::on_both;
use db::{Db, Migration, Migrations};
use kernel::{Timestamp, WorkOrderId};
use outages::store::outages::{Which, list};
use serde::Deserialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Row};

use super::MIGRATIONS;

/// Rows of a demo, thinned out, in the tables of the version before storms and machine calls, without what came with those.
const EARLIER: &str = include_str!("upgrade/20261123.json");

#[derive(Deserialize)]
struct Earlier {
    /// The files that had been applied, room by room.
    migrations: BTreeMap<String, Vec<String>>,
    tables: Vec<Table>,
}

#[derive(Deserialize)]
struct Table {
    name: String,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

impl Earlier {
    fn read() -> Earlier {
        serde_json::from_str(EARLIER).expect("an earlier version's rows")
    }

    /// Today's files as far as that version had them.
    fn tables_of_then(&self) -> Vec<Migrations> {
        let then = |room: &Migrations| {
            let had = self.migrations.get(room.room)?;
            let files: Vec<Migration> =
                room.files.iter().filter(|file| had.iter().any(|name| name == file.name)).copied().collect();
            assert_eq!(files.len(), had.len(), "{} has files that are not there any more", room.room);
            Some(Migrations { room: room.room, files: Vec::leak(files) })
        };
        MIGRATIONS.iter().filter_map(then).collect()
    }

    fn column(&self, table: &str, column: &str) -> Vec<String> {
        let table = self.tables.iter().find(|one| one.name == table).expect("a table");
        let at = table.columns.iter().position(|one| one == column).expect("a column");
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut all: Vec<String> = table.rows.iter().map(|row| text(&row[at])).collect();
        all.sort();
        all
    }

    async fn put(&self, db: &Db) {
        let mut tx = db.begin().await.expect("a change");
        for table in &self.tables {
            // What the migrations themselves have put in stands in the rows as well.
            let empty = format!("DELETE FROM {}", table.name);
            if table.name != "db_journal" {
                sqlx::query(AssertSqlSafe(empty)).execute(&mut *tx).await.expect("emptied");
            }
            for row in &table.rows {
                let values: Vec<String> = row.iter().map(literal).collect();
                let add = format!(
                    "INSERT INTO {} ({}) VALUES ({})",
                    table.name,
                    table.columns.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "),
                    values.join(", ")
                );
                let added = sqlx::query(AssertSqlSafe(add)).execute(&mut *tx).await;
                added.unwrap_or_else(|error| panic!("{}: {error}", table.name));
            }
        }
        tx.commit().await.expect("kept");
    }
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        number => number.to_string(),
    }
}

#[test]
fn a_database_of_an_earlier_version_goes_on_where_it_was() {
    let earlier = Earlier::read();
    let then = earlier.tables_of_then();
    let files = |all: &[Migrations]| all.iter().map(|room| room.files.len()).sum::<usize>();
    assert!(files(&then) < files(MIGRATIONS), "nothing has been added since");
    on_both(&then, async |db| {
        earlier.put(&db).await;
        let new = db.migrate(MIGRATIONS, Timestamp::from_secs(1_795_500_000)).await.expect("brought forward");
        assert_eq!(new, files(MIGRATIONS) - files(&then));
        let lines = earlier.column("db_journal", "id").len();
        assert_eq!(db.verify_journal().await.expect("a journal"), Ok(lines as u64));

        let mut numbers = Vec::new();
        for which in [Which::Now, Which::Coming, Which::Prepared, Which::Past] {
            let some = list(&db, which, 0, 50).await.expect("outages");
            numbers.extend(some.into_iter().map(|outage| outage.number));
        }
        numbers.sort();
        assert_eq!(numbers, earlier.column("outages_outage", "number"));

        let mut numbers = Vec::new();
        for kept in work_orders::store::orders::above(&db, WorkOrderId(0), 500).await.expect("orders") {
            let order = kept.order;
            let steps = work_orders::store::steps::of(&db, order.id).await.expect("its history");
            let replayed = work_orders::store::steps::replay(order.id, &order.number, &steps);
            let replayed = replayed.expect("an acceptance");
            assert_eq!(work_orders::rules::Order { version: order.version, ..replayed }, order);
            numbers.push(order.number);
        }
        numbers.sort();
        assert_eq!(numbers, earlier.column("work_orders_order", "number"));

        let calls = sqlx::query("SELECT COUNT(*) AS calls FROM calls_records").fetch_one(db.read()).await;
        let calls: i64 = calls.expect("calls").get("calls");
        assert_eq!(calls as usize, earlier.column("calls_records", "id").len());
        let day = |days: i64| Timestamp::from_secs(1_795_392_000 + days * 86_400);
        calls::store::figures::between(&db, day(-2), day(2)).await.expect("figures");
        calls::store::lines::all(&db).await.expect("lines");
        outages::heard_by(&db, &kernel::calendar::Calendar::china(), "13800000000", day(1))
            .await
            .expect("heard");
    });
}
