// The permissions that pages of this room ask for.
export const READ = "promises.read";
