// What the pages of departments ask about.
export const READ = "departments.read";
export const CONFIGURE = "departments.configure";
export const ROSTER = "departments.roster";
