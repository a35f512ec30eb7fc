//! A second factor is set up, asked for, demanded by a role, and taken away by an administrator.

use db::testdb::on_both;
use kernel::time::Clock;
use serde_json::json;
use sqlx::Row;
use std::time::Duration;
use totp_rs::{Builder, Secret};
use web::testing::{Reply, TestSite};

use super::{PASSWORD, add, sealer, sign_in, site, try_sign_in};
use crate::{MIGRATIONS, Sealer, forget_second_factors, seal_all, sealed};

/// The code that an app shows now.
fn code(site: &TestSite, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).expect("base 32");
    let seconds = u64::try_from(site.clock.now().as_micros() / 1_000_000).expect("after 1970");
    Builder::new().with_secret(secret).build().expect("a secret").generate(seconds).to_string()
}

async fn with_code(site: &TestSite, user: &str, code: &str) -> Reply {
    site.post("/api/sign_in", json!({ "user": user, "password": PASSWORD, "code": code })).send().await
}

/// Turns it on for whoever holds the session.
async fn turn_on(site: &TestSite, session: &str) -> String {
    let offer =
        site.post("/api/me/second_factor", json!({ "password": PASSWORD })).cookie(session).send().await;
    let secret = offer.body["secret"].as_str().expect("a secret").to_owned();
    assert!(offer.body["address"].as_str().expect("an address").contains(&secret));
    let form = json!({ "code": code(site, &secret) });
    assert_eq!(site.put("/api/me/second_factor", form).cookie(session).send().await.status, 204);
    secret
}

#[test]
fn with_it_a_password_alone_does_not_lead_in() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "1001", &["agent"]).await;
        let session = sign_in(&site, "1001").await;
        let form = json!({ "password": "Wrong-Guess-1" });
        let refused = site.post("/api/me/second_factor", form).cookie(&session).send().await;
        assert_eq!(refused.body["code"], "people.present_password_wrong");
        let secret = turn_on(&site, &session).await;

        assert_eq!(try_sign_in(&site, "1001", PASSWORD).await.body["code"], "people.code_missing");
        assert_eq!(with_code(&site, "1001", "000000").await.body["code"], "people.wrong_code");
        let used = code(&site, &secret);
        assert_eq!(with_code(&site, "1001", &used).await.body["code"], "people.wrong_code", "counts once");
        site.clock.advance(Duration::from_secs(30));
        let fresh = code(&site, &secret);
        assert_eq!(with_code(&site, "1001", &fresh).await.status, 200);
        assert_eq!(with_code(&site, "1001", &fresh).await.body["code"], "people.wrong_code", "counts once");
    });
}

#[test]
fn wrong_codes_lock_like_wrong_passwords() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "1001", &["agent"]).await;
        turn_on(&site, &sign_in(&site, "1001").await).await;
        for _ in 0..4 {
            assert_eq!(with_code(&site, "1001", "000000").await.body["code"], "people.wrong_code");
        }
        assert_eq!(with_code(&site, "1001", "000000").await.body["code"], "people.locked_out");
    });
}

#[test]
fn a_role_that_demands_it_allows_nothing_before() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "1001", &["agent"]).await;
        add(&site, "3002", &["security_admin"]).await;
        let admin = sign_in(&site, "3002").await;
        let roles = site.get("/api/people/roles").cookie(&admin).send().await.body;
        let mut role = roles.as_array().expect("roles").iter().find(|role| role["name"] == "security_admin");
        let role = role.take().expect("the role");
        let form = json!({ "title": role["title"], "permissions": role["permissions"], "second_factor": true,
            "version": role["version"] });
        let path = "/api/people/roles/security_admin";
        assert_eq!(site.put(path, form).cookie(&admin).send().await.body["second_factor"], true);

        assert_eq!(site.get("/api/people/roles").cookie(&admin).send().await.status, 403);
        let me = site.get("/api/me").cookie(&admin).send().await.body;
        assert_eq!((&me["must_add_second_factor"], &me["permissions"]), (&json!(true), &json!([])));
        turn_on(&site, &admin).await;
        assert_eq!(site.get("/api/people/roles").cookie(&admin).send().await.status, 200);
        let off = json!({ "password": PASSWORD });
        let refused = site.post("/api/me/second_factor/off", off.clone()).cookie(&admin).send().await;
        assert_eq!(refused.body["code"], "people.second_factor_required");

        // An agent's role does not demand it: what was turned on can be turned off.
        let agent = sign_in(&site, "1001").await;
        turn_on(&site, &agent).await;
        assert_eq!(site.post("/api/me/second_factor/off", off).cookie(&agent).send().await.status, 204);
        assert_eq!(try_sign_in(&site, "1001", PASSWORD).await.status, 200);
    });
}

