//! Which part of the centre a record is of: a team that hands over by itself, or everything else.

use std::collections::BTreeSet;

use kernel::GroupId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A group of people that hands over by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Team {
    #[schema(value_type = String)]
    pub id: GroupId,
    /// As it was called when the shift began.
    pub name: String,
}

/// What a record takes in. Those that begin together share everything out among them: each team its own, and the record of
/// the centre what is of no team among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<Team>,
    /// Of the centre's record: teams that have one of their own for the same shift.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub apart: BTreeSet<GroupId>,
}

impl Scope {
    pub fn team(&self) -> Option<GroupId> {
        self.team.as_ref().map(|team| team.id)
    }

    /// Whether what is of this team, or of none, is handed over here.
    pub fn has(&self, team: Option<GroupId>) -> bool {
        match self.team() {
            Some(own) => team == Some(own),
            None => team.is_none_or(|team| !self.apart.contains(&team)),
        }
    }

    /// The scopes of the records that begin together: the centre's first.
    pub fn all(teams: Vec<Team>) -> Vec<Scope> {
        let apart = teams.iter().map(|team| team.id).collect();
        let centre = Scope { team: None, apart };
        let own = teams.into_iter().map(|team| Scope { team: Some(team), apart: BTreeSet::new() });
        std::iter::once(centre).chain(own).collect()
    }
}
