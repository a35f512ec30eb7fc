//! How long callers wait for their own outages in a centre with a million customers. Measured, and not part of every run.

use std::time::{Duration, Instant};

use customers::rules::demo::{number, stranger};
use db::{Db, Entry};
use kernel::{OutageId, Timestamp};
use serde_json::json;

use super::{ALL, Centre, HOUR, LEADER, id};
use crate::hearing::heard_by_in;
use crate::picture::Shield;
use crate::store::{affected, outages};
use crate::whose::Whose;

const AREAS: [&str; 4] = ["青岚", "临溪", "云麓", "石渡"];
const PLACES: [&str; 20] = [
    "松涛", "晓月", "鹤鸣", "芦荻", "丹枫", "白鹭", "听泉", "竹影", "栖云", "枕流", "映雪", "拂柳", "观澜",
    "望舒", "采薇", "揽翠", "凝露", "知秋", "漱玉", "扶摇",
];
const KINDS: [&str; 6] = ["里", "苑", "坊", "新村", "花园", "小区"];
const OUTAGES: usize = 20;
const CALLS: u64 = 600;

fn told(what: &str, mut took: Vec<Duration>) -> Duration {
    took.sort_unstable();
    let at = |share: usize| took.get((took.len() * share / 100).min(took.len() - 1)).copied();
    let at = |share: usize| at(share).unwrap_or_default();
    println!("{what}: p50 {:?}, p95 {:?}, longest {:?} of {}", at(50), at(95), at(100), took.len());
    at(95)
}

/// `SWITCHBOARD_MANY` names a SQLite database with the customers of `switchboard customers generate`, which it spoils. Without
/// it this is left out, and says so.
#[test]
#[allow(clippy::disallowed_methods)]
fn a_caller_is_answered_at_once_among_a_million() {
    let Ok(path) = std::env::var("SWITCHBOARD_MANY") else {
        eprintln!("left out: SWITCHBOARD_MANY names no database with a million customers");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let db = Db::open(&path).await.expect("the database");
        db.migrate(ALL, Timestamp::from_secs(0)).await.expect("its tables");
        let centre = Centre::bare(&db).await;
        let mut entering = Vec::new();
        let mut first = None;
        for nth in 0..OUTAGES {
            let codes: Vec<String> = (0..9)
                .flat_map(|place| KINDS.map(|kind| (place, kind)))
                .map(|(place, kind)| {
                    let of = PLACES.get((place + nth) % PLACES.len()).copied().unwrap_or_default();
                    let area = AREAS.get(nth % AREAS.len()).copied().unwrap_or_default();
                    format!("GD-{area}-{of}{kind}")
                })
                .collect();
            let elements = customers::store::network::by_codes(&db, &codes).await.expect("sections");
            let ids: Vec<_> = elements.iter().map(|element| element.id).collect();
            let (starts, ends) = (centre.now(), centre.now() + Duration::from_secs(2 * HOUR));
            let plan = json!({
                "utility": "gas", "class": "fault", "cause": "equipment", "reason": "抢修", "starts": starts, "ends": ends,
                "area": { "text": format!("第{nth}片"), "elements": ids, "places": [], "accounts": [] },
            });
            let begun = Instant::now();
            let outage = centre.enter(LEADER, plan).await;
            entering.push(begun.elapsed());
            println!("{} affected", outage["counts"]["all"]);
            centre.act(LEADER, &outage, json!({ "act": "publish" })).await;
            first.get_or_insert(outage);
        }
        told("an outage entered, 100,000 affected", entering);

        let (writer, now) = (db.clone(), centre.now());
        let writing = tokio::spawn(async move {
            for nth in 0_u64.. {
                let mut tx = writer.begin().await.expect("a change");
                let (subject, payload) = (format!("speed {nth}"), json!({ "nth": nth }));
                tx.journal(Entry { at: now, who: None, room: "outages", subject, kind: "speed", payload });
                tx.commit().await.expect("kept");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        let (again, outage) = (db.clone(), first.expect("an outage"));
        let outage: OutageId = id(&outage).parse().expect("an id");
        let computing = tokio::spawn(async move {
            loop {
                let mut tx = again.begin().await.expect("a change");
                let kept = outages::one(&mut tx, outage).await.expect("read").expect("there");
                let area = &kept.plan.area;
                affected::compute(&mut tx, outage, kept.plan.utility, area).await.expect("computed");
                tx.commit().await.expect("kept");
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
        });
        // As the telephone asks: the picture is held in memory, whose outages they are is asked of the database.
        let (shield, whose) = (Shield::default(), Whose::default());
        let own_readers = db.with_own_readers(4).await.expect("readers");
        let (mut heard, mut pictures) = (Vec::new(), Vec::new());
        let mut every = tokio::time::interval(Duration::from_millis(50));
        let mut own = 0;
        for nth in 0..CALLS {
            every.tick().await;
            let caller = if nth % 5 == 0 { stranger(nth) } else { number(nth * 9_973 % 1_200_000) };
            if nth % 50 == 0 {
                crate::changed();
            }
            let begun = Instant::now();
            let picture = shield.picture(&own_readers, centre.now()).await.expect("a picture");
            pictures.push(begun.elapsed());
            let what = heard_by_in((&picture, &whose), &own_readers, &centre.calendar, caller.as_str(), centre.now());
            let what = what.await.expect("heard");
            heard.push(begun.elapsed());
            assert!(!what.segments.is_empty());
            own += u64::from(what.own);
        }
        writing.abort();
        computing.abort();
        println!("{own} of {CALLS} heard their own");
        told("the picture, read again after each of 12 changes", pictures);
        let p95 = told("heard_by, 20 a second beside writes", heard);
        assert!(p95 < Duration::from_millis(280), "no caller waits: {p95:?}");
    });
}
