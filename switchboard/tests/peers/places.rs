//! A promise outlives the process: the program is killed while callers have places in a queue, and is started again.

use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::baresip::{Baresip, agents_account, callers_account};
use crate::centre::Centre;
use crate::customers::Customers;
use crate::network::{self, CENTRE};
use crate::outgoing::in_state;
use crate::sound::{AGENT_HZ, CALLER_HZ};
use crate::telephones::certificate;

const CENTRE_FILE: &str = r#"
[centre]
name = "测试热线"

[[trunk]]
name = "carrier"
from = ["10.77.0.2/32", "10.77.0.5/32", "10.77.0.6/32", "10.77.0.7/32"]
out = "sip:10.77.0.2:5060"

[[dial]]
prefix = "139"
trunk = "carrier"

[[number]]
did = "12345"
flow = "direct"

[[flow]]
name = "direct"
steps = [{ queue = "direct" }]

[[queue]]
name = "direct"
title = "专席"
wrap_up_s = 0
wrap_up_hard_s = 0
announce_s = 0
announce_number = false
callback_key = "1"
unstaffed = "callback"

[[agent]]
number = "2002"
name = "主管"
roles = ["supervisor"]
password = "supervisor-2002"

[[agent]]
number = "1001"
name = "坐席一"
queues = ["direct"]
password = "agent-1001"
ready = true

[[agent]]
number = "1002"
name = "坐席二"
queues = ["direct"]
password = "agent-1002"
ready = true
"#;

const FIRST: &str = "13911111111";
const SECOND: &str = "13922222222";
const THIRD: &str = "13933333333";

/// Calls, waits, presses 1 and is told that somebody will call back.
async fn asks(centre: &Centre, folder: &Path, host: u8, number: &str) {
    let at = Ipv4Addr::new(10, 77, 0, host);
    let account = callers_account(number, at);
    let mut caller = Baresip::start(folder, &format!("caller{host}"), at, &account, CALLER_HZ).await;
    caller.tell("dial", &format!("sip:12345@{CENTRE}")).await;
    caller.event("CALL_ESTABLISHED").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    caller.tell("sndcode", "1").await;
    caller.event("CALL_CLOSED").await;
    seen(centre, |owed| owed.iter().any(|row| row["number"] == masked(number) && row["in_queue"] == true))
        .await;
}

fn masked(number: &str) -> String {
    format!("{}****{}", &number[..3], &number[7..])
}

/// What is owed, oldest first, as soon as it is like this.
async fn seen(centre: &Centre, like: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let mut owed = Vec::new();
    for _ in 0..200 {
        owed = centre.get("calls/owed").await["items"].as_array().cloned().unwrap_or_default();
        if like(&owed) {
            return owed;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("what is owed is {owed:#?}\n{}", centre.log());
}

/// The first one's turn has come when the program dies: whether he was rung nobody knows. The others keep their places.
async fn killed_and_started_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let customers = Customers::start(folder);
    let settings = certificate(folder);
    let centre = Centre::start(folder, CENTRE_FILE, &settings).await;
    asks(&centre, folder, 5, FIRST).await;
    asks(&centre, folder, 6, SECOND).await;
    asks(&centre, folder, 7, THIRD).await;
    let agent = Ipv4Addr::new(10, 77, 0, 3);
    let agent =
        Baresip::start(folder, "agent", agent, &agents_account("1001", CENTRE, "manual"), AGENT_HZ).await;
    in_state(&centre, "1001", "ringing").await;
    centre.kill().await;
    drop(agent);

    let centre = Centre::start(folder, CENTRE_FILE, &settings).await;
    let owed = seen(&centre, |owed| owed.len() == 3).await;
    let told = |row: &Value| {
        let attempts = row["attempts"].as_array().expect("attempts").iter();
        let results: Vec<&str> = attempts.filter_map(|attempt| attempt["result"].as_str()).collect();
        format!("{} {} {} {results:?}", row["number"], row["in_queue"], row["tries"])
    };
    let expected = [
        "\"139****1111\" false 1 [\"interrupted\"]",
        "\"139****2222\" true 0 []",
        "\"139****3333\" true 0 []",
    ];
    assert_eq!(owed.iter().map(told).collect::<Vec<_>>(), expected, "{}", centre.log());

    let second = Ipv4Addr::new(10, 77, 0, 4);
    let mut agent =
        Baresip::start(folder, "second", second, &agents_account("1002", CENTRE, "auto"), AGENT_HZ).await;
    for left in [2, 1] {
        seen(&centre, |owed| owed.len() == left).await;
        agent.tell("hangup", "").await;
    }
    let done = centre.get("calls/owed?done=true").await;
    let numbers: Vec<_> =
        done["items"].as_array().expect("a list").iter().map(|row| &row["number"]).collect();
    assert_eq!(numbers, ["139****3333", "139****2222"], "the last one first: {done:#}");
    let messages = customers.messages();
    let rung: Vec<&str> =
        messages.lines().filter_map(|line| line.strip_prefix("INVITE sip:")?.split('@').next()).collect();
    assert_eq!(rung, [SECOND, THIRD], "each once, in the order in which they had waited\n{messages}");
    centre.stop().await;
}

#[test]
fn places_in_queues_outlive_the_process() {
    network::within(
        "places::places_in_queues_outlive_the_process",
        &["outside", "agent", "second", "caller5", "caller6", "caller7"],
        killed_and_started_again,
    );
}
