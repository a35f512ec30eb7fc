// What the server says about outages, and the questions to it. Names and units as on the wire.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

export const UTILITIES = ["gas", "power"] as const;
export type Utility = (typeof UTILITIES)[number] | "cable";
export const CLASSES = ["planned", "temporary", "fault", "arrears", "breach"] as const;
export type Class = (typeof CLASSES)[number];
export const CAUSES = ["maintenance", "construction", "equipment", "weather", "outside_damage", "overload", "arrears", "breach", "unknown"] as const;
export type Cause = (typeof CAUSES)[number];
export const CREWS = ["waiting", "on_the_way", "searching", "working", "done"] as const;
export type Crew = (typeof CREWS)[number];
export type State = "draft" | "submitted" | "approved" | "published" | "in_progress" | "restored" | "closed" | "cancelled";
export type Moment = "published" | "day_before" | "soon" | "started" | "changed" | "announced" | "restored" | "cancelled" | "network";
export type Verb = "edit" | "submit" | "return" | "approve" | "publish" | "begin" | "revise" | "announce" | "restore" | "resume" | "close" | "cancel" | "take" | "set_greeting" | "approve_greeting";
export const WHICH = ["now", "coming", "prepared", "past"] as const;
export type Which = (typeof WHICH)[number];
export const OUTCOMES = ["reached", "no_answer", "busy", "wrong_number", "otherwise"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Place {
  area: string;
  road: string;
  community: string;
  buildings: string;
}
export interface Area {
  text: string;
  elements: string[];
  places: Place[];
  accounts: string[];
}
export interface Plan {
  utility: Utility;
  class: Class;
  area: Area;
  scope: string;
  cause: Cause;
  reason: string;
  starts: string;
  ends: string | null;
  unit: string | null;
}
export interface Counts {
  all: number;
  important: number;
  life_support: number;
  elderly: number;
  by_class: Record<string, number>;
}
/** One customer was cut off for what he owes or did: nobody else's business. */
export const isPersonal = (outage: { class: Class }) => outage.class === "arrears" || outage.class === "breach";
export interface OutageLine {
  id: string;
  number: string;
  utility: Utility;
  class: Class;
  state: State;
  area: string;
  cause: Cause;
  crew: Crew;
  starts: string;
  ends: string | null;
  next_news: string | null;
  restored_at: string | null;
  stale: boolean;
  delayed: boolean;
  due: string | null;
  counts: Counts;
  owner: string;
  unit: string | null;
  speaks: boolean;
  greeting_waits: boolean;
  /** Who is affected has changed with the network since people were told last. */
  network_changed: boolean;
  version: number;
}
export interface Element {
  id: string;
  kind: "substation" | "line" | "transformer" | "pressure_station" | "section" | "riser" | "headend" | "node" | "amplifier";
  code: string;
  name: string;
  parent: string | null;
}
export interface Revision {
  moment: Moment;
  at: string;
  by: string | null;
  starts: string;
  ends: string | null;
  cause: Cause;
  crew: Crew;
  next_news: string | null;
  why: string;
  /** How many a change of the network brought in and took out. */
  moved?: { joined: number; left: number };
}
export type Fate = "open" | "kept" | "moved" | "broken" | "void";
export interface Estimate {
  revision: number;
  ends: string;
  fate: Fate;
}
export interface Finding {
  duty: "o1" | "o2" | "o4" | "o8" | "o9" | "o10" | "o11" | "o12" | "o14";
  weight: "violated" | "warning" | "note";
  hours: number;
}
export interface Segment {
  text: string;
  clip: { name: string; seconds: number } | null;
  seconds: number;
}
export type Mode = "auto" | "ordered" | "off";
export interface GreetingView {
  mode: Mode;
  words: string | null;
  clip: { name: string; seconds: number } | null;
  approval: { by: string | null; at: string; revision: number; expires_at: string } | null;
  own: Segment;
  general: Segment;
  is_general: boolean;
  from: string | null;
  until: string | null;
}
export type Medium = "hall" | "newspaper" | "television" | "website";
export interface OutageView extends OutageLine {
  plan: Plan;
  elements: Element[];
  revisions: Revision[];
  /** The number of what people were told last. */
  said: number;
  /** The network has just changed: who is affected is computed again. */
  recounting: boolean;
  estimates: Estimate[];
  findings: Finding[];
  excuses: { duty: Finding["duty"]; by: string; at: string; why: string }[];
  greeting: GreetingView;
  texts: { medium: Medium; title: string; body: string }[];
  why: string;
  created_by: string;
  created_at: string;
  submitted_by: string | null;
  approved_by: string | null;
  published_at: string | null;
  closed_at: string | null;
  announced_at: string | null;
  /** What would have to be explained if supply were back now. */
  before_restoring: Finding | null;
  /** Moved before it, this duty is not kept. */
  earliest: { duty: Finding["duty"]; at: string } | null;
  /** Texts by which customers would be told, and which nobody has approved. */
  unapproved: string[];
  order: string | null;
  allowed: Verb[];
}
/** The duty that a start breaks to which it would be moved now: whoever was told a later one is told this one now. */
export function tooNear(outage: Pick<OutageView, "starts" | "earliest">, starts: string | null): Finding["duty"] | null {
  const at = starts ? Date.parse(starts) : Infinity;
  const { earliest } = outage;
  return earliest && at < Date.parse(outage.starts) && at < Date.parse(earliest.at) ? earliest.duty : null;
}
export interface Now {
  in_progress: number;
  coming: number;
  restored: number;
  affected: number;
  stale: number;
  greetings_waiting: number;
  to_call: number;
  stuck: number;
}
export interface Affected {
  rank: 1 | 2 | 3 | 4;
  account: string;
  customer: string;
  class: string;
  name: string;
  number: string;
  address: string;
}
export type Receipt = "queued" | "delivered" | "failed" | "called";
export interface Told {
  id: string;
  outage: string;
  moment: Moment;
  revision: number;
  at: string;
  name: string;
  phone: string;
  place: string;
  state: Receipt;
  why: string;
  call_at: string | null;
  called_by: string | null;
  called_at: string | null;
  machine: ByMachine;
}
export type ByMachine = "no" | "calling" | "done";
export interface Call {
  outage: string;
  customer: string;
  name: string;
  phone: string;
  address: string;
  days: number;
  due: string;
  late: boolean;
  state: "open" | "reached" | "given_up" | "not_needed";
  attempts: { at: string; by: string; outcome: Outcome; note: string }[];
  machine: ByMachine;
  version: number;
}
/** A caller who was promised to hear that supply is back, and whom no text message reaches. */
export interface Promised {
  id: string;
  outage: string;
  number: string;
  area: string;
  phone: string;
  due: string;
  state: Call["state"];
  attempts: Call["attempts"];
  machine: ByMachine;
  version: number;
}
export interface Telling {
  liaisons: Told[];
  waves: { moment: Moment; revision: number; sent: number; refused: number; passed: number; total: number; done_at: string | null }[];
  calls: Call[];
  wishes: number;
}
export interface Liaison {
  id: string;
  name: string;
  phone: string;
  place: string;
  communities: string[];
  elements: Element[];
  consent: boolean;
  valid_until: string | null;
  retired_at: string | null;
  version: number;
}
export interface LiaisonForm {
  name: string;
  phone: string;
  place: string;
  communities: string[];
  elements: string[];
  consent: boolean;
  valid_until: string | null;
  retired: boolean;
  version: number;
}
export interface Settings {
  company: string;
  phone: string;
  pay: string;
  many: number;
  ahead_min: number;
  after_min: number;
  segments: number;
  seconds: number;
  pace: number;
  expires_h: number;
  news_min: number;
  receipt_min: number;
  close_h: number;
  sms_classes: string[];
  sms_most: number;
  voice_flow: string;
  voice_s: number;
  asking: Asking;
  machine: Machine;
}
/** `unnamed`: nobody has said in whose name messages are. */
export interface SettingsView {
  settings: Settings;
  version: number;
  unnamed: boolean;
}
/** How customers are asked once supply is back. */
export interface Asking {
  on: boolean;
  wait_min: number;
  enough: number;
  for_one: number;
  answer_min: number;
  waves: number;
  calls: boolean;
  flow: string;
  reopen: number;
  subtype: string;
}
/** Whom the machine calls. */
export interface Machine {
  important: boolean;
  flow: string;
  liaisons: boolean;
  liaison_flow: string;
  attempts: number;
}
export type AskedSaid = "waiting" | "asked" | "yes" | "no" | "silent" | "unreachable";
export type Known = "without" | "sure" | "open" | "silent" | "nobody";
export interface Tally {
  element: string | null;
  waiting: number;
  asked: number;
  yes: number;
  no: number;
  mended: number;
  silent: number;
  unreachable: number;
}
export interface AfterElement extends Tally {
  name: string;
  kind: Element["kind"] | null;
  all: number;
  need: number;
  known: Known;
  proposed: boolean;
}
export interface AskStep {
  at: string;
  what: "asked" | "yes" | "no" | "silent" | "failed" | "filed" | "mended";
  how: "sms" | "call" | "agent" | null;
  by: string | null;
  note: string;
}
export interface AskedOne {
  account: string;
  customer: string;
  number: string;
  name: string;
  phone: string;
  address: string;
  element: string | null;
  ord: 0 | 1 | 2 | 3 | 4 | 5;
  said: AskedSaid;
  how: AskStep["how"];
  wave: number;
  order: string | null;
  order_number: string;
  mended: boolean;
  trouble: string;
  steps: AskStep[];
}
export interface After {
  stage: "listing" | "asking" | "sure" | "stuck" | "closed";
  wave: number;
  waves: number;
  next: string | null;
  begun_at: string;
  ended_at: string | null;
  ended_by: string | null;
  why: string;
  total: Tally;
  elements: AfterElement[];
  more: number;
  without: AskedOne[];
  allowed: ("more" | "close")[];
}
export interface Clip {
  name: string;
  seconds: number;
}
export type Take = "ringing" | "recorded" | "kept" | "hung_up" | "short" | "silent" | "long" | "lost" | "not_reached" | "nothing";
/** A call for a greeting. */
export interface Voice {
  who: string;
  at: string;
  revision: number;
  state: Take;
  clip: Clip | null;
}
/** How many callers were told of something, and what came of them. */
export interface Heard {
  subject: string;
  callers: number;
  own: number;
  whole: number;
  to_be_told: number;
  asked_person: number;
}
export interface Around {
  calls: number;
  asked_person: number;
  self_served: number;
}
export interface Course {
  from: string;
  to: string;
  step_s: number;
  points: { at: string; callers: number; asked_person: number; to_be_told: number; hung_up: number }[];
  around: { first: string; seconds: number; before: Around; after: Around } | null;
}
export interface AtAddress extends OutageLine {
  to_mention: boolean;
  say: string;
  answer: Said | null;
  /** After it is back: the caller's accounts in it. */
  accounts: { customer: string; account: string; said: AskedSaid; order_number: string }[];
}
/** What is off where an order is to be filed, with the order of the work on it. */
export interface KnownOff extends OutageLine {
  order: { id: string; number: string } | null;
}
export const SAID = ["told", "known", "not_applicable"] as const;
export type Said = (typeof SAID)[number];
export interface FiguresView {
  eligible: number;
  told: number;
  not_applicable: number;
  planned: number;
  in_time: number;
  estimates: number;
  estimates_kept: number;
  estimates_broken: number;
}
export interface Preview {
  counts: Counts;
  /** Those who must be told first, twenty at most. */
  first: Affected[];
  area: Area;
  unknown: string[];
}

export interface LeftOut {
  row: number;
  code: string;
  why: "unknown" | "twice" | "below" | "retired" | "other_utility";
  of: string | null;
}
export interface Sheet {
  elements: Element[];
  left_out: LeftOut[];
  lines: number;
}
export interface Paper {
  affected: Affected[];
  all: number;
}
export interface OfElement extends OutageLine {
  /** All that the element supplies is off. */
  whole: boolean;
}

const KEY = "outages";
const BASE = "/api/outages";
const LOOK_AGAIN_MS = 10_000;

export function useOutages(which: Which, offset: number) {
  return useQuery({ queryKey: [KEY, "list", which, offset], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ outages: OutageLine[]; next: number | null }>(BASE, { which, offset }, signal) });
}
export function useNow() {
  return useQuery({ queryKey: [KEY, "now"], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Now>(`${BASE}/now`, undefined, signal) });
}
export function useOutage(id: string) {
  return useQuery({ queryKey: [KEY, "one", id], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<OutageView>(`${BASE}/${id}`, undefined, signal) });
}
/** `left`: those who are not affected any more. `of`: read again when that is another. */
export function useAffected(id: string, after: string | null, left: boolean, of: number) {
  return useQuery({
    queryKey: [KEY, "affected", id, after, left, of],
    queryFn: ({ signal }) => api.get<{ affected: Affected[]; next: string | null }>(`${BASE}/${id}/affected`, { after: after ?? undefined, left: left || undefined }, signal),
  });
}
export function useTold(id: string) {
  return useQuery({ queryKey: [KEY, "told", id], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<Telling>(`${BASE}/${id}/told`, undefined, signal) });
}
export function useAfter(id: string) {
  return useQuery({ queryKey: [KEY, "after", id], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<After | null>(`${BASE}/${id}/after`, undefined, signal) });
}
export function useAsked(id: string, said: AskedSaid, after: string | null) {
  return useQuery({ queryKey: [KEY, "asked", id, said, after], queryFn: ({ signal }) => api.get<{ asked: AskedOne[]; next: string | null }>(`${BASE}/${id}/asked`, { said, after: after ?? undefined }, signal) });
}
export function useOwed() {
  return useQuery({ queryKey: [KEY, "owed"], refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<{ liaisons: Told[]; calls: Call[]; next: Call[]; promised: Promised[] }>(`${BASE}/owed`, undefined, signal) });
}
export function useElements(text: string) {
  return useQuery({ queryKey: [KEY, "elements", text], enabled: text.length > 0, queryFn: ({ signal }) => api.get<Element[]>(`${BASE}/elements`, { text }, signal) });
}
export function useLiaisons(filters: { text?: string | undefined; after?: string | undefined }) {
  return useQuery({ queryKey: [KEY, "liaisons", filters], queryFn: ({ signal }) => api.get<{ items: Liaison[]; next?: string }>(`${BASE}/liaisons`, filters, signal) });
}
export function useSettings() {
  return useQuery({ queryKey: [KEY, "settings"], queryFn: ({ signal }) => api.get<SettingsView>(`${BASE}/settings`, undefined, signal) });
}
export function useFigures(from: string, to: string) {
  return useQuery({ queryKey: [KEY, "figures", from, to], queryFn: ({ signal }) => api.get<FiguresView>(`${BASE}/figures`, { from, to }, signal) });
}
const VOICE_AGAIN_MS = 1_000;
const GOES_ON: Take[] = ["ringing", "recorded", "hung_up"];
/** The last call for a greeting of an outage; watched closely while it goes on. */
export function useVoice(id: string) {
  return useQuery<{ voice: Voice | null }>({
    queryKey: [KEY, "voice", id],
    refetchInterval: (query) => (GOES_ON.includes(query.state.data?.voice?.state ?? "kept") ? VOICE_AGAIN_MS : LOOK_AGAIN_MS),
    queryFn: ({ signal }) => api.get<{ voice: Voice | null }>(`${BASE}/${id}/voice`, undefined, signal),
  });
}
export const goesOn = (take: Take) => GOES_ON.includes(take);
export const voiceSound = (id: string, clip: Clip) => `${BASE}/${id}/voice/audio?clip=${encodeURIComponent(clip.name)}`;
/** Rings one's own telephone. */
export async function ringForVoice(id: string): Promise<void> {
  await api.post(`${BASE}/${id}/voice`, {});
  await queries.invalidateQueries({ queryKey: [KEY, "voice", id] });
}

