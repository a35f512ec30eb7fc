//! The room as a browser asks it, on both databases.

use std::sync::Arc;

use calls::Hall;
use calls::testing::{self, Noting};
use db::testdb::on_both;
use exchange::Role;
use exchange::fact::DeskState;
use kernel::{CallId, PersonId};
use serde_json::{Value, json};
use web::testing::TestSite;

use crate::rules::job::JobKind;
use crate::{MIGRATIONS, room};

mod files;
mod network;

/// At the desk of person 1 rings a call from this number, and person 4 was asked to help with it; nobody else has one.
fn ringing(call: CallId, caller: &'static str) -> Noting {
    Noting::with_desks(move |agent| {
        let role = match agent {
            PersonId(1) => Some(Role::Agent),
            PersonId(4) => Some(Role::Third),
            _ => None,
        };
        testing::desk(agent).map(|mut desk| {
            if role.is_some() {
                desk.role = role;
                desk.agent.desk = DeskState::Ringing { call };
                desk.agent.call = Some(call);
                desk.agent.caller = Some(caller.to_owned());
            }
            desk
        })
    })
}

const AGENT: &[&str] = &["customers.read", "customers.change", "customers.unmask"];
const LEADER: &[&str] = &["customers.read", "customers.change", "customers.unmask", "customers.merge"];
const CALL: &str = "/api/customers/calls/ca_9";

/// With a folder of its own for files, taken away at the end.
struct Site {
    site: TestSite,
    folder: tempfile::TempDir,
}

impl std::ops::Deref for Site {
    type Target = TestSite;
    fn deref(&self) -> &TestSite {
        &self.site
    }
}

fn centre(db: db::Db, caller: &'static str, folder: &std::path::Path) -> TestSite {
    let hall: Arc<dyn Hall> = Arc::new(ringing(CallId(9), caller));
    TestSite::new(db, vec![room(hall, folder.to_owned())])
}

fn site(db: db::Db, caller: &'static str) -> Site {
    let folder = tempfile::tempdir().expect("a folder");
    Site { site: centre(db, caller, folder.path()), folder }
}

/// Registers somebody with one number and one account, and returns the id.
async fn register(site: &TestSite, name: &str, number: &str, account: &str) -> String {
    let body = json!({ "kind": "person", "name": name, "numbers": [number], "account": {
        "number": account, "utility": "gas", "class": "residential",
        "address": format!("铜官区淮河中路10号幸福里3栋2单元{}室", &account[account.len() - 3..]),
        "meter": { "number": format!("G{account}"), "kind": "IC卡表 G2.5", "installed_year": 2017 } } });
    let reply = site.post("/api/customers", body).by(2, LEADER).send().await;
    assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
    reply.body["id"].as_str().expect("an id").to_owned()
}

async fn get(site: &TestSite, path: &str, person: i64) -> Value {
    let reply = site.get(path).by(person, LEADER).send().await;
    assert_eq!(reply.status.as_u16(), 200, "{path}: {}", reply.show());
    reply.body
}

fn tables() -> Vec<db::Migrations> {
    vec![calls::MIGRATIONS, MIGRATIONS]
}

#[test]
fn no_door_is_open() {
    on_both(&tables(), async |db| {
        assert_eq!(site(db, "15400000001").open_doors().await, Vec::<String>::new());
    });
}

