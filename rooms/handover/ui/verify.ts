// Which item is looked at next while somebody verifies, and what stands in the way of a signature.
import type { Barred, Item, Verb } from "./api";

interface Allowed {
  act: Verb;
  barred: Barred | null;
}

/** One further or back, staying on the list. */
export function moved(items: Item[], about: string | null, by: 1 | -1): string | null {
  if (items.length === 0) return null;
  const at = items.findIndex((item) => item.about === about);
  const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(items.length - 1, Math.max(0, at + by));
  return items[next]?.about ?? null;
}

/** The next that nobody has said anything of, from here on and then from the top; where there is none, this one. */
export function nextOpen(items: Item[], about: string | null): string | null {
  const at = items.findIndex((item) => item.about === about);
  const order = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return order.find((item) => item.verdict === null && item.about !== about)?.about ?? about;
}

/** How far the verification has come. */
export function progress(items: Item[]): { accepted: number; queried: number; left: number } {
  const accepted = items.filter((item) => item.verdict?.is === "accepted").length;
  const queried = items.filter((item) => item.verdict?.is === "queried").length;
  return { accepted, queried, left: items.length - accepted - queried };
}

/** Whether an act may be done; greyed with the reason where it only may not be done now; absent where it does not fit. */
export function permitted(allowed: Allowed[], act: Allowed["act"]): { shown: boolean; barred: Allowed["barred"] } {
  const found = allowed.find((one) => one.act === act);
  return { shown: found !== undefined, barred: found?.barred ?? null };
}
