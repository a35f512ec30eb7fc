// The reasons for not being ready, as the centre has set them up: names, pauses, limits. Read once by the shell; every screen that
// names a state or offers reasons hears of a change.
import { useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { api, queries } from "./api";

export interface Reason {
  /** Empty: the word that screens have for it. */
  zh?: string;
  en?: string;
  /** A pause, with a colour of its own; otherwise being busy. */
  pause: boolean;
  /** Of one spell. */
  minutes: number | null;
  /** In a shift. */
  spells: number | null;
  /** Of those signed in, at a time. */
  share_percent: number | null;
}
export type Reasons = Record<string, Reason>;

const plain = (pause: boolean): Reason => ({ pause, minutes: null, spells: null, share_percent: null });
/** Known before the server has been heard. */
export const BUILT_IN: Reasons = { short_break: plain(true), meal: plain(true), training: plain(true), meeting: plain(true), callback: plain(false), coaching: plain(false), fault: plain(false) };
/** Set by the centre itself; chosen by nobody. */
export const OF_THE_CENTRE = ["missed", "signed_in", "device_lost", "phone_lost", "lost", "unreachable", "declined"];

let known: Reasons = BUILT_IN;
const listeners = new Set<() => void>();
const KEY = ["calls", "reasons"];

function learn(reasons: Reasons): Reasons {
  known = reasons;
  for (const listener of listeners) listener();
  return reasons;
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** All that are known now, for what is no component. */
export const reasonsNow = (): Reasons => known;

/** All that are known, kept up. */
export const useReasons = (): Reasons => useSyncExternalStore(subscribe, reasonsNow);

/** The codes agents choose from: the built-in ones in their order, then the centre's own. */
export function choosable(reasons: Reasons): string[] {
  const own = Object.keys(reasons).filter((code) => !(code in BUILT_IN) && !OF_THE_CENTRE.includes(code));
  return [...Object.keys(BUILT_IN), ...own.sort()];
}

/** Asks the server, and again every few minutes; once for all pages. */
export function useLearnReasons(enabled = true) {
  return useQuery({ queryKey: KEY, enabled, staleTime: 60_000, refetchInterval: 300_000, queryFn: async ({ signal }) => learn(await api.get<Reasons>("/api/calls/reasons", undefined, signal)) });
}

/** Changes one; null takes it away, or makes it as it was from the start. */
export async function putReason(code: string, reason: Reason | null): Promise<void> {
  queries.setQueryData(KEY, learn(await api.put<Reasons>("/api/calls/reasons", { [code]: reason })));
}
