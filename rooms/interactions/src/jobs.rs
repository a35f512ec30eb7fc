//! Follows the agents' desks: a record begins when an agent is on a call, and is overdue when she has moved on without it.

use db::config;
use std::collections::BTreeMap;

use calls::store::desks::{self, DeskRow};
use calls::store::search;
use kernel::{CallId, GroupId, PersonId};
use web::App;

use crate::rules::{Record, Settings};
use crate::store::records;

/// States taken in at once.
const BATCH: i64 = 500;

/// Takes in what has happened at the desks since the last time.
pub async fn follow(app: App) -> anyhow::Result<()> {
    let Some(mut heard) = records::heard(&app.db).await? else {
        // What went on before this room was there is not its business.
        let mut tx = app.db.begin().await?;
        records::hear(&mut tx, desks::last(&app.db).await?).await?;
        return tx.commit().await;
    };
    loop {
        let rows = desks::after(&app.db, heard, BATCH).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        heard = last.position;
        take(&app, &rows, heard).await?;
        if rows.len() < usize::try_from(BATCH).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

async fn take(app: &App, rows: &[DeskRow], heard: i64) -> anyhow::Result<()> {
    let required = config::read::<Settings>(&app.db).await?.value.complete_first;
    let mut groups: BTreeMap<PersonId, Option<GroupId>> = BTreeMap::new();
    let mut known: BTreeMap<CallId, Option<search::Found>> = BTreeMap::new();
    let mut tx = app.db.begin().await?;
    for row in rows {
        let on = row.call.filter(|_| matches!(row.state.as_str(), "talking" | "holding" | "after_call"));
        if let Some(call) = on {
            if let std::collections::btree_map::Entry::Vacant(new) = known.entry(call) {
                new.insert(search::one(&app.db, call).await?);
            }
            if let std::collections::btree_map::Entry::Vacant(new) = groups.entry(row.agent) {
                let person = people::store::by_id(&mut tx, row.agent).await?;
                new.insert(person.and_then(|(person, _)| person.group));
            }
            let found = known.get(&call).and_then(Option::as_ref);
            if let Some(found) = found.filter(|found| found.direction != "internal") {
                let number = if found.direction == "out" { &found.to } else { &found.from };
                let record = Record {
                    group: groups.get(&row.agent).copied().flatten(),
                    direction: found.direction.clone(),
                    number: number.clone(),
                    ..Record::new(call, row.agent, row.at)
                };
                records::ensure(&mut tx, &record).await?;
            }
        }
        if required {
            records::mark_overdue(&mut tx, row.agent, on, row.at).await?;
        }
    }
    records::hear(&mut tx, heard).await?;
    tx.commit().await
}
