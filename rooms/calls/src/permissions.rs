//! What this room lets people do.

use kernel::BuiltIn::{
    Agent, AuditAdmin, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor, SystemAdmin,
};
use kernel::Permission;

/// Find any past call.
pub const READ: Permission = Permission::new(
    "calls.read",
    "find past calls of everybody, callers' numbers masked",
    &[GroupLeader, ShiftLeader, Supervisor, QualityInspector, Manager, AuditAdmin],
);
/// Find one's own past calls.
pub const READ_OWN: Permission = Permission::new("calls.read_own", "find one's own past calls", &[Agent]);
/// See callers' numbers whole.
pub const UNMASK: Permission = Permission::new(
    "calls.unmask",
    "see callers' numbers whole; each look is kept in the journal",
    &[Supervisor],
);
/// Queues, trunks and dial rules.
pub const CONFIGURE: Permission =
    Permission::new("calls.configure", "change queues, trunks and dial rules", &[SystemAdmin]);
/// The reasons for not being ready.
pub const REASONS: Permission = Permission::new(
    "calls.reasons",
    "change the reasons for not being ready, and for how long, how often and by how many at a time",
    &[ShiftLeader, Supervisor, SystemAdmin],
);
/// Call back who was not served.
pub const CALL_BACK: Permission = Permission::new(
    "calls.call_back",
    "see to whom a call back is owed, take it (which shows the number whole) and say how it came out",
    &[Agent, GroupLeader, ShiftLeader, Supervisor],
);
/// Answer calls.
pub const ANSWER: Permission =
    Permission::new("calls.answer", "be ready for calls and answer them", &[Agent]);

pub const PERMISSIONS: &[Permission] = &[READ, READ_OWN, UNMASK, CONFIGURE, REASONS, CALL_BACK, ANSWER];
