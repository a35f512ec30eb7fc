//! The rules by example: the statutes' vectors, what callers hear, and a walk through every state.

use std::time::Duration;

use customers::rules::Utility;
use expect_test::expect;
use kernel::calendar::Calendar;
use kernel::{ElementId, OutageId, PersonId, Timestamp};
use proptest::prelude::*;

use super::calls::owed;
use super::figures::Figures;
use super::greeting::{Voice, heard, segment, speaks, text};
use super::limits::{Case, Duty, Weight, check, is_coming, publish_by};
use super::notice_texts::{Medium, Ready, ready};
use super::outage::{Area, Clip, Counts, Fate, Greeting, Mode};
use super::table::{self, Terms, due};
mod moved;
mod personal;

use super::{
    Act, Asker, Cause, Class, Crew, Outage, Plan, Refusal, Settings, State, Verb, allowed, decide, promised,
    spoken,
};

const LEADER: Asker = Asker { person: Some(PersonId(1)), writes: true, approves: true };
const OTHER: Asker = Asker { person: Some(PersonId(2)), writes: true, approves: true };
const WRITER: Asker = Asker { person: Some(PersonId(3)), writes: true, approves: false };

/// Shanghai time.
fn at(text: &str) -> Timestamp {
    format!("{}:00+08:00", text.replace(' ', "T")).parse().expect("a time")
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

fn plan(class: Class, starts: &str, ends: Option<&str>) -> Plan {
    Plan {
        utility: Utility::Power,
        class,
        area: Area {
            text: "铜官区幸福小区3至8栋".into(), elements: vec![ElementId(7)], ..Area::default()
        },
        scope: "10kV鹤鸣线12号杆以下".into(),
        cause: if class == Class::Fault { Cause::Unknown } else { Cause::Maintenance },
        reason: "线路检修".into(),
        starts: at(starts),
        ends: ends.map(at),
        unit: None,
    }
}

fn draft(plan: Plan, now: &str, affected: i64) -> Outage {
    Outage {
        id: OutageId(1),
        number: "T20250701-001".into(),
        plan,
        state: State::Draft,
        owner: PersonId(3),
        created_by: PersonId(3),
        created_at: at(now),
        submitted_by: None,
        approved_by: None,
        published_at: None,
        started_at: None,
        announced_at: None,
        restored_at: None,
        closed_at: None,
        why: String::new(),
        revisions: Vec::new(),
        excuses: Vec::new(),
        greeting: Greeting { mode: Mode::Auto, words: None, clip: None, approval: None },
        counts: Counts { all: affected, important: 2, ..Counts::default() },
        order: None,
        version: 1,
    }
}

/// Acts one after the other, each at its time.
fn after(outage: &Outage, acts: &[(&str, Asker, Act)]) -> Outage {
    let (calendar, settings) = (Calendar::china(), Settings::default());
    acts.iter().fold(outage.clone(), |outage, (now, asker, act)| {
        let terms = Terms { now: at(now), calendar: &calendar, settings: &settings };
        decide(&outage, act, *asker, terms).unwrap_or_else(|why| panic!("{act:?} at {now}: {why}"))
    })
}

fn refused(outage: &Outage, now: &str, asker: Asker, act: &Act) -> Refusal {
    let (calendar, settings) = (Calendar::china(), Settings::default());
    let terms = Terms { now: at(now), calendar: &calendar, settings: &settings };
    decide(outage, act, asker, terms).expect_err("a refusal")
}

fn publish() -> Act {
    Act::Publish { why: String::new(), next_news: None }
}

fn revise(ends: Option<&str>, crew: Crew, cause: Cause, why: &str) -> Act {
    Act::Revise { starts: None, ends: ends.map(at), next_news: None, cause, crew, why: why.into() }
}

/// A fault since two in the afternoon of 2025-07-01, 500 affected, back by half past three.
fn fault() -> Outage {
    let outage =
        draft(plan(Class::Fault, "2025-07-01 14:00", Some("2025-07-01 15:30")), "2025-07-01 14:03", 500);
    after(&outage, &[("2025-07-01 14:04", LEADER, publish())])
}

fn planned() -> Outage {
    let outage =
        draft(plan(Class::Planned, "2025-07-20 08:00", Some("2025-07-20 17:00")), "2025-07-01 09:00", 500);
    after(
        &outage,
        &[
            ("2025-07-01 09:05", WRITER, Act::Submit),
            ("2025-07-01 09:10", LEADER, Act::Approve { why: String::new() }),
            ("2025-07-01 09:15", WRITER, publish()),
        ],
    )
}

fn said(class: Class, utility: Utility, starts: &str, published: &str) -> String {
    let case = Case { utility, class, starts: at(starts), ends: None, important: 0, affected: 0 };
    let found = check(&case, at(published), &Calendar::china());
    found
        .iter()
        .map(|f| format!("{} {} {} h", f.duty.as_str(), f.weight.as_str(), f.hours))
        .collect::<Vec<_>>()
        .join("; ")
}

#[test]
fn out_01_seven_days_by_date_and_fewer_than_168_hours() {
    assert_eq!(
        said(Class::Planned, Utility::Power, "2025-07-20 08:00", "2025-07-13 18:00"),
        "o1 warning 158 h"
    );
}

#[test]
fn out_02_ten_minutes_after_midnight_is_a_day_too_late() {
    assert_eq!(
        said(Class::Planned, Utility::Power, "2025-07-20 08:00", "2025-07-14 00:10"),
        "o1 violated 151 h"
    );
    assert_eq!(said(Class::Planned, Utility::Power, "2025-07-20 08:00", "2025-07-13 07:00"), "");
}

#[test]
fn out_03_important_customers_are_called_twice() {
    let calls = |known: jiff::civil::Date| {
        let all = owed(jiff::civil::date(2025, 7, 20), known);
        all.iter().map(|one| format!("{}{}", one.on, if one.late { " late" } else { "" })).collect::<Vec<_>>()
    };
    assert_eq!(calls(jiff::civil::date(2025, 7, 1)), ["2025-07-13", "2025-07-19"]);
    assert_eq!(calls(jiff::civil::date(2025, 7, 16)), ["2025-07-16 late", "2025-07-19"]);
    assert_eq!(calls(jiff::civil::date(2025, 7, 19)), ["2025-07-19"], "both on one day are one call");
    assert_eq!(calls(jiff::civil::date(2025, 7, 20)), ["2025-07-20 late"]);
}

#[test]
fn out_04_gas_by_the_hour() {
    assert_eq!(said(Class::Planned, Utility::Gas, "2025-07-20 08:00", "2025-07-18 08:00"), "");
    assert_eq!(
        said(Class::Planned, Utility::Gas, "2025-07-20 08:00", "2025-07-18 08:01"),
        "o11 violated 47 h"
    );
}

#[test]
fn out_05_agents_tell_what_begins_within_seven_days() {
    let starts = at("2025-07-20 08:00");
    assert!(is_coming(starts, at("2025-07-13 09:00")), "6 days and 23 hours");
    assert!(!is_coming(starts, at("2025-07-12 08:00")), "8 days");
    assert!(!is_coming(starts, at("2025-07-20 08:00")), "it has begun");
}

#[test]
fn other_duties() {
    assert_eq!(
        said(Class::Arrears, Utility::Power, "2025-07-20 08:00", "2025-07-14 08:00"),
        "o9 violated 144 h"
    );
    let case = |class, affected, hours: u64| Case {
        utility: Utility::Gas,
        class,
        starts: at("2025-07-20 08:00"),
        ends: Some(at("2025-07-20 08:00") + Duration::from_secs(hours * 3_600)),
        important: 1,
        affected,
    };
    let duties = |case: &Case, published: &str| {
        check(case, at(published), &Calendar::china()).iter().map(|f| (f.duty, f.weight)).collect::<Vec<_>>()
    };
    let temporary = duties(&case(Class::Temporary, 10, 2), "2025-07-19 08:01");
    assert_eq!(temporary, [(Duty::O2, Weight::Violated)]);
    let long = duties(&case(Class::Fault, 10, 25), "2025-07-20 08:06");
    assert_eq!(long, [(Duty::O8, Weight::Warning), (Duty::O14, Weight::Note)]);
    let many = duties(&case(Class::Planned, 3_001, 2), "2025-07-16 08:00");
    assert_eq!(many, [(Duty::O4, Weight::Warning), (Duty::O14, Weight::Note)]);
    let by = |utility| publish_by(utility, Class::Planned, at("2025-07-20 08:00"), &Calendar::china());
    assert_eq!(by(Utility::Gas), Some(at("2025-07-18 08:00")));
    assert_eq!(by(Utility::Power).map(|by| by + Duration::from_micros(1)), Some(at("2025-07-14 00:00")));
}

#[test]
fn o10_a_breach_is_told_24_hours_before() {
    assert_eq!(said(Class::Breach, Utility::Power, "2025-07-20 08:00", "2025-07-19 08:00"), "");
    assert_eq!(
        said(Class::Breach, Utility::Power, "2025-07-20 08:00", "2025-07-19 08:01"),
        "o10 violated 23 h"
    );
    let by = publish_by(Utility::Gas, Class::Breach, at("2025-07-20 08:00"), &Calendar::china());
    assert_eq!(by, Some(at("2025-07-19 08:00")));
}

#[test]
fn o12_gas_is_announced_before_it_is_turned_on_again() {
    let restore = |why: &str| Act::Restore { at: None, why: why.into() };
    let announce = Act::Announce { at: at("2025-07-01 15:20") };
    let power = fault();
    assert_eq!(
        refused(&power, "2025-07-01 15:00", LEADER, &announce),
        Refusal::NotNow { state: "in_progress", verb: "announce" }
    );
    assert_eq!(after(&power, &[("2025-07-01 15:00", LEADER, restore(""))]).state, State::Restored);

    let mut gas = fault();
    gas.plan.utility = Utility::Gas;
    let Refusal::LimitsBroken { findings } = refused(&gas, "2025-07-01 15:00", LEADER, &restore("")) else {
        panic!("nobody was told");
    };
    assert_eq!(findings.iter().map(|f| f.duty).collect::<Vec<_>>(), [Duty::O12]);
    let excused = after(&gas, &[("2025-07-01 15:00", LEADER, restore("用户自行复位"))]);
    assert_eq!(excused.excuses.len(), 1);
    let told = after(&gas, &[("2025-07-01 15:00", LEADER, announce.clone())]);
    assert_eq!((told.revision(), told.ends()), (2, Some(at("2025-07-01 15:20"))));
    let back = after(&told, &[("2025-07-01 15:20", LEADER, restore(""))]);
    assert_eq!((back.state, back.excuses.len()), (State::Restored, 0));
    // Off again: what was announced is not true any more.
    let again = after(&back, &[("2025-07-01 15:40", LEADER, Act::Resume { why: "再次泄压".into() })]);
    assert!(matches!(
        refused(&again, "2025-07-01 16:00", LEADER, &restore("")),
        Refusal::LimitsBroken { .. }
    ));
    assert_eq!(
        refused(&told, "2025-07-01 15:30", LEADER, &announce),
        Refusal::NotAnEstimate,
        "it is announced before, not after"
    );
    // Whoever was cut off for arrears is one customer, who knows.
    gas.plan.class = Class::Arrears;
    assert_eq!(after(&gas, &[("2025-07-01 15:00", LEADER, restore(""))]).state, State::Restored);
}

#[test]
fn a_plan_needs_another_s_approval_and_a_reason_for_what_is_too_late() {
    let late =
        draft(plan(Class::Planned, "2025-07-20 08:00", Some("2025-07-20 17:00")), "2025-07-15 09:00", 10);
    let late = after(&late, &[("2025-07-15 09:05", LEADER, Act::Submit)]);
    let approve = |why: &str| Act::Approve { why: why.into() };
    assert_eq!(refused(&late, "2025-07-15 09:06", LEADER, &approve("")), Refusal::OwnPlan);
    assert_eq!(
        refused(&late, "2025-07-15 09:06", WRITER, &approve("")),
        Refusal::NotYours { verb: "approve" }
    );
    let Refusal::LimitsBroken { findings } = refused(&late, "2025-07-15 09:06", OTHER, &approve("")) else {
        panic!("the law is not kept");
    };
    assert_eq!(findings.iter().map(|f| f.duty).collect::<Vec<_>>(), [Duty::O1]);
    let approved = after(&late, &[("2025-07-15 09:06", OTHER, approve("设备缺陷不能等待"))]);
    assert_eq!(approved.excuses.len(), 1);
    // What was excused needs no second excuse.
    assert_eq!(after(&approved, &[("2025-07-15 09:10", WRITER, publish())]).state, State::Published);
}

#[test]
fn a_fault_is_published_by_a_leader_at_once() {
    let fault = fault();
    assert_eq!((fault.state, fault.revision()), (State::InProgress, 1));
    let unknown = draft(plan(Class::Fault, "2025-07-01 14:00", None), "2025-07-01 14:03", 500);
    assert_eq!(
        refused(&unknown, "2025-07-01 14:04", WRITER, &publish()),
        Refusal::NotYours { verb: "publish" }
    );
    let told = after(&unknown, &[("2025-07-01 14:04", LEADER, publish())]);
    assert_eq!(told.next_news(), Some(at("2025-07-01 14:34")), "nobody knows, so there is news by a time");
}

#[test]
fn estimates_that_were_not_kept_stay_visible() {
    let fault = after(
        &fault(),
        &[
            (
                "2025-07-01 15:00",
                LEADER,
                revise(Some("2025-07-01 16:00"), Crew::Working, Cause::Equipment, "更换电缆头"),
            ),
            (
                "2025-07-01 16:20",
                LEADER,
                revise(Some("2025-07-01 17:00"), Crew::Working, Cause::Equipment, "试送未成功"),
            ),
            ("2025-07-01 16:50", WRITER, Act::Restore { at: None, why: "紧急恢复".into() }),
        ],
    );
    let fates: Vec<(usize, Fate)> =
        fault.estimates(at("2025-07-01 18:00")).iter().map(|one| (one.revision, one.fate)).collect();
    assert_eq!(fates, [(1, Fate::Moved), (2, Fate::Broken), (3, Fate::Kept)]);
    assert!(fault.is_delayed(at("2025-07-01 18:00")));
}

#[test]
fn every_estimate_counts_and_one_that_was_called_off_was_not_kept() {
    let calendar = Calendar::china();
    let restore = |at_: &str| Act::Restore { at: Some(at(at_)), why: "已恢复".into() };
    let kept = after(&fault(), &[("2025-07-01 15:20", WRITER, restore("2025-07-01 15:10"))]);
    // Written down in time, and back in time: closing it a day later is nobody's waiting.
    let kept = after(&kept, &[("2025-07-02 15:20", Asker::CENTRE, Act::Close)]);
    let broken = after(&fault(), &[("2025-07-01 17:00", WRITER, restore("2025-07-01 16:00"))]);
    let off = after(&planned(), &[("2025-07-05 09:00", LEADER, Act::Cancel { why: "检修改期".into() })]);
    let fates = |outage: &Outage| {
        outage.estimates(at("2025-08-01 00:00")).iter().map(|one| one.fate).collect::<Vec<_>>()
    };
    assert_eq!(fates(&off), [Fate::Void]);
    let mut figures = Figures::default();
    for outage in [&kept, &broken, &off, &planned()] {
        figures.add(outage, at("2025-07-10 00:00"), &calendar);
    }
    assert_eq!(figures, Figures { planned: 2, in_time: 2, estimates: 4, kept: 1, broken: 1 });
}

fn voice<'a>(now: &str, calendar: &'a Calendar, settings: &'a Settings) -> Voice<'a> {
    Voice { now: at(now), calendar, settings }
}

#[test]
fn what_callers_hear_as_time_goes_on() {
    let (calendar, settings) = (Calendar::china(), Settings::default());
    let say = |outage: &Outage, now: &str, own: bool| {
        let voice = voice(now, &calendar, &settings);
        format!("{now} {} {}", if speaks(outage, voice) { "♪" } else { "–" }, text(outage, own, voice))
    };
    let first = fault();
    let unknown = after(
        &first,
        &[("2025-07-01 15:40", LEADER, revise(None, Crew::Searching, Cause::Unknown, "又一处故障"))],
    );
    let back =
        after(&unknown, &[("2025-07-01 16:15", WRITER, Act::Restore { at: None, why: "紧急恢复".into() })]);
    let planned = planned();
    let mut gas = planned.clone();
    gas.plan.utility = Utility::Gas;
    let lines = [
        say(&planned, "2025-07-20 05:59", false),
        say(&planned, "2025-07-20 06:00", false),
        say(&gas, "2025-07-20 07:00", true),
        say(&first, "2025-07-01 14:05", true),
        say(&first, "2025-07-01 14:05", false),
        say(&first, "2025-07-01 15:31", false),
        say(&unknown, "2025-07-01 15:41", true),
        say(&back, "2025-07-01 16:44", true),
        say(&back, "2025-07-01 16:45", true),
    ];
    expect![[r#"
        2025-07-20 05:59 – 铜官区幸福小区三至八栋因计划检修，将于今天早上八点停电，预计下午五点恢复供电。请您提前做好准备。
        2025-07-20 06:00 ♪ 铜官区幸福小区三至八栋因计划检修，将于今天早上八点停电，预计下午五点恢复供电。请您提前做好准备。
        2025-07-20 07:00 ♪ 您所在的铜官区幸福小区三至八栋因计划检修，将于今天早上八点停气，预计下午五点恢复供气。停气期间请关闭灶前阀和表前阀。
        2025-07-01 14:05 ♪ 您所在的铜官区幸福小区三至八栋因突发故障，于今天下午两点停电，抢修人员正在查找故障，预计下午三点半恢复供电。请您耐心等候。
        2025-07-01 14:05 ♪ 铜官区幸福小区三至八栋因突发故障，于今天下午两点停电，抢修人员正在查找故障，预计下午三点半恢复供电。如您在上述区域，请耐心等候。
        2025-07-01 15:31 ♪ 铜官区幸福小区三至八栋因突发故障，于今天下午两点停电，原预计今天下午三点半恢复供电，现有延迟，抢修人员正在查找故障，给您带来不便，深表歉意。
        2025-07-01 15:41 ♪ 您所在的铜官区幸福小区三至八栋因突发故障，于今天下午两点停电，抢修人员正在查找故障，最新进展将于今天下午四点十分前播报。请您耐心等候。
        2025-07-01 16:44 ♪ 您所在的铜官区幸福小区三至八栋已于今天下午四点一刻恢复供电。如您家仍无电，请先检查总开关，仍无电请转人工服务。
        2025-07-01 16:45 – 您所在的铜官区幸福小区三至八栋已于今天下午四点一刻恢复供电。如您家仍无电，请先检查总开关，仍无电请转人工服务。
    "#]]
    .assert_eq(&format!("{}\n", lines.join("\n")));
}

#[test]
fn his_own_or_the_largest_three_and_never_longer_than_allowed() {
    let (calendar, settings) = (Calendar::china(), Settings { seconds: 60, ..Settings::default() });
    let voice = voice("2025-07-01 14:10", &calendar, &settings);
    let of = |id: i64, affected: i64, mode: Mode| {
        let mut outage = fault();
        outage.id = OutageId(id);
        outage.counts.all = affected;
        outage.greeting.mode = mode;
        outage
    };
    let all = [
        of(1, 900, Mode::Auto),
        of(2, 199, Mode::Auto),
        of(3, 5_000, Mode::Auto),
        of(4, 20, Mode::Ordered),
        of(5, 700, Mode::Auto),
        of(6, 800, Mode::Off),
    ];
    let ids = |own: &[OutageId], settings: &Settings| {
        let heard = heard(&all, own, Voice { settings, ..voice });
        (heard.segments.iter().map(|one| one.outage.get()).collect::<Vec<_>>(), heard.own)
    };
    assert_eq!(ids(&[], &settings), (vec![3, 1, 5], false));
    assert_eq!(ids(&[OutageId(2)], &settings), (vec![2], true), "his own, however small");
    assert_eq!(ids(&[OutageId(6)], &settings), (vec![3, 1, 5], false), "nothing is said of what is off");
    let short = Settings { seconds: 25, ..settings.clone() };
    assert_eq!(ids(&[], &short).0.len(), 1, "two would take longer");
    assert_eq!(ids(&[], &Settings { seconds: 10, ..settings.clone() }).0, [3], "one is always told");
}

#[test]
fn only_what_a_leader_has_approved_is_heard() {
    let (calendar, settings) = (Calendar::china(), Settings::default());
    let fault = fault();
    let moved = after(
        &fault,
        &[(
            "2025-07-01 14:20",
            WRITER,
            revise(Some("2025-07-01 16:30"), Crew::Working, Cause::Equipment, "等待备件"),
        )],
    );
    assert!(
        !speaks(&moved, voice("2025-07-01 14:21", &calendar, &settings)),
        "nothing rather than something old"
    );
    let approved = after(&moved, &[("2025-07-01 14:22", LEADER, Act::ApproveGreeting { expires_at: None })]);
    assert!(speaks(&approved, voice("2025-07-01 14:22", &calendar, &settings)));
    assert!(
        !speaks(&approved, voice("2025-07-01 20:30", &calendar, &settings)),
        "four hours after the estimate it ends"
    );
    let edit =
        Act::SetGreeting {
            mode: Mode::Ordered, words: Some("老城区停电，请稍候。".into()), clip: None
        };
    assert_eq!(
        refused(&approved, "2025-07-01 14:23", WRITER, &edit),
        Refusal::NotYours { verb: "set_greeting" }
    );
    let edited = after(&approved, &[("2025-07-01 14:23", LEADER, edit)]);
    let say = |now: &str| segment(&edited, false, voice(now, &calendar, &settings)).text;
    assert_eq!(say("2025-07-01 16:00"), "老城区停电，请稍候。");
    assert!(say("2025-07-01 16:31").contains("现有延迟"), "what was written said the old time");
    let next = after(
        &edited,
        &[(
            "2025-07-01 16:40",
            LEADER,
            revise(Some("2025-07-01 17:30"), Crew::Working, Cause::Equipment, "还需一小时"),
        )],
    );
    assert_eq!(next.greeting.words, None, "and is gone with the next revision");
}

#[test]
fn what_a_leader_spoke_ends_with_the_news_it_promised() {
    let (calendar, settings) = (Calendar::china(), Settings::default());
    let unknown = draft(plan(Class::Fault, "2025-07-01 14:00", None), "2025-07-01 14:03", 500);
    let spoken = Act::SetGreeting {
        mode: Mode::Auto,
        words: Some("老城区停电，最新进展将于三点前播报。".into()),
        clip: Some(Clip { name: "recorded/outage_1".into(), seconds: 9 }),
    };
    let publish = Act::Publish { why: String::new(), next_news: Some(at("2025-07-01 15:00")) };
    let told =
        after(&unknown, &[("2025-07-01 14:04", LEADER, publish), ("2025-07-01 14:10", LEADER, spoken)]);
    let heard = |now: &str| segment(&told, false, voice(now, &calendar, &settings));
    let before = heard("2025-07-01 14:59");
    assert!(before.clip.is_some() && before.text.starts_with("老城区停电"));
    let late = heard("2025-07-01 15:00");
    assert!(late.clip.is_none() && late.text.contains("我们将尽快播报最新进展"), "{}", late.text);
    let stale = |now: &str| (told.is_stale(at(now)), told.is_delayed(at(now)));
    assert_eq!((stale("2025-07-01 14:59"), stale("2025-07-01 15:00")), ((false, false), (true, false)));
}

#[test]
fn numbers_and_times_as_they_are_read() {
    let calendar = Calendar::china();
    let now = at("2025-07-01 09:00");
    let times = [
        "2025-07-01 00:00",
        "2025-07-01 06:05",
        "2025-07-01 12:00",
        "2025-07-01 15:30",
        "2025-07-01 22:15",
        "2025-07-02 02:20",
        "2025-07-03 09:00",
        "2025-06-30 18:00",
        "2025-07-20 10:00",
    ];
    let read: Vec<String> = times.iter().map(|time| spoken::time(at(time), now, &calendar)).collect();
    assert_eq!(
        read,
        [
            "今天凌晨零点",
            "今天早上六点零五分",
            "今天中午十二点",
            "今天下午三点半",
            "今天晚上十点一刻",
            "明天凌晨两点二十分",
            "后天上午九点",
            "昨天晚上六点",
            "七月二十日上午十点",
        ]
    );
    let numbers: Vec<String> = [0, 10, 12, 20, 105, 110, 1_005, 1_050, 9_999].map(spoken::number).into();
    assert_eq!(
        numbers,
        ["零", "十", "十二", "二十", "一百零五", "一百一十", "一千零五", "一千零五十", "九千九百九十九"]
    );
    for (written, spoken) in [
        ("松涛路12号3-8栋", "松涛路十二号三至八栋"),
        ("10kV鹤鸣线05#杆", "十千伏鹤鸣线零五号杆"),
        ("电话95598", "电话九五五九八"),
    ] {
        assert_eq!(super::spoken::text(written), spoken);
    }
}

#[test]
fn texts_for_halls_and_papers() {
    let (calendar, settings) =
        (Calendar::china(), Settings { company: "铜官供电".into(), ..Settings::default() });
    let texts = ready(&planned(), voice("2025-07-01 09:15", &calendar, &settings));
    let all: Vec<String> =
        texts.iter().map(|one| format!("[{}] {}\n{}\n", one.medium.as_str(), one.title, one.body)).collect();
    expect![[r#"
        [hall] 停电公告
        尊敬的客户：
        因线路检修，铜官区幸福小区3至8栋定于7月20日8:00至7月20日17:00停电。请提前备好照明和用水，关闭贵重电器；电梯、水泵等用电设备请做好安排。
        范围：10kV鹤鸣线12号杆以下。
        给您带来不便，敬请谅解。咨询电话95598，24小时服务。
        铜官供电
        7月1日

        [newspaper] 停电公告
        铜官供电停电公告：因线路检修，铜官区幸福小区3至8栋定于7月20日8:00至7月20日17:00停电。请提前备好照明和用水，关闭贵重电器；电梯、水泵等用电设备请做好安排。给您带来不便，敬请谅解。咨询电话95598，24小时服务。

        [television] 停电公告
        铜官供电提醒您：因线路检修，铜官区幸福小区三至八栋定于七月二十日早上八点至七月二十日下午五点停电。请提前备好照明和用水，关闭贵重电器；电梯、水泵等用电设备请做好安排。咨询电话九五五九八，二十四小时服务。

        [website] 停电公告
        停电公告（编号T20250701-001）
        区域：铜官区幸福小区3至8栋
        停供范围：10kV鹤鸣线12号杆以下
        原因：线路检修
        时间：7月20日8:00至7月20日17:00
        因线路检修，铜官区幸福小区3至8栋定于7月20日8:00至7月20日17:00停电。请提前备好照明和用水，关闭贵重电器；电梯、水泵等用电设备请做好安排。
        咨询电话95598，24小时服务。
    "#]]
    .assert_eq(&all.join("\n"));
}

/// What is printed the day before is read the day after: nothing in it is today or tomorrow.
#[test]
fn texts_for_others_to_publish_say_the_day() {
    let (calendar, settings) = (Calendar::china(), Settings::default());
    let planned = planned();
    let begun =
        Outage { state: State::InProgress, started_at: Some(at("2025-07-20 08:00")), ..planned.clone() };
    let back = Outage { state: State::Restored, restored_at: Some(at("2025-07-20 16:10")), ..begun.clone() };
    let cancelled = Outage { state: State::Cancelled, ..planned.clone() };
    for (outage, now, says) in [
        (&planned, "2025-07-19 09:15", "七月二十日早上八点至七月二十日下午五点停电"),
        (&begun, "2025-07-20 09:00", "自七月二十日早上八点起停电，预计七月二十日下午五点恢复供电"),
        (&back, "2025-07-20 16:20", "已于七月二十日下午四点十分恢复供电"),
        (&cancelled, "2025-07-19 09:15", "原定七月二十日早上八点"),
    ] {
        for Ready { medium, body, .. } in ready(outage, voice(now, &calendar, &settings)) {
            for word in ["今天", "明天", "后天", "昨天"] {
                assert!(!body.contains(word), "{medium:?}: {body}");
            }
            assert!(medium != Medium::Television || body.contains(says), "{body}");
        }
    }
}

/// Any act, as far as it fits, with times around now.
fn act_of(verb: Verb, now: Timestamp, dice: u8) -> Act {
    let later = now + minutes(30 + u64::from(dice) * 10);
    let ends = (!dice.is_multiple_of(3)).then_some(later);
    match verb {
        Verb::Edit => {
            let mut plan = plan(Class::Planned, "2025-07-20 08:00", None);
            plan.class =
                Class::ALL.get(usize::from(dice) % Class::ALL.len()).copied().unwrap_or(Class::Fault);
            plan.starts = if plan.class == Class::Fault { now - minutes(5) } else { now + minutes(60) };
            plan.utility = if dice % 7 < 3 { Utility::Gas } else { Utility::Power };
            plan.ends = (plan.class != Class::Fault || !dice.is_multiple_of(2)).then_some(now + minutes(180));
            Act::Edit { plan }
        }
        Verb::Submit => Act::Submit,
        Verb::Return => Act::Return { why: "区域不对".into() },
        Verb::Approve => Act::Approve { why: "缺陷紧急".into() },
        Verb::Publish => Act::Publish { why: "缺陷紧急".into(), next_news: None },
        Verb::Begin => Act::Begin { why: "提前停电".into() },
        Verb::Revise => Act::Revise {
            starts: Some(now + minutes(20)),
            ends,
            next_news: None,
            cause: Cause::Equipment,
            crew: Crew::ALL.get(usize::from(dice) % 5).copied().unwrap_or(Crew::Working),
            why: "进度变化".into(),
        },
        Verb::Announce => Act::Announce { at: later },
        Verb::Restore => Act::Restore { at: None, why: "紧急恢复".into() },
        Verb::Resume => Act::Resume { why: "再次跳闸".into() },
        Verb::Close => Act::Close,
        Verb::Cancel => Act::Cancel { why: "天气好转".into() },
        Verb::Take => Act::Take,
        Verb::SetGreeting => Act::SetGreeting { mode: Mode::Ordered, words: None, clip: None },
        Verb::ApproveGreeting => Act::ApproveGreeting { expires_at: None },
    }
}

proptest! {
    /// Wherever acts lead, an outage that is open has somebody who answers for it and a time by which something must happen; what
    /// is allowed is what is not refused for its state; and callers are never told a time that no leader has seen.
    #[test]
    fn no_path_leaves_an_open_outage_without_owner_and_deadline(
        steps in proptest::collection::vec((0..Verb::ALL.len(), 0..4u8, any::<u8>(), 1..300u64), 1..40)
    ) {
        let (calendar, settings) = (Calendar::china(), Settings::default());
        let mut now = at("2025-07-01 09:00");
        let mut outage = draft(plan(Class::Planned, "2025-07-20 08:00", Some("2025-07-20 17:00")), "2025-07-01 09:00", 500);
        for (verb, who, dice, wait) in steps {
            now += minutes(wait);
            let asker = [LEADER, OTHER, WRITER, Asker::CENTRE][usize::from(who)];
            let verb = Verb::ALL[verb];
            let terms = Terms { now, calendar: &calendar, settings: &settings };
            let act = act_of(verb, now, dice);
            let fits = allowed(&outage, asker).contains(&verb);
            let next = match decide(&outage, &act, asker, terms) {
                Ok(next) => {
                    prop_assert!(fits, "{verb:?} was not offered and done");
                    next
                }
                Err(why) => {
                    let state = matches!(why, Refusal::NotNow { .. } | Refusal::NotYours { .. } | Refusal::OwnPlan);
                    prop_assert_eq!(fits, !state, "{:?}: {}", verb, why);
                    continue;
                }
            };
            prop_assert_eq!(table::leads(outage.state, outage.plan.class, verb).is_some()
                || (outage.plan.class == Class::Fault && verb == Verb::Publish), true);
            outage = next;
            prop_assert!(outage.owner != PersonId(0));
            prop_assert_eq!(due(&outage, &settings, &calendar).is_some(), !outage.state.is_over());
            prop_assert_eq!(outage.closed_at.is_some(), outage.state.is_over());
            if outage.state == State::InProgress {
                prop_assert!(outage.ends().is_some() || outage.next_news().is_some());
                prop_assert!(!promised::owed(&outage).is_empty());
            }
            if let Some(approval) = &outage.greeting.approval {
                prop_assert!(approval.expires_at > approval.at, "a greeting ends");
                prop_assert_eq!(approval.revision, outage.revision(), "of what is said now");
            }
            let voice = Voice { now, calendar: &calendar, settings: &settings };
            if speaks(&outage, voice) {
                let said = segment(&outage, true, voice);
                prop_assert!(!said.text.is_empty() && said.seconds > 0);
            }
        }
    }
}
