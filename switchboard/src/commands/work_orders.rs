//! `switchboard work-orders generate`: a month of invented work orders, of any number.

use anyhow::{Result, ensure};
use calls::store::lines;

use crate::config::WorkOrders;
use crate::demo;
use crate::store::{self, Folders};

/// More than any utility has in a month.
const COUNT_MAX: u64 = 20_000_000;

pub async fn run(act: &WorkOrders) -> Result<()> {
    let WorkOrders::Generate { count, place } = act;
    ensure!((1..=COUNT_MAX).contains(count), "--count {count}: from 1 to {COUNT_MAX}");
    let folders = Folders::open(&place.data())?;
    let _lock = folders.lock()?;
    let app = store::open(&place.database()).await?;
    let calendar = store::calendar(&lines::centre(&app.db).await?.time_zone);
    let every = (count / 20).max(1);
    let last = std::cell::Cell::new(0);
    let made = demo::fill_orders(&app, &calendar, *count, |done| {
        if done / every > last.get() || done == *count {
            last.set(done / every);
            eprintln!("{done} of {count} orders");
        }
        std::future::ready(())
    })
    .await?;
    ensure!(
        made > 0,
        "nothing was put in: start `switchboard serve --demo --demo-orders 0` here once, and stop it"
    );
    println!("{made} orders put in");
    app.db.close().await;
    Ok(())
}
