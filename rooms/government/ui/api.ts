// What the server says about tickets of 12345 and their platforms, and the questions to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import { api, Problem, queries } from "@lib/api";
import { useMay } from "@lib/session";
import { SEE } from "./permissions";

export type Stage = "received" | "signed" | "resulted" | "finished" | "handed_back" | "cancelled";
export type Asked = "waiting" | "granted" | "refused";
export type Sending = "waiting" | "sent" | "refused" | "skipped";
export type Told = "signed" | "contacted" | "progress" | "extension_asked" | "hand_back" | "result" | "file" | "called_back" | "reopened" | "urge_answered" | "supervision_answered" | "merged" | "voided" | "test";
export type Said = "urge" | "supervise" | "send_back" | "cancel" | "extension_granted" | "extension_refused" | "hand_back_granted" | "hand_back_refused" | "addition";
export type Verb = "sign" | "report" | "ask_extension" | "hand_back";
export const REASONS = ["not_ours", "insufficient", "duplicate"] as const;
export type Reason = (typeof REASONS)[number];

export interface Limits {
  sign_by: string | null;
  contact_by: string | null;
  answer_by: string | null;
}
export interface TicketLine {
  id: string;
  platform: string;
  platform_name: string;
  number: string;
  order: string;
  order_number: string;
  category: string;
  confidential: boolean;
  urgent: boolean;
  stage: Stage;
  order_state: string;
  limits: Limits;
  due: string | null;
  promised: string | null;
  came_at: string;
  signed_at: string | null;
  contacted_at: string | null;
  resulted_at: string | null;
  extension: { state: Asked; until: string; reason: string; answer: string } | null;
  hand_back: { state: Asked; reason: Reason; note: string; answer: string } | null;
  bound: boolean;
  sent_back: number;
  urged: boolean;
  supervised: boolean;
  concerned: string | null;
  conflict: boolean;
  waiting: number;
  failures: number;
  next_at: string | null;
  refused: boolean;
  detail: string;
  allowed: Verb[];
  version: number;
}
export interface Return {
  id: string;
  number: number;
  kind: Told;
  body: string | null;
  state: Sending;
  attempts: number;
  created_at: string;
  tried_at: string | null;
  status: number | null;
  took_ms: number | null;
  error: string;
}
export interface Ticket extends TicketLine {
  returns: Return[];
  messages: { message: string; kind: Said; at: string }[];
}
export interface Tickets {
  now: { open: number; overdue: number; waiting: number; refused: number };
  items: TicketLine[];
  next?: string;
}

export type PlatformAct = "pause" | "resume" | "new_secret" | "remove";
export interface Mapping {
  categories: { code: string; subtype: string }[];
  other: string | null;
  units: { code: string; unit: string | null }[];
  /** The files of a result, not only their names. */
  files: boolean;
}
export interface Platform {
  id: string;
  name: string;
  code: string;
  url: string;
  state: "active" | "paused" | "removed";
  has_secret: boolean;
  old_until: string | null;
  mapping: Mapping;
  created_at: string;
  allowed: PlatformAct[];
  version: number;
}
export interface Subtype {
  code: string;
  zh: string;
  en: string;
}
export interface Platforms {
  platforms: Platform[];
  subtypes: Subtype[];
  private_addresses: boolean;
}
export interface PlatformForm {
  name: string;
  code: string;
  url: string;
  mapping: Mapping;
}
export interface Tried {
  taken: boolean;
  status: number | null;
  took_ms: number;
  error: string;
}

const KEY = "government";
const BASE = "/api/government";
const changed = () => queries.invalidateQueries({ queryKey: [KEY] });
/** What is on its way changes by itself. */
const LOOK_AGAIN_MS = 5_000;

export function useTickets(filters: { which?: string; before?: string }) {
  return useQuery({ queryKey: [KEY, "list", filters], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Tickets>(`${BASE}/tickets`, { ...filters, limit: 30 }, signal) });
}
export function useTicket(id: string) {
  return useQuery({ queryKey: [KEY, "one", id], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Ticket>(`${BASE}/tickets/${encodeURIComponent(id)}`, undefined, signal) });
}
/** Most orders came otherwise: then there is none. */
export function useTicketOf(order: string) {
  const may = useMay(SEE);
  return useQuery({
    queryKey: [KEY, "of", order],
    enabled: may,
    queryFn: async ({ signal }) => {
      try {
        return await api.get<Ticket>(`${BASE}/of/${encodeURIComponent(order)}`, undefined, signal);
      } catch (error) {
        if (error instanceof Problem && error.status === 404) return null;
        throw error;
      }
    },
  });
}
export function usePlatforms() {
  return useQuery({ queryKey: [KEY, "platforms"], queryFn: ({ signal }) => api.get<Platforms>(`${BASE}/platforms`, undefined, signal) });
}

export async function act(ticket: TicketLine, what: Record<string, unknown> & { act: Verb }): Promise<void> {
  await api.post(`${BASE}/tickets/${ticket.id}/act`, { act: what, version: ticket.version });
  await changed();
}
export async function move(ticket: TicketLine, number: number, what: "again" | "skip"): Promise<void> {
  await api.post(`${BASE}/tickets/${ticket.id}/returns/${number}/act`, { act: what });
  await changed();
}
/** The secret, shown this once; none when nothing new was made. */
export async function savePlatform(before: Platform | null, form: PlatformForm): Promise<string | null> {
  if (before) {
    const { name, url, mapping } = form;
    await api.put(`${BASE}/platforms/${before.id}`, { name, url, mapping, version: before.version });
    await changed();
    return null;
  }
  const made = await api.post<{ secret: string }>(`${BASE}/platforms`, form);
  await changed();
  return made.secret;
}
export async function actOnPlatform(one: Platform, what: PlatformAct): Promise<string | null> {
  const done = await api.post<{ secret: string | null }>(`${BASE}/platforms/${one.id}/act`, { act: what, version: one.version });
  await changed();
  return done.secret;
}
export async function testPlatform(id: string): Promise<Tried> {
  const tried = await api.post<Tried>(`${BASE}/platforms/${id}/test`);
  await changed();
  return tried;
}
