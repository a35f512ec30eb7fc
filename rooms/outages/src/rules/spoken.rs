//! Texts as a voice reads them: “今天下午三点半”, “十号”, “九五五九八”. And the same times as they are written.

use jiff::civil::{Date, DateTime};
use kernel::Timestamp;
use kernel::calendar::Calendar;

const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

fn digit(at: u32) -> &'static str {
    DIGITS.get(at as usize).copied().unwrap_or_default()
}

/// Up to 9999: 十二, 一百零五, 两千 is 二千 here.
pub fn number(value: u32) -> String {
    if value == 0 {
        return "零".into();
    }
    if value > 9_999 {
        return value.to_string().chars().filter_map(|c| c.to_digit(10)).map(digit).collect();
    }
    let mut out = String::new();
    let mut gap = false;
    for (unit, word) in [(1_000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let one = value / unit % 10;
        if one == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
        }
        gap = false;
        // 十二, not 一十二, when nothing stands before.
        if !(unit == 10 && one == 1 && out.is_empty()) {
            out.push_str(digit(one));
        }
        out.push_str(word);
    }
    out
}

/// 凌晨三点, 下午三点半, 晚上八点零五分.
fn clock(hour: i8, minute: i8) -> String {
    let (hour, minute) = (u32::from(hour.unsigned_abs()), u32::from(minute.unsigned_abs()));
    let part = match hour {
        0..=5 => "凌晨",
        6..=8 => "早上",
        9..=11 => "上午",
        12 => "中午",
        13..=17 => "下午",
        _ => "晚上",
    };
    let short = if hour > 12 { hour - 12 } else { hour };
    let short = if short == 2 { "两".to_owned() } else { number(short) };
    let rest = match minute {
        0 => String::new(),
        15 => "一刻".into(),
        30 => "半".into(),
        1..=9 => format!("零{}分", digit(minute)),
        _ => format!("{}分", number(minute)),
    };
    format!("{part}{short}点{rest}")
}

fn day(date: Date, today: Date) -> String {
    let days = today.until(date).map_or(99, |span| span.get_days());
    match days {
        0 => "今天".into(),
        1 => "明天".into(),
        2 => "后天".into(),
        -1 => "昨天".into(),
        _ => named(date),
    }
}

/// 七月三日.
fn named(date: Date) -> String {
    let (month, day) = (u32::from(date.month().unsigned_abs()), u32::from(date.day().unsigned_abs()));
    format!("{}月{}日", number(month), number(day))
}

/// 七月三日下午三点半, on whichever day it is read.
pub fn dated(at: Timestamp, calendar: &Calendar) -> String {
    let at = calendar.civil(at);
    format!("{}{}", named(at.date()), clock(at.hour(), at.minute()))
}

/// 今天下午三点半.
pub fn time(at: Timestamp, now: Timestamp, calendar: &Calendar) -> String {
    let (at, today) = (calendar.civil(at), calendar.civil(now).date());
    format!("{}{}", day(at.date(), today), clock(at.hour(), at.minute()))
}

/// The second of two times: without the day where it is the same.
pub fn until(at: Timestamp, from: Timestamp, now: Timestamp, calendar: &Calendar) -> String {
    let (at, from) = (calendar.civil(at), calendar.civil(from));
    if at.date() == from.date() { clock(at.hour(), at.minute()) } else { time_of(at, now, calendar) }
}

fn time_of(at: DateTime, now: Timestamp, calendar: &Calendar) -> String {
    format!("{}{}", day(at.date(), calendar.civil(now).date()), clock(at.hour(), at.minute()))
}

/// 7月3日8:00, as messages write it.
pub fn written(at: Timestamp, calendar: &Calendar) -> String {
    let at = calendar.civil(at);
    format!("{}月{}日{}:{:02}", at.month(), at.day(), at.hour(), at.minute())
}

/// 7月3日8:00至17:00; with the day where it is another one.
pub fn written_span(from: Timestamp, until: Timestamp, calendar: &Calendar) -> String {
    let (first, last) = (calendar.civil(from), calendar.civil(until));
    let ends = if first.date() == last.date() {
        format!("{}:{:02}", last.hour(), last.minute())
    } else {
        written(until, calendar)
    };
    format!("{}至{ends}", written(from, calendar))
}

/// 7月3日.
pub fn written_day(at: Timestamp, calendar: &Calendar) -> String {
    let at = calendar.civil(at);
    format!("{}月{}日", at.month(), at.day())
}

/// A text with its numbers as they are read: short ones as numbers, long ones and those that begin with nought digit by digit.
pub fn text(written: &str) -> String {
    let written = written.replace("kV", "千伏").replace("KV", "千伏").replace('#', "号");
    let mut out = String::new();
    let mut rest = written.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (words, from) = rest.split_at(start);
        let (digits, after) = from.split_at(from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len()));
        out.push_str(words);
        let short = digits.len() <= 4 && !digits.starts_with('0');
        match digits.parse::<u32>() {
            Ok(value) if short => out.push_str(&number(value)),
            _ => out.extend(digits.chars().filter_map(|c| c.to_digit(10)).map(digit)),
        }
        // 3-8栋
        let range = after.strip_prefix(['-', '－', '–', '~', '～']);
        rest = match range {
            Some(behind) if behind.starts_with(|c: char| c.is_ascii_digit()) => {
                out.push('至');
                behind
            }
            _ => after,
        };
    }
    out.push_str(rest);
    out
}

/// How long a voice takes for it, in whole seconds; `pace` is characters in ten seconds.
pub fn seconds(text: &str, pace: u32) -> u32 {
    let (mut spoken, mut pauses) = (0_u32, 0_u32);
    for c in text.chars() {
        match c {
            '，' | '。' | '、' | '；' | '：' | '！' | '？' => pauses += 1,
            c if c.is_whitespace() => {}
            _ => spoken += 1,
        }
    }
    // A pause is as long as a character and a half.
    (spoken * 20 + pauses * 30).div_ceil(pace.max(1) * 2)
}
