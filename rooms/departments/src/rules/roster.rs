//! Who is on duty when: stretches of the roster, what may stand beside what, and where nobody is.

use std::time::Duration;

use kernel::{DutyId, PersonId, Timestamp, UnitId};

use super::{Refusal, line, words};

/// The longest stretch: what is asked for by time looks back so far.
pub const HOURS_MAX: u32 = 7 * 24;
/// How far ahead a roster is planned.
pub const AHEAD: Duration = Duration::from_secs(400 * 24 * 3600);
/// A week of it, as it is copied.
pub const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

words! {
    /// What somebody on duty is there for.
    Duty {
        /// 主班: takes what comes.
        First = "first",
        /// 副班: takes what the first cannot.
        Second = "second",
        /// 带班领导: is asked and told.
        Leader = "leader",
    }
}

/// Somebody on duty in a unit from … to, the end not included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub id: DutyId,
    pub unit: UnitId,
    pub person: PersonId,
    pub duty: Duty,
    pub from: Timestamp,
    pub to: Timestamp,
    /// Reached here meanwhile; absent is the number of the member.
    pub phone: Option<String>,
    /// Why somebody is first in two units at once.
    pub reason: Option<String>,
    pub changed_at: Timestamp,
    pub version: i64,
}

impl Stretch {
    fn meets(&self, other: &Stretch) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The same so much later, and new.
    pub fn later(&self, by: Duration, id: DutyId, now: Timestamp) -> Stretch {
        let (from, to) = (self.from + by, self.to + by);
        Stretch { id, from, to, reason: None, changed_at: now, version: 1, ..self.clone() }
    }
}

/// Somebody who is on duty now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnDuty {
    pub person: PersonId,
    /// The stretch's number, or the member's, or the unit's.
    pub phone: Option<String>,
    pub duty: Duty,
}

/// A reason as it is kept.
pub fn reason(text: Option<&str>) -> Result<Option<String>, Refusal> {
    text.filter(|text| !text.trim().is_empty()).map(|text| line(text, "reason", 200)).transpose()
}

/// Whether a new or changed stretch may stand. `others` are the person's own around it, in any unit; `belongs`: to the
/// unit or to one above it.
///
/// # Errors
/// Being first in two units at once is refused until a reason is given: one crew may stand in for another.
pub fn check(stretch: &Stretch, others: &[Stretch], belongs: bool, now: Timestamp) -> Result<(), Refusal> {
    if stretch.to <= stretch.from {
        return Err(Refusal::EndsBeforeItBegins);
    }
    if stretch.to.since(stretch.from) > Duration::from_secs(u64::from(HOURS_MAX) * 3600) {
        return Err(Refusal::TooLong { hours: HOURS_MAX });
    }
    if stretch.to <= now {
        return Err(Refusal::Over);
    }
    if stretch.from > now + AHEAD {
        return Err(Refusal::TooFarAhead);
    }
    if !belongs {
        return Err(Refusal::NotAMember);
    }
    let beside = || others.iter().filter(|other| other.id != stretch.id && other.meets(stretch));
    if let Some(other) = beside().find(|other| other.unit == stretch.unit) {
        return Err(Refusal::OnDutyAlready { from: other.from, to: other.to });
    }
    let first = |duty: Duty| duty == Duty::First;
    match beside().find(|other| first(other.duty) && first(stretch.duty)) {
        Some(Stretch { unit, from, to, .. }) if stretch.reason.is_none() => {
            Err(Refusal::DoubleBooked { unit: *unit, from: *from, to: *to })
        }
        _ => Ok(()),
    }
}

/// What becomes of a stretch that is taken away: one that is still to come goes, one that runs ends now.
///
/// # Errors
/// What is over was so, and stays.
pub fn strike(stretch: &Stretch, now: Timestamp) -> Result<Option<Stretch>, Refusal> {
    if stretch.to <= now {
        return Err(Refusal::Over);
    }
    let ended = Stretch { to: now, changed_at: now, ..stretch.clone() };
    Ok((stretch.from < now).then_some(ended))
}

