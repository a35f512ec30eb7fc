// What a centre configures about its orders: sub-types, limits, settings, each in versions.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";
import type { Words } from "@lib/words";
import type { Kind, Subtype } from "../api";
import type { Limit } from "../limits";

export interface Settings {
  /** How much of the time is left when it is warned. */
  thresholds: { yellow_percent: number; orange_percent: number };
  returns_max: number;
  reopen_days: number;
  duplicate_hours: number;
  call_back_percent: number;
  tell_customers: boolean;
  call_landlines: boolean;
  hotline: string;
  supervise_overdue: boolean;
  raise_unanswered: boolean;
  fallback: Limit;
}
export const RULE_STEPS = ["dispatch", "take", "leave", "arrive", "enter_arrival", "estimate", "finish", "enter_result", "review", "contact", "answer", "call_back", "answer_supervision"] as const;
/** From when the time counts. */
export const SINCE = ["accepted", "dispatched", "arrived", "done", "result_entered", "paid", "booked", "interrupted"] as const;
export interface Rule {
  id: string;
  step: string;
  kind: Kind | null;
  word: string | null;
  site: "urban" | "rural" | "remote" | null;
  since: (typeof SINCE)[number];
  customer: Limit | null;
  unit: Limit | null;
  extendable: boolean;
  source: string;
  [more: string]: unknown;
}
export const PROFILES = ["utility", "government"] as const;
export type Profile = (typeof PROFILES)[number];
export type Limits = Record<Profile, { name: string; rules: Rule[] }>;
export interface Version<Value> {
  value: Value;
  version: number;
}

/** What comes with the program, for whom. */
export const HOUSES = ["gas", "power_sgcc", "power_csg", "cable"] as const;
export type House = (typeof HOUSES)[number];
interface Item {
  code: string;
  title?: Words;
  step?: string;
}
export interface Brought {
  added: Item[];
  changed: Item[];
  unchanged: number;
  left: Item[];
  gone: Item[];
}

const KEY = ["work_orders", "configured"];
const BASE = "/api/work_orders";

export const useSettings = () => useQuery({ queryKey: [...KEY, "settings"], queryFn: ({ signal }) => api.get<Version<Settings>>(`${BASE}/settings`, undefined, signal) });
export const useLimits = () => useQuery({ queryKey: [...KEY, "limits"], queryFn: ({ signal }) => api.get<Version<Limits>>(`${BASE}/limits`, undefined, signal) });
export const useKinds = () => useQuery({ queryKey: [...KEY, "kinds"], queryFn: ({ signal }) => api.get<{ kinds: { subtypes: Subtype[] }; version: number }>(`${BASE}/kinds`, undefined, signal) });

const changed = () => queries.invalidateQueries({ queryKey: ["work_orders"] });
export async function putSettings(value: Settings, version: number): Promise<void> {
  await api.put(`${BASE}/settings`, { value, version });
  await changed();
}
export async function putLimits(value: Limits, version: number): Promise<void> {
  await api.put(`${BASE}/limits`, { value, version });
  await changed();
}
export async function putKinds(subtypes: Subtype[], version: number): Promise<void> {
  await api.put(`${BASE}/kinds`, { kinds: { subtypes }, version });
  await changed();
}
/** What has a version is brought in; the rest stays as it is. */
export async function bringHouse(house: House, versions: { kinds?: number | undefined; limits?: number | undefined }, dry_run: boolean): Promise<{ kinds: Brought | null; limits: Brought | null }> {
  const brought = await api.post<{ kinds: Brought | null; limits: Brought | null }>(`${BASE}/house`, { house, ...versions, dry_run });
  if (!dry_run) await changed();
  return brought;
}
