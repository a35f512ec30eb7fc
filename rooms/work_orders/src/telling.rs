//! The customer is told, in the transaction in which it happens: accepted, more time needed and why, done (ORDER-3).

use db::Tx;
use kernel::calendar::Calendar;
use kernel::{NoticeId, PhoneNumber, Timestamp};
use notices::{Notice, Subject, Urgency};
use web::App;

use crate::rules::order::Privacy;
use crate::rules::{Act, Kinds, Order, Settings};
use crate::store::orders::Beside;

/// The longest result a text message tells, in characters.
const RESULT_MAX: usize = 110;

/// What a fault's customer hears when it was accepted: until when somebody is there.
pub const COMING: &str = "order_coming";

/// What of an act a customer is told.
pub struct Told<'a> {
    pub order: &'a Order,
    pub before: &'a Beside,
    pub after: &'a Beside,
    /// Until when somebody is to be there, of a fault that was just accepted.
    pub arrival: Option<Timestamp>,
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

    fn notice(&self, template: &str) -> Notice {
        let order = self.order;
        let what = self.kinds.find(&order.matter.subtype).map(|subtype| subtype.title.zh.clone());
        let subject = Subject::new("work_orders", order.id.to_string());
        let once = format!("work_orders.{template}.{}.{}", order.id, self.seq);
        let mut notice = Notice::sms(template, &order.matter.contact.phone, subject, once)
            .with("what", what.unwrap_or_else(|| "事项".into()))
            .with("number", &order.number)
            .with("phone", &self.settings.hotline);
        notice.to.customer = order.matter.customer.clone();
        notice
    }

    /// What the customer is told of this act, if anything.
    pub fn of(&self, act: Option<&Act>) -> Option<Notice> {
        let matter = &self.order.matter;
        if !self.settings.tell_customers || matter.privacy != Privacy::Open || matter.contact.phone.is_empty()
        {
            return None;
        }
        let due = |beside: &Beside| beside.promised.map(|(_, until)| self.time(until));
        match act {
            None => {
                // Who reports a fault waits for somebody to come, not for a letter.
                let mut accepted = match self.arrival {
                    Some(arrival) => self.notice(COMING).with("due", self.time(arrival)),
                    None => self.notice("order_accepted").with("due", due(self.after)?),
                };
                // Who is in danger may be woken to be told that somebody comes; nobody is for the rest.
                if matter.danger {
                    accepted.urgency = Urgency::Urgent;
                }
                Some(accepted)
            }
            Some(Act::Extend { reason, .. }) => {
                let moved = self.notice("order_delayed").with("reason", short(reason, 40));
                Some(moved.with("due", due(self.before)?).with("new_time", due(self.after)?))
            }
            Some(Act::Estimate { until, reason }) if !reason.trim().is_empty() => {
                let moved = self.notice("order_delayed").with("reason", short(reason, 40));
                Some(moved.with("due", due(self.before)?).with("new_time", self.time(*until)))
            }
            Some(Act::Approve { .. } | Act::Follow) if !self.order.state.is_open() => {
                let result = self
                    .order
                    .result
                    .as_ref()
                    .map_or_else(|| "已处理完毕".into(), |result| result.action.clone());
                Some(self.notice("order_result").with("result", short(&result, RESULT_MAX)))
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
    } else if told.of(Some(act)).is_some()
        && let Ok(phone) = told.order.matter.contact.phone.parse::<PhoneNumber>()
    {
        notices::withdraw(tx, told.now, &about, Some(&[phone.to_string()]), "").await?;
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
