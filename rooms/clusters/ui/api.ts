// What the server says about suspected outages, and the questions to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";
import { useLive } from "@lib/live";

export type PlaceKind = "substation" | "line" | "transformer" | "pressure_station" | "section" | "riser" | "district" | "road" | "community";
export type StateWord = "proposed" | "confirmed" | "dismissed" | "expired" | "merged";
export type Says = "nothing" | "no_supply" | "other";
export type Act = "confirm" | "dismiss";

export interface Step {
  key: string;
  kind: PlaceKind;
  name: string;
  customers: number;
}
export interface Proposal {
  number: string;
  state: StateWord;
  area: string;
  path: Step[];
  customers: number;
  first: string;
  proposed: string;
  last: string;
  signals: number;
  households: number;
  found: number;
  window_min: number;
  expected: number;
  surprise: number;
  decided_by: string | null;
  decided_at: string | null;
  outage: string | null;
  into: string | null;
  why: string;
  version: number;
  allowed: Act[];
}
export interface Mark {
  at: string;
  says: Says;
}
export interface Node {
  key: string;
  kind: PlaceKind;
  name: string;
  parent: string | null;
  customers: number;
  households: number;
}
export interface Row {
  at: string;
  says: Says;
  rank: number;
  call: string | null;
  order: string | null;
  order_number: string | null;
  customer: string | null;
  name: string;
  address: string;
}
export interface Whole extends Proposal {
  marks: Mark[];
  nodes: Node[];
  rows: Row[];
  said: { own: string; others: string | null; next_news: string } | null;
  heard: number | null;
}
export interface Settings {
  calls_per_day: number;
  no_supply_share: number;
  day: number[];
  windows_min: number[];
  households: number;
  surprise: number;
  chance: number;
  expire_min: number;
  keys: string[];
  neutral_keys: string[];
  reasons: string[];
  subtypes: string[];
  news_min: number;
}

/** How often customers of a utility call, and about what. */
export type Usual = Pick<Settings, "calls_per_day" | "no_supply_share" | "day">;
export const UTILITIES = ["power", "gas", "cable"] as const;
export type Utility = (typeof UTILITIES)[number];

const KEY = "clusters";
const BASE = "/api/clusters";
/** The push tells of changes; this is for a link that was lost. */
const LOOK_AGAIN_MS = 30_000;

const changed = () => queries.invalidateQueries({ queryKey: [KEY] });

/** Whatever is shown is asked for again as soon as something changes. */
export function useFresh(): void {
  useLive("clusters.changed", () => void changed());
}

export const useNow = () => useQuery({ queryKey: [KEY, "now"], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ open: number; largest: Proposal | null }>(`${BASE}/now`, undefined, signal) });
export const useProposals = (filters: { which: "open" | "past"; after?: string | undefined }) =>
  useQuery({ queryKey: [KEY, "list", filters], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ items: Proposal[]; next?: string }>(BASE, filters, signal) });
export const useProposal = (number: string) => useQuery({ queryKey: [KEY, "one", number], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Whole>(`${BASE}/${number}`, undefined, signal) });
export const useSettings = () => useQuery({ queryKey: [KEY, "settings"], queryFn: ({ signal }) => api.get<{ settings: Settings; version: number; usual: Record<Utility, Usual> }>(`${BASE}/settings`, undefined, signal) });

export async function act(of: { number: string; version: number }, what: Act, why = ""): Promise<Proposal> {
  const next = await api.post<Proposal>(`${BASE}/${of.number}/act`, { act: what, why, version: of.version });
  await changed();
  await queries.invalidateQueries({ queryKey: ["outages"] });
  return next;
}
export async function putSettings(settings: Settings, version: number): Promise<void> {
  await api.put(`${BASE}/settings`, { settings, version });
  await changed();
}
