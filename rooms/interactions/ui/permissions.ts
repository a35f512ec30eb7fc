// The permissions that the screens of `interactions` ask for; src/permissions.rs says what each allows.

export const WRITE = "interactions.write";
export const READ_GROUP = "interactions.read_group";
export const READ_ALL = "interactions.read";
export const AMEND = "interactions.amend";
export const EXPORT = "interactions.export";
export const RELEASE = "interactions.release";
export const CONFIGURE = "interactions.configure";
/** Whoever sees any record. */
export const READ = [WRITE, READ_GROUP, READ_ALL];
