//! Supply is back: customers are asked, a wave after the other, until it is known that everybody has it.
//!
//! *Invariant:* who was asked is written down in the transaction that queues the message or the call, and what is asked next
//! follows from the rows alone. So whatever dies when, the next turn goes on where the last one ended, and nobody is asked twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use campaigns::{Standing, Wanted};
use customers::rules::Utility;
use db::{Entry, Tx, config};
use kernel::calendar::Calendar;
use kernel::{CampaignId, OutageId, PhoneNumber, TargetId, Timestamp};
use notices::{Subject, Urgency};
use serde_json::json;
use web::App;

use crate::ROOM;
use crate::rules::after::{Asking, How, Said, Stage, Step, Verdict, What, verdict};
use crate::rules::news::Waits;
use crate::rules::table::Terms;
use crate::rules::{Moment, Outage, Settings};
use crate::store::afters::{self, After};
use crate::store::asks::{self, Ask};
use crate::store::outages;
use crate::telling::Whom;
use crate::{filing, telling};

/// The campaign's name for the calls of this room after a restoration.
pub const CAMPAIGN: &str = "outages_after";
/// Written down in one transaction.
const PAGE: i64 = 1_000;
/// Asked in one transaction.
const BATCH: i64 = 100;
/// Of one turn; the next goes on.
const STEPS: usize = 200;
/// So long an answer to a call is waited for, and a receipt.
const LONGEST: Duration = Duration::from_secs(24 * 3_600);

/// What a message that asks is about.
pub fn about(after: &After) -> Subject {
    Subject::new(ROOM, format!("{}:asked:{}", after.outage, after.revision))
}

/// One number is called once after each restoration.
pub fn once(ask: &Ask) -> String {
    name((ask.outage, ask.revision), &ask.number)
}

/// The name under which a number is called.
pub fn name((outage, revision): (OutageId, i64), number: &str) -> String {
    format!("{outage}.{revision}.{number}")
}

/// What the flow can say.
pub fn known(outage: &Outage, calendar: &Calendar, now: Timestamp) -> BTreeMap<String, String> {
    let restored = outage.restored_at.unwrap_or(now);
    [("restored".to_owned(), calendar.civil(restored).date().to_string())].into()
}

/// Supply is back: who is to be asked is written down next. Nobody asks whom we have cut off ourselves.
pub async fn begin(tx: &mut Tx, outage: &Outage, terms: Terms<'_>) -> anyhow::Result<()> {
    if outage.plan.class.is_personal() {
        return Ok(());
    }
    let asking = &terms.settings.asking;
    // What is off is begun by a leader.
    let waves = if asking.on { asking.waves } else { 0 };
    let revision = i64::try_from(outage.revision()).unwrap_or(i64::MAX);
    afters::begin(tx, (outage.id, revision), waves, terms.now).await
}

/// Customers are still to be asked, or a leader is to say how it goes on: it is not closed by the clock. Where nobody is asked by
/// itself, only whoever has said that he is without keeps it open.
pub async fn is_open(tx: &mut Tx, outage: OutageId) -> anyhow::Result<bool> {
    let Some(after) = afters::last(tx, outage).await?.filter(|after| after.ended_at.is_none()) else {
        return Ok(false);
    };
    let goes_on = matches!(after.stage, Stage::Listing | Stage::Asking | Stage::Stuck);
    Ok(goes_on && (after.waves > 0 || asks::is_anybody_without(tx, &after).await?))
}

/// It is off again, or closed: what was not asked yet is not asked any more.
pub async fn end(tx: &mut Tx, outage: &Outage, why: &str, terms: Terms<'_>) -> anyhow::Result<()> {
    let Some(after) = afters::last(tx, outage.id).await?.filter(|after| after.ended_at.is_none()) else {
        return Ok(());
    };
    close(tx, &after, None, why, terms.now).await?;
    Ok(())
}

