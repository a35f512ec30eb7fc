//! What is heard of other rooms, as it is told outside: ids, numbers, states and times, and nothing about anybody.

use std::collections::BTreeSet;

use db::{Emitted, Tx};
use serde_json::{Value, json};

use crate::rules::{self, WAITING_MAX};
use crate::store::{deliveries, subscriptions};

/// Written for each subscription that wants it, in the transaction in which it is heard.
pub async fn heard(tx: &mut Tx, events: &[Emitted]) -> anyhow::Result<()> {
    let mut unwanted = BTreeSet::new();
    for event in events {
        if unwanted.contains(event.kind.as_str()) {
            continue;
        }
        let wanting = subscriptions::wanting(tx, &event.kind).await?;
        if wanting.is_empty() {
            unwanted.insert(event.kind.as_str());
            continue;
        }
        write(tx, event, wanting).await?;
    }
    Ok(())
}

async fn write(tx: &mut Tx, event: &Emitted, wanting: Vec<(i64, i64)>) -> anyhow::Result<()> {
    let Some(data) = told(event)? else { return Ok(()) };
    let (served, full): (Vec<_>, Vec<_>) =
        wanting.into_iter().partition(|(_, waiting)| *waiting < WAITING_MAX);
    let ids = |all: Vec<(i64, i64)>| all.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    if !full.is_empty() {
        subscriptions::drop_one(tx, &ids(full)).await?;
    }
    if !served.is_empty() {
        let lines = subscriptions::enqueue_one(tx, &ids(served)).await?;
        let body = |name: &str| body(name, &event.kind, event.at, &data).to_string();
        deliveries::add(tx, &lines, &event.kind, event.at, body).await?;
    }
    Ok(())
}

/// What is posted.
pub fn body(name: &str, kind: &str, at: kernel::Timestamp, data: &Value) -> Value {
    json!({ "id": name, "event": kind, "at": at, "data": data })
}

/// Every field is named here, so that one added to an event does not go out unseen.
fn told(event: &Emitted) -> anyhow::Result<Option<Value>> {
    Ok(Some(match event.kind.as_str() {
        "work_orders.changed" => {
            let Some(work_orders::Changed { order, number, kind, verb, from, to, unit, important, .. }) =
                event.is()?
            else {
                return Ok(None);
            };
            json!({ "order": order, "number": number, "kind": kind, "verb": verb, "from": from, "to": to,
                "unit": unit, "important": important })
        }
        "callbacks.doubt" => {
            let Some(callbacks::Doubted { order, number, unit, recorded, told }) = event.is()? else {
                return Ok(None);
            };
            json!({ "order": order, "number": number, "unit": unit, "recorded": recorded, "told": told })
        }
        "promises.warned" => {
            let Some(warned) = event.is::<promises::Warned>()? else { return Ok(None) };
            json!({ "promise": warned.promise, "room": warned.room, "subject": warned.subject,
                "step": warned.step, "clock": warned.clock, "level": warned.level, "due": warned.due,
                "unit": warned.unit })
        }
        "notices.done" => {
            let Some(done) = event.is::<notices::Done>()? else { return Ok(None) };
            json!({ "notice": done.notice, "about": done.about, "outcome": done.outcome })
        }
        // Neither who wrote nor what.
        "notices.reply" => {
            let Some(reply) = event.is::<notices::Reply>()? else { return Ok(None) };
            json!({ "notice": reply.notice, "about": reply.about })
        }
        "interactions.completed" => {
            let Some(done) = event.is::<interactions::Completed>()? else { return Ok(None) };
            json!({ "call": done.call, "agent": done.agent, "edition": done.edition, "reason": done.reason,
                "result": done.result })
        }
        "departments.changed" => {
            let Some(departments::Changed { unit }) = event.is()? else { return Ok(None) };
            json!({ "unit": unit })
        }
        kind => {
            debug_assert!(!rules::KINDS.contains(&kind), "{kind} is promised and not told");
            return Ok(None);
        }
    }))
}
