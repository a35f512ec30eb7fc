//! The watcher: tells each warning once, and goes on exactly where it stopped, because what it has told stands in the rows.

use serde_json::json;
use web::App;

use crate::Warned;
use crate::rules;
use crate::store::watched;

/// Told in one transaction.
const BATCH: i64 = 200;

/// Tells everything whose time has come.
pub async fn watch(app: App) -> anyhow::Result<()> {
    loop {
        let now = app.now();
        let mut ripe = watched::ripe(&app.db, now, BATCH).await?;
        // Whoever moves promises holds their clocks in this order, too: nobody waits for another in a circle.
        ripe.sort_by_key(|one| (one.promise, std::cmp::Reverse(one.clock)));
        if ripe.is_empty() {
            return Ok(());
        }
        let mut tx = app.db.begin().await?;
        for one in &ripe {
            let due = rules::due(one.schedule, one.told, now);
            if !watched::tell(&mut tx, one, &due).await? {
                continue;
            }
            for (level, planned) in due.warnings {
                let warned = Warned {
                    promise: one.promise,
                    room: one.room.clone(),
                    subject: one.subject.clone(),
                    step: one.step,
                    clock: one.clock,
                    level,
                    planned,
                    due: one.due,
                    unit: one.unit,
                };
                tx.journal(db::Entry {
                    at: now,
                    who: None,
                    room: "promises",
                    subject: one.promise.to_string(),
                    kind: "warned",
                    payload: json!({ "number": one.number, "step": one.step, "clock": one.clock, "level": level,
                        "planned": planned, "due": one.due }),
                });
                tx.emit(now, &warned)?;
            }
        }
        tx.commit().await?;
    }
}
