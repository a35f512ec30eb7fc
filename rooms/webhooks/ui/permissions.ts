// What this room lets people do, as the pages ask for it.
export const READ = "webhooks.read";
export const CONFIGURE = "webhooks.configure";
