//! An agent's telephone calls out: a number outside over the trunk, a colleague, and what no dial rule allows.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::baresip::{Baresip, agents_account};
use crate::centre::Centre;
use crate::customers::Customers;
use crate::network::{self, CENTRE};
use crate::sound::{self, AGENT_HZ, CALLER_HZ};
use crate::telephones::{HOTLINE, certificate};

const OUTSIDE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);
const AGENT: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 3);
const COLLEAGUE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 4);
const RULES: &str = r#"
[[dial]]
prefix = "139"
trunk = "carrier"

[[dial]]
prefix = "1390"

[[agent]]
number = "1002"
name = "坐席二"
queues = ["direct"]
password = "agent-1002"
ready = true
"#;

/// Waits until the floor says this of an agent.
pub async fn in_state(centre: &Centre, number: &str, state: &str) {
    for _ in 0..100 {
        let floor = centre.get("floor").await;
        let agents = floor["agents"].as_array().expect("agents");
        if agents.iter().any(|agent| agent["number"] == number && agent["state"] == state) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!(
        "{number} is not {state}: {:#}
{}",
        centre.get("floor").await,
        centre.log()
    );
}

/// Refused by rule; then a call to a customer whose telephone echoes; then one to a colleague.
async fn agents_call() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let trunk = "from = [\"10.77.0.2/32\"]\n";
    let out = format!("{trunk}out = \"sip:{OUTSIDE}:5060\"\ncaller_id = \"95598\"\n");
    let file = format!("{}{RULES}", HOTLINE.replacen(trunk, &out, 1));
    let customers = Customers::start(folder);
    let centre = Centre::start(folder, &file, &certificate(folder)).await;
    let mut agent =
        Baresip::start(folder, "agent", AGENT, &agents_account("1001", CENTRE, "auto"), AGENT_HZ).await;
    agent.registered().await;

    agent.tell("dial", &format!("sip:13900000000@{CENTRE}")).await;
    let refused = agent.event("CALL_CLOSED").await;
    assert!(refused["param"].as_str().is_some_and(|why| why.contains("403")), "{refused}");

    agent.tell("dial", &format!("sip:13912345678@{CENTRE}")).await;
    agent.event("CALL_ESTABLISHED").await;
    in_state(&centre, "1001", "talking").await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    agent.tell("hangup", "").await;
    let records = centre.records(1).await;
    let messages = customers.messages();
    assert!(messages.contains("From: <sip:95598@") && !messages.contains("1001"), "{messages}");

    let whole = centre.get(&format!("calls/{}", records[0]["id"].as_str().expect("an id"))).await;
    let told = || format!("{whole:#}\n{}", centre.log());
    for (key, value) in [
        ("direction", "out"),
        ("from", "1001"),
        ("to", "13912345678"),
        ("result", "answered"),
        ("ended_by", "agent"),
    ] {
        assert_eq!(whole[key], value, "{key}: {}", told());
    }
    assert!(whole["agent"].is_string() && whole["trunk"].is_string(), "{}", told());
    let talked = whole["talk_ms"].as_f64().expect("a length") / 1_000.0;
    assert!((3.5..6.0).contains(&talked), "{}", told());
    assert_ne!(records[0]["to"], "13912345678", "masked in the list");
    let kinds: Vec<_> = whole["segments"].as_array().expect("segments").iter().map(|s| &s["kind"]).collect();
    assert_eq!(kinds, ["dial", "talk"], "{}", told());
    // The customer's telephone says what it hears: both channels, and the agent's ear, are full of the agent.
    let recording = centre.recording(whole["recording"].as_str().expect("recorded")).await;
    let ears = [sound::channel(&recording, 0, 2), sound::channel(&recording, 1, 2), agent.heard()];
    let heard = ears.map(|ear| sound::seconds_of(AGENT_HZ, &ear));
    assert!(heard.iter().all(|seconds| *seconds > talked - 1.0), "{heard:?} {}", told());
    in_state(&centre, "1001", "ready").await;

    let mut colleague =
        Baresip::start(folder, "colleague", COLLEAGUE, &agents_account("1002", CENTRE, "auto"), CALLER_HZ)
            .await;
    colleague.registered().await;
    agent.tell("dial", &format!("sip:1002@{CENTRE}")).await;
    colleague.event("CALL_ESTABLISHED").await;
    in_state(&centre, "1002", "talking").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    colleague.tell("hangup", "").await;
    agent.event("CALL_CLOSED").await;
    let records = centre.records(2).await;
    let internal = records.iter().find(|call| call["direction"] == "internal").expect("a record");
    assert_eq!((&internal["from"], &internal["to"]), (&"1001".into(), &"1002".into()), "{internal:#}");
    assert_eq!(internal["result"], "answered", "{internal:#}");
    in_state(&centre, "1002", "ready").await;
    centre.stop().await;
}

#[test]
fn agents_call_customers_and_each_other() {
    network::within(
        "outgoing::agents_call_customers_and_each_other",
        &["outside", "agent", "colleague"],
        agents_call,
    );
}
