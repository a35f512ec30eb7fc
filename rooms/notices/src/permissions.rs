//! What this room lets people do.

use kernel::BuiltIn::{Agent, Department, GroupLeader, Manager, ShiftLeader, Supervisor, SystemAdmin};
use kernel::Permission;

/// See notices.
pub const READ: Permission = Permission::new(
    "notices.read",
    "see which notices were sent to whom and what became of them, numbers masked",
    &[Agent, GroupLeader, ShiftLeader, Supervisor, Manager, Department],
);
/// Send, send again, cancel.
pub const SEND: Permission = Permission::new(
    "notices.send",
    "send a notice from an approved template, send one again, cancel one that waits",
    &[GroupLeader, ShiftLeader, Supervisor],
);
/// Write templates.
pub const WRITE_TEMPLATES: Permission = Permission::new(
    "notices.write_templates",
    "write the texts of notices; somebody else approves them",
    &[ShiftLeader, Supervisor],
);
/// Approve templates.
pub const APPROVE: Permission = Permission::new(
    "notices.approve",
    "approve and retire texts of notices that somebody else wrote",
    &[ShiftLeader, Supervisor, Manager],
);
/// Quiet hours, caps, consent.
pub const CONFIGURE: Permission = Permission::new(
    "notices.configure",
    "change quiet hours, the most messages a day, the signature, and who wants which messages",
    &[Supervisor, SystemAdmin],
);

pub const PERMISSIONS: &[Permission] = &[READ, SEND, WRITE_TEMPLATES, APPROVE, CONFIGURE];

/// Whoever needs the texts.
pub const TEMPLATE_READERS: &[Permission] = &[READ, SEND, WRITE_TEMPLATES, APPROVE];
/// Whoever needs the settings.
pub const SETTINGS_READERS: &[Permission] = &[READ, CONFIGURE];
