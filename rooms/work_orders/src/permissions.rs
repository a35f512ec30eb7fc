//! What this room lets people do.

use kernel::BuiltIn::{
    Agent, Department, Evaluator, FieldCrew, GroupLeader, Manager, QualityInspector, ShiftLeader, Supervisor,
    SystemAdmin,
};
use kernel::Permission;

/// Accept matters, and see what one has accepted.
pub const FILE: Permission = Permission::new(
    "work_orders.file",
    "accept a matter as a work order, see the orders one has accepted, and urge an open one",
    &[Agent, GroupLeader, ShiftLeader, Supervisor],
);
/// See everybody's orders.
pub const READ: Permission = Permission::new(
    "work_orders.read",
    "see every work order, numbers and addresses masked",
    &[Agent, GroupLeader, ShiftLeader, Supervisor, QualityInspector, Manager, Evaluator],
);
/// Send orders to units.
pub const DISPATCH: Permission = Permission::new(
    "work_orders.dispatch",
    "send orders to units and on to others, merge them, correct what was accepted",
    &[GroupLeader, ShiftLeader, Supervisor],
);
/// Do what one's unit owes.
pub const HANDLE: Permission = Permission::new(
    "work_orders.handle",
    "take the orders of one's own units, see what is needed to do them, and write what was done",
    &[Department, FieldCrew],
);
/// Read results.
pub const REVIEW: Permission = Permission::new(
    "work_orders.review",
    "read the results of units and approve or refuse them",
    &[ShiftLeader, Supervisor],
);
/// Ask customers afterwards.
pub const CALL_BACK: Permission = Permission::new(
    "work_orders.call_back",
    "ask customers afterwards, and close or take up an order by what they say",
    &[Agent, GroupLeader, ShiftLeader, Supervisor],
);
/// Give more time.
pub const EXTEND: Permission = Permission::new(
    "work_orders.extend",
    "give an order more time or let its time stand still",
    &[ShiftLeader, Supervisor],
);
/// Press units.
pub const SUPERVISE: Permission = Permission::new(
    "work_orders.supervise",
    "press a unit with a deadline of its own, rule whose an order is, and know who made a confidential report",
    &[ShiftLeader, Supervisor, Manager],
);
/// Take an order out of the count.
pub const VOID: Permission =
    Permission::new("work_orders.void", "declare an order void; it stays on record", &[Supervisor]);
/// See numbers whole.
pub const UNMASK: Permission = Permission::new(
    "work_orders.unmask",
    "see the number and the address of an order whole, with a reason that is kept in the journal",
    &[Agent, GroupLeader, ShiftLeader, Supervisor],
);
/// Sub-types, limits, settings.
pub const CONFIGURE: Permission = Permission::new(
    "work_orders.configure",
    "change the sub-types, what they ask for, the limits, and the settings of work orders",
    &[Supervisor, SystemAdmin],
);

pub const PERMISSIONS: &[Permission] =
    &[FILE, READ, DISPATCH, HANDLE, REVIEW, CALL_BACK, EXTEND, SUPERVISE, VOID, UNMASK, CONFIGURE];

/// Whoever sees any order.
pub const SEERS: &[Permission] = &[FILE, READ, HANDLE];
