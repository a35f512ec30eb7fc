//! Customers as rows of a file: masked unless whoever asked may have them whole.

use anyhow::Result;
use sheets::{Language, Rows, Words};
use web::App;

use crate::http::view::{self, AccountView, CustomerView, Sight};
use crate::store::find::{self, Filter};
use crate::store::load;

/// Customers read at a time.
const PAGE: i64 = if cfg!(test) { 2 } else { 500 };

/// The columns, by the keys of their words.
const COLUMNS: &[&str] = &[
    "column.name",
    "column.kind",
    "column.account",
    "column.utility",
    "column.class",
    "column.address",
    "column.meter",
    "column.meter_kind",
    "column.installed_year",
    "column.number",
    "flags",
];

/// The words of this room's screens.
pub fn words(language: Language) -> Result<Words> {
    Words::read(
        language,
        include_str!("../../ui/messages/zh-CN.json"),
        include_str!("../../ui/messages/en.json"),
    )
}

pub fn headings(words: &Words) -> Vec<String> {
    COLUMNS.iter().map(|key| words.get(key)).collect()
}

/// One row for each account, one for a customer without.
pub async fn rows(app: App, words: Words, mut filter: Filter, sight: Sight, mut out: Rows) -> Result<()> {
    loop {
        let mut ids = find::page(&app.db, &filter, PAGE).await?;
        let more = filter.text.is_none() && ids.len() as i64 > PAGE;
        ids.truncate(PAGE as usize);
        filter.before = ids.last().copied();
        for customer in load::some(&app.db, &ids).await? {
            for row in lines(&view::whole(customer, sight), &words) {
                if !out.push(row).await {
                    return Ok(());
                }
            }
        }
        if !more {
            return Ok(());
        }
    }
}

fn lines(customer: &CustomerView, words: &Words) -> Vec<Vec<String>> {
    let numbers: Vec<&str> = customer.contacts.iter().map(|contact| contact.number.as_str()).collect();
    let flags: Vec<String> =
        customer.flags.iter().map(|flag| words.get(&format!("flag.{}", flag.flag.as_str()))).collect();
    let row = |account: Option<&AccountView>| {
        let meter =
            account.and_then(|account| account.meters.iter().find(|meter| meter.removed_at.is_none()));
        let word = |of: &str, key: Option<&str>| {
            key.map(|key| words.get(&format!("{of}.{key}"))).unwrap_or_default()
        };
        let of = |text: Option<&str>| text.unwrap_or_default().to_owned();
        vec![
            customer.name.clone(),
            words.get(&format!("kind.{}", customer.kind.as_str())),
            of(account.map(|account| account.number.as_str())),
            word("utility", account.map(|account| account.utility.as_str())),
            word("class", account.map(|account| account.class.as_str())),
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
