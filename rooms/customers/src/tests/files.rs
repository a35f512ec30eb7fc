//! Imports and exports as a browser makes them: files of every kind go up, are tried, come in; files go out, masked and inert.

use std::io::Cursor;

use db::Db;
use encoding_rs::GB18030;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use sheets::testing::rows;
use sqlx::Row as _;
use web::testing::{Reply, TestSite};

use super::{AGENT, CALL, get, naughty, register, site, tables};
use crate::http::imports::BYTES_MAX;
use db::testdb::on_both;

const SUPERVISOR: &[&str] = &["customers.read", "customers.import", "customers.export"];
const IMPORTS: &str = "/api/customers/imports";
const EXPORTS: &str = "/api/customers/exports";

const TABLE: &str = "户号,户名,电话,地址,类别,表号,安装年\n\
    33000001,王芳,15400000001,青岚区松涛路1号,居民,G17001,2017\n\
    33000002,晓月酒楼,0199-2000001,青岚区松涛路2号,商业,,\n\
    33000003,李雷,不详,青岚区松涛路3号,居民,,\n";

async fn upload(site: &TestSite, name: &str, file: &[u8]) -> Reply {
    site.upload(IMPORTS, name, file).by(2, SUPERVISOR).send().await
}

/// The id of an upload that must be taken.
async fn uploaded(site: &TestSite, name: &str, file: &[u8]) -> Value {
    let reply = upload(site, name, file).await;
    assert_eq!(reply.status.as_u16(), 200, "{}", reply.show());
    reply.body
}

/// The job when it is no longer running.
async fn finished(site: &TestSite, path: &str, person: i64) -> Value {
    for _ in 0..100_000 {
        let job = site.get(path).by(person, SUPERVISOR).send().await;
        assert_eq!(job.status.as_u16(), 200, "{}", job.show());
        if job.body["state"] != "running" {
            return job.body;
        }
        tokio::task::yield_now().await;
    }
    panic!("{path} does not end");
}

async fn run(site: &TestSite, job: &Value, dry: bool) -> Value {
    let path = format!("{IMPORTS}/{}", job["id"].as_str().expect("an id"));
    let form = json!({ "columns": job["columns"], "dry": dry });
    let begun = site.post(&format!("{path}/run"), form).by(2, SUPERVISOR).send().await;
    assert_eq!(begun.status.as_u16(), 200, "{}", begun.show());
    finished(site, &path, 2).await
}

/// A whole export: asked for, waited for, fetched.
async fn export(site: &TestSite, form: Value, person: i64, permissions: &[&str]) -> Reply {
    let begun = site.post(EXPORTS, form).by(person, permissions).send().await;
    assert_eq!(begun.status.as_u16(), 200, "{}", begun.show());
    let path = format!("{EXPORTS}/{}", begun.body["id"].as_str().expect("an id"));
    let job = finished(site, &path, person).await;
    assert_eq!(job["state"], "done", "{job}");
    let file = site.get(&format!("{path}/file")).by(person, permissions).send().await;
    assert_eq!(file.status.as_u16(), 200);
    file
}

/// What the journal says of imports and exports, oldest first.
async fn journal(db: &Db) -> Vec<(String, Value)> {
    let lines = sqlx::query(
        "SELECT kind, payload FROM db_journal WHERE room = 'customers' AND subject LIKE 'job!_%' ESCAPE '!' ORDER BY id",
    )
    .fetch_all(db.read())
    .await
    .expect("the journal");
    let payload = |row: &db::Row| serde_json::from_str(&row.get::<String, _>("payload")).expect("JSON");
    lines.iter().map(|row| (row.get("kind"), payload(row))).collect()
}

fn kinds(journal: &[(String, Value)]) -> String {
    journal.iter().map(|(kind, _)| kind.as_str()).collect::<Vec<_>>().join(" ")
}

fn names(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().into_iter().flatten();
    items.map(|item| item["account"].as_str().unwrap_or_default().to_owned()).collect()
}

fn book(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(*row) {
            // As people type them: what looks like a number is one.
            match cell.parse::<f64>() {
                Ok(number) if at > 0 => sheet.write_number(at, column, number),
                _ => sheet.write_string(at, column, *cell),
            }
            .expect("a cell");
        }
    }
    book.save_to_buffer().expect("a book")
}

