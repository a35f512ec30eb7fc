// What the evidence looks like: signals by the minute, and the places they came from as a tree.
import type { Mark, Node, PlaceKind, Says } from "./api";

const MINUTE = 60_000;
/** Longer ago is not drawn: what matters is how it grew. */
const MINUTES_MAX = 90;

export interface Minutes {
  /** The beginning of each minute. */
  at: number[];
  counts: Record<Says, number[]>;
}

/** From the first signal to now, minute by minute. */
export function minutes(marks: Mark[], now: number): Minutes {
  const times = marks.map((mark) => Date.parse(mark.at));
  const last = Math.floor(Math.max(now, ...times) / MINUTE);
  const first = Math.max(Math.floor(Math.min(now, ...times) / MINUTE), last - MINUTES_MAX + 1);
  const at = Array.from({ length: last - first + 1 }, (_, nth) => (first + nth) * MINUTE);
  const none = () => at.map(() => 0);
  const counts: Record<Says, number[]> = { nothing: none(), no_supply: none(), other: none() };
  for (const mark of marks) {
    const nth = Math.floor(Date.parse(mark.at) / MINUTE) - first;
    const row = counts[mark.says];
    if (row[nth] !== undefined) row[nth] += 1;
  }
  return { at, counts };
}

export interface Branch {
  node: Node;
  depth: number;
}

/** Each place under the one above it, those with most households first. */
export function branches(nodes: Node[]): Branch[] {
  const known = new Set(nodes.map((node) => node.key));
  const below = (parent: string | null) => nodes.filter((node) => (node.parent && known.has(node.parent) ? node.parent : null) === parent).sort((a, b) => b.households - a.households || a.name.localeCompare(b.name));
  const walk = (parent: string | null, depth: number): Branch[] => below(parent).flatMap((node) => [{ node, depth }, ...walk(node.key, depth + 1)]);
  return walk(null, 0);
}

const POWER: readonly PlaceKind[] = ["substation", "line", "transformer"];
const GAS: readonly PlaceKind[] = ["pressure_station", "section", "riser"];

/** Which word is right: 停电 or 停气; of a street, what its key says. */
export function utilityOf(path: { kind: PlaceKind; key: string }[]): "power" | "gas" | "cable" {
  const place = path.at(-1);
  if (!place || POWER.includes(place.kind)) return "power";
  if (GAS.includes(place.kind)) return "gas";
  const word = place.key.split("/")[1];
  return word === "gas" || word === "cable" ? word : "power";
}
