//! Brings a file in: read on a blocking thread, written in batches. Each batch is whole or not at all, so a stopped import
//! leaves nothing half, and the same file again changes nothing.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::{Context, Result};
use db::Entry;
use kernel::{CustomerId, PersonId};
use serde_json::json;
use sheets::{Progress, Trouble};
use tokio::sync::mpsc;
use web::App;

use crate::Changed;
use crate::rules::bulk::Record;
use crate::rules::change::By;
use crate::rules::columns::{Column, Problem, Why, guess, record};
use crate::rules::job::{Counts, Detail, JobKind, Wrong};
use crate::rules::{Customer, Source, network_sheet, update};
use crate::store::save::Mark;
use crate::store::{bulk, jobs, load, save};
use crate::work::errors::Errors;

/// Rows written in one transaction.
pub const BATCH: usize = 500;
const SAMPLE: usize = 8;

/// The headings and the first rows, with what the columns seem to be.
pub fn preview(path: &Path, kind: JobKind) -> Result<Detail> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    sheets::open(path, &mut |_, cells| {
        rows.push(cells.iter().map(|cell| cell.chars().take(80).collect()).collect());
        Ok(rows.len() <= SAMPLE)
    })?;
    anyhow::ensure!(!rows.is_empty(), Trouble::Empty);
    let headings = rows.remove(0);
    let columns = match kind {
        JobKind::Customers => guess(&headings),
        JobKind::Network => network_sheet::guess(&headings),
    };
    Ok(Detail { columns, headings, sample: rows, ..Detail::default() })
}

/// What is to be done with a file.
pub struct Plan<'a> {
    pub file: &'a Path,
    /// Where rows that cannot be taken are written, with what to do about them.
    pub errors: &'a Path,
    pub columns: &'a [Option<Column>],
    pub who: PersonId,
    /// Only try: nothing is written to the database.
    pub dry: bool,
}

type Parsed = (usize, std::result::Result<Box<Record>, Problem>);

/// Runs to the end, or until it is stopped: then what was written stays.
pub async fn run(app: &App, plan: &Plan<'_>, progress: &Progress) -> Result<(Counts, Vec<Wrong>)> {
    // The reader waits for the writer: never more than a few batches are in memory.
    let (send, mut receive) = mpsc::channel::<Vec<Parsed>>(2);
    let (file, columns) = (plan.file.to_owned(), plan.columns.to_vec());
    let reading = tokio::task::spawn_blocking(move || read(&file, &columns, &send));
    let mut errors = Errors::create(plan.errors)?;
    let mut counts = Counts::default();
    while let Some(batch) = receive.recv().await {
        counts.rows += batch.len() as u64;
        let mut records = Vec::with_capacity(batch.len());
        for (row, parsed) in batch {
            match parsed {
                Ok(record) => records.push(*record),
                Err(problem) => errors.add(row, problem)?,
            }
        }
        write(app, plan, &records, &mut counts).await?;
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
    counts.wrong = errors.many;
    Ok((counts, errors.finish()?))
}

fn read(path: &Path, columns: &[Option<Column>], send: &mpsc::Sender<Vec<Parsed>>) -> Result<()> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut batch: Vec<Parsed> = Vec::with_capacity(BATCH);
    let mut first = true;
    sheets::open(path, &mut |row, cells| {
        if std::mem::take(&mut first) {
            return Ok(true);
        }
        let parsed = record(columns, &cells).and_then(|record| {
            if seen.insert(record.account.clone()) {
                Ok(Box::new(record))
            } else {
                Err(Problem { column: Column::Account, why: Why::Twice, value: record.account })
            }
        });
        batch.push((row, parsed));
        if batch.len() >= BATCH {
            return Ok(send.blocking_send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH))).is_ok());
        }
        Ok(true)
    })?;
    // Whoever listens may have gone: it was stopped.
    let _ = send.blocking_send(batch);
    Ok(())
}

/// One batch: new customers in one go, known ones where something differs.
async fn write(app: &App, plan: &Plan<'_>, records: &[Record], counts: &mut Counts) -> Result<()> {
    let numbers: Vec<&str> = records.iter().map(|record| record.account.as_str()).collect();
    let known = jobs::known(&app.db, &numbers).await?;
    let (new, old): (Vec<&Record>, Vec<&Record>) =
        records.iter().partition(|record| !known.contains_key(&record.account));
    let mut parties: Vec<CustomerId> = known.values().copied().collect();
    parties.sort_unstable();
    parties.dedup();
    let mut customers: BTreeMap<CustomerId, Customer> =
        load::some(&app.db, &parties).await?.into_iter().map(|customer| (customer.id, customer)).collect();
    let now = app.now();
    let mut changed: Vec<(Customer, Customer, Vec<&'static str>)> = Vec::new();
    {
        let id = || app.id::<i64>();
        let by = By { who: plan.who, now, id: &id };
        for record in old {
            let Some(customer) = known.get(&record.account).and_then(|party| customers.get_mut(party)) else {
                continue;
            };
            match update::update(customer, record, &by) {
                None => counts.same += 1,
                Some((after, fields)) => {
                    counts.changed += 1;
                    // Several rows may be about one customer: the later ones go on from the earlier.
                    let before = std::mem::replace(customer, after.clone());
                    match changed.iter_mut().find(|(_, so_far, _)| so_far.id == after.id) {
                        Some((_, so_far, all)) => {
                            *so_far = after;
                            all.extend(fields);
                        }
                        None => changed.push((before, after, fields)),
                    }
                }
            }
        }
    }
    counts.new += new.len() as u64;
    if plan.dry || (new.is_empty() && changed.is_empty()) {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    let new: Vec<Record> = new.into_iter().cloned().collect();
    if !new.is_empty() {
        bulk::add(&mut tx, &new, Source::Imported, Some(plan.who), now, || app.id()).await?;
    }
    for (before, after, fields) in &changed {
        let mark = Mark { who: plan.who, at: now, id: app.id() };
        match save::record(&mut tx, Some(before), after, mark, "import_changed").await {
            Ok(()) => {}
            Err(web::Error::Failed(failure)) => return Err(failure),
            Err(web::Error::Refused { body, .. }) => anyhow::bail!("{}: start the import again", body.code),
        }
        tx.journal(Entry {
            at: now,
            who: Some(plan.who),
            room: "customers",
            subject: after.id.to_string(),
            kind: "import_changed",
            payload: json!({ "fields": fields }),
        });
    }
    if !changed.is_empty() {
        let customers = changed.iter().map(|(_, after, _)| after.id).collect();
        tx.emit(now, &Changed { customers })?;
    }
    tx.commit().await
}
