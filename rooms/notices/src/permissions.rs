//! What this room lets people do.

use kernel::BuiltIn::{
    Agent, Department, FieldCrew, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor,
    SystemAdmin, Trainer,
};
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
/// Read bulletins.
pub const READ_BULLETINS: Permission = Permission::new(
    "notices.read_bulletins",
    "read the bulletins between centre and branches, which keeps that one has read them",
    &[Agent, GroupLeader, ShiftLeader, Supervisor, QualityInspector, Trainer, Manager, Department, FieldCrew],
);
/// Write bulletins.
pub const BULLETINS: Permission = Permission::new(
    "notices.bulletins",
    "write and withdraw bulletins, and see who has not read them",
    &[GroupLeader, ShiftLeader, Supervisor, Department],
);

pub const PERMISSIONS: &[Permission] =
    &[READ, SEND, WRITE_TEMPLATES, APPROVE, CONFIGURE, READ_BULLETINS, BULLETINS];

/// Whoever needs the texts.
pub const TEMPLATE_READERS: &[Permission] = &[READ, SEND, WRITE_TEMPLATES, APPROVE];
/// Whoever needs the settings.
pub const SETTINGS_READERS: &[Permission] = &[READ, CONFIGURE];