#[test]
fn the_caller_at_ones_own_desk_is_seen_whole_and_nobody_else() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        let wang = register(&site, "王芳", "154 0000 0001", "33010028812").await;
        let other = register(&site, "李雷", "154 0000 0002", "33010028813").await;

        let own = get(&site, CALL, 1).await;
        assert_eq!((&own["match"], &own["customer"]["name"]), (&json!("one"), &json!("王芳")));
        assert_eq!(own["customer"]["contacts"][0]["number"], "15400000001");
        assert_eq!(own["customer"]["accounts"][0]["address"], "铜官区淮河中路10号幸福里3栋2单元812室");
        let seen = |person: i64, id: &str| {
            let path = format!("/api/customers/{id}?call=ca_9");
            let site = &site;
            async move { get(site, &path, person).await["name"].clone() }
        };
        assert_eq!(seen(1, &wang).await, "王芳");
        assert_eq!(seen(1, &other).await, "李*", "not the caller");
        assert_eq!(seen(3, &wang).await, "王*", "not one's own call");
        assert_eq!(seen(4, &wang).await, "王*", "asked in for help, the caller is the other agent's");
        let none = site.get(CALL).by(3, AGENT).send().await;
        assert_eq!(none.status.as_u16(), 404, "somebody else's call that is not in the records yet");
        let put = site.put(CALL, json!({ "customer": wang })).by(3, AGENT).send().await;
        assert_eq!(put.status.as_u16(), 404);

        // Everything else is masked, and unmasked once, with a reason.
        let list = get(&site, "/api/customers?text=0001", 3).await;
        assert_eq!(list["items"][0]["name"], "王*");
        assert_eq!(list["items"][0]["number"], "154****0001");
        assert_eq!(list["items"][0]["address"], "铜官区淮河中路****");
        let unmask = format!("/api/customers/{wang}/unmask");
        let no = site.post(&unmask, json!({ "reason": " " })).by(3, AGENT).send().await;
        assert_eq!(no.body["code"], "customers.needs_reason");
        let yes = site.post(&unmask, json!({ "reason": "回访核对地址" })).by(3, AGENT).send().await;
        assert_eq!((&yes.body["name"], &yes.body["masked"]), (&json!("王芳"), &json!(false)));
        let history = yes.body["history"].as_array().cloned().unwrap_or_default();
        assert_eq!(history[0]["payload"], json!({ "what": "whole", "reason": "回访核对地址" }));
        assert!(site.app.db.verify_journal().await.expect("the journal").is_ok());
    });
}

#[test]
fn a_confirmed_number_is_learnt() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000009");
        let wang = register(&site, "王芳", "154 0000 0001", "33010028812").await;
        let before = get(&site, CALL, 1).await;
        assert_eq!((&before["match"], &before["customer"]), (&json!("none"), &Value::Null));

        let choose = json!({ "customer": wang, "learn": true });
        let reply = site.put(CALL, choose.clone()).by(1, AGENT).send().await;
        assert_eq!((&reply.body["match"], &reply.body["number_known"]), (&json!("confirmed"), &json!(true)));
        let contacts = reply.body["customer"]["contacts"].as_array().cloned().unwrap_or_default();
        let learnt = contacts.iter().find(|contact| contact["source"] == "learnt").expect("learnt");
        assert_eq!((&learnt["number"], &learnt["verified"]["call"]), (&json!("15400000009"), &json!("ca_9")));
        assert_eq!(learnt["preferred"], false, "the known one is still dialled first");
        // Again is no news.
        site.put(CALL, choose).by(1, AGENT).send().await;
        let now = get(&site, &format!("/api/customers/{wang}"), 2).await;
        assert_eq!(now["contacts"].as_array().map(Vec::len), Some(2));
        let kinds: Vec<_> =
            now["history"].as_array().into_iter().flatten().map(|line| line["kind"].clone()).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "number_learnt").count(), 1);
    });
}

