// Brings what was entered to the server, one after the other, and fetches the orders. It runs while a page of the field is open:
// at once, when the network comes back, when the page is looked at, every 15 s.
import { again as onceMore, answered, aside, mended, next, open, rested, sending, wakeIn, type Answer } from "./queue";
import type { Server } from "./server";
import { shed, type NewEntry, type Store } from "./store";
import type { Entry, Order, OrderLine, Subtypes, What } from "./types";

/** `other`: somebody else is signed in on this telephone; nothing is sent in that name. */
export type Link = "unknown" | "here" | "offline" | "signed_out" | "other";

export interface Held {
  /** False until everything has been read from the telephone. */
  ready: boolean;
  orders: Order[];
  entries: Entry[];
  subtypes: Subtypes;
  link: Link;
  /** When the server last answered this person, in ms. */
  touched: number | null;
  /** The entry on its way. */
  underway: number | null;
}

export interface Around {
  store: Store;
  server: Server;
  now: () => number;
  /** 0 to 1. */
  spread: () => number;
  /** Only one page of a browser sends at a time; false: another does. */
  alone: (act: () => Promise<void>) => Promise<boolean>;
  /** Does something after so many ms, instead of what was to be done before. */
  later: (ms: number, act: () => void) => void;
  /** These are to be taken now, and were not the last time. */
  arrived: (orders: OrderLine[]) => void;
  /** Other pages of this person have changed something, or this one has. */
  tell: () => void;
}

const LIST_EVERY_MS = 30_000;
const SUBTYPES_EVERY_MS = 6 * 3_600_000;
/** Who is signed in is asked again after so long, for another may have come between two entries. */
const WHO_EVERY_MS = 5_000;

export type Sync = ReturnType<typeof startSync>;

