//! The network: what supplies whom, as far as outages need to know. Pure.

use kernel::ElementId;
use serde::Serialize;
use utoipa::ToSchema;

use super::address::Parts;
use super::{Utility, words};

words! {
    /// 电网、管网设备.
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
    }
}

impl ElementKind {
    pub const fn utility(self) -> Utility {
        match self {
            ElementKind::Substation | ElementKind::Line | ElementKind::Transformer => Utility::Power,
            ElementKind::PressureStation | ElementKind::Section | ElementKind::Riser => Utility::Gas,
        }
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
}
