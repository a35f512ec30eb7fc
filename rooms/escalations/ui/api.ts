// What the server says about escalations, and the questions to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";
import { useLive } from "@lib/live";

export const RUNGS = ["team_leader", "floor_supervisor", "department_head", "duty_officer"] as const;
export type Rung = (typeof RUNGS)[number];
export const GROUNDS = ["help", "abusive_caller", "emergency", "storm", "queue_over", "important", "major", "media", "many_reports", "special", "injury", "explosion", "other"] as const;
export type Ground = (typeof GROUNDS)[number];
/** What people name; the rest is found by rules. */
export const BY_HAND = ["help", "abusive_caller", "emergency", "storm", "media", "injury", "explosion", "other"] as const satisfies readonly Ground[];
/** Said with one click, while a caller is on the line. */
export const AT_ONCE: readonly Ground[] = ["help", "abusive_caller", "emergency"];
/** Found by rules, too: these can be turned off. */
export const BY_RULE: readonly Ground[] = ["emergency", "queue_over", "important", "major", "media", "many_reports", "special", "injury", "explosion"];
export const CHANNELS = ["screen", "sms", "voice"] as const;
export type Channel = (typeof CHANNELS)[number];
export const VERBS = ["acknowledge", "take_over", "pass_up", "close", "stand_down"] as const;
export type Verb = (typeof VERBS)[number];
export type StateWord = "waiting" | "unheard" | "acknowledged" | "taken_over" | "stood_down" | "closed";

export type Matter =
  | { of: "order"; order: string; number: string }
  | { of: "call"; call: string }
  | { of: "area"; area: string }
  | { of: "queue"; queue: string; name: string }
  | { of: "desk"; person: string };
export interface Reason {
  ground: Ground;
  at: string;
  by: string | null;
  words: string;
  count: number | null;
}
export interface Told {
  by: Channel;
  outcome: "shown" | "not_signed_in" | "queued" | "no_number" | "refused" | "calling" | "off_hours" | "no_flow" | "not_yet";
  code?: string;
  /** Of a call: what came of it, none while it goes on; and how often it rang. */
  came?: string | null;
  tries?: number;
}
export interface Turn {
  rung: Rung;
  visit: number;
  person: string | null;
  from: string;
  until: string;
  told: Told[];
  end: "heard" | "lapsed" | "idle" | "nobody" | "passed" | "raised" | "over" | null;
}
export interface Barred {
  code: string;
  [key: string]: unknown;
}
export interface Escalation {
  id: string;
  number: string;
  matter: Matter;
  reasons: Reason[];
  rung: Rung;
  state: StateWord;
  /** Of who has it, or had it last. */
  by?: string | null;
  at?: string;
  why?: string;
  summary?: string;
  until?: string;
  due: string | null;
  begun_at: string;
  begun_by: string | null;
  turns: Turn[];
  allowed: { act: Verb; barred: Barred | null }[];
  version: number;
}
export interface Mine {
  waiting: Escalation[];
  held: Escalation[];
  begun: Escalation[];
}
export type Source = { of: "group_leader" } | { of: "role"; role: string } | { of: "unit_leaders" } | { of: "on_duty"; unit: string | null } | { of: "person"; person: string };
export interface Step {
  ack_min: number;
  people: Source[];
  tell: Channel[];
}
export interface Way {
  from: Rung;
  to: Rung;
  by_rule: boolean;
}
export interface Settings {
  steps: Record<Rung, Step>;
  grounds: Record<Ground, Way>;
  reports: number;
  reports_min: number;
  queue_waiting: number;
  queue_longest_s: number;
  queue_for_s: number;
  again_min: number;
  /** 0: whoever has acknowledged is not asked again. */
  idle_min: number;
  calls: { flow: string; ring_s: number; attempts: number; from: string; to: string };
}
export interface StepNow {
  rung: Rung;
  people: { person: string; present: boolean; phone: boolean; reachable: boolean }[];
}
export type Act = { act: "acknowledge" } | { act: "take_over" } | { act: "pass_up"; words: string } | { act: "stand_down"; why: string } | { act: "close"; summary: string };

const KEY = "escalations";
const BASE = "/api/escalations";
/** The push tells of changes; this is for a link that was lost. */
const LOOK_AGAIN_MS = 30_000;

const changed = () => queries.invalidateQueries({ queryKey: [KEY] });

/** Whatever is shown of escalations is asked for again as soon as one changes. */
export function useFresh(): void {
  useLive("escalations.changed", () => void changed());
}

export const useMine = () => useQuery({ queryKey: [KEY, "now"], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Mine>(`${BASE}/now`, undefined, signal) });
export const useEscalations = (filters: { which: "open" | "past"; after?: string | undefined }) =>
  useQuery({ queryKey: [KEY, "list", filters], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ items: Escalation[]; next?: string }>(BASE, { ...filters, limit: 50 }, signal) });
export const useAbout = (about: string, may: boolean) =>
  useQuery({ queryKey: [KEY, "about", about], enabled: may && about !== "", queryFn: async ({ signal }) => (await api.get<{ items: Escalation[] }>(BASE, { about }, signal)).items });
export const useEscalation = (id: string) => useQuery({ queryKey: [KEY, "one", id], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Escalation>(`${BASE}/${id}`, undefined, signal) });
export const useLadder = () => useQuery({ queryKey: [KEY, "ladder"], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<StepNow[]>(`${BASE}/ladder`, undefined, signal) });
export const useSettings = () => useQuery({ queryKey: [KEY, "settings"], queryFn: ({ signal }) => api.get<{ settings: Settings; version: number }>(`${BASE}/settings`, undefined, signal) });

export async function raise(form: { ground: Ground; words?: string; order?: string; call?: string }): Promise<Escalation> {
  const begun = await api.post<Escalation>(BASE, form);
  await changed();
  return begun;
}
export async function act(id: string, what: Act, version?: number): Promise<Escalation> {
  const next = await api.post<Escalation>(`${BASE}/${id}/act`, { act: what, version });
  await changed();
  return next;
}
export async function putSettings(settings: Settings, version: number): Promise<void> {
  await api.put(`${BASE}/settings`, { settings, version });
  await changed();
}
