// What this room's pages ask for.
export const SEE = "storms.see";
export const READ = "storms.read";
export const SWITCH = "storms.switch";
export const CONFIGURE = "storms.configure";