export function startSync(person: string, { store, server, now, spread, alone, later, arrived, tell }: Around) {
  let held: Held = { ready: false, orders: [], entries: [], subtypes: {}, link: "unknown", touched: null, underway: null };
  const watchers = new Set<() => void>();
  let running: Promise<void> | null = null;
  let again = false;
  let listed = -Infinity;
  let asked = -Infinity;
  /** The list was read since the page was opened: what is in it the first time is nothing new. */
  let seen = false;
  /** This person has left: nothing goes out any more. */
  let stopped = false;
  /** A clock that was set back makes nothing last longer. */
  const within = (since: number, ms: number) => now() >= since && now() - since < ms;

  function become(next: Partial<Held>): void {
    held = { ...held, ...next };
    for (const watcher of watchers) watcher();
  }

  async function reread(): Promise<void> {
    const [orders, entries, touched, subtypes] = await Promise.all([store.orders(), store.entries(), store.fact<number>("touched"), store.fact<{ of: Subtypes }>("subtypes")]);
    become({ ready: true, orders, entries, touched: touched ?? null, subtypes: subtypes?.of ?? {} });
  }

  /** Whether this person is the one who is signed in, and the server is there. */
  async function met(): Promise<boolean> {
    if (within(asked, WHO_EVERY_MS)) return true;
    let who: string | null;
    try {
      who = await server.who();
    } catch {
      become({ link: "offline" });
      return false;
    }
    if (who !== person) {
      await parted(who === null ? "signed_out" : "other");
      return false;
    }
    // Whoever hurries it meanwhile wants it asked anew; heard it was all the same.
    const touched = now();
    asked = touched;
    await store.putFact("touched", touched);
    become({ link: "here", touched });
    return true;
  }

  /** The session has ended, or is another's: what the customers said does not stay. */
  async function parted(link: "signed_out" | "other"): Promise<void> {
    asked = listed = -Infinity;
    seen = false;
    await shed(store);
    become({ link, orders: await store.orders() });
    tell();
  }

  /** One entry out and its answer in. False: it is no use to go on. */
  async function one(entry: Entry): Promise<boolean> {
    // Marked on the disk before it goes: whatever happens then, its words stay those that may have arrived.
    const out = await store.change(entry.seq, sending);
    if (!out) return true;
    become({ entries: held.entries.map((one) => (one.seq === out.seq ? out : one)), underway: out.seq });
    const bytes = "file" in out.what ? ((await store.file(out.token)) ?? null) : null;
    const { answer, order } = await server.send(out, bytes, person);
    await heard(out, answer, order);
    return answer.is === "done" || answer.is === "refused" ? true : reachable(answer);
  }

  async function reachable(answer: Answer): Promise<boolean> {
    asked = -Infinity;
    if (answer.is === "signed_out" || answer.is === "other") {
      await parted(answer.is);
      return false;
    }
    // Either the server is gone, or it stumbles over this entry alone and the other orders may go on.
    return met();
  }

  async function heard(out: Entry, answer: Answer, order: Order | null): Promise<void> {
    const then = answered(out, answer, now(), spread());
    if (then === null) await store.drop(out, order);
    else await store.change(out.seq, () => then);
    const entries = held.entries.flatMap((one) => (one.seq === out.seq ? (then ? [then] : []) : [one]));
    const orders = order && then === null ? [...held.orders.filter(({ id }) => id !== order.id), order] : held.orders;
    become({ entries, orders, underway: null });
    if (answer.is === "done" && !order) listed = -Infinity;
    tell();
  }

  /** The list, and each order that has changed since it was read. What is no longer ours goes, unless something waits for it. */
  async function fetchOrders(): Promise<void> {
    const lines = await server.list(person);
    const had = new Map(held.orders.map((order) => [order.id, order]));
    const fresh = lines.filter(({ id, state }) => state === "dispatched" && had.get(id)?.state !== "dispatched");
    if (seen && fresh.length > 0 && !stopped) arrived(fresh);
    seen = true;
    const busy = new Set(held.entries.map(({ order }) => order));
    const wanted = new Map(lines.map(({ id, version }) => [id, version]));
    for (const id of busy) if (!wanted.has(id)) wanted.set(id, -1);
    for (const [id, version] of wanted) {
      if (had.get(id)?.version === version) continue;
      const order = await server.order(id, person);
      if (stopped) return;
      if (order) await store.putOrder(order);
    }
    await store.dropOrders([...had.keys()].filter((id) => !wanted.has(id)));
    listed = now();
    become({ orders: await store.orders() });
    tell();
  }

  async function fetchSubtypes(): Promise<void> {
    const known = await store.fact<{ at: number }>("subtypes");
    if (known && within(known.at, SUBTYPES_EVERY_MS)) return;
    const of = await server.subtypes();
    await store.putFact("subtypes", { at: now(), of });
    become({ subtypes: of });
  }

  async function pass(): Promise<void> {
    await reread();
    if (!(await met())) return;
    for (let entry = next(held.entries, now()); entry; entry = next(held.entries, now())) {
      if (!(await met()) || stopped || !(await one(entry)) || stopped) return;
    }
    if (!within(listed, LIST_EVERY_MS)) {
      try {
        await fetchOrders();
        await fetchSubtypes();
      } catch {
        // The entries are what counts; the list comes with the next round.
        asked = -Infinity;
        await met();
      }
    }
  }

  /** A round, and another if something came up meanwhile. */
  function go(): Promise<void> {
    if (stopped) return running ?? Promise.resolve();
    again = true;
    running ??= (async () => {
      try {
        while (again && !stopped) {
          again = false;
          if (!(await alone(pass))) await reread();
        }
        const wait = wakeIn(held.entries, now());
        if (wait !== null && held.link === "here" && !stopped) later(wait, () => void go());
      } finally {
        running = null;
      }
    })();
    return running;
  }

  async function changed(seq: number, how: (entry: Entry) => Entry, draft: string | null = null): Promise<boolean> {
    const entry = await store.change(seq, how, draft);
    if (entry) become({ entries: held.entries.map((one) => (one.seq === seq ? entry : one)) });
    else await reread();
    tell();
    return entry !== null;
  }

  return {
    held: () => held,
    watch: (watcher: () => void) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    reread,
    go,
    /** Nobody rests any longer, and the list is asked for anew. */
    hurry: async (): Promise<void> => {
      const resting = held.entries.filter((entry) => rested(entry) !== entry);
      for (const { seq } of resting) await changed(seq, rested);
      [listed, asked] = [-Infinity, -Infinity];
      await go();
    },
    /** Resolves when it is on the telephone's disk; sending comes after that. */
    keep: async (entry: NewEntry, bytes: ArrayBuffer | null = null, draft: string | null = null): Promise<void> => {
      const kept = await store.add(entry, bytes, draft);
      become({ entries: [...held.entries, kept] });
      tell();
      void go();
    },
    /** False: it has gone out meanwhile, and stays as it was. */
    mend: async (seq: number, what: What, draft: string | null = null): Promise<boolean> => {
      const done = await changed(seq, (entry) => mended(entry, what), draft);
      void go();
      return done;
    },
    /** As it is, once more. */
    again: async (seq: number): Promise<boolean> => {
      const done = await changed(seq, onceMore);
      void go();
      return done;
    },
    putAside: (seq: number): Promise<boolean> => changed(seq, aside),
    /** For good: only what the server has surely not done, and only because the person said so. */
    throwAway: async (entry: Entry): Promise<void> => {
      if (!open(entry)) return;
      await store.drop(entry, null);
      become({ entries: held.entries.filter(({ seq }) => seq !== entry.seq) });
      tell();
    },
    /** Nothing goes out any more. */
    stop: (): void => {
      stopped = true;
    },
    /** After signing out: what is under way comes to its end, then what the customers said leaves the telephone. */
    leave: async (): Promise<void> => {
      stopped = true;
      await running?.catch(() => undefined);
      await shed(store);
    },
  };
}
