//! What it comes to, in sentences: the same on the terminal and on the page.

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

/// With storm mode, and beside it what the reference does not count.
fn with_backs(got: Got) -> String {
    let plain = percent(Some(got.rate));
    if got.reached > got.rate + 0.05 {
        format!("{plain}(连同已回电 {})", percent(Some(got.reached)))
    } else {
        plain
    }
}

/// With what was tried, also how far it rests on assumptions.
pub fn verdict(day: &Day, runs: &Runs, study: Option<&Study>) -> Vec<String> {
    let rate = |run: &super::world::Outcome| Got::of(day, &run.attempts);
    let (without, with, both) = (rate(&runs.without), rate(&runs.with), rate(&runs.both));
    let (seats, leave) = (runs.with.terms.seats, runs.with.terms.leave);
    let mut all = vec![format!(
        "同样 {seats} 个座席，人工接通率从 {} 到 {}，{said} {WANTED:.0}%；再加应急模式 {}，{}。前提是假设听完本户停电播报的人 {leave}% 不再转人工。",
        percent(Some(without.rate)),
        percent(Some(with.rate)),
        with_backs(both),
        reached(both.rate),
        said = reached(with.rate),
    )];
    let Some(study) = study else { return all };
    let letter = &study.letter;
    all.push(format!(
        "按参考 8.2 的字面(停电来电只有 30% 不找人工，相当于听完即走 {}%)：有播报 {}，{}；加应急 {}，{}。再加上参考给的来电半衰期 40 分钟：有播报 {}，{}；加应急 {}，{}。",
        letter.leave,
        percent(Some(letter.with.got.rate)),
        reached(letter.with.got.rate),
        with_backs(letter.both.got),
        reached(letter.both.got.rate),
        percent(Some(letter.with.falling.rate)),
        reached(letter.with.falling.rate),
        with_backs(letter.both.falling),
        reached(letter.both.falling.rate),
    ));
    let share =
        |found: Option<u32>| found.map_or_else(|| "怎样都不够".to_owned(), |at| format!("至少 {at}%"));
    let staff = |found: Option<usize>| found.map_or_else(|| "更多".to_owned(), |seats| format!("{seats} 个"));
    all.push(format!(
        "达到 {WANTED:.0}% 要有多少人听完即走：{}(首次来电完全相同时)，{}(半衰期 40 分钟时)。按字面要多少座席：有播报 {}，加应急 {}。",
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
            || "到演练结束".to_owned(),
            |ended| {
                let minutes = ended.since(spell.began).as_secs().div_ceil(60);
                format!("{} 平稳后结束，共 {minutes} 分钟", clock(day, ended))
            },
        );
        all.push(format!("{} 自动启动(迹象：{})，{ended}。", clock(day, spell.began), spell.why()));
    }
    if all.is_empty() {
        return vec![
            "有播报时，这一天没有达到应急模式的启动条件(两个迹象持续两分钟)：第三遍与第二遍相同。".to_owned(),
        ];
    }
    let (with, both) = (Figures::of(&runs.with.attempts), Figures::of(&runs.both.attempts));
    all.push(format!(
        "先听排队人数再选择 {} 人次；提出回电 {} 人次，登记 {} 人，已通话 {} 人，未接 {} 人；重拨回到原位 {} 人次。",
        both.held, both.offered_back, both.asked_back, both.called_back, both.called_in_vain, both.came_back
    ));
    if let (Some(half), Some(most)) = (both.back_after(50), both.back_after(90)) {
        all.push(format!("从请求人工到接到回电：一半不超过 {}，九成不超过 {}。", span(half), span(most)));
    }
    let falls = Waterfall::new(&runs.with.attempts, &runs.both.attempts);
    let points = both.answer_rate().unwrap_or(0.0) - with.answer_rate().unwrap_or(0.0);
    let way = if points < 0.0 { "低" } else { "高" };
    all.push(format!(
        "放弃从 {} 通到 {} 通，人工接通从 {} 通到 {} 通：登记回电的人里，{} 通在第二遍本来排到了。按参考，登记回电留在分母、不算接通，所以接通率比只有播报{way} {:.1} 个百分点。",
        with.gave_up,
        both.gave_up,
        with.answered,
        both.answered,
        falls.instead,
        points.abs()
    ));
    all.push(
        "停小休与溢出组在这三遍里没有作用：全员通岗、不小休，本来就没有可停、可援的(见“小休与分岗”)。"
            .to_owned(),
    );
    all
}
