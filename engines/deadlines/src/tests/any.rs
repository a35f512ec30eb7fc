//! Anything at any time: deadlines are monotone, clocks keep their invariants, each warning is told exactly once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::civil::{Date, date};
use kernel::calendar::{Calendar, Holidays, Limit, Pause};
use kernel::{Engine, Timestamp};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::{at, begun, promised};
use crate::{Act, Clocks, Effect, Input, Level, Rule, Schedule, Thresholds, Watcher};

/// Seconds of the years 2025 and 2026.
fn instant() -> impl Strategy<Value = Timestamp> {
    (0i64..2 * 365 * 86_400).prop_map(|secs| Timestamp::from_secs(at("2025-01-01T00:00").as_secs() + secs))
}

fn day() -> impl Strategy<Value = Date> {
    (0i64..800).prop_map(|days| date(2025, 1, 1).saturating_add(jiff::Span::new().days(days)))
}

fn limit() -> impl Strategy<Value = Limit> {
    prop_oneof![
        (1u32..10_000).prop_map(Limit::Minutes),
        (1u32..400).prop_map(Limit::Hours),
        (0u32..40).prop_map(Limit::CalendarDays),
        (0u32..40).prop_map(Limit::WorkingDays),
    ]
}

/// China's, or one with days off and make-up days anywhere.
fn any_calendar() -> impl Strategy<Value = Calendar> {
    let wild = (btree_set(day(), 0..60), btree_set(day(), 0..30)).prop_map(|(off, make_up)| {
        Calendar::new(jiff::tz::TimeZone::fixed(jiff::tz::offset(8)), Holidays { off, make_up })
    });
    prop_oneof![Just(Calendar::china()), wild]
}

fn act(start: Timestamp) -> impl Strategy<Value = (Timestamp, Act)> {
    let reason = || Just("because".to_owned());
    let begun = Calendar::china().civil(start).date();
    let near = (0i64..30).prop_map(move |days| begun.saturating_add(jiff::Span::new().days(days)));
    let days = (prop_oneof![4 => near, 1 => day()], 0i64..20)
        .prop_map(|(first, long)| Pause { first, last: first.saturating_add(jiff::Span::new().days(long)) });
    let act = prop_oneof![
        3 => Just(Act::Returned),
        1 => Just(Act::Redispatched),
        4 => (days, reason()).prop_map(|(days, reason)| Act::Suspended { days, reason }),
        2 => Just(Act::Resumed),
        4 => (limit(), reason(), proptest::option::of(instant())).prop_map(|(by, reason, asked)| Act::Extended { by, reason, asked }),
        4 => (instant(), reason()).prop_map(|(due, reason)| Act::Renewed { due, reason }),
        1 => Just(Act::ResultEntered),
        1 => Just(Act::ResultRefused),
        1 => Just(Act::Answered),
        1 => Just(Act::Reopened),
        1 => reason().prop_map(|reason| Act::Withdrawn { reason }),
    ];
    // Mostly while the promise runs.
    let now = prop_oneof![4 => (0u64..20 * 86_400).prop_map(move |secs| start + Duration::from_secs(secs)), 1 => instant()];
    (now, act)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn who_begins_later_is_not_due_earlier(
        calendar in any_calendar(), customer in limit(), unit in proptest::option::of(limit()),
        one in instant(), other in prop_oneof![instant(), Just(Timestamp::MIN)], gap in 0u64..172_800,
    ) {
        // Instants far apart, and such that lie within two days.
        let other = if other == Timestamp::MIN { one + Duration::from_secs(gap) } else { other };
        let (first, second) = (one.min(other), one.max(other));
        let rule = Rule { unit, ..promised(customer) };
        let start = |since| begun(&rule, since, &calendar);
        let (first, second) = (start(first), start(second));
        for (clock, promise) in first.each() {
            prop_assert!(promise.due() <= second.each()[&clock].due(), "{clock:?}\n{}{}", first.show(), second.show());
        }
    }

    #[test]
    fn clocks_keep_their_invariants_whatever_happens(
        calendar in any_calendar(), customer in proptest::option::of(limit()), unit in limit(),
        (since, acts) in instant().prop_flat_map(|since| (Just(since), vec(act(since), 0..12))),
    ) {
        let rule = Rule { unit: Some(unit), customer, ..promised(unit) };
        let agreed = Clocks::agreed(since, since + Duration::from_secs(86_400));
        for mut clocks in [begun(&rule, since, &calendar), agreed] {
            for (now, act) in &acts {
                let Ok(next) = clocks.decide(*now, act, &calendar) else { continue };
                prop_assert_eq!(next.check(), Ok(()), "after {:?}\n{}{}", act, clocks.show(), next.show());
                let started_anew = matches!(act, Act::Reopened | Act::Resumed);
                for (clock, promise) in next.each() {
                    let before = clocks.each()[&clock];
                    let extended = matches!(act, Act::Extended { .. }) && before.due() < promise.due();
                    prop_assert!(!extended || promise.due() > *now, "more time was given that is over");
                    prop_assert!(started_anew || before.due() <= promise.due(), "{act:?} took time away");
                    let schedule = Schedule::of(promise, &calendar, Thresholds::default());
                    prop_assert_eq!(schedule.at(Level::Red), promise.due());
                    prop_assert!(schedule.at(Level::Yellow) >= promise.since(), "warned before it began");
                }
                if matches!(act, Act::Returned | Act::Redispatched) {
                    prop_assert_eq!(&next, &clocks);
                }
                clocks = next;
            }
        }
    }
}

