//! The organisation as a whole: who stands above whom, and which changes of it are allowed.

use std::collections::BTreeMap;

use kernel::{Timestamp, UnitId};

use super::{Act, DEPTH_MAX, Refusal, UNITS_MAX, Unit};

/// All units, retired ones too.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    units: BTreeMap<UnitId, Unit>,
    below: BTreeMap<UnitId, Vec<UnitId>>,
}

impl From<Vec<Unit>> for Tree {
    fn from(all: Vec<Unit>) -> Tree {
        let mut below: BTreeMap<UnitId, Vec<UnitId>> = BTreeMap::new();
        for unit in &all {
            if let Some(parent) = unit.parent {
                below.entry(parent).or_default().push(unit.id);
            }
        }
        Tree { units: all.into_iter().map(|unit| (unit.id, unit)).collect(), below }
    }
}

impl Tree {
    pub fn get(&self, id: UnitId) -> Option<&Unit> {
        self.units.get(&id)
    }

    pub fn units(&self) -> impl Iterator<Item = &Unit> {
        self.units.values()
    }

    pub fn below(&self, id: UnitId) -> &[UnitId] {
        self.below.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The unit itself, then the one above, up to the top.
    pub fn upwards(&self, id: UnitId) -> impl Iterator<Item = &Unit> {
        // What is kept has no circle; whoever damaged the rows by hand shall not hang the program.
        let up = |unit: &&Unit| unit.parent.and_then(|parent| self.get(parent));
        std::iter::successors(self.get(id), up).take(DEPTH_MAX)
    }

    /// 1 at the top.
    pub fn depth(&self, id: UnitId) -> usize {
        self.upwards(id).count()
    }

    /// 1 when nothing stands below.
    fn height(&self, id: UnitId, most: usize) -> usize {
        if most == 0 {
            return 1;
        }
        1 + self.below(id).iter().map(|child| self.height(*child, most - 1)).max().unwrap_or(0)
    }

    /// What it handles: its own words, or those of the nearest unit above that has any.
    pub fn duties(&self, id: UnitId) -> &[String] {
        self.upwards(id).map(|unit| unit.duties.as_slice()).find(|words| !words.is_empty()).unwrap_or(&[])
    }

    /// Where it serves; empty is everywhere.
    pub fn areas(&self, id: UnitId) -> &[String] {
        self.upwards(id).map(|unit| unit.areas.as_slice()).find(|words| !words.is_empty()).unwrap_or(&[])
    }

    /// Whether a new or changed unit fits in; it is tidy already.
    pub fn put(&self, unit: &Unit) -> Result<(), Refusal> {
        let before = self.get(unit.id);
        if before.is_none() && self.units.len() >= UNITS_MAX {
            return Err(Refusal::TooMany { most: UNITS_MAX });
        }
        if before.is_some_and(|before| before.retired_at.is_some()) {
            return Err(Refusal::Retired);
        }
        if self.units().any(|other| other.id != unit.id && other.code == unit.code) {
            return Err(Refusal::CodeTaken);
        }
        let depth_above = match unit.parent {
            None => 0,
            Some(parent) => self.check_parent(unit, parent)?,
        };
        if depth_above + self.height(unit.id, DEPTH_MAX) > DEPTH_MAX {
            return Err(Refusal::TooDeep { most: DEPTH_MAX });
        }
        let wider = |child: &UnitId| self.get(*child).is_some_and(|child| child.kind < unit.kind);
        if self.below(unit.id).iter().any(wider) { Err(Refusal::WrongKind) } else { Ok(()) }
    }

    fn check_parent(&self, unit: &Unit, parent: UnitId) -> Result<usize, Refusal> {
        let above = self.get(parent).ok_or(Refusal::NoSuchParent)?;
        if self.upwards(parent).any(|above| above.id == unit.id) {
            return Err(Refusal::Circle);
        }
        if above.retired_at.is_some() {
            return Err(Refusal::ParentRetired);
        }
        if above.kind > unit.kind {
            return Err(Refusal::WrongKind);
        }
        Ok(self.depth(parent))
    }

    /// Retires a unit, or takes it back. `members` belong to it.
    pub fn decide(&self, unit: &Unit, act: Act, members: i64, now: Timestamp) -> Result<Unit, Refusal> {
        let active = |id: &&UnitId| self.get(**id).is_some_and(|child| child.retired_at.is_none());
        let units = self.below(unit.id).iter().filter(active).count();
        let parent = unit.parent.and_then(|parent| self.get(parent));
        match (act, unit.retired_at) {
            (Act::Retire, Some(_)) => Err(Refusal::Retired),
            (Act::Restore, None) => Err(Refusal::NotRetired),
            (Act::Retire, None) if units > 0 => Err(Refusal::HasUnits { units }),
            (Act::Retire, None) if members > 0 => Err(Refusal::HasMembers { people: members }),
            (Act::Retire, None) => Ok(Unit { retired_at: Some(now), ..unit.clone() }),
            (Act::Restore, Some(_)) if parent.is_some_and(|parent| parent.retired_at.is_some()) => {
                Err(Refusal::ParentRetired)
            }
            (Act::Restore, Some(_)) => Ok(Unit { retired_at: None, ..unit.clone() }),
        }
    }

    /// What may be done with it now.
    pub fn allowed(&self, unit: &Unit, members: i64, now: Timestamp) -> Vec<Act> {
        Act::ALL.iter().copied().filter(|act| self.decide(unit, *act, members, now).is_ok()).collect()
    }
}
