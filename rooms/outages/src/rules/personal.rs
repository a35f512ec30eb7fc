//! What one customer is told whom we cut off for what he owes or did: no crew is named, no amount, and nobody else hears it.

use super::greeting::{Voice, words_of};
use super::{Class, Moment, Outage, State, spoken};
use customers::rules::Utility;

/// The text of `notices` that tells him; none where he is told in the words for everybody, or by the second notice.
pub fn message(outage: &Outage, moment: Moment) -> Option<&'static str> {
    let is_told = matches!(moment, Moment::Published | Moment::DayBefore | Moment::Started | Moment::Changed);
    if !is_told {
        return None;
    }
    let off = outage.state == State::InProgress;
    Some(match (outage.plan.class, outage.plan.utility == Utility::Gas, off) {
        (Class::Arrears, false, false) => "outage_arrears",
        (Class::Arrears, false, true) => "outage_arrears_off",
        (Class::Arrears, true, false) => "gas_arrears",
        (Class::Arrears, true, true) => "gas_arrears_off",
        (Class::Breach, false, false) => "outage_breach",
        (Class::Breach, false, true) => "outage_breach_off",
        (Class::Breach, true, false) => "gas_breach",
        (Class::Breach, true, true) => "gas_breach_off",
        (Class::Planned | Class::Temporary | Class::Fault, ..) => return None,
    })
}

/// All the texts that he may still be told by.
pub fn messages(outage: &Outage) -> Vec<&'static str> {
    let begun = outage.begun();
    let soon = if outage.plan.utility == Utility::Gas { "gas_soon" } else { "outage_soon" };
    let before = (outage.state != State::InProgress).then(|| message(outage, Moment::Published)).flatten();
    let soon = (before.is_some() && outage.plan.class == Class::Arrears).then_some(soon);
    before.into_iter().chain(soon).chain(message(&begun, Moment::Started)).collect()
}

/// Before it begins and while it goes on; `area` as it is spoken.
pub fn text(outage: &Outage, area: &str, voice: Voice<'_>) -> String {
    format!("{}如已办理或有疑问，请转人工服务。", matter(outage, area, voice))
}

/// What it is, and what to do.
fn matter(outage: &Outage, area: &str, voice: Voice<'_>) -> String {
    let (off, supply) = words_of(outage.plan.utility);
    let starts = spoken::time(outage.starts(), voice.now, voice.calendar);
    let begun = outage.state == State::InProgress;
    let when = if begun { "已于" } else { "将于" };
    let pay = spoken::text(&voice.settings.pay);
    let (why, todo) = match (outage.plan.class, begun) {
        (Class::Breach, false) => ("使用情况与合同约定不符", format!("请您在此之前按要求整改，以免{off}。")),
        (Class::Breach, true) => {
            ("使用情况与合同约定不符", format!("请您按要求整改，经确认后将及时为您恢复{supply}。"))
        }
        (_, false) => ("费用逾期未缴", format!("请您在此之前通过{pay}缴清，以免{off}。")),
        (_, true) => ("费用逾期未缴", format!("请您通过{pay}缴清，缴清后将及时为您恢复{supply}。")),
    };
    // Whoever turns it on himself does not know whether a tap is open.
    let care =
        if begun && outage.plan.utility == Utility::Gas { "恢复之前请勿自行开阀。" } else { "" };
    format!("{area}因{why}，{when}{starts}{off}。{todo}{care}")
}

/// What an agent reminds him of before.
pub fn reminder(outage: &Outage, voice: Voice<'_>) -> String {
    let area = format!("您所在的{}", spoken::text(&outage.plan.area.text));
    // He speaks with a person already.
    format!("另外提醒您，{}如已办理，我可以为您核实。", matter(outage, &area, voice))
}
