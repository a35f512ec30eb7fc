//! An outage and everything that was ever said of it.

use std::collections::BTreeMap;

use customers::rules::Utility;
use kernel::{AccountId, ElementId, OutageId, PersonId, Timestamp, UnitId, WorkOrderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::words;

words! {
    /// 停电类型.
    Class {
        /// 计划停电
        Planned = "planned",
        /// 临时停电
        Temporary = "temporary",
        /// 故障停电
        Fault = "fault",
        /// 欠费停电
        Arrears = "arrears",
        /// 违约、窃电、扰乱供用电秩序停电
        Breach = "breach",
    }
}
words! {
    /// 原因类别: what callers are told.
    Cause {
        Maintenance = "maintenance",
        Construction = "construction",
        Equipment = "equipment",
        Weather = "weather",
        OutsideDamage = "outside_damage",
        Overload = "overload",
        Arrears = "arrears",
        /// 违约用电、用气
        Breach = "breach",
        /// Being looked for.
        Unknown = "unknown",
    }
}
words! {
    /// 抢修进度.
    Crew {
        /// Nobody is on the way yet.
        Waiting = "waiting",
        OnTheWay = "on_the_way",
        /// 正在查找故障
        Searching = "searching",
        Working = "working",
        Done = "done",
    }
}
words! {
    State {
        Draft = "draft",
        Submitted = "submitted",
        Approved = "approved",
        Published = "published",
        InProgress = "in_progress",
        Restored = "restored",
        Closed = "closed",
        Cancelled = "cancelled",
    }
}
words! {
    /// When people are told.
    Moment {
        Published = "published",
        DayBefore = "day_before",
        /// Half an hour before arrears are cut off.
        Soon = "soon",
        Started = "started",
        Changed = "changed",
        /// Gas is about to be turned on again.
        Announced = "announced",
        Restored = "restored",
        Cancelled = "cancelled",
        /// The network is another, and with it who is affected; nothing else is.
        Network = "network",
    }
}
words! {
    /// Whether the greeting speaks of it to those whom nobody knows.
    Mode {
        /// With many affected.
        Auto = "auto",
        /// The leader wants it, however few are affected.
        Ordered = "ordered",
        Off = "off",
    }
}

impl Class {
    /// One customer is cut off, for what he did or owes.
    pub const fn is_personal(self) -> bool {
        matches!(self, Class::Arrears | Class::Breach)
    }
}

impl State {
    /// Nothing more happens to it.
    pub const fn is_over(self) -> bool {
        matches!(self, State::Closed | State::Cancelled)
    }
    /// Customers have been told of it.
    pub const fn is_public(self) -> bool {
        matches!(self, State::Published | State::InProgress | State::Restored)
    }
}

/// Part of a street map: a district, a road, a community, some of its buildings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Place {
    pub area: String,
    /// The beginning of it is enough.
    pub road: String,
    pub community: String,
    /// `3-8,12`; empty is all.
    pub buildings: String,
}

/// Where supply is off: what is below the elements, what stands at the places, and accounts named one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Area {
    /// As people say it: 铜官区幸福小区3至8栋.
    pub text: String,
    #[schema(value_type = Vec<String>)]
    pub elements: Vec<ElementId>,
    pub places: Vec<Place>,
    #[schema(value_type = Vec<String>)]
    pub accounts: Vec<AccountId>,
}

/// What is entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub utility: Utility,
    pub class: Class,
    pub area: Area,
    /// 范围, in the network's words: 10kV鹤鸣线12号杆以下.
    #[serde(default)]
    pub scope: String,
    pub cause: Cause,
    /// In the words of messages: 线路检修.
    pub reason: String,
    #[schema(value_type = String, format = DateTime)]
    pub starts: Timestamp,
    /// The estimate; none only while a fault is being looked for.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends: Option<Timestamp>,
    /// 责任单位.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub unit: Option<UnitId>,
}

