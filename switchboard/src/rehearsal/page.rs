//! The report as one page that needs nothing else.

use std::fmt::Write as _;

use super::chart::{Lines, bridge};
use super::day::Day;
use super::figures::Figures;
use super::stories::stories;
use super::study::{Pair, Study, Tried, WANTED, spread};
use super::text::{BEHAVIOURS, SOURCES, percent, rush, seconds, verdict};
use super::waterfall::{End, Waterfall, people};

const STYLE: &str = include_str!("page.css");

pub fn page(day: &Day, near: &[(usize, f64)], pair: &Pair, study: &Study) -> String {
    let (without, with) = (Figures::of(&pair.without.attempts), Figures::of(&pair.with.attempts));
    let class = match (with.answer_rate().unwrap_or(0.0) >= WANTED, study.letter.rate >= WANTED) {
        (true, true) => "",
        (true, false) => " half",
        (false, _) => " no",
    };
    let mut out = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>暴雨日演练</title><style>{STYLE}</style><main><h1>暴雨日演练：停电先播报，接通率差多少</h1><p>电力市(P1,120 万户)· {} 星期三 · 种子 {} · 首次来电 {} 人 · 18:10 起 {} 处线路故障，共 {} 户 · {} 个座席。同一批人、同一批故障、同一批座席演练两遍，经过真实的交换机、排队机、语音菜单与停电播报规则，只差“停电先播报”。</p><p class=\"legend\"><span class=\"a\">无播报</span><span class=\"b\">有播报</span></p>",
        super::day::DATE,
        day.seed,
        day.people.len(),
        day.faults.len(),
        day.faults.iter().map(|fault| fault.customers).sum::<i64>(),
        pair.with.terms.seats
    );
    let _ = write!(out, "<p class=\"verdict{class}\">{}</p>", verdict(pair, Some(study)));
    out += "<div class=\"cards\">";
    let mut card = |what: &str, of: &dyn Fn(&Figures) -> String| {
        let _ = write!(
            out,
            "<div class=\"card\"><h3>{what}</h3><div class=\"two\"><span class=\"a\">{}</span><i>→</i><span class=\"b\">{}</span></div></div>",
            of(&without),
            of(&with)
        );
    };
    card("人工接通率", &|f| percent(f.answer_rate()));
    let in_rush = [&pair.without, &pair.with].map(|run| rush(day, &run.attempts));
    let [rush_without, rush_with] = in_rush;
    card("其中 18–20 点", &|f| if f == &without { rush_without.clone() } else { rush_with.clone() });
    card("排队放弃", &|f| f.gave_up.to_string());
    card("重复来电", &|f| f.repeats.to_string());
    card("等待 90 分位", &|f| seconds(f.wait(90)));
    card("20 秒服务水平", &|f| percent(f.service_level()));
    card("自助占比", &|f| percent(f.self_service()));
    card("座席工作分钟", &|f| format!("{:.0}", f.agent_minutes()));
    out += "</div><h2>为什么：没接通的电话去了哪里</h2><p>逐人逐通对照：同一个人的同一通电话，在两次演练里各有一个结局。</p><div class=\"box\">";
    out += &falls(&Waterfall::new(&pair.without.attempts, &pair.with.attempts));
    out +=
        "</div><div class=\"box scroll stories\"><table><tr><th>举例</th><th>无播报</th><th>有播报</th></tr>";
    for story in stories(day, pair) {
        let _ = write!(
            out,
            "<tr><td><b>{}</b><br>{}</td><td>{}</td><td>{}</td></tr>",
            story.saved.word(),
            story.who,
            story.without,
            story.with
        );
    }
    out += "</table></div><h2>每半小时</h2><div class=\"charts\">";
    for chart in charts(day, pair) {
        out += &chart.svg();
    }
    out += "</div><h2>按人看</h2><p>行是无播报时这个人的最终结局，列是有播报时的。</p><div class=\"box scroll\">";
    out += &matrix(pair);
    out += "</div><h2>结果有多稳</h2><div class=\"pair\">";
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

