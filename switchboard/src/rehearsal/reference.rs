//! The numbers of domain-reference 8.2 to 8.4 for the power city P1, and the ones that it does not give.

/// Calls offered on a day of the year's mean; July; Wednesday.
pub const CALLS: f64 = 2_040.0;
pub const JULY: f64 = 1.55;
pub const WEDNESDAY: f64 = 1.05;
/// What the reference says of self-service during an outage with a greeting: of a hundred calls so many ask for nobody,
/// 15 of whom do so anyway.
pub const CONTAINED: f64 = 30.0;
/// Seats that P1 has.
pub const INSTALLED: usize = 40;
/// The worst five minutes are so many times as busy as usual.
pub const WORST: f64 = 12.0;
/// Minutes in which the rush halves, without the greeting and, by the reference, with it.
pub const HALF_LIFE: f64 = 70.0;
pub const HALF_LIFE_TOLD: f64 = 40.0;

/// Half hours of a day in a heat wave, in hundredths of a per cent.
#[rustfmt::skip]
pub const PROFILE: [u32; 48] = [
    138, 120, 103,  86,  69,  60,  52,  43,  43,  43,  43,  52,
     69,  95, 129, 172, 241, 284, 301, 293, 284, 275, 267, 258,
    250, 250, 250, 250, 250, 249, 249, 241, 241, 241, 241, 249,
    267, 293, 327, 353, 370, 370, 353, 318, 275, 232, 198, 163,
];

/// Of all callers, so many in a thousand ask for nobody: 15 %, of whom 8 leave in the menu and 7 help themselves.
pub const LEAVE_MENU: u64 = 80;
pub const HELP_THEMSELVES: u64 = 70;
/// Of those who wait, so many in a thousand are gone within five seconds.
pub const LEAVE_AT_ONCE: u64 = 30;
/// Seconds of patience; where supply is off.
pub const PATIENCE_S: f64 = 180.0;
pub const PATIENCE_IN_OUTAGE_S: f64 = 300.0;
/// For so long after an announcement in the queue people leave so many times as often.
pub const AFTER_ANNOUNCEMENT_S: f64 = 10.0;
pub const AFTER_ANNOUNCEMENT: f64 = 1.5;
/// Of those who gave up, so many in a thousand call again, at most three times, after three minutes (median).
pub const CALL_AGAIN: u64 = 500;
pub const CALL_AGAIN_IN_STORM: u64 = 750;
pub const CALL_AGAIN_MAX: u32 = 3;
pub const CALL_AGAIN_MEDIAN_S: f64 = 180.0;
/// Mean of the time from the answer to the key for a person.
pub const MENU_S: f64 = 40.0;
/// 18 % of calls are held, 45 s in the mean.
pub const HELD: u64 = 180;
pub const HELD_S: f64 = 45.0;
/// μ and σ of writing up with a ticket, and without.
pub const WRITE_TICKET: (f64, f64) = (4.0073, 0.7876);
pub const WRITE: (f64, f64) = (2.7081, 0.7585);

/// Minutes of a short break, and how many of them in a shift of eight hours (2.5); no more at a time than 15 % of the seats, which
/// is the centre's own rule.
pub const REST_MIN: u32 = 10;
pub const RESTS: u32 = 3;
pub const SHIFT_MIN: u32 = 480;

// Assumed: the reference says nothing of these. The report lists them as such.

/// Of those who would ask for a person and hear of their own outage, so many in a hundred are content and hang up.
pub const LEAVE_TOLD: u32 = 60;
/// A less favourable share.
pub const LEAVE_TOLD_POOR: u32 = 30;
/// As long as no time of restoration is told, so many in a hundred of those.
pub const WITHOUT_ESTIMATE: f64 = 0.75;
/// Whose number is not known hears of the largest outages, and takes it for his own half as often.
pub const STRANGER: f64 = 0.5;
/// Of a thousand callers whose supply is off, so many call from a number that stands in their account.
pub const KNOWN: u64 = 850;
/// Of a thousand who are content, so many press 1 to be told when supply is back.
pub const TELL_ME: u64 = 300;
/// Of a hundred who are offered to be called back, so many want it.
pub const TAKE_BACK: u32 = 50;
/// Of a thousand who are called back, so many answer; after so many seconds. The others are rung for 45 seconds, and the agent
/// notes it down.
pub const ANSWERS_BACK: u64 = 900;
pub const RING_BACK_S: (f64, f64) = (4.0, 15.0);
pub const NOTES_S: u64 = 10;
/// σ of the delay of calling again, and of the time in the menu.
pub const CALL_AGAIN_SIGMA: f64 = 0.8;
pub const MENU_SIGMA: f64 = 0.5;
/// Seconds of ringing until an agent answers.
pub const RING_S: (f64, f64) = (0.8, 3.0);
/// Minutes in which the rush of an outage grows to its height.
pub const RISE: f64 = 10.0;
/// Shares of the seats that are taken: until 07:30, until 22:00, until midnight; in hundredths.
pub const SHIFTS: [(u32, usize); 3] = [(15, 30), (44, 100), (48, 60)];

