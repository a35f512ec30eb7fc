//! What this room lets people do.

use kernel::BuiltIn::{Agent, Department, GroupLeader, Manager, ShiftLeader, Supervisor};
use kernel::Permission;

/// Find customers and look at them, masked; whole only the caller at one's own desk.
pub const READ: Permission = Permission::new(
    "customers.read",
    "find customers and see them masked; the caller at one's own desk whole",
    &[Agent, GroupLeader, ShiftLeader, Supervisor, Manager, Department],
);
/// Register and correct customers.
pub const CHANGE: Permission = Permission::new(
    "customers.change",
    "register customers, correct them, set flags and write notes",
    &[Agent, GroupLeader, ShiftLeader, Supervisor],
);
/// Merge, split, archive.
pub const MERGE: Permission = Permission::new(
    "customers.merge",
    "merge and split customers and undo it, archive and restore them",
    &[ShiftLeader, Supervisor],
);
/// See one customer whole, with a reason.
pub const UNMASK: Permission = Permission::new(
    "customers.unmask",
    "see a customer's name, numbers and address whole; the reason is kept in the journal",
    &[Agent, GroupLeader, ShiftLeader, Supervisor],
);
/// Bring customers in from a file.
pub const IMPORT: Permission =
    Permission::new("customers.import", "bring customers in from a file", &[Supervisor]);
/// Take customers out into a file, masked.
pub const EXPORT: Permission =
    Permission::new("customers.export", "write customers into a file, masked", &[Supervisor, Manager]);
/// Take customers out unmasked.
pub const EXPORT_WHOLE: Permission = Permission::new(
    "customers.export_whole",
    "write customers into a file with names, numbers and addresses whole; nobody has it from the start",
    &[],
);

/// What supplies whom.
pub const NETWORK: Permission = Permission::new(
    "customers.network",
    "add, change, move and retire elements of the supply network, bring the network in from a file and write it into one",
    &[Supervisor, Department],
);

pub const PERMISSIONS: &[Permission] = &[READ, CHANGE, MERGE, UNMASK, IMPORT, EXPORT, EXPORT_WHOLE, NETWORK];
