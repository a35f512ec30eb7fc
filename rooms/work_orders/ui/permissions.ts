// The permissions that pages of this room ask for.
export const FILE = "work_orders.file";
export const DISPATCH = "work_orders.dispatch";
export const READ = "work_orders.read";
export const HANDLE = "work_orders.handle";
export const EXTEND = "work_orders.extend";
export const UNMASK = "work_orders.unmask";
export const CONFIGURE = "work_orders.configure";
/** Whoever sees any order. */
export const SEE = [FILE, READ, HANDLE];
