//! For rooms' tests: teams that have somebody who works in them.

use db::Db;
use kernel::{PersonId, Timestamp, UnitId};

use crate::store;
use crate::{Kind, Member, Post, Unit};

/// A team for these duties in these areas (everywhere when none is named), and who works its orders.
#[derive(Clone, Copy, Debug)]
pub struct Team<'a> {
    pub id: UnitId,
    pub name: &'a str,
    pub duties: &'a [&'a str],
    pub areas: &'a [&'a str],
    pub handler: i64,
}

/// Puts teams down, coded by their ids.
///
/// # Errors
/// When they cannot be kept.
pub async fn put(db: &Db, teams: &[Team<'_>], since: Timestamp) -> anyhow::Result<()> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let mut tx = db.begin().await?;
    for team in teams {
        let unit = Unit {
            id: team.id,
            parent: None,
            kind: Kind::Team,
            code: format!("T{}", team.id.get()),
            name: team.name.into(),
            external: false,
            duties: owned(team.duties),
            areas: owned(team.areas),
            phone: None,
            retired_at: None,
            version: 1,
        };
        store::add(&mut tx, &unit).await?;
        let person = PersonId(team.handler);
        let member = Member { unit: team.id, person, post: Post::Handler, phone: None, since };
        store::put_member(&mut tx, &member).await?;
    }
    tx.commit().await
}
