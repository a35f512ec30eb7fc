//! Where a signal is: from a number, a customer's record or an address to the places that supply whoever it is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use customers::rules::Utility;
use customers::rules::address::take_apart;
use customers::rules::network::Kept;
use customers::store::network;
use customers::store::reach::{self, Home, Size};
use db::Db;
use kernel::{CustomerId, ElementId, OutageId, PhoneNumber, Timestamp};
use outages::store::outages as known;

use crate::rules::{Key, Place, PlaceKind, Source, reading};
use crate::store::places::{self, Named};
use crate::store::signals::{self, Unresolved, Whereabouts};

/// Looked up in one round.
const BATCH: i64 = 300;
/// Who has more homes is a landlord or a firm: which of them he calls about, nobody knows.
const HOMES_MAX: usize = 4;
/// More share a number only at a switchboard.
const SHARED_MAX: usize = 3;
/// No network is deeper.
const DEEP: usize = 8;
/// What hangs below a place is counted anew.
const STALE: Duration = Duration::from_secs(86_400);

/// Finds out for everything that is new; how many there were.
pub async fn resolve(db: &Db, now: Timestamp) -> anyhow::Result<usize> {
    let new = signals::unresolved(db, BATCH).await?;
    if new.is_empty() {
        return Ok(0);
    }
    let mut round = Round::read(db, &new).await?;
    let mut homes = Vec::with_capacity(new.len());
    for one in &new {
        homes.push(round.homes(db, one).await?);
    }
    let parties = homes.iter().flatten().map(|home| home.party.get()).filter(|id| *id > 0).collect();
    let off = known::off(db, &parties).await?;
    let mut found: Vec<(&Unresolved, Whereabouts)> = Vec::with_capacity(new.len());
    for (one, homes) in new.iter().zip(homes) {
        found.push((one, of(db, one, homes, now, &mut round, &off).await?));
    }
    let mut tx = db.begin().await?;
    for named in round.sized.values().filter(|named| named.counted_at == now) {
        places::put(&mut tx, named).await?;
    }
    signals::resolve_all(&mut tx, &found).await?;
    tx.commit().await?;
    Ok(new.len())
}

/// What one round knows: read for all signals at once, or found out for one and not asked again.
struct Round {
    /// Who is supplied at the addresses that were named.
    there: BTreeMap<String, Vec<Home>>,
    /// Whose the numbers are of those of whom nothing else is known.
    parties: BTreeMap<PhoneNumber, Vec<CustomerId>>,
    /// Where these live, and whoever said who he is.
    homes: BTreeMap<CustomerId, Vec<Home>>,
    sized: BTreeMap<Key, Named>,
    supplied: BTreeMap<String, Utility>,
    elements: BTreeMap<ElementId, Kept>,
}

impl Round {
    async fn read(db: &Db, new: &[Unresolved]) -> anyhow::Result<Round> {
        let addresses = new.iter().map(|one| one.address.trim()).filter(|text| !text.is_empty()).collect();
        let there = reach::at_addresses(db, &addresses).await?;
        let elsewhere = || new.iter().filter(|one| !there.contains_key(one.address.trim()));
        let numbers =
            elsewhere().filter(|one| one.party.is_none()).filter_map(|one| one.number.parse().ok()).collect();
        let parties = customers::store::calls::by_numbers(db, &numbers).await?;
        let shared = parties.values().filter(|some| some.len() <= SHARED_MAX).flatten().copied();
        let living: BTreeSet<CustomerId> = elsewhere().filter_map(|one| one.party).chain(shared).collect();
        let mut homes: BTreeMap<CustomerId, Vec<Home>> = BTreeMap::new();
        if !living.is_empty() {
            for home in reach::homes(db, &living, HOMES_MAX + 1).await? {
                homes.entry(home.party).or_default().push(home);
            }
        }
        let (sized, supplied, elements) = Default::default();
        Ok(Round { there, parties, homes, sized, supplied, elements })
    }