fn falls(waterfall: &Waterfall) -> String {
    let signed = |count: usize| i64::try_from(count).unwrap_or(0);
    let mut steps: Vec<(String, i64)> =
        waterfall.saved.iter().map(|(saved, count)| (saved.word().to_owned(), -signed(*count))).collect();
    steps.push(("换了时刻，新放弃的".to_owned(), signed(waterfall.newly)));
    bridge(("无播报时放弃", waterfall.lost_without), &steps, ("有播报时放弃", waterfall.lost_with))
}

fn charts<'a>(day: &Day, pair: &Pair) -> Vec<Lines<'a>> {
    let (without, with) =
        (Figures::half_hours(day, &pair.without.attempts), Figures::half_hours(day, &pair.with.attempts));
    let storm = day.storm().since(day.start).as_secs_f64() / 1_800.0;
    let chart = |title, unit, most, of: &dyn Fn(&Figures) -> Option<f64>| Lines {
        title,
        unit,
        without: without.iter().map(of).collect(),
        with: with.iter().map(of).collect(),
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
        chart("排队放弃", "通", None, &|f| count(f.gave_up)),
        chart("座席工作", "分钟", None, &|f| Some(f.agent_minutes())),
        chart("自助占比", "%", Some(100.0), &Figures::self_service),
        chart("重复来电", "通", None, &|f| count(f.repeats)),
    ]
}

fn matrix(pair: &Pair) -> String {
    let people = people(&pair.without.attempts, &pair.with.attempts);
    let mut out = "<table><tr><th></th>".to_owned();
    for end in End::ALL {
        let _ = write!(out, "<th>{}</th>", end.word());
    }
    out += "</tr>";
    for before in End::ALL {
        let _ = write!(out, "<tr><td>{}</td>", before.word());
        for after in End::ALL {
            let count = people.get(&(before, after)).copied().unwrap_or(0);
            let _ = write!(out, "<td>{}</td>", if count == 0 { "·".to_owned() } else { count.to_string() });
        }
        out += "</tr>";
    }
    out + "</table>"
}

fn sensitivity(near: &[(usize, f64)], study: &Study) -> String {
    let head = |title: &str| {
        format!("<div class=\"box scroll\"><table><tr><th>{title}</th><th>无播报</th><th>有播报</th></tr>")
    };
    let row = |what: &str, without: f64, with: f64| {
        format!("<tr><td>{what}</td><td class=\"a\">{without:.1}%</td><td class=\"b\">{with:.1}%</td></tr>")
    };
    let tried =
        |all: &[Tried]| all.iter().map(|one| row(&one.what, one.without, one.with)).collect::<String>();
    let mut out = "<div class=\"box scroll\"><table><tr>".to_owned();
    out += &BEHAVIOURS.map(|word| format!("<th>{word}</th>")).concat();
    out += "</tr>";
    for one in study.behaviours.iter().chain([&study.installed]) {
        let _ = write!(
            out,
            "<tr><td>{}</td><td class=\"a\">{:.1}%</td><td class=\"b\">{:.1}%</td><td>{:.1}%</td></tr>",
            one.what, one.without, one.with, one.contained
        );
    }
    out += "</table></div>";
    out += &head("播报发布得多快");
    out += &tried(&study.reactions);
    out += "</table></div>";
    let _ = write!(out, "{}", head(&format!("{} 个不同的日子(种子)", study.seeds.len())));
    let (a, b) = (spread(study.seeds.iter().map(|one| one.1)), spread(study.seeds.iter().map(|one| one.2)));
    for (what, a, b) in [("最小", a.0, b.0), ("中位", a.1, b.1), ("最大", a.2, b.2)] {
        out += &row(what, a, b);
    }
    out += "</table></div>";
    if !near.is_empty() {
        out += "<div class=\"box scroll\"><table><tr><th>座席(搜索：无播报时最接近 78%)</th><th>无播报</th></tr>";
        for (seats, rate) in near {
            let _ = write!(out, "<tr><td>{seats} 席</td><td class=\"a\">{rate:.1}%</td></tr>");
        }
        out += "</table></div>";
    }
    out
}
