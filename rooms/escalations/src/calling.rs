//! Whose turn it is is called by telephone: put into a standing campaign, and what was pressed acknowledges.

use campaigns::rules::{Plan, Settings as Defaults};
use campaigns::{Done, Standing, Wanted};
use db::{Emitted, Tx, config};
use kernel::calendar::Calendar;
use kernel::{CampaignId, EscalationId, IdMint, NoticeId, TargetId, Timestamp};

use crate::ROOM;
use crate::hears::again;
use crate::rules::escalation::Turn;
use crate::rules::{Act, Asker, Channel, Escalation, Event, Settings, Told, voice};
use crate::store::escalations;
use crate::work::{self, Ids};

/// A minute lies between two attempts of one turn.
const GAP_MIN: u16 = 1;

fn standing(settings: &Settings) -> Standing {
    let calls = &settings.calls;
    // The hours are this room's, for danger has none; and what is called about is worth every line.
    let plan = Plan {
        hours: Vec::new(),
        attempts: calls.attempts,
        gap_min: GAP_MIN,
        ring_s: calls.ring_s,
        keep_free: 0,
        confirm: voice::KEY.to_owned(),
        // It is somebody whom we know, on a telephone of the own: a machine hears it out, and the next attempt follows.
        tell_machines: false,
        ..Defaults::default().plan(&calls.flow)
    };
    Standing {
        key: ROOM,
        name: "升级上报电话通知".to_owned(),
        purpose: "通知值班人员有事项等待确认，按 1 确认".to_owned(),
        plan,
    }
}

/// Calls whose turn has begun, in the change in which it begins.
pub async fn call(
    tx: &mut Tx,
    (of, turn): (&Escalation, &Turn),
    phone: Option<&str>,
    (settings, calendar): (&Settings, &Calendar),
    ids: Ids<'_>,
    now: Timestamp,
) -> anyhow::Result<Told> {
    let by = Channel::Voice;
    let Some(phone) = phone else { return Ok(Told::NoNumber { by }) };
    if !settings.calls.may(of, calendar, now) {
        return Ok(Told::OffHours { by });
    }
    let flow = ivr_flows::store::named(tx, &settings.calls.flow).await?;
    if flow.is_none_or(|flow| flow.live.is_none()) {
        return Ok(Told::NoFlow { by });
    }
    let wanted = Wanted {
        once: voice::once(of, turn),
        number: phone.to_owned(),
        about: of.id.to_string(),
        known: [("number".to_owned(), of.number.clone())].into(),
        not_before: now,
    };
    let new = (CampaignId(ids()), TargetId(ids()));
    Ok(match campaigns::call(tx, now, new, &standing(settings), wanted).await? {
        Ok(Some(target)) => voice::calling(target),
        Ok(None) => Told::Refused { by, code: "called_before".into() },
        Err(refusal) => {
            let code = serde_json::to_value(&refusal).ok();
            let code = code.and_then(|value| value["code"].as_str().map(str::to_owned));
            Told::Refused { by, code: code.unwrap_or_default() }
        }
    })
}

/// Turns that are over: whoever was not rung yet is not rung any more.
pub async fn withdraw(tx: &mut Tx, of: &mut Escalation, now: Timestamp) -> anyhow::Result<()> {
    let seen = of.clone();
    for turn in of.turns.iter_mut().filter(|turn| turn.end.is_some() && voice::pending(turn).is_some()) {
        if campaigns::withdraw(tx, now, ROOM, &voice::once(&seen, turn)).await? {
            voice::withdrawn(turn);
        }
    }
    Ok(())
}

/// What a call came to: kept with the turn it was made for. Whoever pressed the key has acknowledged, as long as nobody else has.
pub async fn heard(tx: &mut Tx, event: &Emitted, calendar: &Calendar) -> anyhow::Result<()> {
    let Some(done) = event.is::<Done>()?.filter(|done| done.standing.as_deref() == Some(ROOM)) else {
        return Ok(());
    };
    let Ok(id) = done.about.parse::<EscalationId>() else { return Ok(()) };
    let Some(of) = escalations::one(tx, id).await? else { return Ok(()) };
    let Some((called, person)) = voice::called(&of, &done) else { return Ok(()) };
    anyhow::ensure!(escalations::save(tx, &called).await?, "the escalation {id} changed meanwhile");
    work::note_call(tx, &called, &done, event.at);
    let called = Escalation { version: called.version + 1, ..called };
    let Some(person) = person.filter(|_| called.state.is_unanswered()) else { return Ok(()) };
    let settings = config::now::<Settings>(tx).await?.value;
    let mut nth = event.id.wrapping_mul(64);
    let mut ids = || {
        nth = nth.wrapping_add(1);
        IdMint::derived::<NoticeId>(event.at, nth).get()
    };
    let asker = Asker { person: Some(person), answers: true, ..Asker::default() };
    let seen = Event::Act(Act::Acknowledge);
    work::happen(tx, called, &seen, asker, (&settings, calendar), &mut ids, event.at).await.map_err(again)?;
    Ok(())
}
