//! A day with few seats, so that there is a line, and what must hold of every day.

use std::collections::{BTreeMap, BTreeSet};

use expect_test::expect;

use super::day::Day;
use super::fate::{Attempt, Fate};
use super::figures::Figures;
use super::study::{self, Letter, Pair, Study, Tried};
use super::waterfall::{Waterfall, people};
use super::world::Terms;
use super::{page, sheet, text};

const SEATS: usize = 59;

fn pair(seed: u64) -> (Day, Pair) {
    let day = Day::new(seed);
    let pair = study::pair(&day, study::terms(SEATS)).expect("a day");
    (day, pair)
}

fn told(attempts: &[Attempt]) -> String {
    let all = Figures::of(attempts);
    format!(
        "offered {} requests {} answered {} gave up {} told {} K1 {:.1} p90 {} s",
        all.offered,
        all.requests,
        all.answered,
        all.gave_up,
        all.told,
        all.answer_rate().unwrap_or(0.0),
        all.wait(90).unwrap_or(0)
    )
}

#[test]
fn one_seed_is_one_story() {
    let (day, pair) = pair(1);
    expect![[r#"
        offered 8262 requests 7237 answered 5649 gave up 1588 told 0 K1 78.1 p90 149 s
        offered 7274 requests 4903 answered 4785 gave up 118 told 1510 K1 97.6 p90 2 s
        Waterfall { lost_without: 1588, saved: {Told: 212, TellMe: 113, ToldAsStranger: 31, ShorterLine: 573, NoRepeatTold: 178, NoRepeatServed: 368, Otherwise: 4}, newly: 9, lost_with: 118 }"#]].assert_eq(&format!(
        "{}\n{}\n{:?}",
        told(&pair.without.attempts),
        told(&pair.with.attempts),
        Waterfall::new(&pair.without.attempts, &pair.with.attempts)
    ));
    let again = study::pair(&Day::new(1), study::terms(SEATS)).expect("the same day");
    assert_eq!(again.with.attempts, pair.with.attempts, "chance repeats itself");
    assert_eq!(day.people, Day::new(1).people);
    assert_ne!(day.people, Day::new(2).people);
}

#[test]
fn every_call_has_one_fate_and_every_sum_closes() {
    for seed in [1, 2] {
        let (day, pair) = pair(seed);
        for run in [&pair.without, &pair.with] {
            assert_eq!(run.refused, Vec::<String>::new(), "the engine takes whatever callers do");
            let calls: BTreeSet<(usize, u32)> =
                run.attempts.iter().map(|one| (one.person, one.nth)).collect();
            assert_eq!(calls.len(), run.attempts.len(), "a call twice");
            let all = Figures::of(&run.attempts);
            // 2.1: offered = menu only + requests; requests = answered + gave up.
            assert_eq!(all.requests, all.answered + all.gave_up);
            assert_eq!(all.offered, all.requests + all.helped + all.left_menu);
            for one in &run.attempts {
                let asked = matches!(one.fate, Fate::Served { .. } | Fate::GaveUp { .. });
                assert_eq!(one.asked.is_some(), asked, "{one:?}");
                assert!(one.again.is_none() || one.fate.is_lost(), "{one:?}");
                assert!(one.nth <= 4, "at most three more: {one:?}");
            }
        }
        let first = |all: &[Attempt]| -> BTreeMap<usize, kernel::Timestamp> {
            all.iter().filter(|one| one.nth == 1).map(|one| (one.person, one.at)).collect()
        };
        let firsts = first(&pair.without.attempts);
        assert_eq!(firsts, first(&pair.with.attempts), "the same first calls in both runs");
        assert_eq!(firsts.len(), day.people.len());
        assert!(pair.without.attempts.iter().all(|one| one.heard.is_none() && !one.fate.is_told()));

        // What somebody means to do is the same in both: who only listens for a moment is gone in both.
        let left = |all: &[Attempt]| -> BTreeSet<usize> {
            all.iter().filter(|one| one.fate == Fate::LeftMenu).map(|one| one.person).collect()
        };
        assert_eq!(left(&pair.without.attempts), left(&pair.with.attempts));

        let falls = Waterfall::new(&pair.without.attempts, &pair.with.attempts);
        let saved: usize = falls.saved.values().sum();
        assert_eq!(falls.lost_without + falls.newly, saved + falls.lost_with, "{falls:?}");
        let counted: usize = people(&pair.without.attempts, &pair.with.attempts).values().sum();
        assert_eq!(counted, day.people.len(), "each person ends once in either run");
        let parts = Figures::half_hours(&day, &pair.with.attempts);
        let requests: u32 = parts.iter().map(|part| part.requests).sum();
        assert_eq!(requests, Figures::of(&pair.with.attempts).requests);
    }
}

