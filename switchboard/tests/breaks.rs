//! Breaks: how often and by how many at a time, and that the leader hears of it when somebody goes beyond.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Centre, Session, wait_for};

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");
const LONG: Duration = Duration::from_secs(30);

async fn agent(centre: &Centre, number: &str) -> Session {
    let agent = centre.sign_in(number).await.expect("an agent");
    assert_eq!(act(&agent, json!({ "act": "sign_in" })).await.0, 200);
    agent
}

async fn act(agent: &Session, act: Value) -> (u16, Value) {
    let reply = agent.post("/api/calls/desk", act).await.expect("an answer");
    (reply.status, reply.json["code"].clone())
}

async fn away(agent: &Session, reason: &str) -> (u16, Value) {
    act(agent, json!({ "act": "not_ready", "reason": reason })).await
}

/// Reason and warning of an agent, as the picture shows them.
fn seat(floor: &Value, number: &str) -> (Value, Value) {
    let seats = floor["agents"].as_array().expect("agents");
    let seat = seats.iter().find(|agent| agent["number"] == number).expect("the agent");
    (seat["reason"].clone(), seat["over_limit"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leader_is_warned_of_breaks_beyond_their_limits() {
    let centre = Centre::start(PROGRAM).await.expect("the centre starts");
    // As it comes with the house: 15 per cent of those signed in, and one may always.
    let (first, second) = (agent(&centre, "1005").await, agent(&centre, "1010").await);
    assert_eq!(away(&first, "short_break").await.0, 200);
    assert_eq!(away(&second, "short_break").await, (409, json!("calls.too_many_away")));
    let administrator = centre.sign_in("3001").await.expect("the administrator");
    let limits = json!({ "short_break": { "spells": 1, "share_percent": 100 } });
    let reply = administrator.ask(reqwest::Method::PUT, "/api/calls/reasons", Some(limits)).await;
    assert_eq!(reply.expect("an answer").status, 200);
    wait_for("the new limits", LONG, async || (away(&second, "short_break").await.0 == 200).then_some(()))
        .await;
    let leader = centre.sign_in("2002").await.expect("a leader");
    let mut pushed = leader.watch("floor.now").await.expect("watched");

    // Her first break in this shift is within the limit, the second is not, and the leader sees it without asking.
    let third = agent(&centre, "1030").await;
    assert_eq!(away(&third, "short_break").await.0, 200);
    let mut told = async |reason: &str, over: bool| {
        let expected = (json!(reason), json!(over));
        loop {
            let floor = pushed.next().await.expect("the picture");
            if seat(&floor, "1030") == expected {
                return;
            }
        }
    };
    told("short_break", false).await;
    assert_eq!(away(&third, "meal").await.0, 200);
    told("meal", false).await;
    assert_eq!(away(&third, "short_break").await.0, 200);
    told("short_break", true).await;
    let desk = third.get("/api/calls/desk").await.expect("the desk").json;
    assert_eq!(desk["desk"]["over_limit"], true, "the agent sees it too: {desk}");
    assert_eq!(away(&third, "meal").await.0, 200);
    told("meal", false).await;
    let floor = leader.get("/api/floor").await.expect("the floor").json;
    assert_eq!(seat(&floor, "1030"), (json!("meal"), json!(false)));
}
