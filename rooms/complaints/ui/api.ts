// What the server says about complaints, and the questions to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import i18n from "i18next";
import { api, Problem, queries, type Query } from "@lib/api";

export const STAGES = ["new", "accepted", "contacted", "assigned", "investigated", "called_back", "fed_back", "closed", "dropped"] as const;
export type Stage = (typeof STAGES)[number];
export const isOpen = (stage: Stage): boolean => stage !== "closed" && stage !== "dropped";
export const LEVELS = ["ordinary", "important", "major", "special"] as const;
export type Level = (typeof LEVELS)[number];
export const VERDICTS = ["substantiated", "partly", "not_substantiated"] as const;
export type Verdict = (typeof VERDICTS)[number];
export const CAUSES = ["attitude", "skill", "delay", "process", "billing", "supply", "works", "information", "third_party", "misunderstanding", "other"] as const;
export type Cause = (typeof CAUSES)[number];
export const VERBS = ["accept", "liaise", "reassign", "investigate", "review", "feed_back", "analyse", "set_level", "involve", "add_evidence"] as const;
export type Verb = (typeof VERBS)[number];
export type Bar = "no_evidence" | "own_conclusion" | "agreed" | "no_review_needed" | "review_first" | "level_first" | "order_done";
export type Satisfaction = "very_satisfied" | "satisfied" | "fair" | "dissatisfied" | "very_dissatisfied" | "not_rated";

export type Exhibit = { what: "call"; call: string } | { what: "file"; attachment: string } | { what: "words"; text: string };
export type Evidence = Exhibit & { by: string | null; at: string };
export interface Conclusion {
  verdict: Verdict;
  words: string;
  by: string | null;
  at: string;
}
export interface CaseLine {
  order: string;
  number: string;
  kind: "complaint" | "report";
  subtype: string;
  area: string;
  stage: Stage;
  level: Level;
  level_confirmed: boolean;
  opened_at: string;
  due: string | null;
  late: boolean;
  unit: string | null;
  owner: string | null;
  persons: string[];
  units: string[];
  /** The unit that has the order is one it is about. */
  misdirected: boolean;
  /** The agent it is about has recorded it. */
  own: boolean;
  conclusion: Conclusion | null;
  version: number;
}
export interface Act {
  act: Verb;
  [said: string]: unknown;
}
export interface Step {
  seq: number;
  at: string;
  who: string | null;
  verb: string;
  from: Stage | "";
  to: Stage;
  act: Record<string, unknown> | null;
}
export interface Allowed {
  act: Verb;
  barred?: Bar;
}
export interface Case extends CaseLine {
  circumstances: { stated: Level; media: "city" | "provincial" | "central" | null; harm: "injury" | "death" | null; mass_event: boolean; customers: number; important_customer: boolean; earlier: number };
  proposal: { level: Level; grounds: { ground: string; count?: number }[] };
  level_by: string | null;
  contacted_at: string | null;
  contact_due: string;
  answer_due: string;
  evidence: Evidence[];
  needs_review: boolean;
  votes: { by: string; at: string; words: string }[];
  done_at: string | null;
  satisfaction: Satisfaction | null;
  fed_back: { at: string; customer: string; unit: string } | null;
  analysis: { cause: Cause; lesson: string; measure: string } | null;
  closed_at: string | null;
  order_facts: {
    /** Masked; empty where nobody may know. */
    contact: string;
    phone: string;
    address: string;
    content: string;
    privacy: "open" | "confidential" | "anonymous";
    emotion: "calm" | "agitated" | "furious";
    channel: string;
    state: string;
    accepted_by: string | null;
    result: { cause: string; action: string; done_at: string | null; person: string; told: string; evidence: string; substantiated: boolean | null } | null;
    attachments: { id: string; what: string; name: string; mime: string }[];
    urges: number;
    reopened: number;
  };
  steps: Step[];
  allowed: Allowed[];
}
export interface Waiting {
  stage: Stage;
  count: number;
  overdue: number;
  grave: number;
}

const KEY = "complaints";
const BASE = "/api/complaints";
/** What happens to the orders changes by itself. */
const LOOK_AGAIN_MS = 10_000;

export const FILTERS = ["set", "stage", "level", "unit", "owner", "conclusion", "cause", "late", "from", "to", "before"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export function useCases({ before, ...filters }: Filters) {
  return useQuery({ queryKey: [KEY, "list", filters, before], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ items: CaseLine[]; next?: string | null }>(BASE, { ...filters, after: before } as Query, signal) });
}
export function useWaiting() {
  return useQuery({ queryKey: [KEY, "now"], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Waiting[]>(`${BASE}/now`, undefined, signal) });
}
export function useCase(order: string) {
  return useQuery({ queryKey: [KEY, "one", order], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Case>(`${BASE}/${encodeURIComponent(order)}`, undefined, signal) });
}

