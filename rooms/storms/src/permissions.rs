//! What this room lets people do.

use kernel::BuiltIn::{
    Agent, Department, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor, SystemAdmin,
};
use kernel::Permission;

/// That it is on, since when and why: the mark in the bar.
pub const SEE: Permission = Permission::new(
    "storms.see",
    "see in the bar that storm mode is on",
    &[Agent, GroupLeader, ShiftLeader, Supervisor, QualityInspector, Manager, Department],
);
/// Figures and reports.
pub const READ: Permission = Permission::new(
    "storms.read",
    "see the figures of a storm, and the reports of past ones",
    &[GroupLeader, ShiftLeader, Supervisor, QualityInspector, Manager],
);
/// Switch it on and off.
pub const SWITCH: Permission =
    Permission::new("storms.switch", "switch storm mode on and off", &[ShiftLeader, Supervisor]);
/// Thresholds, and what it does.
pub const CONFIGURE: Permission = Permission::new(
    "storms.configure",
    "change when storm mode begins by itself, and what it does",
    &[Supervisor, SystemAdmin],
);

pub const PERMISSIONS: &[Permission] = &[SEE, READ, SWITCH, CONFIGURE];
