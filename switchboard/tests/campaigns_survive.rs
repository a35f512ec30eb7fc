//! Nobody is called twice, nobody is left out: a campaign calls real telephones while the program is killed at random; what
//! the telephones were told is then compared with what the centre knows.
//!
//! `KILLS=20 cargo nextest run -p switchboard --test campaigns_survive` looks longer.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use audio::Sound;
use exchange::line::{Command, EndCause, Event};
use kernel::LegId;
use serde_json::{Value, json};
use testkit::{Centre, Telephones, done, wait_for};

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");
const LONG: Duration = Duration::from_secs(240);
/// Called at the same time.
const AT_ONCE: usize = 15;

fn rounds(usually: u64) -> u64 {
    std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(usually)
}

/// What the telephones of one number have met.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Met {
    invited: u32,
    /// A key was pressed, and then the centre said goodbye.
    served: u32,
}

/// Telephones that answer at once, listen for a moment, press 1, and wait until the centre hangs up.
struct Street {
    at: SocketAddr,
    met: Arc<Mutex<BTreeMap<String, Met>>>,
    _run: tokio::task::JoinHandle<()>,
}

impl Street {
    async fn open() -> Street {
        let telephones = Telephones::rung([127, 0, 0, 5]).await.expect("telephones");
        let at = telephones.at();
        let met = Arc::<Mutex<BTreeMap<String, Met>>>::default();
        let run = tokio::spawn(answer(telephones, met.clone()));
        Street { at, met, _run: run }
    }

    fn met(&self) -> BTreeMap<String, Met> {
        self.met.lock().expect("not poisoned").clone()
    }
}

async fn answer(mut telephones: Telephones, met: Arc<Mutex<BTreeMap<String, Met>>>) {
    let mut legs: BTreeMap<LegId, (String, bool)> = BTreeMap::new();
    let (press, mut pressing) = tokio::sync::mpsc::unbounded_channel::<LegId>();
    loop {
        tokio::select! {
            event = telephones.event() => match event {
                Some(Event::Incoming { leg, to, .. }) => {
                    met.lock().expect("not poisoned").entry(to.clone()).or_default().invited += 1;
                    legs.insert(leg, (to, false));
                    telephones.command(Command::Answer { leg });
                }
                Some(Event::Answered { leg }) => {
                    let press = press.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(600)).await;
                        let _ = press.send(leg);
                    });
                }
                Some(Event::Ended { leg, cause }) => {
                    if let Some((number, true)) = legs.remove(&leg)
                        && cause == EndCause::FarEnd
                    {
                        met.lock().expect("not poisoned").entry(number).or_default().served += 1;
                    }
                }
                Some(_) => {}
                None => return,
            },
            Some(leg) = pressing.recv() => {
                let Some((_, pressed)) = legs.get_mut(&leg) else { continue };
                *pressed = true;
                telephones.play(leg, Sound::Key { digit: '1'.try_into().expect("a key"), ms: 120 });
            }
        }
    }
}