/** Told in a period, those most heard first; only what is ours. */
export function useHeard(from: string, to: string, enabled: boolean) {
  return useQuery({
    queryKey: [KEY, "heard", from, to],
    enabled,
    refetchInterval: LOOK_AGAIN_MS,
    queryFn: async ({ signal }) => (await api.get<{ items: Heard[] }>("/api/calls/heard", { from, to }, signal)).items.filter(({ subject }) => subject.startsWith("ou_")),
  });
}
export function useCourse(subject: string | null, from: string | null, to: string | null, enabled: boolean) {
  return useQuery({
    queryKey: [KEY, "course", subject, from, to],
    enabled,
    refetchInterval: LOOK_AGAIN_MS,
    queryFn: ({ signal }) => api.get<Course>("/api/calls/heard/course", { subject: subject ?? undefined, from: from ?? undefined, to: to ?? undefined }, signal),
  });
}

/** What is off or coming where this caller lives. */
export function useAtCall(call: string, customer: string | null, enabled: boolean) {
  return useQuery({ queryKey: [KEY, "at_call", call, customer], enabled, refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<AtAddress[]>(`${BASE}/at_call/${call}`, { customer: customer ?? undefined }, signal) });
}

export const useKnown = (at: { customer: string | null; address: string; phone: string }, enabled: boolean) =>
  useQuery({ queryKey: [KEY, "known", at], enabled: enabled && (at.customer !== null || at.address.length > 3 || at.phone.length > 6), refetchInterval: LOOK_AGAIN_MS, queryFn: ({ signal }) => api.get<KnownOff[]>(`${BASE}/known`, { customer: at.customer ?? undefined, address: at.address, phone: at.phone }, signal) });

