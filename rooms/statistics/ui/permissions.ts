// What this room's pages ask for.
export const READ = "statistics.read";
export const EXPORT = "statistics.export";
