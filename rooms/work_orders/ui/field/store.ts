// What the telephone keeps, in IndexedDB: a database for each person, so that nobody sees or sends what another has entered.
import { WAITING } from "./queue";
import type { Entry, Order, What } from "./types";

const VERSION = 1;
type Name = "orders" | "entries" | "files" | "drafts" | "facts";

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error ?? new Error("the telephone keeps nothing"));
  });
}

function opened(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => {
    const db = request.result;
    db.createObjectStore("orders", { keyPath: "id" });
    db.createObjectStore("entries", { keyPath: "seq", autoIncrement: true });
    // Beside their entries, so that reading what waits does not read photos.
    db.createObjectStore("files");
    db.createObjectStore("drafts");
    db.createObjectStore("facts");
  };
  return answerOf(request);
}

/** What is entered next, with the file's bytes where it is one. */
export interface NewEntry {
  token: string;
  order: string;
  number: string;
  made: string;
  what: What;
}

export type Store = Awaited<ReturnType<typeof openStore>>;

const PREFIX = "field-";

/** What the customers said leaves the telephone, but for orders of which something has been entered or is being written. */
export async function shed(store: Store): Promise<void> {
  const [orders, entries, drafts] = await Promise.all([store.orders(), store.entries(), store.drafts()]);
  const busy = new Set([...entries.map(({ order }) => order), ...drafts.map((key) => key.split("/")[0])]);
  await store.dropOrders(orders.map(({ id }) => id).filter((id) => !busy.has(id)));
}

/** The same for everybody who was here before and has not signed out. */
export async function shedOthers(person: string): Promise<void> {
  const known = (await indexedDB.databases?.()) ?? [];
  for (const { name } of known) {
    if (!name?.startsWith(PREFIX) || name === PREFIX + person) continue;
    const store = await openStore(name.slice(PREFIX.length));
    await shed(store);
    store.close();
  }
}

export async function openStore(person: string) {
  const db = await opened(PREFIX + person);
  // A newer page wants another shape of it.
  db.onversionchange = () => db.close();

  /** All of it or nothing; done when it is on the disk, not when it is on its way there. */
  function write<T>(names: Name[], act: (tx: IDBTransaction) => T): Promise<Awaited<T>> {
    return new Promise((done, failed) => {
      const tx = db.transaction(names, "readwrite", { durability: "strict" });
      const found = act(tx);
      tx.oncomplete = () => Promise.resolve(found).then(done, failed);
      tx.onabort = () => failed(tx.error ?? new Error("the telephone has no room"));
    });
  }
  const read = <T>(name: Name, ask: (store: IDBObjectStore) => IDBRequest): Promise<T> => answerOf(ask(db.transaction(name).objectStore(name)));

  return {
    close: () => db.close(),
    orders: () => read<Order[]>("orders", (store) => store.getAll()),
    entries: () => read<Entry[]>("entries", (store) => store.getAll()),
    file: (token: string) => read<ArrayBuffer | undefined>("files", (store) => store.get(token)),
    draft: <T>(key: string) => read<T | undefined>("drafts", (store) => store.get(key)),
    fact: <T>(key: string) => read<T | undefined>("facts", (store) => store.get(key)),
    putFact: (key: string, value: unknown) => write(["facts"], (tx) => void tx.objectStore("facts").put(value, key)),
    putDraft: (key: string, value: unknown) => write(["drafts"], (tx) => void tx.objectStore("drafts").put(value, key)),
    dropDraft: (key: string) => write(["drafts"], (tx) => void tx.objectStore("drafts").delete(key)),
    putOrder: (order: Order) => write(["orders"], (tx) => void tx.objectStore("orders").put(order)),
    drafts: () => read<string[]>("drafts", (store) => store.getAllKeys()),
    dropOrders: (ids: string[]) => write(["orders"], (tx) => ids.forEach((id) => tx.objectStore("orders").delete(id))),

    /** Kept, with its number in the order of entering; the draft it was made of is gone with it. */
    add: (entry: NewEntry, bytes: ArrayBuffer | null, draft: string | null): Promise<Entry> =>
      write(["entries", "files", "drafts"], (tx) => {
        if (bytes) tx.objectStore("files").put(bytes, entry.token);
        if (draft) tx.objectStore("drafts").delete(draft);
        const whole = { ...entry, standing: WAITING };
        return answerOf(tx.objectStore("entries").add(whole)).then((seq) => ({ ...whole, seq: Number(seq) }));
      }),

    /** Changes an entry as it stands now, not as a page has seen it; null where it has left meanwhile or stays as it was. */
    change: (seq: number, how: (entry: Entry) => Entry, draft: string | null = null): Promise<Entry | null> =>
      write(["entries", "drafts"], (tx) => {
        const store = tx.objectStore("entries");
        return answerOf<Entry | undefined>(store.get(seq)).then((entry) => {
          const next = entry ? how(entry) : undefined;
          if (!next || next === entry) return null;
          store.put(next);
          if (draft) tx.objectStore("drafts").delete(draft);
          return next;
        });
      }),

    /** The server has it, or the person has thrown it away. */
    drop: ({ seq, token }: Entry, order: Order | null) =>
      write(["entries", "files", "orders"], (tx) => {
        tx.objectStore("entries").delete(seq);
        tx.objectStore("files").delete(token);
        if (order) tx.objectStore("orders").put(order);
      }),
  };
}
