//! The report as one page that needs nothing else.

use std::fmt::Write as _;

use super::chart::{Lines, MARKS, bridge};
use super::day::Day;
use super::figures::Figures;
use super::sources::SOURCES;
use super::stories::{Story, stories};
use super::study::{Runs, Study, WANTED};
use super::tables::{coloured, matrix, sensitivity};
use super::text::{percent, rush, seconds};
use super::verdict::{ROWS, mode, rows, verdict};
use super::waterfall::Waterfall;

const STYLE: &str = include_str!("page.css");
/// The half hour from which the storm is looked at closely.
const EVENING: usize = 34;
/// Cells of the three runs, by the letter of their colour.
const LETTERS: [&str; 3] = ["a", "b", "c"];

pub fn page(day: &Day, near: &[(usize, f64)], runs: &Runs, study: &Study) -> String {
    let began = !runs.both.spells.is_empty();
    let reached = Figures::of(&runs.with.attempts).answer_rate().unwrap_or(0.0) >= WANTED;
    let class = match (reached, study.letter.with.got.rate >= WANTED) {
        (true, true) => "",
        (true, false) => " half",
        (false, _) => " no",
    };
    let mut out = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>暴雨日演练</title><style>{STYLE}</style><main><h1>暴雨日演练：停电先播报、应急模式，接通率差多少</h1><p>电力市(P1,120 万户)· {} 星期三 · 种子 {} · 首次来电 {} 人 · 18:10 起 {} 处线路故障，共 {} 户 · {} 个座席。同一批人、同一批故障、同一批座席演练三遍，经过真实的交换机、排队机、语音菜单、停电播报规则与应急阈值。</p>",
        super::day::DATE,
        day.seed,
        day.people.len(),
        day.faults.len(),
        day.faults.iter().map(|fault| fault.customers).sum::<i64>(),
        runs.with.terms.seats
    );
    out += "<p class=\"legend\"><span class=\"a\">无播报</span><span class=\"b\">有播报：停电先播报</span><span class=\"c\">播报+应急：再加应急模式，按默认阈值自动启动</span></p>";
    let _ = write!(out, "<div class=\"verdict{class}\">");
    for line in verdict(day, runs, Some(study)) {
        let _ = write!(out, "<p>{line}</p>");
    }
    out += "</div>";
    let each: Vec<_> =
        rows(day, runs, study).into_iter().map(|row| (row.what.clone(), row.cells())).collect();
    out += &coloured(&ROWS, ["a", "b", "c", "soft"], &each).replace("box scroll", "box scroll rows");
    let _ = write!(out, "<h2>按假设：听完即走 {}%</h2>", runs.with.terms.leave);
    out += &cards(day, runs);
    out += "<div class=\"box\"><h3>放弃的电话去了哪里：无播报 → 有播报</h3>";
    let by_shield = Waterfall::new(&runs.without.attempts, &runs.with.attempts);
    out += &falls(&by_shield, ["without", "with"], ["无播报时放弃", "有播报时放弃"]);
    out += "</div>";
    out += &told(&stories(day, runs, &runs.without, &runs.with));
    out += &by_mode(day, runs);
    out += &charts(day, runs, false);
    out += "<div class=\"pair people\">";
    out += &matrix("每个人的结局：无播报(行)→ 有播报(列)", &runs.without.attempts, &runs.with.attempts);
    if began {
        out += &people_by_mode(runs);
    }
    let _ = write!(
        out,
        "</div><h2>按参考的字面：停电来电只有 30% 不找人工(听完即走 {}%)</h2><p>同一天、同一批人，只是听完播报就走的人少。队伍因此长，应急模式在这里才有事可做。</p>",
        study.letter.leave
    );
    out += &cards(day, &study.lettered);
    out += &by_mode(day, &study.lettered);
    out += &charts(day, &study.lettered, true);
    if !study.lettered.both.spells.is_empty() {
        out += "<div class=\"pair people\">";
        out += &people_by_mode(&study.lettered);
        out += "</div>";
    }
    out += "<h2>人工接通率随什么变</h2><div class=\"pair\">";
    out += &sensitivity(near, study);
    out += "</div><h2>数字从哪里来</h2><div class=\"box scroll sources\"><table><tr><th>数字</th><th>取值</th><th>来源</th></tr>";
    for (what, value, source) in SOURCES {
        let _ = write!(
            out,
            "<tr><td>{what}</td><td>{value}</td><td><span class=\"tag\">{source}</span></td></tr>"
        );
    }
    out + "</table></div></main></html>\n"
}

