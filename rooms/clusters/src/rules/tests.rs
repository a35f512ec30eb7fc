//! The finder by examples of a small net, and what always holds of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use kernel::Timestamp;
use proptest::prelude::*;

use super::*;

/// Two substations with four lines of 25 transformers, 120 homes below each; a community for every two transformers.
const LINES: u32 = 4;
const TRANSFORMERS: u32 = 25;
const HOMES: u32 = 120;
const CITY: u32 = 2 * LINES * TRANSFORMERS * HOMES;
/// Ten in the morning.
const MORNING: usize = 20;

fn key(text: String) -> Key {
    Arc::from(text.as_str())
}

/// Where a transformer stands: `nth` of all.
fn path(nth: u32) -> [Vec<Place>; 2] {
    let line = nth / TRANSFORMERS;
    let station = line / LINES;
    let place = |key: &Key, kind, parent: Option<&Key>, customers, children, leaves| Place {
        key: key.clone(),
        kind,
        parent: parent.cloned(),
        customers,
        children,
        leaves,
    };
    let (s, l, t) = (key(format!("s{station}")), key(format!("l{line}")), key(format!("t{nth}")));
    let (d, c) = (key(format!("d{station}")), key(format!("c{}", nth / 2)));
    [
        vec![
            place(&s, PlaceKind::Substation, None, CITY / 2, LINES, LINES * TRANSFORMERS),
            place(&l, PlaceKind::Line, Some(&s), TRANSFORMERS * HOMES, TRANSFORMERS, TRANSFORMERS),
            place(&t, PlaceKind::Transformer, Some(&l), HOMES, 0, 1),
        ],
        vec![
            place(&d, PlaceKind::District, None, CITY / 2, CITY / 2 / HOMES / 2, CITY / 2 / HOMES / 2),
            place(&c, PlaceKind::Community, Some(&d), 2 * HOMES, 0, 1),
        ],
    ]
}

#[derive(Default)]
struct Town {
    finder: Finder,
    next: i64,
    calls: i64,
}

impl Town {
    fn signal(&mut self, transformer: u32, household: i64, seconds: i64, says: Says) -> Source {
        self.calls += 1;
        let source = Source::Call(self.calls);
        self.say(source, transformer, household, seconds, says);
        source
    }

    fn say(&mut self, source: Source, transformer: u32, household: i64, seconds: i64, says: Says) {
        let paths = path(transformer);
        paths.iter().flatten().for_each(|place| self.finder.know(place.clone()));
        let paths = paths.map(|path| path.into_iter().map(|place| place.key).collect()).into();
        let at = Timestamp::from_secs(seconds);
        self.finder.take(Signal { source, at, says, household, paths, explained: false });
    }

    fn look(&mut self, seconds: i64) -> Vec<String> {
        let moment = moment(seconds);
        let next = &mut self.next;
        let mut mint = || {
            *next += 1;
            *next
        };
        let changes = self.finder.look(moment, &Settings::default(), &mut mint);
        let show = |change: &Change| match change {
            Change::Proposed { id } => format!("proposed {id} {}", self.of(*id)),
            Change::Grown { id } => format!("grown {id} {}", self.of(*id)),
            Change::Heard { id } => format!("heard {id} {}", self.of(*id)),
            Change::Merged { id, into } => format!("merged {id} into {into}"),
            Change::Expired { id } => format!("expired {id}"),
        };
        changes.iter().map(show).collect()
    }

    fn of(&self, id: i64) -> String {
        let open = self.finder.one(id).expect("an open proposal");
        format!("{} by {}", open.place(), open.households())
    }
}

fn moment(seconds: i64) -> Moment {
    Moment { now: Timestamp::from_secs(seconds), half_hour: MORNING, customers: CITY }
}

/// Calls from these transformers, each from another home, ten seconds apart.
fn calls(town: &mut Town, from: &[u32], seconds: i64) -> Vec<String> {
    let mut told = Vec::new();
    for (nth, transformer) in from.iter().enumerate() {
        let (nth, at) = (nth as i64, seconds + nth as i64 * 10);
        town.signal(*transformer, seconds * 1_000 + nth, at, Says::Nothing);
        told.extend(town.look(at));
    }
    told
}

