//! The figures that were taken, beside the goals and the peers.

use std::fmt;

/// What was measured; what was not asked for stays empty.
#[derive(Default)]
pub struct Figures {
    pub load_before: String,
    pub load_after: String,
    pub idle_kb: u64,
    pub rest_kb: u64,
    pub calls: i64,
    /// Milliseconds, median and p99.
    pub answered: Option<(f64, f64)>,
    pub through: Option<(f64, f64)>,
    pub decided: Option<(f64, f64)>,
    /// A bare relay of the packets of so many calls: percent of a core for 100.
    pub relay: Vec<(usize, f64)>,
    /// CPU seconds for 1,000 calls.
    pub cost: Option<f64>,
    /// The same for callers who hear an announcement and hang up.
    pub announced: Option<f64>,
    /// What a storm came to.
    pub storm: Option<String>,
    /// What the look-ups of many callers came to.
    pub lookups: Vec<(&'static str, String)>,
    /// Percent of a core for 100 calls, at 100 calls.
    pub held_share: Option<f64>,
    /// The most held clean, with percent for 100; the step that broke.
    pub held: Option<(usize, f64)>,
    pub held_broken: Option<usize>,
    pub held_kb: Option<f64>,
    pub rate: Option<usize>,
    pub rate_broken: Option<usize>,
    pub register_cost: Option<f64>,
    pub registers: Option<usize>,
    pub records_whole: bool,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let model = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = model.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        writeln!(
            f,
            "{cores} cores, {}; load average {} before, {} after\n",
            model.trim_start_matches([' ', '\t', ':']),
            self.load_before,
            self.load_after
        )?;
        writeln!(f, "| figure | here | goal | Asterisk 22.10 | FreeSWITCH 1.10.12 | RustPBX 0.5 |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        let mut row = |what: &str, here: Option<String>, goal: &str, peers: [&str; 3]| {
            let here = here.unwrap_or_else(|| "not taken".to_owned());
            writeln!(f, "| {what} | {here} | {goal} | {} | {} | {} |", peers[0], peers[1], peers[2])
        };
        let reached = |most: Option<String>, broken: Option<usize>| match (most, broken) {
            (Some(most), Some(broken)) => Some(format!("{most} ({broken} breaks)")),
            (Some(most), None) => Some(format!("{most} (no step broke)")),
            (None, Some(broken)) => Some(format!("under {broken}")),
            (None, None) => None,
        };
        let pair = |pair: Option<(f64, f64)>| pair.map(|(p50, p99)| format!("{p50:.1} / {p99:.1}"));
        let two = |value: f64| format!("{value:.2}");
        row(
            "CPU s per 1,000 recorded queue calls of 5 s, 10/s",
            self.cost.map(two),
            "≤ 5",
            ["31–37", "49–53", "22–25"],
        )?;
        row(
            "CPU s per 1,000 callers who hear 5 s of an announcement and hang up, 20/s",
            self.announced.map(two),
            "",
            ["", "", ""],
        )?;
        row(
            "20 calls/s, half of them in an outage: told; 200 → first word p50 / p95 / p99; look-ups beyond 300 ms",
            self.storm.clone(),
            "all; – / – / 500; 0",
            ["", "", ""],
        )?;
        for (what, told) in &self.lookups {
            let what =
                format!("callers without supply, {what}: told; 200 → first word p50 / p95 / p99 / longest");
            row(&what, Some(told.clone()), "all; – / – / 500 / –", ["", "", ""])?;
        }
        row(
            "% of a core per 100 recorded calls held (100 calls)",
            self.held_share.map(two),
            "≤ 6",
            ["51–62", "39–47", "23–28"],
        )?;
        row(
            "the same at the most held",
            self.held.map(|(calls, each)| format!("{each:.2} at {calls}")),
            "≤ 6",
            ["", "", ""],
        )?;
        let relay: Vec<String> =
            self.relay.iter().map(|(calls, each)| format!("{each:.2} at {calls}")).collect();
        row(
            "floor: % per 100 calls of a thread that only reads and sends their packets",
            Some(relay.join("; ")).filter(|relay| !relay.is_empty()),
            "",
            ["10–13", "6–10", "9–13"],
        )?;
        row(
            "recorded calls held with whole audio",
            reached(self.held.map(|(calls, _)| calls.to_string()), self.held_broken),
            "1,000",
            ["200", "300", "600"],
        )?;
        row(
            "calls per second, none failed, audio whole",
            reached(self.rate.map(|rate| rate.to_string()), self.rate_broken),
            "150",
            ["40", "20", "60"],
        )?;
        row(
            "last packet of the prompt → agent's INVITE, p50 / p99 ms",
            pair(self.decided),
            "1 / 5",
            ["6.8 / 13", "48 / 101", "12.8 / 54"],
        )?;
        row(
            "INVITE → an agent has answered (ACK), p50 / p99 ms",
            pair(self.through),
            "2 (p50)",
            ["3.6 / 19", "25 / 35", "110 / 113"],
        )?;
        row("INVITE → 200, p50 / p99 ms", pair(self.answered), "", ["", "", ""])?;
        row(
            "CPU s per 1,000 REGISTER with digest",
            self.register_cost.map(|cost| format!("{cost:.3}")),
            "≤ 0.1",
            ["0.44–0.7", "2.6–3.2", "0.29–0.74"],
        )?;
        row(
            "REGISTER per second, none sent again",
            self.registers.map(|rate| rate.to_string()),
            "",
            ["1,600", "400", "3,200"],
        )?;
        row(
            "RSS per recorded call held, kB",
            self.held_kb.map(|kb| format!("{kb:.0}")),
            "≤ 110",
            ["85–290", "450–900", "800"],
        )?;
        row(
            "RSS, MB: idle; after the calls",
            Some(format!("{}; {} after {} calls", self.idle_kb / 1_024, self.rest_kb / 1_024, self.calls)),
            "flat",
            ["grows", "grows", "3,300 after 11,300 calls"],
        )?;
        row(
            "each answered call has one complete record",
            Some(if self.records_whole { "yes" } else { "NO" }.to_owned()),
            "yes",
            ["", "", "records dropped under overload"],
        )
    }
}
