//! What comes with the program for each kind of house: its sub-types and its limits, and what happens when they are brought into
//! a centre that may have some of its own.

use deadlines::{Profile, Rule, Step};
use interactions::rules::Words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::kinds::{Kinds, Subtype};
use super::settings::Limits;
use super::{Refusal, seed};

/// Whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum House {
    Gas,
    /// 国网
    PowerSgcc,
    /// 南网
    PowerCsg,
    Cable,
}

impl House {
    pub const ALL: [House; 4] = [House::Gas, House::PowerSgcc, House::PowerCsg, House::Cable];

    /// # Errors
    /// [`Refusal::BadConfig`] if its file cannot be read.
    pub fn kinds(self) -> Result<Kinds, Refusal> {
        seed::read(match self {
            House::Gas => include_str!("../../demo/gas.toml"),
            House::PowerSgcc | House::PowerCsg => include_str!("../../demo/power.toml"),
            House::Cable => include_str!("../../demo/cable.toml"),
        })
    }

    pub fn profile(self) -> Profile {
        match self {
            House::Gas => Profile::gas(),
            House::PowerSgcc => Profile::power_sgcc(),
            House::PowerCsg => Profile::power_csg(),
            House::Cable => Profile::cable(),
        }
    }
}

/// A sub-type by its code and title, a limit by its name and step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Item {
    pub code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Words>,
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
}

impl From<&Subtype> for Item {
    fn from(subtype: &Subtype) -> Item {
        Item { code: subtype.code.clone(), title: Some(subtype.title.clone()), step: None }
    }
}

impl From<&Rule> for Item {
    fn from(rule: &Rule) -> Item {
        Item { code: rule.id.clone(), title: None, step: Some(rule.step) }
    }
}

/// What bringing something in does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Brought {
    pub added: Vec<Item>,
    pub changed: Vec<Item>,
    /// So many are there already, word for word.
    pub unchanged: usize,
    /// The centre's own, which stay as they are.
    pub left: Vec<Item>,
    /// Limits of another house, which would only stand in the way.
    pub gone: Vec<Item>,
}

/// The house's sub-types in a centre: what it has is added or changed, what only the centre has stays. What the centre has
/// retired stays retired.
///
/// # Errors
/// [`Refusal::BadConfig`] when together they cannot be kept.
pub fn bring_kinds(now: &Kinds, house: &Kinds) -> Result<(Kinds, Brought), Refusal> {
    let mut brought = Brought::default();
    let mut next = now.clone();
    for subtype in &house.subtypes {
        match next.subtypes.iter_mut().find(|known| known.code == subtype.code) {
            None => {
                brought.added.push(subtype.into());
                next.subtypes.push(subtype.clone());
            }
            // Orders hold the code with its kind: somebody else's of the same name is not touched.
            Some(known) if known.kind != subtype.kind => {}
            Some(known) => {
                let edited = Subtype { retired: known.retired, ..subtype.clone() };
                if *known == edited {
                    brought.unchanged += 1;
                } else {
                    brought.changed.push(subtype.into());
                    *known = edited;
                }
            }
        }
    }
    let same = |one: &Subtype| house.find(&one.code).is_some_and(|other| other.kind == one.kind);
    brought.left = now.subtypes.iter().filter(|one| !same(one)).map(Item::from).collect();
    next.check()?;
    Ok((next, brought))
}

/// Whether two limits are the same one, whatever they say.
fn same(one: &Rule, other: &Rule) -> bool {
    let key = |rule: &Rule| (rule.step, rule.kind, rule.site);
    one.id == other.id && key(one) == key(other) && one.word == other.word
}

