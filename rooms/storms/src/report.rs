//! What came of a storm, by the definitions of all other reports (K1 to K18).

use std::time::Duration;

use calls::store::storm::{self, Load};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::App;

use crate::rules::Storm;
use crate::store;

/// The figures of a storm. Rates are shares; absent where there is nothing to divide by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Report {
    pub load: Load,
    /// K1 人工接通率
    pub answer_rate: Option<f64>,
    /// K2 总接通率
    pub overall_rate: Option<f64>,
    /// K3
    pub in_20_s_rate: Option<f64>,
    /// K5
    pub abandon_rate: Option<f64>,
    /// K7
    pub blocked_rate: Option<f64>,
    /// K18
    pub self_served_rate: Option<f64>,
    pub peak_arrived: u32,
    pub peak_waiting: u32,
}

fn ratio(part: i64, of: i64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

impl Report {
    pub fn new(load: Load, (peak_arrived, peak_waiting): (u32, u32)) -> Report {
        let finished = load.requests - load.open;
        Report {
            load,
            answer_rate: ratio(load.answered, finished),
            overall_rate: ratio(load.answered + load.self_served, load.offered),
            in_20_s_rate: ratio(load.answered_in_20_s, finished),
            abandon_rate: ratio(load.abandoned, finished),
            blocked_rate: ratio(load.blocked, load.blocked + load.offered),
            self_served_rate: ratio(load.self_served, load.offered),
            peak_arrived,
            peak_waiting,
        }
    }
}

/// As it stands now, of one that goes on as well.
pub async fn of(app: &App, storm: &Storm) -> anyhow::Result<Report> {
    let to = storm.ended_at.unwrap_or_else(|| app.now());
    let load = storm::load(&app.db, storm.began_at, to).await?;
    // With the minute in which it began.
    let from = storm.began_at - Duration::from_secs(60);
    Ok(Report::new(load, store::peak(&app.db, from, to).await?))
}
