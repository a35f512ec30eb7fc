//! A day with few seats, so that there is a line, and what must hold of every day.

use std::collections::{BTreeMap, BTreeSet};

use exchange::Footing;
use expect_test::expect;
use storms::rules::Signals;

use super::centre::{Centre, Lengths, centre};
use super::day::Day;
use super::fate::{Attempt, Fate};
use super::figures::Figures;
use super::progress::Progress;
use super::storm::Mode;
use super::study::{self, ByLetter, Letter, Runs, Study, Taken, Tried};
use super::tries::{Got, Tries, once};
use super::waterfall::{Waterfall, people};
use super::world::{Aid, Hall, Terms};
use super::{page, sheet, verdict};

const SEATS: usize = 59;

fn quiet() -> Tries {
    Tries::new(Progress::default())
}

fn runs(seed: u64) -> (Day, Runs) {
    let day = Day::new(seed);
    let runs = study::runs(&day, study::terms(SEATS), &quiet()).expect("a day");
    (day, runs)
}

fn told(attempts: &[Attempt]) -> String {
    let all = Figures::of(attempts);
    format!(
        "offered {} requests {} answered {} gave up {} told {} asked back {} called back {} K1 {:.1} p90 {} s",
        all.offered,
        all.requests,
        all.answered,
        all.gave_up,
        all.told,
        all.asked_back,
        all.called_back,
        all.answer_rate().unwrap_or(0.0),
        all.wait(90).unwrap_or(0)
    )
}

#[test]
fn one_seed_is_one_story() {
    let (day, runs) = runs(1);
    expect![[r#"
        offered 8262 requests 7237 answered 5649 gave up 1588 told 0 asked back 0 called back 0 K1 78.1 p90 149 s
        offered 7274 requests 4903 answered 4785 gave up 118 told 1510 asked back 0 called back 0 K1 97.6 p90 2 s
        Waterfall { lost_without: 1588, saved: {Told: 212, TellMe: 113, ToldAsStranger: 31, ShorterLine: 573, NoRepeatTold: 178, NoRepeatServed: 368, Otherwise: 4}, newly: 9, lost_with: 118, instead: 0 }"#]].assert_eq(&format!(
        "{}\n{}\n{:?}",
        told(&runs.without.attempts),
        told(&runs.with.attempts),
        Waterfall::new(&runs.without.attempts, &runs.with.attempts)
    ));
    assert_eq!((&runs.both.attempts, &runs.both.spells), (&runs.with.attempts, &Vec::new()), "no storm");
    // By the letter of the reference the line is long enough for one.
    let by_letter = Terms { leave: 29, ..study::terms(SEATS) };
    let lettered = study::runs(&day, by_letter, &quiet()).expect("the day by the letter");
    expect![[r#"
        offered 7562 requests 5889 answered 4908 gave up 491 told 812 asked back 490 called back 437 K1 83.3 p90 9 s
        Waterfall { lost_without: 572, saved: {ShorterLine: 34, NoRepeatServed: 9, AskedBack: 138, NoRepeatBack: 49}, newly: 149, lost_with: 491, instead: 352 }"#]].assert_eq(&format!(
        "{}\n{:?}",
        told(&lettered.both.attempts),
        Waterfall::new(&lettered.with.attempts, &lettered.both.attempts)
    ));
    let again = study::runs(&Day::new(1), study::terms(SEATS), &quiet()).expect("the same day");
    assert_eq!(again.with.attempts, runs.with.attempts, "chance repeats itself");
    let again = once(&day, by_letter).expect("the same day by the letter");
    assert_eq!((again.attempts, again.spells), (lettered.both.attempts, lettered.both.spells));
    assert_eq!(day.people, Day::new(1).people);
    assert_ne!(day.people, Day::new(2).people);
}

/// By the letter of the reference the line is long enough for storm mode.
fn crowded() -> Terms {
    Terms { leave: 30, ..study::terms(SEATS) }
}

