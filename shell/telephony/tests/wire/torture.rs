//! The torture messages of RFC 4475 and RFC 5118 and a sample of PROTOS: whatever comes, the next OPTIONS is answered.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::rig::text::request;
use crate::rig::{self, Peer, Rig};
use tokio::io::AsyncWriteExt as _;

fn corpus() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .flat_map(|up| [up.join("shared/data"), up.join("../shared/data")])
        .map(|p| p.join("sip-torture"))
        .find(|p| p.is_dir())
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if !path.extension().is_some_and(|e| e == "json" || e == "md") {
            found.push(path);
        }
    }
}

async fn lives(peer: &Peer, after: &str) {
    peer.say(&request("OPTIONS", "alive", 1, "", "", "")).await;
    loop {
        let answer = peer.hear_within(Duration::from_millis(2_000)).await;
        let answer = answer.unwrap_or_else(|| panic!("no answer to OPTIONS after {after}"));
        if answer.contains("\nCall-ID: alive\n") {
            assert!(answer.starts_with("SIP/2.0 200"), "after {after}: {answer}");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_each_torture_message_options_is_answered() {
    let Some(corpus) = corpus() else {
        println!("SKIPPED: no shared/data/sip-torture above {}", env!("CARGO_MANIFEST_DIR"));
        return;
    };
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let trunk = Peer::at("127.0.0.2", rig.udp()).await;
    let victim = Peer::at("127.0.0.1", rig.udp()).await;
    let mut all = Vec::new();
    files(&corpus, &mut all);
    all.sort();
    assert!(all.len() > 200, "the corpus is whole");
    for path in &all {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).expect("readable");
        // A few are longer than a datagram can be.
        if bytes.len() < 65_000 {
            trunk.raw(&bytes).await;
            lives(&trunk, &name).await;
        }
        let mut tcp = tokio::net::TcpStream::connect(rig.tcp()).await.expect("connected");
        let _ = tcp.write_all(&bytes).await;
        drop(tcp);
        lives(&trunk, &name).await;
    }
    // Cut and damaged at every tenth place.
    for path in all.iter().filter(|p| p.to_string_lossy().contains("rfc4475")) {
        let bytes = std::fs::read(path).expect("readable");
        for at in (0..bytes.len()).step_by(10) {
            trunk.raw(&bytes[..at]).await;
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            trunk.raw(&damaged).await;
        }
        lives(&trunk, &path.display().to_string()).await;
    }
    // Calls that began are ended when nobody answers them; nothing went to addresses taken from messages.
    rig.telephony.stop().await;
    let mut begun = std::collections::BTreeSet::new();
    while let Ok(event) = rig.events.try_recv() {
        match event {
            exchange::line::Event::Incoming { leg, .. } => assert!(begun.insert(leg)),
            exchange::line::Event::Ended { leg, .. } => assert!(begun.remove(&leg), "ended once"),
            _ => {}
        }
    }
    assert!(begun.is_empty(), "every call that came in has ended");
    assert_eq!(victim.hear_within(Duration::from_millis(100)).await, None);
}
