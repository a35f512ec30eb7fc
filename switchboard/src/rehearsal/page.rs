//! The report as one page that needs nothing else.

use std::fmt::Write as _;

use super::chart::{Lines, MARKS, bridge};
use super::day::Day;
use super::fate::Attempt;
use super::figures::Figures;
use super::sources::SOURCES;
use super::stories::stories;
use super::study::{Runs, Study, Tried, WANTED};
use super::text::{BEHAVIOURS, HALLS, REACTIONS, TAKES, TRIED, days, percent, rates, rush, seconds, takes};
use super::verdict::{mode, verdict};
use super::waterfall::{End, Waterfall, people};

const STYLE: &str = include_str!("page.css");
/// Cells of the three runs, by the letter of their colour.
const LETTERS: [&str; 3] = ["a", "b", "c"];

pub fn page(day: &Day, near: &[(usize, f64)], runs: &Runs, study: &Study) -> String {
    let three = [&runs.without, &runs.with, &runs.both];
    let figures = three.map(|run| Figures::of(&run.attempts));
    let class =
        match (figures[1].answer_rate().unwrap_or(0.0) >= WANTED, study.letter.with.got.rate >= WANTED) {
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
    out += "<p class=\"legend\"><span class=\"a\">无播报</span><span class=\"b\">有播报：停电先播报</span><span class=\"c\">播报+应急：再加应急模式(按默认阈值自动启动)</span></p>";
    let _ = write!(out, "<div class=\"verdict{class}\">");
    for line in verdict(day, runs, Some(study)) {
        let _ = write!(out, "<p>{line}</p>");
    }
    out += "</div><div class=\"cards\">";
    let in_rush = three.map(|run| rush(day, &run.attempts));
    for (what, values) in cards(&figures, in_rush) {
        let _ = write!(out, "<div class=\"card\"><h3>{what}</h3><div class=\"three\">");
        for (letter, value) in LETTERS.iter().zip(values) {
            let _ = write!(out, "<span class=\"{letter}\">{value}</span>");
        }
        out += "</div></div>";
    }
    out += "</div><h2>应急模式做了什么</h2><div class=\"box\"><ul>";
    for line in mode(day, runs) {
        let _ = write!(out, "<li>{line}</li>");
    }
    out += "</ul></div><h2>为什么：放弃的电话去了哪里</h2><p>逐人逐通对照：同一个人的同一通电话，在每一遍里各有一个结局。</p><div class=\"box\"><h3>无播报 → 有播报</h3>";
    let by_shield = Waterfall::new(&runs.without.attempts, &runs.with.attempts);
    out += &falls(&by_shield, ["without", "with"], ["无播报时放弃", "有播报时放弃"]);
    out += "</div><div class=\"box\"><h3>有播报 → 再加应急模式</h3>";
    if runs.both.spells.is_empty() {
        out += "<p>应急模式没有启动，与上一遍相同。</p>";
    } else {
        let by_mode = Waterfall::new(&runs.with.attempts, &runs.both.attempts);
        out += &falls(&by_mode, ["with", "both"], ["有播报时放弃", "加应急后放弃"]);
        let _ = write!(
            out,
            "<p>不在这条桥上：{} 通在有播报时接通的电话，应急时改为登记回电。</p>",
            by_mode.instead
        );
    }
    out += "</div><div class=\"box scroll stories\"><table><tr><th>举例</th>";
    for (_, name) in MARKS {
        let _ = write!(out, "<th>{name}</th>");
    }
    out += "</tr>";
    for story in stories(day, runs) {
        let _ = write!(out, "<tr><td><b>{}</b><br>{}</td>", story.saved.word(), story.who);
        for told in &story.told {
            let _ = write!(out, "<td>{told}</td>");
        }
        out += "</tr>";
    }
    out += "</table></div><h2>每半小时</h2><div class=\"charts\">";
    let on = spells(day, runs);
    for chart in charts(day, runs, &on) {
        out += &chart.svg();
    }
    out += "</div><h2>按人看：最后怎样了</h2><div class=\"pair\">";
    for (title, before, after) in [
        ("行：无播报;列：有播报", &runs.without, &runs.with),
        ("行：有播报;列：播报+应急", &runs.with, &runs.both),
    ] {
        out += &matrix(title, &before.attempts, &after.attempts);
    }
    out += "</div><h2>结果有多稳：人工接通率随什么变</h2><div class=\"pair\">";
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

/// What stands on the page first, of each run.
fn cards(figures: &[Figures; 3], rush: [String; 3]) -> Vec<(&'static str, [String; 3])> {
    let of = |of: &dyn Fn(&Figures) -> String| [of(&figures[0]), of(&figures[1]), of(&figures[2])];
    vec![
        ("人工接通率", of(&|f| percent(f.answer_rate()))),
        ("其中 18–20 点", rush),
        ("放弃", of(&|f| f.gave_up.to_string())),
        ("登记回电(不算接通)", of(&|f| f.asked_back.to_string())),
        ("等待 90 分位", of(&|f| seconds(f.wait(90)))),
        ("20 秒服务水平", of(&|f| percent(f.service_level()))),
        ("重复来电", of(&|f| f.repeats.to_string())),
        ("自助占比", of(&|f| percent(f.self_service()))),
        ("座席工作分钟", of(&|f| format!("{:.0}", f.agent_minutes()))),
    ]
}

fn falls(waterfall: &Waterfall, classes: [&str; 2], ends: [&str; 2]) -> String {
    let signed = |count: usize| i64::try_from(count).unwrap_or(0);
    let mut steps: Vec<(String, i64)> =
        waterfall.saved.iter().map(|(saved, count)| (saved.word().to_owned(), -signed(*count))).collect();
    steps.push(("换了时刻，新放弃的".to_owned(), signed(waterfall.newly)));
    bridge(classes, (ends[0], waterfall.lost_without), &steps, (ends[1], waterfall.lost_with))
}

/// From and until which half hours storm mode was on.
fn spells(day: &Day, runs: &Runs) -> Vec<(f64, f64)> {
    let at = |at: kernel::Timestamp| (at.since(day.start).as_secs_f64() / 1_800.0).min(48.0);
    runs.both.spells.iter().map(|spell| (at(spell.began), spell.ended.map_or(48.0, at))).collect()
}

fn charts<'a>(day: &Day, runs: &Runs, mode: &'a [(f64, f64)]) -> Vec<Lines<'a>> {
    let parts = [&runs.without, &runs.with, &runs.both].map(|run| Figures::half_hours(day, &run.attempts));
    let storm = day.storm().since(day.start).as_secs_f64() / 1_800.0;
    let chart = |title, unit, most, of: &dyn Fn(&Figures) -> Option<f64>| Lines {
        title,
        unit,
        runs: [&parts[0], &parts[1], &parts[2]].map(|part| part.iter().map(of).collect()),
        mode,
        storm,
        most,
    };
    let count = |value: u32| Some(f64::from(value));
    vec![
        chart("人工接通率", "%", Some(100.0), &Figures::answer_rate),
        chart("来电", "通", None, &|f| count(f.offered)),
        chart("等待中位数", "秒", None, &|f| f.wait(50).map(|s| s as f64)),
        chart("等待 90 分位", "秒", None, &|f| f.wait(90).map(|s| s as f64)),
        chart("20 秒服务水平", "%", Some(100.0), &Figures::service_level),
        chart("放弃", "通", None, &|f| count(f.gave_up)),
        chart("座席工作", "分钟", None, &|f| Some(f.agent_minutes())),
        chart("自助占比", "%", Some(100.0), &Figures::self_service),
        chart("重复来电", "通", None, &|f| count(f.repeats)),
        chart("登记回电", "通", None, &|f| count(f.asked_back)),
    ]
}

