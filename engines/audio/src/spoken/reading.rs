//! Written Chinese as it is read aloud: figures, times, dates, addresses, telephone numbers and units become characters,
//! so that a voice that knows little else says them as a person would.

use jiff::civil::{Date, Time};

use super::{counted, decimal, digits, number, time};

/// What follows a number that counts things: two is 两.
const MEASURES: &[&str] = &[
    "个", "户", "位", "次", "小时", "天", "分钟", "条", "台", "种", "项", "份", "周", "年内", "处", "路",
    "家",
];
/// What stands before figures that are said one by one.
const NUMBERED: &[&str] = &[
    "电话",
    "热线",
    "拨打",
    "请拨",
    "致电",
    "手机",
    "户号",
    "工号",
    "编号",
    "单号",
    "表号",
    "账号",
    "尾号",
    "按键",
    "验证码",
    "拨",
];
/// Units as they are written, and as they are read. The longer before the shorter.
const UNITS: &[(&str, &str)] = &[
    ("kV·A", "千伏安"),
    ("kVA", "千伏安"),
    ("kWh", "千瓦时"),
    ("kV", "千伏"),
    ("KV", "千伏"),
    ("千V", "千伏"),
    ("kW", "千瓦"),
    ("MW", "兆瓦"),
    ("MPa", "兆帕"),
    ("kPa", "千帕"),
    ("m³", "立方米"),
    ("m²", "平方米"),
    ("mm", "毫米"),
    ("km", "公里"),
    ("℃", "度"),
    ("V", "伏"),
    ("A", "安"),
    ("W", "瓦"),
    ("m", "米"),
];
const PARTS_OF_DAY: &[&str] = &["凌晨", "早上", "早晨", "上午", "中午", "下午", "晚上", "傍晚", "夜间", "晚"];
/// Letters the voice does not know, with characters of their sound; the others it says itself.
const LETTERS: &[(char, &str)] = &[
    ('F', "艾弗"),
    ('H', "艾尺"),
    ('L', "艾勒"),
    ('M', "艾姆"),
    ('N', "恩"),
    ('Q', "丘"),
    ('R', "阿"),
    ('S', "艾丝"),
    ('W', "达布留"),
    ('X', "艾克斯"),
    ('Z', "贼"),
];

/// The text as it is read: characters, some letters and 。，、；？！ only.
pub fn reading(text: &str) -> String {
    let text: Vec<char> = text.chars().filter_map(plain).collect();
    let mut reader = Reader { text: &text, at: 0, read: String::new() };
    while reader.step() {}
    reader.read
}

/// The sentences of a text that has been read, each with its full stop; long ones are parted at a comma. What is said again
/// elsewhere is then the same sentence, and is rendered once.
pub fn sentences(reading: &str) -> Vec<String> {
    let mut sentences = vec![String::new()];
    for c in reading.chars() {
        let Some(last) = sentences.last_mut() else { break };
        last.push(c);
        let long = last.chars().count() >= LONG;
        if matches!(c, '。' | '？' | '！') || (long && matches!(c, '，' | '；' | '、')) {
            sentences.push(String::new());
        }
    }
    let said =
        |sentence: &String| sentence.chars().any(|c| !matches!(c, '。' | '，' | '；' | '、' | '？' | '！'));
    sentences.retain(said);
    sentences
}

/// Beyond so many characters a sentence is parted at its next comma.
const LONG: usize = 60;

/// Full-width figures and letters become narrow, punctuation becomes the few marks a voice knows; brackets go.
fn plain(c: char) -> Option<char> {
    Some(match c {
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)
        }
        '：' => ':',
        '．' => '.',
        '％' => '%',
        '＃' => '#',
        '－' | '–' | '—' | '～' | '〜' => '-',
        ',' => '，',
        ';' => '；',
        '?' => '？',
        '!' => '！',
        '\n' | '\r' => '。',
        '（' | '(' | '）' | ')' => '，',
        '…' => '，',
        '\u{4e00}'..='\u{9fff}' | '0'..='9' | 'A'..='Z' | 'a'..='z' => c,
        // Units have signs of their own.
        ' ' | '\t' | '\u{3000}' | ':' | '.' | '%' | '#' | '-' | '/' | '，' | '；' | '、' | '。' | '？'
        | '！' | '℃' | '³' | '²' | '·' => c,
        // A sign nobody can say must not keep the rest from being said.
        _ => return None,
    })
}

struct Reader<'a> {
    text: &'a [char],
    at: usize,
    read: String,
}

