//! The report for a terminal.

use std::fmt::Write as _;

use super::day::Day;
use super::fate::Attempt;
use super::figures::Figures;
use super::sources::SOURCES;
use super::stories::{Story, stories};
use super::study::{Runs, Study, Tried, spread};
use super::tries::Got;
use super::verdict::{ROWS, mode, rows as under, verdict};
use super::waterfall::{End, Waterfall, people};

/// A table whose Chinese characters take two places.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let wide = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max();
    let widths: Vec<usize> = (0..columns).map(|column| wide(column).unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        for (nth, (cell, wide)) in row.iter().zip(&widths).enumerate() {
            let gap = " ".repeat(wide.saturating_sub(width(cell)));
            let _ = if nth == 0 { write!(out, "  {cell}{gap}") } else { write!(out, "  {gap}{cell}") };
        }
        out.push('\n');
    }
    out
}

fn width(text: &str) -> usize {
    text.chars().map(|c| if u32::from(c) >= 0x2E80 { 2 } else { 1 }).sum()
}

pub fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), |value| format!("{value:.1}%"))
}

pub fn seconds(value: Option<u64>) -> String {
    value.map_or_else(|| "—".to_owned(), |value| format!("{value}秒"))
}

pub fn begins(day: &Day) -> String {
    let storm = day.people.iter().filter(|person| person.storm).count();
    format!(
        "暴雨日演练  {} 星期三  种子 {}\n电力市(P1,120万户)，首次来电 {} 人，其中因停电 {} 人;18:10 起 {} 处故障，共 {} 户;\n最忙 5 分钟为平时({:.0} 通)的 12 倍。同一批人、同一批故障、同一批座席演练三遍：无播报;有播报(停电先播报);有播报 + 应急模式(按默认阈值自动启动)。\n",
        super::day::DATE,
        day.seed,
        day.people.len(),
        storm,
        day.faults.len(),
        day.faults.iter().map(|fault| fault.customers).sum::<i64>(),
        day.usual,
    )
}

pub const RUNS: [&str; 3] = ["无播报", "有播报", "播报+应急"];

/// A figure and its name.
type Of<'a> = (&'static str, &'a dyn Fn(&Figures) -> String);

pub fn result(day: &Day, near: &[(usize, f64)], runs: &Runs) -> String {
    let mut out = String::new();
    let three = [&runs.without, &runs.with, &runs.both].map(|run| Figures::of(&run.attempts));
    let seats = runs.with.terms.seats;
    if !near.is_empty() {
        let near: Vec<String> = near.iter().map(|(seats, rate)| format!("{seats} 席 {rate:.1}%")).collect();
        let _ = writeln!(out, "座席由搜索得出(使无播报时最接近 78%):{}", near.join(",  "));
    }
    let _ = writeln!(out, "采用 {seats} 个座席(白班与晚班满员，22点后 60%，夜班 30%)\n\n全天");
    let mut rows = vec![head("指标")];
    let of: [Of; 19] = [
        ("人工接通率 K1", &|f| percent(f.answer_rate())),
        ("连同已回电(参考不计)", &|f| percent(f.reached_rate())),
        ("来电", &|f| f.offered.to_string()),
        ("其中重复来电", &|f| f.repeats.to_string()),
        ("人工请求", &|f| f.requests.to_string()),
        ("人工接通", &|f| f.answered.to_string()),
        ("排队放弃", &|f| f.gave_up.to_string()),
        ("登记回电(不算接通)", &|f| f.asked_back.to_string()),
        ("其中已回电通话", &|f| f.called_back.to_string()),
        ("其中回电未接", &|f| f.called_in_vain.to_string()),
        ("等待中位数", &|f| seconds(f.wait(50))),
        ("等待 90 分位", &|f| seconds(f.wait(90))),
        ("最长等待", &|f| seconds(Some(f.longest()))),
        ("20 秒服务水平 K4", &|f| percent(f.service_level())),
        ("座席工作分钟", &|f| format!("{:.0}", f.agent_minutes())),
        ("自助占比 K18", &|f| percent(f.self_service())),
        ("其中播报得知", &|f| f.told.to_string()),
        ("总接通率 K2", &|f| percent(f.overall())),
        ("应急分流", &|f| f.held.to_string()),
    ];
    for (what, of) in of {
        rows.push(std::iter::once(what.to_owned()).chain(three.iter().map(of)).collect());
    }
    let in_rush = [&runs.without, &runs.with, &runs.both].map(|run| rush(day, &run.attempts));
    rows.insert(2, std::iter::once("其中 18:00–20:00".to_owned()).chain(in_rush).collect());
    out += &table(&rows);
    out += "\n应急模式\n";
    for line in mode(day, runs) {
        let _ = writeln!(out, "  {line}");
    }
    out.push('\n');
    for line in verdict(day, runs, None) {
        let _ = writeln!(out, "{line}");
    }
    let [without, with, both] = three.map(|figures| figures.gave_up);
    let _ = writeln!(out, "\n为什么：没接通而放弃的电话，{without} 通 → {with} 通 → {both} 通");
    let falls = Waterfall::new(&runs.without.attempts, &runs.with.attempts);
    out += &bridge(&falls, "无播报时放弃", "有播报时放弃");
    out.push('\n');
    let falls = Waterfall::new(&runs.with.attempts, &runs.both.attempts);
    out += &bridge(&falls, "有播报时放弃", "加应急模式后放弃");
    tell(&mut out, &stories(day, runs, &runs.without, &runs.with));
    tell(&mut out, &stories(day, runs, &runs.with, &runs.both));
    let _ = writeln!(out, "\n按人看(行：无播报时的结局;列：有播报时的结局)");
    out += &matrix(&runs.without.attempts, &runs.with.attempts);
    let _ = writeln!(out, "\n按人看(行：有播报时的结局;列：再加应急模式后的结局)");
    out += &matrix(&runs.with.attempts, &runs.both.attempts);
    let _ = writeln!(out, "\n每半小时(无播报 | 有播报 | 播报+应急)");
    out += &half_hours(day, runs);
    out
}

