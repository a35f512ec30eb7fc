//! What one customer is told whom we cut off for what he owes or did: no crew is named, no amount, and nobody else hears it.

use super::greeting::{Voice, words_of};
use super::{Class, Outage, State, spoken};

/// Before it begins and while it goes on; `area` as it is spoken.
pub fn text(outage: &Outage, area: &str, voice: Voice<'_>) -> String {
    let (off, supply) = words_of(outage.plan.utility);
    let starts = spoken::time(outage.starts(), voice.now, voice.calendar);
    let begun = outage.state == State::InProgress;
    let when = if begun { "已于" } else { "将于" };
    let (why, todo) = match (outage.plan.class, begun) {
        (Class::Breach, false) => ("违约", format!("请您在此之前按要求整改，以免{off}。")),
        (Class::Breach, true) => ("违约", format!("请您按要求整改，确认后即为您恢复{supply}。")),
        (_, false) => ("欠费", format!("请您在此之前缴清费用，以免{off}。")),
        (_, true) => ("欠费", format!("请您缴清费用，缴清后即为您恢复{supply}。")),
    };
    format!("{area}因{why}，{when}{starts}{off}。{todo}如已办理或有疑问，请转人工服务。")
}

/// What an agent reminds him of before.
pub fn reminder(outage: &Outage, voice: Voice<'_>) -> String {
    let area = format!("您所在的{}", spoken::text(&outage.plan.area.text));
    format!("另外提醒您，{}", text(outage, &area, voice))
}
