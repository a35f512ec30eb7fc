// What this room's pages ask for.
export const RAISE = "complaints.raise";
export const LEAD = "complaints.lead";
export const READ = "complaints.read";
export const COMMITTEE = "complaints.committee";
export const CONFIRM = "complaints.confirm";
export const CONFIGURE = "complaints.configure";
export const SEE = [LEAD, READ, COMMITTEE];
