//! The outage at the telephone: what menus ask and are answered in clips, who wants to be told, and what is spoken before
//! anybody calls.

use std::sync::Arc;
use std::time::Duration;

use audio::{Clip, Sound, spoken};
use db::{Db, Emitted, Tx, config};
use ivr::Answer;
use kernel::calendar::Calendar;
use kernel::{OutageId, Timestamp};
use speech::{Said, Speech, Words};
use web::{App, LookUp};

use crate::rules::greeting::{self, Voice};
use crate::rules::{Heard, Outage, Segment, Settings};
use crate::store::outages::{self, Which};
use crate::{heard_by, heard_of_account, tell_me};

/// No caller waits longer for the first word; the step `announce` waits for 300 ms.
const WITHIN: Duration = Duration::from_millis(280);
/// Whoever has typed an account waits a moment.
const ACCOUNT_WITHIN: Duration = Duration::from_secs(2);
/// What is about to become late is spoken before it does.
const AHEAD: Duration = Duration::from_secs(120);
/// Callers hear of it two hours before it begins.
const SOON: Duration = Duration::from_secs(3 * 3_600);
/// Of each kind; no centre says more to its callers.
const PREPARED_MAX: i64 = 50;

/// The keys, with what is asked and answered: for whoever writes flows.
pub const LOOK_UPS: &[(&str, &str)] = &[
    (
        "outages",
        "the calling number; says his outages, or the largest for a stranger, and answers how many; nothing when nothing is off",
    ),
    (
        "outages.account",
        "an account number; says its outages and answers how many, or none; nothing when there is no such account",
    ),
];

pub(crate) fn look_ups(calendar: &Arc<Calendar>, speech: &Speech) -> Vec<LookUp> {
    let [(caller, about_caller), (account, about_account), ..] = LOOK_UPS else { return Vec::new() };
    let (days, voice) = (calendar.clone(), speech.clone());
    let of_caller = LookUp::new(caller, about_caller, WITHIN, move |app: App, number: String| {
        let (days, voice) = (days.clone(), voice.clone());
        async move {
            let heard = heard_by(&app.db, &days, &number, app.now()).await?;
            if heard.segments.is_empty() {
                return Ok(None);
            }
            said(&app.db, &voice, &days, heard, app.now()).await.map(Some)
        }
    });
    let (days, voice) = (calendar.clone(), speech.clone());
    let of_account = LookUp::new(account, about_account, ACCOUNT_WITHIN, move |app: App, account: String| {
        let (days, voice) = (days.clone(), voice.clone());
        async move {
            match heard_of_account(&app.db, &days, &account, app.now()).await? {
                None => Ok(None),
                Some(heard) if heard.segments.is_empty() => Ok(Some("none".into())),
                Some(heard) => said(&app.db, &voice, &days, heard, app.now()).await.map(Some),
            }
        }
    });
    vec![of_caller, of_account]
}

/// The clips of what is to be heard. What is not spoken yet is said by what is recorded anyway: in general words.
async fn said(
    db: &Db,
    speech: &Speech,
    calendar: &Calendar,
    heard: Heard,
    now: Timestamp,
) -> anyhow::Result<Answer> {
    let own = heard.own;
    let mut words = Vec::new();
    for Segment { outage, revision, text, clip, .. } in heard.segments {
        let recorded = clip.map(|clip| Clip::new(&clip.name));
        let otherwise = match &recorded {
            Some(_) => Vec::new(),
            None => general(outages::read(db, outage).await?.as_ref(), calendar, now),
        };
        words.push(Words {
            subject: outage.to_string(),
            revision: u32::try_from(revision).unwrap_or(u32::MAX),
            own,
            text,
            recorded,
            otherwise,
        });
    }
    let says = speech::announced(speech, words).await;
    Ok(Answer { value: says.len().to_string(), says })
}

/// 您所在的区域正在抢修，预计恢复时间是今天下午六点整; without the time when it is not known, or has passed.
fn general(outage: Option<&Outage>, calendar: &Calendar, now: Timestamp) -> Vec<Sound> {
    let clip = |name: &str| Sound::Clip(Clip::new(name));
    let Some(ends) = outage.and_then(Outage::ends).filter(|ends| *ends > now) else {
        return vec![clip("recorded/interruption_soon")];
    };
    let (ends, today) = (calendar.civil(ends), calendar.civil(now).date());
    let when = spoken::day(ends.date(), today).and(spoken::time(ends.time()));
    let mut sounds = vec![clip("recorded/interruption_until")];
    sounds.extend(when.sounds());
    sounds
}

/// A caller pressed 1 in an announcement of ours.
pub(crate) async fn wants_to_be_told(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(wish) = event.is::<calls::WantsToBeTold>()? else { return Ok(()) };
    if let Ok(outage) = wish.subject.parse::<OutageId>() {
        tell_me(tx, outage, &wish.number, event.at).await?;
    }
    Ok(())
}

/// Has spoken what callers hear now or in two minutes, and what waits for approval: the first caller after it hears it.
pub(crate) async fn speak(app: App, calendar: Arc<Calendar>, speech: Speech) -> anyhow::Result<()> {
    if speech.state().why_not.is_some() {
        return Ok(());
    }
    let settings = config::read::<Settings>(&app.db).await?.value;
    let now = app.now();
    let mut all = outages::list(&app.db, Which::Now, 0, PREPARED_MAX).await?;
    let mut coming = outages::list(&app.db, Which::Coming, 0, PREPARED_MAX).await?;
    coming.retain(|outage| outage.starts().since(now) < SOON);
    all.append(&mut coming);
    for outage in all {
        for at in [now, now + AHEAD] {
            for own in [true, false] {
                let voice = Voice { now: at, calendar: &calendar, settings: &settings };
                let Segment { text, clip, .. } = greeting::segment(&outage, own, voice);
                if clip.is_none()
                    && let Said::Unavailable(why) = speech.say(&text).await
                {
                    // It has been warned of once, where it was refused.
                    tracing::debug!(outage = %outage.id, "callers hear a general sentence in place of the text: {why}");
                }
            }
        }
    }
    Ok(())
}
