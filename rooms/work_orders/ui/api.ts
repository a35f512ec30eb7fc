// What the server says about work orders, and the questions to it. Names and units as on the wire.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Asked } from "@kit";
import { address, api, queries, type Query } from "@lib/api";
import type { Words } from "@lib/words";
import type { Outcome } from "./field/types";
import type { Limit } from "./limits";
import { lookAgain, usePushed } from "./push";

export const KINDS = ["fault", "enquiry", "complaint", "report", "opinion", "suggestion", "praise", "request"] as const;
export type Kind = (typeof KINDS)[number];
export const STATES = ["accepted", "to_dispatch", "dispatched", "taken", "arrived", "in_work", "suspended", "result_given", "in_review", "to_call_back", "closed", "merged", "void"] as const;
export type State = (typeof STATES)[number];
export const isOpen = (state: State): boolean => state !== "closed" && state !== "merged" && state !== "void";
export const CHANNELS = ["phone", "government", "web", "wechat", "counter", "inside"] as const;
export type Channel = (typeof CHANNELS)[number];
export const SITES = ["urban", "rural", "remote"] as const;
export const URGENCIES = ["ordinary", "important", "urgent"] as const;
export const PRIVACIES = ["open", "confidential", "anonymous"] as const;
export const EMOTIONS = ["calm", "agitated", "furious"] as const;
export const LEVELS = ["ordinary", "important", "major", "special"] as const;
export const SATISFACTIONS = ["very_satisfied", "satisfied", "fair", "dissatisfied", "very_dissatisfied", "not_rated"] as const;
export type Satisfaction = (typeof SATISFACTIONS)[number];
export const RETURN_REASONS = ["not_ours", "insufficient", "duplicate"] as const;
export const GRADES = ["daily", "listed", "summoned"] as const;
export const SUPERVISION_REASONS = ["overdue", "repeated_complaint", "refused_duty", "false_result", "public_effect", "urged", "unanswered", "ordered"] as const;

export interface Matter {
  kind: Kind;
  subtype: string;
  channel: Channel;
  content: string;
  fields: Record<string, string>;
  site: (typeof SITES)[number];
  urgency: (typeof URGENCIES)[number];
  danger: boolean;
  privacy: (typeof PRIVACIES)[number];
  emotion: (typeof EMOTIONS)[number];
  level: (typeof LEVELS)[number];
  reply_wanted: boolean;
  contact: { name: string; phone: string };
  customer: string | null;
  important_customer: boolean;
  address: string;
  area: string;
  call: string | null;
  about: string | null;
}

