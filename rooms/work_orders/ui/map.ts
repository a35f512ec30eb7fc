// The map of deadlines: which orders are drawn where on a line of time.
import type { OrderLine } from "./api";
import { nextOf, type Nearness } from "./promise";

export const WINDOWS = ["4", "8", "24", "72"] as const;
export type Window = (typeof WINDOWS)[number];

export interface Point {
  order: OrderLine;
  at: number;
  /** Which row: units in the order of what is due first. */
  row: number;
  nearness: Nearness;
}

/** What is overdue stands at the left edge, an eighth of the window before now; what is due later than the window is only counted. */
export function placed(orders: OrderLine[], hours: number, now: number): { from: number; until: number; rows: (string | null)[]; points: Point[]; overdue: number; later: number } {
  const whole = hours * 3_600_000;
  const [from, until] = [now - whole / 8, now + whole];
  const rows: (string | null)[] = [];
  const points: Point[] = [];
  let [overdue, later] = [0, 0];
  const due = orders.filter((order) => order.due !== null).sort((a, b) => Date.parse(a.due ?? "") - Date.parse(b.due ?? ""));
  for (const order of due) {
    const next = nextOf(order, now);
    if (!next) continue;
    if (next.nearness === "overdue") overdue += 1;
    const at = Date.parse(order.due ?? "");
    if (at > until) {
      later += 1;
      continue;
    }
    let row = rows.indexOf(order.unit);
    if (row < 0) row = rows.push(order.unit) - 1;
    points.push({ order, at: Math.max(at, from + whole / 200), row, nearness: next.nearness });
  }
  return { from, until, rows, points, overdue, later };
}
