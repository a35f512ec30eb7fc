//! Invented orders that have lived: the same seed makes the same lives. Pure.

use std::time::Duration;

use kernel::calendar::{Calendar, Limit};
use kernel::{PersonId, Timestamp, UnitId, WorkOrderId};

use super::act::Act;
use super::decide::Asker;
use super::order::{Contact, Matter, ReturnReason, Satisfaction, State, UrgedBy};
use super::result::Outcome;
use super::walk::{Book, Walk};
use super::{Refusal, Subtype, time};

/// Chance that a seed repeats (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn of(seed: u64, nth: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(nth.wrapping_mul(0xbf58_476d_1ce4_e5b9)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `least` up to but not `most`.
    pub fn from(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % most.saturating_sub(least).max(1)
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.from(0, 100) < chance
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(usize::try_from(self.from(0, of.len() as u64)).unwrap_or(0))
    }
}

/// Who works in the demo.
pub struct Staff {
    pub agents: Vec<PersonId>,
    pub reviewer: PersonId,
    /// Of each unit who works there.
    pub units: Vec<(UnitId, Vec<PersonId>)>,
}

/// Sub-types and how often they come, in parts of a thousand (domain reference 8.4).
const OFTEN: [(&str, u64); 14] = [
    ("fault.leak", 60),
    ("fault.no_gas", 150),
    ("fault.meter", 110),
    ("fault.appliance", 70),
    ("fault.pressure", 40),
    ("enquiry.price", 120),
    ("enquiry.payment", 90),
    ("enquiry.process", 70),
    ("complaint.service", 35),
    ("complaint.billing", 35),
    ("request.turn_on", 90),
    ("request.inspection", 60),
    ("request.rename", 40),
    ("opinion.service", 30),
];
const AREAS: [&str; 4] = ["青岚区", "临溪区", "云麓区", "石渡县"];
const ROADS: [&str; 6] = ["松涛路", "丹枫大道", "听泉路", "鹤鸣路", "晓月街", "望江路"];
const NAMES: [&str; 8] = ["王芳", "李建国", "张敏", "刘洋", "陈静", "赵晓明", "周丽", "吴强"];
const CAUSES: [&str; 6] = [
    "灶前阀密封圈老化",
    "表后立管接口松动",
    "调压箱滤网堵塞",
    "表内电池电量耗尽",
    "用户自行改装管路",
    "收费系统入账延迟",
];
const ACTIONS: [&str; 6] = [
    "更换密封件并保压试验合格",
    "重新紧固接口，用检漏液复查无泡",
    "清洗滤网后测得末端压力正常",
    "更换电池并校对表底数",
    "拆除改装部分，恢复原状并讲解安全事项",
    "核对流水后补入账户并短信告知",
];

/// The code of the sub-type of the nth order.
pub fn subtype(dice: &mut Dice) -> &'static str {
    let all: u64 = OFTEN.iter().map(|(_, often)| often).sum();
    let mut drawn = dice.from(0, all);
    for (code, often) in OFTEN {
        if drawn < often {
            return code;
        }
        drawn -= often;
    }
    "fault.no_gas"
}

/// What somebody says.
pub fn matter(dice: &mut Dice, subtype: &Subtype, nth: u64) -> Matter {
    let pick = |dice: &mut Dice, of: &[&str]| dice.pick(of).copied().unwrap_or_default().to_owned();
    let area = pick(dice, &AREAS);
    let address = format!(
        "{area}{}{}号{}栋{}",
        pick(dice, &ROADS),
        dice.from(1, 200),
        dice.from(1, 30),
        dice.from(101, 1_800)
    );
    let contact = Contact { name: pick(dice, &NAMES), phone: format!("154{:08}", dice.from(0, 100_000_000)) };
    let fields = subtype.fields.iter().filter(|field| field.required);
    Matter {
        kind: subtype.kind,
        subtype: subtype.code.clone(),
        channel: Default::default(),
        content: format!("客户反映{}，请安排处理（来电第{}次）", subtype.title.zh, 1 + nth % 2),
        fields: fields.map(|field| (field.key.clone(), "尽快处理并答复".to_owned())).collect(),
        site: deadlines::Site::Urban,
        urgency: Default::default(),
        danger: false,
        privacy: Default::default(),
        emotion: Default::default(),
        level: Default::default(),
        reply_wanted: dice.percent(60),
        contact,
        customer: None,
        important_customer: false,
        address,
        area,
        call: None,
        about: None,
    }
}

fn somebody(person: PersonId, unit: Option<UnitId>) -> Asker {
    let units: std::collections::BTreeSet<UnitId> = unit.into_iter().collect();
    let powers = Asker::centre().powers;
    Asker { person: Some(person), powers, leads: unit.into_iter().collect(), units }
}

/// The unit has just asked for more time: somebody has to answer. False where it has nothing to ask for, and of complaints, which
/// have a life of their own.
pub fn ask_time(walk: &mut Walk<'_>, calendar: &Calendar) -> bool {
    let state = &walk.order.state;
    let (Some(unit), Some(person)) = (state.unit(), state.handler()) else { return false };
    let aside = matches!(walk.order.matter.kind, deadlines::Kind::Complaint | deadlines::Kind::Report);
    let most = time::more(&walk.order, &walk.promised, walk.now, calendar).map(|more| more.most);
    let by = match most {
        _ if aside => return false,
        Ok(Limit::WorkingDays(most)) => Limit::WorkingDays(most.min(2)),
        Ok(Limit::CalendarDays(most)) => Limit::CalendarDays(most.min(2)),
        Ok(_) | Err(_) => return false,
    };
    let ask = Act::AskTime {
        by,
        reason: "客户家中无人，约定两天后上门".into(),
        told_customer: true,
        told: "已电话告知客户，客户同意改期".into(),
    };
    walk.act(&somebody(person, Some(unit)), &ask).is_ok()
}

