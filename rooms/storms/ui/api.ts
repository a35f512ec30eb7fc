// What the server says about storm mode, and the questions to it. Names and units as on the wire.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";
import { useLive } from "@lib/live";

export interface Storm {
  id: string;
  began_at: string;
  /** Null: by the thresholds. */
  began_by: string | null;
  /** By the thresholds: the signs, as words with a blank between them. */
  began_why: string;
  until: string;
  calm_since: string | null;
  ended_at: string | null;
  ended_by: string | null;
  ended_why: string | null;
}
export interface Now {
  storm: Storm | null;
  /** The signs hold, and nobody has switched it on. */
  proposed: boolean;
  allowed: ("on" | "expect" | "off")[];
}
export interface Load {
  blocked: number;
  offered: number;
  requests: number;
  answered: number;
  answered_in_20_s: number;
  abandoned: number;
  self_served: number;
  open: number;
  longest_wait_ms: number;
  heard: number;
  heard_and_went: number;
  held_back: number;
  waited_anyway: number;
  callbacks: number;
  callbacks_kept: number;
  breaks_refused: number;
}
export interface Report {
  load: Load;
  answer_rate: number | null;
  overall_rate: number | null;
  in_20_s_rate: number | null;
  abandon_rate: number | null;
  blocked_rate: number | null;
  self_served_rate: number | null;
  peak_arrived: number;
  peak_waiting: number;
}
export type Line = Storm & { report: Report };
export const SIGNS = ["arrivals", "waiting", "lines", "abandoned"] as const;
export type Sign = (typeof SIGNS)[number];
export interface Seen {
  arrived: number;
  normal: number;
  waiting: number;
  lines_percent: number;
  asked: number;
  abandoned: number;
}
export interface Thresholds {
  arrivals_percent: number;
  arrivals_least: number;
  waiting: number;
  lines_percent: number;
  abandoned_percent: number;
  abandoned_least: number;
  signs: number;
  hold_s: number;
  calm_percent: number;
  calm_min: number;
}
export interface Bar {
  at: string;
  arrived: number;
  normal: number;
  waiting: number;
  self_served: number;
}
export const WAYS = ["message", "greeting", "machine", "agent"] as const;
export type Way = (typeof WAYS)[number];
export interface PageView {
  at: string;
  seen: Seen;
  signs: Sign[];
  thresholds: Thresholds;
  loud_since: string | null;
  proposed: boolean;
  /** False after somebody has ended it by hand, until it has been calm. */
  armed: boolean;
  today: Load;
  storm: Report | null;
  waiting: number;
  longest_s: number;
  promised: number;
  away: { agent: string; number: string; name: string; reason: string; since: string | null; until: string | null }[];
  outages: { id: string; number: string; area: string; affected: number; since: string; until: string | null; stale: boolean }[];
  /** Those listed are the first of so many. */
  outages_all: number;
  affected: number;
  /** Of those, who is certain to know of it; and by what. */
  told: number;
  told_by: Partial<Record<Way, number>>;
  restored: number;
  chart: Bar[];
}
export interface Help {
  queue: string;
  of: string | null;
  skill: string | null;
  level: number;
  rank: number;
}
export interface Settings {
  thresholds: Thresholds;
  begins_itself: boolean;
  ends_itself: boolean;
  minutes: number;
  breaks: string[];
  end_breaks: boolean;
  helpers: Help[];
  any_level: string[];
  callback_s: number | null;
  announce_s: number | null;
  short: { replace_greeting: boolean; greeting: string | null; one_figure: boolean; callback_offer: string | null };
  door: { flow: string | null; waiting: number | null; wait_s: number | null; always: string[]; again_min: number };
}
export interface SettingsView {
  settings: Settings;
  version: number;
  flows: string[];
}
export interface Preview {
  on_break: number;
  breaks_ended: number;
  queues: { queue: string; waiting: number; signed_in: number; more: number; held_back: boolean }[];
  door: boolean;
}

const NOW = queryOptions({ queryKey: ["storms", "now"], queryFn: ({ signal }) => api.get<Now>("/api/storms/now", undefined, signal), refetchInterval: 60_000 });

/** Whether it is on, heard of at once. */
export function useNow() {
  useLive("storms.changed", () => void queries.invalidateQueries({ queryKey: ["storms"] }));
  return useQuery(NOW);
}
export const usePage = () => useQuery({ queryKey: ["storms", "page"], queryFn: ({ signal }) => api.get<PageView>("/api/storms/page", undefined, signal), refetchInterval: 5_000 });
export const usePast = (before?: string) => useQuery({ queryKey: ["storms", "past", before], queryFn: ({ signal }) => api.get<{ items: Line[]; next?: string }>("/api/storms", { before }, signal) });
export const useReport = (id: string) => useQuery({ queryKey: ["storms", "one", id], queryFn: ({ signal }) => api.get<Line>(`/api/storms/${id}`, undefined, signal) });
export const useSettings = () => useQuery({ queryKey: ["storms", "settings"], queryFn: ({ signal }) => api.get<SettingsView>("/api/storms/settings", undefined, signal), staleTime: 30_000 });
export const preview = (settings: Settings) => api.post<Preview>("/api/storms/preview", settings);

export async function putSettings(settings: Settings, version: number): Promise<void> {
  await api.put("/api/storms/settings", { settings, version });
  await queries.invalidateQueries({ queryKey: ["storms"] });
}
export type Act = { act: "on"; why: string; minutes: number } | { act: "expect"; minutes: number } | { act: "off"; why: string };
export async function act(what: Act): Promise<void> {
  await api.post("/api/storms/act", what);
  await queries.invalidateQueries({ queryKey: ["storms"] });
}