/// 8.2: the worst five minutes are twelve times as busy as usual, and the day 1.3 to 3 times.
#[test]
fn the_storm_has_the_size_of_the_reference() {
    let mut worst = Vec::new();
    for seed in 1..=10 {
        let day = Day::new(seed);
        let mut fives: BTreeMap<u64, u32> = BTreeMap::new();
        for person in &day.people {
            *fives.entry(person.first.since(day.start).as_secs() / 300).or_default() += 1;
        }
        worst.push(f64::from(fives.values().copied().max().unwrap_or(0)) / day.usual);
        let storm = day.people.iter().filter(|person| person.storm).count();
        let times = day.people.len() as f64 / (day.people.len() - storm) as f64;
        assert!((1.3..3.0).contains(&times), "{times}");
    }
    let mean = worst.iter().sum::<f64>() / 10.0;
    assert!((11.0..13.5).contains(&mean), "{worst:?}");
}

/// Who tells callers later, or whom fewer callers listen to, answers fewer.
#[test]
fn what_helps_less_helps_less() {
    let day = Day::new(3);
    let base = study::terms(SEATS);
    let rate = |terms: Terms| study::rate(&study::once(&day, terms).expect("a day"));
    let good = rate(base);
    assert!(good > rate(Terms { leave: 0, ..base }), "nobody is content");
    assert!(good >= rate(Terms { reaction: study::minutes(30), ..base }), "half an hour late");
}

fn tried(what: &str) -> Tried {
    Tried { what: what.to_owned(), without: 78.0, with: 92.5, contained: 30.0 }
}

#[test]
fn what_is_written_stands_by_itself() {
    let (day, pair) = pair(4);
    let sheet = sheet::write(&day, &pair);
    let cells: BTreeSet<usize> = sheet.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(cells, BTreeSet::from([21]), "every line has every column");
    let calls: BTreeSet<(usize, u32)> = [&pair.without, &pair.with]
        .iter()
        .flat_map(|run| &run.attempts)
        .map(|one| (one.person, one.nth))
        .collect();
    assert_eq!(sheet.lines().count(), calls.len() + 1, "every call of either run is a line");

    let study = Study {
        seeds: vec![(4, 78.0, 92.5)],
        reactions: vec![tried("5")],
        behaviours: vec![tried("30")],
        letter: Letter { leave: 33, rate: 91.0, falling: 94.0, seats: Some(60) },
        needed: Some(40),
        needed_falling: None,
        installed: tried("40"),
    };
    let page = page::page(&day, &[(SEATS, 78.0)], &pair, &study);
    for outside in ["http:", "https:", "src=", "<script", "@import", "url("] {
        assert!(!page.contains(outside), "{outside} leads out of the page");
    }
    assert_eq!(page.matches("<svg").count(), 10);
    assert_eq!(page.matches("<table>").count(), page.matches("</table>").count());
    let said = text::verdict(&pair, Some(&study));
    assert!(page.contains(&said), "the page says what the terminal says");
    assert!(said.contains("91.0%，没有达到；"), "{said}");
    assert!(said.contains("怎样都不够"), "{said}");
}
