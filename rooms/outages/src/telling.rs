//! Who is told of an outage, when, and by what: liaisons and customers by text message, important customers by telephone.
//! Everything is queued in the transaction of the change, or follows it in batches that are kept with their place.
//!
//! Calls by the machine are in `machine.rs`.

use std::time::Duration;

use customers::rules::Utility;
use db::Tx;
use kernel::Timestamp;
use notices::{Notice, Subject, Urgency};
use web::App;

use crate::rules::calls::{self as owed, ByMachine, Standing};
use crate::rules::news::{Shift, shift};
use crate::rules::table::{Terms, Verb};
use crate::rules::{Class, Moment, Outage, State, spoken};
use crate::store::calls::{self, Call};
use crate::store::told::{self, Receipt, Told};
use crate::store::{affected, liaisons, waves};
use crate::{ROOM, asking, machine};

/// What cannot be said by a time is said so.
const UNKNOWN_TIME: &str = "查明原因后";

/// What an act tells people; none of what stays inside.
fn moment(before: &Outage, next: &Outage, verb: Verb) -> Option<Moment> {
    match verb {
        Verb::Publish if matches!(next.state, State::InProgress) => Some(Moment::Started),
        Verb::Publish => Some(Moment::Published),
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
        Verb::Resume => asking::end(tx, next, &next.why, terms).await?,
        Verb::Close => asking::end(tx, next, "", terms).await?,
        _ => {}
    }
    let Some(moment) = moment(before, next, verb) else { return Ok(()) };
    tell_liaisons(tx, app, next, moment, terms).await?;
    call_important(tx, before, next, moment, terms).await?;
    // Of what was planned and begins as planned customers know.
    let news = moment != Moment::Started || next.plan.class == Class::Fault;
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
    let gas = outage.plan.utility == Utility::Gas;
    let shift = shift(outage);
    match (moment, to_liaison) {
        (Moment::Announced, _) => "gas_resuming",
        (Moment::Soon, _) if gas => "gas_soon",
        (Moment::Soon, _) => "outage_soon",
        (Moment::Restored, _) => {
            if gas {
                "gas_restored"
            } else {
                "outage_restored"
            }
        }
        (Moment::Cancelled, _) => {
            if gas {
                "gas_cancelled"
            } else {
                "outage_cancelled"
            }
        }
        (Moment::Changed, _) if matches!(shift, Shift::Later { .. }) => {
            if gas {
                "gas_delayed"
            } else {
                "outage_delayed"
            }
        }
        (Moment::Changed, _) if matches!(shift, Shift::Other { .. }) => {
            if gas {
                "gas_changed"
            } else {
                "outage_changed"
            }
        }
        (_, true) => {
            if gas {
                "gas_liaison"
            } else {
                "outage_liaison"
            }
        }
        (Moment::Published | Moment::DayBefore, false) => {
            if gas {
                "gas_stopped"
            } else {
                "outage_planned"
            }
        }
        (_, false) => {
            if gas {
                "gas_fault"
            } else {
                "outage_fault"
            }
        }
    }
}

