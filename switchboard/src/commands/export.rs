//! `switchboard export`: the centre written back as a file. Passwords are not in it; applied again, they stay.

use std::collections::BTreeMap;

use anyhow::Result;
use calls::store::lines;
use kernel::QueueId;

use crate::centre::{self, Agent, Centre, CentreSpec, Group, Number};
use crate::config::Place;
use crate::store;

pub async fn run(place: &Place) -> Result<()> {
    let app = store::open(&place.database()).await?;
    print!("{}", centre::write(&spec(&app.db).await?)?);
    app.db.close().await;
    Ok(())
}

fn known_centre(kept: calls::rules::Centre) -> Centre {
    let plain = Centre::default();
    let time_zone = Some(kept.time_zone).filter(|zone| !zone.is_empty()).unwrap_or(plain.time_zone);
    Centre { name: kept.name, time_zone }
}

/// The centre as it is.
pub async fn spec(db: &db::Db) -> Result<CentreSpec> {
    let lines = lines::all(db).await?;
    let names: BTreeMap<QueueId, String> =
        lines.queues.iter().map(|(id, queue)| (*id, queue.name.clone())).collect();
    let roles = people::store::put::roles(db).await?;
    let groups = people::store::groups::groups(db).await?;
    let people = people::agents(db).await?;
    let number = |id| people.iter().find(|person| person.person == id).map(|person| person.number.clone());
    let group = |group: &people::rules::Group| Group {
        name: group.name.clone(),
        leader: group.leader.and_then(number),
    };
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
            group: agent
                .group
                .and_then(|id| groups.iter().find(|group| group.id == id))
                .map(|group| group.name.clone()),
            roles: roles.get(&agent.person).cloned().unwrap_or_default(),
        }
    };
    let flows = ivr_flows::export(db).await?;
    let numbers = ivr_flows::numbers(db).await?;
    Ok(CentreSpec {
        centre: known_centre(lines::centre(db).await?),
        trunks: lines.trunks.into_iter().map(|(_, trunk)| trunk).collect(),
        numbers: numbers.into_iter().map(|(did, flow)| Number { did, flow }).collect(),
        queues: lines.queues.into_iter().map(|(_, queue)| queue).collect(),
        groups: groups.iter().map(group).collect(),
        agents: people.iter().cloned().map(agent).collect(),
        dial: lines.dial_rules,
        flows,
    })
}
