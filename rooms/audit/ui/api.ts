// What the journal's screen reads: everything that happened, newest first, and whether the chain of seals holds.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

export interface Entry {
  id: string;
  /** Without gaps: a missing number is a removed line. */
  number: number;
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

export interface Verdict {
  /** Every line is as it was written, and none is missing. */
  is_whole: boolean;
  lines: number | null;
  /** The number of the first line that does not fit. */
  broken_at: number | null;
  why: "changed" | "missing" | null;
  at: string;
}

export const FILTERS = ["who", "room", "kind", "subject", "from", "to", "after"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export function useJournal(filters: Filters) {
  return useQuery({ queryKey: ["audit", filters], queryFn: ({ signal }) => api.get<{ items: Entry[]; next?: string | null }>("/api/audit/entries", { ...filters, limit: 50 }, signal) });
}

/** The rooms and kinds that occur. */
export function useKinds() {
  return useQuery({ queryKey: ["audit", "kinds"], staleTime: 60_000, queryFn: ({ signal }) => api.get<{ room: string; kind: string }[]>("/api/audit/kinds", undefined, signal) });
}

/** Walks the whole journal on the server; that it was done is a line of its own. */
export async function verify(): Promise<Verdict> {
  const verdict = await api.post<Verdict>("/api/audit/verify");
  await queries.invalidateQueries({ queryKey: ["audit"] });
  return verdict;
}
