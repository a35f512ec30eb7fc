//! What this room lets people do.

use kernel::BuiltIn::{Agent, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor, Trainer};
use kernel::Permission;

/// Find and hear any recording; each hearing is kept in the journal.
pub const PLAY: Permission = Permission::new(
    "recordings.play",
    "find and hear any recording; each hearing is kept in the journal",
    &[GroupLeader, ShiftLeader, Supervisor, QualityInspector, Trainer, Manager],
);
/// Hear one's own conversations.
pub const PLAY_OWN: Permission =
    Permission::new("recordings.play_own", "hear the recordings of one's own conversations", &[Agent]);
/// Keep a recording beyond its time.
pub const HOLD: Permission = Permission::new(
    "recordings.hold",
    "keep a recording although its time is over (a dispute), and let it go again",
    &[Supervisor, QualityInspector],
);

pub const PERMISSIONS: &[Permission] = &[PLAY, PLAY_OWN, HOLD];
