//! The values that cross the seam to the SIP side: configuration, addresses, counters.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kernel::{LegId, RecordingId};

use super::codec::Codec;
use super::web::WebRemote;

/// How the media core is set up.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// UDP ports; two per leg (RTP even, RTCP odd).
    pub ports: RangeInclusive<u16>,
    /// Addresses legs may be opened on; an unspecified one (`0.0.0.0`, `::`) allows any of its family.
    pub bind: Vec<IpAddr>,
    /// Media threads, at least 1.
    pub threads: usize,
    /// Searched in this order for `<name>.wav`.
    pub prompts_dirs: Vec<PathBuf>,
    pub recordings_dir: PathBuf,
    /// Half-second blocks (8 kB) that may wait for the disk before recordings get holes.
    pub writer_queue_blocks: usize,
    /// Prompts kept in memory, in bytes of A-law (8,000 per second).
    pub prompt_cache_bytes: usize,
    /// `Event::Silent` after this long without a packet, and again after each further stretch.
    pub silent_after: Duration,
}

impl Default for MediaConfig {
    fn default() -> Self {
        MediaConfig {
            ports: 20_000..=39_999,
            bind: vec![IpAddr::from([127, 0, 0, 1])],
            threads: 1,
            prompts_dirs: vec![PathBuf::from("prompts")],
            recordings_dir: PathBuf::from("data/recordings"),
            writer_queue_blocks: 8_192,
            prompt_cache_bytes: 64 << 20,
            silent_after: Duration::from_secs(10),
        }
    }
}

/// Where a leg's audio arrives: the address for our SDP.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LocalPort {
    /// RTP; RTCP is one port above.
    pub addr: SocketAddr,
}

/// Why a leg cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum NoPort {
    #[error("no RTP port is free: {total} pairs are in use or resting; widen the RTP port range")]
    AllTaken { total: usize },
    #[error("{0} is not among the addresses media may use; add it to the configuration")]
    NotOurs(IpAddr),
    #[error("leg {0} is open already")]
    Open(LegId),
    #[error("the media thread takes no more orders")]
    Overloaded,
    #[error("cannot open a UDP socket on {at}: {error}")]
    Socket { at: SocketAddr, error: std::io::Error },
}

/// What was negotiated with the far end of a leg. Given again after every re-INVITE.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remote {
    /// Where its SDP says that it receives.
    pub rtp: SocketAddr,
    pub codec: Codec,
    pub payload_type: u8,
    /// Payload type of RFC 4733 events, if negotiated; otherwise keys are sought in the sound itself.
    pub telephone_event: Option<u8>,
    /// We may send (false: it has put us on hold, or is inactive).
    pub send: bool,
    /// It may send. While false nothing of it is heard and silence is no alarm.
    pub receive: bool,
    /// Accept and answer to another address than the SDP's when the first packets come from there (a telephone behind
    /// a NAT). False for trunks: only the SDP's IP address is heard, and only its port answered to.
    pub learn: bool,
    /// A browser: ICE and SRTP say who is heard and where to send to, and `rtp` and `learn` mean nothing.
    pub web: Option<Arc<WebRemote>>,
}

/// Counters since the start, and gauges.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MediaStats {
    pub legs: u64,
    pub ports_free: u64,
    pub recordings: u64,
    pub packets_in: u64,
    pub packets_out: u64,
    /// From addresses or sources that are not the leg's far end, or not RTP.
    pub packets_dropped: u64,
    /// Packets of our far ends that never came.
    pub packets_lost: u64,
    /// Ticks that came more than 5 ms late.
    pub ticks_late: u64,
    /// The worst lateness since the last call of `stats`, in microseconds.
    pub tick_late_max_us: u64,
    /// Blocks of recordings that found the writer's queue full.
    pub recorder_blocks_lost: u64,
    /// CPU time of the media threads, in microseconds.
    pub cpu_us: u64,
}

/// How the audio of a leg has arrived, as RTCP counts (RFC 3550 §6.4).
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct LegQuality {
    pub packets_in: u64,
    pub packets_out: u64,
    pub packets_lost: u64,
    /// Packets from strangers.
    pub packets_dropped: u64,
    pub jitter_ms: f32,
    /// What the far end reported of our packets.
    pub far_lost: u64,
    pub far_jitter_ms: f32,
    pub round_trip_ms: Option<f32>,
}

/// A recording that was growing when the last process ended, now repaired and sealed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recovered {
    pub recording: RecordingId,
    /// Below the recordings folder.
    pub file: String,
    pub duration_ms: u64,
    pub bytes: u64,
    pub sha256: String,
}
