// What is sent next, and what becomes of an entry after an answer: decided here, done in sync.ts.
import type { Entry, Refused, Standing, What } from "./types";

/** What came of sending. `lost`: no answer that can be believed, so it may or may not have been done. */
export type Answer = { is: "done" } | { is: "lost" } | { is: "signed_out" } | { is: "other" } | { is: "refused"; why: Refused };

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
/** No rest is longer, with its spread: one that seems to be was reckoned by a clock that has been set back since. */
const REST_MS = LONGEST_MS * 1.25;
/** After so many tries without an answer an entry may be put aside, so that the others of its order go on. */
const STUCK_TRIES = 5;

export const WAITING: Extract<Standing, { is: "waiting" }> = { is: "waiting", tries: 0, after: 0 };

/** Neither sent nor put aside: an order's first one holds those behind it. */
const counts = (entry: Entry) => entry.standing.is !== "aside";

/** The first of each order, in the order in which they were entered. */
function heads(entries: Entry[]): Entry[] {
  const seen = new Set<string>();
  return entries
    .filter(counts)
    .sort((a, b) => a.seq - b.seq)
    .filter(({ order }) => !seen.has(order) && seen.add(order));
}

/** What is to be sent now: in order within each order; one that is refused or resting holds back its own order only. */
export function next(entries: Entry[], now: number): Entry | null {
  return heads(entries).find(({ standing }) => standing.is === "waiting" && rest(standing.after, now) === 0) ?? null;
}

const rest = (after: number, now: number) => (after - now > REST_MS ? 0 : Math.max(0, after - now));

/** In how many ms the first one has rested; null: none rests. */
export function wakeIn(entries: Entry[], now: number): number | null {
  const rests = heads(entries).flatMap(({ standing }) => (standing.is === "waiting" ? [rest(standing.after, now)] : []));
  return rests.length > 0 ? Math.min(...rests) : null;
}

/** Those that wait because one before them was refused. */
export function held(entries: Entry[]): Set<number> {
  const stopped = new Set(heads(entries).flatMap(({ order, standing }) => (standing.is === "refused" ? [order] : [])));
  return new Set(entries.filter(({ order, standing }) => standing.is === "waiting" && stopped.has(order)).map(({ seq }) => seq));
}

/** Before it goes out: from now on nobody knows whether the server has it until it has answered. */
export function sending(entry: Entry): Entry {
  return entry.standing.is === "waiting" ? { ...entry, standing: { ...entry.standing, tries: entry.standing.tries + 1 } } : entry;
}

/** What becomes of it; null: the server has it. `spread` is 0 to 1, so that many telephones do not come back together. */
export function answered(entry: Entry, answer: Answer, now: number, spread: number): Entry | null {
  switch (answer.is) {
    case "done":
      return null;
    case "refused":
      return { ...entry, standing: { is: "refused", why: answer.why } };
    // The server has surely not done it: that was no try.
    case "signed_out":
    case "other":
      return entry.standing.is === "waiting" ? { ...entry, standing: { ...entry.standing, tries: Math.max(0, entry.standing.tries - 1) } } : entry;
    case "lost": {
      const tries = entry.standing.is === "waiting" ? Math.max(1, entry.standing.tries) : 1;
      const rest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(tries - 1, 10));
      return { ...entry, standing: { is: "waiting", tries, after: now + rest * (0.75 + spread / 2) } };
    }
  }
}

/** The network is back, or the person looks: nobody rests any longer. */
export function rested(entry: Entry): Entry {
  return entry.standing.is === "waiting" && entry.standing.after > 0 ? { ...entry, standing: { ...entry.standing, after: 0 } } : entry;
}

/** Whether its words may still be changed: the server has surely not done it. */
export function open({ standing }: Entry): boolean {
  return standing.is === "refused" || (standing.tries ?? 0) === 0;
}

/** The server stumbles over it again and again. */
export function stuck({ standing }: Entry): boolean {
  return standing.is === "waiting" && standing.tries >= STUCK_TRIES;
}

/** With other words, to be sent again. What may have been done stays as it is. */
export function mended(entry: Entry, what: What): Entry {
  return open(entry) ? { ...entry, what, standing: WAITING } : entry;
}

/** Kept and not sent. What may have been done keeps its token and its words, and the number of its tries says so. */
export function aside(entry: Entry): Entry {
  const { standing } = entry;
  if (standing.is === "aside" || !(open(entry) || stuck(entry))) return entry;
  if (standing.is === "refused") return { ...entry, standing: { is: "aside", why: standing.why } };
  return { ...entry, standing: { is: "aside", why: null, ...(standing.tries > 0 ? { tries: standing.tries } : {}) } };
}

/** As it is, once more. */
export function again(entry: Entry): Entry {
  if (entry.standing.is === "waiting") return entry;
  const tries = entry.standing.is === "aside" ? (entry.standing.tries ?? 0) : 0;
  return { ...entry, standing: { ...WAITING, tries } };
}

/** Statuses after which the same may be right a moment later. */
const PASSING = [408, 425, 429];

/** What a refusal means for the queue. `0`: no answer came. */
export function meaning(why: Refused): Answer {
  if (why.status === 401) return { is: "signed_out" };
  if (why.code === "web.other_person") return { is: "other" };
  // Two were faster than the database: asked again, it is decided anew.
  const raced = why.code.endsWith("changed_meanwhile");
  if (why.status === 0 || why.status >= 500 || PASSING.includes(why.status) || raced) return { is: "lost" };
  return { is: "refused", why };
}

/** How many of whom stand where. */
export function tally(entries: Entry[]): { waiting: number; refused: number; aside: number } {
  const count = (is: Standing["is"]) => entries.filter(({ standing }) => standing.is === is).length;
  return { waiting: count("waiting"), refused: count("refused"), aside: count("aside") };
}
