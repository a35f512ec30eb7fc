// The permissions that the screens of `recordings` ask for; src/permissions.rs says what each allows.

/** One may hear any recording, or those of one's own conversations. */
export const PLAY = ["recordings.play", "recordings.play_own"];
export const HOLD = "recordings.hold";
