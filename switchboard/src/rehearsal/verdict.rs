//! What it comes to, in sentences and one table: the same on the terminal and on the page.

use super::day::Day;
use super::fate::span;
use super::figures::Figures;
use super::sheet::clock;
use super::study::{Runs, Study, WANTED};
use super::text::percent;
use super::tries::Got;
use super::waterfall::Waterfall;

fn reached(rate: f64) -> &'static str {
    if rate >= WANTED { "达到" } else { "没有达到" }
}

fn plain(rate: f64) -> String {
    percent(Some(rate))
}

/// With storm mode, and beside it what the reference does not count.
fn with_backs(got: Got) -> String {
    if got.reached > got.rate + 0.05 {
        format!("{}(连同已回电 {})", plain(got.rate), plain(got.reached))
    } else {
        plain(got.rate)
    }
}

/// Under one assumption: the three runs.
pub struct Row {
    pub what: String,
    pub without: f64,
    pub with: f64,
    pub both: Got,
    /// Storm mode began.
    pub began: bool,
}

impl Row {
    fn of(what: String, day: &Day, runs: &Runs) -> Row {
        let got = |run: &super::world::Outcome| Got::of(day, &run.attempts);
        Row {
            what,
            without: got(&runs.without).rate,
            with: got(&runs.with).rate,
            both: got(&runs.both),
            began: !runs.both.spells.is_empty(),
        }
    }

    /// The cells after the name.
    pub fn cells(&self) -> [String; 4] {
        let mark = |rate: f64| format!("{} {}", plain(rate), if rate >= WANTED { "✓" } else { "✗" });
        let both = if self.began { mark(self.both.rate) } else { "未启动".to_owned() };
        [mark(self.without), mark(self.with), both, plain(self.both.reached)]
    }
}

pub const ROWS: [&str; 5] = ["前提(目标 92%)", "无播报", "有播报", "播报+应急", "连同已回电"];

/// As assumed, and what the reference says by the letter.
pub fn rows(day: &Day, runs: &Runs, study: &Study) -> Vec<Row> {
    let letter = &study.letter;
    let first = Row::of(format!("听完即走 {}%(假设)", runs.with.terms.leave), day, runs);
    let second = Row::of(
        format!("参考 8.2 的字面：停电来电 30% 不找人工(听完即走 {}%)", letter.leave),
        day,
        &study.lettered,
    );
    let falling = Row {
        what: "参考的字面，且来电每 40 分钟减半(不是 70)".to_owned(),
        without: first.without,
        with: letter.with.falling.rate,
        both: letter.both.falling,
        began: letter.both.falling != letter.with.falling,
    };
    vec![first, second, falling]
}

/// With what was tried, also how far it rests on assumptions.
pub fn verdict(day: &Day, runs: &Runs, study: Option<&Study>) -> Vec<String> {
    let (seats, leave) = (runs.with.terms.seats, runs.with.terms.leave);
    let main = Row::of(String::new(), day, runs);
    let mut all = vec![format!(
        "同样 {seats} 个座席，停电先播报使人工接通率从 {} 到 {}，{} {WANTED:.0}%：这是假设听完本户停电播报的人 {leave}% 不再转人工(下称“听完即走”，参考没有给出)。",
        plain(main.without),
        plain(main.with),
        reached(main.with),
    )];
    let mode = if main.began {
        format!("再加应急模式：{}，{}。", with_backs(main.both), reached(main.both.rate))
    } else {
        "再加应急模式：队伍短，没有达到启动条件，结果相同。".to_owned()
    };
    let Some(study) = study else {
        all.push(mode);
        return all;
    };
    let letter = &study.letter;
    all.push(format!(
        "按参考 8.2 的字面，停电来电只有 30% 不找人工(相当于听完即走 {}%)：有播报 {}，{}；来电再如参考所说每 40 分钟减半：{}，{}。",
        letter.leave,
        plain(letter.with.got.rate),
        reached(letter.with.got.rate),
        plain(letter.with.falling.rate),
        reached(letter.with.falling.rate),
    ));
    let mut said = format!(
        "{mode}按字面它启动了：{}，{}；每 40 分钟减半时 {}，{}。",
        with_backs(letter.both.got),
        reached(letter.both.got.rate),
        with_backs(letter.both.falling),
        reached(letter.both.falling.rate),
    );
    if study.lettered.both.spells.is_empty() {
        said = format!("{mode}按字面它也没有启动。");
    } else if let Some(nobody) = study.takes.iter().find(|one| one.take == 0) {
        said += &format!("登记回电按参考留在分母、不算接通；没有人登记时是 {}。", plain(nobody.letter.rate));
    }
    all.push(said);
    let share =
        |found: Option<u32>| found.map_or_else(|| "怎样都不够".to_owned(), |at| format!("至少 {at}%"));
    let staff = |found: Option<usize>| found.map_or_else(|| "更多".to_owned(), |seats| format!("{seats} 个"));
    all.push(format!(
        "只靠播报达到 {WANTED:.0}%，听完即走要{}，来电每 40 分钟减半时{}。按字面达到 {WANTED:.0}% 要的座席：有播报 {}，加应急 {}。",
        share(study.needed),
        share(study.needed_falling),
        staff(letter.with.seats),
        staff(letter.both.seats),
    ));
    all
}

