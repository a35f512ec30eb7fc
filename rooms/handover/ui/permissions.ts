// What this room's pages ask for.
export const READ = "handover.read";
export const SIGN = "handover.sign";
export const LOG = "handover.log";
export const CONFIGURE = "handover.configure";
export const ATTEND = "handover.attend";
export const SEE = [READ, SIGN, LOG];
export const MEET = [...SEE, ATTEND];
