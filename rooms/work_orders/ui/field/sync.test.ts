// What was entered reaches the server once and in order, whatever becomes of the network, the server, the browser or the session.
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import type { Answer } from "./queue";
import { sample } from "./sample";
import type { Server } from "./server";
import { openStore, shedOthers, type NewEntry, type Store } from "./store";
import { startSync } from "./sync";
import { nameOf, type Entry, type What } from "./types";

const ARRIVE: What = { act: "arrive", at: "2026-11-22T07:40:00Z", place: null };
const PHOTO: What = { file: "photo", name: "1.jpg", mime: "image/jpeg", bytes: 3 };
const NOTE: What = { act: "note", text: "到了" };

/** A server that does each token once, and fails as it is told to. */
class Fake implements Server {
  asked = 0;
  who = () => (this.asked++, this.gone ? Promise.reject(new Error("no network")) : Promise.resolve(this.signed));
  list = () => Promise.resolve(this.orders);
  order = (id: string) => Promise.resolve(this.orders.find((order) => order.id === id) ?? null);
  subtypes = () => Promise.resolve({});
  signed: string | null = "pe_1";
  gone = false;
  orders = [sample(), sample({ id: "wo_2", number: "20261122-0002" })];
  /** What was done, in order. */
  done: string[] = [];
  bytes: number[] = [];
  /** By name of what is sent: what happens instead of an answer, once each. */
  instead: Record<string, ("before" | "after" | Answer)[]> = {};
  #tokens = new Set<string>();

  async send(entry: Entry, bytes: ArrayBuffer | null, as: string): Promise<{ answer: Answer; order: null }> {
    if (!this.gone && as !== this.signed) return { answer: { is: this.signed === null ? "signed_out" : "other" }, order: null };
    const name = nameOf(entry.what);
    const trouble = this.gone ? "before" : this.instead[name]?.shift();
    if (trouble && trouble !== "before" && trouble !== "after") return { answer: trouble, order: null };
    if (trouble !== "before" && !this.#tokens.has(entry.token)) {
      this.#tokens.add(entry.token);
      this.done.push(`${entry.order} ${name}`);
      this.bytes.push(bytes?.byteLength ?? 0);
    }
    // Killed before it was written, or after, before it had answered.
    return { answer: { is: trouble ? "lost" : "done" }, order: null };
  }
}

let server: Fake;
let now: number;
let wakes: (() => void)[];
/** What was said to be new, each time. */
let heard: string[][];
let person = 0;
let count = 0;

beforeEach(() => {
  server = new Fake();
  now = 1_000_000;
  wakes = [];
  heard = [];
  // A database of its own for each test.
  server.signed = `pe_${++person}`;
});

async function begun(who = `pe_${person}`): Promise<{ store: Store; sync: ReturnType<typeof startSync> }> {
  const store = await openStore(who);
  const alone = async (act: () => Promise<void>) => act().then(() => true);
  const sync = startSync(who, { store, server, now: () => now, spread: () => 0.5, alone, later: (_, act) => wakes.push(act), arrived: (orders) => heard.push(orders.map(({ id }) => id)), tell: () => undefined });
  await sync.reread();
  return { store, sync };
}
function made(what: What, order = "wo_1"): NewEntry {
  return { token: `token-${++count}`, order, number: "20261122-0001", made: "2026-11-22T07:40:00Z", what };
}
const BYTES = new Uint8Array([1, 2, 3]).buffer;

describe("without a network", () => {
  it("keeps everything, over the end of the browser, and sends it in order afterwards", async () => {
    server.gone = true;
    const before = await begun();
    await before.sync.keep(made(ARRIVE));
    await before.sync.keep(made(PHOTO), BYTES);
    await before.sync.keep(made(NOTE));
    await before.sync.go();
    expect(before.sync.held()).toMatchObject({ link: "offline", touched: null });
    before.store.close();

    const { sync, store } = await begun();
    expect(sync.held().entries.map(({ what }) => nameOf(what))).toEqual(["arrive", "photo", "note"]);
    server.gone = false;
    await sync.hurry();
    expect(server.done).toEqual(["wo_1 arrive", "wo_1 photo", "wo_1 note"]);
    expect(server.bytes).toEqual([0, 3, 0]);
    expect(sync.held()).toMatchObject({ entries: [], link: "here", touched: now });
    expect(await store.entries()).toEqual([]);
  });

  it("knows when the server was heard, also where somebody hurries it in that moment", async () => {
    const { sync, store } = await begun();
    const put = store.putFact.bind(store);
    const seen: (number | null)[] = [];
    sync.watch(() => seen.push(sync.held().touched));
    let hurried: Promise<void> | null = null;
    store.putFact = async (name, value) => {
      hurried ??= sync.hurry();
      await put(name, value);
    };
    await sync.go();
    await hurried;
    expect(new Set(seen.filter((touched) => touched !== null))).toEqual(new Set([now]));
  });

  it("shows the orders that were seen last", async () => {
    await (await begun()).sync.go();
    server.gone = true;
    const { sync } = await begun();
    await sync.go();
    expect(sync.held().orders.map(({ id }) => id)).toEqual(["wo_1", "wo_2"]);
  });
});