/// Ends it. False when somebody else was faster.
pub async fn close(
    tx: &mut Tx,
    after: &After,
    by: Option<kernel::PersonId>,
    why: &str,
    now: Timestamp,
) -> anyhow::Result<bool> {
    let ended = After {
        stage: if after.stage == Stage::Sure { Stage::Sure } else { Stage::Closed },
        next: None,
        ended_at: Some(now),
        ended_by: by,
        why: why.to_owned(),
        ..after.clone()
    };
    if !afters::save(tx, &ended).await? {
        return Ok(false);
    }
    notices::cancel_about(tx, now, &about(after), why).await?;
    Ok(true)
}

/// The job: files orders for who is still without, and asks whoever is to be asked next.
pub async fn go_on(app: App, calendar: Arc<Calendar>) -> anyhow::Result<()> {
    // What goes wrong with one order or one outage holds no other up: it is tried again in the next turn.
    let mut outcome = filing::file_all(&app, &calendar).await;
    let mut failed = BTreeSet::new();
    for _ in 0..STEPS {
        let mut due = afters::due(&app.db, app.now()).await?;
        due.retain(|after| !failed.contains(&after.outage));
        if due.is_empty() || app.ending.has_begun() {
            break;
        }
        for after in &due {
            if let Err(failure) = step(&app, &calendar, after).await {
                failed.insert(after.outage);
                outcome = outcome.and(Err(failure));
            }
        }
    }
    outcome
}

/// One transaction of one round.
pub(crate) async fn step(app: &App, calendar: &Calendar, found: &After) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    if let Some(next) = stepped(&mut tx, app, calendar, found).await?
        && afters::save(&mut tx, &next).await?
    {
        tx.commit().await?;
    }
    Ok(())
}

/// What a round comes to, written but for itself; none when somebody else was faster.
pub(crate) async fn stepped(
    tx: &mut Tx,
    app: &App,
    calendar: &Calendar,
    found: &After,
) -> anyhow::Result<Option<After>> {
    let now = app.now();
    let Some(after) = afters::one(tx, found.outage, found.revision).await? else { return Ok(None) };
    if after.version != found.version || after.ended_at.is_some() {
        return Ok(None);
    }
    let Some(outage) = outages::one(tx, after.outage).await? else { return Ok(None) };
    let settings = config::now::<Settings>(tx).await?.value;
    let terms = Terms { now, calendar, settings: &settings };
    let next = match after.stage {
        Stage::Listing => listed(tx, &after, &outage, terms).await?,
        _ => looked(tx, app, &after, &outage, terms).await?,
    };
    if next.stage != after.stage && matches!(next.stage, Stage::Sure | Stage::Stuck) {
        let payload = json!({ "revision": next.revision, "wave": next.wave, "stage": next.stage });
        let subject = next.outage.to_string();
        tx.journal(Entry { at: now, who: None, room: ROOM, subject, kind: "asked_after", payload });
    }
    Ok(Some(next))
}

async fn listed(tx: &mut Tx, after: &After, outage: &Outage, terms: Terms<'_>) -> anyhow::Result<After> {
    let mut next = after.clone();
    match asks::list(tx, after, PAGE).await? {
        Some((rank, account)) => (next.rank, next.account) = (rank, account),
        None => {
            let asking = &terms.settings.asking;
            let wait = Duration::from_secs(u64::from(asking.wait_min) * 60);
            let from = outage.restored_at.unwrap_or(after.begun_at) + wait;
            next.stage = if after.waves > 0 { Stage::Asking } else { Stage::Stuck };
            next.next = (after.waves > 0).then(|| from.max(terms.now));
        }
    }
    Ok(next)
}

/// Customers are asked by day only: at the hours of the centre's campaigns.
async fn opens(tx: &mut Tx, terms: Terms<'_>) -> anyhow::Result<Timestamp> {
    let plan = config::now::<campaigns::rules::Settings>(tx).await?.value.plan("any");
    Ok(plan.next(terms.calendar, terms.now))
}

