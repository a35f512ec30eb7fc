//! Every call of everybody as a line of a table, the three runs side by side.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use kernel::Timestamp;

use super::day::Day;
use super::fate::{Attempt, Fate, Heard};
use super::study::Runs;

const HEAD: &str = "来电人,号码,原因,停电区域,号码已登记,第几次来电,无播报_来电,无播报_请求人工,无播报_按键,无播报_结局,无播报_说明,无播报_等待秒,无播报_座席,有播报_来电,有播报_请求人工,有播报_听到,有播报_按键,有播报_结局,有播报_说明,有播报_等待秒,有播报_座席,应急_来电,应急_请求人工,应急_听到,应急_按键,应急_结局,应急_说明,应急_等待秒,应急_座席";

/// With a byte order mark, so that Excel reads it as what it is.
pub fn write(day: &Day, runs: &Runs) -> String {
    let by_call = |all: &[Attempt]| -> BTreeMap<(usize, u32), Attempt> {
        all.iter().map(|one| ((one.person, one.nth), one.clone())).collect()
    };
    let [without, with, both] = [&runs.without, &runs.with, &runs.both].map(|run| by_call(&run.attempts));
    let mut keys: Vec<&(usize, u32)> = without.keys().chain(with.keys()).chain(both.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut out = format!("\u{feff}{HEAD}\n");
    for key in keys {
        let Some(person) = day.people.get(key.0) else { continue };
        let fault = person.fault.and_then(|fault| day.faults.get(fault)).map_or("", |fault| fault.area);
        let _ = write!(
            out,
            "{},{},{},{},{},{}",
            person.id + 1,
            Day::number(person.id),
            person.reason.word(),
            fault,
            if person.known { "是" } else { "否" },
            key.1
        );
        side(&mut out, day, without.get(key), false);
        side(&mut out, day, with.get(key), true);
        side(&mut out, day, both.get(key), true);
        out.push('\n');
    }
    out
}

fn side(out: &mut String, day: &Day, attempt: Option<&Attempt>, told: bool) {
    let Some(one) = attempt else {
        let nothing = if told {
            ",,,,,没有再打,前一通之后不再需要,,"
        } else {
            ",,,,没有再打,前一通之后不再需要,,"
        };
        return out.push_str(nothing);
    };
    let waited = match one.fate {
        Fate::Served { waited, .. }
        | Fate::GaveUp { waited, .. }
        | Fate::LeftDoor { waited }
        | Fate::CalledBack { waited, .. }
        | Fate::CalledInVain { waited } => waited.as_secs().to_string(),
        _ => String::new(),
    };
    let asked = one.asked.map(|at| clock(day, at)).unwrap_or_default();
    let _ = write!(out, ",{},{asked}", clock(day, one.at));
    if told {
        let heard = match one.heard {
            Some(Heard::Own) => "本户停电",
            Some(Heard::General) => "大面积停电",
            None => "",
        };
        let _ = write!(out, ",{heard}");
    }
    let seat = one.seat.map(super::centre::phone).unwrap_or_default();
    let again = one.again.map(|at| format!(";{}重拨", clock(day, at))).unwrap_or_default();
    let _ = write!(out, ",{},{},{}{again},{waited},{seat}", one.keys, one.fate.word(), one.reason());
}

pub fn clock(day: &Day, at: Timestamp) -> String {
    let at = day.calendar.civil(at);
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}
