//! What this room lets people do.

use kernel::BuiltIn::{
    Agent, Department, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor, SystemAdmin,
};
use kernel::Permission;

/// See where supply may be off.
pub const READ: Permission = Permission::new(
    "clusters.read",
    "see where calls come from that may be an outage, with the calls and orders, masked",
    &[Agent, GroupLeader, ShiftLeader, Supervisor, Manager, Department, QualityInspector],
);
/// Say whether it is one.
pub const DECIDE: Permission = Permission::new(
    "clusters.decide",
    "say that a suspected outage is none; with the right to publish outages, confirm it, so that callers hear of it",
    &[ShiftLeader, Supervisor],
);
/// How many calls are ordinary.
pub const CONFIGURE: Permission = Permission::new(
    "clusters.configure",
    "change how many calls are ordinary, and from what on an outage is suspected",
    &[Supervisor, SystemAdmin],
);

pub const PERMISSIONS: &[Permission] = &[READ, DECIDE, CONFIGURE];
