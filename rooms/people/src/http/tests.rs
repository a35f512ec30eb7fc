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

use crate::{Config, Keeper, MIGRATIONS, PutAgent, Sealer, put_agent, room, start};

mod second_factor;

const REALM: &str = "switchboard";
const PASSWORD: &str = "Kleine-Reise-7";

fn sealer() -> Sealer {
    Sealer::new(&[7; 32]).expect("a key")
}

fn config() -> Config {
    Config {
        realm: REALM.to_owned(), centre: "铜官燃气客户服务热线".into(), sealer: sealer(), demo: false
    }
}

async fn site(db: Db) -> TestSite {
    let site = TestSite::with_keeper(db, vec![room(config())], Arc::new(Keeper::default()));
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
fn tries_that_come_together_are_all_counted() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "1001", &["agent"]).await;
        let form = || json!({ "user": "1001", "password": "wrong" });
        let tries = (0..8).map(|_| site.post("/api/sign_in", form()).send());
        let replies = futures::future::join_all(tries).await;
        let wrong = replies.iter().filter(|reply| reply.body["code"] == "people.wrong_password").count();
        assert_eq!(wrong, 4, "the fifth locks, whoever comes later is told so");
        assert_eq!(try_sign_in(&site, "1001", PASSWORD).await.body["code"], "people.locked_out");
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

#[test]
fn somebody_is_added_and_must_change_the_password_first() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "admin", &["security_admin"]).await;
        let admin = sign_in(&site, "admin").await;
        let form = json!({ "number": "1007", "name": "李雷", "roles": ["supervisor"], "phone": true });
        let added = site.post("/api/people/persons", form.clone()).cookie(&admin).send().await;
        assert_eq!(added.status, 200, "{}", added.show());
        assert_eq!(
            added.body["person"]["allowed"],
            json!(["edit", "assign", "lock", "leave", "reset_password"])
        );
        let taken = site.post("/api/people/persons", form).cookie(&admin).send().await;
        assert_eq!(taken.body["code"], "people.number_taken");

        let temporary = added.body["temporary_password"].as_str().expect("text");
        let reply = try_sign_in(&site, "1007", temporary).await;
        assert_eq!(reply.body["must_change_password"], true);
        let session = reply.session().expect("a session");
        let other = try_sign_in(&site, "1007", temporary).await.session().expect("a session");
        let refused = site.get("/api/people/persons").cookie(&session).send().await;
        assert_eq!(refused.status, 403, "nothing before the password is changed");
        let change = async |present: &str, new: &str| {
            let form = json!({ "present": present, "new": new });
            site.put("/api/me/password", form).cookie(&session).send().await
        };
        assert_eq!(change(temporary, "short").await.body["code"], "people.password_too_short");
        assert_eq!(change(temporary, "Reise-1007-x").await.body["code"], "people.password_tells_who");
        assert_eq!(change("wrong", PASSWORD).await.body["code"], "people.present_password_wrong");
        assert_eq!(change(temporary, PASSWORD).await.status, 204);
        assert_eq!(site.get("/api/people/persons").cookie(&session).send().await.status, 200);
        assert_eq!(site.get("/api/me").cookie(&other).send().await.status, 401, "other sessions end");

        let phones = crate::phones(&site.app.db).await.expect("phones");
        let digest =
            phones.iter().find(|phone| phone.number == "1007").and_then(|phone| phone.digest.clone());
        assert_eq!(digest.expect("kept").md5, crate::secrets::digest_a1("1007", REALM, PASSWORD).0);
        site.clock.advance(Duration::from_secs(90 * 86_400));
        assert_eq!(try_sign_in(&site, "1007", PASSWORD).await.body["must_change_password"], true, "90 days");
    });
}

#[test]
fn a_change_in_between_is_noticed_and_who_is_locked_is_out_at_once() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "admin", &["security_admin"]).await;
        let id = add(&site, "1001", &["agent"]).await;
        let (admin, agent) = (sign_in(&site, "admin").await, sign_in(&site, "1001").await);
        let path = format!("/api/people/persons/{id}");
        let person = site.get(&path).cookie(&admin).send().await.body;
        expect![[r#"
            {"allowed":["edit","assign","lock","leave","reset_password"],"contact":null,"group":null,"locked_until":null,"must_change_password":false,"name":"演示一","number":"1001","phone":true,"queues":[{"queue":"qu_5","rank":1}],"roles":["agent"],"skills":{},"state":"active","version":1,"wrap_up_s":null}"#]]
        .assert_eq(&without(&person, "id").to_string());
        let form = json!({ "version": 1, "name": "演示二", "roles": ["agent"], "phone": true });
        assert_eq!(site.put(&path, form.clone()).cookie(&admin).send().await.body["version"], 2);
        let late = site.put(&path, form).cookie(&admin).send().await;
        assert_eq!((late.status.as_u16(), &late.body["code"]), (409, &json!("web.changed_meanwhile")));
        let lock = json!({ "version": 2, "act": "lock", "reason": "手机丢失" });
        let locked = site.post(&format!("{path}/acts"), lock).cookie(&admin).send().await;
        assert_eq!(locked.body["state"], "locked", "{}", locked.show());
        assert_eq!(site.get("/api/me").cookie(&agent).send().await.status, 401);
        assert_eq!(try_sign_in(&site, "1001", PASSWORD).await.body["code"], "people.locked");
        assert!(
            crate::phones(&site.app.db).await.expect("phones").iter().all(|phone| phone.number != "1001")
        );
        assert!(site.app.db.verify_journal().await.expect("verify").is_ok());
    });
}

