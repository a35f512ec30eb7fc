// The views of the list and the columns of the board: which orders stand in which.
import type { Query } from "@lib/api";
import type { Now, OrderLine, State } from "./api";

export const VIEWS = ["to_dispatch", "unassigned", "time_asked", "units", "mine", "all", "overdue", "urged", "supervised", "to_review", "to_call_back"] as const;
export type View = (typeof VIEWS)[number];

export interface Rights {
  read: boolean;
  file: boolean;
  handle: boolean;
  dispatch: boolean;
  /** Gives units more time. */
  extend?: boolean;
}
/** What somebody works from: whoever sees only some orders needs no views of the centre, and whoever accepts none has accepted none. */
export const viewsOf = ({ read, file, dispatch, extend = false }: Rights): View[] => VIEWS.filter((view) => (view === "mine" ? file : view === "unassigned" ? dispatch : view === "time_asked" ? extend : read || view === "units" || view === "overdue" || view === "urged"));
/** Where somebody's day begins. */
export const firstView = ({ file, handle, dispatch }: Rights): View => (handle ? "units" : dispatch ? "to_dispatch" : file ? "mine" : "all");

/** What the server is asked for. */
export const ASKS: Record<View, Query> = {
  to_dispatch: { open: true, state: "accepted,to_dispatch" },
  unassigned: { open: true, state: "accepted,to_dispatch", unassigned: true },
  time_asked: { open: true, time_asked: true },
  units: { of: "units", open: true },
  mine: { of: "mine" },
  all: {},
  overdue: { overdue: true },
  urged: { open: true, urged: true },
  supervised: { open: true, supervised: true },
  to_review: { open: true, state: "result_given,in_review" },
  to_call_back: { open: true, state: "to_call_back" },
};

const STATES_OF: Partial<Record<View, State[]>> = { to_dispatch: ["accepted", "to_dispatch"], to_review: ["result_given", "in_review"], to_call_back: ["to_call_back"] };

/** How many there are, where that is known without asking for them. */
export function countOf(view: View, now: Now | undefined): number | null {
  if (!now) return null;
  const sum = (of: (row: Now["standing"][number]) => number) => now.standing.reduce((total, row) => total + of(row), 0);
  if (view === "unassigned") return now.unassigned;
  if (view === "time_asked") return now.time_asked;
  if (view === "overdue") return sum((row) => row.overdue);
  if (view === "urged") return sum((row) => row.urged);
  const states = STATES_OF[view];
  return states ? sum((row) => (states.includes(row.state) ? row.count : 0)) : null;
}

export const LANES = ["to_dispatch", "dispatched", "in_work", "to_review", "to_call_back"] as const;
export type Lane = (typeof LANES)[number];
const LANE_OF: Partial<Record<State, Lane>> = {
  accepted: "to_dispatch",
  to_dispatch: "to_dispatch",
  dispatched: "dispatched",
  taken: "in_work",
  arrived: "in_work",
  in_work: "in_work",
  suspended: "in_work",
  result_given: "to_review",
  in_review: "to_review",
  to_call_back: "to_call_back",
};
export const laneOf = (state: State): Lane | null => LANE_OF[state] ?? null;

/** The open orders in their columns, the next due first; of two due at once the important one. */
export function lanes(orders: OrderLine[]): Record<Lane, OrderLine[]> {
  const found = Object.fromEntries(LANES.map((lane) => [lane, [] as OrderLine[]])) as Record<Lane, OrderLine[]>;
  for (const order of orders) {
    const lane = laneOf(order.state);
    if (lane) found[lane].push(order);
  }
  const at = (order: OrderLine) => (order.due === null ? Infinity : Date.parse(order.due));
  for (const lane of LANES) found[lane].sort((a, b) => (at(a) === at(b) ? Number(b.important) - Number(a.important) : at(a) - at(b)));
  return found;
}

/** How many stand in each column at the centre, whatever the page holds. */
export function laneCounts(now: Now | undefined): Partial<Record<Lane, number>> {
  const counts: Partial<Record<Lane, number>> = {};
  for (const row of now?.standing ?? []) {
    const lane = laneOf(row.state);
    if (lane) counts[lane] = (counts[lane] ?? 0) + row.count;
  }
  return counts;
}

/** How much of what needed a unit has none two hours after its acceptance. One order of a thousand is told like all of them. */
export const shareUnassigned = (now: Now): number | null => (now.needed > 0 ? now.unassigned / now.needed : null);
/** Where exactly those are listed. */
export const UNASSIGNED = "/work_orders?view=unassigned";
/** Where those are listed whose unit waits to hear whether it gets more time. */
export const TIME_ASKED = "/work_orders?view=time_asked";
