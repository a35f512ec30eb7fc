//! Who wants which messages.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use db::{Db, Row, Text, Tx, in_texts};
use kernel::{PersonId, Timestamp};
use sqlx::Row as _;

use crate::rules::Class;

const OF_MANY: Text =
    in_texts!("SELECT recipient, class, granted FROM notices_consent WHERE recipient IN ", "");
const SET_CONSENT: &str = "INSERT INTO notices_consent (recipient, class, granted, source, who, at) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (recipient, class) DO UPDATE SET granted = excluded.granted, \
     source = excluded.source, who = excluded.who, at = excluded.at";
const CONSENTS: &str = "SELECT recipient, class, granted, source, who, at FROM notices_consent \
     WHERE ($1 = '' OR recipient = $1) ORDER BY at DESC LIMIT $2";

/// What these recipients have said about messages of each class.
pub async fn of_many(
    tx: &mut Tx,
    recipients: &BTreeSet<&str>,
) -> anyhow::Result<BTreeMap<(String, Class), bool>> {
    let query = sqlx::query(OF_MANY.of(tx.db().kind())).bind(serde_json::to_string(recipients)?);
    let rows = query.fetch_all(&mut **tx).await.context("reading consents")?;
    let one = |row: &Row| {
        let class: String = row.try_get("class")?;
        let class = Class::of(&class).with_context(|| format!("the class {class}"))?;
        Ok(((row.try_get("recipient")?, class), row.try_get::<i64, _>("granted")? == 1))
    };
    rows.iter().map(one).collect()
}

/// A consent as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub recipient: String,
    pub class: Class,
    pub granted: bool,
    /// `reply`, or what a person said.
    pub source: String,
    pub who: Option<PersonId>,
    pub at: Timestamp,
}

pub async fn set_consent(tx: &mut Tx, consent: &Consent) -> anyhow::Result<()> {
    let set = sqlx::query(SET_CONSENT)
        .bind(&consent.recipient)
        .bind(consent.class.as_str())
        .bind(i64::from(consent.granted))
        .bind(&consent.source)
        .bind(consent.who.map(PersonId::get))
        .bind(consent.at.as_micros());
    set.execute(&mut **tx).await.context("keeping a consent")?;
    Ok(())
}

/// The latest, or those of one recipient.
pub async fn consents(db: &Db, recipient: &str, limit: i64) -> anyhow::Result<Vec<Consent>> {
    let rows = sqlx::query(CONSENTS).bind(recipient).bind(limit).fetch_all(db.read()).await;
    let one = |row: &Row| {
        let class: String = row.try_get("class")?;
        Ok(Consent {
            recipient: row.try_get("recipient")?,
            class: Class::of(&class).with_context(|| format!("the class {class}"))?,
            granted: row.try_get::<i64, _>("granted")? == 1,
            source: row.try_get("source")?,
            who: row.try_get::<Option<i64>, _>("who")?.map(PersonId),
            at: Timestamp::from_micros(row.try_get("at")?),
        })
    };
    rows.context("reading consents")?.iter().map(one).collect()
}
