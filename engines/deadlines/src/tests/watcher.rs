//! The watcher, as transcripts: what is done at the margin, what came of it indented under it.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use kernel::{Engine, Timestamp};

use super::at;
use crate::{Effect, Input, Kept, Schedule, Watcher};

enum Do {
    /// Yellow, orange and red, in minutes after ten o'clock.
    Arm(u32, [i64; 3]),
    Disarm(u32),
    Tick,
    /// The process dies and begins anew with what had been written down.
    Restart,
}
use Do::{Arm, Disarm, Restart, Tick};

fn minute(after_ten: i64) -> Timestamp {
    Timestamp::from_secs(at("2025-07-03T10:00").as_secs() + after_ten * 60)
}

/// Each step at a minute after ten o'clock.
#[track_caller]
fn check(steps: impl IntoIterator<Item = (i64, Do)>, expected: Expect) {
    let mut watcher = Watcher::default();
    let mut text = String::new();
    for (now, act) in steps {
        let mut out = Vec::new();
        let _ = match act {
            Arm(key, [yellow, orange, red]) => {
                let schedule = Schedule::new(minute(yellow), minute(orange), minute(red)).expect("in order");
                watcher.handle(minute(now), Input::Arm { key, schedule }, &mut out);
                writeln!(text, "{now} arm {key} for {yellow} {orange} {red}")
            }
            Disarm(key) => {
                watcher.handle(minute(now), Input::Disarm { key }, &mut out);
                writeln!(text, "{now} disarm {key}")
            }
            Tick => {
                watcher.wake(minute(now), &mut out);
                assert!(watcher.deadline().is_none_or(|at| at > minute(now)), "it would spin");
                writeln!(text, "{now}")
            }
            Restart => {
                let file = serde_json::to_string(&watcher.kept().collect::<Vec<_>>()).expect("plain data");
                let kept: Vec<Kept<u32>> = serde_json::from_str(&file).expect("reads back");
                let again = Watcher::restore(kept.into_iter().rev()).expect("each once");
                assert_eq!(again, watcher, "exactly where it stopped");
                watcher = again;
                writeln!(text, "{now} restart")
            }
        };
        for effect in out {
            let _ = match effect {
                Effect::Warn { key, level, planned, .. } => {
                    let planned = (planned.as_secs() - minute(0).as_secs()) / 60;
                    writeln!(text, "    {key} {level:?} planned {planned}")
                }
                Effect::Refused(why) => writeln!(text, "    refused: {why}"),
            };
        }
        assert_eq!(watcher.check(), Ok(()), "\n{}", watcher.show());
    }
    expected.assert_eq(&text);
}

#[test]
fn each_warning_is_told_once_at_its_time() {
    check(
        [
            (0, Arm(1, [30, 48, 60])),
            (5, Arm(2, [30, 40, 50])),
            (29, Tick),
            (30, Tick),
            (30, Tick),
            (48, Tick),
            (55, Disarm(2)),
            (60, Tick),
            (600, Tick),
            (601, Disarm(1)),
            (602, Disarm(1)),
        ],
        expect![[r#"
            0 arm 1 for 30 48 60
            5 arm 2 for 30 40 50
            29
            30
                1 Yellow planned 30
                2 Yellow planned 30
            30
            48
                2 Orange planned 40
                1 Orange planned 48
            55 disarm 2
            60
                1 Red planned 60
            600
            601 disarm 1
            602 disarm 1
                refused: 1 is not watched
        "#]],
    );
}

#[test]
fn time_leaps_and_goes_back() {
    check(
        [
            (0, Arm(1, [30, 48, 60])),
            (50, Tick),
            // The clock was wrong, and is set back: nothing is told twice.
            (10, Tick),
            (10, Arm(2, [15, 16, 20])),
            (15, Tick),
            (50, Tick),
            (10_000, Tick),
            (0, Tick),
        ],
        expect![[r#"
            0 arm 1 for 30 48 60
            50
                1 Yellow planned 30
                1 Orange planned 48
            10
            10 arm 2 for 15 16 20
            15
                2 Yellow planned 15
            50
                2 Orange planned 16
                2 Red planned 20
            10000
                1 Red planned 60
            0
        "#]],
    );
}

#[test]
fn a_restart_goes_on_where_it_stopped() {
    check(
        [
            (0, Arm(1, [30, 48, 60])),
            (0, Arm(2, [10, 11, 12])),
            (31, Tick),
            (31, Restart),
            // The room arms all it finds in its rows once more.
            (31, Arm(1, [30, 48, 60])),
            (31, Arm(2, [10, 11, 12])),
            (32, Tick),
            (59, Restart),
            (61, Tick),
        ],
        expect![[r#"
            0 arm 1 for 30 48 60
            0 arm 2 for 10 11 12
            31
                2 Yellow planned 10
                2 Orange planned 11
                2 Red planned 12
                1 Yellow planned 30
            31 restart
            31 arm 1 for 30 48 60
            31 arm 2 for 10 11 12
            32
            59 restart
            61
                1 Orange planned 48
                1 Red planned 60
        "#]],
    );
}

#[test]
fn a_new_time_is_warned_of_anew() {
    check(
        [
            (0, Arm(1, [30, 48, 60])),
            (48, Tick),
            // Yellow of the new time has passed and was told; orange is told again, for the new time.
            (49, Arm(1, [40, 80, 100])),
            (49, Tick),
            (100, Tick),
            // Reopened: all of it once more.
            (200, Arm(1, [230, 248, 260])),
            (300, Tick),
        ],
        expect![[r#"
            0 arm 1 for 30 48 60
            48
                1 Yellow planned 30
                1 Orange planned 48
            49 arm 1 for 40 80 100
            49
            100
                1 Orange planned 80
                1 Red planned 100
            200 arm 1 for 230 248 260
            300
                1 Yellow planned 230
                1 Orange planned 248
                1 Red planned 260
        "#]],
    );
}

#[test]
fn what_is_kept_twice_is_refused() {
    let schedule = Schedule::new(minute(1), minute(2), minute(3)).expect("in order");
    let kept = Kept { key: 7, schedule, told: None };
    let bad = Watcher::restore([kept, kept]).expect_err("twice");
    assert_eq!(bad.to_string(), "7 is kept twice: keep one row for each promise");
}
