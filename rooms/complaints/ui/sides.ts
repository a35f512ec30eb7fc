// What was compared, taken apart into two sides: what was heard and when, and what was written down.
import type { Shown } from "./api";

/** Which side a thing stands on: the call and what people say at the left, orders and what is written at the right. */
const LEFT = new Set<Shown["shown"]>(["call", "no_call", "asked", "arrival", "words"]);

export function sides(evidence: Shown[]): { left: Shown[]; right: Shown[] } {
  const left = evidence.filter((one) => LEFT.has(one.shown));
  const right = evidence.filter((one) => !LEFT.has(one.shown));
  // Texts, times and histories are compared among themselves: one column is enough.
  return { left, right };
}

/** What is missing where something should be. */
export const isMissing = (one: Shown): boolean => one.shown === "no_call" || one.shown === "no_order";
