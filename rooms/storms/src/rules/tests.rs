//! When it begins and ends, and what it makes of the settings.

use std::collections::BTreeMap;
use std::time::Duration;

use exchange::Footing;
use kernel::time::{Clock, TestClock};
use kernel::{FlowId, PersonId, QueueId, Timestamp};

use super::settings::{Around, Help};
use super::threshold::{Advice, Sign, Thresholds, look};
use super::{Act, Refusal, Settings, Signals, Watch, decide};

fn monday() -> Timestamp {
    TestClock::monday_morning().now()
}

fn calm() -> Signals {
    Signals { arrived: 20, normal: 15, waiting: 2, lines_percent: 20, asked: 12, abandoned: 1 }
}

/// Linyi on 25 July 2013: 180 calls in five minutes, twelve times the usual 15.
fn storm() -> Signals {
    Signals { arrived: 180, waiting: 40, ..calm() }
}

struct Day {
    watch: Watch,
    on: bool,
    now: Timestamp,
}

impl Day {
    fn new() -> Day {
        Day { watch: Watch::NEW, on: false, now: monday() }
    }

    /// Looks every ten seconds; the first advice, and after how many seconds.
    fn look_for(&mut self, seconds: u64, seen: Signals) -> Option<(u64, Advice)> {
        let thresholds = Thresholds::default();
        for second in (0..=seconds).step_by(10) {
            let at = self.now + Duration::from_secs(second);
            let (next, advice) = look(self.watch, &thresholds, &seen, self.on, at);
            self.watch = next;
            if advice != Advice::Nothing {
                self.now = at;
                return Some((second, advice));
            }
        }
        self.now += Duration::from_secs(seconds + 10);
        None
    }
}

#[test]
fn two_signs_for_two_minutes_begin_it_and_fifteen_calm_minutes_end_it() {
    let mut day = Day::new();
    assert_eq!(day.look_for(3_600, calm()), None);
    let (after, advice) = day.look_for(600, storm()).expect("it begins");
    assert_eq!((after, advice), (120, Advice::Begin(vec![Sign::Arrivals, Sign::Waiting])));
    day.on = true;
    assert_eq!(day.look_for(600, storm()), None);
    // Below the threshold, and not yet calm: 60 calls are three times the usual, 35 more than 70 % of 45.
    assert_eq!(day.look_for(3_600, Signals { arrived: 35, ..calm() }), None);
    let (after, advice) = day.look_for(3_600, calm()).expect("it ends");
    assert_eq!(after, 900);
    assert!(matches!(advice, Advice::End { .. }));
}

#[test]
fn one_sign_or_a_short_one_is_no_storm() {
    let mut day = Day::new();
    assert_eq!(day.look_for(3_600, Signals { arrived: 180, ..calm() }), None, "one sign");
    assert_eq!(day.look_for(110, storm()), None, "too short");
    assert_eq!(day.look_for(10, calm()), None);
    assert_eq!(day.look_for(110, storm()), None, "it begins to count anew");
    // At night three calls are three times the usual, and no storm.
    let night = Signals { arrived: 3, normal: 1, waiting: 20, ..calm() };
    assert_eq!(Thresholds::default().signs(&night, 100), [Sign::Waiting]);
    // One of one who hung up is no share.
    let few = Signals { asked: 1, abandoned: 1, ..calm() };
    assert_eq!(Thresholds::default().signs(&few, 100), []);
}

#[test]
fn whoever_ends_it_by_hand_is_right_until_it_has_been_calm() {
    let mut day = Day::new();
    assert!(day.look_for(600, storm()).is_some());
    day.on = true;
    day.on = false;
    day.watch = day.watch.by_hand(false);
    assert_eq!(day.look_for(7_200, storm()), None, "the signs go on, and so does what somebody decided");
    assert_eq!(day.look_for(900, calm()), None);
    assert!(day.look_for(600, storm()).is_some(), "another storm");
}

