//! What this room lets people do.

use kernel::BuiltIn::{
    Agent, Department, FieldCrew, GroupLeader, Manager, QualityInspector, SecurityAdmin, ShiftLeader,
    Supervisor, SystemAdmin,
};
use kernel::Permission;

/// Who is responsible for what, who belongs where, who is on duty and under which number.
pub const READ: Permission = Permission::new(
    "departments.read",
    "see the organisation, its people and who is on duty",
    &[
        Agent,
        GroupLeader,
        ShiftLeader,
        Supervisor,
        QualityInspector,
        Department,
        FieldCrew,
        Manager,
        SystemAdmin,
        SecurityAdmin,
    ],
);
/// Units, their duties and areas, their members.
pub const CONFIGURE: Permission = Permission::new(
    "departments.configure",
    "add, change and retire units; say who belongs to them; correct what rulings taught",
    &[Supervisor, SystemAdmin],
);
/// The roster of one's own units and those below; with `configure`, of all.
pub const ROSTER: Permission = Permission::new(
    "departments.roster",
    "plan who is on duty in one's own units",
    &[ShiftLeader, Supervisor, Department],
);

pub const PERMISSIONS: &[Permission] = &[READ, CONFIGURE, ROSTER];
