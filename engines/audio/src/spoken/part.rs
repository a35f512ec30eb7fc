//! The fixed set of recorded parts.
//!
//! Whole numbers below a hundred are recorded as one piece, and so are hundreds, thousands, hours, months and days:
//! fewer joins sound more like speech, and the whole set still fits into two megabytes.

use std::borrow::Cow;
use std::sync::LazyLock;

/// One recorded part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// 0 to 99 as said alone: 零, 十二, 二十.
    Number(u8),
    /// 10 to 19 inside a longer number: 一十二.
    Teen(u8),
    /// 1 to 9 hundred: 二百.
    Hundreds(u8),
    /// 1 to 9 thousand: 两千.
    Thousands(u8),
    /// 0 to 12 o'clock: 两点.
    Hour(u8),
    /// 1 to 12: 三月.
    Month(u8),
    /// 1 to 31: 二十一日.
    Day(u8),
    /// 1 (Monday) to 7: 星期一.
    Weekday(u8),
    /// A word or half a sentence: its name and its text.
    Word(&'static str, &'static str),
}

macro_rules! words {
    ($($name:ident $clip:literal $text:literal;)*) => {
        impl Part { $(pub(super) const $name: Part = Part::Word($clip, $text);)* }
        const WORDS: &[Part] = &[$(Part::$name),*];
    };
}

words! {
    ONE_AS_YAO "yao" "幺";
    TWO "liang" "两";
    WAN "wan" "万";
    YI "yi" "亿";
    POINT "point" "点";
    MINUS "minus" "负";
    YUAN "yuan" "元";
    JIAO "jiao" "角";
    FEN "fen" "分";
    CUBIC_METRES "cubic_metres" "立方米";
    KILOWATT_HOURS "kilowatt_hours" "度";
    YEAR "year" "年";
    TODAY "today" "今天";
    TOMORROW "tomorrow" "明天";
    DAY_AFTER_TOMORROW "day_after_tomorrow" "后天";
    SMALL_HOURS "small_hours" "凌晨";
    EARLY "early" "早上";
    FORENOON "forenoon" "上午";
    NOON "noon" "中午";
    AFTERNOON "afternoon" "下午";
    EVENING "evening" "晚上";
    SHARP "sharp" "整";
    HALF_PAST "half_past" "半";
    DAYS "days" "天";
    HOURS "hours" "小时";
    HALF_HOUR "half_hour" "半小时";
    AND_A_HALF_HOURS "and_a_half_hours" "个半小时";
    MINUTES "minutes" "分钟";
    SECONDS "seconds" "秒";
    BEFORE_YOU "before_you" "您前面还有";
    CALLERS_WAITING "callers_waiting" "位客户在等候";
    YOU_ARE_NEXT "you_are_next" "您是下一位";
    WAIT_ABOUT "wait_about" "大约需要等待";
    WAIT_UNDER_A_MINUTE "wait_under_a_minute" "预计一分钟之内为您接通";
    WAIT_LONG "wait_long" "等待时间可能超过三十分钟";
    AGENT_SERVES "agent_serves" "号客户代表为您服务";
}

const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

fn character(digit: u8) -> &'static str {
    DIGITS.get(usize::from(digit)).copied().unwrap_or("")
}

fn below_hundred(n: u8) -> String {
    match (n / 10, n % 10) {
        (0, ones) => character(ones).into(),
        (1, 0) => "十".into(),
        (1, ones) => format!("十{}", character(ones)),
        (tens, 0) => format!("{}十", character(tens)),
        (tens, ones) => format!("{}十{}", character(tens), character(ones)),
    }
}

