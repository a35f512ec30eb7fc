//! The network: what supplies whom, as far as outages need to know. Pure.

use kernel::{ElementId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::address::Parts;
use super::{NAME_MAX, Refusal, TEXT_MAX, Utility, needed, words};

pub const CODE_MAX: usize = 64;

words! {
    /// 电网、管网、有线网设备.
    ElementKind {
        /// 变电站
        Substation = "substation",
        /// 线路
        Line = "line",
        /// 配变
        Transformer = "transformer",
        /// 调压站、调压箱
        PressureStation = "pressure_station",
        /// 管段
        Section = "section",
        /// 立管
        Riser = "riser",
        /// 前端
        Headend = "headend",
        /// 光节点
        Node = "node",
        /// 放大器
        Amplifier = "amplifier",
    }
}

impl ElementKind {
    pub const fn utility(self) -> Utility {
        match self {
            ElementKind::Substation | ElementKind::Line | ElementKind::Transformer => Utility::Power,
            ElementKind::PressureStation | ElementKind::Section | ElementKind::Riser => Utility::Gas,
            ElementKind::Headend | ElementKind::Node | ElementKind::Amplifier => Utility::Cable,
        }
    }

    /// How far from where supply comes in.
    pub const fn depth(self) -> u8 {
        match self {
            ElementKind::Substation | ElementKind::PressureStation | ElementKind::Headend => 0,
            ElementKind::Line | ElementKind::Section | ElementKind::Node => 1,
            ElementKind::Transformer | ElementKind::Riser | ElementKind::Amplifier => 2,
        }
    }

    /// Whether one supplies the other: it is nearer to the source, or lines branch, sections follow each other, amplifiers are
    /// cascaded.
    pub fn hangs_below(self, above: ElementKind) -> bool {
        let chains = matches!(
            self,
            ElementKind::Line | ElementKind::Section | ElementKind::Node | ElementKind::Amplifier
        );
        self.utility() == above.utility() && (above.depth() < self.depth() || (chains && above == self))
    }

    /// As tables have it.
    pub fn read(word: &str) -> Option<ElementKind> {
        const WORDS: &[(ElementKind, &[&str])] = &[
            (ElementKind::Substation, &["变电站", "变电所", "开闭所", "substation"]),
            (ElementKind::Transformer, &["配变", "变压器", "台区", "箱变", "transformer"]),
            (ElementKind::PressureStation, &["调压", "门站", "pressure"]),
            (ElementKind::Riser, &["立管", "riser"]),
            (ElementKind::Headend, &["前端", "机房", "headend"]),
            (ElementKind::Node, &["光节点", "光站", "节点", "node"]),
            (ElementKind::Amplifier, &["放大器", "amplifier"]),
            (ElementKind::Section, &["管段", "管线", "管道", "干管", "section"]),
            (ElementKind::Line, &["线路", "馈线", "支线", "line", "feeder"]),
        ];
        let word = word.to_lowercase();
        WORDS.iter().find(|(_, words)| words.iter().any(|one| word.contains(one))).map(|(kind, _)| *kind)
    }
}

/// One part of the network as it is brought in: `parent` is the code of what supplies it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    pub kind: ElementKind,
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
}

/// The same as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Kept {
    #[schema(value_type = String)]
    pub id: ElementId,
    pub kind: ElementKind,
    pub code: String,
    pub name: String,
    #[schema(value_type = Option<String>)]
    pub parent: Option<ElementId>,
    /// Out of service since then; it supplies nobody.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub retired_at: Option<Timestamp>,
    pub version: i64,
}

/// A new one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewElement {
    pub kind: ElementKind,
    pub code: String,
    pub name: String,
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    pub parent: Option<ElementId>,
}

/// What may be done to one; each says why.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum NetworkAct {
    Change {
        code: String,
        name: String,
        reason: String,
    },
    /// To what supplies it from now on; with none it is where supply comes in.
    Move {
        #[schema(value_type = Option<String>)]
        to: Option<ElementId>,
        reason: String,
    },
    /// Out of service. What hangs below it goes to the successor.
    Retire {
        #[schema(value_type = Option<String>)]
        #[serde(default)]
        successor: Option<ElementId>,
        reason: String,
    },
    Restore {
        reason: String,
    },
}

