//! The organisation's rules as tables: which trees are refused, whose matter something is, who is told.

use kernel::{PersonId, Timestamp, UnitId};

use super::suggest::{Learnt, area_key, suggest};
use super::*;

fn unit(id: i64, parent: i64, kind: Kind, code: &str, duties: &str, areas: &str) -> Unit {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
    Unit {
        id: UnitId(id),
        parent: (parent > 0).then_some(UnitId(parent)),
        kind,
        code: code.to_owned(),
        name: code.to_owned(),
        external: code.ends_with("-X"),
        duties: words(duties),
        areas: words(areas),
        phone: None,
        retired_at: None,
        version: 1,
    }
}

/// A company; repairs with two crews and a contractor; billing; a branch in the county with its own crew.
fn units() -> Vec<Unit> {
    use Kind::{Branch, Department, Team};
    vec![
        unit(1, 0, Branch, "TG", "", ""),
        unit(2, 1, Department, "QX", "fault leak", ""),
        unit(3, 2, Team, "QX1", "", "铜官区"),
        unit(4, 2, Team, "QX2", "", "郊区 经开区"),
        unit(5, 2, Team, "QX-X", "leak", ""),
        unit(6, 1, Department, "CW", "billing", ""),
        unit(7, 1, Branch, "ZY", "", "枞阳县"),
        unit(8, 7, Team, "ZY-QX", "fault leak", ""),
        unit(9, 8, Team, "ZY-QX1", "", ""),
    ]
}

fn tree() -> Tree {
    Tree::from(units())
}

#[test]
fn what_does_not_fit_into_the_tree_is_refused() {
    let put = |change: &dyn Fn(&mut Unit), id: i64| {
        let mut unit =
            tree().get(UnitId(id)).cloned().unwrap_or_else(|| unit(id, 1, Kind::Team, "NEW", "", ""));
        change(&mut unit);
        unit.tidy().and_then(|unit| tree().put(&unit))
    };
    let below = |parent: i64| move |unit: &mut Unit| unit.parent = Some(UnitId(parent));
    assert_eq!(put(&|_| {}, 20), Ok(()));
    assert_eq!(put(&|unit| unit.code = " qx ".into(), 20), Err(Refusal::CodeTaken));
    assert_eq!(
        put(&|unit| unit.code = "抢修".into(), 20),
        Err(Refusal::BadField { field: "code", most: 20 })
    );
    assert_eq!(
        put(&|unit| unit.name = "\u{7}".into(), 20),
        Err(Refusal::BadField { field: "name", most: 60 })
    );
    assert_eq!(
        put(&|unit| unit.phone = Some("call me".into()), 20),
        Err(Refusal::BadField { field: "phone", most: 32 })
    );
    assert_eq!(
        put(&|unit| unit.duties = (0..61).map(|n| n.to_string()).collect(), 20),
        Err(Refusal::TooMany { most: 60 })
    );
    assert_eq!(put(&below(99), 20), Err(Refusal::NoSuchParent));
    assert_eq!(put(&below(3), 2), Err(Refusal::Circle), "below its own crew");
    assert_eq!(put(&below(2), 2), Err(Refusal::Circle), "below itself");
    assert_eq!(put(&below(3), 6), Err(Refusal::WrongKind), "a department below a team");
    assert_eq!(put(&|unit| unit.kind = Kind::Team, 7), Ok(()), "only a team stands below");
    assert_eq!(put(&|unit| unit.kind = Kind::Team, 1), Err(Refusal::WrongKind), "departments stand below");
    assert_eq!(put(&|unit| (unit.parent, unit.kind) = (None, Kind::Branch), 6), Ok(()), "a second top");
}

#[test]
fn the_tree_has_six_floors() {
    let mut units: Vec<Unit> =
        (1..=6).map(|id| unit(id, id - 1, Kind::Team, &format!("T{id}"), "", "")).collect();
    let seventh = unit(7, 6, Kind::Team, "T7", "", "");
    assert_eq!(Tree::from(units.clone()).put(&seventh), Err(Refusal::TooDeep { most: 6 }));
    units.push(unit(10, 0, Kind::Team, "T10", "", ""));
    let tree = Tree::from(units);
    let moved = unit(2, 10, Kind::Team, "T2", "", "");
    assert_eq!(tree.put(&moved), Ok(()), "as deep as before");
    let moved = unit(1, 10, Kind::Team, "T1", "", "");
    assert_eq!(tree.put(&moved), Err(Refusal::TooDeep { most: 6 }), "with all that stands below");
}

