//! The report for a terminal.

use std::fmt::Write as _;

use super::day::Day;
use super::figures::Figures;
use super::study::{Pair, WANTED};
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
        "暴雨日演练  {} 星期三  种子 {}\n电力市(P1,120万户),首次来电 {} 人,其中因停电 {} 人;18:10 起 {} 处故障,共 {} 户;\n最忙 5 分钟为平时({:.0} 通)的 12 倍。两次演练是同一批人、同一批故障、同一批座席,只差“停电先播报”。\n",
        super::day::DATE,
        day.seed,
        day.people.len(),
        storm,
        day.faults.len(),
        day.faults.iter().map(|fault| fault.customers).sum::<i64>(),
        day.usual,
    )
}

pub fn searched(seats: usize, rate: f64) -> String {
    format!("  无播报,{seats} 个座席:人工接通率 {rate:.1}%")
}

pub fn result(day: &Day, near: &[(usize, f64)], pair: &Pair) -> String {
    let mut out = String::new();
    let (without, with) = (Figures::of(&pair.without.attempts), Figures::of(&pair.with.attempts));
    let seats = pair.with.terms.seats;
    if !near.is_empty() {
        let near: Vec<String> = near.iter().map(|(seats, rate)| format!("{seats} 席 {rate:.1}%")).collect();
        let _ = writeln!(out, "座席由搜索得出(使无播报时最接近 78%):{}", near.join(",  "));
    }
    let _ = writeln!(
        out,
        "采用 {seats} 个座席(白班与晚班满员,22点后 60%,夜班 30%)\n\n全天                 无播报 → 有播报"
    );
    let row = |what: &str, of: &dyn Fn(&Figures) -> String| vec![what.to_owned(), of(&without), of(&with)];
    out += &table(&[
        vec!["指标".into(), "无播报".into(), "有播报".into()],
        row("人工接通率 K1", &|f| percent(f.answer_rate())),
        row("来电", &|f| f.offered.to_string()),
        row("其中重复来电", &|f| f.repeats.to_string()),
        row("人工请求", &|f| f.requests.to_string()),
        row("人工接通", &|f| f.answered.to_string()),
        row("排队放弃", &|f| f.gave_up.to_string()),
        row("等待中位数", &|f| seconds(f.wait(50))),
        row("等待 90 分位", &|f| seconds(f.wait(90))),
        row("最长等待", &|f| seconds(Some(f.longest()))),
        row("20 秒服务水平 K4", &|f| percent(f.service_level())),
        row("座席工作分钟", &|f| format!("{:.0}", f.agent_minutes())),
        row("自助占比 K18", &|f| percent(f.self_service())),
        row("其中播报得知", &|f| f.told.to_string()),
        row("总接通率 K2", &|f| percent(f.overall())),
    ]);
    let reached = with.answer_rate().unwrap_or(0.0) >= WANTED;
    let said = if reached { "达到" } else { "没有达到" };
    let _ = writeln!(out, "\n结论:在以上假设下,同样的座席{said} {WANTED:.0}%。");
    let _ = writeln!(out, "\n为什么:没接通的电话从 {} 通到 {} 通", without.gave_up, with.gave_up);
    out += &bridge(&Waterfall::new(&pair.without.attempts, &pair.with.attempts));
    let _ = writeln!(out, "\n按人看(行:无播报时的结局;列:有播报时的结局)");
    out += &matrix(pair);
    let _ = writeln!(out, "\n每半小时(无播报 | 有播报)");
    out += &half_hours(day, pair);
    out
}

fn bridge(waterfall: &Waterfall) -> String {
    let mut rows = vec![vec!["无播报时放弃".to_owned(), waterfall.lost_without.to_string()]];
    for (saved, count) in &waterfall.saved {
        rows.push(vec![format!("- {}", saved.word()), format!("-{count}")]);
    }
    rows.push(vec!["+ 换了时刻,新放弃的".to_owned(), format!("+{}", waterfall.newly)]);
    rows.push(vec!["有播报时放弃".to_owned(), waterfall.lost_with.to_string()]);
    table(&rows)
}

fn matrix(pair: &Pair) -> String {
    let people = people(&pair.without.attempts, &pair.with.attempts);
    let mut rows = vec![std::iter::once(String::new()).chain(End::ALL.map(|end| end.word().to_owned())).collect()];
    for before in End::ALL {
        let cells = End::ALL.map(|after| people.get(&(before, after)).copied().unwrap_or(0).to_string());
        rows.push(std::iter::once(before.word().to_owned()).chain(cells).collect());
    }
    table(&rows)
}

fn half_hours(day: &Day, pair: &Pair) -> String {
    let (without, with) =
        (Figures::half_hours(day, &pair.without.attempts), Figures::half_hours(day, &pair.with.attempts));
    let head = ["时段", "接通率", "", "中位", "", "90分位", "", "服务水平", "", "放弃", "", "重拨", "", "座席分", "", "自助", ""];
    let mut rows = vec![head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()];
    for (nth, (a, b)) in without.iter().zip(&with).enumerate() {
        let mut row = vec![format!("{:02}:{:02}", nth / 2, nth % 2 * 30)];
        for of in [
            |f: &Figures| percent(f.answer_rate()),
            |f: &Figures| seconds(f.wait(50)),
            |f: &Figures| seconds(f.wait(90)),
            |f: &Figures| percent(f.service_level()),
            |f: &Figures| f.gave_up.to_string(),
            |f: &Figures| f.repeats.to_string(),
            |f: &Figures| format!("{:.0}", f.agent_minutes()),
            |f: &Figures| percent(f.self_service()),
        ] {
            row.extend([of(a), of(b)]);
        }
        rows.push(row);
    }
    table(&rows)
}
