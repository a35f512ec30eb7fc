//! What this room lets people do.

use kernel::BuiltIn::{GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor, SystemAdmin};
use kernel::Permission;

/// See who was called and what came of it.
pub const READ: Permission = Permission::new(
    "campaigns.read",
    "see the machine's outgoing calls: whom it called, and what came of each",
    &[GroupLeader, ShiftLeader, Supervisor, QualityInspector, Manager],
);
/// Draft one and say whom it calls.
pub const PREPARE: Permission = Permission::new(
    "campaigns.prepare",
    "draft a campaign of outgoing calls and say whom it calls",
    &[ShiftLeader, Supervisor],
);
/// Say that it may call people.
pub const APPROVE: Permission = Permission::new(
    "campaigns.approve",
    "approve a campaign, so that it may call people",
    &[Supervisor, Manager],
);
/// Start, pause, stop.
pub const RUN: Permission = Permission::new(
    "campaigns.run",
    "start, pause and stop an approved campaign, and have somebody called again",
    &[ShiftLeader, Supervisor],
);
/// Hours, attempts, pace of new campaigns.
pub const CONFIGURE: Permission = Permission::new(
    "campaigns.configure",
    "change at what hours, how often and over how many lines the machine calls people",
    &[Supervisor, SystemAdmin],
);

/// Whom it calls, whole.
pub const UNMASK: Permission = Permission::new(
    "campaigns.unmask",
    "see whom a campaign calls whole, with a reason; each look is kept in the journal",
    &[Supervisor],
);

pub const PERMISSIONS: &[Permission] = &[READ, PREPARE, APPROVE, RUN, CONFIGURE, UNMASK];