impl Part {
    /// The name of its clip: `parts/36`.
    pub fn clip(self) -> String {
        match self {
            Part::Number(n) => format!("parts/{n}"),
            Part::Teen(n) => format!("parts/inner_{n}"),
            Part::Hundreds(n) => format!("parts/{n}00"),
            Part::Thousands(n) => format!("parts/{n}000"),
            Part::Hour(n) => format!("parts/hour_{n}"),
            Part::Month(n) => format!("parts/month_{n}"),
            Part::Day(n) => format!("parts/day_{n}"),
            Part::Weekday(n) => format!("parts/weekday_{n}"),
            Part::Word(name, _) => format!("parts/{name}"),
        }
    }

    /// What is heard.
    pub fn text(self) -> Cow<'static, str> {
        match self {
            Part::Number(n) => below_hundred(n).into(),
            Part::Teen(n) => format!("一{}", below_hundred(n)).into(),
            Part::Hundreds(n) => format!("{}百", character(n)).into(),
            Part::Thousands(2) => "两千".into(),
            Part::Thousands(n) => format!("{}千", character(n)).into(),
            Part::Hour(2) => "两点".into(),
            Part::Hour(n) => format!("{}点", below_hundred(n)).into(),
            Part::Month(n) => format!("{}月", below_hundred(n)).into(),
            Part::Day(n) => format!("{}日", below_hundred(n)).into(),
            Part::Weekday(7) => "星期日".into(),
            Part::Weekday(n) => format!("星期{}", character(n)).into(),
            Part::Word(_, text) => text.into(),
        }
    }
}

/// Every part there is: the name of its clip and its text. What is recorded is this list, no more and no less.
pub fn parts() -> &'static [(String, String)] {
    static PARTS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
        let all = (0..100)
            .map(Part::Number)
            .chain((10..20).map(Part::Teen))
            .chain((1..10).map(Part::Hundreds))
            .chain((1..10).map(Part::Thousands))
            .chain((0..13).map(Part::Hour))
            .chain((1..13).map(Part::Month))
            .chain((1..32).map(Part::Day))
            .chain((1..8).map(Part::Weekday))
            .chain(WORDS.iter().copied());
        all.map(|part| (part.clip(), part.text().into_owned())).collect()
    });
    &PARTS
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jiff::civil::date as civil;
    use kernel::Money;
    use kernel::money::Milli;

    use super::*;
    use crate::spoken::*;

    #[test]
    fn no_two_parts_share_a_name() {
        let names: HashSet<_> = parts().iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), parts().len());
    }

    #[test]
    fn every_part_that_can_be_reached_is_in_the_list_and_none_is_there_in_vain() {
        let mut heard = HashSet::new();
        let mut hear = |spoken: Spoken| heard.extend(spoken.parts().map(Part::clip));
        for n in (0..20_000).chain((0..u64::BITS).map(|bit| u64::MAX >> bit)) {
            hear(number(n));
            hear(counted(n));
            hear(amount(Money(n as i64)));
            hear(amount(Money(-(n as i64 & 0xffff_ffff))));
            hear(quantity(Milli(n as i64), Unit::CubicMetres));
            hear(quantity(Milli(n as i64), Unit::KilowattHours));
            hear(digits(&n.to_string()));
            hear(duration(std::time::Duration::from_secs(n)));
            hear(position(n));
            hear(agent(&n.to_string()));
        }
        for minute in 0..24 * 60_i16 {
            hear(time(jiff::civil::time((minute / 60) as i8, (minute % 60) as i8, 0, 0)));
        }
        for minutes in 0..40 {
            hear(wait(std::time::Duration::from_secs(60 * minutes)));
        }
        let today = civil(2026, 1, 1);
        for offset in -400..400 {
            let that = today.saturating_add(jiff::Span::new().days(offset));
            hear(date(that));
            hear(day(that, today));
        }
        hear(decimal(-1500));
        let listed: HashSet<_> = parts().iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(heard.difference(&listed).collect::<Vec<_>>(), Vec::<&String>::new(), "not in the list");
        assert_eq!(listed.difference(&heard).collect::<Vec<_>>(), Vec::<&String>::new(), "never heard");
    }
}
