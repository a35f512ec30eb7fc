//! The demo utility: what `serve --demo` finds in an empty data folder, and its simulated people.

pub mod room;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use calls::Hall;
use calls::store::lines;
use ivr::FlowFile;
use kernel::PersonId;
use kernel::calendar::Calendar;
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use web::App;

use crate::centre::{self, CentreSpec};
use crate::commands::apply::apply;
use crate::config::{Config, DEMO_SEED, REALM};

const CENTRE: &str = include_str!("../../demo/centre.toml");
const FLOWS: &str = include_str!("../../demo/flows.toml");

/// Longer nothing rests between two batches.
const REST_MAX: Duration = Duration::from_secs(1);

/// The demo's centre and menus as one.
pub fn spec() -> Result<CentreSpec> {
    let flows: FlowFile = toml::from_str(FLOWS).context("demo/flows.toml")?;
    let whole = format!("{CENTRE}\n{FLOWS}");
    let spec =
        centre::read(&whole).map_err(|troubles| anyhow!("demo/centre.toml with flows.toml:\n{troubles}"))?;
    debug_assert_eq!(spec.flows, flows.flow);
    Ok(spec)
}

/// Puts the demo in, unless there is a centre already: what somebody changed in the demo stays changed. `lively`: the machine
/// calls by itself.
pub async fn put_in(app: &App, flows: &ivr_flows::Centre, lively: bool) -> Result<()> {
    if lines::all(&app.db).await?.queues.is_empty() {
        apply(app, REALM, flows, &spec()?).await.context("putting the demo utility in")?;
    }
    interactions::put_demo(app, "gas").await.context("putting the demo's contact reasons in")?;
    notices::put_demo(app).await.context("putting the demo's texts of notices in")?;
    notices::sign_demo(app, outages::demo::COMPANY).await.context("signing the demo's notices")?;
    let people =
        people::agents(&app.db).await?.into_iter().map(|agent| (agent.number, agent.person)).collect();
    departments::put_demo(app, &people).await.context("putting the demo's organisation in")?;
    campaigns::demo::put(app, "restored", crate::simulate::MACHINE)
        .await
        .context("putting the demo's campaign in")?;
    outages::demo::settings(app, lively).await.context("putting the demo's settings of outages in")?;
    storms::demo::put(app, "storm").await.context("putting the demo's storm mode in")?;
    work_orders::put_demo(app, "gas").await.context("putting the demo's kinds of work orders in")?;
    Ok(())
}

/// Makes the demo's work orders of the last thirty days, where there are none yet, beside everything else.
pub async fn orders(app: App, calendar: Calendar, count: u64) {
    let begun = app.now();
    let pace = Pace::new(&app, "work orders", count);
    let told = |done: u64| pace.rest(done);
    match fill_orders(&app, &calendar, count, told).await {
        Ok(0) => {}
        Ok(made) => {
            let seconds = app.now().since(begun).as_secs();
            tracing::info!("{made} invented work orders were put in within {seconds} s");
        }
        Err(failure) => tracing::warn!("the invented work orders could not be put in: {failure:#}"),
    }
}

/// The same at once; how many were put in.
pub async fn fill_orders<Rest: Future<Output = ()>>(
    app: &App,
    calendar: &Calendar,
    count: u64,
    told: impl Fn(u64) -> Rest,
) -> Result<u64> {
    let people = people::agents(&app.db).await?;
    let agents: Vec<PersonId> =
        people.iter().filter(|agent| agent.number.starts_with('1')).map(|agent| agent.person).collect();
    let Some(reviewer) = people.iter().find(|agent| agent.number == "2002").map(|agent| agent.person) else {
        return Ok(0);
    };
    let made = work_orders::demo::fill(app, calendar, (count, 30), DEMO_SEED, (&agents, reviewer), told)
        .await
        .context("putting the demo's work orders in")?;
    let person = |number: &str| people.iter().find(|one| one.number == number).map(|one| one.person);
    if let (Some(second), Some(third)) = (person("2003"), person("4001")) {
        let members = complaints::rules::demo::Members { chair: reviewer, others: [second, third] };
        complaints::demo::fill(app, calendar, members).await.context("putting the demo's complaints in")?;
    }
    Ok(made)
}

/// The demo's handovers of the last two shifts, beside everything else, where there are none yet.
pub async fn handovers(app: App, calendar: Calendar, hall: Arc<dyn Hall>) {
    let made = async {
        let people = people::agents(&app.db).await?;
        let leader =
            |number: &str| people.iter().find(|agent| agent.number == number).map(|agent| agent.person);
        let (Some(one), Some(other)) = (leader("2002"), leader("2001")) else { return Ok(false) };
        handover::demo::fill(&app, &calendar, hall.as_ref(), (one, other)).await
    };
    if let Err(failure) = made.await {
        tracing::warn!("the invented handovers could not be put in: {failure:#}");
    }
}

/// The demo's outages, once there are customers whom they concern.
pub async fn outages(app: App, calendar: Calendar, orders: bool) {
    let made = async {
        let people = people::agents(&app.db).await?;
        let leader =
            |number: &str| people.iter().find(|agent| agent.number == number).map(|agent| agent.person);
        let (Some(one), Some(other)) = (leader("2002"), leader("2001")) else { return Ok(false) };
        outages::demo::fill(&app, &calendar, (one, other), orders).await
    };
    if let Err(failure) = made.await {
        tracing::warn!("the invented outages could not be put in: {failure:#}");
    }
}

