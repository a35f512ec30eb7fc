// What the screens of departments read and change: units, who belongs to them, who is on duty, one's own calendar.
import { useQuery } from "@tanstack/react-query";
import { api, queries } from "@lib/api";

export const KINDS = ["branch", "department", "team"] as const;
export type Kind = (typeof KINDS)[number];
export const POSTS = ["leader", "deputy", "handler"] as const;
export type Post = (typeof POSTS)[number];
export const DUTIES = ["first", "second", "leader"] as const;
export type Duty = (typeof DUTIES)[number];
/** What the server lets be done with a unit now. */
export type Act = "retire" | "restore";

export interface Unit {
  id: string;
  parent: string | null;
  kind: Kind;
  code: string;
  name: string;
  /** Assists from outside. */
  external: boolean;
  /** Its own words; none are the parent's. */
  duties: string[];
  areas: string[];
  phone: string | null;
  retired_at: string | null;
  version: number;
  people: number;
  leaders: number;
  allowed: Act[];
}

export interface Member {
  person: string;
  post: Post;
  phone: string | null;
  since: string;
}

export interface OnDuty {
  person: string;
  duty: Duty;
  phone: string | null;
}

export interface WholeUnit extends Unit {
  duties_in_force: string[];
  areas_in_force: string[];
  members: Member[];
  on_duty: OnDuty[];
  /** Whom a message finds now, of the unit itself or of those above it. */
  hears: { hears: "unit" | "above" | "centre" | "nobody"; people: string[] };
}

export interface Stretch {
  id: string;
  unit: string;
  person: string;
  duty: Duty;
  from: string;
  to: string;
  phone: string | null;
  reason: string | null;
  version: number;
}

/** From … to, the end not included. */
export interface Span {
  from: string;
  to: string;
}

export interface Roster {
  stretches: Stretch[];
  gaps: Span[];
  may_change: boolean;
}

export interface OnDutyHere {
  unit: string;
  /** It plans its duties, and neither first nor second is there. */
  nobody: boolean;
  on_duty: (OnDuty & { until: string })[];
}

export interface Feed {
  made_at: string | null;
  used_at: string | null;
  /** Told once, when it is made. */
  path: string | null;
}

export interface Lesson {
  kind: string;
  /** Empty where no area was known. */
  area: string;
  unit: string;
  rulings: number;
  last_at: string;
}

export interface Copied {
  copied: number;
  left_out: { person: string; from: string; why: { code: string } }[];
}

const KEY = ["departments"];
const unitPath = (id: string) => `/api/departments/units/${encodeURIComponent(id)}`;
const changed = () => Promise.all([queries.invalidateQueries({ queryKey: KEY }), queries.invalidateQueries({ queryKey: ["directory", "units"] })]);

export function useUnitTree() {
  return useQuery({ queryKey: [...KEY, "units"], queryFn: ({ signal }) => api.get<Unit[]>("/api/departments/units", undefined, signal) });
}
export function useUnit(id: string | undefined) {
  return useQuery({ queryKey: [...KEY, "unit", id], enabled: id !== undefined, placeholderData: undefined, queryFn: ({ signal }) => api.get<WholeUnit>(unitPath(id ?? ""), undefined, signal) });
}
export function useRoster(unit: string | undefined, from: string, to: string) {
  return useQuery({ queryKey: [...KEY, "roster", unit, from, to], enabled: unit !== undefined, queryFn: ({ signal }) => api.get<Roster>("/api/departments/roster", { unit, from, to }, signal) });
}
export function useOnDuty() {
  return useQuery({ queryKey: [...KEY, "on_duty"], refetchInterval: 60_000, queryFn: ({ signal }) => api.get<OnDutyHere[]>("/api/departments/on_duty", undefined, signal) });
}
export function useFeed() {
  return useQuery({ queryKey: [...KEY, "feed"], queryFn: ({ signal }) => api.get<Feed>("/api/departments/feed", undefined, signal) });
}
export function useLessons(enabled: boolean) {
  return useQuery({ queryKey: [...KEY, "learnt"], enabled, queryFn: ({ signal }) => api.get<Lesson[]>("/api/departments/learnt", undefined, signal) });
}
/** The units that should have a matter, the best first. */
export function useSuggestion(kinds: string, area: string) {
  return useQuery({ queryKey: [...KEY, "suggestion", kinds, area], enabled: kinds !== "", queryFn: ({ signal }) => api.get<string[]>("/api/departments/suggestion", { kinds, area }, signal) });
}

