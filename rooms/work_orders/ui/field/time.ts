// Times as a form on a telephone takes them, and what is left of a promise.
import type { Order } from "./types";

const two = (n: number) => String(n).padStart(2, "0");

/** For `<input type="datetime-local">`: the telephone's own time, to the minute. */
export function toInput(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

export function fromInput(text: string): number | null {
  const ms = text ? new Date(text).getTime() : NaN;
  return Number.isFinite(ms) ? ms : null;
}

/**
 * What was written to the minute may lie some seconds before what it must follow, or after now: within the same minute it is
 * moved there. Otherwise it stays as it was written, and the form says what is wrong.
 */
export function fitted(ms: number, least: number | null, most: number): number {
  if (least !== null && ms < least && least - ms < 60_000) return least;
  return ms > most && ms - most < 60_000 ? most : ms;
}

/** Until when the customer expects it to be over: the earliest of what was promised and what a crew has named. */
export function expectedBy({ clocks }: Pick<Order, "clocks">): number | null {
  const over = clocks.filter(({ step, clock, standing }) => (step === "finish" || step === "answer") && clock === "customer" && standing === "running");
  return over.length === 0 ? null : Math.min(...over.map(({ due }) => Date.parse(due)));
}

export type Nearness = "calm" | "near" | "over";

/** How much of a promise is left, and how near it is to breaking: near with a fifth of the time, or five minutes. */
export function leftOf(since: string | null, due: string, now: number): { left: number; share: number; nearness: Nearness } {
  const end = Date.parse(due);
  const whole = Math.max(1, end - (since ? Date.parse(since) : end - 3_600_000));
  const left = end - now;
  const share = Math.min(1, Math.max(0, 1 - left / whole));
  return { left, share, nearness: left < 0 ? "over" : left < Math.max(whole / 5, Math.min(whole / 2, 300_000)) ? "near" : "calm" };
}
