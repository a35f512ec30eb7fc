//! SIPp on both sides of the whole program: its callers are queued and put through to its telephones; and more callers
//! than there is room for.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::process::Child;

use crate::centre::Centre;
use crate::network::{self, CENTRE};

const CALLERS: usize = 20;

fn start(folder: &Path, host: &str, at: &str, arguments: &[&str]) -> Child {
    network::on(host, "sipp")
        .args(["-i", at, "-nostdin", "-timeout", "60", "-timeout_error"])
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sipp is installed (Debian package sip-tester)")
}

fn succeeded(output: &Output, centre: &Centre) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}\n{}", String::from_utf8_lossy(&output.stderr), centre.log());
}

/// Agents with telephones at a fixed address, all of them one SIPp.
fn agents(transport: &str) -> String {
    let agent = |n: usize| {
        format!(
            "\n[[agent]]\nnumber = \"{n}\"\nname = \"坐席\"\nqueues = [\"direct\"]\npassword = \"agent-{n}\"\n\
             contact = \"sip:{n}@10.77.0.3:5060;transport={transport}\"\nready = true\nwrap_up_s = 0\n"
        )
    };
    (1_001..1_009).map(agent).collect()
}

async fn callers_reach_agents(transport: &str, sipp_transport: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let file = format!("{}{}", include_str!("hotline.toml"), agents(transport));
    let _agents = start(folder, "agent", "10.77.0.3", &["-sn", "uas", "-p", "5060", "-t", sipp_transport]);
    let centre = Centre::start(folder, &file, "").await;
    let to = format!("{CENTRE}:5060");
    let calls = CALLERS.to_string();
    let callers = start(
        folder,
        "caller",
        "10.77.0.2",
        &[&to, "-sn", "uac", "-s", "12345", "-m", &calls, "-r", "8", "-d", "1500", "-t", sipp_transport],
    );
    succeeded(&callers.wait_with_output().await.expect("sipp ends"), &centre);
    for call in centre.records(CALLERS).await {
        let told = format!("{call:#}\n{}", centre.log());
        assert_eq!((&call["result"], &call["ended_by"]), (&"answered".into(), &"caller".into()), "{told}");
        assert!(call["talk_ms"].as_i64().is_some_and(|ms| (500..4_000).contains(&ms)), "{told}");
        assert!(call["recording"].is_string() && call["interrupted"] == false, "{told}");
    }
    centre.stop().await;
}

#[test]
fn callers_reach_agents_over_udp() {
    network::within("sipp::callers_reach_agents_over_udp", &["caller", "agent"], || {
        callers_reach_agents("udp", "u1")
    });
}

#[test]
fn callers_reach_agents_over_tcp() {
    network::within("sipp::callers_reach_agents_over_tcp", &["caller", "agent"], || {
        callers_reach_agents("tcp", "t1")
    });
}