impl Reader<'_> {
    /// One character or one figure of speech further; false at the end.
    fn step(&mut self) -> bool {
        let Some(c) = self.peek(0) else { return false };
        match c {
            '0'..='9' => self.figures(),
            '#' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => {
                // #2变: the mark stands before the figure, its word behind.
                self.at += 1;
                let run = self.run();
                self.push(&number_of(&run));
                self.read.push('号');
            }
            'A'..='Z' | 'a'..='z' => {
                self.at += 1;
                let c = c.to_ascii_uppercase();
                match LETTERS.iter().find(|(letter, _)| *letter == c) {
                    Some((_, sound)) => self.push(sound),
                    None => self.read.push(c),
                }
            }
            '/' | '-' => {
                self.at += 1;
                self.pause('，');
            }
            '.' | ':' => {
                self.at += 1;
                self.pause(if c == '.' { '。' } else { '，' });
            }
            ' ' | '\u{3000}' | '\t' => self.at += 1,
            '，' | '；' | '、' | '。' | '？' | '！' => {
                self.at += 1;
                self.pause(c);
            }
            '\u{4e00}'..='\u{9fff}' => {
                self.at += 1;
                self.read.push(c);
            }
            // A unit without a number.
            _ => self.at += 1,
        }
        true
    }

    /// Two marks in a row are one, and the stronger wins.
    fn pause(&mut self, mark: char) {
        let weak = |c: char| matches!(c, '，' | '；' | '、');
        match self.read.chars().last() {
            None => {}
            Some(last) if weak(last) && weak(mark) => {}
            Some(last) if weak(last) => {
                self.read.pop();
                self.read.push(mark);
            }
            Some('。' | '？' | '！') => {}
            Some(_) => self.read.push(mark),
        }
    }

    fn figures(&mut self) {
        let run = self.run();
        let before = self.behind();
        if self.date(&run) || self.clock(&run, &before) || self.telephone(&run, &before) || self.place(&run) {
            return;
        }
        // 3-5号楼, 10-12日: from one to the other; with a word between they are read alone.
        if self.peek(0) == Some('-') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) && run.len() <= 4 {
            self.at += 1;
            self.push(&number_of(&run));
            self.read.push('至');
            return;
        }
        if self.peek(0) == Some('.') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            let fraction = self.run();
            return self.number(&run, Some(&fraction));
        }
        self.number(&run, None);
    }

    /// A plain number with what follows it.
    fn number(&mut self, whole: &str, fraction: Option<&str>) {
        let said = match fraction {
            Some(fraction) => decimal_of(whole, fraction),
            None => number_of(whole),
        };
        if self.take("%") {
            self.push("百分之");
            return self.push(&said);
        }
        if let Some((unit, word)) = UNITS.iter().copied().find(|(unit, _)| self.is_unit(unit)) {
            self.at += unit.chars().count();
            let two = whole == "2" && fraction.is_none();
            self.push(if two { "两" } else { &said });
            return self.push(word);
        }
        let four_figures = fraction.is_none() && whole.len() == 4;
        if four_figures && self.starts("年") {
            return self.push(&one_by_one(whole, false));
        }
        // 户号 and the like were found before; so long a number without a unit is one that is typed or dialled.
        if fraction.is_none() && (whole.len() >= 5 || whole.starts_with('0') && whole.len() > 1) {
            return self.push(&one_by_one(whole, true));
        }
        // 城东116线, 3号线: lines with a code of three figures are spelt.
        if fraction.is_none() && whole.len() >= 3 && self.starts("线") {
            return self.push(&one_by_one(whole, true));
        }
        if fraction.is_none() && whole == "2" && MEASURES.iter().any(|measure| self.starts(measure)) {
            return self.push(&counted(2).text());
        }
        self.push(&said);
    }

    /// 2026-11-22, 2026/11/22, 2026年11月22日, 11月22日.
    fn date(&mut self, year: &str) -> bool {
        if year.len() != 4 {
            return false;
        }
        let start = self.at;
        for mark in ["-", "/", "."] {
            self.at = start;
            if !self.take(mark) {
                continue;
            }
            let month = self.run();
            if !self.take(mark) {
                continue;
            }
            let day = self.run();
            if let Some(date) = civil(year, &month, &day) {
                self.push(&super::date(date).text());
                return true;
            }
        }
        self.at = start;
        false
    }

    /// 14:30, 8:00-12:00, 下午2:30; and 14:30:00, whose seconds nobody is told.
    fn clock(&mut self, hour: &str, before: &str) -> bool {
        let start = self.at;
        let told = self.clock_after(hour);
        let Some(at) = told else {
            self.at = start;
            return false;
        };
        let part_of_day = PARTS_OF_DAY.iter().any(|part| before.ends_with(part));
        let said = time(at).text();
        let said = if part_of_day { after_part_of_day(&said) } else { said };
        self.push(&said);
        if self.peek(0) == Some('-') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            self.read.push('至');
        }
        true
    }

    fn clock_after(&mut self, hour: &str) -> Option<Time> {
        if hour.len() > 2 || !self.take(":") {
            return None;
        }
        let minute = self.run();
        if minute.len() != 2 {
            return None;
        }
        let at = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
        let seconds = self.at;
        if self.take(":") && self.run().len() != 2 {
            self.at = seconds;
        }
        Some(at)
    }

    /// 13912345678, 0571-12345678, 400-123-4567, 95598; and whatever a word before calls a number.
    fn telephone(&mut self, run: &str, before: &str) -> bool {
        let dialled =
            NUMBERED.iter().any(|word| before.ends_with(word) || before.ends_with(&format!("{word}为")));
        let area = (3..=4).contains(&run.len())
            && (run.starts_with('0') || run.starts_with("400") || run.starts_with("800"));
        let mut all = run.to_owned();
        let start = self.at;
        if area || dialled {
            while self.peek(0) == Some('-') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
                self.at += 1;
                all.push('-');
                all.push_str(&self.run());
            }
        }
        let figures = all.chars().filter(char::is_ascii_digit).count();
        if !(dialled || (area && figures >= 10)) {
            self.at = start;
            return false;
        }
        // A key to press is one figure and a number all the same.
        self.push(&if figures == 1 { number_of(run) } else { one_by_one(&all, true) });
        true
    }

    /// 501室, 3-2-501, 12#楼.
    fn place(&mut self, run: &str) -> bool {
        let start = self.at;
        if self.take("#") {
            self.push(&number_of(run));
            self.read.push('号');
            return true;
        }
        if run.len() >= 3 && ["室", "房", "号房", "号室"].iter().any(|word| self.starts(word)) {
            self.push(&one_by_one(run, true));
            return true;
        }
        // Building, entrance and room in one: three numbers.
        let mut all = vec![run.to_owned()];
        while self.peek(0) == Some('-') && self.peek(1).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
            all.push(self.run());
        }
        if all.len() == 3 && all.iter().all(|part| part.len() <= 4) {
            let said: Vec<String> = all
                .iter()
                .map(|part| if part.len() >= 3 { one_by_one(part, true) } else { number_of(part) })
                .collect();
            self.push(&said.join("杠"));
            return true;
        }
        self.at = start;
        false
    }

    // What stands here.

    fn peek(&self, ahead: usize) -> Option<char> {
        self.text.get(self.at + ahead).copied()
    }

    fn run(&mut self) -> String {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let run: String = rest.iter().take_while(|c| c.is_ascii_digit()).collect();
        self.at += run.len();
        run
    }

    fn starts(&self, with: &str) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut here = rest.iter();
        with.chars().all(|c| here.next() == Some(&c))
    }

    fn take(&mut self, mark: &str) -> bool {
        let here = self.starts(mark);
        if here {
            self.at += mark.chars().count();
        }
        here
    }

    /// The unit stands here, and is not the beginning of a longer word of letters.
    fn is_unit(&self, unit: &str) -> bool {
        let length = unit.chars().count();
        let ends = !unit.ends_with(|c: char| c.is_ascii_alphabetic())
            || !self.peek(length).is_some_and(|c| c.is_ascii_alphanumeric());
        self.starts(unit) && ends
    }

    /// What has been read last, without pauses: the word before these figures.
    fn behind(&self) -> String {
        let last: Vec<char> = self.read.chars().rev().filter(|c| !matches!(c, '，' | '：')).take(6).collect();
        last.into_iter().rev().collect()
    }

    fn push(&mut self, said: &str) {
        self.read.push_str(said);
    }
}

