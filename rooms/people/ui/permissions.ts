// The permissions that the screens of `people` ask for; src/permissions.rs says what each allows.

export const READ = "people.read";
export const MANAGE = "people.manage";
export const ASSIGN = "people.assign";
