//! Dates, times of day, durations, and what a waiting caller is told.

use std::time::Duration;

use jiff::civil::{Date, Time};

use super::{Part, Spoken, counted, digits, number};

/// A date with its year, said digit by digit: 二零二六年十一月二十一日.
pub fn date(date: Date) -> Spoken {
    let mut spoken = Spoken::default();
    for digit in date.year().unsigned_abs().to_string().bytes() {
        spoken = spoken.then(Part::Number(digit - b'0'));
    }
    spoken.then(Part::YEAR).and(month_and_day(date))
}

/// A date near `today`: 今天, 明天, 后天, else month, day and weekday; with its year when that is another one.
pub fn day(that: Date, today: Date) -> Spoken {
    match (that - today).get_days() {
        0 => Spoken::of(Part::TODAY),
        1 => Spoken::of(Part::TOMORROW),
        2 => Spoken::of(Part::DAY_AFTER_TOMORROW),
        _ if that.year() != today.year() => date(that),
        _ => month_and_day(that).then(Part::Weekday(that.weekday().to_monday_one_offset() as u8)),
    }
}

fn month_and_day(date: Date) -> Spoken {
    Spoken::of(Part::Month(date.month() as u8)).then(Part::Day(date.day() as u8))
}

/// A time of day, by the twelve-hour clock: 下午三点半, 上午八点整, 晚上八点零五分.
pub fn time(time: Time) -> Spoken {
    let (hour, minute) = (time.hour() as u8, time.minute() as u8);
    let (part_of_day, hour) = match hour {
        0..5 => (Part::SMALL_HOURS, hour),
        5..8 => (Part::EARLY, hour),
        8..12 => (Part::FORENOON, hour),
        12 => (Part::NOON, 12),
        13..18 => (Part::AFTERNOON, hour - 12),
        _ => (Part::EVENING, hour - 12),
    };
    let spoken = Spoken::of(part_of_day).then(Part::Hour(hour));
    match minute {
        0 => spoken.then(Part::SHARP),
        30 => spoken.then(Part::HALF_PAST),
        1..10 => spoken.then(Part::Number(0)).and(number(minute.into())).then(Part::FEN),
        _ => spoken.and(number(minute.into())).then(Part::FEN),
    }
}

/// A length of time in its two largest units: 两分钟, 半小时, 一个半小时, 三天两小时. Parts of a second are dropped.
pub fn duration(length: Duration) -> Spoken {
    let all = length.as_secs();
    let (days, hours, minutes, seconds) = (all / 86_400, all / 3_600 % 24, all / 60 % 60, all % 60);
    let say = |count: u64, unit: Part| match count {
        0 => Spoken::default(),
        count => counted(count).then(unit),
    };
    match (days, hours, minutes) {
        (0, 0, 0) => counted(seconds).then(Part::SECONDS),
        (0, 0, 30) if seconds == 0 => Spoken::of(Part::HALF_HOUR),
        (0, 0, minutes) => say(minutes, Part::MINUTES).and(say(seconds, Part::SECONDS)),
        (0, hours, 30) => counted(hours).then(Part::AND_A_HALF_HOURS),
        (0, hours, minutes) => say(hours, Part::HOURS).and(say(minutes, Part::MINUTES)),
        (days, hours, _) => say(days, Part::DAYS).and(say(hours, Part::HOURS)),
    }
}

/// What a caller is told about his wait, in whole minutes rounded up: 大约需要等待两分钟.
pub fn wait(expected: Duration) -> Spoken {
    match expected.as_secs().div_ceil(60) {
        0..=1 => Spoken::of(Part::WAIT_UNDER_A_MINUTE),
        minutes @ 2..=30 => Spoken::of(Part::WAIT_ABOUT).and(counted(minutes)).then(Part::MINUTES),
        _ => Spoken::of(Part::WAIT_LONG),
    }
}

/// How many callers are before this one: 您前面还有三位客户在等候.
pub fn position(ahead: u64) -> Spoken {
    match ahead {
        0 => Spoken::of(Part::YOU_ARE_NEXT),
        ahead => Spoken::of(Part::BEFORE_YOU).and(counted(ahead)).then(Part::CALLERS_WAITING),
    }
}

