//! `switchboard customers generate`: an invented utility of any size.

use anyhow::{Result, ensure};

use crate::config::Customers;
use crate::store::{self, Folders};

/// More than any utility has.
const COUNT_MAX: u64 = 20_000_000;

pub async fn run(act: &Customers) -> Result<()> {
    let Customers::Generate { count, seed, place } = act;
    ensure!((1..=COUNT_MAX).contains(count), "--count {count}: from 1 to {COUNT_MAX}");
    let folders = Folders::open(&place.data())?;
    let _lock = folders.lock()?;
    let app = store::open(&place.database()).await?;
    let every = (count / 20).max(1);
    let last = std::cell::Cell::new(0);
    let made = customers::demo::fill(&app, *count, *seed, |done| {
        if done / every > last.get() || done == *count {
            last.set(done / every);
            eprintln!("{done} of {count} customers");
        }
        // Nobody else is here.
        std::future::ready(())
    })
    .await?;
    println!("{made} customers put in, {} were there", count - made);
    app.db.close().await;
    Ok(())
}
