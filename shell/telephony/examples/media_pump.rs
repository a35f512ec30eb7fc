//! Measures the media core: N recorded calls on the loopback, driven by a generator in a process of its own.
//!
//! `cargo run --release --example media_pump -- [calls] [seconds] [recorded|plain|mixed] [threads]`
//!
//! Prints the CPU of our threads per 100 calls (from /proc, without the generator), packets lost, the worst lateness of a
//! tick, and memory per call while the calls are up and after they are gone.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Command as Process, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use exchange::line::{Command, Event, Source};
use kernel::{Clock, LegId, RecordingId, Timestamp};
use telephony::media::{Codec, MediaConfig, MediaCore, Remote};

const CALLERS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const AGENTS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
const FIRST_PORT: u16 = 41_000;

struct WallClock;
impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(since.as_micros() as i64)
    }
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "--generate") {
        return generate(arguments.get(1).and_then(|s| s.parse().ok()).unwrap_or(10));
    }
    let number = |at: usize, or: u64| arguments.get(at).and_then(|s| s.parse().ok()).unwrap_or(or);
    let (calls, seconds) = (number(0, 100) as i64, number(1, 20));
    let kind = arguments.get(2).map_or("recorded", String::as_str);
    let dir = std::env::temp_dir().join(format!("media-pump-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    let (sender, mut events) = tokio::sync::mpsc::channel(65_536);
    let config = MediaConfig {
        ports: 20_000..=39_999,
        threads: number(3, 1) as usize,
        recordings_dir: dir.clone(),
        ..MediaConfig::default()
    };
    let core = MediaCore::start(config, sender, Arc::new(WallClock))?;
    let idle_kb = rss_kb();

    let mut generator = Process::new(std::env::current_exe()?)
        .args(["--generate", &(seconds + 3).to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let ip = IpAddr::from([127, 0, 0, 1]);
    let mut ports = String::new();
    for call in 0..calls {
        let (caller, agent) = (LegId(call * 2 + 1), LegId(call * 2 + 2));
        let port = FIRST_PORT + call as u16;
        for (leg, from, codec) in [
            (caller, CALLERS, Codec::Pcma),
            (agent, AGENTS, if kind == "mixed" { Codec::Pcmu } else { Codec::Pcma }),
        ] {
            let local = core.open(leg, ip)?;
            ports.push_str(&format!("{} {}\n", local.addr.port(), codec.static_payload_type().unwrap_or(8)));
            core.connect(
                leg,
                Remote {
                    rtp: SocketAddr::new(from.into(), port),
                    codec,
                    payload_type: codec.static_payload_type().unwrap_or(8),
                    telephone_event: Some(101),
                    send: true,
                    receive: true,
                    learn: false,
                    web: None,
                },
            );
        }
        core.command(Command::Hear { leg: caller, sources: vec![Source::full(agent)] });
        core.command(Command::Hear { leg: agent, sources: vec![Source::full(caller)] });
        if kind != "plain" {
            core.command(Command::Record { recording: RecordingId(call + 1), leg: caller });
        }
    }
    if let Some(mut input) = generator.stdin.take() {
        input.write_all(ports.as_bytes())?;
    }
    std::thread::sleep(Duration::from_secs(2));
    let (before, started) = (cpu_by_thread(), Instant::now());
    let _ = core.stats();
    std::thread::sleep(Duration::from_secs(seconds));
    let (after, elapsed) = (cpu_by_thread(), started.elapsed().as_secs_f64());
    let stats = core.stats();
    let busy_kb = rss_kb();
    println!("{calls} {kind} calls for {seconds} s");
    let mut total = 0.0;
    for (name, ms) in &after {
        let share = (ms - before.get(name).unwrap_or(&0.0)) / 10.0 / elapsed;
        total += share;
        if share > 0.0 {
            println!("  thread {name:<10} {share:6.2} % of a core");
        }
    }
    println!(
        "  all threads       {total:6.2} % of a core = {:.2} % per 100 calls",
        total * 100.0 / calls as f64
    );
    println!(
        "  ticks late {}, worst {} us; blocks lost {}",
        stats.ticks_late, stats.tick_late_max_us, stats.recorder_blocks_lost
    );
    let output = generator.wait_with_output()?;
    print!("  {}", String::from_utf8_lossy(&output.stdout));
    for leg in 1..=calls * 2 {
        core.close(LegId(leg));
    }
    let (mut sealed, mut trouble) = (0, 0);
    let until = Instant::now() + Duration::from_secs(30);
    while kind != "plain" && sealed < calls && Instant::now() < until {
        match events.try_recv() {
            Ok(Event::RecordingSealed { .. }) => sealed += 1,
            Ok(Event::RecordingTrouble { lost_ms, what, .. }) => {
                trouble += 1;
                println!("  trouble: {lost_ms} ms, {what}");
            }
            Ok(_) => {}
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    println!("  {sealed} recordings sealed, {trouble} with trouble");
    println!(
        "  memory: {idle_kb} kB idle, {busy_kb} kB busy = {} kB per call, {} kB afterwards",
        (busy_kb.saturating_sub(idle_kb)) / calls.max(1) as u64,
        rss_kb()
    );
    core.shutdown();
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

/// CPU of each of our threads in milliseconds, by name.
fn cpu_by_thread() -> BTreeMap<String, f64> {
    let mut out = BTreeMap::new();
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let name = std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        // Nanoseconds on the CPU.
        let time = std::fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        let time: f64 = time.split(' ').next().and_then(|t| t.parse().ok()).unwrap_or(0.0);
        *out.entry(name.trim().to_owned()).or_insert(0.0) += time / 1e6;
    }
    out
}

fn rss_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// The other process: two sockets per call, 50 packets a second from each, counting what comes back.
fn generate(seconds: u64) -> anyhow::Result<()> {
    let mut sockets = Vec::new();
    for (at, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line?;
        let Some((port, payload_type)) = line.split_once(' ') else { continue };
        let from = if at % 2 == 0 { CALLERS } else { AGENTS };
        let socket = UdpSocket::bind((from, FIRST_PORT + (at / 2) as u16))?;
        socket.set_nonblocking(true)?;
        socket.connect((Ipv4Addr::LOCALHOST, port.parse::<u16>()?))?;
        sockets.push((socket, payload_type.parse::<u8>()?));
    }
    let (mut sent, mut received, mut late_ms) = (0u64, 0u64, 0u64);
    let start = Instant::now();
    let mut data = [0x55u8; 172];
    let mut heard = [0; 2_048];
    let mut step = 0u64;
    // Ten steps of 2 ms; each socket has its turn once in 20 ms.
    while start.elapsed() < Duration::from_secs(seconds) {
        let due = start + Duration::from_millis(step * 2);
        let now = Instant::now();
        if now < due {
            std::thread::sleep(due - now);
        } else {
            late_ms = late_ms.max((now - due).as_millis() as u64);
        }
        for at in ((step % 10) as usize..sockets.len()).step_by(10) {
            let (socket, payload_type) = &sockets[at];
            let turn = step / 10;
            data[0] = 0x80;
            data[1] = *payload_type;
            data[2..4].copy_from_slice(&(turn as u16).to_be_bytes());
            data[4..8].copy_from_slice(&((turn * 160) as u32).to_be_bytes());
            data[8..12].copy_from_slice(&(at as u32 + 1).to_be_bytes());
            sent += u64::from(socket.send(&data).is_ok());
            while let Ok(length) = socket.recv(&mut heard) {
                received += u64::from(length == data.len());
            }
        }
        step += 1;
    }
    std::thread::sleep(Duration::from_millis(100));
    for (socket, _) in &sockets {
        while socket.recv(&mut heard).is_ok() {
            received += 1;
        }
    }
    println!(
        "generator: {sent} sent, {received} came back = {:.3} %, itself at most {late_ms} ms late",
        received as f64 * 100.0 / sent.max(1) as f64
    );
    Ok(())
}
