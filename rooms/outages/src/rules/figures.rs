//! Whether people were told in time, and whether what they were told held.

use kernel::Timestamp;
use kernel::calendar::Calendar;

use super::limits::{Case, Duty, Weight, check};
use super::outage::Fate;
use super::{Class, Outage};

/// Of a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// K34: planned outages, and those of which people were told in time.
    pub planned: i64,
    pub in_time: i64,
    /// Times of restoration that people were told, of outages of any class, and what became of them.
    pub estimates: i64,
    pub kept: i64,
    pub broken: i64,
}

impl Figures {
    /// With one more outage that was published.
    pub fn add(&mut self, outage: &Outage, now: Timestamp, calendar: &Calendar) {
        if outage.plan.class == Class::Planned {
            self.planned += 1;
            self.in_time += i64::from(is_in_time(outage, calendar));
        }
        for estimate in outage.estimates(now) {
            self.estimates += 1;
            self.kept += i64::from(estimate.fate == Fate::Kept);
            self.broken += i64::from(estimate.fate == Fate::Broken);
        }
    }
}

/// Each start that was announced counts from when it was: the first, and every earlier one it was moved to. What is put off was
/// known in time.
fn is_in_time(outage: &Outage, calendar: &Calendar) -> bool {
    let kept = |(starts, told): &(Timestamp, Timestamp)| {
        let case = Case {
            utility: outage.plan.utility,
            class: outage.plan.class,
            starts: *starts,
            ends: None,
            important: 0,
            affected: 0,
        };
        let late = |duty, weight| matches!(duty, Duty::O1 | Duty::O11) && weight == Weight::Violated;
        !check(&case, *told, calendar).iter().any(|finding| late(finding.duty, finding.weight))
    };
    let told = outage.announced_starts();
    !told.is_empty() && told.iter().all(kept)
}
