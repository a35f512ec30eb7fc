//! `switchboard export`: the centre written back as a file. Passwords are not in it; applied again, they stay.

use std::collections::BTreeMap;

use anyhow::Result;
use calls::store::lines;
use kernel::QueueId;

use crate::centre::{self, Agent, Centre, CentreSpec, Number};
use crate::config::Place;
use crate::store;

pub async fn run(place: &Place) -> Result<()> {
    let app = store::open(&place.database()).await?;
    print!("{}", centre::write(&spec(&app.db).await?)?);
    app.db.close().await;
    Ok(())
}

/// The centre as it is.
pub async fn spec(db: &db::Db) -> Result<CentreSpec> {
    let lines = lines::all(db).await?;
    let names: BTreeMap<QueueId, String> =
        lines.queues.iter().map(|(id, queue)| (*id, queue.name.clone())).collect();
    let agent = |agent: people::Agent| {
        let mut queues: Vec<_> = agent.queues.iter().collect();
        queues.sort_by_key(|(_, rank)| **rank);
        Agent {
            number: agent.number,
            name: agent.name,
            queues: queues.iter().filter_map(|(id, _)| names.get(id).cloned()).collect(),
            password: None,
            contact: agent.contact,
            ready: agent.ready,
            wrap_up_s: agent.wrap_up.map(|wrap| u32::try_from(wrap.as_secs()).unwrap_or(u32::MAX)),
            skills: agent.skills,
            group: None,
            roles: vec!["agent".to_owned()],
        }
    };
    let flows = ivr_flows::export(db).await?;
    let numbers = ivr_flows::numbers(db).await?;
    Ok(CentreSpec {
        centre: Centre::default(),
        trunks: lines.trunks.into_iter().map(|(_, trunk)| trunk).collect(),
        numbers: numbers.into_iter().map(|(did, flow)| Number { did, flow }).collect(),
        queues: lines.queues.into_iter().map(|(_, queue)| queue).collect(),
        groups: Vec::new(),
        agents: people::agents(db).await?.into_iter().map(agent).collect(),
        dial: lines.dial_rules,
        flows,
    })
}