export function useOfElement(element: string) {
  return useQuery({ queryKey: [KEY, "element", element], queryFn: ({ signal }) => api.get<{ outages: OfElement[]; liaisons: { id: string; name: string; place: string; retired: boolean }[] }>(`${BASE}/elements/${element}`, undefined, signal) });
}
export const paperOf = (id: string) => api.post<Paper>(`${BASE}/${id}/affected/paper`, {});

const changed = () => queries.invalidateQueries({ queryKey: [KEY] });

/** The answer is the outage as it is now: shown at once, and what hangs on it follows. */
function known(outage: OutageView): OutageView {
  queries.setQueryData([KEY, "one", outage.id], outage);
  void changed();
  return outage;
}
export async function enter(plan: Plan): Promise<OutageView> {
  return known(await api.post<OutageView>(BASE, plan));
}
export async function act(outage: { id: string; version: number }, what: { act: Verb } & Record<string, unknown>): Promise<void> {
  known(await api.post<OutageView>(`${BASE}/${outage.id}/act`, { act: what, version: outage.version }));
}
export async function askMore(id: string, waves: number): Promise<void> {
  await api.post(`${BASE}/${id}/after`, { act: "more", waves });
  await changed();
}
export async function closeAsking(id: string, why: string): Promise<void> {
  await api.post(`${BASE}/${id}/after`, { act: "close", why });
  await changed();
}
export async function nameOrder(id: string, number: string): Promise<void> {
  await api.post(`${BASE}/${id}/order`, { number: number || null });
  await changed();
}
export async function without(call: string, outage: string, one: AtAddress["accounts"][number]): Promise<AskedOne> {
  const asked = await api.post<AskedOne>(`${BASE}/at_call/${call}/without`, { outage, account: one.account, customer: one.customer });
  await changed();
  return asked;
}
export const preview = (utility: Utility, area: Area, numbers: string[]) => api.post<Preview>(`${BASE}/preview`, { utility, area, numbers });
export function readSheet(utility: Utility, file: File): Promise<Sheet> {
  const form = new FormData();
  form.append("file", file);
  return api.upload("POST", `${BASE}/sheet?utility=${utility}`, form);
}
export async function attempt(call: Call, outcome: Outcome, note: string): Promise<void> {
  await api.post(`${BASE}/${call.outage}/calls/${call.customer}/${call.days}`, { outcome, note, version: call.version });
  await changed();
}
export async function attemptPromised(one: Promised, outcome: Outcome, note: string): Promise<void> {
  await api.post(`${BASE}/promised/${one.id}`, { outcome, note, version: one.version });
  await changed();
}
export const dialPromised = (one: Promised) => api.post(`${BASE}/promised/${one.id}/dial`, {});
export const dial = (call: Call) => api.post(`${BASE}/${call.outage}/calls/${call.customer}/dial`, {});
export const dialLiaison = (told: Told) => api.post(`${BASE}/liaisons/${told.id}/dial`, {});
export async function called(told: Told): Promise<void> {
  await api.post(`${BASE}/liaisons/${told.id}/called`, {});
  await changed();
}
export async function putLiaison(id: string | null, form: LiaisonForm): Promise<void> {
  await (id ? api.put(`${BASE}/liaisons/${id}`, form) : api.post(`${BASE}/liaisons`, form));
  await changed();
}
export async function putSettings(settings: Settings, version: number): Promise<void> {
  await api.put(`${BASE}/settings`, { settings, version });
  await changed();
}
export async function mention(call: string, outage: string, answer: Said): Promise<void> {
  await api.put(`${BASE}/at_call/${call}`, { outage, answer });
  await changed();
}
