//! The room as a browser meets it, on both databases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use db::Db;
use db::testdb::on_both;
use expect_test::expect;
use kernel::{PersonId, QueueId};
use serde_json::json;
use web::testing::TestSite;

use crate::{Config, Keeper, MIGRATIONS, PutAgent, put_agent, room, start};

const REALM: &str = "switchboard";
const PASSWORD: &str = "Kleine-Reise-7";

async fn site(db: Db) -> TestSite {
    let config =
        Config {
            realm: REALM.to_owned(), centre: Some("铜官燃气客户服务热线".to_owned()), demo: false
        };
    let site = TestSite::with_keeper(db, vec![room(config)], Arc::new(Keeper));
    start(&site.app.db, &site.app.permissions).await.expect("roles");
    site
}

fn agent(number: &str) -> PutAgent {
    PutAgent {
        number: number.to_owned(),
        name: "演示一".to_owned(),
        password: Some(PASSWORD.to_owned()),
        queues: BTreeMap::from([(QueueId(5), 1)]),
        ..PutAgent::default()
    }
}

async fn add(site: &TestSite, number: &str, roles: &[&str]) -> PersonId {
    let roles: BTreeSet<String> = roles.iter().map(|role| (*role).to_owned()).collect();
    let put = PutAgent { roles: Some(roles), ..agent(number) };
    put_agent(&site.app, REALM, &put).await.expect("put").0
}

async fn try_sign_in(site: &TestSite, user: &str, password: &str) -> web::testing::Reply {
    site.post("/api/sign_in", json!({ "user": user, "password": password })).send().await
}

async fn sign_in(site: &TestSite, user: &str) -> String {
    try_sign_in(site, user, PASSWORD).await.session().expect("a session")
}

#[test]
fn somebody_signs_in_is_known_and_signs_out() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "1001", &["agent"]).await;
        expect![[r#"
            401
            {
              "code": "web.sign_in_first",
              "params": {}
            }
        "#]]
        .assert_eq(&site.get("/api/me").send().await.show());

        let reply = try_sign_in(&site, "1001", PASSWORD).await;
        let cookie = reply.headers["set-cookie"].to_str().expect("text").to_owned();
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        let session = reply.session().expect("a session");
        let me = site.get("/api/me").cookie(&session).send().await;
        assert_eq!(me.body["number"], "1001");
        assert_eq!(me.body["centre"], "铜官燃气客户服务热线");
        assert_eq!(me.body["at"], "2026-01-05T00:00:00Z");
        assert_eq!(me.body["permissions"], json!([]));

        assert_eq!(site.post("/api/sign_out", json!({})).cookie(&session).send().await.status, 204);
        assert_eq!(site.get("/api/me").cookie(&session).send().await.status, 401);
    });
}

#[test]
fn the_fifth_wrong_password_locks_for_a_quarter_of_an_hour() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "1001", &["agent"]).await;
        for _ in 0..4 {
            assert_eq!(try_sign_in(&site, "1001", "wrong").await.body["code"], "people.wrong_password");
        }
        expect![[r#"
            403
            {
              "code": "people.locked_out",
              "params": {
                "until": "2026-01-05T00:15:00Z"
              }
            }
        "#]]
        .assert_eq(&try_sign_in(&site, "1001", "wrong").await.show());
        assert_eq!(try_sign_in(&site, "1001", PASSWORD).await.body["code"], "people.locked_out");
        site.clock.advance(Duration::from_secs(15 * 60));
        assert_eq!(try_sign_in(&site, "1001", "wrong").await.body["code"], "people.wrong_password", "anew");
        assert_eq!(try_sign_in(&site, "1001", PASSWORD).await.status, 200);
    });
}

#[test]
fn ten_wrong_passwords_in_a_minute_close_the_door_for_ten() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "1001", &["agent"]).await;
        for n in 0..10 {
            assert_eq!(
                try_sign_in(&site, &format!("90{n}"), "x").await.body["code"],
                "people.wrong_password"
            );
        }
        let refused = try_sign_in(&site, "1001", PASSWORD).await;
        assert_eq!(refused.status, 429);
        assert_eq!(refused.headers["retry-after"], "601");
        site.clock.advance(Duration::from_secs(601));
        assert_eq!(try_sign_in(&site, "1001", PASSWORD).await.status, 200);
    });
}

#[test]
fn a_session_ends_when_idle_and_lives_by_acts() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "1001", &["agent"]).await;
        add(&site, "2001", &["manager"]).await;
        let (seat, office) = (sign_in(&site, "1001").await, sign_in(&site, "2001").await);
        let alive = async |session: &str| site.get("/api/me").cookie(session).send().await.status == 200;
        site.clock.advance(Duration::from_secs(14 * 60));
        assert!(alive(&office).await, "14 minutes");
        site.clock.advance(Duration::from_secs(14 * 60));
        assert!(alive(&office).await, "the act before counts");
        site.clock.advance(Duration::from_secs(15 * 60));
        assert!(!alive(&office).await, "15 minutes without one");
        assert!(alive(&seat).await, "an agent's seat has an hour");
        for _ in 0..40 {
            site.clock.advance(Duration::from_secs(20 * 60));
            alive(&seat).await;
        }
        assert!(!alive(&seat).await, "but nobody stays longer than a shift");
    });
}
