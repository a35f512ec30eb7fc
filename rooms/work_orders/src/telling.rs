//! The customer is told, in the transaction in which it happens: accepted, when it will be over, more time needed and why, done
//! (ORDER-3). Who only joined in what others reported hears the same, a little later (`jobs::pass_on`).

use std::collections::BTreeMap;

use db::Tx;
use kernel::calendar::Calendar;
use kernel::mask::in_text;
use kernel::{NoticeId, PhoneNumber, Timestamp};
use notices::{Notice, Subject, Urgency};
use serde::{Deserialize, Serialize};
use web::App;

use crate::rules::order::Privacy;
use crate::rules::{Act, Kinds, Order, Settings};
use crate::store::orders::Beside;

/// The longest result a text message tells, in characters.
const RESULT_MAX: usize = 110;

/// What a fault's customer hears when it was accepted: until when somebody is there.
pub const COMING: &str = "order_coming";
/// What others hear then.
pub const ACCEPTED: &str = "order_accepted";
const DELAYED: &str = "order_delayed";
const ESTIMATED: &str = "order_estimated";
pub const RESULT: &str = "order_result";
/// Everything that customers are told of their orders; the rest is for our own people.
pub const TO_CUSTOMERS: [&str; 5] = [COMING, ACCEPTED, DELAYED, ESTIMATED, RESULT];

/// What a customer is told, whoever hears it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    template: String,
    values: BTreeMap<String, String>,
}

impl Said {
    fn new(template: &str) -> Said {
        Said { template: template.to_owned(), values: BTreeMap::new() }
    }

    fn with(mut self, key: &str, value: impl Into<String>) -> Said {
        self.values.insert(key.to_owned(), value.into());
        self
    }

    /// The same to the customer of an order, under a key that makes it one notice; none where nobody may be told.
    pub fn to(&self, order: &Order, kinds: &Kinds, settings: &Settings, once: &str) -> Option<Notice> {
        let matter = &order.matter;
        if !settings.tell_customers || matter.privacy != Privacy::Open || matter.contact.phone.is_empty() {
            return None;
        }
        let what = kinds.find(&matter.subtype).map(|subtype| subtype.title.zh.clone());
        let subject = Subject::new("work_orders", order.id.to_string());
        let once = format!("work_orders.{}.{}.{once}", self.template, order.id);
        let mut notice = Notice::sms(&self.template, &matter.contact.phone, subject, once)
            .with("what", what.unwrap_or_else(|| "事项".into()))
            .with("number", &order.number)
            .with("phone", &settings.hotline);
        for (key, value) in &self.values {
            notice = notice.with(key, value);
        }
        notice.to.customer = matter.customer.clone();
        notice.or_call = settings.call_landlines;
        Some(notice)
    }
}

/// What of an act a customer is told.
pub struct Told<'a> {
    pub order: &'a Order,
    pub before: &'a Beside,
    pub after: &'a Beside,
    /// Until when somebody is to be there, of a fault that was just accepted.
    pub arrival: Option<Timestamp>,
    /// Until when the customer expected it to be over, of an estimate.
    pub expected: Option<Timestamp>,
    /// What it followed: that was done, and this with it.
    pub master: Option<&'a Order>,
    pub kinds: &'a Kinds,
    pub settings: &'a Settings,
    pub calendar: &'a Calendar,
    pub now: Timestamp,
    /// The order's steps so far: a key for what is told once.
    pub seq: i64,
}

