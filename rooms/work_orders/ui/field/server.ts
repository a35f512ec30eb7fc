// The server as the field talks to it. An answer that is not the server's (a hotel's sign-in page) is no answer.
import { address, api, Problem } from "@lib/api";
import { heardServerTime } from "@lib/clock";
import { type Me } from "@lib/session";
import { meaning, type Answer } from "./queue";
import { isFile, type Entry, type Order, type OrderLine, type Subtype, type Subtypes } from "./types";

/** As many open orders as a telephone takes along. */
const MOST = 100;

export interface Server {
  /** Who is signed in: null for nobody. Fails where there is no network. */
  who: () => Promise<string | null>;
  list: (person: string) => Promise<OrderLine[]>;
  /** Null: not for this person any more. */
  order: (id: string, person: string) => Promise<Order | null>;
  /** In nobody's name but `person`'s. The order as it stands afterwards, where the answer says it. */
  send: (entry: Entry, bytes: ArrayBuffer | null, person: string) => Promise<{ answer: Answer; order: Order | null }>;
  /** By their codes. */
  subtypes: () => Promise<Subtypes>;
}

const isOrder = (found: unknown, id: string): found is Order => typeof found === "object" && found !== null && (found as Order).id === id && Array.isArray((found as Order).allowed);

/** Done, and the order is no longer ours to see: sent back, handed to others. */
const isDone = (found: unknown, id: string): boolean => typeof found === "object" && found !== null && (found as { id?: unknown }).id === id && (found as { done?: unknown }).done === true;

/** What went wrong, for the queue: a refusal in the server's words, or nothing that can be believed. */
function wrong(error: unknown): Answer {
  if (!(error instanceof Problem)) return { is: "lost" };
  // A no without a code is not the server's own but that of something before it. Not found: then the server is not there.
  // Too large, forbidden: it will be the same the next time, and somebody has to see it.
  if (["app.http_404", "app.http_407"].includes(error.code)) return { is: "lost" };
  return meaning({ status: error.status, code: error.code, params: error.params });
}

export const server: Server = {
  who: async () => {
    try {
      const me = await api.get<(Me & { at?: string }) | undefined>("/api/me");
      if (typeof me?.id !== "string") throw new Problem(0, "app.unreachable");
      if (me.at) heardServerTime(me.at);
      return me.id;
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
  list: async (person) => {
    const page = await api.get<{ items: OrderLine[] } | undefined>("/api/work_orders", { of: "units", open: true, limit: MOST }, undefined, person);
    if (!Array.isArray(page?.items)) throw new Problem(0, "app.unreachable");
    return page.items;
  },
  order: async (id, person) => {
    try {
      const order = await api.get<Order>(`/api/work_orders/${id}`, undefined, undefined, person);
      if (!isOrder(order, id)) throw new Problem(0, "app.unreachable");
      return order;
    } catch (error) {
      if (error instanceof Problem && error.code === "web.not_found") return null;
      throw error;
    }
  },
  send: async ({ order: id, token, what, standing }, bytes, person) => {
    try {
      if (!isFile(what)) {
        const order = await api.post<unknown>(`/api/work_orders/${id}/act`, { act: what, token }, false, person);
        if (isDone(order, id)) return { answer: { is: "done" }, order: null };
        return isOrder(order, id) ? { answer: { is: "done" }, order } : { answer: { is: "lost" }, order: null };
      }
      const form = new FormData();
      form.append("file", new Blob([bytes ?? new ArrayBuffer(0)], { type: what.mime }), what.name);
      const taken = await api.upload<unknown>("POST", address(`/api/work_orders/${id}/attachments`, { what: what.file, token }), form, person);
      if (isOrder(taken, id)) return { answer: { is: "done" }, order: taken };
      return { answer: typeof taken === "object" && taken !== null ? { is: "done" } : { is: "lost" }, order: null };
    } catch (error) {
      // Sent back, and the answer was lost: the order is not ours to see any more, so the second asking finds nothing.
      const gone = error instanceof Problem && error.code === "web.not_found" && !isFile(what) && what.act === "send_back";
      if (gone && standing.is === "waiting" && standing.tries > 1) return { answer: { is: "done" }, order: null };
      return { answer: wrong(error), order: null };
    }
  },
  subtypes: async () => {
    const { kinds } = await api.get<{ kinds: { subtypes: Subtype[] } }>("/api/work_orders/kinds");
    return Object.fromEntries(kinds.subtypes.map(({ code, title, fields }) => [code, { code, title, fields }]));
  },
};
