//! The room as a browser asks it, on both databases.

use std::collections::BTreeMap;
use std::path::PathBuf;

use db::testdb::on_both;
use expect_test::expect;
use kernel::calendar::Calendar;
use kernel::{PersonId, UnitId};
use serde_json::{Value, json};
use web::Room;
use web::testing::{Reply, TestSite};

use crate::{MIGRATIONS, Post, room};

mod hears;
mod roster;

const ALL: &[&str] = &["departments.read", "departments.configure", "departments.roster"];

/// The room; its folder is made when a file comes in.
fn plain_room() -> Room {
    room(Calendar::china(), PathBuf::from("no folder"))
}

async fn add(site: &TestSite, unit: Value) -> Reply {
    site.post("/api/departments/units", unit).by(1, ALL).send().await
}

/// Adds a unit, and tells its id.
async fn added(site: &TestSite, code: &str, kind: &str, parent: &Value) -> Value {
    let unit = json!({ "code": code, "name": code, "kind": kind, "parent": parent });
    add(site, unit).await.body["id"].clone()
}

fn id(value: &Value) -> UnitId {
    value.as_str().expect("an id").parse().expect("of a unit")
}

async fn join(site: &TestSite, unit: &Value, person: i64, post: &str) -> Reply {
    let path =
        format!("/api/departments/units/{}/members/{}", unit.as_str().expect("an id"), PersonId(person));
    site.put(&path, json!({ "post": post, "phone": "139 0562 0001" })).by(1, ALL).send().await
}

#[test]
fn no_door_is_open() {
    on_both(&[MIGRATIONS], async |db| {
        assert_eq!(TestSite::new(db, vec![plain_room()]).open_doors().await, Vec::<String>::new());
    });
}

#[test]
fn a_unit_is_added_changed_moved_and_retired() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![plain_room()]);
        let top = added(&site, "TG", "branch", &Value::Null).await;
        let other = added(&site, "GC", "department", &top).await;
        let unit = json!({ "code": "qx", "name": " 抢险维修部 ", "kind": "department", "parent": top,
            "duties": ["leak", "fault", "leak"], "areas": [], "phone": "0562-2600119" });
        let added = add(&site, unit.clone()).await;
        assert_eq!(added.status, 200, "{}", added.show());
        assert_eq!(
            (&added.body["code"], &added.body["name"], &added.body["duties"], &added.body["allowed"]),
            (&json!("QX"), &json!("抢险维修部"), &json!(["leak", "fault"]), &json!(["retire"]))
        );
        assert_eq!(add(&site, unit.clone()).await.body["code"], "departments.code_taken");

        let path = format!("/api/departments/units/{}", added.body["id"].as_str().expect("an id"));
        let mut moved = unit;
        moved["parent"] = other.clone();
        moved["version"] = json!(1);
        let change = site.put(&path, moved.clone()).by(1, ALL).send().await;
        assert_eq!((&change.body["parent"], &change.body["version"]), (&other, &json!(2)));
        let late = site.put(&path, moved).by(1, ALL).send().await;
        assert_eq!(late.body["code"], "web.changed_meanwhile");

        let act = |path: String, act: &str, version: i64| {
            site.post(&format!("{path}/act"), json!({ "act": act, "version": version })).by(1, ALL).send()
        };
        let above = format!("/api/departments/units/{}", other.as_str().expect("an id"));
        expect![[r#"
            409
            {
              "code": "departments.has_units",
              "params": {
                "units": 1
              }
            }
        "#]]
        .assert_eq(&act(above, "retire", 1).await.show());
        let retired = act(path.clone(), "retire", 2).await;
        assert_eq!(
            (&retired.body["retired_at"], &retired.body["allowed"]),
            (&json!("2026-01-05T00:00:00Z"), &json!(["restore"]))
        );
        assert_eq!(act(path.clone(), "restore", 3).await.body["version"], 4);

        let list = site.get("/api/departments/units").by(2, &["departments.read"]).send().await;
        let codes: Vec<&str> =
            list.body.as_array().expect("a list").iter().filter_map(|unit| unit["code"].as_str()).collect();
        assert_eq!(codes, ["GC", "QX", "TG"]);
        let names = site.get("/api/departments/names").by(3, &[]).send().await;
        assert_eq!(names.body[1]["name"], "抢险维修部");
        assert_eq!(site.app.db.verify_journal().await.expect("the journal"), Ok(6));
    });
}

