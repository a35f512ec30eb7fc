//! Puts invented orders in, a batch at a time: for the demo, and for those who measure.

use std::time::Duration;

use anyhow::{Result, anyhow};
use db::Entry;
use kernel::calendar::Calendar;
use kernel::{PersonId, WorkOrderId};
use serde_json::json;
use web::App;

use crate::filing::{self, Filed};
use crate::rules::demo::{Dice, Staff, ask_time, life, matter, subtype};
use crate::rules::walk::Book;
use crate::store::found;
use crate::work::Rulebook;

/// Written in one transaction: as many as others who want to write wait for without noticing.
const BATCH: u64 = 20;

/// Makes `total` orders of the last `days`, unless there are orders already; `told` hears after each batch how many there
/// are, and what it does then is waited for.
pub async fn fill<Rest: Future<Output = ()>>(
    app: &App,
    calendar: &Calendar,
    (total, days): (u64, u64),
    seed: u64,
    people: (&[PersonId], PersonId),
    told: impl Fn(u64) -> Rest,
) -> Result<u64> {
    if found::count(&app.db).await? > 0 {
        return Ok(0);
    }
    let rules = Rulebook::read(&app.db).await?;
    let book = Book { kinds: &rules.kinds, limits: &rules.limits, settings: &rules.settings, calendar };
    let units = departments::all(&app.db).await?;
    let mut staff = Staff { agents: people.0.to_vec(), reviewer: people.1, units: Vec::new() };
    for unit in &units {
        let members = departments::members(&app.db, unit.id).await?;
        staff.units.push((unit.id, members.into_iter().map(|member| member.person).collect()));
    }
    let tree = departments::Tree::from(units);
    let now = app.now();
    let span = days * 86_400;
    let (mut next, mut asks) = (0, false);
    while next < total {
        let until = total.min(next + BATCH);
        let mut filed: Vec<(String, Filed<'_>)> = Vec::new();
        for nth in next..until {
            let mut dice = Dice::of(seed, nth);
            let Some(subtype) = rules.kinds.find(subtype(&mut dice)) else { continue };
            // The oldest first, evenly spread, so that numbers follow the days.
            let age = span - span * nth / total.max(1);
            let begun = now - Duration::from_secs(age.saturating_sub(dice.from(0, 600)));
            let matter = matter(&mut dice, subtype, nth);
            let kind = promises::rules::word(&subtype.kind);
            let words = [subtype.code.as_str(), subtype.duty.as_str(), kind.as_str()];
            let unit =
                departments::rules::suggest::suggest(&tree, &words, Some(&matter.area), &[]).first().copied();
            let day = calendar.civil(begun).date().strftime("%Y%m%d").to_string();
            let id: WorkOrderId = app.id();
            let mut walk = life(book, (id, String::new()), matter, &staff, unit, (begun, now), &mut dice)
                .map_err(|refusal| anyhow!("an invented order of {}: {refusal}", subtype.code))?;
            asks = asks || ask_time(&mut walk, calendar);
            filed.push((day, Filed::lived(walk)));
            // A life takes a while to invent: whatever else this thread serves comes in between.
            tokio::task::yield_now().await;
        }
        let mut tx = app.db.begin().await?;
        for run in filed.chunk_by_mut(|one, other| one.0 == other.0) {
            let Some((day, _)) = run.first() else { continue };
            let numbers = tx.next_numbers("work_orders", day, i64::try_from(run.len())?).await?;
            for ((_, one), number) in run.iter_mut().zip(numbers) {
                one.walk.name(number);
            }
        }
        let filed: Vec<Filed<'_>> = filed.into_iter().map(|(_, one)| one).collect();
        filing::put(&mut tx, app, &rules, calendar, &filed).await?;
        if until == total {
            let payload = json!({ "count": total, "seed": seed });
            let subject = "demo".to_owned();
            tx.journal(Entry {
                at: now,
                who: None,
                room: "work_orders",
                subject,
                kind: "generated",
                payload,
            });
        }
        tx.commit().await?;
        next = until;
        told(next).await;
    }
    Ok(next)
}