fn without(value: &serde_json::Value, field: &str) -> serde_json::Value {
    let mut value = value.clone();
    if let Some(map) = value.as_object_mut() {
        map.remove(field);
    }
    value
}

#[test]
fn people_are_found_by_number_name_group_and_role_a_page_at_a_time() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "admin", &["security_admin"]).await;
        let admin = sign_in(&site, "admin").await;
        let group = site.post("/api/people/groups", json!({ "name": "一组" })).cookie(&admin).send().await;
        let group = group.body["id"].as_str().expect("id").to_owned();
        for (number, name, in_group) in
            [("1001", "李雷", true), ("1002", "韩梅梅", true), ("2001", "Lucy_King", false)]
        {
            let group = in_group.then_some(&group);
            let form = json!({ "number": number, "name": name, "roles": ["agent"], "group": group });
            assert_eq!(site.post("/api/people/persons", form).cookie(&admin).send().await.status, 200);
        }
        let find = async |query: &str| {
            let reply = site.get(&format!("/api/people/persons?{query}")).cookie(&admin).send().await;
            let items = reply.body["items"].as_array().expect("items");
            let numbers: Vec<_> = items.iter().filter_map(|p| p["number"].as_str()).collect();
            format!("{} {}", numbers.join(" "), reply.body["next"].as_str().unwrap_or("."))
        };
        assert_eq!(find("").await, "1001 1002 2001 admin .");
        assert_eq!(find("limit=3").await, "1001 1002 2001 2001");
        assert_eq!(find("limit=3&after=2001").await, "admin .");
        assert_eq!(find("text=10").await, "1001 1002 .");
        assert_eq!(find("text=%E6%A2%85").await, "1002 .", "梅");
        assert_eq!(find("text=lucy").await, "2001 .");
        assert_eq!(find("text=%25").await, " .", "a sign is a sign");
        assert_eq!(find("text=y_k").await, "2001 .");
        assert_eq!(find(&format!("group={group}")).await, "1001 1002 .");
        assert_eq!(find("role=security_admin").await, "admin .");
        assert_eq!(find("state=left").await, " .");
        let bad = site.get("/api/people/persons?state=gone").cookie(&admin).send().await;
        assert_eq!((bad.status.as_u16(), &bad.body["code"]), (400, &json!("web.bad_query")));
        let used = site.delete(&format!("/api/people/groups/{group}")).cookie(&admin).send().await;
        assert_eq!(used.body, json!({ "code": "people.in_use", "params": { "people": 2 } }));
    });
}

#[test]
fn roles_are_data_and_the_built_in_ones_stay() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        add(&site, "admin", &["security_admin"]).await;
        let admin = sign_in(&site, "admin").await;
        let put = async |name: &str, permissions: &[&str], version: i64| {
            let form = json!({ "title": "抽检员", "permissions": permissions, "version": version });
            site.put(&format!("/api/people/roles/{name}"), form).cookie(&admin).send().await
        };
        assert_eq!(put("spot_checker", &["people.read"], 0).await.body["version"], 1);
        assert_eq!(put("spot_checker", &["people.read"], 0).await.body["code"], "people.name_taken");
        assert_eq!(put("spot_checker", &[], 1).await.body["permissions"], json!([]));
        assert_eq!(put("spot_checker", &["x.y"], 2).await.body["code"], "people.no_such_permission");
        assert_eq!(put("security_admin", &[], 1).await.body["code"], "people.last_manager");
        let delete =
            async |name: &str| site.delete(&format!("/api/people/roles/{name}")).cookie(&admin).send().await;
        assert_eq!(delete("agent").await.body["code"], "people.built_in_role");
        assert_eq!(delete("spot_checker").await.status, 204);
        assert_eq!(put("agent", &["people.read"], 1).await.status, 200);
        start(&site.app.db, &site.app.permissions).await.expect("a later start");
        let roles = site.get("/api/people/roles").cookie(&admin).send().await.body;
        let agent = roles.as_array().and_then(|roles| roles.iter().find(|role| role["name"] == "agent"));
        assert_eq!(
            agent.expect("agent")["permissions"],
            json!(["people.read"]),
            "what was changed stays changed"
        );
    });
}

#[test]
fn the_first_person_is_made_with_the_printed_link_once() {
    on_both(&[MIGRATIONS], async |db| {
        let site = site(db).await;
        let token =
            crate::setup(&site.app.db, site.app.chance.as_ref()).await.expect("setup").expect("nobody yet");
        assert_eq!(site.get("/api/setup").send().await.body["needed"], true);
        let form =
            |token: &str| json!({ "token": token, "number": "admin", "name": "安全", "password": PASSWORD });
        assert_eq!(
            site.post("/api/setup", form("guessed")).send().await.body["code"],
            "people.bad_setup_link"
        );
        assert_eq!(site.post("/api/setup", form(&token)).send().await.status, 204);
        assert_eq!(site.post("/api/setup", form(&token)).send().await.body["code"], "people.already_set_up");
        assert_eq!(site.get("/api/setup").send().await.body["needed"], false);
        let session = sign_in(&site, "admin").await;
        assert_eq!(site.get("/api/people/persons").cookie(&session).send().await.status, 200);
        assert_eq!(crate::setup(&site.app.db, site.app.chance.as_ref()).await.expect("setup"), None);
    });
}

#[test]
fn every_door_has_a_keeper() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![room(config())]);
        assert_eq!(site.open_doors().await, Vec::<String>::new());
    });
}
