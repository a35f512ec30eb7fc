//! Writes customers into a file, masked unless whoever asked may have them whole; every cell is inert.

use std::path::Path;
use std::sync::atomic::Ordering;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::App;

use super::Progress;
use crate::http::view::{self, CustomerView, Sight};
use crate::store::find::{self, Filter};
use crate::store::load;
use crate::table::{CsvFile, XlsxFile};

/// Customers read at a time.
const PAGE: i64 = 500;
/// A sheet holds no more.
const ROWS_MAX: u64 = 1_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Csv,
    Xlsx,
}

const HEADINGS: &[&str] =
    &["户名", "性质", "户号", "业务", "类别", "地址", "表号", "表具类型", "安装年份", "电话", "标记"];

enum Out {
    Csv(Box<CsvFile>),
    Xlsx(Box<XlsxFile>),
}

/// Returns the rows written: one for each account, one for a customer without.
pub async fn run(
    app: &App,
    filter: &Filter,
    kind: FileKind,
    sight: Sight,
    path: &Path,
    progress: &Progress,
) -> Result<u64> {
    let headings: Vec<String> = HEADINGS.iter().map(|heading| (*heading).to_owned()).collect();
    let mut out = match kind {
        FileKind::Csv => {
            let mut file = CsvFile::create(path)?;
            file.row(&headings)?;
            Out::Csv(Box::new(file))
        }
        FileKind::Xlsx => Out::Xlsx(Box::new(XlsxFile::create("客户", &headings)?)),
    };
    let mut filter = filter.clone();
    let mut rows = 0;
    loop {
        let mut ids = find::page(&app.db, &filter, PAGE).await?;
        let more = filter.text.is_none() && ids.len() as i64 > PAGE;
        ids.truncate(PAGE as usize);
        filter.before = ids.last().copied();
        for customer in load::some(&app.db, &ids).await? {
            for row in lines(&view::whole(customer, sight)) {
                match &mut out {
                    Out::Csv(file) => file.row(&row)?,
                    Out::Xlsx(file) => file.row(&row)?,
                }
                rows += 1;
            }
        }
        progress.done.store(rows, Ordering::Relaxed);
        if !more || progress.is_stopped() || rows >= ROWS_MAX {
            break;
        }
    }
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || match out {
        Out::Csv(file) => file.finish(),
        Out::Xlsx(file) => file.save(&path),
    })
    .await??;
    Ok(rows)
}

fn lines(customer: &CustomerView) -> Vec<Vec<String>> {
    let numbers: Vec<&str> = customer.contacts.iter().map(|contact| contact.number.as_str()).collect();
    let flags: Vec<&str> = customer.flags.iter().map(|flag| flag.flag.as_str()).collect();
    let row = |account: Option<&view::AccountView>| {
        let meter =
            account.and_then(|account| account.meters.iter().find(|meter| meter.removed_at.is_none()));
        let of = |text: Option<&str>| text.unwrap_or_default().to_owned();
        vec![
            customer.name.clone(),
            customer.kind.as_str().to_owned(),
            of(account.map(|account| account.number.as_str())),
            of(account.map(|account| account.utility.as_str())),
            of(account.map(|account| account.class.as_str())),
            of(account.map(|account| account.address.as_str())),
            of(meter.map(|meter| meter.number.as_str())),
            of(meter.map(|meter| meter.kind.as_str())),
            meter.and_then(|meter| meter.installed_year).map(|year| year.to_string()).unwrap_or_default(),
            numbers.join("、"),
            flags.join("、"),
        ]
    };
    if customer.accounts.is_empty() {
        return vec![row(None)];
    }
    customer.accounts.iter().map(|account| row(Some(account))).collect()
}
