//! What this room lets people do.

use kernel::BuiltIn::{Evaluator, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor};
use kernel::Permission;

/// See the figures.
pub const READ: Permission = Permission::new(
    "statistics.read",
    "see the figures K19 to K29 by unit, kind and area",
    &[GroupLeader, ShiftLeader, Supervisor, QualityInspector, Manager, Evaluator],
);
/// Take them along.
pub const EXPORT: Permission = Permission::new(
    "statistics.export",
    "take the figures along as a file; it names nobody",
    &[ShiftLeader, Supervisor, QualityInspector, Manager, Evaluator],
);

pub const PERMISSIONS: &[Permission] = &[READ, EXPORT];
