//! The demo's organisation: a gas company with two district branches, its departments and crews.

use std::collections::BTreeMap;

use kernel::{PersonId, UnitId};
use serde::Deserialize;
use serde_json::json;
use web::App;

use crate::http::note;
use crate::rules::{Kind, Member, Post, Tree, Unit};
use crate::store;

const DEMO: &str = include_str!("../demo/gas.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Organisation {
    /// Above before below.
    unit: Vec<DemoUnit>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoUnit {
    code: String,
    name: String,
    kind: Kind,
    /// The code of the one above.
    parent: Option<String>,
    #[serde(default)]
    external: bool,
    #[serde(default)]
    duties: Vec<String>,
    #[serde(default)]
    areas: Vec<String>,
    phone: Option<String>,
    #[serde(default)]
    members: Vec<DemoMember>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoMember {
    number: String,
    post: Post,
    phone: Option<String>,
}

/// Puts the demo's organisation in where there is none yet; who of it works here is looked up by 工号.
pub async fn put_demo(app: &App, people: &BTreeMap<String, PersonId>) -> anyhow::Result<()> {
    let organisation: Organisation = toml::from_str(DEMO)?;
    let now = app.now();
    let mut tx = app.db.begin().await?;
    let mut units = store::hold(&mut tx).await?;
    if !units.is_empty() {
        return Ok(());
    }
    let mut ids: BTreeMap<String, UnitId> = BTreeMap::new();
    for demo in organisation.unit {
        let unit = Unit {
            id: app.id(),
            parent: demo.parent.as_ref().and_then(|code| ids.get(code).copied()),
            kind: demo.kind,
            code: demo.code,
            name: demo.name,
            external: demo.external,
            duties: demo.duties,
            areas: demo.areas,
            phone: demo.phone,
            retired_at: None,
            version: 1,
        };
        let unit = unit.tidy()?;
        Tree::from(units.clone()).put(&unit)?;
        store::add(&mut tx, &unit).await?;
        for member in demo.members {
            if let Some(person) = people.get(&member.number).copied() {
                let DemoMember { post, phone, .. } = member;
                store::put_member(&mut tx, &Member { unit: unit.id, person, post, phone, since: now })
                    .await?;
            }
        }
        note(&mut tx, now, None, unit.id, "unit_added", json!({ "code": unit.code, "name": unit.name }))?;
        ids.insert(unit.code.clone(), unit.id);
        units.push(unit);
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_fits() {
        let organisation: Organisation = toml::from_str(DEMO).expect("demo/gas.toml");
        let mut known: Vec<&str> = Vec::new();
        for unit in &organisation.unit {
            assert!(unit.parent.as_deref().is_none_or(|parent| known.contains(&parent)), "{}", unit.code);
            known.push(&unit.code);
        }
    }
}