/// What was said at one time. The last is in force; its place in the list, from 1, is its number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    pub moment: Moment,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// None: the centre, by the plan.
    #[schema(value_type = Option<String>)]
    pub by: Option<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    pub starts: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends: Option<Timestamp>,
    pub cause: Cause,
    pub crew: Crew,
    /// Until when there will be news.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_news: Option<Timestamp>,
    /// Why it was changed; empty for the first.
    pub why: String,
    /// Whom a change of the network brought in and took out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
}

/// How many a change of the network brought in and took out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Moved {
    pub joined: i64,
    pub left: i64,
}

/// What became of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It has not come yet.
    Open,
    Kept,
    /// Another was said before it came.
    Moved,
    /// It passed, and supply was not back.
    Broken,
    /// It was called off before: nobody waited for it.
    Void,
}

/// A time of restoration that people were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Estimate {
    /// The revision that first said so.
    pub revision: usize,
    #[schema(value_type = String, format = DateTime)]
    pub ends: Timestamp,
    pub fate: Fate,
}

/// A leader has read what callers hear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    #[schema(value_type = Option<String>)]
    pub by: Option<PersonId>,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// It holds for this revision only.
    pub revision: usize,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

/// What a leader spoke in place of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    /// As whoever keeps recorded announcements names it.
    pub name: String,
    pub seconds: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Greeting {
    pub mode: Mode,
    /// In place of what is made from the fields; for one revision only.
    pub words: Option<String>,
    pub clip: Option<Clip>,
    pub approval: Option<Approval>,
}

/// A limit of the law that was not kept, and what was said about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Excuse {
    pub duty: super::limits::Duty,
    #[schema(value_type = String)]
    pub by: PersonId,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub why: String,
}

/// How many are affected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Counts {
    pub all: i64,
    pub important: i64,
    pub life_support: i64,
    pub elderly: i64,
    pub by_class: BTreeMap<String, i64>,
}

/// One interruption of supply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    pub id: OutageId,
    /// What people call it: `T20260105-003`.
    pub number: String,
    pub plan: Plan,
    pub state: State,
    /// Who answers for it inside.
    pub owner: PersonId,
    pub created_by: PersonId,
    pub created_at: Timestamp,
    pub submitted_by: Option<PersonId>,
    pub approved_by: Option<PersonId>,
    pub published_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    /// People were told that gas will be turned on again.
    #[serde(default)]
    pub announced_at: Option<Timestamp>,
    pub restored_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// Why it was sent back, cancelled or opened again.
    pub why: String,
    pub revisions: Vec<Revision>,
    pub excuses: Vec<Excuse>,
    pub greeting: Greeting,
    pub counts: Counts,
    /// The order of the work on it; those of who is still without follow it.
    #[serde(default)]
    pub order: Option<WorkOrderId>,
    pub version: i64,
}

impl Outage {
    /// As it is entered.
    pub fn draft(id: OutageId, number: String, plan: Plan, who: PersonId, now: Timestamp) -> Outage {
        Outage {
            id,
            number,
            plan,
            state: State::Draft,
            owner: who,
            created_by: who,
            created_at: now,
            submitted_by: None,
            approved_by: None,
            published_at: None,
            started_at: None,
            announced_at: None,
            restored_at: None,
            closed_at: None,
            why: String::new(),
            revisions: Vec::new(),
            excuses: Vec::new(),
            greeting: Greeting { mode: Mode::Auto, words: None, clip: None, approval: None },
            counts: Counts::default(),
            order: None,
            version: 1,
        }
    }

    /// The number of what is in force; 0 before anything was said.
    pub fn revision(&self) -> usize {
        self.revisions.len()
    }

    /// The number of what people were told last: when only the network changed, that still holds.
    pub fn said(&self) -> usize {
        self.revisions.iter().rposition(|one| one.moment != Moment::Network).map_or(0, |nth| nth + 1)
    }

    pub fn last(&self) -> Option<&Revision> {
        self.revisions.last()
    }

    /// The estimate in force.
    pub fn ends(&self) -> Option<Timestamp> {
        self.last().map_or(self.plan.ends, |last| last.ends)
    }

