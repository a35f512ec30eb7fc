// Bars of a chart from what was counted: one row for each outcome, one place for each stretch of time.
import type { Bar, Outcome } from "./api";

export function stacks(bars: Bar[], order: readonly Outcome[]): { at: string[]; rows: { outcome: Outcome; counts: number[] }[] } {
  const at = [...new Set(bars.map((bar) => bar.at))].sort();
  const counts = new Map<Outcome, number[]>();
  for (const bar of bars) {
    const row = counts.get(bar.outcome) ?? at.map(() => 0);
    row[at.indexOf(bar.at)] = bar.count;
    counts.set(bar.outcome, row);
  }
  const rows = order.flatMap((outcome) => {
    const row = counts.get(outcome);
    return row ? [{ outcome, counts: row }] : [];
  });
  return { at, rows };
}
