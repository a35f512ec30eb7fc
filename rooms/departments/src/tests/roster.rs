//! The roster and its calendar as a browser and a telephone ask for them, on both databases.

use std::time::Duration;

use db::testdb::on_both;
use expect_test::expect;
use kernel::PersonId;
use serde_json::{Value, json};
use web::testing::{Reply, TestSite};

use super::{ALL, added, id, join, plain_room};
use crate::{MIGRATIONS, room};

/// A crew's leader, who may plan and nothing else.
const PLANNER: &[&str] = &["departments.read", "departments.roster"];

struct Crews {
    site: TestSite,
    repairs: Value,
    one: Value,
    two: Value,
}

async fn crews(db: db::Db) -> Crews {
    crews_in(db, plain_room()).await
}

async fn crews_in(db: db::Db, room: web::Room) -> Crews {
    let site = TestSite::new(db, vec![room]);
    let repairs = added(&site, "QX", "department", &Value::Null).await;
    let one = added(&site, "QX1", "team", &repairs).await;
    let two = added(&site, "QX2", "team", &repairs).await;
    for (unit, person, post) in
        [(&repairs, 7, "leader"), (&one, 8, "leader"), (&one, 9, "handler"), (&two, 9, "handler")]
    {
        assert_eq!(join(&site, unit, person, post).await.status, 200);
    }
    Crews { site, repairs, one, two }
}

fn stretch(unit: &Value, person: i64, duty: &str, from: &str, to: &str) -> Value {
    json!({ "unit": unit, "person": PersonId(person), "duty": duty, "from": from, "to": to })
}

async fn put(site: &TestSite, by: i64, stretch: &Value) -> Reply {
    site.post("/api/departments/roster", stretch.clone()).by(by, PLANNER).send().await
}

#[test]
fn a_day_is_planned_and_its_gaps_are_seen() {
    on_both(&[MIGRATIONS], async |db| {
        let Crews { site, repairs, one, two } = crews(db).await;
        let day = stretch(&one, 9, "first", "2026-01-05T00:00:00Z", "2026-01-05T12:00:00Z");
        let first = put(&site, 8, &day).await;
        assert_eq!(first.status, 200, "{}", first.show());
        assert_eq!(
            put(&site, 20, &day).await.body["code"],
            "departments.not_your_unit",
            "nobody of this crew"
        );
        assert_eq!(put(&site, 8, &day).await.body["code"], "departments.on_duty_already");

        // The leader of the whole is asked at night; who does not belong is not.
        let night = stretch(&one, 7, "second", "2026-01-05T14:00:00Z", "2026-01-06T00:00:00Z");
        assert_eq!(put(&site, 7, &night).await.status, 200, "from the unit above");
        let stranger = stretch(&one, 20, "second", "2026-01-05T14:00:00Z", "2026-01-06T00:00:00Z");
        assert_eq!(put(&site, 8, &stranger).await.body["code"], "departments.not_a_member");

        let mut elsewhere = stretch(&two, 9, "first", "2026-01-05T11:00:00Z", "2026-01-05T18:00:00Z");
        assert_eq!(
            put(&site, 7, &elsewhere).await.body,
            json!({ "code": "departments.double_booked", "params":
                { "unit": one, "from": "2026-01-05T00:00:00Z", "to": "2026-01-05T12:00:00Z" } })
        );
        elsewhere["reason"] = json!("二班缺员,代一小时");
        assert_eq!(put(&site, 7, &elsewhere).await.status, 200);

        let week = format!(
            "/api/departments/roster?unit={}&from=2026-01-05T00:00:00Z&to=2026-01-06T06:00:00Z",
            one.as_str().expect("an id")
        );
        let roster = site.get(&week).by(8, PLANNER).send().await;
        assert_eq!(roster.body["stretches"].as_array().map(Vec::len), Some(2));
        assert_eq!(
            roster.body["gaps"],
            json!([
                { "from": "2026-01-05T12:00:00Z", "to": "2026-01-05T14:00:00Z" },
                { "from": "2026-01-06T00:00:00Z", "to": "2026-01-06T06:00:00Z" }
            ])
        );
        assert_eq!(roster.body["may_change"], true);
        assert_eq!(site.get(&week).by(20, PLANNER).send().await.body["may_change"], false);

        let now = site.get("/api/departments/on_duty").by(8, PLANNER).send().await;
        assert_eq!(
            now.body,
            json!([
                { "unit": one, "nobody": false, "on_duty": [{ "person": PersonId(9), "duty": "first", "phone": "139 0562 0001",
                    "until": "2026-01-05T12:00:00Z" }] },
                { "unit": two, "nobody": true, "on_duty": [] }
            ]),
            "the second crew plans its duties, and nobody is there"
        );
        let there = crate::on_duty(&site.app.db, id(&one), site.app.now()).await.expect("who is there");
        assert_eq!(there.len(), 1);
        assert_eq!(crate::on_duty(&site.app.db, id(&repairs), site.app.now()).await.expect("nobody"), []);

        // Whoever leaves the unit leaves its roster: what runs ends now.
        site.clock.advance(Duration::from_secs(3600));
        let path = format!("/api/departments/units/{}/members/{}", one.as_str().expect("an id"), PersonId(9));
        assert_eq!(site.delete(&path).by(1, ALL).send().await.status, 204);
        let roster = site.get(&week).by(8, PLANNER).send().await;
        assert_eq!(roster.body["stretches"][0]["to"], "2026-01-05T01:00:00Z");
    });
}

