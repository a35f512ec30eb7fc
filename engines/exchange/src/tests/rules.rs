//! Rules that need no call: what may be dialled, how the day is counted.

use std::time::Duration;

use kernel::{CallId, LegId, PersonId, Timestamp, TrunkId};

use super::world;
use crate::fact::{Blocked, Fact, Party, What};
use crate::line::EndCause;
use crate::{Config, Counters, DialRule};

#[track_caller]
fn dials(rules: &[(&str, Option<i64>)], number: &str, expected: Option<i64>) {
    let dial_rules = rules
        .iter()
        .map(|(prefix, trunk)| DialRule { prefix: (*prefix).to_owned(), trunk: trunk.map(TrunkId) })
        .collect();
    let config = Config { dial_rules, ..Config::default() };
    assert_eq!(config.trunk_for(number), expected.map(TrunkId), "{number}");
}

#[test]
fn what_no_rule_allows_is_not_dialled() {
    dials(&[], "13912345678", None);
    dials(&[("139", Some(1))], "13912345678", Some(1));
    dials(&[("139", Some(1))], "0013912345678", None);
    dials(&[("139", Some(1)), ("13900", None)], "13900000000", None);
    dials(&[("", Some(1)), ("00", None)], "0085212345678", None);
    dials(&[("", Some(1)), ("00", None)], "95598", Some(1));
    dials(&[("", Some(1))], "", None);
    dials(&[("", Some(1))], "1@evil.example", None);
    dials(&[("", Some(1))], "139;phone-context=x", None);
}

enum Line {
    Answered { wait: u64, talk: u64, hold: u64, after: u64 },
    Abandoned { wait: u64 },
    ServedItself,
    Blocked,
}

/// One line of the data set as the facts the exchange emits for it.
fn facts(n: i64, t2: Timestamp, line: &Line) -> Vec<Fact> {
    let (call, agent, leg, queue) = (CallId(n), PersonId(n), LegId(n), world::GENERAL);
    let fact = |after_s: u64, what| Fact { at: t2 + Duration::from_secs(after_s), what };
    let (from, to) = (String::new(), String::new());
    if let Line::Blocked = line {
        return vec![fact(0, What::CallBlocked { trunk: None, from, to, why: Blocked::Full })];
    }
    let ended = |at| fact(at, What::CallEnded { call, by: Party::Caller, cause: EndCause::FarEnd });
    let mut facts = vec![
        fact(0, What::CallArrived { call, leg, trunk: None, from, to }),
        fact(0, What::CallAnswered { call }),
    ];
    let asked = fact(0, What::AgentRequested { call, queue, urgent: false });
    match *line {
        Line::Answered { wait, talk, hold, after } => facts.extend([
            asked,
            fact(wait, What::Connected { call, agent, leg }),
            fact(wait + 10, What::HoldStarted { call, agent }),
            fact(wait + 10 + hold, What::HoldEnded { call, agent }),
            fact(wait + talk + hold, What::Parted { call, agent, by: Party::Caller }),
            ended(wait + talk + hold),
            fact(wait + talk + hold + after, What::AfterCallEnded { call, agent, expired: false }),
        ]),
        Line::Abandoned { wait } => {
            facts.extend([asked, fact(wait, What::Abandoned { call, queue }), ended(wait)]);
        }
        Line::ServedItself => {
            facts.extend([fact(5, What::SelfServed { call, node: "balance".into() }), ended(9)]);
        }
        Line::Blocked => {}
    }
    facts
}

