//! A roster as a calendar: RFC 5545, times in UTC, written so that every client of phones and offices takes it.

use kernel::Timestamp;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The same for ever, so that a client changes what it has instead of adding another.
    pub uid: String,
    pub from: Timestamp,
    pub to: Timestamp,
    pub summary: String,
    pub description: String,
    pub changed_at: Timestamp,
    /// Revisions since it was made.
    pub sequence: i64,
}

/// The calendar as a file.
pub fn calendar(name: &str, entries: &[Entry]) -> String {
    let mut file = String::new();
    let mut put = |line: &str| fold(line, &mut file);
    put("BEGIN:VCALENDAR");
    put("VERSION:2.0");
    put("PRODID:-//Switchboard//Duty roster//EN");
    put("CALSCALE:GREGORIAN");
    put("METHOD:PUBLISH");
    put(&format!("NAME:{}", escaped(name)));
    put(&format!("X-WR-CALNAME:{}", escaped(name)));
    put("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    put("X-PUBLISHED-TTL:PT1H");
    for entry in entries {
        put("BEGIN:VEVENT");
        put(&format!("UID:{}", escaped(&entry.uid)));
        put(&format!("DTSTAMP:{}", utc(entry.changed_at)));
        put(&format!("LAST-MODIFIED:{}", utc(entry.changed_at)));
        put(&format!("SEQUENCE:{}", entry.sequence));
        put(&format!("DTSTART:{}", utc(entry.from)));
        put(&format!("DTEND:{}", utc(entry.to)));
        put(&format!("SUMMARY:{}", escaped(&entry.summary)));
        if !entry.description.is_empty() {
            put(&format!("DESCRIPTION:{}", escaped(&entry.description)));
        }
        put("END:VEVENT");
    }
    put("END:VCALENDAR");
    file
}

/// `20260105T080000Z`
fn utc(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text (3.3.11): what would end it is written otherwise; other control characters are left out.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => safe.extend(['\\', c]),
            '\n' => safe.push_str("\\n"),
            c if c.is_control() => {}
            c => safe.push(c),
        }
    }
    safe
}

/// A content line (3.1): at most 75 octets, never cut within a character, its continuations after a blank.
fn fold(line: &str, file: &mut String) {
    const OCTETS_MAX: usize = 75;
    let mut used = 0;
    for c in line.chars() {
        if used + c.len_utf8() > OCTETS_MAX {
            file.push_str("\r\n ");
            used = 1;
        }
        file.push(c);
        used += c.len_utf8();
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_night_in_the_crew() {
        let at = |text: &str| text.parse().expect("a time");
        let entry = Entry {
            uid: "du_1@switchboard".into(),
            from: at("2026-01-05T12:00:00Z"),
            to: at("2026-01-06T00:00:00Z"),
            summary: "主班 · 抢修一班".into(),
            description: "值班电话:0562-2600111;\r\n备用,\\ 139".into(),
            changed_at: at("2026-01-01T09:30:00Z"),
            sequence: 2,
        };
        expect![[r#"
            BEGIN:VCALENDAR
            VERSION:2.0
            PRODID:-//Switchboard//Duty roster//EN
            CALSCALE:GREGORIAN
            METHOD:PUBLISH
            NAME:值班
            X-WR-CALNAME:值班
            REFRESH-INTERVAL;VALUE=DURATION:PT1H
            X-PUBLISHED-TTL:PT1H
            BEGIN:VEVENT
            UID:du_1@switchboard
            DTSTAMP:20260101T093000Z
            LAST-MODIFIED:20260101T093000Z
            SEQUENCE:2
            DTSTART:20260105T120000Z
            DTEND:20260106T000000Z
            SUMMARY:主班 · 抢修一班
            DESCRIPTION:值班电话:0562-2600111\;\n备用\,\\ 139
            END:VEVENT
            END:VCALENDAR
        "#]]
        .assert_eq(&calendar("值班", &[entry]).replace("\r\n", "\n"));
    }

    #[test]
    fn lines_have_75_octets_and_whole_characters() {
        for text in ["x".repeat(400), "抢".repeat(150), format!("{}抢修", "x".repeat(65)), "🔥".repeat(90)]
        {
            let file = calendar(&text, &[]);
            assert!(file.ends_with("END:VCALENDAR\r\n"));
            assert!(!file.replace("\r\n", "").contains(['\r', '\n']), "line ends are CR LF");
            assert!(file.split("\r\n").all(|line| line.len() <= 75), "{text}");
            let unfolded = file.replace("\r\n ", "");
            assert!(unfolded.contains(&format!("NAME:{text}\r\n")), "put together again, it is the same");
        }
    }

    #[test]
    fn nobody_writes_lines_of_his_own_into_it() {
        let file = calendar("a\r\nBEGIN:VEVENT\u{b}\u{0}", &[]);
        assert!(file.contains("X-WR-CALNAME:a\\nBEGIN:VEVENT\r\n"), "{file}");
    }
}