impl NetworkAct {
    pub const fn word(&self) -> &'static str {
        match self {
            NetworkAct::Change { .. } => "element_changed",
            NetworkAct::Move { .. } => "element_moved",
            NetworkAct::Retire { .. } => "element_retired",
            NetworkAct::Restore { .. } => "element_restored",
        }
    }

    /// The other element that it names.
    pub const fn other(&self) -> Option<ElementId> {
        match self {
            NetworkAct::Move { to, .. } => *to,
            NetworkAct::Retire { successor, .. } => *successor,
            NetworkAct::Change { .. } | NetworkAct::Restore { .. } => None,
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            NetworkAct::Change { reason, .. }
            | NetworkAct::Move { reason, .. }
            | NetworkAct::Retire { reason, .. }
            | NetworkAct::Restore { reason } => reason,
        }
    }
}

/// What a decision looks at beside the element itself.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// The other element, as it is.
    pub other: Option<Kept>,
    /// What supplies the other one, itself with it.
    pub above_other: Vec<ElementId>,
    /// Elements directly below and of which kinds, and service points.
    pub elements: i64,
    pub kinds: Vec<ElementKind>,
    pub points: i64,
}

/// The element afterwards, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub after: Kept,
    pub reason: String,
    /// What hangs below goes there.
    pub successor: Option<ElementId>,
}

/// What an element is called.
pub fn named(code: &str, name: &str) -> Result<(String, String), Refusal> {
    Ok((needed("code", code, CODE_MAX)?, needed("name", name, NAME_MAX)?))
}

/// Whether a new one can stand there.
pub fn added(new: &NewElement, parent: Option<&Kept>) -> Result<(String, String), Refusal> {
    let named = named(&new.code, &new.name)?;
    fits(new.kind, parent)?;
    Ok(named)
}

fn fits(kind: ElementKind, above: Option<&Kept>) -> Result<(), Refusal> {
    match above {
        Some(above) if above.retired_at.is_some() => {
            Err(Refusal::ElementRetired { element: above.code.clone() })
        }
        Some(above) if !kind.hangs_below(above.kind) => {
            Err(Refusal::DoesNotFit { kind: kind.as_str(), above: above.kind.as_str() })
        }
        _ => Ok(()),
    }
}

/// What becomes of an element.
pub fn decide(element: &Kept, act: &NetworkAct, around: &Around, now: Timestamp) -> Result<Changed, Refusal> {
    let reason = needed("reason", act.reason(), TEXT_MAX).map_err(|_| Refusal::NeedsReason)?;
    let mut after = element.clone();
    let mut successor = None;
    match (element.retired_at.is_some(), matches!(act, NetworkAct::Restore { .. })) {
        (true, false) => return Err(Refusal::ElementRetired { element: element.code.clone() }),
        (false, true) => return Err(Refusal::NotNow),
        _ => {}
    }
    if around.above_other.contains(&element.id) {
        return Err(Refusal::Circle);
    }
    match act {
        NetworkAct::Change { code, name, .. } => (after.code, after.name) = named(code, name)?,
        NetworkAct::Move { to, .. } => {
            fits(element.kind, around.other.as_ref())?;
            after.parent = *to;
        }
        NetworkAct::Retire { successor: to, .. } => {
            match &around.other {
                None if around.elements + around.points > 0 => {
                    let (elements, points) = (around.elements, around.points);
                    return Err(Refusal::StillSupplies { elements, points });
                }
                None => {}
                Some(other) => {
                    if other.retired_at.is_some() {
                        return Err(Refusal::ElementRetired { element: other.code.clone() });
                    }
                    let misfit = around.kinds.iter().find(|kind| !kind.hangs_below(other.kind));
                    if let Some(kind) = misfit {
                        return Err(Refusal::DoesNotFit { kind: kind.as_str(), above: other.kind.as_str() });
                    }
                    if other.kind.utility() != element.kind.utility() {
                        return Err(Refusal::DoesNotFit {
                            kind: element.kind.as_str(),
                            above: other.kind.as_str(),
                        });
                    }
                }
            }
            after.retired_at = Some(now);
            successor = *to;
        }
        NetworkAct::Restore { .. } => after.retired_at = None,
    }
    Ok(Changed { after, reason, successor })
}