async fn looked(
    tx: &mut Tx,
    app: &App,
    after: &After,
    outage: &Outage,
    terms: Terms<'_>,
) -> anyhow::Result<After> {
    let Terms { now, settings, .. } = terms;
    let mut next = after.clone();
    for ask in asks::overdue(tx, after, now).await? {
        let silent = Ask { said: Said::Silent, due: None, ..ask };
        keep(tx, with(silent, now, What::Silent, "")).await?;
    }
    let tallies = asks::tallies(tx, after).await?;
    match verdict(&tallies, &settings.asking) {
        Verdict::Sure => (next.stage, next.open, next.next) = (Stage::Sure, false, None),
        Verdict::Stuck => (next.stage, next.open, next.next) = (Stage::Stuck, false, None),
        Verdict::Wait => {
            (next.stage, next.open) = (Stage::Asking, false);
            next.next = asks::next_due(tx, after).await?;
        }
        Verdict::Ask(_) if !after.open && after.wave >= after.waves => {
            next.next = asks::next_due(tx, after).await?;
            next.stage = if next.next.is_some() { Stage::Asking } else { Stage::Stuck };
        }
        Verdict::Ask(wanted) => {
            next.stage = Stage::Asking;
            let answer = Duration::from_secs(u64::from(settings.asking.answer_min) * 60);
            let opens = opens(tx, terms).await?;
            // What was asked is given time to be answered; and customers are asked by day.
            let opens = after.wave_at.filter(|_| !after.open).map_or(opens, |at| opens.max(at + answer));
            if opens > now {
                next.next = Some(opens);
                return Ok(next);
            }
            if !after.open {
                (next.wave, next.wave_at, next.open) = (after.wave + 1, Some(now), true);
            }
            let mut left = BATCH;
            for (element, many) in &wanted {
                let most = (*many).min(left);
                let mut some = asks::next(tx, after, *element, most, false).await?;
                let rest = most - i64::try_from(some.len()).unwrap_or(0);
                if settings.asking.calls && rest > 0 {
                    some.extend(asks::next(tx, after, *element, rest, true).await?);
                }
                left -= i64::try_from(some.len()).unwrap_or(0);
                for ask in some {
                    let ask = Ask { wave: next.wave, ..ask };
                    let asked = ask_one(tx, app, after, outage, ask, terms).await?;
                    keep(tx, asked).await?;
                }
                if left <= 0 {
                    break;
                }
            }
            // All of the wave has been asked; or the next turn goes on with it.
            next.open = left <= 0;
            next.next = if next.open { Some(now) } else { asks::next_due(tx, after).await? };
        }
    }
    // Somebody could be asked and nothing is under way: it is looked at again.
    if next.stage == Stage::Asking && next.next.is_none() {
        next.next = Some(now + Duration::from_secs(60));
    }
    Ok(next)
}

pub(crate) async fn keep(tx: &mut Tx, ask: Ask) -> anyhow::Result<()> {
    anyhow::ensure!(asks::save(tx, &ask).await?, "{} of {} changed meanwhile", ask.account, ask.outage);
    Ok(())
}

/// With one more line of what happened.
pub(crate) fn with(mut ask: Ask, at: Timestamp, what: What, note: &str) -> Ask {
    ask.steps.push(Step { at, what, how: ask.how, by: None, note: note.to_owned() });
    ask
}