/// Says INVITE from an address and hears what comes after 100; how long that took.
async fn refused(from: &str, call: &str) -> (String, Duration) {
    let socket = UdpSocket::bind((from, 0)).await.expect("a socket");
    let me = socket.local_addr().expect("bound");
    let head = format!(
        "Via: SIP/2.0/UDP {me};branch=z9hG4bK{call};rport\r\nFrom: <sip:13900139000@{from}>;tag={call}\r\n\
         Call-ID: {call}\r\nMax-Forwards: 70\r\n"
    );
    let sdp = format!(
        "v=0\r\no=- 1 1 IN IP4 {from}\r\ns=-\r\nc=IN IP4 {from}\r\nt=0 0\r\nm=audio 9000 RTP/AVP 8\r\n"
    );
    let uri = format!("sip:12345@{CENTRE}");
    let invite = format!(
        "INVITE {uri} SIP/2.0\r\n{head}To: <{uri}>\r\nCSeq: 1 INVITE\r\nContact: <sip:{me}>\r\n\
         Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    );
    let before = Instant::now();
    socket.send_to(invite.as_bytes(), (CENTRE, 5_060)).await.expect("sent");
    let mut buffer = [0; 4_096];
    loop {
        let heard = tokio::time::timeout(Duration::from_secs(5), socket.recv(&mut buffer)).await;
        let answer =
            String::from_utf8_lossy(&buffer[..heard.expect("an answer").expect("heard")]).into_owned();
        if answer.starts_with("SIP/2.0 100") {
            continue;
        }
        let took = before.elapsed();
        let to = answer.lines().find(|line| line.starts_with("To:")).unwrap_or_default();
        let ack = format!("ACK {uri} SIP/2.0\r\n{head}{to}\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n");
        socket.send_to(ack.as_bytes(), (CENTRE, 5_060)).await.expect("sent");
        return (answer, took);
    }
}

/// Three calls may go on at once; the fourth is refused at once, and the three are not touched.
async fn over_capacity() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    network::run("ip", &["address", "add", "10.77.0.9/32", "dev", "bridge"]);
    let trunks = format!(
        "\n[[trunk]]\nname = \"here\"\nfrom = [\"{CENTRE}/32\"]\n\
         \n[[trunk]]\nname = \"engaged\"\nfrom = [\"10.77.0.9/32\"]\nbusy_when_full = true\n"
    );
    let file = format!("{}{}{trunks}", include_str!("hotline.toml"), agents("udp"));
    let _agents = start(folder, "agent", "10.77.0.3", &["-sn", "uas", "-p", "5060"]);
    let centre = Centre::start(folder, &file, "max_calls = 3").await;
    let to = format!("{CENTRE}:5060");
    let three = start(
        folder,
        "caller",
        "10.77.0.2",
        &[&to, "-sn", "uac", "-s", "12345", "-m", "3", "-r", "3", "-d", "5000"],
    );
    let talking = async || {
        let page = centre.get("calls").await;
        page["items"]
            .as_array()
            .is_some_and(|calls| calls.iter().filter(|call| call["connected"].is_string()).count() == 3)
    };
    while !talking().await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // One of several at least is not held up by what else this machine does.
    let mut fastest = Duration::MAX;
    for n in 0..5 {
        let (answer, took) = refused(&CENTRE.to_string(), &format!("here{n}")).await;
        assert!(answer.starts_with("SIP/2.0 503 ") && answer.contains("\r\nRetry-After: "), "{answer}");
        let (answer, also_took) = refused("10.77.0.9", &format!("engaged{n}")).await;
        assert!(answer.starts_with("SIP/2.0 486 "), "{answer}");
        fastest = fastest.min(took.max(also_took));
    }
    assert!(fastest < Duration::from_millis(100), "{fastest:?}");
    // Whoever was refused is one of those not served, once for his number.
    let mut owed = centre.get("calls/owed").await;
    while owed["items"][0]["times"] != 10 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        owed = centre.get("calls/owed").await;
    }
    let busy = &owed["items"][0];
    assert_eq!((&busy["kind"], &busy["number"]), (&"busy".into(), &"139****9000".into()), "{owed:#}");
    assert_eq!(owed["items"].as_array().map(Vec::len), Some(1), "{owed:#}");
    // The three end by themselves, as if nothing had been.
    succeeded(&three.wait_with_output().await.expect("sipp ends"), &centre);
    for call in centre.records(3).await {
        let told = format!("{call:#}\n{}", centre.log());
        assert_eq!((&call["result"], &call["ended_by"]), (&"answered".into(), &"caller".into()), "{told}");
        assert!(call["talk_ms"].as_i64().is_some_and(|ms| ms > 4_000), "{told}");
    }
    centre.stop().await;
}

#[test]
fn the_fourth_of_three_calls_is_refused_at_once() {
    network::within(
        "sipp::the_fourth_of_three_calls_is_refused_at_once",
        &["caller", "agent"],
        over_capacity,
    );
}

/// The people whom the demo's agents call: the last digit of a number is how they meet a call.
async fn the_town_answers() {
    let folder = tempfile::tempdir().expect("a folder");
    network::run("ip", &["address", "add", "127.0.0.4/8", "dev", "lo"]);
    let _town = tokio::process::Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .args(["answer", "--at", "127.0.0.4:5060", "--prompts"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../prompts"))
        .kill_on_drop(true)
        .spawn()
        .expect("the town");
    let call = async |number: &str| {
        let caller = tokio::process::Command::new("sipp")
            .args(["127.0.0.4:5060", "-i", "127.0.0.1", "-sn", "uac", "-s", number, "-m", "1", "-d", "2000"])
            .args(["-nostdin", "-timeout", "12", "-timeout_error", "-trace_msg", "-message_file", number])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .status();
        let status = caller.await.expect("sipp is installed (Debian package sip-tester)");
        let messages = std::fs::read_to_string(folder.path().join(number)).unwrap_or_default();
        (status.success(), messages)
    };
    let (picked_up, messages) = call("13800000001").await;
    assert!(picked_up && messages.contains("SIP/2.0 180"), "{messages}");
    let (picked_up, messages) = call("13800000009").await;
    assert!(!picked_up && messages.contains("SIP/2.0 486"), "{messages}");
    let (picked_up, messages) = call("13800000008").await;
    assert!(
        !picked_up && messages.contains("SIP/2.0 180") && !messages.contains("SIP/2.0 200"),
        "{messages}"
    );
}

#[test]
fn whom_the_demo_calls_picks_up_or_does_not() {
    network::within("sipp::whom_the_demo_calls_picks_up_or_does_not", &[], the_town_answers);
}
