//! The network from and into files. Elements are looked at all together before any is written; then, like accounts with what
//! they hang below, they are written in batches, each whole or not at all, so that a stopped import can be run again.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::{Context, Result};
use db::Entry;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sheets::{Progress, Rows, Trouble, Words};
use tokio::sync::mpsc;
use utoipa::ToSchema;
use web::App;

use super::errors::Errors;
use super::import::{BATCH, Plan};
use crate::rules::columns::{Column, Problem, Why};
use crate::rules::job::{Counts, Wrong};
use crate::rules::network::Element;
use crate::rules::network_sheet::{Brings, Cells, Sorted, There, attachment, check, element, sort};
use crate::store::elements::By;
use crate::store::{network, whole_network};

/// No utility of a million homes has a tenth of it.
const ELEMENTS_MAX: usize = 500_000;

/// Runs to the end, or until it is stopped: then what was written stays.
pub async fn run(app: &App, plan: &Plan<'_>, progress: &Progress) -> Result<(Counts, Vec<Wrong>)> {
    let mut errors = Errors::create(plan.errors)?;
    let mut counts = match check(plan.columns)? {
        Brings::Elements => elements(app, plan, progress, &mut errors).await?,
        Brings::Attachments => attachments(app, plan, progress, &mut errors).await?,
    };
    counts.wrong = errors.many;
    Ok((counts, errors.finish()?))
}

async fn elements(app: &App, plan: &Plan<'_>, progress: &Progress, errors: &mut Errors) -> Result<Counts> {
    let (file, columns) = (plan.file.to_owned(), plan.columns.to_vec());
    let read = tokio::task::spawn_blocking(move || read_elements(&file, &columns)).await;
    let (rows, unreadable) = read.context("the reader broke on this file")??;
    let mut counts = Counts { rows: (rows.len() + unreadable.len()) as u64, ..Counts::default() };
    let there = whole_network::all(&app.db).await?;
    let Sorted { good, mut wrong } = sort(rows, &there);
    wrong.extend(unreadable);
    wrong.sort_by_key(|(row, _)| *row);
    let mut done = wrong.len() as u64;
    for (row, problem) in wrong {
        errors.add(row, problem)?;
    }
    for batch in good.chunks(BATCH) {
        let mut changed: Vec<Element> = Vec::new();
        // What something hung below, and hangs below now.
        let mut around: BTreeSet<&str> = BTreeSet::new();
        for (_, element) in batch {
            match there.get(&element.code) {
                None => counts.new += 1,
                Some(known) if differs(known, element) => {
                    counts.changed += 1;
                    if element.parent.is_some() && known.parent != element.parent {
                        let both = known.parent.iter().chain(&element.parent);
                        around.extend(both.map(String::as_str));
                    }
                }
                Some(_) => {
                    counts.same += 1;
                    continue;
                }
            }
            changed.push(element.clone());
        }
        if !plan.dry && !changed.is_empty() {
            let mut tx = app.db.begin().await?;
            network::put(&mut tx, &changed, || app.id()).await?;
            let codes: Vec<&str> = changed.iter().map(|element| element.code.as_str()).collect();
            tx.journal(note(app, plan, "elements_imported", json!({ "elements": codes })));
            let touched = network::of_codes(&mut tx, &around).await?;
            network::tell(&mut tx, touched, By { who: plan.who, at: app.now() }, "")?;
            tx.commit().await?;
        }
        done += batch.len() as u64;
        progress.done.store(done, Ordering::Relaxed);
        if progress.is_stopped() {
            break;
        }
    }
    Ok(counts)
}

/// A row without what supplies it says nothing about it.
fn differs(known: &There, element: &Element) -> bool {
    known.name != element.name || (element.parent.is_some() && known.parent != element.parent)
}

type ElementRows = (Vec<(usize, Element)>, Vec<(usize, Problem)>);

fn read_elements(path: &Path, columns: &[Option<Column>]) -> Result<ElementRows> {
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    let mut first = true;
    sheets::open(path, &mut |row, cells| {
        if std::mem::take(&mut first) {
            return Ok(true);
        }
        match element(&Cells { columns, cells: &cells }) {
            Ok(element) => rows.push((row, element)),
            Err(problem) => wrong.push((row, problem)),
        }
        anyhow::ensure!(rows.len() <= ELEMENTS_MAX, Trouble::TooLong);
        Ok(true)
    })?;
    Ok((rows, wrong))
}

type Pairs = Vec<(usize, std::result::Result<(String, String), Problem>)>;

async fn attachments(app: &App, plan: &Plan<'_>, progress: &Progress, errors: &mut Errors) -> Result<Counts> {
    // The reader waits for the writer: never more than a few batches are in memory.
    let (send, mut receive) = mpsc::channel::<Pairs>(2);
    let (file, columns) = (plan.file.to_owned(), plan.columns.to_vec());
    let reading = tokio::task::spawn_blocking(move || read_pairs(&file, &columns, &send));
    let mut counts = Counts::default();
    while let Some(batch) = receive.recv().await {
        counts.rows += batch.len() as u64;
        let mut pairs: BTreeMap<String, (usize, String)> = BTreeMap::new();
        let mut wrong = Vec::new();
        for (row, pair) in batch {
            match pair {
                Err(problem) => wrong.push((row, problem)),
                Ok((account, code)) => {
                    pairs.insert(account, (row, code));
                }
            }
        }
        attach(app, plan, pairs, &mut counts, &mut wrong).await?;
        wrong.sort_by_key(|(row, _)| *row);
        for (row, problem) in wrong {
            errors.add(row, problem)?;
        }
        progress.done.store(counts.rows, Ordering::Relaxed);
        if progress.is_stopped() {
            break;
        }
    }
    drop(receive);
    let read = reading.await.context("the reader broke on this file")?;
    if !progress.is_stopped() {
        read?;
    }
    Ok(counts)
}

