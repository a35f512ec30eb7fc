//! Who belongs to which group, of many people at once.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use db::{Db, Text};
use kernel::{GroupId, PersonId};
use sqlx::Row;

const OF: Text =
    db::in_ids!("SELECT id, group_id FROM people_person WHERE group_id IS NOT NULL AND id IN ", "");
const MEMBERS: Text =
    db::in_ids!("SELECT id FROM people_person WHERE group_id IN ", " ORDER BY id LIMIT 20000");
const NAMES: &str = "SELECT id, name FROM people_group ORDER BY name LIMIT 1000";

/// The groups of these people; who has none is not there.
pub async fn groups_of(db: &Db, people: &BTreeSet<PersonId>) -> anyhow::Result<BTreeMap<PersonId, GroupId>> {
    if people.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids = db::ids(people.iter().map(|person| person.get()));
    let rows = sqlx::query(OF.of(db.kind())).bind(ids).fetch_all(db.read()).await;
    let one = |row: &db::Row| Ok((PersonId(row.try_get("id")?), GroupId(row.try_get("group_id")?)));
    rows.context("reading who is in which group")?.iter().map(one).collect()
}

/// Everybody in these groups, also who does not work here any more.
pub async fn members(db: &Db, groups: &BTreeSet<GroupId>) -> anyhow::Result<Vec<PersonId>> {
    let ids = db::ids(groups.iter().map(|group| group.get()));
    let rows = sqlx::query(MEMBERS.of(db.kind())).bind(ids).fetch_all(db.read()).await;
    let rows = rows.context("reading who is in some groups")?;
    rows.iter().map(|row| Ok(PersonId(row.try_get("id")?))).collect()
}

/// What each group is called.
pub async fn names(db: &Db) -> anyhow::Result<BTreeMap<GroupId, String>> {
    let rows = sqlx::query(NAMES).fetch_all(db.read()).await.context("reading what groups are called")?;
    rows.iter().map(|row| Ok((GroupId(row.try_get("id")?), row.try_get("name")?))).collect()
}
