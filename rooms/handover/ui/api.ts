// What the server says about handovers, and the questions to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import i18n from "i18next";
import { api, queries } from "@lib/api";

export const STATES = ["draft", "signed_out", "verified", "signed_in"] as const;
export type StateWord = (typeof STATES)[number];
export const SECTIONS = ["summary", "outages", "faults", "equipment", "attendance", "instructions", "policy"] as const;
export type Section = (typeof SECTIONS)[number];
export const WHYS = ["emergency", "escalated", "important", "overdue", "supervised", "urged", "complaint", "due_soon", "owed"] as const;
export type Why = (typeof WHYS)[number];

export interface Team {
  id: string;
  name: string;
}
/** A part of the centre that hands over by itself; no team is everything else. */
export interface TeamChoice {
  team: Team | null;
  current: string | null;
  waiting: number;
  late: boolean;
}
export interface RecordLine {
  id: string;
  number: string;
  shift: string;
  team: Team | null;
  begins: string;
  ends: string;
  sign_by: string;
  state: StateWord;
  outgoing: string | null;
  incoming: string | null;
  signed_in_at: string | null;
  alarmed_at: string | null;
}
export interface Signature {
  by: string;
  at: string;
  seal: string;
}
export interface Pressed {
  at: string;
  words: string;
  answer: string | null;
}
export interface OrderMatter {
  of: "order";
  order: string;
  number: string;
  kind: string;
  subtype: string;
  area: string;
  content: string;
  state: string;
  unit: string | null;
  handler: string | null;
  accepted_at: string;
  next: { step: string; due: string } | null;
  urges: number;
  urged: Pressed | null;
  supervisions: number;
  supervised: Pressed | null;
}
export interface OwedMatter {
  of: "owed";
  kind: string;
  call: string;
  queue: string;
  number: string;
  at: string;
  times: number;
  tries: number;
  taken_by: string | null;
}
export interface EscalationMatter {
  of: "escalation";
  escalation: string;
  number: string;
  matter: { of: "order"; order: string; number: string } | { of: "call"; call: string } | { of: "area"; area: string } | { of: "queue"; queue: string; name: string } | { of: "desk"; person: string };
  ground: string;
  rung: string;
  state: string;
  waits_for: string | null;
  begun_at: string;
  due: string | null;
}
export type Verdict = { is: "accepted"; by: string; at: string } | { is: "queried"; by: string; at: string; question: string; answer: { by: string; at: string; text: string } | null };
export interface Item {
  seq: number;
  about: string;
  matter: OrderMatter | OwedMatter | EscalationMatter;
  why: Why[];
  remark: string;
  late: boolean;
  verdict: Verdict | null;
  now: { state: string; open: boolean; unit: string | null; due: string | null } | null;
}
export interface Left {
  until: string;
  calls: { offered: number; requests: number; answered: number; abandoned: number; longest_wait_ms: number | null };
  seats: number;
  orders: { kind: string; accepted: number; closed: number; open: number; overdue: number; rest: number }[];
  owed_rest: number;
  outages?: { id: string; number: string; area: string; begun: boolean; affected: number; starts: string; ends: string | null; stale: boolean; greets: "speaks" | "waits" | "silent" }[];
  bulletins: { id: string; topic: string; region: string; text: string; valid_until: string; musts: number; reads: number }[];
}
export type Verb = "write" | "remark" | "sign_out" | "take_over" | "accept" | "query" | "answer" | "sign_in" | "append";
/** Why an act may not be done now: a refusal as the server would say it. */
export type Barred = { code: string } & Record<string, unknown>;
export interface Record_ extends RecordLine {
  signatures: { outgoing?: Signature; incoming?: Signature | string | null };
  sections: Partial<Record<Section, string>>;
  missing: Section[];
  left: Left;
  items: Item[];
  unverified: number;
  unanswered: number;
  appendix: { by: string; at: string; text: string }[];
  allowed: { act: Verb; barred: Barred | null }[];
}
export interface Now {
  team: Team | null;
  teams: TeamChoice[];
  current: RecordLine | null;
  waiting: RecordLine[];
  last: RecordLine | null;
}
export type Act =
  | { act: "write"; sections: Partial<Record<Section, string>> }
  | { act: "remark"; about: string; text: string }
  | { act: "sign_out" | "take_over" | "sign_in" }
  | { act: "accept"; about: string }
  | { act: "query"; about: string; question: string }
  | { act: "answer"; about: string; text: string }
  | { act: "append"; text: string };