#[test]
fn several_customers_with_one_number_are_choices() {
    on_both(&tables(), async |db| {
        let site = site(db, "+8615400000001");
        let first = register(&site, "王芳", "15400000001", "33010028812").await;
        let second = register(&site, "王兰", "15400000001", "33010028813").await;
        let card = get(&site, CALL, 1).await;
        assert_eq!((&card["match"], card["choices"].as_array().map(Vec::len)), (&json!("several"), Some(2)));
        let reply = site.put(CALL, json!({ "customer": second, "learn": true })).by(1, AGENT).send().await;
        assert_eq!(reply.body["customer"]["name"], "王兰");
        // The one who was verified last comes first the next time; an archived one is no choice.
        let version = get(&site, &format!("/api/customers/{first}"), 2).await["version"].clone();
        let archive = json!({ "version": version, "act": "archive", "reason": "销户" });
        let gone = site.post(&format!("/api/customers/{first}/acts"), archive).by(2, LEADER).send().await;
        assert_eq!(gone.body["allowed"], json!(["restore"]));
        let list = get(&site, "/api/customers?archived=true", 2).await;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn a_merge_and_its_undoing() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000002");
        let one = register(&site, "王芳", "15400000001", "33010028812").await;
        let two = register(&site, "王方", "15400000002", "33010028813").await;
        let merge = json!({ "other": two, "version": 1, "other_version": 1 });
        let path = format!("/api/customers/{one}/merge");
        let merged = site.post(&path, merge.clone()).by(2, LEADER).send().await;
        assert_eq!(merged.status.as_u16(), 200, "{}", merged.show());
        assert_eq!(merged.body["accounts"].as_array().map(Vec::len), Some(2));
        let card = get(&site, CALL, 1).await;
        assert_eq!(card["customer"]["id"], json!(one), "the number moved");
        let again = site.post(&path, merge).by(2, LEADER).send().await;
        assert_eq!(again.body["code"], "customers.is_merged");

        let undo =
            format!("/api/customers/moves/{}/undo", merged.body["moves"][0]["id"].as_str().expect("an id"));
        let back = site.post(&undo, json!({})).by(2, LEADER).send().await;
        assert_eq!(back.status.as_u16(), 200, "{}", back.show());
        assert_eq!(
            (&back.body["id"], back.body["accounts"].as_array().map(Vec::len)),
            (&json!(two), Some(1))
        );
        assert_eq!(get(&site, CALL, 1).await["customer"]["id"], json!(two));
        let twice = site.post(&undo, json!({})).by(2, LEADER).send().await;
        assert_eq!(twice.body["code"], "customers.already_undone");

        let account = back.body["accounts"][0]["id"].clone();
        let split = json!({ "version": back.body["version"], "kind": "organisation", "name": "铜官机械厂", "accounts": [account] });
        let new = site.post(&format!("/api/customers/{two}/split"), split).by(2, LEADER).send().await;
        assert_eq!((new.status.as_u16(), &new.body["name"]), (200, &json!("铜官机械厂")), "{}", new.show());
        assert_eq!(get(&site, &format!("/api/customers/{two}"), 2).await["accounts"], json!([]));
    });
}

#[test]
fn who_is_slower_is_told() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        let wang = register(&site, "王芳", "15400000001", "33010028812").await;
        let path = format!("/api/customers/{wang}/acts");
        let flag = |version: i64| json!({ "version": version, "act": "set_flag", "flag": "elderly", "reason": "独居" });
        let first = site.post(&path, flag(1)).by(2, AGENT).send().await;
        assert_eq!(first.body["flags"][0]["flag"], "elderly");
        let second = site.post(&path, flag(1)).by(2, AGENT).send().await;
        assert_eq!((second.status.as_u16(), &second.body["code"]), (409, &json!("web.changed_meanwhile")));
        let archive = json!({ "version": 2, "act": "archive", "reason": "销户" });
        assert_eq!(site.post(&path, archive).by(2, AGENT).send().await.status.as_u16(), 403);
        let taken = json!({ "kind": "person", "name": "李雷", "account": { "number": "33010028812", "utility": "gas",
            "class": "residential", "address": "铜官区淮河中路11号" } });
        let taken = site.post("/api/customers", taken).by(2, AGENT).send().await;
        assert_eq!(taken.body["code"], "customers.account_taken");
    });
}

