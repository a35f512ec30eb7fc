//! What this room lets people do.

use kernel::BuiltIn::{Evaluator, GroupLeader, Manager, ShiftLeader, Supervisor};
use kernel::Permission;

/// See promises.
pub const READ: Permission = Permission::new(
    "promises.read",
    "see every deadline given to somebody, which are about to break, and how many were kept",
    &[GroupLeader, ShiftLeader, Supervisor, Manager, Evaluator],
);

pub const PERMISSIONS: &[Permission] = &[READ];
