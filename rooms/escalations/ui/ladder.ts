// How far an escalation has come: what each step of the ladder shows of it.
import { RUNGS, type Escalation, type Rung, type Turn } from "./api";

export type Look = "passed" | "empty" | "now" | "held" | "over" | "ahead" | "below";
export interface StepLook {
  rung: Rung;
  look: Look;
  /** The turns it has had here, the first first. */
  turns: Turn[];
}

const rank = (rung: Rung) => RUNGS.indexOf(rung);

/** The lowest step first. Where nobody ever was, and nothing went by, the step is ahead or below. */
export function ladder(of: Pick<Escalation, "rung" | "state" | "turns">): StepLook[] {
  return RUNGS.map((rung) => {
    const turns = of.turns.filter((turn) => turn.rung === rung);
    const people = turns.filter((turn) => turn.person !== null);
    const here = rung === of.rung;
    const look = (): Look => {
      if (here && of.state === "waiting") return "now";
      if (here && (of.state === "acknowledged" || of.state === "taken_over")) return "held";
      if (here && (of.state === "closed" || of.state === "stood_down")) return "over";
      if (turns.length === 0) return rank(rung) > rank(of.rung) ? "ahead" : "below";
      return people.length === 0 ? "empty" : "passed";
    };
    return { rung, look: look(), turns };
  });
}

/** The turn that runs. */
export const running = (of: Pick<Escalation, "turns">): Turn | undefined => {
  const last = of.turns.at(-1);
  return last && last.end === null ? last : undefined;
};
