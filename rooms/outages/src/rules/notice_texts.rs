//! Ready-made texts for halls, newspaper, television and the website, from the outage's own fields.

use customers::rules::Utility;
use kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::greeting::{Voice, cause, words_of};
use super::{Outage, State, spoken, words};

words! { Medium { Hall = "hall", Newspaper = "newspaper", Television = "television", Website = "website" } }

/// One text, ready to be copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Ready {
    pub medium: Medium,
    pub title: String,
    pub body: String,
}

/// All of them, for the state it is in now; none of what is one customer's business.
pub fn ready(outage: &Outage, voice: Voice<'_>) -> Vec<Ready> {
    if outage.plan.class.is_personal() {
        return Vec::new();
    }
    Medium::ALL.iter().map(|medium| one(outage, *medium, voice)).collect()
}

/// What all of them say. Whoever prints or broadcasts it does so another day: no word in it depends on today.
fn body(
    outage: &Outage,
    area: &str,
    why: &str,
    at: &dyn Fn(Timestamp) -> String,
    voice: Voice<'_>,
) -> String {
    let (off, supply) = words_of(outage.plan.utility);
    let starts = at(outage.starts());
    let ends = outage.ends().map_or_else(|| "待定".to_owned(), at);
    match outage.state {
        State::Cancelled => format!("原定{starts}{area}的{off}已取消，{supply}照常。"),
        State::Restored | State::Closed => {
            let back = at(outage.restored_at.unwrap_or(voice.now));
            let care = match outage.plan.utility {
                Utility::Gas => "使用前请先试火，确认无异味。",
                _ => "",
            };
            format!("{area}已于{back}恢复{supply}。{care}")
        }
        State::InProgress => {
            let until = match outage.ends() {
                Some(_) if outage.is_stale(voice.now) => format!("恢复{supply}时间延后，最新进展另行公告"),
                Some(_) => format!("预计{ends}恢复{supply}"),
                None => format!("恢复{supply}时间待定"),
            };
            format!("因{why}，{area}自{starts}起{off}，{until}，我们正在全力处理。")
        }
        _ => {
            let care = match outage.plan.utility {
                Utility::Gas => {
                    "停气期间请关闭灶前阀和表前阀，恢复供气前请勿使用；恢复后先试火，确认无异味。"
                }
                Utility::Power => "请提前备好照明和用水，关闭贵重电器；电梯、水泵等用电设备请做好安排。",
                Utility::Cable => "请您提前安排。",
            };
            format!("因{why}，{area}定于{starts}至{ends}{off}。{care}")
        }
    }
}

fn one(outage: &Outage, medium: Medium, voice: Voice<'_>) -> Ready {
    let Voice { now, calendar, settings } = voice;
    let (off, supply) = words_of(outage.plan.utility);
    let (company, phone) = (&settings.company, &settings.phone);
    let (area, scope) = (&outage.plan.area.text, &outage.plan.scope);
    let why = if outage.plan.reason.is_empty() { cause(outage.cause()) } else { &outage.plan.reason };
    let at = |at| spoken::written(at, calendar);
    let starts = at(outage.starts());
    let ends = outage.ends().map_or_else(|| "待定".to_owned(), at);
    let title = match outage.state {
        State::Cancelled => format!("{off}取消公告"),
        State::Restored | State::Closed => format!("恢复{supply}公告"),
        _ => format!("{off}公告"),
    };
    let ask = format!("咨询电话{phone}，24小时服务。");
    let day = spoken::written_day(now, calendar);
    let written = body(outage, area, why, &at, voice);
    let body = match medium {
        Medium::Hall => {
            let scope = if scope.is_empty() { String::new() } else { format!("范围：{scope}。\n") };
            format!("尊敬的客户：\n{written}\n{scope}给您带来不便，敬请谅解。{ask}\n{company}\n{day}")
        }
        Medium::Newspaper => format!("{company}{title}：{written}给您带来不便，敬请谅解。{ask}"),
        Medium::Television => {
            let at = |at| spoken::dated(at, calendar);
            let read = body(outage, &spoken::text(area), &spoken::text(why), &at, voice);
            format!("{company}提醒您：{read}{}", spoken::text(&ask))
        }
        Medium::Website => {
            let scope = if scope.is_empty() { String::new() } else { format!("停供范围：{scope}\n") };
            let time = match outage.ends() {
                Some(_) => format!("{starts}至{ends}"),
                None => format!("{starts}起，恢复时间待定"),
            };
            format!(
                "{title}（编号{}）\n区域：{area}\n{scope}原因：{why}\n时间：{time}\n{written}\n{ask}",
                outage.number
            )
        }
    };
    Ready { medium, title, body }
}
