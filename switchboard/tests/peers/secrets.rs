//! The keys of a card and of an identity number: in no file, no recording and nobody's ear.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::baresip::{Baresip, agents_account, callers_account};
use crate::centre::Centre;
use crate::network::{self, CENTRE};
use crate::sound::{self, AGENT_HZ, CALLER_HZ};
use crate::telephones::{HOTLINE, certificate};

const CALLER: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);
const AGENT: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 3);
/// Typed in the menu, and in the conversation.
const CARD: &str = "6222029876543210";
const IDENTITY: &str = "340505199001017396";
const FLOW: &str = r##"
[[number]]
did = "10010"
flow = "card"

[[flow]]
name = "card"
steps = [
  { collect = "card", say = "请输入卡号,以井号键结束。", voice = "recorded/enter_account", digits = [4, 19], end = "#", secret = true },
  { queue = "direct" },
]
"##;

async fn types(caller: &mut Baresip, keys: &str) {
    for key in keys.chars() {
        caller.tell("sndcode", &key.to_string()).await;
        tokio::time::sleep(Duration::from_millis(220)).await;
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path(), found),
            _ => found.push(entry.path()),
        }
    }
}

/// The files in which ten keys of a number stand one after the other, forwards or backwards.
fn told(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    files(&folder.join("data"), &mut found);
    found.push(folder.join("log"));
    let mut told = Vec::new();
    for path in found {
        let bytes = std::fs::read(&path).unwrap_or_default();
        for number in [CARD, IDENTITY] {
            let backwards: String = number.chars().rev().collect();
            for keys in [number, backwards.as_str()].iter().flat_map(|keys| keys.as_bytes().windows(10)) {
                if bytes.windows(keys.len()).any(|window| window == keys) {
                    told.push(format!("{}: {}", path.display(), String::from_utf8_lossy(keys)));
                }
            }
        }
    }
    told
}

async fn keys_in_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let centre = Centre::start(folder, &format!("{HOTLINE}{FLOW}"), &certificate(folder)).await;
    let account = agents_account("1001", CENTRE, "auto");
    let mut agent = Baresip::start(folder, "agent", AGENT, &account, AGENT_HZ).await;
    agent.registered().await;
    let account = callers_account("13800138000", CALLER);
    let mut caller = Baresip::start(folder, "caller", CALLER, &account, CALLER_HZ).await;
    caller.tell("dial", &format!("sip:10010@{CENTRE}")).await;
    caller.event("CALL_ESTABLISHED").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    types(&mut caller, CARD).await;
    types(&mut caller, "#").await;
    agent.event("CALL_ESTABLISHED").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    centre.at_desk("1001", json!({ "act": "collect_secret" })).await;
    types(&mut caller, IDENTITY).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let desk = centre.get("floor").await["agents"].to_string();
    centre.at_desk("1001", json!({ "act": "end_secret" })).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    caller.tell("hangup", "").await;

    let records = centre.records(1).await;
    let whole = centre.get(&format!("calls/{}", records[0]["id"].as_str().expect("an id"))).await;
    let log = || format!("{whole:#}\n{desk}\n{}", centre.log());
    let talked = whole["talk_ms"].as_f64().expect("a length") / 1_000.0;
    let recording = centre.recording(whole["recording"].as_str().expect("recorded")).await;
    let caller_in = |ear: &[i16]| sound::seconds_of(CALLER_HZ, ear);
    let (recorded, heard) = (caller_in(&sound::channel(&recording, 0, 2)), caller_in(&agent.heard()));
    // Eighteen keys and a second: four and a half seconds at least, of which neither has anything.
    for (whose, seconds) in [("the recording", recorded), ("the agent's ear", heard)] {
        assert!(seconds > 2.0 && seconds < talked - 4.0, "{whose}: {seconds} s of {talked} s; {}", log());
    }
    assert!(!whole.to_string().contains("card:"), "no key in the menu's path: {}", log());
    centre.stop().await;
    assert_eq!(told(folder), Vec::<String>::new());
    let mut facts = Vec::new();
    files(&folder.join("data/facts"), &mut facts);
    let facts: Vec<u8> = facts.iter().flat_map(|path| std::fs::read(path).unwrap_or_default()).collect();
    let facts = String::from_utf8_lossy(&facts);
    assert!(facts.contains("call_arrived") && !facts.contains("menu_chosen"), "a key is a fact: {facts}");
}

#[test]
fn keys_typed_in_secret_are_nowhere() {
    network::within("secrets::keys_typed_in_secret_are_nowhere", &["caller", "agent"], keys_in_secret);
}
