// What the calls' screens read: the list of past calls with its filters, and one call with every segment.
import { useQuery } from "@tanstack/react-query";
import { api } from "@lib/api";

export type CallResult = "answered" | "abandoned" | "self_service" | "left_menu" | "flow_out" | "blocked" | "interrupted" | "in_progress";
export const RESULTS: CallResult[] = ["answered", "abandoned", "self_service", "left_menu", "flow_out", "blocked", "interrupted", "in_progress"];

/** Somebody or something by id, with what is read aloud. */
export interface Named {
  id: string;
  name: string;
  /** 工号, for agents. */
  number?: string;
}

export interface CallItem {
  id: string;
  at: string;
  /** Masked for who may not see it. */
  from: string;
  to: string;
  trunk: string | null;
  result: CallResult;
  queue: Named | null;
  agent: Named | null;
  /** From the request for a person (t2) to the answer (t4) or the end. */
  wait_ms: number | null;
  talk_ms: number | null;
  /** 5 very satisfied … 1 very dissatisfied. */
  rating: number | null;
  ended_by: "caller" | "agent" | "system" | null;
  recording: string | null;
}

export interface Segment {
  /** Such as `arrived`, `menu`, `waiting`, `ringing`, `announcing`, `talking`, `holding`, `rating`, `ended`, `after_call`. */
  kind: string;
  at: string;
  /** Null for a moment without length. */
  until: string | null;
  who: Named | null;
  /** The menu node, the key pressed, the queue moved to, the reason. */
  detail: string | null;
}

export interface Call extends CallItem {
  until: string | null;
  hold_ms: number | null;
  after_call_ms: number | null;
  segments: Segment[];
}

export const FILTERS = ["number", "agent", "queue", "from", "to", "min_s", "max_s", "result", "before"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export interface CallPage {
  items: CallItem[];
  /** The cursor of the next older page. */
  next: string | null;
}

export function useCalls(filters: Filters) {
  return useQuery({
    queryKey: ["calls", filters],
    queryFn: ({ signal }) => api.get<CallPage>("/api/calls", { ...filters, limit: 50 }, signal),
  });
}

export function useCall(id: string) {
  return useQuery({
    queryKey: ["calls", id],
    queryFn: ({ signal }) => api.get<Call>(`/api/calls/${encodeURIComponent(id)}`, undefined, signal),
    refetchInterval: (query) => (query.state.data?.result === "in_progress" ? 3_000 : false),
  });
}
