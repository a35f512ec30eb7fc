//! Whether a notice that is due may go out now: its time, consent, the cap of the day, quiet hours.

use jiff::civil::DateTime;
use kernel::Timestamp;
use kernel::calendar::Calendar;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Channel, Class, Kept, Refusal, Urgency};

/// A stretch of the day, `21:00` to `08:00`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    pub from: String,
    pub to: String,
}

/// What a centre decides about its notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// No text message and no call goes out then, unless it is urgent.
    pub quiet: Vec<Quiet>,
    /// The most a recipient gets in a day.
    pub service_per_day: u32,
    pub marketing_per_day: u32,
    /// A notice that could not go out for so long is not sent any more.
    pub expires_h: u32,
    /// How often a gateway is tried that certainly did not send.
    pub attempts_max: u32,
    /// At the head of each text message, 【…】; none if empty.
    pub signature: String,
}

impl Default for Settings {
    fn default() -> Self {
        let quiet = |from: &str, to: &str| Quiet { from: from.into(), to: to.into() };
        Settings {
            quiet: vec![quiet("21:00", "08:00"), quiet("12:00", "14:00")],
            service_per_day: 10,
            marketing_per_day: 1,
            expires_h: 24,
            attempts_max: 8,
            signature: String::new(),
        }
    }
}

const DAY_MIN: u16 = 24 * 60;
const QUIET_MAX: usize = 6;
const SIGNATURE_MAX: usize = 16;

/// Minutes after midnight.
fn minutes(text: &str) -> Result<u16, Refusal> {
    let bad = || Refusal::BadTime { text: text.chars().take(10).collect() };
    let (hours, minutes) = text.split_once(':').ok_or_else(bad)?;
    let number = |part: &str, below: u16| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u16>().ok().filter(|n| digits && *n < below)
    };
    Ok(number(hours, 24).ok_or_else(bad)? * 60 + number(minutes, 60).ok_or_else(bad)?)
}

impl Settings {
    pub fn checked(mut self) -> Result<Settings, Refusal> {
        let within = |field, value: u32, least: u32, most: u32| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(Refusal::OutOfRange { field, least, most })
            }
        };
        within("service_per_day", self.service_per_day, 1, 1_000)?;
        within("marketing_per_day", self.marketing_per_day, 0, 100)?;
        within("expires_h", self.expires_h, 1, 24 * 14)?;
        within("attempts_max", self.attempts_max, 1, 50)?;
        within("quiet", u32::try_from(self.quiet.len()).unwrap_or(u32::MAX), 0, QUIET_MAX as u32)?;
        self.signature = super::template::clean(&self.signature).replace(['【', '】'], "");
        within(
            "signature",
            u32::try_from(self.signature.chars().count()).unwrap_or(u32::MAX),
            0,
            SIGNATURE_MAX as u32,
        )?;
        let spans = self.spans()?;
        if (0..DAY_MIN).all(|minute| spans.iter().any(|span| quiet_for(minute, *span).is_some())) {
            return Err(Refusal::NeverLoud);
        }
        Ok(self)
    }

    fn spans(&self) -> Result<Vec<(u16, u16)>, Refusal> {
        self.quiet.iter().map(|quiet| Ok((minutes(&quiet.from)?, minutes(&quiet.to)?))).collect()
    }

    pub fn per_day(&self, class: Class) -> u32 {
        match class {
            Class::Service => self.service_per_day,
            Class::Marketing => self.marketing_per_day,
        }
    }

    /// The first moment from `at` on that is not quiet.
    pub fn loud_from(&self, calendar: &Calendar, at: Timestamp) -> Timestamp {
        let spans = self.spans().unwrap_or_default();
        let mut at = at;
        // Each turn ends one stretch; overlapping ones need several, all of them at most twice.
        for _ in 0..=spans.len() * 2 {
            let civil = calendar.civil(at);
            let minute = minute_of(civil);
            let Some(rest) = spans.iter().find_map(|span| quiet_for(minute, *span)) else { return at };
            // By the clock on the wall: a night in which it is turned is longer or shorter.
            let Some(end) = end_of(civil, rest, calendar) else { return at };
            at = at.max(end);
        }
        at
    }
}

/// So many minutes later by the clock on the wall, at the full minute.
fn end_of(civil: DateTime, rest: u16, calendar: &Calendar) -> Option<Timestamp> {
    let minute = civil.with().second(0).subsec_nanosecond(0).build().ok()?;
    let end = minute.checked_add(jiff::Span::new().minutes(i64::from(rest))).ok()?;
    Some(Timestamp::from_jiff(end.to_zoned(calendar.zone().clone()).ok()?.timestamp()))
}

fn minute_of(civil: DateTime) -> u16 {
    u16::from(civil.hour().unsigned_abs()) * 60 + u16::from(civil.minute().unsigned_abs())
}

/// How many minutes of the stretch are left, when `minute` is in it. It may run over midnight.
fn quiet_for(minute: u16, (from, to): (u16, u16)) -> Option<u16> {
    let after = |from: u16, to: u16| (to + DAY_MIN - from) % DAY_MIN;
    (after(from, minute) < after(from, to)).then(|| after(minute, to))
}

/// What may be done with a notice that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    Send,
    /// Not before.
    Wait(Timestamp),
    Suppress(&'static str),
    Expire,
}

/// What is known about the recipient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What was said about this class, if anything.
    pub consent: Option<bool>,
    /// How many of this class went out today.
    pub today: u32,
}

/// Our own people are told of their work, however much there is: a storm brings more than a day's cap.
fn is_ours(notice: &Kept) -> bool {
    notice.class == Class::Service && notice.person.is_some()
}

/// Whether [`gate`] looks at what is known of the recipient: neither in need nor among ourselves.
pub fn asks_who_it_is_for(notice: &Kept) -> bool {
    match notice.class {
        Class::Service => notice.urgency != Urgency::Urgent && !is_ours(notice),
        Class::Marketing => true,
    }
}

pub fn gate(notice: &Kept, known: Known, settings: &Settings, calendar: &Calendar, now: Timestamp) -> Gate {
    if notice.expires_at <= now {
        return Gate::Expire;
    }
    let urgent = notice.urgency == Urgency::Urgent;
    let ours = is_ours(notice);
    // What protects life and property needs no consent (PIPL art. 13); the supply's own messages may be refused.
    let wanted = match notice.class {
        Class::Service => urgent || ours || known.consent.unwrap_or(true),
        Class::Marketing => known.consent.unwrap_or(false),
    };
    if !wanted {
        return Gate::Suppress("not_wanted");
    }
    if urgent {
        return Gate::Send;
    }
    // Before the cap: what waits for the morning counts among the morning's.
    if notice.channel != Channel::Mail {
        let loud = settings.loud_from(calendar, now);
        if loud > now {
            return Gate::Wait(loud);
        }
    }
    if !ours && known.today >= settings.per_day(notice.class) {
        return Gate::Suppress("too_many");
    }
    Gate::Send
}
