// The permissions that the screens of `ivr_flows` ask for; src/permissions.rs says what each allows.

export const READ = "ivr_flows.read";
export const EDIT = "ivr_flows.edit";
export const PUBLISH = "ivr_flows.publish";
