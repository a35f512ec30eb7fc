//! Who stands on each step now and how they are reached: read within the change that decides by it.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use departments::Duty;
use kernel::{PersonId, Timestamp, UnitId};

use crate::rules::{Channel, Escalation, Rosters, Rung, Settings, Source};

/// Told on one step; a step with more people has a roster.
const MOST: usize = 12;

/// Somebody on a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    pub person: PersonId,
    pub phone: Option<String>,
    /// Signed in now.
    pub present: bool,
}

/// Of whom a ladder is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    pub agent: Option<PersonId>,
    pub unit: Option<UnitId>,
}

impl Whose {
    pub fn of(escalation: &Escalation) -> Whose {
        Whose { agent: escalation.agent, unit: escalation.unit }
    }
}

/// Every step with its people, in the order in which they are told.
pub type Ladder = BTreeMap<Rung, Vec<Reached>>;

/// Draws it as it is now.
pub async fn draw(tx: &mut Tx, settings: &Settings, whose: Whose, now: Timestamp) -> anyhow::Result<Ladder> {
    let mut named: BTreeMap<Rung, Vec<(PersonId, Option<String>)>> = BTreeMap::new();
    for (rung, step) in &settings.steps {
        let mut people: Vec<(PersonId, Option<String>)> = Vec::new();
        for source in &step.people {
            let found = source_of(tx, source, whose, now).await?;
            let new =
                found.into_iter().filter(|(person, _)| !people.iter().any(|(known, _)| known == person));
            let new: Vec<_> = new.collect();
            people.extend(new);
        }
        people.truncate(MOST);
        named.insert(*rung, people);
    }
    let all: BTreeSet<PersonId> = named.values().flatten().map(|(person, _)| *person).collect();
    let all: Vec<PersonId> = all.into_iter().collect();
    let present = people::present(tx, &all, now).await?;
    let phones = departments::phones(tx, &all).await?;
    let reached = |(person, phone): (PersonId, Option<String>)| Reached {
        phone: phone.or_else(|| phones.get(&person).cloned()),
        present: present.contains(&person),
        person,
    };
    Ok(named.into_iter().map(|(rung, people)| (rung, people.into_iter().map(reached).collect())).collect())
}

async fn source_of(
    tx: &mut Tx,
    source: &Source,
    whose: Whose,
    now: Timestamp,
) -> anyhow::Result<Vec<(PersonId, Option<String>)>> {
    let plain = |people: Vec<PersonId>| people.into_iter().map(|person| (person, None)).collect();
    Ok(match source {
        Source::Person { person } => plain(vec![*person]),
        Source::Role { role } => plain(people::present_with(tx, role, now).await?),
        Source::GroupLeader => match whose.agent {
            Some(agent) => plain(people::leader_of(tx, agent).await?.into_iter().collect()),
            None => Vec::new(),
        },
        Source::UnitLeaders => match whose.unit {
            Some(unit) => plain(departments::leaders_in(tx, unit).await?),
            None => Vec::new(),
        },
        Source::OnDuty { unit } => {
            let units = match unit {
                Some(unit) => vec![*unit],
                None => departments::heads_in(tx).await?,
            };
            let mut found = Vec::new();
            for unit in units {
                found.extend(departments::on_duty_in(tx, unit, now).await?);
            }
            // 带班领导 is told first, then who works.
            found.sort_by_key(|one| (one.duty != Duty::Leader, one.duty));
            found.into_iter().map(|one| (one.person, one.phone)).collect()
        }
    })
}

/// Who of them can be told at all: signed in, or by a message where the step has messages.
pub fn reachable(ladder: &Ladder, settings: &Settings) -> Rosters {
    let can = |rung: Rung, one: &Reached| {
        let spoken = || settings.tells(rung, Channel::Sms) || settings.tells(rung, Channel::Voice);
        one.present || one.phone.is_some() && spoken()
    };
    let of = |(rung, people): (&Rung, &Vec<Reached>)| {
        (*rung, people.iter().filter(|one| can(*rung, one)).map(|one| one.person).collect())
    };
    ladder.iter().map(of).collect()
}
