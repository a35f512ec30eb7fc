//! What callers hear of an outage while its text is not spoken, or where there is no voice: sentences that are recorded anyway,
//! with the time joined from parts. Less is said, and nothing that is not so.

use audio::spoken::{self, Spoken};
use audio::{Clip, Sound};
use kernel::Timestamp;

use super::greeting::Voice;
use super::{Class, Crew, Outage, State};

/// Between from when and until when.
const BEFORE_END_MS: u32 = 250;

/// 您所在的区域正在抢修，预计恢复时间是今天下午六点整; to others 部分区域. What is off for works is no repair, and who is cut off for what
/// he owes or did is told so himself.
pub fn sounds(outage: &Outage, own: bool, voice: Voice<'_>) -> Vec<Sound> {
    let class = outage.plan.class;
    let clip = |name: &str| {
        let whose = if own { "" } else { "_other" };
        Sound::Clip(Clip::new(&format!("recorded/interruption_{name}{whose}")))
    };
    let going_on = |name: &str| match (class, outage.crew()) {
        // Off again: somebody looks for what is wrong.
        (Class::Planned | Class::Temporary, Crew::OnTheWay | Crew::Searching) => clip(name),
        (Class::Planned, _) => clip(&format!("planned_{name}")),
        (Class::Temporary, _) => clip(&format!("temporary_{name}")),
        (Class::Fault | Class::Arrears | Class::Breach, _) => clip(name),
    };
    match outage.state {
        State::Restored | State::Closed => vec![clip("over")],
        _ if class.is_personal() => personal(outage, own, voice),
        State::InProgress => match outage.ends() {
            None => vec![going_on("soon")],
            Some(ends) if ends <= voice.now => vec![going_on("late")],
            Some(ends) => with(going_on("until"), ends, voice),
        },
        _ if class == Class::Temporary => with(clip("temporary_coming"), outage.starts(), voice),
        _ => with(clip("coming"), outage.starts(), voice),
    }
}

/// His own number hears it, and nobody else.
fn personal(outage: &Outage, own: bool, voice: Voice<'_>) -> Vec<Sound> {
    if !own {
        return Vec::new();
    }
    let why = if outage.plan.class == Class::Breach { "breach" } else { "arrears" };
    let clip = |what: &str| Sound::Clip(Clip::new(&format!("recorded/interruption_{why}_{what}")));
    if outage.state == State::InProgress {
        return vec![clip("off")];
    }
    let mut said = with(clip("coming"), outage.starts(), voice);
    said.extend([Sound::Silence { ms: BEFORE_END_MS }, clip("todo")]);
    said
}

/// The same for whomever we call about it: with the end of what is planned, and when it is called off.
pub fn notice(outage: &Outage, voice: Voice<'_>) -> Vec<Sound> {
    let clip = |name: &str| Sound::Clip(Clip::new(&format!("recorded/interruption_{name}")));
    let mut said = match outage.state {
        State::Cancelled => return vec![clip("cancelled")],
        _ => sounds(outage, true, voice),
    };
    let is_coming = !matches!(outage.state, State::InProgress | State::Restored | State::Closed)
        && !outage.plan.class.is_personal();
    if let Some(ends) = outage.ends().filter(|_| is_coming) {
        said.push(Sound::Silence { ms: BEFORE_END_MS });
        said.extend(with(clip("ends"), ends, voice));
    }
    said
}

fn with(sentence: Sound, at: Timestamp, voice: Voice<'_>) -> Vec<Sound> {
    let (at, today) = (voice.calendar.civil(at), voice.calendar.civil(voice.now).date());
    let when: Spoken = spoken::day(at.date(), today).and(spoken::time(at.time()));
    let mut sounds = vec![sentence];
    sounds.extend(when.sounds());
    sounds
}