/** The case of an order, if there is one that may be seen. */
export function useCaseIfAny(order: string, enabled: boolean) {
  return useQuery<Case | null>({
    queryKey: [KEY, "if_any", order],
    enabled,
    refetchInterval: ({ state }) => (state.data ? LOOK_AGAIN_MS : 6 * LOOK_AGAIN_MS),
    queryFn: async ({ signal }) => {
      try {
        return await api.get<Case>(`${BASE}/${encodeURIComponent(order)}`, undefined, signal);
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
  });
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

export const changed = () => queries.invalidateQueries({ queryKey: [KEY] });

export async function doAct(of: { order: string; version: number }, act: Act): Promise<Case> {
  const next = await api.post<Case>(`${BASE}/${encodeURIComponent(of.order)}/act`, { act, version: of.version });
  queries.setQueryData([KEY, "one", of.order], next);
  await changed();
  return next;
}

export const FINDING_KINDS = ["concealed", "no_call", "edited", "templated", "impossible_time", "false_arrival", "false_call_back", "inaccurate", "hurried", "proper"] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];
/** What the centre cannot find by itself: somebody has heard it. */
export const BY_HAND = ["inaccurate", "hurried", "concealed"] as const;
export const FINDING_STATES = ["open", "confirmed", "dismissed"] as const;
export type FindingState = (typeof FINDING_STATES)[number];
export type Hint = { hint: "chose"; queue: string; keys: string | null } | { hint: "reason"; code: string } | { hint: "later"; order: string; number: string; at: string };
export type Odd = "arrived_before_dispatch" | "no_travel" | "no_work" | "entered_late" | "two_places";
export type Shown =
  | { shown: "call"; call: string; at: string; ended: string | null; agent: string | null; talk_s: number; hints: Hint[] }
  | { shown: "no_call"; call: string | null; from: string; to: string }
  | { shown: "order"; order: string; number: string; kind: string; at: string; by: string | null }
  | { shown: "no_order"; until: string }
  | { shown: "replayed"; field: string; kept: string; history: string }
  | { shown: "journal"; seq: number; field: string; kept: string; journal: string }
  | { shown: "text"; order: string; number: string; text: string; alike_percent: number }
  | { shown: "times"; odd: Odd; first: string; second: string }
  | { shown: "elsewhere"; order: string; at: string; metres: number }
  | { shown: "arrival"; recorded: string; told: string | null }
  | { shown: "asked"; at: string; by: string }
  | { shown: "words"; text: string };
export interface Finding {
  id: string;
  kind: FindingKind;
  /** Of the assessment: `A8`. */
  rule: string;
  state: FindingState;
  person: string | null;
  unit: string | null;
  order: string | null;
  call: string | null;
  month: string;
  found_at: string;
  evidence: Shown[];
  by: string | null;
  ruling: { by: string; at: string; reason: string } | null;
  may_rule: boolean;
}
export const FINDING_FILTERS = ["state", "kind", "person", "month", "before"] as const;
export type FindingFilters = Partial<Record<(typeof FINDING_FILTERS)[number] | "order", string | undefined>>;

export function useFindings({ before, ...filters }: FindingFilters, enabled = true) {
  return useQuery({ queryKey: [KEY, "findings", filters, before], enabled, refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ items: Finding[]; next?: string | null }>(`${BASE}/findings`, { ...filters, after: before } as Query, signal) });
}
export function useFinding(id: string) {
  return useQuery({ queryKey: [KEY, "finding", id], queryFn: ({ signal }) => api.get<Finding>(`${BASE}/findings/${encodeURIComponent(id)}`, undefined, signal) });
}
export async function rule(id: string, confirmed: boolean, reason: string): Promise<Finding> {
  const next = await api.post<Finding>(`${BASE}/findings/${encodeURIComponent(id)}/ruling`, { confirmed, reason });
  queries.setQueryData([KEY, "finding", id], next);
  await changed();
  return next;
}
export async function report(form: { kind: FindingKind; person: string; order: string | null; call: string | null; words: string }): Promise<Finding> {
  const finding = await api.post<Finding>(`${BASE}/findings`, form);
  await changed();
  return finding;
}

export const BYS = ["cause", "unit", "level", "subtype", "month"] as const;
export type By = (typeof BYS)[number];
export interface Tally {
  cases: number;
  open: number;
  closed: number;
  substantiated: number;
  concluded: number;
  late: number;
  grave: number;
}
export interface FiguresLine extends Tally {
  key: string;
}
export interface Figures {
  total: Tally;
  lines: FiguresLine[];
  findings: { kind: FindingKind; state: FindingState; count: number }[];
}
export function useFigures(from: string, to: string, by: By) {
  return useQuery({ queryKey: [KEY, "figures", from, to, by], queryFn: ({ signal }) => api.get<Figures>(`${BASE}/figures`, { from, to, by }, signal) });
}

export interface Settings {
  complaint_queues: string[];
  complaint_reasons: string[];
  record_min: number;
  talk_s: number;
  later_days: number;
  templated: number;
  alike_percent: number;
  travel_s: number;
  entered_h: number;
  speed_kmh: number;
  call_back_min: number;
}
export function useSettings() {
  return useQuery({ queryKey: [KEY, "settings"], queryFn: ({ signal }) => api.get<{ settings: Settings; version: number }>(`${BASE}/settings`, undefined, signal) });
}
export async function putSettings(settings: Settings, version: number): Promise<void> {
  await api.put(`${BASE}/settings`, { settings, version });
  await changed();
}

/** A complaint about oneself, as the caller says it: the number of its order. */
export const raise = (form: { call: string; words: string; emotion: "calm" | "agitated" | "furious"; token: string }): Promise<{ order: string; number: string }> => api.post(`${BASE}/raise`, form);
