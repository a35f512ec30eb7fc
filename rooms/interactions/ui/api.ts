// What the server says about records, reasons and phrases, and the questions to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import type { Asked as Field } from "@kit";
import { api, queries } from "@lib/api";
import type { Words } from "@lib/words";

export { FIELD_KINDS, type Asked as Field } from "@kit";
export { said, type Words } from "@lib/words";
export interface Point {
  key: string;
  title: Words;
  say: Words;
}
export interface Reason {
  code: string;
  parent: string | null;
  title: Words;
  pinyin: string;
  initials: string;
  fields: Field[];
  points: Point[];
  /** Null is as above it. */
  closable: boolean | null;
  order: boolean | null;
  retired: boolean;
}
export interface Tree {
  version: number;
  opening: Point[];
  closing: Point[];
  reasons: Reason[];
}
export type Change =
  | { change: "add" | "edit"; reason: Reason }
  | { change: "move"; code: string; parent: string | null; place: number }
  | { change: "retire" | "restore"; code: string }
  | { change: "common"; opening: Point[]; closing: Point[] };

export const RESULTS = ["answered", "order", "call_back", "wrong_number", "silent", "nuisance"] as const;
export type Result = (typeof RESULTS)[number];
export const isVoid = (result: Result | null): boolean => result === "wrong_number" || result === "silent" || result === "nuisance";

/** What is written, however unfinished; every value as text. */
export interface Draft {
  reason: string | null;
  fields: Record<string, string>;
  points: string[];
  notes: string;
  result: Result | null;
  customer: string | null;
  /** Empty is the number of this call. */
  contact: string;
}
export const EMPTY: Draft = { reason: null, fields: {}, points: [], notes: "", result: null, customer: null, contact: "" };

export interface RecordView {
  call: string;
  agent: string;
  direction: "in" | "out";
  /** Masked. */
  number: string;
  at: string;
  state: "draft" | "complete";
  draft: Draft;
  tree: number;
  edition: number;
  overdue_at: string | null;
  completed_at: string | null;
  release: { at: string; by: string; why: string } | null;
  writer: string;
  seq: number;
  saved_at: string;
  version: number;
  allowed: ("save" | "complete" | "amend" | "release")[];
}
export interface OfCall {
  own: RecordView | null;
  others: RecordView[];
  writable: boolean;
}
export interface Edition {
  edition: number;
  at: string;
  who: string;
  why: string;
  tree: number;
  draft: Draft;
}
export type Sensitive = "id_card" | "bank_card";
export interface Saved {
  record: RecordView;
  masked: Sensitive[];
}
export interface Fault {
  field: string;
  why: "missing" | "unknown" | "too_general" | "not_closable" | "not_offered" | "bad_date" | "bad_number" | "bad_phone" | "bad_answer";
}
export interface Moment {
  key: string;
  title: Words;
  texts: Words[];
}
export interface Phrases {
  version: number;
  company: string;
  moments: Moment[];
  never: string[];
}
export interface Settings {
  version: number;
  complete_first: boolean;
}

const KEY = "interactions";
const BASE = "/api/interactions";
const changed = () => queries.invalidateQueries({ queryKey: [KEY] });

/** The tree in force, or as it was. */
export function useTree(version?: number) {
  return useQuery({ queryKey: [KEY, "reasons", version ?? null], staleTime: version === undefined ? 60_000 : Infinity, queryFn: ({ signal }) => api.get<Tree>(`${BASE}/reasons`, { version }, signal) });
}
export function useMostUsed() {
  return useQuery({ queryKey: [KEY, "used"], staleTime: 300_000, queryFn: ({ signal }) => api.get<{ mine: string[]; centre: string[] }>(`${BASE}/reasons/used`, undefined, signal) });
}
export function usePhrases() {
  return useQuery({ queryKey: [KEY, "phrases"], staleTime: 300_000, queryFn: ({ signal }) => api.get<Phrases>(`${BASE}/phrases`, undefined, signal) });
}
export function useRawPhrases() {
  return useQuery({ queryKey: [KEY, "phrases", "raw"], queryFn: ({ signal }) => api.get<Phrases>(`${BASE}/phrases/raw`, undefined, signal) });
}
export function useSettings() {
  return useQuery({ queryKey: [KEY, "settings"], queryFn: ({ signal }) => api.get<Settings>(`${BASE}/settings`, undefined, signal) });
}
export function useOfCall(call: string) {
  return useQuery({ queryKey: [KEY, "of", call], queryFn: ({ signal }) => api.get<OfCall>(`${BASE}/${call}`, undefined, signal) });
}
export function useEditions(call: string, agent: string, active: boolean) {
  return useQuery({ queryKey: [KEY, "editions", call, agent], enabled: active, queryFn: ({ signal }) => api.get<Edition[]>(`${BASE}/${call}/${agent}/versions`, undefined, signal) });
}
export function useHistory(call: string | null, customer: string | null) {
  return useQuery({ queryKey: [KEY, "history", call, customer], enabled: call !== null, queryFn: ({ signal }) => api.get<RecordView[]>(`${BASE}/history`, { call, customer }, signal) });
}

export const FILTERS = ["agent", "reason", "result", "state", "overdue", "set", "class", "from", "to", "before"] as const;
/** What a number on the page of statistics counted. */
export const SETS = ["contacts", "direct", "solved", "repeated"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;
export function useRecords(filters: Filters) {
  return useQuery({ queryKey: [KEY, "list", filters], queryFn: ({ signal }) => api.get<{ items: RecordView[]; next?: string }>(BASE, filters, signal) });
}

export const readOfCall = (call: string): Promise<OfCall> => api.get<OfCall>(`${BASE}/${call}`);
interface Hand {
  version: number;
  writer: string;
  seq: number;
}
export const saveDraft = (call: string, hand: Hand, draft: Draft): Promise<Saved> => api.put<Saved>(`${BASE}/${call}/draft`, { ...hand, draft });
export async function completeRecord(call: string, hand: Hand, draft: Draft): Promise<Saved> {
  const saved = await api.post<Saved>(`${BASE}/${call}/complete`, { ...hand, draft });
  void changed();
  return saved;
}
export const lookAt = (record: RecordView, why: string): Promise<Draft> => api.post<Draft>(`${BASE}/${record.call}/${record.agent}/look`, { why });
export async function amend(record: RecordView, draft: Draft, why: string): Promise<void> {
  await api.put(`${BASE}/${record.call}/${record.agent}`, { version: record.version, draft, why });
  await changed();
}
export async function release(record: RecordView, why: string): Promise<void> {
  await api.post(`${BASE}/${record.call}/${record.agent}/release`, { why });
  await changed();
}
export async function changeTree(version: number, change: Change): Promise<void> {
  await api.post(`${BASE}/reasons`, { version, ...change });
  await changed();
}
export interface Imported {
  added: number;
  changed: number;
  unchanged: number;
  version: number;
}
export async function importTree(version: number, from: { file: string } | { demo: string }, dry_run: boolean): Promise<Imported> {
  const imported = await api.post<Imported>(`${BASE}/reasons/import`, { version, ...from, dry_run });
  if (!dry_run) await changed();
  return imported;
}
export async function putPhrases(phrases: Phrases): Promise<void> {
  await api.put(`${BASE}/phrases`, phrases);
  await changed();
}
export async function putSettings(settings: Settings): Promise<void> {
  await api.put(`${BASE}/settings`, settings);
  await changed();
}
