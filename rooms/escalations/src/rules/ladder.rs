//! The ladder: its steps, who stands on each, how they are told, and what begins where (domain reference 3.10).

use kernel::words;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kernel::{PersonId, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Refusal;
use super::voice::Calls;

words! {
    /// A step of the ladder, the lowest first.
    Rung {
        /// 班组长
        TeamLeader = "team_leader",
        /// 现场主管
        FloorSupervisor = "floor_supervisor",
        /// 部门负责人
        DepartmentHead = "department_head",
        /// 公司值班领导
        DutyOfficer = "duty_officer",
    }
}

impl Rung {
    pub const TOP: Rung = Rung::DutyOfficer;

    pub fn above(self) -> Option<Rung> {
        Rung::ALL.iter().copied().find(|rung| *rung > self)
    }
}

words! {
    /// Why a superior is to see it.
    Ground {
        /// 现场求助: an agent wants somebody beside her.
        Help = "help",
        /// 辱骂骚扰
        AbusiveCaller = "abusive_caller",
        /// 紧急情况: somebody is in danger.
        Emergency = "emergency",
        /// 话务风暴
        Storm = "storm",
        /// 队列超限
        QueueOver = "queue_over",
        /// 重要
        Important = "important",
        /// 重大
        Major = "major",
        /// 媒体关注
        Media = "media",
        /// 同一区域集中报修
        ManyReports = "many_reports",
        /// 特殊
        Special = "special",
        /// 人员伤亡
        Injury = "injury",
        /// 燃气爆炸
        Explosion = "explosion",
        Other = "other",
    }
}

impl Ground {
    /// What people name; the rest is found by rules.
    pub const BY_HAND: &'static [Ground] = &[
        Ground::Help,
        Ground::AbusiveCaller,
        Ground::Emergency,
        Ground::Storm,
        Ground::Media,
        Ground::Injury,
        Ground::Explosion,
        Ground::Other,
    ];

    /// Said with one click, while a caller is on the line.
    pub const fn needs_no_words(self) -> bool {
        matches!(self, Ground::Help | Ground::AbusiveCaller | Ground::Emergency)
    }
}

words! {
    /// How somebody is told whose turn it is.
    Channel {
        /// On every page, with a button.
        Screen = "screen",
        Sms = "sms",
        /// A telephone call that speaks, and takes a key as an answer.
        Voice = "voice",
    }
}

/// Where a step's people come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// Who leads the group of whoever began it, or accepted the order.
    GroupLeader,
    /// Everybody with this role who is signed in.
    Role { role: String },
    /// Who leads the unit that has the order, and those above it.
    UnitLeaders,
    /// Who is on duty: the leader first, then the first and the second. Without a unit: at the head of the organisation.
    OnDuty {
        #[schema(value_type = Option<String>)]
        #[serde(default)]
        unit: Option<UnitId>,
    },
    Person {
        #[schema(value_type = String)]
        person: PersonId,
    },
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// So many minutes somebody has to acknowledge it.
    pub ack_min: u16,
    /// In the order in which they are told.
    pub people: Vec<Source>,
    pub tell: BTreeSet<Channel>,
}

/// What a ground begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Way {
    pub from: Rung,
    /// No further by itself; people may pass it up.
    pub to: Rung,
    /// Found by rules, too, where there is one.
    pub by_rule: bool,
}

/// One version of what the centre decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub steps: BTreeMap<Rung, Step>,
    pub grounds: BTreeMap<Ground, Way>,
    /// So many faults of one area within so many minutes are [`Ground::ManyReports`].
    pub reports: u16,
    pub reports_min: u16,
    /// So many wait in a queue, or the first for so many seconds, and that for so many seconds: [`Ground::QueueOver`].
    pub queue_waiting: u16,
    pub queue_longest_s: u16,
    pub queue_for_s: u16,
    /// Whom nobody has heard of at the end of the ladder goes round again after so many minutes.
    pub again_min: u16,
    /// Whoever has acknowledged and did nothing for so many minutes is asked again, and then the next; 0 is never.
    #[serde(default = "idle_min")]
    pub idle_min: u16,
    #[serde(default)]
    pub calls: Calls,
}

fn idle_min() -> u16 {
    15
}

