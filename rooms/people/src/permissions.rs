//! What this room lets people do.

use kernel::BuiltIn::{
    AuditAdmin, GroupLeader, Manager, QualityInspector, SecurityAdmin, ShiftLeader, Supervisor, SystemAdmin,
    Trainer,
};
use kernel::Permission;

/// See who works here, with groups, roles and skills.
pub const READ: Permission = Permission::new(
    "people.read",
    "see who works here, with groups, roles, queues and skills",
    &[
        GroupLeader,
        ShiftLeader,
        Supervisor,
        QualityInspector,
        Trainer,
        Manager,
        SystemAdmin,
        SecurityAdmin,
        AuditAdmin,
    ],
);
/// Engage people, change them, let them go; reset passwords; roles.
pub const MANAGE: Permission = Permission::new(
    "people.manage",
    "add, change, lock and release people; reset passwords; groups and roles",
    &[SecurityAdmin],
);
/// Which queues and skills somebody has: the floor's business rather than security's.
pub const ASSIGN: Permission = Permission::new(
    "people.assign",
    "change queues, skills and groups of people",
    &[ShiftLeader, Supervisor, SecurityAdmin],
);

pub const PERMISSIONS: &[Permission] = &[READ, MANAGE, ASSIGN];

/// Who may change a person in part or whole.
pub const CHANGERS: &[Permission] = &[ASSIGN, MANAGE];