/// Asks one: by text message where one can go, otherwise by the machine.
async fn ask_one(
    tx: &mut Tx,
    app: &App,
    after: &After,
    outage: &Outage,
    ask: Ask,
    terms: Terms<'_>,
) -> anyhow::Result<Ask> {
    let Terms { now, settings, .. } = terms;
    let mut trouble = ask.trouble.clone();
    let silent = ask.said == Said::Silent;
    if ask.how.is_none() {
        match text_message(tx, app, after, outage, &ask, terms).await? {
            Ok(notice) => {
                let (said, how, due) = (Said::Asked, Some(How::Sms), Some(now + LONGEST));
                let asked = Ask { said, how, due, asked_at: Some(now), notice: Some(notice), ..ask };
                return Ok(with(asked, now, What::Asked, ""));
            }
            Err(why) => trouble = why,
        }
    }
    let how = Some(How::Call);
    match call(tx, app, outage, &ask, &settings.asking, terms).await? {
        Ok(()) => {
            let due = Some(now + LONGEST);
            let asked =
                Ask { said: Said::Asked, how, due, asked_at: Some(now), trouble: String::new(), ..ask };
            Ok(with(asked, now, What::Asked, ""))
        }
        // Was asked, and said nothing: that stays so.
        Err(why) if silent => Ok(with(Ask { how, ..ask }, now, What::Failed, &why)),
        Err(why) => {
            let trouble = if trouble.is_empty() { why } else { trouble };
            let failed = Ask { said: Said::Unreachable, how: None, trouble: trouble.clone(), ..ask };
            Ok(with(failed, now, What::Failed, &trouble))
        }
    }
}

async fn text_message(
    tx: &mut Tx,
    app: &App,
    after: &After,
    outage: &Outage,
    ask: &Ask,
    terms: Terms<'_>,
) -> anyhow::Result<Result<String, String>> {
    let number = ask.number.parse::<PhoneNumber>().ok().filter(PhoneNumber::is_mobile);
    let Some(number) = number else { return Ok(Err("no_mobile".into())) };
    let once = format!("outages.{}.asked.{}.{number}", after.outage, after.revision);
    let to = Whom { phone: number.as_str(), name: "", waits: Waits::default(), loud: terms.now };
    let asks = match outage.plan.utility {
        Utility::Power => "outage_asked",
        Utility::Gas => "gas_asked",
        Utility::Cable => "cable_asked",
    };
    let message = telling::notice(outage, Moment::Restored, to, about(after), once, terms);
    let mut message = telling::tell_by(message, asks);
    message.urgency = Urgency::Normal;
    let sent = notices::send(tx, terms.now, app.id(), &message).await?;
    Ok(sent.map(|id| id.to_string()).map_err(|refusal| telling::code(&refusal)))
}

/// How the machine calls: by day, twice.
pub fn standing(asking: &Asking, settings: campaigns::rules::Settings) -> Standing {
    let rules = campaigns::rules::Settings { attempts: 2, gap_min: 60, ..settings };
    let plan = campaigns::rules::Plan { confirm: "12".to_owned(), ..rules.plan(&asking.flow) };
    Standing {
        key: CAMPAIGN,
        name: "恢复供应回访".to_owned(),
        purpose: "停供恢复后逐户询问是否已恢复：按1已恢复，按2仍未恢复，按0转人工。".to_owned(),
        plan,
    }
}

async fn call(
    tx: &mut Tx,
    app: &App,
    outage: &Outage,
    ask: &Ask,
    asking: &Asking,
    terms: Terms<'_>,
) -> anyhow::Result<Result<(), String>> {
    if !asking.calls {
        return Ok(Err("no_calls".into()));
    }
    if telling::flow_is_live(tx, &asking.flow).await? {
        let known = known(outage, terms.calendar, terms.now);
        let wanted = Wanted {
            once: once(ask),
            number: ask.number.clone(),
            about: format!("{}:{}", ask.outage, ask.revision),
            known,
            not_before: terms.now,
        };
        let ids = (app.id::<CampaignId>(), app.id::<TargetId>());
        let rules = config::now::<campaigns::rules::Settings>(tx).await?.value;
        let put = campaigns::call(tx, terms.now, ids, &standing(asking, rules), wanted).await?;
        return Ok(put.map(drop).map_err(|_| "calls_stopped".to_owned()));
    }
    Ok(Err("no_flow".into()))
}
