//! SIPp as the peer, caller and telephone, over real sockets.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use crate::rig::{self, Rig};
use exchange::line::{Command, Device, EndCause, Event};
use kernel::LegId;

/// A SIPp that has been told what to do; the panic of `done` shows what it printed.
struct Sipp(tokio::process::Child);

impl Sipp {
    fn start(at: &str, arguments: &[&str]) -> Sipp {
        let child = tokio::process::Command::new("sipp")
            .args(["-i", at, "-nostdin", "-timeout", "40", "-timeout_error"])
            .args(arguments)
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("sipp is installed (Debian package sip-tester)");
        Sipp(child)
    }

    async fn done(self) {
        let output = self.0.wait_with_output().await.expect("sipp ends");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn scenario(name: &str) -> String {
    format!("{}/tests/wire/sipp/{name}.xml", env!("CARGO_MANIFEST_DIR"))
}

/// A port that was free a moment ago.
fn free_port(ip: &str) -> u16 {
    let socket = std::net::UdpSocket::bind((ip, 0)).expect("a port");
    socket.local_addr().expect("bound").port()
}

/// Whether the kernel knows of a socket at 127.0.0.3 and this port. Asking the port itself would take it from SIPp.
fn listens(transport: &str, port: &str) -> bool {
    let table = if transport == "t1" { "/proc/net/tcp" } else { "/proc/net/udp" };
    let at = format!(" 0300007F:{:04X} ", port.parse::<u16>().expect("a port"));
    std::fs::read_to_string(table).is_ok_and(|sockets| sockets.contains(&at))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_calls_of_sipps_own_caller_are_answered_and_hung_up() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let to = rig.udp().to_string();
    let sipp = Sipp::start("127.0.0.2", &[&to, "-sn", "uac", "-m", "50", "-r", "50", "-d", "100"]);
    assert_eq!(rig.answer_all(50).await, vec![EndCause::FarEnd; 50]);
    sipp.done().await;
    assert_eq!((rig.stats().legs, rig.stats().calls_in), (0, 0));
}

/// Callers through us to a telephone, which rings before the caller is answered.
async fn through(transport: &str, calls: usize, rate: &str) {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let port = free_port("127.0.0.3").to_string();
    let mut directory = rig::directory();
    let kind = if transport == "t1" { ";transport=tcp" } else { "" };
    let contact = Some(format!("sip:1001@127.0.0.3:{port}{kind}"));
    directory.phones.get_mut("1001").expect("1001").contact = contact;
    rig.telephony.configure(directory).expect("room");
    rig.phone_event().await;

    let phone = scenario("phone");
    let _phone = Sipp::start("127.0.0.3", &["-sf", &phone, "-p", &port, "-t", transport]);
    let to: SocketAddr = if transport == "t1" { rig.tcp() } else { rig.udp() };
    // The telephone must listen before it is called.
    while !listens(transport, &port) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (to, caller, calls_text) = (to.to_string(), scenario("caller"), calls.to_string());
    let sipp = Sipp::start(
        "127.0.0.2",
        &[&to, "-sf", &caller, "-m", &calls_text, "-r", rate, "-d", "200", "-t", transport],
    );
    let mut other: HashMap<LegId, LegId> = HashMap::new();
    let (mut ended, mut connected) = (0, 0);
    while ended < 2 * calls {
        match rig.event().await {
            Event::Incoming { leg, from, .. } => {
                rig.command(Command::Ring { leg });
                let to = rig::phone("1001", Device::Any);
                let agent = rig.dial(to, from, Duration::from_secs(10), false);
                other.insert(leg, agent);
                other.insert(agent, leg);
            }
            Event::Answered { leg } => {
                if leg < other[&leg] {
                    connected += 1;
                } else {
                    rig.command(Command::Answer { leg: other[&leg] });
                }
            }
            Event::Ended { leg, cause } => {
                ended += 1;
                assert!(matches!(cause, EndCause::FarEnd | EndCause::Ours), "{cause:?}");
                rig.command(Command::HangUp { leg: other[&leg] });
            }
            _ => {}
        }
    }
    sipp.done().await;
    assert_eq!(connected, calls);
    assert_eq!((rig.stats().legs, rig.stats().calls_in), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_are_put_through_to_a_telephone_over_udp() {
    through("u1", 100, "50").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_are_put_through_to_a_telephone_over_tcp() {
    through("t1", 50, "25").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_there_is_no_answer() {
    let mut rig = Rig::start(rig::config(), rig::directory()).await;
    let mut directory = rig::directory();
    let contact = Some(format!("sip:1001@127.0.0.3:{};transport=tcp", free_port("127.0.0.3")));
    directory.phones.get_mut("1001").expect("1001").contact = contact;
    rig.telephony.configure(directory).expect("room");
    rig.phone_event().await;
    let leg = rig.dial_phone("1001", Duration::from_secs(5));
    assert_eq!(rig.ended(leg).await, EndCause::Unreachable);
}
