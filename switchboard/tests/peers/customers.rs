//! Customers outside: one SIPp at 10.77.0.2, host `outside`, that answers whatever number is called there and sends back what
//! it hears.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Child;

use crate::network;

pub struct Customers {
    messages: PathBuf,
    _sipp: Child,
}

impl Customers {
    pub fn start(folder: &Path) -> Customers {
        let sipp = network::on("outside", "sipp")
            .args(["-sn", "uas", "-i", "10.77.0.2", "-p", "5060", "-rtp_echo", "-aa", "-nostdin"])
            .args(["-trace_msg", "-message_file", "messages"])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sipp is installed (Debian package sip-tester)");
        Customers { messages: folder.join("messages"), _sipp: sipp }
    }

    /// Every SIP message so far, theirs and ours.
    pub fn messages(&self) -> String {
        std::fs::read_to_string(&self.messages).unwrap_or_default()
    }
}
