// The field's pages and the one sync of whoever is signed in.
import { useEffect, useRef, useState, useSyncExternalStore, useCallback } from "react";
import { phoneNow } from "@lib/clock";
import { useMe, whenSigningOut } from "@lib/session";
import { ahead } from "./ahead";
import { chime, readyToChime } from "./chime";
import { server } from "./server";
import { openStore, shedOthers, type Store } from "./store";
import { startSync, type Held, type Sync } from "./sync";
import type { Entry, Order, What } from "./types";

const EVERY_MS = 15_000;
const DRAFT_MS = 250;

interface Running {
  person: string;
  store: Store;
  sync: Sync;
}
let running: Promise<Running> | null = null;
let of: string | null = null;
let now: Running | null = null;
/** IndexedDB cannot be opened: private windows of some browsers, a full disk. */
let broken = false;
const started = new Set<() => void>();

async function alone(name: string, act: () => Promise<void>): Promise<boolean> {
  if (!("locks" in navigator)) {
    await act();
    return true;
  }
  return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    await act();
    return true;
  });
}

async function begin(person: string): Promise<Running> {
  const store = await openStore(person);
  const others = "BroadcastChannel" in window ? new BroadcastChannel(`field-${person}`) : null;
  let wake: ReturnType<typeof setTimeout> | undefined;
  const sync = startSync(person, {
    store,
    server,
    now: phoneNow,
    spread: Math.random,
    alone: (act) => alone(`field-${person}`, act),
    later: (ms, act) => {
      clearTimeout(wake);
      wake = setTimeout(act, ms);
    },
    arrived: (orders) => chime(orders.some(({ danger }) => danger)),
    tell: () => others?.postMessage(0),
  });
  if (others) others.onmessage = () => void sync.reread();
  await sync.reread();
  const unless = () => {
    if (of === person) return true;
    stop();
    return false;
  };
  const look = () => {
    if (document.visibilityState === "visible" && unless()) void sync.hurry();
  };
  const back = () => {
    if (unless()) void sync.hurry();
  };
  const quiet = readyToChime();
  const round = setInterval(() => unless() && void sync.go(), EVERY_MS);
  window.addEventListener("online", back);
  window.addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
  const leaving = whenSigningOut(() => {
    stop();
    void sync.leave();
    if (of === person) [of, now, running] = [null, null, null];
  });
  function stop(): void {
    sync.stop();
    clearInterval(round);
    clearTimeout(wake);
    window.removeEventListener("online", back);
    window.removeEventListener("focus", look);
    document.removeEventListener("visibilitychange", look);
    others?.close();
    quiet();
    leaving();
  }
  // Browsers throw away what is not asked to stay when the disk is full.
  void navigator.storage?.persist?.().catch(() => false);
  void shedOthers(person).catch(() => undefined);
  void sync.go();
  return { person, store, sync };
}

function ensure(person: string): void {
  if (of === person && running) return;
  now?.sync.stop();
  of = person;
  now = null;
  broken = false;
  running = begin(person);
  running.then(
    (ready) => {
      if (of === person) now = ready;
      for (const tell of started) tell();
    },
    () => {
      broken = true;
      running = null;
      for (const tell of started) tell();
    },
  );
}

const NOTHING: Held = { ready: false, orders: [], entries: [], subtypes: {}, link: "unknown", touched: null, underway: null };

export interface Field extends Held {
  sync: Sync | null;
  store: Store | null;
  broken: boolean;
}

/** Everything that is known, kept up. */
export function useField(): Field {
  const person = useMe().data?.id;
  useEffect(() => {
    if (person) ensure(person);
  }, [person]);
  const live = useSyncExternalStore(
    useCallback((tell) => {
      started.add(tell);
      return () => void started.delete(tell);
    }, []),
    () => (now && now.person === person ? now : null),
  );
  const failed = useSyncExternalStore(
    useCallback((tell) => {
      started.add(tell);
      return () => void started.delete(tell);
    }, []),
    () => broken,
  );
  const sync = live?.sync ?? null;
  const held = useSyncExternalStore(
    useCallback((tell) => sync?.watch(tell) ?? (() => undefined), [sync]),
    () => sync?.held() ?? NOTHING,
  );
  return { ...held, sync, store: live?.store ?? null, broken: failed };
}

/** One order as it stands with what waits, and its entries. */
export function useOrder(id: string | undefined): Field & { order: Order | null; own: Entry[] } {
  const field = useField();
  const server = field.orders.find((order) => order.id === id);
  return { ...field, order: server ? ahead(server, field.entries) : null, own: field.entries.filter((entry) => entry.order === id).sort((a, b) => a.seq - b.seq) };
}

/** A key of an entry. Kept with it: however often it is sent, it is done once. */
export function newToken(): string {
  return `field-${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export function entryOf(order: Order, what: What) {
  return { token: newToken(), order: order.id, number: order.number, made: new Date(phoneNow()).toISOString(), what };
}

/**
 * What is being written, which survives the browser: read once, written a moment after each change. Null until it has been read.
 * `forget` before the entry that takes it away is kept, so that a late write does not bring it back.
 */
export function useDraft<T extends object>(store: Store | null, key: string, initial: () => T) {
  const [value, setValue] = useState<T | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef<T | null>(null);

  const flush = useCallback(() => {
    if (timer.current) clearTimeout(timer.current);
    timer.current = null;
    if (store && latest.current) void store.putDraft(key, latest.current).catch(() => undefined);
    latest.current = null;
  }, [store, key]);

  const first = useRef(initial);
  useEffect(() => {
    if (!store) return;
    let gone = false;
    void store
      .draft<Partial<T>>(key)
      .catch(() => undefined)
      .then((found) => {
        if (!gone) setValue((before) => before ?? { ...first.current(), ...found });
      });
    return () => {
      gone = true;
      flush();
    };
  }, [store, key, flush]);

  useEffect(() => {
    const hide = () => flush();
    window.addEventListener("pagehide", hide);
    document.addEventListener("visibilitychange", hide);
    return () => {
      window.removeEventListener("pagehide", hide);
      document.removeEventListener("visibilitychange", hide);
    };
  }, [flush]);

  const change = useCallback(
    (part: Partial<T>) => {
      setValue((before) => {
        if (!before) return before;
        const next = { ...before, ...part };
        latest.current = next;
        return next;
      });
      if (timer.current) clearTimeout(timer.current);
      timer.current = setTimeout(flush, DRAFT_MS);
    },
    [flush],
  );
  const forget = useCallback(() => {
    if (timer.current) clearTimeout(timer.current);
    timer.current = null;
    latest.current = null;
  }, []);
  return { value, change, forget };
}
