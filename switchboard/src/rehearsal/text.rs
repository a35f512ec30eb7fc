//! The report for a terminal.

use std::fmt::Write as _;

use super::day::Day;
use super::fate::Attempt;
use super::figures::Figures;
use super::stories::stories;
use super::study::{Pair, Study, Tried, WANTED, spread};
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
        "暴雨日演练  {} 星期三  种子 {}\n电力市(P1,120万户)，首次来电 {} 人，其中因停电 {} 人;18:10 起 {} 处故障，共 {} 户;\n最忙 5 分钟为平时({:.0} 通)的 12 倍。两次演练是同一批人、同一批故障、同一批座席，只差“停电先播报”。\n",
        super::day::DATE,
        day.seed,
        day.people.len(),
        storm,
        day.faults.len(),
        day.faults.iter().map(|fault| fault.customers).sum::<i64>(),
        day.usual,
    )
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
        "采用 {seats} 个座席(白班与晚班满员，22点后 60%，夜班 30%)\n\n全天                 无播报 → 有播报"
    );
    let row = |what: &str, of: &dyn Fn(&Figures) -> String| vec![what.to_owned(), of(&without), of(&with)];
    out += &table(&[
        vec!["指标".into(), "无播报".into(), "有播报".into()],
        row("人工接通率 K1", &|f| percent(f.answer_rate())),
        vec!["其中 18:00–20:00".into(), rush(day, &pair.without.attempts), rush(day, &pair.with.attempts)],
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
    let _ = writeln!(out, "\n{}", verdict(pair, None));
    let _ = writeln!(out, "\n为什么：没接通的电话从 {} 通到 {} 通", without.gave_up, with.gave_up);
    out += &bridge(&Waterfall::new(&pair.without.attempts, &pair.with.attempts));
    for story in stories(day, pair) {
        let _ = writeln!(
            out,
            "\n  例：{} — {}\n    无播报  {}\n    有播报  {}",
            story.saved.word(),
            story.who,
            story.without,
            story.with
        );
    }
    let _ = writeln!(out, "\n按人看(行：无播报时的结局;列：有播报时的结局)");
    out += &matrix(pair);
    let _ = writeln!(out, "\n每半小时(无播报 | 有播报)");
    out += &half_hours(day, pair);
    out
}

/// The answer rate of the two hours in which the storm came.
pub fn rush(day: &Day, attempts: &[Attempt]) -> String {
    let inside = |one: &&Attempt| (36..40).contains(&day.half_hour(one.asked.unwrap_or(one.at)));
    percent(Figures::of(attempts.iter().filter(inside)).answer_rate())
}

fn bridge(waterfall: &Waterfall) -> String {
    let mut rows = vec![vec!["无播报时放弃".to_owned(), waterfall.lost_without.to_string()]];
    for (saved, count) in &waterfall.saved {
        rows.push(vec![format!("- {}", saved.word()), format!("-{count}")]);
    }
    rows.push(vec!["+ 换了时刻，新放弃的".to_owned(), format!("+{}", waterfall.newly)]);
    rows.push(vec!["有播报时放弃".to_owned(), waterfall.lost_with.to_string()]);
    table(&rows)
}

fn matrix(pair: &Pair) -> String {
    let people = people(&pair.without.attempts, &pair.with.attempts);
    let mut rows =
        vec![std::iter::once(String::new()).chain(End::ALL.map(|end| end.word().to_owned())).collect()];
    for before in End::ALL {
        let cells = End::ALL.map(|after| people.get(&(before, after)).copied().unwrap_or(0).to_string());
        rows.push(std::iter::once(before.word().to_owned()).chain(cells).collect());
    }
    table(&rows)
}

fn half_hours(day: &Day, pair: &Pair) -> String {
    let (without, with) =
        (Figures::half_hours(day, &pair.without.attempts), Figures::half_hours(day, &pair.with.attempts));
    let head = [
        "时段",
        "接通率",
        "",
        "中位",
        "",
        "90分位",
        "",
        "服务水平",
        "",
        "放弃",
        "",
        "重拨",
        "",
        "座席分",
        "",
        "自助",
        "",
    ];
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

/// What it comes to, in a sentence; with what was tried, also how far it rests on assumptions.
pub fn verdict(pair: &Pair, study: Option<&Study>) -> String {
    let (without, with) = (Figures::of(&pair.without.attempts), Figures::of(&pair.with.attempts));
    let (seats, leave) = (pair.with.terms.seats, pair.with.terms.leave);
    let said = if with.answer_rate().unwrap_or(0.0) >= WANTED { "达到" } else { "没有达到" };
    let mut out = format!(
        "同样 {seats} 个座席，人工接通率从 {} 到 {}，{said} {WANTED:.0}%(听完本户停电播报即走按 {leave}% 假设)。",
        percent(without.answer_rate()),
        percent(with.answer_rate())
    );
    let Some(study) = study else { return out };
    let share =
        |found: Option<u32>| found.map_or_else(|| "怎样都不够".to_owned(), |at| format!("至少 {at}%"));
    let reached = |rate: f64| if rate >= WANTED { "达到" } else { "没有达到" };
    let letter = &study.letter;
    let _ = write!(
        out,
        "参考 8.2 的字面(停电来电只有 30% 不找人工，相当于听完即走 {}%)：{:.1}%，{}；再加上参考给的来电半衰期 40 分钟：{:.1}%，{}。达到 {WANTED:.0}% 所需的听完即走：{}(首次来电完全相同时)，{}(半衰期 40 分钟时)。",
        letter.leave,
        letter.rate,
        reached(letter.rate),
        letter.falling,
        reached(letter.falling),
        share(study.needed),
        share(study.needed_falling)
    );
    if let Some(seats) = letter.seats.filter(|_| letter.rate < WANTED) {
        let _ = write!(out, "按字面计，有播报也要 {seats} 个座席才达到 {WANTED:.0}%。");
    }
    out
}

pub const BEHAVIOURS: [&str; 4] = ["来电人的行为、座席", "无播报", "有播报", "停电来电不找人工"];

/// How much the result depends on what.
pub fn studied(pair: &Pair, study: &Study) -> String {
    let mut out = String::new();
    let rows = |title: &str, all: &[&Tried]| {
        let mut rows = vec![vec![title.to_owned(), "无播报".into(), "有播报".into()]];
        let each = |one: &&Tried| vec![one.what.clone(), percent(Some(one.without)), percent(Some(one.with))];
        rows.extend(all.iter().map(each));
        table(&rows)
    };
    let (a, b) = (spread(study.seeds.iter().map(|one| one.1)), spread(study.seeds.iter().map(|one| one.2)));
    let seed =
        |what: &str, a: f64, b: f64| Tried { what: what.to_owned(), without: a, with: b, contained: 0.0 };
    let three = [seed("最小", a.0, b.0), seed("中位", a.1, b.1), seed("最大", a.2, b.2)];
    out += "\n人工接通率随什么变\n";
    out += &rows(&format!("{} 个不同的日子(种子)", study.seeds.len()), &three.iter().collect::<Vec<_>>());
    out.push('\n');
    out += &rows("播报发布得多快", &study.reactions.iter().collect::<Vec<_>>());
    out.push('\n');
    let mut all = vec![BEHAVIOURS.map(str::to_owned).to_vec()];
    for one in study.behaviours.iter().chain([&study.installed]) {
        let cells = [one.without, one.with, one.contained].map(|value| percent(Some(value)));
        all.push(std::iter::once(one.what.clone()).chain(cells).collect());
    }
    out += &table(&all);
    let _ = writeln!(out, "\n结论\n  {}", verdict(pair, Some(study)));
    out += "\n数字从哪里来\n";
    out += &table(&SOURCES.map(|(what, value, source)| vec![format!("[{source}] {what}"), value.to_owned()]));
    out
}

/// What the day is made of, and where each number is from.
pub const SOURCES: [(&str, &str, &str); 22] = [
    ("平日来电", "2,040 通 × 七月 1.55 × 星期三 1.05", "参考 8.2"),
    ("半小时分布", "热浪日", "参考 8.3"),
    ("暴雨", "最忙 5 分钟 12 倍，其后每 70 分钟减半;两遍的首次来电相同", "参考 8.2"),
    ("停电来电的原因", "报修 46、查询 34、催办 9、其他 11", "参考 8.2"),
    ("通话、事后处理、保持", "对数正态，按原因", "参考 8.4"),
    ("耐心", "停电 300 秒、其他 180 秒(指数);3% 五秒内走;每次队内播报后 10 秒 ×1.5", "参考 8.4"),
    ("重拨", "暴雨 75%、平时 50%，中位 180 秒后，至多 3 次", "参考 8.4"),
    ("不找人工", "15%：8% 菜单中挂机，7% 自助", "参考 8.2"),
    ("故障到发布", "5 分钟", "参考 6.2 O8"),
    ("到场查明", "30 分钟后有预计送电时间", "参考 8.4"),
    ("播报规则", "本户先播;否则只播 200 户以上;至多 3 段、45 秒", "参考 6.3"),
    ("有播报时的自助", "停电来电 30% 不找人工(在结论里按字面计算)", "参考 8.2"),
    ("有播报时来电半衰期", "40 分钟(只在注明处采用)", "参考 8.2"),
    ("听完本户播报即走", "60%(参考没有给出)", "假设"),
    ("尚无预计送电时间时", "再乘 75%", "假设"),
    ("号码未登记", "15%;听大面积播报，认出自己区域的减半", "假设"),
    ("听完即走者按1订阅", "30%(不影响接通率)", "假设"),
    ("重拨间隔、菜单时长的离散", "σ 0.8、0.5", "假设"),
    ("振铃", "0.8 到 3 秒，无漏接", "假设"),
    ("五处故障的大小与时间", "6,800 至 110 户，32 分钟内相继发生", "假设"),
    ("班次", "夜班 30%、22 点后 60%，全员通岗，不小休", "假设"),
    ("没有算进去", "转接 4%、排队回呼、预计时间过后的再催", "略去"),
];
