// Kept, broken, near to breaking: the sums behind the page of promises.
import type { Clock, Count, PromiseLine, Running } from "./api";

export const NEARNESS = ["overdue", "orange", "yellow", "calm"] as const;
export type Nearness = (typeof NEARNESS)[number];

export function nearness(line: Pick<PromiseLine, "due" | "orange" | "yellow">, now: number): Nearness {
  const past = (at: string) => now >= Date.parse(at);
  return past(line.due) ? "overdue" : past(line.orange) ? "orange" : past(line.yellow) ? "yellow" : "calm";
}

export interface Load extends Omit<Running, "clock"> {
  all: number;
}
/** How much runs at each unit by one of the clocks: who has most overdue first, then who has most about to be. */
export function loads(rows: Running[], clock: Clock): Load[] {
  const found = rows.filter((row) => row.clock === clock).map(({ unit, calm, yellow, orange, overdue }) => ({ unit, calm, yellow, orange, overdue, all: calm + yellow + orange + overdue }));
  return found.filter((row) => row.all > 0).sort((a, b) => b.overdue - a.overdue || b.orange - a.orange || b.yellow - a.yellow || b.all - a.all);
}

export interface Kept {
  key: string | null;
  kept: number;
  broken: number;
  overdue: number;
  withdrawn: number;
  /** Null where nothing was due: no base, no rate. */
  rate: number | null;
}
/** What became of what was due, by unit, area or step; the worst rate first, what has none last. */
export function keptBy(rows: Count[], by: "unit" | "area" | "step", clock: Clock): Kept[] {
  const sums = new Map<string | null, Omit<Kept, "key" | "rate">>();
  for (const row of rows) {
    if (row.clock !== clock) continue;
    const sum = sums.get(row[by]) ?? { kept: 0, broken: 0, overdue: 0, withdrawn: 0 };
    sums.set(row[by], { kept: sum.kept + row.kept, broken: sum.broken + row.broken, overdue: sum.overdue + row.overdue, withdrawn: sum.withdrawn + row.withdrawn });
  }
  const rated = [...sums].map(([key, sum]) => ({ key, ...sum, rate: rate(sum) }));
  return rated.sort((a, b) => (a.rate ?? 2) - (b.rate ?? 2) || b.broken + b.overdue - a.broken - a.overdue);
}

/** What is still open although it was due is not kept; what was withdrawn does not count. */
export function rate({ kept, broken, overdue }: Pick<Kept, "kept" | "broken" | "overdue">): number | null {
  const base = kept + broken + overdue;
  return base > 0 ? kept / base : null;
}

export function total(rows: Kept[]): Kept {
  const sum = rows.reduce((all, row) => ({ kept: all.kept + row.kept, broken: all.broken + row.broken, overdue: all.overdue + row.overdue, withdrawn: all.withdrawn + row.withdrawn }), { kept: 0, broken: 0, overdue: 0, withdrawn: 0 });
  return { key: null, ...sum, rate: rate(sum) };
}
