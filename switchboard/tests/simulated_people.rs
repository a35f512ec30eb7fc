//! The whole centre with real calls: simulated people telephone, and what they leave behind is asked for over HTTP.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Centre, Session, done, wait_for};
use tokio::process::{Child, Command};

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");
const LONG: Duration = Duration::from_secs(120);

async fn centre() -> Centre {
    Centre::start(PROGRAM).await.expect("the centre starts")
}

fn simulate(centre: &Centre, calls: u32, speed: u32, seed: u32) -> Child {
    let prompts = testkit::house().join("prompts");
    Command::new(PROGRAM)
        .args(["simulate", "--rate", "4", "--agents", "3"])
        .args(["--calls", &calls.to_string(), "--speed", &speed.to_string(), "--seed", &seed.to_string()])
        .args(["--to", &format!("sip:95598@{}", centre.sip), "--http", &format!("http://{}", centre.http)])
        .arg("--prompts")
        .arg(prompts)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the program")
}

async fn calls(by: &Session) -> Vec<Value> {
    done(by.get("/api/calls").await)["items"].as_array().cloned().unwrap_or_default()
}

/// Every call has its end, and the floor's counts say the same as the records.
async fn check_records(by: &Session, expected: usize) -> Vec<Value> {
    let calls = wait_for("complete records", LONG, async || {
        let calls = calls(by).await;
        (calls.len() >= expected && calls.iter().all(|call| !call["ended"].is_null())).then_some(calls)
    })
    .await;
    assert_eq!(calls.len(), expected, "one record for each call: {calls:#?}");
    for call in &calls {
        assert!(call["result"].is_string(), "{call}");
        if call["result"] == "answered" {
            assert!(call["connected"].is_string() && call["agent"].is_string(), "{call}");
        }
    }
    calls
}

fn agents_on_calls(floor: &Value) -> Vec<&Value> {
    let busy = ["ringing", "talking", "holding"];
    let agents = floor["agents"].as_array().map(Vec::as_slice).unwrap_or_default();
    agents
        .iter()
        .filter(|agent| busy.iter().any(|state| agent["state"] == *state) || !agent["call"].is_null())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn six_calls_leave_six_records_and_something_to_hear() {
    let centre = centre().await;
    let leader = centre.sign_in("2002").await.expect("a leader");
    let status = simulate(&centre, 6, 20, 11).wait().await.expect("a status");
    assert!(status.success(), "no call failed: {status}");

    let calls = check_records(&leader, 6).await;
    let answered = calls.iter().filter(|call| call["result"] == "answered").count();
    assert!(answered > 0, "somebody talked with an agent: {calls:#?}");
    assert!(calls.iter().all(|call| call["interrupted"] == false));

    let floor = wait_for("quiet floor", LONG, async || {
        let floor = done(leader.get("/api/floor").await);
        (floor["calls"] == json!([]) && agents_on_calls(&floor).is_empty()).then_some(floor)
    })
    .await;
    assert_eq!(floor["today"]["offered"], 6, "{}", floor["today"]);
    assert_eq!(floor["today"]["answered"], answered, "{}", floor["today"]);
    assert_eq!(floor["now"]["waiting"], 0);

    let sealed = wait_for("sealed recording", LONG, async || {
        let found = done(leader.get("/api/recordings").await);
        found["items"].as_array()?.iter().find(|item| item["sealed"] == true).cloned()
    })
    .await;
    let path = format!("/api/recordings/{}/audio", sealed["id"].as_str().unwrap_or_default());
    let sound = leader.get(&path).await.expect("an answer");
    assert_eq!((sound.status, sound.content_type.as_str()), (200, "audio/wav"));
    assert_eq!((sound.bytes.get(..4), sound.bytes.get(8..12)), (Some(&b"RIFF"[..]), Some(&b"WAVE"[..])));
    let (loud, samples) = (sound.bytes.get(44..).unwrap_or_default(), sound.bytes.len() / 4);
    assert!(samples > 8_000, "longer than a second: {samples} samples");
    assert!(loud.as_chunks::<2>().0.iter().any(|s| i16::from_le_bytes(*s).abs() > 1_000), "somebody speaks");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_mid_call_the_records_are_closed_and_no_agent_is_on_a_call() {
    let mut centre = centre().await;
    let leader = centre.sign_in("2002").await.expect("a leader");
    let mut people = simulate(&centre, 6, 4, 11);
    wait_for("conversation", LONG, async || {
        let floor = done(leader.get("/api/floor").await);
        (floor["now"]["talking"].as_u64()? > 0).then_some(())
    })
    .await;
    let before = calls(&leader).await.len();
    centre.kill().await.expect("killed");
    let died = jiff::Timestamp::now();
    people.kill().await.expect("killed");

    centre.again().await.expect("it starts again");
    let leader = centre.sign_in("2002").await.expect("a leader");
    let found = calls(&leader).await;
    assert!(found.len() >= before.max(1), "no record is lost: {found:#?}");
    let interrupted: Vec<&Value> = found.iter().filter(|call| call["interrupted"] == true).collect();
    assert!(!interrupted.is_empty(), "{found:#?}");
    for call in &found {
        let ended: jiff::Timestamp =
            call["ended"].as_str().and_then(|at| at.parse().ok()).unwrap_or_else(|| panic!("no end: {call}"));
        assert!(call["result"].is_string(), "{call}");
        let off = (died - ended).total(jiff::Unit::Second).expect("seconds").abs();
        assert!(call["interrupted"] == false || off <= 2.0, "{off} s off: {call}");
    }
    let floor = done(leader.get("/api/floor").await);
    assert_eq!(agents_on_calls(&floor), Vec::<&Value>::new());
    assert_eq!(floor["calls"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_lets_people_call_and_sends_them_home() {
    let centre = centre().await;
    let leader = centre.sign_in("2002").await.expect("a leader");
    let wish = json!({ "calls": 200, "rate": 2.0, "agents": 2 });
    let refused =
        leader.post("/api/floor/simulate", json!({ "calls": 5_000, "rate": 2.0, "agents": 2 })).await;
    assert_eq!(refused.expect("an answer").json["code"], "floor.simulation_too_large");
    let started = leader.post("/api/floor/simulate", wish.clone()).await.expect("an answer");
    assert_eq!((started.status, &started.json["running"]), (200, &json!(true)));
    let twice = leader.post("/api/floor/simulate", wish.clone()).await.expect("an answer");
    assert_eq!((twice.status, &twice.json["code"]), (409, &json!("floor.simulation_runs")));
    wait_for("call", LONG, async || {
        (done(leader.get("/api/floor/simulate").await)["placed"].as_u64()? > 0).then_some(())
    })
    .await;
    let agent = centre.sign_in("1030").await.expect("an agent");
    assert_eq!(agent.post("/api/floor/simulate", wish).await.expect("an answer").status, 403);
    leader.delete("/api/floor/simulate").await.expect("an answer");
    wait_for("end", LONG, async || {
        (done(leader.get("/api/floor/simulate").await)["running"] == false).then_some(())
    })
    .await;
    wait_for("empty desks", LONG, async || {
        let floor = done(leader.get("/api/floor").await);
        let agents = floor["agents"].as_array()?;
        agents.iter().all(|agent| agent["state"] == "signed_out").then_some(())
    })
    .await;
}
