//! A network of its own for each test: the centre at 10.77.0.1 and each telephone on a host of its own behind a bridge.
//!
//! Telephones like baresip refuse the loopback interface, so the test runs itself again inside network, mount and process
//! namespaces. Nothing is left behind whatever happens: with the first process the kernel takes away all of it.

use std::future::Future;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

pub const CENTRE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 1);
const INSIDE: &str = "SWITCHBOARD_TEST_IN_A_NETWORK";
const NEEDS: &str = "tests with real telephones need Linux network namespaces (as root, or with user namespaces), and the \
    Debian packages util-linux, iproute2, baresip-core and sip-tester";

/// Runs the test of this name in a network with these hosts; the first is 10.77.0.2.
pub fn within<F: Future<Output = ()>>(name: &str, hosts: &[&str], test: impl FnOnce() -> F) {
    if std::env::var_os(INSIDE).is_none() {
        return outside(name);
    }
    run("mount", &["-t", "tmpfs", "none", "/run"]);
    run("ip", &["link", "set", "lo", "up"]);
    run("ip", &["link", "add", "bridge", "type", "bridge"]);
    run("ip", &["address", "add", &format!("{CENTRE}/24"), "dev", "bridge"]);
    run("ip", &["link", "set", "bridge", "up"]);
    for (host, at) in hosts.iter().zip(2..) {
        let port = format!("to-{host}");
        run("ip", &["netns", "add", host]);
        run("ip", &["link", "add", &port, "type", "veth", "peer", "name", "eth0", "netns", host]);
        run("ip", &["link", "set", &port, "master", "bridge", "up"]);
        run("ip", &["-n", host, "address", "add", &format!("10.77.0.{at}/24"), "dev", "eth0"]);
        run("ip", &["-n", host, "link", "set", "eth0", "up"]);
        run("ip", &["-n", host, "link", "set", "lo", "up"]);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(test());
}

fn outside(name: &str) {
    let me = std::env::current_exe().expect("this test");
    let mut unshare = Command::new("unshare");
    if !is_root() {
        unshare.arg("--map-root-user");
    }
    let status = unshare
        .args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
        .arg(me)
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .stdin(Stdio::null())
        .status()
        .unwrap_or_else(|failure| panic!("unshare: {failure}; {NEEDS}"));
    assert!(
        status.success(),
        "{name} failed inside its network, see above; if it did not even begin: {NEEDS}"
    );
}

pub fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|failure| panic!("{program}: {failure}; {NEEDS}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {}: {said}; {NEEDS}", arguments.join(" "));
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

/// A program on one of the hosts.
pub fn on(host: &str, program: &str) -> tokio::process::Command {
    let mut command = tokio::process::Command::new("ip");
    command.args(["netns", "exec", host, program]).stdin(Stdio::null()).kill_on_drop(true);
    command
}
