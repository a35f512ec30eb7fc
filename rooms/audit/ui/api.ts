// What the journal's screen reads: everything that happened, newest first, and whether the chain of seals holds.
import { useQuery } from "@tanstack/react-query";
import { api } from "@lib/api";

export interface Entry {
  id: number | string;
  at: string;
  /** The person's id; null for the system. */
  who: string | null;
  room: string;
  /** What it is about, by id. */
  subject: string;
  /** What happened: `signed_in`, `recording_played`… */
  kind: string;
  payload: Record<string, unknown>;
  hash: string;
}

export interface Seal {
  /** Every line's seal fits the line before it. */
  whole: boolean;
  lines: number;
  checked_at: string;
  /** The first line that does not fit. */
  broken_at: number | string | null;
}

export const FILTERS = ["who", "room", "kind", "subject", "from", "to", "before"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export function useJournal(filters: Filters) {
  return useQuery({ queryKey: ["audit", filters], queryFn: ({ signal }) => api.get<{ items: Entry[]; next?: string | null }>("/api/audit", { ...filters, limit: 50 }, signal) });
}

/** Walks the whole journal on the server; asked for, never by itself. */
export function useSeal(asked: boolean) {
  return useQuery({ queryKey: ["audit", "seal"], enabled: asked, staleTime: 0, queryFn: ({ signal }) => api.get<Seal>("/api/audit/verify", undefined, signal) });
}