#[test]
fn three_homes_of_one_transformer_are_no_chance() {
    let mut town = Town::default();
    assert_eq!(calls(&mut town, &[7, 7], 0), Vec::<String>::new(), "two may be chance");
    assert_eq!(calls(&mut town, &[7], 30), ["proposed 1 t7 by 3"]);
    assert_eq!(calls(&mut town, &[7], 60), ["heard 1 t7 by 4"], "the same is not proposed again");
    let test = town.finder.one(1).expect("it").test;
    assert!(test.surprise > 6.0 && test.expected < 0.02, "{test:?}");
}

#[test]
fn one_home_that_calls_three_times_is_one_home() {
    let mut town = Town::default();
    for seconds in [0, 30, 60, 90] {
        town.signal(7, 1, seconds, Says::NoSupply);
    }
    assert_eq!(town.look(90), Vec::<String>::new());
}

#[test]
fn who_calls_about_a_bill_is_taken_out_again() {
    let mut town = Town::default();
    let bill = town.signal(7, 1, 0, Says::Nothing);
    town.signal(7, 2, 10, Says::Nothing);
    town.say(bill, 7, 1, 20, Says::Other);
    town.signal(7, 3, 30, Says::NoSupply);
    assert_eq!(town.look(30), Vec::<String>::new());
    town.signal(7, 4, 40, Says::NoSupply);
    assert_eq!(town.look(40), ["proposed 1 t7 by 3"]);
}

#[test]
fn a_line_is_proposed_when_its_transformers_are_hit_in_proportion() {
    let mut town = Town::default();
    assert_eq!(calls(&mut town, &[0, 3, 9, 14], 0), ["proposed 1 l0 by 4"]);
    assert_eq!(calls(&mut town, &[17, 20], 60), ["heard 1 l0 by 5", "heard 1 l0 by 6"]);
}

#[test]
fn a_proposal_grows_into_the_line_and_takes_others_in() {
    let mut town = Town::default();
    let told = calls(&mut town, &[0, 0, 0], 0);
    assert_eq!(told, ["proposed 1 t0 by 3"]);
    assert_eq!(calls(&mut town, &[5, 8], 60), ["grown 1 l0 by 5"]);

    let mut town = Town::default();
    let told = calls(&mut town, &[0, 0, 0, 30, 30, 30], 0);
    assert_eq!(told, ["proposed 1 t0 by 3", "proposed 2 t30 by 3"], "two lines, two faults");
    // The substation behind both goes: everything that stands below it is one.
    let told = calls(&mut town, &[1, 26, 51, 76, 60, 80, 40, 12, 33, 66, 90, 99, 57, 83], 100);
    assert!(told.contains(&"merged 2 into 1".to_owned()), "{told:?}");
    assert_eq!(town.finder.open().map(Open::place).collect::<Vec<_>>(), ["s0"]);
}

#[test]
fn two_faults_of_one_line_stay_two() {
    let mut town = Town::default();
    let told = calls(&mut town, &[0, 0, 0, 9, 9, 9, 0, 9], 0);
    assert!(told.contains(&"proposed 1 t0 by 3".to_owned()), "{told:?}");
    let places: BTreeSet<String> = town.finder.open().map(|open| open.place().to_owned()).collect();
    assert_eq!(places.into_iter().collect::<Vec<_>>(), ["t0", "t9"]);
}

#[test]
fn what_nobody_adds_to_expires_and_what_was_decided_counts_no_more() {
    let mut town = Town::default();
    calls(&mut town, &[7, 7, 7], 0);
    assert_eq!(town.look(20 + 45 * 60), ["expired 1"]);
    assert_eq!(town.finder.open().count(), 0);

    let mut town = Town::default();
    calls(&mut town, &[7, 7, 7], 0);
    assert_eq!(town.finder.close(1).map(|open| open.households()), Some(3));
    assert_eq!(calls(&mut town, &[7, 7], 60), Vec::<String>::new(), "those before are explained");
    assert_eq!(calls(&mut town, &[7], 90), ["proposed 2 t7 by 3"]);
}

#[test]
fn a_community_is_proposed_where_the_network_is_not_known() {
    let mut town = Town::default();
    for home in 0..3 {
        let [_, street] = path(8);
        street.iter().for_each(|place| town.finder.know(place.clone()));
        let paths = vec![street.into_iter().map(|place| place.key).collect()];
        let (source, at) = (Source::Call(home), Timestamp::from_secs(home * 10));
        let says = Says::NoSupply;
        town.finder.take(Signal { source, at, says, household: home, paths, explained: false });
    }
    assert_eq!(town.look(30), ["proposed 1 c4 by 3"]);
}

