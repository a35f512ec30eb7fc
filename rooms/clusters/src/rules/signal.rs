//! A sign that supply may be off somewhere: somebody calls from there, says so, or an order says so.

use std::sync::Arc;

use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What it is known by: the same call stays one signal, whatever becomes known of it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    Call(i64),
    Order(i64),
}

/// What it is about, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Somebody called; why is not known yet.
    Nothing,
    /// 没电、没气: by a key of the menu, the record of the call, or an order.
    NoSupply,
    /// Something else: it counts no more.
    Other,
}

impl Says {
    pub const ALL: [Says; 3] = [Says::Nothing, Says::NoSupply, Says::Other];

    pub const fn as_str(self) -> &'static str {
        match self {
            Says::Nothing => "nothing",
            Says::NoSupply => "no_supply",
            Says::Other => "other",
        }
    }

    pub fn of(word: &str) -> Option<Says> {
        Says::ALL.into_iter().find(|says| says.as_str() == word)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    Substation,
    Line,
    Transformer,
    PressureStation,
    Section,
    Riser,
    District,
    Road,
    Community,
}

impl PlaceKind {
    pub const ALL: [PlaceKind; 9] = [
        PlaceKind::Substation,
        PlaceKind::Line,
        PlaceKind::Transformer,
        PlaceKind::PressureStation,
        PlaceKind::Section,
        PlaceKind::Riser,
        PlaceKind::District,
        PlaceKind::Road,
        PlaceKind::Community,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            PlaceKind::Substation => "substation",
            PlaceKind::Line => "line",
            PlaceKind::Transformer => "transformer",
            PlaceKind::PressureStation => "pressure_station",
            PlaceKind::Section => "section",
            PlaceKind::Riser => "riser",
            PlaceKind::District => "district",
            PlaceKind::Road => "road",
            PlaceKind::Community => "community",
        }
    }

    pub fn of(word: &str) -> Option<PlaceKind> {
        PlaceKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Part of the network; otherwise of the street map.
    pub const fn is_network(self) -> bool {
        !matches!(self, PlaceKind::District | PlaceKind::Road | PlaceKind::Community)
    }
}

/// What a place is called by inside: `el_…`, or `community/gas/青岚区/鹤鸣里`.
pub type Key = Arc<str>;

/// An element of the network or a neighbourhood, and how much hangs below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub key: Key,
    pub kind: PlaceKind,
    /// What supplies it, or the district it is in.
    pub parent: Option<Key>,
    /// Accounts below it that are supplied.
    pub customers: u32,
    /// Elements directly below.
    pub children: u32,
    /// The lowest elements below; 1 for such a one.
    pub leaves: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    pub source: Source,
    pub at: Timestamp,
    pub says: Says,
    /// Whoever calls three times is one.
    pub household: i64,
    /// The places that supply it, each from the top to the lowest: a path through the network, two through the street map; more
    /// where a customer has several homes.
    pub paths: Vec<Vec<Key>>,
    /// Explained by an outage that is known, or by a proposal that somebody has decided: it counts no more.
    pub explained: bool,
}

impl Signal {
    pub fn counts(&self) -> bool {
        !self.explained && self.says != Says::Other
    }

    pub fn is_below(&self, place: &str) -> bool {
        self.paths.iter().flatten().any(|key| **key == *place)
    }
}