/// Who serves the caller: 幺零零七号客户代表为您服务.
pub fn agent(number: &str) -> Spoken {
    digits(number).then(Part::AGENT_SERVES)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use jiff::civil;

    use super::*;

    fn check<T: std::fmt::Debug>(
        inputs: impl IntoIterator<Item = T>,
        say: impl Fn(&T) -> Spoken,
        expect: Expect,
    ) {
        let line = |input: T| format!("{input:?} {}\n", say(&input).text());
        expect.assert_eq(&inputs.into_iter().map(line).collect::<String>());
    }

    #[test]
    fn times_follow_the_day() {
        let inputs = [
            "00:00", "02:02", "05:30", "08:00", "09:45", "12:00", "12:30", "14:10", "15:30", "20:05", "22:15",
        ];
        check(
            inputs,
            |text| time(text.parse().expect("a time")),
            expect![[r#"
            "00:00" 凌晨零点整
            "02:02" 凌晨两点零二分
            "05:30" 早上五点半
            "08:00" 上午八点整
            "09:45" 上午九点四十五分
            "12:00" 中午十二点整
            "12:30" 中午十二点半
            "14:10" 下午两点十分
            "15:30" 下午三点半
            "20:05" 晚上八点零五分
            "22:15" 晚上十点十五分
        "#]],
        );
    }

    #[test]
    fn a_date_says_its_year_digit_by_digit() {
        check(
            [civil::date(2026, 11, 21), civil::date(2011, 2, 10)],
            |d| date(*d),
            expect![[r#"
            2026-11-21 二零二六年十一月二十一日
            2011-02-10 二零一一年二月十日
        "#]],
        );
    }

    #[test]
    fn a_near_day_is_named() {
        let today = civil::date(2026, 11, 21);
        check(
            [0, 1, 2, 3, 8, 60, -1],
            |n| day(today + jiff::Span::new().days(*n), today),
            expect![[r#"
            0 今天
            1 明天
            2 后天
            3 十一月二十四日星期二
            8 十一月二十九日星期日
            60 二零二七年一月二十日
            -1 十一月二十日星期五
        "#]],
        );
    }

    #[test]
    fn durations_say_their_two_largest_units() {
        let inputs = [0, 2, 30, 60, 90, 120, 600, 1_800, 3_600, 5_400, 7_200, 7_320, 9_000, 86_400, 180_000];
        check(
            inputs,
            |s| duration(Duration::from_secs(*s)),
            expect![[r#"
            0 零秒
            2 两秒
            30 三十秒
            60 一分钟
            90 一分钟三十秒
            120 两分钟
            600 十分钟
            1800 半小时
            3600 一小时
            5400 一个半小时
            7200 两小时
            7320 两小时两分钟
            9000 两个半小时
            86400 一天
            180000 两天两小时
        "#]],
        );
    }

    #[test]
    fn a_wait_is_rounded_up_and_never_promises_what_nobody_knows() {
        check(
            [0, 30, 60, 61, 120, 121, 700, 1_800, 1_801],
            |s| wait(Duration::from_secs(*s)),
            expect![[r#"
                0 预计一分钟之内为您接通
                30 预计一分钟之内为您接通
                60 预计一分钟之内为您接通
                61 大约需要等待两分钟
                120 大约需要等待两分钟
                121 大约需要等待三分钟
                700 大约需要等待十二分钟
                1800 大约需要等待三十分钟
                1801 等待时间可能超过三十分钟
            "#]],
        );
    }

    #[test]
    fn positions() {
        check(
            [0, 1, 2, 3, 12, 102],
            |ahead| position(*ahead),
            expect![[r#"
            0 您是下一位
            1 您前面还有一位客户在等候
            2 您前面还有两位客户在等候
            3 您前面还有三位客户在等候
            12 您前面还有十二位客户在等候
            102 您前面还有一百零二位客户在等候
        "#]],
        );
    }

    #[test]
    fn an_agent_is_announced_by_number() {
        check(
            ["1007", "8021"],
            |number| agent(number),
            expect![[r#"
            "1007" 幺零零七号客户代表为您服务
            "8021" 八零二幺号客户代表为您服务
        "#]],
        );
    }
}
