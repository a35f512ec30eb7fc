// What this room's pages ask for.
export const READ = "campaigns.read";
export const PREPARE = "campaigns.prepare";
export const APPROVE = "campaigns.approve";
export const RUN = "campaigns.run";
export const CONFIGURE = "campaigns.configure";
export const UNMASK = "campaigns.unmask";
