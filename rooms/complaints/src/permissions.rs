//! What this room lets people do.

use kernel::BuiltIn::{Agent, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor, SystemAdmin};
use kernel::Permission;

/// Record a complaint that the caller makes on the line.
pub const RAISE: Permission = Permission::new(
    "complaints.raise",
    "record a complaint about oneself that the caller on the line makes; it cannot be changed or withdrawn",
    &[Agent, GroupLeader, ShiftLeader, Supervisor],
);
/// See the cases of one's own group.
pub const LEAD: Permission =
    Permission::new("complaints.lead", "see complaints about the agents of one's own group", &[GroupLeader]);
/// See every case.
pub const READ: Permission = Permission::new(
    "complaints.read",
    "see every complaint's case that is not about oneself or one's unit, suspicions, and the figures",
    &[ShiftLeader, Supervisor, Manager, QualityInspector],
);
/// Sit on the committee.
pub const COMMITTEE: Permission = Permission::new(
    "complaints.committee",
    "sit on the committee: accept cases, set levels, investigate, review, feed back, analyse",
    &[Supervisor, Manager, QualityInspector],
);
/// Rule upon suspicions.
pub const CONFIRM: Permission = Permission::new(
    "complaints.confirm",
    "confirm or dismiss what looks hidden or forged, where one is not concerned",
    &[Supervisor, Manager],
);
/// What counts as suspicious.
pub const CONFIGURE: Permission = Permission::new(
    "complaints.configure",
    "change what is looked for as hidden or forged complaints and orders",
    &[Supervisor, SystemAdmin],
);

pub const PERMISSIONS: &[Permission] = &[RAISE, LEAD, READ, COMMITTEE, CONFIRM, CONFIGURE];

/// Whoever sees any case.
pub const SEERS: &[Permission] = &[LEAD, READ, COMMITTEE];