/** One order in a list; what is personal is masked. */
export interface OrderLine {
  id: string;
  number: string;
  kind: Kind;
  subtype: string;
  channel: Channel;
  state: State;
  unit: string | null;
  handler: string | null;
  accepted_by: string | null;
  accepted_at: string;
  due: string | null;
  due_step: string | null;
  due_since: string | null;
  promised_since: string | null;
  promised: string | null;
  urgency: Matter["urgency"];
  danger: boolean;
  level: Matter["level"];
  important: boolean;
  urges: number;
  supervised: number;
  returns: number;
  reopened: number;
  master: string | null;
  contact: string;
  phone: string;
  address: string;
  area: string;
  content: string;
  satisfaction: Satisfaction | null;
  /** More time that the unit has asked for and nobody has answered. */
  time_asked: TimeAsked | null;
  version: number;
}
export interface TimeAsked {
  at: string;
  who: string | null;
  unit: string;
  by: Limit;
  reason: string;
  told_customer: boolean;
  /** What the customer was told; otherwise why nobody has told it. */
  told: string;
  /** Until when it is to be answered. */
  due: string;
  /** Until when the customer would wait, granted as asked; nobody wrote that down of older ones. */
  until: string | null;
}
export interface ClockView {
  promise: string;
  step: string;
  round: number;
  rule: string;
  clock: "unit" | "customer";
  since: string;
  due: string;
  standing: "running" | "kept" | "broken" | "withdrawn";
  ended_at: string | null;
  late_s: number;
  renewals: number;
  reason: string | null;
}
export interface Urge {
  at: string;
  who: string | null;
  by: "customer" | "agent" | "system";
  words: string;
  promise: string;
  answer: string | null;
}
/** An open order that was urged, with what was said last. */
export interface UrgedLine extends OrderLine {
  last: Urge;
  unanswered: number;
}
export interface Supervision {
  at: string;
  who: string | null;
  grade: (typeof GRADES)[number];
  reason: (typeof SUPERVISION_REASONS)[number];
  action: string;
  due: string;
  reply: string | null;
  replied_at: string | null;
  evaluation: string | null;
}
export interface Attachment {
  id: string;
  what: "photo" | "signature" | "scan";
  name: string;
  mime: string;
  bytes: number;
  hash: string;
  by: string | null;
  /** Whether you may open it; that is written down. */
  opens: boolean;
}
/** What is done to an order; the rest of it depends on which. */
export interface Act {
  act: Verb;
  [said: string]: unknown;
}
export const VERBS = [
  "dispatch", "redispatch", "take", "assign", "send_back", "leave", "arrive", "begin", "estimate", "give_result", "contact", "ask_time", "suspend", "resume", "extend", "refuse_time",
  "review", "approve", "refuse_result", "close", "reopen", "urge", "answer_urge", "supervise", "reply_supervision", "evaluate_supervision", "merge", "correct", "note", "attach", "void", "follow", "part", "limit", "untold",
] as const;
export type Verb = (typeof VERBS)[number];
export interface Step {
  seq: number;
  at: string;
  who: string | null;
  verb: string;
  from: State;
  to: State;
  unit: string | null;
  act: Act | null;
}
/** What is answered to whoever sees the order no more. */
interface Done {
  id: string;
  done: true;
}
export interface Allowed {
  act: Verb;
  barred?: string;
}
export interface Order extends OrderLine {
  matter: Matter;
  /** The matter is shown whole. */
  whole: boolean;
  bound: string | null;
  left_at: string | null;
  arrived_at: string | null;
  estimate: string | null;
  result: Outcome | null;
  urged: Urge[];
  supervisions: Supervision[];
  attachments: Attachment[];
  clocks: ClockView[];
  steps: Step[];
  children: number;
  /** The unit it was sent to had nobody to hear it; who heard of it instead. */
  unheard: Unheard | null;
  /** How much more time may be had at most; null where none may. */
  more_time: Limit | null;
  /** How much it must be at least: of a request whose answer is late, less would be over already. */
  more_least: Limit | null;
  allowed: Allowed[];
}
export interface Unheard {
  hears: "above" | "centre" | "nobody";
  told: string[];
  at: string;
}
export interface Now {
  standing: { state: State; unit: string | null; count: number; overdue: number; important: number; urged: number; oldest: string }[];
  needed: number;
  /** What no unit has two hours after it was accepted, since when the oldest of it. */
  unassigned: number;
  unassigned_since: string | null;
  /** Units that have asked for more time; until when the first is to be answered. */
  time_asked: number;
  decide_by: string | null;
}
export interface Subtype {
  code: string;
  kind: Kind;
  title: Words;
  tags: string[];
  fields: Asked[];
  reasons: string[];
  duty: string;
  call_back: "always" | "sample" | "never";
  danger: boolean;
  confidential: boolean;
  retired: boolean;
}
export interface Fault {
  field: string;
  why: "missing" | "unknown" | "too_long" | "bad_phone" | "unfit";
}
export interface Filing {
  matter: Matter;
  unit: string | null;
  master: string | null;
  answered: string | null;
  appointment: string | null;
  token: string;
}

const BASE = "/api/work_orders";
const KEY = "work_orders";
const one = (order: string) => `${BASE}/${encodeURIComponent(order)}`;

interface Found {
  items: OrderLine[];
  next: string | null;
}
export function useOrders(filters: Query, limit = 50, enabled = true) {
  usePushed(enabled);
  return useQuery({
    queryKey: [KEY, "list", filters, limit],
    enabled,
    refetchInterval: lookAgain,
    queryFn: ({ signal }) => api.get<Found>(BASE, { ...filters, limit }, signal),
  });
}

/** What is urged and still open, the next due first. */
export function useUrged(filters: { unit?: string | undefined; after?: string | undefined }) {
  usePushed(true);
  return useQuery({
    queryKey: [KEY, "urged", filters],
    refetchInterval: lookAgain,
    queryFn: ({ signal }) => api.get<{ items: UrgedLine[]; next?: string | null }>(`${BASE}/urged`, { ...filters, limit: 50 }, signal),
  });
}

