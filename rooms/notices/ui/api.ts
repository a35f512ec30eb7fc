// What the server says about notices, texts and settings, and the questions to it. Names and units as on the wire.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

export const STATES = ["queued", "sending", "sent", "delivered", "failed", "expired", "suppressed", "unknown", "cancelled"] as const;
export type State = (typeof STATES)[number];
export const CHANNELS = ["sms", "mail", "voice"] as const;
export type Channel = (typeof CHANNELS)[number];
export type Class = "service" | "marketing";
export type Act = "resend" | "cancel";

export interface NoticeView {
  id: string;
  template: string;
  channel: Channel;
  class: Class;
  /** Masked. */
  to: string;
  text: string;
  about: { room: string; id: string };
  urgent: boolean;
  state: State;
  why: string;
  detail: string;
  attempts: number;
  next_at: string;
  created_at: string;
  created_by: string | null;
  handed_at: string | null;
  sent_at: string | null;
  done_at: string | null;
  expires_at: string;
  parts: number;
  allowed: Act[];
  version: number;
}
export interface WholeNotice extends NoticeView {
  template_version: number;
  language: string;
  receipts: { message_id: string; outcome: "delivered" | "undeliverable" | "expired" | "rejected" | "deleted" | null; error: string; at: string }[];
  replies: { at: string; text: string }[];
}
export interface Way {
  channel: Channel;
  gateway: string | null;
  ready: boolean;
  why: string;
  waiting: number;
  oldest: string | null;
}
export interface Field {
  key: string;
  label: string;
  example: string;
  most: number;
}
export interface Draft {
  name: string;
  class: Class;
  /** Notices of it may be urgent. */
  urgent: boolean;
  subject: string;
  body: string;
  fields: Field[];
}
export interface Template extends Draft {
  code: string;
  language: "zh-CN" | "en";
  version: number;
  state: "drafted" | "approved" | "retired";
  written_by: string | null;
  written_at: string;
  reviewed_by: string | null;
  reviewed_at: string | null;
  revision: number;
  allowed: ("approve" | "retire")[];
  own: boolean;
  /** The product's wording of now, where this one is the product's of before and nobody here has changed it. */
  newer: Draft | null;
}
export interface Preview {
  text: string;
  characters: number;
  parts: number;
  alone: number;
  part: number;
}
export interface Settings {
  quiet: { from: string; to: string }[];
  service_per_day: number;
  marketing_per_day: number;
  expires_h: number;
  attempts_max: number;
  signature: string;
}
/** `unsigned`: text messages go out and nobody has said whose they are. */
export interface SettingsView {
  version: number;
  settings: Settings;
  unsigned: boolean;
}
export interface Consent {
  recipient: string;
  class: Class;
  granted: boolean;
  source: string;
  who: string | null;
  at: string;
}

const KEY = "notices";
const BASE = "/api/notices";
const changed = () => queries.invalidateQueries({ queryKey: [KEY] });

export const FILTERS = ["state", "channel", "template", "to", "before", "open"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;
/** What is on its way changes by itself. */
const LOOK_AGAIN_MS = 5_000;

export function useNotices({ open: _, ...filters }: Filters) {
  return useQuery({ queryKey: [KEY, "list", filters], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ items: NoticeView[]; next?: string }>(BASE, filters, signal) });
}
/** Everything that was sent about a thing of another room, newest first. */
export function useNoticesAbout(room: string, about: string, enabled: boolean) {
  return useQuery({ queryKey: [KEY, "about", room, about], enabled, refetchInterval: LOOK_AGAIN_MS, queryFn: async ({ signal }) => (await api.get<{ items: NoticeView[] }>(BASE, { room, about }, signal)).items });
}
export function useNotice(id: string) {
  return useQuery({ queryKey: [KEY, "one", id], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<WholeNotice>(`${BASE}/${id}`, undefined, signal) });
}
export function useWays() {
  return useQuery({ queryKey: [KEY, "ways"], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Way[]>(`${BASE}/gateways`, undefined, signal) });
}
export function useTemplates(enabled = true) {
  return useQuery({ queryKey: [KEY, "templates"], enabled, queryFn: ({ signal }) => api.get<Template[]>(`${BASE}/templates`, undefined, signal) });
}
export function useVersions(code: string, language: string) {
  return useQuery({ queryKey: [KEY, "templates", code, language], queryFn: ({ signal }) => api.get<Template[]>(`${BASE}/templates/${code}/${language}`, undefined, signal) });
}
/** A text as a telephone would get it; the last one stays while the next is asked for. */
export function usePreview(draft: Draft, values: Record<string, string>) {
  return useQuery({ queryKey: [KEY, "preview", draft, values], retry: false, enabled: draft.body.trim() !== "" && draft.name.trim() !== "", placeholderData: keepPreviousData, queryFn: () => api.post<Preview>(`${BASE}/templates/preview`, { draft, values }) });
}
export function useSettings() {
  return useQuery({ queryKey: [KEY, "settings"], queryFn: ({ signal }) => api.get<SettingsView>(`${BASE}/settings`, undefined, signal) });
}
export function useConsents(recipient: string, enabled: boolean) {
  return useQuery({ queryKey: [KEY, "consents", recipient], enabled, queryFn: ({ signal }) => api.get<Consent[]>(`${BASE}/consents`, { recipient: recipient || undefined }, signal) });
}

