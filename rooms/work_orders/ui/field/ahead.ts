// An order as it will stand when the server has what was entered. The server's word replaces it; the server's table of the life
// of an order (rules/table.rs) is the one that counts.
import { isFile, type Allowed, type Entry, type FieldAct, type Order } from "./types";

/** The part of the table that a crew walks: what fits which state. */
const NEXT: Record<string, string[]> = {
  dispatched: ["take", "send_back", "contact"],
  taken: ["leave", "arrive", "begin", "give_result", "send_back", "contact"],
  arrived: ["begin", "estimate", "give_result", "contact"],
  in_work: ["estimate", "give_result", "contact"],
  suspended: ["resume", "contact"],
};
/** While a unit has it and the time runs, more may be asked for. */
const MAY_ASK = ["dispatched", "taken", "arrived", "in_work"];
const LEADS: Record<string, string> = { take: "taken", arrive: "arrived", begin: "in_work", give_result: "result_given", send_back: "to_dispatch" };
/** What a state of its own does not change. */
const ALWAYS = ["answer_urge", "reply_supervision", "note", "attach"];

function applied(order: Order, act: FieldAct): Order {
  const next = { ...order, state: LEADS[act.act] ?? order.state };
  switch (act.act) {
    case "leave":
      return { ...next, left_at: act.at };
    case "arrive":
      return { ...next, arrived_at: act.at, left_at: order.left_at ?? act.at };
    case "estimate":
      return { ...next, estimate: act.until };
    case "give_result":
      return { ...next, result: act.result, time_asked: null };
    case "send_back":
      return { ...next, time_asked: null };
    case "ask_time":
      return { ...next, time_asked: { by: act.by, reason: act.reason, due: null } };
    case "answer_urge":
      return { ...next, urged: order.urged.map((urge) => (urge.answer === null ? { ...urge, answer: act.words } : urge)) };
    case "reply_supervision": {
      const first = order.supervisions.findIndex(({ reply }) => reply === null);
      return { ...next, supervisions: order.supervisions.map((one, i) => (i === first ? { ...one, reply: act.reply } : one)) };
    }
    case "resume": {
      // Back to where it stood when it was suspended, as far as a telephone can tell.
      return { ...next, state: order.arrived_at ? "arrived" : "taken" };
    }
    default:
      return next;
  }
}

function allowedIn(order: Order, was: Allowed[]): Allowed[] {
  const barred = new Map(was.map(({ act, barred }) => [act, barred]));
  const also = [...(MAY_ASK.includes(order.state) ? ["ask_time"] : []), ...ALWAYS].filter((act) => barred.has(act));
  const fits = [...(NEXT[order.state] ?? []), ...also].filter((act) => act !== "leave" || order.left_at === null);
  return fits.map((act) => {
    const bar = act === "ask_time" && order.time_asked ? "asked_already" : act === "answer_urge" ? (order.urged.some(({ answer }) => answer === null) ? undefined : "nothing_to_answer") : barred.get(act);
    return bar ? { act, barred: bar } : { act };
  });
}

/** The order with everything applied that waits to be sent; what was refused or put aside is not. */
export function ahead(order: Order, entries: Entry[]): Order {
  const acts = entries
    .filter((entry) => entry.order === order.id && entry.standing.is === "waiting")
    .sort((a, b) => a.seq - b.seq)
    .flatMap(({ what }) => (isFile(what) ? [] : [what]));
  if (acts.length === 0) return order;
  const then = acts.reduce(applied, order);
  return { ...then, allowed: allowedIn(then, order.allowed) };
}

/** What a crew does next with it, which is the one big button. */
export function foremost(order: Order): string | null {
  const open = new Set(order.allowed.filter(({ barred }) => !barred).map(({ act }) => act));
  return ["take", "resume", "arrive", "give_result"].find((act) => open.has(act)) ?? null;
}

/** A crew has done its part; others go on. */
export function isDone({ state }: { state: string }): boolean {
  return !(state in NEXT);
}

const due = (order: { due: string | null }) => (order.due ? Date.parse(order.due) : Infinity);

/** Danger first, then what is due next; what waits for others comes last. */
export function sorted<Line extends { state: string; danger: boolean; due: string | null }>(orders: Line[]): Line[] {
  const rank = (order: Line) => (isDone(order) ? 2 : order.danger ? 0 : 1);
  return [...orders].sort((a, b) => rank(a) - rank(b) || due(a) - due(b));
}
