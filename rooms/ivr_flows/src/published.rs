//! What the exchange is configured with, and how a file of the centre puts flows in.

use std::collections::BTreeMap;
use std::sync::Arc;

use audio::Clip;
use db::{Db, Tx};
use ivr::flow::{Kind, Node};
use ivr::{FlowSource, Names, NodeIx};
use kernel::{FlowId, IdMint, PromptId, QueueId, Timestamp};
use sha2::{Digest, Sha256};

use crate::centre::{self, Centre};
use crate::rules::prompt::Converted;
use crate::rules::source::{self, Found};
use crate::rules::{Act, Refusal, checked_name, checked_number, decide};
use crate::store::prompts::Prompt;
use crate::store::{self, By};

/// Everything callers can hear now.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// Called number → flow.
    pub numbers: BTreeMap<String, FlowId>,
    pub flows: BTreeMap<FlowId, Arc<ivr::Flow>>,
    /// Flows by name: for settings that name one, like a queue's survey.
    pub names: BTreeMap<String, FlowId>,
    /// Every prompt there is, by name: an uploaded one in place of the house's.
    pub prompts: BTreeMap<String, Clip>,
    /// Published flows that no longer fit the centre (a queue is gone). Their callers are led straight to a queue.
    pub broken: Vec<(String, Vec<Found>)>,
}

/// Reads and compiles what is published, and writes the files of uploaded prompts that are missing here.
pub async fn published(db: &Db, centre: &Centre) -> anyhow::Result<Published> {
    centre::write_files(db, &centre.prompts_dir).await?;
    let names = centre.names(db).await?;
    let mut published = Published { numbers: store::numbers(db.read()).await?, ..Published::default() };
    for flow in store::all(db).await? {
        let Some(live) = flow.live else { continue };
        published.names.insert(flow.name.clone(), flow.id);
        let checked = source::check(&live.source, None, flow.id, live.version, &names);
        let compiled = match checked.flow {
            Some(compiled) => Some(compiled),
            None => {
                published.broken.push((flow.name.clone(), checked.findings));
                straight_to_a_person(flow.id, live.version, &flow.name, &names)
            }
        };
        published.flows.extend(compiled.map(|compiled| (flow.id, Arc::new(compiled))));
    }
    published.prompts = names.prompts.unwrap_or_default();
    published.numbers.retain(|_, flow| published.flows.contains_key(flow));
    Ok(published)
}

/// A caller is answered also when his menu is broken.
fn straight_to_a_person(id: FlowId, version: u32, name: &str, names: &Names) -> Option<ivr::Flow> {
    let queue: QueueId = names.queues.values().next().copied()?;
    let mut flow = ivr::Flow::rating(id, ivr::Prompt::default(), ivr::Prompt::default(), Default::default());
    flow.version = version;
    flow.name = name.to_owned();
    flow.nodes = vec![Node { name: "person".into(), kind: Kind::Queue { queue, urgent: false } }];
    flow.start = NodeIx(0);
    flow.person = Some(NodeIx(0));
    flow.refuge = Some(queue);
    Some(flow)
}

