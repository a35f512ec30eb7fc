//! Storm mode outlives the process: it is declared, the program is killed as soon as it has said so, and started again while
//! people call. The first caller of the new process already meets the storm, and who was cut off keeps his place.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use exchange::line::Event;
use kernel::LegId;
use serde_json::{Value, json};
use testkit::{Centre, Session, Telephones, done, wait_for};

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");
const LONG: Duration = Duration::from_secs(60);
/// Cut off by the death.
const WAITED: &str = "13900000001";
/// Straight into a queue, so that whoever gets through is decided about at once.
const NUMBER: &str = "10000";
const CENTRE: &str = r#"
[centre]
name = "测试热线"
[[number]]
did = "10000"
flow = "direct"
[[flow]]
name = "direct"
steps = [{ queue = "direct" }]
[[queue]]
name = "direct"
title = "专席"
announce_s = 0
"#;

/// Telephones that call the centre and wait there.
struct Town {
    telephones: Telephones,
    dialled: BTreeMap<LegId, String>,
}

impl Town {
    fn call(&mut self, from: &str) {
        let leg = self.telephones.dial(from, NUMBER, LONG);
        self.dialled.insert(leg, from.to_owned());
    }

    /// The next one of those who called that is answered.
    async fn answered(&mut self) -> String {
        loop {
            let event = tokio::time::timeout(LONG, self.telephones.event()).await;
            match event.expect("an answer in time").expect("telephones") {
                Event::Answered { leg } => return self.dialled[&leg].clone(),
                // Nobody was there yet: he tries again.
                Event::Ended { leg, .. } if self.dialled[&leg] != WAITED => {
                    let number = self.dialled[&leg].clone();
                    self.call(&number);
                }
                _ => {}
            }
        }
    }
}

/// Since when the first one in the queue stands there.
async fn first_since(leader: &Session) -> Value {
    let floor = done(leader.get("/api/floor").await);
    let queues = floor["queues"].as_array().expect("queues");
    let known = queues.iter().find(|queue| queue["name"] == "专席");
    known.map_or(Value::Null, |queue| queue["longest_since"].clone())
}

/// Those who called this number, by the last digits of their own: whether each was told to better not wait.
async fn told_not_to_wait(leader: &Session, since: &str) -> BTreeMap<String, bool> {
    let list = done(leader.get(&format!("/api/calls?limit=200&from={since}")).await);
    let mut told = BTreeMap::new();
    for call in list["items"].as_array().expect("calls").iter().filter(|call| call["to"] == NUMBER) {
        let whole = done(leader.get(&format!("/api/calls/{}", call["id"].as_str().expect("an id"))).await);
        let stretches = whole["segments"].as_array().expect("stretches");
        let held = stretches.iter().any(|one| one["kind"] == "queue" && one["detail"] == "menu");
        told.insert(call["from"].as_str().expect("a number").chars().rev().take(4).collect(), held);
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn declared_and_killed_at_once_it_stands_before_the_first_call() {
    let mut centre = Centre::start(PROGRAM).await.expect("the centre starts");
    let file = centre.data().join("direct.toml");
    std::fs::write(&file, CENTRE).expect("written");
    let applied = Command::new(PROGRAM)
        .arg("apply")
        .arg(&file)
        .arg("--data")
        .arg(centre.data())
        .current_dir(testkit::house())
        .output()
        .expect("the program runs");
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));

    let leader = centre.sign_in("2002").await.expect("a supervisor");
    let known = done(leader.get("/api/storms/settings").await);
    let mut form = json!({ "settings": known["settings"], "version": known["version"] });
    form["settings"]["door"]["waiting"] = json!(1);
    form["settings"]["begins_itself"] = json!(false);
    done(leader.ask(reqwest::Method::PUT, "/api/storms/settings", Some(form)).await);
    let telephones = Telephones::ringing([127, 0, 0, 6], centre.sip).await.expect("telephones");
    let mut town = Town { telephones, dialled: BTreeMap::new() };
    let stood = wait_for("somebody in the queue", LONG, async || {
        // The new number is known within a moment.
        let since = first_since(&leader).await;
        if since.is_null() && town.dialled.is_empty() {
            tokio::time::sleep(Duration::from_secs(2)).await;
            town.call(WAITED);
        }
        Some(since).filter(|since| !since.is_null())
    })
    .await;
    assert_eq!(town.answered().await, WAITED);

    let on = json!({ "act": "on", "why": "台风过境", "minutes": 120 });
    let declared = done(leader.post("/api/storms/act", on).await);
    centre.kill().await.expect("killed");
    assert!(declared["storm"].is_object(), "{declared}");

    // People call while it starts: each telephone asks again and again until somebody answers.
    let mut callers: Vec<String> = Vec::new();
    {
        let mut starting = std::pin::pin!(centre.again());
        loop {
            tokio::select! {
                started = &mut starting => break started.expect("it starts again"),
                () = tokio::time::sleep(Duration::from_millis(100)), if callers.len() < 120 => {
                    let number = format!("1390000{:04}", callers.len() + 1_000);
                    town.call(&number);
                    callers.push(number);
                }
            }
        }
    }
    let begun = declared["storm"]["began_at"].as_str().expect("a time").to_owned();
    let leader = centre.sign_in("2002").await.expect("a supervisor");
    let now = done(leader.get("/api/storms/now").await);
    assert_eq!(now, declared, "the mode stands as it was declared");
    for _ in &callers {
        town.answered().await;
    }
    let told = wait_for("records of all of them", LONG, async || {
        let told = told_not_to_wait(&leader, &begun).await;
        (told.values().filter(|held| **held).count() + 1 >= callers.len()).then_some(told)
    })
    .await;
    assert_eq!(told.len(), callers.len(), "{told:?}");
    let let_in: Vec<_> = told.iter().filter(|(_, held)| !**held).map(|(number, _)| number).collect();
    assert_eq!(let_in.len(), 1, "only the first, for whom nobody waited: {told:?}");

    // Who was cut off calls again, and is the first one in the queue.
    assert_ne!(first_since(&leader).await, stood);
    town.call(WAITED);
    assert_eq!(town.answered().await, WAITED);
    wait_for("his place", LONG, async || (first_since(&leader).await == stood).then_some(())).await;

    let agent = centre.sign_in("1001").await.expect("an agent");
    done(agent.post("/api/calls/desk", json!({ "act": "sign_in" })).await);
    let away = json!({ "act": "not_ready", "reason": "short_break" });
    let refused = agent.post("/api/calls/desk", away).await.expect("an answer");
    assert_eq!((refused.status, &refused.json["code"]), (409, &json!("calls.breaks_stopped")));

    let auditor = centre.sign_in("3003").await.expect("the auditor");
    let verdict = done(auditor.post("/api/audit/verify", json!({})).await);
    assert_eq!(verdict["is_whole"], true, "the journal: {verdict}");
}
