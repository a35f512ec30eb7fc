//! What this room lets people do.

use kernel::BuiltIn::{Manager, Supervisor};
use kernel::Permission;

/// See the items.
pub const READ: Permission = Permission::new("clusters.read", "see the items", &[Supervisor, Manager]);
/// Open and close items.
pub const CHANGE: Permission = Permission::new("clusters.change", "open and close items", &[Supervisor]);

pub const PERMISSIONS: &[Permission] = &[READ, CHANGE];
