//! The room as a browser asks it, on both databases.

use db::testdb::on_both;
use serde_json::json;
use web::testing::TestSite;

use crate::{MIGRATIONS, room};

#[test]
fn an_item_is_opened_and_closed_once() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![room()]);
        assert_eq!(site.open_doors().await, Vec::<String>::new());
        let all = &["clusters.read", "clusters.change"];
        let added = site.post("/api/clusters", json!({ "title": "漏气" })).by(1, all).send().await;
        assert_eq!(added.body["number"], "20260105-0001");
        assert_eq!(added.body["allowed"], json!(["close"]));

        let close = json!({ "act": "close", "version": 1 });
        let path = "/api/clusters/20260105-0001/act";
        let closed = site.post(path, close.clone()).by(1, all).send().await;
        assert_eq!((&closed.body["state"], &closed.body["version"]), (&json!("closed"), &json!(2)));
        let again = site.post(path, close).by(1, all).send().await;
        assert_eq!((again.status.as_u16(), &again.body["code"]), (409, &json!("clusters.already_closed")));

        let list = site.get("/api/clusters").by(2, &["clusters.read"]).send().await;
        assert_eq!(list.body.as_array().map(Vec::len), Some(1));
        let nothing = site.post("/api/clusters", json!({ "title": " " })).by(1, all).send().await;
        expect_test::expect![[r#"
            422
            {
              "code": "clusters.bad_title",
              "params": {
                "most": 100
              }
            }
        "#]]
        .assert_eq(&nothing.show());
        assert_eq!(site.app.db.verify_journal().await.expect("the journal"), Ok(2));
    });
}
