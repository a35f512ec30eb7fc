//! What this room lets people do.

use kernel::BuiltIn::{
    Agent, Evaluator, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor, SystemAdmin,
};
use kernel::Permission;

/// Ask customers.
pub const WORK: Permission = Permission::new(
    "callbacks.work",
    "take call-backs that may be made now, call the customer, and record what was said",
    &[Agent, GroupLeader, ShiftLeader, Supervisor],
);
/// See what was asked and what came of it.
pub const READ: Permission = Permission::new(
    "callbacks.read",
    "see every call-back, what customers said, and the figures",
    &[GroupLeader, ShiftLeader, Supervisor, QualityInspector, Manager, Evaluator],
);
/// Attempts, hours, what counts.
pub const CONFIGURE: Permission = Permission::new(
    "callbacks.configure",
    "change how often, how far apart and at what hours customers are called back, and what counts as satisfied",
    &[Supervisor, SystemAdmin],
);

pub const PERMISSIONS: &[Permission] = &[WORK, READ, CONFIGURE];

/// Whoever sees any call-back.
pub const SEERS: &[Permission] = &[WORK, READ];
