//! People from `centre.toml`: the same file twice changes nothing the second time.

use std::collections::BTreeMap;

use anyhow::Context;
use db::{Db, Entry};
use kernel::{BuiltIn, GroupId, PersonId, Timestamp};
use serde_json::json;
use sqlx::Row;
use web::{App, Error};

use crate::Changed;
use crate::rules::{Group, Person, PhoneDigest, PutAgent, Refusal, State};
use crate::secrets::{self, Passwords};
use crate::store::{self, groups};

/// Adds or changes one agent; true when something changed. The password is not held to the rules for people's own
/// ones, since a test rig's may be short.
pub async fn put_agent(app: &App, realm: &str, put: &PutAgent) -> Result<(PersonId, bool), Error> {
    let now = app.now();
    let digest = put.password.as_ref().map(|password| {
        let (md5, sha256) = secrets::digest_a1(&put.number, realm, password);
        PhoneDigest { realm: realm.to_owned(), md5, sha256 }
    });
    let mut tx = app.db.begin().await?;
    let before = store::by_number(&mut tx, &put.number).await?;
    let known = store::phone_digest(&mut tx, &put.number).await?;
    let new_password = put.password.as_ref().filter(|_| digest != known);
    // Hashing is slow: not while holding the only writer.
    let hash = match new_password {
        Some(password) => {
            drop(tx);
            let hash = Passwords::default().hash(password, app.chance.as_ref()).await?;
            tx = app.db.begin().await?;
            Some(hash)
        }
        None => None,
    };
    let (mut person, is_new) = match before {
        Some((person, _)) => (person, false),
        None => (Person::new(app.id(), &put.number, &put.name, BuiltIn::Agent)?, true),
    };
    let old = person.clone();
    person.name.clone_from(&put.name);
    person.group = put.group;
    if let Some(roles) = &put.roles {
        person.roles.clone_from(roles);
    }
    person.queues.clone_from(&put.queues);
    person.skills.clone_from(&put.skills);
    person.contact.clone_from(&put.contact);
    person.ready = put.ready;
    person.wrap_up = put.wrap_up;
    person.phone = true;
    person.state = State::Active;
    let kept = match is_new {
        true => store::insert(&mut tx, &person).await?,
        false if person == old => true,
        false => store::update(&mut tx, &person).await?,
    };
    if !kept {
        return Err(if is_new { Refusal::NumberTaken.into() } else { Error::changed_meanwhile() });
    }
    let changed = is_new || person != old || hash.is_some();
    if let Some(hash) = hash {
        let secret = store::Secret { hash, digest, must_change: false };
        store::set_password(&mut tx, person.id, &secret, now).await?;
        store::session::end_all(&mut tx, person.id, None).await?;
    }
    if changed {
        tx.emit(now, &Changed { person: person.id })?;
        tx.journal(Entry {
            at: now,
            who: None,
            room: "people",
            subject: person.id.to_string(),
            kind: "person_applied",
            payload: json!({ "number": person.number, "name": person.name }),
        });
    }
    tx.commit().await?;
    Ok((person.id, changed))
}

/// The group of this name, added when there is none.
pub async fn put_group(app: &App, name: &str) -> anyhow::Result<GroupId> {
    let now = app.now();
    if let Some(known) = groups::groups(&app.db).await?.into_iter().find(|group| group.name == name) {
        return Ok(known.id);
    }
    let group = Group { id: app.id(), name: name.to_owned(), leader: None, people: 0, version: 1 };
    let mut tx = app.db.begin().await?;
    anyhow::ensure!(
        groups::add_group(&mut tx, &group).await?,
        "the group {name} was added by somebody else: again"
    );
    tx.journal(group_entry(&group, now));
    tx.commit().await?;
    Ok(group.id)
}

/// Makes this person the leader of the group; nothing happens when it is so already.
pub async fn lead_group(app: &App, id: GroupId, leader: PersonId) -> anyhow::Result<()> {
    let known = groups::groups(&app.db).await?.into_iter().find(|group| group.id == id);
    let Some(mut group) = known.filter(|group| group.leader != Some(leader)) else { return Ok(()) };
    group.leader = Some(leader);
    let mut tx = app.db.begin().await?;
    anyhow::ensure!(
        groups::change_group(&mut tx, &group).await?,
        "the group {} was changed meanwhile",
        group.name
    );
    tx.journal(group_entry(&group, app.now()));
    tx.commit().await
}

fn group_entry(group: &Group, at: Timestamp) -> Entry {
    let payload = json!({ "name": group.name, "leader": group.leader });
    Entry { at, who: None, room: "people", subject: group.id.to_string(), kind: "group_applied", payload }
}

const ROLES: &str = "SELECT person, role FROM people_person_role ORDER BY person, role";

/// Everybody's roles: for `switchboard export`.
pub async fn roles(db: &Db) -> anyhow::Result<BTreeMap<PersonId, Vec<String>>> {
    let mut roles: BTreeMap<PersonId, Vec<String>> = BTreeMap::new();
    for row in sqlx::query(ROLES).fetch_all(db.read()).await.context("reading roles")? {
        roles.entry(PersonId(row.try_get("person")?)).or_default().push(row.try_get("role")?);
    }
    Ok(roles)
}
