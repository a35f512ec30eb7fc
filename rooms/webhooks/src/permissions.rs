//! What this room lets people do.

use kernel::BuiltIn::{Manager, Supervisor, SystemAdmin};
use kernel::Permission;

/// See what goes out.
pub const READ: Permission = Permission::new(
    "webhooks.read",
    "see which systems outside are told of events, and what became of each delivery",
    &[Supervisor, Manager, SystemAdmin],
);
/// Set up who is told, send again.
pub const CONFIGURE: Permission = Permission::new(
    "webhooks.configure",
    "set up which systems outside are told of which events, try them, send again, pause and resume",
    &[SystemAdmin],
);

pub const PERMISSIONS: &[Permission] = &[READ, CONFIGURE];