/// Puts a flow in under its name and publishes it, as `centre.toml` says; nothing happens when it is so already.
pub async fn put_flow(
    tx: &mut Tx,
    names: &Names,
    ids: &IdMint,
    flow: &FlowSource,
    by: &By,
    now: Timestamp,
) -> anyhow::Result<Result<FlowId, Refusal>> {
    let name = match checked_name(&flow.name, false) {
        Ok(name) => name,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let text = source::write(flow)?;
    let before = match store::named(tx, &name).await? {
        Some(before) => before,
        None => {
            store::add(tx, ids.mint(now), &name, &text, by, now).await?;
            match store::named(tx, &name).await? {
                Some(added) => added,
                None => anyhow::bail!("the flow {name} was added and is not there"),
            }
        }
    };
    let live_is_same = before.live.as_ref().is_some_and(|live| {
        live.source == text
            || source::check(&live.source, None, before.id, 0, names).source.as_ref() == Some(flow)
    });
    if live_is_same {
        return Ok(Ok(before.id));
    }
    let findings = source::check(&text, None, before.id, before.newest + 1, names).findings;
    let mut flow = before;
    let acts = [Act::SaveDraft { source: text }, Act::Publish { note: None }];
    for act in acts {
        // A draft that is this text already needs no saving.
        if matches!(&act, Act::SaveDraft { source } if *source == flow.draft) {
            continue;
        }
        match decide(&flow, act, flow.revision, by.name.as_deref(), now, &findings) {
            Ok(change) => {
                anyhow::ensure!(store::save(tx, &flow, &change, by, now).await?, "{name} changed meanwhile");
                flow = change.flow.unwrap_or(flow);
            }
            Err(refusal) => return Ok(Err(refusal)),
        }
    }
    Ok(Ok(flow.id))
}

/// Binds a called number to a flow that is published; nothing happens when it is so already.
pub async fn put_number(
    tx: &mut Tx,
    number: &str,
    flow: FlowId,
    by: &By,
    now: Timestamp,
) -> anyhow::Result<Result<(), Refusal>> {
    let number = match checked_number(number) {
        Ok(number) => number,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if store::numbers(&mut **tx).await?.get(&number) == Some(&flow) {
        return Ok(Ok(()));
    }
    match store::get(&mut **tx, flow).await? {
        Some(flow) if flow.live.is_some() => {}
        _ => return Ok(Err(Refusal::NotPublished)),
    }
    store::bind(tx, &number, flow, by, now).await?;
    Ok(Ok(()))
}

/// A recording to be put in; [`crate::rules::prompt::convert`] makes it from a file, which takes a while and is done before
/// the transaction.
#[derive(Clone, Debug)]
pub struct NewPrompt {
    /// As flows will name it; `.wav` is left out.
    pub name: String,
    pub text: Option<String>,
    pub converted: Converted,
    /// In place of the uploaded prompt of this name.
    pub replace: bool,
}

/// Puts a prompt in, from the browser or from a file.
pub async fn put_prompt(
    tx: &mut Tx,
    centre: &Centre,
    ids: &IdMint,
    new: NewPrompt,
    by: &By,
    now: Timestamp,
) -> anyhow::Result<Result<PromptId, Refusal>> {
    let name = match checked_name(new.name.strip_suffix(".wav").unwrap_or(&new.name), true) {
        Ok(name) => name,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Converted { wav, duration_ms } = new.converted;
    let hash = hex::encode(Sha256::digest(&wav));
    // First the file, then the row: a row without its file would be silence for callers.
    centre::write_file(&centre.prompts_dir, &hash, &wav).await?;
    let prompt = Prompt { id: ids.mint(now), name, text: new.text, duration_ms, hash, at: now };
    Ok(match store::prompts::put(tx, &prompt, wav, new.replace, by).await? {
        Some(id) => Ok(id),
        None => Err(Refusal::NameTaken { name: prompt.name }),
    })
}

/// The same, and the clip by which it is played.
pub async fn put_clip(
    tx: &mut Tx,
    centre: &Centre,
    ids: &IdMint,
    new: NewPrompt,
    by: &By,
    now: Timestamp,
) -> anyhow::Result<Result<Clip, Refusal>> {
    let clip = centre::clip_of(&hex::encode(Sha256::digest(&new.converted.wav)));
    Ok(put_prompt(tx, centre, ids, new, by, now).await?.map(|_| clip))
}

/// The published flows as people write them: for `switchboard export`.
pub async fn export(db: &Db) -> anyhow::Result<Vec<FlowSource>> {
    let names = Names {
        queues: BTreeMap::new(),
        prompts: None,
        look_ups: None,
        time_zone: jiff::tz::TimeZone::UTC,
        holidays: Default::default(),
    };
    let flows = store::all(db).await?;
    let live = flows.into_iter().filter_map(|flow| Some((flow.id, flow.live?)));
    Ok(live
        .filter_map(|(id, live)| source::check(&live.source, None, id, live.version, &names).source)
        .collect())
}

/// Called numbers with the names of their flows: for `switchboard export`.
pub async fn numbers(db: &Db) -> anyhow::Result<Vec<(String, String)>> {
    let names: BTreeMap<FlowId, String> =
        store::all(db).await?.into_iter().map(|flow| (flow.id, flow.name)).collect();
    let numbers = store::numbers(db.read()).await?;
    Ok(numbers.into_iter().filter_map(|(number, flow)| Some((number, names.get(&flow)?.clone()))).collect())
}
