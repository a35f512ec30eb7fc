//! Bulletins as centre and branches use them, on both databases.

use std::time::Duration;

use db::testdb::on_both;
use kernel::{BuiltIn, PersonId};
use people::{Person, State};
use serde_json::{Value, json};
use web::testing::TestSite;

use super::{deaf, start};
use crate::MIGRATIONS;

const WRITER: &[&str] = &["notices.read_bulletins", "notices.bulletins"];
const READER: &[&str] = &["notices.read_bulletins"];

fn bulletin(text: &str, hours: u64) -> Value {
    json!({ "topic": "fault", "region": "义安区", "text": text, "valid_from": start(),
        "valid_until": start() + Duration::from_secs(hours * 3_600), "must_read": [PersonId(2), PersonId(3)] })
}

#[test]
fn a_bulletin_is_read_and_who_has_not_read_it_is_known() {
    on_both(&[people::MIGRATIONS, MIGRATIONS], async |db| {
        people::start(&db, &[]).await.expect("the roles");
        let mut tx = db.begin().await.expect("a change");
        for (id, state) in [(2, State::Active), (3, State::Active), (4, State::Left)] {
            let person = Person::new(PersonId(id), &format!("100{id}"), &format!("某人{id}"), BuiltIn::Agent);
            let person = Person { state, ..person.expect("a person") };
            assert!(people::store::insert(&mut tx, &person).await.expect("added"));
        }
        tx.commit().await.expect("kept");
        let site = TestSite::new(db, vec![deaf()]);
        let path = "/api/notices/bulletins";
        let refused = site.post(path, bulletin(" \n ", 4)).by(1, WRITER).send().await;
        assert_eq!(refused.body["code"], "notices.bad_text");
        let refused = site.post(path, bulletin("x", 0)).by(1, WRITER).send().await;
        assert_eq!(refused.body["code"], "notices.bad_period");
        let mut to_nobody = bulletin("x", 4);
        to_nobody["must_read"] = json!([PersonId(2), PersonId(4), PersonId(5)]);
        let refused = site.post(path, to_nobody).by(1, WRITER).send().await;
        assert_eq!(
            (&refused.body["code"], &refused.body["params"]["people"]),
            (&json!("notices.no_such_people"), &json!(["某人4", PersonId(5)]))
        );
        let written =
            site.post(path, bulletin("城北变故障。\n预计 12:00 恢复。", 4)).by(1, WRITER).send().await;
        let id = written.body["id"].as_str().expect("an id").to_owned();
        assert_eq!(written.body["text"], "城北变故障。\n预计 12:00 恢复。");

        let unread = async |person| {
            let answer = site.get("/api/notices/bulletins/unread").by(person, READER).send().await;
            answer.body["unread"].as_i64()
        };
        assert_eq!((unread(1).await, unread(2).await, unread(3).await), (Some(0), Some(1), Some(1)));
        site.clock.advance(Duration::from_secs(60));
        let read = site.post(&format!("{path}/{id}/read"), json!({})).by(2, READER).send().await;
        assert_eq!(
            (&read.body["must"], &read.body["reads"], &read.body["musts"]),
            (&json!(true), &json!(1), &json!(2))
        );
        let first = read.body["read_at"].clone();
        site.clock.advance(Duration::from_secs(14 * 60 + 1));
        let again = site.post(&format!("{path}/{id}/read"), json!({})).by(2, READER).send().await;
        assert_eq!(again.body["read_at"], first, "the first reading counts");
        assert_eq!((unread(2).await, unread(3).await), (Some(0), Some(1)));

        // Told once, and the writer's bar says so.
        for _ in 0..2 {
            crate::jobs::unread(site.app.clone()).await.expect("looked");
        }
        let told: Vec<(String,)> =
            sqlx::query_as("SELECT payload FROM db_outbox WHERE kind = 'notices.bulletin_unread'")
                .fetch_all(site.app.db.read())
                .await
                .expect("events");
        let told: Vec<crate::BulletinUnread> =
            told.iter().map(|(one,)| serde_json::from_str(one).expect("an event")).collect();
        assert_eq!(told.iter().map(|one| one.unread.as_slice()).collect::<Vec<_>>(), [[PersonId(3)]]);
        let bar = site.get("/api/notices/bulletins/unread").by(1, WRITER).send().await;
        assert_eq!(bar.body, json!({ "unread": 0, "late": 1 }));

        let list = site.get(path).by(3, READER).send().await;
        let mine = &list.body["items"][0];
        assert_eq!((&mine["overdue"], &mine["late"]), (&json!(true), &json!(true)));
        let readers = site.get(&format!("{path}/{id}/readers")).by(1, WRITER).send().await;
        let late = readers.body.as_array().expect("a list").iter().filter(|one| one["overdue"] == true);
        assert_eq!(late.map(|one| one["person"].clone()).collect::<Vec<_>>(), [json!(PersonId(3))]);

        let why = json!({ "why": "已恢复", "version": 1 });
        let withdrawn = site.post(&format!("{path}/{id}/withdraw"), why.clone()).by(1, WRITER).send().await;
        assert_eq!(
            (&withdrawn.body["holds"], &withdrawn.body["withdrawn_why"]),
            (&json!(false), &json!("已恢复"))
        );
        let twice = site.post(&format!("{path}/{id}/withdraw"), why).by(1, WRITER).send().await;
        assert_eq!(twice.body["code"], "notices.bulletin_over");
        assert_eq!(unread(3).await, Some(0), "what is withdrawn need not be read");
        let count = async |query: &str| {
            let list = site.get(&format!("{path}{query}")).by(1, READER).send().await;
            list.body["items"].as_array().map(Vec::len)
        };
        assert_eq!((count("").await, count("?past=true").await), (Some(0), Some(1)));
    });
}
