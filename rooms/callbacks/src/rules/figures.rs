//! K26 to K29 (domain reference 2.2) from what was counted. Nothing to count is no figure, never 0 %.

use std::collections::BTreeSet;

use kernel::UnitId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::settings::Settings;

/// What was counted of tasks that belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Customers who had to be asked.
    pub required: i64,
    /// Reached, or all attempts used.
    pub completed: i64,
    /// With an attempt.
    pub tried: i64,
    /// Reached, which is: invited to rate.
    pub reached: i64,
    pub very_satisfied: i64,
    pub satisfied: i64,
    pub fair: i64,
    pub dissatisfied: i64,
    pub very_dissatisfied: i64,
}

/// One group of them, as the database counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub unit: Option<UnitId>,
    pub kind: String,
    /// Empty where none was said.
    pub area: String,
    pub government: bool,
    pub tally: Tally,
}

/// A share of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Rate {
    pub of: i64,
    pub out_of: i64,
    /// 0 to 1; none where there is nothing to count.
    pub share: Option<f64>,
}

impl Rate {
    pub fn new(of: i64, out_of: i64) -> Rate {
        Rate { of, out_of, share: (out_of > 0).then(|| of as f64 / out_of as f64) }
    }
}

/// The four figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Figures {
    /// 回访率
    pub k26: Rate,
    /// 回访成功率
    pub k27: Rate,
    /// 满意率
    pub k28: Rate,
    /// 参评率
    pub k29: Rate,
}

/// What the lines of a table stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Unit,
    Kind,
    Area,
}

impl By {
    /// A unit's id, a kind, an area; none where there is none.
    fn key(self, group: &Group) -> Option<String> {
        match self {
            By::Unit => group.unit.map(|unit| unit.to_string()),
            By::Kind => Some(group.kind.clone()),
            By::Area => Some(group.area.clone()).filter(|area| !area.is_empty()),
        }
    }
}

/// The figures of each unit, kind or area.
pub fn lines(groups: &[Group], by: By, settings: &Settings) -> Vec<(Option<String>, Figures)> {
    let keys: BTreeSet<Option<String>> = groups.iter().map(|group| by.key(group)).collect();
    let line = |key: Option<String>| {
        let of = groups.iter().filter(|group| by.key(group) == key);
        let figures = figures(of, settings);
        (key, figures)
    };
    keys.into_iter().map(line).collect()
}

pub fn figures<'a>(groups: impl Iterator<Item = &'a Group>, settings: &Settings) -> Figures {
    let (mut sum, mut content) = (Tally::default(), 0);
    for Group { government, tally, .. } in groups {
        let fair = if *government { settings.fair_counts_government } else { settings.fair_counts };
        content += tally.very_satisfied + tally.satisfied + if fair { tally.fair } else { 0 };
        sum.required += tally.required;
        sum.completed += tally.completed;
        sum.tried += tally.tried;
        sum.reached += tally.reached;
        sum.very_satisfied += tally.very_satisfied;
        sum.satisfied += tally.satisfied;
        sum.fair += tally.fair;
        sum.dissatisfied += tally.dissatisfied;
        sum.very_dissatisfied += tally.very_dissatisfied;
    }
    let valid = sum.very_satisfied + sum.satisfied + sum.fair + sum.dissatisfied + sum.very_dissatisfied;
    Figures {
        k26: Rate::new(sum.completed, sum.required),
        k27: Rate::new(sum.reached, sum.tried),
        k28: Rate::new(content, valid),
        k29: Rate::new(valid, sum.reached),
    }
}