impl Default for Settings {
    fn default() -> Self {
        let role = |role: &str| Source::Role { role: role.to_owned() };
        let step =
            |people, tell: &[Channel]| Step { ack_min: 5, people, tell: tell.iter().copied().collect() };
        use Channel::{Screen, Sms, Voice};
        let steps = [
            (Rung::TeamLeader, step(vec![Source::GroupLeader, role("group_leader")], &[Screen])),
            (Rung::FloorSupervisor, step(vec![role("shift_leader"), role("supervisor")], &[Screen, Sms])),
            (Rung::DepartmentHead, step(vec![Source::UnitLeaders, role("manager")], &[Screen, Sms])),
            (Rung::DutyOfficer, step(vec![Source::OnDuty { unit: None }], &[Screen, Sms, Voice])),
        ];
        Settings {
            steps: steps.into_iter().collect(),
            grounds: Ground::ALL.iter().map(|ground| (*ground, Way::of(*ground))).collect(),
            reports: 50,
            reports_min: 30,
            queue_waiting: 20,
            queue_longest_s: 180,
            queue_for_s: 60,
            again_min: 15,
            idle_min: idle_min(),
            calls: Calls::default(),
        }
    }
}

impl Way {
    /// As the product begins.
    fn of(ground: Ground) -> Way {
        let (from, to) = match ground {
            // Nobody is woken because an agent wants company.
            Ground::Help | Ground::AbusiveCaller => (Rung::TeamLeader, Rung::FloorSupervisor),
            Ground::Emergency | Ground::Other => (Rung::TeamLeader, Rung::TOP),
            Ground::Storm | Ground::QueueOver => (Rung::FloorSupervisor, Rung::DepartmentHead),
            Ground::Important => (Rung::FloorSupervisor, Rung::TOP),
            Ground::Major | Ground::Media | Ground::ManyReports => (Rung::DepartmentHead, Rung::TOP),
            Ground::Special | Ground::Injury | Ground::Explosion => (Rung::DutyOfficer, Rung::TOP),
        };
        Way { from, to, by_rule: true }
    }
}

const PEOPLE_MAX: usize = 20;

fn minutes(minutes: u16) -> Duration {
    Duration::from_secs(u64::from(minutes) * 60)
}

impl Settings {
    /// # Errors
    /// [`Refusal::BadSettings`] with the first value that cannot be meant.
    pub fn check(&self) -> Result<(), Refusal> {
        let bad = |field: &'static str| Err(Refusal::BadSettings { field });
        for rung in Rung::ALL {
            let Some(step) = self.steps.get(rung) else { return bad("steps") };
            if !(1..=60).contains(&step.ack_min) {
                return bad("ack_min");
            }
            if step.people.is_empty() || step.people.len() > PEOPLE_MAX {
                return bad("people");
            }
            let nameless = |source: &Source| matches!(source, Source::Role { role } if role.trim().is_empty() || role.len() > 64);
            if step.people.iter().any(nameless) {
                return bad("people");
            }
            // Where nobody is told by any way, it would go on in silence.
            if !step.tell.contains(&Channel::Screen) {
                return bad("tell");
            }
        }
        if self.grounds.values().any(|way| way.to < way.from) {
            return bad("grounds");
        }
        let ranges = [
            ("reports", self.reports, 2..=1_000),
            ("reports_min", self.reports_min, 5..=240),
            ("queue_waiting", self.queue_waiting, 1..=5_000),
            ("queue_longest_s", self.queue_longest_s, 10..=3_600),
            ("queue_for_s", self.queue_for_s, 0..=900),
            ("again_min", self.again_min, 1..=240),
        ];
        if self.idle_min > 240 {
            return bad("idle_min");
        }
        if !self.calls.is_meant() {
            return bad("calls");
        }
        match ranges.into_iter().find(|(_, value, range)| !range.contains(value)) {
            Some((field, ..)) => bad(field),
            None => Ok(()),
        }
    }

    pub fn way(&self, ground: Ground) -> Way {
        self.grounds.get(&ground).copied().unwrap_or_else(|| Way::of(ground))
    }

    pub fn tells(&self, rung: Rung, channel: Channel) -> bool {
        self.steps.get(&rung).is_some_and(|step| step.tell.contains(&channel))
    }

    /// How long somebody on this step has.
    pub fn clock(&self, rung: Rung) -> Duration {
        minutes(self.steps.get(&rung).map_or(5, |step| step.ack_min))
    }

    /// How long somebody has to follow an acknowledgement up.
    pub fn idle(&self) -> Option<Duration> {
        (self.idle_min > 0).then(|| minutes(self.idle_min))
    }

    pub fn again(&self) -> Duration {
        minutes(self.again_min)
    }

    pub fn window(&self) -> Duration {
        minutes(self.reports_min)
    }
}
