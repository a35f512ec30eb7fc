// How far a promise has run, and how near it is to breaking: what the bar, the board and the map of deadlines show.
import type { OrderLine } from "./api";

/** 黄 at half of the time, 橙 with a fifth left, 红 with none. */
export type Nearness = "calm" | "yellow" | "orange" | "overdue";

export interface Running {
  /** 0 … 1 of the time is over. */
  share: number;
  nearness: Nearness;
  /** Milliseconds left; below 0 that much too late. */
  left: number;
}

export function running(since: string, due: string, now: number): Running {
  const begin = Date.parse(since);
  const end = Date.parse(due);
  const left = end - now;
  const whole = Math.max(1, end - begin);
  const share = Math.min(1, Math.max(0, (now - begin) / whole));
  const nearness = left <= 0 ? "overdue" : left / whole <= 0.2 ? "orange" : left / whole <= 0.5 ? "yellow" : "calm";
  return { share, nearness, left };
}

/** By what an open order is judged in a list: the next promise that breaks. An order of which it was never kept since when that runs is judged since its acceptance. */
export function nextOf(order: Pick<OrderLine, "due" | "due_since" | "accepted_at">, now: number): Running | null {
  return order.due === null ? null : running(order.due_since ?? order.accepted_at, order.due, now);
}

/** Something has changed and no message can say so: until when the customer is to be called. */
export function untoldUntil(clocks: { rule?: string; due: string; standing: string }[]): string | null {
  return clocks.find(({ rule, standing }) => rule === "untold" && standing === "running")?.due ?? null;
}