#[derive(Clone, Debug)]
enum Happens {
    Arm(u8),
    /// As the room does with all its rows after a start.
    ArmAgain(u8),
    Disarm(u8),
    /// To any time, also back.
    Tick(i64),
    Restart,
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        3 => (0u8..8).prop_map(Happens::Arm),
        2 => (0u8..8).prop_map(Happens::ArmAgain),
        1 => (0u8..8).prop_map(Happens::Disarm),
        6 => (0i64..1_000).prop_map(Happens::Tick),
        3 => Just(Happens::Restart),
    ]
}

/// All that is told from beginning to end, and what was ever armed and not disarmed.
struct Run {
    told: Vec<(u8, Level, Timestamp)>,
    standing: BTreeSet<u8>,
}

fn run(schedules: &[Schedule], happens: &[Happens], restarts: bool) -> Result<Run, TestCaseError> {
    let mut watcher = Watcher::<u8>::default();
    let (mut told, mut standing, mut used) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut now = Timestamp::from_secs(0);
    let mut out = Vec::new();
    for happens in happens.iter().chain([&Happens::Tick(2_000)]) {
        match happens {
            Happens::Arm(key) if used.insert(*key) => {
                standing.insert(*key);
                watcher.handle(
                    now,
                    Input::Arm { key: *key, schedule: schedules[usize::from(*key)] },
                    &mut out,
                );
            }
            Happens::ArmAgain(key) if standing.contains(key) => {
                watcher.handle(
                    now,
                    Input::Arm { key: *key, schedule: schedules[usize::from(*key)] },
                    &mut out,
                );
            }
            Happens::Disarm(key) if standing.remove(key) => {
                watcher.handle(now, Input::Disarm { key: *key }, &mut out);
            }
            Happens::Arm(_) | Happens::ArmAgain(_) | Happens::Disarm(_) => {}
            Happens::Tick(to) => {
                now = Timestamp::from_secs(*to);
                watcher.wake(now, &mut out);
                prop_assert!(watcher.deadline().is_none_or(|at| at > now), "it would spin");
            }
            Happens::Restart if restarts => {
                let file = serde_json::to_string(&watcher.kept().collect::<Vec<_>>()).expect("plain data");
                let kept: Vec<crate::Kept<u8>> = serde_json::from_str(&file).expect("reads back");
                let again = Watcher::restore(kept).expect("each once");
                prop_assert_eq!(&again, &watcher);
                watcher = again;
            }
            Happens::Restart => {}
        }
        prop_assert_eq!(watcher.check(), Ok(()));
        for effect in out.drain(..) {
            let Effect::Warn { key, level, planned, .. } = effect else {
                return Err(TestCaseError::fail("what fits is refused"));
            };
            prop_assert!(standing.contains(&key), "{key} is told and not watched");
            prop_assert_eq!(planned, schedules[usize::from(key)].at(level));
            prop_assert!(planned <= now, "told too early");
            told.push((key, level, planned));
        }
    }
    Ok(Run { told, standing })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn each_warning_is_told_exactly_once(
        times in vec([0i64..1_000, 0i64..1_000, 0i64..1_000], 8), happens in vec(happens(), 0..80),
    ) {
        let schedules: Vec<_> = times
            .into_iter()
            .map(|mut times| {
                times.sort_unstable();
                let [yellow, orange, red] = times.map(Timestamp::from_secs);
                Schedule::new(yellow, orange, red).expect("sorted")
            })
            .collect();
        let with = run(&schedules, &happens, true)?;
        let mut times_told = BTreeMap::<(u8, Level), usize>::new();
        for (key, level, _) in &with.told {
            *times_told.entry((*key, *level)).or_default() += 1;
        }
        prop_assert!(times_told.values().all(|times| *times == 1), "told more than once: {times_told:?}");
        for key in &with.standing {
            for level in Level::ALL {
                prop_assert!(times_told.contains_key(&(*key, level)), "{key} {level:?} was never told");
            }
        }
        // A restart makes no difference at all.
        prop_assert_eq!(with.told, run(&schedules, &happens, false)?.told);
    }
}
