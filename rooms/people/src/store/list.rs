//! Reading many people at once.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use db::{Db, Tx};
use kernel::{GroupId, PersonId, QueueId};
use sqlx::Row;

use super::{person_of, small};
use crate::permissions::MANAGE;
use crate::rules::Person;
use crate::rules::change::Known;

/// Which people; empty texts do not narrow.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name, or the beginning of the number.
    pub text: String,
    pub group: Option<GroupId>,
    pub role: String,
    pub state: String,
    /// The number after which the page begins.
    pub after: String,
    pub limit: i64,
}

const LIST: &str = person_columns!(
    "WHERE number > $1 AND ($2 = '' OR state = $2) AND ($3 = 0 OR group_id = $3) \
     AND ($4 = '' OR EXISTS (SELECT 1 FROM people_person_role r WHERE r.person = people_person.id AND r.role = $4)) \
     AND ($5 = '' OR number LIKE $6 ESCAPE '!' OR LOWER(name) LIKE $7 ESCAPE '!') \
     ORDER BY number LIMIT $8"
);
macro_rules! within {
    ($columns:literal, $table:literal) => {
        concat!(
            "SELECT person, ",
            $columns,
            " FROM ",
            $table,
            " WHERE person IN (SELECT id FROM people_person WHERE number >= $1 AND number <= $2)"
        )
    };
}
const LIST_ROLES: &str = within!("role", "people_person_role");
const LIST_QUEUES: &str = within!("queue, rank", "people_person_queue");
const LIST_SKILLS: &str = within!("skill, level", "people_person_skill");

/// Up to `limit + 1` people in order of number.
pub async fn people(db: &Db, filter: &Filter) -> anyhow::Result<Vec<Person>> {
    let escaped = db::like(&filter.text);
    let rows = sqlx::query(LIST)
        .bind(filter.after.as_str())
        .bind(filter.state.as_str())
        .bind(filter.group.map_or(0, GroupId::get))
        .bind(filter.role.as_str())
        .bind(filter.text.as_str())
        .bind(format!("{escaped}%"))
        .bind(format!("%{escaped}%"))
        .bind(filter.limit + 1)
        .fetch_all(db.read())
        .await
        .context("listing people")?;
    let mut people = Vec::with_capacity(rows.len());
    for row in &rows {
        people.push(person_of(row)?.0);
    }
    let (Some(first), Some(last)) = (people.first(), people.last()) else { return Ok(people) };
    let (first, last) = (first.number.clone(), last.number.clone());
    let mut by_id: BTreeMap<i64, &mut Person> =
        people.iter_mut().map(|person| (person.id.get(), person)).collect();
    for row in sqlx::query(LIST_ROLES).bind(&first).bind(&last).fetch_all(db.read()).await? {
        if let Some(person) = by_id.get_mut(&row.try_get("person")?) {
            person.roles.insert(row.try_get("role")?);
        }
    }
    for row in sqlx::query(LIST_QUEUES).bind(&first).bind(&last).fetch_all(db.read()).await? {
        if let Some(person) = by_id.get_mut(&row.try_get("person")?) {
            person.queues.insert(QueueId(row.try_get("queue")?), small(row.try_get("rank")?));
        }
    }
    for row in sqlx::query(LIST_SKILLS).bind(&first).bind(&last).fetch_all(db.read()).await? {
        if let Some(person) = by_id.get_mut(&row.try_get("person")?) {
            person.skills.insert(row.try_get("skill")?, small(row.try_get("level")?));
        }
    }
    Ok(people)
}

const WORKING: db::Text =
    db::in_ids!("SELECT id, name, state FROM people_person WHERE id IN ", " ORDER BY number");

/// Which of these do not work here: the names of those who have left, the ids of those who never were.
pub async fn gone(tx: &mut Tx, people: &BTreeSet<PersonId>) -> anyhow::Result<Vec<String>> {
    let ids = db::ids(people.iter().map(|person| person.get()));
    let rows = sqlx::query(WORKING.of(tx.db().kind())).bind(ids).fetch_all(&mut **tx).await;
    let (mut unknown, mut gone) = (people.clone(), Vec::new());
    for row in rows.context("looking for people")? {
        unknown.remove(&PersonId(row.try_get("id")?));
        if row.try_get::<String, _>("state")? == "left" {
            gone.push(row.try_get("name")?);
        }
    }
    gone.extend(unknown.iter().map(PersonId::to_string));
    Ok(gone)
}

/// The least that a screen needs to put a name to an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: PersonId,
    pub number: String,
    pub name: String,
    pub group: Option<GroupId>,
}

const DIRECTORY: &str =
    "SELECT id, number, name, group_id FROM people_person WHERE state <> 'left' ORDER BY number LIMIT 10000";

pub async fn directory(db: &Db) -> anyhow::Result<Vec<Listed>> {
    let rows = sqlx::query(DIRECTORY).fetch_all(db.read()).await.context("listing names")?;
    rows.iter()
        .map(|row| {
            Ok(Listed {
                id: PersonId(row.try_get("id")?),
                number: row.try_get("number")?,
                name: row.try_get("name")?,
                group: row.try_get::<Option<i64>, _>("group_id")?.map(GroupId),
            })
        })
        .collect()
}

const GROUPS: &str = "SELECT id FROM people_group";
const ROLES: &str = "SELECT name FROM people_role";
const MANAGER_ROLES: &str = "SELECT role FROM people_role_permission WHERE permission = $1";
const MANAGERS: &str = "SELECT DISTINCT p.id FROM people_person p \
     JOIN people_person_role pr ON pr.person = p.id \
     JOIN people_role_permission rp ON rp.role = pr.role \
     WHERE rp.permission = $1 AND p.state = 'active'";

/// Decisions about people are made one at a time: otherwise two administrators could release each other at the same
/// moment, each being told that there is another.
const ONE_AT_A_TIME: &str = "UPDATE people_role SET version = version WHERE name = 'security_admin'";

/// What a decision about people needs to know; nobody else decides until this change is over.
pub async fn known(tx: &mut Tx) -> anyhow::Result<Known> {
    sqlx::query(ONE_AT_A_TIME)
        .execute(&mut **tx)
        .await
        .context("waiting for another decision about people")?;
    let mut known = Known::default();
    for row in sqlx::query(GROUPS).fetch_all(&mut **tx).await? {
        known.groups.insert(GroupId(row.try_get("id")?));
    }
    for row in sqlx::query(ROLES).fetch_all(&mut **tx).await? {
        known.roles.insert(row.try_get("name")?);
    }
    for row in sqlx::query(MANAGER_ROLES).bind(MANAGE.key).fetch_all(&mut **tx).await? {
        known.manager_roles.insert(row.try_get("role")?);
    }
    for row in sqlx::query(MANAGERS).bind(MANAGE.key).fetch_all(&mut **tx).await? {
        known.managers.insert(PersonId(row.try_get("id")?));
    }
    Ok(known)
}