#[test]
fn customers_are_found_by_what_people_know() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        for (at, name) in ["王芳", "王方", "欧阳晓明"].into_iter().enumerate() {
            register(&site, name, &format!("1540000{:04}", at + 1), &format!("330100288{:02}", at + 10))
                .await;
        }
        let found = async |text: &str| {
            let list = get(&site, &format!("/api/customers?text={text}"), 2).await;
            let names = list["items"].as_array().into_iter().flatten();
            names
                .map(|item| item["account"].as_str().unwrap_or_default().to_owned())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(found("%E7%8E%8B%E8%8A%B3").await, "33010028810");
        assert_eq!(found("%E7%8E%8B").await, "33010028811 33010028810", "by name: 方 before 芳");
        assert_eq!(found("wf").await, "33010028810 33010028811");
        assert_eq!(found("oyxm").await, "33010028812");
        assert_eq!(found("ouyang").await, "33010028812");
        assert_eq!(found("0002").await, "33010028811", "the tail of a number");
        assert_eq!(found("28812").await, "33010028812", "the tail of an account");
        assert_eq!(found("G3301002881").await.split(' ').count(), 3, "the beginning of a meter's number");
        assert_eq!(found("zzzz").await, "");
        let all = get(&site, "/api/customers?limit=2", 2).await;
        let next =
            get(&site, &format!("/api/customers?limit=2&after={}", all["next"].as_str().expect("more")), 2)
                .await;
        assert_eq!(
            (all["items"].as_array().map(Vec::len), next["items"].as_array().map(Vec::len)),
            (Some(2), Some(1))
        );
        assert_eq!(
            get(&site, "/api/customers?class=residential&limit=2", 2).await["items"].as_array().map(Vec::len),
            Some(2)
        );
        assert_eq!(get(&site, "/api/customers?class=cng", 2).await["items"], json!([]));
    });
}

#[test]
fn the_demos_customers_are_made_once_and_recognised() {
    on_both(&tables(), async |db| {
        let site = site(db, "15489654318");
        let total = 1_203;
        let told = std::cell::Cell::new(0);
        let made = crate::demo::fill(&site.app, total, 2026, |done| {
            told.set(done);
            std::future::ready(())
        })
        .await
        .expect("made");
        assert_eq!((made, told.get()), (total, total));
        assert_eq!(
            crate::demo::fill(&site.app, total, 2026, |_| std::future::ready(()))
                .await
                .expect("there already"),
            0
        );
        let caller = crate::rules::demo::number(640);
        assert_eq!(caller.as_str(), format!("154{:08}", (640u64 * 7_654_321 + 12_345_678) % 100_000_000));
        let list = get(&site, &format!("/api/customers?text={caller}"), 2).await;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "{list}");
        let shared = crate::rules::demo::number(641);
        let list = get(&site, &format!("/api/customers?text={shared}"), 2).await;
        assert_eq!(list["items"].as_array().map(Vec::len), Some(2), "two records name it");
        let works = get(&site, "/api/customers?class=industrial", 2).await;
        assert_eq!(works["items"].as_array().map(Vec::len), Some(0), "none of so few");
        let cng = get(&site, "/api/customers?class=cng&limit=200", 2).await;
        assert_eq!(cng["items"].as_array().map(Vec::len), Some(14));
        assert!(site.app.db.verify_journal().await.expect("the journal").is_ok());
    });
}

/// What came of importing this text as a file.
async fn import(site: &TestSite, text: &str, dry: bool) -> (crate::rules::job::Counts, String) {
    use crate::work::import;
    let dir = tempfile::tempdir().expect("a folder");
    let (file, errors) = (dir.path().join("in.csv"), dir.path().join("errors.csv"));
    std::fs::write(&file, text).expect("written");
    let columns = import::preview(&file, JobKind::Customers).expect("a table").columns;
    let plan = import::Plan { file: &file, errors: &errors, columns: &columns, who: PersonId(2), dry };
    let progress = sheets::Progress::new("import");
    let (counts, _) = import::run(&site.app, &plan, &progress).await.expect("imported");
    (counts, std::fs::read_to_string(errors).expect("the errors"))
}