#[test]
fn a_file_goes_the_whole_way() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        let job = uploaded(&site, "客户.csv", TABLE.as_bytes()).await;
        assert_eq!((&job["state"], &job["title"]), (&json!("uploaded"), &json!("客户.csv")));
        assert_eq!(
            job["columns"],
            json!(["account", "name", "number", "address", "class", "meter", "installed_year"])
        );
        assert_eq!(job["sample"][0][1], "王芳");

        let tried = run(&site, &job, true).await;
        assert_eq!(tried["state"], "tried");
        assert_eq!(tried["counts"], json!({ "rows": 3, "new": 2, "changed": 0, "same": 0, "wrong": 1 }));
        assert_eq!(get(&site, "/api/customers", 2).await["items"], json!([]), "nothing was written");
        let errors = format!("{IMPORTS}/{}/errors", job["id"].as_str().expect("an id"));
        let errors = site.get(&errors).by(2, SUPERVISOR).send().await;
        assert_eq!(errors.headers["content-disposition"], "attachment; filename=\"import-errors.csv\"");
        let told = rows(&errors.bytes);
        assert_eq!((told.len(), told[1][0].as_str(), told[1][3].as_str()), (2, "4", "不详"));

        let done = run(&site, &job, false).await;
        assert_eq!((&done["state"], &done["counts"]["new"]), (&json!("done"), &json!(2)));
        assert_eq!(names(&get(&site, "/api/customers", 2).await), ["33000002", "33000001"]);
        assert_eq!(get(&site, CALL, 1).await["customer"]["name"], "王芳", "recognised from the next call on");
        let again = run(&site, &job, false).await;
        assert_eq!((&again["counts"]["new"], &again["counts"]["same"]), (&json!(0), &json!(2)));
        assert_eq!(get_import(&site).await[0]["state"], "done");
        let journal = journal(&site.app.db).await;
        assert_eq!(kinds(&journal), "import_uploaded import_started imported import_started imported");
        assert_eq!((&journal[0].1["file"], &journal[2].1["counts"]["new"]), (&json!("客户.csv"), &json!(2)));
        assert!(site.app.db.verify_journal().await.expect("the journal").is_ok());
    });
}

async fn get_import(site: &TestSite) -> Value {
    site.get(IMPORTS).by(2, SUPERVISOR).send().await.body
}

#[test]
fn a_spreadsheet_with_columns_of_its_own() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        let file = book(&[
            &["编码", "谁", "在哪里", "手机", "备注"],
            &["33000001", "王芳", "青岚区松涛路1号", "15400000001", "晚上联系"],
            &["33000002", "=HYPERLINK(\"http://x\")", "青岚区松涛路2号", "", ""],
        ]);
        let mut job = uploaded(&site, "book.xlsx", &file).await;
        assert_eq!(
            job["columns"],
            json!([null, null, null, "number", null]),
            "what cannot be guessed is asked"
        );
        let path = format!("{IMPORTS}/{}/run", job["id"].as_str().expect("an id"));
        let refused = site.post(&path, json!({ "columns": job["columns"] })).by(2, SUPERVISOR).send().await;
        assert_eq!(
            (&refused.body["code"], &refused.body["params"]["column"]),
            (&json!("customers.column_missing"), &json!("account"))
        );
        let odd = site.post(&path, json!({ "columns": ["password"] })).by(2, SUPERVISOR).send().await;
        assert!(odd.status.is_client_error(), "{}", odd.show());

        job["columns"] = json!(["account", "name", "address", "number", null]);
        let done = run(&site, &job, false).await;
        assert_eq!(done["counts"], json!({ "rows": 2, "new": 2, "changed": 0, "same": 0, "wrong": 0 }));
        let found = get(&site, "/api/customers?text=33000001", 2).await;
        assert_eq!(found["items"][0]["number"], "154****0001", "a number of a spreadsheet has no fraction");
    });
}

#[test]
fn every_usual_encoding_is_read_and_what_is_none_is_told() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        // 㐀 has four bytes in GB18030 and none in GBK.
        let text = "户号,户名,地址\n33000001,王㐀芳,青岚区松涛路1号\n";
        let wide = |text: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(order).collect()
        };
        let files = [
            ("utf-8", text.as_bytes().to_vec()),
            ("utf-8 with a mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
            ("gb18030", GB18030.encode(text).0.into_owned()),
            ("utf-16le", wide(text, u16::to_le_bytes)),
            ("utf-16be", wide(text, u16::to_be_bytes)),
        ];
        for (name, file) in files {
            let job = uploaded(&site, name, &file).await;
            assert_eq!(
                (&job["headings"][0], &job["sample"][0][1]),
                (&json!("户号"), &json!("王㐀芳")),
                "{name}"
            );
        }
        // One broken byte costs its row, not the file.
        let mut broken = TABLE.as_bytes().to_vec();
        let at = TABLE.find("王芳").expect("a name");
        broken[at] = 0xff;
        let job = uploaded(&site, "broken.csv", &broken).await;
        assert_eq!(job["columns"][1], "name");
        let tried = run(&site, &job, true).await;
        assert_eq!((&tried["counts"]["new"], &tried["counts"]["wrong"]), (&json!(1), &json!(2)));
        let errors = format!("{IMPORTS}/{}/errors", job["id"].as_str().expect("an id"));
        let errors = site.get(&errors).by(2, SUPERVISOR).send().await;
        assert_eq!(rows(&errors.bytes)[1][..3], ["2", "name", "有读不出的字符 unreadable characters"]);
    });
}

