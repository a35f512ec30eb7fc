// What the calls' screens read: the list of past calls with its filters, and one call with every stretch of it.
import { useQuery } from "@tanstack/react-query";
import type { DeskState } from "@kit";
import { api, queries } from "@lib/api";

export const RESULTS = ["answered", "abandoned", "self_served", "left_menu", "voicemail", "callback", "message", "not_answered"] as const;
export type CallResult = (typeof RESULTS)[number];

/** Who called whom: a customer us, one of us a customer, two of us each other. */
export const DIRECTIONS = ["in", "out", "internal"] as const;
export type Direction = (typeof DIRECTIONS)[number];

export interface CallItem {
  id: string;
  direction: Direction;
  /** t0 */
  at: string;
  /** t1, t2, t4, t6 of the call timeline; null where they were not reached. */
  answered: string | null;
  requested: string | null;
  connected: string | null;
  ended: string | null;
  /** Masked for who may not see it. */
  from: string;
  to: string;
  trunk: string | null;
  queue: string | null;
  agent: string | null;
  urgent: boolean;
  /** Null while the call goes on. */
  result: CallResult | null;
  ended_by: "caller" | "agent" | "system" | null;
  cause: string | null;
  /** t4 − t2 */
  wait_ms: number | null;
  talk_ms: number;
  hold_ms: number;
  after_ms: number;
  /** 5 very satisfied … 1 very dissatisfied. */
  rating: number | null;
  recording: string | null;
  /** Whether the agent's number was heard whole. */
  announced: boolean | null;
  /** The process died in the middle of the call. */
  interrupted: boolean;
}

export type SegmentKind = "menu" | "queue" | "ring" | "talk" | "hold" | "rating" | "message" | "outside" | "dial" | "consult" | "conference" | "parked";

export interface Segment {
  kind: SegmentKind;
  at: string;
  /** Null while it goes on. */
  until: string | null;
  agent: string | null;
  queue: string | null;
  flow: string | null;
  /** How it ended or what happened in it. */
  detail: string | null;
}

/** What the caller was told before the menu, or in answer to his question. */
export interface Heard {
  /** The id of the thing in its room: `ou_…`. */
  subject: string;
  /** Which wording of it. */
  revision: number;
  at: string;
  node: string;
  /** It concerned this caller, not everybody. */
  own: boolean;
  /** To its end. */
  whole: boolean;
  /** The key pressed there. */
  chosen: string | null;
  /** Wants to be told how it goes on. */
  to_be_told: boolean;
}

export interface Call extends CallItem {
  segments: Segment[];
  heard: Heard[];
}

export const FILTERS = ["number", "agent", "queue", "from", "to", "min_s", "max_s", "result", "direction", "before"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export interface CallPage {
  items: CallItem[];
  /** The cursor of the next older page; absent on the last. */
  next?: string | null;
}

/** The number of the other side: the customer's, or the colleague's who was dialled. */
export const otherSide = (call: Pick<CallItem, "direction" | "from" | "to">): string => (call.direction === "in" ? call.from : call.to);

export function useCalls(filters: Filters, every: number | false = false) {
  return useQuery({
    queryKey: ["calls", filters],
    refetchInterval: every,
    queryFn: ({ signal }) => api.get<CallPage>("/api/calls", { ...filters, limit: 50 }, signal),
  });
}

export function useCall(id: string) {
  return useQuery({
    queryKey: ["calls", id],
    queryFn: ({ signal }) => api.get<Call>(`/api/calls/${encodeURIComponent(id)}`, undefined, signal),
    refetchInterval: (query) => (query.state.data && query.state.data.ended === null ? 3_000 : false),
  });
}

/** Who is signed in and could take a caller; the ready first. */
export interface Colleague {
  agent: string;
  number: string;
  name: string;
  state: Exclude<DeskState, "signed_out">;
}

export function useColleagues() {
  return useQuery({
    queryKey: ["calls", "colleagues"],
    refetchInterval: 2_000,
    queryFn: ({ signal }) => api.get<Colleague[]>("/api/calls/desk/colleagues", undefined, signal),
  });
}

/** A call back that was asked for, or a message that was left. */
export interface Owed {
  id: string;
  at: string;
  kind: "callback" | "message" | "abandoned" | "closed" | "after_hours" | "busy";
  /** Null for a caller who was refused for want of a line. */
  call: string | null;
  queue: string | null;
  /** The last time, and how often. */
  last_at: string;
  times: number;
  /** It keeps its place in the queue, and is called when that is reached. */
  in_queue: boolean;
  /** Calls that were made for it, oldest first; the result is null while they go on. */
  attempts: { call: string; agent: string; at: string; result: string | null }[];
  /** Whole for who has taken it, masked for all others. */
  number: string;
  recording: string | null;
  /** How often the caller was dialled and not reached. */
  tries: number;
  taken_by: string | null;
  done_at: string | null;
  done_by: string | null;
  note: string | null;
  version: number;
  /** What you may do now. */
  allowed: ("take" | "give_back" | "not_reached" | "done")[];
}
export type OwedAct = { act: "take" | "give_back" | "not_reached" } | { act: "done"; note: string };

const OWED = ["calls", "owed"];

export function useOwed(done: boolean, after: string | undefined) {
  return useQuery({
    queryKey: [...OWED, done, after],
    // Colleagues take from the same list.
    refetchInterval: done ? false : 5_000,
    queryFn: ({ signal }) => api.get<{ items: Owed[]; next?: string }>("/api/calls/owed", { done, after }, signal),
  });
}

export async function doOwed(owed: Owed, act: OwedAct): Promise<void> {
  try {
    await api.post(`/api/calls/owed/${owed.id}`, { ...act, version: owed.version });
  } finally {
    await queries.invalidateQueries({ queryKey: OWED });
  }
}
