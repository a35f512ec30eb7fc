//! Whose matter it is: suggested from duties and areas, and what rulings taught goes before that.

use std::cmp::Reverse;

use kernel::UnitId;

use super::{Tree, Unit};

/// Units suggested, the best first.
pub const SUGGESTED_MAX: usize = 5;

/// What rulings about one word of a matter taught: so many gave it to this unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learnt {
    pub kind: String,
    pub area: String,
    pub unit: UnitId,
    pub rulings: i64,
}

/// Under which word an area is learnt: the longest district of any unit that is in the text, or else the text itself.
pub fn area_key(tree: &Tree, area: &str) -> String {
    let area = area.trim();
    let districts = tree.units().flat_map(|unit| unit.areas.iter());
    let longest = districts.filter(|word| area.contains(word.as_str())).max_by_key(|word| word.len());
    longest.map_or_else(|| area.chars().take(80).collect(), Clone::clone)
}

/// The units that should have a matter, the best first.
///
/// `kinds` are words for it, the most telling first (`["leak", "fault"]`); `area` is a district or an address. A unit
/// fits when it handles one of the words and serves the area. One of our own goes before one from outside, a telling
/// word before a general one, a named district before everywhere, a deeper unit before the one above it. A unit that
/// says nothing itself leaves the matter to the one whose words it has. `learnt` is for these words and this area, and
/// goes before all that: first by the word, then by the number of rulings.
pub fn suggest(tree: &Tree, kinds: &[&str], area: Option<&str>, learnt: &[Learnt]) -> Vec<UnitId> {
    let place = |word: &str| kinds.iter().position(|kind| kind.trim() == word);
    let active = |unit: &Unit| unit.retired_at.is_none();

    let mut taught: Vec<_> = learnt
        .iter()
        .filter(|row| tree.get(row.unit).is_some_and(active))
        .filter_map(|row| Some((place(&row.kind)?, Reverse(row.rulings), row.unit)))
        .collect();
    taught.sort_unstable();

    let mut fitting: Vec<_> = tree
        .units()
        .filter(|unit| active(unit) && !(unit.duties.is_empty() && unit.areas.is_empty()))
        .filter_map(|unit| {
            let word = tree.duties(unit.id).iter().filter_map(|word| place(word)).min()?;
            let near = nearness(tree.areas(unit.id), area)?;
            Some((unit.external, word, Reverse(near), Reverse(tree.depth(unit.id)), &unit.code, unit.id))
        })
        .collect();
    fitting.sort_unstable();

    let mut best: Vec<UnitId> = Vec::new();
    for unit in taught.into_iter().map(|row| row.2).chain(fitting.into_iter().map(|row| row.5)) {
        if !best.contains(&unit) {
            best.push(unit);
        }
    }
    best.truncate(SUGGESTED_MAX);
    best
}

/// How well a unit's areas fit: none when it does not serve there, 0 when it serves everywhere, more for a longer
/// district. As long as the area is not known, whoever serves everywhere goes before the districts.
fn nearness(areas: &[String], area: Option<&str>) -> Option<i64> {
    match area.map(str::trim).filter(|area| !area.is_empty()) {
        _ if areas.is_empty() => Some(0),
        None => Some(-1),
        Some(area) => {
            let inside = areas.iter().filter(|word| area.contains(word.as_str()));
            inside.map(|word| i64::try_from(word.chars().count()).unwrap_or(i64::MAX)).max()
        }
    }
}
