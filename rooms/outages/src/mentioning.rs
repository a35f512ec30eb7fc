//! Agents tell callers of what is coming at their address without being asked (O5, K33).

use db::{Emitted, Tx};
use kernel::{CustomerId, Timestamp};

use crate::rules::limits::is_coming;
use crate::rules::{Outage, State};
use crate::store::mentions::{self, Mention};
use crate::store::outages;

/// Published, and beginning within seven days.
pub fn coming(outages: Vec<Outage>, now: Timestamp) -> Vec<Outage> {
    let mut all = outages;
    all.retain(|outage| outage.state == State::Published && is_coming(outage.starts(), now));
    all
}

/// A record was completed: if something was coming at the caller's address, he should have been told.
pub async fn heard(tx: &mut Tx, event: &Emitted) -> anyhow::Result<()> {
    let Some(done) = event.is::<interactions::Completed>()? else { return Ok(()) };
    let customer = done.customer.as_deref().and_then(|id| id.parse::<CustomerId>().ok());
    let (Some(customer), 1) = (customer, done.edition) else { return Ok(()) };
    for outage in coming(outages::of_party(tx, customer.get()).await?, event.at) {
        let mention =
            Mention { call: done.call, outage: outage.id, agent: done.agent, at: event.at, answer: None };
        mentions::owe(tx, &mention).await?;
    }
    Ok(())
}