/// The house's limits in a centre, for the utility's; 12345's stay as they are. A rule that the centre has made itself stays, and
/// stands above the house's; what another house says goes, for the first rule that fits wins.
///
/// # Errors
/// [`Refusal::BadConfig`] when together they cannot be meant.
pub fn bring_limits(now: &Limits, house: House) -> Result<(Limits, Brought), Refusal> {
    let profile = house.profile();
    let known: Vec<Rule> = House::ALL.iter().flat_map(|one| one.profile().rules).collect();
    let (of_houses, own): (Vec<Rule>, Vec<Rule>) =
        now.utility.rules.iter().cloned().partition(|rule| known.iter().any(|other| same(rule, other)));
    let mut brought = Brought { left: own.iter().map(Item::from).collect(), ..Brought::default() };
    let comes = |rule: &&Rule| !own.iter().any(|above| above.covers(rule));
    let coming: Vec<Rule> = profile.rules.iter().filter(comes).cloned().collect();
    for rule in &coming {
        match of_houses.iter().find(|before| same(before, rule)) {
            None => brought.added.push(rule.into()),
            Some(before) if before == rule => brought.unchanged += 1,
            Some(_) => brought.changed.push(rule.into()),
        }
    }
    let stays = |rule: &&Rule| coming.iter().any(|other| same(rule, other));
    brought.gone = of_houses.iter().filter(|rule| !stays(rule)).map(Item::from).collect();
    let rules = own.into_iter().chain(coming).collect();
    let utility = Profile { name: profile.name, rules };
    let next = Limits { utility, government: now.government.clone() };
    next.check()?;
    Ok((next, brought))
}

#[cfg(test)]
mod tests {
    use kernel::calendar::Limit;

    use super::*;

    fn codes(items: &[Item]) -> Vec<&str> {
        items.iter().map(|item| item.code.as_str()).collect()
    }

    #[test]
    fn an_empty_centre_gets_all_that_a_house_has() {
        for house in House::ALL {
            let kinds = house.kinds().expect("readable");
            let (next, brought) = bring_kinds(&Kinds::default(), &kinds).expect("it can be kept");
            assert_eq!((&next, brought.added.len()), (&kinds, kinds.subtypes.len()), "{house:?}");
            let (limits, _) = bring_limits(&Limits::of(Profile::gas()), house).expect("it can be kept");
            assert_eq!(limits.utility, house.profile(), "{house:?}");
        }
    }

    #[test]
    fn what_the_centre_has_made_itself_stays() {
        let house = House::Cable.kinds().expect("readable");
        let mut now = house.clone();
        let own = Subtype { code: "fault.kiosk".into(), ..house.subtypes.first().expect("one").clone() };
        now.subtypes.push(own);
        now.subtypes[0].title.zh = "没信号".into();
        now.subtypes[0].retired = true;
        let (next, brought) = bring_kinds(&now, &house).expect("it can be kept");
        assert_eq!(
            (codes(&brought.changed), codes(&brought.left)),
            (vec!["fault.no_signal"], vec!["fault.kiosk"])
        );
        assert_eq!(brought.unchanged, house.subtypes.len() - 1);
        assert_eq!(next.subtypes.len(), now.subtypes.len());
        assert_eq!((next.subtypes[0].title.zh.as_str(), next.subtypes[0].retired), ("无信号", true));
    }

    #[test]
    fn of_two_houses_of_power_one_limit_differs() {
        let (csg, _) = bring_limits(&Limits::of(Profile::gas()), House::PowerCsg).expect("kept");
        let (sgcc, brought) = bring_limits(&csg, House::PowerSgcc).expect("kept");
        assert_eq!((codes(&brought.changed), brought.added.len(), brought.gone.len()), (vec!["T-P11"], 0, 0));
        assert_eq!(sgcc.utility, Profile::power_sgcc());
    }

    #[test]
    fn a_limit_of_the_centre_stands_above_those_of_the_house() {
        let mut now = Limits::of(Profile::gas());
        let mut own = now.utility.rules.iter().find(|rule| rule.id == "T-G03").expect("one").clone();
        (own.id, own.word, own.customer) = ("本市".into(), Some("school".into()), Some(Limit::Hours(1)));
        now.utility.rules.insert(0, own.clone());
        let (next, brought) = bring_limits(&now, House::Cable).expect("kept");
        assert_eq!((next.utility.rules.first(), codes(&brought.left)), (Some(&own), vec!["本市"]));
        assert!(codes(&brought.gone).contains(&"T-G03") && codes(&brought.added).contains(&"T-C01"));
        // What the centre has said for all of a step need not be brought.
        let all = Rule { kind: None, word: None, site: None, ..own };
        now.utility.rules = vec![all.clone()];
        let (next, _) = bring_limits(&now, House::Gas).expect("nothing stands where it never applies");
        assert_eq!(next.utility.rules.iter().filter(|rule| rule.step == all.step).count(), 1);
    }
}
