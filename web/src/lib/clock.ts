// The server's clock in the browser: every timer counts from it, so a wrong clock on a desk changes nothing.
import { useSyncExternalStore } from "react";

interface Sample {
  /** Server time minus the page's own monotonic time, in ms. A late message makes it too small, never too large. */
  offset: number;
  taken: number;
}

const WINDOW_MS = 120_000;
let samples: Sample[] = [];

/** Server time minus the phone's own, in ms, as it was when the server was last heard. */
const AHEAD = "server_ahead_ms";
function keep(ahead: number): void {
  try {
    localStorage.setItem(AHEAD, String(Math.round(ahead)));
  } catch {
    // A browser that keeps nothing goes by its own clock.
  }
}

/**
 * The server's time as a phone knows it that has been without a network, or asleep: its own clock, corrected by the last known
 * difference. `serverNow` counts from the page's monotonic clock, which stands still while a phone sleeps.
 */
export function phoneNow(): number {
  let ahead = 0;
  try {
    ahead = Number(localStorage.getItem(AHEAD) ?? 0);
  } catch {
    // As above.
  }
  return Date.now() + (Number.isFinite(ahead) ? ahead : 0);
}

/** Tells the clock what the server wrote on a message that has just arrived. */
export function heardServerTime(at: string): void {
  const server = Date.parse(at);
  if (!Number.isFinite(server)) return;
  keep(server - Date.now());
  const now = performance.now();
  samples = samples.filter((s) => now - s.taken < WINDOW_MS).slice(-60);
  samples.push({ offset: server - now, taken: now });
}

export function forgetServerTime(): void {
  samples = [];
}

/** Milliseconds since 1970 by the server's clock; by the browser's until the server has been heard. */
export function serverNow(): number {
  if (samples.length === 0) return Date.now();
  let best = -Infinity;
  for (const sample of samples) best = Math.max(best, sample.offset);
  return performance.now() + best;
}

/** How long ago, in ms, never negative. */
export function since(at: string): number {
  return Math.max(0, serverNow() - Date.parse(at));
}

type Tick = (now: number) => void;
const listeners = new Set<Tick>();
let handle: ReturnType<typeof setTimeout> | undefined;

function tick(): void {
  const now = serverNow();
  for (const listener of listeners) listener(now);
  // The next whole second of the server, so that all timers change together.
  handle = listeners.size > 0 ? setTimeout(tick, 1000 - (serverNow() % 1000) + 5) : undefined;
}

/** Calls back once a second, on the server's second. One timer for the whole page. */
export function everySecond(listener: Tick): () => void {
  listeners.add(listener);
  handle ??= setTimeout(tick, 1000 - (serverNow() % 1000) + 5);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && handle !== undefined) {
      clearTimeout(handle);
      handle = undefined;
    }
  };
}

const second = () => Math.floor(serverNow() / 1000);
/** The server's current second; re-renders the caller each second. For one or two places on a page, not for a list. */
export function useSecond(): number {
  return useSyncExternalStore(everySecond, second, second);
}

/** The server's time in ms, renewed every so many seconds: for lists, which need not say each second how long is left. */
export function useNowEvery(seconds: number): number {
  const coarse = () => Math.floor(serverNow() / 1000 / seconds) * seconds * 1000;
  return useSyncExternalStore(everySecond, coarse, coarse);
}
