//! What a caller hears before the menu (问候语替换, domain reference 6.3): his own outage, or the largest.

use std::time::Duration;

use customers::rules::Utility;
use kernel::calendar::Calendar;
use kernel::{OutageId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::outage::{Clip, Mode};
use super::{Cause, Class, Crew, Outage, Settings, State, personal, spoken};

/// What a caller hears, the first first. Nothing: the menu as always.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Heard {
    pub segments: Vec<Segment>,
    /// They are the caller's own; otherwise the largest of all.
    pub own: bool,
}

/// One outage, as it is told. The same outage and revision may be told differently as time goes on: the text says which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Segment {
    #[schema(value_type = String)]
    pub outage: OutageId,
    pub revision: usize,
    pub text: String,
    /// Spoken by a leader: played in place of the text.
    pub clip: Option<Clip>,
    /// About so long.
    pub seconds: u32,
}

/// By what greetings are made.
#[derive(Clone, Copy)]
pub struct Voice<'a> {
    pub now: Timestamp,
    pub calendar: &'a Calendar,
    pub settings: &'a Settings,
}

fn minutes(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 60)
}

/// From and until when callers may hear of it; none while no leader has approved what they would hear.
pub fn span(outage: &Outage, settings: &Settings) -> Option<(Timestamp, Timestamp)> {
    let approval = outage.greeting.approval.as_ref()?;
    if approval.revision != outage.revision() || outage.greeting.mode == Mode::Off {
        return None;
    }
    let from = outage.starts() - minutes(settings.ahead_min);
    match outage.state {
        State::Published | State::InProgress => Some((from, approval.expires_at)),
        State::Restored => {
            let until = outage.restored_at? + minutes(settings.after_min);
            Some((from, until.min(approval.expires_at)))
        }
        _ => None,
    }
}

/// Whether callers may hear of it now.
pub fn speaks(outage: &Outage, voice: Voice<'_>) -> bool {
    span(outage, voice.settings).is_some_and(|(from, until)| from <= voice.now && voice.now < until)
}

/// Whether also those hear of it who are not known to be affected.
pub fn is_general(outage: &Outage, settings: &Settings) -> bool {
    let counts = outage.greeting.mode == Mode::Ordered || outage.counts.all >= i64::from(settings.many);
    counts && !outage.plan.class.is_personal()
}

/// What a caller hears. `own` are the outages that his accounts are in. His own are told whatever their size, and only they;
/// whom nobody knows, or who is in none, hears of the largest.
pub fn heard(outages: &[Outage], own: &[OutageId], voice: Voice<'_>) -> Heard {
    let mut told: Vec<&Outage> = outages.iter().filter(|outage| speaks(outage, voice)).collect();
    // The largest first; of equals the one that began first.
    told.sort_by_key(|outage| (std::cmp::Reverse(outage.counts.all), outage.starts(), outage.id));
    let is_own = told.iter().any(|outage| own.contains(&outage.id));
    told.retain(|outage| if is_own { own.contains(&outage.id) } else { is_general(outage, voice.settings) });
    let mut segments: Vec<Segment> = Vec::new();
    let mut left = voice.settings.seconds;
    for outage in told {
        if segments.len() >= voice.settings.segments as usize {
            break;
        }
        let next = segment(outage, is_own, voice);
        // One that is too long by itself is told all the same: a caller must not be told less because there is more to tell.
        if next.seconds <= left || segments.is_empty() {
            left = left.saturating_sub(next.seconds);
            segments.push(next);
        }
    }
    Heard { own: is_own && !segments.is_empty(), segments }
}

/// One outage as it is told now.
pub fn segment(outage: &Outage, own: bool, voice: Voice<'_>) -> Segment {
    // What a leader wrote or spoke said the old time, of the restoration or of the news: once that has passed, the fields speak.
    let fresh = !outage.is_stale(voice.now);
    let clip = outage.greeting.clip.clone().filter(|_| fresh);
    let words = outage.greeting.words.clone().filter(|_| fresh);
    let text = words.unwrap_or_else(|| text(outage, own, voice));
    let seconds =
        clip.as_ref().map_or_else(|| spoken::seconds(&text, voice.settings.pace), |clip| clip.seconds);
    Segment { outage: outage.id, revision: outage.revision(), text, clip, seconds }
}

/// 停电, 停气 or 有线电视信号中断; 供电, 供气 or 有线电视信号.
pub const fn words_of(utility: Utility) -> (&'static str, &'static str) {
    match utility {
        Utility::Gas => ("停气", "供气"),
        Utility::Power => ("停电", "供电"),
        Utility::Cable => ("有线电视信号中断", "有线电视信号"),
    }
}

