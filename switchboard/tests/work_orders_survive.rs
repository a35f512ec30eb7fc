//! Acknowledged means kept: orders are filed and moved while the program is killed, at random and at each flush to the disk,
//! or the PostgreSQL that it keeps them in;
//! what the clients were told is then compared with what is there.
//!
//! `KILLS=200 cargo nextest run -p switchboard --test work_orders_survive` looks longer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Centre, Postgres, Session, done};
use tokio::process::Command;
use tokio::sync::{Mutex, RwLock};

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");
/// Within this the program is there again and has answered.
const PATIENCE: Duration = Duration::from_secs(120);

fn rounds(usually: u64) -> u64 {
    std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(usually)
}

async fn centre(database: Option<String>) -> Centre {
    Centre::start_on(PROGRAM, database).await.expect("the centre starts")
}

/// What the clients know: what was acknowledged, and nothing else.
#[derive(Default)]
struct Ledger {
    /// By order: its number, what the customer was promised, and every act that was acknowledged, in order.
    orders: BTreeMap<String, Known>,
    asked: u64,
}

struct Known {
    number: Value,
    promised: Value,
    acts: Vec<&'static str>,
}

/// The sessions of now; none while the program is dead.
struct People {
    agent: Session,
    crew: Session,
}

type Now = Arc<RwLock<Option<Arc<People>>>>;