/// A centre whose carrier is the street, and a campaign that calls everybody there.
async fn campaign(centre: &Centre, street: &Street, people: usize) -> String {
    centre.carry_to(street.at).await;
    // It is in force within a second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let leader = centre.sign_in("2002").await.expect("a supervisor");
    let settings = done(leader.get("/api/campaigns/settings").await)["settings"].clone();
    let mut plan = json!({ "flow": "restored", "shown": null, "confirm": "12", "again_without_key": true, "tell_machines": false });
    for key in ["ring_s", "keep_free"] {
        plan[key] = settings[key].clone();
    }
    // At any hour, again at once, for as long as it takes.
    plan["hours"] = json!([]);
    plan["attempts"] = json!(10);
    plan["gap_min"] = json!(0);
    plan["at_once"] = json!(AT_ONCE);
    let form = json!({ "name": "送气回访", "purpose": "询问是否已恢复供气", "plan": plan });
    let made = done(leader.post("/api/campaigns", form).await);
    let id = made["id"].as_str().expect("an id").to_owned();
    let people: Vec<Value> = (0..people).map(|n| json!({ "number": format!("139000{n:05}") })).collect();
    let path = format!("/api/campaigns/{id}");
    done(leader.post(&format!("{path}/targets"), json!({ "people": people })).await);
    for act in ["approve", "start"] {
        done(leader.post(&format!("{path}/act"), json!({ "act": act })).await);
    }
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_nobody_is_called_twice_and_nobody_left_out() {
    const PEOPLE: usize = 150;
    let mut centre = Centre::start(PROGRAM).await.expect("the centre starts");
    let street = Street::open().await;
    let id = campaign(&centre, &street, PEOPLE).await;
    let mut dice = fastrand::Rng::with_seed(5);
    let kills = rounds(4);
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(dice.u64(1_500..4_000))).await;
        centre.kill().await.expect("killed");
        centre.again().await.expect("it starts again");
    }
    let leader = centre.sign_in("2002").await.expect("a supervisor");
    let view = wait_for("an end of the campaign", LONG, async || {
        let view = done(leader.get(&format!("/api/campaigns/{id}")).await);
        (view["state"] == "finished").then_some(view)
    })
    .await;
    let progress = &view["progress"];
    assert_eq!((&progress["people"], &progress["done"]), (&json!(PEOPLE), &json!(PEOPLE)), "{progress}");

    // Everybody, with every attempt, as the centre knows it.
    let mut targets = Vec::new();
    let mut after = String::new();
    loop {
        let page = done(leader.get(&format!("/api/campaigns/{id}/targets?limit=200&after={after}")).await);
        targets.extend(page["items"].as_array().cloned().expect("people"));
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    let met = street.met();
    assert_eq!((targets.len(), met.len()), (PEOPLE, PEOPLE), "everybody was rung, and nobody else");
    let (mut made, mut interrupted, mut cut) = (0, 0, 0);
    for (n, target) in targets.iter().enumerate() {
        let whole = done(
            leader.get(&format!("/api/campaigns/targets/{}", target["id"].as_str().expect("an id"))).await,
        );
        let attempts = whole["attempts"].as_array().expect("attempts");
        let count = |outcome: &str| attempts.iter().filter(|made| made["outcome"] == outcome).count();
        let number = format!("139000{n:05}");
        let met = &met[&number];
        // Each attempt that was made is one call of its own, and none is left open.
        assert!(
            attempts.iter().all(|made| made["call"].is_string() && made["outcome"].is_string()),
            "{attempts:?}"
        );
        assert!(
            met.invited as usize <= attempts.len(),
            "{number} was rung without an attempt: {met:?} {attempts:?}"
        );
        assert!(met.served <= 1, "{number} was called twice: {attempts:?}");
        match target["outcome"].as_str() {
            // Served once, and never again afterwards.
            Some("reached") => {
                assert_eq!(count("reached"), 1, "{number}: {attempts:?}");
                assert_eq!(attempts.last().map(|made| &made["outcome"]), Some(&json!("reached")));
            }
            // Had answered when the program died: for a person, and not rung again.
            Some("interrupted") => interrupted += 1,
            other => panic!("{number} came to {other:?}: {attempts:?}"),
        }
        made += attempts.len();
        cut += count("interrupted");
    }
    let limit = AT_ONCE * usize::try_from(kills).expect("few");
    assert!(cut <= limit, "no more attempts are cut off than were being made: {cut}");
    println!(
        "{made} attempts for {PEOPLE} people; {cut} cut off by {kills} deaths, {interrupted} of those for a person"
    );
    let auditor = centre.sign_in("3003").await.expect("the auditor");
    let verdict = auditor.post("/api/audit/verify", json!({})).await.expect("an answer");
    assert_eq!(verdict.json["is_whole"], true, "the journal: {}", verdict.json);
}