/// Makes the demo's customers, beside everything else: the first start takes no longer for them.
pub async fn customers(app: App, count: u64) {
    let begun = app.now();
    let pace = Pace::new(&app, "customers", count);
    let made = customers::demo::fill(&app, count, DEMO_SEED, |done| pace.rest(done)).await;
    match made {
        Ok(0) => {}
        Ok(made) => {
            let seconds = app.now().since(begun).as_secs();
            tracing::info!("{made} invented customers were put in within {seconds} s");
        }
        Err(failure) => tracing::warn!("the invented customers could not be put in: {failure:#}"),
    }
}

/// Goes slowly: who signs in meanwhile, and whoever else has to write, has the database for half of the time.
struct Pace<'a> {
    app: &'a App,
    what: &'static str,
    count: u64,
    /// How many tenths have been told of, and when the batch began.
    tenths: AtomicU64,
    batch: AtomicI64,
}

impl<'a> Pace<'a> {
    fn new(app: &'a App, what: &'static str, count: u64) -> Pace<'a> {
        let batch = AtomicI64::new(app.now().as_micros());
        Pace { app, what, count, tenths: AtomicU64::new(0), batch }
    }

    /// After a batch, with which there are so many: rests as long as it took.
    async fn rest(&self, done: u64) {
        let tenths = done * 10 / self.count.max(1);
        if self.tenths.swap(tenths, Relaxed) < tenths {
            tracing::info!("{done} of {} invented {} are there", self.count, self.what);
        }
        let took = self.app.now().as_micros() - self.batch.load(Relaxed);
        tokio::time::sleep(Duration::from_micros(took.max(0).unsigned_abs()).min(REST_MAX)).await;
        self.batch.store(self.app.now().as_micros(), Relaxed);
    }
}

/// This program once more, for simulated people: it goes when its standard input ends, so that whoever holds that holds its
/// leash, and at the latest when this process ends.
fn companion(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe().context("finding this program")?);
    command.args(arguments).stdin(Stdio::piped()).kill_on_drop(true);
    Ok(command)
}

/// The people whom the demo's agents call, and the city whose 12345 sends tickets, in a process of its own that ends with this
/// one. Without them calls out end unanswered, and everything else goes on.
pub async fn outside(prompts: PathBuf, tickets_to: Option<String>) {
    let outcome = async {
        let mut child = companion(&["answer", "--led", "--prompts"])?
            .arg(prompts)
            .args(tickets_to.iter().flat_map(|centre| ["--centre", centre.as_str()]))
            .env("SWITCHBOARD_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("starting them")?;
        // Held open: its end tells them to go.
        let _leash = child.stdin.take();
        let mut said = String::new();
        if let Some(mut err) = child.stderr.take() {
            err.read_to_string(&mut said).await?;
        }
        anyhow::Ok(said)
    };
    match outcome.await {
        Ok(said) => tracing::warn!("nobody outside answers calls of the demo: {}", said.trim()),
        Err(failure) => tracing::warn!("nobody outside answers calls of the demo: {failure:#}"),
    }
}

/// The agents' numbers, so ordered that a few of them serve every queue: one of each in turn.
pub fn team() -> Result<Vec<String>> {
    const TURNS: [&str; 5] = ["business", "repairs", "complaints", "emergency", "billing"];
    let spec = spec()?;
    let mut lines = TURNS.map(|queue| {
        let serves = |agent: &&centre::Agent| agent.queues.first().is_some_and(|first| first == queue);
        spec.agents.iter().filter(serves).map(|agent| agent.number.clone()).collect::<VecDeque<_>>()
    });
    let mut team = Vec::new();
    while lines.iter().any(|line| !line.is_empty()) {
        team.extend(lines.iter_mut().filter_map(VecDeque::pop_front));
    }
    Ok(team)
}

/// Who may sign in, and which number to call.
pub fn greet(config: &Config) {
    println!("  call  sip:95598@{} (gas hotline), 96777 (emergencies), 12345 (no menu)", config.sip);
    println!(
        "  agents may call any number that begins with 0 or 1: an invented town answers (8 at the end is out, 9 is engaged)"
    );
    println!("  sign-ins, number / password:");
    println!("    2002 / demo-2002   supervisor: floor, calls, recordings, menus");
    println!("    2003 / demo-2003   quality inspector; with 2002 and 4001 the complaints committee");
    println!("    1001 / demo-1001   agent, also as a SIP telephone (1001 to 1030)");
    println!("    4101 / demo-4101   head of repairs; 4201 to 4702 other departments and branches");
    println!("    5101 / demo-5101   leader of a repair crew; 5102 to 5402 others");
    println!("    3001, 3002, 3003   administrators of system, security, audit");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_fits() {
        let spec = spec().expect("the demo's files");
        assert_eq!(
            team().expect("agents").iter().take(6).map(String::as_str).collect::<Vec<_>>(),
            ["1001", "1003", "1005", "1021", "1002", "1006"]
        );
        assert_eq!(team().expect("agents").len(), 30);
        assert_eq!((spec.queues.len(), spec.numbers.len(), spec.dial.len()), (5, 3, 3));
        assert_eq!(spec.trunks[0].out.as_deref(), Some(crate::config::DEMO_OUTSIDE));
        assert_eq!(spec.agents.iter().filter(|agent| !agent.queues.is_empty()).count(), 30);
    }
}
