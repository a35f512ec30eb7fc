// What can be taken back for a few seconds: it is sent when they are over, or when the page is left.
import { useSyncExternalStore } from "react";

export const UNDO_MS = 10_000;

interface Waiting {
  order: string;
  send: () => void;
  timer: ReturnType<typeof setTimeout>;
}
let waiting = new Map<string, Waiting>();
const listeners = new Set<() => void>();
function keep(next: Map<string, Waiting>): void {
  waiting = next;
  for (const listener of listeners) listener();
}
function take(key: string): Waiting | undefined {
  const found = waiting.get(key);
  if (!found) return undefined;
  clearTimeout(found.timer);
  const rest = new Map(waiting);
  rest.delete(key);
  keep(rest);
  return found;
}

/** Sends it after the time, once, whatever happens; `key` is its token. */
export function later(key: string, order: string, send: () => void, ms: number = UNDO_MS): void {
  const timer = setTimeout(() => take(key)?.send(), ms);
  keep(new Map(waiting).set(key, { order, send, timer }));
}

/** It was not meant; true where it had not been sent. */
export const takeBack = (key: string): boolean => take(key) !== undefined;

/** Who leaves has meant it. */
export function sendAll(): void {
  for (const key of [...waiting.keys()]) take(key)?.send();
}
window.addEventListener("pagehide", sendAll);

/** Whether something waits to be sent for this order. */
export function useWaiting(order: string): boolean {
  const waits = () => [...waiting.values()].some((one) => one.order === order);
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    waits,
    waits,
  );
}
