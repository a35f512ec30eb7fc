//! Who is told of an outage, when, and by what: liaisons and customers by text message, important customers by telephone.
//! Everything is queued in the transaction of the change, or follows it in batches that are kept with their place.
//!
//! Calls by the machine are in `machine.rs`.

use std::time::Duration;

use customers::rules::Utility;
use db::{Tx, config};
use kernel::{NoticeId, Timestamp};
use notices::{Notice, Subject, Urgency};
use web::App;

use crate::rules::calls::ByMachine;
use crate::rules::news::{Shift, Waits, presses, shift};
use crate::rules::table::{Terms, Verb};
use crate::rules::{Class, Moment, Outage, State, greeting, personal, spoken};
use crate::store::told::{self, Receipt, Told};
use crate::store::{liaisons, waves};
use crate::{ROOM, asking, calling, machine, promising};

/// What cannot be said by a time is said so, as a whole sentence or, in texts from before there was one, in place of the time.
const UNKNOWN: &str = "恢复时间待定，有进展将及时告知";
const UNKNOWN_TIME: &str = "查明原因后";

/// What an act tells people; none of what stays inside.
fn moment(before: &Outage, next: &Outage, verb: Verb) -> Option<Moment> {
    match verb {
        Verb::Publish if matches!(next.state, State::InProgress) => Some(Moment::Started),
        Verb::Publish => Some(Moment::Published),
        // Earlier than people were told: they hear that it is another time.
        Verb::Begin if next.starts() < before.starts() => Some(Moment::Changed),
        Verb::Begin => Some(Moment::Started),
        Verb::Revise if next.news() != before.news() => Some(Moment::Changed),
        Verb::Resume => Some(Moment::Changed),
        Verb::Announce => Some(Moment::Announced),
        Verb::Restore => Some(Moment::Restored),
        Verb::Cancel if before.state.is_public() => Some(Moment::Cancelled),
        _ => None,
    }
}

/// Queues whatever an act tells people.
pub async fn told(
    tx: &mut Tx,
    app: &App,
    before: &Outage,
    next: &Outage,
    verb: Verb,
    terms: Terms<'_>,
) -> anyhow::Result<()> {
    match verb {
        Verb::Restore => asking::begin(tx, next, terms).await?,
        Verb::Resume => {
            asking::end(tx, next, &next.why, terms).await?;
            promising::withdraw(tx, next.id, terms.now).await?;
        }
        Verb::Close => asking::end(tx, next, "", terms).await?,
        _ => {}
    }
    let Some(moment) = moment(before, next, verb) else { return Ok(()) };
    tell_liaisons(tx, app, next, moment, terms).await?;
    calling::told(tx, before, next, moment, terms).await?;
    // Of what was planned and begins as planned customers know; who is cut off for what he owes hears how it comes back.
    let hears_begin = next.plan.class == Class::Fault || next.plan.class.is_personal();
    let news = moment != Moment::Started || hears_begin;
    let few = next.counts.all <= i64::from(terms.settings.sms_most);
    if news && few && next.counts.all > 0 {
        waves::begin(tx, next.id, moment, revision(next), next.counts.all, terms.now).await?;
    } else if moment == Moment::Restored && waves::anybody_wishes(tx, next.id).await? {
        // Too many for messages, or nobody is known: whoever was promised one gets it.
        waves::begin_wished(tx, next.id, moment, revision(next), terms.now).await?;
    } else if news {
        waves::end_all(tx, next.id, terms.now).await?;
    }
    Ok(())
}

/// What people are told once is told once for each of these.
pub(crate) fn revision(outage: &Outage) -> i64 {
    i64::try_from(outage.news()).unwrap_or(i64::MAX)
}

