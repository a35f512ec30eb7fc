//! Fills an empty centre with the demo utility's customers, a batch at a time, beside whatever else goes on.

use std::time::Duration;

use anyhow::Result;
use db::Entry;
use serde_json::json;
use web::App;

use crate::rules::Source;
use crate::rules::demo::{FIRST_ACCOUNT, customer};
use crate::rules::network::{Element, supplied_by};
use crate::store::{bulk, network};

/// Written in one transaction to begin with, and at the most; in between as many as are there within [`SHORT`], whatever the
/// machine has to do beside it: whoever else has to write waits for each.
const BATCH: u64 = 50;
const BATCH_MAX: u64 = 400;
const SHORT: Duration = Duration::from_millis(200);

/// Makes the customers that are not there yet, in order; `told` hears after each batch how many there are, and what it does
/// then is waited for. Stopped half-way it goes on where it was.
pub async fn fill<Rest: Future<Output = ()>>(
    app: &App,
    total: u64,
    seed: u64,
    told: impl Fn(u64) -> Rest,
) -> Result<u64> {
    let (low, high) = (FIRST_ACCOUNT.to_string(), (FIRST_ACCOUNT + total.saturating_sub(1)).to_string());
    let last = bulk::last_account(&app.db, &low, &high).await?.and_then(|number| number.parse::<u64>().ok());
    let mut next = last.map_or(0, |last| last + 1 - FIRST_ACCOUNT);
    let (first, mut batch) = (next, BATCH);
    while next < total {
        let until = total.min(next + batch);
        let records: Vec<_> = (next..until).map(|nth| customer(seed, nth, total)).collect();
        let mut tx = app.db.begin().await?;
        let begun = app.now();
        bulk::add(&mut tx, &records, Source::Imported, None, app.now(), || app.id()).await?;
        let elements: Vec<Element> = records.iter().flat_map(|record| supplied_by(&record.parts)).collect();
        network::put(&mut tx, &elements, || app.id()).await?;
        let below = records
            .iter()
            .filter_map(|record| Some((record.account.clone(), supplied_by(&record.parts).pop()?.code)));
        network::attach(&mut tx, &below.collect::<Vec<_>>()).await?;
        if until == total {
            let payload = json!({ "count": total - first, "seed": seed });
            let subject = "demo".to_owned();
            tx.journal(Entry {
                at: app.now(),
                who: None,
                room: "customers",
                subject,
                kind: "generated",
                payload,
            });
        }
        tx.commit().await?;
        let held = app.now().since(begun);
        let next_batch = if held > SHORT { batch / 2 } else { batch * 3 / 2 };
        batch = next_batch.clamp(10, BATCH_MAX);
        next = until;
        told(next).await;
    }
    Ok(next - first)
}