#[test]
fn a_stretch_is_changed_and_taken_away() {
    on_both(&[MIGRATIONS], async |db| {
        let Crews { site, one, .. } = crews(db).await;
        let mut day = stretch(&one, 9, "first", "2026-01-05T08:00:00Z", "2026-01-05T20:00:00Z");
        let first = put(&site, 8, &day).await;
        let path = format!("/api/departments/roster/{}", first.body["id"].as_str().expect("an id"));
        day["to"] = json!("2026-01-05T22:00:00Z");
        day["version"] = json!(1);
        let changed = site.put(&path, day.clone()).by(8, PLANNER).send().await;
        assert_eq!(
            (&changed.body["to"], &changed.body["version"]),
            (&json!("2026-01-05T22:00:00Z"), &json!(2))
        );
        assert_eq!(site.put(&path, day).by(8, PLANNER).send().await.body["code"], "web.changed_meanwhile");
        let gone =
            |version: i64, by: i64| site.delete(&format!("{path}?version={version}")).by(by, PLANNER).send();
        assert_eq!(gone(2, 20).await.body["code"], "departments.not_your_unit");
        assert_eq!(gone(1, 8).await.body["code"], "web.changed_meanwhile");
        assert_eq!(gone(2, 8).await.status, 204);
        assert_eq!(gone(2, 8).await.status, 404);
    });
}

