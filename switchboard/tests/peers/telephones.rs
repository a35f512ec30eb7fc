//! baresip calls the hotline and baresip answers as the agent.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::Value;

use crate::baresip::{Baresip, agents_account, callers_account};
use crate::centre::Centre;
use crate::network::{self, CENTRE};
use crate::sound::{self, AGENT_HZ, CALLER_HZ};

const CALLER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);
const AGENT: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 3);
pub const HOTLINE: &str = concat!(include_str!("hotline.toml"), include_str!("agent.toml"));

/// Greeting, key 0, queue, the agent answers by itself, both talk, the agent hangs up, key 5.
async fn a_whole_call(transport: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let port = if transport == "tls" { 5_061 } else { 5_060 };
    let centre = Centre::start(folder, HOTLINE, &certificate(folder)).await;
    let account = agents_account("1001", format!("{CENTRE}:{port};transport={transport}"), "auto");
    let mut agent = Baresip::start(folder, "agent", AGENT, &account, AGENT_HZ).await;
    agent.registered().await;
    let account = callers_account("13800138000", format!("{CALLER};transport={transport}"));
    let mut caller = Baresip::start(folder, "caller", CALLER, &account, CALLER_HZ).await;

    caller.tell("dial", &format!("sip:95598@{CENTRE}:{port}")).await;
    caller.event("CALL_ESTABLISHED").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    caller.tell("sndcode", "0").await;
    agent.event("CALL_ESTABLISHED").await;
    // The agent's number is read to the caller, and then they talk.
    tokio::time::sleep(Duration::from_secs(8)).await;
    agent.tell("hangup", "").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    caller.tell("sndcode", "5").await;
    caller.event("CALL_CLOSED").await;

    let records = centre.records(1).await;
    let call = &records[0];
    let whole = centre.get(&format!("calls/{}", call["id"].as_str().expect("an id"))).await;
    let log = || format!("{whole:#}\n{}", centre.log());
    assert_eq!(
        (&call["to"], &call["result"]),
        (&Value::from("95598"), &Value::from("answered")),
        "{}",
        log()
    );
    assert_eq!((&call["rating"], &call["announced"]), (&Value::from(5), &Value::from(true)), "{}", log());
    assert_eq!(call["interrupted"], false, "{}", log());
    for time in ["at", "answered", "requested", "connected", "ended", "wait_ms", "agent", "queue", "trunk"] {
        assert!(!call[time].is_null(), "no {time}: {}", log());
    }
    let talked = call["talk_ms"].as_f64().expect("a length") / 1_000.0;
    assert!((7.0..12.0).contains(&talked), "{}", log());
    let kinds: Vec<_> = whole["segments"].as_array().expect("segments").iter().map(|s| &s["kind"]).collect();
    for kind in ["menu", "queue", "ring", "talk", "rating"] {
        assert!(kinds.iter().any(|known| *known == kind), "no {kind}: {}", log());
    }

    let recording = centre.recording(call["recording"].as_str().expect("recorded")).await;
    let (left, right) = (sound::channel(&recording, 0, 2), sound::channel(&recording, 1, 2));
    let seconds =
        |samples: &[i16]| (sound::seconds_of(CALLER_HZ, samples), sound::seconds_of(AGENT_HZ, samples));
    let heard = [seconds(&left), seconds(&right), seconds(&agent.heard()), seconds(&caller.heard())];
    let told = format!(
        "seconds of caller and agent in left, right, agent's ear, caller's ear: {heard:?}\n{}",
        log()
    );
    let [left, right, agents_ear, callers_ear] = heard;
    // While the agent's number is read nobody hears the other, and the agent is not recorded.
    let (recorded, both) = (talked - 1.0, talked - 5.5);
    assert!(left.0 > recorded && left.1 < 0.3, "the caller is left: {told}");
    assert!(right.1 > both && right.0 < 0.3, "the agent is right: {told}");
    assert!(agents_ear.0 > both && agents_ear.1 < 0.3, "the agent hears the caller: {told}");
    assert!(callers_ear.1 > both && callers_ear.0 < 0.3, "the caller hears the agent: {told}");
    centre.stop().await;
}

/// A certificate that the telephones are told to trust, and the settings that make the centre show it.
pub fn certificate(folder: &std::path::Path) -> String {
    let made = rcgen::generate_simple_self_signed(vec![CENTRE.to_string()]).expect("a certificate");
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).expect("written");
    std::fs::write(&key, made.signing_key.serialize_pem()).expect("written");
    format!("sips = \"{CENTRE}:5061\"\ncertificate = {certificate:?}\nkey = {key:?}")
}

#[test]
fn a_whole_call_over_udp() {
    network::within("telephones::a_whole_call_over_udp", &["caller", "agent"], || a_whole_call("udp"));
}

#[test]
fn a_whole_call_over_tcp() {
    network::within("telephones::a_whole_call_over_tcp", &["caller", "agent"], || a_whole_call("tcp"));
}

#[test]
fn a_whole_call_over_tls() {
    network::within("telephones::a_whole_call_over_tls", &["caller", "agent"], || a_whole_call("tls"));
}
