//! What this room lets people do.

use kernel::BuiltIn::{
    Agent, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor, SystemAdmin, Trainer,
};
use kernel::Permission;

/// Write the records of one's own calls.
pub const WRITE: Permission =
    Permission::new("interactions.write", "write the record of one's own calls, and see one's own", &[Agent]);
/// See the records of the groups one leads.
pub const READ_GROUP: Permission = Permission::new(
    "interactions.read_group",
    "see the records of the groups one leads, numbers masked",
    &[GroupLeader],
);
/// See everybody's records.
pub const READ: Permission = Permission::new(
    "interactions.read",
    "see everybody's records of calls, numbers masked",
    &[ShiftLeader, Supervisor, QualityInspector, Manager],
);
/// Correct a completed record.
pub const AMEND: Permission = Permission::new(
    "interactions.amend",
    "see a record's numbers whole (each look is kept in the journal) and write a new version of a completed one",
    &[Agent, GroupLeader, ShiftLeader, Supervisor],
);
/// Let an agent go on without the record.
pub const RELEASE: Permission = Permission::new(
    "interactions.release",
    "let an agent be ready before the record is complete",
    &[GroupLeader, ShiftLeader, Supervisor],
);
/// Take records out into a file.
pub const EXPORT: Permission = Permission::new(
    "interactions.export",
    "write the records one may see into a file, numbers and addresses masked",
    &[Supervisor, Manager],
);
/// Reasons, phrases, settings.
pub const CONFIGURE: Permission = Permission::new(
    "interactions.configure",
    "change the contact reasons, the standard phrases, and whether records must be complete",
    &[Supervisor, Trainer, SystemAdmin],
);

pub const PERMISSIONS: &[Permission] = &[WRITE, READ_GROUP, READ, AMEND, RELEASE, EXPORT, CONFIGURE];

/// Whoever sees any record.
pub const READERS: &[Permission] = &[WRITE, READ_GROUP, READ];
/// Whoever needs the words: reasons and phrases.
pub const KNOWERS: &[Permission] = &[WRITE, READ_GROUP, READ, CONFIGURE];
