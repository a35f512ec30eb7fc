// What this room's pages ask for.
export const RAISE = "escalations.raise";
export const ANSWER = "escalations.answer";
export const READ = "escalations.read";
export const MANAGE = "escalations.manage";
export const CONFIGURE = "escalations.configure";
export const SEE = [RAISE, ANSWER, READ];