#[test]
fn every_call_has_one_fate_and_every_sum_closes() {
    for (seed, terms) in [(1, study::terms(SEATS)), (2, crowded())] {
        let day = Day::new(seed);
        let runs = study::runs(&day, terms, &quiet()).expect("a day");
        let three = [&runs.without, &runs.with, &runs.both];
        for run in three {
            assert_eq!(run.refused, Vec::<String>::new(), "the engine takes whatever callers do");
            let calls: BTreeSet<(usize, u32)> =
                run.attempts.iter().map(|one| (one.person, one.nth)).collect();
            assert_eq!(calls.len(), run.attempts.len(), "a call twice");
            let all = Figures::of(&run.attempts);
            // 2.1: offered = menu only + requests; requests = answered + abandoned + flow_out.
            assert_eq!(all.requests, all.answered + all.gave_up + all.asked_back);
            assert_eq!(all.offered, all.requests + all.helped + all.left_menu);
            assert_eq!(
                all.asked_back,
                all.called_back + all.called_in_vain,
                "every promise is kept that day"
            );
            for one in &run.attempts {
                let asked = one.fate.is_served() || one.fate.is_lost() || one.fate.asked_back();
                assert_eq!(one.asked.is_some(), asked, "{one:?}");
                assert!(one.again.is_none() || one.fate.is_lost(), "{one:?}");
                assert!(
                    one.offered || !one.fate.asked_back(),
                    "nobody asks for what was not offered: {one:?}"
                );
                assert!(one.nth <= 4, "at most three more: {one:?}");
            }
        }
        let first = |all: &[Attempt]| -> BTreeMap<usize, kernel::Timestamp> {
            all.iter().filter(|one| one.nth == 1).map(|one| (one.person, one.at)).collect()
        };
        let firsts = first(&runs.without.attempts);
        assert_eq!(firsts, first(&runs.with.attempts), "the same first calls in every run");
        assert_eq!(firsts, first(&runs.both.attempts));
        assert_eq!(firsts.len(), day.people.len());
        assert!(runs.without.attempts.iter().all(|one| one.heard.is_none() && !one.fate.is_told()));
        for run in [&runs.without, &runs.with] {
            assert!(run.spells.is_empty() && run.attempts.iter().all(|one| !one.held && !one.offered));
        }

        // What somebody means to do is the same in all: who only listens for a moment is gone in all.
        let left = |all: &[Attempt]| -> BTreeSet<usize> {
            all.iter().filter(|one| one.fate == Fate::LeftMenu).map(|one| one.person).collect()
        };
        assert_eq!(left(&runs.without.attempts), left(&runs.with.attempts));
        assert_eq!(left(&runs.with.attempts), left(&runs.both.attempts));

        for (before, after) in [(&runs.without, &runs.with), (&runs.with, &runs.both)] {
            let falls = Waterfall::new(&before.attempts, &after.attempts);
            let saved: usize = falls.saved.values().sum();
            assert_eq!(falls.lost_without + falls.newly, saved + falls.lost_with, "{falls:?}");
            let counted: usize = people(&before.attempts, &after.attempts).values().sum();
            assert_eq!(counted, day.people.len(), "each person ends once in either run");
        }
        let parts = Figures::half_hours(&day, &runs.both.attempts);
        let requests: u32 = parts.iter().map(|part| part.requests).sum();
        assert_eq!(requests, Figures::of(&runs.both.attempts).requests);
    }
}

/// The room's own thresholds begin it after the faults.
#[test]
fn storm_mode_begins_by_its_thresholds() {
    let day = Day::new(1);
    let run = once(&day, crowded()).expect("a day");
    assert!(!run.spells.is_empty(), "two signs for two minutes");
    for spell in &run.spells {
        assert!(spell.began > day.storm() && spell.signs.len() >= 2, "{spell:?}");
        assert!(spell.ended.is_none_or(|ended| ended > spell.began), "{spell:?}");
    }
    let during = |one: &&Attempt| one.held || one.offered || one.stood.is_some();
    let first = run.spells.first().map(|spell| spell.began);
    // Whoever waits when it begins is in it.
    let left = |one: &Attempt| match one.fate {
        Fate::Served { waited, .. } | Fate::GaveUp { waited, .. } | Fate::LeftDoor { waited } => {
            one.asked.map(|asked| asked + waited)
        }
        _ => None,
    };
    let early = run.attempts.iter().filter(during).find(|one| left(one).is_some_and(|at| Some(at) < first));
    assert_eq!(early, None, "nothing of it before {first:?}");
    let all = Figures::of(&run.attempts);
    assert!(all.held > 0 && all.asked_back > 0 && all.called_back > 0, "{all:?}");
    assert!(all.called_back > all.called_in_vain, "nine of ten answer");
    // 2.2: whoever is called back stays in the base of K1 and is not answered.
    assert!(all.reached_rate() > all.answer_rate());
}

/// Two signs for two minutes begin it, fifteen calm minutes end it, and it is said to the exchange once each time.
#[test]
fn what_the_room_advises_is_done() {
    let Centre { around, faults, helpers, .. } =
        centre(&Lengths::read().expect("the manifest"), 4, false).expect("the centre");
    let mut mode = Mode::new(around, &faults, &helpers).expect("its settings");
    let day = Day::new(1);
    let calm = Signals { arrived: 15, normal: 15, ..Signals::default() };
    let loud = Signals { arrived: 180, waiting: 40, ..calm };
    let mut told = Vec::new();
    for second in (0..=3_600).step_by(10) {
        let now = day.storm() + std::time::Duration::from_secs(second);
        let seen = if second < 600 { &loud } else { &calm };
        if let Some(footing) = mode.look(seen, now).expect("a look") {
            told.push((second, footing));
        }
    }
    let [(120, Footing::Storm(storm)), (1_500, Footing::Usual)] = told.as_slice() else {
        panic!("told something else: {told:?}")
    };
    assert!(storm.door.is_some(), "whoever comes to a long line is told so");
    assert!(storm.hall.offer_call_back.is_some() && storm.hall.breaks.refused.contains("short_break"));
    assert_eq!(mode.spells.len(), 1);
}