/// 因……
pub const fn cause(cause: Cause) -> &'static str {
    match cause {
        Cause::Maintenance => "计划检修",
        Cause::Construction => "施工",
        Cause::Equipment => "设备故障",
        Cause::Weather => "恶劣天气",
        Cause::OutsideDamage => "外力破坏",
        Cause::Overload => "负荷过高",
        Cause::Arrears => "欠费",
        Cause::Breach => "违约",
        Cause::Unknown => "突发故障",
    }
}

const fn crew(crew: Crew) -> &'static str {
    match crew {
        Crew::Waiting => "我们正在安排抢修",
        Crew::OnTheWay => "抢修人员正赶往现场",
        Crew::Searching => "抢修人员正在查找故障",
        Crew::Working => "抢修人员已到现场，正在处理",
        Crew::Done => "抢修工作已完成",
    }
}

/// To whom it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whom {
    /// Who calls, and is in it.
    Own,
    /// Who calls, and may be in it.
    Other,
    /// Whom we call, to tell just this.
    Called,
}

/// The text made from the fields: area, cause, since when, who works at it, when it is back, what to do.
pub fn text(outage: &Outage, own: bool, voice: Voice<'_>) -> String {
    text_to(outage, if own { Whom::Own } else { Whom::Other }, voice)
}

/// What is told to whomever the machine calls about it, whatever callers hear: also days before, and when it is called off.
pub fn notice(outage: &Outage, voice: Voice<'_>) -> String {
    if outage.state != State::Cancelled {
        return text_to(outage, Whom::Called, voice);
    }
    let (off, supply) = words_of(outage.plan.utility);
    let area = spoken::text(&outage.plan.area.text);
    let starts = spoken::time(outage.starts(), voice.now, voice.calendar);
    format!("{area}原定于{starts}的{off}已经取消，{supply}不受影响。")
}

fn text_to(outage: &Outage, whom: Whom, voice: Voice<'_>) -> String {
    let Voice { now, calendar, .. } = voice;
    let (off, supply) = words_of(outage.plan.utility);
    let area = spoken::text(&outage.plan.area.text);
    let area = if whom == Whom::Own { format!("您所在的{area}") } else { area };
    let cause = cause(outage.cause());
    let at = |at: Timestamp| spoken::time(at, now, calendar);
    let starts = outage.starts();
    let patience = match whom {
        Whom::Own => "请您耐心等候。",
        Whom::Other => "如您在上述区域，请耐心等候。",
        Whom::Called => "",
    };
    if matches!(outage.state, State::Restored | State::Closed) {
        let back = at(outage.restored_at.unwrap_or(now));
        let check = match outage.plan.utility {
            Utility::Gas => "使用前请先试火，确认无异味。如您家仍无气，请转人工服务。",
            Utility::Power => "如您家仍无电，请先检查总开关，仍无电请转人工服务。",
            Utility::Cable => "如您家仍无信号，请重新启动机顶盒，仍无信号请转人工服务。",
        };
        return format!("{area}已于{back}恢复{supply}。{check}");
    }
    if outage.plan.class.is_personal() {
        return personal::text(outage, &area, voice);
    }
    if outage.state != State::InProgress {
        let ends = outage.ends().map_or_else(String::new, |ends| {
            format!("，预计{}恢复{supply}", spoken::until(ends, starts, now, calendar))
        });
        let care = match outage.plan.utility {
            Utility::Gas => "停气期间请关闭灶前阀和表前阀。",
            _ => "请您提前做好准备。",
        };
        return format!("{area}因{cause}，将于{}{off}{ends}。{care}", at(starts));
    }
    let since = format!("{area}因{cause}，于{}{off}", at(starts));
    let work = match (outage.plan.class, outage.crew()) {
        (Class::Planned | Class::Temporary, Crew::Waiting) => "我们正在安排施工",
        (Class::Planned | Class::Temporary, Crew::Working) => "工作人员正在施工",
        (Class::Planned | Class::Temporary, Crew::Done) => "施工已完成，正在恢复",
        (_, at_work) => crew(at_work),
    };
    let news = outage.next_news().filter(|news| *news > now);
    match outage.ends() {
        Some(ends) if ends < now => {
            let news = news.map_or_else(String::new, |news| format!("最新进展将于{}前播报。", at(news)));
            format!(
                "{since}，原预计{}恢复{supply}，现有延迟，{work}，给您带来不便，深表歉意。{news}",
                at(ends)
            )
        }
        Some(ends) => {
            let ends = spoken::until(ends, starts, now, calendar);
            format!("{since}，{work}，预计{ends}恢复{supply}。{patience}")
        }
        None => {
            let news = news.map_or_else(
                || "我们将尽快播报最新进展。".to_owned(),
                |news| format!("最新进展将于{}前播报。", at(news)),
            );
            format!("{since}，{work}，{news}{patience}")
        }
    }
}
