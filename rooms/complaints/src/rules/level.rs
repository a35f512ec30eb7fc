//! 投诉等级: what a complaint's level should be, by the thresholds of domain reference 3.5. The committee has the last word.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use work_orders::rules::gravity;
pub use work_orders::rules::gravity::{Harm, Media};
use work_orders::rules::order::Level;

/// What the level depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Circumstances {
    /// What the agent chose.
    pub stated: Level,
    pub media: Option<Media>,
    pub harm: Option<Harm>,
    /// 群体性事件
    pub mass_event: bool,
    /// How many customers have reported it.
    pub customers: u32,
    pub important_customer: bool,
    /// Complaints of the same customer about the same, closed before.
    pub earlier: u32,
}

/// Why a level is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "ground", rename_all = "snake_case")]
pub enum Ground {
    CentralMedia,
    ProvincialMedia,
    CityMedia,
    Death,
    Injury,
    MassEvent,
    Customers {
        count: u32,
    },
    ImportantCustomer,
    /// 重复投诉
    Repeat {
        count: u32,
    },
    /// The agent has chosen it.
    Stated,
}

/// A level with its grounds, the gravest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    pub level: Level,
    pub grounds: Vec<Ground>,
}

const MANY: u32 = 50;
const SEVERAL: u32 = 10;

/// 特殊: central media, death or a mass event; 重大: provincial media, injury, 50 customers; 重要: city media, an important
/// customer, 10 customers, a repetition; 一般: the rest.
pub fn propose(of: &Circumstances) -> Proposal {
    let mut found: Vec<(Level, Ground)> = Vec::new();
    match of.media {
        Some(Media::Central) => found.push((Level::Special, Ground::CentralMedia)),
        Some(Media::Provincial) => found.push((Level::Major, Ground::ProvincialMedia)),
        Some(Media::City) => found.push((Level::Important, Ground::CityMedia)),
        None => {}
    }
    match of.harm {
        Some(Harm::Death) => found.push((Level::Special, Ground::Death)),
        Some(Harm::Injury) => found.push((Level::Major, Ground::Injury)),
        None => {}
    }
    if of.mass_event {
        found.push((Level::Special, Ground::MassEvent));
    }
    let count = of.customers;
    if count >= MANY {
        found.push((Level::Major, Ground::Customers { count }));
    } else if count >= SEVERAL {
        found.push((Level::Important, Ground::Customers { count }));
    }
    if of.important_customer {
        found.push((Level::Important, Ground::ImportantCustomer));
    }
    if of.earlier > 0 {
        found.push((Level::Important, Ground::Repeat { count: of.earlier }));
    }
    if of.stated > Level::Ordinary {
        found.push((of.stated, Ground::Stated));
    }
    found.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
    let level = found.first().map_or(Level::Ordinary, |(level, _)| *level);
    Proposal { level, grounds: found.into_iter().map(|(_, ground)| ground).collect() }
}

/// What the words of a matter say of media, harm and crowds. A word that is denied does not count; the committee reads it
/// anyway, this only proposes.
pub fn heard_in(content: &str, of: Circumstances) -> Circumstances {
    let heard = gravity::heard(content);
    Circumstances {
        media: of.media.or(heard.media),
        harm: of.harm.or(heard.harm),
        mass_event: of.mass_event || heard.mass_event,
        ..of
    }
}