/// What is looked at first, of each run.
fn cards(day: &Day, runs: &Runs) -> String {
    let three = [&runs.without, &runs.with, &runs.both];
    let figures = three.map(|run| Figures::of(&run.attempts));
    let of = |of: &dyn Fn(&Figures) -> String| [of(&figures[0]), of(&figures[1]), of(&figures[2])];
    let mut all = vec![
        ("人工接通率", of(&|f| percent(f.answer_rate()))),
        ("其中 18–20 点", three.map(|run| rush(day, &run.attempts))),
        ("放弃", of(&|f| format!("{} 通", f.gave_up))),
        ("等待 90 分位", of(&|f| seconds(f.wait(90)))),
        ("20 秒服务水平", of(&|f| percent(f.service_level()))),
        ("重复来电", of(&|f| format!("{} 通", f.repeats))),
        ("自助占比", of(&|f| percent(f.self_service()))),
        ("座席工作", of(&|f| format!("{:.0} 分", f.agent_minutes()))),
    ];
    let began = !runs.both.spells.is_empty();
    if began {
        all[7] = ("登记回电(不算接通)", of(&|f| format!("{} 人", f.asked_back)));
    }
    let mut out = "<div class=\"cards\">".to_owned();
    for (what, values) in all {
        let _ = write!(out, "<div class=\"card\"><h3>{what}</h3><div class=\"three\">");
        for ((letter, (_, name)), value) in
            LETTERS.iter().zip(MARKS).zip(values).take(if began { 3 } else { 2 })
        {
            let _ = write!(out, "<span class=\"{letter}\">{value}<small>{name}</small></span>");
        }
        out += "</div></div>";
    }
    out + "</div>"
}

/// What storm mode did to the day.
fn by_mode(day: &Day, runs: &Runs) -> String {
    let mut out = "<div class=\"box\"><h3>应急模式做了什么</h3><ul>".to_owned();
    for line in mode(day, runs) {
        let _ = write!(out, "<li>{line}</li>");
    }
    out += "</ul></div>";
    if runs.both.spells.is_empty() {
        return out;
    }
    let by_mode = Waterfall::new(&runs.with.attempts, &runs.both.attempts);
    out += "<div class=\"box\"><h3>放弃的电话去了哪里：有播报 → 再加应急模式</h3>";
    out += &falls(&by_mode, ["with", "both"], ["有播报时放弃", "加应急后放弃"]);
    let _ = write!(
        out,
        "<p>不在这条桥上：{} 通只有播报时接通的电话，应急时改为登记回电。</p></div>",
        by_mode.instead
    );
    out + &told(&stories(day, runs, &runs.with, &runs.both))
}

fn people_by_mode(runs: &Runs) -> String {
    matrix("每个人的结局：有播报(行)→ 播报+应急(列)", &runs.with.attempts, &runs.both.attempts)
}

fn told(stories: &[Story]) -> String {
    let mut out = "<div class=\"box scroll stories\"><table><tr><th>举例</th>".to_owned();
    for (_, name) in MARKS {
        let _ = write!(out, "<th>{name}</th>");
    }
    out += "</tr>";
    for story in stories {
        let _ = write!(out, "<tr><td><b>{}</b><br>{}</td>", story.title, story.who);
        for told in &story.told {
            let _ = write!(out, "<td>{told}</td>");
        }
        out += "</tr>";
    }
    out + "</table></div>"
}

fn falls(waterfall: &Waterfall, classes: [&str; 2], ends: [&str; 2]) -> String {
    let signed = |count: usize| i64::try_from(count).unwrap_or(0);
    let mut steps: Vec<(String, i64)> =
        waterfall.saved.iter().map(|(saved, count)| (saved.word().to_owned(), -signed(*count))).collect();
    steps.push(("换了时刻，新放弃的".to_owned(), signed(waterfall.newly)));
    bridge(classes, (ends[0], waterfall.lost_without), &steps, (ends[1], waterfall.lost_with))
}

/// By half hour; `few`: only those in which storm mode shows, and only of the evening.
fn charts(day: &Day, runs: &Runs, few: bool) -> String {
    let at = |at: kernel::Timestamp| (at.since(day.start).as_secs_f64() / 1_800.0).min(48.0);
    let on: Vec<(f64, f64)> =
        runs.both.spells.iter().map(|spell| (at(spell.began), spell.ended.map_or(48.0, at))).collect();
    let parts = [&runs.without, &runs.with, &runs.both].map(|run| Figures::half_hours(day, &run.attempts));
    let storm = day.storm().since(day.start).as_secs_f64() / 1_800.0;
    // A third run that is the second one would only hide it.
    let shown = if on.is_empty() { 2 } else { 3 };
    let chart = |title, unit, most, of: &dyn Fn(&Figures) -> Option<f64>| Lines {
        title,
        unit,
        runs: parts.iter().take(shown).map(|part| part.iter().map(of).collect()).collect(),
        mode: &on,
        from: if few { EVENING } else { 0 },
        storm,
        most,
    };
    let count = |value: u32| Some(f64::from(value));
    let back = chart("登记回电", "通", None, &|f| count(f.asked_back));
    let mut all = vec![
        chart("人工接通率", "%", Some(100.0), &Figures::answer_rate),
        chart("等待 90 分位", "秒", None, &|f| f.wait(90).map(|s| s as f64)),
        chart("放弃", "通", None, &|f| count(f.gave_up)),
    ];
    if few {
        all.push(back);
    } else {
        all.extend([
            chart("重复来电", "通", None, &|f| count(f.repeats)),
            chart("等待中位数", "秒", None, &|f| f.wait(50).map(|s| s as f64)),
            chart("20 秒服务水平", "%", Some(100.0), &Figures::service_level),
            chart("来电", "通", None, &|f| count(f.offered)),
            chart("座席工作", "分钟", None, &|f| Some(f.agent_minutes())),
            chart("自助占比", "%", Some(100.0), &Figures::self_service),
        ]);
        all.extend(Some(back).filter(|_| !on.is_empty()));
    }
    let mut out = "<div class=\"charts\">".to_owned();
    for chart in all {
        out += &chart.svg();
    }
    out + "</div>"
}