/// One order's life up to `now`: what has not happened by then has not happened.
///
/// # Errors
/// Refused when the matter cannot be accepted.
pub fn life<'a>(
    book: Book<'a>,
    named: (WorkOrderId, String),
    matter: Matter,
    staff: &Staff,
    unit: Option<UnitId>,
    (begun, now): (Timestamp, Timestamp),
    dice: &mut Dice,
) -> Result<Walk<'a>, Refusal> {
    let agent = dice.pick(&staff.agents).copied();
    let mut walk = Walk::begin(book, named, matter, agent, (begun, None))?;
    let crew = unit.and_then(|unit| staff.units.iter().find(|(id, _)| *id == unit));
    // Whoever reads results has not worked on them.
    let crew = crew.and_then(|(_, people)| dice.pick(people).copied()).or(agent).unwrap_or(staff.reviewer);
    let fault = walk.order.matter.kind == deadlines::Kind::Fault;
    let acts = |walk: &Walk<'_>, dice: &mut Dice| -> Option<(u64, Asker, Act)> {
        let minutes = |dice: &mut Dice, fast: (u64, u64), slow: (u64, u64)| {
            let (least, most) = if fault { fast } else { slow };
            dice.from(least, most)
        };
        let agent = somebody(agent.unwrap_or(staff.reviewer), None);
        let (field, centre) = (somebody(crew, unit), somebody(staff.reviewer, None));
        Some(match &walk.order.state {
            State::Accepted
                if !fault && walk.order.matter.kind == deadlines::Kind::Enquiry && dice.percent(55) =>
            {
                (1, agent, Act::Close { note: "已当场答复客户".into(), satisfaction: None })
            }
            State::Accepted | State::ToDispatch => {
                let unit = unit?;
                (
                    minutes(dice, (1, 4), (2, 40)),
                    centre,
                    Act::Dispatch { unit, note: String::new(), binding: false },
                )
            }
            State::Dispatched { .. } if walk.order.returns == 0 && dice.percent(4) => (
                minutes(dice, (2, 6), (20, 120)),
                field,
                Act::SendBack { reason: ReturnReason::Insufficient, note: "地址不详，请补充".into() },
            ),
            State::Dispatched { .. } => (minutes(dice, (1, 5), (10, 300)), field, Act::Take { by: None }),
            State::Working { stage: super::order::Stage::Taken, .. } if fault => {
                let after = dice.from(12, 70);
                (after, field, Act::Arrive { at: walk.now + Duration::from_secs(after * 60), place: None })
            }
            State::Working { .. } if walk.order.supervisions.iter().any(|one| one.reply.is_none()) => {
                let reply = "已安排专人跟进，今日办结并答复客户".to_owned();
                (minutes(dice, (5, 20), (60, 400)), field, Act::ReplySupervision { reply })
            }
            State::Working { .. } if walk.order.urges.is_empty() && dice.percent(6) => {
                let words = "客户再次来电询问进度".to_owned();
                (
                    minutes(dice, (30, 60), (600, 2_000)),
                    agent,
                    Act::Urge { by: UrgedBy::Customer, words, promise: String::new(), new_facts: true },
                )
            }
            State::Working { .. } => {
                let after = minutes(dice, (20, 160), (300, 6_000));
                let pick =
                    |dice: &mut Dice, of: &[&str]| dice.pick(of).copied().unwrap_or_default().to_owned();
                let result = Outcome {
                    cause: format!("{}（{}号）", pick(dice, &CAUSES), dice.from(1, 900)),
                    action: pick(dice, &ACTIONS),
                    done_at: Some(walk.now + Duration::from_secs(after * 60)),
                    person: "值班人员".into(),
                    told: if dice.percent(70) { "已当面告知客户".into() } else { String::new() },
                    evidence: String::new(),
                    substantiated: Some(dice.percent(50)),
                };
                (after, field, Act::GiveResult { result })
            }
            State::ResultGiven { .. } | State::InReview { .. } => {
                (minutes(dice, (3, 40), (20, 600)), centre, Act::Approve { note: String::new() })
            }
            State::ToCallBack { .. } => {
                use Satisfaction::{Dissatisfied, Fair, Satisfied, VerySatisfied};
                let said = match dice.from(0, 100) {
                    0..52 => VerySatisfied,
                    52..88 => Satisfied,
                    88..95 => Fair,
                    _ => Dissatisfied,
                };
                let note = "电话回访，客户已确认".to_owned();
                (dice.from(30, 1_200), centre, Act::Close { note, satisfaction: Some(said) })
            }
            State::Suspended { .. } | State::Closed { .. } | State::Merged { .. } | State::Void => {
                return None;
            }
        })
    };
    while let Some((after, asker, act)) = acts(&walk, dice) {
        let then = walk.now + Duration::from_secs(after * 60);
        if then > now {
            break;
        }
        walk.now = then;
        // What the rules refuse does not happen; the order stays where it is.
        if walk.act(&asker, &act).is_err() {
            break;
        }
    }
    walk.now = now;
    Ok(walk)
}
