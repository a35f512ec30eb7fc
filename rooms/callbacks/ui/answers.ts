// What a customer's answers still lack before they can be written down, and what will follow from them.
import type { Answers, Ending, Reason, Satisfaction } from "./api";

/** As it stands in the form: nothing has been asked yet. */
export type Draft = Omit<Answers, "satisfaction"> & { satisfaction: Satisfaction | null };
export const NOTHING: Draft = { solved: null, arrival: null, conduct: null, charges: null, satisfaction: null, reason: null, explained: "", verbatim: "" };

const MENDABLE: Reason[] = ["not_solved", "slow", "attitude"];

export function unsatisfied(draft: Draft): boolean {
  return draft.solved === false || draft.satisfaction === "dissatisfied" || draft.satisfaction === "very_dissatisfied";
}

export type Lack = "satisfaction" | "arrival" | "reason" | "verbatim" | "explained";

/** The same the server asks for, said before it is sent. */
export function lacks(draft: Draft): Lack[] {
  const found: Lack[] = [];
  if (draft.satisfaction === null) found.push("satisfaction");
  if (draft.arrival?.came === "at" && draft.arrival.at === "") found.push("arrival");
  if (unsatisfied(draft)) {
    if (draft.reason === null) found.push("reason");
    if (draft.verbatim.trim().length < 4) found.push("verbatim");
    if (draft.reason !== null && !MENDABLE.includes(draft.reason) && draft.explained.trim().length < 4) found.push("explained");
  }
  return found;
}

/** What becomes of the order; null until that can be said. */
export function follows(draft: Draft, reopenedBefore: boolean): Ending | null {
  if (!unsatisfied(draft)) return draft.satisfaction === null ? null : "closed";
  if (draft.reason === null) return null;
  if (!MENDABLE.includes(draft.reason)) return "explained";
  return reopenedBefore ? "supervised" : "reopened";
}
