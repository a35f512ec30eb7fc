//! How soon suspected outages are found from calls, by the settings: an ordinary day, a summer day and a storm of an invented city.
//!
//! `cargo run --release --package bench --bin clusters -- [DAYS]`: so many ordinary days (20), half as many of summer, a fifth of
//! storm, and a row for each of the settings tried. What is measured is the finder itself, in memory; no program is started.

use clusters::rules::Settings;
use clusters::simulation::{City, Outcome, Weather, run};

fn main() -> anyhow::Result<()> {
    let days: u32 = std::env::args().nth(1).map_or(Ok(20), |text| text.parse())?;
    let city = City::new(7);
    println!("{} customers, {} transformers; {days} ordinary days", city.customers, city.transformers());
    println!(
        "| weather | homes | surprise | windows | found | of loud | ahead p50 / p90 min | false a day | right at once / confirmed | again |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    const ALL: &[u32] = &[5, 10, 20];
    const ONE: &[u32] = &[10];
    for (name, weather, days) in [
        ("ordinary", Weather::ORDINARY, days),
        ("summer", Weather::SUMMER, days.div_ceil(2)),
        ("storm", Weather::STORM, days.div_ceil(5)),
    ] {
        for (households, surprise, windows) in [
            (2, 5.0, ALL),
            (2, 6.0, ALL),
            (3, 4.0, ALL),
            (3, 5.0, ALL),
            (3, 6.0, ALL),
            (3, 7.0, ALL),
            (3, 8.0, ALL),
            (4, 6.0, ALL),
            (3, 6.0, ONE),
        ] {
            let windows_min = windows.to_vec();
            let settings = Settings { households, surprise, windows_min, ..Settings::default() };
            let mut all = Outcome::default();
            for day in 0..days {
                all.add(run(&city, &settings, weather, 1_000 + u64::from(day)));
            }
            let percent = |part: u32, of: u32| 100.0 * f64::from(part) / f64::from(of.max(1));
            println!(
                "| {name} | {households} | {surprise} | {:?} | {:.0} % | {:.0} % | {:.1} / {:.1} | {:.2} | {:.0} % / {:.0} % | {:.2} |",
                settings.windows_min,
                percent(all.found, all.faults),
                percent(all.found, all.loud),
                all.ahead(0.5),
                all.ahead(0.1),
                f64::from(all.false_alarms) / f64::from(all.days),
                percent(all.right_first, all.found),
                percent(all.right, all.found),
                f64::from(all.again) / f64::from(all.days),
            );
        }
    }
    Ok(())
}
