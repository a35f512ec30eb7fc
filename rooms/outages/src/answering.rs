//! What customers answer who were asked after a restoration: by text message, by keys, or to an agent.

use std::time::Duration;

use campaigns::rules::Outcome;
use db::{Emitted, Tx, config};
use kernel::{OutageId, PersonId, Timestamp, mask};

use crate::ROOM;
use crate::asking::{CAMPAIGN, keep, with};
use crate::rules::Settings;
use crate::rules::after::{Answer, How, Said, Step, To, What, answer, keyed};
use crate::rules::told::Contact;
use crate::store::asks::{self, Ask};
use crate::store::{afters, reached, told};

/// An answer belongs to what was asked within this time.
const DAYS_3: Duration = Duration::from_secs(3 * 24 * 3_600);
const NOTE_MAX: usize = 60;

/// One who answered, after the answer; none where that was known.
pub fn answered(
    ask: &Ask,
    answer: Answer,
    (how, by): (How, Option<PersonId>),
    note: &str,
    now: Timestamp,
) -> Option<Ask> {
    let said = match answer {
        Answer::Yes => Said::Yes,
        Answer::No => Said::No,
    };
    if ask.said == said && !(said == Said::No && ask.mended) {
        return None;
    }
    let what = if answer == Answer::Yes { What::Yes } else { What::No };
    let mut next = Ask { how: Some(how), due: None, answered_at: Some(now), ..ask.clone() };
    match (ask.said, answer) {
        // An order is there: it goes on, and it is known that supply has come back.
        (Said::No, Answer::Yes) if ask.order.is_some() => next.mended = true,
        (Said::No, Answer::No) => {
            next.mended = false;
            // What was done about it is done, and it is off again: another order.
            let since = ask.steps.iter().rev().take_while(|step| step.what != What::Filed);
            if since.into_iter().any(|step| step.what == What::Mended) {
                (next.order, next.order_number) = (None, String::new());
            }
        }
        _ => (next.said, next.trouble) = (said, String::new()),
    }
    let note = mask::in_text(note).chars().take(NOTE_MAX).collect();
    next.steps.push(Step { at: now, what, how: Some(how), by, note });
    Some(next)
}

/// Everybody with this number has answered.
async fn all(
    tx: &mut Tx,
    number: &str,
    (outage, revision): (OutageId, i64),
    answer: Answer,
    how: How,
    note: &str,
    now: Timestamp,
) -> anyhow::Result<()> {
    for ask in asks::of_number_in(tx, number, (outage, revision)).await? {
        if let Some(next) = answered(&ask, answer, (how, None), note, now) {
            keep(tx, next).await?;
        }
    }
    afters::poke(tx, outage, revision, now).await
}

/// A customer wrote back.
pub async fn replied(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(reply) = event.is::<notices::Reply>()? else { return Ok(()) };
    let about = reply.about.as_ref().filter(|about| about.room == ROOM).map(|about| about.id.as_str());
    let mut parts = about.unwrap_or_default().split(':');
    let outage = parts.next().and_then(|id| id.parse::<OutageId>().ok());
    let to = match parts.next() {
        Some("restored") => To::Told,
        _ => To::Asked,
    };
    let Some(said) = answer(&reply.text, to) else { return Ok(()) };
    let known = asks::of_number(tx, &reply.phone).await?;
    // What he wrote about, or, when he has been told of something else since, what he was asked last.
    let meant = match outage {
        Some(outage) => known.iter().find(|ask| ask.outage == outage),
        None => known
            .iter()
            .filter(|ask| ask.asked_at.is_some_and(|at| at + DAYS_3 > event.at))
            .max_by_key(|ask| ask.asked_at),
    };
    let Some(meant) = meant.map(|ask| (ask.outage, ask.revision)) else { return Ok(()) };
    all(tx, &reply.phone, meant, said, How::Sms, &reply.text, event.at).await
}

/// The machine has called.
pub async fn called(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(done) = event.is::<campaigns::Done>()? else { return Ok(()) };
    if done.standing.as_deref() != Some(CAMPAIGN) {
        return Ok(());
    }
    let Some((outage, revision)) = done.about.split_once(':') else { return Ok(()) };
    let (Ok(outage), Ok(revision)) = (outage.parse::<OutageId>(), revision.parse::<i64>()) else {
        return Ok(());
    };
    let Some(number) = done.once.rsplit('.').next() else { return Ok(()) };
    if let Some(said) = keyed(done.keys.iter().map(|pressed| pressed.key.as_str())) {
        return all(tx, number, (outage, revision), said, How::Call, "", event.at).await;
    }
    for ask in asks::of_number_in(tx, number, (outage, revision)).await? {
        if ask.said != Said::Asked {
            continue;
        }
        let note = done.outcome.word();
        let next = match done.outcome {
            Outcome::WrongNumber | Outcome::NotAllowed | Outcome::Withdrawn => {
                let failed = Ask { said: Said::Unreachable, due: None, trouble: note.to_owned(), ..ask };
                with(failed, event.at, What::Failed, note)
            }
            _ => with(Ask { said: Said::Silent, due: None, ..ask }, event.at, What::Silent, note),
        };
        keep(tx, next).await?;
    }
    afters::poke(tx, outage, revision, event.at).await
}

/// What came of a message: a liaison's, or one that asked.
pub async fn noticed(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(done) = event.is::<notices::Done>()? else { return Ok(()) };
    if done.about.room != ROOM {
        return Ok(());
    }
    let notice = done.notice.to_string();
    let arrived = matches!(done.outcome, notices::State::Delivered | notices::State::Unknown);
    let asked = asks::of_notice(tx, &notice).await?;
    let asking = config::now::<Settings>(tx).await?.value.asking;
    let answer = Duration::from_secs(u64::from(asking.answer_min) * 60);
    for ask in asked.into_iter().filter(|ask| ask.said == Said::Asked) {
        let (outage, revision) = (ask.outage, ask.revision);
        let next = if arrived {
            Ask { due: Some(event.at + answer), ..ask }
        } else {
            // The machine calls, where it may.
            let why = done.outcome.as_str();
            let (said, how) = match asking.calls {
                true => (Said::Waiting, Some(How::Call)),
                false => (Said::Unreachable, None),
            };
            let failed = Ask { said, how, due: None, trouble: why.to_owned(), ..ask };
            with(failed, event.at, What::Failed, why)
        };
        keep(tx, next).await?;
        afters::poke(tx, outage, revision, event.at).await?;
    }
    let outage = done.about.id.split(':').next().and_then(|id| id.parse::<OutageId>().ok());
    if done.outcome == notices::State::Delivered
        && let Some(outage) = outage
        && let Some(sent) = notices::store::one(tx, done.notice).await?
    {
        let contact = Contact::Message { delivered: true };
        reached::by_number(tx, outage, &sent.recipient, contact, event.at).await?;
    }
    match done.outcome {
        notices::State::Delivered => told::delivered(tx, &notice).await,
        _ => told::failed(tx, &notice, event.at).await,
    }
}

/// The order of somebody who was without is done.
pub async fn order_changed(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(changed) = event.is::<work_orders::Changed>()? else { return Ok(()) };
    if !matches!(changed.to.as_str(), "closed" | "void") {
        return Ok(());
    }
    for ask in asks::of_order(tx, changed.order).await?.into_iter().filter(|ask| !ask.mended) {
        let (outage, revision) = (ask.outage, ask.revision);
        keep(tx, with(Ask { mended: true, ..ask }, event.at, What::Mended, &changed.number)).await?;
        afters::poke(tx, outage, revision, event.at).await?;
    }
    Ok(())
}