#[test]
fn by_hand_it_is_switched_once_and_with_a_reason() {
    let (now, who) = (monday(), Some(PersonId(7)));
    let on = Act::On { why: "台风".into(), minutes: 120 };
    let storm = decide(None, &on, who, now, 5).expect("on");
    assert_eq!((storm.id, storm.until), (5, now + Duration::from_secs(7_200)));
    assert_eq!(decide(Some(&storm), &on, who, now, 6), Err(Refusal::AlreadyOn));
    let nothing = Act::Off { why: "  ".into() };
    assert_eq!(decide(Some(&storm), &nothing, who, now, 6), Err(Refusal::WhyMissing));
    assert_eq!(decide(None, &Act::Off { why: "x".into() }, who, now, 6), Err(Refusal::NotOn));
    let longer = decide(Some(&storm), &Act::Expect { minutes: 300 }, who, now, 6).expect("longer");
    assert_eq!((longer.id, longer.ended_at), (5, None));
    let over = decide(Some(&longer), &Act::Off { why: "已平稳".into() }, who, now, 6).expect("off");
    assert_eq!((over.ended_at, over.ended_by), (Some(now), who));
}

#[test]
fn what_is_gone_is_left_out_when_it_begins_and_refused_when_it_is_set() {
    let (general, back) = (QueueId(1), QueueId(2));
    let mut settings = Settings::default();
    settings.door.flow = Some("storm".into());
    settings.helpers.push(Help { queue: general, of: Some(back), skill: None, level: 1, rank: 9 });
    settings.any_level.push(general);
    let demands = BTreeMap::from([("gas".to_owned(), 3)]);
    let mut around = Around {
        flows: BTreeMap::from([("storm".to_owned(), FlowId(3))]),
        skills: BTreeMap::from([(general, demands), (back, BTreeMap::new())]),
        ..Around::default()
    };
    assert_eq!(settings.check(&around), Ok(()));
    let Footing::Storm(storm) = settings.footing(&around, monday()) else { panic!("a storm") };
    assert_eq!(storm.door.map(|door| door.menu), Some(FlowId(3)));
    assert_eq!(storm.hall.demands, BTreeMap::from([(general, BTreeMap::from([("gas".to_owned(), 1)]))]));
    assert!(!storm.hall.breaks.refused.contains("meal"), "whoever is hungry eats");
    around.flows.clear();
    around.skills.remove(&back);
    assert_eq!(settings.check(&around), Err(Refusal::NoSuchFlow { flow: "storm".into() }));
    let Footing::Storm(storm) = settings.footing(&around, monday()) else { panic!("a storm") };
    assert_eq!(storm.door, None, "everybody is let in");
}

/// Domain reference 9.4: whoever waits for more than 120 s is offered a call back.
#[test]
fn a_call_back_is_offered_from_two_minutes_on() {
    let footing = Settings::default().footing(&Around::default(), monday());
    let Footing::Storm(storm) = footing else { panic!("a storm: {footing:?}") };
    assert_eq!(storm.hall.offer_call_back, Some(Duration::from_secs(120)));
}

/// Who helps is said, or nobody would come and nobody would notice.
#[test]
fn help_by_nobody_is_refused() {
    let around = Around { skills: BTreeMap::from([(QueueId(1), BTreeMap::new())]), ..Around::default() };
    let help = Help { queue: QueueId(1), of: None, skill: None, level: 1, rank: 5 };
    for (of, skill) in [(None, None), (None, Some(" ")), (Some(QueueId(1)), None)] {
        let help = Help { of, skill: skill.map(str::to_owned), ..help.clone() };
        let settings = Settings { helpers: vec![help], ..Settings::default() };
        assert_eq!(settings.check(&around), Err(Refusal::NobodyHelps));
    }
    let help = Help { skill: Some("gas".to_owned()), ..help };
    assert_eq!(Settings { helpers: vec![help], ..Settings::default() }.check(&around), Ok(()));
}
