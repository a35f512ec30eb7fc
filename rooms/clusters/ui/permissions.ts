// What this room's pages ask for.
export const READ = "clusters.read";
export const DECIDE = "clusters.decide";
export const CONFIGURE = "clusters.configure";
