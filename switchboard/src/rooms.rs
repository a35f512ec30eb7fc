//! Every room, one line each: the table of contents of the product.

use std::path::PathBuf;
use std::sync::Arc;

use calls::Hall;
use db::{Db, Migrations};
use kernel::calendar::Calendar;
use web::Room;

/// What rooms are told when they are opened.
pub struct Surroundings {
    pub db: Db,
    pub hall: Arc<dyn Hall>,
    /// Days begin by it.
    pub calendar: Calendar,
    pub people: people::Config,
    pub flows: ivr_flows::Centre,
    pub recordings: recordings::Config,
    /// Files of imports and exports.
    pub customers: PathBuf,
    /// Files of exports.
    pub interactions: PathBuf,
    /// Rosters while they are read.
    pub departments: PathBuf,
    /// Tables of whom to call, while they are read.
    pub campaigns: PathBuf,
    /// Photos and signatures of work orders.
    pub work_orders: PathBuf,
    /// Sheets of transformers while they are read.
    pub outages: PathBuf,
    /// Files of exports.
    pub statistics: PathBuf,
    /// The gateways of messages.
    pub ways: Arc<notices::Ways>,
    /// What tells others outside what happens.
    pub webhooks: webhooks::Outlet,
    /// What tells the platforms of 12345.
    pub government: government::Outlet,
}

/// What menus may ask of them, by key: known also where no room is open (`apply`).
pub const LOOK_UPS: &[&[(&str, &str)]] = &[customers::LOOK_UPS, campaigns::LOOK_UPS, outages::LOOK_UPS];

/// Flows that they bring along, for centres that have none of the kind yet.
pub const TEMPLATES: &[&[ivr_flows::Template]] =
    &[outages::TEMPLATES, escalations::TEMPLATES, callbacks::TEMPLATES, campaigns::TEMPLATES];

/// The rooms, lower storeys first.
pub fn all(around: Surroundings) -> Vec<Room> {
    let speech = around.flows.speech.clone();
    let booth = outages::Booth { flows: around.flows.clone(), recordings: around.recordings.clone() };
    vec![
        audit::room(),
        departments::room(around.calendar.clone(), around.departments),
        people::room(around.people),
        promises::room(),
        ivr_flows::room(around.flows),
        notices::room(around.ways, around.calendar.clone()),
        calls::room(around.hall.clone(), Arc::new(interactions::CompleteFirst(around.db))),
        recordings::room(around.recordings),
        customers::room(around.hall.clone(), around.customers),
        interactions::room(
            around.hall.clone(),
            around.calendar.clone(),
            around.interactions,
            Some(Arc::new(outages::AskFirst)),
        ),
        floor::room(around.hall.clone(), around.calendar.clone()),
        campaigns::speaking(
            campaigns::room(around.hall.clone(), around.calendar.clone(), around.campaigns),
            speech.clone(),
        ),
        work_orders::room(around.calendar.clone(), around.work_orders),
        callbacks::room(around.hall.clone(), around.calendar.clone()),
        outages::room(around.hall.clone(), around.calendar.clone(), around.outages, speech, booth),
        clusters::room(around.calendar.clone()),
        complaints::room(around.hall.clone(), around.calendar.clone()),
        government::room(around.government, around.calendar.clone()),
        escalations::room(around.hall.clone(), around.calendar.clone()),
        storms::room(around.hall.clone(), around.calendar.clone()),
        handover::room(around.hall, around.calendar),
        statistics::room(around.statistics),
        webhooks::room(around.webhooks),
    ]
}

/// Their tables, in the same order.
pub const MIGRATIONS: &[Migrations] = &[
    audit::MIGRATIONS,
    departments::MIGRATIONS,
    people::MIGRATIONS,
    promises::MIGRATIONS,
    ivr_flows::MIGRATIONS,
    notices::MIGRATIONS,
    calls::MIGRATIONS,
    recordings::MIGRATIONS,
    customers::MIGRATIONS,
    interactions::MIGRATIONS,
    floor::MIGRATIONS,
    campaigns::MIGRATIONS,
    work_orders::MIGRATIONS,
    callbacks::MIGRATIONS,
    outages::MIGRATIONS,
    clusters::MIGRATIONS,
    complaints::MIGRATIONS,
    government::MIGRATIONS,
    escalations::MIGRATIONS,
    storms::MIGRATIONS,
    handover::MIGRATIONS,
    statistics::MIGRATIONS,
    webhooks::MIGRATIONS,
];

#[cfg(test)]
mod upgrade;

#[cfg(test)]
mod tests {
    use super::MIGRATIONS;

    /// The words of a text that could name a table, without its comments.
    fn words(sql: &str) -> impl Iterator<Item = &str> {
        let lines = sql.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code));
        let part = |c: char| !c.is_ascii_alphanumeric() && c != '_';
        lines.flat_map(move |line| line.split(part)).filter(|word| !word.is_empty())
    }

    #[test]
    fn no_table_is_named_before_its_room() {
        let rooms: Vec<&str> = MIGRATIONS.iter().map(|migrations| migrations.room).collect();
        let owner = |word: &str| {
            let of = |room: &str| word.strip_prefix(room).is_some_and(|rest| rest.starts_with('_'));
            rooms.iter().position(|&room| of(room))
        };
        for (at, migrations) in MIGRATIONS.iter().enumerate() {
            for file in migrations.files {
                let early = words(file.sql).find(|&word| owner(word).is_some_and(|owner| owner > at));
                assert_eq!(early, None, "{} of {}: this table is made later", file.name, migrations.room);
                for made in file.sql.split("CREATE TABLE ").skip(1) {
                    let table = words(made).next().unwrap_or_default();
                    assert_eq!(owner(table), Some(at), "{} of {} makes {table}", file.name, migrations.room);
                }
            }
        }
    }
}
