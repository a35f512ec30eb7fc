// What the server says about campaigns, and the questions to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

export type State = "draft" | "approved" | "running" | "paused" | "finished" | "stopped";
export type Act = "approve" | "start" | "pause" | "stop";
export const OUTCOMES = ["reached", "answered", "voicemail", "no_answer", "busy", "wrong_number", "declined", "unreachable", "failed", "interrupted", "not_allowed", "withdrawn"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const STAGES = ["waiting", "calling", "done"] as const;
export type Stage = (typeof STAGES)[number];

export interface Progress {
  people: number;
  waiting: number;
  calling: number;
  done: number;
  /** Of those waiting: tried before. */
  tried: number;
  outcomes: Partial<Record<Outcome, number>>;
}
export interface CampaignLine {
  id: string;
  name: string;
  purpose: string;
  state: State;
  standing: string | null;
  created_by: string | null;
  created_at: string;
  trouble: "flow_gone" | null;
  progress: Progress;
}
export interface Hours {
  from: string;
  to: string;
}
export interface Plan {
  flow: string;
  shown: string | null;
  hours: Hours[];
  attempts: number;
  gap_min: number;
  ring_s: number;
  at_once: number;
  keep_free: number;
  confirm: string;
  again_without_key: boolean;
  tell_machines: boolean;
}
export interface Bar {
  at: string;
  outcome: Outcome;
  count: number;
}
export interface CampaignView extends CampaignLine {
  plan: Plan;
  version: number;
  allowed: (Act | "change" | "add")[];
  hours_open: boolean;
  hours_from: string;
  bars: Bar[];
}
export interface TargetLine {
  id: string;
  /** Masked. */
  number: string;
  about: string;
  stage: Stage;
  outcome: Outcome | null;
  tries: number;
  due: string | null;
}
export interface Attempt {
  id: string;
  at: string;
  outcome: Outcome | null;
  call: string | null;
  keys: { node: string; key: string }[];
  ended: string | null;
}
export interface TargetView extends TargetLine {
  attempts: Attempt[];
}
export interface Added {
  taken: number;
  known: number;
  left_out: { row: number; why: { code: string } & Record<string, unknown> }[];
  left_out_count: number;
}
export type Settings = Pick<Plan, "hours" | "attempts" | "gap_min" | "ring_s" | "at_once" | "tell_machines" | "keep_free" | "shown">;
export interface SettingsView {
  settings: Settings;
  version: number;
  /** Published flows, by name. */
  flows: string[];
}
export interface Page<T> {
  items: T[];
  next?: string | null;
}

const KEY = "campaigns";
const BASE = "/api/campaigns";
/** While something is going on. */
const LIVE_MS = 2_000;
const CALM_MS = 15_000;

/** What stands in the address of a campaign's page. */
export const FILTERS = ["stage", "outcome", "before"] as const;

export function useCampaigns(before: string | undefined) {
  return useQuery({
    queryKey: [KEY, "list", before],
    queryFn: ({ signal }) => api.get<Page<CampaignLine>>(BASE, { after: before }, signal),
    refetchInterval: ({ state }) => (state.data?.items.some((one) => one.state === "running") ? LIVE_MS : CALM_MS),
  });
}
export function useCampaign(id: string) {
  return useQuery({
    queryKey: [KEY, "one", id],
    queryFn: ({ signal }) => api.get<CampaignView>(`${BASE}/${id}`, undefined, signal),
    refetchInterval: ({ state }) => (state.data?.state === "running" || (state.data?.progress.calling ?? 0) > 0 ? LIVE_MS : CALM_MS),
  });
}
export function useTargets(id: string, filters: Partial<Record<(typeof FILTERS)[number], string>>, live: boolean) {
  return useQuery({
    queryKey: [KEY, "targets", id, filters],
    queryFn: ({ signal }) => api.get<Page<TargetLine>>(`${BASE}/${id}/targets`, { stage: filters.stage, outcome: filters.outcome, after: filters.before }, signal),
    refetchInterval: live ? LIVE_MS : CALM_MS,
  });
}
export function useTarget(id: string | null) {
  return useQuery({ queryKey: [KEY, "target", id], enabled: id !== null, queryFn: ({ signal }) => api.get<TargetView>(`${BASE}/targets/${id}`, undefined, signal) });
}
export function useSettings() {
  return useQuery({ queryKey: [KEY, "settings"], queryFn: ({ signal }) => api.get<SettingsView>(`${BASE}/settings`, undefined, signal) });
}

const changed = () => queries.invalidateQueries({ queryKey: [KEY] });
/** Hours as they are typed, with the seconds that the server wants. */
const whole = <T extends { hours: Hours[] }>(of: T): T => ({ ...of, hours: of.hours.map(({ from, to }) => ({ from: seconds(from), to: seconds(to) })) });
const seconds = (time: string) => (/^\d\d?:\d\d$/.test(time) ? `${time.padStart(5, "0")}:00` : time);

export async function putSettings(settings: Settings, version: number): Promise<void> {
  await api.put(`${BASE}/settings`, { settings: whole(settings), version });
  await changed();
}
export async function create(name: string, purpose: string, plan: Plan): Promise<CampaignView> {
  const made = await api.post<CampaignView>(BASE, { name, purpose, plan: whole(plan) });
  await changed();
  return made;
}
export async function change(id: string, name: string, purpose: string, plan: Plan, version: number): Promise<void> {
  await api.put(`${BASE}/${id}`, { name, purpose, plan: whole(plan), version });
  await changed();
}
export async function act(id: string, act: Act): Promise<void> {
  await api.post(`${BASE}/${id}/act`, { act });
  await changed();
}
export async function addPeople(id: string, numbers: string[]): Promise<Added> {
  const added = await api.post<Added>(`${BASE}/${id}/targets`, { people: numbers.map((number) => ({ number })) });
  await changed();
  return added;
}
export async function importPeople(id: string, file: File): Promise<Added> {
  const form = new FormData();
  form.append("file", file);
  const added = await api.upload<Added>("POST", `${BASE}/${id}/import`, form);
  await changed();
  return added;
}
export async function callAgain(target: string): Promise<void> {
  await api.post(`${BASE}/targets/${target}/act`, { act: "call_again" });
  await changed();
}
/** Whole, once; the look is kept. */
export const unmask = (target: string, reason: string): Promise<{ number: string; about: string }> => api.post(`${BASE}/targets/${target}/unmask`, { reason });
