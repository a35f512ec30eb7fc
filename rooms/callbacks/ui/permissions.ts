// What this room's pages ask for.
export const WORK = "callbacks.work";
export const READ = "callbacks.read";
export const CONFIGURE = "callbacks.configure";
export const SEE = [WORK, READ];
