//! What the centre knows of the faults at each moment, by the room's own rules: published, revised, restored.

use std::time::Duration;

use customers::rules::Utility;
use kernel::{AccountId, OutageId, PersonId, Timestamp};
use outages::rules::greeting::{self, Voice};
use outages::rules::outage::Counts;
use outages::rules::table::Terms;
use outages::rules::{
    Act, Area, Asker, Cause, Class, Crew, Heard, Outage, Plan, Refusal, Settings, State, decide,
};

use super::day::{Day, Fault};

const LEADER: Asker = Asker { person: Some(PersonId(1)), writes: true, approves: true };
/// A crew is there after 24 minutes (8.4), looks, and says until when.
const FOUND_AFTER: Duration = Duration::from_secs(30 * 60);
const QUARTER: u64 = 15 * 60;

/// Every outage as it stands from an instant on.
pub struct Known {
    states: Vec<(Timestamp, Outage)>,
    settings: Settings,
}

impl Known {
    /// Everything that will be entered that day, so long after each fault.
    pub fn new(day: &Day, reaction: Duration) -> Result<Known, Refusal> {
        let settings = Settings { company: "供电公司".into(), ..Settings::default() };
        let mut states = Vec::new();
        for (nth, fault) in day.faults.iter().enumerate() {
            let terms = |now| Terms { now, calendar: &day.calendar, settings: &settings };
            let mut now = fault.starts + reaction;
            let publish = Act::Publish { why: "突发故障".into(), next_news: None };
            let mut outage = decide(&draft(nth, fault, now), &publish, LEADER, terms(now))?;
            states.push((now, outage.clone()));
            now = (fault.starts + FOUND_AFTER).max(now + Duration::from_secs(60));
            if now < fault.restored {
                let found = Act::Revise {
                    starts: None,
                    ends: Some(estimate(fault, day.start)),
                    next_news: None,
                    cause: Cause::Weather,
                    crew: Crew::Working,
                    why: "已查明故障".into(),
                };
                outage = decide(&outage, &found, LEADER, terms(now))?;
                states.push((now, outage.clone()));
            }
            now = fault.restored.max(now);
            outage = decide(
                &outage,
                &Act::Restore { at: Some(fault.restored), why: String::new() },
                LEADER,
                terms(now),
            )?;
            states.push((now, outage));
        }
        states.sort_by_key(|(at, _)| *at);
        Ok(Known { states, settings })
    }

    /// Each outage as it stands now.
    fn now(&self, now: Timestamp) -> Vec<Outage> {
        let mut all: Vec<Outage> = Vec::new();
        for (_, outage) in self.states.iter().take_while(|(at, _)| *at <= now) {
            all.retain(|one| one.id != outage.id);
            all.push(outage.clone());
        }
        all
    }

    /// What somebody hears before the menu who calls from a number that belongs to this fault, or to none.
    pub fn heard(&self, day: &Day, fault: Option<usize>, now: Timestamp) -> Heard {
        let all = self.now(now);
        let own: Vec<OutageId> = fault.map(id).into_iter().collect();
        greeting::heard(&all, &own, Voice { now, calendar: &day.calendar, settings: &self.settings })
    }

    /// What somebody hears who has typed his account.
    pub fn heard_of_account(&self, day: &Day, fault: Option<usize>, now: Timestamp) -> Heard {
        let own: Vec<OutageId> = fault.map(id).into_iter().collect();
        let mut all = self.now(now);
        all.retain(|outage| own.contains(&outage.id));
        greeting::heard(&all, &own, Voice { now, calendar: &day.calendar, settings: &self.settings })
    }

    /// Whether people are told until when it lasts.
    pub fn has_estimate(&self, fault: usize, now: Timestamp) -> bool {
        let state = self.states.iter().rev().find(|(at, outage)| *at <= now && outage.id == id(fault));
        state.is_some_and(|(_, outage)| outage.state == State::Restored || outage.ends().is_some())
    }
}

pub fn id(fault: usize) -> OutageId {
    OutageId(i64::try_from(fault).unwrap_or(0) + 1)
}

/// People are told the next quarter of an hour.
fn estimate(fault: &Fault, start: Timestamp) -> Timestamp {
    let seconds = fault.restored.since(start).as_secs() + 300;
    start + Duration::from_secs(seconds.div_ceil(QUARTER) * QUARTER)
}

fn draft(nth: usize, fault: &Fault, now: Timestamp) -> Outage {
    let account = AccountId(i64::try_from(nth).unwrap_or(0) + 1);
    let plan = Plan {
        utility: Utility::Power,
        class: Class::Fault,
        area: Area { text: fault.area.to_owned(), accounts: vec![account], ..Area::default() },
        scope: String::new(),
        cause: Cause::Unknown,
        reason: "突发故障".into(),
        starts: fault.starts,
        ends: None,
        unit: None,
    };
    let counts = Counts { all: fault.customers, ..Counts::default() };
    let number = format!("F20260715-{:03}", nth + 1);
    Outage { counts, ..Outage::draft(id(nth), number, plan, PersonId(1), now) }
}
