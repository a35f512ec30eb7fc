//! Customers by the million: how long it takes to make them, to find one, to know a caller, to bring a file in.
//!
//! `cargo run --release --package bench --bin customers -- [COUNT] [from=DIR | postgres://…]`: starts the release binary in a
//! folder of its own, asks it over HTTP, and prints each figure beside its goal. `from`: what an earlier
//! `switchboard customers generate --data DIR` has made is copied.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bench::served::{Asker, Place, Served, coded, figure};
use serde_json::{Value, json};

const FIRST_ACCOUNT: u64 = 3_300_000_001;
const IMPORTED: u64 = 160_000;

#[tokio::main]
async fn main() -> Result<()> {
    let mut count = 1_200_000;
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
    println!("{count} customers on {}", if place.database.is_some() { "PostgreSQL" } else { "SQLite" });

    if let Some(from) = from {
        bench::copy_database(&from, &place.data)?;
    }
    let begun = Instant::now();
    let mut generate = place.command(&program, &["customers", "generate", "--count", &count.to_string()]);
    ensure!(generate.stderr(Stdio::null()).status()?.success(), "the customers could not be made");
    figure("made and written", begun.elapsed().as_secs_f64(), "s", "");

    let begun = Instant::now();
    let served = Served::start(&program, &place, &[]).await?;
    let leader = served.sign_in("2002").await?;
    while !leader.get("/api/search?q=wf").await?["building"].is_null() {
        ensure!(begun.elapsed() < Duration::from_secs(1_800), "the index is not built");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    figure("search index built", begun.elapsed().as_secs_f64(), "s", "");

    let spread = |nth: u64| nth * 9_973 % count;
    let names = ["王芳", "李建", "欧阳", "丁晓", "单", "赵"];
    let latin = ["wangfang", "lj", "ouy", "zhaoxm", "s"];
    let places = ["青岚区松涛路", "晓月里3栋502", "云麓区丹枫大道88号", "听泉苑 12栋", "鹤鸣新村1单元"];
    let pick = |of: &[&str], nth: u64| of[nth as usize % of.len()].to_owned();
    leader.time("search: name", 150.0, |nth| format!("/api/search?q={}", coded(&pick(&names, nth)))).await?;
    leader
        .time("search: pinyin, initials", 150.0, |nth| format!("/api/search?q={}", pick(&latin, nth)))
        .await?;
    leader
        .time("search: address", 150.0, |nth| format!("/api/search?q={}", coded(&pick(&places, nth))))
        .await?;
    leader
        .time("search: end of a number, 4 digits", 150.0, |nth| {
            format!("/api/search?q={:04}", nth * 97 % 10_000)
        })
        .await?;
    leader
        .time("search: account", 150.0, |nth| format!("/api/search?q={}", FIRST_ACCOUNT + spread(nth)))
        .await?;
    leader
        .time("search: name and street", 150.0, |nth| {
            format!("/api/search?q={}", coded(&format!("{} 松涛路", pick(&names, nth))))
        })
        .await?;
    leader
        .time("known by the whole number", 50.0, |nth| {
            format!("/api/customers?text={}", bench::customer_number(spread(nth)))
        })
        .await?;
    leader
        .time("list, a class", 150.0, |nth| {
            format!("/api/customers?class={}", pick(&["industrial", "residential", "cng"], nth))
        })
        .await?;

    // Fifty-four communities of one district are about a twelfth of all customers.
    let (mut sections, mut places) = (Vec::new(), Vec::new());
    for place in ["松涛", "晓月", "鹤鸣", "芦荻", "丹枫", "白鹭", "听泉", "竹影", "栖云"] {
        for kind in ["里", "苑", "坊", "新村", "花园", "小区"] {
            let text = coded(&format!("GD-青岚-{place}{kind}"));
            let found = leader.get(&format!("/api/outages/elements?text={text}")).await?;
            sections.extend(found.as_array().into_iter().flatten().map(|element| element["id"].clone()));
            let community = format!("{place}{kind}");
            places.push(json!({ "area": "青岚区", "road": "", "community": community, "buildings": "" }));
        }
    }
    // Names of communities repeat in every district.
    let ways = [("element", json!({ "elements": sections })), ("community", json!({ "places": places }))];
    for (way, area) in ways {
        let asked = json!({ "utility": "gas", "area": area });
        let begun = Instant::now();
        let answer =
            leader.client.post(format!("{}/api/outages/preview", leader.base)).json(&asked).send().await?;
        let told: Value = answer.error_for_status()?.json().await?;
        let many = format!("{} affected by an outage computed, by {way}", told["counts"]["all"]);
        figure(&many, begun.elapsed().as_secs_f64() * 1_000.0, "ms", "goal 1000");
    }

    let mut csv = String::from("户号,户名,电话,地址,类别,表号,安装年\n");
    for nth in 0..IMPORTED {
        writeln!(csv, "88{nth:08},甲乙{nth},1540{nth:07},青岚区松涛路{nth}号,居民,H{nth:08},2020")?;
    }
    let part = reqwest::multipart::Part::bytes(csv.into_bytes()).file_name("customers.csv");
    let form = reqwest::multipart::Form::new().part("file", part);
    let Asker { client, base } = &leader;
    let job: Value =
        client.post(format!("{base}/api/customers/imports")).multipart(form).send().await?.json().await?;
    let id = job["id"].as_str().context("no import")?.to_owned();
    let begun = Instant::now();
    let run = json!({ "columns": job["columns"] });
    client
        .post(format!("{base}/api/customers/imports/{id}/run"))
        .json(&run)
        .send()
        .await?
        .error_for_status()?;
    let done = loop {
        let job = leader.get(&format!("/api/customers/imports/{id}")).await?;
        if job["state"] != "running" {
            break job;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    ensure!(done["state"] == "done" && done["counts"]["new"] == IMPORTED, "{done}");
    figure(&format!("{IMPORTED} customers imported"), begun.elapsed().as_secs_f64(), "s", "goal 60");
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average {load}");
    Ok(())
}
