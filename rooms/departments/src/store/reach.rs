//! Whom a unit's matters are told to, and by which number: read within the change that tells them.

use std::collections::BTreeMap;

use anyhow::Context;
use db::{Row, Tx};
use kernel::{PersonId, Timestamp, UnitId};
use sqlx::Row as _;

use crate::rules::{self, Post};
use crate::store::{post_of, roster};

/// Who can be told; without a number nobody is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Who works on it; otherwise who is on duty; otherwise the leaders.
    pub hands: Vec<(PersonId, String)>,
    /// The leaders nearest above: of the unit, or of the one above it.
    pub leaders: Vec<(PersonId, String)>,
    /// The leaders above those, level by level; a level where nobody has a number is left out.
    pub above: Vec<Vec<(PersonId, String)>>,
}

impl Reach {
    /// The leaders so many levels above the nearest ones, or as far up as there are any.
    pub fn higher(&self, levels: usize) -> &[(PersonId, String)] {
        let most = levels.min(self.above.len());
        most.checked_sub(1).and_then(|at| self.above.get(at)).map_or(&[], Vec::as_slice)
    }
}

const MEMBER: &str = "SELECT COALESCE(member.phone, unit.phone) AS phone FROM departments_member member \
     JOIN departments_unit unit ON unit.id = member.unit WHERE member.unit = $1 AND member.person = $2";
const LEADERS: &str = "WITH RECURSIVE above (id, depth) AS ( \
     SELECT CAST($1 AS BIGINT), CAST(0 AS BIGINT) \
     UNION \
     SELECT unit.parent, above.depth + 1 FROM above JOIN departments_unit unit ON unit.id = above.id \
     WHERE unit.parent IS NOT NULL AND above.depth < 10 \
     ) SELECT above.depth AS depth, member.person AS person, member.post AS post, \
     COALESCE(member.phone, unit.phone) AS phone FROM above JOIN departments_member member ON member.unit = above.id \
     JOIN departments_unit unit ON unit.id = above.id WHERE member.post <> 'handler' \
     ORDER BY above.depth, member.since, member.person";

/// Whom to tell of something that a unit has; `handler` is who works on it.
pub async fn reach(
    tx: &mut Tx,
    unit: UnitId,
    handler: Option<PersonId>,
    at: Timestamp,
) -> anyhow::Result<Reach> {
    let rows = sqlx::query(LEADERS).bind(unit.get()).fetch_all(&mut **tx).await;
    let of = |row: &Row| {
        let depth: i64 = row.try_get("depth")?;
        let (person, phone) = (PersonId(row.try_get("person")?), row.try_get("phone")?);
        Ok((u32::try_from(depth)?, person, post_of(row)?, phone))
    };
    let rows = rows.with_context(|| format!("reading who leads {unit}"))?;
    let above =
        rows.iter().map(of).collect::<anyhow::Result<Vec<(u32, PersonId, Post, Option<String>)>>>()?;
    let posts: Vec<_> = above.iter().map(|(depth, person, post, _)| (*depth, *person, *post)).collect();
    let ladder = rules::ladder(&posts);
    let nearest = ladder.iter().map(|(depth, _)| *depth).min();
    let mut levels: BTreeMap<u32, Vec<(PersonId, String)>> = BTreeMap::new();
    for (depth, person, _, phone) in above {
        if let Some(phone) = phone.filter(|_| ladder.contains(&(depth, person))) {
            levels.entry(depth).or_default().push((person, phone));
        }
    }
    let leaders = nearest.and_then(|nearest| levels.remove(&nearest)).unwrap_or_default();
    let mut hands = Vec::new();
    if let Some(handler) = handler {
        let row = sqlx::query(MEMBER).bind(unit.get()).bind(handler.get()).fetch_optional(&mut **tx).await;
        let row = row.with_context(|| format!("reading how {handler} is reached"))?;
        let phone: Option<String> = row.map(|row| row.try_get("phone")).transpose()?.flatten();
        hands.extend(phone.map(|phone| (handler, phone)));
    }
    if hands.is_empty() {
        let on_duty = roster::on_duty_in(tx, unit, at).await?;
        hands.extend(on_duty.into_iter().filter_map(|one| Some((one.person, one.phone?))));
    }
    if hands.is_empty() {
        hands.clone_from(&leaders);
    }
    Ok(Reach { hands, leaders, above: levels.into_values().collect() })
}

const PHONES: db::Text = db::in_ids!(
    "SELECT member.person AS person, COALESCE(member.phone, unit.phone) AS phone FROM departments_member member \
     JOIN departments_unit unit ON unit.id = member.unit \
     WHERE COALESCE(member.phone, unit.phone) IS NOT NULL AND member.person IN ",
    " ORDER BY member.person, member.since"
);

/// By which number these are reached, of those who belong to a unit with one.
pub async fn phones(tx: &mut Tx, people: &[PersonId]) -> anyhow::Result<BTreeMap<PersonId, String>> {
    let text = PHONES.of(tx.db().kind());
    let ids = db::ids(people.iter().map(|person| person.get()));
    let rows = sqlx::query(text).bind(ids).fetch_all(&mut **tx).await.context("reading telephones")?;
    let mut phones = BTreeMap::new();
    for row in &rows {
        phones.entry(PersonId(row.try_get("person")?)).or_insert(row.try_get("phone")?);
    }
    Ok(phones)
}

/// Who leads a unit (0), the unit above it (1), and so on: [`crate::leaders_above`] within a change.
pub async fn leaders_in(tx: &mut Tx, unit: UnitId) -> anyhow::Result<Vec<PersonId>> {
    let rows = sqlx::query(LEADERS).bind(unit.get()).fetch_all(&mut **tx).await;
    let of = |row: &Row| {
        let depth: i64 = row.try_get("depth")?;
        Ok((u32::try_from(depth)?, PersonId(row.try_get("person")?), post_of(row)?))
    };
    let rows = rows.with_context(|| format!("reading who leads {unit}"))?;
    let above = rows.iter().map(of).collect::<anyhow::Result<Vec<_>>>()?;
    Ok(rules::ladder(&above).into_iter().map(|(_, person)| person).collect())
}

/// The units with none above them.
pub async fn heads_in(tx: &mut Tx) -> anyhow::Result<Vec<UnitId>> {
    let units = crate::store::within(tx).await?;
    let top = units.iter().filter(|unit| unit.parent.is_none() && unit.retired_at.is_none());
    Ok(top.map(|unit| unit.id).collect())
}
