//! What this room lets people do.

use kernel::BuiltIn::{Agent, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor, SystemAdmin};
use kernel::Permission;

/// See what is handed over.
pub const READ: Permission = Permission::new(
    "handover.read",
    "see handovers between shifts and the leader's log",
    &[GroupLeader, ShiftLeader, Supervisor, QualityInspector, Manager],
);
/// Hand a shift over, and take one over.
pub const SIGN: Permission = Permission::new(
    "handover.sign",
    "write a handover, verify what is handed over, and sign as the outgoing or the incoming leader",
    &[ShiftLeader, Supervisor],
);
/// Write into the leader's log.
pub const LOG: Permission = Permission::new(
    "handover.log",
    "write lines into the leader's log by hand",
    &[GroupLeader, ShiftLeader, Supervisor],
);
/// Shifts and deadlines.
pub const CONFIGURE: Permission = Permission::new(
    "handover.configure",
    "change when shifts begin, until when a handover is to be signed, and what it must say",
    &[Supervisor, SystemAdmin],
);

/// Be at the meeting before a shift.
pub const ATTEND: Permission = Permission::new(
    "handover.attend",
    "read what was said at the meeting before one's shift, and say that it was understood",
    &[Agent, GroupLeader, ShiftLeader, Supervisor],
);

pub const PERMISSIONS: &[Permission] = &[READ, SIGN, LOG, CONFIGURE, ATTEND];

/// Whoever sees any handover.
pub const SEERS: &[Permission] = &[READ, SIGN, LOG];
/// Whoever sees what was said at a meeting.
pub const MEETERS: &[Permission] = &[READ, SIGN, LOG, ATTEND];