#[test]
fn a_file_that_is_none_is_refused_and_not_kept() {
    let whole = book(&[&["户号", "户名", "地址"], &["33000001", "王芳", "青岚区松涛路1号"]]);
    let mut swollen = Cursor::new(Vec::new());
    let mut zip = zip::ZipWriter::new(&mut swollen);
    let packed =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for at in 0..1_200 {
        zip.start_file(format!("xl/part{at}.xml"), packed).expect("a part");
    }
    zip.finish().expect("packed");
    let files: [(&str, &[u8], &str); 8] = [
        ("empty.csv", b"", "empty"),
        ("half.xlsx", &whole[..whole.len() / 2], "damaged"),
        ("head.xlsx", b"PK\x03\x04 and then nothing", "damaged"),
        ("swollen.xlsx", swollen.get_ref(), "swollen"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_xls"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01", "no_table"),
        ("blank.csv", b" , ,\n,,\n", "empty"),
        ("text.xlsx", b"\0\0\0\0\0\0\0\0", "no_table"),
    ];
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        for (name, file, why) in files {
            let reply = upload(&site, name, file).await;
            assert_eq!(
                (reply.status.as_u16(), &reply.body["code"], &reply.body["params"]["why"]),
                (422, &json!("customers.bad_file"), &json!(why)),
                "{name}"
            );
        }
        let no_file = site.post(IMPORTS, json!({})).by(2, SUPERVISOR).send().await;
        assert!(no_file.status.is_client_error(), "{}", no_file.show());
        assert_eq!(get_import(&site).await, json!([]));
        assert_eq!(kept(&site), Vec::<String>::new(), "nothing is left on the disk");
    });
}

/// The files in the folder of this site.
fn kept(site: &super::Site) -> Vec<String> {
    let entries = std::fs::read_dir(site.folder.path()).expect("the folder").flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_is_too_large_is_refused_and_not_kept() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        // A little more than a file may have, and more than the whole form may have.
        for beyond in [1, 1 << 20] {
            let file = vec![b'x'; usize::try_from(BYTES_MAX).expect("a size") + beyond];
            let reply = upload(&site, "large.csv", &file).await;
            assert_eq!(
                (reply.status.as_u16(), &reply.body["code"]),
                (413, &json!("web.too_large")),
                "{beyond}"
            );
            assert_eq!(kept(&site), Vec::<String>::new());
        }
    });
}

#[test]
fn only_those_who_may_import_and_export_do() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        register(&site, "王芳", "15400000001", "33010028812").await;
        let job = uploaded(&site, "客户.csv", TABLE.as_bytes()).await;
        let path = format!("{IMPORTS}/{}", job["id"].as_str().expect("an id"));
        let csv = json!({ "format": "csv" });
        let whole = json!({ "format": "csv", "whole": true, "reason": "年度核对" });
        for call in [
            site.upload(IMPORTS, "a.csv", TABLE.as_bytes()),
            site.get(IMPORTS),
            site.get(&path),
            site.get(&format!("{path}/errors")),
            site.post(&format!("{path}/run"), json!({ "columns": job["columns"] })),
            site.post(&format!("{path}/cancel"), json!({})),
            site.post(EXPORTS, csv.clone()),
        ] {
            assert_eq!(call.by(1, AGENT).send().await.status.as_u16(), 403);
        }
        let no = site.post(EXPORTS, whole.clone()).by(2, SUPERVISOR).send().await;
        assert_eq!(
            (no.status.as_u16(), &no.body["params"]["permission"]),
            (403, &json!("customers.export_whole"))
        );
        let mute = json!({ "format": "csv", "whole": true, "reason": " " });
        let mute = site.post(EXPORTS, mute).by(2, &["customers.export_whole"]).send().await;
        assert_eq!(mute.body["code"], "customers.needs_reason");

        // What somebody exported is nobody else's.
        let mine = site.post(EXPORTS, csv).by(2, SUPERVISOR).send().await;
        let mine = format!("{EXPORTS}/{}", mine.body["id"].as_str().expect("an id"));
        finished(&site, &mine, 2).await;
        for path in [mine.clone(), format!("{mine}/file")] {
            assert_eq!(site.get(&path).by(3, SUPERVISOR).send().await.status.as_u16(), 404);
        }
        let whole = export(&site, whole, 4, &["customers.export", "customers.export_whole"]).await;
        assert!(rows(&whole.bytes)[1].contains(&"王芳".to_owned()));
        let journal = journal(&site.app.db).await;
        assert_eq!(
            kinds(&journal),
            "import_uploaded export_started exported export_started exported export_fetched"
        );
        assert_eq!((&journal[1].1["whole"], &journal[2].1["rows"]), (&json!(false), &json!(1)));
        assert_eq!((&journal[3].1["whole"], &journal[3].1["reason"]), (&json!(true), &json!("年度核对")));
    });
}