describe("a new order", () => {
  const later = async (sync: ReturnType<typeof startSync>) => {
    now += 31_000;
    await sync.go();
  };

  it("is heard once, and not when the page is opened", async () => {
    server.orders = [sample({ state: "dispatched" })];
    const { sync } = await begun();
    await sync.go();
    expect(heard).toEqual([]);
    server.orders.push(sample({ id: "wo_2", state: "dispatched" }), sample({ id: "wo_3", state: "taken" }));
    await later(sync);
    await later(sync);
    expect(heard).toEqual([["wo_2"]]);
  });

  it("is one that was done and is to be done again", async () => {
    server.orders = [sample({ state: "to_call_back" })];
    const { sync } = await begun();
    await sync.go();
    server.orders = [sample({ state: "dispatched", version: 4 })];
    await later(sync);
    expect(heard).toEqual([["wo_1"]]);
  });
});

describe("the server ends in the middle", () => {
  it.each(["before", "after"] as const)("%s it has written: done once, nothing lost", async (when) => {
    server.instead = { photo: [when] };
    const { sync } = await begun();
    await sync.keep(made(ARRIVE));
    await sync.keep(made(PHOTO), BYTES);
    await sync.keep(made(NOTE));
    await sync.go();
    // The photo rests, and what was entered after it waits.
    expect(sync.held().entries.map(({ what, standing }) => [nameOf(what), standing.is])).toEqual([
      ["photo", "waiting"],
      ["note", "waiting"],
    ]);
    expect(wakes).toHaveLength(1);
    now += 1_500;
    await sync.go();
    expect(server.done).toEqual(["wo_1 arrive", "wo_1 photo", "wo_1 note"]);
    expect(sync.held().entries).toEqual([]);
  });

  it("is not asked again and again when it is gone", async () => {
    const { sync } = await begun();
    server.instead = { note: ["before"] };
    await sync.keep(made(NOTE));
    server.gone = true;
    await sync.go();
    expect(sync.held().link).toBe("offline");
    expect(sync.held().entries).toHaveLength(1);
  });
});

describe("refused", () => {
  const NO: Answer = { is: "refused", why: { status: 422, code: "work_orders.impossible_time", params: { field: "at" } } };

  it("stays with its reason and holds its own order; the others go on", async () => {
    server.instead = { arrive: [NO] };
    const { sync, store } = await begun();
    await sync.keep(made(ARRIVE));
    await sync.keep(made(NOTE));
    await sync.keep(made(NOTE, "wo_2"));
    await sync.go();
    expect(server.done).toEqual(["wo_2 note"]);
    expect((await store.entries()).map(({ standing }) => standing.is)).toEqual(["refused", "waiting"]);
    const [first] = sync.held().entries;
    expect(await sync.mend(first?.seq ?? 0, { ...ARRIVE, at: "2026-11-22T07:45:00Z" })).toBe(true);
    await sync.go();
    expect(server.done).toEqual(["wo_2 note", "wo_1 arrive", "wo_1 note"]);
  });

  it("says why more time may not even be asked for: the time was over when it arrived", async () => {
    const ASK: What = { act: "ask_time", by: { working_days: 2 }, reason: "等待检定机构出具结果", told_customer: true, told: "客户同意" };
    const { sync } = await begun();
    const why = { status: 409, code: "work_orders.barred", params: { bar: "overdue" } };
    server.instead = { ask_time: [{ is: "refused", why }] };
    server.gone = true;
    await sync.keep(made(ASK));
    await sync.go();
    expect([sync.held().link, sync.held().entries.length]).toEqual(["offline", 1]);
    server.gone = false;
    await sync.hurry();
    expect(sync.held().entries.map(({ what, standing }) => [nameOf(what), standing])).toEqual([["ask_time", { is: "refused", why }]]);
  });

  it("can be put aside and taken up again, and is deleted only when somebody says so", async () => {
    server.instead = { arrive: [NO, NO] };
    const { sync, store } = await begun();
    await sync.keep(made(ARRIVE));
    await sync.keep(made(NOTE));
    await sync.go();
    const seq = sync.held().entries[0]?.seq ?? 0;
    await sync.putAside(seq);
    await sync.hurry();
    expect(server.done).toEqual(["wo_1 note"]);
    expect((await store.entries()).map(({ standing }) => standing.is)).toEqual(["aside"]);
    await sync.mend(seq, ARRIVE);
    await sync.go();
    const [left] = sync.held().entries;
    expect(left?.standing.is).toBe("refused");
    if (left) await sync.throwAway(left);
    expect(await store.entries()).toEqual([]);
  });
});