#[test]
fn who_lost_the_telephone_asks_an_administrator() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        let agent = add(&site, "1001", &["agent"]).await;
        let admin_id = add(&site, "3002", &["security_admin"]).await;
        let session = sign_in(&site, "1001").await;
        turn_on(&site, &session).await;
        let admin = sign_in(&site, "3002").await;
        let take = |id| format!("/api/people/persons/{id}/second_factor");
        let own = site.delete(&take(admin_id)).cookie(&admin).send().await;
        assert_eq!(own.body["code"], "people.not_to_oneself");
        assert_eq!(site.delete(&take(agent)).cookie(&admin).send().await.status, 204);
        assert_eq!(site.get("/api/me").cookie(&session).send().await.status, 401, "its sessions end");
        assert_eq!(try_sign_in(&site, "1001", PASSWORD).await.status, 200);
    });
}

/// What the database holds of the second factor of whoever has this number.
async fn kept(site: &TestSite, number: &str) -> String {
    let row = sqlx::query(
        "SELECT COALESCE(totp_secret, totp_pending, '') AS text FROM people_person WHERE number = $1",
    );
    row.bind(number).fetch_one(site.app.db.read()).await.expect("a row").get("text")
}

#[test]
fn a_copy_of_the_database_alone_does_not_tell_the_secret() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "1001", &["agent"]).await;
        assert_eq!(sealed(&site.app.db).await.expect("counted"), 0);
        let secret = turn_on(&site, &sign_in(&site, "1001").await).await;
        let text = kept(&site, "1001").await;
        assert!(text.starts_with("sealed1:") && !text.contains(&secret), "{text}");
        assert_eq!(sealed(&site.app.db).await.expect("counted"), 1);
    });
}

#[test]
fn what_an_earlier_version_kept_as_it_is_is_sealed_at_the_start() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        let chance = site.app.chance.clone();
        add(&site, "1001", &["agent"]).await;
        let secret = turn_on(&site, &sign_in(&site, "1001").await).await;
        let mut tx = site.app.db.begin().await.expect("begun");
        let plain =
            sqlx::query("UPDATE people_person SET totp_secret = $1 WHERE number = '1001'").bind(&secret);
        plain.execute(&mut *tx).await.expect("as it was");
        tx.commit().await.expect("kept");

        let seal = async |sealer: &Sealer| seal_all(&site.app.db, sealer, chance.as_ref()).await;
        assert_eq!(seal(&sealer()).await.expect("sealed"), 1);
        assert_eq!(seal(&sealer()).await.expect("sealed already"), 0);
        assert!(kept(&site, "1001").await.starts_with("sealed1:"));
        site.clock.advance(Duration::from_secs(30));
        assert_eq!(with_code(&site, "1001", &code(&site, &secret)).await.status, 200, "the same app goes on");

        let other = Sealer::new(&[8; 32]).expect("a key");
        let refused = seal(&other).await.expect_err("another key").to_string();
        assert!(refused.contains("another key"), "{refused}");
        assert_eq!(forget_second_factors(&site.app).await.expect("forgotten"), 1);
        assert_eq!(try_sign_in(&site, "1001", PASSWORD).await.status, 200);
        assert_eq!(seal(&other).await.expect("nothing is sealed with the lost key"), 0);
    });
}