impl Told<'_> {
    fn time(&self, at: Timestamp) -> String {
        clock(self.calendar, at)
    }

    /// What the customer is told of this act, if anything.
    pub fn of(&self, act: Option<&Act>) -> Option<Notice> {
        let said = self.said(act)?;
        let mut notice = said.to(self.order, self.kinds, self.settings, &self.seq.to_string())?;
        // Who is in danger may be woken to be told that somebody comes; nobody is for the rest.
        if act.is_none() && self.order.matter.danger {
            notice.urgency = Urgency::Urgent;
        }
        Some(notice)
    }

    /// What there is to say of this act.
    pub fn said(&self, act: Option<&Act>) -> Option<Said> {
        let due = |beside: &Beside| beside.promised.map(|(_, until)| self.time(until));
        match act {
            // Who reports a fault waits for somebody to come, not for a letter.
            None => Some(match self.arrival {
                Some(arrival) => Said::new(COMING).with("due", self.time(arrival)),
                None => Said::new(ACCEPTED).with("due", due(self.after)?),
            }),
            Some(Act::Extend { reason, .. }) => {
                let moved = Said::new(DELAYED).with("reason", short(reason, 40));
                Some(moved.with("due", due(self.before)?).with("new_time", due(self.after)?))
            }
            Some(Act::Estimate { until, reason }) => match self.expected {
                Some(expected) if *until > expected => {
                    let moved = Said::new(DELAYED).with("reason", short(reason, 40));
                    Some(moved.with("due", self.time(expected)).with("new_time", self.time(*until)))
                }
                Some(expected) if *until == expected => None,
                _ => Some(Said::new(ESTIMATED).with("new_time", self.time(*until))),
            },
            Some(Act::Approve { .. } | Act::Follow) if !self.order.state.is_open() => {
                let own = self.order.result.as_ref().map(|result| result.action.clone());
                // What another customer said of it is nobody else's.
                let open = self.master.filter(|master| master.matter.privacy == Privacy::Open);
                let shared = open.and_then(|master| master.result.as_ref());
                let result = own.or_else(|| shared.map(|result| in_text(&result.action)));
                let result = result.unwrap_or_else(|| "已处理完毕".into());
                Some(Said::new(RESULT).with("result", short(&result, RESULT_MAX)))
            }
            Some(_) => None,
        }
    }
}

/// A time as people read it: 24:00 is the end of a day.
pub fn clock(calendar: &Calendar, at: Timestamp) -> String {
    let civil = calendar.civil(at);
    if civil.time() == jiff::civil::Time::midnight() {
        let day = civil.date().yesterday().unwrap_or(civil.date());
        return format!("{}月{}日24:00", day.month(), day.day());
    }
    format!("{}月{}日{}:{:02}", civil.month(), civil.day(), civil.hour(), civil.minute())
}

pub fn short(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}

/// Takes back what has not gone out and is outdated by this act: what the customer was to hear; of a void order what our own
/// people were to hear, too.
pub async fn take_back(tx: &mut Tx, told: &Told<'_>, act: &Act) -> anyhow::Result<()> {
    let about = Subject::new("work_orders", told.order.id.to_string());
    if matches!(act, Act::Void { .. }) {
        notices::cancel_about(tx, told.now, &about, "").await?;
    } else if told.of(Some(act)).is_some() {
        outdated(tx, told.order, told.now).await?;
    }
    Ok(())
}

/// What the customer of an order was to hear, and something newer is said instead.
pub async fn outdated(tx: &mut Tx, order: &Order, now: Timestamp) -> anyhow::Result<()> {
    if let Ok(phone) = order.matter.contact.phone.parse::<PhoneNumber>() {
        let about = Subject::new("work_orders", order.id.to_string());
        notices::withdraw(tx, now, &about, Some(&[phone.to_string()]), "").await?;
    }
    Ok(())
}

/// Queues what the customer is told; none where there is nothing to tell, or no way to. That is no reason not to go on:
/// the history then shows no notice.
pub async fn tell(
    tx: &mut Tx,
    app: &App,
    told: &Told<'_>,
    act: Option<&Act>,
) -> anyhow::Result<Option<NoticeId>> {
    let Some(notice) = told.of(act) else { return Ok(None) };
    match notices::send(tx, told.now, app.id(), &notice).await? {
        Ok(id) => Ok(Some(id)),
        Err(refusal) => {
            tracing::debug!("the customer of {} is not told: {refusal}", told.order.number);
            Ok(None)
        }
    }
}

/// The same for what many customers are told at once: those of whom nobody is told.
pub async fn tell_all(
    tx: &mut Tx,
    now: Timestamp,
    told: &[(NoticeId, Notice)],
) -> anyhow::Result<Vec<(NoticeId, notices::Refusal)>> {
    let mut refused = Vec::new();
    for (answer, (id, notice)) in notices::send_all(tx, now, told).await?.into_iter().zip(told) {
        if let Err(refusal) = answer {
            tracing::debug!("nobody is told of {}: {refusal}", notice.about.id);
            refused.push((*id, refusal));
        }
    }
    Ok(refused)
}
