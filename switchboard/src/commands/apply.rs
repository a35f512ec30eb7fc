//! `switchboard apply`: makes the centre what a file says, the second time changing nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use calls::LinesChanged;
use calls::rules::{Centre, DialRule};
use calls::store::lines;
use ivr_flows::By;
use people::PutAgent;
use web::App;

use super::export;
use crate::centre::{self, CentreSpec};
use crate::config::{self, Place};
use crate::store::{self, Folders};
use crate::wiring;

/// What has been done, for the last line.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Done {
    pub queues: usize,
    pub trunks: usize,
    pub agents: usize,
    pub flows: usize,
    pub numbers: usize,
    /// People who were new or different.
    pub changed: usize,
    /// What is there and not in the file, by kind: it stays as it is.
    pub kept: Vec<String>,
}

pub async fn run(file: &Path, place: &Place) -> Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let spec = centre::read(&text).map_err(|troubles| anyhow!("{}:\n{troubles}", file.display()))?;
    let folders = Folders::open(&place.data())?;
    let app = store::open(&place.database()).await?;
    let calendar = store::calendar(&spec.centre.time_zone);
    let silent = speech::Speech::none("nothing is spoken while a file is put in");
    let flows = store::flows_centre(&folders, &config::prompts(), calendar, silent)?;
    let done = apply(&app, config::REALM, &flows, &spec).await?;
    app.db.close().await;
    println!(
        "{}: {} queues, {} trunks, {} people ({} changed), {} flows, {} numbers",
        file.display(),
        done.queues,
        done.trunks,
        done.agents,
        done.changed,
        done.flows,
        done.numbers
    );
    for kept in &done.kept {
        println!("kept, though not in this file: {kept}");
    }
    Ok(())
}

/// Puts a centre in. A running one takes it over by the events that are written with it.
pub async fn apply(app: &App, realm: &str, flows: &ivr_flows::Centre, spec: &CentreSpec) -> Result<Done> {
    people::start(&app.db, &[]).await?;
    let kept = absent(&export::spec(&app.db).await?, spec);
    put_lines(app, spec).await?;
    let changed = put_people(app, realm, spec).await?;
    put_flows(app, flows, spec).await?;
    Ok(Done {
        queues: spec.queues.len(),
        trunks: spec.trunks.len(),
        agents: spec.agents.len(),
        flows: spec.flows.len(),
        numbers: spec.numbers.len(),
        changed,
        kept,
    })
}

/// What is in the centre and not in the file. Deleting it is somebody's decision: an agent who left has a history, and a
/// queue has callers.
fn absent(before: &CentreSpec, file: &CentreSpec) -> Vec<String> {
    fn names<'a, T>(
        kind: &str,
        before: &'a [T],
        file: &'a [T],
        name: impl Fn(&'a T) -> &'a str,
    ) -> Option<String> {
        let known: BTreeSet<&str> = file.iter().map(&name).collect();
        let absent: Vec<&str> = before.iter().map(&name).filter(|name| !known.contains(name)).collect();
        (!absent.is_empty()).then(|| format!("{kind} {}", absent.join(", ")))
    }
    [
        names("trunks", &before.trunks, &file.trunks, |trunk| &trunk.name),
        names("numbers", &before.numbers, &file.numbers, |number| &number.did),
        names("queues", &before.queues, &file.queues, |queue| &queue.name),
        names("groups", &before.groups, &file.groups, |group| &group.name),
        names("agents", &before.agents, &file.agents, |agent| &agent.number),
        names("flows", &before.flows, &file.flows, |flow| &flow.name),
    ]
    .into_iter()
    .flatten()
    .collect()
}