#[test]
fn members_see_their_units_and_leaders_what_stands_below() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![plain_room()]);
        let top = added(&site, "TG", "branch", &Value::Null).await;
        let repairs = added(&site, "QX", "department", &top).await;
        let crew = added(&site, "QX1", "team", &repairs).await;
        let office = added(&site, "YY", "department", &top).await;
        for (unit, person, post) in [
            (&top, 7, "leader"),
            (&repairs, 8, "deputy"),
            (&crew, 9, "leader"),
            (&crew, 10, "handler"),
            (&office, 10, "handler"),
        ] {
            assert_eq!(join(&site, unit, person, post).await.status, 200);
        }
        let db = &site.app.db;
        let scope = async |person: i64| crate::scope_of(db, PersonId(person)).await.expect("what is seen");
        let all = [&top, &repairs, &crew, &office].map(id);
        assert_eq!(scope(7).await, all, "the company's leader sees everything");
        assert_eq!(scope(8).await, [id(&repairs), id(&crew)], "a deputy sees what stands below");
        assert_eq!(scope(9).await, [id(&crew)]);
        assert_eq!(scope(10).await, [id(&crew), id(&office)], "two units, nothing else");
        assert_eq!(scope(11).await, []);

        let units = crate::units_of(db, PersonId(10)).await.expect("units");
        assert_eq!(units.iter().map(|one| one.post).collect::<Vec<_>>(), [Post::Handler, Post::Handler]);
        let told = crate::leaders_above(db, id(&crew)).await.expect("leaders");
        assert_eq!(told, [(0, PersonId(9)), (1, PersonId(8)), (2, PersonId(7))]);

        let mine = site.get("/api/departments/mine").by(8, &[]).send().await;
        assert_eq!(
            mine.body,
            json!({ "units": [{ "unit": repairs, "post": "deputy" }], "scope": [repairs, crew] })
        );

        // A second time is a change; nobody can be retired away.
        assert_eq!(join(&site, &crew, 10, "deputy").await.body[1]["post"], "deputy");
        let path = format!("/api/departments/units/{}", crew.as_str().expect("an id"));
        let retire = site
            .post(&format!("{path}/act"), json!({ "act": "retire", "version": 1 }))
            .by(1, ALL)
            .send()
            .await;
        assert_eq!(retire.body["params"], json!({ "people": 2 }));
        let gone = format!("{path}/members/{}", PersonId(10));
        assert_eq!(site.delete(&gone).by(1, ALL).send().await.status, 204);
        assert_eq!(site.delete(&gone).by(1, ALL).send().await.status, 404);
        assert_eq!(scope(10).await, [id(&office)]);
    });
}

#[test]
fn the_demo_is_put_in_once_and_rulings_teach() {
    on_both(&[MIGRATIONS], async |db| {
        let site = TestSite::new(db, vec![plain_room()]);
        let people = [4101, 5101, 5102].map(|number| (number.to_string(), PersonId(number)));
        let people = BTreeMap::from(people);
        crate::put_demo(&site.app, &people).await.expect("the demo");
        crate::put_demo(&site.app, &people).await.expect("again");
        let db = &site.app.db;
        let all = crate::all(db).await.expect("units");
        assert_eq!(all.len(), 17);
        let by_code = |code: &str| all.iter().find(|unit| unit.code == code).expect(code).id;
        assert_eq!(crate::scope_of(db, PersonId(4101)).await.expect("scope").len(), 4);

        // It is eight in the morning: the first of two begins.
        let there = crate::on_duty(db, by_code("QX1"), site.app.now()).await.expect("who is there");
        let phone = Some("13905625101".to_owned());
        assert_eq!(there, [crate::OnDuty { person: PersonId(5101), phone, duty: crate::Duty::First }]);
        let suggested = async |area: &str| {
            let best = crate::suggest(db, &["leak", "fault"], Some(area)).await.expect("a suggestion");
            best.first().copied().expect("somebody")
        };
        assert_eq!(suggested("青岚区淮河中路3号").await, by_code("QX1"));
        assert_eq!(suggested("石渡县会宫镇").await, by_code("SD-QX"));
        let mut tx = db.begin().await.expect("a change");
        crate::learn(&mut tx, "leak", Some("石渡县白柳镇"), by_code("QX2"), site.app.now())
            .await
            .expect("learnt");
        tx.commit().await.expect("kept");
        assert_eq!(suggested("石渡县会宫镇").await, by_code("QX2"), "ruled so for the whole district");

        let path = "/api/departments/suggestion?kinds=leak,fault&area=%E7%9F%B3%E6%B8%A1%E5%8E%BF";
        let asked = site.get(path).by(2, &["departments.read"]).send().await;
        assert_eq!(asked.body[0], json!(by_code("QX2")));
        let learnt = site.get("/api/departments/learnt").by(1, ALL).send().await;
        assert_eq!((&learnt.body[0]["area"], &learnt.body[0]["rulings"]), (&json!("石渡县"), &json!(1)));
        let forget = format!(
            "/api/departments/learnt?kind=leak&area=%E7%9F%B3%E6%B8%A1%E5%8E%BF&unit={}",
            by_code("QX2")
        );
        assert_eq!(site.delete(&forget).by(1, ALL).send().await.status, 204);
        assert_eq!(suggested("石渡县会宫镇").await, by_code("SD-QX"));
    });
}
