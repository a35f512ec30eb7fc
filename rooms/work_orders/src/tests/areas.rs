//! Promises are told apart by where their order is: also after a correction, and those given before promises knew.

use super::*;

/// How many clocks are owed in each area.
async fn areas(db: &Db) -> Vec<(String, i64)> {
    let query =
        sqlx::query("SELECT area, COUNT(*) AS n FROM promises_clock GROUP BY area ORDER BY area LIMIT 10");
    let rows = query.fetch_all(db.read()).await.expect("counted");
    let one = |row: &db::Row| {
        let area: String = sqlx::Row::try_get(row, "area").expect("an area");
        (area, sqlx::Row::try_get(row, "n").expect("a number"))
    };
    rows.iter().map(one).collect()
}

#[test]
fn what_was_promised_is_where_its_order_is() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        let order = ok(file(&site, json!({ "matter": leak() })).await);
        let [(area, clocks)] = areas(&db).await.try_into().expect("one area");
        assert_eq!((area.as_str(), clocks > 2), ("青岚区", true));

        // It was written down wrongly: what was promised counts where the house is.
        let mut matter = leak();
        matter["area"] = json!("临溪区");
        let correct = json!({ "act": "correct", "matter": matter, "why": "地址登记错误" });
        ok(act(&site, SUPERVISOR, &order, correct).await);
        let now = areas(&db).await;
        assert!(now.len() == 1 && now[0].0 == "临溪区" && now[0].1 >= clocks, "{now:?}");
    });
}

#[test]
fn what_was_promised_before_is_placed_by_its_order() {
    on_both(ALL, async |db| {
        let site = site(&db).await;
        ok(file(&site, json!({ "matter": leak() })).await);
        let now = areas(&db).await;
        let mut tx = db.begin().await.expect("a change");
        for text in [
            "UPDATE promises_clock SET area = ''",
            include_str!("../../migrations/20261125_1_areas_of_promises.sql"),
        ] {
            sqlx::raw_sql(text).execute(&mut *tx).await.expect("as it stood, and as it is placed");
        }
        tx.commit().await.expect("kept");
        assert_eq!(areas(&db).await, now);
    });
}