#[test]
fn an_export_is_masked_and_narrowed_like_the_list() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        let job = uploaded(&site, "客户.csv", TABLE.as_bytes()).await;
        run(&site, &job, false).await;
        for format in ["csv", "xlsx"] {
            let all = export(&site, json!({ "format": format }), 2, SUPERVISOR).await;
            let name = format!("attachment; filename=\"customers.{format}\"");
            assert_eq!(all.headers["content-disposition"], name.as_str());
            assert_eq!(all.headers["cache-control"], "no-store");
            let shown = rows(&all.bytes).iter().map(|row| row.join("|")).collect::<Vec<_>>();
            let shown: Vec<&str> = shown.iter().map(|row| row.trim_end_matches('|')).collect();
            assert_eq!(
                shown[0], "户名|性质|户号|业务|用户类别|地址|表号|表具类型|安装年份|电话|标记",
                "{format}"
            );
            let shop = "晓月酒楼|单位|33000002|燃气|商业|青岚区松涛路****|";
            assert!(shown[1].starts_with(shop) && !shown[1].contains("2000001"), "{format}: {}", shown[1]);
            assert_eq!(
                shown[2], "王*|个人|33000001|燃气|居民|青岚区松涛路****|G17001||2017|154****0001",
                "{format}"
            );
            assert_eq!(shown.len(), 3);
            let shops =
                export(&site, json!({ "format": format, "class": "commercial" }), 2, SUPERVISOR).await;
            assert_eq!(rows(&shops.bytes).len(), 2, "{format}");
        }
    });
}

#[test]
fn naughty_names_and_addresses_are_inert_in_every_file() {
    let Some(strings) = naughty() else { return };
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (at, heading) in (0..).zip(["户号", "户名", "地址"]) {
        sheet.write_string(0, at, heading).expect("a cell");
    }
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["户号", "户名", "地址"]).expect("a heading");
    for (row, text) in (1..).zip(&strings) {
        let text: String = text.chars().take(30_000).collect();
        sheet.write_string(row, 0, format!("3300{row:05}")).expect("a cell");
        sheet.write_string(row, 1, &text).expect("a cell");
        sheet.write_string(row, 2, &text).expect("a cell");
        csv.write_record([&format!("4400{row:05}"), &text, &text]).expect("a row");
    }
    let files = [
        ("naughty.csv", csv.into_inner().expect("a table")),
        ("naughty.xlsx", book.save_to_buffer().expect("a book")),
    ];
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        let mut made = 0;
        for (name, file) in &files {
            let done = run(&site, &uploaded(&site, name, file).await, false).await;
            assert_eq!(done["state"], "done", "{name}: {done}");
            let counts = |key: &str| done["counts"][key].as_u64().unwrap_or_default();
            assert_eq!(counts("rows"), counts("new") + counts("wrong"), "{name}");
            assert!(counts("new") > counts("wrong"), "{name}: most are names like others: {done}");
            made += counts("new");
            let errors = format!("{IMPORTS}/{}/errors", done["id"].as_str().expect("an id"));
            inert(&site.get(&errors).by(2, SUPERVISOR).send().await.bytes, name);
        }
        let whole = ["customers.export", "customers.export_whole"];
        for format in ["csv", "xlsx"] {
            let form = json!({ "format": format, "whole": true, "reason": "核对" });
            let file = export(&site, form, 2, &whole).await;
            assert_eq!(rows(&file.bytes).len() as u64, made + 1, "{format}");
            inert(&file.bytes, format);
            inert(&export(&site, json!({ "format": format }), 2, &whole).await.bytes, format);
        }
        let all = get(&site, "/api/customers?limit=200", 2).await;
        assert_eq!(all["items"].as_array().map(Vec::len), Some(200), "the list shows them");
    });
}

