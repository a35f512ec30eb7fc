//! How soon outages are found from calls, by the settings: tables for an ordinary day, a summer day and a storm.

use clusters::rules::Settings;
use clusters::simulation::{City, Outcome, Weather, run};

fn main() {
    let mut arguments = std::env::args().skip(1).filter_map(|text| text.parse::<u32>().ok());
    let days = arguments.next().unwrap_or(20);
    let city = City::new(7);
    println!("{} customers, {} transformers; {days} ordinary days", city.customers, city.transformers());
    println!(
        "| weather | homes | surprise | windows | found | of loud | ahead p50 / p90 min | false a day | right at once / confirmed | again |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let windows: [&[u32]; 2] = [&[5, 10, 20], &[10]];
    for (name, weather, days) in [
        ("ordinary", Weather::ORDINARY, days),
        ("summer", Weather::SUMMER, days.div_ceil(2)),
        ("storm", Weather::STORM, days.div_ceil(5)),
    ] {
        for (homes, surprise, which) in [
            (2, 5.0, 0),
            (2, 6.0, 0),
            (3, 4.0, 0),
            (3, 5.0, 0),
            (3, 6.0, 0),
            (3, 7.0, 0),
            (3, 8.0, 0),
            (4, 6.0, 0),
            (3, 6.0, 1),
        ] {
            let windows_min = windows[which].to_vec();
            let settings = Settings { households: homes, surprise, windows_min, ..Settings::default() };
            let mut all = Outcome::default();
            for day in 0..days {
                all.add(run(&city, &settings, weather, 1_000 + u64::from(day)));
            }
            let percent = |part: u32, of: u32| 100.0 * f64::from(part) / f64::from(of.max(1));
            println!(
                "| {name} | {homes} | {surprise} | {:?} | {:.0} % | {:.0} % | {:.1} / {:.1} | {:.2} | {:.0} % / {:.0} % | {:.2} |",
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
}
