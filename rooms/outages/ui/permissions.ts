// What this room's pages ask for.
export const READ = "outages.read";
export const WRITE = "outages.write";
export const APPROVE = "outages.approve";
export const TELL = "outages.tell";
export const LIAISONS = "outages.liaisons";
export const CONFIGURE = "outages.configure";
export const EXPORT = "outages.export";
/** Of the room of calls: what callers heard and what came of it. */
export const HEARD = "calls.read";
