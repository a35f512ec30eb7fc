//! Rows that cannot be read: whoever goes through all orders leaves them out, and says so.

use std::collections::BTreeSet;

use db::Row;
use kernel::WorkOrderId;
use sqlx::Row as _;

/// What reads, and the orders of which something does not: logged and counted, so that one bad row stops nobody who looks at all.
#[derive(Debug)]
pub struct Readable<T> {
    pub good: Vec<T>,
    pub bad: BTreeSet<WorkOrderId>,
}

/// `order` is the column with the order's id.
pub(super) fn readable<T>(
    rows: &[Row],
    order: &str,
    read: impl Fn(&Row) -> anyhow::Result<T>,
) -> anyhow::Result<Readable<T>> {
    let (mut good, mut bad) = (Vec::with_capacity(rows.len()), BTreeSet::new());
    for row in rows {
        match read(row) {
            Ok(one) => good.push(one),
            Err(error) => {
                let id = WorkOrderId(row.try_get(order)?);
                if bad.insert(id) {
                    tracing::error!("{id} cannot be read and is left out: {error:#}");
                    metrics::counter!("switchboard_unreadable_orders").increment(1);
                }
            }
        }
    }
    Ok(Readable { good, bad })
}
