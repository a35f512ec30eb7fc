// What the configuration screens read and change: queues, trunks, dial rules.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

export interface Queue {
  /** How files and flows call it; never changes. */
  name: string;
  title?: string;
  off?: boolean;
  priority: number;
  danger?: boolean;
  age_s?: number | null;
  ring_s: number;
  wrap_up_s: number;
  wrap_up_hard_s: number;
  choose: "longest_idle" | "least_occupied";
  callers_max: number;
  /** `message`, `voicemail`, `callback` or `queue:NAME`. */
  full: string;
  unstaffed?: string | null;
  waited?: string | null;
  waited_s: number;
  announce_s: number;
  announce_number: boolean;
  rating?: string | null;
  callback_key?: string | null;
  menu_key?: string | null;
}

export interface Trunk {
  name: string;
  off?: boolean;
  from?: string[];
  register?: string | null;
  username?: string | null;
  /** Only ever sent; without one the present one stays. */
  password?: string | null;
  out?: string | null;
  /** What those we call see. */
  caller_id?: string | null;
  max_calls: number;
  busy_when_full?: boolean;
  learn_rtp?: boolean;
}

export interface DialRule {
  prefix: string;
  /** None forbids. */
  trunk?: string | null;
}

export interface Lines {
  queues: { id: string; version: number; queue: Queue }[];
  trunks: { id: string; version: number; password_set: boolean; trunk: Trunk }[];
  dial_rules: DialRule[];
}
export type KeptQueue = Lines["queues"][number];
export type KeptTrunk = Lines["trunks"][number];

const KEY = ["calls", "lines"];

export function useLines() {
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get<Lines>("/api/calls/lines", undefined, signal) });
}

async function put(path: string, body: unknown): Promise<void> {
  queries.setQueryData(KEY, await api.put<Lines>(`/api/calls/${path}`, body));
  await queries.invalidateQueries({ queryKey: ["directory"] });
}
export const putQueue = (queue: Queue, version: number | undefined) => put(`queues/${encodeURIComponent(queue.name)}`, { ...(version ? { version } : {}), queue });
export const putTrunk = (trunk: Trunk, version: number | undefined) => put(`trunks/${encodeURIComponent(trunk.name)}`, { ...(version ? { version } : {}), trunk });
export const putDialRules = (was: DialRule[], rules: DialRule[]) => put("dial_rules", { was, rules });

/** A new queue as the server would fill it in. */
export const NEW_QUEUE: Queue = { name: "", priority: 5, age_s: 60, ring_s: 12, wrap_up_s: 60, wrap_up_hard_s: 180, choose: "longest_idle", callers_max: 200, full: "message", waited_s: 120, announce_s: 45, announce_number: true };
export const NEW_TRUNK: Trunk = { name: "", from: [], max_calls: 30 };
