//! What a change of the network makes of an outage: others are affected, and all that was said of it still holds.

use kernel::{PersonId, Timestamp};

use super::outage::{Counts, Moved};
use super::{Moment, Outage, Revision};

/// The outage with one more revision. What callers hear is as it was, so whoever approved it approved this.
pub fn changed(
    outage: &Outage,
    (counts, moved): (Counts, Moved),
    (who, why): (PersonId, &str),
    now: Timestamp,
) -> Outage {
    let mut next = Outage { counts, ..outage.clone() };
    let Some(last) = outage.last() else { return next };
    let (why, moved) = (why.to_owned(), Some(moved));
    next.revisions.push(Revision {
        moment: Moment::Network,
        at: now,
        by: Some(who),
        why,
        moved,
        ..last.clone()
    });
    let (before, after) = (outage.revision(), next.revision());
    if let Some(approval) = next.greeting.approval.as_mut().filter(|one| one.revision == before) {
        approval.revision = after;
    }
    next
}
