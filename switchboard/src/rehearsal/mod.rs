//! `switchboard simulate --scenario storm`: a day of a power city with a storm, in virtual time through the real exchange,
//! distributor, menu, outage and storm rules: without and with callers being told of outages before the menu, and with storm mode
//! as well, with the same people, faults, staff and chance. What the numbers are based on stands in [`reference`].

mod caller;
mod centre;
mod chart;
mod day;
mod fate;
mod figures;
mod outages;
mod page;
mod progress;
mod reference;
mod sheet;
mod sources;
mod stories;
mod storm;
mod study;
mod tables;
#[cfg(test)]
mod tests;
mod text;
mod tries;
mod verdict;
mod waterfall;
mod world;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::config::Simulate;
use day::Day;
use progress::Progress;
use tries::Tries;

const SEED: u64 = 1;

/// Runs it, prints it, and writes what was asked for.
pub fn run(args: &Simulate) -> Result<()> {
    let begun = Instant::now();
    let day = Day::new(args.seed.unwrap_or(SEED));
    let tries = Tries::new(Progress::shown());
    println!("{}", text::begins(&day));
    let (seats, near) = match args.seats {
        Some(seats) => {
            ensure!((1..=500).contains(&seats), "--seats {seats}: from 1 to 500");
            (seats, Vec::new())
        }
        None => study::staff(&day, &tries)?,
    };
    let mut terms = study::terms(seats);
    if let Some(late) = args.reaction {
        ensure!(late <= 240, "--reaction {late}: at most 240 minutes");
        terms.reaction = study::minutes(late);
    }
    if let Some(leave) = args.leave {
        ensure!(leave <= 100, "--leave {leave}: at most 100 per cent");
        terms.leave = leave;
    }
    terms.falls_faster = args.faster;
    let runs = study::runs(&day, terms, &tries)?;
    tries.progress.clear();
    print!("{}", text::result(&day, &near, &runs));
    println!("\n(一天三遍，到此 {:.1} 秒;下面再演练约一百遍，看结果有多稳)", begun.elapsed().as_secs_f64());
    let study = study::study(&day, terms, &tries)?;
    tries.progress.clear();
    print!("{}", text::studied(&day, &runs, &study));
    if let Some(file) = &args.callers {
        write(file, &sheet::write(&day, &runs))?;
    }
    if let Some(file) = &args.report {
        write(file, &page::page(&day, &near, &runs, &study))?;
    }
    println!("共演练 {} 遍，用时 {:.1} 秒", tries.progress.days(), begun.elapsed().as_secs_f64());
    let refused = [&runs.both, &runs.with, &runs.without].iter().find_map(|run| run.refused.first());
    ensure!(refused.is_none(), "the engine refused what a caller did: {refused:?}");
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    println!("已写入 {}", path.display());
    Ok(())
}
