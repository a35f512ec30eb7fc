//! The demo's organisation: a gas company with two district branches, its departments and crews.

use std::collections::BTreeMap;
use std::time::Duration;

use db::Tx;
use kernel::calendar::Calendar;
use kernel::{PersonId, Timestamp, UnitId};
use serde::Deserialize;
use serde_json::json;
use web::App;

use crate::http::note;
use crate::rules::roster::{Duty, Stretch};
use crate::rules::{Kind, Member, Post, Tree, Unit};
use crate::store;

/// Days of the roster that are planned, from yesterday on.
const DAYS: u64 = 14;
const HALF_DAY: Duration = Duration::from_secs(12 * 3600);

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
    #[serde(default)]
    roster: Plan,
}

/// How a unit's duties are planned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Plan {
    #[default]
    None,
    /// Two people in turn, from eight to eight.
    AroundTheClock,
    /// The same, but nobody is there tomorrow night: what a gap looks like.
    OneNightOpen,
    /// Leader and deputy in turn, a day each, to be told.
    Leaders,
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
        let mut crew = Vec::new();
        for member in demo.members {
            if let Some(person) = people.get(&member.number).copied() {
                let DemoMember { post, phone, .. } = member;
                crew.push(person);
                store::put_member(&mut tx, &Member { unit: unit.id, person, post, phone, since: now })
                    .await?;
            }
        }
        plan(app, &mut tx, &unit, demo.roster, &crew).await?;
        note(&mut tx, now, None, unit.id, "unit_added", json!({ "code": unit.code, "name": unit.name }))?;
        ids.insert(unit.code.clone(), unit.id);
        units.push(unit);
    }
    tx.commit().await
}

/// The first two of a crew in turn, or whoever is alone, from yesterday morning on: somebody is there whenever the demo is begun.
async fn plan(app: &App, tx: &mut Tx, unit: &Unit, plan: Plan, crew: &[PersonId]) -> anyhow::Result<()> {
    let Some(one) = crew.first() else { return Ok(()) };
    let other = crew.get(1).unwrap_or(one);
    let calendar = Calendar::china();
    let now = app.now();
    let morning =
        calendar.start_of(calendar.civil(now).date()) + Duration::from_secs(8 * 3600) - 2 * HALF_DAY;
    let (every, duty) = match plan {
        Plan::None => return Ok(()),
        Plan::AroundTheClock | Plan::OneNightOpen => (HALF_DAY, Duty::First),
        Plan::Leaders => (2 * HALF_DAY, Duty::Leader),
    };
    let mut from: Timestamp = morning;
    let mut turn = 0;
    while from < morning + 2 * HALF_DAY * u32::try_from(DAYS)? {
        if (plan, turn) != (Plan::OneNightOpen, 5) {
            let person = if turn % 2 == 0 { *one } else { *other };
            let stretch = Stretch {
                id: app.id(),
                unit: unit.id,
                person,
                duty,
                from,
                to: from + every,
                phone: None,
                reason: None,
                changed_at: now,
                version: 1,
            };
            store::roster::add(tx, &stretch).await?;
        }
        from += every;
        turn += 1;
    }
    Ok(())
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
