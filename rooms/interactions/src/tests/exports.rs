//! Records as files: what one may see, masked, inert, noted; the files go when nobody wants them any more.

use db::testdb::on_both;
use sheets::testing::rows;
use sqlx::Row as _;

use super::*;

const EXPORTS: &str = "/api/interactions/exports";
const MANAGER: &str = "30:0:0:interactions.read,interactions.export";
const OTHER_MANAGER: &str = "31:0:0:interactions.read,interactions.export";
/// Leads the agent's group, and was allowed to export besides.
const GROUP_LEADER: &str = "20:3:3:interactions.read_group,interactions.export";
const STRANGER: &str = "22:9:9:interactions.read_group,interactions.export";

/// A whole export: asked for, waited for, fetched.
async fn export(site: &TestSite, form: Value, token: &str) -> Reply {
    let begun = by(site.post(EXPORTS, form), token).await;
    assert_eq!(begun.status.as_u16(), 200, "{}", begun.show());
    let path = format!("{EXPORTS}/{}", begun.body["id"].as_str().expect("an id"));
    for _ in 0..100_000 {
        let job = by(site.get(&path), token).await;
        assert_eq!(job.status.as_u16(), 200, "{}", job.show());
        if job.body["state"] != "running" {
            assert_eq!(job.body["state"], "done");
            return by(site.get(&format!("{path}/file")), token).await;
        }
        tokio::task::yield_now().await;
    }
    panic!("{path} does not end");
}

/// What the agent writes about a call that was.
async fn write(site: &TestSite, db: &Db, id: i64, from: &str, second: u64, draft: Value) {
    call(db, CallId(id), from, second).await;
    let saved = by(site.put(&path(CallId(id), "/draft"), form(0, 1, draft)), WRITER).await;
    assert_eq!(saved.status.as_u16(), 200, "{}", saved.show());
}

#[test]
fn a_file_holds_what_the_list_shows() {
    on_both(ALL, async |db| {
        let folder = tempfile::tempdir().expect("a folder");
        let site = site_in(&db, folder.path()).await;
        let draft = json!({ "reason": "G020101", "fields": { "address": "淮河中路10号3栋" }, "notes": "女儿 15400009999，晚上打", "result": "call_back", "contact": "15400009999" });
        write(&site, &db, 100, "13812345678", 0, draft).await;
        write(&site, &db, 101, "13900001111", 100, json!({ "notes": "=1+1" })).await;
        for format in ["csv", "xlsx"] {
            let file = export(&site, json!({ "format": format }), MANAGER).await;
            let name = format!("attachment; filename=\"interactions.{format}\"");
            assert_eq!(file.headers["content-disposition"], name.as_str());
            let shown = rows(&file.bytes);
            assert_eq!((shown.len(), shown[0][0].as_str(), shown[0][2].as_str()), (3, "时间", "号码"));
            // The newest first; what looks like a formula is a text.
            assert_eq!(shown[1][10], "'=1+1", "{format}");
            let row: Vec<&str> = shown[2].iter().map(String::as_str).collect();
            assert!(row[0].starts_with("20") && row[0].len() == 19, "{}", row[0]);
            assert_eq!((row[1], row[2], row[6], row[7]), ("呼入", "138****5678", "G020101", "待回电"));
            assert!(row[5].contains(" / ") && row[9].contains("淮河中路****"), "{format}: {row:?}");
            assert_eq!(row[10], "女儿 154****9999，晚上打");
            assert_eq!(row[12], CallId(100).to_string());
        }
        let english = json!({ "format": "csv", "language": "en", "result": "call_back" });
        let shown = rows(&export(&site, english, MANAGER).await.bytes);
        assert_eq!(
            (shown.len(), shown[0][0].as_str(), shown[1][7].as_str()),
            (2, "Time", "To be called back")
        );
        let later = json!({ "format": "csv", "from": "2030-01-01T00:00:00Z" });
        assert_eq!(rows(&export(&site, later, MANAGER).await.bytes).len(), 1, "headings only");
        let bad = by(site.post(EXPORTS, json!({ "format": "csv", "result": "moon" })), MANAGER).await;
        assert_eq!(bad.body["code"], "web.bad_query");

        let lines = sqlx::query(
            "SELECT kind, who, payload FROM db_journal WHERE kind LIKE 'export%' ORDER BY id LIMIT 3",
        );
        let lines = lines.fetch_all(db.read()).await.expect("the journal");
        let kinds: Vec<String> = lines.iter().map(|line| line.get("kind")).collect();
        assert_eq!(kinds, ["export_started", "exported", "export_fetched"]);
        assert!(lines.iter().all(|line| line.get::<i64, _>("who") == 30));
    });
}

