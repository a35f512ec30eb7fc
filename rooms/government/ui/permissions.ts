// What this room lets people do, as the pages ask for it.
export const READ = "government.read";
export const HANDLE = "government.handle";
export const CONFIGURE = "government.configure";
export const SEE = [READ, HANDLE, CONFIGURE];
