//! Work orders by the million: lists, inboxes and searches, the watcher of promises, and how many are filed in a second.
//!
//! `cargo run --release --package bench --bin orders -- [COUNT] [from=DIR | postgres://…]`: makes invented orders that have lived
//! by the rules for a month, starts the release program on them, asks it over HTTP, files with 64 at a time, and prints each
//! figure beside its goal. `from`: a data folder that an earlier run has made is copied.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bench::served::{Asker, Place, Served, coded, figure, quantiles};
use serde_json::{Value, json};

/// So many are filed at the same time, for so long.
const AT_ONCE: usize = 64;
const FILING: Duration = Duration::from_secs(20);
/// What the watcher's job says of itself.
const WATCHED: &str = "job_seconds{job=\"promises.watch\",quantile=\"0.95\"}";

#[tokio::main]
async fn main() -> Result<()> {
    let mut count = 2_000_000u64;
    let (mut database, mut from) = (None, None);
    for argument in std::env::args().skip(1) {
        match (argument.parse(), argument.strip_prefix("from=")) {
            (Ok(number), _) => count = number,
            (_, Some(folder)) => from = Some(PathBuf::from(folder)),
            _ => database = Some(argument),
        }
    }
    let program = bench::program()?;
    let folder = tempfile::tempdir()?;
    let place = Place { data: folder.path().join("data"), database };
    let on = if place.database.is_some() { "PostgreSQL" } else { "SQLite, synchronous=FULL" };
    println!("{count} orders on {on}");
    match from {
        Some(from) => bench::copy_database(&from, &place.data)?,
        None => {
            // The demo's people, units and kinds.
            Served::start(&program, &place, &["--demo-customers", "0", "--demo-orders", "0"])
                .await?
                .stop()?;
            let begun = Instant::now();
            let count = count.to_string();
            let words = ["work-orders", "generate", "--count", &count];
            ensure!(place.command(&program, &words).status()?.success(), "the orders could not be made");
            figure("made and written", begun.elapsed().as_secs_f64(), "s", "");
        }
    }
    let begun = Instant::now();
    let served = Served::start(&program, &place, &["--demo-customers", "0", "--demo-orders", "0"]).await?;
    figure("started", begun.elapsed().as_secs_f64(), "s", "");
    let (leader, crew) = (served.sign_in("2002").await?, served.sign_in("5101").await?);
    while !leader.get("/api/search?q=wf").await?["building"].is_null() {
        ensure!(begun.elapsed() < Duration::from_secs(3_600), "the index is not built");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    figure("search index built", begun.elapsed().as_secs_f64(), "s", "");
    settled(&served).await?;

    lists(&leader, &crew).await?;
    let scan = served.metric(WATCHED).await?.context("the watcher's job is not measured")?;
    figure("deadline scan, p95", scan * 1_000.0, "ms", "goal 100");
    filed(&served, place.database.is_some()).await?;
    let scan = served.metric(WATCHED).await?.unwrap_or(f64::NAN);
    figure("deadline scan, p95, with what was filed", scan * 1_000.0, "ms", "goal 100");
    println!("load average {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default());
    served.stop()
}

/// The first look of the watcher tells everything that an invented month has left: that is no everyday scan.
async fn settled(served: &Served) -> Result<()> {
    const TIMES: &str = "job_seconds_count{job=\"promises.watch\"}";
    let begun = Instant::now();
    let mut before = served.metric(TIMES).await?;
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now = served.metric(TIMES).await?;
        if now.unwrap_or(0.0) > before.unwrap_or(0.0) {
            break;
        }
        before = now;
        ensure!(begun.elapsed() < Duration::from_secs(1_800), "the watcher does not come to an end");
    }
    // The figures of the first minute leave the window.
    tokio::time::sleep(Duration::from_secs(61)).await;
    Ok(())
}

async fn lists(leader: &Asker, crew: &Asker) -> Result<()> {
    let page = leader.get("/api/work_orders?limit=200").await?;
    let orders: Vec<Value> = page["items"].as_array().cloned().unwrap_or_default();
    ensure!(!orders.is_empty(), "there are no orders");
    let of = |nth: u64, name: &str| -> String {
        let order = &orders[nth as usize % orders.len()];
        order[name].as_str().unwrap_or_default().to_owned()
    };
    let pick = |of: &[&str], nth: u64| of[nth as usize % of.len()].to_owned();
    let states = ["accepted", "dispatched", "taken", "result_given,in_review", "to_call_back"];
    let kinds = ["fault", "complaint", "enquiry", "request"];
    leader.time("list: all, newest", 150.0, |_| "/api/work_orders?limit=50".into()).await?;
    leader.time("list: open, next due", 150.0, |_| "/api/work_orders?open=true&limit=50".into()).await?;
    leader.time("list: overdue", 150.0, |_| "/api/work_orders?overdue=true&limit=50".into()).await?;
    leader
        .time("list: of a state", 150.0, |nth| {
            format!("/api/work_orders?open=true&state={}&limit=50", pick(&states, nth))
        })
        .await?;
    leader
        .time("list: of a kind, all", 150.0, |nth| {
            format!("/api/work_orders?kind={}&limit=50", pick(&kinds, nth))
        })
        .await?;
    for flag in ["urged", "returned", "reopened", "late", "supervised", "important"] {
        leader
            .time(&format!("list: {flag}"), 150.0, |_| format!("/api/work_orders?{flag}=true&limit=50"))
            .await?;
    }
    leader
        .time("list: of a unit, all", 150.0, |nth| {
            format!("/api/work_orders?unit={}&limit=50", of(nth, "unit"))
        })
        .await?;
    leader
        .time("list: of a handler, all", 150.0, |nth| {
            format!("/api/work_orders?handler={}&limit=50", of(nth, "handler"))
        })
        .await?;
    crew.time("inbox: open of one's units", 150.0, |_| "/api/work_orders?of=units&open=true&limit=50".into())
        .await?;
    crew.time("inbox: all of one's units", 150.0, |_| "/api/work_orders?of=units&limit=50".into()).await?;
    leader
        .time("one order, by its number", 150.0, |nth| format!("/api/work_orders/{}", of(nth, "number")))
        .await?;
    leader
        .time("list: of a telephone", 150.0, |nth| {
            format!("/api/work_orders?phone=154{:08}", nth * 7_919_777 % 100_000_000)
        })
        .await?;
    leader.time("search box: a number", 150.0, |nth| format!("/api/search?q={}", of(nth, "number"))).await?;
    let streets = ["松涛路", "丹枫大道", "听泉路", "鹤鸣路", "晓月街", "望江路"];
    leader
        .time("search box: a street and a house", 150.0, |nth| {
            format!("/api/search?q={}", coded(&format!("{}{}号", pick(&streets, nth), 1 + nth)))
        })
        .await?;
    leader.time("where all stand", 150.0, |_| "/api/work_orders/now".into()).await?;
    leader.time("promises: next due", 150.0, |_| "/api/promises?limit=50".into()).await?;
    Ok(())
}

/// Files as fast as is answered, and says how many a second were acknowledged.
async fn filed(served: &Served, postgres: bool) -> Result<()> {
    let unit =
        served.sign_in("2002").await?.get("/api/work_orders?open=true&state=dispatched&limit=1").await?;
    let unit = unit["items"][0]["unit"].clone();
    // Passwords take their time to be checked; that is not filing.
    let mut agents = Vec::new();
    for _ in 0..AT_ONCE {
        agents.push(served.sign_in("2001").await?);
    }
    let done = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut clients = Vec::new();
    for (client, agent) in agents.into_iter().enumerate() {
        let (done, unit) = (done.clone(), unit.clone());
        clients.push(tokio::spawn(async move {
            let mut taken = Vec::new();
            let until = Instant::now() + FILING;
            while Instant::now() < until {
                let nth = done.fetch_add(1, Relaxed);
                let matter = json!({ "kind": "fault", "subtype": "fault.no_gas", "content": "家中无气，灶具打不着火",
                    "address": format!("松涛路{client}号{nth}室"), "area": "青岚区",
                    "contact": { "name": "王小明", "phone": "15400000001" } });
                let form = json!({ "matter": matter, "unit": unit, "token": format!("b{client}-{nth}") });
                let asked = Instant::now();
                agent.post("/api/work_orders", &form).await?;
                taken.push(asked.elapsed().as_secs_f64() * 1_000.0);
            }
            Ok::<_, anyhow::Error>(taken)
        }));
    }
    let mut taken = Vec::new();
    for client in clients {
        taken.extend(client.await??);
    }
    let rate = taken.len() as f64 / begun.elapsed().as_secs_f64();
    figure("filed, 64 at a time", rate, "/s", if postgres { "goal 1000" } else { "goal 100" });
    quantiles("asked to be filed → acknowledged", taken, "");
    Ok(())
}
