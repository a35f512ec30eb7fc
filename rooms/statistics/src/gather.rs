//! What the rooms below have counted, gathered: four queries of a period, and what is in force.

use callbacks::rules::Settings;
use db::config;
use interactions::rules::Tree;
use kernel::Timestamp;
use web::App;

use crate::rules::{By, Counted, Table, table};

/// The table of `[from, to)`, as of now where that is earlier than the end.
pub async fn gather(app: &App, by: By, from: Timestamp, to: Timestamp) -> anyhow::Result<Table> {
    let (db, now) = (&app.db, app.now());
    let counted = Counted {
        contacts: interactions::store::figures::counts(db, from, to).await?,
        orders: work_orders::store::figures::counts(db, by.orders(), from, to, now).await?,
        promises: promises::store::report::due(db, from, to, now).await?,
        asked: callbacks::store::found::groups(db, from, to).await?,
    };
    let tree = config::read::<Tree>(db).await?.value;
    let settings = config::read::<Settings>(db).await?.value;
    Ok(table(&counted, by, &tree, &settings))
}
