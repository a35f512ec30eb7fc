// The permissions that the screens of `customers` ask for; src/permissions.rs says what each allows.
export const READ = "customers.read";
export const CHANGE = "customers.change";
export const MERGE = "customers.merge";
export const UNMASK = "customers.unmask";
export const IMPORT = "customers.import";
export const EXPORT = "customers.export";
export const EXPORT_WHOLE = "customers.export_whole";
export const NETWORK = "customers.network";
