// What this room lets people do, as the pages ask for it.
export const READ = "notices.read";
export const SEND = "notices.send";
export const WRITE_TEMPLATES = "notices.write_templates";
export const APPROVE = "notices.approve";
export const CONFIGURE = "notices.configure";
export const READ_BULLETINS = "notices.read_bulletins";
export const BULLETINS = "notices.bulletins";
export const TEMPLATE_READERS = [READ, SEND, WRITE_TEMPLATES, APPROVE];
export const SETTINGS_READERS = [READ, CONFIGURE];
