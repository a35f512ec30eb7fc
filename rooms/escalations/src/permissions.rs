//! What this room lets people do.

use kernel::BuiltIn::{
    Agent, Department, FieldCrew, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor,
    SystemAdmin,
};
use kernel::Permission;

/// Call for somebody above.
pub const RAISE: Permission = Permission::new(
    "escalations.raise",
    "call for a superior, from a call or an order, and see what became of it",
    &[Agent, GroupLeader, ShiftLeader, Supervisor, QualityInspector, Manager, Department, FieldCrew],
);
/// Answer what has come to one's own step.
pub const ANSWER: Permission = Permission::new(
    "escalations.answer",
    "acknowledge what has come to one's step of the ladder, take it over, pass it up",
    &[GroupLeader, ShiftLeader, Supervisor, Manager, Department],
);
/// See all of them.
pub const READ: Permission = Permission::new(
    "escalations.read",
    "see all escalations, and who is on which step",
    &[GroupLeader, ShiftLeader, Supervisor, QualityInspector, Manager],
);
/// End what others have.
pub const MANAGE: Permission = Permission::new(
    "escalations.manage",
    "pass up, stand down and close any escalation, whoever has it",
    &[Supervisor, Manager],
);
/// The ladder.
pub const CONFIGURE: Permission = Permission::new(
    "escalations.configure",
    "change the steps of the ladder, who stands on them, how they are told, and what begins where",
    &[Supervisor, SystemAdmin],
);

pub const PERMISSIONS: &[Permission] = &[RAISE, ANSWER, READ, MANAGE, CONFIGURE];

/// Whoever sees any of them.
pub const SEERS: &[Permission] = &[RAISE, ANSWER, READ];