fn number_of(run: &str) -> String {
    run.parse().map_or_else(|_| one_by_one(run, true), |n| number(n).text().replace(' ', ""))
}

fn decimal_of(whole: &str, fraction: &str) -> String {
    let three = fraction.len() <= 3;
    let thousandths = format!("{whole}{fraction:0<3}").parse::<i64>().ok().filter(|_| three);
    match thousandths {
        Some(thousandths) => decimal(thousandths).text(),
        None => format!("{}点{}", number_of(whole), one_by_one(fraction, false)),
    }
}

/// Figure by figure; one is 幺 where it might be mistaken, and groups are parted by a short pause.
fn one_by_one(run: &str, dialled: bool) -> String {
    if dialled {
        return digits(run).text().replace(' ', "，");
    }
    run.chars().filter_map(|c| c.to_digit(10)).map(|figure| number(u64::from(figure)).text()).collect()
}

fn civil(year: &str, month: &str, day: &str) -> Option<Date> {
    if month.len() > 2 || day.len() > 2 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// 下午 is said already: without the part of the day; 下午14:30 is half past two as well.
fn after_part_of_day(said: &str) -> String {
    PARTS_OF_DAY.iter().find_map(|part| said.strip_prefix(part)).unwrap_or(said).to_owned()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(texts: &[&str], expected: Expect) {
        let line = |text: &&str| format!("{text} → {}\n", reading(text));
        expected.assert_eq(&texts.iter().map(line).collect::<String>());
    }

    #[test]
    fn addresses() {
        check(
            &[
                "阳光花园3号楼2单元501室",
                "12#楼、#2变压器",
                "3-5号楼",
                "幸福里3-2-501",
                "建设路128号",
                "A座B区第2期",
                "10kV城东116线",
            ],
            expect![[r#"
                阳光花园3号楼2单元501室 → 阳光花园三号楼二单元五零幺室
                12#楼、#2变压器 → 十二号楼、二号变压器
                3-5号楼 → 三至五号楼
                幸福里3-2-501 → 幸福里三杠二杠五零幺
                建设路128号 → 建设路一百二十八号
                A座B区第2期 → A座B区第二期
                10kV城东116线 → 十千伏城东幺幺六线
            "#]],
        );
    }

    #[test]
    fn times_and_dates() {
        check(
            &[
                "2026-11-22 14:30",
                "预计今天18:00恢复",
                "8:00-12:00",
                "下午2:30",
                "11月22日8点30分",
                "2026年11月22日20:05",
                "2小时后,2天内",
                "00:05",
            ],
            expect![[r#"
                2026-11-22 14:30 → 二零二六年十一月二十二日下午两点半
                预计今天18:00恢复 → 预计今天晚上六点整恢复
                8:00-12:00 → 上午八点整至中午十二点整
                下午2:30 → 下午两点半
                11月22日8点30分 → 十一月二十二日八点三十分
                2026年11月22日20:05 → 二零二六年十一月二十二日晚上八点零五分
                2小时后,2天内 → 两小时后，两天内
                00:05 → 凌晨零点零五分
            "#]],
        );
    }

    #[test]
    fn numbers_to_dial_and_to_count() {
        check(
            &[
                "请拨打95598",
                "电话:0571-88012345",
                "手机13912345678",
                "400-810-9558",
                "户号10020030",
                "影响1200户,其中2户重要用户",
                "自助服务请按1,人工服务请按0",
                "负荷92%,气压0.4MPa,12.5立方米",
                "380V、25mm",
                "尾号8021",
            ],
            expect![[r#"
                请拨打95598 → 请拨打九五五九八
                电话:0571-88012345 → 电话，零五七幺，八八零幺，二三四五
                手机13912345678 → 手机幺三九，幺二三四，五六七八
                400-810-9558 → 四零零，八幺零，九五五八
                户号10020030 → 户号幺零零二，零零三零
                影响1200户,其中2户重要用户 → 影响一千二百户，其中两户重要用户
                自助服务请按1,人工服务请按0 → 自助服务请按一，人工服务请按零
                负荷92%,气压0.4MPa,12.5立方米 → 负荷百分之九十二，气压零点四兆帕，十二点五立方米
                380V、25mm → 三百八十伏、二十五毫米
                尾号8021 → 尾号八零二幺
            "#]],
        );
    }

    #[test]
    fn marks_are_few_and_strange_signs_are_harmless() {
        check(
            &[
                "【供电公司】尊敬的客户：您好!!(测试),,。",
                "",
                "٣号楼 9999999999999999999999",
                "a-b/c...",
                "：：-",
            ],
            expect![[r#"
                【供电公司】尊敬的客户：您好!!(测试),,。 → 供电公司尊敬的客户，您好！测试。
                 → 
                ٣号楼 9999999999999999999999 → 号楼九九九九，九九九九，九九九九，九九九九，九九九九，九九
                a-b/c... → A，B，C。
                ：：- → 
            "#]],
        );
    }

    #[test]
    fn sentences_are_cut_where_one_breathes() {
        let text = "您好。阳光花园因故障停电，抢修人员已到现场。";
        assert_eq!(sentences(text), ["您好。", "阳光花园因故障停电，抢修人员已到现场。"]);
        let long = "一，".repeat(80);
        assert!(sentences(&long).iter().all(|sentence| sentence.chars().count() <= LONG + 1));
        assert_eq!(sentences("。，！"), Vec::<String>::new());
    }
}
