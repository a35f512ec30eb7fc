// What the server says about deadlines, and the questions to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import { api, type Query } from "@lib/api";

export type Clock = "unit" | "customer";
export const CLOCKS: Clock[] = ["unit", "customer"];
export const STEPS = ["dispatch", "take", "leave", "arrive", "enter_arrival", "estimate", "finish", "enter_result", "review", "contact", "answer", "call_back", "answer_supervision", "sign_handover", "acknowledge", "decide_time"] as const;
export const KINDS = ["fault", "enquiry", "complaint", "report", "opinion", "suggestion", "praise", "request"] as const;

/** One clock of one promise. */
export interface PromiseLine {
  promise: string;
  clock: Clock;
  /** Null: the centre answers for it. */
  unit: string | null;
  /** Empty where the matter has no one area. */
  area: string;
  since: string;
  due: string;
  yellow: string;
  orange: string;
  state: "running" | "fulfilled" | "withdrawn";
  late_s: number;
  told: "yellow" | "orange" | "red" | null;
  room: string;
  subject: string;
  number: string;
  /** Null: owed beside orders. */
  kind: (typeof KINDS)[number] | null;
  step: (typeof STEPS)[number];
  rule: string;
}
export interface Running {
  unit: string | null;
  clock: Clock;
  calm: number;
  yellow: number;
  orange: number;
  overdue: number;
}
export interface Count {
  unit: string | null;
  area: string;
  kind: string | null;
  step: (typeof STEPS)[number];
  clock: Clock;
  kept: number;
  broken: number;
  overdue: number;
  withdrawn: number;
}

const BASE = "/api/promises";
const KEY = "promises";
/** Hidden pages ask nothing. */
const EVERY_MS = 5_000;

export const usePromises = (filters: Query, enabled = true) =>
  useQuery({ queryKey: [KEY, "list", filters], enabled, refetchInterval: EVERY_MS, queryFn: ({ signal }) => api.get<{ items: PromiseLine[]; next: string | null }>(BASE, filters, signal) });

export const useRunning = () => useQuery({ queryKey: [KEY, "now"], refetchInterval: EVERY_MS, queryFn: ({ signal }) => api.get<Running[]>(`${BASE}/now`, undefined, signal) });

export const useReport = (from: string, to: string, enabled: boolean) =>
  useQuery({ queryKey: [KEY, "report", from, to], enabled, refetchInterval: 60_000, queryFn: ({ signal }) => api.get<Count[]>(`${BASE}/report`, { from, to }, signal) });