/** Page after page as one goes on. */
export const useAllOrders = (filters: Query) =>
  useInfiniteQuery({
    queryKey: [KEY, "all", filters],
    initialPageParam: "",
    queryFn: ({ signal, pageParam }) => api.get<Found>(BASE, { ...filters, after: pageParam }, signal),
    getNextPageParam: (last) => last.next ?? undefined,
  });

export function useNow(enabled = true) {
  usePushed(enabled);
  return useQuery({ queryKey: [KEY, "now"], enabled, refetchInterval: lookAgain, queryFn: ({ signal }) => api.get<Now>(`${BASE}/now`, undefined, signal) });
}

export function useOrder(order: string) {
  usePushed(true);
  return useQuery({ queryKey: [KEY, "one", order], refetchInterval: lookAgain, queryFn: ({ signal }) => api.get<Order>(one(order), undefined, signal) });
}

export const useChildren = (order: string, enabled: boolean) =>
  useQuery({ queryKey: [KEY, "children", order], enabled, queryFn: ({ signal }) => api.get<OrderLine[]>(`${one(order)}/children`, undefined, signal) });

/** The sub-types, and how to find one by its code. */
export function useSubtypes(enabled = true) {
  const { data } = useQuery({
    queryKey: [KEY, "kinds"],
    enabled,
    staleTime: 300_000,
    queryFn: async ({ signal }) => (await api.get<{ kinds: { subtypes: Subtype[] } }>(`${BASE}/kinds`, undefined, signal)).kinds.subtypes,
  });
  return useMemo(() => {
    const all = data ?? [];
    const byCode = new Map(all.map((subtype) => [subtype.code, subtype]));
    return { all, ready: data !== undefined, find: (code: string | null | undefined) => (code ? byCode.get(code) : undefined) };
  }, [data]);
}

export const useAlike = (like: { customer: string | null; address: string; phone: string }, enabled: boolean) =>
  useQuery({ queryKey: [KEY, "alike", like], enabled: enabled && (like.customer !== null || like.address.length > 3 || like.phone.length > 6), queryFn: ({ signal }) => api.get<OrderLine[]>(`${BASE}/alike`, like, signal) });

export const useSuggested = (subtype: string, area: string, enabled: boolean) =>
  useQuery({ queryKey: [KEY, "suggest", subtype, area], enabled: enabled && subtype !== "", retry: false, queryFn: async ({ signal }) => (await api.get<{ units: string[] }>(`${BASE}/suggest`, { subtype, area }, signal)).units });

/** Everything of the room is asked for anew; what was just answered stands already. */
async function changed(order: Order): Promise<Order> {
  queries.setQueryData([KEY, "one", order.id], order);
  queries.setQueryData([KEY, "one", order.number], order);
  await queries.invalidateQueries({ queryKey: [KEY] });
  await queries.invalidateQueries({ queryKey: ["promises"] });
  return order;
}

export const fileOrder = async (filing: Filing): Promise<Order> => changed(await api.post<Order>(BASE, filing));

/** Nobody presses twice: the same token is done once. */
export const newToken = (): string => crypto.randomUUID();

/** `leaving`: the page may be gone before the answer comes. */
export async function doAct(order: { id: string; version: number }, act: Act, token: string = newToken(), leaving = false): Promise<void> {
  const answer = await api.post<Order | Done>(`${one(order.id)}/act`, { act, version: order.version, token }, leaving);
  if (!("done" in answer)) await changed(answer);
  // Sent back, handed on: it is no longer ours to see.
  else await queries.invalidateQueries({ queryKey: [KEY] });
}

export const unmask = (order: string, reason: string): Promise<Matter> => api.post<Matter>(`${one(order)}/unmask`, { reason });

/** The order behind a number that somebody reads aloud. */
export const findOrder = (number: string): Promise<Order> => api.get<Order>(one(number.trim()));

export const attachmentAt = (order: string, attachment: string): string => `${one(order)}/attachments/${encodeURIComponent(attachment)}`;
export async function attach(order: string, what: Attachment["what"], file: File, token: string = newToken()): Promise<void> {
  const form = new FormData();
  form.append("file", file);
  await api.upload("POST", address(`${one(order)}/attachments`, { what, token }), form);
  await queries.invalidateQueries({ queryKey: [KEY] });
}