/// The demo's network follows the addresses: a station for each district, a section for each community, a riser for each
/// building. The last is what the point hangs below.
pub fn supplied_by(parts: &Parts) -> Vec<Element> {
    if parts.area.is_empty() || parts.community.is_empty() {
        return Vec::new();
    }
    let short = parts.area.trim_end_matches(['区', '县']);
    let station = Element {
        kind: ElementKind::PressureStation,
        code: format!("TY-{short}"),
        name: format!("{}调压站", parts.area),
        parent: None,
    };
    let section = Element {
        kind: ElementKind::Section,
        code: format!("GD-{short}-{}", parts.community),
        name: format!("{}{}管段", parts.area, parts.community),
        parent: Some(station.code.clone()),
    };
    let riser = (!parts.building.is_empty()).then(|| Element {
        kind: ElementKind::Riser,
        code: format!("LG-{short}-{}-{}", parts.community, parts.building),
        name: format!("{}{}{}栋立管", parts.area, parts.community, parts.building),
        parent: Some(section.code.clone()),
    });
    [station, section].into_iter().chain(riser).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_hangs_below_its_building_s_riser() {
        let home = Parts {
            area: "青岚区".into(),
            community: "鹤鸣里".into(),
            building: "12".into(),
            ..Parts::default()
        };
        let codes: Vec<String> = supplied_by(&home).into_iter().map(|element| element.code).collect();
        assert_eq!(codes, ["TY-青岚", "GD-青岚-鹤鸣里", "LG-青岚-鹤鸣里-12"]);
        assert_eq!(supplied_by(&Parts::default()), []);
    }

    fn kept(id: i64, kind: ElementKind, code: &str, parent: Option<i64>) -> Kept {
        let parent = parent.map(ElementId);
        Kept {
            id: ElementId(id),
            kind,
            code: code.into(),
            name: code.into(),
            parent,
            retired_at: None,
            version: 1,
        }
    }

    #[test]
    fn what_supplies_what() {
        use ElementKind::*;
        assert!(Transformer.hangs_below(Line) && Line.hangs_below(Substation) && Line.hangs_below(Line));
        assert!(Amplifier.hangs_below(Node) && Amplifier.hangs_below(Amplifier));
        assert!(!Line.hangs_below(Transformer) && !Transformer.hangs_below(Transformer));
        assert!(!Transformer.hangs_below(Section), "no gas comes out of a socket");
        let read = |word| ElementKind::read(word).map(ElementKind::as_str);
        assert_eq!(read("公用配变"), Some("transformer"));
        assert_eq!(read("10kV线路"), Some("line"));
        assert_eq!(read("光节点"), Some("node"));
        assert_eq!(read("月亮"), None);
    }

    #[test]
    fn an_element_is_moved_where_it_fits_and_retired_when_nothing_hangs_below() {
        let now = Timestamp::from_secs(0);
        let line = kept(2, ElementKind::Line, "L2", Some(1));
        let reason = || "改接".to_owned();
        let to = |to: i64| NetworkAct::Move { to: Some(ElementId(to)), reason: reason() };
        let other = kept(3, ElementKind::Line, "L3", Some(2));
        let around =
            Around { other: Some(other), above_other: vec![ElementId(3), ElementId(2)], ..Around::default() };
        assert_eq!(decide(&line, &to(3), &around, now), Err(Refusal::Circle));
        let around =
            Around { other: Some(kept(4, ElementKind::Substation, "S4", None)), ..Around::default() };
        assert_eq!(decide(&line, &to(4), &around, now).map(|one| one.after.parent), Ok(Some(ElementId(4))));
        let gas = Around { other: Some(kept(5, ElementKind::Section, "G5", None)), ..Around::default() };
        assert_eq!(
            decide(&line, &to(5), &gas, now),
            Err(Refusal::DoesNotFit { kind: "line", above: "section" })
        );
        let silent = NetworkAct::Move { to: None, reason: " ".into() };
        assert_eq!(decide(&line, &silent, &Around::default(), now), Err(Refusal::NeedsReason));

        let retire = NetworkAct::Retire { successor: None, reason: reason() };
        let below = Around { elements: 1, points: 3, ..Around::default() };
        assert_eq!(
            decide(&line, &retire, &below, now),
            Err(Refusal::StillSupplies { elements: 1, points: 3 })
        );
        let gone = decide(&line, &retire, &Around::default(), now).expect("retired").after;
        assert_eq!(gone.retired_at, Some(now));
        assert!(matches!(
            decide(&gone, &retire, &Around::default(), now),
            Err(Refusal::ElementRetired { .. })
        ));
        let back = decide(&gone, &NetworkAct::Restore { reason: reason() }, &Around::default(), now);
        assert_eq!(back.map(|one| one.after.retired_at), Ok(None));
    }
}