export interface LogLine {
  id: string;
  at: string;
  what: string;
  important: boolean;
  who: string | null;
  by_hand: boolean;
  about?: string;
  number?: string;
  kind?: string;
  subtype?: string;
  area?: string;
  text?: string;
  order?: { act: string; agent?: string; to?: unknown };
  corrects?: string;
}
export interface HourCount {
  hour: string;
  what: string;
  count: number;
}
export interface Settings {
  shifts: { name: string; begins: string }[];
  sign_min: number;
  early_min: number;
  items_max: number;
  remark_on_emergencies: boolean;
  /** Groups that hand over by themselves. */
  teams: string[];
}

const KEY = "handover";
const BASE = "/api/handover";
/** What others sign, and what arises, comes by itself. */
const LOOK_AGAIN_MS = 15_000;

/** Without a team: one's own. */
export const useNow = (team?: string, enabled = true) => useQuery({ queryKey: [KEY, "now", team], enabled, refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Now>(`${BASE}/now`, { team }, signal) });
export const useRecord = (id: string) => useQuery({ queryKey: [KEY, "one", id], enabled: id !== "", refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Record_>(`${BASE}/${id}`, undefined, signal) });
export const useRecords = (after: string | undefined, team?: string) => useQuery({ queryKey: [KEY, "records", after, team], queryFn: ({ signal }) => api.get<{ items: RecordLine[]; next?: string }>(BASE, { after, team, limit: 30 }, signal) });
export const useLog = (filters: { handover?: string | undefined; important: boolean; after?: string | undefined }) =>
  useQuery({ queryKey: [KEY, "log", filters], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ items: LogLine[]; next?: string }>(`${BASE}/log`, { ...filters, limit: 100 }, signal) });
export const useHours = (handover: string | undefined) => useQuery({ queryKey: [KEY, "hours", handover], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<HourCount[]>(`${BASE}/log/hours`, { handover }, signal) });
export const useSettings = () => useQuery({ queryKey: [KEY, "settings"], queryFn: ({ signal }) => api.get<{ settings: Settings; version: number }>(`${BASE}/settings`, undefined, signal) });

/** The groups that could hand over by themselves; none for who may not see them. */
export function useGroups(): Team[] {
  const { data } = useQuery({ queryKey: ["directory", "groups"], staleTime: 60_000, retry: false, queryFn: ({ signal }) => api.get<Team[]>("/api/people/groups", undefined, signal) });
  return data ?? [];
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

const changed = (...which: string[]) => queries.invalidateQueries({ queryKey: [KEY, ...which] });

/** The answer is the record as it is then: the page shows it without asking once more. */
export async function act(id: string, what: Act): Promise<Record_> {
  const record = await api.post<Record_>(`${BASE}/${id}/act`, what);
  queries.setQueryData([KEY, "one", id], record);
  if (what.act === "sign_out" || what.act === "sign_in") await Promise.all([changed("now"), changed("records")]);
  return record;
}
export async function note(form: { text: string; at?: string; corrects?: string; handover?: string | undefined }): Promise<void> {
  await api.post(`${BASE}/log`, form);
  await changed("log");
}
export async function putSettings(settings: Settings, version: number): Promise<void> {
  await api.put(`${BASE}/settings`, { settings, version });
  await changed();
}

export const TOPICS = ["previous", "risks", "cases", "business"] as const;
export const ATTENDANCES = ["on_time", "late", "leave", "absent"] as const;
export type Attendance = (typeof ATTENDANCES)[number];
export interface Minutes {
  said: Partial<Record<(typeof TOPICS)[number], string>>;
  present: { person: string; attendance: Attendance; proper: boolean }[];
}
export interface Meeting {
  shift: RecordLine;
  previous: RecordLine | null;
  /** How the leader before has summed up. */
  summary: string;
  by: string | null;
  at: string | null;
  minutes: Minutes;
  readers: { person: string; at: string }[];
  to_read: boolean;
  may_write: boolean;
  version: number;
}
export const useMeeting = (handover: string | undefined) => useQuery({ queryKey: [KEY, "meeting", handover], refetchInterval: 30_000, queryFn: ({ signal }) => api.get<Meeting>(`${BASE}/meeting`, { handover }, signal) });
export async function putMeeting(handover: string, minutes: Minutes, version: number): Promise<void> {
  await api.put(`${BASE}/${handover}/meeting`, { minutes, version });
  await changed("meeting");
}
export async function readMeeting(handover: string): Promise<void> {
  await api.post(`${BASE}/${handover}/meeting/read`, {});
  await changed("meeting");
}