    pub fn starts(&self) -> Timestamp {
        self.started_at.unwrap_or_else(|| self.last().map_or(self.plan.starts, |last| last.starts))
    }

    /// The starts that people had to be told in time, and when they were: the first, and each earlier one it was moved to, or at
    /// which it began.
    pub fn announced_starts(&self) -> Vec<(Timestamp, Timestamp)> {
        let pairs = self.revisions.iter().zip(self.revisions.iter().skip(1));
        let ahead = |one: &Revision| {
            one.moment == Moment::Started || (one.moment == Moment::Changed && one.starts > one.at)
        };
        let moved = pairs.filter(|(one, next)| ahead(next) && next.starts < one.starts);
        let first = self.revisions.first().into_iter();
        first.chain(moved.map(|(_, next)| next)).map(|one| (one.starts, one.at)).collect()
    }

    pub fn cause(&self) -> Cause {
        self.last().map_or(self.plan.cause, |last| last.cause)
    }

    pub fn crew(&self) -> Crew {
        self.last().map_or(Crew::Waiting, |last| last.crew)
    }

    pub fn next_news(&self) -> Option<Timestamp> {
        self.last().and_then(|last| last.next_news)
    }

    /// As it will be told once it has begun, when it begins as it was planned.
    pub fn begun(&self) -> Outage {
        let mut begun = Outage { state: State::InProgress, started_at: Some(self.starts()), ..self.clone() };
        let crew = begun.crew_at_start();
        if let Some(last) = begun.revisions.last_mut() {
            last.crew = crew;
        }
        begun
    }

    /// Whoever was to begin it is at it; nobody repairs what we have cut off ourselves.
    pub fn crew_at_start(&self) -> Crew {
        match self.crew() {
            Crew::Waiting if !self.plan.class.is_personal() => Crew::Working,
            crew => crew,
        }
    }

    /// It goes on, and the time that people were told has passed: of the restoration, or of the next news while nobody knows that.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        let passed = match self.ends() {
            Some(ends) => ends < now,
            None => self.next_news().is_some_and(|news| news <= now),
        };
        self.state == State::InProgress && passed
    }

    /// Callers would hear of it, if a leader had approved what they hear.
    pub fn greeting_waits(&self) -> bool {
        matches!(self.state, State::Published | State::InProgress)
            && self.greeting.approval.as_ref().is_none_or(|one| one.revision != self.revision())
    }

    /// It was to be over earlier than is said now.
    pub fn is_delayed(&self, now: Timestamp) -> bool {
        let first = self.revisions.iter().find_map(|one| one.ends);
        let passed = self.ends().is_some() && self.is_stale(now);
        passed || matches!((first, self.ends()), (Some(first), Some(last)) if last > first)
    }

    /// Every time of restoration that people were told, and what became of it.
    pub fn estimates(&self, now: Timestamp) -> Vec<Estimate> {
        let mut told: Vec<(usize, Timestamp, Timestamp)> = Vec::new();
        for (nth, one) in self.revisions.iter().enumerate() {
            match one.ends {
                Some(ends) if told.last().is_none_or(|(_, before, _)| *before != ends) => {
                    told.push((nth + 1, ends, one.at));
                }
                _ => {}
            }
        }
        let fate = |nth: usize, ends: Timestamp| {
            let next = told.get(nth + 1).map(|(_, _, at)| *at);
            match (next, self.restored_at) {
                (Some(at), _) if at <= ends => Fate::Moved,
                (Some(_), _) => Fate::Broken,
                (None, Some(back)) if back <= ends => Fate::Kept,
                (None, Some(_)) => Fate::Broken,
                (None, None) if self.state == State::Cancelled => Fate::Void,
                (None, None) if ends < now => Fate::Broken,
                (None, None) => Fate::Open,
            }
        };
        let estimate = |(nth, (revision, ends, _)): (usize, &(usize, Timestamp, Timestamp))| Estimate {
            revision: *revision,
            ends: *ends,
            fate: fate(nth, *ends),
        };
        told.iter().enumerate().map(estimate).collect()
    }
}
