//! What rules find: in an order that is accepted or corrected, in an area, in a queue.

use std::collections::BTreeSet;
use std::time::Duration;

use exchange::floor::QueueView;
use kernel::Timestamp;
use work_orders::rules::Order;
use work_orders::rules::gravity::{Harm, heard};
use work_orders::rules::order::{Level, Urgency};

use super::ladder::{Ground, Settings};

/// The question of a leak whether anybody is unwell.
const UNWELL: &str = "unwell";

/// Why superiors are to see what has this level, or is to have it.
pub fn of_level(level: Level) -> BTreeSet<Ground> {
    let ground = match level {
        Level::Ordinary => None,
        Level::Important => Some(Ground::Important),
        Level::Major => Some(Ground::Major),
        Level::Special => Some(Ground::Special),
    };
    ground.into_iter().collect()
}

/// Why superiors are to see this order.
pub fn of_order(order: &Order) -> BTreeSet<Ground> {
    let matter = &order.matter;
    let mut found = of_level(matter.level);
    let said = matter.fields.values().fold(matter.content.clone(), |all, value| all + "。" + value);
    let heard = heard(&said);
    if heard.media.is_some() {
        found.insert(Ground::Media);
    }
    match heard.harm {
        Some(Harm::Death) => _ = found.insert(Ground::Special),
        Some(Harm::Injury) => _ = found.insert(Ground::Injury),
        None => {}
    }
    if heard.mass_event {
        found.insert(Ground::Special);
    }
    if heard.explosion {
        found.insert(Ground::Explosion);
    }
    if matter.fields.get(UNWELL).is_some_and(|answer| answer == "yes") {
        found.insert(Ground::Injury);
    }
    if matter.danger || matter.urgency == Urgency::Urgent {
        found.insert(Ground::Emergency);
    }
    found
}

/// Whether a queue is over its limits.
pub fn is_over(queue: &QueueView, settings: &Settings, now: Timestamp) -> bool {
    let longest = queue.longest_since.map_or(Duration::ZERO, |since| now.since(since));
    queue.waiting >= u32::from(settings.queue_waiting)
        || queue.waiting > 0 && longest >= Duration::from_secs(u64::from(settings.queue_longest_s))
}