export type UnitForm = Pick<Unit, "parent" | "kind" | "code" | "name" | "external" | "duties" | "areas" | "phone">;

/** Adds a unit, or changes the one that is given; its id. */
export async function putUnit(form: UnitForm, unit: Unit | null): Promise<string> {
  const kept = await (unit ? api.put<Unit>(unitPath(unit.id), { ...form, version: unit.version }) : api.post<Unit>("/api/departments/units", form));
  await changed();
  return kept.id;
}
export async function actOnUnit(unit: Unit, act: Act): Promise<void> {
  await api.post(`${unitPath(unit.id)}/act`, { act, version: unit.version });
  await changed();
}
export async function putMember(unit: string, person: string, form: { post: Post; phone: string | null }): Promise<void> {
  await api.put(`${unitPath(unit)}/members/${encodeURIComponent(person)}`, form);
  await changed();
}
export async function removeMember(unit: string, person: string): Promise<void> {
  await api.delete(`${unitPath(unit)}/members/${encodeURIComponent(person)}`);
  await changed();
}
export type StretchForm = Pick<Stretch, "unit" | "person" | "duty" | "from" | "to" | "phone" | "reason">;
export async function putStretch(form: StretchForm, stretch: Stretch | null): Promise<void> {
  await (stretch ? api.put(`/api/departments/roster/${encodeURIComponent(stretch.id)}`, { ...form, version: stretch.version }) : api.post("/api/departments/roster", form));
  await changed();
}
export async function removeStretch(stretch: Stretch): Promise<void> {
  await api.delete(`/api/departments/roster/${encodeURIComponent(stretch.id)}?version=${stretch.version}`);
  await changed();
}
export async function copyWeek(unit: string, from: string, to: string): Promise<Copied> {
  const copied = await api.post<Copied>("/api/departments/roster/copy", { unit, from, to });
  await changed();
  return copied;
}
export async function makeFeed(): Promise<Feed> {
  const feed = await api.post<Feed>("/api/departments/feed");
  await changed();
  return feed;
}
export async function revokeFeed(): Promise<void> {
  await api.delete("/api/departments/feed");
  await changed();
}
export async function forget({ kind, area, unit }: Lesson): Promise<void> {
  await api.delete(`/api/departments/learnt?${new URLSearchParams({ kind, area, unit }).toString()}`);
  await changed();
}

/** A row of a table as the server understood it. */
export interface Line {
  row: number;
  number: string;
  unit: string | null;
  unit_text: string;
  duty: Duty;
  from: string | null;
  to: string | null;
  phone: string | null;
  /** The column that cannot be understood. */
  trouble: "unit" | "number" | "duty" | "from" | "to" | "phone" | null;
}
export interface Imported {
  taken: number;
  left_out: { row: number; why: { code: string } & Record<string, unknown> }[];
}
export interface ImportRow {
  row: number;
  duty: Omit<StretchForm, "reason">;
}

/** Nothing is kept: what the rows mean is only told. */
export function readRoster(file: File): Promise<Line[]> {
  const form = new FormData();
  form.append("file", file);
  return api.upload<Line[]>("POST", "/api/departments/roster/file", form);
}
export async function importRoster(rows: ImportRow[], dry_run: boolean): Promise<Imported> {
  const done = await api.post<Imported>("/api/departments/roster/import", { rows, dry_run });
  if (!dry_run) await changed();
  return done;
}