describe("somebody else", () => {
  it("sends nothing of another, and does not see it", async () => {
    const mine = await begun();
    server.gone = true;
    await mine.sync.keep(made(ARRIVE));
    await mine.sync.go();
    server.gone = false;
    const me = server.signed;
    server.signed = `pe_other_${person}`;
    await mine.sync.hurry();
    expect(mine.sync.held().link).toBe("other");
    const theirs = await begun(server.signed);
    await theirs.sync.go();
    expect(theirs.sync.held().entries).toEqual([]);
    expect(server.done).toEqual([]);
    server.signed = me;
    await mine.sync.hurry();
    expect(server.done).toEqual(["wo_1 arrive"]);
  });

  it("does nothing in the name of who has signed in between two entries", async () => {
    const { sync, store } = await begun();
    await sync.go();
    const me = server.signed;
    server.signed = `pe_other_${person}`;
    await sync.keep(made(ARRIVE));
    await sync.go();
    expect(server.done).toEqual([]);
    expect(sync.held()).toMatchObject({ link: "other", orders: [{ id: "wo_1" }] });
    expect((await store.entries())[0]?.standing).toEqual({ is: "waiting", tries: 0, after: 0 });
    server.signed = me;
    await sync.hurry();
    expect(server.done).toEqual(["wo_1 arrive"]);
  });

  it("sends nothing after it was told to stop", async () => {
    const { sync, store } = await begun();
    sync.stop();
    await sync.keep(made(ARRIVE));
    await sync.hurry();
    expect(server.done).toEqual([]);
    expect(await store.entries()).toHaveLength(1);
  });

  it("finds nothing of the customers of who never signed out", async () => {
    const mine = await begun();
    await mine.sync.go();
    await mine.store.putDraft("wo_2/note", { text: "写了一半" });
    mine.store.close();
    await shedOthers(`pe_other_${person}`);
    const after = await openStore(`pe_${person}`);
    expect((await after.orders()).map(({ id }) => id)).toEqual(["wo_2"]);
  });

  it("finds nothing of the customers when the session has ended by itself", async () => {
    const { sync, store } = await begun();
    await sync.go();
    expect(sync.held().orders).toHaveLength(2);
    server.signed = null;
    await sync.hurry();
    expect(sync.held()).toMatchObject({ link: "signed_out", orders: [] });
    expect(await store.orders()).toEqual([]);
  });

  it("waits for signing in again", async () => {
    server.signed = null;
    const { sync } = await begun();
    await sync.keep(made(NOTE));
    await sync.go();
    expect(sync.held()).toMatchObject({ link: "signed_out" });
    expect(sync.held().entries).toHaveLength(1);
    server.signed = `pe_${person}`;
    await sync.hurry();
    expect(server.done).toEqual(["wo_1 note"]);
  });

  it("finds nothing of the customers after signing out but what still waits", async () => {
    const { sync, store } = await begun();
    await sync.go();
    server.gone = true;
    await sync.keep(made(NOTE, "wo_2"));
    await sync.leave();
    expect((await store.orders()).map(({ id }) => id)).toEqual(["wo_2"]);
    expect(await store.entries()).toHaveLength(1);
  });
});

it("asks and lists as ever when the clock was set back", async () => {
  const { sync } = await begun();
  await sync.go();
  const before = server.asked;
  now -= 3_600_000;
  server.orders = [];
  await sync.go();
  expect(server.asked).toBeGreaterThan(before);
  expect(sync.held().orders).toEqual([]);
});

it("marks an entry on the disk before it goes out: its words stay what may have arrived", async () => {
  server.instead = { note: ["after"] };
  const { sync } = await begun();
  await sync.keep(made(NOTE));
  await sync.go();
  const [entry] = sync.held().entries;
  expect(await sync.mend(entry?.seq ?? 0, { act: "note", text: "改过" })).toBe(false);
  now += 2_000;
  await sync.go();
  expect(server.done).toEqual(["wo_1 note"]);
});

it("a draft goes with the entry it became", async () => {
  const { sync, store } = await begun();
  await store.putDraft("wo_1/note", { text: "写了一半" });
  expect(await store.draft("wo_1/note")).toEqual({ text: "写了一半" });
  await sync.keep(made(NOTE), null, "wo_1/note");
  expect(await store.draft("wo_1/note")).toBeUndefined();
});