fn matrix(title: &str, before: &[Attempt], after: &[Attempt]) -> String {
    let people = people(before, after);
    let ends = End::found(&people);
    let mut out = format!("<div class=\"box scroll\"><table><tr><th>{title}</th>");
    for end in &ends {
        let _ = write!(out, "<th>{}</th>", end.word());
    }
    out += "</tr>";
    for before in &ends {
        let _ = write!(out, "<tr><td>{}</td>", before.word());
        for after in &ends {
            let count = people.get(&(*before, *after)).copied().unwrap_or(0);
            let same = if before == after { " class=\"same\"" } else { "" };
            let count = if count == 0 { "·".to_owned() } else { count.to_string() };
            let _ = write!(out, "<td{same}>{count}</td>");
        }
        out += "</tr>";
    }
    out + "</table></div>"
}

/// A table of rates; the colours of its columns.
fn rates_table(head: &[&str], colours: &[&str], rows: &[(String, [f64; 4])]) -> String {
    let mut out = "<div class=\"box scroll\"><table><tr>".to_owned();
    out += &head.iter().map(|word| format!("<th>{word}</th>")).collect::<String>();
    out += "</tr>";
    for (what, values) in rows {
        let _ = write!(out, "<tr><td>{what}</td>");
        for (colour, value) in colours.iter().zip(values) {
            let _ = write!(out, "<td class=\"{colour}\">{value:.1}%</td>");
        }
        out += "</tr>";
    }
    out + "</table></div>"
}

fn sensitivity(near: &[(usize, f64)], study: &Study) -> String {
    const COLOURS: [&str; 4] = ["a", "b", "c", "soft"];
    let table = |what: &str, rows: &[(String, [f64; 4])]| {
        let head: Vec<&str> = std::iter::once(what).chain(TRIED).collect();
        rates_table(&head, &COLOURS, rows)
    };
    let lines = |all: &[Tried]| all.iter().map(|one| (one.what.clone(), rates(one))).collect::<Vec<_>>();
    let mut behaviours = lines(&study.behaviours);
    behaviours.push((study.installed.what.clone(), rates(&study.installed)));
    let mut out = table(BEHAVIOURS, &behaviours);
    out += &rates_table(&TAKES, &["c", "soft", "c", "soft"], &takes(study));
    out += &table(HALLS, &lines(&study.halls));
    out += &table(REACTIONS, &lines(&study.reactions));
    let seeds = days(study).map(|(what, values)| (what.to_owned(), values));
    out += &table(&format!("{} 个不同的日子(种子)", study.seeds.len()), &seeds);
    let alone = study.storm_only;
    let _ = write!(
        out,
        "<div class=\"box scroll\"><table><tr><th>没有播报</th><th>接通率</th><th>连同已回电</th></tr><tr><td>只开应急模式</td><td class=\"c\">{:.1}%</td><td class=\"soft\">{:.1}%</td></tr></table>",
        alone.rate, alone.reached
    );
    if !near.is_empty() {
        out += "<table><tr><th>座席(搜索：无播报时最接近 78%)</th><th>无播报</th></tr>";
        for (seats, rate) in near {
            let _ = write!(out, "<tr><td>{seats} 席</td><td class=\"a\">{rate:.1}%</td></tr>");
        }
        out += "</table>";
    }
    out + "</div>"
}
