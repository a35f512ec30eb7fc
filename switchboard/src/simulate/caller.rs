//! What a caller is going to do: why, by which way through the menu, how patiently, and what is said. Pure and seeded.

use std::time::Duration;

use audio::Digit;

use super::dice::Dice;

/// Why somebody calls.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    Bill,
    Payment,
    Fault,
    Leak,
    Outage,
    Appointment,
    Connection,
    Meter,
    Urging,
    Complaint,
    Suggestion,
    Praise,
    Report,
    Other,
}

/// One reason of a gas utility's callers.
struct Habit {
    reason: Reason,
    /// Of a thousand calls.
    share: u64,
    /// μ and σ of the talk time.
    talk: (f64, f64),
    /// Ways through the hotline's menu, and how many of ten go there. An empty one waits and says nothing.
    ways: &'static [(u64, &'static str)],
    /// What they say: the numbers of `callers/NN_voice`.
    says: &'static [u8],
}

#[rustfmt::skip]
const HABITS: &[Habit] = &[
    Habit { reason: Reason::Bill,        share: 235, talk: (5.0106, 0.7244), ways: &[(7, "31"), (3, "32")],            says: &[8, 9, 25, 24] },
    Habit { reason: Reason::Payment,     share: 170, talk: (4.7449, 0.7290), ways: &[(5, "34"), (2, "33"), (3, "31")], says: &[5, 24, 31] },
    Habit { reason: Reason::Fault,       share: 120, talk: (4.9053, 0.6335), ways: &[(6, "21"), (3, "22"), (1, "23")], says: &[22, 23] },
    Habit { reason: Reason::Leak,        share: 14,  talk: (4.7875, 0.5552), ways: &[(10, "1")],                       says: &[19, 20, 21] },
    Habit { reason: Reason::Outage,      share: 70,  talk: (4.2485, 0.6231), ways: &[(10, "5")],                       says: &[6, 22] },
    Habit { reason: Reason::Appointment, share: 90,  talk: (4.6540, 0.6536), ways: &[(10, "40")],                      says: &[27, 28] },
    Habit { reason: Reason::Connection,  share: 110, talk: (5.3706, 0.7736), ways: &[(6, "0"), (4, "40")],             says: &[26, 30] },
    Habit { reason: Reason::Meter,       share: 60,  talk: (5.2204, 0.7215), ways: &[(10, "22")],                      says: &[11, 12, 29] },
    Habit { reason: Reason::Urging,      share: 50,  talk: (4.4998, 0.6335), ways: &[(10, "0")],                       says: &[7, 15] },
    Habit { reason: Reason::Complaint,   share: 12,  talk: (5.7683, 0.7375), ways: &[(10, "6")],                       says: &[14, 17, 32] },
    Habit { reason: Reason::Suggestion,  share: 8,   talk: (5.2983, 0.7244), ways: &[(10, "6")],                       says: &[35] },
    Habit { reason: Reason::Praise,      share: 2,   talk: (4.4427, 0.5701), ways: &[(10, "6")],                       says: &[34] },
    Habit { reason: Reason::Report,      share: 6,   talk: (5.4596, 0.6989), ways: &[(10, "6")],                       says: &[18, 21] },
    Habit { reason: Reason::Other,       share: 53,  talk: (3.8067, 0.9400), ways: &[(7, "0"), (3, "")],               says: &[36] },
];

/// Of a thousand callers: hang up in the menu; leave within five seconds of waiting; take part in the rating.
const LEAVE_MENU: u64 = 80;
const LEAVE_AT_ONCE: u64 = 30;
const RATE: u64 = 350;
/// Of those who do not rate, how many hang up before the agent does.
const HANG_UP_FIRST: u64 = 600;
/// How many of a thousand ratings are which.
const RATINGS: &[(u64, char)] = &[(720, '5'), (220, '4'), (35, '3'), (18, '2'), (7, '1')];
/// Seconds of patience, and where it is about danger.
const PATIENCE_S: f64 = 180.0;
const PATIENCE_IN_DANGER_S: f64 = 300.0;

/// The demo's number with a menu, and its number for emergencies, which has none.
pub const HOTLINE: &str = crate::config::DEMO_NUMBER;
const EMERGENCY: &str = "96777";