/// Asks until there is an answer: the same words under the same key, however often the program dies meanwhile.
async fn insist(now: &Now, crew: bool, path: &str, body: &Value) -> Value {
    let begun = Instant::now();
    loop {
        assert!(begun.elapsed() < PATIENCE, "{path} {body} has no answer");
        let people = now.read().await.clone();
        if let Some(people) = people {
            let by = if crew { &people.crew } else { &people.agent };
            match by.post(path, body.clone()).await {
                Ok(reply) if reply.status == 200 => return reply.json,
                // Another client was faster, or the program is just going down.
                Ok(reply) if reply.status == 409 || reply.status >= 500 => {}
                Ok(reply) => panic!("{path} {body}: {} {}", reply.status, reply.json),
                Err(_) => {}
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Files an order, takes it, says that the crew has arrived; again and again.
async fn work(client: u64, unit: String, now: Now, stop: Arc<AtomicBool>, ledger: Arc<Mutex<Ledger>>) {
    let mut nth = 0;
    while !stop.load(Relaxed) {
        nth += 1;
        let token = format!("c{client}-{nth}");
        ledger.lock().await.asked += 1;
        let matter = json!({ "kind": "fault", "subtype": "fault.no_gas", "content": format!("家中无气 {token}"),
            "address": format!("淮河中路{client}号{nth}室"), "contact": { "name": "王小明", "phone": "15400000001" } });
        let form = json!({ "matter": matter, "unit": unit, "token": token });
        let order = insist(&now, false, "/api/work_orders", &form).await;
        let id = order["id"].as_str().expect("an id").to_owned();
        let known =
            Known { number: order["number"].clone(), promised: order["promised"].clone(), acts: Vec::new() };
        let twice = ledger.lock().await.orders.insert(id.clone(), known);
        assert!(twice.is_none(), "{token} was given an order that another was given before");
        let moves = [
            ("take", json!({ "act": "take" })),
            ("begin", json!({ "act": "begin" })),
            ("note", json!({ "act": "note", "text": token })),
        ];
        for (verb, act) in moves {
            let form = json!({ "act": act, "token": format!("{token}-{verb}") });
            let path = format!("/api/work_orders/{id}/act");
            insist(&now, true, &path, &form).await;
            ledger.lock().await.orders.get_mut(&id).expect("filed before").acts.push(verb);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn people(centre: &Centre) -> Arc<People> {
    let agent = centre.sign_in("2001").await.expect("an agent's leader");
    let crew = centre.sign_in("5101").await.expect("a crew");
    Arc::new(People { agent, crew })
}

/// Everything that was acknowledged is there, once; nothing else is; and the journal's chain holds.
async fn check(centre: &Centre, ledger: &Ledger) {
    let leader = centre.sign_in("2002").await.expect("a leader");
    let mut there = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = done(leader.get(&format!("/api/work_orders?limit=200&after={after}")).await);
        for order in page["items"].as_array().expect("orders") {
            there.insert(order["id"].as_str().expect("an id").to_owned(), order.clone());
        }
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(ledger.asked, ledger.orders.len() as u64, "every client got its answer");
    assert_eq!(there.len(), ledger.orders.len(), "none lost, none doubled");
    let mut numbers = std::collections::BTreeSet::new();
    for (id, known) in &ledger.orders {
        let order = there.get(id).unwrap_or_else(|| panic!("{} is lost", known.number));
        assert_eq!(order["number"], known.number);
        assert_eq!(order["promised"], known.promised, "the deadline of {} has moved", known.number);
        assert!(order["due"].is_string(), "nothing is due of {}: {order}", known.number);
        assert!(numbers.insert(known.number.to_string()), "{} was given twice", known.number);
        let whole = done(leader.get(&format!("/api/work_orders/{id}")).await);
        let steps: Vec<&str> = whole["steps"]
            .as_array()
            .expect("steps")
            .iter()
            .filter_map(|step| step["verb"].as_str())
            .collect();
        let expected: Vec<&str> =
            ["accept", "dispatch"].into_iter().chain(known.acts.iter().copied()).collect();
        assert_eq!(steps, expected, "{}", known.number);
    }
    let auditor = centre.sign_in("3003").await.expect("the auditor");
    let verdict = auditor.post("/api/audit/verify", json!({})).await.expect("an answer");
    assert_eq!(verdict.json["is_whole"], true, "the journal: {}", verdict.json);
}

/// Clients at work while `strike` kills the program, or what it keeps things in, again and again.
async fn survive(mut centre: Centre, rounds: u64, mut strike: impl AsyncFnMut(&mut Centre, u64)) {
    let now: Now = Arc::new(RwLock::new(Some(people(&centre).await)));
    let leader = centre.sign_in("2002").await.expect("a leader");
    let units = done(leader.get("/api/departments/names").await);
    let unit = units
        .as_array()
        .expect("units")
        .iter()
        .find(|unit| unit["code"] == "QX1")
        .expect("the first crew")["id"]
        .clone();
    let unit = unit.as_str().expect("an id").to_owned();
    let (stop, ledger) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Ledger>>::default());
    let clients: Vec<_> = (0..4)
        .map(|client| tokio::spawn(work(client, unit.clone(), now.clone(), stop.clone(), ledger.clone())))
        .collect();
    for round in 0..rounds {
        strike(&mut centre, round).await;
        if centre.pid().is_none() {
            *now.write().await = None;
            centre.again().await.expect("it starts again");
            *now.write().await = Some(people(&centre).await);
        }
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Relaxed);
    for client in clients {
        client.await.expect("a client ends");
    }
    let ledger = ledger.lock().await;
    assert!(ledger.orders.len() as u64 > rounds, "work went on meanwhile: {}", ledger.orders.len());
    check(&centre, &ledger).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_nothing_is_lost_and_nothing_is_doubled() {
    let mut dice = fastrand::Rng::with_seed(7);
    survive(centre(None).await, rounds(6), async |centre, _| {
        tokio::time::sleep(Duration::from_millis(dice.u64(200..1_500))).await;
        centre.kill().await.expect("killed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_a_flush_to_the_disk_nothing_is_lost_and_nothing_is_doubled() {
    survive(centre(None).await, rounds(6), async |centre, round| {
        let pid = centre.pid().expect("it runs").to_string();
        let inject = format!("inject=fsync,fdatasync:signal=SIGKILL:when={}", 1 + round * 7 % 60);
        let mut strace = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", &inject, "-p", &pid])
            .kill_on_drop(true)
            .spawn()
            .expect("strace");
        let struck = tokio::time::timeout(Duration::from_secs(20), strace.wait()).await;
        assert!(struck.is_ok(), "it was not struck within 20 s");
        centre.kill().await.expect("gone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_its_postgresql_killed_nothing_is_lost_and_nothing_is_doubled() {
    let Some(postgres) = Postgres::start().await.expect("PostgreSQL starts") else { return };
    let mut dice = fastrand::Rng::with_seed(11);
    survive(centre(Some(postgres.url())).await, rounds(3), async |_, _| {
        tokio::time::sleep(Duration::from_millis(dice.u64(500..2_500))).await;
        postgres.kill().expect("it ran");
        tokio::time::sleep(Duration::from_millis(dice.u64(0..1_500))).await;
        postgres.again().await.expect("it comes back");
    })
    .await;
}
