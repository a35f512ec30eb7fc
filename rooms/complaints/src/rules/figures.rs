//! 分析: what was counted of the cases of a period.

use serde::Serialize;
use utoipa::ToSchema;

/// By what cases are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Cause,
    Unit,
    Level,
    Month,
    Subtype,
}

impl By {
    pub fn parse(word: &str) -> Option<By> {
        Some(match word {
            "cause" => By::Cause,
            "unit" => By::Unit,
            "level" => By::Level,
            "month" => By::Month,
            "subtype" => By::Subtype,
            _ => return None,
        })
    }
}

/// What was counted of cases that belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tally {
    pub cases: i64,
    pub open: i64,
    pub closed: i64,
    /// 属实 or 部分属实.
    pub substantiated: i64,
    /// With a conclusion.
    pub concluded: i64,
    /// Something was done too late.
    pub late: i64,
    /// 重大 and 特殊.
    pub grave: i64,
}

impl Tally {
    pub fn plus(self, other: Tally) -> Tally {
        Tally {
            cases: self.cases + other.cases,
            open: self.open + other.open,
            closed: self.closed + other.closed,
            substantiated: self.substantiated + other.substantiated,
            concluded: self.concluded + other.concluded,
            late: self.late + other.late,
            grave: self.grave + other.grave,
        }
    }
}