/// When nobody is on duty between `from` and `to`: a leader is told, but does not take what comes.
pub fn gaps(stretches: &[Stretch], from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut manned: Vec<(Timestamp, Timestamp)> = stretches
        .iter()
        .filter(|stretch| stretch.duty != Duty::Leader)
        .map(|stretch| (stretch.from, stretch.to))
        .collect();
    manned.sort_unstable();
    let mut gaps = Vec::new();
    let mut until = from;
    for (begins, ends) in manned {
        if begins > until && until < to {
            gaps.push((until, begins.min(to)));
        }
        until = until.max(ends);
    }
    if until < to {
        gaps.push((until, to));
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u64) -> Timestamp {
        Timestamp::from_secs(1_767_571_200) + Duration::from_secs(hour * 3600)
    }

    fn stretch(id: i64, unit: i64, duty: Duty, from: u64, to: u64) -> Stretch {
        Stretch {
            id: DutyId(id),
            unit: UnitId(unit),
            person: PersonId(7),
            duty,
            from: at(from),
            to: at(to),
            phone: None,
            reason: None,
            changed_at: at(0),
            version: 1,
        }
    }

    #[test]
    fn one_person_is_in_one_place() {
        use Duty::{First, Leader, Second};
        let others = [stretch(1, 1, First, 8, 20), stretch(2, 1, Second, 32, 44)];
        let refused = |new: Stretch| check(&new, &others, true, at(0)).err();
        let there = Refusal::OnDutyAlready { from: at(8), to: at(20) };
        assert_eq!(refused(stretch(9, 1, First, 20, 32)), None, "one after the other");
        assert_eq!(refused(stretch(9, 1, Leader, 19, 21)), Some(there.clone()), "in the same unit only once");
        assert_eq!(refused(stretch(9, 1, First, 0, 9)), Some(there));
        let double = Refusal::DoubleBooked { unit: UnitId(1), from: at(8), to: at(20) };
        assert_eq!(refused(stretch(9, 2, First, 10, 12)), Some(double), "first in two units");
        assert_eq!(refused(stretch(9, 2, Second, 10, 12)), None, "second elsewhere");
        assert_eq!(refused(stretch(9, 2, First, 33, 40)), None, "second there, first here");
        let reason = Some("代班".to_owned());
        assert_eq!(refused(Stretch { reason, ..stretch(9, 2, First, 10, 12) }), None, "with a reason");
        assert_eq!(refused(stretch(1, 1, First, 9, 21)), None, "a change of itself");
    }

    #[test]
    fn a_stretch_is_ahead_and_no_longer_than_a_week() {
        let refused = |from: u64, to: u64, belongs: bool| {
            check(&stretch(9, 1, Duty::First, from, to), &[], belongs, at(100)).err()
        };
        assert_eq!(refused(90, 101, true), None, "it may have begun");
        assert_eq!(refused(90, 100, true), Some(Refusal::Over));
        assert_eq!(refused(110, 110, true), Some(Refusal::EndsBeforeItBegins));
        assert_eq!(refused(110, 110 + 168, true), None);
        assert_eq!(refused(110, 111 + 168, true), Some(Refusal::TooLong { hours: 168 }));
        assert_eq!(refused(100 + 401 * 24, 101 + 401 * 24, true), Some(Refusal::TooFarAhead));
        assert_eq!(refused(110, 120, false), Some(Refusal::NotAMember));
    }

    #[test]
    fn what_was_stays_what_runs_ends_and_what_comes_goes() {
        let run = stretch(1, 1, Duty::First, 8, 20);
        assert_eq!(strike(&run, at(20)), Err(Refusal::Over));
        assert_eq!(strike(&run, at(8)), Ok(None));
        assert_eq!(strike(&run, at(12)).expect("it runs").expect("it is kept").to, at(12));
    }

    fn hours(stretches: &[Stretch]) -> Vec<(u64, u64)> {
        let hour = |time: Timestamp| time.since(at(0)).as_secs() / 3600;
        gaps(stretches, at(10), at(30)).into_iter().map(|(from, to)| (hour(from), hour(to))).collect()
    }

    #[test]
    fn a_gap_is_where_neither_first_nor_second_is() {
        use Duty::{First, Leader, Second};
        assert_eq!(hours(&[]), [(10, 30)]);
        assert_eq!(hours(&[stretch(1, 1, Leader, 0, 40)]), [(10, 30)], "a leader takes no calls");
        assert_eq!(hours(&[stretch(1, 1, First, 0, 40)]), []);
        let day = [stretch(2, 1, Second, 18, 22), stretch(1, 1, First, 8, 20), stretch(3, 1, First, 26, 28)];
        assert_eq!(hours(&day), [(22, 26), (28, 30)]);
        assert_eq!(hours(&[stretch(1, 1, First, 31, 40)]), [(10, 30)], "what comes later does not help");
    }
}
