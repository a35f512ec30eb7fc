// Which list a number opens: every figure leads to exactly what was counted.
import type { By, Figure } from "./api";

/** The list's page, with what says which of its things were counted above and below the line. */
const LISTS: Record<Figure, [page: string, of: string, outOf: string]> = {
  k19: ["/interactions", "set=direct", "set=contacts"],
  k20: ["/interactions", "set=solved", "set=contacts"],
  k21: ["/interactions", "set=repeated", "set=contacts"],
  k22: ["/work_orders", "set=on_time", "set=owed"],
  k23_dispatch: ["/promises", "view=kept&step=dispatch&clock=unit", "view=due&step=dispatch&clock=unit"],
  k23_arrive: ["/promises", "view=kept&step=arrive&clock=customer", "view=due&step=arrive&clock=customer"],
  k24: ["/work_orders", "set=returned", "set=dispatched"],
  k25: ["/work_orders", "set=urged", "set=accepted"],
  k26: ["/callbacks", "set=completed", "set=required"],
  k27: ["/callbacks", "set=reached", "set=tried"],
  k28: ["/callbacks", "set=satisfied", "set=rated"],
  k29: ["/callbacks", "set=rated", "set=reached"],
};

/** Of which period and line. */
export interface Of {
  from: string;
  to: string;
  /** Absent: of all. */
  line?: { by: By | "class"; key: string | null };
}

export function listOf(figure: Figure, part: "of" | "out_of", { from, to, line }: Of): string {
  const [page, of, outOf] = LISTS[figure];
  const query = new URLSearchParams(part === "of" ? of : outOf);
  query.set("from", from);
  query.set("to", to);
  if (line) query.set(line.by, line.key ?? "none");
  return `${page}?${query.toString()}`;
}
