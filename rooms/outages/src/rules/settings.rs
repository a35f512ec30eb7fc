//! What a centre sets about outages.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;
use super::after::Asking;
use super::calls::Machine;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// In messages: 铜官燃气.
    pub company: String,
    /// The number customers call.
    pub phone: String,
    /// Where arrears are paid: 营业厅或网上缴费渠道.
    pub pay: String,
    /// So many affected put an outage into everybody's greeting.
    pub many: u32,
    /// Callers hear of what begins within so many minutes.
    pub ahead_min: u32,
    /// And until so many minutes after it was over.
    pub after_min: u32,
    pub segments: u32,
    /// All of them together.
    pub seconds: u32,
    /// Characters a voice speaks in ten seconds.
    pub pace: u32,
    /// A greeting ends so many hours after the estimate, whatever happens.
    pub expires_h: u32,
    /// Without an estimate there is news every so many minutes.
    pub news_min: u32,
    /// A liaison without a receipt after so many minutes is called.
    pub receipt_min: u32,
    /// So many hours after restoration an outage is closed.
    pub close_h: u32,
    /// Classes of customers who get text messages.
    pub sms_classes: Vec<String>,
    /// The flow by which leaders speak a greeting into their telephones.
    pub voice_flow: String,
    /// Such a greeting lasts so many seconds at the most.
    pub voice_s: u32,
    /// Of a larger outage nobody gets one: the greeting and the liaisons tell.
    pub sms_most: u32,
    /// How customers are asked once supply is back.
    pub asking: Asking,
    /// Whom the machine calls.
    pub machine: Machine,
}

/// What stands for a company until somebody names it.
const ANY_COMPANY: &str = "本公司";

impl Default for Settings {
    fn default() -> Self {
        Settings {
            company: ANY_COMPANY.into(),
            phone: "95598".into(),
            pay: "营业厅或网上缴费渠道".into(),
            many: 200,
            ahead_min: 120,
            after_min: 30,
            segments: 3,
            seconds: 45,
            pace: 45,
            expires_h: 4,
            news_min: 30,
            receipt_min: 10,
            close_h: 24,
            sms_classes: ["residential", "commercial", "industrial"].map(str::to_owned).into(),
            voice_flow: "record_greeting".into(),
            voice_s: 45,
            sms_most: 2_000_000,
            asking: Asking::default(),
            machine: Machine::default(),
        }
    }
}

impl Settings {
    /// Nobody has said in whose name messages and notices are.
    pub fn is_unnamed(&self) -> bool {
        self.company.trim() == ANY_COMPANY
    }

    pub fn check(&self) -> Result<(), Refusal> {
        let named = |field, text: &str, most: usize| {
            let long = text.trim().chars().count();
            if (1..=most).contains(&long) { Ok(()) } else { Err(Refusal::BadField { field, most }) }
        };
        named("company", &self.company, 20)?;
        named("phone", &self.phone, 20)?;
        named("pay", &self.pay, 40)?;
        named("voice_flow", &self.voice_flow, 60)?;
        let fits = |field, value: u32, least: u32, most: u32| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(Refusal::OutOfRange { field, least, most })
            }
        };
        fits("many", self.many, 1, 1_000_000)?;
        fits("ahead_min", self.ahead_min, 0, 1_440)?;
        fits("after_min", self.after_min, 0, 240)?;
        fits("segments", self.segments, 1, 5)?;
        fits("seconds", self.seconds, 10, 120)?;
        fits("pace", self.pace, 20, 80)?;
        fits("expires_h", self.expires_h, 1, 48)?;
        fits("news_min", self.news_min, 5, 240)?;
        fits("receipt_min", self.receipt_min, 1, 120)?;
        fits("close_h", self.close_h, 1, 168)?;
        fits("voice_s", self.voice_s, 5, 120)?;
        fits("sms_most", self.sms_most, 0, 2_000_000)?;
        self.asking.check()?;
        self.machine.check()
    }
}
