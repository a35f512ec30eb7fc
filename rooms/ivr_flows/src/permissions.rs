//! What this room lets people do.

use kernel::BuiltIn::{
    AuditAdmin, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor, SystemAdmin, Trainer,
};
use kernel::Permission;

pub const READ: Permission = Permission::new(
    "ivr_flows.read",
    "see the menus callers go through, and hear their prompts",
    &[GroupLeader, ShiftLeader, Supervisor, QualityInspector, Trainer, Manager, SystemAdmin, AuditAdmin],
);
pub const EDIT: Permission = Permission::new(
    "ivr_flows.edit",
    "write drafts of menus; upload and delete prompts",
    &[ShiftLeader, Supervisor, SystemAdmin],
);
/// What callers hear from the next call on.
pub const PUBLISH: Permission = Permission::new(
    "ivr_flows.publish",
    "publish menus, go back to an older version, bind called numbers",
    &[Supervisor, SystemAdmin],
);

pub const PERMISSIONS: &[Permission] = &[READ, EDIT, PUBLISH];
