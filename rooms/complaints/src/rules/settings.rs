//! What counts as suspicious.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;

/// One version of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Queues by name: who waited there wanted to complain.
    pub complaint_queues: Vec<String>,
    /// Contact reasons by code, or its beginning, beside those that lead to complaints by the kinds of orders.
    pub complaint_reasons: Vec<String>,
    /// A complaint is recorded within so many minutes after the call (A9).
    pub record_min: u16,
    /// Shorter conversations are not looked at, in seconds.
    pub talk_s: u16,
    /// Who complains about somebody within so many days after talking with him may have complained before.
    pub later_days: u8,
    /// As many results of one person that are alike are a template.
    pub templated: u8,
    /// So alike, in percent.
    pub alike_percent: u8,
    /// Nobody is on site within fewer seconds after leaving, or done within fewer after arriving.
    pub travel_s: u16,
    /// An arrival is entered within so many hours.
    pub entered_h: u16,
    /// Nobody is in two places at such a speed, in kilometres an hour.
    pub speed_kmh: u16,
    /// A customer who was asked was called within so many minutes of that.
    pub call_back_min: u16,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            complaint_queues: vec!["complaints".into()],
            complaint_reasons: Vec::new(),
            record_min: 30,
            talk_s: 20,
            later_days: 7,
            templated: 3,
            alike_percent: 85,
            travel_s: 60,
            entered_h: 12,
            speed_kmh: 150,
            call_back_min: 30,
        }
    }
}

const WORDS_MAX: usize = 50;

impl Settings {
    /// # Errors
    /// [`Refusal::BadSettings`] with the first value that cannot be meant.
    pub fn check(&self) -> Result<(), Refusal> {
        let word = |word: &String| !word.trim().is_empty() && word.chars().count() <= 60;
        let lists =
            [(&self.complaint_queues, "complaint_queues"), (&self.complaint_reasons, "complaint_reasons")];
        for (list, field) in lists {
            if list.len() > WORDS_MAX || !list.iter().all(word) {
                return Err(Refusal::BadSettings { field });
            }
        }
        let within = [
            (self.record_min, 1, 1_440, "record_min"),
            (self.talk_s, 0, 600, "talk_s"),
            (u16::from(self.later_days), 1, 90, "later_days"),
            (u16::from(self.templated), 2, 50, "templated"),
            (u16::from(self.alike_percent), 50, 100, "alike_percent"),
            (self.travel_s, 0, 3_600, "travel_s"),
            (self.entered_h, 1, 720, "entered_h"),
            (self.speed_kmh, 20, 1_000, "speed_kmh"),
            (self.call_back_min, 5, 720, "call_back_min"),
        ];
        match within.into_iter().find(|(value, least, most, _)| !(least..=most).contains(&value)) {
            Some((_, _, _, field)) => Err(Refusal::BadSettings { field }),
            None => Ok(()),
        }
    }
}
