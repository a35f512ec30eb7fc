//! Whose turn begins is told: on the screen, by text message, by a call.

use db::Tx;
use kernel::calendar::Calendar;
use kernel::{NoticeId, Timestamp};
use notices::{Notice, Subject, Urgency};

use crate::rosters::Ladder;
use crate::rules::{Channel, Escalation, Ground, Settings, Told, voice};
use crate::work::Ids;
use crate::{ROOM, calling};

/// As much as the text has room for.
const WHAT_MAX: usize = 40;

/// Tells whoever's turn has just begun, and writes down how.
pub async fn tell(
    tx: &mut Tx,
    of: &mut Escalation,
    (settings, ladder): (&Settings, &Ladder),
    calendar: &Calendar,
    ids: Ids<'_>,
    now: Timestamp,
) -> anyhow::Result<()> {
    let Some(turn) = of.turn().filter(|turn| turn.told.is_empty()).cloned() else { return Ok(()) };
    let Some(person) = turn.person else { return Ok(()) };
    let known = ladder.get(&turn.rung).and_then(|people| people.iter().find(|one| one.person == person));
    let channels = settings.steps.get(&turn.rung).map(|step| step.tell.clone()).unwrap_or_default();
    let mut told = Vec::new();
    for by in channels {
        told.push(match by {
            Channel::Screen if known.is_some_and(|one| one.present) => Told::Shown { by },
            Channel::Screen => Told::NotSignedIn { by },
            Channel::Voice => {
                let phone = known.and_then(|one| one.phone.as_deref());
                calling::call(tx, (&*of, &turn), phone, (settings, calendar), &mut *ids, now).await?
            }
            Channel::Sms => match known.and_then(|one| one.phone.as_deref()) {
                None => Told::NoNumber { by },
                Some(phone) => {
                    let mut once = format!("{ROOM}.{}.{}.{person}", of.id, turn.visit);
                    let times = voice::times(of, &turn);
                    if times > 1 {
                        once = format!("{once}.{times}");
                    }
                    let mut notice = Notice::sms("escalation_turn", phone, Subject::new(ROOM, of.id), once)
                        .with("number", &of.number)
                        .with("what", of.matter.title().chars().take(WHAT_MAX).collect::<String>())
                        .with("reason", reason(of))
                        .with("due", clock(calendar, turn.until));
                    notice.to.person = Some(person);
                    notice.urgency = Urgency::Urgent;
                    match notices::send(tx, now, NoticeId(ids()), &notice).await? {
                        Ok(notice) => Told::Queued { by, notice },
                        Err(refusal) => Told::Refused { by, code: code(&refusal) },
                    }
                }
            },
        });
    }
    if let Some(turn) = of.turns.last_mut() {
        turn.told = told;
    }
    Ok(())
}

fn code(refusal: &notices::Refusal) -> String {
    let code = serde_json::to_value(refusal).ok().and_then(|value| value["code"].as_str().map(str::to_owned));
    code.unwrap_or_default()
}

/// The gravest reason, in a few words; never what somebody said.
fn reason(of: &Escalation) -> &'static str {
    match of.reasons.iter().map(|reason| reason.ground).max() {
        Some(Ground::Help) => "坐席请求现场支援",
        Some(Ground::AbusiveCaller) => "来电人辱骂骚扰",
        Some(Ground::Emergency) => "紧急情况",
        Some(Ground::Storm) => "话务风暴",
        Some(Ground::QueueOver) => "排队超过上限",
        Some(Ground::Important) => "重要事项",
        Some(Ground::Major) => "重大事项",
        Some(Ground::Media) => "媒体关注",
        Some(Ground::ManyReports) => "短时间内集中报修",
        Some(Ground::Special) => "特殊事项",
        Some(Ground::Injury) => "涉及人员伤亡",
        Some(Ground::Explosion) => "涉及燃气爆炸",
        Some(Ground::Other) | None => "需要上级处置",
    }
}

/// A time as people read it.
fn clock(calendar: &Calendar, at: Timestamp) -> String {
    calendar.civil(at).strftime("%-m月%-d日%H:%M").to_string()
}