fn read_pairs(path: &Path, columns: &[Option<Column>], send: &mpsc::Sender<Pairs>) -> Result<()> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut batch: Pairs = Vec::with_capacity(BATCH);
    let mut first = true;
    sheets::open(path, &mut |row, cells| {
        if std::mem::take(&mut first) {
            return Ok(true);
        }
        let pair = attachment(&Cells { columns, cells: &cells }).and_then(|(account, code)| {
            if seen.insert(account.clone()) {
                Ok((account, code))
            } else {
                Err(Problem { column: Column::Account, why: Why::Twice, value: account })
            }
        });
        batch.push((row, pair));
        if batch.len() >= BATCH {
            return Ok(send.blocking_send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).is_ok());
        }
        Ok(true)
    })?;
    // Whoever listens may have gone: it was stopped.
    let _ = send.blocking_send(batch);
    Ok(())
}

async fn attach(
    app: &App,
    plan: &Plan<'_>,
    pairs: BTreeMap<String, (usize, String)>,
    counts: &mut Counts,
    wrong: &mut Vec<(usize, Problem)>,
) -> Result<()> {
    let accounts = whole_network::accounts(&app.db, pairs.keys()).await?;
    let elements = whole_network::elements(&app.db, pairs.values().map(|(_, code)| code)).await?;
    let (mut below, mut without) = (Vec::new(), Vec::new());
    for (number, (row, code)) in pairs {
        let mut told = |column: Column, why: Why, value: &str| {
            wrong.push((row, Problem { column, why, value: value.to_owned() }));
        };
        let Some(account) = accounts.get(&number) else {
            told(Column::Account, Why::UnknownAccount, &number);
            continue;
        };
        match elements.get(&code) {
            None => told(Column::Element, Why::UnknownElement, &code),
            Some(element) if element.retired_at.is_some() => told(Column::Element, Why::Retired, &code),
            Some(element) if element.kind.utility() != account.utility => {
                told(Column::Element, Why::OtherUtility, &code);
            }
            Some(element) if account.points > 0 && account.element == Some(element.id) => counts.same += 1,
            Some(_) => {
                match account.element {
                    None => counts.new += 1,
                    Some(_) => counts.changed += 1,
                }
                if account.points == 0 {
                    without.push(account.id);
                }
                below.push((number, code));
            }
        }
    }
    if plan.dry || below.is_empty() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    let moving = below.iter().map(|(account, _)| account.as_str()).collect();
    let mut touched = network::under(&mut tx, &moving).await?;
    network::points(&mut tx, &without, || app.id()).await?;
    network::attach(&mut tx, &below).await?;
    touched.extend(below.iter().filter_map(|(_, code)| elements.get(code)).map(|element| element.id));
    network::tell(&mut tx, touched, By { who: plan.who, at: app.now() }, "")?;
    tx.journal(note(app, plan, "accounts_attached", json!({ "accounts": below.len() })));
    tx.commit().await
}

fn note(app: &App, plan: &Plan<'_>, kind: &'static str, payload: serde_json::Value) -> Entry {
    let subject = "network".to_owned();
    Entry { at: app.now(), who: Some(plan.who), room: "customers", subject, kind, payload }
}

/// What of the network goes into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    Elements,
    Attachments,
}

/// The headings are known again when the file is brought in.
pub fn headings(words: &Words, which: Which) -> Vec<String> {
    let keys: &[&str] = match which {
        Which::Elements => &["column.element", "column.element_name", "column.element_kind", "column.parent"],
        Which::Attachments => &["column.account", "column.element"],
    };
    keys.iter().map(|key| words.get(key)).collect()
}

/// Rows read at a time.
const PAGE: i64 = if cfg!(test) { 2 } else { 2_000 };

pub async fn rows(app: App, words: Words, which: Which, mut out: Rows) -> Result<()> {
    let mut after = 0;
    loop {
        let page: Vec<(i64, Vec<String>)> = match which {
            Which::Elements => whole_network::page(&app.db, after, PAGE)
                .await?
                .into_iter()
                .filter(|(_, _, there)| !there.retired)
                .map(|(id, code, there)| {
                    let kind = words.get(&format!("network.kind.{}", there.kind.as_str()));
                    (id, vec![code, there.name, kind, there.parent.unwrap_or_default()])
                })
                .collect(),
            Which::Attachments => whole_network::attached(&app.db, after, PAGE)
                .await?
                .into_iter()
                .map(|(id, account, code)| (id, vec![account, code]))
                .collect(),
        };
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        for (_, row) in page {
            if !out.push(row).await {
                return Ok(());
            }
        }
    }
}
