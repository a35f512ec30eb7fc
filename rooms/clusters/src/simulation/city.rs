//! An invented city of 1.2 million: 50 substations, 400 lines, 10,000 transformers of unequal size; a community for every four.

use std::sync::Arc;

use fastrand::Rng;

use crate::rules::{Key, Place, PlaceKind};

const STATIONS: u32 = 50;
const LINES: u32 = 8;
const TRANSFORMERS: u32 = 25;
/// Transformers of one community.
const NEAR: u32 = 4;

pub struct City {
    /// Homes below each transformer, and the number of the first.
    homes: Vec<(u32, u32)>,
    pub customers: u32,
    /// Of each line and of each community.
    lines: Vec<u32>,
    communities: Vec<u32>,
}

/// What goes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Transformer(u32),
    Line(u32),
    Station(u32),
}

impl City {
    pub fn new(seed: u64) -> City {
        let mut rng = Rng::with_seed(seed);
        let (mut homes, mut customers) = (Vec::new(), 0);
        let (mut lines, mut communities) = (vec![0; (STATIONS * LINES) as usize], Vec::new());
        for nth in 0..STATIONS * LINES * TRANSFORMERS {
            let count = rng.u32(40..=200);
            homes.push((customers, count));
            customers += count;
            if let Some(line) = lines.get_mut((nth / TRANSFORMERS) as usize) {
                *line += count;
            }
            if nth % NEAR == 0 {
                communities.push(0);
            }
            if let Some(last) = communities.last_mut() {
                *last += count;
            }
        }
        City { homes, customers, lines, communities }
    }

    pub fn transformers(&self) -> u32 {
        STATIONS * LINES * TRANSFORMERS
    }

    /// Anything of a kind.
    pub fn any(&self, rng: &mut Rng, share: f64) -> Part {
        let transformer = rng.u32(..self.transformers());
        match share {
            share if share < 0.72 => Part::Transformer(transformer),
            share if share < 0.97 => Part::Line(transformer / TRANSFORMERS),
            _ => Part::Station(transformer / TRANSFORMERS / LINES),
        }
    }

    /// Its transformers.
    pub fn below(part: Part) -> std::ops::Range<u32> {
        let many = |nth: u32, each: u32| nth * each..(nth + 1) * each;
        match part {
            Part::Transformer(nth) => many(nth, 1),
            Part::Line(nth) => many(nth, TRANSFORMERS),
            Part::Station(nth) => many(nth, TRANSFORMERS * LINES),
        }
    }

    pub fn key(part: Part) -> Key {
        Arc::from(match part {
            Part::Transformer(nth) => format!("t{nth}"),
            Part::Line(nth) => format!("l{nth}"),
            Part::Station(nth) => format!("s{nth}"),
        })
    }

    /// Homes of a transformer: the number of the first, and how many.
    pub fn homes(&self, transformer: u32) -> (u32, u32) {
        self.homes.get(transformer as usize).copied().unwrap_or_default()
    }

    /// Below which transformer a home hangs.
    pub fn transformer(&self, home: u32) -> u32 {
        let at = self.homes.partition_point(|(first, _)| *first <= home);
        u32::try_from(at.saturating_sub(1)).unwrap_or(0)
    }

    /// Whether an element is the part, above it or below it.
    pub fn on_the_way(part: Part, key: &str) -> bool {
        let first = City::below(part).start;
        let [network, _] = City::keys(first);
        let below = || City::below(part).any(|nth| City::keys(nth)[0].iter().any(|one| **one == *key));
        network.iter().any(|one| **one == *key) || below()
    }

    fn keys(transformer: u32) -> [Vec<Key>; 2] {
        let line = transformer / TRANSFORMERS;
        let [s, l, t] =
            [Part::Station(line / LINES), Part::Line(line), Part::Transformer(transformer)].map(City::key);
        let d: Key = Arc::from(format!("d{}", line / LINES / 10));
        let c: Key = Arc::from(format!("c{}", transformer / NEAR));
        [vec![s, l, t], vec![d, c]]
    }

    /// The ways down to a transformer.
    pub fn paths(&self, transformer: u32) -> Vec<Vec<Place>> {
        let [network, streets] = City::keys(transformer);
        let sum = |from: u32, to: u32| -> u32 {
            let (first, _) = self.homes(from);
            let (last, many) = self.homes(to.min(self.transformers()) - 1);
            last + many - first
        };
        let line = transformer / TRANSFORMERS;
        let station = line / LINES;
        let of_station = TRANSFORMERS * LINES;
        let supplied = [
            sum(station * of_station, (station + 1) * of_station),
            self.lines.get(line as usize).copied().unwrap_or_default(),
            self.homes(transformer).1,
        ];
        let district = station / 10;
        let lived = [
            sum(district * 10 * of_station, (district + 1) * 10 * of_station),
            self.communities.get((transformer / NEAR) as usize).copied().unwrap_or_default(),
        ];
        let network = chain(
            network,
            &[
                (PlaceKind::Substation, supplied[0], LINES, of_station),
                (PlaceKind::Line, supplied[1], TRANSFORMERS, TRANSFORMERS),
                (PlaceKind::Transformer, supplied[2], 0, 1),
            ],
        );
        let communities = 10 * of_station / NEAR;
        let streets = chain(
            streets,
            &[
                (PlaceKind::District, lived[0], communities, communities),
                (PlaceKind::Community, lived[1], 0, 1),
            ],
        );
        vec![network, streets]
    }
}

fn chain(keys: Vec<Key>, of: &[(PlaceKind, u32, u32, u32)]) -> Vec<Place> {
    let mut parent: Option<Key> = None;
    let mut places = Vec::new();
    for (key, (kind, customers, children, leaves)) in keys.into_iter().zip(of.iter().copied()) {
        places.push(Place {
            key: key.clone(),
            kind,
            parent: parent.replace(key),
            customers,
            children,
            leaves,
        });
    }
    places
}