    async fn homes(&mut self, db: &Db, one: &Unresolved) -> anyhow::Result<Vec<Home>> {
        let address = one.address.trim();
        // Who names an address means that one, however many homes he has.
        if let Some(there) = self.there.get(address) {
            let own: Vec<Home> = there.iter().filter(|home| Some(home.party) == one.party).cloned().collect();
            return Ok(if own.is_empty() { there.clone() } else { own });
        }
        let parties = match (one.party, one.number.parse::<PhoneNumber>()) {
            (Some(party), _) => vec![party],
            (None, Ok(number)) => self.parties.get(&number).cloned().unwrap_or_default(),
            (None, Err(_)) => Vec::new(),
        };
        if parties.len() > SHARED_MAX {
            return Ok(Vec::new());
        }
        let homes: Vec<Home> =
            parties.iter().filter_map(|party| self.homes.get(party)).flatten().cloned().collect();
        if !homes.is_empty() || address.is_empty() {
            return Ok(homes);
        }
        // Nobody's address, in a street that may be known.
        let parts = take_apart(address);
        let utility = match self.supplied.get(&parts.area) {
            Some(known) => *known,
            None => *self.supplied.entry(parts.area.clone()).or_insert(utility_of(db, &parts.area).await?),
        };
        let (area, road, community) = (parts.area, parts.road, parts.community);
        Ok(vec![Home { party: CustomerId(0), utility, element: None, area, road, community }])
    }

    /// An element of the network; many homes hang below the same.
    async fn element(&mut self, db: &Db, id: ElementId) -> anyhow::Result<Option<Kept>> {
        if let Some(known) = self.elements.get(&id) {
            return Ok(Some(known.clone()));
        }
        let found = network::by_ids(db, &[id]).await?.pop();
        if let Some(element) = &found {
            self.elements.insert(id, element.clone());
        }
        Ok(found)
    }
}

