//! What an invented committee has done about an invented complaint: pure, the same for the same place in the list.

use std::time::Duration;

use kernel::{PersonId, Timestamp};
use work_orders::rules::order::Level;

use super::act::Act;
use super::case::{Case, Cause, Exhibit, Verdict};

/// The members: who goes after it, and two who review.
#[derive(Clone, Copy, Debug)]
pub struct Members {
    pub chair: PersonId,
    pub others: [PersonId; 2],
}

const LESSONS: [(Cause, &str, &str); 5] = [
    (Cause::Attitude, "解释政策时语气生硬，客户感到被敷衍", "纳入班前会案例，开展一次服务礼仪复训"),
    (Cause::Delay, "约定上门后未及时告知延误", "延误超过十五分钟须主动致电客户"),
    (Cause::Billing, "阶梯气价起算日未向客户说明", "账单备注增加起算日，更新知识库口径"),
    (Cause::Information, "停气通知未覆盖合租住户", "增加短信通知并在单元门口张贴"),
    (Cause::Misunderstanding, "客户误以为安检收费", "安检预约短信写明免费"),
];
const FOUND: [&str; 3] = [
    "录音显示话务员两次打断客户，未按规范致歉",
    "工单记录与客户所述一致，处理超出约定时间",
    "核对账单和抄表照片，计费无误，解释不够充分",
];

/// What was done, when and by whom; the last things have not happened yet where they lie ahead.
pub fn life(case: &Case, nth: usize, members: Members) -> Vec<(Timestamp, PersonId, Act)> {
    let Members { chair, others: [second, third] } = members;
    let hours = |since: Timestamp, hours: u64| since + Duration::from_secs(hours * 3_600);
    let begun = case.opening.at;
    let mut acts = Vec::new();
    // Some have only just come in.
    if case.done.is_none() && nth.is_multiple_of(3) {
        return acts;
    }
    acts.push((hours(begun, 1), chair, Act::Accept));
    let level = match nth % 11 {
        3 => Level::Important,
        5 => Level::Major,
        _ => case.opening.proposal.level,
    };
    let why = if level > case.opening.proposal.level {
        "客户称已联系媒体，影响较大"
    } else {
        "按标准核定"
    };
    acts.push((hours(begun, 2), chair, Act::SetLevel { level, why: why.into() }));
    acts.push((hours(begun, 3), chair, Act::Liaise { words: "已致电客户，说明由投诉监督委员会督办".into() }));
    let Some(done) = case.done.as_ref().map(|done| done.at) else {
        // The unit that has the order is the one complained about: it is to go elsewhere.
        if nth % 5 == 4 {
            let units = case.unit.into_iter().collect();
            let why = "客户投诉的正是该单位人员".into();
            acts.push((hours(begun, 4), chair, Act::Involve { persons: Vec::new(), units, why }));
        }
        return acts;
    };
    if let (1, Some(agent)) = (nth % 3, case.opening.accepted_by) {
        let why = "客户指名首次接听的话务员".into();
        acts.push((hours(begun, 4), chair, Act::Involve { persons: vec![agent], units: Vec::new(), why }));
    }
    let place = |of: usize| nth % of;
    let found = FOUND.get(place(FOUND.len())).copied().unwrap_or_default();
    let text = "已调取工单历史、回单和现场照片核对".to_owned();
    acts.push((hours(done, 1), chair, Act::AddEvidence { exhibit: Exhibit::Words { text } }));
    let verdict =
        [Verdict::Substantiated, Verdict::Partly, Verdict::NotSubstantiated, Verdict::Substantiated];
    let verdict = verdict.get(place(4)).copied().unwrap_or(Verdict::Partly);
    acts.push((hours(done, 2), chair, Act::Investigate { verdict, words: found.into() }));
    if level >= Level::Major {
        for (after, member) in [(4, second), (6, third)] {
            let words = "依据充分，同意结论".into();
            acts.push((hours(done, after), member, Act::Review { agrees: true, words }));
        }
    }
    let (customer, unit) = ("已电话答复客户调查结论和改进措施".into(), "结论和要求已通报承办单位".into());
    acts.push((hours(done, 8), chair, Act::FeedBack { customer, unit }));
    if let Some((cause, lesson, measure)) = LESSONS.get(place(LESSONS.len())).filter(|_| nth % 4 != 3) {
        let (lesson, measure) = ((*lesson).into(), (*measure).into());
        acts.push((hours(done, 26), chair, Act::Analyse { cause: *cause, lesson, measure }));
    }
    acts
}
