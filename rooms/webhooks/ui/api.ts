// What the server says about webhooks and their deliveries, and the questions to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

/** Each event and the key of its name. */
export const KINDS = {
  "work_orders.changed": "work_orders_changed",
  "callbacks.doubt": "callbacks_doubt",
  "promises.warned": "promises_warned",
  "notices.done": "notices_done",
  "notices.reply": "notices_reply",
  "interactions.completed": "interactions_completed",
  "departments.changed": "departments_changed",
  "webhooks.test": "webhooks_test",
} as const;
export type Kind = keyof typeof KINDS;
export type State = "active" | "paused" | "removed";
export type Why = "by_hand" | "failing" | "gone" | "no_secret";
export type Act = "pause" | "resume" | "new_secret" | "remove";

export interface Subscription {
  id: string;
  name: string;
  url: string;
  kinds: Kind[];
  state: State;
  why: Why | null;
  detail: string;
  failures: number;
  waiting: number;
  dropped: number;
  next_at: string;
  created_by: string;
  created_at: string;
  allowed: Act[];
  version: number;
}
export interface Overview {
  subscriptions: Subscription[];
  kinds: Kind[];
  private_addresses: boolean;
}
export const STAGES = ["waiting", "sent", "failed", "skipped", "expired"] as const;
export type Stage = (typeof STAGES)[number];
export interface Delivery {
  id: string;
  number: number;
  kind: Kind;
  body: string;
  state: Stage;
  attempts: number;
  created_at: string;
  tried_at: string | null;
  status: number | null;
  took_ms: number | null;
  error: string;
}
export interface Form {
  name: string;
  url: string;
  kinds: Kind[];
}
export interface Tried {
  taken: boolean;
  status: number | null;
  took_ms: number;
  error: string;
}

const KEY = "webhooks";
const BASE = "/api/webhooks";
const changed = () => queries.invalidateQueries({ queryKey: [KEY] });
/** What is on its way changes by itself. */
const LOOK_AGAIN_MS = 5_000;

export function useWebhooks() {
  return useQuery({ queryKey: [KEY, "list"], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Overview>(BASE, undefined, signal) });
}
export function useDeliveries(id: string, filters: { state?: string; before?: string }) {
  return useQuery({ queryKey: [KEY, "deliveries", id, filters], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ items: Delivery[]; next?: string }>(`${BASE}/${id}/deliveries`, { ...filters, limit: 20 }, signal) });
}

/** The secret, shown this once; none when nothing new was made. */
export async function save(before: Subscription | null, form: Form): Promise<string | null> {
  if (before) {
    await api.put(`${BASE}/${before.id}`, { ...form, version: before.version });
    await changed();
    return null;
  }
  const made = await api.post<{ secret: string }>(BASE, form);
  await changed();
  return made.secret;
}
export async function act(one: Subscription, what: Act): Promise<string | null> {
  const done = await api.post<{ secret: string | null }>(`${BASE}/${one.id}/act`, { act: what, version: one.version });
  await changed();
  return done.secret;
}
export async function test(id: string): Promise<Tried> {
  const tried = await api.post<Tried>(`${BASE}/${id}/test`);
  await changed();
  return tried;
}
export async function actOnDelivery(id: string, number: number, what: "send_again" | "skip"): Promise<void> {
  await api.post(`${BASE}/${id}/deliveries/${number}/act`, { act: what });
  await changed();
}
export async function replay(id: string, from: string, to: string): Promise<number> {
  const queued = await api.post<{ deliveries: number }>(`${BASE}/${id}/replay`, { from, to });
  await changed();
  return queued.deliveries;
}