#[test]
fn a_week_is_copied_and_what_does_not_fit_is_told() {
    on_both(&[MIGRATIONS], async |db| {
        let Crews { site, one, .. } = crews(db).await;
        for day in 5..10 {
            let (from, to) = (format!("2026-01-{day:02}T00:00:00Z"), format!("2026-01-{day:02}T12:00:00Z"));
            assert_eq!(put(&site, 8, &stretch(&one, 9, "first", &from, &to)).await.status, 200);
        }
        let taken = stretch(&one, 9, "second", "2026-01-14T06:00:00Z", "2026-01-14T07:00:00Z");
        assert_eq!(put(&site, 8, &taken).await.status, 200);
        let copy = |from: &str, to: &str| {
            let form = json!({ "unit": one, "from": from, "to": to });
            site.post("/api/departments/roster/copy", form).by(8, PLANNER).send()
        };
        let monday = "2026-01-05T00:00:00Z";
        let copied = copy(monday, "2026-01-12T00:00:00Z").await;
        assert_eq!(copied.body["copied"], 4, "{}", copied.show());
        expect![[r#"[{"from":"2026-01-14T00:00:00Z","why":"on_duty_already"}]"#]]
            .assert_eq(&left_out(&copied));
        assert_eq!(copy(monday, "2026-01-12T00:00:00Z").await.body["copied"], 0, "twice adds nothing");
        assert_eq!(copy(monday, monday).await.body["code"], "departments.ends_before_it_begins");
    });
}

fn left_out(reply: &Reply) -> String {
    let rows = reply.body["left_out"].as_array().expect("a list");
    let short: Vec<Value> =
        rows.iter().map(|row| json!({ "from": row["from"], "why": row["why"]["code"] })).collect();
    Value::from(short).to_string()
}

#[test]
fn a_calendar_shows_ones_own_duties_to_who_has_the_address() {
    on_both(&[MIGRATIONS], async |db| {
        let Crews { site, one, .. } = crews(db).await;
        let day = stretch(&one, 9, "first", "2026-01-05T08:00:00Z", "2026-01-05T20:00:00Z");
        assert_eq!(put(&site, 8, &day).await.status, 200);
        let night = stretch(&one, 8, "first", "2026-01-05T20:00:00Z", "2026-01-06T08:00:00Z");
        assert_eq!(put(&site, 8, &night).await.status, 200);
        assert_eq!(site.get("/api/departments/feed").by(9, &[]).send().await.body["made_at"], Value::Null);
        let made = site.post("/api/departments/feed", json!({})).by(9, &[]).send().await;
        let path = made.body["path"].as_str().expect("an address").to_owned();

        // Nobody is signed in.
        let file = site.get(&path).send().await;
        assert_eq!(file.headers["content-type"], "text/calendar; charset=utf-8");
        let text = String::from_utf8(file.bytes.clone()).expect("text");
        let (uids, starts) =
            (text.matches("UID:du_").count(), text.matches("DTSTART:20260105T080000Z\r\n").count());
        assert_eq!((uids, starts), (1, 1), "{text}");
        assert!(text.contains("SUMMARY:主班 · QX1\r\n"), "{text}");
        let english = site.get(&format!("{path}?lang=en")).send().await;
        assert!(String::from_utf8_lossy(&english.bytes).contains("SUMMARY:First on duty · QX1\r\n"));
        let again = site.get(&path).send().await;
        assert_eq!(again.bytes, file.bytes, "the same until something changes");
        let shown = site.get("/api/departments/feed").by(9, &[]).send().await;
        assert_eq!(
            (&shown.body["used_at"], &shown.body["path"]),
            (&json!("2026-01-05T00:00:00Z"), &Value::Null)
        );

        // A new address makes the old one useless; so does taking it away.
        let newer = site.post("/api/departments/feed", json!({})).by(9, &[]).send().await;
        assert_eq!(site.get(&path).send().await.status, 404);
        let newer = newer.body["path"].as_str().expect("an address").to_owned();
        assert_eq!(site.get(&newer).send().await.status, 200);
        assert_eq!(site.delete("/api/departments/feed").by(9, &[]).send().await.status, 204);
        assert_eq!(site.get(&newer).send().await.status, 404);
    });
}

#[test]
fn addresses_are_not_found_by_trying() {
    on_both(&[MIGRATIONS], async |db| {
        let Crews { site, .. } = crews(db).await;
        let made = site.post("/api/departments/feed", json!({})).by(9, &[]).send().await;
        let path = made.body["path"].as_str().expect("an address").to_owned();
        for guess in 0..10 {
            let guess = format!("/api/departments/ical/{guess:064}.ics");
            assert_eq!(site.get(&guess).send().await.status, 404);
        }
        let shut = site.get(&path).send().await;
        assert_eq!((shut.status.as_u16(), shut.body["code"].as_str()), (429, Some("departments.too_often")));
        site.clock.advance(Duration::from_secs(601));
        for _ in 0..120 {
            assert_eq!(site.get(&path).send().await.status, 200);
        }
        assert_eq!(site.get(&path).send().await.status, 429, "a calendar need not ask so often");
    });
}

#[test]
fn a_table_is_read_tried_and_taken() {
    on_both(&[MIGRATIONS], async |db| {
        let folder = tempfile::tempdir().expect("a folder");
        let in_folder = room(kernel::calendar::Calendar::china(), folder.path().join("departments"));
        let Crews { site, one, two, .. } = crews_in(db, in_folder).await;
        let table = "单位,工号,班次,日期,开始,结束\n\
            QX1,1009,主班,2026-01-05,08:00,20:00\n\
            QX2,1009,主班,2026-01-05,12:00,18:00\n\
            QX1,1009,副班,2026-01-05,10:00,11:00\n\
            九班,1009,主班,2026-01-06,08:00,20:00\n";
        let path = "/api/departments/roster/file";
        let read = site.upload(path, "值班.csv", table.as_bytes()).by(8, PLANNER).send().await;
        let lines = read.body.as_array().unwrap_or_else(|| panic!("{}", read.show())).clone();
        assert_eq!((lines.len(), &lines[0]["unit"], &lines[1]["unit"]), (4, &one, &two));
        assert_eq!(
            (&lines[0]["from"], &lines[3]["trouble"]),
            (&json!("2026-01-05T00:00:00Z"), &json!("unit"))
        );
        assert_eq!(std::fs::read_dir(folder.path().join("departments")).expect("the folder").count(), 0);

        // The browser knows whose 工号 it is.
        let rows: Vec<Value> = lines[..3]
            .iter()
            .map(|line| {
                let (unit, duty, from, to) = (&line["unit"], &line["duty"], &line["from"], &line["to"]);
                let stretch =
                    json!({ "unit": unit, "person": PersonId(9), "duty": duty, "from": from, "to": to });
                json!({ "row": line["row"], "duty": stretch })
            })
            .collect();
        let import = |dry: bool, by: i64| {
            let form = json!({ "rows": rows, "dry_run": dry });
            site.post("/api/departments/roster/import", form).by(by, PLANNER).send()
        };
        let tried = import(true, 7).await;
        assert_eq!(tried.body["taken"], 1, "{}", tried.show());
        let why = |reply: &Reply| -> Vec<Value> {
            let rows = reply.body["left_out"].as_array().expect("a list");
            rows.iter().map(|row| json!([row["row"], row["why"]["code"]])).collect()
        };
        assert_eq!(why(&tried), [json!([3, "double_booked"]), json!([4, "on_duty_already"])]);
        let taken = import(false, 7).await;
        assert_eq!(taken.body, tried.body, "what was tried is what happens");
        assert_eq!(import(false, 7).await.body["taken"], 0, "twice adds nothing");
        assert_eq!(why(&import(true, 8).await)[1], json!([3, "not_your_unit"]));

        let bad = site.upload(path, "a.csv", "姓名,开始,结束\n".as_bytes()).by(8, PLANNER).send().await;
        assert_eq!(bad.body, json!({ "code": "departments.column_missing", "params": { "column": "unit" } }));
        let broken = site.upload(path, "a.xlsx", b"PK\x03\x04nothing").by(8, PLANNER).send().await;
        assert_eq!(broken.body["code"], "departments.bad_file");
    });
}