#[test]
fn a_unit_is_retired_when_nobody_and_nothing_depends_on_it() {
    let now = Timestamp::from_micros(5);
    let mut all = units();
    let decide = |all: &[Unit], id: i64, act, members| {
        let tree = Tree::from(all.to_vec());
        let unit = tree.get(UnitId(id)).expect("it is there").clone();
        tree.decide(&unit, act, members, now).map(|unit| unit.retired_at)
    };
    assert_eq!(decide(&all, 2, Act::Retire, 0), Err(Refusal::HasUnits { units: 3 }));
    assert_eq!(decide(&all, 9, Act::Retire, 2), Err(Refusal::HasMembers { people: 2 }));
    assert_eq!(decide(&all, 9, Act::Retire, 0), Ok(Some(now)));
    assert_eq!(decide(&all, 9, Act::Restore, 0), Err(Refusal::NotRetired));
    for unit in &mut all[7..] {
        unit.retired_at = Some(now);
    }
    assert_eq!(decide(&all, 9, Act::Restore, 0), Err(Refusal::ParentRetired));
    assert_eq!(decide(&all, 8, Act::Restore, 0), Ok(None));
    assert_eq!(decide(&all, 7, Act::Retire, 0), Ok(Some(now)), "what stands below is retired already");
    let below_retired = unit(20, 8, Kind::Team, "NEW", "", "");
    assert_eq!(Tree::from(all.clone()).put(&below_retired), Err(Refusal::ParentRetired));
    assert_eq!(Tree::from(all.clone()).put(&all[8]), Err(Refusal::Retired), "a retired unit is not changed");
}

fn check(kinds: &str, area: &str, learnt: &[(&str, i64, i64)], expected: &str) {
    let tree = tree();
    let kinds: Vec<&str> = kinds.split_whitespace().collect();
    let area = (!area.is_empty()).then_some(area);
    let row = |(kind, unit, rulings): &(&str, i64, i64)| Learnt {
        kind: (*kind).to_owned(),
        area: String::new(),
        unit: UnitId(*unit),
        rulings: *rulings,
    };
    let learnt: Vec<Learnt> = learnt.iter().map(row).collect();
    let best = suggest(&tree, &kinds, area, &learnt);
    let codes: Vec<&str> = best.iter().map(|id| tree.get(*id).expect("it is there").code.as_str()).collect();
    assert_eq!(codes.join(" "), expected, "{kinds:?} in {area:?}");
}

#[test]
fn the_deepest_unit_that_handles_it_and_serves_there_is_suggested() {
    check("leak", "铜官区", &[], "QX1 QX QX-X");
    check("leak", "安徽省铜官区淮河路12号", &[], "QX1 QX QX-X");
    check("leak", "经开区", &[], "QX2 QX QX-X");
    check("leak", "枞阳县", &[], "ZY-QX QX QX-X");
    check("leak", "义安区", &[], "QX QX-X");
    check("leak", "", &[], "QX QX1 QX2 ZY-QX QX-X");
    check("billing", "枞阳县", &[], "CW");
    check("praise", "铜官区", &[], "");
    check("", "铜官区", &[], "");
    // The more telling word decides, wherever the other leads.
    check("billing leak", "铜官区", &[], "CW QX1 QX QX-X");
}

#[test]
fn a_ruling_outweighs_what_is_configured() {
    check("leak", "铜官区", &[("leak", 5, 1)], "QX-X QX1 QX");
    check("leak", "铜官区", &[("leak", 5, 1), ("leak", 8, 3)], "ZY-QX QX-X QX1 QX");
    check("leak fault", "铜官区", &[("fault", 6, 9), ("leak", 5, 1)], "QX-X CW QX1 QX");
    check("leak", "铜官区", &[("billing", 6, 9)], "QX1 QX QX-X");
}

#[test]
fn an_address_is_learnt_under_its_district() {
    assert_eq!(area_key(&tree(), "安徽省枞阳县会宫镇"), "枞阳县");
    assert_eq!(area_key(&tree(), " 义安区 "), "义安区");
    assert_eq!(area_key(&tree(), ""), "");
}

#[test]
fn deputies_are_told_where_nobody_leads() {
    use Post::{Deputy, Leader};
    let above = [(0, 7, Deputy), (1, 8, Leader), (1, 9, Deputy), (1, 10, Leader), (3, 11, Deputy)];
    let above = above.map(|(depth, person, post)| (depth, PersonId(person), post));
    let told: Vec<(u32, i64)> =
        ladder(&above).into_iter().map(|(depth, person)| (depth, person.get())).collect();
    assert_eq!(told, [(0, 7), (1, 8), (1, 10), (3, 11)]);
}