/// Why somebody calls.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reason {
    Bill,
    Payment,
    Fault,
    Outage,
    Connection,
    Meter,
    Urging,
    Complaint,
    Suggestion,
    Praise,
    Report,
    Solar,
    Other,
}

/// How often on a usual day and in the rush (of a thousand), how long it takes (μ, σ), how often it makes a ticket (of a
/// thousand), and by which keys a person is asked for.
pub struct Habit {
    pub reason: Reason,
    pub usual: u64,
    pub storm: u64,
    pub talk: (f64, f64),
    pub ticket: u64,
    pub keys: &'static str,
}

#[rustfmt::skip]
pub const HABITS: [Habit; 13] = [
    Habit { reason: Reason::Bill,       usual: 210, storm: 0,   talk: (5.0106, 0.7244), ticket: 60,    keys: "32" },
    Habit { reason: Reason::Payment,    usual: 130, storm: 0,   talk: (4.7449, 0.7290), ticket: 150,   keys: "32" },
    Habit { reason: Reason::Fault,      usual: 210, storm: 460, talk: (4.9053, 0.6335), ticket: 800,   keys: "11" },
    Habit { reason: Reason::Outage,     usual: 160, storm: 340, talk: (4.2485, 0.6231), ticket: 30,    keys: "0" },
    Habit { reason: Reason::Connection, usual: 90,  storm: 0,   talk: (5.3706, 0.7736), ticket: 550,   keys: "4" },
    Habit { reason: Reason::Meter,      usual: 40,  storm: 0,   talk: (5.2204, 0.7215), ticket: 600,   keys: "4" },
    Habit { reason: Reason::Urging,     usual: 55,  storm: 90,  talk: (4.4998, 0.6335), ticket: 0,     keys: "0" },
    Habit { reason: Reason::Complaint,  usual: 8,   storm: 0,   talk: (5.7683, 0.7375), ticket: 1_000, keys: "5" },
    Habit { reason: Reason::Suggestion, usual: 12,  storm: 0,   talk: (5.2983, 0.7244), ticket: 950,   keys: "5" },
    Habit { reason: Reason::Praise,     usual: 4,   storm: 0,   talk: (4.4427, 0.5701), ticket: 1_000, keys: "5" },
    Habit { reason: Reason::Report,     usual: 3,   storm: 0,   talk: (5.4596, 0.6989), ticket: 1_000, keys: "5" },
    Habit { reason: Reason::Solar,      usual: 23,  storm: 0,   talk: (4.9416, 0.7090), ticket: 300,   keys: "4" },
    Habit { reason: Reason::Other,      usual: 55,  storm: 110, talk: (3.8067, 0.9400), ticket: 20,    keys: "0" },
];

impl Reason {
    pub fn habit(self) -> &'static Habit {
        HABITS.iter().find(|habit| habit.reason == self).unwrap_or(&HABITS[0])
    }

    pub const fn word(self) -> &'static str {
        match self {
            Reason::Bill => "电费账单",
            Reason::Payment => "交费复电",
            Reason::Fault => "故障报修",
            Reason::Outage => "停电查询",
            Reason::Connection => "新装变更",
            Reason::Meter => "电表抄表",
            Reason::Urging => "催办进度",
            Reason::Complaint => "投诉",
            Reason::Suggestion => "意见建议",
            Reason::Praise => "表扬",
            Reason::Report => "举报",
            Reason::Solar => "充电光伏",
            Reason::Other => "其他",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_the_reference_add_up() {
        assert_eq!(PROFILE.iter().sum::<u32>(), 10_000);
        assert_eq!(HABITS.iter().map(|habit| habit.usual).sum::<u64>(), 1_000);
        assert_eq!(HABITS.iter().map(|habit| habit.storm).sum::<u64>(), 1_000);
    }
}
