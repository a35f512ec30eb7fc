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
pub const LOOK_UPS: &[&[(&str, &str)]] = &[customers::LOOK_UPS];

/// The rooms, lower storeys first.
pub fn all(around: Surroundings) -> Vec<Room> {
    vec![
        audit::room(),
        notices::room(around.ways, around.calendar.clone()),
        departments::room(around.calendar.clone(), around.departments),
        people::room(around.people),
        promises::room(),
        ivr_flows::room(around.flows),
        calls::room(around.hall.clone(), Arc::new(interactions::CompleteFirst(around.db))),
        recordings::room(around.recordings),
        customers::room(around.hall.clone(), around.customers),
        interactions::room(around.hall.clone(), around.calendar.clone(), around.interactions),
        floor::room(around.hall.clone(), around.calendar.clone()),
        work_orders::room(around.calendar.clone(), around.work_orders),
        campaigns::room(around.hall.clone(), around.calendar.clone(), around.campaigns),
        callbacks::room(around.hall.clone(), around.calendar.clone()),
        outages::room(around.hall.clone(), around.calendar.clone(), around.outages),
        complaints::room(around.hall.clone(), around.calendar.clone()),
        government::room(around.government, around.calendar.clone()),
        escalations::room(around.hall.clone(), around.calendar.clone()),
        handover::room(around.hall, around.calendar),
        statistics::room(around.statistics),
        webhooks::room(around.webhooks),
    ]
}

/// Their tables, in the same order.
pub const MIGRATIONS: &[Migrations] = &[
    audit::MIGRATIONS,
    notices::MIGRATIONS,
    departments::MIGRATIONS,
    people::MIGRATIONS,
    promises::MIGRATIONS,
    ivr_flows::MIGRATIONS,
    calls::MIGRATIONS,
    recordings::MIGRATIONS,
    customers::MIGRATIONS,
    interactions::MIGRATIONS,
    floor::MIGRATIONS,
    work_orders::MIGRATIONS,
    campaigns::MIGRATIONS,
    callbacks::MIGRATIONS,
    outages::MIGRATIONS,
    complaints::MIGRATIONS,
    government::MIGRATIONS,
    escalations::MIGRATIONS,
    handover::MIGRATIONS,
    statistics::MIGRATIONS,
    webhooks::MIGRATIONS,
];