async fn of(
    db: &Db,
    one: &Unresolved,
    homes: Vec<Home>,
    now: Timestamp,
    round: &mut Round,
    off: &BTreeMap<i64, OutageId>,
) -> anyhow::Result<Whereabouts> {
    let own = match one.source {
        // Nobody has a number below nought.
        Source::Call(id) | Source::Order(id) => -id.abs(),
    };
    let household = homes.iter().map(|home| home.party.get()).filter(|id| *id > 0).min().unwrap_or(own);
    if homes.len() > HOMES_MAX {
        return Ok(Whereabouts { household, ..Whereabouts::default() });
    }
    let mut paths: Vec<Vec<Key>> = Vec::new();
    for home in &homes {
        for path in [network_path(db, home, now, round).await?, street_path(db, home, now, round).await?] {
            if !path.is_empty() && !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    Ok(Whereabouts { household, paths, outage: off.get(&household).copied() })
}

/// What a district is supplied with, as far as it was heard of; most hear of power.
async fn utility_of(db: &Db, area: &str) -> anyhow::Result<Utility> {
    let all = [Utility::Power, Utility::Gas, Utility::Cable];
    let keys = all.map(|utility| Key::from(format!("district/{}/{area}", utility.as_str())));
    let known = places::some(db, &keys).await?;
    let most = known.iter().max_by_key(|named| named.place.customers).map(|named| named.place.key.clone());
    let found = all.into_iter().zip(&keys).find(|(_, key)| Some(*key) == most.as_ref());
    Ok(found.map_or(Utility::Power, |(utility, _)| utility))
}

/// From the top of the network to what the home hangs below.
async fn network_path(db: &Db, home: &Home, now: Timestamp, round: &mut Round) -> anyhow::Result<Vec<Key>> {
    let mut chain: Vec<Kept> = Vec::new();
    let mut next = home.element;
    while let Some(id) = next
        && chain.len() < DEEP
        && !chain.iter().any(|element| element.id == id)
    {
        let Some(element) = round.element(db, id).await? else { break };
        next = element.parent;
        chain.push(element);
    }
    chain.reverse();
    let sized = &mut round.sized;
    let mut path: Vec<Key> = Vec::new();
    for element in chain {
        let key = Key::from(element.id.to_string());
        let parent = path.last().cloned();
        if fresh(db, &key, now, sized).await? {
            path.push(key);
            continue;
        }
        let size = reach::below(db, element.id).await?;
        let kind = PlaceKind::of(element.kind.as_str()).unwrap_or(PlaceKind::Line);
        keep(sized, (key.clone(), kind, parent), element.name, size, now);
        path.push(key);
    }
    Ok(path)
}

/// From the district to the community, or the road where there is none.
async fn street_path(db: &Db, home: &Home, now: Timestamp, round: &mut Round) -> anyhow::Result<Vec<Key>> {
    let sized = &mut round.sized;
    let (utility, area) = (home.utility, home.area.as_str());
    let road = reading::road(&home.road);
    if area.is_empty() || (home.community.is_empty() && road.is_empty()) {
        return Ok(Vec::new());
    }
    let word = utility.as_str();
    let district = Key::from(format!("district/{word}/{area}"));
    if !fresh(db, &district, now, sized).await? {
        let size = reach::in_district(db, utility, area).await?;
        keep(sized, (district.clone(), PlaceKind::District, None), area.to_owned(), size, now);
    }
    let (kind, name) = if home.community.is_empty() {
        (PlaceKind::Road, road)
    } else {
        (PlaceKind::Community, home.community.as_str())
    };
    let key = Key::from(format!("{}/{word}/{area}/{name}", kind.as_str()));
    if !fresh(db, &key, now, sized).await? {
        let size = match kind {
            PlaceKind::Road => reach::on_road(db, utility, area, name).await?,
            _ => reach::in_community(db, utility, area, name).await?,
        };
        keep(sized, (key.clone(), kind, Some(district.clone())), format!("{area}{name}"), size, now);
    }
    Ok(vec![district, key])
}

/// Whether it was counted within the last day.
async fn fresh(db: &Db, key: &Key, now: Timestamp, sized: &mut BTreeMap<Key, Named>) -> anyhow::Result<bool> {
    if sized.contains_key(key) {
        return Ok(true);
    }
    let Some(named) = places::some(db, std::slice::from_ref(key)).await?.pop() else { return Ok(false) };
    let fresh = named.counted_at + STALE > now;
    if fresh {
        sized.insert(key.clone(), named);
    }
    Ok(fresh)
}

fn keep(
    sized: &mut BTreeMap<Key, Named>,
    (key, kind, parent): (Key, PlaceKind, Option<Key>),
    name: String,
    size: Size,
    now: Timestamp,
) {
    let number = |value: i64| u32::try_from(value).unwrap_or(0);
    let (customers, children, leaves) = (number(size.customers), number(size.children), number(size.leaves));
    let place = Place { key: key.clone(), kind, parent, customers, children, leaves };
    sized.insert(key, Named { place, name, counted_at: now });
}

/// What people call a place: the communities an element supplies, with the buildings where it is one and few of them.
pub async fn area_text(db: &Db, key: &str, name: &str) -> anyhow::Result<String> {
    const SAID: usize = 3;
    let Ok(element) = key.parse::<ElementId>() else { return Ok(name.to_owned()) };
    let found = reach::communities(db, element, 4).await?;
    let named: Vec<String> = found
        .iter()
        .filter(|(_, community, _)| !community.is_empty())
        .map(|(area, community, _)| format!("{area}{community}"))
        .collect();
    let mut text = match named.as_slice() {
        [] => name.to_owned(),
        [one] => {
            let buildings = reach::buildings(db, element, 6).await?;
            match buildings.len() {
                1..=3 => format!("{one}{}栋", buildings.join("、")),
                _ => one.clone(),
            }
        }
        some => some.iter().take(SAID).cloned().collect::<Vec<_>>().join("、"),
    };
    if named.len() > SAID {
        text.push_str("等小区");
    }
    if text.chars().count() > 60 {
        text = text.chars().take(57).chain("一带".chars()).collect();
    }
    Ok(text)
}