#[test]
fn everybody_takes_out_what_he_may_see() {
    on_both(ALL, async |db| {
        let folder = tempfile::tempdir().expect("a folder");
        let site = site_in(&db, folder.path()).await;
        // More than are read at a time here.
        for at in 0..5 {
            write(&site, &db, 100 + at, "13812345678", at as u64 * 100, json!({ "notes": "一" })).await;
        }
        let csv = json!({ "format": "csv" });
        for (token, records) in [(MANAGER, 5), (GROUP_LEADER, 5), (STRANGER, 0)] {
            assert_eq!(rows(&export(&site, csv.clone(), token).await.bytes).len(), 1 + records, "{token}");
        }
        for token in [WRITER, LEADER, SUPERVISOR] {
            assert_eq!(by(site.post(EXPORTS, csv.clone()), token).await.status.as_u16(), 403, "{token}");
        }
        let begun = by(site.post(EXPORTS, csv), MANAGER).await;
        let path = format!("{EXPORTS}/{}", begun.body["id"].as_str().expect("an id"));
        for path in [path.clone(), format!("{path}/file")] {
            assert_eq!(by(site.get(&path), OTHER_MANAGER).await.status.as_u16(), 404, "not his");
        }

        site.clock.advance(Duration::from_secs(25 * 3600));
        let clean = site.site.jobs.iter().find(|job| job.name == "interactions.clean").expect("the job");
        for _ in 0..100_000 {
            if by(site.get(&path), MANAGER).await.body["state"] != "running" {
                break;
            }
            tokio::task::yield_now().await;
        }
        (clean.run)(site.app.clone()).await.expect("cleaned");
        assert_eq!(by(site.get(&path), MANAGER).await.status.as_u16(), 404);
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0);
    });
}

#[test]
fn naughty_notes_and_callers_are_inert_in_files() {
    let Some(naughty) = naughty() else { return };
    on_both(ALL, async |db| {
        let folder = tempfile::tempdir().expect("a folder");
        let site = site_in(&db, folder.path()).await;
        let mut id = 100;
        for text in naughty.iter().filter(|text| (1..=500).contains(&text.chars().count())) {
            // Most are harmless to a spreadsheet; these are enough.
            if !text.trim_start().starts_with(['=', '+', '-', '@', '<', '\'', '"']) {
                continue;
            }
            let draft =
                json!({ "notes": text, "fields": { "address": text, "f1": text }, "reason": "G020101" });
            let caller: String = text.chars().filter(|c| !c.is_control()).take(40).collect();
            write(&site, &db, id, &caller, (id as u64 - 100) * 100, draft).await;
            id += 1;
        }
        write(&site, &db, id, "=HYPERLINK(\"http://x\")", 90_000, json!({ "notes": "=cmd|' /C calc'!A0" }))
            .await;
        for format in ["csv", "xlsx"] {
            let file = export(&site, json!({ "format": format }), MANAGER).await;
            let rows = rows(&file.bytes);
            assert_eq!(rows.len() as i64, id - 100 + 2, "{format}");
            for cell in rows.iter().flatten() {
                let first = cell.trim_start().chars().next();
                assert!(!matches!(first, Some('=' | '+' | '-' | '@')), "{format}: {cell}");
            }
        }
    });
}
