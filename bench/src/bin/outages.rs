//! Outages among a million customers: how long it takes to enter one, and how long a caller waits for his own.
//!
//! `cargo run --release --package bench --bin outages -- [COUNT] [from=DIR]`: so many customers (1,200,000) in a data folder of its
//! own, or those that an earlier `switchboard customers generate --data DIR` has made. Twenty outages are entered and published over
//! HTTP in the release program; then callers are answered as the telephone's menu answers them, twenty a second, beside others who
//! write and an outage whose customers are computed again and again. The embedded database only.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use bench::served::{Place, Served, figure, quantiles};
use customers::rules::demo::{number, stranger};
use db::{Db, Entry};
use kernel::calendar::Calendar;
use kernel::{OutageId, Timestamp};
use outages::store::affected;
use serde_json::{Value, json};

const AREAS: [&str; 4] = ["青岚", "临溪", "云麓", "石渡"];
const PLACES: [&str; 20] = [
    "松涛", "晓月", "鹤鸣", "芦荻", "丹枫", "白鹭", "听泉", "竹影", "栖云", "枕流", "映雪", "拂柳", "观澜",
    "望舒", "采薇", "揽翠", "凝露", "知秋", "漱玉", "扶摇",
];
const KINDS: [&str; 6] = ["里", "苑", "坊", "新村", "花园", "小区"];
const OUTAGES: usize = 20;
const CALLS: u64 = 600;
/// A menu waits so long for its answer, and then says what everybody hears.
const GOAL: &str = "goal 280";

fn now() -> Result<Timestamp> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(Timestamp::from_micros(i64::try_from(since.as_micros())?))
}

/// The sections of nine neighbourhoods of a district.
fn codes(nth: usize) -> Vec<String> {
    let area = AREAS[nth % AREAS.len()];
    let places = (0..9).map(|place| PLACES[(place + nth) % PLACES.len()]);
    places.flat_map(|place| KINDS.map(|kind| format!("GD-{area}-{place}{kind}"))).collect()
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut count = 1_200_000u64;
    let mut from = None;
    for argument in std::env::args().skip(1) {
        match argument.strip_prefix("from=") {
            Some(folder) => from = Some(PathBuf::from(folder)),
            None => count = argument.parse().with_context(|| argument.clone())?,
        }
    }
    let program = bench::program()?;
    let folder = tempfile::tempdir()?;
    let place = Place { data: folder.path().join("data"), database: None };
    println!("{count} customers on SQLite");
    match from {
        Some(from) => bench::copy_database(&from, &place.data)?,
        None => {
            let begun = Instant::now();
            let count = count.to_string();
            let mut generate = place.command(&program, &["customers", "generate", "--count", &count]);
            ensure!(generate.stderr(Stdio::null()).status()?.success(), "the customers could not be made");
            figure("made and written", begun.elapsed().as_secs_f64(), "s", "");
        }
    }
    let path = place.data.join("switchboard.db").to_string_lossy().into_owned();
    let db = Db::open(&path).await?;
    let mut elements = Vec::new();
    for nth in 0..OUTAGES {
        let found = customers::store::network::by_codes(&db, &codes(nth)).await?;
        elements.push(found.iter().map(|element| element.id).collect::<Vec<_>>());
    }
    db.close().await;
    let first = entered(&place, &program, elements).await?;
    heard(&path, count, first).await?;
    println!("load average {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default());
    Ok(())
}

/// Enters and publishes them over HTTP; the first one's id.
async fn entered(
    place: &Place,
    program: &std::path::Path,
    elements: Vec<Vec<kernel::ElementId>>,
) -> Result<OutageId> {
    let served = Served::start(program, place, &["--demo-customers", "0", "--demo-orders", "0"]).await?;
    let leader = served.sign_in("2002").await?;
    let (mut looking, mut entering, mut publishing) = (Vec::new(), Vec::new(), Vec::new());
    let (mut first, mut affected) = (None, 0);
    for (nth, elements) in elements.into_iter().enumerate() {
        let starts = now()?;
        let plan = json!({
            "utility": "gas", "class": "fault", "cause": "equipment", "reason": "抢修",
            "starts": starts, "ends": starts + Duration::from_secs(7_200),
            "area": { "text": format!("第{nth}片"), "elements": elements, "places": [], "accounts": [] },
        });
        let begun = Instant::now();
        leader.post("/api/outages/preview", &json!({ "utility": "gas", "area": plan["area"] })).await?;
        looking.push(begun.elapsed().as_secs_f64() * 1_000.0);
        let begun = Instant::now();
        let outage: Value = leader.post("/api/outages", &plan).await?;
        entering.push(begun.elapsed().as_secs_f64() * 1_000.0);
        affected += outage["counts"]["all"].as_i64().unwrap_or(0);
        let id = outage["id"].as_str().context("an outage without an id")?.to_owned();
        let act = json!({ "act": { "act": "publish" }, "version": outage["version"] });
        let begun = Instant::now();
        leader.post(&format!("/api/outages/{id}/act"), &act).await?;
        publishing.push(begun.elapsed().as_secs_f64() * 1_000.0);
        first.get_or_insert(id);
    }
    figure("affected by each, on average", affected as f64 / OUTAGES as f64, "", "");
    quantiles("who would be affected", looking, "goal 1000");
    quantiles("an outage entered", entering, "");
    quantiles("published", publishing, "");
    served.stop()?;
    first.context("no outage")?.parse().ok().context("an outage's id")
}

/// Callers, one after the other, beside two who write.
async fn heard(path: &str, count: u64, first: OutageId) -> Result<()> {
    let (db, calendar) = (Db::open(path).await?, Calendar::china());
    let writer = db.clone();
    let at = now()?;
    let writing = tokio::spawn(async move {
        for nth in 0_u64.. {
            let mut tx = writer.begin().await?;
            let (subject, payload) = (format!("bench {nth}"), json!({ "nth": nth }));
            tx.journal(Entry { at, who: None, room: "outages", subject, kind: "bench", payload });
            tx.commit().await?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::Ok(())
    });
    let again = db.clone();
    let computing = tokio::spawn(async move {
        for _ in 0_u64.. {
            let mut tx = again.begin().await?;
            let kept = outages::store::outages::one(&mut tx, first).await?.context("it is gone")?;
            affected::compute(&mut tx, first, kept.plan.utility, &kept.plan.area).await?;
            tx.commit().await?;
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
        anyhow::Ok(())
    });
    let (mut taken, mut own) = (Vec::new(), 0);
    let mut every = tokio::time::interval(Duration::from_millis(50));
    for nth in 0..CALLS {
        every.tick().await;
        let caller = if nth % 5 == 0 { stranger(nth) } else { number(nth * 9_973 % count) };
        let begun = Instant::now();
        let heard = outages::heard_by(&db, &calendar, caller.as_str(), now()?).await?;
        taken.push(begun.elapsed().as_secs_f64() * 1_000.0);
        own += u64::from(heard.own);
    }
    ensure!(!writing.is_finished() && !computing.is_finished(), "those who write have failed");
    writing.abort();
    computing.abort();
    figure("callers who heard their own", own as f64, &format!("of {CALLS}"), "");
    quantiles("a caller is answered, 20 a second beside writes", taken, GOAL);
    db.close().await;
    Ok(())
}