fn tell(out: &mut String, stories: &[Story]) {
    for story in stories {
        let _ = writeln!(out, "\n  例：{} — {}", story.title, story.who);
        for (run, told) in RUNS.iter().zip(&story.told) {
            let gap = " ".repeat(width(RUNS[2]).saturating_sub(width(run)));
            let _ = writeln!(out, "    {run}{gap}  {told}");
        }
    }
}

fn head(what: &str) -> Vec<String> {
    std::iter::once(what).chain(RUNS).map(str::to_owned).collect()
}

/// The answer rate of the two hours in which the storm came.
pub fn rush(day: &Day, attempts: &[Attempt]) -> String {
    let inside = |one: &&Attempt| (36..40).contains(&day.half_hour(one.asked.unwrap_or(one.at)));
    percent(Figures::of(attempts.iter().filter(inside)).answer_rate())
}

fn bridge(waterfall: &Waterfall, from: &str, to: &str) -> String {
    let mut rows = vec![vec![from.to_owned(), waterfall.lost_without.to_string()]];
    for (saved, count) in &waterfall.saved {
        rows.push(vec![format!("- {}", saved.word()), format!("-{count}")]);
    }
    rows.push(vec!["+ 换了时刻，新放弃的".to_owned(), format!("+{}", waterfall.newly)]);
    rows.push(vec![to.to_owned(), waterfall.lost_with.to_string()]);
    table(&rows)
}

fn matrix(before: &[Attempt], after: &[Attempt]) -> String {
    let people = people(before, after);
    let ends = End::found(&people);
    let words = ends.iter().map(|end| end.word().to_owned());
    let mut rows = vec![std::iter::once(String::new()).chain(words).collect::<Vec<_>>()];
    for before in &ends {
        let cells = ends.iter().map(|after| people.get(&(*before, *after)).copied().unwrap_or(0).to_string());
        rows.push(std::iter::once(before.word().to_owned()).chain(cells).collect());
    }
    table(&rows)
}

fn half_hours(day: &Day, runs: &Runs) -> String {
    let [a, b, c] =
        [&runs.without, &runs.with, &runs.both].map(|run| Figures::half_hours(day, &run.attempts));
    let of: [Of; 7] = [
        ("接通率", &|f| percent(f.answer_rate())),
        ("等待中位", &|f| seconds(f.wait(50))),
        ("90分位", &|f| seconds(f.wait(90))),
        ("放弃", &|f| f.gave_up.to_string()),
        ("重拨", &|f| f.repeats.to_string()),
        ("座席分", &|f| format!("{:.0}", f.agent_minutes())),
        ("自助", &|f| percent(f.self_service())),
    ];
    let mut first = vec!["时段".to_owned()];
    for (what, _) in of {
        first.extend([what.to_owned(), String::new(), String::new()]);
    }
    let mut rows = vec![first];
    for (nth, ((a, b), c)) in a.iter().zip(&b).zip(&c).enumerate() {
        let mut row = vec![format!("{:02}:{:02}", nth / 2, nth % 2 * 30)];
        for (_, of) in of {
            row.extend([of(a), of(b), of(c)]);
        }
        rows.push(row);
    }
    table(&rows)
}