/// No cell of a file is a formula, neither as CSV nor as XLSX.
fn inert(file: &[u8], name: &str) {
    for row in rows(file) {
        for cell in row {
            let first = cell.trim_start().chars().next();
            assert!(
                !matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')),
                "{name}: {cell}"
            );
        }
    }
    if file.starts_with(b"PK") {
        let mut parts = zip::ZipArchive::new(Cursor::new(file)).expect("a spreadsheet");
        let mut sheet = String::new();
        let mut part = parts.by_name("xl/worksheets/sheet1.xml").expect("a sheet");
        std::io::Read::read_to_string(&mut part, &mut sheet).expect("text");
        assert!(!sheet.contains("<f>") && !sheet.contains("<hyperlink"), "{name}");
    }
}

async fn clean(site: &super::Site) {
    let job = site.site.site.jobs.iter().find(|job| job.name == "customers.clean").expect("the job");
    (job.run)(site.app.clone()).await.expect("cleaned");
}

#[test]
fn files_go_a_day_after_their_work_was_begun() {
    on_both(&tables(), async |db| {
        let site = site(db, "15400000001");
        let hours = |hours: u64| site.clock.advance(std::time::Duration::from_secs(hours * 3600));
        let unfinished = uploaded(&site, "a.csv", TABLE.as_bytes()).await;
        let done = uploaded(&site, "b.csv", TABLE.as_bytes()).await;
        run(&site, &done, false).await;
        hours(12);
        let young = uploaded(&site, "c.csv", TABLE.as_bytes()).await;
        let begun = site.post(EXPORTS, json!({ "format": "csv" })).by(2, SUPERVISOR).send().await;
        let exported = format!("{EXPORTS}/{}", begun.body["id"].as_str().expect("an id"));
        finished(&site, &exported, 2).await;
        clean(&site).await;
        assert_eq!(kept(&site).len(), 5, "{:?}", kept(&site));

        hours(13);
        clean(&site).await;
        assert_eq!(kept(&site).len(), 2, "the young upload and the export: {:?}", kept(&site));
        let one = async |job: &Value| {
            let path = format!("{IMPORTS}/{}", job["id"].as_str().expect("an id"));
            site.get(&path).by(2, SUPERVISOR).send().await.body
        };
        let gone = one(&unfinished).await;
        assert_eq!(
            (&gone["state"], &gone["files"], &gone["sample"], &gone["headings"][1]),
            (&json!("expired"), &json!(false), &json!([]), &json!("户名"))
        );
        let past = one(&done).await;
        assert_eq!(
            (&past["state"], &past["counts"]["new"], &past["sample"]),
            (&json!("done"), &json!(2), &json!([]))
        );
        assert_eq!(one(&young).await["files"], true);
        for path in [unfinished["id"].as_str(), done["id"].as_str()] {
            let path = format!("{IMPORTS}/{}/run", path.expect("an id"));
            let run = site.post(&path, json!({ "columns": young["columns"] })).by(2, SUPERVISOR).send().await;
            assert_eq!((run.status.as_u16(), &run.body["code"]), (409, &json!("customers.file_gone")));
        }
        hours(12);
        clean(&site).await;
        assert_eq!(site.get(&exported).by(2, SUPERVISOR).send().await.status.as_u16(), 404);
        assert_eq!(kept(&site), Vec::<String>::new());
    });
}

#[test]
fn what_an_earlier_process_left_is_cleaned_at_the_start() {
    on_both(&tables(), async |db| {
        let before = site(db.clone(), "15400000001");
        let job = uploaded(&before, "a.csv", TABLE.as_bytes()).await;
        export(&before, json!({ "format": "xlsx" }), 2, SUPERVISOR).await;
        assert_eq!(kept(&before).len(), 2);
        let after = super::Site {
            site: super::centre(db, "15400000001", before.folder.path()),
            folder: before.folder,
        };
        clean(&after).await;
        let id = job["id"].as_str().expect("an id");
        assert_eq!(kept(&after), [format!("{id}.upload")], "nobody can fetch the export any more");
        assert_eq!(run(&after, &job, false).await["state"], "done");
    });
}