/// What one caller is going to do. Waits are already compressed by the speed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The caller's own number; no two callers of one run have the same.
    pub number: String,
    pub calls: String,
    pub reason: Reason,
    /// Each key with the wait before it, from the answer or the key before.
    pub keys: Vec<(Duration, Digit)>,
    /// Hangs up so long after the answer, before anything is asked for.
    pub leaves_menu: Option<Duration>,
    /// Hangs up after waiting so long for a person.
    pub patience: Duration,
    pub talk: Duration,
    /// What is said: which utterance, if any were recorded.
    pub says: Option<u8>,
    /// Stays to rate when the agent has hung up.
    pub rating: Option<Digit>,
    /// Hangs up before the agent does.
    pub hangs_up_first: bool,
}

/// Nine in ten callers are customers of the demo; no two of a run have the same number.
fn own_number(chance: u64, nth: u64) -> String {
    use customers::rules::demo;
    let number = if chance.is_multiple_of(10) {
        demo::stranger(nth)
    } else {
        demo::number((nth * 15 + chance / 10 % 15) % demo::CUSTOMERS)
    };
    number.to_string()
}

/// Customers of one community, whose gas is off: these numbers, in the order in which they call.
pub fn neighbours(many: usize) -> Vec<String> {
    use customers::rules::demo;
    /// A home like all others.
    const FIRST: u64 = 30_000;
    let of = |nth| demo::customer(crate::config::DEMO_SEED, nth, demo::CUSTOMERS);
    let home = of(FIRST).parts;
    let near = (FIRST..demo::CUSTOMERS).filter(|nth| {
        let parts = of(*nth).parts;
        (parts.area, parts.community) == (home.area.clone(), home.community.clone())
    });
    near.take(many).map(|nth| demo::number(nth).to_string()).collect()
}

/// The same caller as somebody whose gas is off, from another number.
pub fn without_gas(plan: Plan, number: String) -> Plan {
    let keys = [(9, '2'), (4, '1')].into_iter();
    let keys = keys
        .filter_map(|(wait, key)| Some((Duration::from_secs(wait), Digit::try_from(key).ok()?)))
        .collect();
    Plan { number, reason: Reason::Fault, keys, leaves_menu: None, ..plan }
}