/// The texts of `notices` for a moment: to whoever puts it up, and to whoever lives there.
fn template(outage: &Outage, moment: Moment, to_liaison: bool) -> &'static str {
    if let Some(own) = personal::message(outage, moment) {
        return own;
    }
    let of = |power, gas, cable| match outage.plan.utility {
        Utility::Power => power,
        Utility::Gas => gas,
        Utility::Cable => cable,
    };
    match (moment, to_liaison) {
        (Moment::Announced, _) => "gas_resuming",
        // No word in it is electricity's.
        (Moment::Soon, _) => of("outage_soon", "gas_soon", "outage_soon"),
        (Moment::Restored, _) => of("outage_restored", "gas_restored", "cable_restored"),
        (Moment::Cancelled, _) => of("outage_cancelled", "gas_cancelled", "cable_cancelled"),
        (Moment::Changed, _) if matches!(shift(outage), Shift::Later { .. }) => {
            of("outage_delayed", "gas_delayed", "cable_delayed")
        }
        (Moment::Changed, _) if matches!(shift(outage), Shift::Other { .. }) => {
            of("outage_changed", "gas_changed", "cable_changed")
        }
        (_, true) => of("outage_liaison", "gas_liaison", "cable_liaison"),
        (Moment::Published | Moment::DayBefore, false) => {
            of("outage_planned", "gas_stopped", "cable_planned")
        }
        (_, false) => of("outage_fault", "gas_fault", "cable_fault"),
    }
}

/// By which text it is told. A centre of cable television that has not approved the texts of its own yet goes on with those for
/// power, which it may have written anew.
pub(crate) fn tell_by(notice: Notice, text: &str) -> Notice {
    Notice { template: text.to_owned(), or: in_place_of(text), ..notice }
}

fn in_place_of(text: &str) -> Option<String> {
    text.strip_prefix("cable_").map(|what| format!("outage_{what}"))
}

/// The names of those texts by which customers would be told and hear nothing, because nobody has approved any.
pub(crate) async fn unapproved(db: &db::Db, outage: &Outage) -> anyhow::Result<Vec<String>> {
    let texts: Vec<_> = texts(outage).into_iter().map(|text| (text, in_place_of(text))).collect();
    notices::unapproved(db, &texts).await
}

/// The texts by which customers are told of it from now on.
fn texts(outage: &Outage) -> Vec<&'static str> {
    let mut texts = match outage.state {
        State::Closed | State::Cancelled => return Vec::new(),
        State::Restored => Vec::new(),
        _ if outage.plan.class.is_personal() => personal::messages(outage),
        _ if outage.plan.class == Class::Fault => vec![template(outage, Moment::Started, false)],
        State::InProgress => Vec::new(),
        _ => vec![template(outage, Moment::Published, false)],
    };
    texts.push(template(outage, Moment::Restored, false));
    texts
}

/// Whom a message is for.
#[derive(Clone, Copy)]
pub(crate) struct Whom<'a> {
    pub phone: &'a str,
    pub name: &'a str,
    pub waits: Waits,
    /// When it goes out, if it is not urgent.
    pub loud: Timestamp,
}

/// When a message that is not urgent goes out.
pub(crate) async fn loud(tx: &mut Tx, terms: Terms<'_>) -> anyhow::Result<Timestamp> {
    let settings = config::now::<notices::rules::gate::Settings>(tx).await?.value;
    Ok(settings.loud_from(terms.calendar, terms.now))
}

/// A message with everything its text might ask for.
pub(crate) fn notice(
    outage: &Outage,
    moment: Moment,
    whom: Whom<'_>,
    about: Subject,
    once: String,
    terms: Terms<'_>,
) -> Notice {
    let Terms { now, calendar, settings } = terms;
    // Whoever is affected since the network changed hears what the others heard first.
    let moment = match (moment, outage.state) {
        (Moment::Network, State::Published) => Moment::Published,
        (Moment::Network, _) => Moment::Started,
        _ => moment,
    };
    let at = |at: Timestamp| spoken::written(at, calendar);
    let ends = outage.ends().filter(|ends| *ends > now || outage.state != State::InProgress);
    let end = ends.map_or_else(|| UNKNOWN_TIME.to_owned(), at);
    let restore = ends.map_or_else(
        || UNKNOWN.to_owned(),
        |ends| format!("预计{}恢复{}", at(ends), greeting::words_of(outage.plan.utility).1),
    );
    // What was said before: of restoration when it is later, of the whole when it is another.
    let time = match (moment, shift(outage)) {
        (Moment::Restored, _) => outage.restored_at.map_or_else(|| at(now), at),
        (Moment::Changed, Shift::Later { was }) => at(was),
        (Moment::Changed, Shift::Other { starts, ends }) => spoken::written_span(starts, ends, calendar),
        _ => at(outage.starts()),
    };
    let why = outage
        .newest()
        .map(|newest| newest.why.as_str())
        .filter(|why| !why.is_empty() && why.chars().count() <= 40);
    let reason = if moment == Moment::Changed { why } else { None }.unwrap_or(&outage.plan.reason);
    let text = template(outage, moment, whom.waits.liaison);
    let mut notice = tell_by(Notice::sms(text, whom.phone, about, once), text)
        .with("company", &settings.company)
        .with("phone", &settings.phone)
        .with("name", whom.name)
        .with("area", &outage.plan.area.text)
        .with("building", "范围内")
        .with("reason", reason)
        .with("start", at(outage.starts()))
        .with("end", &end)
        .with("restore", restore)
        .with("time", time)
        .with("new_time", &end)
        .with("supply", greeting::words_of(outage.plan.utility).1)
        .with("pay", &settings.pay)
        .with("date", spoken::written_day(outage.starts(), calendar));
    if presses(outage, moment, whom.waits, now, whom.loud) {
        notice.urgency = Urgency::Urgent;
    }
    notice
}

