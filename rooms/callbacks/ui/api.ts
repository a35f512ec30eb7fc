// What the server says about call-backs, and the questions to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import i18n from "i18next";
import { api, Problem, queries } from "@lib/api";

export const SATISFACTIONS = ["very_satisfied", "satisfied", "fair", "dissatisfied", "very_dissatisfied", "not_rated"] as const;
export type Satisfaction = (typeof SATISFACTIONS)[number];
export const REASONS = ["not_solved", "slow", "attitude", "policy", "other"] as const;
export type Reason = (typeof REASONS)[number];
export const OUTCOMES = ["reached", "no_answer", "busy", "wrong_number", "refused", "later"] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type Ending = "closed" | "reopened" | "supervised" | "explained" | "refused";
export type Bar = "about_you" | "accepted_it" | "own_unit" | "may_not_know";

export type State =
  | { state: "open" }
  | { state: "asked"; at: string; ending: Ending }
  | { state: "missed"; at: string }
  | { state: "withdrawn"; at: string; why: "closed" | "reopened" | "void" | "merged" };

export interface Doubt {
  recorded: string;
  told: string | null;
  differs_min: number | null;
}
export type Arrival = { came: "as_recorded" } | { came: "at"; at: string } | { came: "never" };
export interface Answers {
  solved: boolean | null;
  arrival: Arrival | null;
  conduct: "good" | "poor" | null;
  charges: "none" | "proper" | "doubtful" | null;
  satisfaction: Satisfaction;
  reason: Reason | null;
  explained: string;
  verbatim: string;
}
export interface Attempt {
  at: string;
  recorded_at: string;
  by: string;
  call: string | null;
  outcome: Outcome;
  wish: string | null;
  note: string;
  answers: Answers | null;
}
export interface TaskLine {
  order: string;
  number: string;
  kind: string;
  subtype: string;
  area: string;
  unit: string | null;
  urgent: boolean;
  government: boolean;
  since: string;
  due: string;
  state: State;
  tries: number;
  tries_max: number;
  /** From when on the customer may be called. */
  next: string | null;
  wish: string | null;
  claimed_by: string | null;
  claimed_until: string | null;
  satisfaction: Satisfaction | null;
  doubt: Doubt | null;
  told: boolean;
}
export interface TaskView extends TaskLine {
  facts: {
    /** Masked; empty where one may not know. */
    contact: string;
    phone: string;
    address: string;
    content: string;
    accepted_at: string;
    accepted_by: string | null;
    left_at: string | null;
    arrived_at: string | null;
    result: { cause: string; action: string; done_at: string | null; person: string; told: string; evidence: string } | null;
    reopened: number;
    urges: number;
    state: string;
  };
  rounds: { since: string; state: State; attempts: Attempt[] }[];
  mine: boolean;
  may_take: boolean;
  barred: Bar | null;
}
export interface Waiting {
  open: number;
  overdue: number;
  claimed: number;
  hours_open: boolean;
  hours_from: string;
}
export interface Rate {
  of: number;
  out_of: number;
  share: number | null;
}
export const FIGURES = ["k26", "k27", "k28", "k29"] as const;
export type Figure = (typeof FIGURES)[number];
export type Figures = Record<Figure, Rate>;
export interface FiguresLine extends Figures {
  unit: string | null;
  kind: string | null;
}
export interface Settings {
  attempts: number;
  gap_min: number;
  parts_needed: number;
  hours: { part: "morning" | "afternoon" | "evening"; from: string; to: string }[];
  claim_min: number;
  emergency_h: number;
  ordinary_days: number;
  doubt_min: number;
  fair_counts: boolean;
  fair_counts_government: boolean;
  machine: { on: boolean; kinds: string[]; emergencies: boolean; after_min: number; flow: string };
}
/** Who stands for the machine where a person is named. */
export const MACHINE = "pe_0";
export type Report = { outcome: "reached"; answers: Answers } | { outcome: Exclude<Outcome, "reached" | "later">; note: string } | { outcome: "later"; at: string; note: string };

/** The list behind a figure, and behind its denominator. */
export const LISTS: Record<Figure, [of: string, outOf: string]> = {
  k26: ["completed", "required"],
  k27: ["reached", "tried"],
  k28: ["satisfied", "rated"],
  k29: ["rated", "reached"],
};

const KEY = "callbacks";
const BASE = "/api/callbacks";
/** What others take, and what the clock lets through, changes by itself. */
const LOOK_AGAIN_MS = 10_000;

export const FILTERS = ["set", "unit", "kind", "area", "from", "to", "before"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export function useTasks({ before, ...filters }: Filters) {
  return useQuery({ queryKey: [KEY, "list", filters, before], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ items: TaskLine[]; next?: string }>(BASE, { ...filters, after: before }, signal) });
}
export function useWaiting() {
  return useQuery({ queryKey: [KEY, "now"], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Waiting>(`${BASE}/now`, undefined, signal) });
}
export function useTask(order: string) {
  return useQuery({ queryKey: [KEY, "one", order], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<TaskView>(`${BASE}/${order}`, undefined, signal) });
}
/** The same, for a page that does not know whether the order ever came to be called back. */
export function useTaskIfAny(order: string, enabled: boolean) {
  return useQuery<TaskView | null>({
    queryKey: [KEY, "if_any", order],
    enabled,
    refetchInterval: ({ state }) => (state.data ? LOOK_AGAIN_MS : 6 * LOOK_AGAIN_MS),
    queryFn: async ({ signal }) => {
      try {
        return await api.get<TaskView>(`${BASE}/${order}`, undefined, signal);
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
  });
}
export function useFigures(from: string, to: string, by: string) {
  return useQuery({ queryKey: [KEY, "figures", from, to, by], queryFn: ({ signal }) => api.get<{ total: Figures; lines: FiguresLine[] }>(`${BASE}/figures`, { from, to, by }, signal) });
}
export function useSettings() {
  return useQuery({ queryKey: [KEY, "settings"], queryFn: ({ signal }) => api.get<{ settings: Settings; version: number }>(`${BASE}/settings`, undefined, signal) });
}

/** What the sub-types of orders are called. */
export function useSubtypes(): (code: string) => string {
  const { data } = useQuery({
    queryKey: ["directory", "subtypes"],
    staleTime: 60_000,
    retry: false,
    queryFn: ({ signal }) => api.get<{ kinds: { subtypes: { code: string; title: { zh: string; en: string } }[] } }>("/api/work_orders/kinds", undefined, signal),
  });
  return (code) => {
    const title = data?.kinds.subtypes.find((subtype) => subtype.code === code)?.title;
    return (i18n.language === "en" && title?.en ? title.en : title?.zh) ?? code;
  };
}

const changed = () => queries.invalidateQueries({ queryKey: [KEY] });

export async function takeNext(): Promise<TaskView> {
  const task = await api.post<TaskView>(`${BASE}/next`, {});
  await changed();
  return task;
}
export async function hold(order: string, act: "take" | "release"): Promise<void> {
  await api.post(`${BASE}/${order}/act`, { act });
  await changed();
}
export async function record(order: string, report: Report): Promise<TaskView> {
  const task = await api.post<TaskView>(`${BASE}/${order}/record`, report);
  await changed();
  return task;
}
export async function putSettings(settings: Settings, version: number): Promise<void> {
  await api.put(`${BASE}/settings`, { settings, version });
  await changed();
}
