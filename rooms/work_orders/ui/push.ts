// Which orders have changed is pushed, never what they say: what shows one asks for it anew.
import { useEffect } from "react";
import { queries } from "@lib/api";
import { linkNow, subscribe } from "@lib/live";

const TOPIC = "work_orders.changed";
/** However much is going on, a list is asked for this often at most. */
const GAP_MS = 2_000;
/** Not everybody's browser asks in the same instant. */
const SPREAD_MS = 300;

/** All changes behind `from`, up to `place`. */
export interface Picture {
  from: number;
  place: number;
  orders: { place: number; order: string }[];
}

/** What somebody at `known` has missed: orders, or nobody knows which. */
export function missed(known: number | null, picture: Picture): Set<string> | "any" {
  if (known === null || known < picture.from) return known === picture.place ? new Set() : "any";
  return new Set(picture.orders.filter(({ place }) => place > known).map(({ order }) => order));
}

let known: number | null = null;
let waiting: Set<string> | "any" = new Set();
let timer: ReturnType<typeof setTimeout> | undefined;
let last = -GAP_MS;

function ask(): void {
  timer = undefined;
  last = performance.now();
  const which = waiting;
  waiting = new Set();
  void queries.invalidateQueries({
    predicate: ({ queryKey: [room, what], state }) => room === "work_orders" && (what === "list" || what === "now" || (what === "one" && (which === "any" || which.has((state.data as { id?: string } | undefined)?.id ?? "")))),
  });
}

function heard(data: unknown): void {
  const picture = data as Picture;
  const which = missed(known, picture);
  known = picture.place;
  if (which !== "any" && which.size === 0) return;
  waiting = which === "any" || waiting === "any" ? "any" : new Set([...waiting, ...which]);
  timer ??= setTimeout(ask, Math.max(Math.random() * SPREAD_MS, last + GAP_MS - performance.now()));
}

/** Listens while something of orders is on the page. */
export function usePushed(enabled: boolean): void {
  useEffect(() => (enabled ? subscribe(TOPIC, heard) : undefined), [enabled]);
}

/** How often what is shown is asked for without a push: what time alone changes, and all of it while the line is down. */
export const lookAgain = (): number => (linkNow() === "open" ? 60_000 : 5_000);