async fn put_lines(app: &App, spec: &CentreSpec) -> Result<()> {
    let before = lines::all(&app.db).await?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut any = false;
    let named = lines::centre(&app.db).await?;
    // A file without [centre] says nothing of it.
    if !spec.centre.name.is_empty() {
        let told = Centre { name: spec.centre.name.clone(), time_zone: spec.centre.time_zone.clone() };
        if told != named {
            lines::put_centre(&mut tx, None, now, &told).await?;
            any = true;
        }
    }
    for queue in &spec.queues {
        if !before.queues.iter().any(|(_, known)| known == queue) {
            lines::put_queue(&mut tx, &app.mint, None, now, queue).await?;
            any = true;
        }
    }
    for trunk in &spec.trunks {
        if !before.trunks.iter().any(|(_, known)| known == trunk) {
            lines::put_trunk(&mut tx, &app.mint, None, now, trunk).await?;
            any = true;
        }
    }
    if any {
        tx.emit(now, &LinesChanged {})?;
    }
    tx.commit().await?;
    if before.dial_rules != spec.dial {
        let known = lines::all(&app.db).await?;
        let rules: Vec<(DialRule, _)> = spec
            .dial
            .iter()
            .map(|rule| (rule.clone(), rule.trunk.as_ref().and_then(|name| known.trunk(name))))
            .collect();
        let mut tx = app.db.begin().await?;
        lines::put_dial_rules(&mut tx, None, now, &rules).await?;
        tx.emit(now, &LinesChanged {})?;
        tx.commit().await?;
    }
    Ok(())
}

async fn put_people(app: &App, realm: &str, spec: &CentreSpec) -> Result<usize> {
    let known = lines::all(&app.db).await?;
    let mut groups = BTreeMap::new();
    for group in &spec.groups {
        groups.insert(group.name.as_str(), people::store::put::put_group(app, &group.name).await?);
    }
    let mut changed = 0;
    let mut persons = BTreeMap::new();
    for agent in &spec.agents {
        let put = PutAgent {
            number: agent.number.clone(),
            name: agent.name.clone(),
            group: agent.group.as_deref().and_then(|name| groups.get(name).copied()),
            roles: Some(agent.roles.iter().cloned().collect()),
            queues: wiring::ranked(&known, &agent.queues),
            skills: agent.skills.clone(),
            password: agent.password.clone(),
            contact: agent.contact.clone(),
            ready: agent.ready,
            wrap_up: agent.wrap_up_s.map(|s| std::time::Duration::from_secs(u64::from(s))),
        };
        let failed = || anyhow!("the agent {}", agent.number);
        let (person, is_changed) = people::put_agent(app, realm, &put)
            .await
            .map_err(|error| anyhow!("{error:?}"))
            .with_context(failed)?;
        persons.insert(agent.number.as_str(), person);
        changed += usize::from(is_changed);
    }
    for group in &spec.groups {
        let leader = group.leader.as_deref().and_then(|number| persons.get(number));
        if let (Some(id), Some(leader)) = (groups.get(group.name.as_str()), leader) {
            people::store::put::lead_group(app, *id, *leader).await?;
        }
    }
    Ok(changed)
}

async fn put_flows(app: &App, flows: &ivr_flows::Centre, spec: &CentreSpec) -> Result<()> {
    let names = flows.names(&app.db).await?;
    let by = By { person: None, name: Some("centre.toml".to_owned()) };
    let mut tx = app.db.begin().await?;
    let mut ids = BTreeMap::new();
    for flow in &spec.flows {
        match ivr_flows::put_flow(&mut tx, &names, &app.mint, flow, &by, app.now()).await? {
            Ok(id) => {
                ids.insert(flow.name.as_str(), id);
            }
            Err(refusal) => bail!("the flow {}: {refusal}", flow.name),
        }
    }
    for number in &spec.numbers {
        let Some(id) = ids.get(number.flow.as_str()) else {
            bail!("the number {} leads to no flow", number.did)
        };
        if let Err(refusal) = ivr_flows::put_number(&mut tx, &number.did, *id, &by, app.now()).await? {
            bail!("the number {}: {refusal}", number.did);
        }
    }
    tx.commit().await
}
