//! Whom a unit's matters are told to, and by which number: read within the change that tells them.

use std::collections::BTreeMap;

use anyhow::Context;
use db::{Db, Row, Tx};
use kernel::{PersonId, Timestamp, UnitId, words};
use sqlx::{AnyConnection, Row as _};

use crate::rules::{self, Post};
use crate::store::{post_of, roster};

words! {
    /// Who hears what comes to a unit.
    Hears {
        /// The unit itself.
        Unit = "unit",
        /// It has nobody: the nearest unit above that has somebody.
        Above = "above",
        /// Nobody up to the top: the branches at the top, the centre among them.
        Centre = "centre",
        /// There is nobody with a number anywhere.
        Nobody = "nobody",
    }
}

/// Who can be told; without a number nobody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Where those who are told stand in.
    pub hears: Hears,
    /// Who works on it; otherwise who is on duty; otherwise who leads. Where the unit has nobody the same of those above.
    pub hands: Vec<(PersonId, String)>,
    /// The leaders nearest above who have a number: of the unit, or of one above it.
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

const UPWARDS: &str = "WITH RECURSIVE above (id, depth) AS ( \
     SELECT CAST($1 AS BIGINT), CAST(0 AS BIGINT) \
     UNION \
     SELECT unit.parent, above.depth + 1 FROM above JOIN departments_unit unit ON unit.id = above.id \
     WHERE unit.parent IS NOT NULL AND above.depth < 10 \
     ) SELECT above.id AS id, above.depth AS depth FROM above WHERE above.depth > 0 ORDER BY above.depth";
/// A team at the top leads nobody else, and a contractor is not the centre.
const TOPS: &str = "SELECT id FROM departments_unit WHERE parent IS NULL AND retired_at IS NULL AND external = 0 \
     AND kind <> 'team' ORDER BY id LIMIT 20";

type Numbers = Vec<(PersonId, String)>;

/// Whom to tell of something that a unit has; `handler` is who works on it.
pub async fn reach(
    tx: &mut Tx,
    unit: UnitId,
    handler: Option<PersonId>,
    at: Timestamp,
) -> anyhow::Result<Reach> {
    reach_on(tx, unit, handler, at).await
}

/// The same outside a change: who would hear it now.
pub async fn hears(db: &Db, unit: UnitId, at: Timestamp) -> anyhow::Result<Reach> {
    let mut reading = db.read().acquire().await.context("a connection for reading")?;
    reach_on(&mut reading, unit, None, at).await
}

async fn reach_on(
    connection: &mut AnyConnection,
    unit: UnitId,
    handler: Option<PersonId>,
    at: Timestamp,
) -> anyhow::Result<Reach> {
    let mut levels = levels(connection, unit).await?;
    let mut hands = Vec::new();
    if let Some(handler) = handler {
        let row = sqlx::query(MEMBER).bind(unit.get()).bind(handler.get());
        let row = row.fetch_optional(&mut *connection).await;
        let row = row.with_context(|| format!("reading how {handler} is reached"))?;
        let phone: Option<String> = row.map(|row| row.try_get("phone")).transpose()?.flatten();
        hands.extend(phone.map(|phone| (handler, phone)));
    }
    if hands.is_empty() {
        hands = there(connection, unit, levels.get(&0), at).await?;
    }
    let mut hears = Hears::Unit;
    if hands.is_empty() {
        (hears, hands) = above(connection, unit, &levels, at).await?;
    }
    let nearest = levels.keys().next().copied();
    let mut leaders = nearest.and_then(|nearest| levels.remove(&nearest)).unwrap_or_default();
    if leaders.is_empty() && hears == Hears::Centre {
        leaders.clone_from(&hands);
    }
    Ok(Reach { hears, hands, leaders, above: levels.into_values().collect() })
}

/// Who leads the unit and those above it and has a number, by how far above.
async fn levels(connection: &mut AnyConnection, unit: UnitId) -> anyhow::Result<BTreeMap<u32, Numbers>> {
    let rows = sqlx::query(LEADERS).bind(unit.get()).fetch_all(&mut *connection).await;
    let of = |row: &Row| {
        let depth: i64 = row.try_get("depth")?;
        let (person, phone) = (PersonId(row.try_get("person")?), row.try_get("phone")?);
        Ok((u32::try_from(depth)?, person, post_of(row)?, phone))
    };
    let rows = rows.with_context(|| format!("reading who leads {unit}"))?;
    let all = rows.iter().map(of).collect::<anyhow::Result<Vec<(u32, PersonId, Post, Option<String>)>>>()?;
    let posts: Vec<_> = all.iter().map(|(depth, person, post, _)| (*depth, *person, *post)).collect();
    let ladder = rules::ladder(&posts);
    let mut levels: BTreeMap<u32, Numbers> = BTreeMap::new();
    for (depth, person, _, phone) in all {
        if let Some(phone) = phone.filter(|_| ladder.contains(&(depth, person))) {
            levels.entry(depth).or_default().push((person, phone));
        }
    }
    Ok(levels)
}

/// Who is on duty in one unit; otherwise who leads it.
async fn there(
    connection: &mut AnyConnection,
    unit: UnitId,
    leaders: Option<&Numbers>,
    at: Timestamp,
) -> anyhow::Result<Numbers> {
    let on_duty = roster::on_duty_on(connection, unit, at).await?;
    let hands: Numbers = on_duty.into_iter().filter_map(|one| Some((one.person, one.phone?))).collect();
    Ok(if hands.is_empty() { leaders.cloned().unwrap_or_default() } else { hands })
}

/// The unit has nobody: who stands in for it, from unit to unit up to the top, and then at the top of the organisation.
async fn above(
    connection: &mut AnyConnection,
    unit: UnitId,
    levels: &BTreeMap<u32, Numbers>,
    at: Timestamp,
) -> anyhow::Result<(Hears, Numbers)> {
    let rows = sqlx::query(UPWARDS).bind(unit.get()).fetch_all(&mut *connection).await;
    for row in rows.with_context(|| format!("reading what stands above {unit}"))? {
        let (id, depth): (i64, i64) = (row.try_get("id")?, row.try_get("depth")?);
        let leaders = u32::try_from(depth).ok().and_then(|depth| levels.get(&depth));
        let hands = there(connection, UnitId(id), leaders, at).await?;
        if !hands.is_empty() {
            return Ok((Hears::Above, hands));
        }
    }
    let rows = sqlx::query(TOPS).fetch_all(&mut *connection).await;
    let mut all = Numbers::new();
    for row in rows.context("reading the units at the top")? {
        let top = UnitId(row.try_get("id")?);
        let own = self::levels(connection, top).await?;
        all.extend(there(connection, top, own.get(&0), at).await?);
    }
    Ok(if all.is_empty() { (Hears::Nobody, all) } else { (Hears::Centre, all) })
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
