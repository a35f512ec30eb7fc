//! Questions to the journal, on both databases.

use db::testdb::on_both;
use db::{Db, Entry, Look};
use expect_test::expect;
use kernel::{PersonId, Timestamp};
use serde_json::json;
use web::testing::TestSite;

use crate::{MIGRATIONS, room};

async fn fill(db: &Db) {
    let at = |minute: i64| Timestamp::from_secs(1_767_571_200 + minute * 60);
    for (minute, who, room, subject, kind) in [
        (0, Some(1), "people", "pe_1", "signed_in"),
        (1, Some(2), "people", "pe_2", "signed_in"),
        (2, None, "calls", "ca_1", "ended"),
        (3, Some(1), "recordings", "re_1", "played"),
        (4, Some(1), "people", "pe_1", "signed_out"),
    ] {
        let mut tx = db.begin().await.expect("begin");
        let subject = subject.to_owned();
        let who = who.map(PersonId);
        tx.journal(Entry { at: at(minute), who, room, subject, kind, payload: json!({ "minute": minute }) });
        tx.commit().await.expect("commit");
    }
    let mut tx = db.begin().await.expect("begin");
    let who = PersonId(2);
    let reason = Some("投诉核实".to_owned());
    tx.journal(
        Look { at: at(5), who, room: "customers", subject: "cu_1".to_owned(), what: "phone", reason }.into(),
    );
    tx.commit().await.expect("commit");
}

#[test]
fn the_journal_answers_who_what_when_and_where() {
    on_both(&[MIGRATIONS], async |db| {
        fill(&db).await;
        let site = TestSite::new(db, vec![room()]);
        let ask = async |query: &str| {
            let reply = site.get(&format!("/api/audit/entries?{query}")).by(9, &["audit.read"]).send().await;
            let items = reply.body["items"].as_array().unwrap_or_else(|| panic!("{}", reply.show())).clone();
            let lines: Vec<String> = items
                .iter()
                .map(|line| format!("{}{}", line["number"], line["kind"].as_str().unwrap_or("?")))
                .collect();
            format!("{} {}", lines.join(" "), reply.body["next"].as_str().unwrap_or("."))
        };
        assert_eq!(ask("").await, "6looked 5signed_out 4played 3ended 2signed_in 1signed_in .");
        assert_eq!(ask("limit=2").await, "6looked 5signed_out jo_5");
        assert_eq!(ask("limit=2&after=jo_5").await, "4played 3ended jo_3");
        assert_eq!(ask("who=pe_1").await, "5signed_out 4played 1signed_in .");
        assert_eq!(ask("subject=pe_1").await, "5signed_out 1signed_in .");
        assert_eq!(ask("room=people&kind=signed_in").await, "2signed_in 1signed_in .");
        assert_eq!(ask("kind=played").await, "4played .");
        assert_eq!(ask("who=pe_1&room=people&kind=signed_in").await, "1signed_in .");
        assert_eq!(
            ask("from=2026-01-05T00:01:00Z&to=2026-01-05T08:03:00%2B08:00").await,
            "3ended 2signed_in ."
        );
        assert_eq!(ask("from=2027-01-01T00:00:00Z").await, " .");
        let looked = site.get("/api/audit/entries?limit=1").by(9, &["audit.read"]).send().await;
        assert_eq!(looked.body["items"][0]["payload"], json!({ "what": "phone", "reason": "投诉核实" }));
        let kinds = site.get("/api/audit/kinds").by(9, &["audit.read"]).send().await;
        expect![[
            r#"[{"kind":"ended","room":"calls"},{"kind":"looked","room":"customers"},{"kind":"signed_in","room":"people"},{"kind":"signed_out","room":"people"},{"kind":"played","room":"recordings"}]"#
        ]]
        .assert_eq(&kinds.body.to_string());
    });
}

#[test]
fn checking_the_seals_is_itself_written_down() {
    on_both(&[MIGRATIONS], async |db| {
        fill(&db).await;
        let site = TestSite::new(db, vec![room()]);
        let verdict = site.post("/api/audit/verify", json!({})).by(9, &["audit.read"]).send().await;
        expect![[r#"
            200
            {
              "at": "2026-01-05T00:00:00Z",
              "broken_at": null,
              "is_whole": true,
              "lines": 6,
              "why": null
            }
        "#]]
        .assert_eq(&verdict.show());
        assert_eq!(site.app.db.verify_journal().await.expect("verify"), Ok(7));
    });
}

#[test]
fn every_door_has_a_keeper() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![room()]);
        assert_eq!(site.open_doors().await, Vec::<String>::new());
    });
}
