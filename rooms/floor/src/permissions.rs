//! What this room lets people do.

use kernel::BuiltIn::{GroupLeader, Manager, ShiftLeader, Supervisor};
use kernel::Permission;

/// See the floor live, callers' numbers masked.
pub const WATCH: Permission = Permission::new(
    "floor.watch",
    "see the floor live: calls, queues and agents, callers' numbers masked",
    &[GroupLeader, ShiftLeader, Supervisor, Manager],
);
/// Direct from what one sees: an agent's state, a waiting call.
pub const DIRECT: Permission = Permission::new(
    "floor.direct",
    "order an agent's state, move or give a waiting call, end a call; each with a line in the journal",
    &[ShiftLeader, Supervisor],
);

pub const PERMISSIONS: &[Permission] = &[WATCH, DIRECT];
