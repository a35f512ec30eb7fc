//! Texts that come with the house: of outages, supply and bills as the regulations want them, and of orders.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use anyhow::anyhow;
use db::{Tx, config};
use kernel::Timestamp;
use serde::Deserialize;
use web::App;

use crate::rules::gate::Settings;
use crate::rules::template::{self, Draft, Field, Stage, Template};
use crate::rules::{Class, LANGUAGE};
use crate::store::templates;

const TEXTS: &str = include_str!("../seeds/zh-CN.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    field: Vec<Field>,
    text: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    code: String,
    name: String,
    #[serde(default)]
    urgent: bool,
    #[serde(default)]
    subject: String,
    body: String,
}

/// They are part of the program: read once.
static HOUSE: LazyLock<anyhow::Result<BTreeMap<String, Draft>>> = LazyLock::new(read);

/// The texts with the fields they use, by their codes.
pub fn texts() -> anyhow::Result<&'static BTreeMap<String, Draft>> {
    HOUSE.as_ref().map_err(|failure| anyhow!("the house's texts: {failure:#}"))
}

fn read() -> anyhow::Result<BTreeMap<String, Draft>> {
    let file: File = toml::from_str(TEXTS)?;
    let draft = |text: Text| {
        let used = |field: &&Field| {
            let mark = format!("{{{}}}", field.key);
            text.body.contains(&mark) || text.subject.contains(&mark)
        };
        let code = text.code.clone();
        let fields = file.field.iter().filter(used).cloned().collect();
        let Text { name, urgent, subject, body, .. } = text;
        let draft = Draft { name, class: Class::Service, urgent, subject, body, fields };
        anyhow::Ok((code, template::checked(&draft)?))
    };
    file.text.into_iter().map(draft).collect()
}

/// Puts the house's texts in as drafts, which somebody reads, changes and somebody else approves. What is there stays.
pub async fn put_drafts(app: &App) -> anyhow::Result<()> {
    put(app, Stage::Drafted).await
}

/// The same, in force at once: for the demo.
pub async fn put_demo(app: &App) -> anyhow::Result<()> {
    put(app, Stage::Approved).await
}

/// In whose name the demo writes, unless somebody has set that.
pub async fn sign_demo(app: &App, signature: &str) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    let kept = config::now::<Settings>(&mut tx).await?;
    if kept.value.signature.is_empty() {
        let signed = Settings { signature: signature.to_owned(), ..kept.value };
        config::put(&mut tx, &signed, kept.version, None, app.now()).await?;
    }
    tx.commit().await
}

async fn put(app: &App, stage: Stage) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    put_all(&mut tx, stage, app.now()).await?;
    tx.commit().await
}

pub(crate) async fn put_all(tx: &mut Tx, stage: Stage, now: Timestamp) -> anyhow::Result<()> {
    for (code, draft) in texts()? {
        if templates::newest(tx, code, LANGUAGE).await?.is_some() {
            continue;
        }
        let text = Template {
            code: code.clone(),
            language: LANGUAGE.to_owned(),
            version: 1,
            stage,
            draft: draft.clone(),
            written_by: None,
            written_at: now,
            reviewed_by: None,
            reviewed_at: (stage == Stage::Approved).then_some(now),
            revision: 1,
        };
        templates::add(tx, &text).await?;
    }
    Ok(())
}