/// Every liaison whom it concerns, once for each moment and revision.
pub async fn tell_liaisons(
    tx: &mut Tx,
    app: &App,
    outage: &Outage,
    moment: Moment,
    terms: Terms<'_>,
) -> anyhow::Result<usize> {
    // What one customer owes or did is nobody else's business.
    if outage.plan.class.is_personal() {
        return Ok(0);
    }
    let concerned = liaisons::concerned(tx, outage.id, &outage.plan.area.elements, terms.now).await?;
    let (revision, loud, mut many) = (revision(outage), loud(tx, terms).await?, 0);
    for liaison in concerned {
        let known = match moment {
            Moment::Network => told::knows(tx, outage.id, liaison.id).await?,
            _ => told::is_known(tx, outage.id, moment, revision, liaison.id).await?,
        };
        if known {
            continue;
        }
        let once = format!("outages.{}.{}.{revision}.liaison.{}", outage.id, moment.as_str(), liaison.id);
        let waits = Waits { liaison: true, wished: false };
        let to = Whom { phone: &liaison.phone, name: &liaison.name, waits, loud };
        let message = notice(outage, moment, to, Subject::new(ROOM, outage.id), once, terms);
        let sent = notices::send(tx, terms.now, app.id(), &message).await?;
        let wait = Duration::from_secs(u64::from(terms.settings.receipt_min) * 60);
        let (notice, why, state, call_at) = match sent {
            Ok(id) => {
                let goes = goes_out(tx, id, terms.now, loud).await?;
                (Some(id.to_string()), String::new(), Receipt::Queued, goes + wait)
            }
            // Nobody writes to a landline: somebody calls, at once.
            Err(refusal) => (None, code(&refusal), Receipt::Failed, terms.now),
        };
        let row = Told {
            id: app.id(),
            outage: outage.id,
            liaison: liaison.id,
            moment,
            revision,
            at: terms.now,
            notice,
            why,
            state,
            call_at: Some(call_at),
            called_by: None,
            called_at: None,
            machine: ByMachine::No,
        };
        machine::withdraw_liaison(tx, outage.id, liaison.id, terms.now).await?;
        told::supersede(tx, outage.id, liaison.id).await?;
        told::add(tx, &row).await?;
        many += 1;
    }
    Ok(many)
}

/// From when on it may go out: where the text is not to wake anybody, nobody can have a receipt in the night.
async fn goes_out(tx: &mut Tx, id: NoticeId, now: Timestamp, loud: Timestamp) -> anyhow::Result<Timestamp> {
    let urgency = notices::store::one(tx, id).await?.map(|notice| notice.urgency);
    Ok(if urgency == Some(Urgency::Normal) { loud } else { now })
}

/// The word of a refusal.
pub(crate) fn code(refusal: &notices::Refusal) -> String {
    let value = serde_json::to_value(refusal).unwrap_or_default();
    value["code"].as_str().unwrap_or("refused").to_owned()
}

/// Whether a flow of this name is published.
pub(crate) async fn flow_is_live(tx: &mut Tx, flow: &str) -> anyhow::Result<bool> {
    Ok(ivr_flows::store::named(tx, flow).await?.is_some_and(|flow| flow.live.is_some()))
}