#[test]
fn kpi_ds1() {
    let answered = |wait, talk, hold, after| Line::Answered { wait, talk, hold, after };
    let day = [
        ("09:00:05", answered(8, 120, 0, 30)),
        ("09:03:10", answered(20, 200, 15, 40)),
        ("09:10:00", answered(21, 95, 0, 20)),
        ("09:12:30", Line::Abandoned { wait: 4 }),
        ("09:15:00", Line::Abandoned { wait: 45 }),
        ("09:20:00", answered(0, 60, 0, 10)),
        ("09:29:50", answered(25, 300, 60, 60)),
        ("09:31:00", Line::Abandoned { wait: 20 }),
        ("09:35:00", answered(65, 180, 0, 45)),
        ("09:40:00", answered(12, 150, 0, 30)),
        ("09:45:00", Line::ServedItself),
        ("09:50:00", Line::Blocked),
    ];
    let mut counters = Counters::default();
    for (n, (time, line)) in (1..).zip(&day) {
        let t2 = format!("2025-07-07T{time}+08:00").parse().expect("a time");
        for fact in facts(n, t2, line) {
            counters.take(&fact);
            counters.check();
        }
    }
    let f = counters.figures();
    assert_eq!((f.offered, f.requests, f.answered), (11, 10, 7));
    assert_eq!((f.abandoned, f.abandoned_short, f.blocked), (3, 1, 1));
    let figures = [
        ("K1 %", f.answer_rate().map(|r| r * 100.0)),
        ("K2 %", f.overall_rate().map(|r| r * 100.0)),
        ("K3(20) %", f.answered_in_20_s_rate().map(|r| r * 100.0)),
        ("K5 %", f.abandon_rate().map(|r| r * 100.0)),
        ("K7 %", f.blocked_rate().map(|r| r * 100.0)),
        ("ASA s", f.speed_of_answer_s()),
        ("K9 s", f.time_to_abandon_s()),
        ("ATT s", f.talk_s()),
        ("hold s", f.hold_s()),
        ("ACW s", f.after_call_s()),
        ("AHT s", f.handling_s()),
        ("K18 %", f.self_service_rate().map(|r| r * 100.0)),
    ];
    let told: Vec<String> =
        figures.iter().map(|(name, n)| format!("{name} {:.2}", n.expect("a figure"))).collect();
    expect_test::expect![
        "K1 % 70.00, K2 % 72.73, K3(20) % 40.00, K5 % 30.00, K7 % 8.33, ASA s 21.57, K9 s 23.00, ATT s 157.86, hold s 10.71, ACW s 33.57, AHT s 202.14, K18 % 9.09"
    ]
    .assert_eq(&told.join(", "));
}

/// KPI-03: a share of nothing is no figure.
#[test]
fn kpi_03() {
    assert_eq!(Counters::default().figures().answer_rate(), None);
}

#[test]
fn a_call_over_midnight_belongs_to_the_day_it_began() {
    let t2 = "2025-07-07T23:59:50+08:00".parse().expect("a time");
    let line = Line::Answered { wait: 20, talk: 60, hold: 0, after: 10 };
    let mut counters = Counters::default();
    let facts = facts(1, t2, &line);
    facts.iter().take(3).for_each(|fact| counters.take(fact));
    let yesterday = counters.turn_of_day();
    assert_eq!((yesterday.requests, yesterday.waiting), (1, 1));
    facts.iter().skip(3).for_each(|fact| counters.take(fact));
    counters.check();
    assert_eq!(*counters.figures(), crate::Figures::default());
}

/// The usual configuration is what was written, whatever storm came before; and what is said twice is said once.
#[test]
fn a_storm_leaves_nothing_behind() {
    let ids = std::sync::Arc::new(kernel::IdMint::new(0));
    let mut exchange = crate::Exchange::new(super::world::config(), ids);
    let before = exchange.config().as_ref().clone();
    let now = kernel::Timestamp::MIN;
    let mut hall =
        acd::Storm { announce_every: Some(std::time::Duration::from_secs(9)), ..acd::Storm::default() };
    let who = acd::Who::Of(super::world::DANGER);
    hall.helpers.push(acd::Helpers { queue: super::world::GENERAL, who, rank: 9 });
    let storm = crate::Storm { hall, ..crate::Storm::default() };
    let mut told = |footing: crate::Footing| {
        let mut out = Vec::new();
        kernel::Engine::handle(&mut exchange, now, crate::Input::Footing(footing), &mut out);
        exchange.check();
        (exchange.config().as_ref().clone(), std::sync::Arc::as_ptr(exchange.config()))
    };
    let (changed, at) = told(crate::Footing::Storm(Box::new(storm.clone())));
    assert_ne!(changed, before);
    let (_, again) = told(crate::Footing::Storm(Box::new(storm)));
    assert_eq!(at, again, "nothing was touched");
    let (after, _) = told(crate::Footing::Usual);
    assert_eq!(after, before);
}
