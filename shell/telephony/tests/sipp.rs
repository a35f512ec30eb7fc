//! SIPp as the peer, over real sockets.

mod rig;

use std::net::SocketAddr;
use std::process::Stdio;

use exchange::line::EndCause;
use rig::Rig;
use tokio::process::Command;

/// Runs SIPp's own caller from 127.0.0.2; the panic shows what it printed.
async fn sipp(to: SocketAddr, arguments: &[&str]) {
    let folder = std::env::temp_dir();
    let output = Command::new("sipp")
        .args([to.to_string().as_str(), "-i", "127.0.0.2", "-nostdin", "-timeout", "30", "-timeout_error"])
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .expect("sipp is installed (Debian package sip-tester)");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_calls_are_answered_and_hung_up() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let to = rig.udp();
    let (ends, ()) =
        tokio::join!(rig.answer_all(50), sipp(to, &["-sn", "uac", "-m", "50", "-r", "50", "-d", "100"]));
    assert_eq!(ends, vec![EndCause::FarEnd; 50]);
    assert_eq!((rig.stats().legs, rig.stats().calls_in), (0, 0));
}