/// How the columns of what was tried are called: with storm mode the connect rate, and that with whoever was called back.
pub const TRIED: [&str; 4] = ["无播报", "有播报", "播报+应急", "连同已回电"];
pub const BEHAVIOURS: &str = "来电人的行为、座席";
pub const HALLS: &str = "小休与分岗";
pub const REACTIONS: &str = "播报发布得多快";
pub const TAKES: [&str; 5] = ["愿意登记回电的", "播报+应急", "连同已回电", "按字面 播报+应急", "连同已回电"];

/// The rates of a line of what was tried.
pub fn rates(tried: &Tried) -> [f64; 4] {
    [tried.without.rate, tried.with.rate, tried.both.rate, tried.both.reached]
}

/// Least, median and most of the days.
pub fn days(study: &Study) -> [(&'static str, [f64; 4]); 3] {
    let of: [fn(&Tried) -> f64; 4] =
        [|one| one.without.rate, |one| one.with.rate, |one| one.both.rate, |one| one.both.reached];
    let all = of.map(|of| spread(study.seeds.iter().map(of)));
    [("最小", all.map(|one| one.0)), ("中位", all.map(|one| one.1)), ("最大", all.map(|one| one.2))]
}

/// The share that wants to be called back, as assumed and by the letter.
pub fn takes(study: &Study) -> Vec<(String, [f64; 4])> {
    let two = |got: Got| [got.rate, got.reached];
    let line = |one: &super::study::Taken| {
        let ([a, b], [c, d]) = (two(one.base), two(one.letter));
        (format!("{}%", one.take), [a, b, c, d])
    };
    study.takes.iter().map(line).collect()
}

/// How much the result depends on what.
pub fn studied(day: &Day, runs: &Runs, study: &Study) -> String {
    let rows = |head: Vec<String>, all: Vec<(String, [f64; 4])>| {
        let mut rows = vec![head];
        let cells = |values: [f64; 4]| values.map(|value| percent(Some(value)));
        rows.extend(
            all.into_iter().map(|(what, values)| std::iter::once(what).chain(cells(values)).collect()),
        );
        table(&rows) + "\n"
    };
    let head = |what: &str| std::iter::once(what).chain(TRIED).map(str::to_owned).collect::<Vec<_>>();
    let lines = |all: &[Tried]| all.iter().map(|one| (one.what.clone(), rates(one))).collect::<Vec<_>>();
    let mut out = "\n人工接通率随什么变\n".to_owned();
    let seeds = days(study).map(|(what, values)| (what.to_owned(), values)).to_vec();
    out += &rows(head(&format!("{} 个不同的日子(种子)", study.seeds.len())), seeds);
    out += &rows(head(REACTIONS), lines(&study.reactions));
    let mut behaviours = lines(&study.behaviours);
    behaviours.push((study.installed.what.clone(), rates(&study.installed)));
    out += &rows(head(BEHAVIOURS), behaviours);
    out += &rows(TAKES.map(str::to_owned).to_vec(), takes(study));
    out += &rows(head(HALLS), lines(&study.halls));
    let alone = study.storm_only;
    let _ = writeln!(
        out,
        "  只有应急模式、没有播报：{}，连同已回电 {}",
        percent(Some(alone.rate)),
        percent(Some(alone.reached))
    );
    out += "\n按参考的字面，同一天的应急模式\n";
    for line in mode(day, &study.lettered) {
        let _ = writeln!(out, "  {line}");
    }
    let falls = Waterfall::new(&study.lettered.with.attempts, &study.lettered.both.attempts);
    out += &bridge(&falls, "有播报时放弃", "加应急模式后放弃");
    out += "\n结论\n";
    let mut all = vec![ROWS.map(str::to_owned).to_vec()];
    all.extend(
        under(day, runs, study)
            .into_iter()
            .map(|row| std::iter::once(row.what.clone()).chain(row.cells()).collect::<Vec<_>>()),
    );
    out += &table(&all);
    out.push('\n');
    for line in verdict(day, runs, Some(study)) {
        let _ = writeln!(out, "  {line}");
    }
    out += "\n数字从哪里来\n";
    for (what, value, source) in SOURCES {
        let _ = writeln!(out, "  [{source}] {what}：{value}");
    }
    out
}
