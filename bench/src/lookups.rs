//! What menus ask of rooms, at its worst: all callers are without supply, each is looked up by his number, 200 at the same moment
//! and then 20 in every second.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Result, ensure};
use bench::customer_number;

use crate::Bench;
use crate::callers::{Outcome, Plan};
use crate::centre::IN_STORM;
use crate::step::{percentile, sorted};
use crate::storm::Web;

/// So many are made up, at least: half of them are without supply.
pub const CUSTOMERS: u64 = 4_000;
const AT_ONCE: usize = 200;
const RATE: usize = 20;
/// From the answer to hanging up.
const STAY: Duration = Duration::from_secs(3);

impl Bench {
    pub fn lookups(&mut self, seconds: usize) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let communities = self.half_of_the_communities()?;
        let web = runtime.block_on(Web::sign_in(self.centre.http))?;
        runtime.block_on(web.cut_off(&communities))?;
        let steps = [("200 at once", AT_ONCE, f64::INFINITY), ("20 a second", seconds * RATE, RATE as f64)];
        for (what, calls, rate) in steps {
            self.callers.numbers = self.without_supply(calls)?;
            self.quiet()?;
            let before = runtime.block_on(web.looked_up())?;
            let plan = Plan { to: IN_STORM, calls, rate, talk: STAY, wake_for_each_packet: false };
            let outcomes = self.callers.run(&plan, |_, _| true);
            self.callers.numbers.clear();
            // The rows are written half a second after the calls.
            std::thread::sleep(Duration::from_secs(1));
            let after = runtime.block_on(web.looked_up())?;
            self.answered += outcomes.iter().filter(|outcome| outcome.answered.is_some()).count() as i64;
            let told = told(what, &outcomes);
            println!("    generator at most {:.0} ms late", self.callers.latest_ms);
            after.print(&before);
            self.figures.lookups.push((what, told));
        }
        Ok(())
    }

    /// So many numbers of people without supply that have not called yet.
    fn without_supply(&self, count: usize) -> Result<Vec<String>> {
        let affected = self.affected()?;
        let mut used: HashSet<String> = self.callers.used().collect();
        used.extend(self.centre.ask("SELECT DISTINCT from_number FROM calls_records")?);
        let all = (0..CUSTOMERS.max(self.customers)).map(customer_number);
        let some = all.filter(|number| affected.contains(number) && used.insert(number.clone()));
        let some: Vec<String> = some.take(count).collect();
        ensure!(some.len() == count, "too few customers: customers={}", count * 20);
        Ok(some)
    }
}

/// What callers heard and when; prints it.
fn told(what: &str, outcomes: &[Outcome]) -> String {
    let ms = |from: Option<std::time::Instant>, to: Option<std::time::Instant>| {
        Some((to? - from?).as_secs_f64() * 1_000.0)
    };
    let first = sorted(outcomes.iter().filter_map(|one| ms(one.answered, one.first_word)));
    let whole = sorted(outcomes.iter().filter_map(|one| ms(Some(one.placed), one.first_word)));
    let heard = outcomes.iter().filter(|one| one.told.is_some()).count();
    let failed = outcomes.iter().filter(|one| one.failed.is_some()).count();
    let row = |times: &[f64]| {
        let at = |percent| percentile(times, percent);
        format!("{:.0} / {:.0} / {:.0} / {:.0} ms", at(50.0), at(95.0), at(99.0), at(100.0))
    };
    println!("lookups, {what}: {heard} of {} heard of their outage, {failed} failed", outcomes.len());
    println!("    200 to the first word, p50 / p95 / p99 / longest: {}", row(&first));
    println!("    INVITE to the first word: {}", row(&whole));
    format!("{heard} of {}; {}", outcomes.len(), row(&first))
}
