//! What this room lets people do.

use kernel::BuiltIn::{
    Agent, Department, FieldCrew, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor,
    SystemAdmin,
};
use kernel::Permission;

/// See outages.
pub const READ: Permission = Permission::new(
    "outages.read",
    "see outages, what is told of them, and who is affected, masked",
    &[Agent, GroupLeader, ShiftLeader, Supervisor, Manager, Department, FieldCrew, QualityInspector],
);
/// Enter and change outages.
pub const WRITE: Permission = Permission::new(
    "outages.write",
    "enter outages, submit them, change times and causes, write down that supply is back",
    &[GroupLeader, ShiftLeader, Supervisor, Department],
);
/// Approve outages and what callers hear.
pub const APPROVE: Permission = Permission::new(
    "outages.approve",
    "approve and publish outages, and what callers hear of them",
    &[ShiftLeader, Supervisor],
);
/// Call important customers and liaisons, tell callers.
pub const TELL: Permission = Permission::new(
    "outages.tell",
    "telephone important customers and liaisons about outages, and write down what came of it",
    &[Agent, GroupLeader, ShiftLeader, Supervisor],
);
/// Liaisons.
pub const LIAISONS: Permission = Permission::new(
    "outages.liaisons",
    "add, change and retire the liaisons of communities",
    &[GroupLeader, ShiftLeader, Supervisor, Department],
);
/// When callers hear of outages, and who gets messages.
pub const CONFIGURE: Permission = Permission::new(
    "outages.configure",
    "change from how many affected callers hear of an outage, how long, and who gets text messages",
    &[Supervisor, SystemAdmin],
);

/// Who is affected, as a file and on paper.
pub const EXPORT: Permission = Permission::new(
    "outages.export",
    "write who is affected into a file or on paper, masked",
    &[ShiftLeader, Supervisor, Manager, Department],
);

pub const PERMISSIONS: &[Permission] = &[READ, WRITE, APPROVE, TELL, LIAISONS, CONFIGURE, EXPORT];