/// What the `nth` caller of a run is going to do, calling `called`.
pub fn plan(dice: &mut Dice, nth: u32, called: &str, speed: f64) -> Plan {
    let shares: Vec<(u64, &Habit)> = HABITS.iter().map(|habit| (habit.share, habit)).collect();
    let habit = dice.weighted(&shares).unwrap_or(&HABITS[0]);
    let danger = habit.reason == Reason::Leak;
    let at_once = danger && called == HOTLINE && dice.chance(400);
    let way = dice.weighted(habit.ways).unwrap_or_default();
    let way = if called == HOTLINE && !at_once { way } else { "" };
    let fast = |wait: Duration| wait.div_f64(speed.max(0.01));
    // People who know what they want press early; the first menu has been told after some twenty seconds.
    let mut first = if danger { 3.0 } else { 9.0 };
    let keys = way
        .chars()
        .filter_map(|key| Digit::try_from(key).ok())
        .map(|key| {
            let wait = dice.between(first, first + 8.0);
            first = 3.0;
            (fast(wait), key)
        })
        .collect();
    let leaves = dice.chance(LEAVE_MENU) && !danger && called == HOTLINE;
    let leaves_menu = leaves.then(|| fast(dice.between(2.0, 9.0)));
    let patience = if dice.chance(LEAVE_AT_ONCE) {
        dice.between(0.5, 5.0)
    } else {
        dice.exponential(if danger { PATIENCE_IN_DANGER_S } else { PATIENCE_S })
    };
    let rating = dice.chance(RATE).then(|| dice.weighted(RATINGS)).flatten();
    Plan {
        number: own_number(dice.below(10_000), u64::from(nth)),
        calls: if at_once { EMERGENCY.to_owned() } else { called.to_owned() },
        reason: habit.reason,
        keys,
        leaves_menu,
        patience: fast(patience),
        talk: fast(dice.lognormal(habit.talk.0, habit.talk.1)),
        says: dice.pick(habit.says).copied(),
        rating: rating.and_then(|key| Digit::try_from(key).ok()),
        hangs_up_first: rating.is_none() && dice.chance(HANG_UP_FIRST),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use expect_test::expect;

    use super::*;

    fn crowd(called: &str) -> Vec<Plan> {
        let mut dice = Dice::new(2026);
        (0..10_000).map(|nth| plan(&mut dice, nth, called, 1.0)).collect()
    }

    #[test]
    fn the_shares_add_up() {
        assert_eq!(HABITS.iter().map(|habit| habit.share).sum::<u64>(), 1_000);
        assert_eq!(RATINGS.iter().map(|(share, _)| share).sum::<u64>(), 1_000);
        assert!(HABITS.iter().all(|habit| habit.ways.iter().map(|(tenths, _)| tenths).sum::<u64>() == 10));
    }

    #[test]
    fn ten_thousand_callers_are_as_the_reference_says() {
        let crowd = crowd(HOTLINE);
        let part = |of: &dyn Fn(&Plan) -> bool| {
            format!("{:.1} %", crowd.iter().filter(|plan| of(plan)).count() as f64 / 100.0)
        };
        let mean =
            |of: &dyn Fn(&Plan) -> f64| format!("{:.0} s", crowd.iter().map(of).sum::<f64>() / 10_000.0);
        let is = |key: char| move |plan: &Plan| plan.rating.is_some_and(|r| r.as_char() == key);
        let table = [
            ("bill", part(&|p| p.reason == Reason::Bill)),
            ("fault", part(&|p| p.reason == Reason::Fault)),
            ("leak", part(&|p| p.reason == Reason::Leak)),
            ("leaves in the menu", part(&|p| p.leaves_menu.is_some())),
            ("gone within 5 s", part(&|p| p.patience < Duration::from_secs(5))),
            ("patience", mean(&|p| p.patience.as_secs_f64())),
            ("talk", mean(&|p| p.talk.as_secs_f64())),
            ("rates", part(&|p| p.rating.is_some())),
            ("very satisfied", part(&is('5'))),
            ("satisfied", part(&is('4'))),
            ("calls the emergency number", part(&|p| p.calls == EMERGENCY)),
        ];
        let table: String = table.iter().map(|(what, found)| format!("{what}: {found}\n")).collect();
        expect![[r#"
            bill: 23.8 %
            fault: 12.3 %
            leak: 1.4 %
            leaves in the menu: 8.0 %
            gone within 5 s: 5.9 %
            patience: 175 s
            talk: 175 s
            rates: 34.1 %
            very satisfied: 24.5 %
            satisfied: 7.5 %
            calls the emergency number: 0.6 %
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn neighbours_share_a_section_and_say_that_their_gas_is_off() {
        let near = neighbours(5);
        assert_eq!(near.iter().collect::<BTreeSet<_>>().len(), 5);
        let plan = without_gas(plan(&mut Dice::new(1), 0, HOTLINE, 1.0), near[0].clone());
        let keys: String = plan.keys.iter().map(|(_, key)| key.to_string()).collect();
        assert_eq!((plan.number.as_str(), keys.as_str(), plan.leaves_menu), (near[0].as_str(), "21", None));
    }

    #[test]
    fn everybody_has_a_number_of_their_own() {
        let crowd = crowd(HOTLINE);
        assert_eq!(crowd.iter().map(|plan| &plan.number).collect::<BTreeSet<_>>().len(), crowd.len());
        assert!(crowd.iter().all(|plan| plan.number.len() == 11));
    }

    #[test]
    fn ways_through_the_menu_by_reason() {
        let mut ways: BTreeMap<Reason, BTreeSet<String>> = BTreeMap::new();
        for plan in crowd(HOTLINE) {
            let way = plan.keys.iter().map(|(_, key)| key.as_char()).collect();
            ways.entry(plan.reason).or_default().insert(way);
        }
        let table: String = ways.iter().map(|(reason, ways)| format!("{reason:?}: {ways:?}\n")).collect();
        expect![[r#"
            Bill: {"31", "32"}
            Payment: {"31", "33", "34"}
            Fault: {"21", "22", "23"}
            Leak: {"", "1"}
            Outage: {"5"}
            Appointment: {"40"}
            Connection: {"0", "40"}
            Meter: {"22"}
            Urging: {"0"}
            Complaint: {"6"}
            Suggestion: {"6"}
            Praise: {"6"}
            Report: {"6"}
            Other: {"", "0"}
        "#]]
        .assert_eq(&table);
    }

    #[test]
    fn where_there_is_no_menu_nobody_presses_a_key() {
        assert!(crowd("12345").iter().all(|p| p.keys.is_empty() && p.leaves_menu.is_none()));
    }

    #[test]
    fn speed_shortens_every_wait() {
        let slow = plan(&mut Dice::new(3), 0, HOTLINE, 1.0);
        let fast = plan(&mut Dice::new(3), 0, HOTLINE, 10.0);
        assert_eq!(fast.talk, slow.talk.div_f64(10.0));
        assert_eq!(fast.patience, slow.patience.div_f64(10.0));
    }
}