/// A message with everything its text might ask for.
pub(crate) fn notice(
    outage: &Outage,
    moment: Moment,
    (phone, name, to_liaison): (&str, &str, bool),
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
    let mut notice = Notice::sms(template(outage, moment, to_liaison), phone, about, once)
        .with("company", &settings.company)
        .with("phone", &settings.phone)
        .with("name", name)
        .with("area", &outage.plan.area.text)
        .with("building", "范围内")
        .with("reason", reason)
        .with("start", at(outage.starts()))
        .with("end", &end)
        .with("time", time)
        .with("new_time", &end)
        .with("date", spoken::written_day(outage.starts(), calendar));
    // Who is about to be without supply, or is, is told at night too, where whoever approved the text agrees.
    let pressing = matches!(moment, Moment::Announced | Moment::Soon);
    if to_liaison || pressing || outage.plan.class == Class::Fault {
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
    let (revision, mut many) = (revision(outage), 0);
    for liaison in concerned {
        let known = match moment {
            Moment::Network => told::knows(tx, outage.id, liaison.id).await?,
            _ => told::is_known(tx, outage.id, moment, revision, liaison.id).await?,
        };
        if known {
            continue;
        }
        let once = format!("outages.{}.{}.{revision}.liaison.{}", outage.id, moment.as_str(), liaison.id);
        let to = (liaison.phone.as_str(), liaison.name.as_str(), true);
        let message = notice(outage, moment, to, Subject::new(ROOM, outage.id), once, terms);
        let sent = notices::send(tx, terms.now, app.id(), &message).await?;
        let wait = Duration::from_secs(u64::from(terms.settings.receipt_min) * 60);
        let (notice, why, state, call_at) = match sent {
            Ok(id) => (Some(id.to_string()), String::new(), Receipt::Queued, terms.now + wait),
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

/// The word of a refusal.
pub(crate) fn code(refusal: &notices::Refusal) -> String {
    let value = serde_json::to_value(refusal).unwrap_or_default();
    value["code"].as_str().unwrap_or("refused").to_owned()
}

/// Important customers: before what is planned on two days, at once when it is another than they were told.
async fn call_important(
    tx: &mut Tx,
    before: &Outage,
    next: &Outage,
    moment: Moment,
    terms: Terms<'_>,
) -> anyhow::Result<()> {
    let Terms { now, calendar, .. } = terms;
    if matches!(moment, Moment::Restored | Moment::Cancelled) {
        for call in calls::of_in(tx, next.id).await?.iter().filter(|call| call.state == Standing::Open) {
            machine::withdraw(tx, call, now).await?;
        }
        calls::not_needed(tx, next.id, now).await?;
    }
    let soon = now + Duration::from_secs(1_800);
    match moment {
        Moment::Published => {
            for party in affected::important(tx, next.id).await? {
                for owed in dues(next, terms) {
                    calls::add(tx, &Call::owed(next.id, party, owed)).await?;
                }
            }
        }
        Moment::Changed | Moment::Cancelled => {
            let all = calls::of_in(tx, next.id).await?;
            let dues = dues(next, Terms { now, calendar, settings: terms.settings });
            for call in &all {
                if call.state == Standing::Open
                    && moment == Moment::Changed
                    && before.starts() != next.starts()
                    && let Some((_, due, _)) = dues.iter().find(|(days, ..)| *days == call.days)
                {
                    machine::withdraw(tx, call, now).await?;
                    let moved = Call { due: *due, machine: ByMachine::No, ..call.clone() };
                    anyhow::ensure!(calls::save(tx, &moved).await?, "a call changed meanwhile");
                }
            }
            // Whoever was told the old is told the new (O13).
            let mut parties: Vec<_> =
                all.iter().filter(|call| call.state == Standing::Reached).map(|call| call.party).collect();
            parties.dedup();
            for party in parties {
                let days = -revision(next) - i64::from(moment == Moment::Cancelled);
                calls::add(tx, &Call::owed(next.id, party, (days, soon, false))).await?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Days before, until when, and whether it is later than it should be.
pub(crate) fn dues(outage: &Outage, terms: Terms<'_>) -> Vec<(i64, Timestamp, bool)> {
    let Terms { now, calendar, .. } = terms;
    let starts = outage.starts();
    let soon = now + Duration::from_secs(3_600);
    match outage.plan.class {
        Class::Planned => {
            let known = calendar.civil(outage.published_at.unwrap_or(now)).date();
            let all = owed::owed(calendar.civil(starts).date(), known);
            // By six in the evening of the day.
            let due = |on| (calendar.start_of(on) + Duration::from_secs(18 * 3_600)).max(soon);
            all.into_iter().map(|one| (i64::from(one.days), due(one.on), one.late)).collect()
        }
        Class::Temporary => {
            let day = starts - Duration::from_secs(86_400);
            let again = starts - Duration::from_secs(1_800);
            vec![(1, day.max(soon), day < now), (0, again.max(now), false)]
        }
        Class::Fault | Class::Arrears | Class::Breach => Vec::new(),
    }
}

/// Whether a flow of this name is published.
pub(crate) async fn flow_is_live(tx: &mut Tx, flow: &str) -> anyhow::Result<bool> {
    Ok(ivr_flows::store::named(tx, flow).await?.is_some_and(|flow| flow.live.is_some()))
}
