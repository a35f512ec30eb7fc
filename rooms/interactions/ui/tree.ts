// The tree of reasons, walked and searched in the browser: it is small, and every keystroke counts.
import type { Field, Point, Reason, Tree } from "./api";

export interface Indexed {
  tree: Tree;
  byCode: Map<string, Reason>;
  /** Children in order; `null` holds the classes. */
  below: Map<string | null, Reason[]>;
}

export function index(tree: Tree): Indexed {
  const below = new Map<string | null, Reason[]>();
  for (const reason of tree.reasons) below.set(reason.parent, [...(below.get(reason.parent) ?? []), reason]);
  return { tree, byCode: new Map(tree.reasons.map((reason) => [reason.code, reason])), below };
}

/** From the class down to the reason; empty for a code that is not in the tree. */
export function path({ byCode }: Indexed, code: string | null): Reason[] {
  const found: Reason[] = [];
  for (let next = code === null ? undefined : byCode.get(code); next && found.length < 5; next = next.parent === null ? undefined : byCode.get(next.parent)) found.unshift(next);
  return found;
}

/** Nothing stands below it: it can be chosen. */
export const isLeaf = ({ below }: Indexed, code: string): boolean => (below.get(code) ?? []).length === 0;

/** Fields of the reason and of what it stands below; of two with one key the nearer holds. */
export function fieldsOf(tree: Indexed, code: string | null): Field[] {
  const found = new Map<string, Field>();
  for (const field of path(tree, code).flatMap((reason) => reason.fields)) {
    found.delete(field.key);
    found.set(field.key, field);
  }
  return [...found.values()];
}

/** What not to forget, in the order of a call. */
export function pointsOf(tree: Indexed, code: string | null): Point[] {
  const all = [...tree.tree.opening, ...path(tree, code).flatMap((reason) => reason.points), ...tree.tree.closing];
  return all.filter((point, at) => all.findIndex((other) => other.key === point.key) === at);
}

const nearest = (tree: Indexed, code: string | null, key: "closable" | "order", otherwise: boolean): boolean =>
  path(tree, code)
    .reverse()
    .map((reason) => reason[key])
    .find((value) => value !== null && value !== undefined) ?? otherwise;
export const isClosable = (tree: Indexed, code: string | null): boolean => nearest(tree, code, "closable", true);
export const needsOrder = (tree: Indexed, code: string | null): boolean => nearest(tree, code, "order", false);

/** Letters eat syllables from here on: each a whole one, its beginning (the last), or its first letter. */
function eats(letters: string, syllables: string[][], at: number): boolean {
  if (letters === "") return true;
  const readings = syllables[at];
  if (!readings) return false;
  return readings.some((reading) => {
    for (let length = Math.min(reading.length, letters.length); length > 0; length--) {
      const part = letters.slice(0, length);
      const fits = length === reading.length || length === 1 || length === letters.length;
      if (fits && reading.startsWith(part) && eats(letters.slice(length), syllables, at + 1)) return true;
    }
    return false;
  });
}

/** Whether a title sounds like what was typed: `tingqi`, `tqcx`, `tingqcx`, `chaxun`. */
export function sounds(letters: string, pinyin: string): boolean {
  const syllables = pinyin.split(" ").map((syllable) => syllable.split("/"));
  return syllables.some((_, from) => eats(letters, syllables, from));
}

/** Reasons that can be chosen, best first: by code, by title, by sound; then by what stands above them. */
export function search(tree: Indexed, query: string, used: string[] = [], most = 12): Reason[] {
  const wanted = query.trim().toLowerCase().replace(/\s+/g, "");
  if (wanted === "") return [];
  const letters = /^[a-z0-9']+$/.test(wanted) ? wanted.replace(/'/g, "") : null;
  const found: { reason: Reason; rank: number; used: number; at: number }[] = [];
  tree.tree.reasons.forEach((reason, at) => {
    if (reason.retired || !isLeaf(tree, reason.code)) return;
    const whole = path(tree, reason.code);
    if (whole.some((above) => above.retired)) return;
    const hit = (one: Reason): number => {
      const title = one.title.zh.toLowerCase();
      if (one.code.toLowerCase() === wanted) return 0;
      if (title.startsWith(wanted)) return 1;
      if (title.includes(wanted) || one.title.en.toLowerCase().includes(query.trim().toLowerCase())) return 2;
      if (letters && one.initials.startsWith(letters)) return 3;
      if (letters && sounds(letters, one.pinyin)) return 4;
      if (one.code.toLowerCase().startsWith(wanted)) return 5;
      return Infinity;
    };
    const own = hit(reason);
    const above = Math.min(...whole.slice(0, -1).map(hit), Infinity) + 10;
    const rank = Math.min(own, above);
    const place = used.indexOf(reason.code);
    if (rank < Infinity) found.push({ reason, rank, used: place < 0 ? used.length : place, at });
  });
  found.sort((a, b) => a.rank - b.rank || a.used - b.used || a.at - b.at);
  return found.slice(0, most).map(({ reason }) => reason);
}