export interface ReplyRow {
  id: string;
  at: string;
  /** Masked. */
  from: string;
  text: string;
  notice: string | null;
  template: string | null;
  about: { room: string; id: string } | null;
  seen_at: string | null;
  seen_by: string | null;
}
/** `unseen`: how many nobody has looked at, a thousand at the most. */
export function useReplies(unseen: boolean, before: string | undefined) {
  return useQuery({ queryKey: [KEY, "replies", unseen, before], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ items: ReplyRow[]; next?: string; unseen: number }>(`${BASE}/replies`, { unseen: unseen || undefined, before }, signal) });
}
export async function seeReply(id: string): Promise<void> {
  await api.post(`${BASE}/replies/${id}/seen`, {});
  await changed();
}

export interface NewNotice {
  template: string;
  language: string;
  channel: Channel;
  to: string;
  values: Record<string, string>;
  urgent: boolean;
  key: string;
}
export async function sendNotice(notice: NewNotice): Promise<void> {
  await api.post(BASE, notice);
  await changed();
}
export async function actOn(notice: NoticeView, act: Act, why: string): Promise<void> {
  await api.post(`${BASE}/${notice.id}/act`, { act, why, version: notice.version });
  await changed();
}
export async function writeTemplate(code: string, language: string, at: { version: number; revision: number }, draft: Draft): Promise<void> {
  await api.put(`${BASE}/templates/${code}/${language}`, { version: at.version, revision: at.revision, ...draft });
  await changed();
}
/** The product's newer wording becomes a draft, which somebody approves. */
export async function takeHouse(template: Template): Promise<void> {
  await api.post(`${BASE}/templates/${template.code}/${template.language}/house`, { version: template.version, revision: template.revision });
  await changed();
}
export async function actOnTemplate(template: Template, act: "approve" | "retire"): Promise<void> {
  await api.post(`${BASE}/templates/${template.code}/${template.language}/act`, { act, version: template.version, revision: template.revision });
  await changed();
}
export async function putSettings(version: number, settings: Settings): Promise<void> {
  await api.put(`${BASE}/settings`, { version, settings });
  await changed();
}
export async function setConsent(consent: { recipient: string; class: Class; granted: boolean; source: string }): Promise<void> {
  await api.post(`${BASE}/consents`, consent);
  await changed();
}

export const TOPICS = ["fault", "surge", "staff", "business", "other"] as const;
export type Topic = (typeof TOPICS)[number];
export interface Bulletin {
  id: string;
  topic: Topic;
  region: string;
  text: string;
  valid_from: string;
  valid_until: string;
  written_by: string;
  written_at: string;
  holds: boolean;
  withdrawn_at: string | null;
  withdrawn_why: string;
  must: boolean;
  read_at: string | null;
  overdue: boolean;
  musts: number;
  reads: number;
  late: boolean;
  version: number;
}
export interface Reader {
  person: string;
  must: boolean;
  read_at: string | null;
  overdue: boolean;
}
export interface NewBulletin {
  topic: Topic;
  region: string;
  text: string;
  valid_from: string;
  valid_until: string;
  must_read: string[];
}
const BULLETINS = `${BASE}/bulletins`;
const LOOK_FOR_BULLETINS_MS = 30_000;
export function useBulletins(past: boolean, before: string | undefined) {
  return useQuery({ queryKey: [KEY, "bulletins", past, before], refetchInterval: LOOK_FOR_BULLETINS_MS, queryFn: ({ signal }) => api.get<{ items: Bulletin[]; next?: string }>(BULLETINS, { past: past || undefined, before }, signal) });
}
export function useUnread() {
  return useQuery({ queryKey: [KEY, "unread"], retry: false, refetchInterval: LOOK_FOR_BULLETINS_MS, queryFn: ({ signal }) => api.get<{ unread: number; late: number }>(`${BULLETINS}/unread`, undefined, signal) });
}
export function useReaders(id: string) {
  return useQuery({ queryKey: [KEY, "readers", id], queryFn: ({ signal }) => api.get<Reader[]>(`${BULLETINS}/${id}/readers`, undefined, signal) });
}
export async function writeBulletin(bulletin: NewBulletin): Promise<void> {
  await api.post(BULLETINS, bulletin);
  await changed();
}
export async function readBulletin(id: string): Promise<void> {
  await api.post(`${BULLETINS}/${id}/read`, {});
  await changed();
}
export async function withdrawBulletin(bulletin: Bulletin, why: string): Promise<void> {
  await api.post(`${BULLETINS}/${bulletin.id}/withdraw`, { why, version: bulletin.version });
  await changed();
}
