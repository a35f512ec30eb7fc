// What may become of a request for more time, and what became of it, read from the order's history.
import type { TimeAsked } from "../api";

interface Line {
  seq: number;
  verb: string;
  act: ({ act: string } & Record<string, unknown>) | null;
}

/** After one of these the answer is of no interest any more: another unit has it, it is done, it stands still. */
const OVER = ["suspend", "dispatch", "redispatch", "send_back", "give_result", "reopen", "merge", "void"];

/** The last answer (`refuse_time`, or `extend` where that was asked for), while it still matters. */
export function lastAnswer<Step extends Line>(steps: Step[]): Step | null {
  const latest = [...steps].sort((a, b) => b.seq - a.seq);
  const at = latest.findIndex(({ verb }) => verb === "refuse_time" || verb === "extend" || verb === "ask_time" || OVER.includes(verb));
  const last = latest[at];
  if (last?.verb === "refuse_time") return last;
  const before = latest.slice(at + 1).find(({ verb }) => verb === "ask_time" || verb === "refuse_time" || OVER.includes(verb));
  return last?.verb === "extend" && before?.verb === "ask_time" ? last : null;
}

/** Granted as asked it would be over already: the centre sets another time, or refuses. */
export const isOver = ({ until }: Pick<TimeAsked, "until">, now: number): boolean => until !== null && Date.parse(until) <= now;
