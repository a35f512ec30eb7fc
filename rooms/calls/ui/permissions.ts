// The permissions that the screens of `calls` ask for; src/permissions.rs says what each allows.

/** One may find the calls of everybody, or one's own. */
export const READ = ["calls.read", "calls.read_own"];

/** Being ready for calls oneself. */
export const ANSWER = "calls.answer";

/** Calling back who was not served. */
export const CALL_BACK = "calls.call_back";

/** Queues, trunks and dial rules. */
export const CONFIGURE = "calls.configure";

/** The reasons for not being ready. */
export const REASONS = "calls.reasons";
