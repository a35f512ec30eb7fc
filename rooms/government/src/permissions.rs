//! What this room lets people do.

use kernel::BuiltIn::{GroupLeader, Manager, ShiftLeader, Supervisor, SystemAdmin};
use kernel::Permission;

/// See the tickets.
pub const READ: Permission = Permission::new(
    "government.read",
    "see the tickets that came from 12345, what was told back, and what waits or was refused",
    &[GroupLeader, ShiftLeader, Supervisor, Manager, SystemAdmin],
);
/// Deal with the platform.
pub const HANDLE: Permission = Permission::new(
    "government.handle",
    "sign for tickets of 12345, ask for more time, hand them back, and tell the platform again what it refused",
    &[ShiftLeader, Supervisor],
);
/// Set up the platforms.
pub const CONFIGURE: Permission = Permission::new(
    "government.configure",
    "set up the platforms of 12345: address, secret, and what their categories and units are here",
    &[SystemAdmin],
);

pub const PERMISSIONS: &[Permission] = &[READ, HANDLE, CONFIGURE];
/// Whoever sees the page.
pub const SEERS: &[Permission] = &[READ, HANDLE, CONFIGURE];