#[test]
fn a_file_comes_in_once() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        let text = "户号,户名,电话,地址,类别,表号,安装年\n\
            33000001,王芳,15400000001,青岚区松涛路1号,居民,G17001,2017\n\
            33000002,晓月酒楼,0199-2000001,青岚区松涛路2号,商业,,\n\
            33000002,晓月酒楼,,青岚区松涛路2号,商业,,\n\
            33000003,李雷,不详,青岚区松涛路3号,居民,,\n";
        let shown = |counts: crate::rules::job::Counts| {
            format!(
                "{} rows: {} new, {} changed, {} same, {} wrong",
                counts.rows, counts.new, counts.changed, counts.same, counts.wrong
            )
        };
        let (counts, errors) = import(&site, text, true).await;
        assert_eq!(shown(counts), "4 rows: 2 new, 0 changed, 0 same, 2 wrong");
        assert_eq!(get(&site, "/api/customers", 2).await["items"], json!([]), "only tried");
        expect_test::expect![[r#"
            行号 row,列 column,原因 reason,内容 value,怎么办 what to do
            4,account,上面已有 it stands above,33000002,只留一行 keep one row
            5,number,不是电话号码 not a telephone number,不详,3 到 20 位数字，固定电话带区号 3 to 20 digits, landlines with area code
        "#]]
        .assert_eq(&errors.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('"', ""));

        assert_eq!(shown(import(&site, text, false).await.0), "4 rows: 2 new, 0 changed, 0 same, 2 wrong");
        assert_eq!(shown(import(&site, text, false).await.0), "4 rows: 0 new, 0 changed, 2 same, 2 wrong");
        let moved = text.replace("松涛路1号", "松涛路9号").replace("G17001", "G26001");
        assert_eq!(shown(import(&site, &moved, false).await.0), "4 rows: 0 new, 1 changed, 1 same, 2 wrong");
        let list = get(&site, "/api/customers?text=33000001", 2).await;
        let id = list["items"][0]["id"].as_str().expect("an id").to_owned();
        let wang = get(&site, &format!("/api/customers/{id}"), 2).await;
        assert_eq!(
            wang["accounts"][0]["meters"].as_array().map(Vec::len),
            Some(2),
            "the old meter stays on record"
        );
        let history = wang["history"].as_array().cloned().unwrap_or_default();
        let change =
            history.iter().find(|line| line["kind"] == "import_changed").expect("a line of the journal");
        assert_eq!(change["payload"]["fields"], json!(["address", "meter"]));
        assert_eq!(
            get(&site, CALL, 1).await["customer"]["name"],
            "王芳",
            "the imported number is recognised"
        );
        assert!(site.app.db.verify_journal().await.expect("the journal").is_ok());
    });
}

/// Texts that break programs; they stand beside the repository, so not everybody has them.
fn naughty() -> Option<Vec<String>> {
    let above = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let mut folders = above.flat_map(|up| [up.join("shared/data"), up.join("../shared/data")]);
    let text =
        folders.find_map(|folder| std::fs::read_to_string(folder.join("naughty-strings/blns.txt")).ok());
    if text.is_none() {
        println!("SKIPPED: no shared/data/naughty-strings above {}", env!("CARGO_MANIFEST_DIR"));
    }
    let lines = |text: String| {
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
    };
    text.map(lines)
}

#[test]
fn texts_that_break_programs_do_no_harm_as_notes_and_in_searches() {
    let Some(strings) = naughty() else { return };
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        let id = register(&site, "王芳", "15400000001", "33010028812").await;
        for (at, text) in strings.iter().enumerate().filter(|(at, _)| at % 25 == 0) {
            let version = get(&site, &format!("/api/customers/{id}"), 2).await["version"].clone();
            let note = json!({ "version": version, "act": "note", "text": text });
            let reply = site.post(&format!("/api/customers/{id}/acts"), note).by(2, AGENT).send().await;
            assert!([200, 422].contains(&reply.status.as_u16()), "{at}: {}", reply.show());
            let q: String = text.bytes().take(60).map(|byte| format!("%{byte:02X}")).collect();
            let list = site.get(&format!("/api/customers?text={q}")).by(2, AGENT).send().await;
            assert!([200, 400].contains(&list.status.as_u16()), "{at}: {}", list.show());
        }
    });
}