/// When storm mode was on, what it did, and what that comes to.
pub fn mode(day: &Day, runs: &Runs) -> Vec<String> {
    let mut all = Vec::new();
    for spell in &runs.both.spells {
        let ended = spell.ended.map_or_else(
            || "当天来电仍多，没有平稳满 15 分钟，到演练结束".to_owned(),
            |ended| {
                let minutes = ended.since(spell.began).as_secs().div_ceil(60);
                format!("{} 平稳后结束，共 {minutes} 分钟", clock(day, ended))
            },
        );
        all.push(format!("{} 自动启动(迹象：{})，{ended}。", clock(day, spell.began), spell.why()));
    }
    if all.is_empty() {
        return vec![
            "没有启动：两个迹象(来电 3 倍、排队 15 人、放弃 20%、线路 80%)没有同时持续两分钟，第三遍与第二遍相同。"
                .to_owned(),
        ];
    }
    let (with, both) = (Figures::of(&runs.with.attempts), Figures::of(&runs.both.attempts));
    all.push(format!(
        "队伍长时先听排队人数再选择：{} 人次，其中 {} 人次这时挂机。提出回电 {} 人次，登记 {} 人；已通话 {} 人，未接 {} 人。放弃后十分钟内再打、回到原位：{} 人次。",
        both.held, both.left_door, both.offered_back, both.asked_back, both.called_back, both.called_in_vain, both.came_back
    ));
    if let (Some(half), Some(most)) = (both.back_after(50), both.back_after(90)) {
        all.push(format!("从请求人工到接到回电：一半不超过 {}，九成不超过 {}。", span(half), span(most)));
    }
    let falls = Waterfall::new(&runs.with.attempts, &runs.both.attempts);
    // Of the rates as they are shown, so that a reader who subtracts finds the same.
    let shown = |figures: &Figures| (figures.answer_rate().unwrap_or(0.0) * 10.0).round() / 10.0;
    let points = shown(&both) - shown(&with);
    let way = if points < 0.0 { "低" } else { "高" };
    all.push(format!(
        "放弃 {} 通 → {} 通，人工接通 {} 通 → {} 通：登记回电的人里，{} 通在只有播报时是接通的。登记回电留在分母、不算接通(参考 2.1、2.2)，接通率因此比只有播报{way} {:.1} 个百分点；连同已回电是 {}。",
        with.gave_up,
        both.gave_up,
        with.answered,
        both.answered,
        falls.instead,
        points.abs(),
        percent(both.reached_rate()),
    ));
    if runs.both.no_rests > 0 {
        all.push(format!("没有准的小休：{} 次。", runs.both.no_rests));
    }
    all.push("停小休、溢出组在这里没有可停、可援的：全员通岗，不小休(另见“小休与分岗”)。".to_owned());
    all
}
