//! The room over HTTP, and what the exchange gets of it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use axum::http::{Method, StatusCode};
use db::Db;
use db::testdb::on_both;
use expect_test::{Expect, expect};
use ivr::FlowFile;
use kernel::QueueId;
use kernel::calendar::Calendar;
use serde_json::json;
use tower::ServiceExt;
use web::testing::{Reply, TestSite};

use crate::{By, Centre, HousePrompt, MIGRATIONS, Template, published, put_flow, put_number, room};

const BOSS: &[&str] = &["ivr_flows.read", "ivr_flows.edit", "ivr_flows.publish"];

/// A folder for one test, deleted when dropped.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn scratch(name: &str, db: &Db) -> Scratch {
    let folder = format!("switchboard_ivr_flows_{name}_{:?}_{}", db.kind(), std::process::id());
    Scratch(std::env::temp_dir().join(folder))
}

fn centre(scratch: &Scratch, queues: &[(&'static str, i64)]) -> Centre {
    let queues: BTreeMap<String, QueueId> =
        queues.iter().map(|(n, id)| ((*n).to_owned(), QueueId(*id))).collect();
    let welcome = HousePrompt {
        path: scratch.0.join("recorded/welcome.wav"),
        text: Some("您好。".into()),
        duration_ms: 900,
    };
    Centre {
        calendar: Arc::new(Calendar::china()),
        queues: Arc::new(move |_| {
            let queues = queues.clone();
            Box::pin(async move { Ok(queues) })
        }),
        house: Arc::new([("recorded/welcome".to_owned(), welcome)].into()),
        prompts_dir: scratch.0.clone(),
        look_ups: Arc::new([("balance".to_owned(), "an account".to_owned())].into()),
        templates: Arc::new([Template { name: "reminder", about: "提醒", text: REMINDER }]),
        speech: speech::Speech::none("there is no voice in this test"),
    }
}

const REMINDER: &str = "[[flow]]\nname = \"reminder\"\nperson = \"{person}\"\noutgoing = true\n\
     steps = [{ say = \"您好。\", voice = \"recorded/welcome\" }, { hang_up = true }]\n";

fn wav(samples: &[i16]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\0\0\0\0\0\0\x10\0data".to_vec();
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

async fn upload(site: &TestSite, fields: &[(&str, &[u8])]) -> (StatusCode, serde_json::Value) {
    let mut body = Vec::new();
    for (name, value) in fields {
        let file = if *name == "file" { "; filename=\"a.wav\"" } else { "" };
        body.extend(
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes(),
        );
        body.extend_from_slice(value);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    let request = axum::http::Request::builder()
        .method(Method::POST)
        .uri("/api/ivr_flows/prompts")
        .header("content-type", "multipart/form-data; boundary=edge")
        .header("cookie", format!("{}=1:{}", web::SESSION_COOKIE, BOSS.join(",")))
        .body(axum::body::Body::from(body))
        .expect("a request");
    let response = site.site.router.clone().oneshot(request).await.expect("answered");
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[track_caller]
fn check(reply: &Reply, expected: Expect) {
    // Ids are made from the clock; they are read where they matter.
    let mut text = reply.show();
    while let Some(at) = text.find("\"fl_") {
        let end = text[at + 1..].find('"').map_or(text.len(), |end| at + 2 + end);
        text.replace_range(at..end, "(flow)");
    }
    expected.assert_eq(&text);
}

#[test]
fn nobody_gets_in_without_permission() {
    on_both(&[MIGRATIONS], async |db| {
        let folder = scratch("doors", &db);
        let site = TestSite::new(db, vec![room(centre(&folder, &[]))]);
        assert_eq!(site.open_doors().await, Vec::<String>::new());
    });
}

#[test]
fn a_flow_that_a_room_brings_along_is_published_as_it_is() {
    on_both(&[MIGRATIONS], async |db| {
        let folder = scratch("templates", &db);
        let site = TestSite::new(db, vec![room(centre(&folder, &[("general", 1)]))]);
        let list = async || {
            let reply = site.get("/api/ivr_flows/templates").by(1, BOSS).send().await;
            reply.body["items"][0].clone()
        };
        let offered = list().await;
        assert_eq!((&offered["name"], &offered["there"]), (&"reminder".into(), &false.into()));
        let form = json!({ "name": offered["name"], "source": offered["source"] });
        let made = site.post("/api/ivr_flows", form).by(1, BOSS).send().await;
        assert!(made.body["source"].as_str().is_some_and(|text| text.contains("person = \"general\"")));
        let path = format!("/api/ivr_flows/{}/publish", made.body["id"].as_str().expect("an id"));
        let form = json!({ "revision": made.body["revision"] });
        let published = site.post(&path, form).by(1, BOSS).send().await;
        assert_eq!(published.body["published"], 1, "{}", published.show());
        assert_eq!(list().await["there"], true);
    });
}

#[test]
fn a_menu_is_written_checked_published_and_bound() {
    on_both(&[MIGRATIONS], async |db| {
        let folder = scratch("story", &db);
        let centre = centre(&folder, &[("general", 5)]);
        let site = TestSite::new(db.clone(), vec![room(centre.clone())]);

        let created = site.post("/api/ivr_flows", json!({"name": "hotline"})).by(1, BOSS).send().await;
        check(
            &created,
            expect![[r#"
                200
                {
                  "allowed": [
                    "save_draft",
                    "publish",
                    "delete"
                  ],
                  "changed": true,
                  "id": (flow),
                  "name": "hotline",
                  "numbers": [],
                  "published": null,
                  "published_at": null,
                  "published_by": null,
                  "revision": 1,
                  "source": "[[flow]]\nname = \"hotline\"\nsteps = [\n  { say = \"您好。\", voice = \"recorded/welcome\" },\n  { queue = \"general\" },\n]\n",
                  "versions": []
                }
            "#]],
        );
        let id = created.body["id"].as_str().expect("an id").to_owned();
        let path = |rest: &str| format!("/api/ivr_flows/{id}{rest}");
        let again = site.post("/api/ivr_flows", json!({"name": "hotline"})).by(1, BOSS).send().await;
        assert_eq!((again.status.as_u16(), &again.body["code"]), (409, &json!("ivr_flows.name_taken")));

        // A number cannot lead to a draft.
        let bind = json!({ "flow": id });
        let early = site.put("/api/ivr_flows/numbers/95598", bind.clone()).by(1, BOSS).send().await;
        assert_eq!(early.body["code"], "ivr_flows.not_published");

        // A draft with errors is kept, and not published.
        let wrong = "[[flow]]\nname = \"hotline\"\nsteps = [\n  { say = \"您好\", voice = \"gone\" },\n]\n";
        let draft = json!({ "source": wrong, "revision": 1 });
        assert_eq!(site.put(&path("/draft"), draft.clone()).by(1, BOSS).send().await.status.as_u16(), 200);
        let stale = site.put(&path("/draft"), draft).by(1, BOSS).send().await;
        assert_eq!(
            (stale.status.as_u16(), &stale.body["code"]),
            (409, &json!("ivr_flows.changed_meanwhile"))
        );
        let refused = site.post(&path("/publish"), json!({"revision": 2})).by(1, BOSS).send().await;
        check(
            &refused,
            expect![[r#"
            422
            {
              "code": "ivr_flows.not_sound",
              "params": {
                "findings": [
                  {
                    "code": "unknown_prompt",
                    "column": 3,
                    "level": "error",
                    "line": 4,
                    "node": "1",
                    "params": {
                      "prompt": "gone"
                    },
                    "text": "1: there is no prompt gone: upload it or correct the name"
                  },
                  {
                    "code": "dead_end",
                    "column": 3,
                    "level": "error",
                    "line": 4,
                    "node": "1",
                    "params": {},
                    "text": "1: nothing follows this step: add next, or a step after it"
                  }
                ]
              }
            }
        "#]],
        );
        let checked = site.post("/api/ivr_flows/check", json!({ "source": wrong })).by(1, BOSS).send().await;
        assert_eq!(checked.body["findings"], refused.body["params"]["findings"]);
        assert_eq!(checked.body["graph"]["nodes"][0], json!({"name": "1", "kind": "say", "label": "您好"}));

        let right = wrong.replace("gone\" },", "recorded/welcome\" },\n  { queue = \"general\" },");
        let draft = json!({ "source": right, "revision": 2 });
        assert_eq!(site.put(&path("/draft"), draft).by(1, BOSS).send().await.status.as_u16(), 200);
        let note = json!({"revision": 3, "note": "first"});
        let live = site.post(&path("/publish"), note).by(1, BOSS).send().await;
        assert_eq!((live.status.as_u16(), &live.body["published"]), (200, &json!(1)));
        assert_eq!(live.body["published_by"], "Person 1");
        let bound = site.put("/api/ivr_flows/numbers/95598", bind).by(1, BOSS).send().await;
        assert_eq!(bound.body["items"][0]["flow_name"], "hotline");

        let heard = published(&db, &centre).await.expect("published");
        let flow = heard.flows[&heard.numbers["95598"]].clone();
        assert_eq!((flow.name.as_str(), flow.version, flow.refuge), ("hotline", 1, Some(QueueId(5))));
        assert!(heard.broken.is_empty());

        // While numbers lead to it, it stays.
        let kept = site.delete(&path("")).by(1, BOSS).send().await;
        assert_eq!(
            (&kept.body["code"], &kept.body["params"]),
            (&json!("ivr_flows.in_use"), &json!({"by": ["95598"]}))
        );
    });
}

#[test]
fn callers_are_led_to_a_person_when_a_queue_of_their_menu_is_gone() {
    on_both(&[MIGRATIONS], async |db| {
        let folder = scratch("broken", &db);
        let before = centre(&folder, &[("general", 5), ("special", 6)]);
        let ids = kernel::IdMint::new(0);
        let names = before.names(&db).await.expect("names");
        let text = "[[flow]]\nname = \"x\"\nsteps = [{ say = \"您好\", voice = \"recorded/welcome\" }, { queue = \"special\" }]";
        let file: FlowFile = toml::from_str(text).expect("a flow");
        let now = kernel::Timestamp::from_secs(1_767_571_200);
        let by = By::default();
        for _ in 0..2 {
            // Twice, as a file is applied twice: the second time nothing happens.
            let mut tx = db.begin().await.expect("begin");
            let put = put_flow(&mut tx, &names, &ids, &file.flow[0], &by, now).await.expect("put");
            put_number(&mut tx, "95598", put.expect("sound"), &by, now)
                .await
                .expect("bound")
                .expect("published");
            tx.commit().await.expect("commit");
        }
        assert_eq!(crate::export(&db).await.expect("export"), file.flow);
        let heard = published(&db, &before).await.expect("published");
        assert_eq!(heard.flows[&heard.numbers["95598"]].version, 1);

        let heard = published(&db, &centre(&folder, &[("general", 5)])).await.expect("published");
        assert_eq!(heard.broken.len(), 1);
        let mut out = Vec::new();
        let caller = ivr::Caller { number: None, called: "95598".into() };
        ivr::Session::start(heard.flows[&heard.numbers["95598"]].clone(), caller, now, &mut out);
        assert_eq!(out.last(), Some(&ivr::Effect::Queue { queue: QueueId(5), urgent: false }));
    });
}

#[test]
fn a_prompt_is_uploaded_heard_used_and_deleted() {
    on_both(&[MIGRATIONS], async |db| {
        let folder = scratch("prompts", &db);
        let centre = centre(&folder, &[("general", 5)]);
        let site = TestSite::new(db.clone(), vec![room(centre.clone())]);
        let loud: Vec<i16> = (0..8_000).map(|n| if n % 20 < 10 { 9_000 } else { -9_000 }).collect();
        let file = wav(&loud);

        let (status, body) =
            upload(&site, &[("name", b"recorded/night.wav"), ("text", "夜间".as_bytes()), ("file", &file)])
                .await;
        assert_eq!(status.as_u16(), 200, "{body}");
        let prompt = body["items"][0].clone();
        assert_eq!(
            (&prompt["name"], &prompt["text"], &prompt["duration_ms"], &prompt["kind"], &prompt["used_in"]),
            (&json!("recorded/night"), &json!("夜间"), &json!(1_000), &json!("recorded"), &json!([]))
        );
        assert_eq!(body["items"][1]["name"], "recorded/welcome");
        let clip = centre.names(&db).await.expect("names").prompts.expect("known")["recorded/night"].clone();
        let on_disk = std::fs::read(folder.0.join(format!("{}.wav", clip.name()))).expect("the file");
        let id = prompt["id"].as_str().expect("an id");
        let path = format!("/api/ivr_flows/prompts/{id}");
        let heard = site.get(&format!("{path}/audio")).by(1, BOSS).send().await;
        assert_eq!(heard.headers["content-type"], "audio/wav");
        assert_eq!(heard.headers["content-length"], on_disk.len().to_string().as_str());

        // A file that was lost comes back.
        std::fs::remove_file(folder.0.join(format!("{}.wav", clip.name()))).expect("removed");
        published(&db, &centre).await.expect("published");
        assert_eq!(std::fs::read(folder.0.join(format!("{}.wav", clip.name()))).expect("again"), on_disk);

        let (status, body) = upload(&site, &[("name", b"recorded/night"), ("file", &file)]).await;
        assert_eq!((status.as_u16(), &body["code"]), (409, &json!("ivr_flows.name_taken")));
        let source = "[[flow]]\nname = \"x\"\nsteps = [{ say = \"晚上好\", voice = \"recorded/night\" }, { queue = \"general\" }]";
        site.post("/api/ivr_flows", json!({"name": "x", "source": source})).by(1, BOSS).send().await;
        let kept = site.delete(&path).by(1, BOSS).send().await;
        assert_eq!((kept.status.as_u16(), &kept.body["params"]["by"]), (409, &json!(["x"])));

        // Recorded by a person in place of the house's voice, and given up again.
        let (_, body) = upload(&site, &[("name", b"recorded/welcome"), ("file", &file)]).await;
        let own = body["items"].as_array().expect("a list").iter().find(|p| p["name"] == "recorded/welcome");
        let own = own.expect("the new one");
        assert_eq!(own["kind"], "recorded");
        let path = format!("/api/ivr_flows/prompts/{}", own["id"].as_str().expect("an id"));
        assert_eq!(site.delete(&path).by(1, BOSS).send().await.status.as_u16(), 200);
        assert_eq!(site.delete(&path).by(1, BOSS).send().await.status.as_u16(), 404);
    });
}

#[test]
fn what_is_not_a_prompt_is_refused() {
    on_both(&[MIGRATIONS], async |db| {
        let folder = scratch("hostile", &db);
        let site = TestSite::new(db, vec![room(centre(&folder, &[]))]);
        let check = async |fields: &[(&str, &[u8])], status: u16, code: &str, params: serde_json::Value| {
            let (got, body) = upload(&site, fields).await;
            assert_eq!((got.as_u16(), &body["code"], &body["params"]), (status, &json!(code), &params));
        };
        check(
            &[("name", b"a"), ("file", b"MZ\x90\0 a program")],
            422,
            "ivr_flows.bad_prompt",
            json!({"why": {"reason": "not_wav"}}),
        )
        .await;
        check(
            &[("name", b"a"), ("file", &wav(&[9_000; 80]))],
            422,
            "ivr_flows.bad_prompt",
            json!({"why": {"reason": "too_short", "ms": 10, "min_ms": 100}}),
        )
        .await;
        check(&[("name", b"a")], 422, "ivr_flows.bad_prompt", json!({"why": {"reason": "no_file"}})).await;
        check(
            &[("name", b"../../etc/passwd"), ("file", &wav(&[9_000; 8_000]))],
            422,
            "ivr_flows.bad_name",
            json!({"name": "../../etc/passwd"}),
        )
        .await;
        let long = vec![0u8; 51 * 1024 * 1024];
        let max = crate::rules::prompt::FILE_BYTES_MAX;
        check(&[("name", b"a"), ("file", &long)], 413, "web.too_large", json!({"bytes_max": max})).await;
        assert!(!folder.0.exists(), "nothing was written");
    });
}

#[test]
fn the_demo_is_put_in_and_speaks_with_the_house_s_voice() {
    on_both(&[MIGRATIONS], async |db| {
        let folder = scratch("demo", &db);
        let queues = [("emergency", 1), ("repairs", 2), ("billing", 3), ("business", 4), ("complaints", 5)];
        let mut centre = centre(&folder, &queues);
        let file: FlowFile = toml::from_str(include_str!("../../../demo/flows.toml")).expect("the demo");
        let prompts = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../prompts");
        centre.house = Arc::new(crate::house_prompts(&[prompts]).expect("the manifest"));
        for (name, text) in file.flow.iter().flat_map(|flow| flow.prompts()) {
            let prompt = centre.house.get(name).unwrap_or_else(|| panic!("{name} is not recorded"));
            assert_eq!(prompt.text.as_deref(), Some(text), "{name} says something else");
            assert!(prompt.path.is_file(), "{name} has no file");
        }
        // The danger key has been named before ten seconds are over, the safety hint lasts eight or more.
        assert!(centre.house["recorded/welcome"].duration_ms < 10_000);
        assert!(centre.house["recorded/leak_safety"].duration_ms >= 8_000);
        let names = centre.names(&db).await.expect("names");
        let (ids, by) = (kernel::IdMint::new(0), By::default());
        let mut tx = db.begin().await.expect("begin");
        for flow in &file.flow {
            let put = put_flow(&mut tx, &names, &ids, flow, &by, kernel::Timestamp::default());
            put.await.expect("put").unwrap_or_else(|refusal| panic!("{refusal}"));
        }
        tx.commit().await.expect("commit");
        let heard = published(&db, &centre).await.expect("published");
        let mut flows: Vec<&str> = heard.names.keys().map(String::as_str).collect();
        flows.sort();
        assert_eq!(
            flows,
            [
                "callback_survey",
                "emergency_line",
                "escalation_call",
                "government_line",
                "hotline",
                "notice_call",
                "outage_important",
                "outage_liaison",
                "rating",
                "record_greeting",
                "restored",
                "storm"
            ]
        );
        assert!(heard.broken.is_empty(), "{:?}", heard.broken);
    });
}

/// Every code this room can answer with has a sentence in both languages, and the sentence names only what is there.
#[test]
fn every_no_has_its_sentence() {
    let messages = [
        ("zh-CN", include_str!("../ui/messages/zh-CN.json")),
        ("en", include_str!("../ui/messages/en.json")),
    ];
    for (language, text) in messages {
        let messages: serde_json::Value = serde_json::from_str(text).expect("messages");
        for code in ivr::Code::ALL {
            let key = serde_json::to_value(code).expect("a word");
            let key = key.as_str().expect("a word");
            let sentence =
                messages["finding"][key].as_str().unwrap_or_else(|| panic!("{language}: finding.{key}"));
            for named in sentence.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()) {
                assert!(
                    code.text().contains(&format!("{{{named}}}")),
                    "{language}: finding.{key} names {named}"
                );
            }
        }
        for key in ["syntax", "other_name"] {
            assert!(messages["finding"][key].is_string(), "{language}: finding.{key}");
        }
        let refusals = [
            "changed_meanwhile",
            "not_sound",
            "nothing_changed",
            "name_taken",
            "bad_name",
            "no_such_version",
            "not_published",
            "bad_number",
            "in_use",
            "too_many_flows",
            "source_too_long",
            "bad_prompt",
        ];
        for key in refusals {
            assert!(messages["refusal"][key].is_string(), "{language}: refusal.{key}");
        }
        for permission in crate::PERMISSIONS {
            let key = permission.key.trim_start_matches("ivr_flows.");
            assert!(messages["permission"][key].is_string(), "{language}: permission.{key}");
        }
    }
}

/// Started somewhere else, the program ends with one sentence, and not with a list of all that is not there.
#[test]
fn a_folder_of_prompts_that_is_not_there_is_said_in_one_sentence() {
    let away = std::env::temp_dir().join("switchboard-nowhere");
    let failure = crate::house_prompts(&[away.join("prompts")]).expect_err("nothing is there");
    let said = format!("{failure:#}");
    assert!(said.starts_with(&format!(
        "there is no folder of recorded prompts at {}:",
        away.join("prompts").display()
    )));
    assert!(said.contains("beside the program") && said.contains("prompts = "), "{said}");
    let here = crate::house_prompts(&[PathBuf::from("prompts-of-nobody")]).expect_err("nothing is there");
    let whole = std::env::current_dir().expect("a folder").join("prompts-of-nobody");
    assert!(here.to_string().contains(&whole.display().to_string()), "the whole path: {here}");
}