#[test]
fn on_an_evening_when_everybody_calls_three_calls_are_less_of_a_surprise() {
    let scattered = |town: &mut Town, many: i64| {
        for nth in 0..many {
            // Every home of the city is as likely.
            town.signal((nth * 37 % 200) as u32, 1_000 + nth, nth * 6, Says::Nothing);
        }
    };
    let mut busy = Town::default();
    scattered(&mut busy, 190);
    busy.look(1_140);
    calls(&mut busy, &[7, 7], 1_150);
    let surprise = |town: &Town| town.finder.open().map(|open| open.test.surprise).fold(0.0, f64::max);
    let mut calm = Town::default();
    calls(&mut calm, &[7, 7, 7], 1_150);
    assert!(surprise(&calm) > surprise(&busy), "{} {}", surprise(&calm), surprise(&busy));
}

/// What happens in a town: somebody calls, time passes, somebody decides.
#[derive(Clone, Debug)]
enum Event {
    Call { transformer: u32, home: i64, says: Says },
    Known { call: i64, says: Says },
    Pass { seconds: i64 },
    Decide { nth: usize },
}

fn event() -> impl Strategy<Value = Event> {
    let says = || prop_oneof![Just(Says::Nothing), Just(Says::NoSupply), Just(Says::Other)];
    let transformer = prop_oneof![0..6u32, Just(0), 0..200u32];
    prop_oneof![
        8 => (transformer, 0..12i64, says()).prop_map(|(transformer, home, says)| Event::Call { transformer, home, says }),
        2 => (1..60i64, says()).prop_map(|(call, says)| Event::Known { call, says }),
        3 => (1..900i64).prop_map(|seconds| Event::Pass { seconds }),
        1 => (0..4usize).prop_map(|nth| Event::Decide { nth }),
    ]
}

/// Put together anew from what is kept, as after a restart.
fn again(of: &Finder) -> Finder {
    let mut next = Finder::default();
    for place in of.places.values() {
        next.know(place.clone());
    }
    of.signals.values().for_each(|signal| next.put_back(signal.clone()));
    of.open().for_each(|open| next.put_back_open(open.clone()));
    next
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// No two proposals are of the same place or one above the other; a restart changes nothing; memory follows the window.
    #[test]
    fn nothing_is_proposed_twice_and_a_restart_changes_nothing(events in prop::collection::vec(event(), 1..120)) {
        let (mut town, mut now) = (Town::default(), 0);
        let mut where_of: std::collections::BTreeMap<i64, (u32, i64)> = Default::default();
        let mut proposed = BTreeSet::new();
        for event in events {
            match event {
                Event::Call { transformer, home, says } => {
                    let household = i64::from(transformer) * 100 + home;
                    town.signal(transformer, household, now, says);
                    where_of.insert(town.calls, (transformer, household));
                }
                Event::Known { call, says } => {
                    if let Some((transformer, household)) = where_of.get(&call).copied() {
                        town.say(Source::Call(call), transformer, household, now, says);
                    }
                }
                Event::Pass { seconds } => now += seconds,
                Event::Decide { nth } => {
                    let id = town.finder.open().nth(nth).map(|open| open.id);
                    id.and_then(|id| town.finder.close(id));
                }
            }
            let mut mint = || { town.next += 1; town.next };
            for change in town.finder.look(moment(now), &Settings::default(), &mut mint) {
                if let Change::Proposed { id } = change {
                    prop_assert!(proposed.insert(id));
                    let open = town.finder.one(id).expect("it is open");
                    prop_assert!(open.households() >= 3);
                    prop_assert!(open.test.surprise >= Settings::default().surprise);
                }
            }
            let open: Vec<&Open> = town.finder.open().collect();
            for one in &open {
                for other in open.iter().filter(|other| other.id != one.id) {
                    prop_assert!(!other.path.contains(&one.path[one.path.len() - 1]), "{} holds {}", one.place(), other.place());
                }
            }
            // After the look, what is kept says everything.
            let mut kept = again(&town.finder);
            let nothing = kept.look(moment(now), &Settings::default(), &mut || -1);
            prop_assert_eq!(nothing, vec![]);
            prop_assert_eq!(&kept, &town.finder);
            prop_assert!(town.finder.signals.values().all(|signal| signal.at + finder::HORIZON > Timestamp::from_secs(now)));
            prop_assert!(town.finder.heard.keys().all(|key| town.finder.places.contains_key(key)));
        }
    }
}