/// Whoever wants no call back waits as long as without one; with enough agents there is no storm at all.
#[test]
fn storm_mode_is_what_its_parts_are() {
    let day = Day::new(1);
    let nobody = once(&day, Terms { take: 0, ..crowded() }).expect("a day");
    let all = Figures::of(&nobody.attempts);
    assert!(all.offered_back > 0 && all.asked_back == 0, "{all:?}");
    assert_eq!(all.answer_rate(), all.reached_rate());
    let ample = once(&day, Terms { seats: 110, ..crowded() }).expect("a day");
    assert_eq!(ample.spells, []);
}

/// 2.5: three short breaks in a shift, none in a storm.
#[test]
fn breaks_are_had_and_in_a_storm_refused() {
    let day = Day::new(1);
    let rests = Terms { hall: Hall::Rests, ..crowded() };
    let usual = once(&day, Terms { aid: Aid::Shield, ..rests }).expect("a day");
    assert_eq!((usual.no_rests, usual.refused), (0, Vec::new()));
    let without_rests = once(&day, Terms { aid: Aid::Shield, ..crowded() }).expect("a day");
    let rate = |attempts: &[Attempt]| Got::of(&day, attempts).rate;
    assert!(rate(&usual.attempts) < rate(&without_rests.attempts), "whoever rests answers nobody");
    let storm = once(&day, rests).expect("a day");
    assert!(storm.no_rests > 0 && storm.refused.is_empty());
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
    let base = Terms { aid: Aid::Shield, ..base };
    let rate = |terms: Terms| Got::of(&day, &once(&day, terms).expect("a day").attempts).rate;
    let good = rate(base);
    assert!(good > rate(Terms { leave: 0, ..base }), "nobody is content");
    assert!(good >= rate(Terms { reaction: study::minutes(30), ..base }), "half an hour late");
}

fn tried(what: &str) -> Tried {
    let got = |rate: f64| Got { rate, reached: rate, contained: 30.0 };
    Tried { what: what.to_owned(), without: got(78.0), with: got(92.5), both: got(93.0) }
}

#[test]
fn what_is_written_stands_by_itself() {
    let day = Day::new(4);
    let runs = study::runs(&day, crowded(), &quiet()).expect("a day");
    let sheet = sheet::write(&day, &runs);
    let cells: BTreeSet<usize> = sheet.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(cells, BTreeSet::from([29]), "every line has every column");
    let calls: BTreeSet<(usize, u32)> = [&runs.without, &runs.with, &runs.both]
        .iter()
        .flat_map(|run| &run.attempts)
        .map(|one| (one.person, one.nth))
        .collect();
    assert_eq!(sheet.lines().count(), calls.len() + 1, "every call of any run is a line");

    let got = |rate: f64, reached: f64| Got { rate, reached, contained: 30.0 };
    let study = Study {
        seeds: vec![tried("4")],
        reactions: vec![tried("5")],
        behaviours: vec![tried("30")],
        installed: tried("40"),
        halls: vec![tried("小休")],
        takes: vec![Taken { take: 50, base: got(97.0, 97.0), letter: got(89.0, 94.0) }],
        storm_only: got(70.0, 80.0),
        letter: Letter {
            leave: 33,
            with: ByLetter { got: got(91.0, 91.0), falling: got(94.0, 94.0), seats: Some(60) },
            both: ByLetter { got: got(89.0, 95.0), falling: got(92.5, 96.0), seats: None },
        },
        lettered: study::runs(&day, crowded(), &quiet()).expect("a day"),
        needed: Some(40),
        needed_falling: None,
    };
    let page = page::page(&day, &[(SEATS, 78.0)], &runs, &study);
    for outside in ["http:", "https:", "src=", "<script", "@import", "url("] {
        assert!(!page.contains(outside), "{outside} leads out of the page");
    }
    assert_eq!(
        page.matches("<svg").count(),
        17,
        "ten charts and two bridges, and by the letter four and one"
    );
    assert_eq!(page.matches("<table>").count(), page.matches("</table>").count());
    let said = verdict::verdict(&day, &runs, Some(&study));
    for line in said.iter().chain(&verdict::mode(&day, &study.lettered)) {
        assert!(page.contains(line), "the page says what the terminal says: {line}");
    }
    let said = said.concat();
    assert!(said.contains("有播报 91.0%，没有达到；来电再如参考所说每 40 分钟减半：94.0%，达到"), "{said}");
    assert!(
        said.contains("89.0%(连同已回电 95.0%)，没有达到；每 40 分钟减半时 92.5%(连同已回电 96.0%)，达到"),
        "{said}"
    );
    assert!(said.contains("听完即走要至少 40%，来电每 40 分钟减半时怎样都不够"), "{said}");
    assert!(said.contains("有播报 60 个，加应急 更多"), "{said}");
}
